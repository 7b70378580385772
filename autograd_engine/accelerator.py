"""accelerator: the GPU of whatever kind, for programs that ask whether there is one. Here it is CUDA's."""

from __future__ import annotations

from .backend.device import device
from .cuda import current_device as current_device_index
from .cuda import device_count, empty_cache, is_available, synchronize

__all__ = [
    "current_accelerator",
    "current_device_index",
    "device_count",
    "empty_cache",
    "is_available",
    "synchronize",
]


def current_accelerator(check_available: bool = False) -> device | None:
    """The accelerator of this machine: the kind of the GPU, or None where there is none.

    Example:
        >>> found = ag.accelerator.current_accelerator()
        >>> where = ag.device("cpu" if found is None else found)
    """
    return device("cuda") if is_available() else None
