"""Kernels: array operations for which NumPy's own functions are much slower than they need be, by name.

All other operations call NumPy directly. `choice` says how an implementation is chosen.
"""

from .activations import (
    elu,
    elu_gradient,
    gelu,
    gelu_gradient,
    gelu_tanh,
    gelu_tanh_gradient,
    hardsigmoid,
    hardsigmoid_gradient,
    hardswish,
    hardswish_gradient,
    hardtanh,
    hardtanh_gradient,
    leaky_relu,
    leaky_relu_gradient,
    logsigmoid,
    logsigmoid_gradient,
    mish,
    mish_gradient,
    relu,
    relu_gradient,
    sigmoid,
    sigmoid_gradient,
    silu,
    silu_gradient,
    softplus,
    softplus_gradient,
    tanh,
    tanh_gradient,
)
from .choice import use_kernels
from .elements import choose, kept, masked, repeated
from .order import argsort
from .places import add_rows, flat_places, take
from .products import matmul
from .scans import running_sums
from .special import erf, ndtr

__all__ = [
    "add_rows",
    "argsort",
    "choose",
    "elu",
    "elu_gradient",
    "erf",
    "flat_places",
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
    "kept",
    "leaky_relu",
    "leaky_relu_gradient",
    "logsigmoid",
    "logsigmoid_gradient",
    "masked",
    "matmul",
    "mish",
    "mish_gradient",
    "ndtr",
    "relu",
    "relu_gradient",
    "repeated",
    "running_sums",
    "sigmoid",
    "sigmoid_gradient",
    "silu",
    "silu_gradient",
    "softplus",
    "softplus_gradient",
    "take",
    "tanh",
    "tanh_gradient",
    "use_kernels",
]
