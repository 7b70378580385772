"""Random numbers on GPUs: the stream of the default generator that draws there.

`manual_seed` of the package seeds it too, with that of the host; here it alone is seeded, told and continued. Where
it is lies on the GPU, so captured graphs draw other numbers at each replay.
"""

from __future__ import annotations

import os
from collections.abc import Iterable
from typing import Any

import numpy as np

from ..backend import gpu
from ..backend.random import default_generator
from ..engine.results import make_tensor
from ..tensor import Tensor
from .chosen import index_of

__all__ = [
    "get_rng_state",
    "get_rng_state_all",
    "initial_seed",
    "manual_seed",
    "manual_seed_all",
    "seed",
    "seed_all",
    "set_rng_state",
    "set_rng_state_all",
]


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


def get_rng_state(device: Any = "cuda") -> Tensor:
    """Where the stream of random numbers of a GPU is, as a tensor of bytes on the CPU; for this it waits.

    Raises:
        ValueError: there is no such GPU.
    """
    with gpu.on(index_of(device)):
        return make_tensor(default_generator.get_stream_state(gpu.kind()), None)


def set_rng_state(new_state: Tensor, device: Any = "cuda") -> None:
    """Continue the stream of random numbers of a GPU from a state that `get_rng_state` gave.

    Raises:
        ValueError: there is no such GPU, or the state comes from another kind of GPU.
    """
    with gpu.on(index_of(device)):
        default_generator.set_stream_state(gpu.kind(), np.asarray(new_state.cpu().array, np.uint8))


def get_rng_state_all() -> list[Tensor]:
    """`get_rng_state` of each GPU."""
    return [get_rng_state(index) for index in range(gpu.count())]


def set_rng_state_all(new_states: Iterable[Tensor]) -> None:
    """`set_rng_state` of each GPU, in their order.

    Raises:
        ValueError: a state comes from another kind of GPU.
    """
    for index, state in enumerate(new_states):
        set_rng_state(state, index)


def initial_seed() -> int:
    """The seed of the default generator, from which its streams on GPUs start unless seeded by itself."""
    return default_generator.initial_seed()
