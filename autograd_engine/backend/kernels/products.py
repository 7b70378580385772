"""Products of matrices: on the CPU stacks of small ones on several threads, for BLAS has its own for large ones;
on a GPU with what is added to them.

Whatever multiplies matrices calls `matmul`, which costs an array of NumPy's next to nothing.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from ..kinds import others
from ..threads import share
from .choice import kernel

__all__ = ["matmul", "product"]

_MULTIPLIED_ALONE = 2**23
"""Stacks that take fewer multiplications than this are multiplied on one thread."""
_SMALL = 2**18
"""One product of two matrices with more multiplications than this uses OpenBLAS's own threads."""


def matmul(x: Any, y: Any, plus: Any = None, out: Any = None) -> Any:
    """`np.matmul`, and what is broadcast to the product added to it, which may be no part of `out`."""
    if x.__class__ in others:
        return product(x, y, plus, out)
    if x.ndim < 3 or x.shape[:-2] != y.shape[:-2]:
        made = np.matmul(x, y, out)
    else:
        made = _of_stacks(x, y, out)
    if plus is not None:
        made += plus
    return made


def _of_stacks(x: Any, y: Any, out: Any) -> Any:
    """`np.matmul` of two stacks, shared among threads if they are large and their matrices small."""
    each = x.shape[-2] * x.shape[-1] * y.shape[-1]
    if each > _SMALL or math.prod(x.shape[:-2]) * each < _MULTIPLIED_ALONE or x.shape[-1] != y.shape[-2]:
        return np.matmul(x, y, out)
    made = np.empty((*x.shape[:-1], y.shape[-1]), np.result_type(x, y)) if out is None else out
    share(lambda part: np.matmul(x[part], y[part], out=made[part]), len(x))
    return made


@kernel
def product(x: Any, y: Any, plus: Any, out: Any) -> Any:
    """x y + plus, `np.matmul`'s product and what is broadcast to it, or None, into `out` or new memory."""
    made = np.matmul(x, y, out=out)
    if plus is not None:
        made += plus
    return made
