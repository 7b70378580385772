"""Convolution, its gradient to the input and its gradient to the weight, as products of matrices.

The memory of results holds the channels of one position side by side, whatever the shape says (N, C, H, W becomes
strides as of N, H, W, C). So the windows under a kernel are copied in long runs, and one product of matrices,
(positions, kernel and channels) by (kernel and channels, filters), writes the result where it belongs. The copies
are made a few images at a time, about 1 MB of them, and each thread has one such buffer.

Source: Chellapilla, Puri and Simard, High performance convolutional neural networks for document processing, 2006.
"""

from __future__ import annotations

import functools
import math
from collections.abc import Callable, Iterator, Sequence
from itertools import product
from typing import Any, NamedTuple

import numpy as np

from ..arrays import astype
from ..kinds import kind_of, others
from ..sums import widened
from ..threads import share
from .choice import KERNELS, kernel
from .layout import channels_last, channels_to_last, first, in_order, last
from .products import matmul

__all__ = [
    "PARTS",
    "Geometry",
    "convolve",
    "convolve_input",
    "convolve_weight",
    "is_alone",
    "places_of",
]

_BUFFER = 2**18
"""How many numbers of windows are copied at a time: 1 MB of float32, which stays in the cache of a core."""

_ON_DEVICE = 2**26
"""The same on a device: each part is a few launches, and its memory is large."""

_ALONE = 2**15
"""The same where channels are multiplied one by one, as several arrays of so many numbers are in use."""

PARTS = 8
"""In how many parts images are summed up for the gradient of a weight, at most, whatever the number of threads."""

_PARTIAL = 2**22
"""How many numbers the partial sums of a weight's gradient may take."""

Sizes = tuple[int, ...]


class Geometry(NamedTuple):
    """How a window moves over its input; each but `groups` has one number for each dimension of the picture.

    Attributes:
        stride: the step from one position to the next.
        before: how many zeros stand before the first element; a negative number leaves elements out.
        after: the same after the last.
        dilation: the distance of a window's elements.
        groups: into how many parts the channels are divided, each with filters of its own.
    """

    stride: Sizes
    before: Sizes
    after: Sizes
    dilation: Sizes
    groups: int


def _framed(x: Any, before: Sizes, after: Sizes) -> Any:
    """(N, C, ...) as a contiguous array (N, ..., C) with zeros around; a negative width cuts off."""
    rows = channels_to_last(x)
    if not any(before) and not any(after):
        return rows
    sizes = x.shape[2:]
    framed = [n + b + a for n, b, a in zip(sizes, before, after, strict=True)]
    out = kind_of(x).zeros((x.shape[0], *framed, x.shape[1]), x.dtype)
    inner = tuple(slice(max(b, 0), b + n + min(a, 0)) for n, b, a in zip(sizes, before, after, strict=True))
    kept = tuple(slice(max(-b, 0), n + min(a, 0)) for n, b, a in zip(sizes, before, after, strict=True))
    out[:, *inner] = rows[:, *kept]
    return out


def _windows(x: Any, places: Sizes, size: Sizes, geometry: Geometry) -> Any:
    """The windows under a kernel of this size at all places: a view (groups, N, places, size, channels)."""
    groups = geometry.groups
    n, *strides, step = x.strides
    each = x.shape[-1] // groups
    return kind_of(x).as_strided(
        x,
        (groups, len(x), *places, *size, each),
        (
            each * step,
            n,
            *(s * t for s, t in zip(strides, geometry.stride, strict=True)),
            *(s * t for s, t in zip(strides, geometry.dilation, strict=True)),
            step,
        ),
    )


