"""Joining and splitting along a fixed dimension: side by side, below or behind each other."""

from __future__ import annotations

import itertools
import math
from collections.abc import Sequence
from typing import Any, overload

from ..backend.arrays import Array
from ..backend.kinds import is_array, kind_of
from ..engine.broadcast import identity
from ..engine.graph import raw
from .arrange import _several
from .dims import along, normalize_dim
from .names import operator
from .operands import several
from .shape import cat, joined, reshape, split


def _atleast(ndim: int, tensors: tuple[Any, ...]) -> Any:
    def padded(x: Array) -> Array:
        shape = tuple(x.shape)
        if len(shape) >= ndim:
            return identity(x)
        if ndim < 3:
            return reshape(x, (1,) * (ndim - len(shape)) + shape)
        # A vector is the row of a matrix, a matrix the first plane of a stack: (n,) -> (1, n) -> (1, n, 1).
        return reshape(x, (*(1,) * (2 - len(shape)), *shape, 1))

    results = tuple(padded(x) for x in _several(tensors))
    return results[0] if len(tensors) == 1 and not isinstance(tensors[0], (tuple, list)) else results


@overload
def atleast_1d(tensors: Sequence[Array], /) -> tuple[Array, ...]: ...


@overload
def atleast_1d(tensor: Array, /) -> Array: ...


@overload
def atleast_1d(first: Array, second: Array, /, *tensors: Array) -> tuple[Array, ...]: ...


@operator("torch numpy", raw_too=True)
def atleast_1d(*tensors: Array) -> Array | tuple[Array, ...]:
    """0-d tensors as (1,), others as they are; several tensors give a tuple."""
    return _atleast(1, tensors)


@overload
def atleast_2d(tensors: Sequence[Array], /) -> tuple[Array, ...]: ...


@overload
def atleast_2d(tensor: Array, /) -> Array: ...


@overload
def atleast_2d(first: Array, second: Array, /, *tensors: Array) -> tuple[Array, ...]: ...


@operator("torch numpy", raw_too=True)
def atleast_2d(*tensors: Array) -> Array | tuple[Array, ...]:
    """Tensors of fewer dimensions as (1, n), others as they are; several tensors give a tuple."""
    return _atleast(2, tensors)


@overload
def atleast_3d(tensors: Sequence[Array], /) -> tuple[Array, ...]: ...


@overload
def atleast_3d(tensor: Array, /) -> Array: ...


@overload
def atleast_3d(first: Array, second: Array, /, *tensors: Array) -> tuple[Array, ...]: ...


@operator("torch numpy", raw_too=True)
def atleast_3d(*tensors: Array) -> Array | tuple[Array, ...]:
    """Tensors of fewer dimensions as (1, n, 1) or (n, m, 1), others as they are; several give a tuple."""
    return _atleast(3, tensors)


@operator("torch numpy")
def hstack(tensors: Sequence[Array]) -> Array:
    """Tensors side by side: joined along dimension 1, vectors along dimension 0."""
    tensors = atleast_1d(several(tensors, "hstack"))
    return joined(tuple(tensors), 0 if tensors and len(tensors[0].shape) == 1 else 1, "hstack")


@operator("torch", also="row_stack", numpy="vstack")
def vstack(tensors: Sequence[Array]) -> Array:
    """Tensors below each other: joined along dimension 0, vectors as rows."""
    return joined(atleast_2d(several(tensors, "vstack")), 0, "vstack")


@operator("torch numpy")
def dstack(tensors: Sequence[Array]) -> Array:
    """Tensors behind each other: joined along dimension 2."""
    return joined(atleast_3d(several(tensors, "dstack")), 2, "dstack")


@operator("torch numpy")
def column_stack(tensors: Sequence[Array]) -> Array:
    """Tensors side by side: joined along dimension 1, vectors as columns."""
    return joined(
        tuple(
            t if len(t.shape) > 1 else reshape(t, (math.prod(t.shape), 1)) for t in several(tensors, "column_stack")
        ),
        1,
        "column_stack",
    )


