"""Writing at indices: a copy of a tensor in which some elements are replaced, or added to.

Each function says where, in its own way, and `_put` or `_put_add` of `index` writes there; of several writes to one
element the last counts, and several additions add up.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np

from ..backend.arrays import Array
from ..graph import Value
from .dims import along, normalize_dim
from .index import _flat_along, _integers, _put, _put_add, _slice_at, normalize_index, setitem
from .shape import expand, ravel, reshape

__all__ = [
    "index_add",
    "index_copy",
    "index_fill",
    "index_put",
    "masked_scatter",
    "put",
    "scatter",
    "scatter_add",
    "select_scatter",
    "slice_scatter",
]


def scatter(x: Array, dim: int, index: Array, src: Array) -> Array:
    """A copy of `x` with x[index[i][j]][j] = src[i][j] for dim 0, and so on; `src` may be a number.

    Raises:
        IndexError: an index out of range, or a size too large.
    """
    at = _flat_along(x, dim, index, "scatter")
    return reshape(_put(ravel(x), _corner(src, at, "scatter"), index=(at,)), x.shape)


def scatter_add(x: Array, dim: int, index: Array, src: Array) -> Array:
    """`x` plus src[i][j] at x[index[i][j]][j] for dim 0, and so on: the adjoint of `gather`.

    Raises:
        IndexError: an index out of range, or a size too large.
    """
    at = _flat_along(x, dim, index, "scatter_add")
    return reshape(_put_add(ravel(x), _corner(src, at, "scatter_add"), index=(at,)), x.shape)


def _corner(src: Array, at: Any, name: str) -> Array:
    """That part of `src` which the index covers."""
    shape = tuple(getattr(src, "shape", ()))
    if shape == at.shape:
        return src
    if not shape:
        return src if name == "scatter" else reshape(src, at.shape)
    if len(shape) != at.ndim or any(n < m for n, m in zip(shape, at.shape, strict=True)):
        raise ValueError(f"{name}: src of shape {shape} is smaller than the index of shape {at.shape}")
    return src[tuple(slice(n) for n in at.shape)]


# ---------------------------------------------------------------- writing, without touching the input


def _along_index(x: Array, dim: int, index: Any, name: str) -> tuple[int, tuple[Any, ...]]:
    """`dim` counted from the front, and the advanced index that applies the 1-d `index` along it."""
    dim = normalize_dim(dim, len(x.shape), name)
    index = _integers(index, name)
    if index.ndim > 1:
        raise ValueError(f"{name}: the index must have at most 1 dimension, not {index.ndim}")
    length = x.shape[dim] if x.shape else 1
    if index.size and not (index.min() >= -length and index.max() < length):
        raise IndexError(f"{name}: an index of {index.tolist()} is out of range for size {length} of dim {dim}")
    return dim, (*(slice(None),) * dim, index.reshape(-1))


def _same_but_along(x: Array, dim: int, count: int, source: Array, name: str) -> None:
    wanted = (*x.shape[:dim], count, *x.shape[dim + 1 :])
    if tuple(source.shape) != wanted:
        raise ValueError(f"{name}: the source has shape {tuple(source.shape)}, expected {wanted}")


def index_add(x: Array, dim: int, index: Array, source: Array, *, alpha: float = 1) -> Array:
    """`x` with alpha * source[i] added to its slice index[i] along `dim`: the adjoint of `index_select`.

    Shapes: `index` (n,); `source` that of `x` with size n at `dim`.

    Raises:
        IndexError: an index out of range.
        ValueError: `source` has another shape.

    Example:
        >>> index_add(tensor([0.0, 0.0]), 0, tensor([1, 1]), tensor([2.0, 3.0]))
        tensor([0., 5.])
    """
    dim, at = _along_index(x, dim, index, "index_add")
    _same_but_along(x, dim, len(at[-1]), source, "index_add")
    return _put_add(x, source if alpha == 1 else source * alpha, index=at)


def index_copy(x: Array, dim: int, index: Array, source: Array) -> Array:
    """`x` with its slice index[i] along `dim` replaced by source[i]; of several copies the last counts.

    Raises:
        IndexError: an index out of range.
        ValueError: `source` has another shape than `x` with size n, that of the index, at `dim`.
    """
    dim, at = _along_index(x, dim, index, "index_copy")
    _same_but_along(x, dim, len(at[-1]), source, "index_copy")
    return _put(x, source, index=at)


def index_fill(x: Array, dim: int, index: Array, value: Array) -> Array:
    """`x` with its slices `index` along `dim` filled with `value`, a number or 0-d tensor.

    Raises:
        IndexError: an index out of range.
        ValueError: `value` has dimensions.
    """
    if getattr(value, "shape", ()):
        raise ValueError(f"index_fill: the value must be a number or 0-d, not of shape {tuple(value.shape)}")
    return _put(x, value, index=_along_index(x, dim, index, "index_fill")[1])


def index_put(x: Array, indices: Sequence[Any], values: Array, accumulate: bool = False) -> Array:
    """`x` with x[indices] = values, or with `accumulate` x[indices] += values, repeated indices adding up.

    Raises:
        IndexError: an index out of range, or too many.
        ValueError: `values` does not broadcast to the shape of x[indices].
    """
    if not accumulate:
        return setitem(x, tuple(indices), values)
    items = normalize_index(tuple(indices))
    shape = np.broadcast_to(np.int8(0), tuple(x.shape))[items].shape
    return _put_add(x, expand(values, shape), index=items)


def put(x: Array, index: Array, source: Array, accumulate: bool = False) -> Array:
    """`x` with the elements at `index`, counted in row-major order, replaced by (or increased by) `source`.

    Raises:
        IndexError: an index out of range.
        ValueError: `index` and `source` have different numbers of elements.

    Example:
        >>> put(tensor([[1.0, 2.0], [3.0, 4.0]]), tensor([0, 3]), tensor([9.0, 8.0]))
        tensor([[9., 2.],
                [3., 8.]])
    """
    at = _integers(index, "put").reshape(-1)
    if math.prod(source.shape) != at.size:
        raise ValueError(f"put: {at.size} indices for a source of {math.prod(source.shape)} elements")
    write_at = _put_add if accumulate else _put
    return reshape(write_at(ravel(x), ravel(source), index=(at,)), x.shape)


def masked_scatter(x: Array, mask: Array, source: Array) -> Array:
    """`x` with the elements where the mask holds replaced by the first elements of `source`, in order.

    Shapes: `x` and `mask` broadcast against each other; `source` has at least as many elements as are replaced.

    Raises:
        ValueError: `source` has too few elements.
    """
    mask = np.asarray(mask.array if isinstance(mask, Value) else mask)
    shape = np.broadcast_shapes(tuple(x.shape), mask.shape)
    mask = np.broadcast_to(mask, shape)
    count = int(np.count_nonzero(mask))
    if math.prod(source.shape) < count:
        raise ValueError(f"masked_scatter: {count} elements to replace by {math.prod(source.shape)} of the source")
    return _put(expand(x, shape), ravel(source)[:count], index=(mask,))


def select_scatter(x: Array, src: Array, dim: int, index: int) -> Array:
    """A copy of `x` whose slice `index` along `dim` is `src`: the adjoint pair of `select`.

    Raises:
        IndexError: out of range.
        ValueError: `src` has another shape than the slice.
    """
    at = _slice_at(x, dim, index, "select_scatter")
    return _written(x, src, at, "select_scatter")


def slice_scatter(
    x: Array, src: Array, dim: int = 0, start: int | None = None, end: int | None = None, step: int = 1
) -> Array:
    """A copy of `x` whose slices start:end:step along `dim` are `src`.

    Raises:
        ValueError: `src` has another shape than those slices.
    """
    dim = normalize_dim(dim, len(x.shape), "slice_scatter")
    return _written(x, src, along(dim, slice(start, end, step)), "slice_scatter")


def _written(x: Array, src: Array, at: tuple[Any, ...], name: str) -> Array:
    wanted = np.broadcast_to(np.int8(0), tuple(x.shape))[at].shape
    if tuple(src.shape) != wanted:
        raise ValueError(f"{name}: src has shape {tuple(src.shape)}, expected {wanted}")
    return _put(x, src, index=at)
