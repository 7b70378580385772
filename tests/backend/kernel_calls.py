"""What each kernel is called with in tests: arguments by a kernel's name, for a dtype and a size."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

Calls = Callable[[np.random.Generator, Any], list[tuple[Any, ...]]]


def _numbers(random: np.random.Generator, dtype: Any, *shape: int) -> Any:
    return random.standard_normal(shape).astype(dtype)


def _edges(dtype: Any) -> Any:
    """What a formula may get wrong: zeros of both signs, infinities, NaN, huge and tiny numbers."""
    tiny, huge = np.finfo(dtype).tiny, np.finfo(dtype).max
    return np.array(
        [0.0, -0.0, np.inf, -np.inf, np.nan, huge, -huge, tiny, -tiny, 1, -1, 50, -50, 100, -100], dtype
    )


def _elements(random: np.random.Generator, dtype: Any) -> list[tuple[Any, ...]]:
    """One array: of several dimensions, of edge cases, without elements."""
    return [(_numbers(random, dtype, 7, 11, 3) * 3,), (_edges(dtype),), (_numbers(random, dtype, 0, 3),)]


def _gradients(random: np.random.Generator, dtype: Any) -> list[tuple[Any, ...]]:
    """A gradient and one array."""
    return [(_numbers(random, dtype, *x.shape), x) for (x,) in _elements(random, dtype)]


_ACTIVATIONS: dict[str, list[tuple[float, ...]]] = {
    "gelu": [()],
    "gelu_tanh": [()],
    "hardsigmoid": [()],
    "hardswish": [()],
    "logsigmoid": [()],
    "mish": [()],
    "relu": [()],
    "sigmoid": [()],
    "silu": [()],
    "tanh": [()],
    "elu": [(1.0, 1.0, 1.0), (-0.5, 1.5, 0.7)],
    "hardtanh": [(-1.0, 0.5)],
    "leaky_relu": [(0.01,), (-0.5,)],
    "softplus": [(1.0, 20.0), (2.0, 3.0)],
}
"""The settings that each activation function and its gradient are called with."""


def _each(calls: Calls, settings: list[tuple[float, ...]]) -> Calls:
    return lambda random, dtype: [(*a, *s) for s in settings for a in calls(random, dtype)]


def _places(random: np.random.Generator, dtype: Any) -> list[tuple[Any, ...]]:
    """An array, and places along a dimension, some of which are named twice."""
    at = random.integers(0, 7, (5, 4))
    numbers = [_numbers(random, dtype, *shape) for shape in ((7, 3), (7,), (2, 7), (2, 7, 3))]
    return [(numbers[0], at), (numbers[1], at), (numbers[2], at, 1), (numbers[3], at, 1)]


def _additions(random: np.random.Generator, dtype: Any) -> list[tuple[Any, ...]]:
    """Slices to add, the same places, and what they are added to."""
    return [
        (_numbers(random, dtype, *x.shape[: sum(dim)], *at.shape, *x.shape[1 + sum(dim) :]), at, x, *dim)
        for x, at, *dim in _places(random, dtype)
    ]


def _indices(random: np.random.Generator, dtype: Any) -> list[tuple[Any, ...]]:
    """Indices along a dimension of a shape; the dtype has no part in it."""
    shapes = [((4, 6), (4, 7), 1), ((9, 7), (5, 7), 0), ((2, 9, 3), (2, 5, 3), 1)]
    return [(random.integers(0, shape[dim], size), shape, dim) for size, shape, dim in shapes]


def _rows(random: np.random.Generator, dtype: Any) -> list[tuple[Any, ...]]:
    """An array, a dimension, and whether to begin at its end."""
    given = [
        (_numbers(random, dtype, 7, 30), 1),
        (_numbers(random, dtype, 9, 5), 0),
        (_numbers(random, dtype, 2, 6, 3), 1),
    ]
    special = _numbers(random, dtype, 5, 4)
    special[1, 2], special[2, 1], special[3] = np.nan, np.inf, [np.inf, 0, -np.inf, 1]
    return [(x, dim, reverse) for x, dim in [*given, (special, 1)] for reverse in (False, True)]


def _draws(random: np.random.Generator, dtype: Any) -> list[tuple[Any, ...]]:
    draws = random.random((7, 11), np.float32)
    draws[0, 0] = 0.25
    return [(draws, 0.25, 1 / 0.75, np.dtype(dtype)), (draws, 1.0, 0.0, np.dtype(dtype))]


CALLS: dict[str, Calls] = {
    "elements.kept": _draws,
    "scans.running_sums": _rows,
    "places.add_rows": _additions,
    "places.flat_places": _indices,
    "places.take": _places,
    **{f"activations.{name}": _each(_elements, settings) for name, settings in _ACTIVATIONS.items()},
    **{f"activations.{name}_gradient": _each(_gradients, settings) for name, settings in _ACTIVATIONS.items()},
}
