"""Slices read in ascending order, each as often as it is named, and the adjoint: segments of slices added up.

An index that does not decrease has its equal entries side by side, so what indexing in general adds element by
element (`np.add.at`) is here a sum over each segment (`np.add.reduceat`).
"""

from __future__ import annotations

from typing import Any

import numpy as np

from ...backend.arrays import Array, astype
from ...backend.kinds import kind_of
from ...backend.sums import accumulated, add_at, added_up, widened
from ...engine.primitive import primitive


def _first_of_segments(index: Any) -> Any:
    """Where each segment of equal entries begins."""
    begins = kind_of(index).ones(len(index), bool)
    np.not_equal(index[1:], index[:-1], out=begins[1:])
    return np.flatnonzero(begins)


def _sums_of_segments(x: Any, first: Any, dim: int) -> Any:
    """The sum of each segment along `dim`. Short ones of one length are added as slices, faster than reduceat."""
    n, length = x.shape[dim], first[1]
    if length > 8 or n != length * len(first) or (np.diff(first) != length).any():
        return accumulated(np.add.reduceat, x, indices=first, axis=dim)
    lead = (slice(None),) * dim
    out = widened(x[*lead, ::length]) + x[*lead, 1::length]
    for place in range(2, length):
        out += x[*lead, place::length]
    return astype(out, x.dtype)


@primitive(x=lambda g, x_shape, index: _add_segments(g, index=index, size=x_shape[len(index) - 1]))
def _take_segments(x: Array, *, index: tuple[Any, ...]) -> Array:
    """x[index], where `index` is slices that take all, and then an array that does not decrease."""
    return np.take(x, index[-1], len(index) - 1)


@primitive(x=lambda g, index: _take_segments(g, index=index))
def _add_segments(x: Array, *, index: tuple[Any, ...], size: int) -> Array:
    """Zeros with `x` added at `index`; `size` is that of the dimension where the array in it lies."""
    dim, places = len(index) - 1, index[-1]
    kind = kind_of(x)
    if not kind.readable:
        out = kind.zeros((*x.shape[:dim], size, *x.shape[dim + 1 :]), x.dtype)
        add_at(out, index, x)
        return out
    first = _first_of_segments(places)
    sums = x
    if len(first) < len(places):
        sums = _sums_of_segments(x, first, dim) if len(first) > 1 else added_up(x, axis=dim, keepdims=True)
    if len(first) == size:
        return sums
    out = np.zeros((*x.shape[:dim], size, *x.shape[dim + 1 :]), x.dtype)
    out[*index[:-1], places[first]] = sums
    return out
