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


CALLS: dict[str, Calls] = {
    **{f"activations.{name}": _each(_elements, settings) for name, settings in _ACTIVATIONS.items()},
    **{f"activations.{name}_gradient": _each(_gradients, settings) for name, settings in _ACTIVATIONS.items()},
}
