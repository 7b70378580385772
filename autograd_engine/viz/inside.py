"""Plots of what a network sees: its filters, its maps, what speaks for a class, and how its features lie.

All are matplotlib figures; with a `path` they are also saved there, in the format of its suffix. The maps of a
layer are one mosaic, since a panel for each would take seconds.
"""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from ..engine.graph import raw
from ..nn import Module
from .figures import CLASS_COLORS, COLORS, finish, new_figure
from .summary import Summary
from .text import short_text

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

__all__ = ["plot_activations", "plot_costs", "plot_embedding", "plot_filters", "plot_maps", "plot_neighbors"]

Path = str | os.PathLike[str] | None

_WIDTH = 7.2
"""Inches, of figures whose width their content does not decide."""

_GAP = 1
"""Pixels between the tiles of a mosaic."""


def _mosaic(tiles: Any, columns: int) -> Any:
    """Tiles (n, h, w) or (n, h, w, 3) side by side, `columns` in a row; NaN, which shows as white, between them."""
    count, height, width = tiles.shape[:3]
    rows = -(-count // columns)
    out = np.full((rows * (height + _GAP) - _GAP, columns * (width + _GAP) - _GAP, *tiles.shape[3:]), np.nan)
    for i, tile in enumerate(tiles):
        top, left = i // columns * (height + _GAP), i % columns * (width + _GAP)
        out[top : top + height, left : left + width] = tile
    return out


def _unit(picture: Any) -> Any:
    """The values moved and scaled to [0, 1]."""
    low, high = float(picture.min()), float(picture.max())
    return (picture - low) / (high - low) if high > low else np.full_like(picture, 0.5)


def _shown(picture: Any) -> Any:
    """A picture (C, H, W) as matplotlib shows it: (H, W), or (H, W, 3) if it has three channels."""
    return _unit(picture.transpose(1, 2, 0) if len(picture) == 3 else picture.mean(axis=0))


def _pictures(pictures: Any, name: str) -> Any:
    """Pictures (N, C, H, W), or (N, H, W) of one channel, as an array with channels."""
    array = np.asarray(raw(pictures)).astype(float)
    if array.ndim == 3:
        array = array[:, None]
    if array.ndim != 4 or not array.size:
        raise ValueError(f"{name}: expected pictures (N, C, H, W) or (N, H, W), got shape {array.shape}")
    return array


def plot_filters(layer: Module | Any, path: Path = None, *, count: int = 64) -> Figure:
    """The filters of a convolution as small pictures.

    Filters of three channels are shown in color, moved and scaled to fill it. Others have a row each, with a tile
    for every channel that they look at, or a tile each if that is only one: blue is negative, red positive.

    Args:
        layer: a convolution, or its weight (out, in, h, w); that of a convolution in one dimension is (out, in, w).
        count: at most so many filters, and so many channels of each, are drawn.

    Raises:
        ValueError: the weight has another shape, or the suffix is unknown.
        ImportError: matplotlib is not installed.

    Example:
        >>> figure = plot_filters(ag.models.lenet5().conv1)
    """
    weight = np.asarray(raw(getattr(layer, "weight", layer))).astype(float)
    if weight.ndim == 3:
        weight = weight[:, :, None]
    if weight.ndim != 4 or not weight.size:
        raise ValueError(
            f"plot_filters: expected a weight (out, in, h, w) or (out, in, w), got shape {weight.shape}"
        )
    filters, channels = weight.shape[:2]
    weight = weight[:count, :count]
    if channels == 3:
        tiles, columns = np.stack([_unit(f.transpose(1, 2, 0)) for f in weight]), 8
    else:
        tiles, columns = weight.reshape(-1, *weight.shape[2:]), 8 if channels == 1 else weight.shape[1]
    picture = _mosaic(tiles, min(columns, len(tiles)))
    height, width = picture.shape[:2]
    scale = min(0.5 / weight.shape[3], 8.0 / width)
    figure = new_figure(max(2.4, width * scale), height * scale + 0.5)
    axes = figure.add_subplot()
    if channels == 3:
        axes.imshow(np.nan_to_num(picture, nan=1.0), interpolation="nearest")
    else:
        bound = float(np.abs(weight).max()) or 1.0
        axes.imshow(picture, cmap="RdBu_r", vmin=-bound, vmax=bound, interpolation="nearest")
    axes.set_axis_off()
    size = f"{weight.shape[2]}x{weight.shape[3]}"
    drawn = f", the first {len(weight)}" if len(weight) < filters else ""
    axes.set_title(f"{filters} filters of {size}, {channels} channel{'s' * (channels > 1)}{drawn}", fontsize=9)
    return finish(figure, path)


def plot_activations(maps: Mapping[str, Any], path: Path = None, *, index: int = 0, count: int = 32) -> Figure:
    """What each layer puts out for one input: its maps side by side, or its numbers as a strip.

    Bright is large. Each layer has a scale of its own, since only differences inside of it are to be seen.

    Args:
        maps: by name, (N, K, H, W) or (N, K), such as `activations` gives.
        index: which of the N inputs is shown.
        count: at most so many maps of a layer are drawn.

    Raises:
        ValueError: there are none of these shapes, or the suffix is unknown.
        ImportError: matplotlib is not installed.

    Example:
        >>> figure = plot_activations(ag.viz.activations(ag.models.lenet5(), rand(1, 1, 32, 32)))
    """
    arrays = {name: np.asarray(raw(values)).astype(float) for name, values in maps.items()}
    panels = [_panel(name, array[index], count) for name, array in arrays.items() if array.ndim in (2, 4)]
    if not panels:
        raise ValueError("plot_activations: no layer gives maps (N, K, H, W) or numbers (N, K)")
    heights = [height for _, _, height in panels]
    figure = new_figure(_WIDTH, sum(heights) + 0.34 * len(panels))
    grid = figure.add_gridspec(len(panels), 1, height_ratios=heights)
    for i, (title, picture, _) in enumerate(panels):
        axes = figure.add_subplot(grid[i])
        axes.imshow(picture, interpolation="nearest", aspect="auto" if len(picture) == 1 else "equal")
        axes.set_anchor("W")
        axes.set_title(title, fontsize=8, loc="left", pad=2)
        axes.set_axis_off()
    return finish(figure, path)


def _panel(name: str, values: Any, count: int) -> tuple[str, Any, float]:
    """Of a layer's maps (K, H, W) or numbers (K,): a title, a picture, and its height in inches."""
    title = short_text(name)
    if values.ndim == 1:
        return f"{title}: {values.size} numbers", values[None], 0.12
    columns = min(len(values), count, 16)
    picture = _mosaic(values[:count], columns)
    rows, shape = -(-min(len(values), count) // columns), values.shape
    height = min(_WIDTH * picture.shape[0] / picture.shape[1], 0.8 * rows)
    return f"{title}: {shape[0]} maps of {shape[1]}x{shape[2]}", picture, height


def plot_maps(
    pictures: Any, maps: Mapping[str, Any], path: Path = None, *, titles: Sequence[Any] | None = None
) -> Figure:
    """Pictures, and beside each of them the maps that say which parts of it count.

    Maps (N, H, W), such as those of `saliency`, `grad_cam` and `occlusion`, are laid over the gray picture, the
    more opaque the larger; what is below 0 is left out. Maps with channels, (N, C, H, W), such as those of
    `guided_backprop`, are pictures themselves, in which gray is 0.

    Args:
        pictures: (N, C, H, W) or (N, H, W).
        maps: by the name of the method.
        titles: a text for each picture, such as its class.

    Raises:
        ValueError: the shapes do not fit, or the suffix is unknown.
        ImportError: matplotlib is not installed.

    Example:
        >>> model, x = ag.models.lenet5(), rand(2, 1, 32, 32)
        >>> heat = ag.viz.grad_cam(model, x, "conv2")
        >>> figure = plot_maps(x, {"saliency": ag.viz.saliency(model, x), "Grad-CAM": heat})
    """
    shown = _pictures(pictures, "plot_maps")
    count, _, height, width = shown.shape
    arrays = {name: np.asarray(raw(m)).astype(float) for name, m in maps.items()}
    for name, array in arrays.items():
        if array.ndim not in (3, 4) or len(array) != count or array.shape[-2:] != (height, width):
            raise ValueError(
                f"plot_maps: expected maps ({count}, {height}, {width}), with channels or without, for pictures of "
                f"shape {shown.shape}; {name} has shape {array.shape}"
            )
    if titles is not None and len(titles) != count:
        raise ValueError(f"plot_maps: {len(titles)} titles for {count} pictures")
    side = 1.25
    figure = new_figure(side * (1 + len(arrays)) + 0.2, side * count * height / width + 0.35)
    grid = figure.add_gridspec(count, 1 + len(arrays))
    for row in range(count):
        axes = figure.add_subplot(grid[row, 0])
        axes.imshow(_shown(shown[row]), cmap="gray", vmin=0, vmax=1)
        axes.set_xticks([])
        axes.set_yticks([])
        axes.set_ylabel(short_text(str(titles[row])) if titles is not None else "", fontsize=8)
        for column, (name, array) in enumerate(arrays.items(), 1):
            axes = figure.add_subplot(grid[row, column])
            _draw_map(axes, shown[row], array[row])
            axes.set_title(short_text(name) if row == 0 else "", fontsize=9)
    return finish(figure, path)


def _draw_map(axes: Axes, picture: Any, values: Any) -> None:
    axes.set_axis_off()
    if values.ndim == 3:
        bound = float(np.abs(values).max()) or 1.0
        signed = 0.5 + values / (2 * bound)
        axes.imshow(signed.transpose(1, 2, 0) if len(signed) == 3 else signed.mean(0), cmap="gray", vmin=0, vmax=1)
        return
    axes.imshow(0.75 * _unit(picture.mean(axis=0)), cmap="gray", vmin=0, vmax=1)
    heat = values.clip(0)
    heat = heat / (heat.max() or 1.0)
    axes.imshow(heat, cmap="inferno", vmin=0, vmax=1, alpha=np.minimum(1.0, 1.5 * heat))


def plot_neighbors(
    queries: Any,
    pictures: Any,
    indices: Any,
    path: Path = None,
    *,
    classes: tuple[Sequence[Any], Sequence[Any]] | None = None,
) -> Figure:
    """Pictures, and to the right of each those that lie nearest to it, the nearest first.

    Args:
        queries: Q pictures, (Q, C, H, W) or (Q, H, W).
        pictures: those among which neighbors were sought, (N, C, H, W) or (N, H, W).
        indices: (Q, k), places in `pictures`, such as `nearest_neighbors` gives.
        classes: those of the queries and those of the pictures; then a neighbor of the same class has a green
            frame, and one of another class a red one with its name.

    Raises:
        ValueError: the shapes do not fit, or the suffix is unknown.
        ImportError: matplotlib is not installed.

    Example:
        >>> pictures = rand(5, 1, 8, 8)
        >>> near = ag.viz.nearest_neighbors(pictures.flatten(1), pictures[:2].flatten(1), k=3)
        >>> figure = plot_neighbors(pictures[:2], pictures, near.indices)
    """
    asked, known = _pictures(queries, "plot_neighbors"), _pictures(pictures, "plot_neighbors")
    places = np.asarray(raw(indices))
    fits = places.ndim == 2 and len(places) == len(asked) and places.size
    if not fits or not 0 <= places.min() <= places.max() < len(known):
        raise ValueError(
            f"plot_neighbors: expected indices of shape ({len(asked)}, k), which are places among {len(known)} "
            f"pictures, got shape {places.shape}"
        )
    side, count = 0.8, places.shape[1]
    figure = new_figure(side * (count + 1.3) + 0.2, side * len(asked) + 0.4)
    grid = figure.add_gridspec(len(asked), count + 2, width_ratios=[1, 0.3, *[1] * count])
    for row, near in enumerate(places):
        axes = figure.add_subplot(grid[row, 0])
        axes.imshow(_shown(asked[row]), cmap="gray", vmin=0, vmax=1)
        _frame(axes, "#ffffff", str(classes[0][row]) if classes else "")
        for column, place in enumerate(near):
            axes = figure.add_subplot(grid[row, column + 2])
            axes.imshow(_shown(known[place]), cmap="gray", vmin=0, vmax=1)
            same = classes is None or classes[0][row] == classes[1][place]
            color = "#ffffff" if classes is None else COLORS["val"] if same else COLORS["test"]
            _frame(axes, color, "" if same or classes is None else str(classes[1][place]))
    figure.axes[0].set_title("picture", fontsize=9)
    figure.axes[1].set_title("nearest", fontsize=9)
    return finish(figure, path)


def _frame(axes: Axes, color: str, text: str) -> None:
    """Give the axes a frame of this color, and a text at the left."""
    axes.set_xticks([])
    axes.set_yticks([])
    for spine in axes.spines.values():
        spine.set(color=color, linewidth=2.5)
    axes.set_ylabel(short_text(text), fontsize=8, rotation=0, ha="right", va="center")


def plot_embedding(
    points: Any, labels: Any, classes: Sequence[Any] | None = None, path: Path = None, *, title: str = ""
) -> Figure:
    """Points in the plane, such as `tsne` lays out, in the colors of their classes.

    Args:
        points: (N, 2).
        labels: the classes 0, 1, ..., (N,).
        classes: their names.
        title: a text above.

    Raises:
        ValueError: the shapes do not fit, there are fewer names than classes, or the suffix is unknown.
        ImportError: matplotlib is not installed.

    Example:
        >>> figure = plot_embedding(rand(6, 2), [0, 0, 1, 1, 2, 2], ["cat", "dog", "bird"])
    """
    points, labels = np.asarray(raw(points)), np.asarray(raw(labels)).astype(int)
    if points.ndim != 2 or points.shape[1] != 2 or labels.shape != points.shape[:1] or not labels.size:
        raise ValueError(f"points (N, 2) and labels (N,) expected, not {points.shape} and {labels.shape}")
    if classes is not None and len(classes) <= labels.max():
        raise ValueError(f"{len(classes)} class names for {labels.max() + 1} classes")
    figure = new_figure(5.4, 4.4)
    axes = figure.add_subplot()
    for k in np.unique(labels):
        own = points[labels == k]
        color, marker = CLASS_COLORS[k % len(CLASS_COLORS)], "osD^vPX*"[k // len(CLASS_COLORS) % 8]
        name = short_text(str(classes[k])) if classes is not None else f"class {k}"
        axes.scatter(own[:, 0], own[:, 1], s=14, color=color, marker=marker, linewidths=0, alpha=0.8, label=name)
    axes.set_xticks([])
    axes.set_yticks([])
    axes.set_title(title, fontsize=10)
    axes.legend(loc="upper left", bbox_to_anchor=(1.0, 1.0), frameon=False, fontsize=8)
    return finish(figure, path)


def plot_costs(summary: Summary, path: Path = None) -> Figure:
    """Where a model's parameters and FLOPs are: two bars for each layer that has any, in the order of the layers.

    Args:
        summary: what `summary(model, input)` gives; its table has the numbers.

    Raises:
        ValueError: no layer has parameters or FLOPs, or the suffix is unknown.
        ImportError: matplotlib is not installed.

    Example:
        >>> figure = plot_costs(ag.viz.summary(ag.models.lenet5(), input_size=(1, 1, 32, 32)))
    """
    following = [*(r.depth for r in summary.rows[1:]), 0]
    innermost = [r for r, depth in zip(summary.rows, following, strict=True) if depth <= r.depth]
    rows = [r for r in innermost if r.parameters or r.flops]
    if not rows:
        raise ValueError("plot_costs: no layer of this model has parameters or FLOPs")
    figure = new_figure(_WIDTH, 0.22 * len(rows) + 1.0)
    names = [short_text(f"{r.name}: {r.type}" if r.name else r.type) for r in rows]
    for i, (label, costs) in enumerate(
        (("parameters", [r.parameters for r in rows]), ("FLOPs", [r.flops for r in rows]))
    ):
        axes = figure.add_subplot(1, 2, i + 1)
        axes.barh(range(len(rows)), costs, color=COLORS["train"])
        for place, cost in enumerate(costs):
            axes.text(cost, place, f" {cost:,}", va="center", fontsize=7)
        axes.set_ylim(len(rows) - 0.4, -0.6)
        axes.set_xlim(0, 1.3 * max(max(costs), 1))
        axes.set_yticks(range(len(rows)), names if i == 0 else [""] * len(rows), fontsize=8)
        axes.set_xticks([])
        axes.set_title(f"{label}: {sum(costs):,}", fontsize=9)
        axes.spines[["top", "right", "bottom"]].set_visible(False)
    return finish(figure, path)
