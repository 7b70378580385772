"""Kernels, forward and backward: what a network does beside products of matrices, and is bound by memory.

Each is measured on 1 kB, 1 MB and 16 MB of float32, and some in the shapes that targets are set for. Only libraries
with PyTorch's names are measured; this project on both of its tiers.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from math import isqrt
from typing import Any, NamedTuple

import numpy as np

from ..case import Case, Task
from ..libraries import Library

__all__ = ["CASES"]

SIZES = {"1 kB": 256, "1 MB": 262_144, "16 MB": 4_194_304}
"""How many numbers the first operand has."""

Shape = tuple[int, ...]


class Kernel(NamedTuple):
    """One call.

    Attributes:
        title: the call, as users write it.
        call: makes the call, from the library's module, its `nn.functional`, and the arrays.
        shape: the first array's shape, for a number of elements.
        others: the shapes of more arrays, for that of the first.
        integers: the number of integers and how many kinds there are, for that of the first: indices, or classes.
    """

    title: str
    call: Callable[..., Any]
    shape: Callable[[int], Shape]
    others: Callable[[Shape], Sequence[Shape]] = lambda shape: ()
    integers: Callable[[Shape], tuple[Shape, int]] | None = None


def line(size: int) -> Shape:
    return (size,)


def square(size: int) -> Shape:
    return (isqrt(size), isqrt(size))


def pictures(size: int) -> Shape:
    """A batch of pictures with channels: 4 by 4 of 4x4, or (64, 64) of 8x8, or of 32x32."""
    side = {256: 4, 262_144: 8}.get(size, 32)
    channels = 4 if size == 256 else 64
    return (size // channels // side**2, channels, side, side)


def weights(shape: Shape) -> Sequence[Shape]:
    """One weight and one bias for each column."""
    return [shape[-1:], shape[-1:]]


def channel_weights(shape: Shape) -> Sequence[Shape]:
    return [shape[1:2], shape[1:2]]


def vocabulary(size: int) -> Shape:
    """Vectors of 128 numbers."""
    return (max(2, size // 128), 128)


def one_for_each_row(shape: Shape) -> tuple[Shape, int]:
    """A class for each row."""
    return shape[:1], shape[-1]


def many_rows(shape: Shape) -> tuple[Shape, int]:
    """As many rows as there are, some of them several times."""
    return shape[:1], shape[0]


def everywhere(shape: Shape) -> tuple[Shape, int]:
    """An index for each element, along the last dimension."""
    return shape, shape[-1]


def itself(shape: Shape) -> Sequence[Shape]:
    return [shape]


KERNELS = {
    "relu": Kernel("relu(x)", lambda m, f, x: m.relu(x), line),
    "leaky-relu": Kernel("leaky_relu(x)", lambda m, f, x: f.leaky_relu(x), line),
    "gelu": Kernel("gelu(x)", lambda m, f, x: f.gelu(x), line),
    "gelu-tanh": Kernel("gelu(x, 'tanh')", lambda m, f, x: f.gelu(x, approximate="tanh"), line),
    "silu": Kernel("silu(x)", lambda m, f, x: f.silu(x), line),
    "sigmoid": Kernel("sigmoid(x)", lambda m, f, x: m.sigmoid(x), line),
    "elu": Kernel("elu(x)", lambda m, f, x: f.elu(x), line),
    "dropout": Kernel("dropout(x)", lambda m, f, x: f.dropout(x, 0.5), line),
    "softmax": Kernel("softmax(x, 1), n x n", lambda m, f, x: m.softmax(x, 1), square),
    "log-softmax": Kernel("log_softmax(x, 1), n x n", lambda m, f, x: m.log_softmax(x, 1), square),
    "cross-entropy": Kernel(
        "cross_entropy(x, i), n x n", lambda m, f, x, i: f.cross_entropy(x, i), square, integers=one_for_each_row
    ),
    "layer-norm": Kernel(
        "layer_norm(x), n x n", lambda m, f, x, w, b: f.layer_norm(x, tuple(w.shape), w, b), square, weights
    ),
    "rms-norm": Kernel(
        "rms_norm(x), n x n", lambda m, f, x, w, b: f.rms_norm(x, tuple(w.shape), w), square, weights
    ),
    "batch-norm": Kernel(
        "batch_norm(x), pictures",
        lambda m, f, x, w, b: f.batch_norm(x, None, None, w, b, training=True),
        pictures,
        channel_weights,
    ),
    "group-norm": Kernel(
        "group_norm(x, 4), pictures", lambda m, f, x, w, b: f.group_norm(x, 4, w, b), pictures, channel_weights
    ),
    "cumsum-rows": Kernel("cumsum(x, 1), n x n", lambda m, f, x: m.cumsum(x, 1), square),
    "gather-rows": Kernel(
        "gather(x, 1, i), n x n", lambda m, f, x, i: m.gather(x, 1, i), square, integers=everywhere
    ),
    "scatter-add-rows": Kernel(
        "scatter_add(x, 1, i, y), n x n",
        lambda m, f, x, y, i: m.scatter_add(x, 1, i, y),
        square,
        itself,
        everywhere,
    ),
    "index-select": Kernel(
        "index_select(x, 0, i), rows of 128",
        lambda m, f, x, i: m.index_select(x, 0, i),
        vocabulary,
        integers=many_rows,
    ),
    "embedding": Kernel(
        "embedding(i, x), rows of 128", lambda m, f, x, i: f.embedding(i, x), vocabulary, integers=many_rows
    ),
}

TARGETS: list[tuple[str, Shape, Mapping[str, float]]] = [
    ("batch-norm", (32, 64, 32, 32), {"torch": 0.7, "numpy": 2.5}),
    ("layer-norm", (2048, 256), {"torch": 0.7, "numpy": 3.5}),
    ("layer-norm", (1024, 1024), {"torch": 0.7, "numpy": 3.5}),
    ("rms-norm", (2048, 256), {"torch": 0.7, "numpy": 3.5}),
    ("rms-norm", (1024, 1024), {"torch": 0.7, "numpy": 3.5}),
    ("gelu", (1_000_000,), {"torch": 1.0}),
    ("silu", (1_000_000,), {"torch": 1.0}),
    ("softmax", (1024, 1024), {"torch": 1.3}),
    ("cross-entropy", (2048, 512), {"torch": 1.0, "numpy": 1.8}),
    ("relu", (262_144,), {"torch": 1.0, "numpy": 1.8}),
    ("gather-rows", (512, 512), {"torch": 1.0, "numpy": 0.6}),
    ("scatter-add-rows", (512, 512), {"torch": 1.0}),
    ("embedding", (2000, 128), {"torch": 1.0, "numpy": 1.2}),
    ("cumsum-rows", (512, 512), {"torch": 1.0}),
]
"""Shapes with the largest ratios to a peer that the project accepts."""


def prepared(kernel: Kernel, shape: Shape) -> Callable[[Library], Task | None]:
    """Make the task of a kernel: forward, then backward from a random gradient of its result."""

    def prepare(library: Library) -> Task | None:
        if not library.torch_names:
            return None
        module, functional = library.module, library.part("nn.functional")
        rng = np.random.default_rng(0)
        leaves = [library.array(rng.standard_normal(s).astype(np.float32)) for s in (shape, *kernel.others(shape))]
        arguments = list(leaves)
        if kernel.integers is not None:
            places, kinds = kernel.integers(shape)
            arguments.append(module.tensor(rng.integers(0, kinds, places)))
        given = tuple(kernel.call(module, functional, *arguments).shape)
        derivative = module.tensor(np.asarray(rng.standard_normal(given), np.float32))

        def run() -> None:
            for leaf in leaves:
                leaf.grad = None
            kernel.call(module, functional, *arguments).backward(derivative)

        return Task(run)

    return prepare


CASES = (
    *(
        Case(
            f"{name}-{'x'.join(map(str, shape))}",
            f"{KERNELS[name].title}, {shape}",
            prepared(KERNELS[name], shape),
            per="forward and backward",
            targets=targets,
            tiers=True,
        )
        for name, shape, targets in TARGETS
    ),
    *(
        Case(
            f"{name}-{volume.replace(' ', '')}",
            f"{kernel.title}, {volume}",
            prepared(kernel, kernel.shape(size)),
            per="forward and backward",
            budget=2.0,
            tiers=True,
        )
        for name, kernel in KERNELS.items()
        for volume, size in SIZES.items()
    ),
)
