"""Writing at indices."""

from __future__ import annotations

import numpy as np

from autograd_engine.ops import scatter

from ..operators import call, given, integers, mask, op, ours, real

__all__ = ["ROWS"]


_HOW = ("sum", "prod", "mean", "amax", "amin")
_TIED = given([2.0, 3.0, 1.0])
_TWO_ZEROS = given([1.0, 0.0, 0.0, 0.0, 3.0])

ROWS = (
    op(
        scatter.scatter,
        call(real(3, 4), 0, given([[0, 1, 2, 0]]), real(1, 4)),
        ours(real(3, 4), 1, given([[3, 0], [1, 2]]), real(2, 4)),  # PyTorch's backward refuses a larger src
        call(real(3, 4), 1, given([[3, 0], [1, 2]]), real(2, 2)),
        call(real(3, 4), 1, given([[3, 0], [1, 2]]), 2.5),
        call(real(3, 4), 1, given([[3, 0], [1, 2]]), value=2.5),
        ours(real(3), 0, given([1, 1, 0]), real(3), reduce="add"),  # for which PyTorch has no derivative
        ours(real(3), 0, given([1, 1, 0]), real(3), reduce="multiply"),
        ours(real(3), 0, given([1, 1, 0]), -2, reduce="multiply"),
        call(real(3), 0, given(np.zeros(0, np.int64)), real(0)),
    ),
    op(
        scatter.scatter_add,
        call(real(3, 4), 0, integers(2, 4, below=3), real(2, 4)),
        call(real(3, 4), 1, integers(3, 6, below=4), real(3, 6)),
        call(real(3), 0, given([1, 1, 1]), real(3)),
    ),
    op(
        scatter.scatter_reduce,
        *(call(real(3), 0, given([0, 2, 0, 2]), real(4), how) for how in _HOW),
        *(call(real(3, 2), 0, given([[0, 2], [0, 1]]), real(2, 2), how, include_self=False) for how in _HOW),
        call(real(3, 4), 1, integers(3, 4, below=4), real(3, 4), "mean"),
        call(_TWO_ZEROS, 0, given([0, 0, 1, 2, 2, 4]), given([0.0, 2.0, 3.0, 0.0, 0.0, 4.0]), "prod"),
        ours(real(3, 4), 1, given([[3, 0], [1, 2]]), real(2, 4), "prod"),  # PyTorch's backward refuses a larger src
        call(real(3), 0, given(np.zeros(0, np.int64)), real(0), "amax"),
        analytic=False,
        edges=[
            *(call(_TIED, 0, given([0, 0, 1, 1, 1]), given([1.0, 2.0, 3.0, 3.0, 0.0]), how) for how in _HOW),
            call(given([0.0, 2.0]), 0, given([0, 0, 1]), given([0.0, 5.0, 0.0]), "prod", include_self=False),
        ],
    ),
    op(
        scatter.index_reduce,
        *(call(real(3, 2), 0, given([0, 2, 0]), real(3, 2), how) for how in _HOW[1:]),
        *(call(real(3, 2), -1, given([1, 1]), real(3, 2), how, include_self=False) for how in _HOW[1:]),
        call(real(3), 0, given(1), real(1), "mean"),
        ours(_TWO_ZEROS, 0, given([0, 0, 1, 2, 2, 4]), given([0.0, 2.0, 3.0, 0.0, 0.0, 4.0]), "prod"),
        analytic=False,
        edges=[
            call(_TIED, 0, given([0, 0, 1, 1, 1]), given([1.0, 2.0, 3.0, 3.0, 0.0]), h) for h in ("amax", "amin")
        ],
    ),
    op(
        scatter.index_add,
        call(real(3, 4), 0, given([2, 0, 2]), real(3, 4)),
        call(real(3, 4), -1, given([1, 1]), real(3, 2), alpha=2),
        call(real(3), 0, given(1), real(1)),
        call(real(3, 2), 0, given(np.zeros(0, np.int64)), real(0, 2)),
    ),
    op(
        scatter.index_copy,
        call(real(3, 4), 0, given([2, 0]), real(2, 4)),
        call(real(3, 4), -1, given([1, 3]), real(3, 2)),
        ours(real(3), 0, given([1, 1]), real(2)),  # for PyTorch undefined: here the last copy counts
    ),
    op(
        scatter.index_fill,
        call(real(3, 4), 0, given([2, 0]), 1.5),
        call(real(3, 4), -1, given([1, 3]), real()),
    ),
    op(
        scatter.index_put,
        call(real(3, 4), (given([0, 2]), given([1, 1])), real(2)),
        call(real(3, 4), (given([0, 2, 0]),), real(3, 4), True),
        call(real(3, 4), (given([0, 2, 0]), given([1, 1, 1])), real(), accumulate=True),
        call(real(3, 4), (given([0, -1, 0]),), real(4), accumulate=True),
        call(real(3, 4), (mask(3, 4),), real(), accumulate=True),
    ),
    op(
        scatter.put,
        call(real(3, 4), given([[0, 11], [5, 3]]), real(2, 2)),
        call(real(3, 4), given([1, 1, -1]), real(3), accumulate=True),
        call(real(), given([0]), real(1)),
        torch=lambda torch, x, at, source, accumulate=False: x.put(at, source, accumulate),
    ),
    op(
        scatter.masked_scatter,
        call(real(3, 4), mask(3, 4), real(3, 4)),
        call(real(3, 4), mask(4), real(12)),
        call(real(0), mask(0), real(0)),
    ),
    op(
        scatter.select_scatter,
        call(real(3, 4), real(4), 0, 1),
        call(real(3, 4), real(3), -1, -2),
        call(real(3), real(), 0, 0),
    ),
    op(
        scatter.slice_scatter,
        call(real(4, 3), real(2, 3), 0, 1, 3),
        call(real(4, 3), real(4, 2), dim=1, start=0, end=3, step=2),
        call(real(4), real(4)),
        call(real(4), real(2), 0, -2),
    ),
)
