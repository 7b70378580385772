"""Activation functions, and what passes back through them: for each a formula and its gradient.

A gradient is given `g`, the gradient of the result, and either the argument `x` or the result `out`. At a kink it
is the one that `ops/network/activation.py` documents.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from ..arrays import scalar_types
from ..kinds import others
from .choice import kernel
from .elements import choose, masked
from .elementwise import elementwise
from .special import erf

__all__ = [
    "elu",
    "elu_gradient",
    "gelu",
    "gelu_gradient",
    "gelu_tanh",
    "gelu_tanh_gradient",
    "hardsigmoid",
    "hardsigmoid_gradient",
    "hardswish",
    "hardswish_gradient",
    "hardtanh",
    "hardtanh_gradient",
    "leaky_relu",
    "leaky_relu_gradient",
    "logsigmoid",
    "logsigmoid_gradient",
    "mish",
    "mish_gradient",
    "relu",
    "relu_gradient",
    "sigmoid",
    "sigmoid_gradient",
    "silu",
    "silu_gradient",
    "softplus",
    "softplus_gradient",
    "tanh",
    "tanh_gradient",
]

# ------------------------------------------------------------------------------------ straight lines


@kernel
@elementwise
def relu(x: Any, *, into: Any = None) -> Any:
    """max(x, 0), and NaN where x is NaN.

    `np.maximum` of an array and a scalar is not vectorized: 0.20 ms for 256 by 2048 float32. Of two arrays it is,
    and the output, filled with zeros, can be the second one: 0.07 ms.
    """
    if x.__class__ in scalar_types:
        zero = x.dtype.type(0)
        return zero if x < zero else x
    if x.__class__ in others:
        return np.maximum(x, 0)
    if into is None:
        into = np.zeros(x.shape, x.dtype)
    else:
        into.fill(0)
    return np.maximum(x, into, out=into)


@kernel
@elementwise
def relu_gradient(g: Any, out: Any, *, into: Any = None) -> Any:
    """g where `out` is not 0, else 0."""
    return masked(g, out != 0, into)


@kernel
@elementwise
def leaky_relu(x: Any, slope: Any) -> Any:
    """x where x > 0, else slope x; the slope is a number, or an array that broadcasts against x."""
    if isinstance(slope, float) and 0 < slope <= 1:
        return np.maximum(x, x * slope)
    return choose(x > 0, x, x * slope)


@kernel
@elementwise
def leaky_relu_gradient(g: Any, x: Any, slope: Any) -> Any:
    """g where x > 0, else slope g."""
    return choose(x > 0, g, g * slope)


@kernel
@elementwise
def hardtanh(x: Any, low: float, high: float) -> Any:
    """x limited to [low, high]."""
    return x.clip(low, high)


@kernel
@elementwise
def hardtanh_gradient(g: Any, x: Any, low: float, high: float) -> Any:
    """g, but 0 at the bounds and beyond."""
    return masked(g, ~((x <= low) | (x >= high)))


@kernel
@elementwise
def hardsigmoid(x: Any) -> Any:
    """x / 6 + 1/2, limited to [0, 1]."""
    return (x.clip(-3, 3) + 3) / 6


@kernel
@elementwise
def hardsigmoid_gradient(g: Any, x: Any) -> Any:
    """g / 6, but 0 where |x| >= 3."""
    return masked(g / 6, ~((x <= -3) | (x >= 3)))


@kernel
@elementwise
def hardswish(x: Any) -> Any:
    """x hardsigmoid(x)"""
    return x * ((x.clip(-3, 3) + 3) / 6)


@kernel
@elementwise
def hardswish_gradient(g: Any, x: Any) -> Any:
    """g times the slope, which is x / 3 + 1/2 where |x| < 3."""
    inside = masked(x / 6, ~((x <= -3) | (x >= 3)))
    return g * (inside + (x.clip(-3, 3) + 3) / 6)


# --------------------------------------------------------------------------------------------- smooth


@kernel
@elementwise
def elu(x: Any, alpha: float, scale: float, rate: float) -> Any:
    """scale x where x > 0, else scale alpha (e^(rate x) - 1)."""
    curve = np.expm1(np.minimum(x, 0) * rate) * (alpha * scale)
    return np.maximum(x, 0) * scale + curve


@kernel
@elementwise
def elu_gradient(g: Any, x: Any, alpha: float, scale: float, rate: float) -> Any:
    """g scale where x > 0, else g scale alpha rate e^(rate x)."""
    slope = np.exp(np.minimum(x, 0) * rate) * (alpha * scale * rate)
    return g * choose(x > 0, x.dtype.type(scale), slope)


def _sigmoid(x: Any) -> Any:
    small = np.exp(-np.absolute(x))
    # The numerator is 1 where x >= 0, else e^-|x| < 1. A maximum finds it 10 times as fast as np.where.
    return np.maximum(small, (x >= 0).astype(x.dtype)) / (1 + small)


@kernel
@elementwise
def sigmoid(x: Any) -> Any:
    """1 / (1 + e^-x), computed from e^-|x| so that nothing overflows."""
    return _sigmoid(x)


@kernel
@elementwise
def sigmoid_gradient(g: Any, out: Any) -> Any:
    """g out (1 - out)"""
    return g * (out * (1 - out))


@kernel
@elementwise
def tanh(x: Any) -> Any:
    """The hyperbolic tangent."""
    return np.tanh(x)


@kernel
@elementwise
def tanh_gradient(g: Any, out: Any) -> Any:
    """g (1 - out^2)"""
    return g * (1 - out * out)


@kernel
@elementwise
def silu(x: Any) -> Any:
    """x sigmoid(x)"""
    return x * _sigmoid(x)


@kernel
@elementwise
def silu_gradient(g: Any, x: Any) -> Any:
    """g times the slope s + x s (1 - s), with s = sigmoid(x)."""
    s = _sigmoid(x)
    return g * (s + x * s * (1 - s))


def _normal(x: Any) -> Any:
    """P(Z < x), as PyTorch has it; `ndtr` is exact far below 0 too, but slower."""
    return (1 + erf(x * math.sqrt(0.5))) * 0.5


@kernel
@elementwise
def gelu(x: Any) -> Any:
    """x P(Z < x) for a standard normal Z."""
    return x * _normal(x)


@kernel
@elementwise
def gelu_gradient(g: Any, x: Any) -> Any:
    """g times the slope P(Z < x) + x e^(-x^2/2) / sqrt(2 pi)."""
    return g * (_normal(x) + x * np.exp(x * x * -0.5) * (1 / math.sqrt(2 * math.pi)))


_SLOPE, _BEND = 2 * math.sqrt(2 / math.pi), 3 * 0.044715
"""In `gelu_tanh`, the slope at 0 of what the sigmoid is of, and how its slope grows with x^2."""


@kernel
@elementwise
def gelu_tanh(x: Any) -> Any:
    """x sigmoid(2 sqrt(2/pi) (x + 0.044715 x^3))"""
    return x * _sigmoid(x * (x * x * (_SLOPE * _BEND / 3) + _SLOPE))


@kernel
@elementwise
def gelu_tanh_gradient(g: Any, x: Any) -> Any:
    """g times the slope s + x s (1 - s) u', with s = sigmoid(u)."""
    square = x * x
    s = _sigmoid(x * (square * (_SLOPE * _BEND / 3) + _SLOPE))
    return g * (s + x * s * (1 - s) * (square * (_SLOPE * _BEND) + _SLOPE))


