"""utils: the place where programs written for PyTorch look for `data`, `checkpoint` and `tensorboard`."""

from importlib import import_module as _import_module
from typing import Any as _Any

from ..backend.absent import missing as _missing
from . import checkpoint, data

__all__ = ["checkpoint", "data", "tensorboard"]


def __getattr__(name: str) -> _Any:
    """The writer for TensorBoard is loaded on first use: it needs another package."""
    if name == "tensorboard":
        return _import_module(f"{__name__}.tensorboard")
    raise _missing(__name__, name)
