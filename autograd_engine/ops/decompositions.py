"""Norms, inverses, solutions and decompositions of matrices, and of batches of them.

A decomposition is differentiated without looking at how LAPACK computes it: the equations its results fulfil
(A = U S V^T, U^T U = 1, ...) are differentiated, solved for the change of the results, and transposed. The
formulas are those of M. Giles, "An extended collection of matrix derivative results" (2008), for LU, Cholesky,
inverses and solutions; J. Townsend, "Differentiating the singular value decomposition" (2016); and S. Walter and
L. Lehmann, "Algorithmic differentiation of linear algebra functions" (2010), for QR.

Eigenvectors and singular vectors are determined up to their signs, so only functions that do not depend on the
signs have a gradient; where two eigenvalues or singular values coincide, the gradient through the vectors is
infinite. `eigvalsh` and `svdvals` have no such limits.
"""

from __future__ import annotations

import functools
import math
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple, TypeVar

import numpy as np

from ..backend.arrays import Array
from ..graph import Value
from ..primitive import make_tensor, primitive
from .dims import along, dims_of, kept_shape, normalize_dim, numpy_names
from .index import _getitem
from .linalg import _t, matmul
from .math import abs
from .piecewise import keep, sign, where
from .reduce import amax, amin, sum
from .shape import _expand, _permute, _reshape, cat, ravel, squeeze, stack, unsqueeze

__all__ = [
    "EighResult",
    "LUFactorResult",
    "LUResult",
    "LinAlgError",
    "LstsqResult",
    "QRResult",
    "SVDResult",
    "SlogdetResult",
    "TriangularSolveResult",
    "cholesky",
    "cholesky_inverse",
    "cholesky_solve",
    "cond",
    "cross",
    "det",
    "eigh",
    "eigvalsh",
    "householder_product",
    "inv",
    "logdet",
    "lstsq",
    "lu",
    "lu_factor",
    "lu_solve",
    "matrix_exp",
    "matrix_norm",
    "matrix_power",
    "matrix_rank",
    "norm",
    "pinv",
    "pinverse",
    "qr",
    "slogdet",
    "solve",
    "solve_triangular",
    "svd",
    "svdvals",
    "tensorinv",
    "tensorsolve",
    "triangular_solve",
    "vander",
    "vector_norm",
]

F = TypeVar("F", bound=Callable[..., Any])


class LinAlgError(np.linalg.LinAlgError, RuntimeError):
    """A matrix is singular, not positive definite, or an iteration did not converge.

    PyTorch's users catch it as `RuntimeError`, NumPy's as `numpy.linalg.LinAlgError`.
    """


def _operator(function: F) -> F:
    """Raise `LinAlgError` where NumPy's routine below a primitive raised its own."""

    @functools.wraps(function)
    def checked(*args: Any, **kwargs: Any) -> Any:
        try:
            return function(*args, **kwargs)
        except ValueError as error:
            if isinstance(error.__cause__, np.linalg.LinAlgError):
                raise LinAlgError(str(error)) from error.__cause__
            raise

    return checked  # type: ignore[return-value]


def _check(x: Array, name: str, square: bool = False) -> None:
    shape = tuple(x.shape)
    if len(shape) < 2 or (square and shape[-1] != shape[-2]):
        what = "square matrices" if square else "a matrix or a batch of matrices"
        raise ValueError(f"{name}: expected {what}, got shape {shape}")
    if x.dtype.kind not in "fc":
        raise TypeError(f"{name}: expected floating-point numbers, not {x.dtype}; convert with .float() first")


def _raw(x: Array) -> Any:
    return x.array if isinstance(x, Value) else x


def _constant(x: Any, like: Array) -> Array:
    """The raw array `x` as a tensor without a gradient, where the operand is a tensor."""
    return make_tensor(x, None) if isinstance(like, Value) else x


def _column(x: Array) -> Array:
    """A vector (or batch of vectors) along the rows of a matrix: x[i, j] = x[i]."""
    return _reshape(x, shape=(*x.shape, 1))


def _row(x: Array) -> Array:
    """A vector (or batch of vectors) along the columns of a matrix: x[i, j] = x[j]."""
    return _reshape(x, shape=(*x.shape[:-1], 1, x.shape[-1]))


def _diagonal_matrix(x: Array) -> Array:
    return _column(x) * np.eye(x.shape[-1], dtype=x.dtype)


def _tril(x: Array, offset: int = 0) -> Array:
    return keep(x, np.tri(x.shape[-2], x.shape[-1], offset, dtype=bool))


def _triu(x: Array, offset: int = 0) -> Array:
    return keep(x, ~np.tri(x.shape[-2], x.shape[-1], offset - 1, dtype=bool))


def _absent(g: Array) -> bool:
    """Whether a result was not used: the backward pass hands in zeros for it."""
    return not isinstance(g, Value) and not np.any(g)


def _gaps(x: Array) -> Array:
    """x[j] - x[i], and 1 on the diagonal."""
    n = x.shape[-1]
    return where(np.eye(n, dtype=bool), x.dtype.type(1), _row(x) - _column(x))


@functools.cache
def _lapack(routine: str, dtype: Any) -> Any:
    """LAPACK's routine for this dtype. SciPy is loaded on first use."""
    from scipy.linalg import lapack

    prefix = {"f": "s", "d": "d", "F": "c", "D": "z"}.get(dtype.char)
    if prefix is None:
        raise TypeError(f"LAPACK does not compute in {dtype}")
    return getattr(lapack, prefix + routine)


