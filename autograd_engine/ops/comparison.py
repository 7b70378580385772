"""Comparisons and logic: the answers are true or false, so no gradient flows."""

from __future__ import annotations

import numpy as np

from ..backend.arrays import Array
from ..engine.graph import raw
from ..engine.primitive import primitive
from .names import operator


@operator("torch Tensor numpy")
@primitive
def signbit(x: Array) -> Array:
    """Whether x is negative or -0.0, elementwise."""
    return np.signbit(x)


@operator("torch Tensor", in_place="Tensor", numpy="equal", python="__eq__")
@primitive(promote=True)
def eq(x: Array, y: Array) -> Array:
    """x == y, elementwise."""
    return np.equal(x, y)


@operator("torch Tensor", also="not_equal", in_place="Tensor", numpy="not_equal", python="__ne__")
@primitive(promote=True)
def ne(x: Array, y: Array) -> Array:
    """x != y, elementwise."""
    return np.not_equal(x, y)


@operator("torch Tensor", also="less", in_place="Tensor", numpy="less", python="__lt__")
@primitive(promote=True)
def lt(x: Array, y: Array) -> Array:
    """x < y, elementwise."""
    return np.less(x, y)


@operator("torch Tensor", also="less_equal", in_place="Tensor", numpy="less_equal", python="__le__")
@primitive(promote=True)
def le(x: Array, y: Array) -> Array:
    """x <= y, elementwise."""
    return np.less_equal(x, y)


@operator("torch Tensor", also="greater", in_place="Tensor", numpy="greater", python="__gt__")
@primitive(promote=True)
def gt(x: Array, y: Array) -> Array:
    """x > y, elementwise."""
    return np.greater(x, y)


@operator("torch Tensor", also="greater_equal", in_place="Tensor", numpy="greater_equal", python="__ge__")
@primitive(promote=True)
def ge(x: Array, y: Array) -> Array:
    """x >= y, elementwise."""
    return np.greater_equal(x, y)


@primitive(promote=True)
def _isclose(x: Array, y: Array, *, rtol: float, atol: float, equal_nan: bool) -> Array:
    return np.isclose(x, y, rtol=rtol, atol=atol, equal_nan=equal_nan)


@operator("torch Tensor numpy")
def isclose(x: Array, y: Array, rtol: float = 1e-5, atol: float = 1e-8, equal_nan: bool = False) -> Array:
    """Whether |x - y| <= atol + rtol |y|, elementwise; infinities are close to themselves.

    Args:
        x, y: shapes that broadcast.
        rtol, atol: the relative and absolute tolerance.
        equal_nan: whether NaN is close to NaN.
    """
    return _isclose(x, y, rtol=rtol, atol=atol, equal_nan=equal_nan)


@operator("torch Tensor numpy")
def allclose(x: Array, y: Array, rtol: float = 1e-5, atol: float = 1e-8, equal_nan: bool = False) -> bool:
    """Whether `isclose` holds for all elements, as a Python bool."""
    return bool(np.all(raw(isclose(x, y, rtol, atol, equal_nan))))


@operator("torch Tensor")
def equal(x: Array, y: Array) -> bool:
    """Whether x and y have the same shape and the same elements, as a Python bool."""
    return bool(x.shape == y.shape and np.all(raw(eq(x, y))))


@operator("torch Tensor numpy", in_place="Tensor")
@primitive
def logical_and(x: Array, y: Array) -> Array:
    """Whether both are nonzero, elementwise."""
    return np.logical_and(x, y)


@operator("torch Tensor numpy", in_place="Tensor")
@primitive
def logical_or(x: Array, y: Array) -> Array:
    """Whether either is nonzero, elementwise."""
    return np.logical_or(x, y)


@operator("torch Tensor numpy", in_place="Tensor")
@primitive
def logical_xor(x: Array, y: Array) -> Array:
    """Whether exactly one is nonzero, elementwise."""
    return np.logical_xor(x, y)


@operator("torch Tensor numpy", in_place="Tensor")
@primitive
def logical_not(x: Array) -> Array:
    """Whether x is zero, elementwise."""
    return np.logical_not(x)


@operator("torch Tensor numpy")
@primitive
def isnan(x: Array) -> Array:
    """Whether x is NaN, elementwise."""
    return np.isnan(x)


@operator("torch Tensor numpy")
@primitive
def isinf(x: Array) -> Array:
    """Whether x is infinite, elementwise."""
    return np.isinf(x)


@operator("torch Tensor numpy")
@primitive
def isfinite(x: Array) -> Array:
    """Whether x is neither NaN nor infinite, elementwise."""
    return np.isfinite(x)


@operator("torch Tensor numpy")
@primitive
def isposinf(x: Array) -> Array:
    """Whether x is positive infinity, elementwise."""
    return np.equal(x, np.inf)


@operator("torch Tensor numpy")
@primitive
def isneginf(x: Array) -> Array:
    """Whether x is negative infinity, elementwise."""
    return np.equal(x, -np.inf)


@operator("torch Tensor numpy")
@primitive
def isreal(x: Array) -> Array:
    """Whether x is a real number, elementwise: always, since there are no complex tensors."""
    return np.isreal(x)
