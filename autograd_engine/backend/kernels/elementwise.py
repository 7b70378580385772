"""What runs a formula over large arrays, element by element: in blocks that stay in the cache, on several threads.

A formula of several operations of NumPy's passes over memory with each. Taken block by block, all but the first
read and the last write find their numbers in the cache.
"""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any, TypeVar

import numpy as np

from ..threads import share

__all__ = ["elementwise", "in_order_of", "is_like"]

F = TypeVar("F", bound=Callable[..., Any])

_BLOCK = 1 << 15
"""Elements of a block: a handful of arrays of float32 fit into a core's cache, and the calls cost little beside."""


def is_like(x: Any, other: Any) -> bool:
    """Whether `other` is an array of NumPy's with the shape and dtype of `x`."""
    return other.__class__ is np.ndarray and other.shape == x.shape and other.dtype == x.dtype


def in_order_of(model: Any, x: Any) -> Any:
    """The elements of `x` in the order in which `model`, an array without gaps of this shape, lies in memory: a
    view where `x` lies so too."""
    if x.strides != model.strides:
        x, given = np.empty_like(model), x
        x[...] = given
    return x.ravel("K")


def elementwise(formula: F) -> F:
    """The formula applied in blocks, where the arrays are large and have one shape and one floating dtype.

    A formula of two or three operations gains if it has a parameter `into`, and writes its result there unless that
    is None.
    """
    writes = "into" in (formula.__kwdefaults__ or ())

    @functools.wraps(formula)
    def run(x: Any, *others: Any) -> Any:
        if x.__class__ is not np.ndarray or x.size <= _BLOCK or x.dtype.char not in "efd":
            return formula(x, *others)
        count = sum(isinstance(a, np.ndarray) for a in others)
        if not all(is_like(x, a) for a in others[:count]):
            return formula(x, *others)
        out = np.empty_like(x)
        made, *given = (in_order_of(out, a) for a in (out, x, *others[:count]))
        settings = others[count:]

        def work(blocks: slice) -> None:
            for start in range(blocks.start * _BLOCK, blocks.stop * _BLOCK, _BLOCK):
                part = slice(start, start + _BLOCK)
                numbers = (*(a[part] for a in given), *settings)
                if writes:
                    formula(*numbers, into=made[part])
                else:
                    made[part] = formula(*numbers)

        share(work, -(-x.size // _BLOCK))
        return out

    made: Any = run
    made.formula = formula  # which small arrays go to straight away
    return made
