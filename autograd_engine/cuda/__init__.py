"""GPUs, under PyTorch's names: how many there are, which one is current, its memory, streams, random numbers.

Without a GPU, questions have the answer of a machine that has none, and what asks something of a GPU itself is an
error that says what is missing. Tensors go to a GPU by `x.to("cuda")`; nothing here is needed for that.
"""

from __future__ import annotations

from importlib import import_module as _import_module
from typing import Any, NamedTuple

from ..backend import gpu as _gpu
from ..backend.absent import missing as _missing
from ..backend.device import device_of as _device_of
from .callables import make_graphed_callables
from .chosen import index_of as _index_of
from .graphed import GraphedStep
from .graphs import CUDAGraph, graph, graph_pool_handle, is_current_stream_capturing
from .memory import (
    empty_cache,
    max_memory_allocated,
    max_memory_reserved,
    mem_get_info,
    memory_allocated,
    memory_reserved,
    memory_stats,
    memory_summary,
    reset_peak_memory_stats,
    set_per_process_memory_fraction,
)
from .random import (
    get_rng_state,
    get_rng_state_all,
    initial_seed,
    manual_seed,
    manual_seed_all,
    seed,
    seed_all,
    set_rng_state,
    set_rng_state_all,
)
from .streams import Event, Stream, StreamContext, current_stream, default_stream, set_stream, stream, synchronize

__all__ = [
    "CUDAGraph",
    "Event",
    "GraphedStep",
    "Stream",
    "StreamContext",
    "amp",
    "current_device",
    "current_stream",
    "default_stream",
    "device",
    "device_count",
    "device_of",
    "empty_cache",
    "get_device_capability",
    "get_device_name",
    "get_device_properties",
    "get_rng_state",
    "get_rng_state_all",
    "graph",
    "graph_pool_handle",
    "init",
    "initial_seed",
    "is_available",
    "is_bf16_supported",
    "is_current_stream_capturing",
    "is_initialized",
    "make_graphed_callables",
    "manual_seed",
    "manual_seed_all",
    "max_memory_allocated",
    "max_memory_reserved",
    "mem_get_info",
    "memory_allocated",
    "memory_reserved",
    "memory_stats",
    "memory_summary",
    "reset_peak_memory_stats",
    "seed",
    "seed_all",
    "set_device",
    "set_per_process_memory_fraction",
    "set_rng_state",
    "set_rng_state_all",
    "set_stream",
    "stream",
    "synchronize",
]


def is_available() -> bool:
    """Whether there is a GPU to compute on: CuPy is installed, and finds one.

    Example:
        >>> where = device("cuda" if cuda.is_available() else "cpu")
    """
    return _gpu.reason_without() is None


def device_count() -> int:
    """How many GPUs there are to compute on."""
    return _gpu.count()


def is_initialized() -> bool:
    """Whether there is a GPU, and it can be used: as `is_available`, for asking prepares it."""
    return is_available()


def init() -> None:
    """Prepare the GPU, which else happens at its first use.

    Raises:
        ValueError: there is none; the error says what is missing.
    """
    _gpu.library()


def current_device() -> int:
    """The number of the GPU on which this thread computes.

    Raises:
        ValueError: there is no GPU; the error says what is missing.
    """
    return _index_of(None)


def set_device(device: Any) -> None:
    """Compute on this GPU from now on, in this thread: "cuda" means it, and operations run there.

    Raises:
        ValueError: there is no such GPU.
    """
    _gpu.use(_index_of(device))


class device:
    """A `with` block in which another GPU is current; new tensors go where they went before.

    Args:
        device: the GPU, or its number.

    Raises:
        ValueError: on entering, there is no such GPU.
    """

    def __init__(self, device: Any) -> None:
        self._named = device

    def __enter__(self) -> None:
        self._inside = _gpu.on(_index_of(self._named))
        self._inside.__enter__()

    def __exit__(self, *error: object) -> None:
        self._inside.__exit__(*error)


class device_of(device):
    """A `with` block in which the GPU of a tensor is current; for one on the CPU it changes nothing.

    Args:
        obj: the tensor.
    """

    def __init__(self, obj: Any) -> None:
        super().__init__(_device_of(obj.array))

    def __enter__(self) -> None:
        if self._named.index is not None:
            super().__enter__()

    def __exit__(self, *error: object) -> None:
        if self._named.index is not None:
            super().__exit__(*error)


class _Properties(NamedTuple):
    """What is known of a GPU."""

    name: str
    major: int
    minor: int
    total_memory: int
    multi_processor_count: int


def get_device_properties(device: Any = None) -> _Properties:
    """What is known of a GPU: `name`, the version of what it can do as `major` and `minor`, `total_memory` in
    bytes, and `multi_processor_count`.

    Raises:
        ValueError: there is no such GPU.
    """
    index = _index_of(device)
    found = _gpu.library().cuda.runtime.getDeviceProperties(index)
    return _Properties(
        found["name"].decode(),
        found["major"],
        found["minor"],
        found["totalGlobalMem"],
        found["multiProcessorCount"],
    )


def get_device_name(device: Any = None) -> str:
    """The name of a GPU.

    Raises:
        ValueError: there is no such GPU.
    """
    return get_device_properties(device).name


def get_device_capability(device: Any = None) -> tuple[int, int]:
    """The version of what a GPU can do, such as (9, 0).

    Raises:
        ValueError: there is no such GPU.
    """
    return get_device_properties(device)[1:3]


def is_bf16_supported(including_emulation: bool = True) -> bool:
    """Whether tensors can be bfloat16: no, for neither NumPy nor CuPy has this dtype."""
    return False


def __getattr__(name: str) -> Any:
    """`amp` is loaded on first use, for it needs the optimizers; the error of memory is CuPy's, or Python's."""
    if name == "amp":
        return _import_module(f"{__name__}.amp")
    if name == "OutOfMemoryError":
        return _gpu.library().cuda.memory.OutOfMemoryError if is_available() else MemoryError
    raise _missing(__name__, name)
