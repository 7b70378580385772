"""Kernels of CUDA's source: which there are, and how they are called with arrays of a device and compared."""

from __future__ import annotations

import importlib
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from autograd_engine.backend.kernels import choice
from tests.backend.kernel_calls import CALLS

from .array import StandIn

__all__ = ["KERNELS", "PRECISION", "is_of_cuda", "outcome", "sent"]


def is_of_cuda(name: str) -> bool:
    """Whether a kernel of CUDA's stands in for the kernel of this name."""
    file, _, function = name.partition(".")
    try:
        module = importlib.import_module(f"autograd_engine.backend.cuda.{file}")
    except ModuleNotFoundError:
        return False
    return hasattr(module, function)


KERNELS = sorted(name for name in choice.KERNELS if name in CALLS and is_of_cuda(name))
"""The kernels of CUDA's that have calls."""

PRECISION = {np.float32: 4e-6, np.float64: 1e-12}
"""How far a number may lie from NumPy's, as a part of it or, where sums cancel, of the largest."""


def sent(value: Any, form: Callable[[Any], Any] = StandIn) -> Any:
    """The same on the device: copies of arrays, also in tuples and lists, and of NumPy's scalars."""
    if type(value) in (tuple, list):
        return type(value)(sent(item, form) for item in value)
    return form(np.array(value, order="K")) if isinstance(value, (np.ndarray, np.generic)) else value


def _read(value: Any) -> Any:
    """The inverse of `sent`."""
    if isinstance(value, (tuple, list)):
        return [_read(item) for item in value]
    return value.get() if hasattr(value, "get") else value


def outcome(function: Callable[..., Any], arguments: Sequence[Any]) -> list[Any]:
    """The result, and the arguments, which may be what is written."""
    with np.errstate(all="ignore"):
        return list(_read([function(*arguments), *arguments]))
