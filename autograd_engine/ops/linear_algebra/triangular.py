"""Triangular matrices: solving with them, and the decompositions into them by Cholesky and by QR."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Generic, NamedTuple

import numpy as np

from ...backend.arrays import Array, ArrayT
from ...backend.checks import are_checked
from ...backend.kinds import kind_of
from ...engine.graph import raw
from ...engine.primitive import primitive
from ..arithmetic import mul, sub
from ..names import operator
from ..rounding import flat
from ..shape import _reshape, cat
from .matrices import (
    LinAlgError,
    _by_one,
    _check,
    _column,
    _fits,
    _fortran,
    _matrices,
    _operator,
    _product,
    _tril,
    _triu,
)
from .products import _t, matmul


def _triangular_rule(
    g: Array, tensors: tuple[Array, ...], out: Array, upper: bool, unitriangular: bool
) -> list[Array]:
    pulled = _solve_triangular(_t(tensors[0]), g, upper=not upper, unitriangular=unitriangular)
    change = _product(pulled, _t(out))
    change = _triu(change, int(unitriangular)) if upper else _tril(change, -int(unitriangular))
    return [-change, pulled]


@primitive(tensors=_triangular_rule)
def _solve_triangular(*tensors: Array, upper: bool, unitriangular: bool) -> Array:
    dtype = np.result_type(*tensors)
    A, B = (t.astype(dtype, copy=False) for t in tensors)
    if not unitriangular and are_checked(A) and not np.all(A.diagonal(axis1=-2, axis2=-1)):
        raise LinAlgError("the matrix is singular: there is a 0 on its diagonal")
    if A.ndim == B.ndim == 2 and kind_of(A).readable:
        return _trsm(A, B, upper, unitriangular)
    if not (_by_one(A) and B.size):
        return _of_small(A, B, upper, unitriangular)
    batch = np.broadcast_shapes(A.shape[:-2], B.shape[:-2])
    out = np.empty((*batch, *B.shape[-2:]), dtype)
    for i, (a, b) in enumerate(zip(_matrices(A, batch), _matrices(B, batch), strict=True)):
        out.reshape(-1, *B.shape[-2:])[i] = _trsm(a, b, upper, unitriangular)
    return out


def _of_small(A: Any, B: Any, upper: bool, unitriangular: bool) -> Any:
    """The solutions for many small matrices, in NumPy's loop in C. Elimination leaves an upper triangle as it
    is, and a lower triangle read backwards is an upper one."""
    if not upper:
        reverse = (..., slice(None, None, -1), slice(None, None, -1))
        return _of_small(A[reverse], B[..., ::-1, :], True, unitriangular)[..., ::-1, :]
    A = np.triu(A, int(unitriangular))
    return np.linalg.solve(A + kind_of(A).eye(A.shape[-1], dtype=A.dtype) if unitriangular else A, B)


def _trsm(A: Any, B: Any, upper: bool, unitriangular: bool) -> Any:
    """The solution for one matrix, by BLAS. It reads an array in C's order as the transpose; so A^T is handed
    in, and X^T A^T = B^T is solved, without a copy."""
    a, turned = (A.T, True) if A.flags.c_contiguous else (A, False)
    settings = {"lower": upper == turned, "diag": unitriangular}
    trsm = _fortran("trsm", A.dtype)
    if B.flags.f_contiguous:
        return trsm(1, a, B, side=0, trans_a=turned, **settings)
    return trsm(1, a, B.T, side=1, trans_a=not turned, **settings).T


@operator("linalg")
@_operator
def solve_triangular(A: Array, B: Array, *, upper: bool, left: bool = True, unitriangular: bool = False) -> Array:
    """X with A X = B (X A = B where `left` is false) for triangular A; the other triangle is not looked at.

    Args:
        upper: whether the upper triangle holds the matrix, rather than the lower one.
        unitriangular: whether its diagonal is taken to be 1, whatever stands there.

    Shapes: A (..., n, n), B (..., n, k) -> (..., n, k); leading dimensions broadcast.

    Raises:
        LinAlgError: there is a 0 on the diagonal.
        ValueError: the matrices are not square, or the sizes do not fit.
    """
    _check(A, "solve_triangular", square=True)
    if not left:
        return _t(solve_triangular(_t(A), _t(B), upper=not upper, unitriangular=unitriangular))
    _fits(A, B, "solve_triangular")
    return _solve_triangular(A, B, upper=upper, unitriangular=unitriangular)


# --------------------------------------------------------------------------------------------------------- Cholesky


def _cholesky_rule(g: Array, out: Array) -> Array:
    """L^-T P L^-1 made symmetric, where P is the lower triangle of L^T g with half its diagonal."""
    product = _product(_t(out), g)
    symmetric = (_tril(product) + _t(_tril(product, -1))) * 0.5
    left = _solve_triangular(_t(out), symmetric, upper=True, unitriangular=False)
    return _t(_solve_triangular(_t(out), _t(left), upper=True, unitriangular=False))


@primitive(x=_cholesky_rule)
def _cholesky(x: Array) -> Array:
    if not _by_one(x):
        return np.linalg.cholesky(x)
    out, potrf = np.empty_like(x, order="C"), _fortran("potrf", x.dtype)
    for i in np.ndindex(x.shape[:-2]):
        # LAPACK sees the transpose, and its upper factor.
        upper, info = potrf(x[i].T, lower=0, clean=1)
        if info > 0:
            raise LinAlgError(f"the leading {info} rows and columns are not positive definite")
        out[i] = upper.T
    return out


@operator("torch Tensor linalg", numpy="linalg.cholesky")
@_operator
def cholesky(A: Array, *, upper: bool = False) -> Array:
    """The lower triangular L with A = L L^T of symmetric positive definite A; L^T where `upper`.

    Only the lower triangle of `A` is looked at; the gradient is symmetric.

    Shapes: (..., n, n) -> (..., n, n).

    Raises:
        LinAlgError: a matrix is not positive definite.
        ValueError, TypeError: the matrices are not square, or hold integers.

    Example:
        >>> cholesky(ag.tensor([[4.0, 2.0], [2.0, 5.0]]))
        tensor([[2., 0.],
                [1., 2.]])
    """
    _check(A, "cholesky", square=True)
    lower = _cholesky(A)
    return _t(lower) if upper else lower


@operator("torch Tensor")
@_operator
def cholesky_solve(B: Array, L: Array, upper: bool = False) -> Array:
    """X with A X = B, given the Cholesky factor `L` of A = L L^T (A = L^T L where `upper`).

    Shapes: B (..., n, k), L (..., n, n) -> (..., n, k).

    Raises:
        LinAlgError: there is a 0 on the diagonal of `L`.
        ValueError: the sizes do not fit.
    """
    _check(L, "cholesky_solve", square=True)
    _fits(L, B, "cholesky_solve")
    lower = _t(L) if upper else L
    inner = _solve_triangular(lower, B, upper=False, unitriangular=False)
    return _solve_triangular(_t(lower), inner, upper=True, unitriangular=False)


@operator("torch Tensor")
@_operator
def cholesky_inverse(L: Array, upper: bool = False) -> Array:
    """The inverse of A, given its Cholesky factor `L`.

    Shapes: (..., n, n) -> (..., n, n).

    Raises:
        LinAlgError: there is a 0 on the diagonal of `L`.
        ValueError: `L` is not square.
    """
    _check(L, "cholesky_inverse", square=True)
    return cholesky_solve(kind_of(raw(L)).eye(L.shape[-1], dtype=L.dtype), L, upper)


# --------------------------------------------------------------------------------------------------------------- QR


class QRResult(NamedTuple, Generic[ArrayT]):
    """A = Q R: orthonormal columns, and an upper triangular matrix."""

    Q: ArrayT
    R: ArrayT


def _qr_rule(g: Sequence[Array], out: Any) -> Array:
    """(g_Q + Q M) R^-T, where M is the upper triangle of g_R R^T - Q^T g_Q made symmetric."""
    q, r = out
    upper = _triu(_product(g[1], _t(r)) - _product(_t(q), g[0]))
    change = g[0] + _product(q, upper + _t(_triu(upper, 1)))
    return _t(_solve_triangular(r, _t(change), upper=True, unitriangular=False))


@primitive(outputs=2, x=_qr_rule)
def _qr(x: Array) -> Any:
    if not _by_one(x):
        return tuple(np.linalg.qr(x))
    n = x.shape[-1]
    geqrf, orgqr = (_fortran(routine, x.dtype) for routine in ("geqrf", "orgqr"))
    q, r = np.empty_like(x, order="C"), np.empty((*x.shape[:-2], n, n), x.dtype)
    for i in np.ndindex(x.shape[:-2]):
        # Work space for blocks of 64 columns: NumPy's call, without them, takes four times as long.
        reflections, tau, *_ = geqrf(x[i], lwork=64 * n)
        r[i] = np.triu(reflections[:n])
        q[i] = orgqr(reflections, tau, lwork=64 * n)[0]
    return q, r


@primitive(outputs=2)
def _complete_qr(x: Array) -> Any:
    return tuple(np.linalg.qr(x, mode="complete"))


@operator("linalg")
@_operator
def qr(A: Array, mode: str = "reduced") -> QRResult[Array]:
    """Q with orthonormal columns and upper triangular R with A = Q R.

    The gradient requires that the first min(m, n) columns of `A` are linearly independent.

    Shapes: (..., m, n) -> Q (..., m, k) and R (..., k, n) with k = min(m, n); k = m for `mode` "complete", which
    for m > n is not differentiable; "r" returns an empty Q.

    Raises:
        ValueError: `A` has fewer than 2 dimensions, or there is no such mode.
        RuntimeError: `mode` is "complete", m > n, and `A` requires a gradient.
    """
    _check(A, "qr")
    if mode not in ("reduced", "complete", "r"):
        raise ValueError(f"qr: mode must be 'reduced', 'complete' or 'r', not {mode!r}")
    m, n = A.shape[-2:]
    if mode == "complete" and m > n:
        if getattr(A, "node", None) is not None:
            raise RuntimeError(
                f"qr: mode 'complete' is not differentiable for a tall matrix (shape {tuple(A.shape)}), since the "
                "last columns of Q are arbitrary; use mode='reduced', or detach() the matrix"
            )
        return QRResult(*_complete_qr(A))
    if m >= n:
        q, r = _qr(A)
    else:
        q, square = _qr(A[..., :m])
        r = cat([square, _product(_t(q), A[..., m:])], -1)
    return QRResult(_reshape(q[..., :0], shape=(0,)) if mode == "r" else q, r)


@operator("linalg")
@_operator
def householder_product(A: Array, tau: Array) -> Array:
    """The first n columns of the product of the reflections 1 - tau_i v_i v_i^T, as LAPACK's QR stores them.

    v_i is column i of `A` below the diagonal, with 1 on it and 0 above.

    Shapes: A (..., m, n), tau (..., k) with n <= m and k <= n -> (..., m, n).

    Raises:
        ValueError: the sizes do not fit.
    """
    _check(A, "householder_product", lapack=False)
    (m, n), k = A.shape[-2:], tau.shape[-1] if tau.shape else -1
    if not m >= n >= k >= 0:
        raise ValueError(
            f"householder_product: A of shape {tuple(A.shape)} and tau of {tuple(tau.shape)} do not fit"
        )
    out: Array = kind_of(raw(A)).eye(m, n, dtype=A.dtype)
    vectors = _tril(A, -1) + out
    for i in reversed(range(k)):
        v = vectors[..., i : i + 1]
        out = sub(out, mul(_column(tau[..., i : i + 1]), matmul(v, matmul(_t(v), out))))
    return out if k else out + flat(A)
