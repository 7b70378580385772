"""PyTorch's names for GPUs, for programs that ask whether there is one. This version never uses a GPU.

Questions have the answer of a machine without one; what asks something of a GPU itself is an error that says so.
"""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module as _import_module
from typing import Any, NoReturn

from ..backend.absent import missing as _missing
from ..backend.device import check_device as _check_device
from ..backend.device import device as _device

__all__ = [
    "amp",
    "current_device",
    "device_count",
    "empty_cache",
    "get_device_capability",
    "get_device_name",
    "get_device_properties",
    "is_available",
    "is_bf16_supported",
    "is_initialized",
    "manual_seed",
    "manual_seed_all",
    "max_memory_allocated",
    "max_memory_reserved",
    "memory_allocated",
    "memory_reserved",
    "reset_peak_memory_stats",
    "set_device",
    "synchronize",
]


def is_available() -> bool:
    """Whether there is a GPU to compute on: False.

    Example:
        >>> device("cuda" if cuda.is_available() else "cpu")
        device(type='cpu')
    """
    return False


def device_count() -> int:
    """How many GPUs there are to compute on: 0."""
    return 0


def manual_seed(seed: int) -> None:
    """Seed the current GPU. Without one, this does nothing."""


def manual_seed_all(seed: int) -> None:
    """Seed every GPU. Without one, this does nothing."""


def empty_cache() -> None:
    """Give unused GPU memory back to the system. Without a GPU, this does nothing."""


def synchronize(device: object = None) -> None:
    """Wait until the GPU has finished its work. Without a GPU, this does nothing."""


def is_initialized() -> bool:
    """Whether a GPU was used: False."""
    return False


def is_bf16_supported(including_emulation: bool = True) -> bool:
    """Whether a GPU computes in bfloat16: False."""
    return False


def reset_peak_memory_stats(device: object = None) -> None:
    """Forget the largest amounts of memory. Without a GPU, this does nothing."""


def _of_memory(name: str, doc: str) -> Callable[..., int]:
    """A function that tells how much of a GPU's memory is taken."""

    def taken(device: object = None) -> int:
        return 0

    taken.__name__, taken.__qualname__, taken.__doc__ = name, name, doc
    return taken


memory_allocated = _of_memory("memory_allocated", "The bytes on a GPU that tensors take: 0.")
memory_reserved = _of_memory("memory_reserved", "The bytes on a GPU that are kept for tensors: 0.")
max_memory_allocated = _of_memory("max_memory_allocated", "The most bytes on a GPU that tensors took: 0.")
max_memory_reserved = _of_memory("max_memory_reserved", "The most bytes on a GPU that were kept for tensors: 0.")


def _of_a_gpu(name: str, doc: str) -> Callable[..., NoReturn]:
    """A function that asks something of a GPU."""

    def refused(device: object = None) -> NoReturn:
        _check_device(_device("cuda" if device is None else device))
        raise AssertionError("there is a GPU")

    refused.__name__, refused.__qualname__ = name, name
    refused.__doc__ = f"{doc}\n\nRaises:\n    ValueError: there is no GPU.\n"
    return refused


current_device = _of_a_gpu("current_device", "The number of the GPU in use.")
set_device = _of_a_gpu("set_device", "Use this GPU from now on.")
get_device_name = _of_a_gpu("get_device_name", "The name of a GPU.")
get_device_capability = _of_a_gpu("get_device_capability", "The version of what a GPU can do.")
get_device_properties = _of_a_gpu("get_device_properties", "What is known of a GPU.")


def __getattr__(name: str) -> Any:
    """What is asked of GPUs only is absent; `amp` is loaded on first use, for it needs the optimizers."""
    if name == "amp":
        return _import_module(f"{__name__}.amp")
    raise _missing(__name__, name)
