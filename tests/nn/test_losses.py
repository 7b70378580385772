"""Losses: PyTorch's numbers, what other libraries and the books say, and which inputs are refused."""

import itertools
import math

import numpy as np
import pytest
from scipy import special, stats

import autograd_engine as ag
from autograd_engine import nn
from autograd_engine.nn import functional as F

rng = np.random.default_rng(0)


def real(*shape):
    return rng.normal(0, 1.5, shape)


def positive(*shape):
    return rng.uniform(0.2, 3.0, shape)


def probability(*shape):
    return rng.uniform(0.05, 0.95, shape)


def classes(*shape, below):
    return rng.integers(0, below, shape)


def signs(*shape):
    return rng.choice([-1.0, 1.0], shape)


WEIGHT = [0.5, 1.0, 2.0]
INDICES = np.array([2, 0, 1, 2, 1])
ALIGNED = (
    np.log(special.softmax(real(6, 2, 4), -1)),
    np.array([[1, 2, 2], [3, 1, 1]]),
    np.array([6, 5]),
    np.array([3, 2]),
)


def taxicab(x, y):
    return (x - y).abs().sum(-1)


# The constructor, given the package `n` and a way `t` to make tensors; inputs; how many to differentiate by.
LOSSES = {
    "L1Loss": (lambda n, t, **r: n.L1Loss(**r), (real(5, 3), real(5, 3)), 2),
    "MSELoss": (lambda n, t, **r: n.MSELoss(**r), (real(5, 3), real(5, 3)), 2),
    "SmoothL1Loss": (lambda n, t, **r: n.SmoothL1Loss(**r), (real(5, 3), real(5, 3)), 2),
    "SmoothL1Loss, beta": (lambda n, t, **r: n.SmoothL1Loss(beta=0.3, **r), (real(5, 3), real(5, 3)), 2),
    "HuberLoss": (lambda n, t, **r: n.HuberLoss(delta=0.7, **r), (real(5, 3), real(5, 3)), 2),
    "CrossEntropyLoss": (lambda n, t, **r: n.CrossEntropyLoss(**r), (real(5, 3), INDICES), 1),
    "CrossEntropyLoss, all settings": (
        lambda n, t, **r: n.CrossEntropyLoss(t(WEIGHT), ignore_index=1, label_smoothing=0.2, **r),
        (real(5, 3, 2), classes(5, 2, below=3)),
        1,
    ),
    "CrossEntropyLoss, probabilities": (
        lambda n, t, **r: n.CrossEntropyLoss(t(WEIGHT), label_smoothing=0.2, **r),
        (real(5, 3), special.softmax(real(5, 3), 1)),
        2,
    ),
    "CrossEntropyLoss, many classes": (
        lambda n, t, **r: n.CrossEntropyLoss(label_smoothing=0.1, **r),
        (real(3, 300), classes(3, below=300)),
        1,
    ),
    "CrossEntropyLoss, many classes, weights": (
        lambda n, t, **r: n.CrossEntropyLoss(t(positive(300) * 0 + 2.0), ignore_index=7, **r),
        (real(3, 300), np.array([7, 0, 299])),
        1,
    ),
    "NLLLoss": (lambda n, t, **r: n.NLLLoss(t(WEIGHT), ignore_index=1, **r), (real(5, 3), INDICES), 1),
    "BCELoss": (lambda n, t, **r: n.BCELoss(t(WEIGHT), **r), (probability(5, 3), probability(5, 3)), 2),
    "BCEWithLogitsLoss": (lambda n, t, **r: n.BCEWithLogitsLoss(**r), (real(5, 3), probability(5, 3)), 2),
    "BCEWithLogitsLoss, weights": (
        lambda n, t, **r: n.BCEWithLogitsLoss(t(WEIGHT), pos_weight=t([3.0, 0.5, 1.0]), **r),
        (real(5, 3), probability(5, 3)),
        1,
    ),
    "KLDivLoss": (lambda n, t, **r: n.KLDivLoss(**r), (real(5, 3), probability(5, 3)), 2),
    "KLDivLoss, log_target": (lambda n, t, **r: n.KLDivLoss(log_target=True, **r), (real(5, 3), real(5, 3)), 2),
    "HingeEmbeddingLoss": (lambda n, t, **r: n.HingeEmbeddingLoss(0.8, **r), (positive(5, 3), signs(5, 3)), 1),
    "MultiMarginLoss": (lambda n, t, **r: n.MultiMarginLoss(**r), (real(5, 3), INDICES), 1),
    "MultiMarginLoss, p": (lambda n, t, **r: n.MultiMarginLoss(2, 0.6, t(WEIGHT), **r), (real(5, 3), INDICES), 1),
    "MarginRankingLoss": (lambda n, t, **r: n.MarginRankingLoss(0.3, **r), (real(5), real(5), signs(5)), 2),
    "SoftMarginLoss": (lambda n, t, **r: n.SoftMarginLoss(**r), (real(5, 3), signs(5, 3)), 1),
    "MultiLabelMarginLoss": (
        lambda n, t, **r: n.MultiLabelMarginLoss(**r),
        (real(2, 4), np.array([[3, 0, -1, 1], [-1, 2, 3, 0]])),
        1,
    ),
    "MultiLabelSoftMarginLoss": (
        lambda n, t, **r: n.MultiLabelSoftMarginLoss(t(WEIGHT), **r),
        (real(5, 3), probability(5, 3)),
        1,
    ),
    "CosineEmbeddingLoss": (
        lambda n, t, **r: n.CosineEmbeddingLoss(0.1, **r),
        (real(5, 3), real(5, 3), signs(5)),
        2,
    ),
    "TripletMarginLoss": (lambda n, t, **r: n.TripletMarginLoss(**r), (real(5, 3), real(5, 3), real(5, 3)), 3),
    "TripletMarginLoss, all settings": (
        lambda n, t, **r: n.TripletMarginLoss(0.5, 3.0, 1e-3, True, **r),
        (real(5, 3), real(5, 3), real(5, 3)),
        3,
    ),
    "TripletMarginWithDistanceLoss": (
        lambda n, t, **r: n.TripletMarginWithDistanceLoss(distance_function=taxicab, margin=2.0, swap=True, **r),
        (real(5, 3), real(5, 3), real(5, 3)),
        3,
    ),
    "GaussianNLLLoss": (
        lambda n, t, **r: n.GaussianNLLLoss(full=True, eps=0.5, **r),
        (real(5, 3), real(5, 3), positive(5, 1)),
        3,
    ),
    "PoissonNLLLoss": (lambda n, t, **r: n.PoissonNLLLoss(**r), (real(5), classes(5, below=6) * 1.0), 1),
    "PoissonNLLLoss, all settings": (
        lambda n, t, **r: n.PoissonNLLLoss(False, True, eps=0.1, **r),
        (positive(5), classes(5, below=6) * 1.0),
        1,
    ),
    "CTCLoss": (lambda n, t, **r: n.CTCLoss(**r), ALIGNED, 0),
}
TABLE = [pytest.param(*row, id=name) for name, row in LOSSES.items()]


