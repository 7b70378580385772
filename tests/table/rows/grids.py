"""Every element with every other."""

from __future__ import annotations

from autograd_engine.ops import grids

from ..operators import (
    call,
    op,
    ours,
    real,
)

__all__ = ["ROWS"]


ROWS = (
    op(
        grids.kron,
        call(real(2, 3), real(3, 2)),
        call(real(2), real(3)),
        call(real(2, 2), real(3)),
        call(real(), real(2, 2)),
        call(real(), real()),
        call(real(0, 2), real(2, 2)),
    ),
    op(
        grids.meshgrid,
        call(real(2), real(3), indexing="ij"),
        call(real(2), real(3), real(2), indexing="xy"),
        call([real(2), real()], indexing="ij"),
        call(real(0), real(2), indexing="xy"),
        call(real(2), indexing="xy"),
        ours(real(2), real(3)),
    ),
    op(
        grids.cartesian_prod,
        call(real(2), real(3)),
        call(real(2), real(1), real(2)),
        call(real(3)),
        call(real(0)),
    ),
    op(
        grids.combinations,
        call(real(4)),
        call(real(3), 2, True),
        call(real(4), r=3),
        call(real(2), 3),
        ours(real(3), 0),  # PyTorch drops the graph here
        call(real(0), with_replacement=True),
    ),
)
