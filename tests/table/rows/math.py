"""Elementwise operators."""

from __future__ import annotations

import numpy as np

from autograd_engine.ops import math

from ..operators import (
    ABOVE_ONE,
    ANY,
    NONZERO,
    POSITIVE,
    UNIT,
    Domain,
    call,
    elementwise,
    given,
    integers,
    real,
)

__all__ = ["ROWS"]

_FAR = call(given([-1000.0, -40.0, 0.0, 40.0, 1000.0]))

ROWS = (
    elementwise(math.sqrt, POSITIVE, edges=[call(given([0.0, 4.0]))]).under(degree=0.5),
    elementwise(math.rsqrt, POSITIVE, edges=[call(given([0.0, 4.0]))]).under(degree=-0.5),
    elementwise(math.exp, ANY),
    elementwise(math.exp2, ANY),
    elementwise(math.expm1, ANY),
    elementwise(math.log, POSITIVE, edges=[call(given([0.0, 1.0]))]),
    elementwise(math.log2, POSITIVE),
    elementwise(math.log10, POSITIVE),
    elementwise(math.log1p, POSITIVE),
    elementwise(
        math.logaddexp,
        ANY,
        ANY,
        analytic=False,
        edges=[
            call(given([-np.inf, 800.0, 1.0]), given([1.0, 700.0, 1.0])),
            call(given([-np.inf, np.inf]), given([-np.inf, np.inf])),
        ],
    ).under(shift=1, moving=(0, 1)),
    elementwise(
        math.logaddexp2,
        ANY,
        ANY,
        analytic=False,
        edges=[call(given([-np.inf, 2000.0, 1.0]), given([1.0, 1900.0, 1.0]))],
    ).under(shift=1, moving=(0, 1)),
    elementwise(math.ldexp, ANY, ANY, more=[call(real(2, 3), integers(3, below=5))]),
    elementwise(math.frexp, NONZERO, analytic=False, edges=[call(given([0.0, 1.0, -3.5, 1e-310]))]),
    elementwise(math.sinc, ANY, analytic=False, edges=[call(given([-3.0, -1.0, 0.0, 0.5, 1.5, 40.25]))]),
    elementwise(math.sin, ANY),
    elementwise(math.cos, ANY),
    elementwise(math.tan, Domain(-1.4, 1.4)),
    elementwise(math.asin, UNIT),
    elementwise(math.acos, UNIT),
    elementwise(math.atan, ANY),
    elementwise(math.atan2, ANY, NONZERO, analytic=False).under(degree=0, moving=(0, 1)),
    elementwise(math.sinh, ANY),
    elementwise(math.cosh, ANY),
    elementwise(math.tanh, ANY, edges=[_FAR]),
    elementwise(math.asinh, ANY),
    elementwise(math.acosh, ABOVE_ONE),
    elementwise(math.atanh, UNIT),
    elementwise(math.sigmoid, ANY, analytic=False, edges=[_FAR]),
)
