"""Channels last in memory: those of one place lie side by side, whatever the shape (N, C, ...) says.

What sums over channels, or works on each in the same way, then runs along memory. Arrays (N, C, ...) that are made
so have the strides of (N, ..., C), and arithmetic on them keeps that order.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from ..kinds import kind_of
from .choice import kernel

__all__ = ["channels_last", "channels_to_last", "first", "from_places", "in_order", "last", "places_in_rows"]

Sizes = tuple[int, ...]


def last(x: Any) -> Any:
    """The view (N, ..., C) of (N, C, ...); `np.moveaxis` does the same in 4 microseconds more."""
    return x.transpose(0, *range(2, x.ndim), 1)


def first(x: Any) -> Any:
    """The view (N, C, ...) of (N, ..., C)."""
    return x.transpose(0, x.ndim - 1, *range(1, x.ndim - 1))


def channels_last(shape: Sizes, like: Any) -> Any:
    """A new array (N, C, ...) in whose memory the channels of one position lie side by side; of another's kind and
    dtype."""
    n, c, *places = shape
    return np.empty_like(first(kind_of(like).empty((n, *places, c), like.dtype)))  # which owns its memory


def in_order(x: Any) -> Any:
    """x in row-major memory, itself if it is."""
    return x if x.flags.c_contiguous else kind_of(x).array(x, order="C")


@kernel
def channels_to_last(x: Any) -> Any:
    """(N, C, ...) as an array (N, ..., C) in row-major memory; a view if it lies so already."""
    return in_order(last(x))


def places_in_rows(x: Any) -> Any:
    """(N, C, ...) as rows (N and all places, C) if it has its channels last in memory; else None."""
    if x.flags.c_contiguous or x.ndim < 3 or not (rows := last(x)).flags.c_contiguous:
        return None
    return rows.reshape(-1, x.shape[1])


def from_places(rows: Any, shape: Sizes) -> Any:
    """Rows (N and all places, C) as an array of this shape (N, C, ...)."""
    return first(rows.reshape(shape[0], *shape[2:], shape[1]))