# ------------------------------------------------------------------------------------------- norms


def _norm_rule(g: Array, x: Array, out: Array, p: float, dims: tuple[int, ...], keepdim: bool) -> Array:
    """x |x|^(p-2) / out^(p-1), and 0 where the norm is 0."""
    if not keepdim:
        kept = kept_shape(x.shape, dims)
        g, out = _reshape(g, shape=kept), _reshape(out, shape=kept)
    one = x.dtype.type(1)
    safe = where(out == 0, one, out)
    if p == 2:
        return g * (x / safe)
    size = where(x == 0, one, abs(x))
    return keep(g * sign(x) * (size / safe) ** (p - 1), x != 0)


@primitive(x=_norm_rule)
def _norm(x: Array, *, p: float, dims: tuple[int, ...], keepdim: bool) -> Array:
    if p == 2:
        return np.sqrt(np.add.reduce(x * x, axis=dims, keepdims=keepdim))
    return np.add.reduce(np.abs(x) ** p, axis=dims, keepdims=keepdim) ** (1 / p)


@numpy_names
def vector_norm(x: Array, ord: float = 2, dim: Any = None, keepdim: bool = False, *, dtype: Any = None) -> Array:
    """(sum |x_i|^ord)^(1/ord) over `dim`, or over all elements; its gradient at 0 is 0.

    `ord` inf and -inf give the largest and the smallest |x_i|, 0 the number of nonzero elements.

    Raises:
        TypeError: `x` holds integers.
        IndexError: there is no such dimension.

    Example:
        >>> vector_norm(ag.tensor([3.0, 4.0]))
        tensor(5.)
    """
    if dtype is not None:
        x = x.to(dtype)
    if x.dtype.kind not in "fc":
        raise TypeError(f"vector_norm: expected floating-point numbers, not {x.dtype}; give a floating dtype")
    dims = dims_of(dim, len(x.shape), "vector_norm")
    if ord == 0:
        return sum((x != 0) * x.dtype.type(1), dims, keepdim)
    if ord == 1:
        return sum(abs(x), dims, keepdim)
    if math.isinf(ord):
        return (amax if ord > 0 else amin)(abs(x), dims, keepdim)
    return _norm(x, p=ord, dims=dims, keepdim=keepdim)


@numpy_names
def matrix_norm(
    A: Array, ord: Any = "fro", dim: Sequence[int] = (-2, -1), keepdim: bool = False, *, dtype: Any = None
) -> Array:
    """A norm of the matrices that lie in the two dimensions `dim`.

    `ord`: "fro" the root of the sum of squares; "nuc" the sum of the singular values; 2, -2 the largest and the
    smallest singular value; 1, -1 the largest and the smallest sum of |A| along a column; inf, -inf along a row.

    Raises:
        ValueError: `A` has fewer than 2 dimensions, `dim` is not two dimensions, or `ord` is none of these.
    """
    if dtype is not None:
        A = A.to(dtype)
    _check(A, "matrix_norm")
    dims = tuple(normalize_dim(d, len(A.shape), "matrix_norm") for d in dim)
    if len(dims) != 2 or dims[0] == dims[1]:
        raise ValueError(f"matrix_norm: dim must be two different dimensions, got {tuple(dim)}")
    if ord == "fro":
        return vector_norm(A, 2, dims, keepdim)
    if ord not in ("nuc", 2, -2, 1, -1, math.inf, -math.inf):
        raise ValueError(f"matrix_norm: ord must be 'fro', 'nuc', 2, -2, 1, -1, inf or -inf, not {ord!r}")
    rest = [d for d in range(len(A.shape)) if d not in dims]
    matrices = _permute(A, dims=(*rest, *dims))
    extreme = amin if isinstance(ord, (int, float)) and ord < 0 else amax
    if ord == "nuc":
        out = sum(svdvals(matrices), -1)
    elif ord in (2, -2):
        out = extreme(svdvals(matrices), -1)
    else:
        out = extreme(sum(abs(matrices), -2 if ord in (1, -1) else -1), -1)
    return _reshape(out, shape=kept_shape(A.shape, dims)) if keepdim else out


@numpy_names
def norm(A: Array, ord: Any = None, dim: Any = None, keepdim: bool = False, *, dtype: Any = None) -> Array:
    """The norm of a vector (one dimension in `dim`) or of matrices (two).

    Without `ord` it is the root of the sum of squares over `dim`, or over all elements. With `ord` and without
    `dim`, `A` must be a vector or a matrix.

    Raises:
        ValueError: `ord` is given without `dim` for an `A` that has neither 1 nor 2 dimensions.
    """
    if ord is None:
        return vector_norm(A, 2, dim, keepdim, dtype=dtype)
    if dim is None:
        if len(A.shape) not in (1, 2):
            raise ValueError(f"norm: with ord and without dim it takes a vector or a matrix, not {tuple(A.shape)}")
        dim = tuple(range(len(A.shape)))
    dims = dim if isinstance(dim, Sequence) else (dim,)
    if len(dims) == 2:
        return matrix_norm(A, ord, dims, keepdim, dtype=dtype)
    if isinstance(ord, str):
        raise ValueError(f"norm: ord {ord!r} is for matrices, and dim {dim} is one dimension")
    return vector_norm(A, ord, dims, keepdim, dtype=dtype)


