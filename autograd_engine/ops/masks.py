"""Masks: reading where they hold, choosing by them, and finding the places where they hold."""

from __future__ import annotations

from typing import Any, Literal, overload

import numpy as np

from ..backend.arrays import Array
from ..backend.checks import are_checked
from ..backend.kinds import kind_of
from ..engine.graph import raw
from ..engine.primitive import primitive
from .dims import common_shape
from .gather import _integers
from .index import _getitem
from .names import operator
from .piecewise import where as choose
from .shape import expand, reshape


@operator("torch Tensor", raw_too=True)
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
    mask = raw(mask)
    mask = kind_of(mask).asarray(mask)
    if mask.dtype != np.bool_:
        raise TypeError(f"{name}: the mask must hold booleans, not {mask.dtype}")
    return mask


@operator("torch Tensor numpy")
@primitive
def argwhere(x: Array) -> Array:
    """The indices of the elements that are not 0: one row each, in row-major order; int64."""
    return np.argwhere(x)


@overload
def nonzero(x: Array, *, as_tuple: Literal[False] = False) -> Array: ...


@overload
def nonzero(x: Array, *, as_tuple: Literal[True]) -> tuple[Array, ...]: ...


@operator("torch Tensor")
def nonzero(x: Array, *, as_tuple: bool = False) -> Array | tuple[Array, ...]:
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


@overload
def where(condition: Array) -> tuple[Array, ...]: ...


@overload
def where(condition: Array, x: Array, y: Array) -> Array: ...


@operator("torch numpy")
def where(condition: Array, x: Array = None, y: Array = None) -> Array | tuple[Array, ...]:
    """x where the condition holds, else y. The side not chosen gets gradient 0, not NaN.

    With the condition alone, the places where it holds, as `nonzero(condition, as_tuple=True)` gives them.

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
    kind = kind_of(x)
    return (kind.asarray(x)[..., None] == kind.arange(count)).astype(np.int64)


@operator("torch functional")
def one_hot(x: Array, num_classes: int = -1) -> Array:
    """The rows of an identity matrix (int64) that the integers `x` name, along a new last dimension.

    Args:
        x: class numbers, integers from 0 on.
        num_classes: the length of the rows; -1 means the largest class number plus one.

    Raises:
        TypeError: `x` does not hold integers.
        ValueError: a class number is negative or not below `num_classes`; or `num_classes` is -1 and `x` is empty.

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
    looked_at = classes.size and (num_classes == -1 or are_checked(classes))
    low, high = (int(classes.min()), int(classes.max())) if looked_at else (0, 0)
    count = high + 1 if num_classes == -1 else num_classes
    if count < 1 or low < 0 or high >= count:
        raise ValueError(f"one_hot: class numbers in [{low}, {high}] for num_classes={num_classes}")
    return _one_hot(x, count=count)
