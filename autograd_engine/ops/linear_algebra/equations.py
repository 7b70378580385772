"""Square systems of equations: everything that elimination gives, and its LU factors themselves."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any, Generic, NamedTuple

import numpy as np

from ...backend import kernels
from ...backend.arrays import Array, ArrayT
from ...backend.kinds import kind_of
from ...engine import broadcast
from ...engine.graph import Value, raw
from ...engine.primitive import primitive
from ..dims import dims_of
from ..index import _getitem
from ..names import operator
from ..operands import constant_like
from ..piecewise import where
from ..shape import _permute, _reshape, cat, ravel, squeeze
from .matrices import (
    LinAlgError,
    _by_one,
    _check,
    _columns,
    _fits,
    _fortran,
    _matrices,
    _operator,
    _product,
    _tril,
    _triu,
)
from .products import _t
from .triangular import _solve_triangular

# ----------------------------------------------------------------------------------------- the factors


class _LU:
    """The LU factors of each matrix, made once: the forward pass and derivatives of every order use them.

    They are those of the transposes, which lie in LAPACK's order. `singular` is the number of the pivot that is 0
    in the first singular matrix, or 0.
    """

    def __init__(self, A: Any) -> None:
        getrf = _fortran("getrf", A.dtype)
        results = [getrf(a.T) for a in _matrices(A, A.shape[:-2])]
        self.shape = A.shape
        self.dtype = A.dtype
        self.factors = [(lu, pivots) for lu, pivots, _ in results]
        self.singular = next((info for *_, info in results if info), 0)

    def solve(self, B: Any, transposed: bool) -> Any:
        self._regular()
        getrs, trans = _fortran("getrs", self.dtype), 0 if transposed else 1
        if len(self.shape) == B.ndim == 2:
            return getrs(*self.factors[0], B, trans=trans)[0]
        batch = np.broadcast_shapes(self.shape[:-2], B.shape[:-2])
        places = np.broadcast_to(np.arange(len(self.factors)).reshape(self.shape[:-2]), batch)
        out = np.empty((*batch, *B.shape[-2:]), self.dtype)
        each = zip(out.reshape(-1, *B.shape[-2:]), places.flat, _matrices(B, batch), strict=True)
        for x, place, b in each:
            x[...] = getrs(*self.factors[place], b, trans=trans)[0]
        return out

    def inverse(self) -> Any:
        self._regular()
        getri, work = _fortran("getri", self.dtype), 64 * self.shape[-1]
        inverses = [getri(*factors, lwork=work)[0].T for factors in self.factors]
        return inverses[0] if len(self.shape) == 2 else np.array(inverses).reshape(self.shape)

    def diagonal(self) -> tuple[Any, Any]:
        """The pivots, whose product is the determinant up to a sign, and that sign, 1 or -1."""
        n = self.shape[-1]
        diagonal = np.array([lu.diagonal() for lu, _ in self.factors]).reshape(self.shape[:-1])
        exchanges = np.array([np.count_nonzero(p != np.arange(n)) for _, p in self.factors])
        return diagonal, (1 - 2 * (exchanges % 2)).astype(self.dtype).reshape(self.shape[:-2])[()]

    def _regular(self) -> None:
        if self.singular:
            raise LinAlgError(f"the matrix is singular: pivot {self.singular} of its LU factors is 0")


def _factors(A: Array) -> _LU | None:
    """The LU factors, or None where NumPy computes them anew in its loop over many small matrices."""
    A = raw(A)
    return _LU(A) if _by_one(A) else None


# ------------------------------------------------------------------------------------------- solutions


def _solve_rule(
    g: Array, tensors: tuple[Array, ...], out: Array, factors: _LU | None, transposed: bool
) -> list[Array]:
    """g_B = A^-T g and g_A = -g_B X^T, with the factors of the forward pass, in derivatives of every order."""
    pulled = _solve(tensors[0], g, factors=factors, transposed=not transposed)
    change = _product(-out, _t(pulled)) if transposed else _product(-pulled, _t(out))
    return [change, pulled]


@primitive(tensors=_solve_rule)
def _solve(*tensors: Array, factors: _LU | None, transposed: bool) -> Array:
    A, B = tensors
    if factors is None or B.dtype != A.dtype or not B.size:
        return np.linalg.solve(A.swapaxes(-1, -2) if transposed else A, B)
    return factors.solve(B, transposed)


@operator("linalg")
@_operator
def solve(A: Array, B: Array, *, left: bool = True) -> Array:
    """X with A X = B, or X A = B where `left` is false. Derivative: g_B = A^-T g, g_A = -g_B X^T.

    Shapes: A (..., n, n), B (..., n, k) or vectors (..., n); the result as B; leading dimensions broadcast.

    Raises:
        LinAlgError: a matrix is singular.
        ValueError: the matrices are not square, or the sizes do not fit.

    Example:
        >>> solve(ag.tensor([[2.0, 0.0], [0.0, 4.0]]), ag.tensor([1.0, 1.0]))
        tensor([0.5000, 0.2500])
    """
    _check(A, "solve", square=True)
    if not left:
        if len(B.shape) < 2:
            raise ValueError(f"solve: with left=False B holds matrices, not vectors; got shape {tuple(B.shape)}")
        return _t(solve(_t(A), _t(B)))
    B, vector = _columns(A, B, "solve")
    out = _solve(A, B, factors=_factors(A), transposed=False)
    return squeeze(out, -1) if vector else out


@operator("linalg")
@_operator
def tensorsolve(A: Array, B: Array, dims: Sequence[int] | None = None) -> Array:
    """X with tensordot(A, X, X.ndim) = B, after moving the dimensions `dims` of `A` to its end.

    Shapes: A (*B.shape, *rest) with as many elements in rest as in B -> (*rest).

    Raises:
        LinAlgError: the map is singular.
        ValueError: the numbers of elements differ.
    """
    if dims is not None:
        moved = dims_of(dims, len(A.shape), "tensorsolve")
        A = _permute(A, dims=(*(d for d in range(len(A.shape)) if d not in moved), *moved))
    rest, n = tuple(A.shape[len(B.shape) :]), math.prod(B.shape)
    if math.prod(rest) != n or math.prod(A.shape) != n * n:
        raise ValueError(f"tensorsolve: A of shape {tuple(A.shape)} and B of shape {tuple(B.shape)} do not fit")
    return _reshape(solve(_reshape(A, shape=(n, n)), ravel(B)), shape=rest)


# ------------------------------------------------------------------------------------------ inverse and determinant


@primitive(x=lambda g, out: _product(_product(_t(-out), g), _t(out)))
def _inv(x: Array, *, factors: _LU | None) -> Array:
    return np.linalg.inv(x) if factors is None else factors.inverse()


@operator("linalg", torch="inverse", Tensor="inverse", numpy="linalg.inv")
@_operator
def inv(A: Array) -> Array:
    """The inverse of square matrices: A inv(A) = 1. Derivative: -A^-T g A^-T.

    To solve equations, `solve` is faster and more accurate.

    Shapes: (..., n, n) -> (..., n, n).

    Raises:
        LinAlgError: a matrix is singular.
        ValueError, TypeError: the matrices are not square, or hold integers.

    Example:
        >>> inv(ag.tensor([[2.0, 1.0], [1.0, 1.0]]))
        tensor([[ 1., -1.],
                [-1.,  2.]])
    """
    _check(A, "inv", square=True)
    return _inv(A, factors=_factors(A))


@operator("linalg", numpy="linalg.tensorinv")
@_operator
def tensorinv(A: Array, ind: int = 2) -> Array:
    """The inverse of `A`, taken as a linear map from its last dimensions to its first `ind`.

    Shapes: (*left, *right) with as many elements in left as in right -> (*right, *left).

    Raises:
        LinAlgError: the map is singular.
        ValueError: the numbers of elements differ, or `ind` is not positive.
    """
    shape = tuple(A.shape)
    left, right = shape[:ind], shape[ind:]
    if ind <= 0 or math.prod(left) != math.prod(right):
        raise ValueError(f"tensorinv: the first {ind} dimensions of {shape} must hold as many elements as the rest")
    n = math.prod(left)
    return _reshape(inv(_reshape(A, shape=(n, n))), shape=(*right, *left))


def _cofactors(x: Array) -> Array:
    """The derivative of the determinant, det(A) A^-T, where A is singular.

    Arrays take it from the singular values: det(U) det(V) U diag(product of the other ones) V^T. Tensors take it
    from the minors, since only those have derivatives where singular values are repeated, as two zeros are.
    """
    n, dtype = x.shape[-1], x.dtype
    if not isinstance(x, Value):
        u, s, vh = np.linalg.svd(x)
        ones = kind_of(x).eye(n, dtype=bool)
        others = np.multiply.reduce(np.where(ones, s.dtype.type(1), s[..., None, :]), axis=-1)
        return kernels.matmul(
            u * (np.linalg.det(u) * np.linalg.det(vh))[..., None, None] * others[..., None, :], vh
        )
    kind = kind_of(raw(x))
    others = kind.sent(np.array([[j for j in range(n) if j != i] for i in range(n)], np.int64).reshape(n, n - 1))
    minors = _getitem(x, index=(..., others[:, None, :, None], others[None, :, None, :]))
    signs = (-1.0) ** np.add.outer(kind.arange(n), kind.arange(n))
    return _det(minors, factors=None) * signs.astype(dtype)


def _det_rule(g: Array, x: Array, out: Array, factors: _LU | None) -> Array:
    g, out = (_reshape(t, shape=(*t.shape, 1, 1)) for t in (g, out))
    if x.shape[-1] and not np.all(raw(out)):
        return g * _cofactors(x)
    return g * out * _t(_inv(x, factors=factors))


@primitive(x=_det_rule)
def _det(x: Array, *, factors: _LU | None) -> Array:
    if factors is None:
        return np.linalg.det(x)
    diagonal, sign = factors.diagonal()
    return sign * np.multiply.reduce(diagonal, axis=-1)


@operator("torch Tensor linalg", numpy="linalg.det")
@_operator
def det(A: Array) -> Array:
    """The determinant of square matrices. Derivative: det(A) A^-T, right for singular matrices too.

    Shapes: (..., n, n) -> (...).

    Raises:
        ValueError, TypeError: the matrices are not square, or hold integers.

    Example:
        >>> det(ag.tensor([[1.0, 2.0], [3.0, 5.0]])).round(decimals=3)
        tensor(-1.)
    """
    _check(A, "det", square=True)
    return _det(A, factors=_factors(A))


class SlogdetResult(NamedTuple, Generic[ArrayT]):
    """The sign of a determinant, and the logarithm of its absolute value."""

    sign: ArrayT
    logabsdet: ArrayT


def _slogdet_rule(g: Sequence[Array], x: Array, factors: _LU | None) -> Array:
    return _reshape(g[1], shape=(*g[1].shape, 1, 1)) * _t(_inv(x, factors=factors))


@primitive(outputs=2, x=_slogdet_rule)
def _slogdet(x: Array, *, factors: _LU | None) -> Any:
    if factors is None:
        return tuple(np.linalg.slogdet(x))
    diagonal, sign = factors.diagonal()
    with np.errstate(divide="ignore"):
        logarithms = np.log(np.abs(diagonal))
    return sign * np.multiply.reduce(np.sign(diagonal), axis=-1), np.add.reduce(logarithms, axis=-1)


@operator("torch Tensor linalg", numpy="linalg.slogdet")
@_operator
def slogdet(A: Array) -> SlogdetResult[Array]:
    """The sign of det(A) and log |det(A)|, which does not overflow where det does. Derivative of the latter: A^-T.

    Shapes: (..., n, n) -> (...) and (...). A singular matrix gives 0 and -inf.

    Raises:
        ValueError, TypeError: the matrices are not square, or hold integers.
    """
    _check(A, "slogdet", square=True)
    return SlogdetResult(*_slogdet(A, factors=_factors(A)))


@operator("torch Tensor")
@_operator
def logdet(A: Array) -> Array:
    """log(det(A)): NaN where the determinant is negative, -inf where it is 0.

    Shapes: (..., n, n) -> (...).

    Raises:
        ValueError, TypeError: the matrices are not square, or hold integers.
    """
    _check(A, "logdet", square=True)
    signs, out = _slogdet(A, factors=_factors(A))
    return where(raw(signs) < 0, out.dtype.type(np.nan), out)


# ---------------------------------------------------------------------------------------------------- LU as results


class LUResult(NamedTuple, Generic[ArrayT]):
    """A = P L U: a permutation, a lower triangular matrix with 1 on its diagonal, an upper triangular one."""

    P: ArrayT
    L: ArrayT
    U: ArrayT


class LUFactorResult(NamedTuple, Generic[ArrayT]):
    """L below the diagonal and U on and above it in one matrix, and the row exchanges, counted from 1."""

    LU: ArrayT
    pivots: ArrayT


def _lu_rule(g: Array, x: Array, out: Array, factors: Any) -> Array:
    """L^-T (tril(L^T g_L, -1) + triu(g_U U^T)) U^-T, with both factors, and both gradients, in one matrix."""
    lower = _tril(out, -1) + kind_of(raw(x)).eye(x.shape[-1], dtype=x.dtype)
    inner = _tril(_product(_t(lower), _tril(g, -1)), -1) + _triu(_product(_triu(g), _t(_triu(out))))
    left = _solve_triangular(_t(lower), inner, upper=True, unitriangular=True)
    return _t(_solve_triangular(out, _t(left), upper=True, unitriangular=False))


@primitive(x=_lu_rule)
def _lu(x: Array, *, factors: Any) -> Array:
    """The factors of square matrices whose rows are in order already: the caller computed them."""
    return factors


def _getrf(x: Any) -> Any:
    """LAPACK's factors and row exchanges (from 0) of each matrix."""
    getrf = _fortran("getrf", x.dtype)
    out, pivots = np.empty_like(x), np.empty((*x.shape[:-2], min(x.shape[-2:])), np.int32)
    for i in np.ndindex(x.shape[:-2]) if x.size else ():
        out[i], pivots[i], _ = getrf(x[i])
    return out, pivots


