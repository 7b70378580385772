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

_BLOCK = 1 << 17
"""Elements of a block of a formula with exponentials and the like: 512 KiB of float32. Between their calls of
NumPy's, threads take turns at the interpreter, which costs up to 100 us on a virtual machine; so a call must have
more to do than that."""
_LIGHT = 1 << 18
"""Elements of a block of a formula of two or three plain operations."""


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

    A formula of two or three plain operations gains if it has a parameter `into`, and writes its result there
    unless that is None.
    """
    writes = "into" in (formula.__kwdefaults__ or ())

    @functools.wraps(formula)
    def run(x: Any, *others: Any) -> Any:
        block = _LIGHT if writes else _BLOCK
        if x.__class__ is not np.ndarray or x.size <= block or x.dtype.char not in "efd":
            return formula(x, *others)
        count = sum(isinstance(a, np.ndarray) for a in others)
        if not all(is_like(x, a) for a in others[:count]):
            return formula(x, *others)
        out = np.empty_like(x)
        made, *given = (in_order_of(out, a) for a in (out, x, *others[:count]))
        settings = others[count:]

        def work(blocks: slice) -> None:
            for start in range(blocks.start * block, blocks.stop * block, block):
                part = slice(start, start + block)
                numbers = (*(a[part] for a in given), *settings)
                if writes:
                    formula(*numbers, into=made[part])
                else:
                    made[part] = formula(*numbers)

        share(work, -(-x.size // block))
        return out

    made: Any = run
    made.formula = formula  # which small arrays go to straight away
    return made
