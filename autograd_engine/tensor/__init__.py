"""The user's object: what a tensor is, its operators and methods, how it is made, changed in place and printed."""

from .tensor import Handle, Tensor

__all__ = ["Handle", "Tensor"]