def _row_order(pivots: Any, m: int) -> Any:
    """The rows of A in the order that row exchanges bring them to."""
    order = np.empty((*pivots.shape[:-1], m), np.int64)
    for i in np.ndindex(pivots.shape[:-1]):
        rows = np.arange(m)
        for a, b in enumerate(pivots[i]):
            rows[[a, b]] = rows[[b, a]]
        order[i] = rows
    return order


def _reordered(x: Array, order: Any) -> Array:
    """The rows of each matrix of a batch in an order of its own."""
    batch, kind = order.shape[:-1], kind_of(order)
    at = (kind.arange(n).reshape((n,) + (1,) * (len(batch) - d)) for d, n in enumerate(batch))
    return _getitem(x, index=(*at, order))


def _packed(A: Array, name: str) -> tuple[Array, Any, Any]:
    """Both factors in one matrix, the row exchanges, and the order of rows they lead to."""
    _check(A, name)
    kind = kind_of(raw(A))  # elimination takes place on the host
    factors, pivots = _getrf(kind.read(raw(A)))
    factors, pivots, order = map(kind.sent, (factors, pivots, _row_order(pivots, A.shape[-2])))
    k = min(A.shape[-2:])
    ordered = _reordered(A, order)
    square = _lu(ordered[..., :k, :k], factors=kind.array(factors[..., :k, :k], order="C"))
    if A.shape[-2] > k:
        below = _solve_triangular(_t(square), _t(ordered[..., k:, :]), upper=False, unitriangular=False)
        return cat([square, _t(below)], -2), pivots, order
    if A.shape[-1] > k:
        beside = _solve_triangular(square, ordered[..., k:], upper=False, unitriangular=True)
        return cat([square, beside], -1), pivots, order
    return square, pivots, order


