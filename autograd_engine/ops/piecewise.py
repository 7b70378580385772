"""Piecewise operations: constant or linear in pieces, so no gradient flows, or it passes a mask.

Choosing between numbers, rounding them, comparing them, and logic.
"""

from __future__ import annotations

import numpy as np

from ..backend import kernels
from ..backend.arrays import Array, promote, result_dtype, unboxed
from ..engine.graph import raw
from ..engine.primitive import primitive

__all__ = [
    "allclose",
    "bitwise_and",
    "bitwise_left_shift",
    "bitwise_not",
    "bitwise_or",
    "bitwise_right_shift",
    "bitwise_xor",
    "ceil",
    "clamp",
    "clamp_max",
    "clamp_min",
    "clip",
    "copysign",
    "eq",
    "equal",
    "fix",
    "floor",
    "floor_divide",
    "fmax",
    "fmin",
    "frac",
    "gcd",
    "ge",
    "greater",
    "greater_equal",
    "gt",
    "heaviside",
    "isclose",
    "isfinite",
    "isinf",
    "isnan",
    "isneginf",
    "isposinf",
    "isreal",
    "lcm",
    "le",
    "less",
    "less_equal",
    "logical_and",
    "logical_not",
    "logical_or",
    "logical_xor",
    "lt",
    "masked_fill",
    "maximum",
    "minimum",
    "nan_to_num",
    "ne",
    "nextafter",
    "not_equal",
    "round",
    "sgn",
    "sign",
    "signbit",
    "trunc",
]


# --------------------------------------------------------------------------- choice and comparison


def _choose(g: Array, first: Array, tie: Array) -> Array:
    """`g` where this operand was chosen, half of it where both were equal."""
    return where(tie, 0.5 * g, keep(g, first))


@primitive(promote=True, x=lambda g, x, y: _choose(g, x > y, x == y), y=lambda g, x, y: _choose(g, y > x, x == y))
def maximum(x: Array, y: Array) -> Array:
    """The larger of x and y, NaN if either is; the gradient of a tie is shared."""
    return np.maximum(x, y)


@primitive(promote=True, x=lambda g, x, y: _choose(g, x < y, x == y), y=lambda g, x, y: _choose(g, y < x, x == y))
def minimum(x: Array, y: Array) -> Array:
    """The smaller of x and y, NaN if either is; the gradient of a tie is shared."""
    return np.minimum(x, y)


@primitive(
    promote=True,
    x=lambda g, x, y: keep(g, (x >= y) | isnan(y)),
    y=lambda g, x, y: keep(g, logical_not((x >= y) | isnan(y))),
)
def fmax(x: Array, y: Array) -> Array:
    """The larger of x and y, the other one if one is NaN; the gradient of a tie is x's."""
    return np.fmax(x, y)


@primitive(
    promote=True,
    x=lambda g, x, y: keep(g, (x <= y) | isnan(y)),
    y=lambda g, x, y: keep(g, logical_not((x <= y) | isnan(y))),
)
def fmin(x: Array, y: Array) -> Array:
    """The smaller of x and y, the other one if one is NaN; the gradient of a tie is x's."""
    return np.fmin(x, y)


@primitive(promote=True, floating=True, x=lambda g, x, out: g * (sign(x) * sign(out)), y=lambda g: keep(g, False))
def copysign(x: Array, y: Array) -> Array:
    """|x| with the sign of y (of -0.0 too); derivative 0 at x = 0, and everywhere with respect to y."""
    return np.copysign(x, y)


@primitive(promote=True, floating=True, x=lambda g, x, y: keep(g, x != y), y=lambda g: keep(g, False))
def nextafter(x: Array, y: Array) -> Array:
    """The floating-point number next to x in the direction of y."""
    return np.nextafter(x, y)


@primitive(x=lambda g, mask: keep(g, mask))
def keep(x: Array, mask: Array) -> Array:
    """x where the mask holds, else 0, even in place of NaN."""
    return unboxed(kernels.keep(x, mask))


@primitive(x=lambda g, condition: keep(g, condition), y=lambda g, condition: keep(g, logical_not(condition)))
def where(condition: Array, x: Array, y: Array) -> Array:
    """x where the condition holds, else y. The side not chosen gets gradient 0, not NaN."""
    dtype = result_dtype(x, y)
    condition, x, y = np.asarray(condition, bool), np.asarray(x, dtype), np.asarray(y, dtype)
    return unboxed(kernels.choose(condition, x, y))


