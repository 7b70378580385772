"""Broadcasting and dtypes, undone: the five primitives that the backward pass itself needs.

In any operation NumPy repeats the smaller operand and widens the narrower dtype. The derivative sums and casts, and
the backward pass does both, once, for all operations; so no rule mentions either. `expand` and `sum_to_size` are
each other's derivative.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from ..backend.arrays import Array
from ..backend.kinds import kind_of
from ..backend.sums import added_up
from .primitive import primitive

__all__ = ["cast", "clone", "expand", "identity", "sum_to_size", "with_leading_dims"]


@primitive(x=lambda g: g)
def identity(x: Array) -> Array:
    """The same array under a new node."""
    return x


@primitive(x=lambda g: g)
def clone(x: Array) -> Array:
    """A copy of `x`, through which gradients flow."""
    return kind_of(x).copied(x)


@primitive(x=lambda g: g)
def cast(x: Array, *, dtype: np.dtype[Any]) -> Array:
    """`x` in another floating dtype; the backward pass casts the gradient back."""
    return x.astype(dtype)


@primitive(view=True, x=lambda g: g)
def expand(x: Array, *, shape: tuple[int, ...]) -> Array:
    """`x` repeated along its size-1 and new leading dimensions, without a copy."""
    try:
        spread = np.broadcast_to(x, shape)
        return (
            x.reshape(shape) if spread.size == x.size else spread
        )  # NumPy lets nobody write to what it has spread
    except ValueError:
        raise ValueError(f"shape {tuple(x.shape)} cannot be expanded to {shape}") from None


def with_leading_dims(x: Array, shape: tuple[int, ...]) -> Array:
    """`x` with as many dimensions as `shape`, those of size 1 in front. An assignment takes values that have such
    dimensions too many, the one place where an operand has more dimensions than what it goes into."""
    extra = len(shape) - len(x.shape)
    return expand(x, shape=(1,) * extra + tuple(x.shape)) if extra > 0 else x


@primitive(x=lambda g, x_shape: expand(g, shape=x_shape))
def sum_to_size(x: Array, *, shape: tuple[int, ...]) -> Array:
    """`x` summed over the dimensions that broadcasting `shape` would repeat."""
    extra = x.ndim - len(shape)
    kept = x.shape[extra:] if extra >= 0 else ()
    if extra < 0 or any(new not in (1, old) for old, new in zip(kept, shape, strict=True)):
        raise ValueError(f"cannot sum shape {tuple(x.shape)} to {tuple(shape)}")
    if extra:
        x = added_up(x, axis=tuple(range(extra)))
    dims = tuple(i for i, (old, new) in enumerate(zip(kept, shape, strict=True)) if old != new)
    return added_up(x, axis=dims, keepdims=True) if dims else x
