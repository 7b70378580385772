"""Running sums.

Each addition waits for the one before it, so four rows are summed at a time. They are summed in float64: that
rounds less and takes no longer, as the time goes into the waiting.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from . import fits
from .crew import shared_loop

_TOGETHER = 4
"""How many rows are summed at a time."""
_LANES = 64
"""A thread's columns are a multiple of this, so that it shares no cache line with another one."""


@shared_loop
def _along_rows(x: Any, out: Any, reverse: bool, start: int, stop: int) -> None:
    rows, n = x.shape
    first, step = (n - 1, -1) if reverse else (0, 1)
    for row in range(start, stop, 4):
        # Where less than four are left, those before them are summed again, to the same numbers.
        i = min(row, rows - 4)
        a, b, c, d = x[i], x[i + 1], x[i + 2], x[i + 3]
        p, q, r, s = out[i], out[i + 1], out[i + 2], out[i + 3]
        e, f, g, h = 0.0, 0.0, 0.0, 0.0
        for k in range(n):
            j = np.uint64(first + step * k)
            e += a[j]
            f += b[j]
            g += c[j]
            h += d[j]
            p[j] = e
            q[j] = f
            r[j] = g
            s[j] = h


@shared_loop
def _down_columns(x: Any, out: Any, reverse: bool, start: int, stop: int) -> None:
    """Column by column of one block after the other."""
    _, n, inner = x.shape
    while start < stop:
        o, first = start // inner, start % inner
        last = min(inner, first + stop - start)
        for k in range(n):
            i = n - 1 - k if reverse else k
            source, target = x[o, i, first:last], out[o, i, first:last]
            if k == 0:
                for j in range(source.size):
                    target[j] = source[j]
            else:
                before = out[o, i + 1 if reverse else i - 1, first:last]
                for j in range(source.size):
                    target[j] = before[j] + source[j]
        start += last - first


def running_sums(x: Any, dim: int, reverse: bool) -> Any:
    outer, n, inner = math.prod(x.shape[:dim]), x.shape[dim], math.prod(x.shape[dim + 1 :])
    if not fits(x) or not x.size or (inner == 1 and outer < _TOGETHER):
        return NotImplemented
    out = np.empty(x.shape, x.dtype)
    if inner == 1:
        _along_rows(outer, _TOGETHER, x.reshape(outer, n), out.reshape(outer, n), reverse)
    else:
        _down_columns(outer * inner, _LANES, x.reshape(outer, n, inner), out.reshape(outer, n, inner), reverse)
    return out
