"""Arranging."""

from __future__ import annotations

import numpy as np

from autograd_engine.ops import arrange

from ..operators import (
    Operator,
    call,
    given,
    op,
    real,
)

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
)