# --------------------------------------------------------------------------- inverse and determinant


@primitive(x=lambda g, out: -matmul(matmul(_t(out), g), _t(out)))
def _inv(x: Array) -> Array:
    return np.linalg.inv(x)


@_operator
def inv(A: Array) -> Array:
    """The inverse of square matrices: A inv(A) = 1. Derivative: -A^-T g A^-T.

    To solve equations, `solve` is faster and more accurate.

    Shapes: (..., n, n) -> (..., n, n).

    Raises:
        LinAlgError: a matrix is singular.
        ValueError: the matrices are not square.

    Example:
        >>> inv(ag.tensor([[2.0, 0.0], [0.0, 4.0]]))
        tensor([[0.5000, 0.0000],
                [0.0000, 0.2500]])
    """
    _check(A, "inv", square=True)
    return _inv(A)


def _cofactors(x: Array) -> Array:
    """The derivative of the determinant, det(A) A^-T, where A is singular.

    For numbers from the singular values: det(U) det(V) U diag(product of the other ones) V^T. For tensors, from
    the minors, since at repeated singular values (two zeros) only those have derivatives.
    """
    n, dtype = x.shape[-1], x.dtype
    if not isinstance(x, Value):
        u, s, vh = np.linalg.svd(x)
        ones = np.eye(n, dtype=bool)
        others = np.multiply.reduce(np.where(ones, s.dtype.type(1), s[..., None, :]), axis=-1)
        return (u * (np.linalg.det(u) * np.linalg.det(vh))[..., None, None] * others[..., None, :]) @ vh
    others = np.array([[j for j in range(n) if j != i] for i in range(n)], np.int64).reshape(n, n - 1)
    minors = _getitem(x, index=(..., others[:, None, :, None], others[None, :, None, :]))
    signs = (-1.0) ** np.add.outer(np.arange(n), np.arange(n))
    return _det(minors) * signs.astype(dtype)


def _det_rule(g: Array, x: Array, out: Array) -> Array:
    g, out = (_reshape(t, shape=(*t.shape, 1, 1)) for t in (g, out))
    if x.shape[-1] and not np.all(_raw(out)):
        return g * _cofactors(x)
    return g * out * _t(_inv(x))


@primitive(x=_det_rule)
def _det(x: Array) -> Array:
    return np.linalg.det(x)


@_operator
def det(A: Array) -> Array:
    """The determinant of square matrices. Derivative: det(A) A^-T, right for singular matrices too.

    Shapes: (..., n, n) -> (...).

    Raises:
        ValueError: the matrices are not square.

    Example:
        >>> det(ag.tensor([[1.0, 2.0], [3.0, 5.0]])).round(decimals=3)
        tensor(-1.)
    """
    _check(A, "det", square=True)
    return _det(A)


class SlogdetResult(NamedTuple):
    """The sign of a determinant, and the logarithm of its absolute value."""

    sign: Any
    logabsdet: Any


@primitive(outputs=2, x=lambda g, x: _reshape(g[1], shape=(*g[1].shape, 1, 1)) * _t(_inv(x)))
def _slogdet(x: Array) -> Any:
    return tuple(np.linalg.slogdet(x))


@_operator
def slogdet(A: Array) -> SlogdetResult:
    """The sign of det(A) and log |det(A)|, which does not overflow where det does. Derivative: A^-T.

    Shapes: (..., n, n) -> (...) and (...). A singular matrix gives 0 and -inf.

    Raises:
        ValueError: the matrices are not square.
    """
    _check(A, "slogdet", square=True)
    return SlogdetResult(*_slogdet(A))


@_operator
def logdet(A: Array) -> Array:
    """log(det(A)): NaN where the determinant is negative, -inf where it is 0.

    Shapes: (..., n, n) -> (...).

    Raises:
        ValueError: the matrices are not square.
    """
    _check(A, "logdet", square=True)
    signs, out = _slogdet(A)
    return where(_raw(signs) < 0, out.dtype.type(np.nan), out)


# ----------------------------------------------------------------------------------------- equations


def _factors(A: Any, name: str) -> Any:
    """The LU factors of one matrix (of its transpose, which lies in LAPACK's order), None for a batch.

    A batch goes to NumPy, which loops over its matrices in C.
    """
    if A.ndim > 2 or A.size == 0:
        return None
    lu, pivots, info = _lapack("getrf", A.dtype)(A.T)
    if info > 0:
        raise LinAlgError(f"{name}: the matrix is singular: pivot {info} of its LU factors is 0")
    return lu, pivots


def _solve_rule(g: Array, tensors: tuple[Array, ...], out: Array, factors: Any, transposed: bool) -> list[Array]:
    """g_B = A^-T g and g_A = -g_B X^T, with the factors of the forward pass, in derivatives of every order."""
    pulled = _solve(tensors[0], g, factors=factors, transposed=not transposed)
    change = matmul(out, _t(pulled)) if transposed else matmul(pulled, _t(out))
    return [-change, pulled]


@primitive(tensors=_solve_rule)
def _solve(*tensors: Array, factors: Any, transposed: bool) -> Array:
    A, B = tensors
    if factors is None or B.ndim > 2 or B.dtype != A.dtype or B.size == 0:
        return np.linalg.solve(A.swapaxes(-1, -2) if transposed else A, B)
    return _lapack("getrs", A.dtype)(*factors, B, trans=0 if transposed else 1)[0]


