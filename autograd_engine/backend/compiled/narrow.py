"""Convolutions of few channels, which as products of matrices would be narrow ones.

The pictures are framed with zeros and laid out row after row, so that an element of a window is the same distance
from its place everywhere: a whole picture is one long loop, which adds a row of a filter's elements, for several
filters at once. A frame is made of one image at a time and stays in the cache. The results are pictures one after
the other, (N, C, H, W) in memory.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from ..kernels.convolution import PARTS, Geometry, places_of
from . import inlined
from .crew import shared_loop
from .layout import channels_to_planes

__all__ = ["FEW", "convolve_narrow", "has_rows", "weight_of_narrow"]

_STRIP = 1024
"""How many places are summed up before the next ones, so that the sums stay in the nearest cache."""
_FILTERS = {3: 4, 5: 2}
"""For each width of a window, how many filters are summed at once: as many as a processor's registers hold."""
_LANES = 16
"""The number of places of a strip is made a multiple of this. Else the last ones would take a loop of their own,
whose weights occupy the registers."""
FEW = 16
"""Up to how many channels these loops beat products of matrices."""


def has_rows(window: tuple[int, ...], geometry: Geometry) -> bool:
    """Whether these loops are made for a convolution of pictures."""
    stride, before, after, dilation, groups = geometry
    plain = groups == 1 and {*stride, *dilation} == {1} and min(*before, *after) >= 0
    return plain and window[-1] in _FILTERS


@inlined
def _frame(x: Any, framed: Any, pitch: int, top: int, left: int) -> None:
    for c in range(x.shape[0]):
        for i in range(x.shape[1]):
            target = framed[c, (i + top) * pitch + left :]
            for k in range(x.shape[2]):
                target[k] = x[c, i, k]


@inlined
def _three(x: Any, w: Any, p: Any, q: Any, r: Any, s: Any, blocks: int) -> None:
    a0, a1, a2 = w[0, 0], w[0, 1], w[0, 2]
    b0, b1, b2 = w[1, 0], w[1, 1], w[1, 2]
    c0, c1, c2 = w[2, 0], w[2, 1], w[2, 2]
    d0, d1, d2 = w[3, 0], w[3, 1], w[3, 2]
    for k in range(blocks * _LANES):
        p[k] += a0 * x[k] + a1 * x[k + 1] + a2 * x[k + 2]
        q[k] += b0 * x[k] + b1 * x[k + 1] + b2 * x[k + 2]
        r[k] += c0 * x[k] + c1 * x[k + 1] + c2 * x[k + 2]
        s[k] += d0 * x[k] + d1 * x[k + 1] + d2 * x[k + 2]


@inlined
def _five(x: Any, w: Any, p: Any, q: Any, blocks: int) -> None:
    a0, a1, a2, a3, a4 = w[0, 0], w[0, 1], w[0, 2], w[0, 3], w[0, 4]
    b0, b1, b2, b3, b4 = w[1, 0], w[1, 1], w[1, 2], w[1, 3], w[1, 4]
    for k in range(blocks * _LANES):
        p[k] += a0 * x[k] + a1 * x[k + 1] + a2 * x[k + 2] + a3 * x[k + 3] + a4 * x[k + 4]
        q[k] += b0 * x[k] + b1 * x[k + 1] + b2 * x[k + 2] + b3 * x[k + 3] + b4 * x[k + 4]


