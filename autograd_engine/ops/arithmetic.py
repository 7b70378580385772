"""Arithmetic, element by element: sums, products, quotients, powers, and what is made of them."""

from __future__ import annotations

import math

import numpy as np

from ..backend.arrays import Array, numbers, promote, result_dtype, unboxed
from ..engine.broadcast import cast
from ..engine.primitive import primitive
from .comparison import logical_not
from .math import log
from .piecewise import keep, where
from .rounding import floor_divide, sign, trunc

__all__ = [
    "abs",
    "absolute",
    "add",
    "addcdiv",
    "addcmul",
    "deg2rad",
    "div",
    "divide",
    "float_power",
    "fmod",
    "hypot",
    "lerp",
    "mul",
    "multiply",
    "neg",
    "negative",
    "positive",
    "pow",
    "rad2deg",
    "reciprocal",
    "remainder",
    "square",
    "sub",
    "subtract",
    "true_divide",
]


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


def deg2rad(x: Array) -> Array:
    """Degrees in radians."""
    return mul(x, math.pi / 180)


def rad2deg(x: Array) -> Array:
    """Radians in degrees."""
    return mul(x, 180 / math.pi)