@kernel
@elementwise
def softplus(x: Any, beta: float, threshold: float) -> Any:
    """log(1 + e^(beta x)) / beta, which does not overflow; x itself where beta x exceeds the threshold."""
    scaled = x * beta
    soft = (np.maximum(scaled, 0) + np.log1p(np.exp(-np.absolute(scaled)))) / beta
    return choose(scaled > threshold, x, soft)


@kernel
@elementwise
def softplus_gradient(g: Any, x: Any, beta: float, threshold: float) -> Any:
    """g sigmoid(beta x), g itself where beta x exceeds the threshold."""
    scaled = x * beta
    steep = np.maximum(_sigmoid(scaled), (scaled > threshold).astype(x.dtype))
    return g * steep


@kernel
@elementwise
def logsigmoid(x: Any) -> Any:
    """log(sigmoid(x)) = -log(1 + e^-x)"""
    return np.minimum(x, 0) - np.log1p(np.exp(-np.absolute(x)))


@kernel
@elementwise
def logsigmoid_gradient(g: Any, x: Any) -> Any:
    """g sigmoid(-x)"""
    return g * _sigmoid(-x)


def _tanh_of_softplus(x: Any) -> Any:
    return np.tanh(np.maximum(x, 0) + np.log1p(np.exp(-np.absolute(x))))


@kernel
@elementwise
def mish(x: Any) -> Any:
    """x tanh(log(1 + e^x))"""
    return x * _tanh_of_softplus(x)


@kernel
@elementwise
def mish_gradient(g: Any, x: Any) -> Any:
    """g times the slope t + x (1 - t^2) sigmoid(x), with t = tanh(log(1 + e^x))."""
    t = _tanh_of_softplus(x)
    return g * (t + x * (1 - t * t) * _sigmoid(x))
