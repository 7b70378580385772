"""Random numbers on GPUs: the stream of the default generator that draws there.

`manual_seed` of the package seeds it too, with that of the host; here it alone is seeded. It continues from no
saved state: CuPy's generators tell none.
"""

from __future__ import annotations

import os

from ..backend import gpu
from ..backend.random import default_generator

__all__ = ["initial_seed", "manual_seed", "manual_seed_all", "seed", "seed_all"]


def manual_seed(seed: int) -> None:
    """Seed what draws on the GPU. Without one, this does nothing."""
    if gpu.reason_without() is None:
        default_generator.seed_stream(gpu.kind(), seed)


def manual_seed_all(seed: int) -> None:
    """Seed what draws on all GPUs, which is one stream. Without one, this does nothing."""
    manual_seed(seed)


def seed() -> None:
    """Seed what draws on the GPU from the system's entropy. Without one, this does nothing."""
    manual_seed(int.from_bytes(os.urandom(8), "little") >> 1)


def seed_all() -> None:
    """Seed what draws on all GPUs from the system's entropy. Without one, this does nothing."""
    seed()


def initial_seed() -> int:
    """The seed of the default generator, from which its stream on the GPU starts unless seeded by itself."""
    return default_generator.initial_seed()
