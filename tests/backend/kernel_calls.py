"""What each kernel is called with in tests: arguments by a kernel's name, for a dtype and a size."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from autograd_engine import optim

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


def _updates(random: np.random.Generator, dtype: Any) -> list[tuple[Any, ...]]:
    """Steps of optimizers: several arrays at once, edge cases; one formula with a state, one with choices."""
    calls: list[tuple[Any, ...]] = []
    for kind, names, numbers in (
        (optim.Adam, ("exp_avg", "exp_avg_sq"), (0.99, 0.0, 1.0, 0.9, 0.99, 1e-8, 1e-3, 0.0)),
        (optim.Rprop, ("prev", "step_size"), (1.0, 0.1, -1.0, 0.5, 1.2, 1e-6, 50.0)),
    ):
        read = kind._formula(names).read(numbers)
        assert read is not None
        for values in ([_numbers(random, dtype, n) for n in (5000, 0, 7, 1024)], [_edges(dtype)]):
            gradients = [_numbers(random, dtype, *p.shape) for p in values]
            states = [(_numbers(random, dtype, *p.shape), _numbers(random, dtype, *p.shape) ** 2) for p in values]
            calls += [(values, gradients, states, *read), ([p.copy() for p in gradients], values, states, *read)]
    return calls


CALLS: dict[str, Calls] = {
    "activations.relu": _elements,
    "activations.relu_gradient": _gradients,
    "updates.update": _updates,
}
