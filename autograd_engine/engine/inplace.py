"""Changing a value in place: it takes over a new array and node, or its memory is written.

While a derivative is being recorded, and nobody else looks into its memory, the value is given the array and the
node of a new result: what the graph has saved stays intact. If others look into it, the memory is written, so that
all see the change, and the nodes of its base and its views follow. A write is noted, so that a backward pass which
needs the old numbers says so.
"""

from __future__ import annotations

from collections.abc import Callable
from sys import getrefcount
from typing import Any, TypeVar

import numpy as np

from ..backend.arrays import astype, can_store
from ..backend.kinds import kind_of
from . import references
from .broadcast import cast
from .graph import Leaf, Value
from .modes import grad_mode
from .rebase import rebase
from .results import make_tensor
from .sharing import base_of, is_shared, leave, shareable
from .writes import written

__all__ = ["check_changeable", "in_place", "is_alone", "is_recorded", "operand", "replace", "write"]

V = TypeVar("V", bound=Value)


def check_changeable(value: Value, name: str) -> None:
    """Refuse a change that would be recorded and cannot be.

    Raises:
        RuntimeError: `value` is a leaf that requires gradients or a view of one, or was taken under `no_grad()`.
    """
    if grad_mode() is False or (base := base_of(value)).node is None:
        return
    if base.node.__class__ is Leaf:
        what = "a leaf that requires gradients" if base is value else "a view of a leaf that requires gradients"
        raise RuntimeError(
            f"{name}: {what} cannot be changed in place while recording; do it under no_grad(), or change a clone()"
        )
    if value.node is None:
        raise RuntimeError(
            f"{name}: this view was taken under no_grad(), so that a recorded change of it has no derivative; take "
            "the view again while recording, or make the change under no_grad() too"
        )


def is_recorded(value: Value, *others: Any) -> bool:
    """Whether a change of `value` by an operation on `others` is recorded."""
    if grad_mode() is False:
        return False
    return any(isinstance(v, Value) and v.node is not None for v in (value, base_of(value), *others))


def operand(value: Value) -> Value:
    """What a recorded operation is to compute from when its result will replace `value`: its derivative may need
    the old numbers, so where the memory will be written, a copy of them."""
    return make_tensor(kind_of(value.array).array(value.array), value.node) if is_shared(value) else value


def write(value: Value, write_into: Callable[[Any], None]) -> None:
    """Let `write_into(array)` change the memory of `value`, and note it.

    Raises:
        RuntimeError: the array is read-only.
    """
    array = shareable(value)
    if not kind_of(array).is_writable(array):
        raise RuntimeError(
            "in-place change of a read-only tensor: several elements share one memory location "
            "(expand()), or the NumPy array behind it is read-only; change a clone()"
        )
    write_into(value.array)
    memory = getattr(value, "memory", None)
    if memory is None or not memory.is_uncounted(base_of(value)):
        written(value.array)


def replace(value: V, result: Any, name: str) -> V:
    """`value`, after it has taken over the values, and when recorded the node, of `result`.

    Raises:
        TypeError: `value` is a raw array.
        RuntimeError: it cannot be changed, or the result has another shape, or a dtype that it cannot hold.
    """
    if not isinstance(value, Value):
        raise TypeError(f"{name}: only a tensor can be changed in place, not a {type(value).__name__}")
    check_changeable(value, name)
    array, dtype = result.array, value.array.dtype
    if array.shape != value.array.shape:
        raise RuntimeError(
            f"{name}: the result has shape {array.shape}, which does not fit in place of {value.array.shape}"
        )
    if not can_store(array.dtype, dtype):
        raise RuntimeError(f"{name}: a result of dtype {array.dtype} cannot be stored in {dtype}")
    if not is_recorded(value, result):
        write(value, lambda memory: memory.__setitem__(..., array))
        return value
    if result.node is not None and array.dtype != dtype:
        result = cast(result, dtype=dtype)
    if is_shared(value):
        write(value, lambda memory: memory.__setitem__(..., array))
    else:
        leave(value)
        value.array = astype(result.array, dtype)
    rebase(value, result.node)
    return value


def is_alone(value: Value) -> bool:
    """Whether nobody but `value` holds its array: no other tensor, no graph, no view."""
    array = value.array
    return getrefcount(array) == references.VALUE and array.base is None and not is_shared(value)


def in_place(operation: Callable[..., Any]) -> Callable[..., Any]:
    """The form of `operation` that stores the result in its first argument: `exp_` of `exp`."""
    name = f"{operation.__name__}_"

    def change(x: Any, /, *args: Any, **kwargs: Any) -> Any:
        if not isinstance(x, Value) or not is_recorded(x, *args, *kwargs.values()):
            return replace(x, operation(x, *args, **kwargs), name)
        old = operand(x)
        return replace(x, operation(old, *(old if a is x else a for a in args), **kwargs), name)

    change.__name__ = change.__qualname__ = name
    change.__doc__ = f"Like `{operation.__name__}`, in place: the result replaces the tensor's own values."
    change.__wrapped__ = operation  # type: ignore[attr-defined]
    return change


def _value_of_its_own() -> None:
    value = Value()
    value.array = np.zeros(2)
    is_alone(value)


references.measure(_value_of_its_own, "VALUE")
