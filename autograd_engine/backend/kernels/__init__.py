"""Kernels: array operations for which NumPy's own functions are much slower than they need be, by name.

All other operations call NumPy directly. `choice` says how an implementation is chosen.
"""

from .activations import relu, relu_gradient
from .choice import use_kernels
from .elements import choose, masked, repeated
from .order import argsort
from .products import matmul

__all__ = ["argsort", "choose", "masked", "matmul", "relu", "relu_gradient", "repeated", "use_kernels"]
