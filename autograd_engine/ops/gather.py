"""Reading along one dimension, or in the flattened tensor, at places that an array of integers names."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from ..backend import kernels
from ..backend.arrays import Array, unboxed
from ..backend.checks import are_checked
from ..backend.kinds import kind_of
from ..backend.sums import add_at
from ..engine.broadcast import clone
from ..engine.graph import raw
from ..engine.plan import Accumulate
from ..engine.primitive import primitive
from .dims import along, common_shape, normalize_dim
from .index import _getitem
from .names import operator
from .shape import ravel, reshape


def _integers(index: Any, name: str) -> Any:
    index = raw(index)
    index = kind_of(index).asarray(index)
    if index.dtype.kind not in "iu":
        raise TypeError(f"{name}: the index must hold integers, not {index.dtype}")
    return index.astype(np.int64, copy=False)


def _index_along(x: Array, dim: int, index: Any, name: str) -> tuple[tuple[Any], int | None]:
    """The index and the dimension of `gather` and `scatter_add`, checked. A 0-d tensor is read as a flat one."""
    index = _integers(index, name)
    shape = tuple(x.shape)
    dim = normalize_dim(dim, len(shape), name)
    if index.ndim != len(shape):
        raise ValueError(f"{name}: the index has {index.ndim} dimensions, the tensor {len(shape)}")
    for d, (n, limit) in enumerate(zip(index.shape, shape, strict=True)):
        if d != dim and n > limit:
            raise IndexError(f"{name}: index shape {index.shape} exceeds {shape} in dim {d}")
    return (_in_range(index, shape[dim] if shape else 1, dim, name),), dim if shape else None


def _flat_along(x: Array, dim: int, index: Any, name: str) -> Any:
    """The places in the flattened `x` of the elements that `scatter` writes."""
    (at,), along = _index_along(x, dim, index, name)
    return _flat(at, along, tuple(x.shape))


def _flat(at: Any, dim: int | None, shape: tuple[int, ...]) -> Any:
    return at if dim is None else kernels.flat_places(at, shape, dim)


def _in_range(index: Any, size: int, dim: int | None, name: str, negative: bool = False) -> Any:
    """The index, with negative numbers counted from the end if they are allowed."""
    # Read as an unsigned integer, a negative number is larger than any size: one pass instead of two.
    if not are_checked(index):
        return np.where(index < 0, index + size, index) if negative else index
    if not index.size or index.view(np.uint64).max() < size:
        return index
    low, high = index.min(), index.max()
    if negative and -size <= low and high < size:
        return np.where(index < 0, index + size, index)
    raise IndexError(
        f"{name}: indices must lie in [{-size if negative else 0}, {size}) "
        f"{'of the flattened tensor' if dim is None else f'along dim {dim}'}, not in [{low}, {high}]"
    )


def _add_at_places(buffer: Array, g: Array, at: tuple[Any], dim: int | None) -> None:
    """Add `g` to the elements at `at`; an element named twice receives both."""
    if not buffer.flags.c_contiguous:
        add_at(buffer, np.unravel_index(_flat(at[0], dim, buffer.shape), buffer.shape), g)
    elif dim is None:
        kernels.add_rows(g.reshape(-1), at[0].reshape(-1), buffer.reshape(-1))
    else:
        kernels.add_at_places(g, at[0], buffer, dim)


@primitive(
    x=Accumulate(
        rule=lambda g, x_shape, at, dim: _scatter_add(kind_of(raw(g)).zeros(x_shape, g.dtype), g, at=at, dim=dim),
        into=lambda buffer, g, x_shape, at, dim: _add_at_places(buffer, g, at, dim),
    )
)
def _gather(x: Array, *, at: tuple[Any], dim: int | None = None) -> Array:
    """The elements at places `at`, which are in range, along `dim`, or else counted in row-major order."""
    if dim is None:
        return unboxed(kernels.take(x.reshape(-1), at[0]))
    return kernels.gather(x, at[0], dim)


@primitive(x=lambda g: g, src=lambda g, at, dim: _gather(g, at=at, dim=dim))
def _scatter_add(x: Array, src: Array, *, at: tuple[Any], dim: int | None = None) -> Array:
    """A copy of `x` with `src` added where `_gather` reads."""
    kind = kind_of(x)
    out = kind.array(x, order="C")
    _add_at_places(out, kind.asarray(src), at, dim)
    return unboxed(out)


@operator("torch Tensor", raw_too=True)
def gather(x: Array, dim: int, index: Array) -> Array:
    """out[i][j] = x[index[i][j]][j] for dim 0, x[i][index[i][j]] for dim 1, and so on.

    Shapes: `index` has as many dimensions as `x` and, except along `dim`, no larger sizes; the result has the
    shape of `index`.

    Raises:
        IndexError: an index is out of range, or a size of `index` is too large.
        TypeError: `index` does not hold integers.
        ValueError: `index` has another number of dimensions than `x`.
    """
    at, along = _index_along(x, dim, index, "gather")
    return _gather(x, at=at, dim=along)


@operator("torch Tensor", numpy="take_along_axis", raw_too=True)
def take_along_dim(x: Array, indices: Array, dim: int | None = None) -> Array:
    """Like `gather`, with `x` and `indices` broadcast against each other outside `dim`. Negative indices count from
    the end. Without `dim`, both are flattened, and the result has one dimension.

    Raises:
        IndexError: an index is out of range.
        TypeError: `indices` does not hold integers.
        ValueError: `indices` has another number of dimensions than `x`, or sizes that do not broadcast.
    """
    index = _integers(indices, "take_along_dim")
    if dim is None:
        return _getitem(ravel(x), index=(index.ravel(),))
    dim = normalize_dim(dim, len(x.shape), "take_along_dim")
    if not x.shape:
        return clone(x)
    shape = tuple(x.shape)
    if index.ndim != len(shape):
        raise ValueError(f"take_along_dim: the index has {index.ndim} dimensions, the tensor {len(shape)}")
    index = _in_range(index, shape[dim], dim, "take_along_dim", negative=True)
    outside = (tuple(1 if d == dim else n for d, n in enumerate(s)) for s in (shape, index.shape))
    common = common_shape(list(outside), "take_along_dim")
    index = np.broadcast_to(index, tuple(index.shape[d] if d == dim else n for d, n in enumerate(common)))
    return _gather(x, at=(index,), dim=dim)


@operator("torch Tensor", raw_too=True)
def index_select(x: Array, dim: int, index: Array) -> Array:
    """The slices of `x` along `dim` that the 1-d `index` names, in its order.

    Raises:
        IndexError: an index is out of range.
        TypeError: the index does not hold integers.
        ValueError: the index has more than 1 dimension.
    """
    dim, at = _along_index(x, dim, index, "index_select")
    if x.shape:
        return _getitem(x, index=at)
    if len(at[0]) != 1:
        raise ValueError(f"index_select: {len(at[0])} indices for a 0-d tensor, which has one element")
    return reshape(reshape(x, (1,))[at], ())


def _along_index(x: Array, dim: int, index: Any, name: str) -> tuple[int, tuple[Any, ...]]:
    """`dim` counted from the front, and the advanced index that applies the 1-d `index` along it."""
    dim = normalize_dim(dim, len(x.shape), name)
    index = _integers(index, name)
    if index.ndim > 1:
        raise ValueError(f"{name}: the index must have at most 1 dimension, not {index.ndim}")
    index = _in_range(index.reshape(-1), x.shape[dim] if x.shape else 1, dim, name, negative=True)
    return dim, (*(slice(None),) * dim, index)


@operator("torch Tensor", raw_too=True)
def take(x: Array, index: Array) -> Array:
    """The elements of the flattened `x` at `index`, in the shape of `index`. Negative ones count from the end.

    Raises:
        IndexError: an index is out of range.
        TypeError: `index` does not hold integers.
    """
    return _gather(x, at=(_in_range(_integers(index, "take"), math.prod(x.shape), None, "take", negative=True),))


@operator("torch Tensor")
def select(x: Array, dim: int, index: int) -> Array:
    """The slice `index` of `x` along `dim`, a view without that dimension.

    Raises:
        IndexError: the index is out of range, or `x` is 0-d.
    """
    return _getitem(x, index=_slice_at(x, dim, index, "select"))


def _slice_at(x: Array, dim: int, index: int, name: str) -> tuple[Any, ...]:
    dim = normalize_dim(dim, len(x.shape), name)
    if not x.shape or not -x.shape[dim] <= index < x.shape[dim]:
        raise IndexError(f"{name}: index {index} is out of range in dim {dim} of shape {tuple(x.shape)}")
    return along(dim, int(index))


@operator("torch Tensor")
def narrow(x: Array, dim: int, start: int, length: int) -> Array:
    """The `length` slices of `x` along `dim` from `start` on, as a view.

    Raises:
        IndexError: the slices reach outside the dimension, or `x` is 0-d.
    """
    dim = normalize_dim(dim, len(x.shape), "narrow")
    size = x.shape[dim] if x.shape else -1
    first = int(start) + size if start < 0 else int(start)
    if not (0 <= first <= first + length <= size):
        raise IndexError(
            f"narrow: start {start}, length {length} reach outside dim {dim} of shape {tuple(x.shape)}"
        )
    return _getitem(x, index=along(dim, slice(first, first + length)))
