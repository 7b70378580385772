"""Reductions, scans and the softmax family."""

from __future__ import annotations

import numpy as np

from ...ops import reduce
from ..operators import Input, call, given, mask, op, real, reduction

__all__ = ["ROWS"]

_EQUAL = given([[1.0, 3.0, 3.0], [3.0, 0.0, 0.0]])
_ZEROS = given([[0.0, 2.0, 3.0], [0.0, 0.0, 3.0], [1.0, 2.0, 3.0]])
_HUGE = given([[-np.inf, 1.0], [np.inf, 1.0], [700.0, 800.0], [-1e5, -1e6]])

_NAN = given([[1.0, np.nan, 3.0], [np.nan, 2.0, np.nan], [1.0, 2.0, 3.0]])
_VARIABLES = given([[1.0, 2.0, 4.0, 3.0], [0.0, 2.0, -1.0, 5.0], [3.0, 2.0, 2.5, 1.5]])
_WEIGHTS = Input((3,), differentiated=False, values=[0.5, 1.0, 2.5])

_PROD_EDGES = [call(_ZEROS), call(_ZEROS, 1), call(_ZEROS, 0, keepdim=True), call(given([0.0])), call(given(0.0))]

ROWS = (
    reduction(reduce.sum),
    reduction(reduce.mean, edges=[call(real(0, 3), 0)]),
    reduction(reduce.prod, several=False, edges=_PROD_EDGES, more=[call(_ZEROS), call(_ZEROS, 1)]),
    reduction(
        reduce.amax, empty=False, analytic=False, edges=[call(_EQUAL), call(_EQUAL, 1), call(_EQUAL, 0, True)]
    ),
    reduction(
        reduce.amin, empty=False, analytic=False, edges=[call(_EQUAL), call(_EQUAL, 1), call(_EQUAL, 0, True)]
    ),
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
    reduction(reduce.argmax, several=False, empty=False, order=0, edges=[call(_EQUAL), call(_EQUAL, 1)]),
    reduction(reduce.argmin, several=False, empty=False, order=0, edges=[call(_EQUAL), call(_EQUAL, 1)]),
    *(
        op(
            spread,
            call(real(2, 3)),
            call(real(2, 3), 0),
            call(real(2, 3), -1, correction=0, keepdim=True),
            call(real(2, 3, 2), (0, 2), correction=2),
            call(real(3), correction=0.5),
            call(real(0, 3), 1),
            analytic=analytic,
            edges=edges,
        )
        for spread, analytic, edges in (
            (reduce.var, True, [call(_EQUAL), call(given([[2.0, 2.0], [1.0, 2.0]]), 1)]),
            (reduce.std, True, [call(_EQUAL), call(given([[2.0, 2.0], [1.0, 2.0]]), 1)]),
            (reduce.var_mean, True, [call(_EQUAL)]),
            (reduce.std_mean, True, [call(_EQUAL)]),
        )
    ),
    reduction(
        reduce.logsumexp,
        edges=[call(_HUGE, 1), call(_HUGE, 0)],
        torch=(
            lambda torch, x, dim=None, keepdim=False: torch.logsumexp(
                x, tuple(range(x.ndim)) if dim is None else dim, keepdim
            )
        ),
    ),
    *(
        op(
            softmax,
            call(real(2, 3), 0),
            call(real(2, 3), dim=-1),
            call(real(2, 3, 2), 1),
            call(real(), 0),
            call(real(0, 3), 1),
            call(real(2, 0), 1),
            edges=[call(given([[1000.0, -1000.0], [700.0, 800.0]]), 1), call(given([[-np.inf, 1.0]]), 1)],
        )
        for softmax in (reduce.softmax, reduce.log_softmax)
    ),
    reduction(reduce.nansum, edges=[call(_NAN), call(_NAN, 1)]),
    reduction(reduce.nanmean, empty=False, edges=[call(_NAN), call(_NAN, 1)]),
    op(
        reduce.aminmax,
        call(real(2, 3)),
        call(real(2, 3), dim=0),
        call(real(2, 3), dim=1, keepdim=True),
        call(real(0, 3), dim=1),
        call(real()),
        analytic=False,
        edges=[call(_EQUAL), call(_EQUAL, dim=1)],
    ),
    op(
        reduce.cov,
        call(real(2, 4)),
        call(real(4)),
        call(real(3, 4), correction=0),
        call(real(2, 3), fweights=given(np.array([1, 2, 3]))),
        call(real(2, 3), fweights=given(np.array([1, 2, 3])), aweights=_WEIGHTS),
        call(real(2, 3), aweights=_WEIGHTS),
        analytic=False,
    ),
    op(reduce.corrcoef, call(_VARIABLES), call(given([1.0, 2.0, 4.0])), analytic=False),
    op(reduce.trace, call(real(3, 3)), call(real(2, 3)), call(real(3, 1)), call(real(0, 3))),
    reduction(reduce.all, order=0, several=True, more=[call(mask(2, 3), 1)]),
    reduction(reduce.any, order=0, several=True, more=[call(mask(2, 3), 1)]),
    reduction(reduce.count_nonzero, order=0, keepdim=False, more=[call(mask(2, 3), 1), call(_ZEROS, 0)]),
)
