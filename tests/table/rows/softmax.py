"""The softmax family."""

from __future__ import annotations

import numpy as np

from autograd_engine.ops import softmax

from ..operators import call, given, op, real, reduction

__all__ = ["ROWS"]

_HUGE = given([[-np.inf, 1.0], [np.inf, 1.0], [700.0, 800.0], [-1e5, -1e6]])


ROWS = (
    reduction(
        softmax.logsumexp,
        edges=[call(_HUGE, 1), call(_HUGE, 0)],
        torch=(
            lambda torch, x, dim=None, keepdim=False: torch.logsumexp(
                x, tuple(range(x.ndim)) if dim is None else dim, keepdim
            )
        ),
    ).under(shift=1),
    *(
        op(
            softmax,
            call(real(2, 3), 0),
            call(real(2, 3), dim=-1),
            call(real(2, 3, 2), 1),
            call(real(), 0),
            call(real(0, 3), 1),
            call(real(2, 0), 1),
            edges=[
                call(given([[1000.0, -1000.0], [700.0, 800.0]]), 1),
                call(given([[-np.inf, 1.0], [np.inf, 1.0]]), 1),
            ],
        ).under(shift=0)
        for softmax in (softmax.softmax, softmax.log_softmax)
    ),
)
