"""Convolutions by windows of 3 by 3, with less than half of the multiplications (Winograd's F(2 x 2, 3 x 3)).

A tile of 4 by 4 numbers d holds the four windows of 2 by 2 places. With constant matrices A, B and G

    places = A^T [(G w G^T) * (B^T d B)] A

where * multiplies element by element: 16 multiplications for 36. Summed over channels, each of the 16 elements is a
product of matrices, (tiles, channels) by (channels, filters). B has only 0, 1 and -1, so what is added up loses no
more digits than the plain sums do.

The loops transform a few images at a time: by rows of tiles, along the channels, which lie side by side.

Source: Lavin and Gray, Fast algorithms for convolutional neural networks, 2016.
"""

from __future__ import annotations

import math
from typing import Any, NamedTuple

import numpy as np

from ..kernels.convolution import PARTS, Geometry, places_of
from ..kernels.layout import channels_last, channels_to_last, last
from ..threads import share
from . import inlined, loop

__all__ = ["convolve_tiles", "is_tiled", "weight_of_tiles"]

_NUMBERS = 2**17
"""How many numbers the tiles that are worked on at a time have: half a MB of float32. Products take as much."""

_G = np.array([[1, 0, 0], [0.5, 0.5, 0.5], [0.5, -0.5, 0.5], [0, 0, 1]])


