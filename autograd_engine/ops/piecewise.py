"""Choosing between numbers: each element of the result is one of the operands, so the gradient passes a mask."""

from __future__ import annotations

import numpy as np

from ..backend import kernels
from ..backend.arrays import Array, promote, result_dtype, unboxed
from ..backend.kinds import kind_of
from ..engine.primitive import primitive
from .comparison import isfinite, isnan, logical_not
from .names import operator
from .rounding import flat, sign


def _choose(g: Array, other: Array, tie: Array) -> Array:
    """`g`, but half of it where both are equal, and 0 where the other was chosen. Beside NaN both are chosen."""
    return where(tie, 0.5 * g, masked(g, logical_not(other)))


@operator("torch Tensor numpy")
@primitive(promote=True, x=lambda g, x, y: _choose(g, x < y, x == y), y=lambda g, x, y: _choose(g, y < x, x == y))
def maximum(x: Array, y: Array) -> Array:
    """The larger of x and y, NaN if either is; the gradient of a tie is shared."""
    return np.maximum(x, y)


@operator("torch Tensor numpy")
@primitive(promote=True, x=lambda g, x, y: _choose(g, x > y, x == y), y=lambda g, x, y: _choose(g, y > x, x == y))
def minimum(x: Array, y: Array) -> Array:
    """The smaller of x and y, NaN if either is; the gradient of a tie is shared."""
    return np.minimum(x, y)


@operator("torch Tensor numpy")
@primitive(
    promote=True,
    x=lambda g, x, y: masked(g, (x >= y) | isnan(y)),
    y=lambda g, x, y: masked(g, logical_not((x >= y) | isnan(y))),
)
def fmax(x: Array, y: Array) -> Array:
    """The larger of x and y, or the other one if one is NaN; the gradient of a tie goes to x."""
    return np.fmax(x, y)


@operator("torch Tensor numpy")
@primitive(
    promote=True,
    x=lambda g, x, y: masked(g, (x <= y) | isnan(y)),
    y=lambda g, x, y: masked(g, logical_not((x <= y) | isnan(y))),
)
def fmin(x: Array, y: Array) -> Array:
    """The smaller of x and y, or the other one if one is NaN; the gradient of a tie goes to x."""
    return np.fmin(x, y)


@operator("torch Tensor numpy", in_place="Tensor")
@primitive(promote=True, floating=True, x=lambda g, x, out: g * (sign(x) * sign(out)), y=lambda g: flat(g))
def copysign(x: Array, y: Array) -> Array:
    """|x| with the sign of y (of -0.0 too); derivative 0 at x = 0, and everywhere with respect to y."""
    return np.copysign(x, y)


@operator("torch Tensor numpy", in_place="Tensor")
@primitive(promote=True, floating=True, x=lambda g, x, y: masked(g, x != y), y=lambda g: flat(g))
def nextafter(x: Array, y: Array) -> Array:
    """The floating-point number next to x in the direction of y."""
    return np.nextafter(x, y)


@primitive(x=lambda g, mask: masked(g, mask))
def masked(x: Array, mask: Array) -> Array:
    """x where the mask holds, else 0, even in place of NaN."""
    return unboxed(kernels.masked(x, mask))


@primitive(x=lambda g, condition: masked(g, condition), y=lambda g, condition: masked(g, logical_not(condition)))
def where(condition: Array, x: Array, y: Array) -> Array:
    """x where the condition holds, else y. The side not chosen gets gradient 0, not NaN."""
    dtype = result_dtype(x, y)
    asarray = kind_of(condition).asarray
    condition, x, y = asarray(condition, bool), asarray(x, dtype), asarray(y, dtype)
    return unboxed(kernels.choose(condition, x, y))


@operator("torch Tensor", in_place="Tensor")
@primitive(x=lambda g, mask: masked(g, logical_not(mask)), value=lambda g, mask: masked(g, mask))
def masked_fill(x: Array, mask: Array, value: Array) -> Array:
    """`value`, a number or 0-d tensor, where the mask holds, else x.

    Shapes: x and the mask broadcast.

    Raises:
        TypeError: the mask does not hold booleans.
        ValueError: `value` has dimensions.
    """
    asarray = kind_of(x).asarray
    mask, value = asarray(mask), asarray(value, x.dtype)
    if mask.dtype != np.bool_:
        raise TypeError(f"the mask must hold booleans, not {mask.dtype}")
    if value.ndim:
        raise ValueError(f"the value must be a number or 0-d, not of shape {value.shape}")
    return unboxed(kernels.choose(mask, value, x))


def _inside(g: Array, x: Array, min: Array, max: Array) -> Array:
    inside = x == x  # NaN lies nowhere
    if min is not None:
        inside = inside & (x >= min)
    if max is not None:
        inside = inside & (x <= max)
    return masked(g, inside)


@operator("torch Tensor", also="clip", in_place="torch Tensor")
@primitive(
    x=_inside,
    min=lambda g, x, min, max: masked(g, x < min if max is None else (x < min) & (min <= max)),
    max=lambda g, x, min, max: masked(g, x > max if min is None else (x > max) | (min > max)),
)
def clamp(x: Array, min: Array = None, max: Array = None) -> Array:
    """x limited to [min, max], either of which may be None; derivative 1 at the bounds.

    Raises:
        ValueError: both bounds are None.
    """
    if min is None and max is None:
        raise ValueError("at least one of min and max must be given")
    if min is not None:
        x = np.maximum(*promote(x, min))
    return x if max is None else np.minimum(*promote(x, max))


@operator("torch Tensor", in_place="torch Tensor")
def clamp_min(x: Array, min: Array) -> Array:
    """x, at least `min`; derivative 1 at the bound."""
    return clamp(x, min)


@operator("torch Tensor", in_place="torch Tensor")
def clamp_max(x: Array, max: Array) -> Array:
    """x, at most `max`; derivative 1 at the bound."""
    return clamp(x, None, max)


@primitive(x=lambda g, x: masked(g, isfinite(x)))
def _nan_to_num(x: Array, *, nan: float, posinf: float | None, neginf: float | None) -> Array:
    return np.nan_to_num(x, nan=nan, posinf=posinf, neginf=neginf)


@operator("torch Tensor", in_place="torch Tensor")
def nan_to_num(
    x: Array, nan: float | None = 0.0, posinf: float | None = None, neginf: float | None = None
) -> Array:
    """x with NaN and infinities replaced; the gradient there is 0.

    Args:
        x: any dtype; integers stay as they are.
        nan: what takes the place of NaN; None means 0.
        posinf, neginf: what takes the place of the infinities; by default the largest and lowest number
            of the dtype.
    """
    return _nan_to_num(x, nan=0.0 if nan is None else nan, posinf=posinf, neginf=neginf)


@primitive(above=lambda g, value: _relu_gradient(g, value))
def _relu_gradient(above: Array, value: Array) -> Array:
    """The gradient `above` a relu of this value, passed through it."""
    return unboxed(kernels.relu_gradient(above, value))


@operator("torch Tensor", in_place="torch Tensor functional")
@primitive(x=lambda g, out: _relu_gradient(g, out))
def relu(x: Array) -> Array:
    """max(x, 0), with derivative 0 at 0, and 1 at NaN."""
    return unboxed(kernels.relu(x))
