"""Running sums.

Each addition waits for the one before it, so four rows are summed at a time. They are summed in float64: that
rounds less and takes no longer, as the time goes into the waiting.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from ..threads import share
from . import fits, loop

_TOGETHER = 4


@loop
def _along_rows(x: Any, out: Any, reverse: bool) -> None:
    rows, n = x.shape
    first, step = (n - 1, -1) if reverse else (0, 1)
    for row in range(0, rows, 4):
        # The last rows are summed again where there are less than four left.
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


@loop
def _down_columns(x: Any, out: Any, reverse: bool) -> None:
    outer, n, _ = x.shape
    for o in range(outer):
        for k in range(n):
            i = n - 1 - k if reverse else k
            source, target = x[o, i], out[o, i]
            if k == 0:
                for j in range(source.size):
                    target[j] = source[j]
            else:
                before = out[o, i + 1 if reverse else i - 1]
                for j in range(source.size):
                    target[j] = before[j] + source[j]


def running_sums(x: Any, dim: int, reverse: bool) -> Any:
    outer, n, inner = math.prod(x.shape[:dim]), x.shape[dim], math.prod(x.shape[dim + 1 :])
    if not fits(x) or not x.size or (inner == 1 and outer < _TOGETHER):
        return NotImplemented
    out = np.empty(x.shape, x.dtype)
    if inner == 1:
        given, made = x.reshape(outer, n), out.reshape(outer, n)

        def rows(part: slice) -> None:
            # The last part, if it has less than four rows, sums some of its neighbour's again: to the same numbers.
            start = max(0, min(part.start, part.stop - _TOGETHER))
            _along_rows(given[start : part.stop], made[start : part.stop], reverse)

        share(rows, outer, _TOGETHER)
        return out
    blocks, sums = x.reshape(outer, n, inner), out.reshape(outer, n, inner)
    if outer > 1:
        share(lambda part: _down_columns(blocks[part], sums[part], reverse), outer)
    else:
        share(lambda part: _down_columns(blocks[:, :, part], sums[:, :, part], reverse), inner)
    return out
