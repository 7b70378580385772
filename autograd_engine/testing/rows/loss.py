"""Losses."""

from __future__ import annotations

from ...ops import loss
from ..operators import POSITIVE, call, constant, given, integers, op, real

__all__ = ["ROWS"]

_CLASSES = integers(4, below=3)

ROWS = (
    op(
        loss.mse_loss,
        *(call(real(2, 3), real(2, 3), reduction=r) for r in ("mean", "sum", "none")),
        torch="nn.functional.mse_loss",
    ),
    op(
        loss.l1_loss,
        *(call(real(2, 3), real(2, 3), reduction=r) for r in ("mean", "sum", "none")),
        torch="nn.functional.l1_loss",
        analytic=False,
        raw=False,
        edges=[call(given([1.0, 2.0]), given([1.0, 3.0]))],
    ),
    op(
        loss.nll_loss,
        *(call(real(4, 3), _CLASSES, reduction=r) for r in ("mean", "sum", "none")),
        call(real(4, 3), _CLASSES, constant(3, domain=POSITIVE)),
        call(real(4, 3), given([0, 2, -100, 1])),
        call(real(4, 3), given([0, 2, 1, 1]), ignore_index=1),
        call(real(3), given(1)),
        call(real(2, 3, 2), integers(2, 2, below=3)),
        torch="nn.functional.nll_loss",
    ),
    op(
        loss.cross_entropy,
        *(call(real(4, 3), _CLASSES, reduction=r) for r in ("mean", "sum", "none")),
        call(real(4, 3), _CLASSES, constant(3, domain=POSITIVE)),
        call(real(4, 3), given([0, 2, -100, 1])),
        call(real(4, 3), given([0, 2, 1, 1]), ignore_index=1, reduction="none"),
        call(real(4, 3), _CLASSES, label_smoothing=0.1),
        call(real(4, 3), given([0, 2, -100, 1]), constant(3, domain=POSITIVE), label_smoothing=0.2),
        call(real(3), given(1)),
        call(real(2, 3, 2), integers(2, 2, below=3)),
        call(real(2, 3, 2), integers(2, 2, below=3), reduction="none"),
        call(real(4, 3), real(4, 3)),
        call(real(4, 3), real(4, 3), constant(3, domain=POSITIVE), label_smoothing=0.1, reduction="sum"),
        torch="nn.functional.cross_entropy",
        analytic=False,
        edges=[call(given([[1000.0, -1000.0], [0.0, 800.0]]), given([0, 0]))],
    ),
)