def _is_vector(A: Array, B: Array) -> bool:
    """Whether `B` holds right-hand sides that are single vectors, by PyTorch's (and NumPy 1's) rule."""
    return len(B.shape) == 1 or (len(B.shape) == len(A.shape) - 1 and tuple(B.shape) == tuple(A.shape[:-1]))


def _fits(A: Array, B: Array, name: str) -> None:
    if len(B.shape) < 2 or A.shape[-2] != B.shape[-2]:
        raise ValueError(f"{name}: A of shape {tuple(A.shape)} and B of shape {tuple(B.shape)} do not fit")


@_operator
def solve(A: Array, B: Array, *, left: bool = True) -> Array:
    """X with A X = B, or X A = B where `left` is false. Derivative: g_B = A^-T g, g_A = -g_B X^T.

    Shapes: A (..., n, n), B (..., n, k) or vectors (..., n); leading dimensions broadcast.

    Raises:
        LinAlgError: a matrix is singular.
        ValueError: the matrices are not square, or the sizes do not fit.

    Example:
        >>> solve(ag.tensor([[2.0, 0.0], [0.0, 4.0]]), ag.tensor([1.0, 1.0]))
        tensor([0.5000, 0.2500])
    """
    _check(A, "solve", square=True)
    if not left:
        return _t(solve(_t(A), _t(B)))
    vector = _is_vector(A, B)
    if vector:
        B = _column(B)
    _fits(A, B, "solve")
    out = _solve(A, B, factors=_factors(_raw(A), "solve"), transposed=False)
    return squeeze(out, -1) if vector else out


def _triangular_rule(
    g: Array, tensors: tuple[Array, ...], out: Array, upper: bool, unitriangular: bool
) -> list[Array]:
    pulled = _solve_triangular(_t(tensors[0]), g, upper=not upper, unitriangular=unitriangular)
    change = matmul(pulled, _t(out))
    change = _triu(change, int(unitriangular)) if upper else _tril(change, -int(unitriangular))
    return [-change, pulled]


@primitive(tensors=_triangular_rule)
def _solve_triangular(*tensors: Array, upper: bool, unitriangular: bool) -> Array:
    dtype = np.result_type(*tensors)
    A, B = (t.astype(dtype, copy=False) for t in tensors)
    trtrs = _lapack("trtrs", dtype)
    batch = np.broadcast_shapes(A.shape[:-2], B.shape[:-2])
    A, B = (np.broadcast_to(t, (*batch, *t.shape[-2:])) for t in (A, B))
    out = np.empty(B.shape, dtype)
    for i in np.ndindex(batch) if out.size else ():
        # The transpose lies in LAPACK's order, and its other triangle is meant.
        out[i], info = trtrs(A[i].T, B[i], lower=upper, trans=1, unitdiag=unitriangular)
        if info > 0:
            raise LinAlgError(f"the matrix is singular: element {info} of its diagonal is 0")
    return out


@_operator
def solve_triangular(A: Array, B: Array, *, upper: bool, left: bool = True, unitriangular: bool = False) -> Array:
    """X with A X = B (X A = B where `left` is false) for triangular A; the other triangle is not looked at.

    Args:
        upper: whether the upper triangle holds the matrix, rather than the lower one.
        unitriangular: whether its diagonal is taken to be 1, whatever stands there.

    Shapes: A (..., n, n), B (..., n, k); leading dimensions broadcast.

    Raises:
        LinAlgError: there is a 0 on the diagonal.
        ValueError: the matrices are not square, or the sizes do not fit.
    """
    _check(A, "solve_triangular", square=True)
    if not left:
        return _t(solve_triangular(_t(A), _t(B), upper=not upper, unitriangular=unitriangular))
    _fits(A, B, "solve_triangular")
    return _solve_triangular(A, B, upper=upper, unitriangular=unitriangular)


class TriangularSolveResult(NamedTuple):
    """The solution, and a copy of the matrix."""

    solution: Any
    cloned_coefficient: Any


def triangular_solve(
    b: Array, A: Array, upper: bool = True, transpose: bool = False, unitriangular: bool = False
) -> TriangularSolveResult:
    """`solve_triangular` with the arguments of PyTorch's older function: A X = b, or A^T X = b.

    Shapes: b (..., n, k), A (..., n, n) -> (..., n, k).

    Raises:
        LinAlgError, ValueError: as for `solve_triangular`.
    """
    matrix, triangle = (_t(A), not upper) if transpose else (A, upper)
    solution = solve_triangular(matrix, b, upper=triangle, unitriangular=unitriangular)
    return TriangularSolveResult(solution, A * 1)


# ------------------------------------------------------------------------------------------- Cholesky


def _cholesky_rule(g: Array, out: Array) -> Array:
    """L^-T P L^-1 made symmetric, where P is the lower triangle of L^T g with half its diagonal."""
    product = matmul(_t(out), g)
    half = (_tril(product) + _tril(product, -1)) * 0.5
    symmetric = (half + _t(half)) * 0.5
    left = _solve_triangular(_t(out), symmetric, upper=True, unitriangular=False)
    return _t(_solve_triangular(_t(out), _t(left), upper=True, unitriangular=False))


@primitive(x=_cholesky_rule)
def _cholesky(x: Array) -> Array:
    return np.linalg.cholesky(x)


