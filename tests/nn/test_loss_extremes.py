"""Losses: extreme values, and what is refused."""

import math

import numpy as np
import pytest

import autograd_engine as ag
from autograd_engine.nn import functional as F

from ..messages import exactly
from .losses import LABELS, SCORES, TARGETS, WEIGHT

# -------------------------------------------------------------------------------------------------- extremes


@pytest.mark.parametrize("dtype", [ag.float32, ag.float64])
@pytest.mark.parametrize(
    ("loss", "target"),
    [
        (F.cross_entropy, [0]),
        (lambda x, y: F.cross_entropy(x, y, label_smoothing=0.1), [2]),
        (F.cross_entropy, [[0.5, 0.5, 0.0]]),
        (F.binary_cross_entropy_with_logits, [[0.0, 1.0, 0.5]]),
        (lambda x, y: F.binary_cross_entropy_with_logits(x, y, pos_weight=ag.tensor(2.0)), [[0.0, 1.0, 0.5]]),
        (F.soft_margin_loss, [[-1.0, 1.0, -1.0]]),
        (F.multilabel_soft_margin_loss, [[0.0, 1.0, 1.0]]),
        (F.hinge_loss, [[-1.0, 1.0, -1.0]]),
    ],
)
def test_logits_of_1000_do_not_overflow(loss, target, dtype):
    x = ag.tensor([[1000.0, -1000.0, 0.0]], dtype=dtype, requires_grad=True)
    target = ag.tensor(target)
    with np.errstate(all="raise", under="ignore"):
        value = loss(x, target if target.dtype == ag.int64 else target.to(dtype))
        value.backward()
    assert value.dtype == dtype
    assert np.isfinite(value.item())
    assert np.isfinite(x.grad.numpy()).all()


def test_small_losses_keep_their_digits():
    x = ag.tensor([40.0, -40.0], dtype=ag.float64)
    each = F.binary_cross_entropy_with_logits(x, ag.tensor([1.0, 0.0], dtype=ag.float64), reduction="none")
    np.testing.assert_allclose(each, math.exp(-40), rtol=1e-12)


def test_ignored_targets_do_not_count_whatever_their_scores():
    x = ag.tensor([[math.nan, math.inf], [1.0, 2.0]], dtype=ag.float64, requires_grad=True)
    with np.errstate(invalid="ignore"):
        loss = F.cross_entropy(x, ag.tensor([-100, 1]))
    assert loss.item() == pytest.approx(math.log1p(math.exp(-1)))


@pytest.mark.parametrize(
    "settings",
    [
        {},
        {"weight": WEIGHT},
        {"label_smoothing": 0.1},
        {"ignore_index": 1},
    ],
)
def test_the_mean_over_nothing_is_nan_and_its_gradient_0(settings):
    settings = {k: ag.tensor(v) if k == "weight" else v for k, v in settings.items()}
    for count in (0, 2):
        x = ag.zeros(count, 3, dtype=ag.float64, requires_grad=True)
        loss = F.cross_entropy(x, ag.full((count,), settings.get("ignore_index", -100)), **settings)
        (2.0 * loss).backward()
        assert math.isnan(loss.item())
        assert x.grad.tolist() == np.zeros((count, 3)).tolist()


def test_cross_entropy_of_every_kind_is_one_node():
    x, y = ag.tensor(SCORES, requires_grad=True), ag.tensor(LABELS)
    weight = ag.tensor(WEIGHT)
    for loss in (
        F.cross_entropy(x, y),
        F.cross_entropy(x, y, weight),
        F.cross_entropy(x, y, ignore_index=1),
        F.cross_entropy(x, y, weight, label_smoothing=0.1, reduction="sum"),
        F.cross_entropy(x, ag.tensor(TARGETS), weight, reduction="sum"),
    ):
        assert [p is x.node for p in loss.node.parents if p is not None] == [True]


def test_the_variance_of_a_normal_target_may_be_one_number_per_row_or_one_for_all():
    x, y = ag.tensor(SCORES), ag.tensor(TARGETS)
    whole = F.gaussian_nll_loss(x, y, ag.full((20, 3), 0.5, dtype=ag.float64))
    for var in (0.5, ag.full((20,), 0.5, dtype=ag.float64), ag.full((20, 1), 0.5, dtype=ag.float64)):
        assert F.gaussian_nll_loss(x, y, var).item() == pytest.approx(whole.item())


# ---------------------------------------------------------------------------------------------- what is refused

ONE, TWO = ag.full((3,), 0.5), ag.full((3, 1), 0.5)
PAIRS = [
    F.mse_loss,
    F.l1_loss,
    F.smooth_l1_loss,
    F.huber_loss,
    F.binary_cross_entropy,
    F.binary_cross_entropy_with_logits,
    F.kl_div,
    F.hinge_loss,
    F.hinge_embedding_loss,
    F.soft_margin_loss,
    F.multilabel_soft_margin_loss,
    F.multilabel_margin_loss,
    F.poisson_nll_loss,
]


