"""Folding."""

from __future__ import annotations

from autograd_engine.ops.network import folding

from ..operators import call, op, real

__all__ = ["ROWS"]

ROWS = (
    op(
        folding.im2col,
        call(real(2, 3, 4, 3), 2),
        call(real(2, 5, 4), (3, 2), (1, 2), (1, 0), 2),
        torch="nn.functional.unfold",
    ),
    op(
        folding.fold,
        call(real(2, 8, 6), (4, 3), 2),
        call(real(6, 12), (5, 4), (3, 2), (1, 2), (1, 1), (2, 1)),
        torch="nn.functional.fold",
    ),
)
