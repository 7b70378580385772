"""Plots of training: how the loss fell, what the model confuses, where it draws its borders.

They are matplotlib figures made without pyplot: nothing global is touched, no window opens, and a
figure is freed when the last reference to it goes.
"""

from __future__ import annotations

import csv
import io
import os
from collections.abc import Callable, Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from ..files import write_atomically
from ..graph import Value

if TYPE_CHECKING:
    from matplotlib.figure import Figure

__all__ = ["plot_confusion_matrix", "plot_decision_boundary", "plot_history"]

_COLORS = {"train": "#1f5fa8", "test": "#c8501e"}
_OTHER_COLORS = ("#22753a", "#7a4fa3", "#767676")
_CLASS_COLORS = ("#1f5fa8", "#c8501e", "#22753a", "#7a4fa3", "#b07a00", "#2a8f9c", "#9c1c55", "#555555")


@cache
def _figure_type() -> type[Figure]:
    """matplotlib's figure, which also shows itself in a notebook without pyplot."""
    try:
        from matplotlib.figure import Figure
    except ImportError:
        raise ImportError('plots need matplotlib: pip install "autograd_engine[train]"') from None

    class NotebookFigure(Figure):
        def _repr_png_(self) -> bytes:
            return _encoded(self, "png")

    return NotebookFigure


def _figure(width: float, height: float) -> Figure:
    figure_type = _figure_type()
    from matplotlib.layout_engine import ConstrainedLayoutEngine

    return figure_type(figsize=(width, height), layout=ConstrainedLayoutEngine(w_pad=0.12, h_pad=0.12))


def _encoded(figure: Figure, form: str) -> bytes:
    buffer = io.BytesIO()
    figure.savefig(buffer, format=form, dpi=144)
    return buffer.getvalue()


def _finish(figure: Figure, path: str | os.PathLike[str] | None) -> Figure:
    """Save the figure, if a path is given, in the format of its suffix."""
    if path is not None:
        form = Path(path).suffix.lower().removeprefix(".")
        supported = figure.canvas.get_supported_filetypes()
        if form not in supported:
            raise ValueError(f"cannot save a plot as {Path(path).name!r}: use .{', .'.join(sorted(supported))}")
        write_atomically(path, _encoded(figure, form))
    return figure


def _array(data: Any) -> Any:
    return np.asarray(data.array if isinstance(data, Value) else data)


# ----------------------------------------------------------------------------------------- history


def plot_history(
    history: Mapping[str, Sequence[float]] | str | os.PathLike[str], path: str | os.PathLike[str] | None = None
) -> Figure:
    """The curves of a training run: one panel for the losses, one for the accuracies, if there are any.

    Args:
        history: column name to one number per epoch, or the path of a CSV file with such columns.
            Columns that end in "loss" or "accuracy" (a fraction of 1) are drawn; the epoch numbers
            are the column "epoch", or 1, 2, ...
        path: where to save the figure; the suffix decides the format.

    Raises:
        ValueError: no such column, or columns of different lengths; or an unknown suffix.
        ImportError: matplotlib is not installed.

    Example:
        >>> figure = plot_history({"train_loss": [2.3, 0.7, 0.4], "test_loss": [2.3, 0.8, 0.6]})
    """
    columns = dict(history) if isinstance(history, Mapping) else _read_history(history)
    panels = [p for p in ("loss", "accuracy") if any(c.endswith(p) for c in columns)]
    if not panels:
        raise ValueError(f"no column of the history ends in 'loss' or 'accuracy': {', '.join(columns) or 'none'}")
    lengths = {c: len(v) for c, v in columns.items()}
    if len(set(lengths.values())) > 1:
        raise ValueError(f"the columns of the history differ in length: {lengths}")
    count = next(iter(lengths.values()))
    epochs = list(columns.get("epoch", range(1, count + 1)))
    figure = _figure(5.2 * len(panels), 3.6)
    from matplotlib.ticker import MaxNLocator

    for i, panel in enumerate(panels):
        axes = figure.add_subplot(1, len(panels), i + 1)
        spare = iter(_OTHER_COLORS * 10)
        for name in (c for c in columns if c.endswith(panel)):
            label = name.removesuffix(panel).strip("_ ") or panel
            color = _COLORS.get(label) or next(spare)
            last = columns[name][-1] if count else float("nan")
            shown = f"{last:.1%}" if panel == "accuracy" else f"{last:.4f}"
            marker = "o" if count <= 30 else ""
            axes.plot(epochs, columns[name], label=f"{label}: {shown}", color=color, marker=marker, markersize=3.5)
        axes.set_xlabel("epoch")
        axes.set_ylabel(panel)
        axes.xaxis.set_major_locator(MaxNLocator(integer=True))
        if panel == "accuracy":
            axes.yaxis.set_major_formatter(lambda value, _: f"{value:.0%}" if value <= 1 else "")
        elif all(v >= 0 for c in columns if c.endswith(panel) for v in columns[c]):
            axes.set_ylim(bottom=0)
        axes.grid(color="#dddddd", linewidth=0.7)
        axes.spines[["top", "right"]].set_visible(False)
        axes.legend(title="after the last epoch", frameon=False)
    return _finish(figure, path)


