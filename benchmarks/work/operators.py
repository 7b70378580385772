"""Single operators, forward and backward, on 1 kB and on 1 MB of float32.

Only libraries with PyTorch's names are measured, so that each operator is written once. Those that are kernels of
this project are in `kernels`.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from math import isqrt
from typing import Any, NamedTuple

import numpy as np

from ..case import Case, Task
from ..libraries import Library

__all__ = ["CASES"]

SIZES = {"1 kB": 256, "1 MB": 262_144}
"""How many numbers the first operand has."""

TARGET = 1.5

WITHOUT_TARGET = ("where",)
"""Operators that no target is set for."""

Arrays = Sequence[Any]


class Work(NamedTuple):
    """One call of an operator.

    Attributes:
        title: the call, as users write it.
        leaves: makes the arrays that are differentiated by, from a generator and the number of elements.
        function: makes the call, from the library's module, the leaves, and an index of the shape of the first
            leaf.
    """

    title: str
    leaves: Callable[[np.random.Generator, int], list[Any]]
    function: Callable[[Any, Arrays, Any], Any]


def line(rng: np.random.Generator, size: int) -> list[Any]:
    return [rng.standard_normal(size)]


def square(rng: np.random.Generator, size: int) -> list[Any]:
    side = isqrt(size)
    return [rng.standard_normal((side, side))]


def two_squares(rng: np.random.Generator, size: int) -> list[Any]:
    return square(rng, size) + square(rng, size)


def batches(rng: np.random.Generator, size: int) -> list[Any]:
    """Two stacks of matrices: 4 of 8x8, or 64 of 64x64."""
    side = 8 if size < 4096 else 64
    return [rng.standard_normal((size // side**2, side, side)) for _ in range(2)]


def well_posed(matrices: Any) -> Any:
    """The matrices with a multiple of the identity added, which moves their eigenvalues away from zero."""
    side = matrices.shape[-1]
    return matrices + 2 * side**0.5 * np.eye(side)


def system(rng: np.random.Generator, size: int) -> list[Any]:
    a, b = two_squares(rng, size)
    return [well_posed(a), b[:, 0]]


def systems(rng: np.random.Generator, size: int) -> list[Any]:
    a, b = two_squares(rng, size)
    return [well_posed(a), b]


def batched_systems(rng: np.random.Generator, size: int) -> list[Any]:
    a, b = batches(rng, size)
    return [well_posed(a), b]


def regular(rng: np.random.Generator, size: int) -> list[Any]:
    return [well_posed(*square(rng, size))]


def definite(rng: np.random.Generator, size: int) -> list[Any]:
    (a,) = square(rng, size)
    return [a @ a.T / len(a) + np.eye(len(a))]


WORKS = {
    "where": Work("where(i < n / 2, x, y)", two_squares, lambda m, xs, i: m.where(i < len(i) // 2, xs[0], xs[1])),
    "cumsum": Work("cumsum(x, 0), 1-d", line, lambda m, xs, i: m.cumsum(xs[0], 0)),
    "cumsum-columns": Work("cumsum(x, 0), n x n", square, lambda m, xs, i: m.cumsum(xs[0], 0)),
    "sort": Work("sort(x, 0), 1-d", line, lambda m, xs, i: m.sort(xs[0], 0)[0]),
    "sort-rows": Work("sort(x, 1), n x n", square, lambda m, xs, i: m.sort(xs[0], 1)[0]),
    "gather-columns": Work("gather(x, 0, i), n x n", square, lambda m, xs, i: m.gather(xs[0], 0, i)),
    "scatter-add-columns": Work(
        "scatter_add(x, 0, i, y), n x n", two_squares, lambda m, xs, i: m.scatter_add(xs[0], 0, i, xs[1])
    ),
    "einsum": Work("einsum('bij,bkj->bik', x, y)", batches, lambda m, xs, i: m.einsum("bij,bkj->bik", *xs)),
    "std": Work("std(x, 1), n x n", square, lambda m, xs, i: m.std(xs[0], 1)),
    "bmm": Work("bmm(x, y)", batches, lambda m, xs, i: m.bmm(*xs)),
    "solve": Work("linalg.solve(a, b), n x n, one b", system, lambda m, xs, i: m.linalg.solve(*xs)),
    "solve-many": Work("linalg.solve(a, b), n x n, n b", systems, lambda m, xs, i: m.linalg.solve(*xs)),
    "solve-batch": Work("linalg.solve(a, b), stacks", batched_systems, lambda m, xs, i: m.linalg.solve(*xs)),
    "inv": Work("linalg.inv(a), n x n", regular, lambda m, xs, i: m.linalg.inv(*xs)),
    "slogdet": Work("linalg.slogdet(a), n x n", regular, lambda m, xs, i: m.linalg.slogdet(*xs)[1]),
    "cholesky": Work("linalg.cholesky(a), n x n", definite, lambda m, xs, i: m.linalg.cholesky(*xs)),
}


def prepared(work: Work, size: int) -> Callable[[Library], Task | None]:
    """Make the task of an operator: forward, then backward from a random gradient of its result."""

    def prepare(library: Library) -> Task | None:
        if not library.torch_names:
            return None
        module = library.module
        rng = np.random.default_rng(0)
        arrays = [a.astype(np.float32) for a in work.leaves(rng, size)]
        leaves = [library.array(a) for a in arrays]
        index = module.tensor(rng.integers(0, len(arrays[0]), arrays[0].shape))
        shape = tuple(work.function(module, leaves, index).shape)
        derivative = module.tensor(np.asarray(rng.standard_normal(shape), np.float32))

        def run() -> None:
            for leaf in leaves:
                leaf.grad = None
            work.function(module, leaves, index).backward(derivative)

        return Task(run)

    return prepare


CASES = tuple(
    Case(
        f"{name}-{volume.replace(' ', '')}",
        f"{work.title}, {volume}",
        prepared(work, size),
        per="forward and backward",
        budget=2.0,
        targets={} if name in WITHOUT_TARGET else {"torch": TARGET},
    )
    for name, work in WORKS.items()
    for volume, size in SIZES.items()
)
