"""Joining and splitting along a fixed dimension."""

from __future__ import annotations

from autograd_engine.ops import stacks

from ..operators import (
    call,
    op,
    real,
)

__all__ = ["ROWS"]


ROWS = (
    *(
        op(at_least, call(real()), call(real(2)), call(real(2, 3)), call(real(2, 0, 2)), call(real(), real(2)))
        for at_least in (stacks.atleast_1d, stacks.atleast_2d, stacks.atleast_3d)
    ),
    op(
        stacks.hstack,
        call((real(2), real(3))),
        call([real(2, 1), real(2, 3)]),
        call([real(), real()]),
        call([real(0), real(2)]),
    ),
    *(
        op(
            together,
            call((real(2, 3), real(2, 3))),
            call([real(3), real(3)]),
            call([real(), real()]),
            call([real(0)]),
        )
        for together in (stacks.vstack, stacks.dstack)
    ),
    op(
        stacks.column_stack,
        call((real(3), real(3, 2))),
        call([real(), real()]),
        call([real(0), real(0, 2)]),
    ),
    op(
        stacks.block_diag,
        call(real(2, 3), real(1, 2)),
        call(real(2), real(), real(2, 2)),
        call(real(0, 2), real(1, 1)),
    ),
    op(
        stacks.tensor_split,
        call(real(5, 2), 3),
        call(real(2, 5), (1, 3), dim=1),
        call(real(4), (-1, 9)),
        call(real(0, 2), 2),
        call(real(2), 3),
    ),
    op(stacks.hsplit, call(real(2, 4), 2), call(real(4), 2), call(real(2, 4), (1, 3)), call(real(2, 0), 2)),
    op(stacks.vsplit, call(real(4, 2), 2), call(real(4, 2), (1, 1)), call(real(0, 2), 2)),
    op(stacks.dsplit, call(real(2, 1, 4), 2), call(real(1, 2, 4), (1, 3)), call(real(1, 0, 2), 2)),
)
