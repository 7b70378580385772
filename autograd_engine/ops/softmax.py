"""The softmax family: sums of exponentials, shifted by their largest exponent so that none overflows."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from ..backend import kernels
from ..backend.arrays import Array, astype, unboxed
from ..backend.kinds import kind_of
from ..backend.sums import widened
from ..engine.primitive import primitive
from .dims import dims_of, normalize_dim
from .math import exp
from .names import operator
from .operands import to_dtype
from .piecewise import masked
from .reduce import Dim, _with_dims, sum
from .shape import _reshape


def _top(x: Array, dims: int | tuple[int, ...]) -> Array:
    """The maximum over `dims`; -inf where there is no element."""
    return kind_of(x).largest(x, dims, True, -np.inf)


def _shift(x: Array, dims: int | tuple[int, ...]) -> Array:
    """The maximum over `dims`, or 0 where that is infinite, so that x - shift is never NaN."""
    top = _top(x, dims)
    return np.where(np.isfinite(top), top, x.dtype.type(0))


@primitive(
    floating=True,
    x=lambda g, x, out, dims, keepdim: (
        _with_dims(g, x.shape, dims, keepdim) * exp(x - _finite(_with_dims(out, x.shape, dims, keepdim)))
    ),
)
def _logsumexp(x: Array, *, dims: tuple[int, ...], keepdim: bool) -> Array:
    wide = widened(x)
    shift = _shift(wide, dims)
    total = np.add.reduce(np.exp(wide - shift), axis=dims, keepdims=True)
    with np.errstate(divide="ignore"):
        out = astype(np.log(total) + shift, x.dtype)
    return out if keepdim else unboxed(out.reshape(tuple(n for d, n in enumerate(x.shape) if d not in dims)))


def _finite(x: Array) -> Array:
    """`x` with 0 for -inf, which is the result of elements that all are -inf: their derivative is 0, not NaN."""
    return masked(x, x != -math.inf)


@operator("torch Tensor special")
def logsumexp(x: Array, dim: Dim = None, keepdim: bool = False) -> Array:
    """log sum e^x over `dim` (all dimensions by default), which does not overflow."""
    return _logsumexp(x, dims=dims_of(dim, len(x.shape), "logsumexp"), keepdim=keepdim)


@primitive(
    above=lambda g, value, dim: _softmax_gradient(g, value, dim=dim),
    value=lambda g, above, value, dim: (
        g * (above - sum(above * value, dim, keepdim=True)) - above * sum(g * value, dim, keepdim=True)
    ),
)
def _softmax_gradient(above: Array, value: Array, *, dim: int) -> Array:
    """value (above - sum(above value)): what `above` gives the operand of the softmax."""
    return kernels.softmax_gradient(above, value, dim)


@primitive(floating=True, x=lambda g, out, dim: _softmax_gradient(g, out, dim=dim))
def _softmax(x: Array, *, dim: int) -> Array:
    return kernels.softmax(x, dim)


@operator("torch Tensor special")
def softmax(x: Array, dim: int, *, dtype: Any = None) -> Array:
    """e^x / sum e^x along `dim`, which does not overflow; `x` is first converted to `dtype`, if that is given."""
    if dtype is not None:
        x = to_dtype(x, dtype)
    if not x.shape:
        normalize_dim(dim, 0, "softmax")
        return exp(x - x)
    return _softmax(x, dim=normalize_dim(dim, len(x.shape), "softmax"))


@primitive(
    above=lambda g, value, dim: g - sum(g * exp(value), dim, keepdim=True),
    value=lambda g, above, value, dim: -g * exp(value) * sum(above, dim, keepdim=True),
)
def _log_softmax_gradient(above: Array, value: Array, *, dim: int) -> Array:
    """above - e^value sum(above): what `above` gives the operand of the logarithmic softmax."""
    return kernels.log_softmax_gradient(above, value, dim)


@primitive(floating=True, x=lambda g, out, dim: _log_softmax_gradient(g, out, dim=dim))
def _log_softmax(x: Array, *, dim: int) -> Array:
    return kernels.log_softmax(x, dim)


@operator("torch Tensor special")
def log_softmax(x: Array, dim: int, *, dtype: Any = None) -> Array:
    """log softmax(x) along `dim`: x - logsumexp(x), which does not overflow; `dtype` is as for `softmax`."""
    if dtype is not None:
        x = to_dtype(x, dtype)
    if not x.shape:
        normalize_dim(dim, 0, "log_softmax")
        return _reshape(_log_softmax(_reshape(x, shape=(1,)), dim=0), shape=())
    return _log_softmax(x, dim=normalize_dim(dim, len(x.shape), "log_softmax"))
