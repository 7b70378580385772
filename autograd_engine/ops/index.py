"""Reading at indices, and writing there: the two are each other's derivative.

`_getitem` reads; its adjoint `_unindex` adds into zeros. In a first-order backward pass reading is an
accumulating rule: the gradient is added straight into the part that was read, so the T time steps
of a sequence cost O(T) and not O(T^2).
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from ..backend.arrays import Array, unboxed
from ..engine.graph import Value, raw
from ..engine.plan import Accumulate
from ..engine.primitive import primitive
from .dims import along, common_shape, normalize_dim, numpy_names
from .operands import beside, raw_too
from .piecewise import keep
from .piecewise import where as choose
from .shape import expand, ravel, reshape

__all__ = [
    "argwhere",
    "gather",
    "getitem",
    "index_select",
    "masked_select",
    "narrow",
    "nonzero",
    "one_hot",
    "select",
    "setitem",
    "take",
    "take_along_dim",
    "where",
]


def _component(item: Any) -> Any:
    """One component of an index as NumPy takes it; a 0-d integer counts as an integer, as in PyTorch."""
    item = raw(item)
    if isinstance(item, (list, tuple, range)):
        item = np.asarray([_component(i) for i in item])
        if item.size == 0:
            item = item.astype(np.intp)
    kind = item.dtype.kind if isinstance(item, (np.ndarray, np.generic)) else "i"
    if kind not in "iub":
        raise IndexError(f"getitem: an index must hold integers or booleans, not {item.dtype}")
    return int(item) if kind != "b" and getattr(item, "ndim", None) == 0 else item


def normalize_index(index: Any) -> tuple[Any, ...]:
    """A tuple as NumPy takes it. Basic indices end in an ellipsis, which makes the result a view
    even of a single element."""
    items = tuple(map(_component, index)) if isinstance(index, tuple) else (_component(index),)
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
    try:
        (array if first is None else array[first])[items] = values
    except (IndexError, ValueError) as error:
        kind = f"{array.dtype}{list(array.shape)}"
        raise type(error)(f"setitem: {error} (in a tensor {kind}, the value of shape {np.shape(values)})") from None


def is_basic(index: Any) -> bool:
    """Whether the index reads a view: integers, slices, None and an ellipsis."""
    return all(map(_is_basic, index)) if isinstance(index, tuple) else _is_basic(index)


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
    view=True,
    x=Accumulate(
        rule=lambda g, x_shape, index: _unindex(g, index=index, shape=x_shape),
        into=lambda buffer, g, x_shape, index: _add_at(buffer, g, index),
    ),
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
    if not isinstance(x, Value):
        x = beside(x, index)
    first, items = integers_first(normalize_index(index))
    return _getitem(x if first is None else _getitem(x, index=first), index=items)


def _put_rule(g: Array, index: tuple[Any, ...]) -> Array:
    return _setitem(g, g.dtype.type(0), index=index)


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
def _setitem(x: Array, value: Array, *, index: tuple[Any, ...]) -> Array:
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
    x, shape = beside(x, index), tuple(getattr(value, "shape", ()))
    extra = len(shape) - len(x.shape)
    if extra > 0 and shape[:extra] == (1,) * extra:
        value = value.reshape(shape[extra:])
    first, items = integers_first(normalize_index(index))
    if first is None:
        return _setitem(x, value, index=items)
    return _setitem(x, _setitem(_getitem(x, index=first), value, index=items), index=first)


# ------------------------------------------------------------------- along one dimension, by index


def _integers(index: Any, name: str) -> Any:
    index = np.asarray(raw(index))
    if index.dtype.kind not in "iu":
        raise TypeError(f"{name}: the index must hold integers, not {index.dtype}")
    return index.astype(np.int64, copy=False)


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
    at = _places(shape, dim, _in_range(index, shape[dim], dim, name))
    return at if x.shape else at[0]


def _in_range(index: Any, size: int, dim: int | None, name: str, negative: bool = False) -> Any:
    """The index, with negative numbers counted from the end if they are allowed."""
    # A negative number seen without its sign is larger than any size: one pass instead of two.
    if index.view(np.uint64).max(initial=0) < size or not index.size:
        return index
    low, high = index.min(), index.max()
    if negative and -size <= low and high < size:
        return np.where(index < 0, index + size, index)
    raise IndexError(
        f"{name}: indices must lie in [{-size if negative else 0}, {size}) "
        f"{'of the flattened tensor' if dim is None else f'along dim {dim}'}, not in [{low}, {high}]"
    )


def _places(shape: tuple[int, ...], dim: int, index: Any) -> Any:
    """The places in row-major order of the elements that `index` names along `dim`, in other dimensions where each
    index itself lies; sizes of 1 are broadcast."""
    others: Any = None  # one addition of the size of the index, however many dimensions there are
    for d, n in enumerate(index.shape):
        if d != dim and n > 1 and shape[d] > 1:
            step = math.prod(shape[d + 1 :])
            places = np.arange(0, n * step, step)
            places = places.reshape((n,) + (1,) * (len(shape) - d - 1))
            others = places if others is None else others + places
    length = math.prod(shape[dim + 1 :])
    flat = index if length == 1 else index * length
    return flat if others is None else flat + others


def _add_flat(buffer: Array, g: Array, at: tuple[Any]) -> None:
    """Add to elements that are counted in row-major order, as often as each is named."""
    if buffer.flags.c_contiguous:
        np.add.at(buffer.reshape(-1), at[0].reshape(-1), g.reshape(-1))
    else:
        np.add.at(buffer, np.unravel_index(at[0], buffer.shape), g)


@primitive(
    x=Accumulate(
        rule=lambda g, x_shape, at: _scatter_add(np.zeros(x_shape, g.dtype), g, at=at),
        into=lambda buffer, g, x_shape, at: _add_flat(buffer, g, at),
    )
)
def _gather(x: Array, *, at: tuple[Any]) -> Array:
    """The elements at places `at`, which are in range, counted in row-major order."""
    return unboxed(x.reshape(-1).take(at[0], mode="wrap"))  # twice as fast as with a check


@primitive(x=lambda g: g, src=lambda g, at: _gather(g, at=at))
def _scatter_add(x: Array, src: Array, *, at: tuple[Any]) -> Array:
    """A copy of `x` with `src` added where `_gather` reads."""
    out = np.array(x, order="C")
    _add_flat(out, np.asarray(src), at)
    return unboxed(out)


@raw_too
def gather(x: Array, dim: int, index: Array) -> Array:
    """out[i][j] = x[index[i][j]][j] for dim 0, x[i][index[i][j]] for dim 1, and so on.

    Shapes: `index` (int64) has the dimensions of `x` and, but for `dim`, no larger sizes; the result
    has its shape.

    Raises:
        IndexError: an index out of range, or a size too large.
    """
    return _gather(x, at=(_flat_along(x, dim, index, "gather"),))


@numpy_names
@raw_too
def take_along_dim(x: Array, indices: Array, dim: int | None = None) -> Array:
    """Like `gather`, with `x` and `indices` broadcast against each other outside `dim`; without it, of the
    flattened `x`. Negative indices count from the end.

    Raises:
        IndexError: an index out of range.
        ValueError: another number of dimensions, or sizes that do not broadcast.
    """
    index = _integers(indices, "take_along_dim")
    if dim is None:
        return _getitem(ravel(x), index=(index.ravel(),))
    dim = normalize_dim(dim, len(x.shape), "take_along_dim")
    if not x.shape:
        return x * 1
    shape = tuple(x.shape)
    if index.ndim != len(shape):
        raise ValueError(f"take_along_dim: the index has {index.ndim} dimensions, the tensor {len(shape)}")
    index = _in_range(index, shape[dim], dim, "take_along_dim", negative=True)
    outside = (tuple(1 if d == dim else n for d, n in enumerate(s)) for s in (shape, index.shape))
    common = common_shape(list(outside), "take_along_dim")
    index = np.broadcast_to(index, tuple(index.shape[d] if d == dim else n for d, n in enumerate(common)))
    return _gather(x, at=(_places(shape, dim, index),))


@raw_too
def index_select(x: Array, dim: int, index: Array) -> Array:
    """The slices of `x` along `dim` that the 1-d `index` names, in its order.

    Raises:
        IndexError: an index out of range.
        ValueError: the index has more than 1 dimension.
    """
    dim, at = _along_index(x, dim, index, "index_select")
    return _getitem(x, index=at) if x.shape else reshape(x, (1,))[at]


def _along_index(x: Array, dim: int, index: Any, name: str) -> tuple[int, tuple[Any, ...]]:
    """`dim` counted from the front, and the advanced index that applies the 1-d `index` along it."""
    dim = normalize_dim(dim, len(x.shape), name)
    index = _integers(index, name)
    if index.ndim > 1:
        raise ValueError(f"{name}: the index must have at most 1 dimension, not {index.ndim}")
    index = _in_range(index.reshape(-1), x.shape[dim] if x.shape else 1, dim, name, negative=True)
    return dim, (*(slice(None),) * dim, index)


@raw_too
def take(x: Array, index: Array) -> Array:
    """The elements of the flattened `x` at `index`, in its shape.

    Raises:
        IndexError: an index out of range.
    """
    return _gather(x, at=(_in_range(_integers(index, "take"), math.prod(x.shape), None, "take", negative=True),))


@raw_too
def masked_select(x: Array, mask: Array) -> Array:
    """The elements of `x` where the mask holds, as one dimension; the mask broadcasts to the shape of `x`.

    Raises:
        TypeError: the mask does not hold booleans.
        ValueError: the shapes do not broadcast.
    """
    mask, shape = booleans(mask, "masked_select"), tuple(x.shape)
    common = common_shape([shape, mask.shape], "masked_select")
    return _getitem(x if common == shape else expand(x, common), index=(np.broadcast_to(mask, common),))


def booleans(mask: Any, name: str) -> Any:
    """A mask as a raw array."""
    mask = np.asarray(raw(mask))
    if mask.dtype != np.bool_:
        raise TypeError(f"{name}: the mask must hold booleans, not {mask.dtype}")
    return mask


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


def where(condition: Array, x: Array = None, y: Array = None) -> Any:
    """x where the condition holds, else y; of the condition alone, the places where it holds, as by
    `nonzero(condition, as_tuple=True)`. The side not chosen gets gradient 0, not NaN.

    Raises:
        TypeError: only one of x and y is given.

    Example:
        >>> where(tensor([True, False]), tensor([1.0, 2.0]), 0.0)
        tensor([1., 0.])
    """
    if x is None and y is None:
        return nonzero(condition, as_tuple=True)
    if x is None or y is None:
        raise TypeError("where: give both x and y, or neither")
    return choose(condition, x, y)


@primitive
def _one_hot(x: Array, *, count: int) -> Array:
    return (np.asarray(x)[..., None] == np.arange(count)).astype(np.int64)


def one_hot(x: Array, num_classes: int = -1) -> Array:
    """The rows of an identity matrix (int64) that the integers `x` name, along a new last dimension.

    Args:
        x: class numbers, integers from 0 on.
        num_classes: the length of the rows; -1 takes the largest class number and one.

    Raises:
        TypeError: `x` does not hold integers.
        ValueError: a class number that is negative or not below `num_classes`; or none to take it from.

    Example:
        >>> one_hot(tensor([2, 0]))
        tensor([[0, 0, 1],
                [1, 0, 0]])
    """
    classes = _integers(x, "one_hot")
    if num_classes == -1 and not classes.size:
        raise ValueError(
            f"one_hot: give num_classes, an empty tensor of shape {classes.shape} has no largest class"
        )
    low, high = (int(classes.min()), int(classes.max())) if classes.size else (0, 0)
    count = high + 1 if num_classes == -1 else num_classes
    if count < 1 or low < 0 or high >= count:
        raise ValueError(f"one_hot: class numbers in [{low}, {high}] for num_classes={num_classes}")
    return _one_hot(x, count=count)
