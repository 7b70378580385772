"""Activation functions, each a formula for one element."""

from __future__ import annotations

from typing import Any

from . import arithmetic
from .arithmetic import erf, exp, expm1, log1p
from .elementwise import elementwise


@elementwise
def relu(x: Any) -> Any:
    f = type(x)
    return f(0) if x < f(0) else x


@elementwise
def relu_gradient(g: Any, out: Any) -> Any:
    f = type(g)
    return g if out != f(0) else f(0)


@elementwise
def leaky_relu(x: Any, slope: Any) -> Any:
    f = type(x)
    return x if x > f(0) else x * slope


@elementwise
def leaky_relu_gradient(g: Any, x: Any, slope: Any) -> Any:
    f = type(x)
    return g if x > f(0) else g * slope


@elementwise
def hardtanh(x: Any, low: Any, high: Any) -> Any:
    return low if x < low else (high if x > high else x)


@elementwise
def hardtanh_gradient(g: Any, x: Any, low: Any, high: Any) -> Any:
    f = type(x)
    return f(0) if x <= low or x >= high else g


@elementwise
def hardsigmoid(x: Any) -> Any:
    f = type(x)
    return min(max(x + f(3), f(0)), f(6)) / f(6)


@elementwise
def hardsigmoid_gradient(g: Any, x: Any) -> Any:
    f = type(x)
    return f(0) if x <= f(-3) or x >= f(3) else g / f(6)


@elementwise
def hardswish(x: Any) -> Any:
    f = type(x)
    return x * (min(max(x + f(3), f(0)), f(6)) / f(6))


@elementwise
def hardswish_gradient(g: Any, x: Any) -> Any:
    f = type(x)
    slope = x / f(3) + f(0.5)
    return g * (f(0) if x <= f(-3) else (f(1) if x >= f(3) else slope))


@elementwise
def elu(x: Any, alpha: Any, scale: Any, rate: Any) -> Any:
    f = type(x)
    curve = expm1(min(x, f(0)) * rate) * (alpha * scale)
    return x * scale if x > f(0) else curve


@elementwise
def elu_gradient(g: Any, x: Any, alpha: Any, scale: Any, rate: Any) -> Any:
    f = type(x)
    slope = exp(min(x, f(0)) * rate) * (alpha * scale * rate)
    return g * (scale if x > f(0) else slope)


@elementwise
def sigmoid(x: Any) -> Any:
    return arithmetic.sigmoid(x)


@elementwise
def sigmoid_gradient(g: Any, out: Any) -> Any:
    f = type(g)
    return g * (out * (f(1) - out))


@elementwise
def tanh_gradient(g: Any, out: Any) -> Any:
    f = type(g)
    return g * (f(1) - out * out)


@elementwise
def silu(x: Any) -> Any:
    return x * arithmetic.sigmoid(x)


@elementwise
def silu_gradient(g: Any, x: Any) -> Any:
    f = type(x)
    s = arithmetic.sigmoid(x)
    return g * (s + x * s * (f(1) - s))


@elementwise
def gelu(x: Any) -> Any:
    f = type(x)
    return x * (f(0.5) + f(0.5) * erf(x * f(0.7071067811865476)))


@elementwise
def gelu_gradient(g: Any, x: Any) -> Any:
    f = type(x)
    z = x * f(0.7071067811865476)
    return g * (f(0.5) + f(0.5) * erf(z) + x * exp(-z * z) * f(0.3989422804014327))


@elementwise
def gelu_tanh(x: Any) -> Any:
    f = type(x)
    return x * arithmetic.sigmoid(x * (x * x * f(0.07135481627159) + f(1.5957691216057308)))


@elementwise
def gelu_tanh_gradient(g: Any, x: Any) -> Any:
    f = type(x)
    square = x * x
    s = arithmetic.sigmoid(x * (square * f(0.07135481627159) + f(1.5957691216057308)))
    return g * (s + x * s * (f(1) - s) * (square * f(0.21406444881477) + f(1.5957691216057308)))


@elementwise
def softplus(x: Any, beta: Any, threshold: Any) -> Any:
    f = type(x)
    scaled = x * beta
    soft = (max(scaled, f(0)) + log1p(exp(-abs(scaled)))) / beta
    return x if scaled > threshold else soft


@elementwise
def softplus_gradient(g: Any, x: Any, beta: Any, threshold: Any) -> Any:
    f = type(x)
    scaled = x * beta
    slope = arithmetic.sigmoid(scaled)
    return g * (f(1) if scaled > threshold else slope)


@elementwise
def logsigmoid(x: Any) -> Any:
    f = type(x)
    return min(x, f(0)) - log1p(exp(-abs(x)))


@elementwise
def logsigmoid_gradient(g: Any, x: Any) -> Any:
    return g * arithmetic.sigmoid(-x)


# With e = e^x and n = e (e + 2), tanh(log(1 + e)) is n / (n + 2). From 20 on it is 1.


@elementwise
def mish(x: Any) -> Any:
    f = type(x)
    e = exp(min(x, f(20)))
    n = e * (e + f(2))
    return x * (f(1) if x > f(20) else n / (n + f(2)))


@elementwise
def mish_gradient(g: Any, x: Any) -> Any:
    f = type(x)
    e = exp(min(x, f(20)))
    n = e * (e + f(2))
    d = f(1) / (n + f(2))
    bend = f(4) * e * (e + f(1)) * d * d
    return g * (n * d + x * (f(0) if x > f(20) else bend))
