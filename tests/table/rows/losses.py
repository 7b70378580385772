"""Losses."""

from __future__ import annotations

from typing import Any

import numpy as np

from autograd_engine.ops.losses import binary, classification, ctc, margin, regression
from autograd_engine.ops.softmax import log_softmax

from ..operators import POSITIVE, Domain, Input, Operator, call, constant, given, integers, op, ours, real

__all__ = ["ROWS"]

_REDUCTIONS = ("mean", "sum", "none")
_CLASSES = integers(4, below=3)
_WEIGHT = constant(3, domain=POSITIVE)
_PROBABILITY = Domain(0.1, 0.9)
_SIGNS = given([[1, -1, 1], [-1, -1, 1]])
_PAIR = (real(2, 3), real(2, 3))
_TRIPLET = (real(4, 3), real(4, 3), real(4, 3))


def _fixed(values: Any) -> Input:
    """These very values, not differentiated by: in its small steps a difference would leave their domain."""
    return Input(np.shape(values), values=values, differentiated=False)


_SCORES = given([-1.0, -0.4, 0.2, 0.8, 1.4, 2.0])
_ANY_NUMBERS = _fixed([1.0, -1.0, 0.0, 0.5, 2.0, -3.0])
"""Targets of losses that are meant for 1 and -1."""


def _abs_distance(x: Any, y: Any) -> Any:
    return abs(x - y).sum(-1)


def _ctc(log_softmax: Any, ctc_loss: Any, logits: Any, *arguments: Any, **settings: Any) -> Any:
    return ctc_loss(log_softmax(logits, -1), *arguments, **settings)


_REAL = (
    op(
        regression.mse_loss,
        *(call(*_PAIR, reduction=r) for r in _REDUCTIONS),
        call(*_PAIR, weight=constant(2, 3, domain=POSITIVE)),
        call(real(0, 3), real(0, 3), reduction="sum"),
        torch="nn.functional.mse_loss",
    ).under(shift=0, degree=2, moving=(0, 1)),
    op(
        regression.l1_loss,
        *(call(*_PAIR, reduction=r) for r in _REDUCTIONS),
        call(*_PAIR, weight=constant(2, 3, domain=POSITIVE)),
        torch="nn.functional.l1_loss",
        analytic=False,
        edges=[call(given([1.0, 2.0]), given([1.0, 3.0]))],
    ).under(shift=0, degree=1, moving=(0, 1)),
    op(
        regression.smooth_l1_loss,
        *(call(*_PAIR, reduction=r) for r in _REDUCTIONS),
        call(*_PAIR, beta=0.5),
        call(*_PAIR, beta=0.0),
        torch="nn.functional.smooth_l1_loss",
        analytic=False,
        edges=[call(given([1.0, 2.0, 3.0, -5.0]), given([1.0, 3.0, 3.5, 1000.0]), beta=b) for b in (0.0, 0.5, 1.0)],
    ).under(shift=0, moving=(0, 1)),
    op(
        regression.huber_loss,
        *(call(*_PAIR, reduction=r) for r in _REDUCTIONS),
        call(*_PAIR, delta=0.5),
        call(*_PAIR, weight=constant(2, 3, domain=POSITIVE), delta=2.0),
        torch="nn.functional.huber_loss",
        analytic=False,
        edges=[call(given([1.0, 2.0, 3.0, -5.0]), given([1.0, 3.0, 3.5, 1000.0]), delta=d) for d in (0.5, 1.0)],
    ).under(shift=0, moving=(0, 1)),
    op(
        regression.gaussian_nll_loss,
        *(call(*_PAIR, real(2, 3, domain=POSITIVE), reduction=r) for r in _REDUCTIONS),
        call(*_PAIR, real(2, domain=POSITIVE), full=True),
        call(*_PAIR, real(2, 1, domain=POSITIVE)),
        call(*_PAIR, 0.5, full=True),
        torch="nn.functional.gaussian_nll_loss",
        analytic=False,
        edges=[call(given([1.0, 2.0]), given([1.5, 3.0]), given([0.0, 2.0]), eps=0.5)],
    ).under(shift=0, moving=(0, 1)),
    op(
        regression.poisson_nll_loss,
        *(call(real(2, 3), real(2, 3, domain=POSITIVE), reduction=r) for r in _REDUCTIONS),
        call(real(4), _fixed([0.0, 1.0, 2.0, 7.0]), full=True),
        call(real(4, domain=POSITIVE), constant(4, domain=POSITIVE), log_input=False),
        call(real(4, domain=POSITIVE), constant(4, domain=POSITIVE), False, True, eps=0.1),
        torch="nn.functional.poisson_nll_loss",
        analytic=False,
    ),
)