def _chunks(count: int, places: Sizes, each: int, beside: Any, rows: bool = True) -> list[tuple[slice, slice]]:
    """The places of `count` images in parts whose windows of `each` numbers fit the buffer: images, and rows."""
    image, most = math.prod(places) * each, _ON_DEVICE if beside.__class__ in others else _BUFFER
    if image <= most or not rows:
        step = max(1, most // image) if image else count or 1
        return [(slice(i, min(i + step, count)), slice(None)) for i in range(0, count, step)]
    step = max(1, most * places[0] // image)
    parts = [slice(i, min(i + step, places[0])) for i in range(0, places[0], step)]
    return [(slice(i, i + 1), part) for i in range(count) for part in parts]


def _filters(w: Any, groups: int) -> Any:
    """(O, C / groups, ...) as matrices (groups, kernel and channels, O / groups)."""
    filters, channels, *size = w.shape
    apart = w.reshape(groups, filters // groups, channels, *size)
    return np.moveaxis(apart, (1, 2), (-1, -2)).reshape(groups, math.prod(size) * channels, filters // groups)


def _by_group(g: Any, groups: int) -> Any:
    """(N, O, ...) as (groups, N, ..., O / groups)."""
    places = last(g)
    apart = places.reshape(*places.shape[:-1], groups, places.shape[-1] // groups)
    return apart.transpose(g.ndim - 1, *range(g.ndim - 1), g.ndim)


def _rows(part: Any) -> Any:
    """(groups, N, ..., n) as matrices (groups, N and all places, n)."""
    return part.reshape(len(part), math.prod(part.shape[1:-1]), part.shape[-1])


def _over_images(work: Callable[[Sequence[Any]], None], chunks: Sequence[Any], beside: Any) -> None:
    _shared(lambda part: work(chunks[part]), len(chunks), beside, multiplies=True)


def _shared(work: Callable[[slice], None], count: int, beside: Any, multiplies: bool = False) -> None:
    """`share`, but on a device in this thread: each of ours has a current GPU and stream of its own."""
    if beside.__class__ in others:
        work(slice(0, count))
    else:
        share(work, count, multiplies=multiplies)


def places_of(size: Sizes, window: Sizes, geometry: Geometry) -> Sizes:
    """How many places a window has in a picture of this size, in each dimension."""
    stride, before, after, dilation, _ = geometry
    return tuple(
        (n + b + a - d * (k - 1) - 1) // s + 1
        for n, k, s, b, a, d in zip(size, window, stride, before, after, dilation, strict=True)
    )


def _in_single(form: Callable[..., Any]) -> Callable[..., Any]:
    """Compute float16 by way of float32, as many products are summed."""

    @functools.wraps(form)
    def computed(x: Any, y: Any, *settings: Any) -> Any:
        if x.dtype.char != "e":
            return form(x, y, *settings)
        chosen = KERNELS[f"convolution.{form.__name__}"]
        return astype(chosen(widened(x), widened(y), *settings), x.dtype)

    return computed


@kernel
@_in_single
def convolve(x: Any, w: Any, bias: Any, geometry: Geometry) -> Any:
    """out[n, o, p] = bias[o] + sum over c, k of x[n, c, stride p + dilation k - before] w[o, c, k], with zeros
    outside of x.

    Shapes: x (N, C, ...), w (O, C / groups, ...) with as many dimensions, bias (O,) or None; result (N, O, ...).
    """
    size, groups = w.shape[2:], geometry.groups
    if is_alone(x.shape[1], len(w), geometry):
        out = channels_last((*x.shape[:2], *places_of(x.shape[2:], size, geometry)), x)
        rows, made = channels_to_last(x), last(out)
        made[...] = 0 if bias is None else bias
        pieces = _pieces(size, x.shape[2:], out.shape[2:], geometry, len(w))
        _add_products(w, [(tap, rows, inside, made, at) for tap, at, inside in pieces])
        return out
    framed, filters = _framed(x, geometry.before, geometry.after), _filters(w, groups)
    each = filters.shape[2]
    places = places_of(x.shape[2:], size, geometry)
    out = channels_last((len(framed), groups * each, *places), framed)
    windows = _windows(framed, places, size, geometry)
    results = _by_group(out, groups)
    one_by_one = groups == 1 and math.prod(size) == 1 and set(geometry.stride) == {1}
    biases = 0 if bias is None else bias.reshape(groups, 1, each)

    def work(chunks: Sequence[tuple[slice, slice]]) -> None:
        for images, rows in chunks:
            part, target = windows[:, images, rows], results[:, images, rows]
            count = math.prod(target.shape[1:-1])
            columns = part.reshape(groups, count, filters.shape[1])  # a copy, or for one by one a view
            if groups == 1:
                matmul(columns[0], filters[0], bias, target.reshape(count, each))
            else:
                target[...] = (matmul(columns, filters) + biases).reshape(target.shape)

    per_place = math.prod(size) * framed.shape[-1]
    _over_images(work, _chunks(len(framed), places, 1 if one_by_one else per_place, x), x)
    return out


@kernel
@_in_single
def convolve_input(g: Any, w: Any, bias: Any, size: Sizes, geometry: Geometry) -> Any:
    """The gradient of `convolve` to its input of this size, from the gradient g of its result; plus a bias or None.

    With a stride of 1 it is a convolution of g, framed with zeros, by the mirrored filters. Otherwise each place of
    g adds its multiple of the filters where they lay.
    """
    stride, before, _, dilation, groups = geometry
    window = w.shape[2:]
    channels = w.shape[1] * groups
    if set(stride) == {1}:
        reach = [d * (k - 1) for d, k in zip(dilation, window, strict=True)]
        start = tuple(r - b for r, b in zip(reach, before, strict=True))
        end = tuple(n + r - m - s for n, r, m, s in zip(size, reach, g.shape[2:], start, strict=True))
        mirrored = w[:, :, *(slice(None, None, -1),) * len(window)]
        apart = mirrored.reshape(groups, len(w) // groups, *mirrored.shape[1:])
        swapped = apart.swapaxes(1, 2).reshape(channels, len(w) // groups, *window)
        return convolve(g, swapped, bias, Geometry(stride, start, end, dilation, groups))
    out = channels_last((len(g), channels, *size), g)
    inputs, places = last(out), g.shape[2:]
    inputs[...] = 0 if bias is None else bias
    if is_alone(channels, len(w), geometry):
        rows = channels_to_last(g)
        pieces = _pieces(window, size, places, geometry, channels)
        _add_products(w, [(tap, rows, at, inputs, inside) for tap, at, inside in pieces])
        return out
    filters = _filters(w, groups).swapaxes(1, 2)
    gradients = _by_group(first(channels_to_last(g)), groups)
    taps = list(_taps(window, size, places, geometry))

    def work(chunks: Sequence[tuple[slice, slice]]) -> None:
        for images, _ in chunks:
            part = gradients[:, images]
            columns = matmul(_rows(part), filters)
            spread = np.moveaxis(columns.reshape(*part.shape[:-1], *window, w.shape[1]), 0, -2)
            target = inputs[images]
            target = target.reshape(*target.shape[:-1], groups, w.shape[1])
            for tap, source, goal in taps:
                target[:, *goal] += spread[(slice(None), *source, *tap)]

    _over_images(work, _chunks(len(g), places, math.prod(window) * channels, g, rows=False), g)
    return out


def is_alone(channels: int, filters: int, geometry: Geometry) -> bool:
    """Whether each channel has one filter of its own. Then there is no sum over channels, and no product of
    matrices."""
    return geometry.groups > 1 and geometry.groups == channels == filters


Piece = tuple[Sizes, tuple[slice, ...], tuple[slice, ...]]


def _pieces(window: Sizes, size: Sizes, places: Sizes, geometry: Geometry, channels: int) -> list[Piece]:
    """`_taps`, for a few rows of places at a time, which stay in the cache."""
    step = max(1, _ALONE // (math.prod(places[1:]) * channels or 1))
    taps, stride = list(_taps(window, size, places, geometry)), geometry.stride[0]
    pieces = []
    for row in range(0, places[0], step):
        for tap, (rows, *at), (goals, *inside) in taps:
            first, stop = max(rows.start, row), min(rows.stop, row + step)
            if first < stop:
                start = goals.start + (first - rows.start) * stride
                goals_here = slice(start, start + (stop - first - 1) * stride + 1, stride)
                pieces.append((tap, (slice(first, stop), *at), (goals_here, *inside)))
    return pieces


def _add_products(w: Any, pieces: list[tuple[Sizes, Any, Any, Any, Any]]) -> None:
    """target[n][here] += source[n][there] w[tap], for each channel, image by image.

    Arrays are (N, ..., C), pieces (tap, source, there, target, here).
    """
    if not pieces:
        return
    _, source, _, target, _ = pieces[0]
    wide = target.shape[-2]
    # Rows of weights, because a product with C numbers at a time is slow.
    weights = {tap: np.tile(w[(slice(None), 0, *tap)], (wide, 1)) for tap, *_ in pieces}

    def work(images: slice) -> None:
        memory = kind_of(target).empty(target.shape[1:], target.dtype)
        for n in range(images.start, images.stop):
            given, made = source[n], target[n]
            for tap, _, there, _, here in pieces:
                goal = made[here]
                product = memory[tuple(map(slice, goal.shape))]
                goal += np.multiply(given[there], weights[tap][: goal.shape[-2]], out=product)

    _shared(work, len(source), source)


def _taps(
    window: Sizes, size: Sizes, places: Sizes, geometry: Geometry
) -> Iterator[tuple[Sizes, tuple[slice, ...], tuple[slice, ...]]]:
    """For each element of a window: its index, the places at which it lies inside the input, and where there."""
    stride, before, _, dilation, _ = geometry
    for tap in product(*map(range, window)):
        sources, goals = [], []
        for k, n, m, s, p, d in zip(tap, size, places, stride, before, dilation, strict=True):
            offset = d * k - p
            first = max(0, -(offset // s))
            last = min(m - 1, (n - 1 - offset) // s)
            if last < first:
                break
            sources.append(slice(first, last + 1))
            goals.append(slice(first * s + offset, last * s + offset + 1, s))
        else:
            yield tap, tuple(sources), tuple(goals)


@kernel
@_in_single
def convolve_weight(g: Any, x: Any, size: Sizes, geometry: Geometry) -> Any:
    """The gradient of `convolve` to its weight, whose windows have this size, from the gradient g of its result.

    The sum over images is taken in parts that do not depend on the number of threads.
    """
    groups = geometry.groups
    if is_alone(x.shape[1], g.shape[1], geometry):
        return _weight_of_alone(g, x, size, geometry)
    framed = _framed(x, geometry.before, geometry.after)
    places = g.shape[2:]
    windows = _windows(framed, places, size, geometry)
    gradients = _by_group(first(channels_to_last(g)), groups)  # as a chunk of it would be copied slowly
    each, filters = math.prod(size) * framed.shape[-1] // groups, gradients.shape[-1]
    chunks = _chunks(len(g), places, each * groups, g)
    count = max(1, min(PARTS, len(chunks), _PARTIAL // (groups * each * filters or 1)))
    sums = kind_of(g).zeros((count, groups, each, filters), g.dtype)
    steps = [chunks[len(chunks) * i // count : len(chunks) * (i + 1) // count] for i in range(count)]

    def work(part: slice) -> None:
        for total, mine in zip(sums[part], steps[part], strict=True):
            for images, rows in mine:
                given = gradients[:, images, rows]
                columns = windows[:, images, rows].reshape(groups, math.prod(given.shape[1:-1]), each)
                total += matmul(columns.swapaxes(1, 2), _rows(given))

    _shared(work, count, g, multiplies=True)
    whole = sums[0] if count == 1 else np.add.reduce(sums, axis=0)
    channels = framed.shape[-1] // groups
    back = np.moveaxis(whole.reshape(groups, *size, channels, filters), (-1, -2), (1, 2))
    return in_order(back).reshape(groups * filters, channels, *size)


def _weight_of_alone(g: Any, x: Any, size: Sizes, geometry: Geometry) -> Any:
    gradients, rows, channels = channels_to_last(g), channels_to_last(x), g.shape[1]
    pieces = _pieces(size, x.shape[2:], g.shape[2:], geometry, channels)
    parts = min(PARTS, len(g))
    sums: Any = kind_of(g).zeros((parts, *size, g.shape[-1], channels), g.dtype)

    def work(part: slice) -> None:
        memory = kind_of(g).empty(gradients.shape[1:], g.dtype)
        for p in range(part.start, part.stop):
            for n in range(len(g) * p // parts, len(g) * (p + 1) // parts):
                given, picture = gradients[n], rows[n]
                for tap, at, inside in pieces:
                    factor = given[at]
                    product = memory[tuple(map(slice, factor.shape))]
                    np.multiply(factor, picture[inside], out=product)
                    total = sums[(p, *tap)]
                    total[: factor.shape[-2]] += np.add.reduce(product, axis=tuple(range(product.ndim - 2)))

    _shared(work, parts, g)
    return np.moveaxis(np.add.reduce(sums, axis=(0, -2)), -1, 0)[:, None]
