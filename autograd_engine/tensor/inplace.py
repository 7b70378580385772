"""Changing a tensor in place: x[i] = v, filling, new shapes. The in-place forms of operators are in `derived`."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Self

import numpy as np

from ..backend.arrays import form_of, is_floating
from ..engine.graph import Leaf, Value, raw
from ..engine.inplace import check_changeable, check_unshared, replace, writable
from ..engine.modes import grad_mode
from ..engine.writes import written
from ..ops import index, shape, special

__all__ = ["InPlace"]


def _new_view(operation: Callable[..., Any]) -> Callable[..., Any]:
    """The method that makes the tensor a view of itself in another shape."""
    name = f"{operation.__name__}_"

    def change(self: InPlace, *args: Any, **kwargs: Any) -> Any:
        check_changeable(self, name)
        if self.node is not None and grad_mode() is False and self.node.__class__ is not Leaf:
            raise RuntimeError(f"{name}: the shape of a recorded result cannot change under no_grad()")
        result = operation(self, *args, **kwargs)
        self.array = result.array
        if self.node.__class__ is Leaf:
            self.node.form = form_of(self.array)
        else:
            self.node = result.node
        return self

    change.__name__ = name
    change.__doc__ = f"Like `{operation.__name__}`, in place: the tensor itself takes the new shape."
    return change


class InPlace(Value):
    """The part of a tensor that can be changed."""

    __slots__ = ()

    def __setitem__(self, key: Any, value: Any) -> None:
        self._set("setitem", key, value)

    def _set(self, name: str, key: Any, value: Any) -> Self:
        check_changeable(self, name)
        recorded = self.node is not None or (isinstance(value, Value) and value.node is not None)
        if recorded and grad_mode() is not False:
            if not is_floating(self.array.dtype):
                raise RuntimeError(f"{name}: cannot record a gradient through a tensor of dtype {self.array.dtype}")
            check_unshared(self, name)
            result = index.setitem(self, key, value)
            self.array, self.node = result.array, result.node
        else:
            index.write(writable(self), key, raw(value))
            written(self.array)
        return self

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
        """Write one value on the main diagonal; of three dimensions and more, where all indices agree.

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
        return self._set("fill_diagonal_", np.unravel_index(np.arange(0, stop, step), sizes), value)

    def polygamma_(self, n: int) -> Self:
        """Like `polygamma`, in place: the result replaces the tensor's own values."""
        return replace(self, special.polygamma(n, self), "polygamma_")

    # ------------------------------------------------------------------------- shapes, in place

    squeeze_ = _new_view(shape.squeeze)
    t_ = _new_view(shape.t)
    swapaxes_ = swapdims_ = transpose_ = _new_view(shape.transpose)
    unsqueeze_ = _new_view(shape.unsqueeze)