_CLASSIFICATION = (
    op(
        classification.nll_loss,
        *(call(real(4, 3), _CLASSES, reduction=r) for r in _REDUCTIONS),
        call(real(4, 3), _CLASSES, _WEIGHT),
        call(real(4, 3), given([0, 2, -100, 1])),
        call(real(4, 3), given([0, 2, 1, 1]), ignore_index=1),
        call(real(3), given(1)),
        call(real(2, 3, 2), integers(2, 2, below=3)),
        torch="nn.functional.nll_loss",
    ),
    op(
        classification.cross_entropy,
        *(call(real(4, 3), _CLASSES, reduction=r) for r in _REDUCTIONS),
        *(call(real(4, 3), _CLASSES, _WEIGHT, reduction=r) for r in _REDUCTIONS),
        call(real(4, 3), given([0, 2, -100, 1])),
        call(real(4, 3), given([0, 2, 1, 1]), ignore_index=1, reduction="none"),
        *(call(real(4, 3), _CLASSES, label_smoothing=0.1, reduction=r) for r in _REDUCTIONS),
        call(real(4, 3), given([0, 2, -100, 1]), _WEIGHT, label_smoothing=0.2),
        call(real(3), given(1)),
        call(real(3), given(1), label_smoothing=0.2, reduction="none"),
        call(real(2, 3, 2), integers(2, 2, below=3)),
        call(real(2, 3, 2), integers(2, 2, below=3), _WEIGHT),
        call(real(2, 3, 2), integers(2, 2, below=3), reduction="none"),
        call(real(2, 3, 2), integers(2, 2, below=3), label_smoothing=0.2, reduction="none"),
        call(real(4, 3), real(4, 3)),
        call(real(2, 3, 2), constant(2, 3, 2), reduction="none"),
        call(real(4, 3), real(4, 3), _WEIGHT, label_smoothing=0.1, reduction="sum"),
        torch="nn.functional.cross_entropy",
        analytic=False,
        edges=[
            call(given([[1000.0, -1000.0], [0.0, 800.0]]), given([0, 0]), label_smoothing=e) for e in (0.0, 0.1)
        ],
    ).under(shift=0),
    op(
        binary.binary_cross_entropy,
        *(call(real(2, 3, domain=_PROBABILITY), real(2, 3, domain=_PROBABILITY), reduction=r) for r in _REDUCTIONS),
        call(real(2, 3, domain=_PROBABILITY), constant(2, 3, domain=_PROBABILITY), _WEIGHT),
        torch="nn.functional.binary_cross_entropy",
        analytic=False,
        edges=[call(given([0.0, 1.0, 0.0, 1.0, 1e-50]), given(t)) for t in ([0.0, 1.0, 1.0, 0.0, 1.0], [0.5] * 5)],
    ),
    op(
        binary.binary_cross_entropy_with_logits,
        *(call(real(2, 3), real(2, 3, domain=_PROBABILITY), reduction=r) for r in _REDUCTIONS),
        call(real(2, 3), constant(2, 3, domain=_PROBABILITY), _WEIGHT, pos_weight=_WEIGHT),
        call(real(2, 3), constant(2, 3, domain=_PROBABILITY), constant(2, 1)),
        torch="nn.functional.binary_cross_entropy_with_logits",
        analytic=False,
        edges=[
            call(given([1000.0, -1000.0, 0.0]), given([t] * 3), pos_weight=w)
            for t in (0.0, 1.0, 0.3)
            for w in (None, _fixed([2.0, 0.5, 1.0]))
        ],
    ),
    op(
        binary.soft_margin_loss,
        *(call(real(2, 3), _SIGNS, reduction=r) for r in _REDUCTIONS),
        torch="nn.functional.soft_margin_loss",
        analytic=False,
        edges=[call(_SCORES, _ANY_NUMBERS, reduction="none")],
    ),
    op(
        binary.multilabel_soft_margin_loss,
        *(call(real(2, 3), real(2, 3, domain=_PROBABILITY), reduction=r) for r in _REDUCTIONS),
        call(real(2, 3), _fixed([[1.0, 0.0, 1.0], [0.0, 1.0, 1.0]]), _WEIGHT),
        call(real(3), _fixed([1.0, 0.0, 1.0])),
        torch="nn.functional.multilabel_soft_margin_loss",
        analytic=False,
    ),
    op(
        classification.kl_div,
        *(call(real(2, 3), real(2, 3, domain=POSITIVE), reduction=r) for r in ("batchmean", "sum", "none")),
        ours(real(2, 3), real(2, 3, domain=POSITIVE)),
        call(real(2, 3), real(2, 3), reduction="sum", log_target=True),
        torch="nn.functional.kl_div",
        analytic=False,
        edges=[call(given([-1.0, -2.0]), given([0.0, 1.0]), reduction="sum")],
    ),
)

