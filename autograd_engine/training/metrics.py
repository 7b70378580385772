"""Metrics: functions of (output, target), computed once over all samples of an epoch.

A mean over batches would be wrong for F1 or the area under a curve, so the outputs of the epoch are kept and the
function is called at its end. A `Metric` that can be summed up batch by batch, as the accuracy can, stores nothing.
Everything beyond the accuracy is scikit-learn's.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

import numpy as np

from ..backend.kinds import kind_of
from ..engine.graph import raw


class Metric:
    """A measure that is summed up batch by batch; an instance serves one epoch.

    Subclasses define both methods, and are passed as classes: `metrics={"mae": MeanAbsoluteError}`.
    """

    def update(self, output: Any, target: Any) -> None:
        """Take note of a batch, given as arrays."""
        raise NotImplementedError(f"{type(self).__name__} does not define update()")

    def result(self) -> Any:
        """The measure of all batches so far."""
        raise NotImplementedError(f"{type(self).__name__} does not define result()")


class _Collected(Metric):
    """A function of all outputs and targets, which are kept until then."""

    def __init__(self, function: Callable[[Any, Any], Any]) -> None:
        self.function = function
        self.outputs: list[Any] = []
        self.targets: list[Any] = []

    def update(self, output: Any, target: Any) -> None:
        self.outputs.append(output)
        self.targets.append(target)

    def result(self) -> Any:
        return self.function(np.concatenate(self.outputs), np.concatenate(self.targets))


class _Accuracy(Metric):
    def __init__(self) -> None:
        self.right = self.count = 0

    def update(self, output: Any, target: Any) -> None:
        self.right += int((_classes(output, target) == target).sum())
        self.count += target.size

    def result(self) -> float:
        if not self.count:
            raise ValueError("accuracy: there are no samples; pass at least one")
        return self.right / self.count


# ------------------------------------------------------------------------------------- functions


def _are_classes(output: Any, target: Any) -> bool:
    """Whether the outputs are scores (N, C, ...) and the targets class indices (N, ...)."""
    return bool(target.dtype.kind in "iu" and output.ndim == target.ndim + 1 and output.ndim >= 2)


def _classes(output: Any, target: Any) -> Any:
    if not _are_classes(output, target) or output.shape[:1] + output.shape[2:] != target.shape:
        raise ValueError(
            f"class metrics take scores (N, C, ...) and integer classes (N, ...), not {output.dtype} {output.shape}"
            f" and {target.dtype} {target.shape}; for other data pass a function of (output, target)"
        )
    return output.argmax(1)


def _arrays(*items: Any) -> list[Any]:
    return [kind_of(raw(item)).read(raw(item)) for item in items]


def _sklearn() -> Any:
    try:
        from sklearn import metrics
    except ImportError:
        raise ImportError('this metric needs scikit-learn: pip install "autograd_engine[train]"') from None
    return metrics


def accuracy(output: Any, target: Any) -> float:
    """The share of samples whose highest score is that of their class.

    Args:
        output: scores (N, C, ...), tensor or array.
        target: classes (N, ...).

    Raises:
        ValueError: the shapes or dtypes are others.

    Example:
        >>> accuracy(tensor([[2.0, 1.0], [0.0, 3.0]]), tensor([0, 0]))
        0.5
    """
    metric = _Accuracy()
    metric.update(*_arrays(output, target))
    return metric.result()


def f1(output: Any, target: Any) -> float:
    """The harmonic mean of precision and recall of each class, and the mean of these over the classes.

    Args:
        output, target: as for `accuracy`.

    Raises:
        ValueError: the shapes or dtypes are others.
        ImportError: scikit-learn is not installed.

    Example:
        >>> f1(tensor([[2.0, 1.0], [0.0, 3.0]]), tensor([0, 1]))
        1.0
    """
    output, target = _arrays(output, target)
    predicted = _classes(output, target)
    return float(_sklearn().f1_score(target.ravel(), predicted.ravel(), average="macro", zero_division=0))


def auc(output: Any, target: Any) -> float:
    """The area under the ROC curve: the probability that a sample of a class scores higher than one of another.

    With more than two classes, the mean over the classes, each against the rest.

    Args:
        output: scores (N, C); for two classes also (N,) or (N, 1). Their softmax is compared.
        target: classes (N,).

    Raises:
        ValueError: the shapes are others, or a class has no sample.
        ImportError: scikit-learn is not installed.

    Example:
        >>> auc(tensor([0.1, 0.9, 0.8, 0.3]), tensor([0, 1, 1, 0]))
        1.0
    """
    output, target = _arrays(output, target)
    target = target.reshape(-1)
    metrics = _sklearn()
    if len(np.unique(target)) < 2:
        raise ValueError(f"auc compares classes, but all {target.size} samples are of the same one")
    if output.size == target.size:
        return float(metrics.roc_auc_score(target, output.reshape(-1)))
    _classes(output, target)
    if output.shape[1] == 2:
        return float(metrics.roc_auc_score(target, output[:, 1] - output[:, 0]))
    scores = output.astype(np.float64)
    scores = np.exp(scores - scores.max(1, keepdims=True))
    scores /= scores.sum(1, keepdims=True)
    labels = np.arange(output.shape[1])
    missing = np.setdiff1d(labels, target)
    if missing.size:
        raise ValueError(f"auc compares each class with the rest, but class {missing[0]} has no sample")
    return float(metrics.roc_auc_score(target, scores, multi_class="ovr", labels=labels))


def confusion_matrix(output: Any, target: Any) -> np.ndarray[Any, Any]:
    """Counts (C, C): how often each true class (row) was taken for each class (column).

    Args:
        output, target: as for `accuracy`.

    Raises:
        ValueError: the shapes or dtypes are others, or a class has no scores.

    Example:
        >>> confusion_matrix(tensor([[2.0, 1.0], [0.0, 3.0]]), tensor([0, 0]))
        array([[1, 1],
               [0, 0]])
    """
    output, target = _arrays(output, target)
    predicted, count = _classes(output, target), output.shape[1]
    if target.size and not 0 <= target.min() <= target.max() < count:
        raise ValueError(f"there are scores for {count} classes, but targets from {target.min()} to {target.max()}")
    matrix = np.zeros((count, count), np.int64)
    np.add.at(matrix, (target, predicted), 1)
    return matrix


# ------------------------------------------------------------------------------------ the measures

_NAMED: dict[str, Callable[..., Any]] = {
    "accuracy": _Accuracy,
    "f1": f1,
    "auc": auc,
    "confusion_matrix": confusion_matrix,
}

Metrics = Iterable[str | Callable[..., Any]] | Mapping[str, Callable[..., Any]] | None
"""Names, functions of (output, target), `Metric` classes; or a dictionary of the latter two by name."""


def named(metrics: Metrics) -> dict[str, Callable[..., Any]] | None:
    """The metrics by name; None where the data shall decide.

    Raises:
        ValueError: an unknown name.
        TypeError: neither a name nor callable.
    """
    if metrics is None:
        return None
    if isinstance(metrics, str):
        metrics = [metrics]
    items: Iterable[tuple[Any, Any]] = (
        metrics.items() if isinstance(metrics, Mapping) else ((getattr(m, "__name__", m), m) for m in metrics)
    )
    found = {}
    for name, metric in items:
        if isinstance(metric, str) and metric not in _NAMED:
            raise ValueError(
                f"there is no metric {metric!r}; there are {', '.join(_NAMED)}, and your own functions"
            )
        found[name] = _NAMED[metric] if isinstance(metric, str) else metric
        if not callable(found[name]):
            raise TypeError(f"a metric is a name or a function of (output, target), not {metric!r}")
        if not isinstance(name, str) or name in ("<lambda>", "loss"):
            raise ValueError(f'{metric!r} cannot be called {name!r}: pass a dictionary, {{"name": function}}')
    return found


class Measures:
    """The loss and the metrics of one epoch.

    Args:
        metrics: by name; None for the accuracy, if the data are of the kind that has one.
    """

    def __init__(self, metrics: dict[str, Callable[..., Any]] | None) -> None:
        self.asked = metrics
        self.samples = 0
        self.loss = 0.0
        self.metrics: dict[str, Metric] | None = None

    def add(self, count: int, loss: float, output: Any, target: Any) -> None:
        """Take note of a batch of `count` samples with the mean loss `loss`."""
        self.samples += count
        self.loss += loss * count
        if output is None or target is None:
            if self.asked:
                raise TypeError(
                    "metrics compare an output tensor with a target tensor: let the step return "
                    "(loss, output, target)"
                )
            return
        arrays = _arrays(output, target)
        if self.metrics is None:
            asked = self.asked
            if asked is None:
                asked = {"accuracy": _Accuracy} if _are_classes(*arrays) else {}
            self.metrics = {name: _metric(metric) for name, metric in asked.items()}
        for metric in self.metrics.values():
            metric.update(*arrays)

    def result(self) -> dict[str, Any]:
        """The mean "loss" and the metrics by name.

        Raises:
            ValueError: there were no batches.
        """
        if not self.samples:
            raise ValueError(
                "there is nothing to learn from: the data gave no batches (an iterator gives them once; pass a "
                "list or a DataLoader)"
            )
        measured = {name: metric.result() for name, metric in (self.metrics or {}).items()}
        return {"loss": self.loss / self.samples, **measured}


def _metric(metric: Callable[..., Any]) -> Metric:
    return metric() if isinstance(metric, type) and issubclass(metric, Metric) else _Collected(metric)
