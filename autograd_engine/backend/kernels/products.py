"""Products of stacks of small matrices on several threads; BLAS has its own for large ones."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from ..kinds import others
from ..threads import share

__all__ = ["matmul"]

_MULTIPLIED_ALONE = 2**23
"""Stacks that take fewer multiplications than this are multiplied on one thread."""
_SMALL = 2**18
"""One product of two matrices with more multiplications than this uses OpenBLAS's own threads."""


def matmul(x: Any, y: Any) -> Any:
    """`np.matmul`, with a large stack of small matrices shared among threads."""
    if x.ndim < 3 or x.shape[:-2] != y.shape[:-2] or x.__class__ in others:
        return np.matmul(x, y)
    each = x.shape[-2] * x.shape[-1] * y.shape[-1]
    if each > _SMALL or math.prod(x.shape[:-2]) * each < _MULTIPLIED_ALONE or x.shape[-1] != y.shape[-2]:
        return np.matmul(x, y)
    out = np.empty((*x.shape[:-1], y.shape[-1]), np.result_type(x, y))
    share(lambda part: np.matmul(x[part], y[part], out=out[part]), len(x))
    return out
