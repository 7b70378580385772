"""What the files of linear algebra share: LAPACK and its errors, checks, and views of vectors as matrices.

A decomposition is differentiated without looking at how LAPACK computes it: the equations its results fulfil
(A = U S V^T, U^T U = 1, ...) are differentiated, solved for the change of the results, and transposed. The
formulas are those of M. Giles, "An extended collection of matrix derivative results" (2008), for LU, Cholesky,
inverses and solutions; J. Townsend, "Differentiating the singular value decomposition" (2016); and S. Walter and
L. Lehmann, "Algorithmic differentiation of linear algebra functions" (2010), for QR.
"""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any, TypeVar

import numpy as np

from ...backend import kernels
from ...backend.arrays import Array
from ...backend.blas import linalg_of_scipy
from ...backend.kinds import kind_of
from ...engine.graph import raw
from ...engine.primitive import primitive
from ..piecewise import masked
from ..shape import _reshape
from .products import _t

F = TypeVar("F", bound=Callable[..., Any])


class LinAlgError(np.linalg.LinAlgError, RuntimeError):
    """A matrix is singular or not positive definite, or an iteration did not converge.

    PyTorch's users catch it as `RuntimeError`, NumPy's as `numpy.linalg.LinAlgError`.
    """


def _operator(function: F) -> F:
    """Raise `LinAlgError` where NumPy's routine below a primitive raised its own."""

    @functools.wraps(function)
    def checked(*args: Any, **kwargs: Any) -> Any:
        try:
            return function(*args, **kwargs)
        except ValueError as error:
            if not isinstance(error.__cause__, np.linalg.LinAlgError):
                raise
            name, message = function.__name__, str(error)
            if not message.startswith(f"{name}: "):
                message = f"{name}: {message}"
            raise LinAlgError(message) from error.__cause__

    return checked  # type: ignore[return-value]


def _check(x: Array, name: str, square: bool = False, integers: bool = False, lapack: bool = True) -> None:
    """Raise unless `x` holds matrices that the operator of this name computes with, by LAPACK or without."""
    shape = tuple(x.shape)
    if len(shape) < 2 or (square and shape[-1] != shape[-2]):
        what = "square matrices" if square else "a matrix or a batch of matrices"
        raise ValueError(f"{name}: expected {what}, got shape {shape}")
    if x.dtype.kind not in "fc" and not integers:
        raise TypeError(f"{name}: expected floating-point numbers, not {x.dtype}; convert with .float() first")
    if lapack and raw(x).dtype.char == "e":
        raise TypeError(f"{name}: LAPACK does not compute in float16; convert with .float() first")


def _fits(A: Array, B: Array, name: str, shape: Any = None) -> None:
    """Raise unless `B` holds right-hand sides for `A`; the user may have given it in another `shape`."""
    if B.dtype.kind not in "fc":
        raise TypeError(f"{name}: expected floating-point right-hand sides, not {B.dtype}")
    batches = zip(A.shape[-3::-1], B.shape[-3::-1], strict=False)
    if len(B.shape) < 2 or A.shape[-2] != B.shape[-2] or any(m != n and 1 not in (m, n) for m, n in batches):
        shape = tuple(B.shape if shape is None else shape)
        raise ValueError(f"{name}: A of shape {tuple(A.shape)} and B of shape {shape} do not fit")


def _columns(A: Array, B: Array, name: str) -> tuple[Array, bool]:
    """Right-hand sides as columns, and whether they are single vectors, by PyTorch's (and NumPy 1's) rule."""
    vector = len(B.shape) == 1 or (len(B.shape) == len(A.shape) - 1 and tuple(B.shape) == tuple(A.shape[:-1]))
    columns = _column(B) if vector else B
    _fits(A, columns, name, B.shape)
    return columns, vector


def _column(x: Array) -> Array:
    """A vector (or batch of vectors) along the rows of a matrix: x[i, j] = x[i]."""
    return _reshape(x, shape=(*x.shape, 1))


def _row(x: Array) -> Array:
    """A vector (or batch of vectors) along the columns of a matrix: x[i, j] = x[j]."""
    return _reshape(x, shape=(*x.shape[:-1], 1, x.shape[-1]))


def _diagonal_matrix(x: Array) -> Array:
    return _column(x) * kind_of(raw(x)).eye(x.shape[-1], dtype=x.dtype)


def _tril(x: Array, offset: int = 0) -> Array:
    return masked(x, kind_of(raw(x)).tri(x.shape[-2], x.shape[-1], offset, dtype=bool))


def _triu(x: Array, offset: int = 0) -> Array:
    return masked(x, ~kind_of(raw(x)).tri(x.shape[-2], x.shape[-1], offset - 1, dtype=bool))


@functools.cache
def _fortran(routine: str, dtype: Any) -> Any:
    """The routine of BLAS or LAPACK for this dtype. SciPy is loaded on first use."""
    linalg = linalg_of_scipy()
    prefix = {"f": "s", "d": "d", "F": "c", "D": "z"}.get(dtype.char)
    if prefix is None:
        raise TypeError(f"LAPACK does not compute in {dtype}; convert with .float() first")
    return getattr(linalg.blas, prefix + routine, None) or getattr(linalg.lapack, prefix + routine)


def _by_one(x: Array) -> bool:
    """Whether SciPy's routines are called for each matrix of a raw array. For many small ones NumPy's loop in C is
    faster."""
    return bool(x.size) and (x.ndim == 2 or x.shape[-1] >= 16) and kind_of(x).readable


def _matrices(x: Any, batch: tuple[int, ...]) -> Any:
    """An array expanded over a batch, as one list of matrices."""
    return np.broadcast_to(x, (*batch, *x.shape[-2:])).reshape(-1, *x.shape[-2:])


@primitive(x=lambda g, y: _product(g, _t(y)), y=lambda g, x: _product(_t(x), g))
def _product(x: Array, y: Array) -> Array:
    """x @ y by the BLAS below SciPy's LAPACK, for matrices so large that it computes in several threads.

    NumPy's BLAS has threads of its own. On a machine of few cores, the threads of one library, while they wait for
    work, keep the cores from those of the other: a product by NumPy after a solution by SciPy took 4 ms instead of
    1 (512 by 512). For a column times a row, a broadcast product is faster than both: 0.05 instead of 0.28 ms.
    """
    if x.shape[-1] == 1:
        return x * y
    if x.ndim > 2 or y.ndim > 2 or x.dtype != y.dtype or x.size < 4096 or not kind_of(x).readable:
        return kernels.matmul(x, y)
    # In Fortran's order the arrays are the transposes, and (x y)^T = y^T x^T.
    (a, trans_a), (b, trans_b) = ((t.T, False) if t.flags.c_contiguous else (t, True) for t in (y, x))
    return _fortran("gemm", x.dtype)(1, a, b, trans_a=trans_a, trans_b=trans_b).T
