"""Randomness: one seedable generator for everything random on the CPU.

`manual_seed(s)` makes a run repeat itself exactly: initialization, shuffling, dropout and the random
tensors all draw from the same stream.
"""

from __future__ import annotations

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
        self.manual_seed(int(np.random.SeedSequence().entropy) % 2**63)  # type: ignore[arg-type]

    def manual_seed(self, seed: int) -> Generator:
        """Start the stream over from `seed`."""
        self._seed = int(seed)
        self.numpy = np.random.default_rng(abs(self._seed))
        return self

    def initial_seed(self) -> int:
        """The seed that the stream was last started from."""
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