def ours(values):
    return ag.tensor(np.array(values))


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


# ------------------------------------------------------------------------------- closed forms and other libraries

SCORES, LABELS = real(20, 3), classes(20, below=3)
PREDICTED, TRUE = real(20), signs(20)
CHANCES = special.expit(PREDICTED)
SOFTMAX, TARGETS = special.softmax(SCORES, 1), special.softmax(real(20, 3), 1)
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


@pytest.mark.parametrize("settings", [{}, {"weight": WEIGHT}, {"label_smoothing": 0.1}, {"ignore_index": 1}])
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


# ------------------------------------------------------------------------------------------------------- CTC


def likelihood(probabilities, labels, blank):
    """The probability of a labelling, summed over all paths of classes that spell it."""
    steps, classes = probabilities.shape
    total = 0.0
    for path in itertools.product(range(classes), repeat=steps):
        merged = [c for c, _ in itertools.groupby(path)]
        if [c for c in merged if c != blank] == list(labels):
            total += math.prod(probabilities[t, c] for t, c in enumerate(path))
    return total


@pytest.mark.parametrize("blank", [0, 2])
def test_ctc_sums_over_all_alignments(blank):
    letters = [c for c in range(3) if c != blank]
    samples = [
        [letters[0]],
        [letters[0], letters[0]],
        [letters[1], letters[0]],
        [],
        [letters[0], letters[1], letters[0]],
    ]
    steps = [5, 4, 2, 3, 5]
    logits = real(5, 5, 3)
    probabilities = special.softmax(logits, -1)
    expected = [
        -math.log(likelihood(probabilities[:n, i], s, blank))
        for i, (s, n) in enumerate(zip(samples, steps, strict=True))
    ]
    lengths = [len(s) for s in samples]
    padded = np.zeros((5, 4), int)
    for i, sample in enumerate(samples):
        padded[i, : len(sample)] = sample
    log_probs = ag.tensor(logits).log_softmax(-1)
    for targets in (padded, np.array([label for sample in samples for label in sample])):
        losses = F.ctc_loss(log_probs, ag.tensor(targets), steps, ag.tensor(lengths), blank, "none")
        np.testing.assert_allclose(losses, expected, rtol=1e-10)
    mean = F.ctc_loss(log_probs, ag.tensor(padded), steps, lengths, blank)
    assert mean.item() == pytest.approx(np.mean(np.array(expected) / np.maximum(lengths, 1)))
    one = F.ctc_loss(log_probs[:, 0], ag.tensor(samples[0]), 5, 1, blank, "none")
    assert one.item() == pytest.approx(expected[0])


