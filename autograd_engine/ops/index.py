"""Indexing: reading some elements, writing some elements, and the two as each other's derivative.

`_getitem` reads; its adjoint `_unindex` adds into zeros. In a first-order backward pass reading is an
accumulating rule: the gradient is added straight into the part that was read, so the T time steps
of a sequence cost O(T) and not O(T^2).
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np

from ..backend.arrays import Array
from ..graph import Value
from ..primitive import Accumulate, primitive
from .dims import normalize_dim, numpy_names
from .math import keep
from .shape import ravel

__all__ = [
    "gather",
    "getitem",
    "index_select",
    "masked_select",
    "put",
    "scatter",
    "scatter_add",
    "take",
    "take_along_dim",
]


def _raw(item: Any) -> Any:
    """One component of an index as NumPy takes it; a 0-d integer counts as an integer, as in PyTorch."""
    if isinstance(item, Value):
        item = item.array
    elif isinstance(item, (list, tuple, range)):
        item = np.asarray([_raw(i) for i in item])
        if item.size == 0:
            item = item.astype(np.intp)
    kind = item.dtype.kind if isinstance(item, (np.ndarray, np.generic)) else "i"
    if kind not in "iub":
        raise IndexError(f"getitem: an index must hold integers or booleans, not {item.dtype}")
    return int(item) if kind != "b" and getattr(item, "ndim", None) == 0 else item


def normalize_index(index: Any) -> tuple[Any, ...]:
    """A tuple as NumPy takes it. Basic indices end in an ellipsis, which makes the result a view
    even of a single element."""
    items = tuple(_raw(i) for i in index) if isinstance(index, tuple) else (_raw(index),)
    if any(i is Ellipsis for i in items) or not all(map(_is_basic, items)):
        return items
    return (*items, Ellipsis)


def integers_first(items: tuple[Any, ...]) -> tuple[tuple[Any, ...] | None, tuple[Any, ...]]:
    """The index as two: one that applies integers, one that applies the rest, where order matters.

    Beside index arrays NumPy counts an integer as another array, and may so move dimensions to the front:
    x[0, :, [1, 2]]. PyTorch selects by integers first, and so do we.
    """
    if all(map(_is_basic, items)) or not any(type(i) is int for i in items):
        return None, items
    first: list[Any] = []
    for item in items:
        if item is None:
            continue
        span = item.ndim if getattr(item, "dtype", None) == np.bool_ else 1
        first += [item] if type(item) is int or item is Ellipsis else [slice(None)] * span
    if not any(i is Ellipsis for i in first):
        first.append(Ellipsis)
    return tuple(first), tuple(i for i in items if type(i) is not int)


def write(array: Any, index: Any, values: Any) -> None:
    """array[index] = values, in place."""
    first, items = integers_first(normalize_index(index))
    (array if first is None else array[first])[items] = values


def _is_basic(item: Any) -> bool:
    """Whether a component of an index makes a view: integers, slices, None and an ellipsis."""
    return item is None or item is Ellipsis or isinstance(item, slice) or type(item) is int


def _add_at(buffer: Array, g: Array, index: tuple[Any, ...]) -> None:
    """buffer[index] += g, counting an element as often as the index names it."""
    advanced = [i for i in index if not _is_basic(i)]
    if not advanced or (len(advanced) == 1 and np.asarray(advanced[0]).dtype == np.bool_):
        buffer[index] += g  # no element is named twice
    else:
        np.add.at(buffer, index, g)


@primitive(x=lambda g, index: _getitem(g, index=index))
def _unindex(x: Array, *, index: tuple[Any, ...], shape: tuple[int, ...]) -> Array:
    """Zeros of `shape` with `x` added at `index`."""
    buffer = np.zeros(shape, x.dtype)
    _add_at(buffer, x, index)
    return buffer


@primitive(
    x=Accumulate(
        rule=lambda g, x_shape, index: _unindex(g, index=index, shape=x_shape),
        into=lambda buffer, g, x_shape, index: _add_at(buffer, g, index),
    )
)
def _getitem(x: Array, *, index: tuple[Any, ...]) -> Array:
    return x[index]


def getitem(x: Array, index: Any) -> Array:
    """x[index], for every kind of index NumPy knows: integers, slices, None, ..., masks, arrays.

    Raises:
        IndexError: out of range, too many indices, or an index that is neither integer nor boolean.
    """
    if index.__class__ is int:
        return _getitem(x, index=(index, ...))
    first, items = integers_first(normalize_index(index))
    return _getitem(x if first is None else _getitem(x, index=first), index=items)


def _put_rule(g: Array, index: tuple[Any, ...]) -> Array:
    return _put(g, g.dtype.type(0), index=index)


def _put_value_rule(g: Array, index: tuple[Any, ...]) -> Array:
    """What was written reads its gradient back; of several writes to one element only the last counts."""
    read = _getitem(g, index=index)
    if _is_basic(index) or any(getattr(i, "dtype", None) == np.bool_ for i in index):
        return read
    writes = np.arange(math.prod(read.shape)).reshape(read.shape)
    last = np.zeros(tuple(g.shape), np.intp)
    last[index] = writes
    return keep(read, last[index] == writes)


@primitive(x=_put_rule, value=_put_value_rule)
def _put(x: Array, value: Array, *, index: tuple[Any, ...]) -> Array:
    out = np.array(x)
    out[index] = value
    return out


def put(x: Array, index: Any, value: Array) -> Array:
    """A copy of `x` in which x[index] = value."""
    shape = tuple(getattr(value, "shape", ()))
    extra = len(shape) - len(x.shape)
    if extra > 0 and shape[:extra] == (1,) * extra:
        value = value.reshape(shape[extra:])
    first, items = integers_first(normalize_index(index))
    if first is None:
        return _put(x, value, index=items)
    return _put(x, _put(_getitem(x, index=first), value, index=items), index=first)


# ------------------------------------------------------------------- along one dimension, by index


def _grid(shape: Sequence[int], dim: int, index: Any) -> tuple[Any, ...]:
    """The advanced index that applies `index`, an array of `shape`, along `dim` and itself elsewhere."""
    items: list[Any] = [
        np.arange(n).reshape((1,) * d + (n,) + (1,) * (len(shape) - d - 1)) for d, n in enumerate(shape)
    ]
    items[dim] = index
    return tuple(items)


def _integers(index: Any, name: str) -> Any:
    index = np.asarray(index.array if isinstance(index, Value) else index)
    if index.dtype.kind not in "iu":
        raise TypeError(f"{name}: the index must hold integers, not {index.dtype}")
    return index


def _along_grid(x: Array, dim: int, index: Any, name: str) -> tuple[Any, ...]:
    """The advanced index of `gather` and `scatter`, whose sizes may be smaller than those of `x`."""
    index = _integers(index, name)
    shape = tuple(x.shape)
    dim = normalize_dim(dim, len(shape), name)
    if index.ndim != len(shape):
        raise ValueError(f"{name}: the index has {index.ndim} dimensions, the tensor {len(shape)}")
    for d, (n, limit) in enumerate(zip(index.shape, shape, strict=True)):
        if d != dim and n > limit:
            raise IndexError(f"{name}: index shape {index.shape} exceeds {shape} in dim {d}")
    if index.size and shape and not (index.min() >= 0 and index.max() < shape[dim]):
        raise IndexError(f"{name}: indices must lie in [0, {shape[dim]}) along dim {dim}")
    return _grid(index.shape, dim, index) if shape else ()


def gather(x: Array, dim: int, index: Array) -> Array:
    """out[i][j] = x[index[i][j]][j] for dim 0, x[i][index[i][j]] for dim 1, and so on.

    Shapes: `index` (int64) has the dimensions of `x` and, but for `dim`, no larger sizes; the result
    has its shape.

    Raises:
        IndexError: an index out of range, or a size too large.
    """
    return _getitem(x, index=_along_grid(x, dim, index, "gather"))


def scatter(x: Array, dim: int, index: Array, src: Array) -> Array:
    """A copy of `x` with x[index[i][j]][j] = src[i][j] for dim 0, and so on; `src` may be a number."""
    at = _along_grid(x, dim, index, "scatter")
    return _put(x, _corner(src, at), index=at)


def scatter_add(x: Array, dim: int, index: Array, src: Array) -> Array:
    """`x` plus src[i][j] at x[index[i][j]][j] for dim 0, and so on: the adjoint of `gather`."""
    at = _along_grid(x, dim, index, "scatter_add")
    return x + _unindex(_corner(src, at), index=at, shape=tuple(x.shape))


def _corner(src: Array, at: tuple[Any, ...]) -> Array:
    """That part of `src` which the index covers."""
    if not getattr(src, "shape", ()):
        return src
    return src[tuple(slice(n) for n in np.broadcast_shapes(*(i.shape for i in at)))]


@numpy_names
def take_along_dim(x: Array, indices: Array, dim: int | None = None) -> Array:
    """Like `gather`, with `x` and `indices` broadcast against each other outside `dim`."""
    index = _integers(indices, "take_along_dim")
    if dim is None:
        return _getitem(ravel(x), index=(index.ravel(),))
    dim = normalize_dim(dim, len(x.shape), "take_along_dim")
    if not x.shape:
        return x * 1
    shape = tuple(n if d != dim else 1 for d, n in enumerate(x.shape))
    common = np.broadcast_shapes(shape, tuple(n if d != dim else 1 for d, n in enumerate(index.shape)))
    items = list(_grid(common, dim, index))
    for d, n in enumerate(shape):
        if n == 1 and d != dim:
            items[d] = np.zeros_like(items[d])
    return _getitem(x, index=tuple(items))


def index_select(x: Array, dim: int, index: Array) -> Array:
    """The slices of `x` along `dim` that the 1-d `index` names, in its order."""
    dim = normalize_dim(dim, len(x.shape), "index_select")
    return _getitem(x, index=(*(slice(None),) * dim, _integers(index, "index_select")))


def take(x: Array, index: Array) -> Array:
    """The elements of the flattened `x` at `index`, in its shape."""
    return _getitem(ravel(x), index=(_integers(index, "take"),))


def masked_select(x: Array, mask: Array) -> Array:
    """The elements of `x` where the mask holds, as one dimension."""
    mask = np.broadcast_to(mask.array if isinstance(mask, Value) else mask, tuple(x.shape))
    return _getitem(x, index=(mask,))