_MARGIN = (
    op(
        margin.hinge_loss,
        *(call(real(2, 3), _SIGNS, reduction=r) for r in _REDUCTIONS),
        call(real(2, 3), _SIGNS, 2, 0.5),
        torch=lambda torch, x, y, p=1, margin=1.0, reduction="mean": (
            lambda losses: losses if reduction == "none" else getattr(losses, reduction)()
        )((margin - x * y).relu() ** p),
        analytic=False,
        edges=[call(given([1.0, -1.0]), given([1, -1]))],
    ),
    op(
        margin.multi_margin_loss,
        *(call(real(4, 3), _CLASSES, reduction=r) for r in _REDUCTIONS),
        call(real(4, 3), _CLASSES, 2, 0.5, _WEIGHT),
        call(real(3), given(1), weight=_WEIGHT),
        torch="nn.functional.multi_margin_loss",
        analytic=False,
        edges=[call(given([[3.2, 5.1, -1.7], [1.0, 0.0, 2.0]]), given([0, 0]), reduction="none")],
    ).under(shift=0),
    op(
        margin.multilabel_margin_loss,
        *(call(real(2, 4), given([[3, 0, -1, 1], [1, -1, -1, -1]]), reduction=r) for r in _REDUCTIONS),
        call(real(4), given([1, 2, 0, 3])),
        call(real(4), given([2, -1, 0, 3]), reduction="none"),
        torch="nn.functional.multilabel_margin_loss",
        analytic=False,
        edges=[call(given([0.1, 0.2, 1.2, 0.8]), given([2, 3, -1, -1]))],
    ),
    op(
        margin.margin_ranking_loss,
        *(call(*_PAIR, _SIGNS, reduction=r) for r in _REDUCTIONS),
        call(*_PAIR, _SIGNS, 0.5),
        torch="nn.functional.margin_ranking_loss",
        analytic=False,
        edges=[
            call(given([1.0, 2.0]), given([1.0, 2.0]), given([1, -1])),
            call(_SCORES, given([0.5] * 6), _ANY_NUMBERS, 0.3, reduction="none"),
            call(_SCORES, given([0.5] * 6), given([1.0, -1.0, 0.0, 0.5, 2.0, -3.0])),
        ],
    ).under(shift=0, moving=(0, 1)),
    op(
        margin.hinge_embedding_loss,
        *(call(real(2, 3), _SIGNS, reduction=r) for r in _REDUCTIONS),
        call(real(2, 3), _SIGNS, margin=0.5),
        torch="nn.functional.hinge_embedding_loss",
        analytic=False,
        edges=[
            call(given([1.0, 1.0]), given([1, -1])),
            call(_SCORES, _ANY_NUMBERS, reduction="none"),
            call(_SCORES, given([1, -1, 0, 2, 2, -3])),
        ],
    ),
    op(
        margin.cosine_embedding_loss,
        *(call(*_TRIPLET[:2], given([1, -1, -1, 1]), reduction=r) for r in _REDUCTIONS),
        call(real(3), real(3), given(-1), margin=-0.5),
        torch="nn.functional.cosine_embedding_loss",
        analytic=False,
        edges=[call(real(6, 2), real(6, 2), _ANY_NUMBERS, -0.5, reduction="none")],
    ),
    op(
        margin.triplet_margin_loss,
        *(call(*_TRIPLET, reduction=r) for r in _REDUCTIONS),
        call(*_TRIPLET, 2.0, 1.0, 0.1, True),
        call(real(3), real(3), real(3), 0.5, p=3),
        torch="nn.functional.triplet_margin_loss",
        analytic=False,
        edges=[call(*[given([[0.0, 1.0], [2.0, 2.0]])] * 3, swap=s) for s in (False, True)],
    ).under(shift=0, moving=(0, 1, 2)),
    op(
        margin.triplet_margin_with_distance_loss,
        call(*_TRIPLET),
        *(call(*_TRIPLET, distance_function=_abs_distance, swap=True, reduction=r) for r in _REDUCTIONS),
        torch="nn.functional.triplet_margin_with_distance_loss",
        analytic=False,
    ).under(shift=0, moving=(0, 1, 2)),
)

_ALIGNED = (
    Operator(
        "ctc_loss",
        lambda *arguments, **settings: _ctc(log_softmax, ctc.ctc_loss, *arguments, **settings),
        (
            *(
                call(real(5, 2, 4), given([[1, 2], [3, 3]]), given([5, 4]), given([2, 2]), reduction=r)
                for r in _REDUCTIONS
            ),
            call(real(4, 3, 3), given([1, 2, 2, 1]), (4, 3, 2), (3, 1, 0), reduction="none"),
            call(real(3, 2, 3), given([[0, 1], [1, 0]]), (3, 3), (2, 2), blank=2),
            call(real(4, 3), given([1, 1]), given(4), given(2)),
            call(real(2, 2, 3), given([[1, 1], [1, 2]]), (2, 2), (2, 2), zero_infinity=True, reduction="none"),
        ),
        torch=lambda torch, *arguments, **settings: _ctc(
            torch.log_softmax, torch.nn.functional.ctc_loss, *arguments, **settings
        ),
        analytic=False,
        of=ctc.ctc_loss,
    ).under(shift=0),
)

ROWS = (*_REAL, *_CLASSIFICATION, *_MARGIN, *_ALIGNED)