def test_ctc_of_an_input_too_short_is_infinite_and_has_no_gradient():
    logits = ag.tensor(real(2, 2, 3), requires_grad=True)
    arguments = (ag.tensor([[1, 1], [1, 2]]), (2, 2), (2, 2))
    losses = F.ctc_loss(logits.log_softmax(-1), *arguments, reduction="none")
    assert losses[0].item() == math.inf
    assert losses[1].item() < math.inf
    F.ctc_loss(logits.log_softmax(-1), *arguments, zero_infinity=True).backward()
    assert np.abs(logits.grad[:, 0].numpy()).max() == 0
    assert np.abs(logits.grad[:, 1].numpy()).min() > 0
    assert F.ctc_loss(logits.log_softmax(-1), ag.tensor([1]), (0, 0), (0, 1), reduction="none").tolist() == [
        0,
        math.inf,
    ]


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
        (lambda: F.gaussian_nll_loss(ONE, TWO, ONE), ValueError, "gaussian_nll_loss: input of shape"),
        (lambda: F.gaussian_nll_loss(TWO, TWO, ag.ones(1)), ValueError, r"var of shape \(1,\)"),
        (lambda: F.gaussian_nll_loss(ONE, ONE, -ONE), ValueError, "variance must be at least 0, got -0.5"),
        (lambda: F.gaussian_nll_loss(ONE, ONE, -0.5), ValueError, "variance must be at least 0, got -0.5"),
        (lambda: F.poisson_nll_loss(ONE, -ONE), ValueError, "poisson_nll_loss: the target must be at least 0"),
        (lambda: F.poisson_nll_loss(-ONE, ONE, log_input=False), ValueError, "rate must be at least 0"),
        (lambda: F.huber_loss(ONE, ONE, delta=0), ValueError, "delta must be positive"),
        (lambda: F.huber_loss(ONE, ONE, weight=TWO), ValueError, "weight of shape"),
        (lambda: F.mse_loss(ONE, ONE, weight=TWO), ValueError, "weight of shape"),
        (lambda: F.mse_loss(ONE, ONE, "max"), ValueError, "mse_loss: reduction must be"),
        (lambda: F.smooth_l1_loss(ONE, ONE, beta=-1), ValueError, "beta must not be negative"),
        (lambda: F.binary_cross_entropy(ONE * 3, ONE), ValueError, r"input must lie in \[0, 1\], got 1.5"),
        (lambda: F.binary_cross_entropy(ONE, ONE - 1), ValueError, r"target must lie in \[0, 1\], got -0.5"),
        (lambda: F.binary_cross_entropy(ONE * math.nan, ONE), ValueError, "got nan"),
        (
            lambda: F.binary_cross_entropy(ONE, ONE, ag.ones(2)),
            ValueError,
            r"weight of shape \(2,\) does not expand",
        ),
        (lambda: F.binary_cross_entropy(ONE, ONE, ag.ones(2, 3)), ValueError, r"weight of shape \(2, 3\)"),
        (lambda: F.binary_cross_entropy_with_logits(ONE, ONE * 3), ValueError, r"got 1.5"),
        (
            lambda: F.binary_cross_entropy_with_logits(ONE, ONE, pos_weight=ag.ones(2)),
            ValueError,
            "pos_weight of shape",
        ),
        (lambda: F.kl_div(ONE, -ONE), ValueError, "kl_div: the target must be at least 0"),
        (lambda: F.hinge_loss(ONE, ONE), ValueError, "targets must be 1 or -1, got 0.5"),
        (lambda: F.hinge_loss(ONE, ONE * 2, p=3), ValueError, "p must be 1 or 2"),
        (lambda: F.margin_ranking_loss(ONE, ONE, TWO), ValueError, "margin_ranking_loss"),
        (lambda: F.margin_ranking_loss(ONE, TWO, ONE), ValueError, "input2"),
        (lambda: F.cosine_embedding_loss(TWO, TWO, TWO), ValueError, r"target of shape \(3, 1\)"),
        (lambda: F.cosine_embedding_loss(ONE, TWO, ONE), ValueError, r"vectors .* got \(3,\), \(3, 1\)"),
        (lambda: F.triplet_margin_loss(TWO, TWO, ONE), ValueError, "vectors"),
        (lambda: F.triplet_margin_loss(TWO, TWO, TWO, margin=0), ValueError, "margin must be positive"),
        (
            lambda: F.multi_margin_loss(ag.ones(2, 3), ag.tensor([0, 3])),
            IndexError,
            "target 3 is out of range for 3",
        ),
        (lambda: F.multi_margin_loss(ag.ones(2, 3), ag.tensor([0, -100])), IndexError, "target -100"),
        (lambda: F.multi_margin_loss(ag.ones(2, 3, 1), ag.tensor([0, 0])), ValueError, r"scores \(N, C\)"),
        (lambda: F.multilabel_margin_loss(ONE, ag.tensor([0, 3, -1])), IndexError, "target 3"),
        (lambda: F.multilabel_margin_loss(ONE, ONE), TypeError, "integers"),
        (lambda: F.cross_entropy(ag.ones(2, 3), ag.tensor([0, -1])), IndexError, "target -1 is out of range"),
        (lambda: F.cross_entropy(ag.ones(2, 3), ag.tensor([0, 1]), ag.ones(2)), ValueError, "weight of shape"),
        (lambda: F.cross_entropy(ag.ones(2, 3), ag.ones(2, 1)), ValueError, "differ"),
        (
            lambda: F.cross_entropy(ag.ones(2, 3), ag.tensor([0, 1]), label_smoothing=2),
            ValueError,
            "label_smoothing",
        ),
        (lambda: F.nll_loss(ag.ones(2, 3), ag.tensor([[0], [1]])), ValueError, r"targets of shape \(2, 1\)"),
        (lambda: F.ctc_loss(ONE, ag.tensor([1]), 1, 1), ValueError, r"log_probs \(T, N, C\)"),
        (
            lambda: F.ctc_loss(ag.ones(2, 3), ag.tensor([3]), 2, 1),
            ValueError,
            "target 3 is the blank or out of range",
        ),
        (lambda: F.ctc_loss(ag.ones(2, 3), ag.tensor([0]), 2, 1), ValueError, "target 0 is the blank"),
        (lambda: F.ctc_loss(ag.ones(2, 3), ag.tensor([1.0]), 2, 1), TypeError, "integers"),
        (
            lambda: F.ctc_loss(ag.ones(2, 3), ag.tensor([1]), 3, 1),
            ValueError,
            r"input_lengths must lie in \[0, 2\], got 3",
        ),
        (lambda: F.ctc_loss(ag.ones(2, 1, 3), ag.tensor([1]), (2, 2), (1,)), ValueError, "one per sample"),
        (
            lambda: F.ctc_loss(ag.ones(2, 2, 3), ag.tensor([1]), (2, 2), (1, 1)),
            ValueError,
            "1 concatenated targets",
        ),
        (
            lambda: F.ctc_loss(ag.ones(2, 2, 3), ag.tensor([[1]]), (2, 2), (1, 1)),
            ValueError,
            r"shape \(1, 1\) for 2",
        ),
        (lambda: F.ctc_loss(ag.ones(2, 3), ag.tensor([1]), 2, 1, blank=3), ValueError, "blank 3"),
    ],
)
def test_what_has_no_meaning_is_refused(call, error, match):
    with pytest.raises(error, match=match):
        call()
