"""Changing a tensor in place: x[i] = v, filling, new shapes. The operators' in-place forms stand in `derived`."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Concatenate, ParamSpec, Self, TypeVar

import numpy as np

from ..backend.arrays import form_of, is_floating
from ..backend.kinds import kind_of
from ..engine.graph import Leaf, Value, raw
from ..engine.inplace import check_changeable, is_alone, is_recorded, operand, replace, write
from ..engine.modes import grad_mode
from ..engine.rebase import rebase, set_node
from ..engine.sharing import base_of, is_shared
from ..ops import index, shape, special

P = ParamSpec("P")
V = TypeVar("V", bound=Value)


def _new_view(operation: Callable[Concatenate[Any, P], Any]) -> Callable[Concatenate[V, P], V]:
    """The method that makes the tensor a view of itself in another shape."""
    name = f"{operation.__name__}_"

    def change(self: V, /, *args: P.args, **kwargs: P.kwargs) -> V:
        check_changeable(self, name)
        if self.node is not None and grad_mode() is False and self.node.__class__ is not Leaf:
            raise RuntimeError(f"{name}: the shape of a recorded result cannot change under no_grad()")
        result = operation(self, *args, **kwargs)
        self.array = result.array
        if self.node.__class__ is Leaf:
            self.node.form = form_of(self.array)
        else:
            set_node(self, result.node)
        return self

    change.__name__ = name
    change.__doc__ = f"Like `{operation.__name__}`, in place: the tensor itself takes the new shape."
    return change


def _is_same_place(array: Any, other: Any) -> bool:
    """Whether both are the same part of the same memory."""
    if other.__class__ is not array.__class__ or (array.shape, array.dtype) != (other.shape, other.dtype):
        return False
    kind = kind_of(array)
    return array.strides == other.strides and kind.address(array) == kind.address(other)


class InPlace(Value):
    """The part of a tensor that can be changed."""

    __slots__ = ()

    def __setitem__(self, key: Any, value: Any) -> None:
        self._set("setitem", key, value)

    def _set(self, name: str, key: Any, value: Any) -> Self:
        check_changeable(self, name)
        numbers = raw(value)
        if not is_recorded(self, value):
            write(self, lambda memory: index.write(memory, key, numbers))
            return self
        if not is_floating(self.array.dtype):
            raise RuntimeError(f"{name}: cannot record a gradient through a tensor of dtype {self.array.dtype}")
        if is_shared(self) or (index.is_basic(key) and is_alone(self)):
            try:
                part = index.getitem(self, key)
            except IndexError as error:
                raise IndexError(str(error).replace("getitem", name, 1)) from None
            if part.array.base is not None and base_of(part) is base_of(self):
                if not _is_same_place(part.array, numbers):  # in y[0] += 1 it is, and y has changed already
                    write(part, lambda memory: index.write(memory, ..., numbers))
                    rebase(part, value.node if isinstance(value, Value) else None)
                return self
        return replace(self, index.setitem(operand(self), key, value), name)

    # ------------------------------------------------------------------------------------ filling

    def zero_(self) -> Self:
        """Fill the tensor with zeros."""
        return self._set("zero_", ..., 0)

    def fill_(self, value: Any) -> Self:
        """Fill the tensor with one value."""
        return self._set("fill_", ..., value)

    def copy_(self, source: Any) -> Self:
        """Copy the values of `source`, broadcast to this shape and cast to this dtype."""
        return self._set("copy_", ..., source)

    def fill_diagonal_(self, value: Any, wrap: bool = False) -> Self:
        """Write one value on the main diagonal: where all indices are equal, however many dimensions there are.

        Args:
            value: a number.
            wrap: in a matrix with more rows than columns, start over below each square block.

        Raises:
            ValueError: fewer than 2 dimensions, or more than 2 that are not of equal size.
        """
        sizes = self.array.shape
        if len(sizes) < 2 or (len(sizes) > 2 and len(set(sizes)) > 1):
            raise ValueError(f"fill_diagonal_: no main diagonal in shape {sizes}; a matrix or equal sizes have one")
        columns = sizes[-1]
        step = 1 + sum(columns**i for i in range(1, len(sizes)))
        stop = self.array.size if wrap or len(sizes) > 2 else min(sizes) * columns
        return self._set(
            "fill_diagonal_", np.unravel_index(kind_of(self.array).arange(0, stop, step), sizes), value
        )

    def polygamma_(self, n: int) -> Self:
        """Like `polygamma`, in place: the result replaces the tensor's own values."""
        return replace(self, special.polygamma(n, operand(self)), "polygamma_")

    # ------------------------------------------------------------------------- shapes, in place

    squeeze_ = _new_view(shape.squeeze)
    t_ = _new_view(shape.t)
    transpose_ = _new_view(shape.transpose)
    swapaxes_ = swapdims_ = transpose_
    unsqueeze_ = _new_view(shape.unsqueeze)