def _read_history(path: str | os.PathLike[str]) -> dict[str, list[float]]:
    with open(path, newline="") as file:
        reader = csv.DictReader(file)
        rows = list(reader)
        return {name: [float(row[name]) for row in rows] for name in reader.fieldnames or ()}


# ---------------------------------------------------------------------------------- classification


def plot_confusion_matrix(
    matrix: Any, classes: Sequence[Any] | None = None, path: str | os.PathLike[str] | None = None
) -> Figure:
    """How often each true class (row) was taken for each class (column).

    The color is the share of the row, so rare classes read as well as frequent ones.

    Args:
        matrix: counts of shape (C, C), rows true classes, columns predictions.
        classes: the C names of the classes; 0, 1, ... by default.
        path: where to save the figure; the suffix decides the format.

    Raises:
        ValueError: the matrix is not square, or the names do not fit it; or an unknown suffix.
        ImportError: matplotlib is not installed.

    Example:
        >>> figure = plot_confusion_matrix([[48, 2], [1, 49]], ["cat", "dog"])
    """
    counts = _array(matrix)
    if counts.ndim != 2 or counts.shape[0] != counts.shape[1] or not counts.size:
        raise ValueError(f"a confusion matrix has shape (C, C), not {counts.shape}")
    names = [str(c) for c in (range(len(counts)) if classes is None else classes)]
    if len(names) != len(counts):
        raise ValueError(f"{len(names)} class names for a confusion matrix of shape {counts.shape}")
    totals = counts.sum(axis=1, keepdims=True)
    shares = counts / np.maximum(totals, 1)
    side = min(2.2 + 0.42 * len(counts), 12.0)
    figure = _figure(side + 0.9, side)
    axes = figure.add_subplot()
    image = axes.imshow(shares, cmap="Blues", vmin=0, vmax=1)
    bar = figure.colorbar(image, ax=axes, fraction=0.046, pad=0.03)
    bar.set_label("share of the true class")
    bar.ax.yaxis.set_major_formatter(lambda value, _: f"{value:.0%}")
    rotation = 45 if max(map(len, names)) > 3 else 0
    axes.set_xticks(range(len(names)), names, rotation=rotation, ha="right" if rotation else "center")
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
    return _finish(figure, path)


def plot_decision_boundary(
    predict: Callable[[Any], Any],
    points: Any,
    labels: Any,
    path: str | os.PathLike[str] | None = None,
    *,
    resolution: int = 200,
) -> Figure:
    """The regions a classifier of the plane has learned, with the data on top.

    Args:
        predict: takes a float32 NumPy array of points, shape (N, 2); returns classes (N,) or scores (N, C),
            as an array or a tensor.
        points: the data, shape (N, 2).
        labels: their classes 0, 1, ..., shape (N,).
        path: where to save the figure; the suffix decides the format.
        resolution: how many points of the plane are classified per side.

    Raises:
        ValueError: the shapes do not fit; or an unknown suffix.
        ImportError: matplotlib is not installed.

    Example:
        >>> figure = plot_decision_boundary(lambda p: p[:, 0] > 0, [[1, 0], [-1, 0]], [1, 0])
    """
    points, labels = _array(points), _array(labels).astype(int)
    if points.ndim != 2 or points.shape[1] != 2 or labels.shape != points.shape[:1]:
        raise ValueError(f"points (N, 2) and labels (N,) expected, not {points.shape} and {labels.shape}")
    low, high = points.min(axis=0), points.max(axis=0)
    margin = 0.08 * np.maximum(high - low, 1e-6)
    sides = [np.linspace(a, b, resolution) for a, b in zip(low - margin, high + margin, strict=True)]
    plane = np.stack([g.ravel() for g in np.meshgrid(*sides)], axis=1).astype(np.float32)
    answer = _array(predict(plane))
    regions = (answer.argmax(axis=1) if answer.ndim == 2 else answer).astype(int)
    if regions.shape != (len(plane),):
        raise ValueError(
            f"predict returned shape {answer.shape} for {len(plane)} points; classes or scores expected"
        )
    figure = _figure(4.6, 4.2)
    axes = figure.add_subplot()
    from matplotlib.colors import ListedColormap

    classes = int(max(labels.max(), regions.max())) + 1
    colors = [_CLASS_COLORS[i % len(_CLASS_COLORS)] for i in range(classes)]
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
                s=16,
                color=colors[k],
                marker=markers[k % len(markers)],
                edgecolors="white",
                linewidths=0.5,
                label=f"class {k}",
            )
    axes.legend(loc="upper left", bbox_to_anchor=(1.0, 1.0), frameon=False)
    axes.spines[["top", "right"]].set_visible(False)
    return _finish(figure, path)
