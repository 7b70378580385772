"""Windows that fill a picture: as many as are asked for, of sizes that may differ, or at random places.

Where windows of a picture differ in size, the shorter ones name their last element more than once, which changes no
maximum.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np

from ...backend.arrays import Array
from ...backend.kernels.pooling import Windows
from ...backend.kinds import kind_of
from ...backend.random import Generator, resolve
from ...engine.graph import raw
from ..arithmetic import mul
from ..index import _getitem
from ..names import operator
from ..operands import constant_like
from ..reduce import max as max_along
from ..reduce import mean, sum
from ..shape import _reshape
from .convolution import Size, each
from .pooling import avg_pool, batched, unbatched

Sizes = tuple[int, ...]


def _wanted(output_size: Any, x: Array, dims: int, name: str) -> Sizes:
    """The sizes of an adaptive result; None keeps that of the input."""
    sizes = tuple(output_size) if isinstance(output_size, Sequence) else (output_size,) * dims
    if len(sizes) != dims or not all(n is None or (hasattr(n, "__index__") and n >= 0) for n in sizes):
        raise ValueError(f"{name}: output_size must be a number, or {dims} of them, not {output_size!r}")
    return tuple(m if n is None else int(n) for n, m in zip(sizes, x.shape[2:], strict=True))


def _covering(picture: Sizes, sizes: Sizes) -> tuple[list[Any], Any]:
    """Where the elements of windows that fill the picture lie in each dimension, arrays that broadcast to (sizes,
    window); and what each counts in the mean of its window."""
    dims = len(picture)
    index, share = [], np.ones(())
    for d, (n, m) in enumerate(zip(picture, sizes, strict=True)):
        first, stop = np.arange(m) * n // m, -(-(np.arange(m) + 1) * n // m)
        places = first[:, None] + np.arange(int((stop - first).max(initial=1)))
        shape = [1] * (2 * dims)
        shape[d], shape[dims + d] = places.shape
        index.append(np.minimum(places, stop[:, None] - 1).reshape(shape))
        share = share * ((places < stop[:, None]) / (stop - first)[:, None]).reshape(shape)
    return index, share


def _adaptive_avg_pool(input: Array, output_size: Any, dims: int) -> Array:
    name = f"adaptive_avg_pool{dims}d"
    x, one = batched(input, dims, name)
    picture, sizes = tuple(x.shape[2:]), _wanted(output_size, x, dims, name)
    if 0 in picture:
        raise ValueError(f"{name}: the input of shape {tuple(input.shape)} has no elements to take means of")
    if set(sizes) == {1}:
        return unbatched(mean(x, tuple(range(2, 2 + dims)), keepdim=True), one)
    if all(m and n % m == 0 for n, m in zip(picture, sizes, strict=True)):
        size = tuple(n // m for n, m in zip(picture, sizes, strict=True))
        return unbatched(avg_pool(x, Windows(size, size, (0,) * dims, (1,) * dims, sizes)), one)
    index, share = _covering(picture, sizes)
    kind = kind_of(raw(x))
    windows = _getitem(x, index=(slice(None), slice(None), *map(kind.sent, index)))
    inside = tuple(range(2 + dims, 2 + 2 * dims))
    return unbatched(sum(mul(windows, constant_like(kind.sent(share.astype(x.dtype)), x)), inside), one)


def _largest(x: Array, index: list[Any], sizes: Sizes) -> tuple[Array, Any]:
    """The largest elements of windows whose elements lie at `index` in each dimension of the picture, an array that
    broadcasts to (..., sizes, window); and where they lie in the flattened picture."""
    picture = tuple(x.shape[2:])
    kind = kind_of(raw(x))
    index = [kind.sent(places) for places in index]
    before: tuple[Any, ...] = (slice(None), slice(None))
    if index[0].ndim > 2 * len(sizes):  # each channel of each sample has windows of its own
        ones = (1,) * (2 * len(sizes))
        before = (kind.arange(len(x)).reshape(-1, 1, *ones), kind.arange(x.shape[1]).reshape(1, -1, *ones))
    windows = _getitem(x, index=(*before, *index))
    count = math.prod(windows.shape[2 + len(sizes) :])
    out, chosen = max_along(_reshape(windows, shape=(*x.shape[:2], *sizes, count)), -1)
    flat: Any = 0
    for n, places in zip(picture, index, strict=True):
        flat = flat * n + places
    flat = np.broadcast_to(flat, windows.shape).reshape(*x.shape[:2], *sizes, count)
    return out, np.take_along_axis(flat, kind.asarray(raw(chosen))[..., None], -1)[..., 0]


def _adaptive_max_pool(input: Array, output_size: Any, return_indices: bool, dims: int) -> Any:
    name = f"adaptive_max_pool{dims}d"
    x, one = batched(input, dims, name)
    sizes = _wanted(output_size, x, dims, name)
    if 0 in x.shape[2:]:
        raise ValueError(f"{name}: the input of shape {tuple(input.shape)} has no elements to choose from")
    index, _ = _covering(tuple(x.shape[2:]), sizes)
    out, where = _largest(x, index, sizes)
    out = unbatched(out, one)
    return (out, constant_like(where[0] if one else where, input)) if return_indices else out


@operator("torch functional")
def adaptive_avg_pool1d(input: Array, output_size: Any) -> Array:
    """Means of windows of which there are as many as `output_size` says: window i reaches from i L / m, rounded
    down, to (i + 1) L / m, rounded up.

    Shapes: (N, C, L) or (C, L) -> (N, C, output_size) or (C, output_size).

    Raises:
        TypeError: the input holds no floating-point numbers.
        ValueError: the shape or `output_size` is not of this kind.

    Example:
        >>> adaptive_avg_pool1d(tensor([[1.0, 2.0, 3.0]]), 2)
        tensor([[1.5000, 2.5000]])
    """
    return _adaptive_avg_pool(input, output_size, 1)


@operator("functional")
def adaptive_avg_pool2d(input: Array, output_size: Any) -> Array:
    """`adaptive_avg_pool1d` over pictures, to one size for both dimensions, or (H, W); None keeps the input's.

    Raises:
        TypeError: the input holds no floating-point numbers.
        ValueError: the shape or `output_size` is not of this kind.
    """
    return _adaptive_avg_pool(input, output_size, 2)


@operator("functional")
def adaptive_avg_pool3d(input: Array, output_size: Any) -> Array:
    """`adaptive_avg_pool2d` over volumes.

    Raises:
        TypeError: the input holds no floating-point numbers.
        ValueError: the shape or `output_size` is not of this kind.
    """
    return _adaptive_avg_pool(input, output_size, 3)


@operator("torch functional")
def adaptive_max_pool1d(input: Array, output_size: Any, return_indices: bool = False) -> Array:
    """The largest elements of the windows of `adaptive_avg_pool1d`; with `return_indices` also where they lie.

    Raises:
        TypeError: the input holds no floating-point numbers.
        ValueError: the shape or `output_size` is not of this kind, or the input has no elements.
    """
    return _adaptive_max_pool(input, output_size, return_indices, 1)


@operator("functional")
def adaptive_max_pool2d(input: Array, output_size: Any, return_indices: bool = False) -> Array:
    """`adaptive_max_pool1d` over pictures.

    Raises:
        TypeError: the input holds no floating-point numbers.
        ValueError: the shape or `output_size` is not of this kind, or the input has no elements.
    """
    return _adaptive_max_pool(input, output_size, return_indices, 2)


@operator("functional")
def adaptive_max_pool3d(input: Array, output_size: Any, return_indices: bool = False) -> Array:
    """`adaptive_max_pool1d` over volumes.

    Raises:
        TypeError: the input holds no floating-point numbers.
        ValueError: the shape or `output_size` is not of this kind, or the input has no elements.
    """
    return _adaptive_max_pool(input, output_size, return_indices, 3)


# ------------------------------------------------------------------------------------ at random places


def _fractional_max_pool(
    input: Array,
    kernel_size: Size,
    output_size: Size | None,
    output_ratio: Any,
    return_indices: bool,
    samples: Any,
    generator: Generator | None,
    dims: int,
) -> Any:
    name = f"fractional_max_pool{dims}d"
    x, one = batched(input, dims, name)
    picture, size = tuple(x.shape[2:]), each(kernel_size, dims, name, "kernel_size", 1)
    if (output_size is None) == (output_ratio is None):
        raise ValueError(f"{name}: give either output_size or output_ratio, got {output_size} and {output_ratio}")
    if output_size is None:
        ratios = tuple(output_ratio) if isinstance(output_ratio, Sequence) else (output_ratio,) * dims
        if len(ratios) != dims or not all(0 < r < 1 for r in ratios):
            raise ValueError(f"{name}: output_ratio must lie between 0 and 1, not {output_ratio}")
        output_size = [int(n * r) for n, r in zip(picture, ratios, strict=True)]
    sizes = each(output_size, dims, name, "output_size", 1)
    if any(m + k - 1 > n for n, m, k in zip(picture, sizes, size, strict=True)):
        raise ValueError(f"{name}: {sizes} windows of {size} do not fit into a picture of size {picture}")
    if samples is None:
        samples = kind_of(raw(x)).sent(resolve(generator).random((*x.shape[:2], dims), np.float64))
    drawn = kind_of(raw(samples)).asarray(raw(samples))
    if drawn.shape != (*x.shape[:2], dims):
        raise ValueError(f"{name}: expected samples of shape {(*x.shape[:2], dims)}, got {drawn.shape}")
    index = []
    arange = kind_of(drawn).arange
    for d, (n, m, k) in enumerate(zip(picture, sizes, size, strict=True)):
        u = drawn[
            ..., dims - 1 - d if dims == 2 else d, None
        ]  # PyTorch's order: width, height; depth, height, width
        step = (n - k) / (m - 1) if m > 1 else 0.0
        first = ((arange(m) + u) * step).astype(np.int64) - (u * step).astype(np.int64)
        first[..., -1] = n - k
        shape = [1] * (2 * dims)
        shape[d], shape[dims + d] = m, k
        index.append((first[..., None] + arange(k)).reshape(*x.shape[:2], *shape))
    out, where = _largest(x, index, sizes)
    out = unbatched(out, one)
    return (out, constant_like(where[0] if one else where, input)) if return_indices else out


@operator("functional", raw_too=True)
def fractional_max_pool2d(
    input: Array,
    kernel_size: Size,
    output_size: Size | None = None,
    output_ratio: Any = None,
    return_indices: bool = False,
    _random_samples: Array | None = None,
    *,
    generator: Generator | None = None,
) -> Array:
    """The largest elements of windows whose steps are drawn at random, so that a picture may shrink by a fraction.

    Args:
        input: (N, C, H, W), or one sample (C, H, W).
        kernel_size: how many elements a window has.
        output_size: how many windows there are.
        output_ratio: instead, how many there are as a part of the input's size, between 0 and 1.
        return_indices: also return where in the flattened picture the largest elements lie.
        _random_samples: numbers in [0, 1), (N, C, 2), instead of drawn ones; the name is PyTorch's.
        generator: what to draw with.

    Raises:
        TypeError: the input holds no floating-point numbers.
        ValueError: the windows do not fit, or a setting is out of range.

    Source: Graham, Fractional max-pooling, 2014.
    """
    return _fractional_max_pool(
        input, kernel_size, output_size, output_ratio, return_indices, _random_samples, generator, 2
    )


@operator("functional", raw_too=True)
def fractional_max_pool3d(
    input: Array,
    kernel_size: Size,
    output_size: Size | None = None,
    output_ratio: Any = None,
    return_indices: bool = False,
    _random_samples: Array | None = None,
    *,
    generator: Generator | None = None,
) -> Array:
    """`fractional_max_pool2d` over the windows of volumes.

    Raises:
        TypeError: the input holds no floating-point numbers.
        ValueError: the windows do not fit, or a setting is out of range.
    """
    return _fractional_max_pool(
        input, kernel_size, output_size, output_ratio, return_indices, _random_samples, generator, 3
    )
