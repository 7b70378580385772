"""Convolution, its gradient to the input and its gradient to the weight, as products of matrices.

The memory of results holds the channels of one position side by side, whatever the shape says (N, C, H, W becomes
strides as of N, H, W, C). So the windows under a kernel are copied in long runs, and one product of matrices,
(positions, kernel and channels) by (kernel and channels, filters), writes the result where it belongs. The copies
are made a few images at a time, about 1 MB of them, and each thread has one such buffer.

Source: Chellapilla, Puri and Simard, High performance convolutional neural networks for document processing, 2006.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from itertools import product
from typing import Any, NamedTuple

import numpy as np

from ..kinds import kind_of
from ..threads import share
from .choice import kernel

__all__ = ["Geometry", "channels_last", "convolve", "convolve_input", "convolve_weight"]

_BUFFER = 2**18
"""How many numbers of windows are copied at a time: 1 MB of float32, which stays in the cache of a core."""

_PARTIAL = 2**22
"""How many numbers the partial sums of a weight's gradient may take."""

Sizes = tuple[int, ...]


class Geometry(NamedTuple):
    """How a kernel moves over its input; each but `groups` has one number for each dimension of the picture.

    Attributes:
        stride: the step from one position to the next.
        padding: how many zeros stand before the first element, and after the last.
        dilation: the distance of the kernel's elements.
        groups: into how many parts the channels are divided, each with filters of its own.
    """

    stride: Sizes
    padding: Sizes
    dilation: Sizes
    groups: int


def channels_last(shape: Sizes, like: Any) -> Any:
    """A new array (N, C, ...) in whose memory the channels of one position lie side by side; of another's kind and
    dtype."""
    n, c, *places = shape
    return np.empty_like(np.moveaxis(kind_of(like).empty((n, *places, c), like.dtype), -1, 1))


def _in_order(x: Any) -> Any:
    """x in row-major memory, itself if it is."""
    return x if x.flags.c_contiguous else kind_of(x).array(x, order="C")


def _framed(x: Any, before: Sizes, after: Sizes) -> Any:
    """(N, C, ...) as a contiguous array (N, ..., C) with zeros around; a negative width cuts off."""
    last = np.moveaxis(x, 1, -1)
    if not any(before) and not any(after):
        return _in_order(last)
    sizes = x.shape[2:]
    framed = [n + b + a for n, b, a in zip(sizes, before, after, strict=True)]
    out = kind_of(x).zeros((x.shape[0], *framed, x.shape[1]), x.dtype)
    inner = tuple(slice(max(b, 0), b + n + min(a, 0)) for n, b, a in zip(sizes, before, after, strict=True))
    kept = tuple(slice(max(-b, 0), n + min(a, 0)) for n, b, a in zip(sizes, before, after, strict=True))
    out[:, *inner] = last[:, *kept]
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


