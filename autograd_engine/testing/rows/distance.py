"""Distances and similarities."""

from __future__ import annotations

from ...ops import distance
from ..operators import POSITIVE, call, given, op, real

__all__ = ["ROWS"]

_ZERO = given([[0.0, 0.0, 0.0], [1.0, -2.0, 2.0]])

ROWS = (
    op(
        distance.normalize,
        call(real(2, 3)),
        call(real(2, 3), 3.0, 0),
        call(real(2, 3), p=1, dim=-1, eps=1e-3),
        call(real(2, 3), float("inf")),
        call(real(2, 3), 2.0, 1, 5.0),
        call(real(4), dim=0),
        call(real(0, 3)),
        torch="nn.functional.normalize",
        analytic=False,
        edges=[call(_ZERO)],
    ),
    op(
        distance.cosine_similarity,
        call(real(2, 3), real(2, 3)),
        call(real(2, 3), real(2, 3), 0),
        call(real(2, 1, 3), real(4, 3), -1),
        call(real(3), real(2, 3), 0),
        call(real(1, 3), real(2, 3), 0),
        call(real(3), real(3), dim=0, eps=0.1),
        call(real(0, 3), real(0, 3)),
        torch="nn.functional.cosine_similarity",
        analytic=False,
        edges=[call(_ZERO, given([[1.0, 0.0, 0.0], [1.0, -2.0, 2.0]]))],
    ),
    op(
        distance.pairwise_distance,
        call(real(2, 3), real(2, 3)),
        call(real(2, 3, domain=POSITIVE), real(2, 3), 1.0),
        call(real(2, 3), real(3), 3.0, 0.0, True),
        call(real(2, 3), real(2, 3), p=float("inf"), keepdim=True),
        call(real(3), real(3)),
        call(real(0, 3), real(0, 3)),
        torch="nn.functional.pairwise_distance",
        analytic=False,
        edges=[call(_ZERO, _ZERO), call(_ZERO, _ZERO, 2.0, 0.0)],
    ),
)
