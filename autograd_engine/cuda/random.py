"""Random numbers on GPUs: the stream of the default generator that draws there.

`manual_seed` of the package seeds it too, with that of the host; here it alone is seeded. It continues from no
saved state: CuPy's generators tell none.
"""

from __future__ import annotations

import os
from collections.abc import Iterable

from ..backend import gpu
from ..backend.random import default_generator

__all__ = ["initial_seed", "manual_seed", "manual_seed_all", "seed", "seed_all"]


def _seed(indices: Iterable[int], seed: int) -> None:
    for index in indices:
        default_generator.seed_stream(gpu.kind(), index, seed)


def manual_seed(seed: int) -> None:
    """Seed what draws on the current GPU. Without one, this does nothing."""
    if gpu.reason_without() is None:
        _seed([gpu.current()], seed)


def manual_seed_all(seed: int) -> None:
    """Seed what draws on all GPUs. Without one, this does nothing."""
    _seed(range(gpu.count()), seed)


def seed() -> None:
    """Seed what draws on the current GPU from the system's entropy. Without one, this does nothing."""
    manual_seed(_entropy())


def seed_all() -> None:
    """Seed what draws on all GPUs from the system's entropy. Without one, this does nothing."""
    manual_seed_all(_entropy())


def _entropy() -> int:
    return int.from_bytes(os.urandom(8), "little") >> 1


def initial_seed() -> int:
    """The seed of the default generator, from which its streams on GPUs start unless seeded by itself."""
    return default_generator.initial_seed()
