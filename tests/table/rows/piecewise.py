"""Operations that are constant or linear in pieces."""

from __future__ import annotations

import numpy as np

from autograd_engine.ops import bits, comparison, masks, piecewise, rounding

from ..operators import (
    ANY,
    BITS,
    MASK,
    NONZERO,
    POSITIVE,
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
_NEGATIVE = Domain(-3.0, -0.3)
_MISSING = call(given([1.0, np.nan, 2.0, np.nan, -np.inf]), given([np.nan, 3.0, np.inf, np.nan, 0.0]))


ROWS = (
    elementwise(piecewise.maximum, ANY, ANY, analytic=False, edges=[_TIES]),
    elementwise(piecewise.minimum, ANY, ANY, analytic=False, edges=[_TIES]),
    elementwise(piecewise.fmax, ANY, ANY, analytic=False, edges=[_TIES, _MISSING]),
    elementwise(piecewise.fmin, ANY, ANY, analytic=False, edges=[_TIES, _MISSING]),
    elementwise(
        piecewise.copysign,
        NONZERO,
        NONZERO,
        analytic=False,
        more=[call(real(3, domain=NONZERO), -1)],
        edges=[call(given([0.0, 1.0, -1.0, -2.0, 3.0]), given([1.0, 0.0, -0.0, -np.inf, np.nan]))],
    ),
    elementwise(piecewise.nextafter, Domain(-2.0, -0.5), Domain(0.5, 2.0), analytic=False, edges=[_TIES]),
    elementwise(masks.where, MASK, ANY, ANY, more=[call(mask(2, 3), real(3), 0.0), call(mask(3), 1.0, real(2, 3))]),
    op(
        piecewise.masked_fill,
        call(real(2, 3), mask(2, 3), 5.0),
        call(real(2, 3), mask(3), real()),
        call(real(2, 1), mask(1, 3), -np.inf),
        call(real(), mask(), 1),
        call(real(0, 3), mask(3), 1.0),
    ),
    op(
        piecewise.clamp,
        *(call(real(2, 4), *bounds) for bounds in [(-1, 1), (None, 0.5), (-0.5,)]),
        call(real(2, 3), max=1.5),
        # Bounds that never meet: where x equals both, PyTorch's convention is not the derivative, which is 0.
        call(real(2, 3), real(3, domain=_NEGATIVE), real(2, 1, domain=POSITIVE)),
        call(real(2, 3), real(3, domain=POSITIVE), real(2, 1, domain=_NEGATIVE)),
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
    elementwise(piecewise.clamp_min, ANY, ANY, analytic=False, more=[call(real(3), 0.5)], edges=[_TIES]),
    elementwise(piecewise.clamp_max, ANY, ANY, analytic=False, more=[call(real(3), 0.5)], edges=[_TIES]),
    elementwise(
        piecewise.nan_to_num,
        ANY,
        analytic=False,
        edges=[call(_INFINITE), call(_INFINITE, None, 3.0, -2.0), call(given([np.nan, 1.0]), 5.0)],
    ),
    elementwise(rounding.frac, NONZERO, analytic=False, edges=[_ORIGIN]),
    elementwise(comparison.signbit, NONZERO, order=0, edges=[call(given([0.0, -0.0, -np.inf]))]),
    elementwise(rounding.heaviside, ANY, ANY, order=0, more=[call(given([-1.0, 0.0, 0.0, np.nan]), real(4))]),
    elementwise(rounding.sign, NONZERO, order=0, edges=[_ORIGIN]),
    elementwise(rounding.floor, ANY, order=0),
    elementwise(rounding.ceil, ANY, order=0),
    elementwise(rounding.trunc, ANY, order=0),
    elementwise(rounding.round, ANY, order=0, more=[call(real(3), decimals=2)]),
    elementwise(rounding.floor_divide, ANY, NONZERO, order=0),
    *(
        elementwise(
            comparison, ANY, ANY, order=0, more=[call(real(3), 0), call(given([1.0, 2.0]), given([1.0, 3.0]))]
        )
        for comparison in (comparison.eq, comparison.ne, comparison.lt, comparison.le, comparison.gt, comparison.ge)
    ),
    elementwise(bits.bitwise_and, BITS, BITS, order=0, more=[call(mask(3), mask(3))]),
    elementwise(bits.bitwise_or, BITS, BITS, order=0, more=[call(mask(3), mask(3))]),
    elementwise(bits.bitwise_xor, BITS, BITS, order=0, more=[call(mask(3), mask(3))]),
    elementwise(bits.bitwise_left_shift, BITS, BITS, order=0, more=[call(integers(3, below=9), 2)]),
    elementwise(
        bits.bitwise_right_shift,
        BITS,
        BITS,
        order=0,
        more=[call(given([-9, -1, 200]), 2), call(given([-9]), 80)],
    ),
    elementwise(bits.gcd, BITS, BITS, order=0, more=[call(given([-12, 18, 0]), given([18, -12, 0]))]),
    elementwise(bits.lcm, BITS, BITS, order=0, more=[call(given([-12, 18, 0]), given([18, -12, 0]))]),
    elementwise(bits.bitwise_not, BITS, order=0, more=[call(mask(3))]),
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
