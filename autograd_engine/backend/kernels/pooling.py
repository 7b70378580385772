"""Pooling: the largest, or the mean, of the window at each place.

One element of all windows is looked at after the other, which is a pass over strided slices of the input. A place
at the edge has only those elements that lie inside: no padded copy is made.
"""

from __future__ import annotations

import functools
import math
from collections.abc import Iterator
from itertools import product
from typing import Any, NamedTuple

import numpy as np

from ..kinds import Kind, kind_of
from .blocks import in_blocks
from .choice import kernel
from .elements import masked

__all__ = [
    "Windows",
    "averaged",
    "averaged_input",
    "divisors",
    "index_of_winners",
    "largest",
    "numbers",
    "of_winners",
    "places_of",
    "taps",
    "to_winners",
]

Sizes = tuple[int, ...]
Slices = tuple[slice, ...]


class Windows(NamedTuple):
    """Windows on a picture; each field has one number for each of its dimensions.

    Attributes:
        size: how many elements a window has.
        stride: the step from one window to the next.
        padding: how far the first window reaches out of the picture.
        dilation: the distance of the elements in a window.
        places: how many windows there are.
    """

    size: Sizes
    stride: Sizes
    padding: Sizes
    dilation: Sizes
    places: Sizes


def places_of(
    picture: Sizes, size: Sizes, stride: Sizes, padding: Sizes, dilation: Sizes, ceil_mode: bool
) -> Sizes:
    """How many windows fit; with `ceil_mode` the last may reach out at the end, but must begin inside."""
    counts = []
    for n, k, s, p, d in zip(picture, size, stride, padding, dilation, strict=True):
        room = n + 2 * p - d * (k - 1) - 1
        count = (-(-room // s) if ceil_mode else room // s) + 1
        counts.append(count - (ceil_mode and (count - 1) * s >= n + p))
    return tuple(counts)


def taps(picture: Sizes, windows: Windows) -> Iterator[tuple[int, Slices, Slices]]:
    """For each element of a window, in row-major order: its number, the windows in which it lies inside the
    picture, and where it lies there."""
    each = [
        [(max(0, -(o // s)), min(m, (n - 1 - o) // s + 1), s, o) for o in (d * i - p for i in range(k))]
        for n, k, s, p, d, m in zip(picture, *windows, strict=True)
    ]
    for number, tap in enumerate(product(*each)):
        if all(first < stop for first, stop, _, _ in tap):
            yield (
                number,
                tuple(slice(first, stop) for first, stop, _, _ in tap),
                tuple(slice(first * s + o, (stop - 1) * s + o + 1, s) for first, stop, s, o in tap),
            )


def numbers(windows: Windows) -> Any:
    """The smallest dtype that holds the number of each element of a window, and one more."""
    return np.min_scalar_type(math.prod(windows.size))


def _in_order(x: Any, windows: Windows, out: Any, winner: Any) -> None:
    """The largest elements and their numbers, where each window has an element that is neither NaN nor -inf.

    No element is chosen by a branch, and of the winner's numbers the larger one is the later one.
    """
    picture = x.shape[2:]
    out[...], winner[...] = -np.inf, 0
    steps = [(winner.dtype.type(number), *where) for number, *where in taps(picture, windows)]

    def work(images: slice) -> None:
        pictures, made, who = x[images], out[images], winner[images]
        better, named = np.empty_like(made, bool), np.empty_like(who)
        for number, places, elements in steps:
            element, best, names = pictures[:, :, *elements], made[:, :, *places], who[:, :, *places]
            inside = tuple(slice(0, size) for size in element.shape)
            np.greater(element, best, out=better[inside])
            np.maximum(element, best, out=best)
            np.maximum(names, np.multiply(better[inside].view(np.uint8), number, out=named[inside]), out=names)

    in_blocks(work, x, len(x), math.prod(out.shape[1:]), row=out.shape[-1])


@kernel
def largest(x: Any, windows: Windows) -> tuple[Any, Any]:
    """The largest element of each window, and its number in the window; the first of equal ones, the last NaN.

    Shapes: x (N, C, ...); both results (N, C, places).
    """
    shape, dtype = (*x.shape[:2], *windows.places), numbers(windows)
    nobody = math.prod(windows.size)
    out, winner = np.full_like(x, -np.inf, shape=shape), np.full_like(x, nobody, dtype, shape=shape)
    if kind_of(x).readable and out.size:
        _in_order(x, windows, out, winner)
        if np.minimum.reduce(out, axis=None) > -np.inf:
            return out, winner
        out[...], winner[...] = -np.inf, nobody
    for number, places, elements in taps(x.shape[2:], windows):
        element, best, who = x[:, :, *elements], out[:, :, *places], winner[:, :, *places]
        better = element > best
        better |= element != element
        better |= who == nobody
        np.copyto(best, element, where=better)
        np.copyto(who, dtype.type(number), where=better)
    return out, winner


@kernel
def to_winners(g: Any, winner: Any, picture: Sizes, windows: Windows) -> Any:
    """An array of this picture's size with each element of g (N, C, places) added where its winner lies."""
    out = np.zeros_like(g, shape=(*g.shape[:2], *picture))
    steps = list(taps(picture, windows))

    def work(images: slice) -> None:
        made, given, who = out[images], g[images], winner[images]
        for number, places, elements in steps:
            made[:, :, *elements] += masked(given[:, :, *places], who[:, :, *places] == number)

    in_blocks(work, g, len(g), math.prod(out.shape[1:]), row=g.shape[-1])
    return out


@kernel
def of_winners(x: Any, winner: Any, windows: Windows) -> Any:
    """The elements of x (N, C, ...) where the winners lie, in their shape."""
    out = np.zeros_like(x, shape=winner.shape)
    for number, places, elements in taps(x.shape[2:], windows):
        np.copyto(out[:, :, *places], x[:, :, *elements], where=winner[:, :, *places] == number)
    return out


def index_of_winners(winner: Any, picture: Sizes, windows: Windows) -> Any:
    """Where the winners lie in the flattened picture, as int64."""
    kind = kind_of(winner)
    index = kind.zeros(winner.shape, np.int64)
    number = winner.astype(np.int64)
    step = 1
    for d in reversed(range(len(picture))):
        number, i = np.divmod(number, windows.size[d])
        first = kind.arange(windows.places[d]) * windows.stride[d] - windows.padding[d]
        along = first.reshape(-1, *(1,) * (len(picture) - 1 - d))
        index += (along + i * windows.dilation[d]) * step
        step *= picture[d]
    return index


@functools.lru_cache(maxsize=64)
def _counts(picture: Sizes, windows: Windows, padded: bool, dtype: Any, kind: Kind, place: int | None) -> Any:
    """How many elements the mean of each window is of, those of the padding included or not: one number, or an
    array of this kind, which is sent to the GPU at `place` once."""
    counts = np.ones((), dtype)
    for n, k, s, p, _, m in zip(picture, *windows, strict=True):
        first = np.arange(m) * s - p
        low, high = (-p, n + p) if padded else (0, n)
        counts = counts[..., None] * (np.minimum(first + k, high) - np.maximum(first, low)).astype(dtype)
    one = counts.flat[:1]
    return one[0] if (counts == one).all() and counts.size else kind.sent(counts)


def divisors(x: Any, picture: Sizes, windows: Windows, padded: bool, divisor: int | None) -> Any:
    """What sums are divided by, beside an array."""
    if divisor is not None:
        return x.dtype.type(divisor)
    kind = kind_of(x)
    return _counts(picture, windows, padded, x.dtype, kind, kind.index_of(x))


@kernel
def averaged(x: Any, windows: Windows, padded: bool, divisor: int | None) -> Any:
    """The sum of each window over `divisor`, or over the number of its elements, those of the padding included or
    not."""
    out = np.empty_like(x, shape=(*x.shape[:2], *windows.places))
    steps = list(taps(x.shape[2:], windows))
    divisor = divisors(x, x.shape[2:], windows, padded, divisor)

    def work(images: slice) -> None:
        made, pictures = out[images], x[images]
        made[...] = 0
        for _, places, elements in steps:
            made[:, :, *places] += pictures[:, :, *elements]
        made /= divisor

    in_blocks(work, x, len(x), math.prod(x.shape[1:]), row=x.shape[-1])
    return out


@kernel
def averaged_input(g: Any, picture: Sizes, windows: Windows, padded: bool, divisor: int | None) -> Any:
    """The gradient of `averaged` to its input, a picture of this size, from that of its result."""
    out = np.empty_like(g, shape=(*g.shape[:2], *picture))
    steps = list(taps(picture, windows))
    divisor = divisors(g, picture, windows, padded, divisor)

    def work(images: slice) -> None:
        made, share = out[images], g[images] / divisor
        made[...] = 0
        for _, places, elements in steps:
            made[:, :, *elements] += share[:, :, *places]

    in_blocks(work, g, len(g), math.prod(out.shape[1:]), row=picture[-1])
    return out
