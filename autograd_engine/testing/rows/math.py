"""Elementwise operators."""

from __future__ import annotations

import numpy as np

from ...ops import math
from ..operators import (
    ABOVE_ONE,
    ANY,
    BITS,
    MASK,
    NONZERO,
    POSITIVE,
    UNIT,
    Domain,
    call,
    elementwise,
    given,
    integers,
    mask,
    op,
    real,
)

__all__ = ["ROWS"]

_TIES = call(given([[1.0, 2.0, -1.0], [0.0, 3.0, 3.0]]), given([[1.0, 1.0, -1.0], [0.0, 3.0, 4.0]]))
_INFINITE = given([[-np.inf, -np.inf], [-np.inf, 1.0], [np.inf, 1.0], [700.0, 800.0]])
_ORIGIN = call(given([-1.0, 0.0, 2.0]))
_MISSING = call(given([1.0, np.nan, 2.0, np.nan, -np.inf]), given([np.nan, 3.0, np.inf, np.nan, 0.0]))
_FAR = call(given([-1000.0, -40.0, 0.0, 40.0, 1000.0]))

_ARITHMETIC = (
    elementwise(math.add, ANY, ANY, more=[call(real(2), 3), call(real(), 0.5)]),
    elementwise(math.sub, ANY, ANY, more=[call(real(2), 3)]),
    elementwise(math.mul, ANY, ANY, more=[call(real(2), 3)]),
    elementwise(
        math.div, ANY, NONZERO, more=[call(real(2), 3)], edges=[call(given([0.0, 1.0]), given([0.0, 0.0]))]
    ),
    elementwise(
        math.pow,
        POSITIVE,
        ANY,
        more=[call(real(3), n) for n in (0, 1, 2, 3)]
        + [call(real(3, domain=POSITIVE), e) for e in (0.5, -1, -1.5)],
        edges=[
            call(given([0.0, 0.0, 0.0, 2.0, -2.0]), given([0.0, 1.0, 2.0, 0.0, 2.0])),
            *(call(given([0.0, -2.0, 1.5]), e) for e in (0, 0.0, 1, 1.0, 2, 3)),
        ],
    ),
    elementwise(math.neg, ANY),
    elementwise(math.positive, ANY),
    elementwise(
        math.hypot,
        ANY,
        NONZERO,
        analytic=False,
        edges=[call(given([0.0, 0.0, np.inf, 1e200]), given([0.0, 1.0, 1.0, 1e200]))],
    ),
    elementwise(
        math.lerp,
        ANY,
        ANY,
        ANY,
        analytic=False,
        more=[call(real(3), real(3), 0.3), call(real(3), real(3), 0.8)],
        edges=[call(given([0.1, 0.1, 0.1, 0.1]), given([0.7, 0.7, 0.7, 0.7]), given([0.0, 1.0, 0.5, 2.0]))],
    ),
    elementwise(math.addcmul, ANY, ANY, ANY, more=[call(real(2, 3), real(3), real(2, 1), value=-0.5)]),
    elementwise(
        math.addcdiv, ANY, ANY, NONZERO, more=[call(real(2, 2), real(2), real(2, 1, domain=NONZERO), value=3)]
    ),
    elementwise(math.abs, NONZERO, analytic=False, edges=[_ORIGIN]),
    elementwise(math.reciprocal, NONZERO, edges=[_ORIGIN]),
    elementwise(math.square, ANY, edges=[_ORIGIN]),
    elementwise(math.sqrt, POSITIVE, edges=[call(given([0.0, 4.0]))]),
    elementwise(math.rsqrt, POSITIVE, edges=[call(given([0.0, 4.0]))]),
    elementwise(math.remainder, ANY, NONZERO, analytic=False, more=[call(real(4), 0.7)]),
    elementwise(math.fmod, ANY, NONZERO, analytic=False, more=[call(real(4), 0.7)]),
)

_FUNCTIONS = (
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
    ),
    elementwise(
        math.logaddexp2,
        ANY,
        ANY,
        analytic=False,
        edges=[call(given([-np.inf, 2000.0, 1.0]), given([1.0, 1900.0, 1.0]))],
    ),
    elementwise(math.ldexp, ANY, ANY, more=[call(real(2, 3), integers(3, below=5))]),
    elementwise(math.frexp, NONZERO, analytic=False, edges=[call(given([0.0, 1.0, -3.5, 1e-310]))]),
    elementwise(math.deg2rad, ANY),
    elementwise(math.rad2deg, ANY),
    elementwise(math.sinc, ANY, analytic=False, edges=[call(given([-3.0, -1.0, 0.0, 0.5, 1.5, 40.25]))]),
    elementwise(math.sin, ANY),
    elementwise(math.cos, ANY),
    elementwise(math.tan, Domain(-1.4, 1.4)),
    elementwise(math.asin, UNIT),
    elementwise(math.acos, UNIT),
    elementwise(math.atan, ANY),
    elementwise(math.atan2, ANY, NONZERO, analytic=False),
    elementwise(math.sinh, ANY),
    elementwise(math.cosh, ANY),
    elementwise(math.tanh, ANY, edges=[_FAR]),
    elementwise(math.asinh, ANY),
    elementwise(math.acosh, ABOVE_ONE),
    elementwise(math.atanh, UNIT),
    elementwise(math.relu, NONZERO, analytic=False, edges=[_ORIGIN]),
    elementwise(math.sigmoid, ANY, analytic=False, edges=[_FAR]),
)

