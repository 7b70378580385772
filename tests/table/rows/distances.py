"""Norms and distances."""

from __future__ import annotations

import numpy as np

from autograd_engine.ops.linear_algebra import distances

from ..operators import NONZERO, POSITIVE, call, given, op, ours, real, without_eps
from .matrices import SQUARES, row, spread

__all__ = ["ROWS"]

_EQUAL = given([[1.0, 3.0, 3.0], [3.0, 0.0, 0.0]])

_ZERO = given([[0.0, 0.0, 0.0], [1.0, -2.0, 2.0]])

ROWS = (
    row(
        distances.vector_norm,
        None,
        call(real(3, domain=NONZERO)),
        call(real(2, 3, domain=NONZERO), 2, 0),
        call(real(2, 3, domain=NONZERO), 3, -1, True),
        call(real(2, 3, domain=NONZERO), 1.5, (0, 1)),
        call(real(2, 3, domain=NONZERO), 1),
        call(real(2, 3), float("inf"), 1),
        call(real(2, 3, domain=NONZERO), -float("inf"), 1),
        call(real(2, 3, domain=NONZERO), -2, 1),
        call(real(domain=NONZERO)),
        call(real(0, 3), 2, 1),
        call(real(2, 0), 2, 1),
        edges=(
            call(given([[0.0, 0.0], [0.0, 1.0]]), 2, 1),
            call(given([[0.0, 0.0], [0.0, 1.0]]), 3, 1),
            call(given([[0.0, 0.0], [0.0, 1.0]]), 1.5, 1),
            call(given([[1.0, -1.0], [0.0, 0.0]]), float("inf"), 1),
            call(given([0.0, 2.0, 0.0]), 1),
        ),
    ).under(degree=1),
    row(
        distances.matrix_norm,
        None,
        call(real(2, 3)),
        call(real(2, 3), "nuc"),
        call(real(2, 2, 3), 2),
        call(real(3, 2), -2, keepdim=True),
        call(real(2, 3, domain=NONZERO), 1),
        call(real(2, 3, domain=NONZERO), -1),
        call(real(2, 3, domain=NONZERO), float("inf")),
        call(real(2, 3, 2, domain=NONZERO), -float("inf"), (0, 2), keepdim=True),
        call(real(2, 3, 2), "fro", (0, 1)),
        call(real(2, 3, 2), "nuc", (2, 0)),
        call(real(0, 2, 3)),
    ).under(degree=1),
    row(
        distances.norm,
        None,
        call(real(2, 3, domain=NONZERO)),
        call(real(2, 3, domain=NONZERO), dim=1),
        call(real(3, domain=NONZERO), 3),
        call(real(2, 3), "fro"),
        call(real(2, 3), "nuc"),
        call(real(2, 2, 3, domain=NONZERO), 1, 0, True),
        call(real(2, 2, 3, domain=NONZERO), 1, (0, 2), keepdim=True),
    ).under(degree=1),
    row(
        distances.cond,
        lambda la, a, p=None: la.cond(spread(a), p),
        *SQUARES[:2],
        call(real(4, 2)),
        call(real(3, 3), -2),
        ours(real(3, 3), "fro"),
        ours(real(2, 0, 0)),
    ),
    op(
        distances.dist,
        call(real(2, 3), real(2, 3)),
        call(real(2, 3), real(3), 3),
        call(real(2, 3), real(1, 3), p=1),
        analytic=False,
        edges=[call(_EQUAL, _EQUAL), call(_EQUAL, _EQUAL, 1), call(real(2), real(2), np.inf)],
    ).under(shift=0, degree=1, moving=(0, 1)),
    op(
        distances.cdist,
        call(real(2, 3), real(4, 3)),
        call(real(2, 2, 3), real(1, 3, 3), 1.0),
        call(real(2, 3), real(2, 3), p=3.0),
        call(real(0, 3), real(2, 3)),
        analytic=False,
        edges=[call(_EQUAL, _EQUAL), call(_EQUAL, _EQUAL, 1.0), call(real(2, 3), real(2, 3), np.inf)],
    ).under(shift=0, degree=1, moving=(0, 1)),
    op(
        distances.renorm,
        call(given([[1.0, 2.0], [0.1, 0.2]]), 2, 0, 1.0),
        call(real(2, 3, 2), p=1, dim=1, maxnorm=0.5),
        analytic=False,
        edges=[call(given([[3.0, 4.0], [0.0, 0.0]]), 2, 0, 5.0)],
    ),
    op(
        distances.normalize,
        call(real(2, 3)),
        call(real(2, 3), 3.0, 0),
        call(real(2, 3), p=1, dim=-1, eps=1e-3),
        call(real(2, 3), float("inf")),
        call(real(2, 3), 2.0, 1, 5.0),
        call(real(2, 3), eps=0.0),
        call(real(4), dim=0),
        call(real(0, 3)),
        torch="nn.functional.normalize",
        analytic=False,
        edges=[call(_ZERO)],
    ).under(degree=0, calls=without_eps),
    op(
        distances.cosine_similarity,
        call(real(2, 3), real(2, 3)),
        call(real(2, 3), real(2, 3), 0),
        call(real(2, 1, 3), real(4, 3), -1),
        call(real(3), real(2, 3), 0),
        call(real(1, 3), real(2, 3), 0),
        call(real(3), real(3), dim=0, eps=0.1),
        call(real(2, 3), real(2, 3), eps=0.0),
        call(real(0, 3), real(0, 3)),
        torch="nn.functional.cosine_similarity",
        analytic=False,
        edges=[call(_ZERO, given([[1.0, 0.0, 0.0], [1.0, -2.0, 2.0]]))],
    ).under(degree=0, moving=(0, 1), calls=without_eps),
    op(
        distances.pairwise_distance,
        call(real(2, 3), real(2, 3)),
        call(real(2, 3, domain=POSITIVE), real(2, 3), 1.0),
        call(real(2, 3), real(3), 3.0, 0.0, True),
        call(real(2, 3), real(2, 3), p=float("inf"), keepdim=True),
        call(real(3), real(3)),
        call(real(0, 3), real(0, 3)),
        torch="nn.functional.pairwise_distance",
        analytic=False,
        edges=[call(_ZERO, _ZERO), call(_ZERO, _ZERO, 2.0, 0.0)],
    )
    .under(shift=0, moving=(0, 1))
    .under(degree=1, moving=(0, 1), calls=lambda call: call.arguments[3:4] == (0.0,)),
)