@operator("linalg")
@_operator
def lu_factor(A: Array, *, pivot: bool = True) -> LUFactorResult[Array]:
    """L and U of A = P L U in one matrix, and the row exchanges that make P, for `lu_solve`.

    Shapes: (..., m, n) -> LU (..., m, n) and pivots (..., min(m, n)), int32 and counted from 1.

    Raises:
        ValueError: `A` has fewer than 2 dimensions, or `pivot` is false: LAPACK always exchanges rows.
        LinAlgError: the first min(m, n) rows and columns of P^T A are singular and `A` is not square.
    """
    if not pivot:
        raise ValueError("lu_factor: pivot=False is not available, LAPACK always exchanges rows; leave it out")
    packed, pivots, _ = _packed(A, "lu_factor")
    return LUFactorResult(packed, constant_like(pivots + np.int32(1), A))


@operator("linalg")
@_operator
def lu(A: Array, *, pivot: bool = True) -> LUResult[Array]:
    """A = P L U by elimination with row exchanges; the exchanges P have no gradient.

    Shapes: (..., m, n) -> P (..., m, m), L (..., m, k), U (..., k, n) with k = min(m, n).

    Raises:
        ValueError, LinAlgError: as for `lu_factor`.
    """
    if not pivot:
        raise ValueError("lu: pivot=False is not available, LAPACK always exchanges rows; leave it out")
    packed, _, order = _packed(A, "lu")
    m, n = A.shape[-2:]
    k = min(m, n)
    ones = kind_of(order).eye(m, dtype=A.dtype)
    exchanges, lower = np.swapaxes(ones[order], -1, -2), _tril(packed[..., :k], -1) + ones[:, :k]
    return LUResult(constant_like(exchanges, A), lower, _triu(packed[..., :k, :]))


