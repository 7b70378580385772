"""Arranging."""

from __future__ import annotations

import numpy as np

from autograd_engine.ops import arrange, grids, stacks, windows

from ..operators import Operator, call, given, op, ours, real

__all__ = ["ROWS"]

ROWS = (
    op(
        arrange.repeat,
        call(real(2, 3), 2, 1),
        call(real(3), (2, 2)),
        call(real(), 3),
        call(real(2), 0),
        call(real(0, 2), 2, 2),
        torch="Tensor.repeat",
    ),
    op(
        arrange.tile,
        call(real(2, 3), (2,)),
        call(real(2, 3), (2, 1, 2)),
        call(real(), (2,)),
        call(real(0, 3), (2, 2)),
    ),
    op(
        arrange.repeat_interleave,
        call(real(2, 3), 2),
        call(real(2, 3), 2, 1),
        call(real(2, 3), given([1, 3]), dim=0),
        call(real(3), given([0, 2, 1]), output_size=3),
        call(real(), 3),
        call(real(0, 3), 2, 0),
    ),
    Operator(
        "repeat_interleave(repeats)",
        arrange.repeat_interleave,
        (call(given([2, 0, 3])), call(given(np.zeros(0, np.int64))), call(given([1, 2]), output_size=3)),
        torch="repeat_interleave",
        order=0,
    ),
    op(
        arrange.broadcast_tensors,
        call(real(2, 1), real(3)),
        call(real(), real(2)),
        call(real(0, 1), real(1, 2), real(2)),
    ),
    op(
        arrange.unflatten,
        call(real(2, 6), 1, (2, 3)),
        call(real(6, 2), 0, (-1, 2)),
        call(real(4), -1, (2, 2, 1)),
        call(real(0, 4), 1, (2, 2)),
    ),
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
    op(arrange.fliplr, call(real(2, 3)), call(real(2, 3, 2)), call(real(0, 3))),
    op(arrange.flipud, call(real(2, 3)), call(real(3)), call(real(0, 3))),
    op(
        arrange.roll,
        call(real(2, 3), 1),
        call(real(2, 3), -1, 0),
        call(real(2, 3), (1, 4), (0, -1)),
        call(real(0, 3), 1, 0),
        call(real(3), 3, 0),
        call(real(), 1),
    ),
    op(
        arrange.rot90,
        *(call(real(2, 3), k) for k in (0, 1, 2, 3, -1, 5)),
        call(real(2, 3, 2), 1, (1, -1)),
        call(real(0, 3), 1, [0, 1]),
    ),
    op(arrange.adjoint, call(real(2, 3)), call(real(2, 3, 4)), call(real(0, 3))),
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
)
