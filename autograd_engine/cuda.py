"""PyTorch's names for GPUs, for programs that ask whether there is one. This version never uses a GPU."""

from __future__ import annotations

__all__ = ["device_count", "empty_cache", "is_available", "manual_seed", "manual_seed_all", "synchronize"]


def is_available() -> bool:
    """Whether there is a GPU to compute on: False.

    Example:
        >>> device("cuda" if cuda.is_available() else "cpu")
        device(type='cpu')
    """
    return False


def device_count() -> int:
    """How many GPUs there are to compute on: 0."""
    return 0


def manual_seed(seed: int) -> None:
    """Seed the current GPU. Without one, this does nothing."""


def manual_seed_all(seed: int) -> None:
    """Seed every GPU. Without one, this does nothing."""


def empty_cache() -> None:
    """Give unused GPU memory back to the system. Without a GPU, this does nothing."""


def synchronize(device: object = None) -> None:
    """Wait until the GPU has finished its work. Without a GPU, this does nothing."""
