"""The memory of a GPU: how much of it tensors take, and how much CuPy keeps for new ones.

CuPy keeps freed memory, as PyTorch does, since asking the GPU for some makes everything wait. What tensors took at
most is counted from the first question on; counting makes each allocation some microseconds slower.
"""

from __future__ import annotations

import weakref
from typing import Any

from ..backend import gpu
from .chosen import index_of, is_absent

__all__ = [
    "empty_cache",
    "max_memory_allocated",
    "max_memory_reserved",
    "mem_get_info",
    "memory_allocated",
    "memory_reserved",
    "memory_stats",
    "memory_summary",
    "reset_peak_memory_stats",
    "set_per_process_memory_fraction",
]


class _Peaks:
    """What was taken at most, by the number of the GPU.

    Attributes:
        taken: bytes of tensors now, as far as they were counted.
        most: the largest that `taken` was.
        reserved: the most bytes that were kept.
        is_counting: whether allocations are counted.
    """

    def __init__(self) -> None:
        self.taken: dict[int, int] = {}
        self.most: dict[int, int] = {}
        self.reserved: dict[int, int] = {}
        self.is_counting = False

    def count(self, index: int) -> None:
        """Count allocations from now on."""
        self.taken.setdefault(index, _taken(index))
        self.most.setdefault(index, self.taken[index])
        if self.is_counting:
            return
        self.is_counting = True
        peaks = self

        class Counter(gpu.library().cuda.MemoryHook):  # type: ignore[misc] # a class of CuPy's
            name = __name__

            def malloc_postprocess(self, *, device_id: int, mem_size: int, **other: Any) -> None:
                taken = peaks.taken[device_id] = peaks.taken.get(device_id, 0) + mem_size
                peaks.most[device_id] = max(taken, peaks.most.get(device_id, 0))

            def free_postprocess(self, *, device_id: int, mem_size: int, **other: Any) -> None:
                peaks.taken[device_id] = peaks.taken.get(device_id, 0) - mem_size

        Counter().__enter__()  # for the rest of the program


_peaks = _Peaks()


class GraphPool:
    """Memory of captured graphs, in which nothing else is put.

    Raises:
        ValueError: there is no GPU.
    """

    def __init__(self) -> None:
        self.cupy_pool = gpu.library().cuda.MemoryPool()
        _graph_pools.add(self)


_graph_pools: weakref.WeakSet[GraphPool] = weakref.WeakSet()


def _all_pools() -> list[Any]:
    return [_pool(), *(pool.cupy_pool for pool in _graph_pools)]


def _pool() -> Any:
    return gpu.library().get_default_memory_pool()


def _taken(index: int) -> int:
    with gpu.on(index):
        return sum(int(pool.used_bytes()) for pool in _all_pools())


def memory_allocated(device: Any = None) -> int:
    """The bytes on a GPU that tensors take; 0 without a GPU."""
    return 0 if is_absent(device) else _taken(index_of(device))


def memory_reserved(device: Any = None) -> int:
    """The bytes on a GPU that tensors take or that are kept for new ones; 0 without a GPU."""
    if is_absent(device):
        return 0
    with gpu.on(index_of(device)):
        return sum(int(pool.total_bytes()) for pool in _all_pools())


def max_memory_allocated(device: Any = None) -> int:
    """The most bytes on a GPU that tensors took, since this or `reset_peak_memory_stats` was first called; 0
    without a GPU."""
    if is_absent(device):
        return 0
    index = index_of(device)
    _peaks.count(index)
    return _peaks.most[index]


def max_memory_reserved(device: Any = None) -> int:
    """The most bytes on a GPU that were kept for tensors; 0 without a GPU."""
    return 0 if is_absent(device) else max(memory_reserved(device), _peaks.reserved.get(index_of(device), 0))


def reset_peak_memory_stats(device: Any = None) -> None:
    """Forget the largest amounts of memory, and count from now on. Without a GPU, this does nothing."""
    if not is_absent(device):
        index = index_of(device)
        _peaks.count(index)
        _peaks.taken[index] = _peaks.most[index] = _taken(index)
        _peaks.reserved[index] = 0


def memory_stats(device: Any = None) -> dict[str, int]:
    """How much memory of a GPU is taken, in bytes, under those of PyTorch's names that are known here:
    "allocated_bytes.all.current" and "reserved_bytes.all.current", and their "peak"; empty without a GPU."""
    if is_absent(device):
        return {}
    return {
        "allocated_bytes.all.current": memory_allocated(device),
        "allocated_bytes.all.peak": max_memory_allocated(device),
        "reserved_bytes.all.current": memory_reserved(device),
        "reserved_bytes.all.peak": max_memory_reserved(device),
    }


def memory_summary(device: Any = None, abbreviated: bool = False) -> str:
    """A table of `memory_stats`, to be printed; empty without a GPU."""
    stats = memory_stats(device)
    if not stats:
        return ""
    lines = [f"memory of cuda:{index_of(device)}, in MiB", f"{'':10}{'now':>12}{'at most':>12}"]
    for name in ("allocated", "reserved"):
        numbers = (stats[f"{name}_bytes.all.{when}"] / 2**20 for when in ("current", "peak"))
        lines.append(f"{name:10}" + "".join(f"{number:12.1f}" for number in numbers))
    return "\n".join(lines)


def empty_cache() -> None:
    """Give memory of the current GPU that no tensor takes back to the system, and page-locked memory too. Without a
    GPU, this does nothing."""
    if not is_absent(None):
        _peaks.reserved[gpu.current()] = max_memory_reserved()
        _pool().free_all_blocks()
        gpu.library().get_default_pinned_memory_pool().free_all_blocks()


def mem_get_info(device: Any = None) -> tuple[int, int]:
    """The bytes of a GPU's memory that are free, and all there are.

    Raises:
        ValueError: there is no such GPU.
    """
    with gpu.on(index_of(device)):
        free, total = gpu.library().cuda.runtime.memGetInfo()
        return int(free), int(total)


def set_per_process_memory_fraction(fraction: float, device: Any = None) -> None:
    """Take no more than a share of a GPU's memory; more is an error, as if the memory were at its end.

    Raises:
        ValueError: the share is not between 0 and 1, or there is no such GPU.
    """
    if not 0 <= fraction <= 1:
        raise ValueError(f"set_per_process_memory_fraction: the share must lie in [0, 1], not {fraction}")
    with gpu.on(index_of(device)):
        _pool().set_limit(fraction=fraction)
