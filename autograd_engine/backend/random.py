"""Random numbers: one generator, which can be seeded, for everything that is random.

After `manual_seed(s)` a program repeats itself exactly, for initialization, shuffling, dropout and random tensors
all draw from this generator. `drawing_from` gives a block of code a generator of its own instead, in its thread
only. A data loader does so for each batch, so that batches are the same however many workers fetch them.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

import numpy as np

from . import gpu
from .captures import current
from .device import check_device
from .device import device as device_type
from .kinds import Kind, numpy_kind

__all__ = [
    "Generator",
    "default_generator",
    "drawing_from",
    "drawn_seed",
    "get_rng_state",
    "gpu_states",
    "initial_seed",
    "manual_seed",
    "resolve",
    "seed",
    "set_gpu_states",
    "set_rng_state",
    "uniform",
]


class Generator:
    """A generator of random numbers, which can be seeded, saved and restored (NumPy's PCG64).

    Args:
        device: where the numbers are drawn.

    Raises:
        ValueError: there is no such device.

    Example:
        >>> g = Generator().manual_seed(7)
        >>> g.initial_seed()
        7
    """

    def __init__(self, device: Any = "cpu") -> None:
        self.device: device_type = check_device(device)
        self._seed: int | None = None
        self._rng: np.random.Generator | None = None
        self._streams: dict[tuple[Kind, int], Any] = {}
        self._seeds: dict[tuple[Kind, int], int] = {}

    @property
    def numpy(self) -> np.random.Generator:
        """NumPy's generator, which draws the numbers; seeded from the system's entropy if nobody seeded it.

        Made on first use, since importing `numpy.random` would slow down importing this package.
        """
        if self._rng is None:
            self._rng = np.random.default_rng(abs(self.initial_seed()))
        return self._rng

    def stream(self, kind: Kind) -> Any:
        """The generator that draws arrays of this kind on the current device, with NumPy's methods, started from
        the same seed. Its state is not part of `get_state()`."""
        if kind is numpy_kind:
            return self.numpy
        place, capture = (kind, kind.here()), current()
        if capture is not None:
            if place not in self._streams or place in self._seeds:
                raise RuntimeError(
                    "a generator would be seeded while a graph is captured, and so at each replay; draw from it on "
                    "the GPU once before the capture"
                )
            capture.draws(self, kind, self.settle)
        elif place not in self._streams:
            self._streams[place] = kind.stream(abs(self._seeds.pop(place, self.initial_seed())))
        else:
            self.settle(kind)
        return self._streams[place]

    def settle(self, kind: Kind) -> None:
        """Start the stream that draws arrays of this kind here again if there is one and it was seeded since. It
        keeps its memory, for captured graphs draw from that."""
        place = kind, kind.here()
        if place in self._seeds and place in self._streams:
            kind.restart(self._streams[place], abs(self._seeds.pop(place)))

    def __getstate__(self) -> dict[str, Any]:
        """A copy makes its own streams on devices: what a library's generator is made of need not copy."""
        return {**vars(self), "_streams": {}, "_seeds": {}}

    def manual_seed(self, seed: int) -> Generator:
        """Start again from `seed`; returns the generator itself."""
        self._seed = int(seed)
        self._rng = None
        self._seeds = dict.fromkeys(self._streams, self._seed)
        return self

    def places(self) -> list[tuple[Kind, int]]:
        """The kinds of arrays, and the numbers of the devices, that have been drawn on."""
        return list(self._streams)

    def get_stream_state(self, kind: Kind) -> np.ndarray[Any, Any]:
        """Where the stream is that draws arrays of a kind on the current device: bytes."""
        return np.asarray(kind.stream_state(self.stream(kind)))

    def set_stream_state(self, kind: Kind, state: Any) -> None:
        """Continue the stream that draws arrays of a kind on the current device.

        Raises:
            ValueError: the state is that of another kind of device.
        """
        kind.set_stream_state(self.stream(kind), state)

    def seed_stream(self, kind: Kind, index: int, seed: int) -> None:
        """Start the stream that draws arrays of a kind on one device again from `seed`, and leave the others."""
        self._seeds[kind, index] = int(seed)

    def seed(self) -> int:
        """Start again from a seed of the system's entropy; returns the seed."""
        self._seed = None
        return self.manual_seed(self.initial_seed()).initial_seed()

    def initial_seed(self) -> int:
        """The seed that it was last started from."""
        if self._seed is None:
            self._seed = int.from_bytes(os.urandom(8), "little") >> 1
        return self._seed

    def get_state(self) -> Mapping[str, Any]:
        """The state of the generator, for `set_state`."""
        return self.numpy.bit_generator.state

    def set_state(self, state: Any) -> None:
        """Continue from a state that `get_state` returned."""
        self.numpy.bit_generator.state = state


def gpu_states(generator: Generator) -> list[tuple[int, Any]]:
    """Where a generator is on each GPU that it has drawn on: the number of the GPU, and bytes."""
    found = []
    for kind, index in generator.places():
        if gpu.reason_without() is None and kind is gpu.kind():
            with gpu.on(index):
                found.append((index, generator.get_stream_state(kind)))
    return found


def set_gpu_states(generator: Generator, states: Iterable[tuple[int, Any]]) -> None:
    """Continue a generator on GPUs from what `gpu_states` gave; on those that are not here it is left out.

    Raises:
        ValueError: a state comes from another kind of GPU.
    """
    for index, state in states:
        if index < gpu.count():
            with gpu.on(index):
                generator.set_stream_state(gpu.kind(), state)


default_generator = Generator()
_current: ContextVar[Generator] = ContextVar("generator", default=default_generator)


@contextmanager
def drawing_from(generator: Generator) -> Iterator[None]:
    """A context in which `generator` takes the place of the default one, in this thread only."""
    token = _current.set(generator)
    try:
        yield
    finally:
        _current.reset(token)


def manual_seed(seed: int) -> Generator:
    """Seed the default generator; returns it."""
    return _current.get().manual_seed(seed)


def initial_seed() -> int:
    """The seed that the default generator was last started from."""
    return _current.get().initial_seed()


def seed() -> int:
    """Seed the default generator from the system's entropy; returns the seed."""
    return _current.get().seed()


def get_rng_state() -> Mapping[str, Any]:
    """The state of the default generator, for `set_rng_state`."""
    return _current.get().get_state()


def set_rng_state(state: Any) -> None:
    """Continue the default generator from a state that `get_rng_state` returned."""
    _current.get().set_state(state)


def resolve(generator: Generator | None, kind: Kind = numpy_kind) -> Any:
    """What draws arrays of this kind for `generator`, or for the default one if that is None. It has the methods of
    NumPy's generator, and is that for NumPy's arrays."""
    return (generator or _current.get()).stream(kind)


def drawn_seed(generator: Generator | None) -> int:
    """A seed from `generator`, or the default one, for streams whose numbers are drawn a second time later."""
    return int((generator or _current.get()).numpy.integers(2**62))


def uniform(
    generator: Generator | None, shape: tuple[int, ...], dtype: np.dtype[Any], kind: Kind = numpy_kind
) -> Any:
    """Numbers from the uniform distribution on [0, 1), an array of this shape, floating dtype and kind.

    They are drawn with as many bits as the dtype keeps. Rounding a float64 close to 1 to float16 would give 1
    itself.
    """
    rng, asarray = resolve(generator, kind), kind.asarray
    if dtype.itemsize in (4, 8):
        return asarray(rng.random(shape, dtype))
    bits = np.finfo(dtype).nmant + 1 if dtype.itemsize < 4 else 53
    return asarray(rng.integers(0, 2**bits, shape) / 2**bits).astype(dtype)