_CHOICE = (
    elementwise(math.maximum, ANY, ANY, analytic=False, edges=[_TIES]),
    elementwise(math.minimum, ANY, ANY, analytic=False, edges=[_TIES]),
    elementwise(math.fmax, ANY, ANY, analytic=False, edges=[_TIES, _MISSING]),
    elementwise(math.fmin, ANY, ANY, analytic=False, edges=[_TIES, _MISSING]),
    elementwise(
        math.copysign,
        NONZERO,
        NONZERO,
        analytic=False,
        more=[call(real(3, domain=NONZERO), -1)],
        edges=[call(given([0.0, 1.0, -1.0, -2.0, 3.0]), given([1.0, 0.0, -0.0, -np.inf, np.nan]))],
    ),
    elementwise(math.nextafter, Domain(-2.0, -0.5), Domain(0.5, 2.0), analytic=False, edges=[_TIES]),
    elementwise(math.where, MASK, ANY, ANY, more=[call(mask(2, 3), real(3), 0.0), call(mask(3), 1.0, real(2, 3))]),
    op(
        math.masked_fill,
        call(real(2, 3), mask(2, 3), 5.0),
        call(real(2, 3), mask(3), real()),
        call(real(2, 1), mask(1, 3), -np.inf),
        call(real(), mask(), 1),
        call(real(0, 3), mask(3), 1.0),
    ),
    op(
        math.clamp,
        *(call(real(2, 4), *bounds) for bounds in [(-1, 1), (None, 0.5), (-0.5,)]),
        call(real(2, 3), max=1.5),
        call(real(2, 3), real(3), real(2, 1)),
        call(real(2, 3), None, real()),
        call(real(), -0.5, 0.5),
        call(real(0, 3), 0, 1),
        analytic=False,
        edges=[
            call(given([-1.0, 0.0, 0.5, 1.0, 2.0]), 0.0, 1.0),
            call(given([-1.0, 0.0, 0.5, 1.0, 2.0]), 1.0, 0.0),
            call(given([0.0, 1.0, 2.0, 3.0]), given([0.0, 1.5, 2.4, 0.0]), given([1.0, 1.0, 2.5, 3.0])),
        ],
    ),
    elementwise(math.clamp_min, ANY, ANY, analytic=False, more=[call(real(3), 0.5)], edges=[_TIES]),
    elementwise(math.clamp_max, ANY, ANY, analytic=False, more=[call(real(3), 0.5)], edges=[_TIES]),
    elementwise(
        math.nan_to_num,
        ANY,
        analytic=False,
        edges=[call(_INFINITE), call(_INFINITE, None, 3.0, -2.0), call(given([np.nan, 1.0]), 5.0)],
    ),
    elementwise(math.frac, NONZERO, analytic=False, edges=[_ORIGIN]),
    elementwise(math.signbit, NONZERO, order=0, edges=[call(given([0.0, -0.0, -np.inf]))]),
    elementwise(math.heaviside, ANY, ANY, order=0, more=[call(given([-1.0, 0.0, 0.0, np.nan]), real(4))]),
    elementwise(math.sign, NONZERO, order=0, edges=[_ORIGIN]),
    elementwise(math.floor, ANY, order=0),
    elementwise(math.ceil, ANY, order=0),
    elementwise(math.trunc, ANY, order=0),
    elementwise(math.round, ANY, order=0, more=[call(real(3), decimals=2)]),
    elementwise(math.floor_divide, ANY, NONZERO, order=0),
    *(
        elementwise(
            comparison, ANY, ANY, order=0, more=[call(real(3), 0), call(given([1.0, 2.0]), given([1.0, 3.0]))]
        )
        for comparison in (math.eq, math.ne, math.lt, math.le, math.gt, math.ge)
    ),
    elementwise(math.bitwise_and, BITS, BITS, order=0, more=[call(mask(3), mask(3))]),
    elementwise(math.bitwise_or, BITS, BITS, order=0, more=[call(mask(3), mask(3))]),
    elementwise(math.bitwise_xor, BITS, BITS, order=0, more=[call(mask(3), mask(3))]),
    elementwise(math.bitwise_not, BITS, order=0, more=[call(mask(3))]),
    elementwise(math.logical_and, MASK, MASK, order=0, more=[call(real(3), mask(3))]),
    elementwise(math.logical_or, MASK, MASK, order=0, more=[call(real(3), mask(3))]),
    elementwise(math.logical_xor, MASK, MASK, order=0, more=[call(real(3), mask(3))]),
    elementwise(math.logical_not, MASK, order=0, more=[call(real(3))]),
    elementwise(math.isnan, ANY, order=0, edges=[call(_INFINITE), call(given([np.nan, 1.0]))]),
    elementwise(math.isinf, ANY, order=0, edges=[call(_INFINITE)]),
    elementwise(math.isfinite, ANY, order=0, edges=[call(_INFINITE)]),
    elementwise(
        math.isclose,
        ANY,
        ANY,
        order=0,
        more=[call(real(3), given([0.1, 0.2, np.nan]), 0.5, 0.1, True)],
        edges=[call(given([1.0, np.inf, np.nan, np.inf]), given([1.0 + 1e-6, np.inf, np.nan, 1.0]))],
    ),
)

ROWS = (*_ARITHMETIC, *_FUNCTIONS, *_CHOICE)
