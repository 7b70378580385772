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
from .dims import along, normalize_dim, numpy_names
from .math import keep
from .shape import expand, ravel, reshape

__all__ = [
    "argwhere",
    "gather",
    "getitem",
    "index_add",
    "index_copy",
    "index_fill",
    "index_put",
    "index_select",
    "masked_scatter",
    "masked_select",
    "narrow",
    "nonzero",
    "put",
    "scatter",
    "scatter_add",
    "select",
    "select_scatter",
    "setitem",
    "slice_scatter",
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
        return
    if buffer.flags.c_contiguous and g.size:
        # NumPy adds at a flat index several times faster than at any other.
        places = _rows(buffer.shape, index) if len(index) == 1 else None
        if places is None and 4 * g.size >= buffer.size:
            places = np.arange(buffer.size).reshape(buffer.shape)[index]
        if places is not None and places.shape == g.shape:
            np.add.at(buffer.reshape(-1), places.reshape(-1), g.reshape(-1))
            return
    np.add.at(buffer, index, g)


def _rows(shape: tuple[int, ...], index: tuple[Any, ...]) -> Any:
    """Where the rows that an array of integers names lie in the flattened array."""
    rows = index[0]
    if rows.min() < 0:
        rows = np.where(rows < 0, rows + shape[0], rows)
    length = math.prod(shape[1:])
    if length == 1:
        return rows.reshape(rows.shape + shape[1:])
    return (rows[..., None] * length + np.arange(length)).reshape(rows.shape + shape[1:])


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


@primitive(x=lambda g: g, value=lambda g, index: _getitem(g, index=index))
def _put_add(x: Array, value: Array, *, index: tuple[Any, ...]) -> Array:
    """A copy of `x` with `value`, of the shape of x[index], added there."""
    out = np.array(x)
    _add_at(out, value, index)
    return out


def setitem(x: Array, index: Any, value: Array) -> Array:
    """A copy of `x` in which x[index] = value; of several writes to one element the last counts.

    Raises:
        IndexError: out of range, too many indices, or an index that is neither integer nor boolean.
        ValueError: the shape of `value` does not broadcast to that of x[index].
    """
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


def _flat_along(x: Array, dim: int, index: Any, name: str) -> Any:
    """Where the elements that `gather` and `scatter` speak of lie in the flattened `x`."""
    index = _integers(index, name)
    shape = tuple(x.shape)
    dim = normalize_dim(dim, len(shape), name)
    if index.ndim != len(shape):
        raise ValueError(f"{name}: the index has {index.ndim} dimensions, the tensor {len(shape)}")
    if not shape:
        shape, index = (1,), index.reshape(1)
    for d, (n, limit) in enumerate(zip(index.shape, shape, strict=True)):
        if d != dim and n > limit:
            raise IndexError(f"{name}: index shape {index.shape} exceeds {shape} in dim {d}")
    if index.size and not (index.min() >= 0 and index.max() < shape[dim]):
        raise IndexError(
            f"{name}: indices must lie in [0, {shape[dim]}) along dim {dim}, not in [{index.min()}, {index.max()}]"
        )
    others: Any = None  # one addition of the size of the index, however many dimensions there are
    for d, n in enumerate(index.shape):
        if d != dim and n > 1:
            step = math.prod(shape[d + 1 :])
            places = np.arange(0, n * step, step)
            places = places.reshape((n,) + (1,) * (len(shape) - d - 1))
            others = places if others is None else others + places
    length = math.prod(shape[dim + 1 :])
    flat = index if length == 1 else index * length
    return flat if others is None else flat + others


def gather(x: Array, dim: int, index: Array) -> Array:
    """out[i][j] = x[index[i][j]][j] for dim 0, x[i][index[i][j]] for dim 1, and so on.

    Shapes: `index` (int64) has the dimensions of `x` and, but for `dim`, no larger sizes; the result
    has its shape.

    Raises:
        IndexError: an index out of range, or a size too large.
    """
    at = _flat_along(x, dim, index, "gather")
    return _getitem(ravel(x), index=(at if x.shape else at[0],))


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


def select(x: Array, dim: int, index: int) -> Array:
    """The slice `index` of `x` along `dim`, which disappears.

    Raises:
        IndexError: out of range, or a 0-d tensor.
    """
    return _getitem(x, index=_slice_at(x, dim, index, "select"))


def _slice_at(x: Array, dim: int, index: int, name: str) -> tuple[Any, ...]:
    dim = normalize_dim(dim, len(x.shape), name)
    if not x.shape or not -x.shape[dim] <= index < x.shape[dim]:
        raise IndexError(f"{name}: index {index} is out of range in dim {dim} of shape {tuple(x.shape)}")
    return along(dim, int(index))


def narrow(x: Array, dim: int, start: int, length: int) -> Array:
    """The `length` slices of `x` along `dim` from `start` on, as a view.

    Raises:
        IndexError: they reach outside the dimension, or a 0-d tensor.
    """
    dim = normalize_dim(dim, len(x.shape), "narrow")
    size = x.shape[dim] if x.shape else -1
    first = int(start) + size if start < 0 else int(start)
    if not (0 <= first <= first + length <= size):
        raise IndexError(
            f"narrow: start {start}, length {length} reach outside dim {dim} of shape {tuple(x.shape)}"
        )
    return _getitem(x, index=along(dim, slice(first, first + length)))


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


# ------------------------------------------------------------------------------ where elements are


@primitive
def argwhere(x: Array) -> Array:
    """The indices of the elements that are not 0: one row each, in row-major order; int64."""
    return np.argwhere(x)


def nonzero(x: Array, *, as_tuple: bool = False) -> Any:
    """The indices of the elements that are not 0: one row each, or with `as_tuple` one 1-d tensor per
    dimension, with which x[nonzero(x, as_tuple=True)] reads those elements.

    Example:
        >>> nonzero(tensor([0.0, 2.0, 3.0]))
        tensor([[1],
                [2]])
    """
    if not as_tuple:
        return argwhere(x)
    at = argwhere(x if x.shape else reshape(x, (1,)))
    return tuple(at[:, d] for d in range(at.shape[1]))