@primitive(x=lambda g, mask: keep(g, logical_not(mask)), value=lambda g, mask: keep(g, mask))
def masked_fill(x: Array, mask: Array, value: Array) -> Array:
    """x with `value`, a number or 0-d tensor, where the mask holds.

    Raises:
        TypeError: the mask does not hold booleans.
        ValueError: `value` has dimensions.
    """
    mask, value = np.asarray(mask), np.asarray(value, x.dtype)
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
    return keep(g, inside)


@primitive(
    x=_inside,
    min=lambda g, x, min, max: keep(g, x < min if max is None else (x < min) & (min <= max)),
    max=lambda g, x, min, max: keep(g, x > max if min is None else (x > max) | (min > max)),
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


clip = clamp


def clamp_min(x: Array, min: Array) -> Array:
    """x, at least `min`; derivative 1 at the bound."""
    return clamp(x, min)


def clamp_max(x: Array, max: Array) -> Array:
    """x, at most `max`; derivative 1 at the bound."""
    return clamp(x, None, max)


@primitive(x=lambda g, x: keep(g, isfinite(x)))
def _nan_to_num(x: Array, *, nan: float, posinf: float | None, neginf: float | None) -> Array:
    return np.nan_to_num(x, nan=nan, posinf=posinf, neginf=neginf)


def nan_to_num(
    x: Array, nan: float | None = 0.0, posinf: float | None = None, neginf: float | None = None
) -> Array:
    """x with NaN and infinities replaced, which get gradient 0.

    Args:
        x: any dtype; integers stay as they are.
        nan: what takes the place of NaN; None means 0.
        posinf, neginf: what takes the place of the infinities; by default the largest and lowest number
            of the dtype.
    """
    return _nan_to_num(x, nan=0.0 if nan is None else nan, posinf=posinf, neginf=neginf)


@primitive
def sign(x: Array) -> Array:
    """-1, 0 or 1; no gradient flows through it."""
    return np.sign(x)


sgn = sign


@primitive
def signbit(x: Array) -> Array:
    """Whether x is negative or -0.0, elementwise."""
    return np.signbit(x)


@primitive(promote=True)
def heaviside(x: Array, values: Array) -> Array:
    """The unit step: 0 where x < 0 or NaN, `values` where x = 0, else 1; no gradient flows through it."""
    return unboxed(np.where(x == 0, values, x > 0).astype(result_dtype(x, values)))


@primitive
def floor(x: Array) -> Array:
    """The largest integer not above x; no gradient flows through it."""
    return np.floor(x)


@primitive
def ceil(x: Array) -> Array:
    """The smallest integer not below x; no gradient flows through it."""
    return np.ceil(x)


@primitive
def trunc(x: Array) -> Array:
    """x without its fraction; no gradient flows through it."""
    return np.trunc(x)


fix = trunc


@primitive(x=lambda g: g)
def frac(x: Array) -> Array:
    """x - trunc(x), the fraction with the sign of x; derivative 1 everywhere."""
    return x - np.trunc(x)


@primitive
def round(x: Array, *, decimals: int = 0) -> Array:
    """x rounded to `decimals` places, halves to even; no gradient flows through it."""
    return np.round(x, decimals)


@primitive(promote=True)
def floor_divide(x: Array, y: Array) -> Array:
    """floor(x / y); no gradient flows through it."""
    return np.floor_divide(x, y)


@primitive(promote=True)
def eq(x: Array, y: Array) -> Array:
    """x == y, elementwise."""
    return np.equal(x, y)


@primitive(promote=True)
def ne(x: Array, y: Array) -> Array:
    """x != y, elementwise."""
    return np.not_equal(x, y)


@primitive(promote=True)
def lt(x: Array, y: Array) -> Array:
    """x < y, elementwise."""
    return np.less(x, y)


@primitive(promote=True)
def le(x: Array, y: Array) -> Array:
    """x <= y, elementwise."""
    return np.less_equal(x, y)


@primitive(promote=True)
def gt(x: Array, y: Array) -> Array:
    """x > y, elementwise."""
    return np.greater(x, y)


@primitive(promote=True)
def ge(x: Array, y: Array) -> Array:
    """x >= y, elementwise."""
    return np.greater_equal(x, y)


not_equal, less, less_equal, greater, greater_equal = ne, lt, le, gt, ge


@primitive(promote=True)
def _isclose(x: Array, y: Array, *, rtol: float, atol: float, equal_nan: bool) -> Array:
    return np.isclose(x, y, rtol=rtol, atol=atol, equal_nan=equal_nan)


def isclose(x: Array, y: Array, rtol: float = 1e-5, atol: float = 1e-8, equal_nan: bool = False) -> Array:
    """Whether |x - y| <= atol + rtol |y|, elementwise; infinities are close to themselves.

    Args:
        x, y: shapes that broadcast.
        rtol, atol: the relative and absolute tolerance.
        equal_nan: whether NaN is close to NaN.
    """
    return _isclose(x, y, rtol=rtol, atol=atol, equal_nan=equal_nan)


def allclose(x: Array, y: Array, rtol: float = 1e-5, atol: float = 1e-8, equal_nan: bool = False) -> bool:
    """Whether `isclose` holds for all elements, as a Python bool."""
    return bool(np.all(raw(isclose(x, y, rtol, atol, equal_nan))))


def equal(x: Array, y: Array) -> bool:
    """Whether x and y have the same shape and the same elements, as a Python bool."""
    return bool(x.shape == y.shape and np.all(raw(eq(x, y))))


@primitive(promote=True)
def bitwise_and(x: Array, y: Array) -> Array:
    """The bits set in both; for booleans, and."""
    return np.bitwise_and(x, y)


@primitive(promote=True)
def bitwise_or(x: Array, y: Array) -> Array:
    """The bits set in either; for booleans, or."""
    return np.bitwise_or(x, y)


@primitive(promote=True)
def bitwise_xor(x: Array, y: Array) -> Array:
    """The bits set in exactly one."""
    return np.bitwise_xor(x, y)


@primitive(promote=True)
def bitwise_left_shift(x: Array, y: Array) -> Array:
    """x 2^y of integers: the bits of x moved up by y places."""
    return np.left_shift(x, y)


@primitive(promote=True)
def bitwise_right_shift(x: Array, y: Array) -> Array:
    """floor(x / 2^y) of integers: the bits of x moved down by y places, the sign kept."""
    return np.right_shift(x, y)


@primitive(promote=True)
def gcd(x: Array, y: Array) -> Array:
    """The greatest common divisor of integers, not negative."""
    return np.gcd(x, y)


@primitive(promote=True)
def lcm(x: Array, y: Array) -> Array:
    """The least common multiple of integers, not negative."""
    return np.lcm(x, y)


@primitive
def bitwise_not(x: Array) -> Array:
    """The bits not set; for booleans, not."""
    return np.invert(x)


@primitive
def logical_and(x: Array, y: Array) -> Array:
    """Whether both are nonzero, elementwise."""
    return np.logical_and(x, y)


@primitive
def logical_or(x: Array, y: Array) -> Array:
    """Whether either is nonzero, elementwise."""
    return np.logical_or(x, y)


@primitive
def logical_xor(x: Array, y: Array) -> Array:
    """Whether exactly one is nonzero, elementwise."""
    return np.logical_xor(x, y)


@primitive
def logical_not(x: Array) -> Array:
    """Whether x is zero, elementwise."""
    return np.logical_not(x)


@primitive
def isnan(x: Array) -> Array:
    """Whether x is NaN, elementwise."""
    return np.isnan(x)


@primitive
def isinf(x: Array) -> Array:
    """Whether x is infinite, elementwise."""
    return np.isinf(x)


@primitive
def isfinite(x: Array) -> Array:
    """Whether x is neither NaN nor infinite, elementwise."""
    return np.isfinite(x)


@primitive
def isposinf(x: Array) -> Array:
    """Whether x is positive infinity, elementwise."""
    return np.equal(x, np.inf)


@primitive
def isneginf(x: Array) -> Array:
    """Whether x is negative infinity, elementwise."""
    return np.equal(x, -np.inf)


@primitive
def isreal(x: Array) -> Array:
    """Whether x is a real number, elementwise: always, since there are no complex tensors."""
    return np.isreal(x)