@operator("torch")
def block_diag(*tensors: Array) -> Array:
    """The matrix with the given matrices (vectors as rows) along its diagonal and zeros elsewhere.

    Raises:
        ValueError: a tensor has more than 2 dimensions.
    """
    blocks = atleast_2d(tensors)
    if not blocks or any(len(b.shape) > 2 for b in blocks):
        raise ValueError(f"block_diag: takes matrices, got shapes {[tuple(b.shape) for b in blocks]}")
    width, start, rows = sum(b.shape[1] for b in blocks), 0, []
    for block in blocks:
        height, columns = block.shape
        left, right = start, width - start - columns
        sides = (kind_of(raw(block)).zeros((height, n), block.dtype) for n in (left, right))
        rows.append(cat([next(sides), block, next(sides)], 1))
        start += columns
    return cat(rows)


@operator("torch Tensor", raw_too=True)
def tensor_split(x: Array, indices_or_sections: Array, dim: int = 0) -> tuple[Array, ...]:
    """Views of `x` along `dim`: so many of nearly equal size, or with several indices, cut before each of them.

    Raises:
        ValueError: the number of sections is not positive, or `x` is 0-d.

    Example:
        >>> [len(piece) for piece in tensor_split(tensor([1.0, 2.0, 3.0, 4.0, 5.0]), 3)]
        [2, 2, 1]
    """
    return _split_at("tensor_split", x, indices_or_sections, dim)


def _split_at(name: str, x: Array, where_to: Any, dim: int, equal: bool = False) -> tuple[Array, ...]:
    if not x.shape:
        raise ValueError(f"{name}: a 0-d tensor has no dimension to split")
    dim = normalize_dim(dim, len(x.shape), name)
    length = x.shape[dim]
    if is_array(where_to := raw(where_to)):
        where_to = where_to.tolist()
    if isinstance(where_to, int):
        if where_to <= 0 or (equal and length % where_to):
            raise ValueError(f"{name}: {length}, the size of dim {dim}, cannot be split into {where_to} sections")
        share, more = divmod(length, where_to)
        return split(x, [share + 1] * more + [share] * (where_to - more), dim)
    stops = [None, *where_to, None]
    return tuple(x[along(dim, slice(a, b))] for a, b in itertools.pairwise(stops))


@operator("torch Tensor")
def hsplit(x: Array, indices_or_sections: Any) -> tuple[Array, ...]:
    """Split along dimension 1, vectors along dimension 0: into equal sections, or before the given indices.

    Raises:
        ValueError: the size cannot be divided into so many sections, or `x` is 0-d.
    """
    return _split_at("hsplit", x, indices_or_sections, 0 if len(x.shape) == 1 else 1, equal=True)


@operator("torch Tensor")
def vsplit(x: Array, indices_or_sections: Any) -> tuple[Array, ...]:
    """Split along dimension 0 of at least two: into equal sections, or before the given indices.

    Raises:
        ValueError: too few dimensions, or the size cannot be divided into so many sections.
    """
    if len(x.shape) < 2:
        raise ValueError(f"vsplit: needs at least 2 dimensions, got shape {tuple(x.shape)}")
    return _split_at("vsplit", x, indices_or_sections, 0, equal=True)


@operator("torch Tensor")
def dsplit(x: Array, indices_or_sections: Any) -> tuple[Array, ...]:
    """Split along dimension 2 of at least three: into equal sections, or before the given indices.

    Raises:
        ValueError: too few dimensions, or the size cannot be divided into so many sections.
    """
    if len(x.shape) < 3:
        raise ValueError(f"dsplit: needs at least 3 dimensions, got shape {tuple(x.shape)}")
    return _split_at("dsplit", x, indices_or_sections, 2, equal=True)
