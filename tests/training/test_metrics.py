"""Metrics: what they measure and what they refuse."""

import sys

import numpy as np
import pytest

import autograd_engine as ag
from autograd_engine import nn
from autograd_engine.data import DataLoader, TensorDataset
from autograd_engine.training import (
    Metric,
    accuracy,
    auc,
    confusion_matrix,
    evaluate,
    f1,
)

from ..messages import exactly


def test_metrics_agree_with_scikit_learn():
    sk = pytest.importorskip("sklearn.metrics")
    rng = np.random.default_rng(0)
    for classes in (2, 4):
        y = np.arange(60) % classes
        scores = rng.normal(size=(60, classes)) + 1.2 * np.eye(classes)[y]
        data = DataLoader(TensorDataset(ag.tensor(scores), ag.tensor(y)), 7)
        got = evaluate(
            nn.Identity(), data, nn.CrossEntropyLoss(), metrics=["accuracy", "f1", "auc", "confusion_matrix"]
        )
        best = scores.argmax(1)
        assert got["accuracy"] == sk.accuracy_score(y, best)
        assert got["f1"] == sk.f1_score(y, best, average="macro")
        np.testing.assert_array_equal(got["confusion_matrix"], sk.confusion_matrix(y, best))
        shares = np.exp(scores) / np.exp(scores).sum(1, keepdims=True)
        each = [sk.roc_auc_score(y == k, shares[:, k]) for k in range(classes)]
        assert got["auc"] == pytest.approx(np.mean(each), rel=1e-12)
    assert auc(ag.tensor(scores[:, :1]), ag.tensor((y == 0).astype(np.int64))) == sk.roc_auc_score(
        y == 0, scores[:, 0]
    )


def test_metrics_take_further_dimensions():
    scores = np.zeros((2, 3, 2))
    scores[0, 1], scores[1, 2] = 1, 1
    assert accuracy(scores, np.array([[1, 1], [2, 0]])) == 0.75
    assert confusion_matrix(scores, np.array([[1, 1], [2, 0]])).tolist() == [[0, 0, 1], [0, 2, 0], [0, 0, 1]]


@pytest.mark.parametrize(
    ("metric", "output", "target", "words"),
    [
        (
            accuracy,
            ag.ones(3, 2),
            ag.tensor([0, 1]),
            "class metrics take scores (N, C, ...) and integer classes (N, ...), not float32 (3, 2) and "
            "int64 (2,); for other data pass a function of (output, target)",
        ),
        (accuracy, ag.ones(0, 2), ag.zeros(0, dtype=ag.int64), "accuracy: there are no samples; pass at least one"),
        (
            confusion_matrix,
            ag.ones(3),
            ag.tensor([0, 1, 0]),
            "class metrics take scores (N, C, ...) and integer classes (N, ...), not float32 (3,) and "
            "int64 (3,); for other data pass a function of (output, target)",
        ),
        (
            confusion_matrix,
            ag.ones(2, 2),
            ag.tensor([0, 5]),
            "there are scores for 2 classes, but targets from 0 to 5",
        ),
        (
            confusion_matrix,
            ag.ones(2, 2),
            ag.tensor([0, -1]),
            "there are scores for 2 classes, but targets from -1 to 0",
        ),
        (auc, ag.ones(3), ag.tensor([1, 1, 1]), "auc compares classes, but all 3 samples are of the same one"),
    ],
)
def test_metrics_refuse_what_they_cannot_measure(metric, output, target, words):
    pytest.importorskip("sklearn")
    with pytest.raises(ValueError, match=exactly(words)):
        metric(output, target)


def test_a_metric_of_ones_own_is_summed_up():
    class Largest(Metric):
        def __init__(self):
            self.value = 0.0

        def update(self, output, target):
            self.value = max(self.value, float(abs(output - target).max()))

        def result(self):
            return self.value

    x = ag.tensor([[1.0], [2.0], [5.0]])
    data = DataLoader(TensorDataset(x, 2 * x), 2)
    assert evaluate(nn.Identity(), data, nn.MSELoss(), metrics=[Largest])["Largest"] == 5


def test_without_scikit_learn(monkeypatch):
    monkeypatch.setitem(sys.modules, "sklearn", None)
    with pytest.raises(
        ImportError, match=exactly('this metric needs scikit-learn: pip install "autograd_engine[train]"')
    ):
        f1(np.eye(2), np.array([0, 1]))
    assert accuracy(np.eye(2), np.array([0, 1])) == 1


def test_auc_names_a_class_without_samples():
    with pytest.raises(
        ValueError, match=exactly("auc compares each class with the rest, but class 2 has no sample")
    ):
        auc(np.eye(3)[[0, 1, 1]], np.array([0, 1, 1]))


@pytest.mark.parametrize(("method", "arguments"), [("update", (1, 2)), ("result", ())])
def test_a_metric_says_what_its_class_does_not_define(method, arguments):
    class Nothing(Metric):
        pass

    with pytest.raises(NotImplementedError, match=exactly(f"Nothing does not define {method}()")):
        getattr(Nothing(), method)(*arguments)
