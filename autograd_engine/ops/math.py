"""Elementwise operations: each output element depends on the input elements in the same place."""

from __future__ import annotations

import math

import numpy as np

from ..backend import kernels
from ..backend.arrays import Array, numbers, promote, result_dtype, unboxed
from ..primitive import primitive

__all__ = [
    "abs",
    "acos",
    "acosh",
    "add",
    "asin",
    "asinh",
    "atan",
    "atan2",
    "atanh",
    "bitwise_and",
    "bitwise_not",
    "bitwise_or",
    "bitwise_xor",
    "ceil",
    "clamp",
    "clip",
    "cos",
    "cosh",
    "div",
    "divide",
    "eq",
    "exp",
    "exp2",
    "expm1",
    "floor",
    "floor_divide",
    "fmod",
    "ge",
    "gt",
    "isfinite",
    "isinf",
    "isnan",
    "le",
    "log",
    "log1p",
    "log2",
    "log10",
    "logaddexp",
    "logical_and",
    "logical_not",
    "logical_or",
    "logical_xor",
    "lt",
    "masked_fill",
    "maximum",
    "minimum",
    "mul",
    "multiply",
    "ne",
    "neg",
    "negative",
    "pow",
    "reciprocal",
    "relu",
    "remainder",
    "round",
    "rsqrt",
    "sigmoid",
    "sign",
    "silu",
    "sin",
    "sinh",
    "softplus",
    "sqrt",
    "square",
    "sub",
    "subtract",
    "tan",
    "tanh",
    "true_divide",
    "trunc",
    "where",
]

# ------------------------------------------------------------------------------------- arithmetic


@primitive(promote=True, x=lambda g: g, y=lambda g: g)
def add(x: Array, y: Array) -> Array:
    """x + y"""
    return x + y


@primitive(promote=True, x=lambda g: g, y=lambda g: -g)
def sub(x: Array, y: Array) -> Array:
    """x - y"""
    return x - y


@primitive(promote=True, x=lambda g, y: g * y, y=lambda g, x: g * x)
def mul(x: Array, y: Array) -> Array:
    """x * y"""
    return x * y


@primitive(promote=True, floating=True, x=lambda g, y: g / y, y=lambda g, y, out: -g * (out / y))
def div(x: Array, y: Array) -> Array:
    """x / y; integers give floats."""
    return x / y


subtract, multiply = sub, mul
divide = true_divide = div


def _pow_base(g: Array, x: Array, y: Array) -> Array:
    if isinstance(y, numbers):
        return g * (y * x ** (y - 1)) if y else g * 0
    return keep(g * y * x ** where(y == 0, 1, y - 1), y != 0)


def _pow_exponent(g: Array, x: Array, y: Array, out: Array) -> Array:
    flat = (x == 0) & (y >= 0)
    return keep(g * out * log(where(flat, 1, x)), logical_not(flat))


@primitive(promote=True, x=_pow_base, y=_pow_exponent)
def pow(x: Array, y: Array) -> Array:
    """x ** y. d/dx = y x^(y-1), which is 0 at y = 0; d/dy = x^y log x, which is 0 at x = 0 for y >= 0."""
    return x**y


@primitive(x=lambda g: -g)
def neg(x: Array) -> Array:
    """-x"""
    return -x


negative = neg


@primitive(x=lambda g, x: g * sign(x))
def abs(x: Array) -> Array:
    """|x|, with derivative 0 at 0."""
    return np.absolute(x)


@primitive(floating=True, x=lambda g, out: -g * out * out)
def reciprocal(x: Array) -> Array:
    """1 / x"""
    return 1 / x


@primitive(x=lambda g, x: g * (2 * x))
def square(x: Array) -> Array:
    """x * x"""
    return x * x


@primitive(floating=True, x=lambda g, out: g / (2 * out))
def sqrt(x: Array) -> Array:
    """The square root."""
    return np.sqrt(x)


@primitive(floating=True, x=lambda g, out: g * (-0.5 * out * out * out))
def rsqrt(x: Array) -> Array:
    """1 / sqrt(x)"""
    return 1 / np.sqrt(x)


def _remainder_divisor(g: Array, x: Array, y: Array) -> Array:
    return -g * floor_divide(x, y)


@primitive(promote=True, x=lambda g: g, y=_remainder_divisor)
def remainder(x: Array, y: Array) -> Array:
    """x - y floor(x / y), with the sign of y (Python's %)."""
    return np.remainder(x, y)


@primitive(promote=True, x=lambda g: g, y=lambda g, x, y: -g * trunc(x / y))
def fmod(x: Array, y: Array) -> Array:
    """x - y trunc(x / y), with the sign of x (C's fmod)."""
    return np.fmod(x, y)


# ------------------------------------------------------------------- exponentials and trigonometry


@primitive(floating=True, x=lambda g, out: g * out)
def exp(x: Array) -> Array:
    """e^x"""
    return np.exp(x)


@primitive(floating=True, x=lambda g, out: g * out * math.log(2))
def exp2(x: Array) -> Array:
    """2^x"""
    return np.exp2(x)


@primitive(floating=True, x=lambda g, out: g * (out + 1))
def expm1(x: Array) -> Array:
    """e^x - 1, accurate near 0."""
    return np.expm1(x)


