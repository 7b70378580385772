"""Statistics and norms."""

from __future__ import annotations

import numpy as np

from autograd_engine.ops import statistics

from ..operators import Input, call, given, op, real

__all__ = ["ROWS"]

_EQUAL = given([[1.0, 3.0, 3.0], [3.0, 0.0, 0.0]])

_VARIABLES = given([[1.0, 2.0, 4.0, 3.0], [0.0, 2.0, -1.0, 5.0], [3.0, 2.0, 2.5, 1.5]])
_WEIGHTS = Input((3,), differentiated=False, values=[0.5, 1.0, 2.5])


ROWS = (
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
        ).under(shift=shift, degree=degree)
        for spread, analytic, shift, degree, edges in (
            (statistics.var, True, 0, 2, [call(_EQUAL), call(given([[2.0, 2.0], [1.0, 2.0]]), 1)]),
            (statistics.std, True, 0, 1, [call(_EQUAL), call(given([[2.0, 2.0], [1.0, 2.0]]), 1)]),
            (statistics.var_mean, True, (0, 1), (2, 1), [call(_EQUAL)]),
            (statistics.std_mean, True, (0, 1), 1, [call(_EQUAL)]),
        )
    ),
    op(
        statistics.cov,
        call(real(2, 4)),
        call(real(4)),
        call(real(3, 4), correction=0),
        call(real(2, 3), fweights=given(np.array([1, 2, 3]))),
        call(real(2, 3), fweights=given(np.array([1, 2, 3])), aweights=_WEIGHTS),
        call(real(2, 3), aweights=_WEIGHTS),
        analytic=False,
    ).under(shift=0),
    op(statistics.corrcoef, call(_VARIABLES), call(given([1.0, 2.0, 4.0])), analytic=False).under(
        shift=0, degree=0
    ),
)