@_operator
def cholesky(A: Array, *, upper: bool = False) -> Array:
    """The lower triangular L with A = L L^T of symmetric positive definite A; L^T where `upper`.

    Only the lower triangle of `A` is looked at; the gradient is symmetric.

    Shapes: (..., n, n) -> (..., n, n).

    Raises:
        LinAlgError: a matrix is not positive definite.
        ValueError: the matrices are not square.

    Example:
        >>> cholesky(ag.tensor([[4.0, 2.0], [2.0, 5.0]]))
        tensor([[2., 0.],
                [1., 2.]])
    """
    _check(A, "cholesky", square=True)
    lower = _cholesky(A)
    return _t(lower) if upper else lower


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


def cholesky_inverse(L: Array, upper: bool = False) -> Array:
    """The inverse of A, given its Cholesky factor `L`.

    Shapes: (..., n, n) -> (..., n, n).

    Raises:
        LinAlgError: there is a 0 on the diagonal of `L`.
    """
    _check(L, "cholesky_inverse", square=True)
    return cholesky_solve(np.eye(L.shape[-1], dtype=L.dtype), L, upper)


# --------------------------------------------------------------------------- eigenvalues, singular values


class EighResult(NamedTuple):
    """Eigenvalues in ascending order, and the eigenvectors in the columns of a matrix."""

    eigenvalues: Any
    eigenvectors: Any


def _eigh_rule(g: Sequence[Array], out: Any) -> Array:
    values, vectors = out
    inner = _diagonal_matrix(g[0])
    if not _absent(g[1]):
        turned = matmul(_t(vectors), g[1]) / _gaps(values)
        inner = inner + keep(turned, ~np.eye(values.shape[-1], dtype=bool))
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


@_operator
def eigh(A: Array, UPLO: str = "L") -> EighResult:
    """Eigenvalues w and eigenvectors V of symmetric matrices: A = V diag(w) V^T.

    Only the triangle `UPLO` of `A` is looked at; the gradient is symmetric. Functions of the eigenvectors that
    change with their signs have no gradient, nor do those of eigenvectors whose eigenvalues coincide.

    Shapes: (..., n, n) -> (..., n) and (..., n, n).

    Raises:
        LinAlgError: the iteration did not converge.
        ValueError: the matrices are not square.
    """
    return EighResult(*_eigh(_lower_half(A, UPLO, "eigh")))


@_operator
def eigvalsh(A: Array, UPLO: str = "L") -> Array:
    """The eigenvalues of symmetric matrices, in ascending order. Derivative: V diag(g) V^T.

    Shapes: (..., n, n) -> (..., n).

    Raises:
        LinAlgError: the iteration did not converge.
        ValueError: the matrices are not square.

    Example:
        >>> eigvalsh(ag.tensor([[2.0, 0.0], [0.0, 1.0]]))
        tensor([1., 2.])
    """
    return _eigvalsh(_lower_half(A, UPLO, "eigvalsh"))


class SVDResult(NamedTuple):
    """A = U diag(S) Vh: singular values in descending order, and orthonormal columns of U and rows of Vh."""

    U: Any
    S: Any
    Vh: Any


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


@_operator
def svd(A: Array, full_matrices: bool = True) -> SVDResult:
    """The singular value decomposition A = U diag(S) Vh.

    Functions of U and Vh that change with the signs of their vectors have no gradient, nor do those of vectors
    whose singular values coincide (or, for a matrix that is not square, are 0). `svdvals` has no such limits.

    Shapes: (..., m, n) -> U (..., m, k), S (..., k), Vh (..., k, n) with k = min(m, n); with `full_matrices`
    U is (..., m, m) and Vh (..., n, n), and no gradient flows into what exceeds k.

    Raises:
        LinAlgError: the iteration did not converge.
        ValueError: `A` has fewer than 2 dimensions.
    """
    _check(A, "svd")
    return SVDResult(*_svd(A, full=full_matrices))


@_operator
def svdvals(A: Array) -> Array:
    """The singular values of matrices, in descending order. Derivative: U diag(g) Vh.

    Shapes: (..., m, n) -> (..., min(m, n)).

    Raises:
        LinAlgError: the iteration did not converge.
        ValueError: `A` has fewer than 2 dimensions.

    Example:
        >>> svdvals(ag.tensor([[0.0, 3.0], [1.0, 0.0]]))
        tensor([3., 1.])
    """
    _check(A, "svdvals")
    return _svdvals(A)


@_operator
def cond(A: Array, p: Any = None) -> Array:
    """The condition number norm(A, p) norm(A^-1, p); for `p` None, 2 and -2 a ratio of singular values.

    Shapes: (..., n, n) -> (...); (..., m, n) for `p` None, 2 and -2.

    Raises:
        LinAlgError: a matrix is singular, and `p` is none of None, 2 and -2.
        ValueError: `p` is no matrix norm, or the matrices are not square.
    """
    _check(A, "cond")
    if p in (None, 2, -2):
        s = svdvals(A)
        largest, smallest = s[..., 0], s[..., -1]
        return smallest / largest if p == -2 else largest / smallest
    _check(A, "cond", square=True)
    return matrix_norm(A, p) * matrix_norm(inv(A), p)


# ------------------------------------------------------------------------------------------------ QR


class QRResult(NamedTuple):
    """A = Q R: orthonormal columns, and an upper triangular matrix."""

    Q: Any
    R: Any


