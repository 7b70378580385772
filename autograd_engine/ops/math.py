"""Elementwise operations: each output element depends on the input elements in the same place."""

from __future__ import annotations

import math
from typing import Any, NamedTuple

import numpy as np

from ..backend import kernels
from ..backend.arrays import Array, numbers, promote, result_dtype, unboxed
from ..primitive import primitive
from .shape import cast

__all__ = [
    "abs",
    "absolute",
    "acos",
    "acosh",
    "add",
    "addcdiv",
    "addcmul",
    "allclose",
    "arccos",
    "arccosh",
    "arcsin",
    "arcsinh",
    "arctan",
    "arctan2",
    "arctanh",
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
    "clamp_max",
    "clamp_min",
    "clip",
    "copysign",
    "cos",
    "cosh",
    "deg2rad",
    "div",
    "divide",
    "eq",
    "equal",
    "exp",
    "exp2",
    "expm1",
    "fix",
    "float_power",
    "floor",
    "floor_divide",
    "fmax",
    "fmin",
    "fmod",
    "frac",
    "frexp",
    "ge",
    "greater",
    "greater_equal",
    "gt",
    "heaviside",
    "hypot",
    "isclose",
    "isfinite",
    "isinf",
    "isnan",
    "ldexp",
    "le",
    "lerp",
    "less",
    "less_equal",
    "log",
    "log1p",
    "log2",
    "log10",
    "logaddexp",
    "logaddexp2",
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
    "nan_to_num",
    "ne",
    "neg",
    "negative",
    "nextafter",
    "not_equal",
    "positive",
    "pow",
    "rad2deg",
    "reciprocal",
    "relu",
    "remainder",
    "round",
    "rsqrt",
    "sgn",
    "sigmoid",
    "sign",
    "signbit",
    "sin",
    "sinc",
    "sinh",
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
def _add(x: Array, y: Array) -> Array:
    return x + y


@primitive(promote=True, x=lambda g: g, y=lambda g: -g)
def _sub(x: Array, y: Array) -> Array:
    return x - y


def _scaled(x: Array, y: Array, alpha: float, name: str) -> Array:
    """alpha y, in the dtype of its combination with x."""
    dtype = result_dtype(x, y)
    if dtype.kind != "f" and not isinstance(alpha, int):
        raise TypeError(f"{name}: alpha={alpha} must be an integer for operands whose common dtype is {dtype}")
    return y * dtype.type(alpha)


def add(x: Array, y: Array, *, alpha: float = 1) -> Array:
    """x + alpha y

    Raises:
        TypeError: `alpha` has a fraction, but x and y are integers.
    """
    return _add(x, y) if alpha == 1 else _add(x, _scaled(x, y, alpha, "add"))


def sub(x: Array, y: Array, *, alpha: float = 1) -> Array:
    """x - alpha y

    Raises:
        TypeError: `alpha` has a fraction, but x and y are integers.
    """
    return _sub(x, y) if alpha == 1 else _sub(x, _scaled(x, y, alpha, "sub"))


@primitive(promote=True, x=lambda g, y: g * y, y=lambda g, x: g * x)
def mul(x: Array, y: Array) -> Array:
    """x * y"""
    return x * y


@primitive(promote=True, floating=True, x=lambda g, y: g / y, y=lambda g, y, out: -g * (out / y))
def _div(x: Array, y: Array) -> Array:
    return x / y


@primitive(promote=True)
def _div_trunc(x: Array, y: Array) -> Array:
    """x / y without its fraction; exact for integers, which a float quotient would round."""
    return np.trunc(x / y) if result_dtype(x, y).kind == "f" else (x - np.fmod(x, y)) // y


def div(x: Array, y: Array, *, rounding_mode: str | None = None) -> Array:
    """x / y; integers give floats.

    Args:
        rounding_mode: "floor" rounds the quotient down, "trunc" toward zero; integers then stay integers,
            and no gradient flows.

    Raises:
        ValueError: another rounding mode.
    """
    if rounding_mode is None:
        return _div(x, y)
    if rounding_mode == "floor":
        return floor_divide(x, y)
    if rounding_mode == "trunc":
        return _div_trunc(x, y)
    raise ValueError(f"div: rounding_mode must be None, 'floor' or 'trunc', not {rounding_mode!r}")


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


@primitive(x=lambda g: g)
def positive(x: Array) -> Array:
    """+x, a copy; booleans are refused."""
    return np.positive(x)


@primitive(x=lambda g, x: g * sign(x))
def abs(x: Array) -> Array:
    """|x|, with derivative 0 at 0."""
    return np.absolute(x)


absolute = abs


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


@primitive(promote=True, floating=True, x=lambda g, x, out: g * (x / out), y=lambda g, y, out: g * (y / out))
def hypot(x: Array, y: Array) -> Array:
    """sqrt(x^2 + y^2), which does not overflow; the derivatives at (0, 0) are NaN."""
    return np.hypot(x, y)


def float_power(x: Array, y: Array) -> Array:
    """x ** y in float64, whatever the dtypes."""
    return pow(_double(x), _double(y))


def _double(x: Array) -> Array:
    return cast(x, dtype=np.dtype(np.float64)) if getattr(x, "dtype", np.float64) != np.float64 else x


@primitive(
    x=lambda g, weight: g * (1 - weight),
    end=lambda g, weight: g * weight,
    weight=lambda g, x, end: g * (end - x),
    promote=True,
)
def lerp(x: Array, end: Array, weight: Array) -> Array:
    """x + weight (end - x), a number or a tensor; it is exactly `end` at weight 1."""
    x, weight = promote(x, weight)
    step = end - x
    return unboxed(np.where(np.absolute(weight) < 0.5, x + weight * step, end - step * (1 - weight)))


def addcmul(x: Array, tensor1: Array, tensor2: Array, *, value: float = 1) -> Array:
    """x + value tensor1 tensor2"""
    return add(x, mul(mul(tensor1, tensor2), value))


def addcdiv(x: Array, tensor1: Array, tensor2: Array, *, value: float = 1) -> Array:
    """x + value tensor1 / tensor2"""
    return add(x, mul(div(tensor1, tensor2), value))


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


@primitive(
    promote=True,
    floating=True,
    x=lambda g, x, y: g * sigmoid((x - y) * math.log(2)),
    y=lambda g, x, y: g * sigmoid((y - x) * math.log(2)),
)
def logaddexp2(x: Array, y: Array) -> Array:
    """log2(2^x + 2^y), which does not overflow."""
    return np.logaddexp2(x, y)


@primitive(
    promote=True, floating=True, x=lambda g, other: g * exp2(other), other=lambda g, out: g * out * math.log(2)
)
def ldexp(x: Array, other: Array) -> Array:
    """x 2^other"""
    return x * np.exp2(other)


class Frexp(NamedTuple):
    """x as mantissa 2^exponent, with a mantissa in [1/2, 1)."""

    mantissa: Any
    exponent: Any


@primitive(outputs=2, floating=True, residuals=("exponent",), x=lambda g, exponent: ldexp(g[0], -exponent))
def _frexp(x: Array) -> tuple[tuple[Array, Array], Array]:
    mantissa, exponent = np.frexp(x)
    return (mantissa, exponent), exponent


def frexp(x: Array) -> Any:
    """x as `(mantissa, exponent)`: mantissa 2^exponent, with 1/2 <= |mantissa| < 1 and an int32 exponent."""
    return Frexp(*_frexp(x))


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


arcsin, arccos, arctan, arctan2 = asin, acos, atan, atan2
arcsinh, arccosh, arctanh = asinh, acosh, atanh


def deg2rad(x: Array) -> Array:
    """Degrees in radians."""
    return mul(x, math.pi / 180)


def rad2deg(x: Array) -> Array:
    """Radians in degrees."""
    return mul(x, 180 / math.pi)


@primitive(floating=True, x=lambda g, x, n: g * _sinc(x, n=n + 1))
def _sinc(x: Array, *, n: int) -> Array:
    """The n-th derivative of sinc(x) = f(pi x), f(u) = sin(u) / u.

    Near 0 it is the Taylor series of f, differentiated term by term; elsewhere
    u f^(n) = sin(u + n pi / 2) - n f^(n-1), the n-th derivative of u f(u) = sin(u).
    """
    if n == 0:
        return np.sinc(x)
    u = math.pi * x.astype(np.float64)
    near = np.absolute(u) < n + 2
    small = np.where(near, u, 0.0)
    square, power, series = small * small, small ** (n % 2), np.zeros_like(small)
    for k in range((n + 1) // 2, 15 + 2 * n):
        series += (-1) ** k * math.perm(2 * k, n) / math.factorial(2 * k + 1) * power
        power = power * square
    large = np.where(near, 1.0, u)
    far = np.sin(large) / large
    for i in range(1, n + 1):
        far = (np.sin(large + i * (math.pi / 2)) - i * far) / large
    return unboxed((np.where(near, series, far) * math.pi**n).astype(x.dtype))


def sinc(x: Array) -> Array:
    """sin(pi x) / (pi x), 1 at 0."""
    return _sinc(x, n=0)


# -------------------------------------------------------------------------- activation functions


@primitive(x=lambda g, out: keep(g, out > 0))
def relu(x: Array) -> Array:
    """max(x, 0), with derivative 0 at 0."""
    return unboxed(kernels.positive_part(x))


@primitive(floating=True, x=lambda g, out: g * (out * (1 - out)))
def sigmoid(x: Array) -> Array:
    """1 / (1 + e^-x), computed from e^-|x| so that nothing overflows."""
    small = np.exp(-np.absolute(x))
    # The numerator is 1 where x >= 0, else e^-|x| < 1: a maximum, 10 times as fast as np.where here.
    return np.maximum(small, (x >= 0).astype(x.dtype)) / (1 + small)


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
    return bool(np.all(getattr(close := isclose(x, y, rtol, atol, equal_nan), "array", close)))


def equal(x: Array, y: Array) -> bool:
    """Whether x and y have the same shape and the same elements, as a Python bool."""
    same = x.shape == y.shape and eq(x, y)
    return bool(np.all(getattr(same, "array", same)))


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
