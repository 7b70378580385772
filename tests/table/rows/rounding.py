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
_JUMPS = call(given([-1.5, -0.5, 0.5, 2.5, np.inf, -np.inf, np.nan]))

ROWS = (
    elementwise(rounding.frac, NONZERO, analytic=False, edges=[_ORIGIN]),
    elementwise(rounding.heaviside, ANY, ANY, order=0, more=[call(given([-1.0, 0.0, 0.0, np.nan]), real(4))]),
    elementwise(rounding.sign, NONZERO, analytic=False, edges=[_ORIGIN]),
    elementwise(rounding.floor, ANY, analytic=False, edges=[_JUMPS]),
    elementwise(rounding.ceil, ANY, analytic=False, edges=[_JUMPS]),
    elementwise(rounding.trunc, ANY, analytic=False, edges=[_JUMPS]),
    elementwise(rounding.round, ANY, analytic=False, more=[call(real(3), decimals=2)], edges=[_JUMPS]),
    elementwise(rounding.floor_divide, ANY, NONZERO, order=0),
)
