"""Elementary functions: roots, exponentials, logarithms, trigonometry, element by element."""

from __future__ import annotations

import math
from typing import Generic, NamedTuple

import numpy as np

from ..backend.arrays import Array, ArrayT, unboxed
from ..backend.sums import magnitude
from ..engine.graph import raw
from ..engine.primitive import primitive
from .names import operator
from .piecewise import masked, where


@operator("torch Tensor numpy", in_place="torch Tensor")
@primitive(floating=True, x=lambda g, out: g / (2 * out))
def sqrt(x: Array) -> Array:
    """The square root."""
    return np.sqrt(x)


@operator("torch Tensor", in_place="torch Tensor")
@primitive(floating=True, x=lambda g, out: g * (-0.5 * out * out * out))
def rsqrt(x: Array) -> Array:
    """1 / sqrt(x)"""
    return 1 / np.sqrt(x)


@operator("torch Tensor numpy", in_place="torch Tensor")
@primitive(floating=True, x=lambda g, out: g * out)
def exp(x: Array) -> Array:
    """e^x"""
    return np.exp(x)


@operator("torch Tensor special numpy", in_place="torch Tensor")
@primitive(floating=True, x=lambda g, out: g * out * math.log(2))
def exp2(x: Array) -> Array:
    """2^x"""
    return np.exp2(x)


@operator("torch Tensor special numpy", in_place="torch Tensor")
@primitive(floating=True, x=lambda g, out: g * (out + 1))
def expm1(x: Array) -> Array:
    """e^x - 1, accurate near 0."""
    return np.expm1(x)


@operator("torch Tensor numpy", in_place="torch Tensor")
@primitive(floating=True, x=lambda g, x: g / x)
def log(x: Array) -> Array:
    """The natural logarithm."""
    return np.log(x)


@operator("torch Tensor numpy", in_place="torch Tensor")
@primitive(floating=True, x=lambda g, x: g / (x * math.log(2)))
def log2(x: Array) -> Array:
    """The logarithm to base 2."""
    return np.log2(x)


@operator("torch Tensor numpy", in_place="torch Tensor")
@primitive(floating=True, x=lambda g, x: g / (x * math.log(10)))
def log10(x: Array) -> Array:
    """The logarithm to base 10."""
    return np.log10(x)


@operator("torch Tensor special numpy", in_place="torch Tensor")
@primitive(floating=True, x=lambda g, x: g / (1 + x))
def log1p(x: Array) -> Array:
    """log(1 + x), accurate near 0."""
    return np.log1p(x)


@operator("torch Tensor numpy")
@primitive(promote=True, floating=True, x=lambda g, x, y: g * sigmoid(x - y), y=lambda g, x, y: g * sigmoid(y - x))
def logaddexp(x: Array, y: Array) -> Array:
    """log(e^x + e^y), which does not overflow."""
    return np.logaddexp(x, y)


@operator("torch Tensor numpy")
@primitive(
    promote=True,
    floating=True,
    x=lambda g, x, y: g * sigmoid((x - y) * math.log(2)),
    y=lambda g, x, y: g * sigmoid((y - x) * math.log(2)),
)
def logaddexp2(x: Array, y: Array) -> Array:
    """log2(2^x + 2^y), which does not overflow."""
    return np.logaddexp2(x, y)


@operator("torch Tensor numpy", in_place="torch Tensor")
@primitive(
    promote=True, floating=True, x=lambda g, other: g * exp2(other), other=lambda g, out: g * out * math.log(2)
)
def ldexp(x: Array, other: Array) -> Array:
    """x 2^other"""
    return x * 2.0**other


class Frexp(NamedTuple, Generic[ArrayT]):
    """x as mantissa 2^exponent, with 1/2 <= |mantissa| < 1."""

    mantissa: ArrayT
    exponent: ArrayT


@primitive(outputs=2, floating=True, residuals=("exponent",), x=lambda g, exponent: ldexp(g[0], -exponent))
def _frexp(x: Array) -> tuple[tuple[Array, Array], Array]:
    mantissa, exponent = np.frexp(x)
    return (mantissa, exponent), exponent


@operator("torch Tensor numpy")
def frexp(x: Array) -> Frexp[Array]:
    """x as `(mantissa, exponent)`: mantissa 2^exponent, with 1/2 <= |mantissa| < 1 and an int32 exponent."""
    return Frexp(*_frexp(x))


@operator("torch Tensor numpy", in_place="torch Tensor")
@primitive(floating=True, x=lambda g, x: g * cos(x))
def sin(x: Array) -> Array:
    """The sine; x in radians."""
    return np.sin(x)


@operator("torch Tensor numpy", in_place="torch Tensor")
@primitive(floating=True, x=lambda g, x: -g * sin(x))
def cos(x: Array) -> Array:
    """The cosine; x in radians."""
    return np.cos(x)


