"""The substitute for CuPy: a module of that name with arrays of the stand-in, two GPUs, streams, events, memory.

Inside `installed()` the package finds it when it looks for CuPy, and `x.to("cuda")` goes the way that it goes on a
machine with a GPU, up to CuPy's own functions.
"""

from __future__ import annotations

import functools
import importlib
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from types import ModuleType, SimpleNamespace
from typing import Any

from autograd_engine.backend import device
from tests import gpus

from . import nvidia
from .array import Device, Library, OtherDevice, Special, Stream, counts, machine, using_allocator
from .cuda import RawKernel
from .streams import CudaStream, Event, Graph, launched

__all__ = ["installed", "real_cupy"]


def _elapsed(start: Event, end: Event) -> float:
    if not (start.is_timed and end.is_timed):
        raise RuntimeError("cudaErrorInvalidResourceHandle: invalid resource handle")
    return end.time - start.time


class MemoryHook:
    """What is told of memory that is taken and given back."""

    def __enter__(self) -> MemoryHook:
        machine.hooks.append(self)
        return self


class PinnedMemoryPointer(bytearray):
    """Page-locked memory."""


class MemoryPool:
    """The memory that is kept."""

    _limit: Any = None

    def __init__(self, allocator: Any = None) -> None:
        self.account = [0, 0]
        machine.accounts.append(self.account)

    def malloc(self, size: int) -> Any:
        """What `using_allocator` is given."""

    def used_bytes(self) -> int:
        return self.account[machine.current]

    def total_bytes(self) -> int:
        return 2 * self.account[machine.current]

    def free_all_blocks(self) -> None:
        counts.waits += 1

    def set_limit(self, size: Any = None, fraction: Any = None) -> None:
        self._limit = fraction


class _DefaultPool(MemoryPool):
    """That of all arrays but those of graphs."""

    account = property(lambda self: machine.taken, lambda self, account: None)  # type: ignore[assignment]


class _LaunchedKernel(RawKernel):
    """A kernel whose work a capture writes down."""

    def __call__(self, grid: Any, block: Any, arguments: Any) -> None:
        launched(lambda: super(_LaunchedKernel, self).__call__(grid, block, arguments))


class OutOfMemoryError(MemoryError):
    """There is no more memory."""


def _properties(index: int) -> dict[str, Any]:
    return {
        "name": f"Stand-in {index}".encode(),
        "major": 9,
        "minor": 0,
        "totalGlobalMem": 2**30,
        "multiProcessorCount": 1,
    }


def _modules() -> dict[str, Any]:
    cupy, cupyx, scipy, special = map(ModuleType, ("cupy", "cupyx", "cupyx.scipy", "cupyx.scipy.special"))
    for name in [name for name in vars(Library) if not name.startswith("_")]:
        setattr(cupy, name, getattr(Library, name))
    compute_types: dict[Any, int] = {}
    pool = _DefaultPool()
    everything: dict[str, Any] = {
        "random": SimpleNamespace(default_rng=Stream),
        "lib": SimpleNamespace(stride_tricks=SimpleNamespace(as_strided=Library.as_strided)),
        "get_default_memory_pool": lambda: pool,
        "get_default_pinned_memory_pool": MemoryPool,
        "_core": SimpleNamespace(
            _routines_linalg=SimpleNamespace(
                COMPUTE_TYPE_DEFAULT=1,
                COMPUTE_TYPE_TF32=7,
                compute_types=compute_types,
                set_compute_type=compute_types.__setitem__,
            )
        ),
        "cuda": SimpleNamespace(
            Device=Device,
            Event=Event,
            Graph=Graph,
            MemoryHook=MemoryHook,
            MemoryPool=MemoryPool,
            PinnedMemoryPointer=PinnedMemoryPointer,
            Stream=CudaStream,
            alloc_pinned_memory=PinnedMemoryPointer,
            get_current_stream=lambda: CudaStream.current,
            get_elapsed_time=_elapsed,
            memory=SimpleNamespace(OutOfMemoryError=OutOfMemoryError),
            runtime=SimpleNamespace(
                getDevice=lambda: machine.current,
                getDeviceCount=lambda: len(machine.taken),
                getDeviceProperties=_properties,
                memGetInfo=lambda: (2**30 - machine.taken[machine.current], 2**30),
                streamCaptureModeRelaxed=2,
            ),
            using_allocator=using_allocator,
        ),
        "OtherDevice": OtherDevice,
        "RawKernel": _LaunchedKernel,
    }
    vars(cupy).update(everything)
    special.__getattr__ = Special.__getattr__  # type: ignore[method-assign]
    scipy.special, cupyx.scipy = special, scipy  # type: ignore[attr-defined]
    return {"cupy": cupy, "cupyx": cupyx, "cupyx.scipy": scipy, "cupyx.scipy.special": special}


@contextmanager
def installed() -> Iterator[Any]:
    """A context in which the package finds the substitute for CuPy, and two GPUs. Gives the module."""
    machine.clear()
    modules = _modules()
    before = {name: sys.modules.get(name) for name in modules}
    sys.modules.update(modules)
    try:
        with gpus.found(), nvidia.found():
            yield modules["cupy"]
    finally:
        for name, module in before.items():
            if module is None:
                del sys.modules[name]
            else:
                sys.modules[name] = module
        device.set_default_device(None)
        machine.clear()


def _of_cupy() -> dict[str, Any]:
    """The modules of CuPy's names that are imported."""
    return {n: m for n, m in sys.modules.items() if n.partition(".")[0] in ("cupy", "cupyx", "cupy_backends")}


_EARLIER = _of_cupy()
"""Those of CuPy itself, which `tests/gpu` has imported; they cannot be imported twice."""


@functools.cache
def real_cupy() -> Any:
    """CuPy itself, which imports without a GPU, with the functions of `cupyx.scipy.special` as `special`. None if
    it is not installed. No module of it stays among the imported ones, where the substitute takes their names."""
    substitutes = {name: sys.modules.pop(name) for name in _modules() if name in sys.modules}
    sys.modules.update(_EARLIER)
    try:
        cupy = importlib.import_module("cupy")
        cupy.special = importlib.import_module("cupyx.scipy.special")
        assert cupy.random.Generator, "which it imports when it is asked for"
        with suppress(Exception):  # the library of NVRTC is not installed
            cupy.cuda.nvrtc.getVersion()
        return cupy
    except Exception:
        return None
    finally:
        for name in _of_cupy():
            del sys.modules[name]
        sys.modules.update(substitutes)