@shared_loop
def _narrow(x: Any, w: Any, bias: Any, frame: Any, shape: Any, strip: int, out: Any, first: int, last: int) -> None:
    """For images and blocks of filters, counted together. w: (blocks, channels, height, filters, width)."""
    pitch, top, left = frame
    framed = np.zeros(shape, x.dtype)
    blocks, inputs, height, filters, width = w.shape
    _, channels, high, wide = out.shape
    sums = np.empty((filters, strip * pitch + _LANES), x.dtype)
    seen = -1
    for unit in range(first, last):
        image, block = unit // blocks, unit % blocks
        if image != seen:
            _frame(x[image], framed, pitch, top, left)
            seen = image
        for start in range(0, high, strip):
            count = min(strip, high - start)
            lanes = -(-count * pitch // _LANES)
            for f in range(filters):
                sums[f] = bias[block * filters + f]
            for c in range(inputs):
                for row in range(height):
                    source, by = framed[c, (start + row) * pitch :], w[block, c, row]
                    if width == 3:
                        _three(source, by, sums[0], sums[1], sums[2], sums[3], lanes)
                    else:
                        _five(source, by, sums[0], sums[1], lanes)
            for f in range(min(filters, channels - block * filters)):
                for i in range(count):
                    source, target = sums[f, i * pitch :], out[image, block * filters + f, start + i]
                    for k in range(wide):
                        target[k] = source[k]


@inlined
def _three_back(x: Any, p: Any, q: Any, r: Any, s: Any, sums: Any) -> None:
    zero = x.dtype.type(0)
    a0 = a1 = a2 = b0 = b1 = b2 = c0 = c1 = c2 = d0 = d1 = d2 = zero
    for k in range(p.size):
        a0 += p[k] * x[k]
        a1 += p[k] * x[k + 1]
        a2 += p[k] * x[k + 2]
        b0 += q[k] * x[k]
        b1 += q[k] * x[k + 1]
        b2 += q[k] * x[k + 2]
        c0 += r[k] * x[k]
        c1 += r[k] * x[k + 1]
        c2 += r[k] * x[k + 2]
        d0 += s[k] * x[k]
        d1 += s[k] * x[k + 1]
        d2 += s[k] * x[k + 2]
    sums[0, 0] += a0
    sums[0, 1] += a1
    sums[0, 2] += a2
    sums[1, 0] += b0
    sums[1, 1] += b1
    sums[1, 2] += b2
    sums[2, 0] += c0
    sums[2, 1] += c1
    sums[2, 2] += c2
    sums[3, 0] += d0
    sums[3, 1] += d1
    sums[3, 2] += d2


@inlined
def _five_back(x: Any, p: Any, q: Any, sums: Any) -> None:
    zero = x.dtype.type(0)
    a0 = a1 = a2 = a3 = a4 = b0 = b1 = b2 = b3 = b4 = zero
    for k in range(p.size):
        a0 += p[k] * x[k]
        a1 += p[k] * x[k + 1]
        a2 += p[k] * x[k + 2]
        a3 += p[k] * x[k + 3]
        a4 += p[k] * x[k + 4]
        b0 += q[k] * x[k]
        b1 += q[k] * x[k + 1]
        b2 += q[k] * x[k + 2]
        b3 += q[k] * x[k + 3]
        b4 += q[k] * x[k + 4]
    sums[0, 0] += a0
    sums[0, 1] += a1
    sums[0, 2] += a2
    sums[0, 3] += a3
    sums[0, 4] += a4
    sums[1, 0] += b0
    sums[1, 1] += b1
    sums[1, 2] += b2
    sums[1, 3] += b3
    sums[1, 4] += b4


@inlined
def _weight_of_images(
    g: Any, x: Any, frame: Any, framed: Any, given: Any, strip: int, sums: Any, first: int, last: int
) -> None:
    """`given` holds g with the pitch of the frame."""
    pitch, top, left = frame
    blocks, inputs, height, filters, width = sums.shape
    high = g.shape[2]
    for image in range(first, last):
        _frame(x[image], framed, pitch, top, left)
        _frame(g[image], given, pitch, 0, 0)
        for start in range(0, high, strip):
            begin, end = start * pitch, min(start + strip, high) * pitch
            for block in range(blocks):
                f = block * filters
                p, q = given[f, begin:end], given[f + 1, begin:end]
                for c in range(inputs):
                    for row in range(height):
                        source, total = framed[c, begin + row * pitch :], sums[block, c, row]
                        if width == 3:
                            _three_back(source, p, q, given[f + 2, begin:end], given[f + 3, begin:end], total)
                        else:
                            _five_back(source, p, q, total)


@shared_loop
def _narrow_weight(g: Any, x: Any, frame: Any, shape: Any, strip: int, sums: Any, start: int, stop: int) -> None:
    """sums: (parts, blocks, channels, height, filters, width); each part is the sum over some images."""
    framed = np.zeros(shape, x.dtype)
    given = np.zeros((sums.shape[1] * sums.shape[4], g.shape[2] * frame[0]), x.dtype)
    for part in range(start, stop):
        first, last = len(g) * part // len(sums), len(g) * (part + 1) // len(sums)
        _weight_of_images(g, x, frame, framed, given, strip, sums[part], first, last)


def _framing(x: Any, window: tuple[int, ...], geometry: Geometry) -> tuple[tuple[int, ...], tuple[int, int], int]:
    """What the loops know of a frame, the shape of one, and how many rows are in a strip."""
    (top, left), (bottom, right) = geometry.before, geometry.after
    pitch = x.shape[3] + left + right
    shape = (x.shape[1], (x.shape[2] + top + bottom) * pitch + window[1] - 1 + _LANES)
    return (pitch, top, left), shape, max(1, _STRIP // pitch)


def convolve_narrow(x: Any, w: Any, bias: Any, geometry: Geometry) -> Any:
    """`convolve` of pictures."""
    filters, channels, height, width = w.shape
    frame, framed, strip = _framing(x, (height, width), geometry)
    out = np.empty((len(x), filters, *places_of(x.shape[2:], (height, width), geometry)), x.dtype)
    each = _FILTERS[width]
    blocks = -(-filters // each)
    padded = np.zeros((blocks * each, channels * height, width), x.dtype)
    padded[:filters] = w.reshape(filters, channels * height, width)
    weights = padded.reshape(blocks, each, channels, height, width).transpose(0, 2, 3, 1, 4).copy()
    biases = np.zeros(blocks * each, x.dtype)
    if bias is not None:
        biases[:filters] = bias

    together = blocks if len(x) > 1 else 1
    _narrow(len(x) * blocks, together, channels_to_planes(x), weights, biases, frame, framed, strip, out)
    return out


def weight_of_narrow(g: Any, x: Any, window: tuple[int, ...], geometry: Geometry) -> Any:
    """`convolve_weight` of pictures; NotImplemented if not all of it is finite.

    The zeros at the end of a row of g meet elements that lie outside of their windows.
    """
    filters, channels, (height, width) = g.shape[1], x.shape[1], window
    frame, framed, strip = _framing(x, window, geometry)
    each = _FILTERS[width]
    blocks = -(-filters // each)
    parts = min(PARTS, len(g))
    sums = np.zeros((parts, blocks, channels, height, each, width), np.float64)
    _narrow_weight(parts, 1, channels_to_planes(g), channels_to_planes(x), frame, framed, strip, sums)
    whole = np.add.reduce(sums, axis=0).transpose(0, 3, 1, 2, 4).reshape(blocks * each, channels, height, width)
    return whole[:filters].astype(x.dtype) if np.isfinite(whole).all() else NotImplemented