@operator("torch Tensor numpy", in_place="torch Tensor")
@primitive(floating=True, x=lambda g, out: g * (1 + out * out))
def tan(x: Array) -> Array:
    """The tangent; x in radians."""
    return np.tan(x)


@operator("torch Tensor", also="arcsin", in_place="torch Tensor", numpy="arcsin")
@primitive(floating=True, x=lambda g, x: g / sqrt(1 - x * x))
def asin(x: Array) -> Array:
    """The inverse sine, in radians."""
    return np.arcsin(x)


@operator("torch Tensor", also="arccos", in_place="torch Tensor", numpy="arccos")
@primitive(floating=True, x=lambda g, x: -g / sqrt(1 - x * x))
def acos(x: Array) -> Array:
    """The inverse cosine, in radians."""
    return np.arccos(x)


@operator("torch Tensor", also="arctan", in_place="torch Tensor", numpy="arctan")
@primitive(floating=True, x=lambda g, x: g / (1 + x * x))
def atan(x: Array) -> Array:
    """The inverse tangent, in radians."""
    return np.arctan(x)


def _over_square(z: Array, x: Array, y: Array) -> Array:
    """z / (x^2 + y^2), or 0 where x and y are 0. They are divided by a power of 2 near them, so that no square
    leaves the range of the dtype."""
    unit = magnitude(np.maximum(np.absolute(raw(x)), np.absolute(raw(y))))
    x, y = x / unit, y / unit
    square = x * x + y * y
    return masked(z / unit / where(square == 0, 1, square), square != 0) / unit


@operator("torch Tensor", also="arctan2", in_place="Tensor", numpy="arctan2")
@primitive(
    promote=True,
    floating=True,
    x=lambda g, x, y: g * _over_square(y, x, y),
    y=lambda g, x, y: -g * _over_square(x, x, y),
)
def atan2(x: Array, y: Array) -> Array:
    """The angle of the point (y, x) in radians, in [-pi, pi]: the inverse tangent of x / y, in the quadrant of the
    point. The derivative at the origin is 0."""
    return np.arctan2(x, y)


@operator("torch Tensor numpy", in_place="torch Tensor")
@primitive(floating=True, x=lambda g, x: g * cosh(x))
def sinh(x: Array) -> Array:
    """(e^x - e^-x) / 2"""
    return np.sinh(x)


@operator("torch Tensor numpy", in_place="torch Tensor")
@primitive(floating=True, x=lambda g, x: g * sinh(x))
def cosh(x: Array) -> Array:
    """(e^x + e^-x) / 2"""
    return np.cosh(x)


@operator("torch Tensor functional numpy", in_place="torch Tensor")
@primitive(floating=True, x=lambda g, out: g * (1 - out * out))
def tanh(x: Array) -> Array:
    """The hyperbolic tangent."""
    return np.tanh(x)


@operator("torch Tensor", also="arcsinh", in_place="torch Tensor", numpy="arcsinh")
@primitive(floating=True, x=lambda g, x: g / sqrt(x * x + 1))
def asinh(x: Array) -> Array:
    """The inverse hyperbolic sine."""
    return np.arcsinh(x)


@operator("torch Tensor", also="arccosh", in_place="torch Tensor", numpy="arccosh")
@primitive(floating=True, x=lambda g, x: g / sqrt(x * x - 1))
def acosh(x: Array) -> Array:
    """The inverse hyperbolic cosine."""
    return np.arccosh(x)


@operator("torch Tensor", also="arctanh", in_place="torch Tensor", numpy="arctanh")
@primitive(floating=True, x=lambda g, x: g / (1 - x * x))
def atanh(x: Array) -> Array:
    """The inverse hyperbolic tangent."""
    return np.arctanh(x)


@primitive(floating=True, x=lambda g, x, n: g * _sinc(x, n=n + 1))
def _sinc(x: Array, *, n: int) -> Array:
    """The n-th derivative of sinc(x) = f(pi x), f(u) = sin(u) / u.

    Near 0 it is the Taylor series of f, differentiated term by term; elsewhere
    u f^(n) = sin(u + n pi / 2) - n f^(n-1), which is the n-th derivative of u f(u) = sin(u).
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


@operator("torch Tensor special numpy", in_place="torch Tensor")
def sinc(x: Array) -> Array:
    """sin(pi x) / (pi x), 1 at 0."""
    return _sinc(x, n=0)


@operator("torch Tensor functional", in_place="torch Tensor", special="expit", numpy="expit")
@primitive(floating=True, x=lambda g, out: g * (out * (1 - out)))
def sigmoid(x: Array) -> Array:
    """1 / (1 + e^-x), computed from e^-|x| so that nothing overflows."""
    small = np.exp(-np.absolute(x))
    # The numerator is 1 where x >= 0, else e^-|x| < 1. A maximum finds it 10 times as fast as np.where.
    return np.maximum(small, (x >= 0).astype(x.dtype)) / (1 + small)
