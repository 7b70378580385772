"""Arithmetic, element by element: sums, products, quotients, powers, and what is made of them."""

from __future__ import annotations

import math

import numpy as np

from ..backend.arrays import Array, numbers, promote, promote_wrapping, result_dtype, unboxed
from ..engine.primitive import primitive
from .comparison import logical_not
from .math import log
from .names import operator
from .operands import to_dtype
from .piecewise import masked, where
from .rounding import _div_rounded, flat, floor_divide, sign, trunc, whole


@operator(python="__add__")
@primitive(promote=promote_wrapping, x=lambda g: g, y=lambda g: g)
def _add(x: Array, y: Array) -> Array:
    return x + y


@operator(python="__sub__")
@primitive(promote=promote_wrapping, x=lambda g: g, y=lambda g: -g)
def _sub(x: Array, y: Array) -> Array:
    return x - y


def _scaled(x: Array, y: Array, alpha: float, name: str) -> Array:
    """alpha y, in the dtype of its combination with x."""
    dtype = result_dtype(x, y)
    if dtype.kind not in "fc" and not isinstance(alpha, int):
        raise TypeError(f"{name}: alpha={alpha} must be an integer for operands whose common dtype is {dtype}")
    return mul(y, dtype.type(alpha))


@operator("torch Tensor numpy", in_place="Tensor")
def add(x: Array, y: Array, *, alpha: float = 1) -> Array:
    """x + alpha y

    Raises:
        TypeError: `alpha` has a fraction, but x and y are integers.
    """
    return _add(x, y) if alpha == 1 else _add(x, _scaled(x, y, alpha, "add"))


@operator("torch")
def rsub(x: Array, y: Array, *, alpha: float = 1) -> Array:
    """y - alpha * x."""
    return sub(y, x, alpha=alpha)


@operator("torch Tensor", also="subtract", in_place="Tensor", numpy="subtract")
def sub(x: Array, y: Array, *, alpha: float = 1) -> Array:
    """x - alpha y

    Raises:
        TypeError: `alpha` has a fraction, but x and y are integers.
    """
    return _sub(x, y) if alpha == 1 else _sub(x, _scaled(x, y, alpha, "sub"))


@operator("torch Tensor", also="multiply", in_place="Tensor", numpy="multiply", python="__mul__")
@primitive(promote=promote_wrapping, x=lambda g, y: g * y, y=lambda g, x: g * x)
def mul(x: Array, y: Array) -> Array:
    """x * y"""
    return x * y


@operator(python="__truediv__")
@primitive(promote=True, floating=True, x=lambda g, y: g / y, y=lambda g, y, out: -g * (out / y))
def _div(x: Array, y: Array) -> Array:
    return x / y


@operator("torch Tensor", also="divide true_divide", in_place="Tensor", numpy="divide")
def div(x: Array, y: Array, *, rounding_mode: str | None = None) -> Array:
    """x / y; integers give floats.

    Args:
        rounding_mode: "floor" rounds the quotient down, "trunc" toward zero; integers then stay integers,
            and the gradient is 0.

    Raises:
        ValueError: another rounding mode.
        IntegerDivisionError: a quotient of integers is rounded, and y has a zero. The error is a
            ZeroDivisionError and a RuntimeError.
    """
    if rounding_mode is None:
        return _div(x, y)
    if rounding_mode in ("floor", "trunc"):
        return _div_rounded(x, y, down=rounding_mode == "floor")
    raise ValueError(f"div: rounding_mode must be None, 'floor' or 'trunc', not {rounding_mode!r}")


def _pow_base(g: Array, x: Array, y: Array) -> Array:
    if isinstance(y, numbers):
        if y == 0.5:
            return g / (2 * x**y)  # NaN at -inf, as the root is; x ** -0.5 would be 0 there
        return g * (y * x ** (y - 1)) if y else flat(g)
    return masked(g * y * x ** where(y == 0, 1, y - 1), y != 0)


def _pow_exponent(g: Array, x: Array, y: Array, out: Array) -> Array:
    flat = (x == 0) & (y >= 0)
    return masked(g * out * log(where(flat, 1, x)), logical_not(flat))


@operator("torch Tensor", in_place="Tensor", numpy="power", python="__pow__")
@primitive(promote=True, x=_pow_base, y=_pow_exponent)
def pow(x: Array, y: Array) -> Array:
    """x ** y. d/dx = y x^(y-1), which is 0 at y = 0; d/dy = x^y log x, which is 0 at x = 0 for y >= 0.

    Raises:
        ValueError: x and y are integers, and y has a negative one.
    """
    return x**y