@pytest.mark.parametrize("loss", PAIRS)
def test_shapes_that_would_broadcast_are_refused(loss):
    for pair in ((ONE, TWO), (TWO, ONE)):
        with pytest.raises(ValueError, match=rf"{loss.__name__}: input of shape .* and target of shape .* differ"):
            loss(*pair)


@pytest.mark.parametrize(
    ("call", "error", "match"),
    [
        (
            lambda: F.gaussian_nll_loss(ONE, TWO, ONE),
            ValueError,
            exactly(
                "gaussian_nll_loss: input of shape (3,) and target of shape (3, 1) differ; reshape "
                "one of them, broadcasting would compare every pair"
            ),
        ),
        (
            lambda: F.gaussian_nll_loss(TWO, TWO, ag.ones(1)),
            ValueError,
            exactly(
                "gaussian_nll_loss: var of shape (1,) for an input of shape (3, 1); it may have the "
                "same shape, lack the last dimension, or have size 1 in one"
            ),
        ),
        (
            lambda: F.gaussian_nll_loss(ONE, ONE, -ONE),
            ValueError,
            exactly("gaussian_nll_loss: the variance must be at least 0, got -0.5"),
        ),
        (
            lambda: F.gaussian_nll_loss(ONE, ONE, -0.5),
            ValueError,
            exactly("gaussian_nll_loss: the variance must be at least 0, got -0.5"),
        ),
        (
            lambda: F.poisson_nll_loss(ONE, -ONE),
            ValueError,
            exactly("poisson_nll_loss: the target must be at least 0, got -0.5"),
        ),
        (
            lambda: F.poisson_nll_loss(-ONE, ONE, log_input=False),
            ValueError,
            exactly("poisson_nll_loss: the rate must be at least 0, got -0.5"),
        ),
        (lambda: F.huber_loss(ONE, ONE, delta=0), ValueError, exactly("huber_loss: delta must be positive, not 0")),
        (lambda: F.huber_loss(ONE, ONE, weight=TWO), ValueError, "weight of shape"),
        (lambda: F.mse_loss(ONE, ONE, weight=TWO), ValueError, "weight of shape"),
        (
            lambda: F.mse_loss(ONE, ONE, "max"),
            ValueError,
            exactly("mse_loss: reduction must be 'mean', 'sum' or 'none', not 'max'"),
        ),
        (
            lambda: F.smooth_l1_loss(ONE, ONE, beta=-1),
            ValueError,
            exactly("smooth_l1_loss: beta must not be negative, got -1"),
        ),
        (
            lambda: F.binary_cross_entropy(ONE * 3, ONE),
            ValueError,
            exactly("binary_cross_entropy: the input must lie in [0, 1], got 1.5"),
        ),
        (
            lambda: F.binary_cross_entropy(ONE, ONE - 1),
            ValueError,
            exactly("binary_cross_entropy: the target must lie in [0, 1], got -0.5"),
        ),
        (
            lambda: F.binary_cross_entropy(ONE * math.nan, ONE),
            ValueError,
            exactly("binary_cross_entropy: the input must lie in [0, 1], got nan"),
        ),
        (
            lambda: F.binary_cross_entropy(ONE, ONE, ag.ones(2)),
            ValueError,
            exactly("binary_cross_entropy: weight of shape (2,) does not expand to (3,)"),
        ),
        (
            lambda: F.binary_cross_entropy(ONE, ONE, ag.ones(2, 3)),
            ValueError,
            exactly("binary_cross_entropy: weight of shape (2, 3) does not expand to (3,)"),
        ),
        (
            lambda: F.binary_cross_entropy_with_logits(ONE, ONE * 3),
            ValueError,
            exactly("binary_cross_entropy_with_logits: the target must lie in [0, 1], got 1.5"),
        ),
        (
            lambda: F.binary_cross_entropy_with_logits(ONE, ONE, pos_weight=ag.ones(2)),
            ValueError,
            exactly("binary_cross_entropy_with_logits: pos_weight of shape (2,) does not expand to (3,)"),
        ),
        (lambda: F.kl_div(ONE, -ONE), ValueError, exactly("kl_div: the target must be at least 0, got -0.5")),
        (lambda: F.hinge_loss(ONE, ONE), ValueError, exactly("hinge_loss: the targets must be 1 or -1, got 0.5")),
        (lambda: F.hinge_loss(ONE, ONE * 2, p=3), ValueError, exactly("hinge_loss: p must be 1 or 2, not 3")),
        (
            lambda: F.margin_ranking_loss(ONE, ONE, TWO),
            ValueError,
            exactly(
                "margin_ranking_loss: input of shape (3,) and target of shape (3, 1) differ; reshape "
                "one of them, broadcasting would compare every pair"
            ),
        ),
        (
            lambda: F.margin_ranking_loss(ONE, TWO, ONE),
            ValueError,
            exactly(
                "margin_ranking_loss: input of shape (3,) and input2 of shape (3, 1) differ; reshape "
                "one of them, broadcasting would compare every pair"
            ),
        ),
        (
            lambda: F.cosine_embedding_loss(TWO, TWO, TWO),
            ValueError,
            exactly(
                "cosine_embedding_loss: a target of shape (3, 1) for vectors of shape (3, 1); "
                "expected one number per vector, (3,)"
            ),
        ),
        (
            lambda: F.cosine_embedding_loss(ONE, TWO, ONE),
            ValueError,
            exactly("cosine_embedding_loss: expected vectors (..., D) of one shape, got (3,), (3, 1)"),
        ),
        (
            lambda: F.triplet_margin_loss(TWO, TWO, ONE),
            ValueError,
            exactly("triplet_margin_loss: expected vectors (..., D) of one shape, got (3, 1), (3, 1), (3,)"),
        ),
        (
            lambda: F.triplet_margin_loss(TWO, TWO, TWO, margin=0),
            ValueError,
            exactly("triplet_margin_loss: the margin must be positive, not 0"),
        ),
        (
            lambda: F.multi_margin_loss(ag.ones(2, 3), ag.tensor([0, 3])),
            IndexError,
            exactly("multi_margin_loss: target 3 is out of range for 3 classes"),
        ),
        (
            lambda: F.multi_margin_loss(ag.ones(2, 3), ag.tensor([0, -100])),
            IndexError,
            exactly("multi_margin_loss: target -100 is out of range for 3 classes"),
        ),
        (
            lambda: F.multi_margin_loss(ag.ones(2, 3, 1), ag.tensor([0, 0])),
            ValueError,
            exactly("multi_margin_loss: expected scores (N, C) or (C,), got shape (2, 3, 1)"),
        ),
        (
            lambda: F.multilabel_margin_loss(ONE, ag.tensor([0, 3, -1])),
            IndexError,
            exactly("multilabel_margin_loss: target 3 is out of range for 3 classes"),
        ),
        (lambda: F.multilabel_margin_loss(ONE, ONE), TypeError, "integers"),
        (
            lambda: F.cross_entropy(ag.ones(2, 3), ag.tensor([0, -1])),
            IndexError,
            exactly("cross_entropy: target -1 is out of range for 3 classes"),
        ),
        (lambda: F.cross_entropy(ag.ones(2, 3), ag.tensor([0, 1]), ag.ones(2)), ValueError, "weight of shape"),
        (
            lambda: F.cross_entropy(ag.ones(2, 3), ag.ones(2, 1)),
            ValueError,
            exactly(
                "cross_entropy: input of shape (2, 3) and target of shape (2, 1) differ; reshape one "
                "of them, broadcasting would compare every pair"
            ),
        ),
        (
            lambda: F.cross_entropy(ag.ones(2, 3), ag.tensor([0, 1]), label_smoothing=2),
            ValueError,
            exactly("cross_entropy: label_smoothing must lie in [0, 1], not 2"),
        ),
        (
            lambda: F.nll_loss(ag.ones(2, 3), ag.tensor([[0], [1]])),
            ValueError,
            exactly("nll_loss: targets of shape (2, 1) do not fit an input of shape (2, 3)"),
        ),
        (
            lambda: F.ctc_loss(ONE, ag.tensor([1]), 1, 1),
            ValueError,
            exactly("ctc_loss: expected log_probs (T, N, C) or (T, C), got shape (3,)"),
        ),
        (
            lambda: F.ctc_loss(ag.ones(2, 3), ag.tensor([3]), 2, 1),
            ValueError,
            exactly("ctc_loss: target 3 is the blank or out of range for 3 classes"),
        ),
        (
            lambda: F.ctc_loss(ag.ones(2, 3), ag.tensor([0]), 2, 1),
            ValueError,
            exactly("ctc_loss: target 0 is the blank or out of range for 3 classes"),
        ),
        (lambda: F.ctc_loss(ag.ones(2, 3), ag.tensor([1.0]), 2, 1), TypeError, "integers"),
        (
            lambda: F.ctc_loss(ag.ones(2, 3), ag.tensor([1]), 3, 1),
            ValueError,
            exactly("ctc_loss: input_lengths must lie in [0, 2], got 3"),
        ),
        (
            lambda: F.ctc_loss(ag.ones(2, 1, 3), ag.tensor([1]), (2, 2), (1,)),
            ValueError,
            exactly("ctc_loss: input_lengths must hold 1 integers, one per sample, got int64 of shape (2,)"),
        ),
        (
            lambda: F.ctc_loss(ag.ones(2, 2, 3), ag.tensor([1]), (2, 2), (1, 1)),
            ValueError,
            exactly("ctc_loss: 1 concatenated targets, but target_lengths add up to 2"),
        ),
        (
            lambda: F.ctc_loss(ag.ones(2, 2, 3), ag.tensor([[1]]), (2, 2), (1, 1)),
            ValueError,
            exactly("ctc_loss: targets (1, 1) must be 2 rows of 1 or more labels"),
        ),
        (
            lambda: F.ctc_loss(ag.ones(2, 3), ag.tensor([1]), 2, 1, blank=3),
            ValueError,
            exactly("ctc_loss: the blank 3 is out of range for 3 classes"),
        ),
    ],
)
def test_what_has_no_meaning_is_refused(call, error, match):
    with pytest.raises(error, match=match):
        call()
