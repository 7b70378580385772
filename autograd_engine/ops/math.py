"""Smooth elementwise operations: each element of the result depends on the elements in the same place."""

from __future__ import annotations

import math
from typing import Any, NamedTuple

import numpy as np

from ..backend import kernels
from ..backend.arrays import Array, numbers, promote, result_dtype, unboxed
from ..engine.primitive import primitive
from .operands import to_dtype
from .piecewise import floor_divide, keep, logical_not, sign, trunc, where

__all__ = [
    "abs",
    "absolute",
    "acos",
    "acosh",
    "add",
    "addcdiv",
    "addcmul",
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
    "cos",
    "cosh",
    "deg2rad",
    "div",
    "divide",
    "exp",
    "exp2",
    "expm1",
    "float_power",
    "fmod",
    "frexp",
    "hypot",
    "ldexp",
    "lerp",
    "log",
    "log1p",
    "log2",
    "log10",
    "logaddexp",
    "logaddexp2",
    "mul",
    "multiply",
    "neg",
    "negative",
    "positive",
    "pow",
    "rad2deg",
    "reciprocal",
    "relu",
    "remainder",
    "rsqrt",
    "sigmoid",
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
    if dtype.kind not in "fc" and not isinstance(alpha, int):
        raise TypeError(f"{name}: alpha={alpha} must be an integer for operands whose common dtype is {dtype}")
    return mul(y, dtype.type(alpha))


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
    return pow(*(to_dtype(t, np.float64) if hasattr(t, "dtype") else t for t in (x, y)))


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
    return x * 2.0**other


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
