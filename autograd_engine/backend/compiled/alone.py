"""Convolutions of each channel alone: without a sum over channels, loops run along the channels of one place.

They lie side by side in memory. Nothing is framed: for each element of a window, the loops run over the places at
which it lies inside the picture.

Source: Chollet, Xception: Deep learning with depthwise separable convolutions, 2017.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from ..kernels.convolution import PARTS, Geometry, places_of
from ..kernels.layout import channels_last, channels_to_last, last
from ..threads import share
from . import loop
from .windows import reach

__all__ = ["convolve_alone", "input_of_alone", "is_alone", "weight_of_alone"]


@loop
def _alone(x: Any, w: Any, bias: Any, geometry: Any, out: Any) -> None:
    """x: (N, H, W, C), w: (height, width, C)."""
    stride, before, dilation = geometry
    for n in range(len(x)):
        made = out[n]
        for i in range(made.shape[0]):
            for j in range(made.shape[1]):
                made[i, j] = bias
        for p in range(w.shape[0]):
            low, high, top = reach(p, x.shape[1], made.shape[0], stride[0], before[0], dilation[0])
            for i in range(low, high):
                for q in range(w.shape[1]):
                    begin, end, left = reach(q, x.shape[2], made.shape[1], stride[1], before[1], dilation[1])
                    row, by, target = x[n, i * stride[0] + top], w[p, q], made[i]
                    for j in range(begin, end):
                        source, goal = row[j * stride[1] + left], target[j]
                        for c in range(by.size):
                            goal[c] += by[c] * source[c]


@loop
def _alone_input(g: Any, w: Any, bias: Any, geometry: Any, out: Any) -> None:
    stride, before, dilation = geometry
    for n in range(len(g)):
        made = out[n]
        for i in range(made.shape[0]):
            for j in range(made.shape[1]):
                made[i, j] = bias
        for p in range(w.shape[0]):
            low, high, top = reach(p, made.shape[0], g.shape[1], stride[0], before[0], dilation[0])
            for i in range(low, high):
                for q in range(w.shape[1]):
                    begin, end, left = reach(q, made.shape[1], g.shape[2], stride[1], before[1], dilation[1])
                    row, by, target = g[n, i], w[p, q], made[i * stride[0] + top]
                    for j in range(begin, end):
                        source, goal = row[j], target[j * stride[1] + left]
                        for c in range(by.size):
                            goal[c] += by[c] * source[c]


@loop
def _alone_weight(g: Any, x: Any, geometry: Any, total: Any) -> None:
    stride, before, dilation = geometry
    sums = np.empty(g.shape[3], g.dtype)
    for n in range(len(g)):
        for p in range(total.shape[0]):
            low, high, top = reach(p, x.shape[1], g.shape[1], stride[0], before[0], dilation[0])
            for q in range(total.shape[1]):
                begin, end, left = reach(q, x.shape[2], g.shape[2], stride[1], before[1], dilation[1])
                whole = total[p, q]
                for i in range(low, high):
                    row, given = x[n, i * stride[0] + top], g[n, i]
                    sums[:] = 0
                    for j in range(begin, end):
                        source, by = row[j * stride[1] + left], given[j]
                        for c in range(sums.size):
                            sums[c] += by[c] * source[c]
                    for c in range(sums.size):
                        whole[c] += sums[c]


def is_alone(channels: int, filters: int, geometry: Geometry) -> bool:
    """Whether each channel has one filter of its own."""
    return geometry.groups == channels == filters


def _steps(geometry: Geometry) -> tuple[tuple[int, ...], ...]:
    return geometry.stride, geometry.before, geometry.dilation


def _run(over: Any, x: Any, w: Any, bias: Any, size: tuple[int, ...], geometry: Geometry) -> Any:
    out = channels_last((len(x), x.shape[1], *size), x)
    given, made = channels_to_last(x), last(out)
    weights = np.ascontiguousarray(w[:, 0].transpose(1, 2, 0))
    biases = np.zeros(x.shape[1], x.dtype) if bias is None else bias
    share(lambda part: over(given[part], weights, biases, _steps(geometry), made[part]), len(x))
    return out


def convolve_alone(x: Any, w: Any, bias: Any, geometry: Geometry) -> Any:
    """`convolve` of pictures."""
    return _run(_alone, x, w, bias, places_of(x.shape[2:], w.shape[2:], geometry), geometry)


def input_of_alone(g: Any, w: Any, bias: Any, size: tuple[int, ...], geometry: Geometry) -> Any:
    """`convolve_input` of pictures."""
    return _run(_alone_input, g, w, bias, size, geometry)


def weight_of_alone(g: Any, x: Any, window: tuple[int, ...], geometry: Geometry) -> Any:
    """`convolve_weight` of pictures."""
    given, rows = channels_to_last(g), channels_to_last(x)
    parts = min(PARTS, len(g))
    totals = np.zeros((parts, *window, g.shape[1]), np.float64)

    def work(part: slice) -> None:
        for i in range(part.start, part.stop):
            images = slice(len(g) * i // parts, len(g) * (i + 1) // parts)
            _alone_weight(given[images], rows[images], _steps(geometry), totals[i])

    share(work, parts)
    return np.moveaxis(np.add.reduce(totals, axis=0), -1, 0)[:, None].astype(g.dtype)
