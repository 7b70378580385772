"""A kernel made of a formula for one element.

What runs the formula over arrays is the same for all: it checks them, makes the result, and shares the loop among
threads. The formula gets one number of each array, and after them the settings, all of one dtype. In it
`f = type(x)` makes constants of that dtype: a plain 0.5 would turn the arithmetic into float64.
"""

from __future__ import annotations

import functools
from collections.abc import Callable
from types import FunctionType
from typing import Any, TypeVar

import numpy as np

from ..kernels.elementwise import in_order_of, is_like
from . import FLOATS, MATH, inlined
from .arithmetic import wide
from .crew import TOGETHER, shared_loop

__all__ = ["elementwise"]

F = TypeVar("F", bound=Callable[..., Any])

formula: Any = None
"""What the loops apply; each formula gets loops of its own."""


def _over_one(x: Any, out: Any, settings: Any, start: int, stop: int) -> None:
    wide()
    given, made = x[start:stop], out[start:stop]
    for i in range(made.size):
        made[i] = formula(given[i], *settings)


def _over_two(x: Any, y: Any, out: Any, settings: Any, start: int, stop: int) -> None:
    wide()
    given, other, made = x[start:stop], y[start:stop], out[start:stop]
    for i in range(made.size):
        made[i] = formula(given[i], other[i], *settings)


def _loop_with(template: Any, element: Any, named: Any) -> Any:
    """The loop around this formula, under the name of the formula: numba keeps machine code by name."""
    made = FunctionType(template.__code__, {"formula": element, "wide": wide}, named.__name__)
    made.__module__, made.__qualname__ = named.__module__, named.__qualname__
    return shared_loop(made)


def elementwise(formula: F) -> F:
    """A kernel of one or two arrays of one shape, and settings, made of a formula of as many numbers."""
    # In another order a product of a huge number and a tiny one may leave the range on the way.
    element = inlined(formula, MATH - {"reassoc"})
    over_one, over_two = (_loop_with(template, element, formula) for template in (_over_one, _over_two))

    @functools.wraps(formula)
    def run(x: Any, *others: Any) -> Any:
        count = sum(isinstance(a, np.ndarray) for a in others)
        if x.dtype not in FLOATS or count > 1 or not all(is_like(x, a) for a in others[:count]):
            return NotImplemented
        settings = tuple(map(x.dtype.type, others[count:]))
        out = np.empty_like(x)
        made, *given = (in_order_of(out, a) for a in (out, x, *others[:count]))
        over = over_two if count else over_one
        over(x.size, TOGETHER, *given, made, settings)
        return out

    return run  # type: ignore[return-value]
