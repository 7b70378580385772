"""Rounding and signs."""

from __future__ import annotations

import numpy as np

from autograd_engine.ops import rounding

from ..operators import (
    ANY,
    NONZERO,
    call,
    elementwise,
    given,
    real,
)

__all__ = ["ROWS"]

_ORIGIN = call(given([-1.0, 0.0, 2.0]))

ROWS = (
    elementwise(rounding.frac, NONZERO, analytic=False, edges=[_ORIGIN]),
    elementwise(rounding.heaviside, ANY, ANY, order=0, more=[call(given([-1.0, 0.0, 0.0, np.nan]), real(4))]),
    elementwise(rounding.sign, NONZERO, order=0, edges=[_ORIGIN]),
    elementwise(rounding.floor, ANY, order=0),
    elementwise(rounding.ceil, ANY, order=0),
    elementwise(rounding.trunc, ANY, order=0),
    elementwise(rounding.round, ANY, order=0, more=[call(real(3), decimals=2)]),
    elementwise(rounding.floor_divide, ANY, NONZERO, order=0),
)
