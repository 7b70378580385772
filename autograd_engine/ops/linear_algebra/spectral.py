"""Eigenvalues and singular values, and what they tell: rank, pseudo-inverse, least squares.

Eigenvectors and singular vectors are determined up to their signs, so only functions that do not depend on the
signs have a gradient; where two eigenvalues or singular values coincide, the gradient through the vectors is
infinite. `eigvalsh` and `svdvals` have no such limits.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Generic, NamedTuple

import numpy as np

from ...backend import kernels
from ...backend.arrays import Array, ArrayT
from ...backend.kinds import kind_of
from ...engine.graph import Value, raw
from ...engine.primitive import primitive
from ..names import operator
from ..operands import constant_like, raw_too
from ..piecewise import masked, where
from ..reduce import sum
from ..shape import squeeze
from .matrices import _check, _column, _columns, _diagonal_matrix, _operator, _row
from .products import _t, matmul


def _absent(g: Array) -> bool:
    """Whether a result was not used: the backward pass hands in zeros for it."""
    return not isinstance(g, Value) and kind_of(g).readable and not np.any(g)


def _gaps(x: Array) -> Array:
    """x[j] - x[i], and 1 on the diagonal."""
    n = x.shape[-1]
    return where(kind_of(raw(x)).eye(n, dtype=bool), x.dtype.type(1), _row(x) - _column(x))


class EighResult(NamedTuple, Generic[ArrayT]):
    """Eigenvalues in ascending order, and the eigenvectors in the columns of a matrix."""

    eigenvalues: ArrayT
    eigenvectors: ArrayT


def _eigh_rule(g: Sequence[Array], out: Any) -> Array:
    values, vectors = out
    inner = _diagonal_matrix(g[0])
    if not _absent(g[1]):
        turned = matmul(_t(vectors), g[1]) / _gaps(values)
        inner = inner + masked(turned, ~kind_of(raw(values)).eye(values.shape[-1], dtype=bool))
    return matmul(matmul(vectors, inner), _t(vectors))


@primitive(outputs=2, x=_eigh_rule)
def _eigh(x: Array) -> Any:
    return tuple(np.linalg.eigh(x))


def _eigvalsh_rule(g: Array, x: Array) -> Array:
    vectors = _eigh(x)[1]
    return matmul(vectors * _row(g), _t(vectors))


@primitive(x=_eigvalsh_rule)
def _eigvalsh(x: Array) -> Array:
    return np.linalg.eigvalsh(x)


def _lower_half(A: Array, UPLO: str, name: str) -> Array:
    _check(A, name, square=True)
    if UPLO.upper() not in ("L", "U"):
        raise ValueError(f"{name}: UPLO must be 'L' or 'U', not {UPLO!r}")
    return A if UPLO.upper() == "L" else _t(A)


@operator("linalg", numpy="linalg.eigh")
@_operator
def eigh(A: Array, UPLO: str = "L") -> EighResult[Array]:
    """Eigenvalues w and eigenvectors V of symmetric matrices: A = V diag(w) V^T.

    Only the triangle `UPLO` of `A` is looked at; the gradient is symmetric. Functions of the eigenvectors that
    change with their signs have no gradient, nor do those of eigenvectors whose eigenvalues coincide.

    Shapes: (..., n, n) -> (..., n) and (..., n, n).

    Raises:
        LinAlgError: the iteration did not converge.
        ValueError: the matrices are not square, or `UPLO` is neither "L" nor "U".
    """
    return EighResult(*_eigh(_lower_half(A, UPLO, "eigh")))


@operator("linalg", numpy="linalg.eigvalsh")
@_operator
def eigvalsh(A: Array, UPLO: str = "L") -> Array:
    """The eigenvalues of symmetric matrices, in ascending order. Derivative: V diag(g) V^T.

    Shapes: (..., n, n) -> (..., n).

    Raises:
        LinAlgError: the iteration did not converge.
        ValueError: the matrices are not square, or `UPLO` is neither "L" nor "U".

    Example:
        >>> eigvalsh(ag.tensor([[2.0, 0.0], [0.0, 1.0]]))
        tensor([1., 2.])
    """
    return _eigvalsh(_lower_half(A, UPLO, "eigvalsh"))


class SVDResult(NamedTuple, Generic[ArrayT]):
    """A = U diag(S) Vh: singular values in descending order, and orthonormal columns of U and rows of Vh."""

    U: ArrayT
    S: ArrayT
    Vh: ArrayT


def _skew(x: Array) -> Array:
    return x - _t(x)


def _svd_rule(g: Sequence[Array], out: Any) -> Array:
    """The columns of U and rows of Vh beyond the singular values are arbitrary, and receive no gradient."""
    (u, s, vh), (gu, gs, gvh) = out, g
    k = s.shape[-1]
    tall, wide = u.shape[-2] > k, vh.shape[-1] > k
    u, gu, vh, gvh = u[..., :k], gu[..., :k], vh[..., :k, :], gvh[..., :k, :]
    inner, rest = _diagonal_matrix(gs), None
    if not _absent(gu):
        turned = matmul(_t(u), gu)
        inner = inner + _skew(turned) / _gaps(s * s) * _row(s)
        if tall:
            rest = matmul((gu - matmul(u, turned)) / _row(s), vh)
    if not _absent(gvh):
        turned = matmul(vh, _t(gvh))
        inner = inner + _column(s) * (_skew(turned) / _gaps(s * s))
        if wide:
            outside = matmul(u, (gvh - matmul(_t(turned), vh)) / _column(s))
            rest = outside if rest is None else rest + outside
    change = matmul(matmul(u, inner), vh)
    return change if rest is None else change + rest


@primitive(outputs=3, x=_svd_rule)
def _svd(x: Array, *, full: bool) -> Any:
    return tuple(np.linalg.svd(x, full_matrices=full))


def _svdvals_rule(g: Array, x: Array) -> Array:
    u, _, vh = _svd(x, full=False)
    return matmul(u * _row(g), vh)


@primitive(x=_svdvals_rule)
def _svdvals(x: Array) -> Array:
    return np.linalg.svd(x, compute_uv=False)


@operator("linalg")
@_operator
def svd(A: Array, full_matrices: bool = True) -> SVDResult[Array]:
    """The singular value decomposition A = U diag(S) Vh.

    Functions of U and Vh that change with the signs of their vectors have no gradient, nor do those of vectors
    whose singular values coincide (or, for a matrix that is not square, are 0). `svdvals` has no such limits.

    Shapes: (..., m, n) -> U (..., m, k), S (..., k), Vh (..., k, n) with k = min(m, n); with `full_matrices`
    U is (..., m, m) and Vh (..., n, n), and no gradient flows into what exceeds k.

    Raises:
        LinAlgError: the iteration did not converge.
        ValueError, TypeError: `A` has fewer than 2 dimensions, or holds integers.
    """
    _check(A, "svd")
    return SVDResult(*_svd(A, full=full_matrices))


@operator("linalg", numpy="linalg.svdvals")
@_operator
def svdvals(A: Array) -> Array:
    """The singular values of matrices, in descending order. Derivative: U diag(g) Vh.

    Shapes: (..., m, n) -> (..., min(m, n)).

    Raises:
        LinAlgError: the iteration did not converge.
        ValueError, TypeError: `A` has fewer than 2 dimensions, or holds integers.

    Example:
        >>> svdvals(ag.tensor([[0.0, 3.0], [1.0, 0.0]]))
        tensor([3., 1.])
    """
    _check(A, "svdvals")
    return _svdvals(A)


# ------------------------------------------------------------------------------ rank, pseudo-inverse, least squares


def _threshold(s: Any, shape: tuple[int, ...], atol: Any, rtol: Any) -> Any:
    """Singular values up to this count as 0: max(atol, rtol * largest), by default max(m, n) eps * largest."""
    kind, atol, rtol = kind_of(s), raw(atol), raw(rtol)
    asarray = kind.asarray
    if rtol is None:
        usual = max(shape[-2:]) * np.finfo(s.dtype).eps
        rtol = usual if atol is None else np.where((asarray(atol) > 0).any(), 0.0, usual)
    largest = kind.largest(s, -1, True, 0)
    return np.maximum(asarray(0.0 if atol is None else atol)[..., None], asarray(rtol)[..., None] * largest)


def _pinv_rule(g: Array, x: Array, out: Array) -> Array:
    """-P^T g P^T + (1 - A P) g^T P P^T + P^T P g^T (1 - P A), where the rank does not change."""
    turned, adjoint = _t(out), _t(g)
    left, right = matmul(adjoint, matmul(out, turned)), matmul(matmul(turned, out), adjoint)
    change = left - matmul(x, matmul(out, left)) + right - matmul(matmul(right, out), x)
    return change - matmul(matmul(turned, g), turned)


@primitive(x=_pinv_rule)
def _pinv(x: Array, *, atol: Any, rtol: Any) -> Array:
    u, s, vh = np.linalg.svd(x, full_matrices=False)
    large = s > _threshold(s, x.shape, atol, rtol)
    inverse = np.where(large, 1 / np.where(large, s, s.dtype.type(1)), s.dtype.type(0))
    return kernels.matmul(vh.conj().swapaxes(-1, -2), inverse[..., None] * u.conj().swapaxes(-1, -2))


@operator("linalg")
@_operator
@raw_too
def pinv(A: Array, *, atol: Array = None, rtol: Array = None, hermitian: bool = False) -> Array:
    """The pseudo-inverse: singular values above max(atol, rtol * the largest) are inverted, the others become 0.

    The gradient holds where the rank does not change. By default rtol is max(m, n) times the precision of the
    dtype, or 0 where atol is given. `hermitian` promises a symmetric `A`, which needs no other treatment.

    Shapes: (..., m, n) -> (..., n, m).

    Raises:
        ValueError: `A` has fewer than 2 dimensions, or with `hermitian` is not square.

    Example:
        >>> pinv(ag.tensor([[2.0], [0.0]]))
        tensor([[0.5000, 0.0000]])
    """
    _check(A, "pinv", square=hermitian)
    return _pinv(A, atol=raw(atol), rtol=raw(rtol))


@primitive
def _matrix_rank(x: Array, *, atol: Any, rtol: Any) -> Array:
    s = np.linalg.svd(x, compute_uv=False)
    return np.add.reduce(s > _threshold(s, x.shape, atol, rtol), axis=-1)


@operator("linalg")
@_operator
@raw_too
def matrix_rank(A: Array, *, atol: Array = None, rtol: Array = None, hermitian: bool = False) -> Array:
    """How many singular values are above max(atol, rtol * the largest); see `pinv`. Not differentiable.

    Shapes: (..., m, n) -> (...), int64.

    Raises:
        ValueError: `A` has fewer than 2 dimensions, or with `hermitian` is not square.
    """
    _check(A, "matrix_rank", square=hermitian)
    return _matrix_rank(A, atol=raw(atol), rtol=raw(rtol))


class LstsqResult(NamedTuple, Generic[ArrayT]):
    """The solution, the sum of squares of each column of A X - B, the rank, and an empty `singular_values`."""

    solution: ArrayT
    residuals: ArrayT
    rank: ArrayT
    singular_values: ArrayT


@operator("linalg")
@_operator
@raw_too
def lstsq(A: Array, B: Array, rcond: float | None = None) -> LstsqResult[Array]:
    """X that makes the sum of squares of A X - B smallest; of several, the smallest X. X = pinv(A) B.

    `rcond` is the `rtol` of that `pinv`: singular values up to rcond * the largest count as 0.

    Shapes: A (..., m, n), B (..., m, k) or vectors (..., m) -> solution (..., n, k) or (..., n); residuals
    (..., k) for m > n and full rank, else (0,); rank (...), int64; singular_values (0,).

    Raises:
        ValueError: the sizes do not fit.
    """
    _check(A, "lstsq")
    B, vector = _columns(A, B, "lstsq")
    solution = matmul(pinv(A, rtol=rcond), B)
    rank = matrix_rank(A, rtol=rcond)
    m, n = A.shape[-2:]
    nothing = constant_like(kind_of(raw(A)).empty(0, A.dtype), A)
    if m > n and np.all(raw(rank) == n):
        left = matmul(A, solution) - B
        residuals = sum(left * left, -2)
    else:
        residuals = nothing
    return LstsqResult(squeeze(solution, -1) if vector else solution, residuals, rank, nothing)
