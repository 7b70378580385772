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
from . import inlined
from .crew import shared_loop
from .windows import reach

__all__ = ["convolve_alone", "input_of_alone", "weight_of_alone"]


@shared_loop
def _alone(
    picture: Any, places: Any, w: Any, bias: Any, geometry: Any, adjoint: bool, start: int, stop: int
) -> None:
    """From the picture to the places of windows, or with `adjoint` back; the result begins with the bias.

    picture: (N, H, W, C), places: the same with other sizes, w: (height, width, C).
    """
    stride, before, dilation = geometry
    out = picture if adjoint else places
    for n in range(start, stop):
        for i in range(out.shape[1]):
            for j in range(out.shape[2]):
                out[n, i, j] = bias
        for p in range(w.shape[0]):
            low, high, top = reach(p, picture.shape[1], places.shape[1], stride[0], before[0], dilation[0])
            for i in range(low, high):
                row, line = picture[n, i * stride[0] + top], places[n, i]
                for q in range(w.shape[1]):
                    begin, end, left = reach(q, row.shape[0], line.shape[0], stride[1], before[1], dilation[1])
                    by = w[p, q]
                    for j in range(begin, end):
                        element, place = row[j * stride[1] + left], line[j]
                        source, goal = (place, element) if adjoint else (element, place)
                        for c in range(by.size):
                            goal[c] += by[c] * source[c]


@inlined
def _weight_of_images(g: Any, x: Any, geometry: Any, total: Any, start: int, stop: int) -> None:
    stride, before, dilation = geometry
    sums = np.empty(g.shape[3], g.dtype)
    for n in range(start, stop):
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


@shared_loop
def _alone_weight(g: Any, x: Any, geometry: Any, totals: Any, start: int, stop: int) -> None:
    """Total by total: each is the sum over some images."""
    for part in range(start, stop):
        _weight_of_images(
            g, x, geometry, totals[part], len(g) * part // len(totals), len(g) * (part + 1) // len(totals)
        )


def _steps(geometry: Geometry) -> tuple[tuple[int, ...], ...]:
    return geometry.stride, geometry.before, geometry.dilation


def _filters(w: Any, bias: Any) -> tuple[Any, Any]:
    """The filters as (height, width, C), and a bias for each."""
    return np.ascontiguousarray(w[:, 0].transpose(1, 2, 0)), np.zeros(len(w), w.dtype) if bias is None else bias


def convolve_alone(x: Any, w: Any, bias: Any, geometry: Geometry) -> Any:
    """`convolve` of pictures."""
    out = channels_last((*x.shape[:2], *places_of(x.shape[2:], w.shape[2:], geometry)), x)
    given, made, filters, steps = channels_to_last(x), last(out), _filters(w, bias), _steps(geometry)
    _alone(len(x), 1, given, made, *filters, steps, False)
    return out


def input_of_alone(g: Any, w: Any, bias: Any, size: tuple[int, ...], geometry: Geometry) -> Any:
    """`convolve_input` of pictures."""
    out = channels_last((*g.shape[:2], *size), g)
    given, made, filters, steps = channels_to_last(g), last(out), _filters(w, bias), _steps(geometry)
    _alone(len(g), 1, made, given, *filters, steps, True)
    return out


def weight_of_alone(g: Any, x: Any, window: tuple[int, ...], geometry: Geometry) -> Any:
    """`convolve_weight` of pictures."""
    given, rows = channels_to_last(g), channels_to_last(x)
    parts = min(PARTS, len(g))
    totals = np.zeros((parts, *window, g.shape[1]), np.float64)
    _alone_weight(parts, 1, given, rows, _steps(geometry), totals)
    return np.moveaxis(np.add.reduce(totals, axis=0), -1, 0)[:, None].astype(g.dtype)
