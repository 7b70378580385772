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


CALLS: dict[str, Calls] = {
    "activations.relu": _elements,
    "activations.relu_gradient": _gradients,
}
