"""Integers: their bits and their common divisors; no gradient flows."""

from __future__ import annotations

import numpy as np

from ..backend.arrays import Array, promote_wrapping
from ..engine.primitive import primitive
from .names import operator


@operator("torch Tensor numpy", in_place="Tensor", python="__and__")
@primitive(promote=promote_wrapping)
def bitwise_and(x: Array, y: Array) -> Array:
    """The bits set in both; for booleans, the logical and."""
    return np.bitwise_and(x, y)


@operator("torch Tensor numpy", in_place="Tensor", python="__or__")
@primitive(promote=promote_wrapping)
def bitwise_or(x: Array, y: Array) -> Array:
    """The bits set in either; for booleans, the logical or."""
    return np.bitwise_or(x, y)


@operator("torch Tensor numpy", in_place="Tensor", python="__xor__")
@primitive(promote=promote_wrapping)
def bitwise_xor(x: Array, y: Array) -> Array:
    """The bits set in exactly one."""
    return np.bitwise_xor(x, y)


@operator("torch Tensor", in_place="Tensor", numpy="left_shift", python="__lshift__")
@primitive(promote=True)
def bitwise_left_shift(x: Array, y: Array) -> Array:
    """x 2^y of integers: the bits of x moved up by y places."""
    return np.left_shift(x, y)


@operator("torch Tensor", in_place="Tensor", numpy="right_shift", python="__rshift__")
@primitive(promote=True)
def bitwise_right_shift(x: Array, y: Array) -> Array:
    """floor(x / 2^y) of integers: the bits of x moved down by y places; the sign stays."""
    return np.right_shift(x, y)


@operator("torch Tensor numpy", in_place="torch Tensor")
@primitive(promote=True)
def gcd(x: Array, y: Array) -> Array:
    """The greatest common divisor of integers, which is never negative."""
    return np.gcd(x, y)


@operator("torch Tensor numpy", in_place="torch Tensor")
@primitive(promote=True)
def lcm(x: Array, y: Array) -> Array:
    """The least common multiple of integers, which is never negative."""
    return np.lcm(x, y)


@operator("torch Tensor", in_place="Tensor", numpy="invert", python="__invert__")
@primitive
def bitwise_not(x: Array) -> Array:
    """The bits of x inverted; for booleans, the logical not."""
    return np.invert(x)
