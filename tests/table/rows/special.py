"""Special functions."""

from __future__ import annotations

import numpy as np

from autograd_engine.ops import special

from ..operators import (
    ABOVE_ONE,
    ANY,
    NONZERO,
    POSITIVE,
    UNIT,
    Domain,
    call,
    constant,
    elementwise,
    given,
    op,
    real,
)

__all__ = ["ROWS"]

_PROBABILITY = Domain(0.05, 0.95)
_WIDE = Domain(-6.0, 6.0)
_BEYOND = call(given([-2.0, -1.0, 0.0, 0.5, 1.0, 2.0]))
_FAR = call(given([-30.0, -8.0, -1.0, 0.0, 1.0, 8.0, 30.0]))
_POLES = call(given([0.0, -0.5, -1.5, 2.5, 30.0]))

_NORMAL = (
    elementwise(special.erf, ANY, analytic=False, edges=[_FAR]),
    elementwise(special.erfc, ANY, analytic=False, edges=[_FAR]),
    elementwise(special.erfcx, ANY, analytic=False, torch="special.erfcx", edges=[call(given([-5.0, 0.0, 100.0]))]),
    elementwise(special.erfinv, UNIT, analytic=False, edges=[_BEYOND]),
    elementwise(special.ndtr, ANY, analytic=False, torch="special.ndtr", edges=[_FAR]),
    elementwise(special.ndtri, _PROBABILITY, analytic=False, torch="special.ndtri", edges=[_BEYOND]),
    elementwise(special.log_ndtr, _WIDE, analytic=False, torch="special.log_ndtr", edges=[_FAR]),
)

_GAMMA = (
    elementwise(special.lgamma, POSITIVE, analytic=False, edges=[_POLES, call(given([-1.0, 1.0]))]),
    elementwise(special.digamma, POSITIVE, analytic=False, edges=[_POLES]),
    op(
        special.polygamma,
        *(call(n, real(2, 3, domain=POSITIVE)) for n in (0, 1, 2, 4)),
        call(1, real(domain=POSITIVE)),
        call(2, real(0, 3, domain=POSITIVE)),
        edges=[call(n, given([0.5, 1.0, 30.0])) for n in (0, 1, 2, 3)],
        analytic=False,
    ),
    op(
        special.zeta,
        call(constant(2, 3, domain=ABOVE_ONE), real(2, 3, domain=POSITIVE)),
        call(constant(3, domain=ABOVE_ONE), real(2, 1, domain=POSITIVE)),
        call(2.5, real(3, domain=POSITIVE)),
        call(constant(0, 3, domain=ABOVE_ONE), real(3, domain=POSITIVE)),
        torch="special.zeta",
        analytic=False,
    ),
    op(
        special.mvlgamma,
        call(real(2, 3, domain=POSITIVE), 1),
        *(call(real(*s, domain=Domain(1.6, 4.0)), 4) for s in [(2, 3), (), (0, 3)]),
        analytic=False,
    ),
)

_BESSEL = (
    elementwise(special.i0, ANY, analytic=False, edges=[_FAR]),
    elementwise(special.i1, ANY, analytic=False, torch="special.i1", edges=[_FAR]),
    elementwise(special.i0e, NONZERO, analytic=False, torch="special.i0e", edges=[_FAR]),
    elementwise(special.i1e, NONZERO, analytic=False, torch="special.i1e", edges=[_FAR]),
)

_LOGARITHMS = (
    elementwise(
        special.entr,
        POSITIVE,
        analytic=False,
        torch="special.entr",
        edges=[call(given([0.0, -1.0, np.nan, 1.0]))],
    ),
    elementwise(
        special.xlogy,
        ANY,
        POSITIVE,
        analytic=False,
        more=[call(real(3), 2), call(1.5, real(3, domain=POSITIVE))],
        edges=[call(given([0.0, 0.0, 1.0, np.nan, 0.0, 0.0]), given([0.0, np.nan, 0.0, 1.0, -1.0, 2.0]))],
    ),
    elementwise(
        special.xlog1py,
        ANY,
        POSITIVE,
        analytic=False,
        torch="special.xlog1py",
        more=[call(real(3), 2), call(1.5, real(3, domain=POSITIVE))],
        edges=[call(given([0.0, 0.0, 1.0, np.nan, 0.0, 0.0]), given([-1.0, np.nan, -1.0, 1.0, -2.0, 2.0]))],
    ),
    elementwise(
        special.logit,
        _PROBABILITY,
        analytic=False,
        more=[call(real(2, 3, domain=_PROBABILITY), eps=0.01)],
        edges=[_BEYOND, call(given([-1.0, 0.0, 0.1, 0.5, 0.9, 1.0]), 0.1)],
    ),
)

ROWS = (*_NORMAL, *_GAMMA, *_BESSEL, *_LOGARITHMS)
