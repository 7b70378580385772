"""Comparing, and logic."""

from __future__ import annotations

import numpy as np

from autograd_engine.ops import comparison

from ..operators import (
    ANY,
    MASK,
    NONZERO,
    call,
    elementwise,
    given,
    mask,
    real,
)

__all__ = ["ROWS"]

_INFINITE = given([[-np.inf, -np.inf], [-np.inf, 1.0], [np.inf, 1.0], [700.0, 800.0]])

ROWS = (
    elementwise(comparison.signbit, NONZERO, order=0, edges=[call(given([0.0, -0.0, -np.inf]))]),
    *(
        elementwise(
            comparison, ANY, ANY, order=0, more=[call(real(3), 0), call(given([1.0, 2.0]), given([1.0, 3.0]))]
        )
        for comparison in (comparison.eq, comparison.ne, comparison.lt, comparison.le, comparison.gt, comparison.ge)
    ),
    elementwise(comparison.logical_and, MASK, MASK, order=0, more=[call(real(3), mask(3))]),
    elementwise(comparison.logical_or, MASK, MASK, order=0, more=[call(real(3), mask(3))]),
    elementwise(comparison.logical_xor, MASK, MASK, order=0, more=[call(real(3), mask(3))]),
    elementwise(comparison.logical_not, MASK, order=0, more=[call(real(3))]),
    elementwise(comparison.isnan, ANY, order=0, edges=[call(_INFINITE), call(given([np.nan, 1.0]))]),
    elementwise(comparison.isinf, ANY, order=0, edges=[call(_INFINITE)]),
    elementwise(comparison.isposinf, ANY, order=0, edges=[call(_INFINITE), call(given([np.nan, 1.0]))]),
    elementwise(comparison.isneginf, ANY, order=0, edges=[call(_INFINITE), call(given([np.nan, 1.0]))]),
    elementwise(comparison.isreal, ANY, order=0, edges=[call(_INFINITE)]),
    elementwise(comparison.isfinite, ANY, order=0, edges=[call(_INFINITE)]),
    elementwise(
        comparison.isclose,
        ANY,
        ANY,
        order=0,
        more=[call(real(3), given([0.1, 0.2, np.nan]), 0.5, 0.1, True)],
        edges=[call(given([1.0, np.inf, np.nan, np.inf]), given([1.0 + 1e-6, np.inf, np.nan, 1.0]))],
    ),
)
