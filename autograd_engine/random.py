"""random: the stream of random numbers that all functions draw from by default, as in `torch.random`."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from .backend.random import (
    default_generator,
    get_rng_state,
    gpu_states,
    initial_seed,
    manual_seed,
    seed,
    set_gpu_states,
    set_rng_state,
)

__all__ = [
    "default_generator",
    "fork_rng",
    "get_rng_state",
    "initial_seed",
    "manual_seed",
    "seed",
    "set_rng_state",
]


@contextmanager
def fork_rng(devices: Any = None, enabled: bool = True, **settings: Any) -> Iterator[None]:
    """A block after which the stream goes on as if nothing had been drawn in it; those of GPUs that were drawn on
    before do so too.

    Args:
        devices, settings: which GPUs; all go on so, whatever is asked for.
        enabled: if False, the block does nothing.

    Example:
        >>> with ag.random.fork_rng():
        ...     inside = ag.rand(2)
        >>> (ag.rand(2) == inside).all()
        tensor(True)
    """
    state, there = get_rng_state(), gpu_states(default_generator) if enabled else []
    try:
        yield
    finally:
        if enabled:
            set_rng_state(state)
            set_gpu_states(default_generator, there)
