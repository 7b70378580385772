"""Losses: closed forms, and other libraries."""

import math

import numpy as np
import pytest
from scipy import special, stats

from autograd_engine import nn

from .losses import LABELS, SCORES, SOFTMAX, TABLE, TARGETS, ours, real, signs


@pytest.mark.filterwarnings("ignore:reduction. 'mean' divides:UserWarning")
@pytest.mark.parametrize("reduction", ["mean", "sum", "none"])
@pytest.mark.parametrize(("build", "inputs", "differentiated"), TABLE)
def test_pytorch_agrees(build, inputs, differentiated, reduction):
    torch = pytest.importorskip("torch", reason="PyTorch is the second opinion")

    def theirs(values):
        return torch.tensor(np.array(values))

    mine, other = build(nn, ours, reduction=reduction), build(torch.nn, theirs, reduction=reduction)
    assert repr(mine) == repr(other)
    assert list(mine.state_dict()) == list(other.state_dict())
    my_inputs, their_inputs = [ours(x) for x in inputs], [theirs(x) for x in inputs]
    for x in (*my_inputs[:differentiated], *their_inputs[:differentiated]):
        x.requires_grad_()
    loss, wanted = mine(*my_inputs), other(*their_inputs)
    np.testing.assert_allclose(loss.detach(), wanted.detach(), rtol=1e-8, atol=1e-10)
    if differentiated:
        g = real(*loss.shape)
        loss.backward(ours(g))
        wanted.backward(theirs(g))
    for x, y in zip(my_inputs[:differentiated], their_inputs[:differentiated], strict=True):
        np.testing.assert_allclose(x.grad, y.grad, rtol=1e-8, atol=1e-10)


@pytest.mark.parametrize(("build", "inputs", "differentiated"), TABLE)
def test_the_reductions_belong_together(build, inputs, differentiated):
    tensors = [ours(x) for x in inputs]
    each, total, mean = (build(nn, ours, reduction=r)(*tensors) for r in ("none", "sum", "mean"))
    assert each.shape != ()
    assert total.shape == mean.shape == ()
    np.testing.assert_allclose(each.sum(), total)
    if not isinstance(build(nn, ours), (nn.CrossEntropyLoss, nn.NLLLoss, nn.CTCLoss)):
        np.testing.assert_allclose(each.mean(), mean)
    with pytest.raises(ValueError, match="reduction must be"):
        build(nn, ours, reduction="average")


PREDICTED, TRUE = real(20), signs(20)
CHANCES = special.expit(PREDICTED)
ERRORS = real(20) * 2
CAT = np.array([[3.2, 5.1, -1.7]])


def metric(name, *arguments):
    metrics = pytest.importorskip("sklearn.metrics")
    return getattr(metrics, name)(*arguments)


