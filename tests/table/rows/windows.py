"""Sliding windows."""

from __future__ import annotations

from autograd_engine.ops import windows

from ..operators import (
    call,
    op,
    real,
)

__all__ = ["ROWS"]


ROWS = (
    op(
        windows.unfold,
        call(real(5), 0, 2, 1),
        call(real(2, 7), 1, 3, 2),
        call(real(5, 2), -2, 2, 3),
        call(real(3), 0, 3, 1),
        call(real(2, 0), 0, 1, 1),
        call(real(), 0, 1, 1),
        torch="Tensor.unfold",
    ),
    op(
        windows.as_strided,
        call(real(6), (2, 3), (3, 1)),
        call(real(2, 3), (3, 2), (1, 1)),
        call(real(2, 3), (2, 2), (0, 2), 1),
        call(real(4), (), (), 3),
        call(real(4), (0, 2), (1, 1)),
        contiguous=True,
    ),
)