@primitive(floating=True, x=lambda g, x: g / x)
def log(x: Array) -> Array:
    """The natural logarithm."""
    return np.log(x)


@primitive(floating=True, x=lambda g, x: g / (x * math.log(2)))
def log2(x: Array) -> Array:
    """The logarithm to base 2."""
    return np.log2(x)


@primitive(floating=True, x=lambda g, x: g / (x * math.log(10)))
def log10(x: Array) -> Array:
    """The logarithm to base 10."""
    return np.log10(x)


@primitive(floating=True, x=lambda g, x: g / (1 + x))
def log1p(x: Array) -> Array:
    """log(1 + x), accurate near 0."""
    return np.log1p(x)


@primitive(
    promote=True,
    floating=True,
    x=lambda g, x, y: g * sigmoid(x - y),
    y=lambda g, x, y: g * sigmoid(y - x),
)
def logaddexp(x: Array, y: Array) -> Array:
    """log(e^x + e^y), which does not overflow."""
    return np.logaddexp(x, y)


@primitive(floating=True, x=lambda g, x: g * cos(x))
def sin(x: Array) -> Array:
    """The sine; x in radians."""
    return np.sin(x)


@primitive(floating=True, x=lambda g, x: -g * sin(x))
def cos(x: Array) -> Array:
    """The cosine; x in radians."""
    return np.cos(x)


@primitive(floating=True, x=lambda g, out: g * (1 + out * out))
def tan(x: Array) -> Array:
    """The tangent; x in radians."""
    return np.tan(x)


@primitive(floating=True, x=lambda g, x: g / sqrt(1 - x * x))
def asin(x: Array) -> Array:
    """The inverse sine, in radians."""
    return np.arcsin(x)


@primitive(floating=True, x=lambda g, x: -g / sqrt(1 - x * x))
def acos(x: Array) -> Array:
    """The inverse cosine, in radians."""
    return np.arccos(x)


@primitive(floating=True, x=lambda g, x: g / (1 + x * x))
def atan(x: Array) -> Array:
    """The inverse tangent, in radians."""
    return np.arctan(x)


@primitive(
    promote=True,
    floating=True,
    x=lambda g, x, y: g * (y / (x * x + y * y)),
    y=lambda g, x, y: -g * (x / (x * x + y * y)),
)
def atan2(x: Array, y: Array) -> Array:
    """The angle of the point (y, x) in radians: the inverse tangent of x / y with the quadrant."""
    return np.arctan2(x, y)


@primitive(floating=True, x=lambda g, x: g * cosh(x))
def sinh(x: Array) -> Array:
    """(e^x - e^-x) / 2"""
    return np.sinh(x)


@primitive(floating=True, x=lambda g, x: g * sinh(x))
def cosh(x: Array) -> Array:
    """(e^x + e^-x) / 2"""
    return np.cosh(x)


@primitive(floating=True, x=lambda g, out: g * (1 - out * out))
def tanh(x: Array) -> Array:
    """The hyperbolic tangent."""
    return np.tanh(x)


@primitive(floating=True, x=lambda g, x: g / sqrt(x * x + 1))
def asinh(x: Array) -> Array:
    """The inverse hyperbolic sine."""
    return np.arcsinh(x)


@primitive(floating=True, x=lambda g, x: g / sqrt(x * x - 1))
def acosh(x: Array) -> Array:
    """The inverse hyperbolic cosine."""
    return np.arccosh(x)


@primitive(floating=True, x=lambda g, x: g / (1 - x * x))
def atanh(x: Array) -> Array:
    """The inverse hyperbolic tangent."""
    return np.arctanh(x)


# -------------------------------------------------------------------------- activation functions


@primitive(x=lambda g, out: keep(g, out > 0))
def relu(x: Array) -> Array:
    """max(x, 0), with derivative 0 at 0."""
    return unboxed(kernels.positive_part(x))


@primitive(floating=True, x=lambda g, out: g * (out * (1 - out)))
def sigmoid(x: Array) -> Array:
    """1 / (1 + e^-x), computed from e^-|x| so that nothing overflows."""
    small = np.exp(-np.absolute(x))
    return np.where(x >= 0, x.dtype.type(1), small) / (1 + small)


def _silu_rule(g: Array, x: Array, out: Array) -> Array:
    s = sigmoid(x)
    return g * (s + out * (1 - s))


@primitive(floating=True, x=_silu_rule)
def silu(x: Array) -> Array:
    """x sigmoid(x), also called swish."""
    return x * sigmoid(x)


@primitive(floating=True, x=lambda g, x, beta: g * sigmoid(x * beta))
def softplus(x: Array, *, beta: float = 1.0) -> Array:
    """log(1 + e^(beta x)) / beta, which does not overflow."""
    scaled = x * beta
    return (np.maximum(scaled, 0) + np.log1p(np.exp(-np.absolute(scaled)))) / beta


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
    """x with `value`, a number or 0-d tensor, where the mask holds."""
    return unboxed(kernels.choose(np.asarray(mask, bool), np.asarray(value, x.dtype), x))


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


@primitive
def sign(x: Array) -> Array:
    """-1, 0 or 1; no gradient flows through it."""
    return np.sign(x)


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
