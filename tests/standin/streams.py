"""Streams of the devices that do not exist: their work is done at once, and while one captures, not at all.

Between `begin_capture` and `end_capture` what an operation would compute is written down, with the memory of its
operands and of its result, and the result stays what memory held. `launch` computes it, in that memory. So who
reads a result too early finds NaN, and who reads memory that was given back since finds it too.
"""

from __future__ import annotations

import itertools
import math
import warnings
from collections.abc import Callable
from contextlib import contextmanager
from typing import Any, ClassVar

import numpy as np

__all__ = ["CudaStream", "Event", "Graph", "changed", "counts", "garbage", "launched", "made", "refuse_capture"]

_clock = itertools.count(1)


class _Counts:
    """How often the host read from the device, sent something to it, waited until it has done its work, and
    launched a graph."""

    def __init__(self) -> None:
        self.clear()

    def clear(self) -> None:
        self.reads = self.uploads = self.waits = self.launches = 0


counts = _Counts()


class Graph:
    """What a stream captured.

    Attributes:
        graphs: how many there were; from the first on, memory that is given back is overwritten.
        lost: that memory, of which a graph may know the address.
    """

    graphs = 0
    lost: ClassVar[list[Any]] = []

    def __init__(self, works: list[Callable[[], Any]]) -> None:
        self._works = works

    def launch(self, stream: CudaStream | None = None) -> None:
        counts.launches += 1
        for work in self._works:
            work()

    def debug_dot_str(self, flags: int = 0) -> str:
        return f"digraph {{ {'; '.join(map(str, range(len(self._works))))} }}"


class CudaStream:
    """A stream, whose work is done at once."""

    null: CudaStream
    current: CudaStream

    def __init__(self, null: bool = False, non_blocking: bool = False, ptds: bool = False, priority: Any = None):
        self.ptr = 0 if null else next(_clock)
        self.done = True
        self.waited: list[Event] = []
        self._works: list[Callable[[], Any]] | None = None
        self._is_broken = False

    def use(self) -> CudaStream:
        CudaStream.current = self
        return self

    def synchronize(self) -> None:
        wait()

    def record(self, event: Event | None = None) -> Event:
        event = event or Event()
        event.record(self)
        return event

    def wait_event(self, event: Event) -> None:
        self.waited.append(event)

    def begin_capture(self, mode: int | None = None) -> None:
        if self.ptr == 0:
            raise RuntimeError("cannot capture on the default (legacy) stream")
        assert self._works is None
        self._works, self._is_broken = [], False
        Graph.graphs += 1

    def end_capture(self) -> Graph:
        works, self._works = self._works, None
        if works is None or self._is_broken:
            raise CUDARuntimeError(
                "cudaErrorStreamCaptureInvalidated: operation failed due to a previous error during capture"
            )
        return Graph(works)

    def is_capturing(self) -> bool:
        return self._works is not None

    def __enter__(self) -> CudaStream:
        self._before = CudaStream.current
        return self.use()

    def __exit__(self, *error: object) -> None:
        self._before.use()


CudaStream.null = CudaStream.current = CudaStream(null=True)


class CUDARuntimeError(RuntimeError):
    """CUDA's own error."""


class Event:
    """A mark in a stream."""

    def __init__(self, block: bool = False, disable_timing: bool = False, interprocess: bool = False) -> None:
        self.is_timed = not disable_timing
        self.done = True

    def record(self, stream: CudaStream | None = None) -> None:
        self.stream, self.time = stream, float(next(_clock))

    def synchronize(self) -> None:
        wait()


def wait() -> None:
    """Wait for the device, which breaks a capture."""
    counts.waits += 1
    if CudaStream.current.is_capturing():
        CudaStream.current._is_broken = True
        raise CUDARuntimeError(
            "cudaErrorStreamCaptureUnsupported: operation not permitted when stream is capturing"
        )


_REFUSED = {
    "read": "the current stream is capturing, so D2H transfers are disallowed",
    "upload": "the current stream is capturing, so H2D transfers are disallowed",
    "cuBLAS": "calling cuBLAS API during stream capture is currently unsupported",
    "cuSOLVER": "calling cuSOLVER API during stream capture is currently unsupported",
}


def refuse_capture(what: str) -> None:
    """Raise what CuPy raises for this while a stream captures."""
    if CudaStream.current.is_capturing():
        raise (NotImplementedError if what.startswith("cu") else RuntimeError)(_REFUSED[what])


def garbage(array: Any) -> None:
    """Fill memory with what nobody wants to find: NaN, the largest integer, or True."""
    kind = array.dtype.kind
    array[...] = math.nan if kind in "fc" else True if kind == "b" else np.iinfo(array.dtype).max


def launched(work: Callable[[], Any]) -> None:
    """Do this work, which returns nothing: a kernel that writes into memory. Or write it down."""
    if CudaStream.current._works is None:
        work()
    else:
        CudaStream.current._works.append(work)


@contextmanager
def _tried():
    """A context in which NumPy computes with garbage, to see what a result looks like."""
    with np.errstate(all="ignore"), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield


def changed(memory: Any, change: Callable[[], Any]) -> None:
    """Change memory in place; or see whether it could be, and write it down."""
    if CudaStream.current._works is None:
        change()
        return
    before = memory.copy()
    with _tried():
        change()
    memory[...] = before
    CudaStream.current._works.append(change)


def made(compute: Callable[[], Any], source: Any = None) -> Any:
    """What `compute` gives, arrays of NumPy's; or memory for them. Views of `source` are what they are."""
    works = CudaStream.current._works
    if works is None:
        return compute()
    with _tried():
        found = compute()
    places: list[Any] = []

    def place(leaf: Any) -> Any:
        leaf = np.asarray(leaf)
        if source is not None and (leaf is source or np.may_share_memory(leaf, source)):
            places.append(None)
            return leaf
        memory = np.empty_like(leaf, subok=False)
        garbage(memory)
        places.append(memory)
        return memory

    result = mapped(place, found)

    def work() -> None:
        rest = iter(places)

        def write(leaf: Any) -> None:
            memory = next(rest)
            if memory is not None:
                np.copyto(memory, leaf)

        mapped(write, compute())

    if any(memory is not None for memory in places):
        works.append(work)
    return result


def mapped(function: Callable[[Any], Any], found: Any) -> Any:
    """A function of each array in nested lists and tuples; named tuples become tuples."""
    if isinstance(found, (list, tuple)):
        return (list if isinstance(found, list) else tuple)(mapped(function, item) for item in found)
    return function(found)