@operator("torch Tensor", also="negative", in_place="torch Tensor", numpy="negative", python="__neg__")
@primitive(x=lambda g: -g)
def neg(x: Array) -> Array:
    """-x"""
    return -x


@operator("torch Tensor numpy", python="__pos__")
@primitive(view=True, x=lambda g: g)
def positive(x: Array) -> Array:
    """+x: the same numbers in the same memory.

    Raises:
        TypeError: x holds booleans.
    """
    if x.dtype.kind == "b":
        raise TypeError("booleans have no sign; convert them first, to int64 for example")
    return x[...]


@operator("torch Tensor", also="absolute", in_place="torch Tensor", numpy="absolute fabs", python="__abs__")
@primitive(x=lambda g, x: g * sign(x))
def abs(x: Array) -> Array:
    """|x|, with derivative 0 at 0."""
    return np.absolute(x)


@operator("torch Tensor numpy", in_place="torch Tensor")
@primitive(floating=True, x=lambda g, out: -g * out * out)
def reciprocal(x: Array) -> Array:
    """1 / x"""
    return 1 / x


@operator("torch Tensor numpy", in_place="torch Tensor")
@primitive(x=lambda g, x: g * (2 * x))
def square(x: Array) -> Array:
    """x * x"""
    return x * x


def _remainder_divisor(g: Array, x: Array, y: Array) -> Array:
    return -g * floor_divide(x, y)


@operator("torch Tensor numpy", in_place="Tensor", python="__mod__")
@primitive(promote=promote_wrapping, x=lambda g: g, y=_remainder_divisor)
def remainder(x: Array, y: Array) -> Array:
    """x - y floor(x / y), with the sign of y (Python's %).

    Raises:
        IntegerDivisionError: both are integers, and y has a zero.
    """
    return np.remainder(x, whole(y, x))


@operator("torch Tensor numpy", in_place="Tensor")
@primitive(promote=promote_wrapping, x=lambda g: g, y=lambda g, x, y: -g * trunc(x / y))
def fmod(x: Array, y: Array) -> Array:
    """x - y trunc(x / y), with the sign of x (C's fmod).

    Raises:
        IntegerDivisionError: both are integers, and y has a zero.
    """
    return np.fmod(x, whole(y, x))


@operator("torch Tensor numpy", in_place="Tensor")
@primitive(promote=True, floating=True, x=lambda g, x, out: g * (x / out), y=lambda g, y, out: g * (y / out))
def hypot(x: Array, y: Array) -> Array:
    """sqrt(x^2 + y^2), which does not overflow; the derivatives at (0, 0) are NaN."""
    return np.hypot(x, y)


@operator("torch Tensor numpy", in_place="Tensor")
def float_power(x: Array, y: Array) -> Array:
    """x ** y in float64, whatever the dtypes."""
    return pow(*(to_dtype(t, np.float64) if hasattr(t, "dtype") else t for t in (x, y)))


@operator("torch Tensor", in_place="Tensor")
@primitive(
    x=lambda g, weight: g * (1 - weight),
    end=lambda g, weight: g * weight,
    weight=lambda g, x, end: g * (end - x),
    promote=True,
)
def lerp(x: Array, end: Array, weight: Array) -> Array:
    """x + weight (end - x), which is exactly `end` at weight 1. The weight is a number or a tensor."""
    x, weight = promote(x, weight)
    step = end - x
    return unboxed(np.where(np.absolute(weight) < 0.5, x + weight * step, end - step * (1 - weight)))


@operator("torch Tensor", in_place="Tensor")
def addcmul(x: Array, tensor1: Array, tensor2: Array, *, value: float = 1) -> Array:
    """x + value tensor1 tensor2"""
    return add(x, mul(mul(tensor1, tensor2), value))


@operator("torch Tensor", in_place="Tensor")
def addcdiv(x: Array, tensor1: Array, tensor2: Array, *, value: float = 1) -> Array:
    """x + value tensor1 / tensor2"""
    return add(x, mul(div(tensor1, tensor2), value))


@operator("torch Tensor", in_place="torch Tensor", numpy="deg2rad radians")
def deg2rad(x: Array) -> Array:
    """Degrees in radians."""
    return mul(x, math.pi / 180)


@operator("torch Tensor", in_place="torch Tensor", numpy="rad2deg degrees")
def rad2deg(x: Array) -> Array:
    """Radians in degrees."""
    return mul(x, 180 / math.pi)
