"""Questions about GPUs under PyTorch's names, for programs that ask before they choose: this version has none."""

from __future__ import annotations

__all__ = ["device_count", "is_available"]


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
