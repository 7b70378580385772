"""Questions about GPUs under PyTorch's names, for programs that ask before they choose: this version has none."""

from __future__ import annotations

__all__ = ["device_count", "empty_cache", "is_available", "manual_seed", "manual_seed_all", "synchronize"]


def is_available() -> bool:
    """Whether there is a GPU to compute on.

    Example:
        >>> device("cuda" if cuda.is_available() else "cpu")
        device(type='cpu')
    """
    return False


def device_count() -> int:
    """How many GPUs there are to compute on."""
    return 0


def manual_seed(seed: int) -> None:
    """Seed the current GPU: nothing, where there is none."""


def manual_seed_all(seed: int) -> None:
    """Seed every GPU: nothing, where there is none."""


def empty_cache() -> None:
    """Give back the GPU memory that is not in use: nothing, where there is none."""


def synchronize(device: object = None) -> None:
    """Wait until the GPU is done: nothing, where there is none."""
