"""Tensors in files: of the safetensors format, which are written and read, and of PyTorch's, which are read."""

from .files import load, save

__all__ = ["load", "save"]
