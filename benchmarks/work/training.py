"""Training steps of multilayer perceptrons: forward, cross entropy, backward, SGD."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from ..case import Case, Task
from ..libraries import Library, Step

__all__ = ["CASES", "MIDDLE", "SMALL", "steps"]

SMALL = ((64, 128, 10), 64)
MIDDLE = ((784, 512, 256, 10), 128)
LARGE = ((1024, 2048, 2048, 10), 256)


def steps(library: Library, sizes: Sequence[int], batch: int) -> Step | None:
    """The library's training step on one random batch."""
    rng = np.random.default_rng(0)
    x = rng.standard_normal((batch, sizes[0])).astype(np.float32)
    return library.training(sizes, x, rng.integers(0, sizes[-1], batch))


def training_step(sizes: Sequence[int], batch: int) -> Callable[[Library], Task | None]:
    def prepare(library: Library) -> Task | None:
        step = steps(library, sizes, batch)
        return None if step is None else Task(step)

    return prepare


CASES = tuple(
    Case(
        f"mlp-{'-'.join(map(str, sizes))}",
        f"MLP {'-'.join(map(str, sizes))}, batch {batch}",
        training_step(sizes, batch),
        per="training step",
        targets={"torch": target},
    )
    for sizes, batch, target in (
        (*SMALL, 0.5),
        (*MIDDLE, 1.0),
        (*LARGE, 1.0),
    )
)
