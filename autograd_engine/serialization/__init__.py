"""Tensors in files: of the safetensors format, which are written and read, and of PyTorch's, which are read. And
whole modules."""

from .files import load, save
from .modules import add_safe_globals, clear_safe_globals, get_safe_globals, safe_globals

__all__ = ["add_safe_globals", "clear_safe_globals", "get_safe_globals", "load", "safe_globals", "save"]
