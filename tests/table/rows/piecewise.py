"""Operations that are constant or linear in pieces."""

from __future__ import annotations

import numpy as np

from autograd_engine.ops import piecewise

from ..operators import (
    ANY,
    NONZERO,
    POSITIVE,
    Domain,
    call,
    elementwise,
    given,
    mask,
    op,
    real,
)

__all__ = ["ROWS"]

_ORIGIN = call(given([-1.0, 0.0, 2.0]))
_TIES = call(given([[1.0, 2.0, -1.0], [0.0, 3.0, 3.0]]), given([[1.0, 1.0, -1.0], [0.0, 3.0, 4.0]]))
_INFINITE = given([[-np.inf, -np.inf], [-np.inf, 1.0], [np.inf, 1.0], [700.0, 800.0]])
_NEGATIVE = Domain(-3.0, -0.3)
_MISSING = call(given([1.0, np.nan, 2.0, np.nan, -np.inf]), given([np.nan, 3.0, np.inf, np.nan, 0.0]))

ROWS = (
    elementwise(piecewise.relu, NONZERO, analytic=False, edges=[_ORIGIN]).under(degree=1),
    elementwise(piecewise.maximum, ANY, ANY, analytic=False, edges=[_TIES]).under(shift=1, degree=1, moving=(0, 1)),
    elementwise(piecewise.minimum, ANY, ANY, analytic=False, edges=[_TIES]).under(shift=1, degree=1, moving=(0, 1)),
    elementwise(piecewise.fmax, ANY, ANY, analytic=False, edges=[_TIES, _MISSING]).under(
        shift=1, degree=1, moving=(0, 1)
    ),
    elementwise(piecewise.fmin, ANY, ANY, analytic=False, edges=[_TIES, _MISSING]).under(
        shift=1, degree=1, moving=(0, 1)
    ),
    elementwise(
        piecewise.copysign,
        NONZERO,
        NONZERO,
        analytic=False,
        more=[call(real(3, domain=NONZERO), -1)],
        edges=[call(given([0.0, 1.0, -1.0, -2.0, 3.0]), given([1.0, 0.0, -0.0, -np.inf, np.nan]))],
    ),
    elementwise(piecewise.nextafter, Domain(-2.0, -0.5), Domain(0.5, 2.0), analytic=False, edges=[_TIES]),
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
)
