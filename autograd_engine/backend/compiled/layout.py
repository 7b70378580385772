"""Copies with the channels of one place side by side, or apart again, in small parts that stay in the cache."""

from __future__ import annotations

from typing import Any

import numpy as np

from ..kernels.layout import last
from . import FLOATS
from .crew import shared_loop

_TILE = 8
"""How many channels are copied at a time: more would not stay in the cache, as they are far apart."""


@shared_loop
def _to_last(x: Any, out: Any, start: int, stop: int) -> None:
    for n in range(start, stop):
        for c in range(0, x.shape[1], _TILE):
            channels = min(_TILE, x.shape[1] - c)
            for first in range(0, x.shape[2], 2 * _TILE):
                for i in range(first, min(first + 2 * _TILE, x.shape[2])):
                    for k in range(channels):
                        out[n, i, c + k] = x[n, c + k, i]


def channels_to_last(x: Any) -> Any:
    if x.dtype not in FLOATS or not x.flags.c_contiguous or x.ndim < 3 or x.shape[1] == 1 or not x.size:
        return NotImplemented
    out = np.empty((len(x), *x.shape[2:], x.shape[1]), x.dtype)
    given, made = x.reshape(*x.shape[:2], -1), out.reshape(len(x), -1, x.shape[1])
    _to_last(len(x), 1, given, made)
    return out


@shared_loop
def _to_planes(x: Any, out: Any, start: int, stop: int) -> None:
    for n in range(start, stop):
        for c in range(0, x.shape[2], _TILE):
            channels = min(_TILE, x.shape[2] - c)
            for first in range(0, x.shape[1], 2 * _TILE):
                for k in range(channels):
                    for i in range(first, min(first + 2 * _TILE, x.shape[1])):
                        out[n, c + k, i] = x[n, i, c + k]


def channels_to_planes(x: Any) -> Any:
    """(N, C, ...) that has its channels last in memory, as an array in row-major order."""
    rows = last(x)
    if x.flags.c_contiguous or not rows.flags.c_contiguous or not x.size:
        return np.ascontiguousarray(x)
    out = np.empty(x.shape, x.dtype)
    given, made = rows.reshape(len(x), -1, x.shape[1]), out.reshape(*x.shape[:2], -1)
    _to_planes(len(x), 1, given, made)
    return out
