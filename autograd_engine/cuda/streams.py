"""Streams and events of a GPU: work that runs in order, side by side with that of other streams; and marks in it.

A program needs none: all its work goes into one stream. Both classes are CuPy's under PyTorch's names.
"""

from __future__ import annotations

from typing import Any

from ..backend import gpu
from ..backend.device import check_device
from ..backend.device import device as DeviceType
from .chosen import index_of, is_absent

__all__ = [
    "Event",
    "Stream",
    "StreamContext",
    "current_stream",
    "default_stream",
    "set_stream",
    "stream",
    "synchronize",
]


class Stream:
    """Work of a GPU that runs in the order in which it was given.

    Args:
        device: the GPU; by default the current one.
        priority: lower numbers run first.
        cupy_stream: a stream of CuPy's to be wrapped, instead of a new one.

    Raises:
        ValueError: there is no such GPU.
    """

    def __init__(self, device: Any = None, priority: int = 0, *, cupy_stream: Any = None) -> None:
        self.device: DeviceType = check_device(f"cuda:{index_of(device)}")
        if cupy_stream is None:
            with gpu.on(index_of(device)):
                cupy_stream = gpu.library().cuda.Stream(non_blocking=True, priority=priority)
        self.cupy_stream = cupy_stream

    @property
    def cuda_stream(self) -> int:
        """CUDA's own handle of the stream."""
        return int(self.cupy_stream.ptr)

    def synchronize(self) -> None:
        """Wait until all work of the stream is done."""
        self.cupy_stream.synchronize()

    def query(self) -> bool:
        """Whether all work of the stream is done."""
        return bool(self.cupy_stream.done)

    def record_event(self, event: Event | None = None) -> Event:
        """Mark where the stream is now, with this event or a new one; returns it."""
        event = event or Event()
        event.record(self)
        return event

    def wait_event(self, event: Event) -> None:
        """Let work that is given from now on wait until the event has come."""
        event.wait(self)

    def wait_stream(self, stream: Stream) -> None:
        """Let work that is given from now on wait until what another stream was given is done."""
        self.wait_event(stream.record_event())

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Stream) and (self.device, self.cuda_stream) == (other.device, other.cuda_stream)

    def __hash__(self) -> int:
        return hash((self.device, self.cuda_stream))

    def __repr__(self) -> str:
        return f"<Stream device={self.device} cuda_stream={self.cuda_stream:#x}>"


class Event:
    """A mark in a stream, to be waited for, or to measure the time from one to another.

    Args:
        enable_timing: whether to note the time.
        blocking: whether a program that waits gives its processor away.
        interprocess: whether other processes may wait for it.

    Raises:
        ValueError: there is no GPU.
    """

    def __init__(self, enable_timing: bool = False, blocking: bool = False, interprocess: bool = False) -> None:
        self.cupy_event = gpu.library().cuda.Event(
            block=blocking, disable_timing=not enable_timing, interprocess=interprocess
        )

    def record(self, stream: Stream | None = None) -> None:
        """Put the mark at the end of what a stream was given, by default the current one."""
        self.cupy_event.record((stream or current_stream()).cupy_stream)

    def wait(self, stream: Stream | None = None) -> None:
        """Let work that a stream is given from now on wait for the mark."""
        (stream or current_stream()).cupy_stream.wait_event(self.cupy_event)

    def query(self) -> bool:
        """Whether the work before the mark is done."""
        return bool(self.cupy_event.done)

    def synchronize(self) -> None:
        """Wait until the work before the mark is done."""
        self.cupy_event.synchronize()

    def elapsed_time(self, end_event: Event) -> float:
        """The milliseconds from this mark to another, both made with `enable_timing`."""
        return float(gpu.library().cuda.get_elapsed_time(self.cupy_event, end_event.cupy_event))


def current_stream(device: Any = None) -> Stream:
    """The stream that operations go into.

    Raises:
        ValueError: there is no such GPU.
    """
    index = index_of(device)
    with gpu.on(index):
        return Stream(index, cupy_stream=gpu.library().cuda.get_current_stream())


def default_stream(device: Any = None) -> Stream:
    """The stream that operations go into unless another is chosen.

    Raises:
        ValueError: there is no such GPU.
    """
    return Stream(index_of(device), cupy_stream=gpu.library().cuda.Stream.null)


def set_stream(stream: Stream | None) -> None:
    """Let operations go into this stream from now on; None changes nothing."""
    if stream is not None:
        stream.cupy_stream.use()


class StreamContext:
    """A `with` block in which operations go into a stream; None changes nothing.

    Args:
        stream: the stream.
    """

    def __init__(self, stream: Stream | None) -> None:
        self.stream = stream

    def __enter__(self) -> None:
        if self.stream is not None:
            self.stream.cupy_stream.__enter__()

    def __exit__(self, *error: object) -> None:
        if self.stream is not None:
            self.stream.cupy_stream.__exit__(*error)


def stream(stream: Stream | None) -> StreamContext:
    """A `with` block in which operations go into a stream; None changes nothing."""
    return StreamContext(stream)


def synchronize(device: Any = None) -> None:
    """Wait until a GPU has done all its work. Without a GPU, this does nothing."""
    if not is_absent(device):
        gpu.library().cuda.Device(index_of(device)).synchronize()
