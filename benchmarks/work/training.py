"""Training steps of multilayer perceptrons: forward, cross entropy, backward, SGD or Adam."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from ..case import Case, Task
from ..libraries import Library, Step

__all__ = ["CASES", "MIDDLE", "SMALL", "steps"]

SMALL = ((64, 128, 10), 64)
MIDDLE = ((784, 512, 256, 10), 128)
LARGE = ((1024, 2048, 2048, 10), 256)


def steps(library: Library, sizes: Sequence[int], batch: int, optimizer: str = "SGD") -> Step | None:
    """A training step of the library on one random batch."""
    rng = np.random.default_rng(0)
    x = rng.standard_normal((batch, sizes[0])).astype(np.float32)
    return library.training(sizes, x, rng.integers(0, sizes[-1], batch), optimizer)


def training_step(sizes: Sequence[int], batch: int, optimizer: str) -> Callable[[Library], Task | None]:
    def prepare(library: Library) -> Task | None:
        step = steps(library, sizes, batch, optimizer)
        return None if step is None else Task(step)

    return prepare


CASES = tuple(
    Case(
        f"mlp-{'-'.join(map(str, sizes))}{suffix}",
        f"MLP {'-'.join(map(str, sizes))}, batch {batch}{suffix and ', Adam'}",
        training_step(sizes, batch, "Adam" if suffix else "SGD"),
        per="training step",
        targets={"torch": target},
        tiers=True,
    )
    for sizes, batch, suffix, target in (
        (*SMALL, "", 0.5),
        (*SMALL, "-adam", 0.5),
        (*MIDDLE, "", 1.0),
        (*LARGE, "", 1.0),
    )
)
