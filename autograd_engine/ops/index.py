"""Reading at indices, and writing there: the two are each other's derivative.

`_getitem` reads; its adjoint `_unindex` adds into zeros. In a first-order backward pass reading is an
accumulating rule: the gradient is added straight into the part that was read, so the T time steps
of a sequence cost O(T) and not O(T^2).
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from ..backend import kernels
from ..backend.arrays import Array
from ..backend.kinds import is_array, kind_of
from ..backend.sums import add_at
from ..engine.broadcast import with_leading_dims
from ..engine.graph import Value, raw
from ..engine.plan import Accumulate
from ..engine.primitive import primitive
from .names import operator
from .operands import beside, constant_like
from .piecewise import masked


def _component(item: Any, x: Array) -> Any:
    """One component of an index of `x` as NumPy takes it; a 0-d integer counts as an integer, as in PyTorch."""
    if item.__class__ is slice:
        return item
    item = raw(item)
    if isinstance(item, (list, tuple, range)):
        item = np.asarray([_component(i, None) for i in item])
        if item.size == 0:
            item = item.astype(np.intp)
    if isinstance(item, np.ndarray):
        item = kind_of(raw(x)).sent(item)
    kind = item.dtype.kind if is_array(item) else "i"
    if kind not in "iub":
        raise IndexError(f"getitem: an index must hold integers or booleans, not {item.dtype}")
    return int(item) if kind != "b" and getattr(item, "ndim", None) == 0 else item


def normalize_index(index: Any, x: Array) -> tuple[Any, ...]:
    """The index of `x` as a tuple that NumPy takes. An ellipsis is put at the end of a basic index: it makes the
    result a view even if that is a single element."""
    items = tuple([_component(i, x) for i in index]) if isinstance(index, tuple) else (_component(index, x),)
    if any(i is Ellipsis for i in items) or not all(map(_is_basic, items)):
        return items
    return (*items, Ellipsis)


def integers_first(items: tuple[Any, ...]) -> tuple[tuple[Any, ...] | None, tuple[Any, ...]]:
    """The index in two steps: one index that applies the integers, and one that applies the rest to the result.
    The first is None where a single step gives the same.

    Beside an array NumPy treats an integer as an array too, and may therefore move dimensions to the front, as in
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


def _is_row(values: Any) -> bool:
    """Whether there are several dimensions, and all but the last have size 1."""
    shape = np.shape(values)
    return len(shape) > 1 and shape[:-1] == (1,) * (len(shape) - 1)


def _assign(array: Any, items: tuple[Any, ...], values: Any) -> None:
    """array[items] = values. `values` may have leading dimensions of size 1 too many, as in PyTorch. NumPy ignores
    them, except where the index is a mask of all dimensions; there they are removed first."""
    if len(items) == 1 and getattr(items[0], "ndim", 0) == array.ndim and _is_row(values):
        values = np.reshape(values, -1)
    array[items] = values


def write(array: Any, index: Any, values: Any) -> None:
    """array[index] = values, in place."""
    first, items = integers_first(normalize_index(index, array))
    if is_array(values) and values.ndim and kind_of(values) is not (wanted := kind_of(array)):
        values = wanted.sent(values)
    try:
        _assign(array if first is None else array[first], items, values)
    except (IndexError, ValueError) as error:
        kind = f"{array.dtype}{list(array.shape)}"
        raise type(error)(f"setitem: {error} (in a tensor {kind}, the value of shape {np.shape(values)})") from None


def is_basic(index: Any) -> bool:
    """Whether the index consists of integers, slices, None and an ellipsis only, so that it reads a view."""
    return all(map(_is_basic, index)) if isinstance(index, tuple) else _is_basic(index)


def _is_basic(item: Any) -> bool:
    """Whether a component of an index is an integer, a slice, None or an ellipsis."""
    return item is None or item is Ellipsis or isinstance(item, slice) or type(item) is int


def _only_dim(index: tuple[Any, ...]) -> int | None:
    """The dimension in which an index has its only component, an array of integers; None for any other index."""
    *before, last = index
    if not is_array(last) or last.dtype.kind not in "iu":
        return None
    return len(before) if all(i.__class__ is slice and i == slice(None) for i in before) else None


