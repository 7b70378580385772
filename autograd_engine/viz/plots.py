"""Plots: curves of a training, learning rates, confusion matrices, ROC curves, decision boundaries, histograms.

All are matplotlib figures; with a `path` they are also saved there, in the format of its suffix.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping, Sequence
from itertools import cycle
from typing import TYPE_CHECKING, Any

import numpy as np

from ..backend.extras import from_extra
from ..data import read_csv
from ..engine.graph import raw
from .figures import CLASS_COLORS, COLORS, OTHER_COLORS, finish, new_figure, plain
from .text import short_text

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

__all__ = [
    "plot_confusion_matrix",
    "plot_decision_boundary",
    "plot_histograms",
    "plot_history",
    "plot_roc",
    "plot_schedule",
]

# ----------------------------------------------------------------------------------------- history


def plot_history(
    history: Mapping[str, Sequence[float]] | str | os.PathLike[str], path: str | os.PathLike[str] | None = None
) -> Figure:
    """The curves of a training: one panel for losses, one for accuracies, and one for the learning rate.

    Args:
        history: a dictionary of columns with one number per epoch, such as `fit` returns, or the path of a CSV file
            with such columns. Columns are drawn whose names end in "loss" or "accuracy" (a share from 0 to 1), and
            "lr" if it changes. The epochs are the column "epoch" or, if there is none, 1, 2, ...

    Raises:
        ValueError: there is no such column, columns differ in length, or the suffix is unknown.
        ImportError: matplotlib is not installed.

    Example:
        >>> figure = plot_history({"train_loss": [2.3, 0.7, 0.4], "test_loss": [2.3, 0.8, 0.6]})
    """
    columns = dict(history) if isinstance(history, Mapping) else read_csv(history)
    panels = [p for p in ("loss", "accuracy") if any(c.endswith(p) for c in columns)]
    if not panels:
        raise ValueError(f"no column of the history ends in 'loss' or 'accuracy': {', '.join(columns) or 'none'}")
    lengths = {c: len(v) for c, v in columns.items()}
    if len(set(lengths.values())) > 1:
        raise ValueError(f"the columns of the history differ in length: {lengths}")
    count = next(iter(lengths.values()))
    epochs = list(columns.get("epoch", range(1, count + 1)))
    changes = len(set(columns.get("lr", ()))) > 1
    width = len(panels) + changes
    figure = new_figure(5.2 * width, 3.6)
    if changes:
        _draw_rates(figure.add_subplot(1, width, width), epochs, columns["lr"], "epoch")
    from matplotlib.ticker import MaxNLocator

    for i, panel in enumerate(panels):
        axes = figure.add_subplot(1, width, i + 1)
        spare = cycle(OTHER_COLORS)
        for name in (c for c in columns if c.endswith(panel)):
            label = short_text(name.removesuffix(panel).strip("_ ") or panel)
            color = COLORS.get(label) or next(spare)
            last = columns[name][-1] if count else float("nan")
            shown = f"{last:.1%}" if panel == "accuracy" else f"{last:.4f}"
            marker = "o" if count <= 30 else ""
            axes.plot(epochs, columns[name], label=f"{label}: {shown}", color=color, marker=marker, markersize=3.5)
        axes.set_xlabel("epoch")
        axes.set_ylabel(panel)
        axes.xaxis.set_major_locator(MaxNLocator(integer=True))
        if panel == "accuracy":
            axes.yaxis.set_major_formatter(lambda value, _: f"{value:.0%}" if value <= 1 else "")
        elif not any(v < 0 for c in columns if c.endswith(panel) for v in columns[c]):
            axes.set_ylim(bottom=0)
        plain(axes)
        axes.legend(title="after the last epoch", frameon=False)
    return finish(figure, path)


def plot_schedule(rates: Any, path: str | os.PathLike[str] | None = None, *, unit: str = "step") -> Figure:
    """The learning rate over the steps, or epochs, of a training.

    Args:
        rates: one number per step; or a dictionary of several such lists by name, to compare schedules.
        unit: the label of the horizontal axis.

    Raises:
        ValueError: there are no numbers, or the suffix is unknown.
        ImportError: matplotlib is not installed.

    Example:
        >>> optimizer = SGD([zeros(1, requires_grad=True)], lr=1.0)
        >>> schedule = optim.lr_scheduler.CosineAnnealingLR(optimizer, T_max=100)
        >>> rates = []
        >>> for _ in range(100):
        ...     rates += schedule.get_last_lr()
        ...     optimizer.step()
        ...     schedule.step()
        >>> figure = plot_schedule(rates)
    """
    named = {
        name: np.asarray(raw(r)) for name, r in (rates.items() if isinstance(rates, Mapping) else [("", rates)])
    }
    if not named or any(r.ndim != 1 or not r.size for r in named.values()):
        raise ValueError("a schedule is a list of learning rates, one per step")
    figure = new_figure(5.2, 3.6)
    axes = figure.add_subplot()
    for (name, r), color in zip(named.items(), CLASS_COLORS * len(named), strict=False):
        _draw_rates(axes, range(len(r)), r, unit, color, short_text(str(name)))
    if isinstance(rates, Mapping):
        axes.legend(frameon=False)
    return finish(figure, path)


def _draw_rates(
    axes: Axes, steps: Any, rates: Any, unit: str, color: str = COLORS["train"], label: str | None = None
) -> None:
    """Draw a curve of learning rates.

    The vertical axis is logarithmic if most rates are far below the highest, as in an exponential decay, and linear
    otherwise: on a logarithmic axis, a cosine would lose its shape.
    """
    from matplotlib.ticker import MaxNLocator

    axes.plot(steps, rates, color=color, label=label, marker="o" if len(rates) <= 30 else "", markersize=3.5)
    drawn = np.concatenate([np.asarray(line.get_ydata(), float) for line in axes.get_lines()])
    if drawn.min() > 0 and np.median(drawn) < drawn.max() / 10:
        axes.set_yscale("log")
    else:
        axes.set_yscale("linear")
        axes.set_ylim(bottom=0)
    axes.xaxis.set_major_locator(MaxNLocator(integer=True))
    axes.set_xlabel(unit)
    axes.set_ylabel("learning rate")
    plain(axes)


# ------------------------------------------------------------------------------------------ layers


def plot_histograms(
    tensors: Mapping[str, Any], path: str | os.PathLike[str] | None = None, *, bins: int = 50
) -> Figure:
    """A histogram for each of several tensors: activations, weights or gradients, layer by layer.

    The title of a panel gives mean and standard deviation, and how many numbers are zero or not finite.

    Args:
        tensors: by name, such as `{name: p.grad for name, p in model.named_parameters()}`; entries that are None
            are left out.
        bins: how many bars each panel has.

    Raises:
        ValueError: there are no tensors, or the suffix is unknown.
        ImportError: matplotlib is not installed.

    Example:
        >>> model = Linear(3, 2)
        >>> figure = plot_histograms(model.state_dict())
    """
    arrays = {name: np.asarray(raw(t)).astype(float).ravel() for name, t in tensors.items() if t is not None}
    if not arrays:
        raise ValueError("there is nothing to draw: no tensors, or all of them are None")
    columns = min(3, len(arrays))
    rows = -(-len(arrays) // columns)
    figure = new_figure(3.6 * columns, 2.5 * rows + 0.2)
    for i, (name, array) in enumerate(arrays.items()):
        axes = figure.add_subplot(rows, columns, i + 1)
        finite = array[np.isfinite(array)]
        axes.hist(finite, bins=bins, color=COLORS["train"], alpha=0.85)
        notes = [f"{finite.mean():.2g} ± {finite.std():.2g}"] if finite.size else []
        notes += [f"{count / array.size:.0%} zero" for count in [np.count_nonzero(array == 0)] if count]
        notes += [f"{count:,} not finite" for count in [array.size - finite.size] if count]
        axes.set_title(f"{short_text(str(name))}\n{', '.join(notes) or 'empty'}", fontsize=9)
        axes.tick_params(labelsize=8)
        axes.locator_params(axis="x", nbins=5)
        plain(axes)
    return finish(figure, path)


# ---------------------------------------------------------------------------------- classification


def plot_confusion_matrix(
    matrix: Any, classes: Sequence[Any] | None = None, path: str | os.PathLike[str] | None = None
) -> Figure:
    """A confusion matrix as a picture: how often each true class (row) was predicted as each class (column).

    The color is the share of the row, so that rare classes can be read as well as frequent ones.

    Args:
        matrix: counts of shape (C, C), rows true classes, columns predictions.
        classes: the C names of the classes; 0, 1, ... by default.

    Raises:
        ValueError: the matrix is not square, the number of names is another one, or the suffix is unknown.
        ImportError: matplotlib is not installed.

    Example:
        >>> figure = plot_confusion_matrix([[48, 2], [1, 49]], ["cat", "dog"])
    """
    counts = np.asarray(raw(matrix))
    if counts.ndim != 2 or counts.shape[0] != counts.shape[1] or not counts.size:
        raise ValueError(f"a confusion matrix has shape (C, C), not {counts.shape}")
    names = [short_text(str(c)) for c in (range(len(counts)) if classes is None else classes)]
    if len(names) != len(counts):
        raise ValueError(f"{len(names)} class names for a confusion matrix of shape {counts.shape}")
    totals = counts.sum(axis=1, keepdims=True)
    shares = counts / np.maximum(totals, 1)
    side = min(2.2 + 0.42 * len(counts), 12.0)
    figure = new_figure(side + 0.9, side)
    axes = figure.add_subplot()
    image = axes.imshow(shares, cmap="Blues", vmin=0, vmax=1)
    bar = figure.colorbar(image, ax=axes, fraction=0.046, pad=0.03)
    bar.set_label("share of the true class")
    bar.ax.yaxis.set_major_formatter(lambda value, _: f"{value:.0%}")
    rotation = 45 if max(map(len, names)) > 3 else 0
    axes.set_xticks(
        range(len(names)),
        names,
        rotation=rotation,
        rotation_mode="anchor" if rotation else "default",
        ha="right" if rotation else "center",
    )
    axes.set_yticks(range(len(names)), names)
    axes.set_xlabel("predicted class")
    axes.set_ylabel("true class")
    axes.tick_params(length=0)
    correct, everything = int(np.trace(counts)), int(counts.sum())
    right = f"{correct / everything:.1%} right: {correct:,} of {everything:,}" if everything else "nothing counted"
    axes.set_title(right, fontsize=11)
    if len(counts) <= 20:
        for (row, column), n in np.ndenumerate(counts):
            if n:
                color = "white" if shares[row, column] > 0.5 else "#1c1c1c"
                axes.text(column, row, f"{n:,}", ha="center", va="center", color=color, fontsize=9)
    return finish(figure, path)


def plot_roc(
    scores: Any, labels: Any, classes: Sequence[Any] | None = None, path: str | os.PathLike[str] | None = None
) -> Figure:
    """The ROC curve: for every threshold of the score, the true positive rate over the false positive rate.

    Args:
        scores: (N,), higher where class 1 is more likely; or (N, C), and each class is drawn against all others.
        labels: the true classes 0, 1, ..., shape (N,).
        classes: the names of the classes.

    Raises:
        ValueError: the shapes do not fit, a class has no samples or all of them, or the suffix is unknown.
        ImportError: matplotlib or scikit-learn is not installed.

    Example:
        >>> figure = plot_roc([0.1, 0.4, 0.35, 0.8], [0, 0, 1, 1])
    """
    scores, labels = np.asarray(raw(scores)), np.asarray(raw(labels))
    if scores.shape[:1] != labels.shape or scores.ndim not in (1, 2):
        raise ValueError(f"scores (N,) or (N, C) and labels (N,) expected, not {scores.shape} and {labels.shape}")
    with from_extra("train", "ROC curves need scikit-learn"):
        from sklearn.metrics import auc, roc_curve
    wanted = {1: scores} if scores.ndim == 1 else dict(enumerate(scores.T))
    if classes is not None and len(classes) <= max(wanted):
        raise ValueError(f"{len(classes)} class names for {max(wanted) + 1} classes")
    titles = [f"class {k}" for k in range(max(wanted) + 1)] if classes is None else classes
    names = [short_text(str(title)) for title in titles]
    figure = new_figure(4.8, 4.4)
    axes = figure.add_subplot()
    for (k, score), color in zip(wanted.items(), CLASS_COLORS * len(wanted), strict=False):
        positive = labels == k
        if positive.all() or not positive.any():
            raise ValueError(
                f"{names[k]} has {positive.sum()} of {len(labels)} samples: there is nothing to tell apart"
            )
        wrong, right, _ = roc_curve(positive, score)
        style = "-" if k < len(CLASS_COLORS) else "--"
        axes.plot(wrong, right, style, color=color, label=f"{names[k]}: {auc(wrong, right):.4f}")
    axes.plot([0, 1], [0, 1], color="#aaaaaa", linewidth=0.8, linestyle="--")
    axes.set_aspect("equal")
    axes.set_xlabel("false positive rate")
    axes.set_ylabel("true positive rate")
    for axis in (axes.xaxis, axes.yaxis):
        axis.set_major_formatter(lambda value, _: f"{value:.0%}")
    plain(axes)
    axes.legend(title="area under the curve", frameon=False, loc="lower right", fontsize=8)
    return finish(figure, path)


def plot_decision_boundary(
    predict: Callable[[Any], Any],
    points: Any,
    labels: Any,
    path: str | os.PathLike[str] | None = None,
    *,
    resolution: int = 200,
) -> Figure:
    """The regions that a classifier of points in the plane assigns to each class, with the data on top.

    Args:
        predict: takes a float32 NumPy array of points, shape (N, 2); returns classes (N,) or scores (N, C),
            as an array or a tensor.
        points: the data, shape (N, 2).
        labels: their classes 0, 1, ..., shape (N,).
        resolution: the plane is classified at resolution x resolution points.

    Raises:
        ValueError: the shapes do not fit, or the suffix is unknown.
        ImportError: matplotlib is not installed.

    Example:
        >>> figure = plot_decision_boundary(lambda p: p[:, 0] > 0, [[1, 0], [-1, 0]], [1, 0])
    """
    points, labels = np.asarray(raw(points)), np.asarray(raw(labels)).astype(int)
    if points.ndim != 2 or points.shape[1] != 2 or labels.shape != points.shape[:1]:
        raise ValueError(f"points (N, 2) and labels (N,) expected, not {points.shape} and {labels.shape}")
    low, high = points.min(axis=0), points.max(axis=0)
    margin = 0.08 * np.maximum(high - low, 1e-6)
    sides = [np.linspace(a, b, resolution) for a, b in zip(low - margin, high + margin, strict=True)]
    plane = np.stack([g.ravel() for g in np.meshgrid(*sides)], axis=1).astype(np.float32)
    answer = np.asarray(raw(predict(plane)))
    regions = (answer.argmax(axis=1) if answer.ndim == 2 else answer).astype(int)
    if regions.shape != (len(plane),):
        raise ValueError(
            f"predict returned shape {answer.shape} for {len(plane)} points; classes or scores expected"
        )
    figure = new_figure(4.6, 4.2)
    axes = figure.add_subplot()
    from matplotlib.colors import ListedColormap

    classes = int(max(labels.max(), regions.max())) + 1
    colors = [CLASS_COLORS[i % len(CLASS_COLORS)] for i in range(classes)]
    extent = (float(sides[0][0]), float(sides[0][-1]), float(sides[1][0]), float(sides[1][-1]))
    axes.imshow(
        regions.reshape(resolution, resolution),
        origin="lower",
        extent=extent,
        cmap=ListedColormap(colors),
        vmin=-0.5,
        vmax=classes - 0.5,
        alpha=0.28,
        aspect="equal",
        interpolation="nearest",
    )
    markers = "osD^vPX*"
    for k in range(classes):
        chosen = labels == k
        if chosen.any():
            axes.scatter(
                points[chosen, 0],
                points[chosen, 1],
                s=16 if markers[k % len(markers)] in "osD" else 32,
                color=colors[k],
                marker=markers[k % len(markers)],
                edgecolors="white",
                linewidths=0.5,
                label=f"class {k}",
            )
    axes.legend(loc="upper left", bbox_to_anchor=(1.0, 1.0), frameon=False)
    axes.spines[["top", "right"]].set_visible(False)
    return finish(figure, path)
