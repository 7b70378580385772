"""Integers: their bits and their common divisors; no gradient flows."""

from __future__ import annotations

import numpy as np

from ..backend.arrays import Array
from ..engine.primitive import primitive

__all__ = [
    "bitwise_and",
    "bitwise_left_shift",
    "bitwise_not",
    "bitwise_or",
    "bitwise_right_shift",
    "bitwise_xor",
    "gcd",
    "lcm",
]


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
