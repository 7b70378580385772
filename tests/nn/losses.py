"""What the tests of losses share: the table of losses, and arguments for them."""

import numpy as np
import pytest
from scipy import special

import autograd_engine as ag

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


SCORES, LABELS = real(20, 3), classes(20, below=3)
SOFTMAX, TARGETS = special.softmax(SCORES, 1), special.softmax(real(20, 3), 1)
