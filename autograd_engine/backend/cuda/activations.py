"""Activation functions that are several of CuPy's calls, each a formula for one element."""

from __future__ import annotations

import math

from .elementwise import elementwise

_NORMAL = f"((1 + erf(x * real({math.sqrt(0.5)!r}))) * real(0.5))"
_SLOPE, _BEND = 2 * math.sqrt(2 / math.pi), 3 * 0.044715
_INNER = f"(x * (x * x * real({_SLOPE * _BEND / 3!r}) + real({_SLOPE!r})))"

hardsigmoid = elementwise("x", "((x < -3 ? real(-3) : x > 3 ? real(3) : x) + 3) / 6")
hardsigmoid_gradient = elementwise("g x", "x <= -3 || x >= 3 ? real(0) : g / 6")
hardswish = elementwise("x", "x * (((x < -3 ? real(-3) : x > 3 ? real(3) : x) + 3) / 6)")
hardtanh_gradient = elementwise("g x", "x <= low || x >= high ? real(0) : g", "low high")

elu = elementwise("x", "x > 0 ? x * scale : expm1(x * rate) * (alpha * scale)", "alpha scale rate")
elu_gradient = elementwise(
    "g x", "g * (x > 0 ? scale : exp(x * rate) * (alpha * scale * rate))", "alpha scale rate"
)
sigmoid = elementwise("x", "sigmoid_of(x)")
sigmoid_gradient = elementwise("g out_", "g * (out_ * (1 - out_))")
tanh_gradient = elementwise("g out_", "g * (1 - out_ * out_)")
silu = elementwise("x", "x * sigmoid_of(x)")
silu_gradient = elementwise("g x", "g * (sigmoid_of(x) + x * sigmoid_of(x) * (1 - sigmoid_of(x)))")
gelu = elementwise("x", f"x * {_NORMAL}")
gelu_gradient = elementwise(
    "g x", f"g * ({_NORMAL} + x * exp(x * x * real(-0.5)) * real({1 / math.sqrt(2 * math.pi)!r}))"
)
gelu_tanh = elementwise("x", f"x * sigmoid_of({_INNER})")
gelu_tanh_gradient = elementwise(
    "g x",
    f"g * (sigmoid_of({_INNER}) + x * sigmoid_of({_INNER}) * (1 - sigmoid_of({_INNER}))"
    f" * (x * x * real({_SLOPE * _BEND!r}) + real({_SLOPE!r})))",
)
softplus = elementwise("x", "x * beta > threshold ? x : softplus_of(x * beta) / beta", "beta threshold")
softplus_gradient = elementwise(
    "g x", "g * (x * beta > threshold ? real(1) : sigmoid_of(x * beta))", "beta threshold"
)
logsigmoid = elementwise("x", "-softplus_of(-x)")
logsigmoid_gradient = elementwise("g x", "g * sigmoid_of(-x)")
mish = elementwise("x", "x * tanh(softplus_of(x))")
mish_gradient = elementwise(
    "g x",
    "g * (tanh(softplus_of(x)) + x * (1 - tanh(softplus_of(x)) * tanh(softplus_of(x))) * sigmoid_of(x))",
)
