"""The user's object: what a tensor is, its methods, and how it is made, changed, converted and printed."""

from .tensor import Handle, Tensor

__all__ = ["Handle", "Tensor"]
