"""Changing a value in place: it takes over a new array and node, or its memory is written.

While a derivative is being recorded, the value is given the array and the node of a new result, so that what the
graph has saved stays intact. Otherwise its memory is written, which every view of it sees, and the write is
noted, so that a backward pass which needs the old numbers says so.
"""

from __future__ import annotations

from collections.abc import Callable
from sys import getrefcount
from typing import Any, TypeVar

import numpy as np

from ..backend.arrays import can_store
from . import references
from .broadcast import cast
from .graph import Leaf, Value
from .modes import grad_mode
from .writes import written

__all__ = ["check_changeable", "check_unshared", "in_place", "replace", "writable"]

V = TypeVar("V", bound=Value)


def check_changeable(value: Value, name: str) -> None:
    """Refuse to change a leaf whose gradient is being recorded.

    Raises:
        RuntimeError: `value` is such a leaf.
    """
    if grad_mode() is not False and value.node.__class__ is Leaf:
        raise RuntimeError(
            f"{name}: a leaf that requires gradients cannot be changed in place while recording; "
            "do it under no_grad(), or change a clone()"
        )


def check_unshared(value: Value, name: str) -> None:
    """Refuse a recorded change of a view: it gives the view a new array, which its base would not see.

    Raises:
        RuntimeError: somebody else holds the base.
    """
    base = getattr(value.array, "base", None)
    if base is not None and getrefcount(base) > references.BASE:
        raise RuntimeError(
            f"{name}: this tensor is a view of another one, which would not see a recorded in-place "
            "change; assign to the base instead (base[index] = value), or change a clone()"
        )


def writable(value: Value) -> Any:
    """The array of `value`, to be written into; the caller notes it with `written`.

    Raises:
        RuntimeError: the array is read-only.
    """
    if isinstance(value.array, np.generic):
        value.array = np.array(value.array)
    if not value.array.flags.writeable:
        raise RuntimeError(
            "in-place change of a read-only tensor: several elements share one memory location "
            "(expand()), or the NumPy array behind it is read-only; change a clone()"
        )
    return value.array


def replace(value: V, result: Any, name: str) -> V:
    """`value`, after it has taken over the values, and when recorded the node, of `result`.

    Raises:
        TypeError: `value` is a raw array.
        RuntimeError: it cannot be changed, or the result has another shape, or a dtype that it cannot hold.
    """
    if not isinstance(value, Value):
        raise TypeError(f"{name}: only a tensor can be changed in place, not a {type(value).__name__}")
    check_changeable(value, name)
    if result.array.shape != value.array.shape:
        raise RuntimeError(
            f"{name}: the result has shape {result.array.shape}, which does not fit in place of {value.array.shape}"
        )
    if not can_store(result.array.dtype, value.array.dtype):
        raise RuntimeError(
            f"{name}: a result of dtype {result.array.dtype} cannot be stored in {value.array.dtype}"
        )
    if result.node is None:
        writable(value)[...] = result.array
        written(value.array)
        return value
    check_unshared(value, name)
    if result.array.dtype != value.array.dtype:
        result = cast(result, dtype=value.array.dtype)
    value.array, value.node = result.array, result.node
    return value


def in_place(operation: Callable[..., Any]) -> Callable[..., Any]:
    """The form of `operation` that stores the result in its first argument: `exp_` of `exp`."""
    name = f"{operation.__name__}_"

    def change(x: Any, /, *args: Any, **kwargs: Any) -> Any:
        return replace(x, operation(x, *args, **kwargs), name)

    change.__name__ = change.__qualname__ = name
    change.__doc__ = f"Like `{operation.__name__}`, in place: the result replaces the tensor's own values."
    change.__wrapped__ = operation  # type: ignore[attr-defined]
    return change


def _change_of_a_view() -> None:
    """A recorded change of a view whose base nobody holds."""
    view = Value()
    view.array = np.zeros(2)[:1]
    check_unshared(view, "")


references.measure(_change_of_a_view, "BASE")