def _qr_rule(g: Sequence[Array], out: Any) -> Array:
    """(g_Q + Q M) R^-T, where M is the upper triangle of g_R R^T - Q^T g_Q made symmetric."""
    q, r = out
    upper = _triu(matmul(g[1], _t(r)) - matmul(_t(q), g[0]))
    change = g[0] + matmul(q, upper + _t(_triu(upper, 1)))
    return _t(_solve_triangular(r, _t(change), upper=True, unitriangular=False))


@primitive(outputs=2, x=_qr_rule)
def _qr(x: Array) -> Any:
    return tuple(np.linalg.qr(x))


@primitive(outputs=2)
def _complete_qr(x: Array) -> Any:
    return tuple(np.linalg.qr(x, mode="complete"))


@_operator
def qr(A: Array, mode: str = "reduced") -> QRResult:
    """Q with orthonormal columns and upper triangular R with A = Q R.

    The gradient asks that the first min(m, n) columns of `A` are linearly independent.

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
        r = cat([square, matmul(_t(q), A[..., m:])], -1)
    return QRResult(_reshape(q[..., :0], shape=(0,)) if mode == "r" else q, r)


@_operator
def householder_product(A: Array, tau: Array) -> Array:
    """The first n columns of the product of the reflections 1 - tau_i v_i v_i^T, as LAPACK's QR stores them.

    v_i is column i of `A` below the diagonal, with 1 on it and 0 above.

    Shapes: A (..., m, n), tau (..., k) with n <= m and k <= n -> (..., m, n).

    Raises:
        ValueError: the sizes do not fit.
    """
    _check(A, "householder_product")
    (m, n), k = A.shape[-2:], tau.shape[-1] if tau.shape else -1
    if not m >= n >= k >= 0:
        raise ValueError(
            f"householder_product: A of shape {tuple(A.shape)} and tau of {tuple(tau.shape)} do not fit"
        )
    out: Array = np.eye(m, n, dtype=A.dtype)
    vectors = _tril(A, -1) + out
    for i in reversed(range(k)):
        v = vectors[..., i : i + 1]
        out = out - _column(tau[..., i : i + 1]) * matmul(v, matmul(_t(v), out))
    return out if k else out + A * 0


# ------------------------------------------------------------------------------------------------ LU


class LUResult(NamedTuple):
    """A = P L U: a permutation, a lower triangular matrix with 1 on its diagonal, an upper triangular one."""

    P: Any
    L: Any
    U: Any


class LUFactorResult(NamedTuple):
    """L below the diagonal and U on and above it in one matrix, and the row exchanges, counted from 1."""

    LU: Any
    pivots: Any


def _lu_rule(g: Array, x: Array, out: Array, factors: Any) -> Array:
    """L^-T (tril(L^T g_L, -1) + triu(g_U U^T)) U^-T, with both factors, and both gradients, in one matrix."""
    lower = _tril(out, -1) + np.eye(x.shape[-1], dtype=x.dtype)
    inner = _tril(matmul(_t(lower), _tril(g, -1)), -1) + _triu(matmul(_triu(g), _t(_triu(out))))
    left = _solve_triangular(_t(lower), inner, upper=True, unitriangular=True)
    return _t(_solve_triangular(out, _t(left), upper=True, unitriangular=False))


@primitive(x=_lu_rule)
def _lu(x: Array, *, factors: Any) -> Array:
    """The factors of square matrices whose rows are in order already: the caller computed them."""
    return factors


def _getrf(x: Any) -> Any:
    """LAPACK's factors and row exchanges (from 0) of each matrix."""
    getrf = _lapack("getrf", x.dtype)
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
    batch = np.ogrid[tuple(map(slice, order.shape))]
    return _getitem(x, index=(*batch[:-1], order))


def _packed(A: Array, name: str) -> tuple[Array, Any, Any]:
    """Both factors in one matrix, the row exchanges, and the order of rows they lead to."""
    _check(A, name)
    factors, pivots = _getrf(_raw(A))
    order = _row_order(pivots, A.shape[-2])
    k = min(A.shape[-2:])
    ordered = _reordered(A, order)
    square = _lu(ordered[..., :k, :k], factors=np.ascontiguousarray(factors[..., :k, :k]))
    if A.shape[-2] > k:
        below = _solve_triangular(_t(square), _t(ordered[..., k:, :]), upper=False, unitriangular=False)
        return cat([square, _t(below)], -2), pivots, order
    if A.shape[-1] > k:
        beside = _solve_triangular(square, ordered[..., k:], upper=False, unitriangular=True)
        return cat([square, beside], -1), pivots, order
    return square, pivots, order


@_operator
def lu_factor(A: Array, *, pivot: bool = True) -> LUFactorResult:
    """L and U of A = P L U in one matrix, and the row exchanges that make P, for `lu_solve`.

    Shapes: (..., m, n) -> LU (..., m, n) and pivots (..., min(m, n)), int32 and counted from 1.

    Raises:
        ValueError: `A` has fewer than 2 dimensions, or `pivot` is false: LAPACK always exchanges rows.
        LinAlgError: the first min(m, n) rows and columns of P^T A are singular and `A` is not square.
    """
    if not pivot:
        raise ValueError("lu_factor: pivot=False is not available on the CPU")
    packed, pivots, _ = _packed(A, "lu_factor")
    return LUFactorResult(packed, _constant(pivots + np.int32(1), A))


