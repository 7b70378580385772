"""What all plots share: a matplotlib figure made without pyplot, its colors, and how it is saved.

No global state changes, no window opens, and a figure is freed with the last reference to it.
"""

from __future__ import annotations

import io
import os
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from ..backend.extras import from_extra
from ..backend.files import write_atomically

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

COLORS = {"train": "#1f5fa8", "test": "#c8501e", "val": "#22753a"}
OTHER_COLORS = ("#7a4fa3", "#b07a00", "#767676")
CLASS_COLORS = ("#1f5fa8", "#c8501e", "#22753a", "#7a4fa3", "#b07a00", "#2a8f9c", "#9c1c55", "#555555")


@cache
def _figure_type() -> type[Figure]:
    """A subclass of matplotlib's Figure that a notebook shows by itself, without pyplot."""
    with from_extra("train", "plots need matplotlib"):
        from matplotlib.figure import Figure

    class NotebookFigure(Figure):
        def _repr_png_(self) -> bytes:
            return _encoded(self, "png")

    return NotebookFigure


def new_figure(width: float, height: float) -> Figure:
    """An empty figure of this size in inches."""
    figure_type = _figure_type()
    from matplotlib.layout_engine import ConstrainedLayoutEngine

    return figure_type(figsize=(width, height), layout=ConstrainedLayoutEngine(w_pad=0.12, h_pad=0.12))


def _encoded(figure: Figure, form: str) -> bytes:
    buffer = io.BytesIO()
    figure.savefig(buffer, format=form, dpi=144, bbox_inches="tight", pad_inches=0.12)  # long names need more room
    return buffer.getvalue()


def finish(figure: Figure, path: str | os.PathLike[str] | None) -> Figure:
    """Save the figure if a path is given, in the format of its suffix; returns the figure."""
    if path is not None:
        form = Path(path).suffix.lower().removeprefix(".")
        supported = figure.canvas.get_supported_filetypes()
        if form not in supported:
            raise ValueError(f"cannot save a plot as {Path(path).name!r}: use .{', .'.join(sorted(supported))}")
        write_atomically(path, _encoded(figure, form))
    return figure


def plain(axes: Axes) -> None:
    """Give the axes a grid in the background, and a frame on two sides only."""
    axes.grid(color="#dddddd", linewidth=0.7)
    axes.set_axisbelow(True)
    axes.spines[["top", "right"]].set_visible(False)
