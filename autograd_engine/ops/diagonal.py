"""Diagonals and triangles of matrices, or of every matrix of a batch.

A diagonal is read through a view in which its elements lie side by side; its adjoint adds through the same view.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from ..backend.arrays import Array
from ..backend.kinds import kind_of
from ..engine.graph import raw
from ..engine.plan import Accumulate
from ..engine.primitive import primitive
from .dims import normalize_dim
from .names import operator
from .operands import apart, to_dtype
from .piecewise import masked, where
from .reduce import sum
from .shape import movedim, ravel

# ----------------------------------------------------------------------------------------- diagonals


def _diagonal_view(x: Array, offset: int) -> Array:
    """The diagonals of the last two dimensions of a raw array, as a view that can be written."""
    x = x[..., max(-offset, 0) :, max(offset, 0) :]
    n = min(x.shape[-2:])
    return np.einsum("...ii->...i", x[..., :n, :n])


def _add_on_diagonal(buffer: Array, g: Array, x_shape: tuple[int, ...], offset: int) -> None:
    view = _diagonal_view(buffer, offset)
    view += g


@primitive(
    view=True,
    x=Accumulate(
        rule=lambda g, x_shape, offset: _on_diagonal(g, offset=offset, shape=x_shape),
        into=_add_on_diagonal,
    ),
)
def _diagonal(x: Array, *, offset: int) -> Array:
    return _diagonal_view(x, offset)


@primitive(x=lambda g, offset: _diagonal(g, offset=offset))
def _on_diagonal(x: Array, *, offset: int, shape: tuple[int, ...]) -> Array:
    """Zeros of `shape` with `x` on the diagonals of the last two dimensions."""
    out = kind_of(x).zeros(shape, x.dtype)
    _diagonal_view(out, offset)[...] = x
    return out


def _matrix_dims(x_ndim: int, dim1: int, dim2: int, name: str) -> tuple[int, int]:
    a, b = normalize_dim(dim1, x_ndim, name), normalize_dim(dim2, x_ndim, name)
    if a == b or x_ndim < 2:
        raise ValueError(f"{name}: needs two different dimensions, got {dim1} and {dim2} of {x_ndim}")
    return a, b


@operator("torch Tensor numpy")
def diagonal(x: Array, offset: int = 0, dim1: int = 0, dim2: int = 1) -> Array:
    """The elements x[i, i + offset] of two dimensions, as the last dimension of the result; a view.

    Raises:
        ValueError: `dim1` and `dim2` are the same dimension.

    Example:
        >>> diagonal(tensor([[1.0, 2.0], [3.0, 4.0]]), 1)
        tensor([2.])
    """
    dims = _matrix_dims(len(x.shape), dim1, dim2, "diagonal")
    return _diagonal(movedim(x, dims, (-2, -1)), offset=offset)


@operator("torch Tensor")
def diag_embed(x: Array, offset: int = 0, dim1: int = -2, dim2: int = -1) -> Array:
    """Matrices of zeros with the last dimension of `x` on their diagonals: the adjoint of `diagonal`.

    Shapes: x (..., n) -> (..., n + |offset|, n + |offset|), the last two moved to `dim1` and `dim2`.

    Raises:
        ValueError: `dim1` and `dim2` are the same dimension, or `x` is 0-d.
    """
    if not x.shape:
        raise ValueError("diag_embed: needs at least 1 dimension")
    dims = _matrix_dims(len(x.shape) + 1, dim1, dim2, "diag_embed")
    n = x.shape[-1] + abs(offset)
    return movedim(_on_diagonal(x, offset=offset, shape=(*x.shape[:-1], n, n)), (-2, -1), dims)


@operator("torch Tensor")
def diag(x: Array, diagonal: int = 0) -> Array:
    """The diagonal of a matrix; of a vector, the matrix that has it on its diagonal.

    Raises:
        ValueError: `x` is neither a matrix nor a vector.
    """
    if len(x.shape) == 1:
        return diag_embed(x, diagonal)
    if len(x.shape) != 2:
        raise ValueError(f"diag: takes a vector or a matrix, got shape {tuple(x.shape)}")
    return apart(_diagonal(x, offset=diagonal), x)


@operator("torch Tensor")
def diagflat(x: Array, offset: int = 0) -> Array:
    """The matrix with the flattened `x` on its diagonal."""
    return diag_embed(ravel(x), offset)


@operator("torch Tensor")
def diagonal_scatter(x: Array, src: Array, offset: int = 0, dim1: int = 0, dim2: int = 1) -> Array:
    """A copy of `x` whose diagonal is `src`.

    Raises:
        ValueError: `src` has another shape than the diagonal, or `dim1` and `dim2` are the same dimension.
    """
    dims = _matrix_dims(len(x.shape), dim1, dim2, "diagonal_scatter")
    moved = movedim(x, dims, (-2, -1))
    shape = tuple(moved.shape)
    wanted = _diagonal_view(np.broadcast_to(np.int8(0), shape), offset).shape
    if tuple(src.shape) != wanted:
        raise ValueError(f"diagonal_scatter: src has shape {tuple(src.shape)}, the diagonal {wanted}")
    chosen = kind_of(raw(x)).eye(*shape[-2:], k=offset, dtype=bool)
    return movedim(
        where(chosen, _on_diagonal(to_dtype(src, x.dtype), offset=offset, shape=shape), moved), (-2, -1), dims
    )


def _triangle(x: Array, diagonal: int, name: str) -> Any:
    if len(x.shape) < 2:
        raise ValueError(f"{name}: needs at least 2 dimensions, got shape {tuple(x.shape)}")
    return kind_of(raw(x)).tri(*x.shape[-2:], k=diagonal, dtype=bool)


@operator("torch Tensor", in_place="Tensor")
def tril(x: Array, diagonal: int = 0) -> Array:
    """The lower triangle of each matrix: x[i, j] where j <= i + diagonal, else 0.

    Raises:
        ValueError: fewer than 2 dimensions.
    """
    return masked(x, _triangle(x, diagonal, "tril"))


@operator("torch Tensor", in_place="Tensor")
def triu(x: Array, diagonal: int = 0) -> Array:
    """The upper triangle of each matrix: x[i, j] where j >= i + diagonal, else 0.

    Raises:
        ValueError: fewer than 2 dimensions.
    """
    return masked(x, ~_triangle(x, diagonal - 1, "triu"))


@operator("torch Tensor numpy")
def trace(x: Array) -> Array:
    """The sum of the diagonal of a matrix.

    Raises:
        ValueError: `x` is no matrix.

    Example:
        >>> trace(tensor([[1.0, 2.0], [3.0, 4.0]]))
        tensor(5.)
    """
    if len(x.shape) != 2:
        raise ValueError(f"trace: expected a matrix, got shape {tuple(x.shape)}")
    return sum(_diagonal(x, offset=0))
