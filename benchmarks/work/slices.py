"""T slices of one tensor, all used. The time is linear in T if the gradient of a slice is added into its place, and
quadratic if each slice makes a gradient of the whole tensor."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from ..case import Case, Task
from ..libraries import Library

__all__ = ["CASES"]

WIDTH = 64


def sum_of_squares(leaves: Sequence[Any]) -> Any:
    """The sum over t of |x[t]|^2, one slice at a time."""
    (x,) = leaves
    total = (x[0] * x[0]).sum()
    for t in range(1, len(x)):
        row = x[t]
        total = total + (row * row).sum()
    return total


def sliced(length: int) -> Callable[[Library], Task | None]:
    def prepare(library: Library) -> Task | None:
        x = None if library.compiles_indices else library.array(np.full((length, WIDTH), 0.5, np.float32))
        return None if x is None else Task(lambda: library.record(sum_of_squares, [x])())

    return prepare


CASES = tuple(
    Case(
        f"slices-{length}",
        f"{length:,} slices of a ({length:,}, {WIDTH}) tensor",
        sliced(length),
        per="slice",
        count=length,
        rounds=9,
        quick_rounds=2,
        budget=1.5,
        series="slices",
        size=length,
    )
    for length in (250, 500, 1000, 2000)
)