def is_tiled(x: Any, filters: int, window: tuple[int, ...], geometry: Geometry) -> bool:
    """Whether this is a convolution by windows of 3 by 3, and one that gains."""
    stride, before, after, dilation, groups = geometry
    if window != (3, 3) or groups != 1 or {*stride, *dilation} != {1} or min(*before, *after) < 0:
        return False
    tiles = len(x) * np.prod([-(-n // 2) for n in places_of(x.shape[2:], window, geometry)])
    return bool(tiles >= max(x.shape[1], filters))


@inlined
def _frame(x: Any, top: int, left: int, framed: Any) -> None:
    """Rows of an image (H, W, C) between zeros, those from `top` on, which may lie outside.

    framed: (rows, 2, columns, C), the columns of even number before those of odd number. So what tiles next to each
    other need lies next to each other.
    """
    for i in range(framed.shape[0]):
        if 0 <= i + top < x.shape[0]:
            for j in range(x.shape[1]):
                source, target = x[i + top, j], framed[i, (j + left) % 2, (j + left) // 2]
                for c in range(source.size):
                    target[c] = source[c]
        else:
            framed[i] = 0


@inlined
def _plus(x: Any, y: Any, out: Any) -> None:
    for k in range(out.size):
        out[k] = x[k] + y[k]


@inlined
def _minus(x: Any, y: Any, out: Any) -> None:
    for k in range(out.size):
        out[k] = x[k] - y[k]


@loop
def _transform(x: Any, top: int, left: int, framed: Any, rows: Any, out: Any) -> None:
    """B^T d B of the tiles from row `top` on.

    x: images (H, W, C), framed: (2 high + 2, 2, wide + 1, C), rows: (4, 2 (wide + 1) C), out: (16, images, high,
    wide C).
    """
    channels, half = framed.shape[3], framed.shape[2] * framed.shape[3]
    for n in range(x.shape[0]):
        _frame(x[n], top, left, framed)
        for i in range(out.shape[2]):
            p, q = framed[2 * i].reshape(-1), framed[2 * i + 1].reshape(-1)
            r, s = framed[2 * i + 2].reshape(-1), framed[2 * i + 3].reshape(-1)
            _minus(p, r, rows[0])
            _plus(q, r, rows[1])
            _minus(r, q, rows[2])
            _minus(q, s, rows[3])
            for a in range(4):
                even, odd = rows[a, :half], rows[a, half:]
                _minus(even, even[channels:], out[4 * a, n, i])
                _plus(odd, even[channels:], out[4 * a + 1, n, i])
                _minus(even[channels:], odd, out[4 * a + 2, n, i])
                _minus(odd, odd[channels:], out[4 * a + 3, n, i])


@loop
def _transform_back(m: Any, bias: Any, top: int, rows: Any, pair: Any, out: Any) -> Any:
    """A^T m A + bias, into the rows from `top` on; returns 0 if all is finite, else NaN.

    m: (16, images, high, wide O), bias: (wide O), rows: (8, wide O), pair: (2, wide, O), out: images (H, W, O).
    """
    even, odd = pair[0].reshape(-1), pair[1].reshape(-1)
    zero = out.dtype.type(0)
    check = zero
    for n in range(m.shape[1]):
        for i in range(m.shape[2]):
            for b in range(4):
                p, q, r, s, target = m[b, n, i], m[4 + b, n, i], m[8 + b, n, i], m[12 + b, n, i], rows[b]
                for k in range(target.size):
                    target[k] = p[k] + q[k] + r[k]
                target = rows[4 + b]
                for k in range(target.size):
                    target[k] = q[k] - r[k] - s[k]
            for a in range(min(2, out.shape[1] - top - 2 * i)):
                p, q, r, s = rows[4 * a], rows[4 * a + 1], rows[4 * a + 2], rows[4 * a + 3]
                for k in range(even.size):
                    even[k] = p[k] + q[k] + r[k] + bias[k]
                for k in range(odd.size):
                    odd[k] = q[k] - r[k] - s[k] + bias[k]
                for k in range(odd.size):
                    check += (even[k] + odd[k]) * zero
                for j in range(out.shape[2]):
                    source, target = pair[j % 2, j // 2], out[n, top + 2 * i + a, j]
                    for k in range(target.size):
                        target[k] = source[k]
    return check


@loop
def _spread(g: Any, top: int, framed: Any, rows: Any, out: Any) -> None:
    """A g A^T, the adjoint of A^T m A, of the rows from `top` on.

    g: images (H, W, O), framed: (2 high, 2, wide, O), rows: (4, 2 wide O), out: (16, images, high, wide O).
    """
    half = out.shape[3]
    for n in range(g.shape[0]):
        _frame(g[n], top, 0, framed)
        for i in range(out.shape[2]):
            p, q = framed[2 * i].reshape(-1), framed[2 * i + 1].reshape(-1)
            _plus(p, q, rows[1])
            _minus(p, q, rows[2])
            for k in range(p.size):
                rows[0, k] = p[k]
                rows[3, k] = -q[k]
            for a in range(4):
                even, odd = rows[a, :half], rows[a, half:]
                _plus(even, odd, out[4 * a + 1, n, i])
                _minus(even, odd, out[4 * a + 2, n, i])
                first, last = out[4 * a, n, i], out[4 * a + 3, n, i]
                for k in range(half):
                    first[k] = even[k]
                    last[k] = -odd[k]


class _Tiling(NamedTuple):
    """How pictures are cut into tiles.

    Attributes:
        places: the size of the result.
        wide: how many tiles lie side by side.
        most: how many images, and rows of tiles, are worked on at a time.
        chunks: these images, the first row of tiles, and how many there are.
    """

    places: tuple[int, ...]
    wide: int
    most: tuple[int, int]
    chunks: list[tuple[slice, int, int]]


def _tiling(x: Any, filters: int, geometry: Geometry) -> _Tiling:
    places = places_of(x.shape[2:], (3, 3), geometry)
    high, wide = (-(-n // 2) for n in places)
    row = 16 * wide * max(x.shape[1], filters)
    rows, images = min(high, max(1, _NUMBERS // row)), min(len(x), max(1, _NUMBERS // (row * high)))
    chunks = [
        (slice(n, min(n + images, len(x))), i, min(rows, high - i))
        for n in range(0, len(x), images)
        for i in range(0, high, rows)
    ]
    return _Tiling(places, wide, (images, rows), chunks)


def _memory(tiling: _Tiling, channels: int, dtype: Any, edge: int) -> tuple[Any, Any, Any]:
    """A frame, rows, and the elements of tiles, for one thread; `edge` tiles reach out at the end."""
    images, rows = tiling.most
    wide = tiling.wide + edge
    return (
        np.zeros((2 * (rows + edge), 2, wide, channels), dtype),
        np.empty((4, 2 * wide * channels), dtype),
        np.empty(16 * images * rows * tiling.wide * channels, dtype),
    )


def _part(elements: Any, images: slice, *shape: int) -> Any:
    """The part of the memory for elements that these images take."""
    shape = (16, images.stop - images.start, *shape)
    return elements[: math.prod(shape)].reshape(shape)


def convolve_tiles(x: Any, w: Any, bias: Any, geometry: Geometry) -> Any:
    """`convolve` of pictures; NotImplemented if not all of it is finite.

    A difference of infinities is NaN, where a plain sum is infinite.
    """
    filters, channels = w.shape[:2]
    tiling, dtype, (top, left) = _tiling(x, filters, geometry), x.dtype, geometry.before
    wide = tiling.wide
    weights = (w.reshape(-1, 9) @ np.kron(_G, _G).T.astype(dtype)).reshape(filters, channels, 16).T.copy()
    biases = np.zeros(wide * filters, dtype) if bias is None else np.tile(bias, wide)
    given, out = channels_to_last(x), channels_last((len(x), filters, *tiling.places), x)
    made = last(out)

    def work(part: slice) -> None:
        framed, rows, elements = _memory(tiling, channels, dtype, 1)
        products = np.empty(len(elements) // channels * filters, dtype)
        sums, pair = np.empty((8, wide * filters), dtype), np.empty((2, wide, filters), dtype)
        for images, first, count in tiling.chunks[part]:
            d, m = (_part(e, images, count, wide * n) for e, n in ((elements, channels), (products, filters)))
            _transform(given[images], 2 * first - top, left, framed[: 2 * count + 2], rows, d)
            np.matmul(d.reshape(16, -1, channels), weights, out=m.reshape(16, -1, filters))
            checks.append(_transform_back(m, biases, 2 * first, sums, pair, made[images]))

    checks: list[Any] = []
    share(work, len(tiling.chunks), multiplies=True)
    return NotImplemented if np.isnan(checks).any() else out


def weight_of_tiles(g: Any, x: Any, geometry: Geometry) -> Any:
    """`convolve_weight` of pictures; NotImplemented if not all of it is finite.

    The products are summed over tiles before they are transformed.
    """
    filters, channels = g.shape[1], x.shape[1]
    tiling, dtype, (top, left) = _tiling(x, filters, geometry), x.dtype, geometry.before
    wide, chunks = tiling.wide, tiling.chunks
    given, gradients = channels_to_last(x), channels_to_last(g)
    parts = min(PARTS, len(chunks))
    sums = np.zeros((parts, 16, channels, filters), dtype)

    def work(part: slice) -> None:
        framed, rows, elements = _memory(tiling, channels, dtype, 1)
        spread, sides, products = _memory(tiling, filters, dtype, 0)
        each = np.empty((16, channels, filters), dtype)
        for p in range(part.start, part.stop):
            for images, first, count in chunks[len(chunks) * p // parts : len(chunks) * (p + 1) // parts]:
                d, m = (_part(e, images, count, wide * n) for e, n in ((elements, channels), (products, filters)))
                _transform(given[images], 2 * first - top, left, framed[: 2 * count + 2], rows, d)
                _spread(gradients[images], 2 * first, spread[: 2 * count], sides, m)
                flat = d.reshape(16, -1, channels).swapaxes(1, 2)
                sums[p] += np.matmul(flat, m.reshape(16, -1, filters), out=each)

    share(work, parts, multiplies=True)
    whole = np.add.reduce(sums, axis=0).reshape(16, -1)
    kernel = np.kron(_G, _G).T.astype(dtype) @ whole
    if not np.isfinite(kernel).all():
        return NotImplemented
    return kernel.reshape(3, 3, channels, filters).transpose(3, 2, 0, 1).copy()
