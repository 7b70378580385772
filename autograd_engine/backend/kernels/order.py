"""Sorting rows or columns on several threads."""

from __future__ import annotations

from typing import Any

import numpy as np

from ..kinds import others
from ..threads import share

__all__ = ["argsort"]

_SORTED_ALONE = 32_768
"""Arrays below this size are sorted on one thread: it takes less than a millisecond."""


def argsort(x: Any, axis: int) -> Any:
    """The stable `np.argsort`, with the rows (or columns) of a large array shared among threads."""
    across = max((d for d in range(x.ndim) if d != axis), key=x.shape.__getitem__, default=None)
    if x.size < _SORTED_ALONE or across is None or x.__class__ in others:
        return np.argsort(x, axis=axis, kind="stable")
    order = np.empty(x.shape, np.int64)
    lanes = (slice(None),) * across

    def sort(part: slice) -> None:
        order[*lanes, part] = np.argsort(x[*lanes, part], axis=axis, kind="stable")

    share(sort, x.shape[across])
    return order
