"""The methods of a tensor that differ from the operator they call, in their arguments or in the order of these."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ..engine.graph import Value
from ..ops import masks, shape, special
from .derived import Derived
from .numpy_names import protocol

if TYPE_CHECKING:
    from .tensor import Tensor


class Methods(Derived):
    """The part of a tensor that computes."""

    __slots__ = ()

    def __array_ufunc__(self, ufunc: Any, method: str, *inputs: Any, **kwargs: Any) -> Any:
        return protocol.call_ufunc(ufunc, method, inputs, kwargs)

    def __array_function__(self, function: Any, types: Any, args: Any, kwargs: Any) -> Any:
        return protocol.call_function(function, args, kwargs)

    def where(self, condition: Any, other: Any) -> Tensor:
        """The elements of this tensor where the condition holds, else those of `other`."""
        return masks.where(condition, self, other)

    def polygamma(self, n: int) -> Tensor:
        """The n-th derivative of digamma at each element; see `special.polygamma`."""
        return special.polygamma(n, self)

    def view_as(self, other: Value) -> Tensor:
        """A view of the tensor in the shape of `other`."""
        return shape.view(self, other.array.shape)

    def reshape_as(self, other: Value) -> Tensor:
        """The tensor reshaped to the shape of `other`."""
        return shape.reshape(self, other.array.shape)

    def expand_as(self, other: Value) -> Tensor:
        """The tensor expanded to the shape of `other`."""
        return shape.expand(self, other.array.shape)