def _add_at(buffer: Array, g: Array, index: tuple[Any, ...]) -> None:
    """buffer[index] += g, where an element that the index names twice receives both."""
    advanced = [i for i in index if not _is_basic(i)]
    if not advanced or (len(advanced) == 1 and getattr(advanced[0], "dtype", None) == np.bool_):
        buffer[index] += g  # no element is named twice
        return
    if buffer.flags.c_contiguous and g.size:
        dim = _only_dim(index)
        if dim is not None and g.shape == (*buffer.shape[:dim], *index[-1].shape, *buffer.shape[dim + 1 :]):
            at = index[-1]
            if not kind_of(at).readable or at.min() < 0:
                at = np.where(at < 0, at + buffer.shape[dim], at)
            kernels.add_rows(g, at, buffer, dim)
            return
        if 4 * g.size >= buffer.size:
            places = kind_of(buffer).arange(buffer.size).reshape(buffer.shape)[index]
            if places.shape == g.shape:
                kernels.add_rows(g.reshape(-1), places.reshape(-1), buffer.reshape(-1))
                return
    add_at(buffer, index, g)


_MANY = 256
"""From so many integers on, a look at them pays off that lets them be read without a check of each."""


@primitive(x=lambda g, index: _getitem(g, index=index))
def _unindex(x: Array, *, index: tuple[Any, ...], shape: tuple[int, ...]) -> Array:
    """Zeros of `shape` with `x` added at `index`."""
    buffer = kind_of(x).zeros(shape, x.dtype)
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
    at = index[-1]
    # Many integers in one dimension, none of them negative: read as an unsigned integer, such a one is huge.
    if at.__class__ is np.ndarray and x.__class__ is np.ndarray and at.size >= _MANY and at.dtype == np.int64:
        dim = _only_dim(index)
        if dim is not None and at.view(np.uint64).max() < x.shape[dim]:
            return kernels.take(x, at, dim)
    return x[index]


@operator("torch", python="__getitem__")
def getitem(x: Array, index: Any) -> Array:
    """x[index], for every kind of index NumPy knows: integers, slices, None, ..., masks, arrays.

    Raises:
        IndexError: out of range, too many indices, or an index that is neither integer nor boolean.
    """
    if index.__class__ is int:
        return _getitem(x, index=(index, ...))
    if not isinstance(x, Value):
        x = beside(x, index)
    first, items = integers_first(normalize_index(index, x))
    return _getitem(x if first is None else _getitem(x, index=first), index=items)


def _put_rule(g: Array, index: tuple[Any, ...]) -> Array:
    return _setitem(g, g.dtype.type(0), index=index)


def _put_value_rule(g: Array, index: tuple[Any, ...], value_shape: tuple[int, ...]) -> Array:
    """The gradient of the values: it is read where they were written. Of several writes to one element only the
    last counts, so the others get 0."""
    read = _getitem(g, index=index)
    if not (is_basic(index) or any(getattr(i, "dtype", None) == np.bool_ for i in index)):
        kind = kind_of(raw(g))
        writes = kind.arange(math.prod(read.shape)).reshape(read.shape)
        last = kind.zeros(tuple(g.shape), np.intp)
        last[index] = writes
        read = masked(read, last[index] == writes)
    return with_leading_dims(read, value_shape)


@primitive(x=_put_rule, value=_put_value_rule)
def _setitem(x: Array, value: Array, *, index: tuple[Any, ...]) -> Array:
    out = kind_of(x).array(x)
    _assign(out, index, value)
    return out


@primitive(x=lambda g: g, value=lambda g, index: _getitem(g, index=index))
def _put_add(x: Array, value: Array, *, index: tuple[Any, ...]) -> Array:
    """A copy of `x` with `value`, of the shape of x[index], added there."""
    out = kind_of(x).array(x)
    _add_at(out, value, index)
    return out


@operator("torch")
def setitem(x: Array, index: Any, value: Array) -> Array:
    """A copy of `x` in which x[index] = value; of several writes to one element the last counts.

    Raises:
        IndexError: out of range, too many indices, or an index that is neither integer nor boolean.
        ValueError: the shape of `value` does not broadcast to that of x[index].
    """
    x = beside(x, index)
    if x.dtype.kind in "iub":
        value = constant_like(raw(value), value)  # no gradient flows through integers
    first, items = integers_first(normalize_index(index, x))
    if first is None:
        return _setitem(x, value, index=items)
    return _setitem(x, _setitem(_getitem(x, index=first), value, index=items), index=first)
