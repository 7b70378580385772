"""The vector updates that the formulas of optimizers are made of, in as few passes over memory as possible.

They go to BLAS, which computes y += a x in one pass, where NumPy would take two.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from typing import Any, NamedTuple

import numpy as np


class Vectors(NamedTuple):
    """The two vector updates of BLAS for one dtype, in place on `y`.

    Attributes:
        axpy: `axpy(x, y, a=a)` adds a x to y.
        scal: `scal(a, y)` multiplies y by a.
    """

    axpy: Callable[..., Any]
    scal: Callable[..., Any]

    def average(self, x: Any, y: Any, beta: float) -> None:
        """Let the running mean y follow x: y <- beta y + (1 - beta) x."""
        self.scal(beta, y)
        self.axpy(x, y, a=1.0 - beta)

    def average_square(self, x: Any, y: Any, beta: float, scratch: Any) -> None:
        """Let the running mean y follow x^2: y <- beta y + (1 - beta) x^2."""
        np.multiply(x, x, out=scratch)
        self.average(scratch, y, beta)


def _axpy(x: Any, y: Any, *, a: float) -> None:
    y += a * x


def _scal(a: float, y: Any) -> None:
    y *= a


_ELEMENTWISE = Vectors(_axpy, _scal)

_ONE_THREAD = 10_000
"""The longest vectors that OpenBLAS adds without sharing the work between threads."""


def _on_one_thread(axpy: Callable[..., Any]) -> Callable[..., Any]:
    """BLAS's axpy, called on pieces so short that each stays on one thread.

    SciPy and NumPy bring a BLAS each. If both use threads, the idle threads of one spin on the cores that the
    other needs: on 2 cores the matrix products of the next forward pass took 5 times as long.
    """

    def add(x: Any, y: Any, *, a: float) -> None:
        size = y.size
        if size <= _ONE_THREAD:
            axpy(x, y, a=a)
            return
        for i in range(0, size, _ONE_THREAD):
            axpy(x, y, min(_ONE_THREAD, size - i), a, i, 1, i, 1)

    return add


def vectors_for(array: Any) -> Vectors:
    """BLAS for float32 and float64 of NumPy's; NumPy's functions for the dtypes and kinds it does not know."""
    return _blas(array.dtype) if isinstance(array, np.ndarray) else _ELEMENTWISE


@lru_cache
def _blas(dtype: np.dtype[Any]) -> Vectors:
    from scipy.linalg import blas

    if dtype == np.float32:
        return Vectors(_on_one_thread(blas.saxpy), blas.sscal)
    if dtype == np.float64:
        return Vectors(_on_one_thread(blas.daxpy), blas.dscal)
    return _ELEMENTWISE


def root(x: Any, eps: float, out: Any) -> None:
    """out <- sqrt(x) + eps, what the adaptive methods divide by."""
    np.sqrt(x, out=out)
    np.add(out, eps, out=out)
