"""Pooling in one pass over the windows, whose elements lie in the cache from the first to the last.

The loops see a picture as (A, H, W, B): a channel of an image after the other (A = N C, B = 1), or the channels of
one place side by side (A = N, B = C), as they lie in memory. Signals are pictures of one row.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from ..kernels.layout import channels_last, channels_to_last, last
from ..kernels.pooling import Windows, divisors, numbers
from . import FLOATS, inlined
from .crew import shared_loop
from .windows import reach


@inlined
def _inside(windows: Any, d: int, size: int, places: int) -> Any:
    """For each place of the window in a dimension: where its first element lies, the first element that lies inside
    the picture, and the one after the last such one."""
    found = np.empty((places, 3), np.int64)
    for i in range(places):
        at = i * windows[1][d] - windows[2][d]
        found[i, 0], found[i, 1] = at, max(0, -(at // windows[3][d]))
        found[i, 2] = min(windows[0][d], (size - 1 - at) // windows[3][d] + 1)
    return found


@shared_loop
def _largest(x: Any, windows: Any, out: Any, winner: Any, start: int, stop: int) -> None:
    """A single comparison for each element, which NaN never wins: then no branch has to be guessed. Pictures with a
    NaN in them are looked through once more."""
    wide, (down, right), nobody = windows[0][1], windows[3], windows[0][0] * windows[0][1]
    rows, columns = _inside(windows, 0, x.shape[1], out.shape[1]), _inside(windows, 1, x.shape[2], out.shape[2])
    for a in range(start, stop):
        undefined, flat = 0, x[a].reshape(-1)
        for k in range(flat.size):
            undefined += flat[k] != flat[k]
        for i in range(out.shape[1]):
            top, low, high = rows[i, 0], rows[i, 1], rows[i, 2]
            for j in range(out.shape[2]):
                left, begin, end = columns[j, 0], columns[j, 1], columns[j, 2]
                most = x.dtype.type(-np.inf)
                number = low * wide + begin if low < high and begin < end else nobody
                for p in range(low, high):
                    row = x[a, np.uint64(top + p * down)]
                    for q in range(begin, end):
                        value, mine = row[np.uint64(left + q * right)], p * wide + q
                        better = value > most
                        most = value if better else most
                        number = mine if better else number
                if undefined:
                    for p in range(low, high):
                        for q in range(begin, end):
                            value = x[a, top + p * down, left + q * right]
                            if value != value:
                                most, number = value, p * wide + q
                out[a, i, j], winner[a, i, j] = most, number


@shared_loop
def _largest_beside(x: Any, windows: Any, out: Any, winner: Any, start: int, stop: int) -> None:
    wide, (down, right), nobody = windows[0][1], windows[3], windows[0][0] * windows[0][1]
    rows, columns = _inside(windows, 0, x.shape[1], out.shape[1]), _inside(windows, 1, x.shape[2], out.shape[2])
    for a in range(start, stop):
        for i in range(out.shape[1]):
            top, low, high = rows[i, 0], rows[i, 1], rows[i, 2]
            for j in range(out.shape[2]):
                left, begin, end = columns[j, 0], columns[j, 1], columns[j, 2]
                target, name = out[a, i, j], winner[a, i, j]
                target[:] = -np.inf
                name[:] = low * wide + begin if low < high and begin < end else nobody
                for p in range(low, high):
                    for q in range(begin, end):
                        source, mine = x[a, top + p * down, left + q * right], winner.dtype.type(p * wide + q)
                        for c in range(source.size):
                            value, most, number = source[c], target[c], name[c]
                            better = (value > most) | (value != value)
                            target[c] = value if better else most
                            name[c] = mine if better else number


@shared_loop
def _to_winners(g: Any, winner: Any, windows: Any, offsets: Any, out: Any, start: int, stop: int) -> None:
    """offsets: for each element of a window, where it lies in the flat picture, seen from the first."""
    _, stride, padding, _ = windows
    wide, channels = out.shape[2], out.shape[3]
    for a in range(start, stop):
        target = out[a].reshape(-1)
        target[:] = 0
        for i in range(g.shape[1]):
            for j in range(g.shape[2]):
                first = (i * stride[0] - padding[0]) * wide + j * stride[1] - padding[1]
                for c in range(channels):
                    number = winner[a, i, j, c]
                    if number < offsets.size:
                        target[(first + offsets[number]) * channels + c] += g[a, i, j, c]


@shared_loop
def _sums(x: Any, windows: Any, out: Any, start: int, stop: int) -> None:
    size, stride, padding, dilation = windows
    for a in range(start, stop):
        total = out[a]
        total[:] = 0
        for p in range(size[0]):
            low, high, top = reach(p, x.shape[1], out.shape[1], stride[0], padding[0], dilation[0])
            for i in range(low, high):
                row = x[a, i * stride[0] + top]
                for q in range(size[1]):
                    begin, end, left = reach(q, x.shape[2], out.shape[2], stride[1], padding[1], dilation[1])
                    if x.shape[3] == 1:
                        for j in range(begin, end):
                            total[i, j, 0] += row[j * stride[1] + left, 0]
                    else:
                        for j in range(begin, end):
                            source, target = row[j * stride[1] + left], total[i, j]
                            for c in range(source.size):
                                target[c] += source[c]


@shared_loop
def _spread(g: Any, windows: Any, out: Any, start: int, stop: int) -> None:
    size, stride, padding, dilation = windows
    for a in range(start, stop):
        picture = out[a]
        picture[:] = 0
        for p in range(size[0]):
            low, high, top = reach(p, out.shape[1], g.shape[1], stride[0], padding[0], dilation[0])
            for i in range(low, high):
                row = picture[i * stride[0] + top]
                for q in range(size[1]):
                    begin, end, left = reach(q, out.shape[2], g.shape[2], stride[1], padding[1], dilation[1])
                    if g.shape[3] == 1:
                        for j in range(begin, end):
                            row[j * stride[1] + left, 0] += g[a, i, j, 0]
                    else:
                        for j in range(begin, end):
                            source, target = g[a, i, j], row[j * stride[1] + left]
                            for c in range(source.size):
                                target[c] += source[c]


# -------------------------------------------------------------------------------------- the kernels


def _known(x: Any) -> bool:
    return bool(x.ndim in (3, 4) and x.dtype in FLOATS and x.size)


def _in_order(x: Any) -> tuple[bool, Any]:
    """Whether the channels of a place are to lie side by side, and x as the loops see it."""
    x = x[:, :, None] if x.ndim == 3 else x
    if x.flags.c_contiguous:
        return False, x.reshape(-1, *x.shape[2:], 1)
    return True, channels_to_last(x)


def _made(like: Any, places: tuple[int, ...], beside: bool, dtype: Any = None) -> tuple[Any, Any]:
    """A new array (N, C, places) in this order, and as the loops see it."""
    shape = (*like.shape[:2], *places)
    picture = (*shape[:2], 1, *shape[2:]) if len(shape) == 3 else shape
    if beside:
        out = channels_last(picture, like if dtype is None else np.empty(0, dtype))
        return out.reshape(shape) if len(shape) == 3 else out, last(out)
    out = np.empty(shape, like.dtype if dtype is None else dtype)
    return out, out.reshape(-1, *picture[2:], 1)


def _seen(windows: Windows) -> tuple[tuple[int, ...], ...]:
    """The size, stride, padding and dilation of windows on a picture."""
    given, fill = windows[:4], (1, 1, 0, 1)
    return tuple((first, *w) if len(w) == 1 else w for first, w in zip(fill, given, strict=True))


def largest(x: Any, windows: Windows) -> Any:
    if not _known(x):
        return NotImplemented
    beside, given = _in_order(x)
    out, made = _made(x, windows.places, beside)
    winner, named = _made(x, windows.places, beside, numbers(windows))
    if beside:
        _largest_beside(len(given), 1, given, _seen(windows), made, named)
    else:
        _largest(len(given), 1, given[..., 0], _seen(windows), made[..., 0], named[..., 0])
    return out, winner


def to_winners(g: Any, winner: Any, picture: tuple[int, ...], windows: Windows) -> Any:
    if not _known(g) or not winner.size:
        return NotImplemented
    beside, named = _in_order(winner)
    given = (
        channels_to_last(g[:, :, None] if g.ndim == 3 else g)
        if beside
        else np.ascontiguousarray(g).reshape(named.shape)
    )
    out, made = _made(g, picture, beside)
    seen = _seen(windows)
    (high, wide), (down, right) = seen[0], seen[3]
    offsets = (np.arange(high)[:, None] * down * made.shape[2] + np.arange(wide) * right).reshape(-1)
    _to_winners(len(given), 1, given, named, seen, offsets, made)
    return out


def averaged(x: Any, windows: Windows, padded: bool, divisor: int | None) -> Any:
    if not _known(x):
        return NotImplemented
    beside, given = _in_order(x)
    out, made = _made(x, windows.places, beside)
    _sums(len(given), 1, given, _seen(windows), made)
    out /= divisors(x, x.shape[2:], windows, padded, divisor)
    return out


def averaged_input(g: Any, picture: tuple[int, ...], windows: Windows, padded: bool, divisor: int | None) -> Any:
    if not _known(g):
        return NotImplemented
    beside, given = _in_order(g / divisors(g, picture, windows, padded, divisor))
    out, made = _made(g, picture, beside)
    _spread(len(given), 1, given, _seen(windows), made)
    return out
