"""Activation functions: what makes a network more than one linear map.

Each is a formula of a few operations, from which its derivative follows. At a kink the derivative is PyTorch's: 0
at the bounds of `hardtanh` and of what is built from it, elsewhere the one from below. Nothing overflows. `relu`
lives in `ops/piecewise.py`, `sigmoid` and `tanh` in `ops/math.py`, and the softmax family in `ops/softmax.py`.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from ...backend import kernels
from ...backend.arrays import Array, unboxed
from ...backend.kinds import kind_of
from ...backend.random import Generator, resolve
from ...engine.graph import raw
from ...engine.inplace import replace
from ...engine.primitive import primitive
from ..arithmetic import abs, div, sub
from ..comparison import logical_not
from ..math import exp, sigmoid, tanh
from ..names import operator
from ..operands import with_kernel
from ..piecewise import clamp, masked, where
from ..shape import reshape
from ..special import ndtr

# ------------------------------------------------------------------------------ one line, bent at 0


def _elu_rule(g: Array, x: Array, alpha: float, scale: float, rate: float) -> Array:
    return g * where(x > 0, scale, exp(clamp(x, max=0) * rate) * (alpha * scale * rate))


@primitive(floating=True, x=with_kernel(kernels.elu_gradient, _elu_rule))
def _elu(x: Array, *, alpha: float, scale: float, rate: float) -> Array:
    """scale x where x > 0, else scale alpha (e^(rate x) - 1)."""
    return kernels.elu(x, alpha, scale, rate)


@operator("functional", in_place="functional")
def elu(input: Array, alpha: float = 1.0, inplace: bool = False) -> Array:
    """x where x > 0, else alpha (e^x - 1).

    Source: Clevert et al., Fast and accurate deep network learning by exponential linear units, 2016.
    """
    out = _elu(input, alpha=alpha, scale=1.0, rate=1.0)
    return replace(input, out, "elu_") if inplace else out


@operator("torch functional", in_place="torch functional")
def celu(input: Array, alpha: float = 1.0, inplace: bool = False) -> Array:
    """x where x > 0, else alpha (e^(x/alpha) - 1), whose derivative is continuous for every alpha.

    Raises:
        ValueError: alpha is 0.

    Source: Barron, Continuously differentiable exponential linear units, 2017.
    """
    if alpha == 0:
        raise ValueError("celu: alpha divides x and must not be 0")
    out = _elu(input, alpha=alpha, scale=1.0, rate=1 / alpha)
    return replace(input, out, "celu_") if inplace else out


SELU_ALPHA = 1.6732632423543772
SELU_SCALE = 1.0507009873554805


@operator("torch functional", in_place="torch functional")
def selu(input: Array, inplace: bool = False) -> Array:
    """1.0507 x where x > 0, else 1.0507 * 1.6733 (e^x - 1): deep layers keep mean 0 and variance 1.

    Source: Klambauer et al., Self-normalizing neural networks, 2017.
    """
    out = _elu(input, alpha=SELU_ALPHA, scale=SELU_SCALE, rate=1.0)
    return replace(input, out, "selu_") if inplace else out


@primitive(
    promote=True,
    x=with_kernel(kernels.leaky_relu_gradient, lambda g, x, slope: where(x > 0, g, g * slope)),
    slope=lambda g, x: masked(g * x, logical_not(x > 0)),
)
def _leaky_relu(x: Array, slope: Array) -> Array:
    """x where x > 0, else slope x."""
    return unboxed(kernels.leaky_relu(x, slope))


@operator("functional", in_place="functional")
def leaky_relu(input: Array, negative_slope: float = 0.01, inplace: bool = False) -> Array:
    """x where x > 0, else negative_slope x.

    Source: Maas et al., Rectifier nonlinearities improve neural network acoustic models, 2013.
    """
    out = _leaky_relu(input, negative_slope)
    return replace(input, out, "leaky_relu_") if inplace else out


@operator("torch Tensor functional")
def prelu(input: Array, weight: Array) -> Array:
    """x where x > 0, else weight x, with a weight that is learned.

    Shapes: input (N, C, ...); weight one number, or (C,), one for each channel.

    Raises:
        ValueError: `weight` holds neither one number nor one for each channel.

    Source: He et al., Delving deep into rectifiers, 2015.
    """
    count, shape = math.prod(weight.shape), tuple(input.shape)
    if count != 1:
        channels = shape[1] if len(shape) > 1 else 1
        if tuple(weight.shape) != (channels,):
            raise ValueError(
                f"prelu: weight of shape {tuple(weight.shape)} for an input of shape {shape}; expected one "
                f"number, or ({channels},) for its channels"
            )
        weight = reshape(weight, (channels,) + (1,) * (len(shape) - 2))
    elif len(weight.shape) > len(shape):
        weight = reshape(weight, ())
    return _leaky_relu(input, weight)


@operator("torch functional", in_place="torch functional")
def rrelu(
    input: Array,
    lower: float = 1 / 8,
    upper: float = 1 / 3,
    training: bool = False,
    inplace: bool = False,
    *,
    generator: Generator | None = None,
) -> Array:
    """x where x > 0, else a x: in training, a is drawn from [lower, upper) for each element; else it is their mean.

    Raises:
        ValueError: lower exceeds upper.

    Source: Xu et al., Empirical evaluation of rectified activations in convolutional network, 2015.
    """
    if lower > upper:
        raise ValueError(f"rrelu: lower {lower} exceeds upper {upper}")
    slope: Any = (lower + upper) / 2
    if training:
        like = raw(input)
        slope = resolve(generator, kind_of(like)).uniform(lower, upper, tuple(input.shape))
        slope = unboxed(kind_of(like).asarray(slope, input.dtype))
    out = _leaky_relu(input, slope)
    return replace(input, out, "rrelu_") if inplace else out


@operator("torch functional", in_place="torch functional")
def threshold(input: Array, threshold: float, value: float, inplace: bool = False) -> Array:
    """x where it exceeds `threshold`, else `value`; both are cast to the dtype of x."""
    at, below = (unboxed(np.asarray(n, input.dtype)) for n in (threshold, value))
    out = where(input <= at, below, input)
    return replace(input, out, "threshold_") if inplace else out


# --------------------------------------------------------------------------- bounded, piecewise linear


def _hardtanh_rule(g: Array, x: Array, min_val: float, max_val: float) -> Array:
    return masked(g, logical_not((x <= min_val) | (x >= max_val)))


@primitive(x=with_kernel(kernels.hardtanh_gradient, _hardtanh_rule))
def _hardtanh(x: Array, *, min_val: float, max_val: float) -> Array:
    """x limited to [min_val, max_val], with derivative 0 at the bounds."""
    return kernels.hardtanh(x, min_val, max_val)


@operator("functional", in_place="functional")
def hardtanh(input: Array, min_val: float = -1.0, max_val: float = 1.0, inplace: bool = False) -> Array:
    """x limited to [min_val, max_val], both cast to its dtype; unlike that of `clamp`, the derivative at the bounds
    is 0.

    Raises:
        ValueError: min_val exceeds max_val.
    """
    if min_val > max_val:
        raise ValueError(f"hardtanh: min_val {min_val} exceeds max_val {max_val}")
    low, high = (unboxed(np.asarray(n, input.dtype)) for n in (min_val, max_val))
    out = _hardtanh(input, min_val=low, max_val=high)
    return replace(input, out, "hardtanh_") if inplace else out


@operator("functional")
def relu6(input: Array, inplace: bool = False) -> Array:
    """x limited to [0, 6]; derivative 0 at the bounds."""
    out = _hardtanh(input, min_val=0, max_val=6)
    return replace(input, out, "relu6_") if inplace else out


@primitive(floating=True, x=with_kernel(kernels.hardsigmoid_gradient, lambda g, x: _hardtanh_rule(g, x, -3, 3) / 6))
def _hardsigmoid(x: Array) -> Array:
    """x / 6 + 1/2, limited to [0, 1], with derivative 0 at the bounds."""
    return kernels.hardsigmoid(x)


@operator("functional")
def hardsigmoid(input: Array, inplace: bool = False) -> Array:
    """x / 6 + 1/2, limited to [0, 1]: a sigmoid of straight lines."""
    out = _hardsigmoid(input)
    return replace(input, out, "hardsigmoid_") if inplace else out


def _hardswish_rule(g: Array, x: Array) -> Array:
    return g * _hardsigmoid(x) + _hardtanh_rule(g * x, x, -3, 3) / 6


@primitive(floating=True, x=with_kernel(kernels.hardswish_gradient, _hardswish_rule))
def _hardswish(x: Array) -> Array:
    """x hardsigmoid(x)"""
    return kernels.hardswish(x)


@operator("functional")
def hardswish(input: Array, inplace: bool = False) -> Array:
    """x hardsigmoid(x).

    Source: Howard et al., Searching for MobileNetV3, 2019.
    """
    out = _hardswish(input)
    return replace(input, out, "hardswish_") if inplace else out


@operator("torch Tensor functional")
def hardshrink(input: Array, lambd: float = 0.5) -> Array:
    """x, but 0 where |x| <= lambd."""
    return masked(input, logical_not((input >= -lambd) & (input <= lambd)))


@operator("functional")
def softshrink(input: Array, lambd: float = 0.5) -> Array:
    """x moved toward 0 by lambd, 0 where |x| <= lambd.

    Raises:
        ValueError: lambd is negative.
    """
    if lambd < 0:
        raise ValueError(f"softshrink: lambd must not be negative, got {lambd}")
    return sub(input, clamp(input, -lambd, lambd))


# --------------------------------------------------------------------------------------------- smooth


@operator("functional")
def tanhshrink(input: Array) -> Array:
    """x - tanh(x)"""
    return sub(input, tanh(input))


@operator("functional")
def softsign(input: Array) -> Array:
    """x / (1 + |x|)"""
    return div(input, 1 + abs(input))


def _softplus_rule(g: Array, x: Array, beta: float, threshold: float) -> Array:
    scaled = x * beta
    return g * where(scaled > threshold, 1, sigmoid(scaled))


@primitive(floating=True, x=with_kernel(kernels.softplus_gradient, _softplus_rule))
def _softplus(x: Array, *, beta: float, threshold: float) -> Array:
    """log(1 + e^(beta x)) / beta, which does not overflow."""
    return unboxed(kernels.softplus(x, beta, threshold))


@operator("torch functional")
def softplus(input: Array, beta: float = 1.0, threshold: float = 20.0) -> Array:
    """log(1 + e^(beta x)) / beta, a smooth relu; x itself where beta x exceeds `threshold`."""
    return _softplus(input, beta=beta, threshold=threshold)


@operator("functional")
@primitive(floating=True, input=with_kernel(kernels.logsigmoid_gradient, lambda g, input: g * sigmoid(-input)))
def logsigmoid(input: Array) -> Array:
    """log(sigmoid(x)) = -log(1 + e^-x)"""
    return kernels.logsigmoid(input)


def _silu_rule(g: Array, x: Array) -> Array:
    s = sigmoid(x)
    return g * (s + x * s * (1 - s))


@primitive(floating=True, x=with_kernel(kernels.silu_gradient, _silu_rule))
def _silu(x: Array) -> Array:
    """x sigmoid(x)"""
    return kernels.silu(x)


@operator("torch functional")
def silu(input: Array, inplace: bool = False) -> Array:
    """x sigmoid(x), also called swish.

    Source: Elfwing et al., Sigmoid-weighted linear units for neural network function approximation, 2018.
    """
    out = _silu(input)
    return replace(input, out, "silu_") if inplace else out


def _mish_rule(g: Array, x: Array) -> Array:
    t = tanh(softplus(x))
    return g * (t + x * (1 - t * t) * sigmoid(x))


@primitive(floating=True, x=with_kernel(kernels.mish_gradient, _mish_rule))
def _mish(x: Array) -> Array:
    """x tanh(log(1 + e^x))"""
    return kernels.mish(x)


@operator("functional")
def mish(input: Array, inplace: bool = False) -> Array:
    """x tanh(softplus(x)).

    Source: Misra, Mish: a self regularized non-monotonic activation function, 2020.
    """
    out = _mish(input)
    return replace(input, out, "mish_") if inplace else out


def _gelu_rule(g: Array, x: Array) -> Array:
    return g * (ndtr(x) + x * exp(x * x * -0.5) / math.sqrt(2 * math.pi))


@primitive(floating=True, x=with_kernel(kernels.gelu_gradient, _gelu_rule))
def _gelu(x: Array) -> Array:
    """x P(Z < x)"""
    return kernels.gelu(x)


def _gelu_tanh_rule(g: Array, x: Array) -> Array:
    slope, square = 2 * math.sqrt(2 / math.pi), x * x
    s = sigmoid(slope * x * (1 + 0.044715 * square))
    return g * (s + x * s * (1 - s) * (slope * (1 + 3 * 0.044715 * square)))


@primitive(floating=True, x=with_kernel(kernels.gelu_tanh_gradient, _gelu_tanh_rule))
def _gelu_tanh(x: Array) -> Array:
    """x sigmoid(2 sqrt(2/pi) (x + 0.044715 x^3))"""
    return kernels.gelu_tanh(x)


@operator("functional")
def gelu(input: Array, approximate: str = "none") -> Array:
    """x P(Z < x) for a standard normal Z.

    Args:
        input: real numbers.
        approximate: "tanh" for x (1 + tanh(sqrt(2/pi) (x + 0.044715 x^3))) / 2 instead, which is
            x sigmoid(2 sqrt(2/pi) (x + 0.044715 x^3)).

    Raises:
        ValueError: `approximate` is neither "none" nor "tanh".

    Source: Hendrycks and Gimpel, Gaussian error linear units, 2016.
    """
    if approximate == "none":
        return _gelu(input)
    if approximate == "tanh":
        return _gelu_tanh(input)
    raise ValueError(f"gelu: approximate must be 'none' or 'tanh', not {approximate!r}")