@pytest.mark.parametrize(
    ("loss", "inputs", "expected"),
    [
        (nn.CrossEntropyLoss(), (SCORES, LABELS), lambda: metric("log_loss", LABELS, SOFTMAX)),
        (nn.NLLLoss(), (np.log(SOFTMAX), LABELS), lambda: metric("log_loss", LABELS, SOFTMAX)),
        (nn.BCELoss(), (CHANCES, TRUE > 0), lambda: metric("log_loss", TRUE, CHANCES)),
        (nn.BCEWithLogitsLoss(), (PREDICTED, TRUE > 0), lambda: metric("log_loss", TRUE, CHANCES)),
        (nn.SoftMarginLoss(), (PREDICTED, TRUE), lambda: metric("log_loss", TRUE, CHANCES)),
        (nn.HingeLoss(), (PREDICTED, TRUE), lambda: metric("hinge_loss", TRUE, PREDICTED)),
        (nn.HingeLoss(p=2), (PREDICTED, TRUE), lambda: np.mean(np.maximum(0, 1 - PREDICTED * TRUE) ** 2)),
        (nn.MSELoss(), (SCORES, TARGETS), lambda: metric("mean_squared_error", SCORES, TARGETS)),
        (nn.L1Loss(), (SCORES, TARGETS), lambda: metric("mean_absolute_error", SCORES, TARGETS)),
        (nn.HuberLoss(delta=0.8), (ERRORS, 0 * ERRORS), lambda: special.huber(0.8, ERRORS).mean()),
        (nn.SmoothL1Loss(beta=0.8), (ERRORS, 0 * ERRORS), lambda: special.huber(0.8, ERRORS).mean() / 0.8),
        (
            nn.KLDivLoss(reduction="sum"),
            (np.log(SOFTMAX), TARGETS),
            lambda: special.rel_entr(TARGETS, SOFTMAX).sum(),
        ),
        (
            nn.KLDivLoss(reduction="batchmean", log_target=True),
            (np.log(SOFTMAX), np.log(TARGETS)),
            lambda: np.mean(stats.entropy(TARGETS, SOFTMAX, axis=1)),
        ),
        (
            nn.GaussianNLLLoss(full=True),
            (PREDICTED, ERRORS, np.full(20, 2.0)),
            lambda: -stats.norm.logpdf(ERRORS, PREDICTED, math.sqrt(2)).mean(),
        ),
        (
            nn.PoissonNLLLoss(full=True, reduction="sum"),
            (np.log([3.0, 4.0]), np.array([200.0, 300.0])),
            lambda: -stats.poisson.logpmf([200, 300], [3, 4]).sum() - 1 / 12 * (1 / 200 + 1 / 300),
        ),
        (
            nn.CosineEmbeddingLoss(margin=0.2),
            (SCORES, TARGETS, TRUE),
            lambda: np.mean(
                [
                    1 - cos if sign == 1 else max(0, cos - 0.2)
                    for cos, sign in zip(
                        (SCORES * TARGETS).sum(1)
                        / np.linalg.norm(SCORES, axis=1)
                        / np.linalg.norm(TARGETS, axis=1),
                        TRUE,
                        strict=True,
                    )
                ]
            ),
        ),
        (
            nn.TripletMarginLoss(p=1, eps=0.0),
            (SCORES, TARGETS, SOFTMAX),
            lambda: np.mean(np.maximum(0, 1 + abs(SCORES - TARGETS).sum(1) - abs(SCORES - SOFTMAX).sum(1))),
        ),
        (
            nn.HingeEmbeddingLoss(),
            (abs(PREDICTED), TRUE),
            lambda: np.where(TRUE == 1, abs(PREDICTED), np.maximum(0, 1 - abs(PREDICTED))).mean(),
        ),
        (
            nn.MarginRankingLoss(0.5),
            (PREDICTED, ERRORS, TRUE),
            lambda: np.maximum(0, 0.5 - TRUE * (PREDICTED - ERRORS)).mean(),
        ),
        (
            nn.MultiLabelSoftMarginLoss(),
            (SCORES, (TARGETS > 0.3) * 1.0),
            lambda: np.mean(np.logaddexp(0, np.where(TARGETS > 0.3, -SCORES, SCORES))),
        ),
        # CS231n, linear classification: hinge loss 2.9, cross entropy 2.04.
        (nn.MultiMarginLoss(), (CAT, np.array([0])), lambda: 2.9 / 3),
        (nn.CrossEntropyLoss(), (CAT, np.array([0])), lambda: special.logsumexp(CAT) - 3.2),
        # PyTorch's documentation: classes 3 and 0 against 1 and 2.
        (nn.MultiLabelMarginLoss(), (np.array([[0.1, 0.2, 0.4, 0.8]]), np.array([[3, 0, -1, 1]])), lambda: 0.85),
    ],
    ids=lambda value: type(value).__name__ if isinstance(value, nn.Module) else "",
)
def test_what_others_say(loss, inputs, expected):
    tensors = [ours(x * 1.0 if x.dtype == bool else x) for x in inputs]
    assert loss(*tensors).item() == pytest.approx(expected(), rel=1e-6)
