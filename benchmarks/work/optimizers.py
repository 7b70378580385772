"""An optimizer's step alone: 60 parameters of a convolutional network's sizes, 2 million values."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from ..case import Case, Task
from ..libraries import Library

__all__ = ["CASES"]

SHAPES = [
    shape for width in (64, 96, 160) for shape in ((width, width, 3, 3), (width,), (width,), (width, width))
] * 5
"""60 arrays with 1.95 million values in all: weights of convolutions, and many small vectors, such as biases."""


def stepping(name: str, **settings: Any) -> Callable[[Library], Task | None]:
    def prepare(library: Library) -> Task | None:
        if not library.torch_names:
            return None
        rng = np.random.default_rng(0)
        parameters = [library.array(rng.standard_normal(shape).astype(np.float32)) for shape in SHAPES]
        for parameter in parameters:
            parameter.grad = library.module.tensor(rng.standard_normal(tuple(parameter.shape)).astype(np.float32))
        return Task(getattr(library.part("optim"), name)(parameters, **settings).step)

    return prepare


CASES = tuple(
    Case(
        f"step-{name.lower()}",
        f"{name} step, {len(SHAPES)} parameters, 2 million values",
        stepping(name, **settings),
        per="step",
        targets=targets,
        tiers=True,
    )
    for name, settings, targets in (
        ("SGD", {"lr": 1e-4, "momentum": 0.9}, {"torch": 0.7}),
        ("Adam", {"lr": 1e-4}, {"torch": 0.4, "numpy": 1.2}),
        ("AdamW", {"lr": 1e-4}, {"torch": 0.4}),
    )
)
