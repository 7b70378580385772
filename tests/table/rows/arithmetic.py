"""Arithmetic, element by element."""

from __future__ import annotations

import numpy as np

from autograd_engine.ops import arithmetic

from ..operators import (
    ANY,
    NONZERO,
    POSITIVE,
    Operator,
    call,
    elementwise,
    given,
    real,
)

__all__ = ["ROWS"]

_ORIGIN = call(given([-1.0, 0.0, 2.0]))

ROWS = (
    elementwise(
        arithmetic.add,
        ANY,
        ANY,
        more=[
            call(real(2), 3),
            call(real(), 0.5),
            call(real(2, 3), real(3), alpha=-0.5),
            call(real(2), 3, alpha=2),
        ],
    ),
    elementwise(
        arithmetic.sub,
        ANY,
        ANY,
        more=[call(real(2), 3), call(real(2, 3), real(3), alpha=-0.5), call(real(2), 3, alpha=2)],
    ),
    elementwise(arithmetic.rsub, ANY, ANY, more=[call(real(2), 3, alpha=2)]),
    elementwise(arithmetic.mul, ANY, ANY, more=[call(real(2), 3)]),
    elementwise(
        arithmetic.div, ANY, NONZERO, more=[call(real(2), 3)], edges=[call(given([0.0, 1.0]), given([0.0, 0.0]))]
    ).under(degree=0, moving=(0, 1)),
    Operator(
        "div(rounding_mode)",
        arithmetic.div,
        tuple(call(real(3, 4), real(4), rounding_mode=mode) for mode in ("floor", "trunc")),
        torch="div",
        analytic=False,
    ),
    Operator(
        "div(rounding_mode) of integers",
        arithmetic.div,
        tuple(
            call(given([-7, 7, -7, 7]), given([2, 2, -2, -2]), rounding_mode=mode) for mode in ("floor", "trunc")
        ),
        torch="div",
        order=0,
    ),
    elementwise(
        arithmetic.pow,
        POSITIVE,
        ANY,
        more=[call(real(3), n) for n in (0, 1, 2, 3)]
        + [call(real(3, domain=POSITIVE), e) for e in (0.5, -1, -1.5)],
        edges=[
            call(given([0.0, 0.0, 0.0, 2.0, -2.0]), given([0.0, 1.0, 2.0, 0.0, 2.0])),
            *(call(given([0.0, -2.0, 1.5]), e) for e in (0, 0.0, 1, 1.0, 2, 3)),
        ],
    ),
    elementwise(arithmetic.neg, ANY),
    elementwise(arithmetic.positive, ANY),
    elementwise(
        arithmetic.hypot,
        ANY,
        NONZERO,
        analytic=False,
        edges=[call(given([0.0, 0.0, np.inf, 1e200]), given([0.0, 1.0, 1.0, 1e200]))],
    ).under(degree=1, moving=(0, 1)),
    elementwise(
        arithmetic.lerp,
        ANY,
        ANY,
        ANY,
        analytic=False,
        more=[call(real(3), real(3), 0.3), call(real(3), real(3), 0.8)],
        edges=[call(given([0.1, 0.1, 0.1, 0.1]), given([0.7, 0.7, 0.7, 0.7]), given([0.0, 1.0, 0.5, 2.0]))],
    ).under(shift=1, degree=1, moving=(0, 1)),
    elementwise(arithmetic.addcmul, ANY, ANY, ANY, more=[call(real(2, 3), real(3), real(2, 1), value=-0.5)]),
    elementwise(
        arithmetic.addcdiv, ANY, ANY, NONZERO, more=[call(real(2, 2), real(2), real(2, 1, domain=NONZERO), value=3)]
    ),
    elementwise(arithmetic.abs, NONZERO, analytic=False, edges=[_ORIGIN]).under(degree=1),
    elementwise(arithmetic.reciprocal, NONZERO, edges=[_ORIGIN]).under(degree=-1),
    elementwise(arithmetic.square, ANY, edges=[_ORIGIN]).under(degree=2),
    elementwise(arithmetic.remainder, ANY, NONZERO, analytic=False, more=[call(real(4), 0.7)]).under(
        degree=1, moving=(0, 1)
    ),
    elementwise(arithmetic.fmod, ANY, NONZERO, analytic=False, more=[call(real(4), 0.7)]).under(
        degree=1, moving=(0, 1)
    ),
    elementwise(arithmetic.deg2rad, ANY),
    elementwise(arithmetic.rad2deg, ANY),
)
