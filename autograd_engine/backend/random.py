"""Randomness: one seedable generator for everything random on the CPU.

`manual_seed(s)` makes a run repeat itself exactly: initialization, shuffling, dropout and the random
tensors all draw from the same stream.
"""

from __future__ import annotations

import os
from typing import Any

import numpy as np

__all__ = ["Generator", "default_generator", "initial_seed", "manual_seed", "resolve"]


class Generator:
    """A stream of random numbers that can be seeded, and saved and restored (NumPy's PCG64).

    Example:
        >>> g = Generator().manual_seed(7)
        >>> g.initial_seed()
        7
    """

    def __init__(self) -> None:
        self._seed: int | None = None
        self._stream: np.random.Generator | None = None

    @property
    def numpy(self) -> np.random.Generator:
        """NumPy's generator behind the stream; seeded from the system's entropy if nobody seeded it.

        Made on first use, since importing `numpy.random` would slow down importing this package.
        """
        if self._stream is None:
            self.manual_seed(self.initial_seed())
        return self._stream  # type: ignore[return-value]

    def manual_seed(self, seed: int) -> Generator:
        """Start the stream over from `seed`."""
        self._seed = int(seed)
        self._stream = np.random.default_rng(abs(self._seed))
        return self

    def initial_seed(self) -> int:
        """The seed that the stream was last started from."""
        if self._seed is None:
            self._seed = int.from_bytes(os.urandom(8), "little") >> 1
        return self._seed

    def get_state(self) -> Any:
        """The state of the stream, for `set_state`."""
        return self.numpy.bit_generator.state

    def set_state(self, state: Any) -> None:
        """Continue from a state that `get_state` returned."""
        self.numpy.bit_generator.state = state


default_generator = Generator()


def manual_seed(seed: int) -> Generator:
    """Seed the default generator; returns it."""
    return default_generator.manual_seed(seed)


def initial_seed() -> int:
    """The seed that the default generator was last started from."""
    return default_generator.initial_seed()


def resolve(generator: Generator | None) -> np.random.Generator:
    """NumPy's generator behind the given or the default one."""
    return (generator or default_generator).numpy
