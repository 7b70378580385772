"""Norms of vectors and of matrices, and the distances they measure."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np

from ...backend.arrays import Array, astype, result_dtype, unboxed
from ...backend.kinds import kind_of
from ...backend.sums import widened, within
from ...engine.graph import raw
from ...engine.primitive import primitive
from ..arithmetic import abs, add, sub
from ..dims import common_shape, dims_of, kept_shape, normalize_dim
from ..names import operator
from ..operands import to_dtype
from ..piecewise import clamp, masked, where
from ..reduce import _spread, _with_dims, amax, amin, sum
from ..rounding import flat, sign
from ..shape import _permute, _reshape, expand, unsqueeze
from .equations import inv
from .matrices import LinAlgError, _check, _operator
from .spectral import svdvals

# ------------------------------------------------------------------------------------------------- norms of vectors


def _norm_rule(
    g: Array, x: Array, out: Array, p: float, dims: tuple[int, ...], keepdim: bool, x_shape: tuple[int, ...]
) -> Array:
    """sign(x) (|x| / norm)^(p - 1), and 0 where the norm or the element is 0."""
    out = _with_dims(out, x_shape, dims, keepdim)
    ratio = x / where(out == 0, 1, out)
    g = masked(_with_dims(g, x_shape, dims, keepdim), out != 0)
    if p == 2:
        return g * ratio
    nonzero = x != 0
    return masked(g * sign(x) * abs(where(nonzero, ratio, 1)) ** (p - 1), nonzero)


@primitive(x=_norm_rule)
def _norm(x: Array, *, p: float, dims: tuple[int, ...], keepdim: bool) -> Array:
    """Where powers leave the range of the dtype, they are formed again, from x divided by the element that counts
    most: the largest, or for negative powers the smallest."""
    wide = widened(x)
    out = _powers(wide, p, dims, keepdim)
    if x.dtype.kind == "f" and x.size and _left_the_range(out, wide, p, dims, keepdim):
        sizes = np.absolute(wide)
        top = (sizes.max if p > 0 else sizes.min)(axis=dims, keepdims=True)
        top = np.where((top > 0) & (top < np.inf), top, top.dtype.type(1))
        with np.errstate(under="ignore"):
            out = _powers(wide / top, p, dims, keepdim)
        out = out * (top if keepdim else unboxed(top.reshape(out.shape)))
    return astype(out, x.dtype)


_TINY = {t: float(np.finfo(t).tiny) for t in "fd"}
"""The smallest normal number of each dtype in which norms are formed."""


def _left_the_range(norms: Any, x: Any, p: float, dims: tuple[int, ...], keepdim: bool) -> bool:
    """Whether powers of elements passed the largest number of the dtype, or were rounded to 0."""
    limit = _TINY.get(norms.dtype.char, _TINY["d"]) ** (1 / p)
    least, most = (limit, np.inf) if p > 0 else (0.0, limit)
    if within(norms, least, most):
        return False
    if not kind_of(x).readable:
        return True
    if p < 0:
        return bool(np.any(~(norms < most) | ((norms == 0) & np.all(x, axis=dims, keepdims=keepdim))))
    return bool(np.any(~(norms < np.inf) | ((norms < least) & np.any(x, axis=dims, keepdims=keepdim))))


def _powers(x: Any, p: float, dims: tuple[int, ...], keepdim: bool) -> Any:
    if p == 2:
        return np.sqrt(np.add.reduce(x * x, axis=dims, keepdims=keepdim))
    return np.add.reduce(np.absolute(x) ** p, axis=dims, keepdims=keepdim) ** x.dtype.type(1 / p)


@primitive(x=lambda g, x_shape, dims, keepdim: _spread(flat(g), x_shape, dims, keepdim))
def _number_of_nonzeros(x: Array, *, dims: tuple[int, ...], keepdim: bool) -> Array:
    return np.add.reduce(x != 0, axis=dims, keepdims=keepdim).astype(x.dtype)


@operator("linalg")
def vector_norm(x: Array, ord: float = 2, dim: Any = None, keepdim: bool = False, *, dtype: Any = None) -> Array:
    """(sum |x_i|^ord)^(1/ord) over `dim`, or over all elements; its gradient at 0 is 0.

    `ord` inf and -inf give the largest and the smallest |x_i|, 0 the number of nonzero elements.

    Raises:
        TypeError: `x` holds integers.
        ValueError: `ord` is a string.
        IndexError: there is no such dimension.

    Example:
        >>> vector_norm(ag.tensor([3.0, 4.0]))
        tensor(5.)
    """
    if dtype is not None:
        x = to_dtype(x, dtype)
    if x.dtype.kind not in "fc":
        raise TypeError(f"vector_norm: expected floating-point numbers, not {x.dtype}; give a floating dtype")
    if isinstance(ord, str):
        raise ValueError(f"vector_norm: ord must be a number, not {ord!r}")
    dims = dims_of(dim, len(x.shape), "vector_norm")
    if ord == 0:
        return _number_of_nonzeros(x, dims=dims, keepdim=keepdim)
    if ord == 1:
        return sum(abs(x), dims, keepdim)
    if math.isinf(ord):
        return (amax if ord > 0 else amin)(abs(x), dims, keepdim)
    return _norm(x, p=ord, dims=dims, keepdim=keepdim)


@operator("torch Tensor")
def dist(x: Array, other: Array, p: float = 2) -> Array:
    """The p-norm of x - other, over all elements; its gradient is 0 where the two are equal.

    Raises:
        TypeError: both hold integers.
        ValueError: the shapes do not broadcast.

    Example:
        >>> dist(tensor([1.0, 2.0]), tensor([4.0, 6.0]))
        tensor(5.)
    """
    common_shape([tuple(x.shape), tuple(other.shape)], "dist")
    return vector_norm(sub(x, other), p)


@operator("torch")
def cdist(x1: Array, x2: Array, p: float = 2.0) -> Array:
    """The p-norm distances between the rows of `x1` and those of `x2`.

    The differences themselves are formed, so points that coincide have distance 0, and gradient 0.

    Shapes: (..., n, m), (..., k, m) -> (..., n, k), leading dimensions broadcast.

    Raises:
        ValueError: an input has fewer than two dimensions, or the rows differ in length.

    Example:
        >>> cdist(tensor([[0.0, 0.0]]), tensor([[3.0, 4.0], [0.0, 1.0]]))
        tensor([[5., 1.]])
    """
    if len(x1.shape) < 2 or len(x2.shape) < 2 or x1.shape[-1] != x2.shape[-1]:
        raise ValueError(
            f"cdist: shapes {tuple(x1.shape)} and {tuple(x2.shape)} are not (..., n, m) and (..., k, m)"
        )
    p = p if x1.shape[-1] else 2.0  # of rows without elements: 0, where the largest of none would be refused
    return vector_norm(sub(unsqueeze(x1, -2), unsqueeze(x2, -3)), p, -1)


@operator("functional")
def normalize(input: Array, p: float = 2.0, dim: int = 1, eps: float = 1e-12) -> Array:
    """The vectors along `dim` divided by their p-norm, or by `eps` where the norm is smaller than that.

    Raises:
        IndexError: there is no such dimension.

    Example:
        >>> normalize(ag.tensor([[3.0, 4.0]]))
        tensor([[0.6000, 0.8000]])
    """
    return input / clamp(vector_norm(input, p, dim, keepdim=True), min=eps)


@operator("torch functional")
def cosine_similarity(x1: Array, x2: Array, dim: int = 1, eps: float = 1e-8) -> Array:
    """The cosine of the angle between the vectors along `dim`: x1 . x2 / (max(|x1|, eps) max(|x2|, eps)).

    Shapes: the shape to which `x1` and `x2` broadcast, without `dim`.

    Raises:
        IndexError: there is no such dimension.
        ValueError: the shapes do not broadcast.

    Example:
        >>> cosine_similarity(ag.tensor([1.0, 0.0]), ag.tensor([[1.0, 1.0], [0.0, 2.0]]))
        tensor([0.7071, 0.0000])
    """
    try:
        common = np.broadcast_shapes(tuple(x1.shape), tuple(x2.shape))
    except ValueError:
        raise ValueError(
            f"cosine_similarity: shapes {tuple(x1.shape)} and {tuple(x2.shape)} do not broadcast"
        ) from None
    dim = normalize_dim(dim, len(common), "cosine_similarity")
    dtype = result_dtype(x1, x2)

    def unit(x: Array) -> Array:
        """The vectors of `x` along `dim`, expanded to their full length and then divided by their norms."""
        shape = (1,) * (len(common) - len(x.shape)) + tuple(x.shape)
        x = to_dtype(expand(x, (*shape[:dim], *common[dim : dim + 1], *shape[dim + 1 :])), dtype)
        return normalize(x, 2.0, dim, eps)

    return sum(unit(x1) * unit(x2), dim)


@operator("torch functional")
def pairwise_distance(x1: Array, x2: Array, p: float = 2.0, eps: float = 1e-6, keepdim: bool = False) -> Array:
    """The p-norm of x1 - x2 + eps over the last dimension; eps keeps it differentiable where x1 = x2.

    Shapes: the shape to which `x1` and `x2` broadcast, without the last dimension; with `keepdim` that has size 1.

    Raises:
        ValueError: the shapes do not broadcast.

    Example:
        >>> pairwise_distance(ag.tensor([[0.0, 0.0]]), ag.tensor([[3.0, 4.0]]))
        tensor([5.0000])
    """
    return vector_norm(add(sub(x1, x2), eps), p, -1, keepdim)


@operator("torch Tensor", in_place="Tensor")
def renorm(x: Array, p: float, dim: int, maxnorm: float) -> Array:
    """`x`, in which each slice x[..., i, ...] along `dim` whose p-norm exceeds `maxnorm` is scaled down to it.

    Raises:
        ValueError: `x` has fewer than two dimensions, `p` is not positive, or `maxnorm` is negative.

    Example:
        >>> renorm(tensor([[3.0, 4.0], [0.3, 0.4]]), 2, 0, 1.0)
        tensor([[0.6000, 0.8000],
                [0.3000, 0.4000]])
    """
    ndim = len(x.shape)
    if ndim < 2:
        raise ValueError(f"renorm: needs at least 2 dimensions, got {ndim}")
    if not p > 0 or maxnorm < 0:
        raise ValueError(f"renorm: p must be positive and maxnorm not negative, got {p} and {maxnorm}")
    dim = normalize_dim(dim, ndim, "renorm")
    size = vector_norm(x, p, [d for d in range(ndim) if d != dim], keepdim=True)
    return x * where(size > maxnorm, maxnorm / (size + 1e-7), 1)


# ------------------------------------------------------------------------------------------------ norms of matrices


@operator("linalg")
def matrix_norm(
    A: Array, ord: Any = "fro", dim: Sequence[int] = (-2, -1), keepdim: bool = False, *, dtype: Any = None
) -> Array:
    """A norm of the matrices that lie in the two dimensions `dim`.

    `ord`: "fro" the root of the sum of squares; "nuc" the sum of the singular values; 2, -2 the largest and the
    smallest singular value; 1, -1 the largest and the smallest sum of |A| along a column; inf, -inf along a row.

    Shapes: that of `A` without the two dimensions; with `keepdim` they have size 1.

    Raises:
        ValueError: `A` has fewer than 2 dimensions, `dim` is not two dimensions, or `ord` is none of these.
    """
    if dtype is not None:
        A = to_dtype(A, dtype)
    _check(A, "matrix_norm", lapack=False)
    dims = tuple(normalize_dim(d, len(A.shape), "matrix_norm") for d in dim)
    if len(dims) != 2 or dims[0] == dims[1]:
        raise ValueError(f"matrix_norm: dim must be two different dimensions, got {tuple(dim)}")
    if ord == "fro":
        return vector_norm(A, 2, dims, keepdim)
    if ord not in ("nuc", 2, -2, 1, -1, math.inf, -math.inf):
        raise ValueError(f"matrix_norm: ord must be 'fro', 'nuc', 2, -2, 1, -1, inf or -inf, not {ord!r}")
    rest = [d for d in range(len(A.shape)) if d not in dims]
    matrices = _permute(A, dims=(*rest, *dims))
    if ord in ("nuc", 2, -2):
        sizes = svdvals(matrices)
    else:
        sizes = sum(abs(matrices), -2 if ord in (1, -1) else -1)
    if ord == "nuc" or (ord > 0 and not sizes.shape[-1]):  # of no sizes, none is negative: the largest is 0
        out = sum(sizes, -1)
    else:
        out = (amin if ord < 0 else amax)(sizes, -1)
    return _reshape(out, shape=kept_shape(A.shape, dims)) if keepdim else out


@operator("linalg")
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
    if len(dims) != 1 or isinstance(ord, str):
        raise ValueError(f"norm: no ord {ord!r} over dim {dim}: ord is a number for one dim, a matrix norm for two")
    return vector_norm(A, ord, dims, keepdim, dtype=dtype)


@operator("linalg", numpy="linalg.cond")
@_operator
def cond(A: Array, p: Any = None) -> Array:
    """The condition number norm(A, p) norm(A^-1, p); for `p` None, 2 and -2 it is a ratio of singular values.

    Shapes: (..., n, n) -> (...); (..., m, n) for `p` None, 2 and -2.

    It is infinite for a singular matrix, unless rounding hides that the matrix is singular.

    Raises:
        ValueError: `p` is no matrix norm, or the matrices are not square.
    """
    _check(A, "cond")
    if 0 in A.shape[-2:]:
        return vector_norm(A, 2, (-2, -1))  # 0, as in PyTorch
    if p in (None, 2, -2):
        s = svdvals(A)
        largest, smallest = s[..., 0], s[..., -1]
        return smallest / largest if p == -2 else largest / smallest
    _check(A, "cond", square=True)
    try:
        return matrix_norm(A, p) * matrix_norm(inv(A), p)
    except LinAlgError:
        singular = np.linalg.slogdet(raw(A))[0] == 0
        regular = where(singular[..., None, None], kind_of(raw(A)).eye(A.shape[-1], dtype=A.dtype), A)
        return where(singular, math.inf, matrix_norm(A, p) * matrix_norm(inv(regular), p))
