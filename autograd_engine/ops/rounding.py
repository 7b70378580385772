"""Rounding and signs: functions that are flat between their jumps.

Their gradient is 0 (that of `frac` is 1). Where PyTorch records it, so do we: what is computed from the result then
requires a gradient too.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from ..backend.arrays import Array, promote_wrapping, result_dtype, unboxed, zeros
from ..backend.checks import are_checked
from ..engine.primitive import primitive
from .names import operator


@primitive(x=lambda g: flat(g))
def flat(x: Array) -> Array:
    """Zeros in the shape and dtype of x, in place of NaN too: the gradient of a function that is flat."""
    return zeros(x.shape, x.dtype, x)


@operator("torch Tensor", also="sgn", in_place="Tensor", numpy="sign")
@primitive(x=lambda g: flat(g))
def sign(x: Array) -> Array:
    """-1, 0 or 1, with derivative 0. Booleans are their own sign."""
    return x.copy() if x.dtype.kind == "b" else np.sign(x)


@operator("torch Tensor numpy", in_place="Tensor")
@primitive(promote=True)
def heaviside(x: Array, values: Array) -> Array:
    """The unit step: 0 where x < 0 or NaN, `values` where x = 0, else 1; no gradient flows through it."""
    return unboxed(np.where(x == 0, values, x > 0).astype(result_dtype(x, values)))


@operator("torch Tensor numpy", in_place="torch Tensor")
@primitive(x=lambda g: flat(g))
def floor(x: Array) -> Array:
    """The largest integer not above x, with derivative 0."""
    return np.floor(x)


@operator("torch Tensor numpy", in_place="torch Tensor")
@primitive(x=lambda g: flat(g))
def ceil(x: Array) -> Array:
    """The smallest integer not below x, with derivative 0."""
    return np.ceil(x)


@operator("torch Tensor numpy", also="fix", in_place="torch Tensor")
@primitive(x=lambda g: flat(g))
def trunc(x: Array) -> Array:
    """x without its fraction, with derivative 0."""
    return np.trunc(x)


@operator("torch Tensor", in_place="torch Tensor")
@primitive(x=lambda g: g)
def frac(x: Array) -> Array:
    """x - trunc(x), the fraction with the sign of x; derivative 1 everywhere."""
    return x - np.trunc(x)


@operator("torch Tensor special", in_place="torch Tensor", numpy="rint")
@primitive(x=lambda g: flat(g))
def round(x: Array, *, decimals: int = 0) -> Array:
    """x rounded to `decimals` places, halves to even, with derivative 0."""
    return np.round(x, decimals)


class IntegerDivisionError(ZeroDivisionError, RuntimeError):
    """Integers were divided by 0, and no integer is the answer. Python raises the one parent, PyTorch the other."""


def whole(y: Any, x: Any) -> Any:
    """The divisor y of x, after a check that integers are not divided by 0.

    Raises:
        IntegerDivisionError: y holds integers, and one of them is 0.
    """
    if hasattr(y, "dtype") and y.dtype.kind in "iub" and are_checked(y) and not y.all() and np.size(x):
        raise IntegerDivisionError("integer division by zero; divide floats, for which it is inf or NaN")
    return y


@operator("torch Tensor numpy", in_place="Tensor", python="__floordiv__")
@primitive(promote=promote_wrapping)
def floor_divide(x: Array, y: Array) -> Array:
    """floor(x / y); no gradient flows through it.

    Raises:
        IntegerDivisionError: both are integers, and y has a zero.
    """
    return np.floor_divide(x, whole(y, x))


@primitive(promote=promote_wrapping, x=lambda g: flat(g), y=lambda g: flat(g))
def _div_rounded(x: Array, y: Array, *, down: bool) -> Array:
    """x / y rounded down or toward zero; exact for integers, which a float quotient would round."""
    y = whole(y, x)
    if down:
        return np.floor_divide(x, y)
    return np.trunc(x / y) if result_dtype(x, y).kind == "f" else (x - np.fmod(x, y)) // y
