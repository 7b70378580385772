"""Which GPU is meant where a program names one, or none."""

from __future__ import annotations

from typing import Any

from ..backend import gpu
from ..backend.device import check_device, device

__all__ = ["index_of"]


def index_of(named: Any) -> int:
    """The number of the GPU that is named, the current one for None.

    Raises:
        ValueError: there is none; or the CPU is named.
    """
    where = check_device(device("cuda") if named is None else named)
    if where.index is None:
        raise ValueError(f"expected a GPU, such as 'cuda:0', not {str(named)!r}")
    return where.index


def is_absent(named: Any) -> bool:
    """Whether there is no GPU at all, so that a question has the answer of a machine without one."""
    return named is None and gpu.reason_without() is not None
