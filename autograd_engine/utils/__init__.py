"""utils: the place where programs written for PyTorch look for `data`."""

from . import data

__all__ = ["data"]
