"""accelerator: the GPU of whatever kind, for programs that ask whether there is one. There is none."""

from __future__ import annotations

from .backend.device import device
from .cuda import device_count, empty_cache, is_available, synchronize

__all__ = [
    "current_accelerator",
    "device_count",
    "empty_cache",
    "is_available",
    "synchronize",
]


def current_accelerator(check_available: bool = False) -> device | None:
    """The accelerator of this machine: None.

    Example:
        >>> found = ag.accelerator.current_accelerator()
        >>> ag.device("cpu" if found is None else found)
        device(type='cpu')
    """
    return None
