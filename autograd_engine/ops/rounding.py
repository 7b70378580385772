"""Rounding and signs: steps, constant between their jumps, so no gradient flows (but through a fraction)."""

from __future__ import annotations

import numpy as np

from ..backend.arrays import Array, result_dtype, unboxed
from ..engine.primitive import primitive
from .names import operator


@operator("torch Tensor", also="sgn", in_place="Tensor", numpy="sign")
@primitive
def sign(x: Array) -> Array:
    """-1, 0 or 1; no gradient flows through it."""
    return np.sign(x)


@operator("torch Tensor numpy", in_place="Tensor")
@primitive(promote=True)
def heaviside(x: Array, values: Array) -> Array:
    """The unit step: 0 where x < 0 or NaN, `values` where x = 0, else 1; no gradient flows through it."""
    return unboxed(np.where(x == 0, values, x > 0).astype(result_dtype(x, values)))


@operator("torch Tensor numpy", in_place="torch Tensor")
@primitive
def floor(x: Array) -> Array:
    """The largest integer not above x; no gradient flows through it."""
    return np.floor(x)


@operator("torch Tensor numpy", in_place="torch Tensor")
@primitive
def ceil(x: Array) -> Array:
    """The smallest integer not below x; no gradient flows through it."""
    return np.ceil(x)


@operator("torch Tensor numpy", also="fix", in_place="torch Tensor")
@primitive
def trunc(x: Array) -> Array:
    """x without its fraction; no gradient flows through it."""
    return np.trunc(x)


@operator("torch Tensor", in_place="torch Tensor")
@primitive(x=lambda g: g)
def frac(x: Array) -> Array:
    """x - trunc(x), the fraction with the sign of x; derivative 1 everywhere."""
    return x - np.trunc(x)


@operator("torch Tensor special", in_place="torch Tensor", numpy="rint")
@primitive
def round(x: Array, *, decimals: int = 0) -> Array:
    """x rounded to `decimals` places, halves to even; no gradient flows through it."""
    return np.round(x, decimals)


@operator("torch Tensor numpy", in_place="Tensor", python="__floordiv__")
@primitive(promote=True)
def floor_divide(x: Array, y: Array) -> Array:
    """floor(x / y); no gradient flows through it."""
    return np.floor_divide(x, y)