@_operator
def lu(A: Array, *, pivot: bool = True) -> LUResult:
    """A = P L U by elimination with row exchanges; the exchanges P have no gradient.

    Shapes: (..., m, n) -> P (..., m, m), L (..., m, k), U (..., k, n) with k = min(m, n).

    Raises:
        ValueError, LinAlgError: as for `lu_factor`.
    """
    if not pivot:
        raise ValueError("lu: pivot=False is not available on the CPU")
    packed, _, order = _packed(A, "lu")
    m, n = A.shape[-2:]
    k = min(m, n)
    exchanges = np.swapaxes(np.eye(m, dtype=A.dtype)[order], -1, -2)
    lower = _tril(packed[..., :k], -1) + np.eye(m, k, dtype=A.dtype)
    return LUResult(_constant(exchanges, A), lower, _triu(packed[..., :k, :]))


@_operator
def lu_solve(LU: Array, pivots: Array, B: Array, *, left: bool = True, adjoint: bool = False) -> Array:
    """X with A X = B (X A = B where `left` is false; A^T for A where `adjoint`), from `lu_factor(A)`.

    Shapes: LU (..., n, n), pivots (..., n), B (..., n, k); leading dimensions broadcast.

    Raises:
        LinAlgError: the matrix is singular.
        ValueError: the sizes do not fit.
    """
    _check(LU, "lu_solve", square=True)
    if not left:
        return _t(lu_solve(LU, pivots, _t(B), adjoint=not adjoint))
    _fits(LU, B, "lu_solve")
    batch = np.broadcast_shapes(LU.shape[:-2], B.shape[:-2])
    order = np.broadcast_to(_row_order(_raw(pivots) - 1, LU.shape[-1]), (*batch, LU.shape[-1]))
    B = _expand(B, shape=(*batch, *B.shape[-2:]))
    if adjoint:
        inner = _solve_triangular(_t(LU), B, upper=False, unitriangular=False)
        outer = _solve_triangular(_t(LU), inner, upper=True, unitriangular=True)
        return _reordered(outer, np.argsort(order, axis=-1))
    inner = _solve_triangular(LU, _reordered(B, order), upper=False, unitriangular=True)
    return _solve_triangular(LU, inner, upper=True, unitriangular=False)


# ------------------------------------------------------------------------- rank, pseudo-inverse, least squares


def _threshold(s: Any, shape: tuple[int, ...], atol: Any, rtol: Any) -> Any:
    """Below which singular values count as 0: max(atol, rtol * largest), by default max(m, n) eps * largest."""
    atol, rtol = (_raw(t) for t in (atol, rtol))
    if rtol is None:
        given = atol is not None and np.any(np.asarray(atol) > 0)
        rtol = 0.0 if given else max(shape[-2:]) * np.finfo(s.dtype).eps
    largest = s.max(axis=-1, initial=0, keepdims=True)
    return np.maximum(np.asarray(0.0 if atol is None else atol)[..., None], np.asarray(rtol)[..., None] * largest)


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
    inverse = np.divide(1, s, where=large, out=np.zeros_like(s))
    return vh.conj().swapaxes(-1, -2) @ (inverse[..., None] * u.conj().swapaxes(-1, -2))


@_operator
def pinv(A: Array, *, atol: Any = None, rtol: Any = None, hermitian: bool = False) -> Array:
    """The pseudo-inverse: that of the singular values above max(atol, rtol * the largest), 0 for the others.

    The gradient holds where the rank does not change. By default rtol is max(m, n) times the precision of the
    dtype, or 0 where atol is given. `hermitian` promises a symmetric `A`, which needs no other treatment.

    Shapes: (..., m, n) -> (..., n, m).

    Raises:
        ValueError: `A` has fewer than 2 dimensions.

    Example:
        >>> pinv(ag.tensor([[2.0], [0.0]]))
        tensor([[0.5000, 0.0000]])
    """
    _check(A, "pinv", square=hermitian)
    return _pinv(A, atol=_raw(atol), rtol=_raw(rtol))


def pinverse(A: Array, rcond: float = 1e-15) -> Array:
    """`pinv` with the argument of PyTorch's older function: singular values below rcond * the largest are 0.

    Shapes: (..., m, n) -> (..., n, m).
    """
    return pinv(A, rtol=rcond)


@primitive
def _matrix_rank(x: Array, *, atol: Any, rtol: Any) -> Array:
    s = np.linalg.svd(x, compute_uv=False)
    return np.count_nonzero(s > _threshold(s, x.shape, atol, rtol), axis=-1, keepdims=True)[..., 0]


@_operator
def matrix_rank(A: Array, *, atol: Any = None, rtol: Any = None, hermitian: bool = False) -> Array:
    """How many singular values are above max(atol, rtol * the largest); see `pinv`. Not differentiable.

    Shapes: (..., m, n) -> (...), int64.

    Raises:
        ValueError: `A` has fewer than 2 dimensions.
    """
    _check(A, "matrix_rank", square=hermitian)
    return _matrix_rank(A, atol=_raw(atol), rtol=_raw(rtol))


class LstsqResult(NamedTuple):
    """The solution, the sum of squares that is left of each column, the rank, and no singular values."""

    solution: Any
    residuals: Any
    rank: Any
    singular_values: Any


