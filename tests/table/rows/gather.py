"""Reading along one dimension by index."""

from __future__ import annotations

import numpy as np

from autograd_engine.ops import gather

from ..operators import (
    call,
    given,
    integers,
    op,
    real,
)

__all__ = ["ROWS"]


ROWS = (
    op(
        gather.gather,
        call(real(3, 4), 0, integers(2, 4, below=3)),
        call(real(3, 4), -1, integers(3, 6, below=4)),
        call(real(3), 0, integers(5, below=3)),
        call(real(3, 4), 1, integers(0, 2, below=4)),
        call(real(), 0, given(0)),
    ),
    op(
        gather.index_select,
        call(real(3, 4), 0, given([2, 0, 2])),
        call(real(3, 4), -1, integers(5, below=4)),
        call(real(3, 4), 0, given(np.zeros(0, np.int64))),
    ),
    op(
        gather.take,
        call(real(3, 4), integers(2, 2, below=12)),
        call(real(3), given(1)),
        call(real(), given([0, 0])),
    ),
    op(
        gather.take_along_dim,
        call(real(3, 4), integers(3, 2, below=4), 1),
        call(real(3, 4), integers(1, 4, below=3), 0),
        call(real(1, 4), integers(3, 2, below=4), 1),
        call(real(3, 4), integers(5, below=12)),
    ),
    op(
        gather.select,
        call(real(3, 4), 0, -1),
        call(real(3, 4), 1, 2),
        call(real(3), 0, 1),
        call(real(0, 3), 1, 0),
    ),
    op(
        gather.narrow,
        call(real(3, 4), 0, 1, 2),
        call(real(3, 4), -1, -2, 2),
        call(real(3), 0, 3, 0),
        call(real(0, 3), 1, 0, 2),
    ),
)
