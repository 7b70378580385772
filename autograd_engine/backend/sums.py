"""Sums, and what else many elements are combined in: the dtype that is wide enough for it.

The sum of float16 numbers that fit may pass 65504, the largest of them, on the way; and at 2048 it no longer grows
by ones. So float16 is combined in float32, as in PyTorch, and only the result is rounded.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from .kinds import kind_of

__all__ = ["accumulated", "add_at", "added_up", "magnitude", "widened", "within"]

_ACCUMULATOR: dict[str, np.dtype[Any]] = {"e": np.dtype(np.float32), **dict.fromkeys("BHILQ", np.dtype(np.int64))}
"""The dtype in which many elements of a dtype, given by its letter, are combined, where it is another one."""


def accumulated(combine: Any, x: Any, **settings: Any) -> Any:
    """`combine(x, **settings)` for `np.add.reduce`, `np.multiply.accumulate` and their like, in a dtype wide enough
    for what is combined, as in PyTorch.

    Float16 is combined in float32, and unsigned integers in int64, as NumPy combines all other integers by itself.

    Example:
        >>> accumulated(np.add.reduce, np.ones(5000, np.float16)).item()
        5000.0
    """
    wide = _ACCUMULATOR.get(x.dtype.char)
    if wide is None:
        return combine(x, **settings)
    out = combine(x, dtype=wide, **settings)
    return out.astype(x.dtype) if wide.kind == "f" else out


def added_up(x: Any, axis: Any = None, keepdims: bool = False) -> Any:
    """The sum over `axis`, `accumulated`."""
    if x.dtype.char in _ACCUMULATOR:
        return accumulated(np.add.reduce, x, axis=axis, keepdims=keepdims)
    return np.add.reduce(x, axis=axis, keepdims=keepdims)


def within(x: Any, low: float, high: float) -> bool:
    """Whether all elements lie between these numbers, without them; NaN does not. Where nobody can tell without
    waiting for a device, they do not."""
    if not kind_of(x).readable:
        return False
    if x.ndim == 0:
        return bool(low < x < high)
    least, most = np.minimum.reduce(x, axis=None, initial=high), np.maximum.reduce(x, axis=None, initial=low)
    return bool(low < least and most < high)


def widened(x: Any) -> Any:
    """`x`, but float16 as float32: for what forms squares, or other large numbers, on the way to its result."""
    return x.astype(np.float32) if x.dtype.char == "e" else x


def magnitude(x: Any) -> Any:
    """The power of 2 not above each element, none of which is negative; 1/2 for 0, infinity and NaN.

    To divide by it rounds nothing, and keeps squares within the range of the dtype.

    Example:
        >>> magnitude(np.array([0.75, 1.0, 6.0]))
        array([0.5, 1. , 4. ])
    """
    return np.ldexp(x.dtype.type(1), np.frexp(x)[1] - 1)


def add_at(array: Any, places: Any, values: Any) -> None:
    """array[places] += values, in place, as often as a place is named; float16 is summed in float32."""
    if array.dtype.char != "e":
        np.add.at(array, places, values)
        return
    sums = array.astype(np.float32)
    np.add.at(sums, places, values)
    array[...] = sums
