"""utils: the place where programs written for PyTorch look for `data` and for `checkpoint`."""

from . import checkpoint, data

__all__ = ["checkpoint", "data"]
