"""Running sums."""

from __future__ import annotations

from typing import Any

import numpy as np

from ..kinds import kind_of
from ..sums import accumulated, widened
from .choice import kernel

__all__ = ["running_sums"]

_BLOCK = 16
"""Elements per block of a running sum."""
_PANEL = 256
"""Blocks per product: below the size from which BLAS starts threads, which cost more than they gain here."""
_LARGE = 4096
"""From so many elements on, the faster ways to sum pay off."""


def _sums_by_blocks(x: Any, reverse: bool) -> Any:
    """Running sums along the last dimension, by products with a triangle of ones. A product does several additions
    at once, while in a plain scan each addition waits for the one before it. The sum of all that comes before a
    block is added to its first element beforehand."""
    *outer, n = x.shape
    blocks = -(-n // _BLOCK)
    padded = (np.zeros if n % _BLOCK else np.empty)((*outer, blocks * _BLOCK), x.dtype)
    padded[..., :n] = x
    padded = padded.reshape(*outer, blocks, _BLOCK)
    ones = np.ones((_BLOCK, _BLOCK), x.dtype)
    totals = running_sums(padded @ ones[0], len(outer), reverse)
    if reverse:
        padded[..., :-1, -1] += totals[..., 1:]
    else:
        padded[..., 1:, 0] += totals[..., :-1]
    rows = padded.reshape(-1, _BLOCK)
    triangle, out = np.tril(ones) if reverse else np.triu(ones), np.empty_like(rows)
    whole = len(rows) // _PANEL * _PANEL
    np.matmul(rows[:whole].reshape(-1, _PANEL, _BLOCK), triangle, out=out[:whole].reshape(-1, _PANEL, _BLOCK))
    np.matmul(rows[whole:], triangle, out=out[whole:])
    return out.reshape(*outer, blocks * _BLOCK)[..., :n]


@kernel
def running_sums(x: Any, dim: int, reverse: bool) -> Any:
    """The sums of all elements up to each one along `dim`; with `reverse`, of all from each one on."""
    if x.dtype == np.float16:
        return running_sums(widened(x), dim, reverse).astype(x.dtype)
    n = x.shape[dim]
    if x.size >= _LARGE and x.dtype.kind == "f" and n > _BLOCK and kind_of(x).readable:
        if dim == x.ndim - 1:
            with np.errstate(invalid="ignore", over="ignore"):
                out = _sums_by_blocks(x, reverse)
            # In a product an infinity turns its neighbours into NaN. It always shows in the last sum.
            if np.isfinite(out[..., 0 if reverse else -1]).all():
                return out
        elif x.size // n >= _LARGE // _BLOCK:
            out = np.empty(x.shape, x.dtype)
            last: Any = x.dtype.type(0)
            for i in range(n)[:: -1 if reverse else 1]:
                place: Any = (*(slice(None),) * dim, i)
                last = np.add(last, x[place], out=out[place])
            return out
    if reverse:
        return np.flip(accumulated(np.add.accumulate, np.flip(x, dim), axis=dim), dim)
    return accumulated(np.add.accumulate, x, axis=dim)
