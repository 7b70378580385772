"""Copies with the channels of one place side by side, or apart again, in small parts that stay in the cache."""

from __future__ import annotations

from typing import Any

import numpy as np

from ..kernels.layout import last
from ..threads import share
from . import FLOATS, loop

_TILE = 8
"""How many channels are copied at a time: more would not stay in the cache, as they are far apart."""


@loop
def _to_last(x: Any, out: Any) -> None:
    for n in range(x.shape[0]):
        for c in range(0, x.shape[1], _TILE):
            channels = min(_TILE, x.shape[1] - c)
            for start in range(0, x.shape[2], 2 * _TILE):
                for i in range(start, min(start + 2 * _TILE, x.shape[2])):
                    for k in range(channels):
                        out[n, i, c + k] = x[n, c + k, i]


def channels_to_last(x: Any) -> Any:
    if x.dtype not in FLOATS or not x.flags.c_contiguous or x.ndim < 3 or x.shape[1] == 1 or not x.size:
        return NotImplemented
    out = np.empty((len(x), *x.shape[2:], x.shape[1]), x.dtype)
    given, made = x.reshape(*x.shape[:2], -1), out.reshape(len(x), -1, x.shape[1])
    share(lambda part: _to_last(given[part], made[part]), len(x))
    return out


@loop
def _to_planes(x: Any, out: Any) -> None:
    for n in range(x.shape[0]):
        for c in range(0, x.shape[2], _TILE):
            channels = min(_TILE, x.shape[2] - c)
            for start in range(0, x.shape[1], 2 * _TILE):
                for k in range(channels):
                    for i in range(start, min(start + 2 * _TILE, x.shape[1])):
                        out[n, c + k, i] = x[n, i, c + k]


def channels_to_planes(x: Any) -> Any:
    """(N, C, ...) that has its channels last in memory, as an array in row-major order."""
    rows = last(x)
    if x.flags.c_contiguous or not rows.flags.c_contiguous or not x.size:
        return np.ascontiguousarray(x)
    out = np.empty(x.shape, x.dtype)
    given, made = rows.reshape(len(x), -1, x.shape[1]), out.reshape(*x.shape[:2], -1)
    share(lambda part: _to_planes(given[part], made[part]), len(x))
    return out
