"""Kernels: array operations for which NumPy's own functions are much slower than they need be, by name.

All other operations call NumPy directly. `choice` says how an implementation is chosen.
"""

from .activations import relu, relu_gradient
from .choice import use_kernels
from .elements import choose, masked, repeated
from .norms import View, affine, affine_gradients, normalize, normalize_gradients
from .order import argsort
from .products import matmul
from .softmaxes import (
    log_softmax,
    log_softmax_gradient,
    soft_nll,
    soft_nll_gradient,
    softmax,
    softmax_gradient,
    softmax_nll,
    softmax_nll_gradient,
)

__all__ = [
    "View",
    "affine",
    "affine_gradients",
    "argsort",
    "choose",
    "log_softmax",
    "log_softmax_gradient",
    "masked",
    "matmul",
    "normalize",
    "normalize_gradients",
    "relu",
    "relu_gradient",
    "repeated",
    "soft_nll",
    "soft_nll_gradient",
    "softmax",
    "softmax_gradient",
    "softmax_nll",
    "softmax_nll_gradient",
    "use_kernels",
]
