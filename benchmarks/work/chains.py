"""Chains of y = y * w: the cost of one recorded operation, on numbers, on small arrays, and in deep graphs."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

import numpy as np

from ..case import Case, Task
from ..libraries import Library

__all__ = ["CASES", "DEEP_CASES"]

LENGTH = 500
"""How many products. micrograd's backward pass recurses, so they must stay below Python's recursion limit."""

FACTOR = 0.9999999
"""So close to 1 that a product of a million of them neither vanishes nor overflows in float32."""


def chain(leaves: Sequence[Any], length: int) -> Any:
    """The first leaf multiplied by the second, `length` times."""
    y, w = leaves
    for _ in range(length):
        y = y * w
    return y


def scalars(library: Library) -> list[Any]:
    return [library.scalar(1.0), library.scalar(FACTOR)]


def scalar_chain(library: Library) -> Task:
    leaves, function = scalars(library), partial(chain, length=LENGTH)
    return Task(lambda: library.record(function, leaves)())


def matrix_chain(library: Library) -> Task | None:
    leaves = [library.array(np.full((32, 32), value, np.float32)) for value in (1.0, FACTOR)]
    if leaves[0] is None:
        return None
    return Task(lambda: library.record(lambda given: chain(given, LENGTH).sum(), leaves)())


def deep_chain(length: int) -> Callable[[Library], Task]:
    """The backward pass alone; the chain is recorded before the clock starts."""

    def prepare(library: Library) -> Task:
        leaves = scalars(library)
        function = partial(chain, length=length)
        return Task(call=lambda backward: backward(), setup=lambda: library.record(function, leaves))

    return prepare


CASES = (
    Case(
        "scalar-chain",
        "scalar multiply, recorded and backward",
        scalar_chain,
        per="operation",
        count=LENGTH,
        targets={"micrograd": 1.5, "torch": 0.35},
    ),
    Case(
        "matrix-chain",
        "32x32 multiply, recorded and backward",
        matrix_chain,
        per="operation",
        count=LENGTH,
        targets={"torch": 0.75},
    ),
)

DEEP_CASES = tuple(
    Case(
        f"deep-chain-{length}",
        f"backward of a chain of {length:,} nodes",
        deep_chain(length),
        per="node",
        count=length,
        rounds=3,
        quick_rounds=1,
        budget=10.0,
        series="deep-chain",
        size=length,
    )
    for length in (10_000, 100_000, 1_000_000)
)