@operator("linalg")
@_operator
def lu_solve(LU: Array, pivots: Array, B: Array, *, left: bool = True, adjoint: bool = False) -> Array:
    """X with A X = B (X A = B where `left` is false; A^T for A where `adjoint`), from `lu_factor(A)`.

    Shapes: LU (..., n, n), pivots (..., n), B (..., n, k) -> that of B; leading dimensions broadcast.

    Raises:
        LinAlgError: the matrix is singular.
        ValueError: the sizes do not fit.
    """
    _check(LU, "lu_solve", square=True)
    if not left:
        return _t(lu_solve(LU, pivots, _t(B), adjoint=not adjoint))
    _fits(LU, B, "lu_solve")
    if tuple(pivots.shape) != tuple(LU.shape[:-1]):
        raise ValueError(f"lu_solve: LU of shape {tuple(LU.shape)} and pivots of {tuple(pivots.shape)} do not fit")
    batch = np.broadcast_shapes(LU.shape[:-2], B.shape[:-2])
    kind = kind_of(raw(pivots))
    order = kind.sent(_row_order(kind.read(raw(pivots)) - 1, LU.shape[-1]))
    order = np.broadcast_to(order, (*batch, LU.shape[-1]))
    B = broadcast.expand(B, shape=(*batch, *B.shape[-2:]))
    if adjoint:
        inner = _solve_triangular(_t(LU), B, upper=False, unitriangular=False)
        outer = _solve_triangular(_t(LU), inner, upper=True, unitriangular=True)
        return _reordered(outer, np.argsort(order, axis=-1))
    inner = _solve_triangular(LU, _reordered(B, order), upper=False, unitriangular=True)
    return _solve_triangular(LU, inner, upper=True, unitriangular=False)