def _chunks(count: int, places: Sizes, each: int, rows: bool) -> list[tuple[slice, slice]]:
    """The places of `count` images in parts whose windows of `each` numbers fit the buffer: images, and rows."""
    image = math.prod(places) * each
    if image <= _BUFFER or not rows:
        step = max(1, _BUFFER // image) if image else count or 1
        return [(slice(i, min(i + step, count)), slice(None)) for i in range(0, count, step)]
    step = max(1, _BUFFER * places[0] // image)
    parts = [slice(i, min(i + step, places[0])) for i in range(0, places[0], step)]
    return [(slice(i, i + 1), part) for i in range(count) for part in parts]


def _filters(w: Any, groups: int) -> Any:
    """(O, C / groups, ...) as matrices (groups, kernel and channels, O / groups)."""
    filters, channels, *size = w.shape
    apart = w.reshape(groups, filters // groups, channels, *size)
    return np.moveaxis(apart, (1, 2), (-1, -2)).reshape(groups, math.prod(size) * channels, filters // groups)


def _by_group(g: Any, groups: int) -> Any:
    """(N, O, ...) as (groups, N, ..., O / groups)."""
    last = np.moveaxis(g, 1, -1)
    return np.moveaxis(last.reshape(*last.shape[:-1], groups, last.shape[-1] // groups), -2, 0)


def _rows(part: Any) -> Any:
    """(groups, N, ..., n) as matrices (groups, N and all places, n)."""
    return part.reshape(len(part), math.prod(part.shape[1:-1]), part.shape[-1])


def _over_images(work: Callable[[Sequence[Any]], None], chunks: Sequence[Any]) -> None:
    share(lambda part: work(chunks[part]), len(chunks))


@kernel
def convolve(x: Any, w: Any, geometry: Geometry) -> Any:
    """out[n, o, p] = sum over c, k of x[n, c, stride p + dilation k - padding] w[o, c, k], with zeros outside of x.

    Shapes: x (N, C, ...), w (O, C / groups, ...) with as many dimensions; the result (N, O, ...).
    """
    size, groups = w.shape[2:], geometry.groups
    return _apply(_framed(x, geometry.padding, geometry.padding), _filters(w, groups), size, geometry)


def _apply(framed: Any, filters: Any, size: Sizes, geometry: Geometry) -> Any:
    """The products of all windows of the framed images with the filters, matrices for each group."""
    groups, _, each = filters.shape
    places = tuple(
        (n - d * (k - 1) - 1) // s + 1
        for n, k, s, d in zip(framed.shape[1:-1], size, geometry.stride, geometry.dilation, strict=True)
    )
    out = channels_last((len(framed), groups * each, *places), framed)
    windows = _windows(framed, places, size, geometry)
    results = _by_group(out, groups)
    one_by_one = groups == 1 and math.prod(size) == 1 and set(geometry.stride) == {1}

    def work(chunks: Sequence[tuple[slice, slice]]) -> None:
        for images, rows in chunks:
            part, target = windows[:, images, rows], results[:, images, rows]
            count = math.prod(target.shape[1:-1])
            columns = part.reshape(groups, count, filters.shape[1])  # a copy, or for one by one a view
            if groups == 1:
                np.matmul(columns[0], filters[0], out=target[0].reshape(count, each))
            else:
                target[...] = np.matmul(columns, filters).reshape(target.shape)

    per_place = math.prod(size) * framed.shape[-1]
    _over_images(work, _chunks(len(framed), places, 1 if one_by_one else per_place, rows=True))
    return out


@kernel
def convolve_input(g: Any, w: Any, size: Sizes, geometry: Geometry) -> Any:
    """The gradient of `convolve` to its input of this size, from the gradient g of its result.

    With a stride of 1 it is a convolution of g, framed with zeros, by the mirrored filters. Otherwise each place of
    g adds its multiple of the filters where they lay.
    """
    stride, padding, dilation, groups = geometry
    kernel_size = w.shape[2:]
    channels = w.shape[1] * groups
    if set(stride) == {1}:
        reach = [d * (k - 1) for d, k in zip(dilation, kernel_size, strict=True)]
        before = tuple(r - p for r, p in zip(reach, padding, strict=True))
        after = tuple(n + r - m - b for n, r, m, b in zip(size, reach, g.shape[2:], before, strict=True))
        mirrored = w[:, :, *(slice(None, None, -1),) * len(kernel_size)]
        apart = mirrored.reshape(groups, len(w) // groups, *mirrored.shape[1:])
        swapped = apart.swapaxes(1, 2).reshape(channels, len(w) // groups, *kernel_size)
        return _apply(_framed(g, before, after), _filters(swapped, groups), kernel_size, geometry)
    filters = _filters(w, groups).swapaxes(1, 2)
    out = channels_last((len(g), channels, *size), g)
    inputs = np.moveaxis(out, 1, -1)
    inputs[...] = 0
    places = g.shape[2:]
    gradients = _by_group(g, groups)
    taps = list(_taps(kernel_size, size, places, geometry))

    def work(chunks: Sequence[tuple[slice, slice]]) -> None:
        for images, _ in chunks:
            part = gradients[:, images]
            columns = np.matmul(_rows(part), filters)
            spread = np.moveaxis(columns.reshape(*part.shape[:-1], *kernel_size, w.shape[1]), 0, -2)
            target = inputs[images]
            target = target.reshape(*target.shape[:-1], groups, w.shape[1])
            for tap, source, goal in taps:
                target[:, *goal] += spread[(slice(None), *source, *tap)]

    _over_images(work, _chunks(len(g), places, math.prod(kernel_size) * channels, rows=False))
    return out


def _taps(
    kernel_size: Sizes, size: Sizes, places: Sizes, geometry: Geometry
) -> Iterator[tuple[Sizes, tuple[slice, ...], tuple[slice, ...]]]:
    """For each element of a kernel: its index, the places at which it lies inside the input, and where there."""
    for tap in product(*map(range, kernel_size)):
        sources, goals = [], []
        for k, n, m, s, p, d in zip(tap, size, places, *geometry[:3], strict=True):
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
def convolve_weight(g: Any, x: Any, size: Sizes, geometry: Geometry) -> Any:
    """The gradient of `convolve` to its weight, whose kernel has this size, from the gradient g of its result.

    The sum over images is taken in parts that do not depend on the number of threads.
    """
    groups = geometry.groups
    framed = _framed(x, geometry.padding, geometry.padding)
    places = g.shape[2:]
    windows = _windows(framed, places, size, geometry)
    gradients = _by_group(g, groups)
    each, filters = math.prod(size) * framed.shape[-1] // groups, gradients.shape[-1]
    chunks = _chunks(len(g), places, each * groups, rows=True)
    count = max(1, min(8, len(chunks), _PARTIAL // (groups * each * filters or 1)))
    sums = kind_of(g).zeros((count, groups, each, filters), g.dtype)
    steps = [chunks[len(chunks) * i // count : len(chunks) * (i + 1) // count] for i in range(count)]

    def work(part: slice) -> None:
        for total, mine in zip(sums[part], steps[part], strict=True):
            for images, rows in mine:
                given = gradients[:, images, rows]
                columns = windows[:, images, rows].reshape(groups, math.prod(given.shape[1:-1]), each)
                total += np.matmul(columns.swapaxes(1, 2), _rows(given))

    share(work, count)
    whole = sums[0] if count == 1 else np.add.reduce(sums, axis=0)
    channels = framed.shape[-1] // groups
    back = np.moveaxis(whole.reshape(groups, *size, channels, filters), (-1, -2), (1, 2))
    return _in_order(back).reshape(groups * filters, channels, *size)
