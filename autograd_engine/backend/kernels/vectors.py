"""The two vector updates that formulas are full of, y <- y + a x and y <- a y: BLAS's for short ones, and NumPy's.

BLAS computes y + a x in one pass, where NumPy takes two. But SciPy calls it without letting other threads run, and
OpenBLAS shares what is long among threads of its own. SciPy and NumPy bring a BLAS each: the idle threads of one
spin on the cores that the other needs, so that on 2 cores the matrix products of the next forward pass took 5 times
as long. NumPy's two passes on two threads of ours take two thirds of the time of BLAS's one.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import Any, NamedTuple

import numpy as np

from ..blas import linalg_of_scipy

__all__ = ["NUMPY", "SHORT", "Vectors", "for_short"]

SHORT = 10_000
"""The longest vectors that OpenBLAS adds without sharing the work between threads."""


class Vectors(NamedTuple):
    """The two vector updates, in place on `y`.

    Attributes:
        scal: `scal(a, y)` multiplies y by a.
        axpy: `axpy(x, y, a=a)` adds a x to y.
    """

    scal: Callable[..., Any]
    axpy: Callable[..., Any]


def _scal(a: float, y: Any) -> None:
    y *= a


def _axpy(x: Any, y: Any, *, a: float) -> None:
    y += a * x


NUMPY = Vectors(_scal, _axpy)


@cache
def for_short(dtype: np.dtype[Any]) -> Vectors:
    """BLAS for short vectors in float32 and float64; NumPy for the dtypes that BLAS does not know."""
    blas = linalg_of_scipy().blas
    if dtype == np.float32:
        return Vectors(blas.sscal, blas.saxpy)
    if dtype == np.float64:
        return Vectors(blas.dscal, blas.daxpy)
    return NUMPY
