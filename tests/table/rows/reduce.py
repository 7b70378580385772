"""Reductions, scans and the softmax family."""

from __future__ import annotations

import numpy as np

from autograd_engine.ops import reduce

from ..operators import call, given, mask, op, real, reduction

__all__ = ["ROWS"]

_EQUAL = given([[1.0, 3.0, 3.0], [3.0, 0.0, 0.0]])
_ZEROS = given([[0.0, 2.0, 3.0], [0.0, 0.0, 3.0], [1.0, 2.0, 3.0]])

_NAN = given([[1.0, np.nan, 3.0], [np.nan, 2.0, np.nan], [1.0, 2.0, 3.0]])

_PROD_EDGES = [call(_ZEROS), call(_ZEROS, 1), call(_ZEROS, 0, keepdim=True), call(given([0.0])), call(given(0.0))]

ROWS = (
    reduction(reduce.sum).under(degree=1),
    reduction(reduce.mean, edges=[call(real(0, 3), 0)]).under(shift=1, degree=1),
    reduction(reduce.prod, several=False, edges=_PROD_EDGES, more=[call(_ZEROS), call(_ZEROS, 1)]),
    reduction(
        reduce.amax, empty=False, analytic=False, edges=[call(_EQUAL), call(_EQUAL, 1), call(_EQUAL, 0, True)]
    ).under(shift=1, degree=1),
    reduction(
        reduce.amin, empty=False, analytic=False, edges=[call(_EQUAL), call(_EQUAL, 1), call(_EQUAL, 0, True)]
    ).under(shift=1, degree=1),
    reduction(
        reduce.max,
        several=False,
        empty=False,
        analytic=False,
        more=[call(real(2, 3), real(3))],
        edges=[call(_EQUAL), call(_EQUAL, 1), call(_EQUAL, 0, True)],
    ),
    reduction(
        reduce.min,
        several=False,
        empty=False,
        analytic=False,
        more=[call(real(2, 3), real(3))],
        edges=[call(_EQUAL), call(_EQUAL, 1), call(_EQUAL, 0, True)],
    ),
    reduction(reduce.argmax, several=False, empty=False, order=0, edges=[call(_EQUAL), call(_EQUAL, 1)]).under(
        shift=0
    ),
    reduction(reduce.argmin, several=False, empty=False, order=0, edges=[call(_EQUAL), call(_EQUAL, 1)]).under(
        shift=0
    ),
    reduction(reduce.nansum, edges=[call(_NAN), call(_NAN, 1)]).under(degree=1),
    reduction(reduce.nanmean, empty=False, edges=[call(_NAN), call(_NAN, 1)]).under(shift=1, degree=1),
    op(
        reduce.aminmax,
        call(real(2, 3)),
        call(real(2, 3), dim=0),
        call(real(2, 3), dim=1, keepdim=True),
        call(real(0, 3), dim=1),
        call(real()),
        analytic=False,
        edges=[call(_EQUAL), call(_EQUAL, dim=1)],
    ).under(shift=1, degree=1),
    reduction(reduce.all, order=0, several=True, more=[call(mask(2, 3), 1)]),
    reduction(reduce.any, order=0, several=True, more=[call(mask(2, 3), 1)]),
    reduction(reduce.count_nonzero, order=0, keepdim=False, more=[call(mask(2, 3), 1), call(_ZEROS, 0)]),
)