@_operator
def lstsq(A: Array, B: Array, rcond: float | None = None) -> LstsqResult:
    """X that makes the sum of squares of A X - B smallest; of several, the smallest X. X = pinv(A) B.

    Shapes: A (..., m, n), B (..., m, k) or vectors (..., m) -> solution (..., n, k) or (..., n); residuals
    (..., k) for m > n and full rank, else (0,); rank (...), int64; singular_values (0,).

    Raises:
        ValueError: the sizes do not fit.
    """
    _check(A, "lstsq")
    vector = _is_vector(A, B)
    if vector:
        B = _column(B)
    _fits(A, B, "lstsq")
    solution = matmul(pinv(A, rtol=rcond), B)
    rank = matrix_rank(A, rtol=rcond)
    m, n = A.shape[-2:]
    nothing = _constant(np.empty(0, A.dtype), A)
    if m > n and np.all(_raw(rank) == n):
        left = matmul(A, solution) - B
        residuals = sum(left * left, -2)
    else:
        residuals = nothing
    return LstsqResult(squeeze(solution, -1) if vector else solution, residuals, rank, nothing)


# ------------------------------------------------------------------------------- functions of matrices


@_operator
def matrix_power(A: Array, n: int) -> Array:
    """A multiplied by itself n times, by repeated squaring; the inverse is multiplied for negative n.

    Shapes: (..., k, k) -> (..., k, k).

    Raises:
        LinAlgError: n is negative and a matrix is singular.
        ValueError: the matrices are not square.
    """
    _check(A, "matrix_power", square=True)
    if n == 0:
        return A * 0 + np.eye(A.shape[-1], dtype=A.dtype)
    power, out, n = (inv(A), None, -n) if n < 0 else (A, None, n)
    while n:
        if n % 2:
            out = power if out is None else matmul(out, power)
        n //= 2
        power = matmul(power, power) if n else power
    return out * 1 if out is A else out


def _matrix_exp_rule(g: Array, x: Array) -> Array:
    """The upper right block of exp([[A^T, g], [0, A^T]]) (I. Najfeld and T. Havel, 1995)."""
    turned, n = _t(x), x.shape[-1]
    upper = cat([turned, g], -1)
    lower = cat([turned * 0, turned], -1)
    return _matrix_exp(cat([upper, lower], -2))[..., :n, n:]


@primitive(x=_matrix_exp_rule)
def _matrix_exp(x: Array) -> Array:
    from scipy.linalg import expm

    return expm(x).astype(x.dtype, copy=False) if x.size else x.copy()


def matrix_exp(A: Array) -> Array:
    """The exponential 1 + A + A A / 2 + A A A / 6 + ... of square matrices.

    Shapes: (..., n, n) -> (..., n, n).

    Raises:
        ValueError: the matrices are not square.

    Example:
        >>> matrix_exp(ag.tensor([[0.0, 2.0], [0.0, 0.0]]))
        tensor([[1., 2.],
                [0., 1.]])
    """
    _check(A, "matrix_exp", square=True)
    return _matrix_exp(A)


def tensorinv(A: Array, ind: int = 2) -> Array:
    """The inverse of `A` as a linear map of its last dimensions to its first `ind`.

    Shapes: (*left, *right) with as many elements in left as in right -> (*right, *left).

    Raises:
        LinAlgError: the map is singular.
        ValueError: the numbers of elements differ, or `ind` is not positive.
    """
    shape = tuple(A.shape)
    left, right = shape[:ind], shape[ind:]
    if ind <= 0 or math.prod(left) != math.prod(right):
        raise ValueError(f"tensorinv: the first {ind} dimensions of {shape} hold not as many elements as the rest")
    n = math.prod(left)
    return _reshape(inv(_reshape(A, shape=(n, n))), shape=(*right, *left))


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


# ---------------------------------------------------------------------------- vectors


@numpy_names
def cross(x: Array, y: Array, *, dim: int = -1) -> Array:
    """The vector product x[1] y[2] - x[2] y[1], ... of the vectors along `dim`; the others broadcast.

    Raises:
        ValueError: the size along `dim` is not 3, or the numbers of dimensions differ.

    Example:
        >>> cross(ag.tensor([1.0, 0.0, 0.0]), ag.tensor([0.0, 1.0, 0.0]))
        tensor([0., 0., 1.])
    """
    place = normalize_dim(dim, len(x.shape), "cross")
    if len(x.shape) != len(y.shape) or not (x.shape and x.shape[place] == y.shape[place] == 3):
        raise ValueError(f"cross: expected size 3 along dim {dim}, got {tuple(x.shape)} and {tuple(y.shape)}")
    a, b = ([t[along(place, i)] for i in range(3)] for t in (x, y))
    parts = [a[i - 2] * b[i - 1] - a[i - 1] * b[i - 2] for i in range(3)]
    return stack(parts, place)


def vander(x: Array, N: int | None = None) -> Array:
    """The powers of each element: out[..., i, j] = x[..., i] ** j for j < N, by default as many as elements.

    Shapes: (..., n) -> (..., n, N).

    Raises:
        ValueError: `x` is 0-d.
    """
    if not x.shape:
        raise ValueError("vander: expected a vector or a batch of vectors, got a 0-d tensor")
    count = x.shape[-1] if N is None else N
    powers = [x * 0 + 1]
    for _ in range(count - 1):
        powers.append(powers[-1] * x)
    return stack(powers, -1) if count else unsqueeze(x * 0, -1)[..., :0]
