"""Layers and losses of `nn` on 64x64 numbers, forward and backward: what a call costs beside its arithmetic."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from ..case import Case, Task
from ..libraries import Library

__all__ = ["CASES"]

SIDE = 64
TARGET = 2.0
WIDER = {"MultiLabelMarginLoss": 3.0}
"""The loss whose target is wider: PyTorch has a loop in C++ for it, and it sorts."""

Random = np.random.Generator


def numbers(random: Random) -> Any:
    return random.standard_normal((SIDE, SIDE)).astype(np.float32)


def unit(random: Random) -> Any:
    return random.uniform(0.05, 0.95, (SIDE, SIDE)).astype(np.float32)


def signs(random: Random) -> Any:
    return random.choice([-1.0, 1.0], (SIDE, SIDE)).astype(np.float32)


def sign_of_each_row(random: Random) -> Any:
    return random.choice([-1.0, 1.0], SIDE).astype(np.float32)


def classes(random: Random) -> Any:
    return random.integers(0, SIDE, SIDE)


def labels(random: Random) -> Any:
    """For each row three classes, then -1, which ends the list."""
    out = np.full((SIDE, SIDE), -1)
    out[:, :3] = random.permuted(np.tile(np.arange(SIDE), (SIDE, 1)), axis=1)[:, :3]
    return out


def picture(random: Random) -> Any:
    return random.standard_normal((4, 16, 8, 8)).astype(np.float32)


ACTIVATIONS = [
    "CELU",
    "ELU",
    "GELU",
    "Hardshrink",
    "Hardsigmoid",
    "Hardswish",
    "Hardtanh",
    "LeakyReLU",
    "LogSigmoid",
    "Mish",
    "PReLU",
    "RReLU",
    "ReLU",
    "ReLU6",
    "SELU",
    "SiLU",
    "Sigmoid",
    "Softplus",
    "Softshrink",
    "Softsign",
    "Tanh",
    "Tanhshrink",
]

LAYERS: dict[str, tuple[tuple[Any, ...], Callable[[Random], Any]]] = {
    **dict.fromkeys(ACTIVATIONS, ((), numbers)),
    **dict.fromkeys(("GLU", "LogSoftmax", "Softmax", "Softmin"), ((1,), numbers)),
    "Threshold": ((0.1, 20.0), numbers),
    "Dropout": ((0.5,), numbers),
    "AlphaDropout": ((0.5,), numbers),
    "Dropout2d": ((0.5,), picture),
    "Linear": ((SIDE, SIDE), numbers),
    "BatchNorm1d": ((SIDE,), numbers),
    "BatchNorm2d": ((16,), picture),
    "InstanceNorm2d": ((16,), picture),
    "GroupNorm": ((4, 16), picture),
    "LayerNorm": ((SIDE,), numbers),
    "RMSNorm": ((SIDE,), numbers),
    "LocalResponseNorm": ((2,), picture),
    "ReflectionPad2d": ((1,), picture),
    "ZeroPad2d": ((1,), picture),
    "PixelShuffle": ((2,), picture),
    "UpsamplingNearest2d": ((None, 2), picture),
}
"""The name of a layer, the arguments of its constructor, and its input."""

LOSSES: dict[str, tuple[Callable[[Random], Any], ...]] = {
    "BCELoss": (unit, unit),
    "BCEWithLogitsLoss": (numbers, unit),
    "CosineEmbeddingLoss": (numbers, numbers, sign_of_each_row),
    "CrossEntropyLoss": (numbers, classes),
    "GaussianNLLLoss": (numbers, numbers, unit),
    "HingeEmbeddingLoss": (numbers, signs),
    "HuberLoss": (numbers, numbers),
    "KLDivLoss": (numbers, unit),
    "L1Loss": (numbers, numbers),
    "MSELoss": (numbers, numbers),
    "MarginRankingLoss": (numbers, numbers, signs),
    "MultiLabelMarginLoss": (numbers, labels),
    "MultiLabelSoftMarginLoss": (numbers, unit),
    "MultiMarginLoss": (numbers, classes),
    "NLLLoss": (numbers, classes),
    "PoissonNLLLoss": (numbers, unit),
    "SmoothL1Loss": (numbers, numbers),
    "SoftMarginLoss": (numbers, signs),
    "TripletMarginLoss": (numbers, numbers, numbers),
}
"""The name of a loss, and its arguments, of which the first is differentiated by."""


def task(library: Library, name: str, settings: tuple[Any, ...], given: list[Any]) -> Task:
    """Forward, then backward to the first argument and the layer's parameters."""
    layer = getattr(library.part("nn"), name)(*settings)
    x = library.array(given[0])
    others = [library.module.tensor(a) for a in given[1:]]
    leaves = [x, *layer.parameters()]
    shape = tuple(layer(x, *others).shape)
    derivative = library.module.tensor(np.random.default_rng(1).standard_normal(shape).astype(np.float32))

    def run() -> None:
        for leaf in leaves:
            leaf.grad = None
        layer(x, *others).backward(derivative)

    return Task(run)


def prepared(name: str) -> Callable[[Library], Task | None]:
    def prepare(library: Library) -> Task | None:
        if not library.torch_names:
            return None
        random = np.random.default_rng(0)
        if name in LAYERS:
            settings, make = LAYERS[name]
            return task(library, name, settings, [make(random)])
        return task(library, name, (), [make(random) for make in LOSSES[name]])

    return prepare


CASES = tuple(
    Case(
        f"nn-{name}",
        f"nn.{name}, 64x64",
        prepared(name),
        per="forward and backward",
        budget=1.0,
        targets={"torch": WIDER.get(name, TARGET)},
    )
    for name in (*LAYERS, *LOSSES)
)
