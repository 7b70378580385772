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

from typing import Any

import numpy as np

from ..blas import linalg_of_scipy, one_thread, product_address
from ..kernels.convolution import PARTS, Geometry, places_of
from ..kernels.layout import channels_last, channels_to_last, last
from . import FLOATS, inlined
from .crew import shared_loop
from .products import multiply_turned

__all__ = ["convolve_tiles", "is_tiled", "weight_of_tiles"]

_NUMBERS = 2**17
"""How many numbers the tiles that are worked on at a time have: half a MB of float32. Products take as much."""

_G = np.array([[1, 0, 0], [0.5, 0.5, 0.5], [0.5, -0.5, 0.5], [0, 0, 1]])
_GG = {dtype: np.kron(_G, _G).astype(dtype) for dtype in FLOATS}
"""What makes the 16 elements of a filter, as one row, from its 9."""


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


@inlined
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


@inlined
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


@inlined
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


@inlined
def _lent(elements: Any, images: int, rows: int, wide: int) -> Any:
    """The part of the memory that the elements of so many tiles take."""
    return elements[: 16 * images * rows * wide].reshape((16, images, rows, wide))


@shared_loop
def _convolve(
    x: Any,
    w: Any,
    bias: Any,
    chunks: Any,
    most: Any,
    top: int,
    left: int,
    out: Any,
    checks: Any,
    start: int,
    stop: int,
) -> None:
    """Chunk by chunk of tiles. x: images (H, W, C), w: (16, C, O), out: images (H, W, O)."""
    _, channels, filters = w.shape
    wide = (out.shape[2] + 1) // 2
    framed = np.zeros((2 * most[1] + 2, 2, wide + 1, channels), x.dtype)
    rows, sums = np.empty((4, 2 * (wide + 1) * channels), x.dtype), np.empty((8, wide * filters), x.dtype)
    pair = np.empty((2, wide, filters), x.dtype)
    tiles = 16 * most[0] * most[1] * wide
    elements, products = np.empty(tiles * channels, x.dtype), np.empty(tiles * filters, x.dtype)
    for k in range(start, stop):
        first, last, high, count = chunks[k]
        d, m = (
            _lent(elements, last - first, count, wide * channels),
            _lent(products, last - first, count, wide * filters),
        )
        _transform(x[first:last], 2 * high - top, left, framed[: 2 * count + 2], rows, d)
        for e in range(16):
            np.dot(d[e].reshape((-1, channels)), w[e], m[e].reshape((-1, filters)))
        checks[k] = _transform_back(m, bias, 2 * high, sums, pair, out[first:last])


@shared_loop
def _weight(
    address: int,
    g: Any,
    x: Any,
    chunks: Any,
    most: Any,
    top: int,
    left: int,
    sums: Any,
    start: int,
    stop: int,
) -> None:
    """Sum by sum, each over some of the chunks. sums: (parts, 16, C, O)."""
    _, _, channels, filters = sums.shape
    wide = (g.shape[2] + 1) // 2
    framed = np.zeros((2 * most[1] + 2, 2, wide + 1, channels), x.dtype)
    spread = np.zeros((2 * most[1], 2, wide, filters), x.dtype)
    rows, sides = np.empty((4, 2 * (wide + 1) * channels), x.dtype), np.empty((4, 2 * wide * filters), x.dtype)
    tiles = 16 * most[0] * most[1] * wide
    elements, products = np.empty(tiles * channels, x.dtype), np.empty(tiles * filters, x.dtype)
    each = np.empty((channels, filters), x.dtype)
    for part in range(start, stop):
        for k in range(len(chunks) * part // len(sums), len(chunks) * (part + 1) // len(sums)):
            first, last, high, count = chunks[k]
            d, m = (
                _lent(elements, last - first, count, wide * channels),
                _lent(products, last - first, count, wide * filters),
            )
            _transform(x[first:last], 2 * high - top, left, framed[: 2 * count + 2], rows, d)
            _spread(g[first:last], 2 * high, spread[: 2 * count], sides, m)
            for e in range(16):
                of_channels, of_filters = d[e].reshape((-1, channels)), m[e].reshape((-1, filters))
                if address:
                    multiply_turned(address, of_channels, of_filters, each)
                else:
                    np.dot(of_channels.T, of_filters, each)
                total, plus = sums[part, e].reshape(-1), each.reshape(-1)
                _plus(total, plus, total)


# -------------------------------------------------------------------------------------- the kernels


def _cut(x: Any, places: tuple[int, ...], filters: int) -> tuple[Any, tuple[int, int]]:
    """What is worked on at a time: (images from, images to, first row of tiles, rows), and how much at most."""
    high, wide = (-(-n // 2) for n in places)
    row = 16 * wide * max(x.shape[1], filters)
    rows, images = min(high, max(1, _NUMBERS // row)), min(len(x), max(1, _NUMBERS // (row * high)))
    chunks = [
        (n, min(n + images, len(x)), i, min(rows, high - i))
        for n in range(0, len(x), images)
        for i in range(0, high, rows)
    ]
    return np.array(chunks), (images, rows)


def convolve_tiles(x: Any, w: Any, bias: Any, geometry: Geometry) -> Any:
    """`convolve` of pictures; NotImplemented if not all of it is finite.

    A difference of infinities is NaN, where a plain sum is infinite.
    """
    filters, channels = w.shape[:2]
    places, dtype = places_of(x.shape[2:], (3, 3), geometry), x.dtype
    chunks, most = _cut(x, places, filters)
    wide = -(-places[1] // 2)
    biases = np.zeros(wide * filters, dtype) if bias is None else np.tile(bias, wide)
    out, checks = channels_last((len(x), filters, *places), x), np.empty(len(chunks), dtype)
    linalg_of_scipy()
    given, (top, left) = channels_to_last(x), geometry.before
    with one_thread():
        weights = (w.reshape(-1, 9) @ _GG[dtype].T).reshape(filters, channels, 16).T.copy()
        _convolve(len(chunks), 1, given, weights, biases, chunks, most, top, left, last(out), checks)
    return NotImplemented if np.isnan(checks).any() else out


def weight_of_tiles(g: Any, x: Any, geometry: Geometry) -> Any:
    """`convolve_weight` of pictures; NotImplemented if not all of it is finite.

    The products are summed over tiles before they are transformed.
    """
    filters, channels, dtype = g.shape[1], x.shape[1], x.dtype
    chunks, most = _cut(x, g.shape[2:], filters)
    parts = min(PARTS, len(chunks))
    sums = np.zeros((parts, 16, channels, filters), dtype)
    linalg_of_scipy()
    gradients, given, (top, left) = channels_to_last(g), channels_to_last(x), geometry.before
    with one_thread():
        _weight(parts, 1, product_address(), gradients, given, chunks, most, top, left, sums)
        kernel = _GG[dtype].T @ np.add.reduce(sums, axis=0).reshape(16, -1)
    if not np.isfinite(kernel).all():
        return NotImplemented
    return kernel.reshape(3, 3, channels, filters).transpose(3, 2, 0, 1).copy()
