"""Masks: choosing by them, and where elements are."""

from __future__ import annotations

import numpy as np

from autograd_engine.ops import masks

from ..operators import (
    ANY,
    MASK,
    call,
    constant,
    elementwise,
    given,
    integers,
    mask,
    op,
    real,
)

__all__ = ["ROWS"]


ROWS = (
    elementwise(masks.where, MASK, ANY, ANY, more=[call(mask(2, 3), real(3), 0.0), call(mask(3), 1.0, real(2, 3))]),
    op(masks.argwhere, call(mask(3, 4)), call(constant(2, 3)), call(constant(0, 3)), order=0),
    op(
        masks.nonzero,
        call(mask(3, 4)),
        call(mask(3, 4), as_tuple=True),
        call(given(True), as_tuple=True),
        call(constant(2, 0)),
        order=0,
    ),
    op(
        masks.masked_select,
        call(real(3, 4), mask(3, 4)),
        call(real(3, 4), mask(4)),
        call(real(), mask()),
        call(real(0, 4), mask(4)),
    ),
    op(
        masks.one_hot,
        call(integers(4, below=3)),
        call(integers(2, 3, below=4), 5),
        call(given(2)),
        call(given(np.zeros((0, 2), np.int64)), 3),
        torch="nn.functional.one_hot",
        order=0,
    ),
)
