"""Resampling: pixels moved between channels and space, and images made larger or smaller.

Interpolation is linear in the pixels and separable, so it is one small matrix per dimension, and its derivative
that of a matrix product. A NaN or an infinity reaches the whole line in which it lies; only "nearest" reads single
elements.
"""

from __future__ import annotations

import functools
import math
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from ...backend.arrays import Array
from ...backend.kinds import Kind, kind_of
from ...engine.graph import raw
from ..linear_algebra.products import matmul
from ..names import operator
from ..operands import apart
from ..shape import _permute, _reshape
from .segments import _take_segments

# ------------------------------------------------------------------------- between channels and space


def _regrouped(input: Array, split: Sequence[int], order: Sequence[int], shape: Sequence[int]) -> Array:
    """The input with its last three dimensions split into `split`, those taken in `order` and merged to `shape`."""
    lead = tuple(input.shape[:-3])
    dims = (*range(len(lead)), *(len(lead) + d for d in order))
    parts = _permute(_reshape(input, shape=(*lead, *split)), dims=dims)
    return apart(_reshape(parts, shape=(*lead, *shape)), input)


def _image(input: Array, factor: int, name: str) -> tuple[int, int, int]:
    if len(input.shape) < 3 or factor < 1:
        raise ValueError(
            f"{name}: expected an input (..., C, H, W) and a positive factor, got shape {tuple(input.shape)} "
            f"and {factor}"
        )
    channels, height, width = input.shape[-3:]
    return channels, height, width


@operator("torch functional")
def pixel_shuffle(input: Array, upscale_factor: int) -> Array:
    """Each r * r channels become r by r pixels: (..., C r^2, H, W) -> (..., C, H r, W r).

    Raises:
        ValueError: the input has fewer than 3 dimensions, or its channels are no multiple of r^2.

    Source: Shi et al., Real-time single image and video super-resolution using an efficient sub-pixel CNN, 2016.
    """
    r = upscale_factor
    channels, height, width = _image(input, r, "pixel_shuffle")
    c, rest = divmod(channels, r * r)
    if rest:
        raise ValueError(f"pixel_shuffle: {channels} channels are no multiple of {r}^2")
    return _regrouped(input, (c, r, r, height, width), (0, 3, 1, 4, 2), (c, height * r, width * r))


@operator("torch functional")
def pixel_unshuffle(input: Array, downscale_factor: int) -> Array:
    """The inverse of `pixel_shuffle`: (..., C, H r, W r) -> (..., C r^2, H, W).

    Raises:
        ValueError: the input has fewer than 3 dimensions, or its height or width is no multiple of r.
    """
    r = downscale_factor
    c, height, width = _image(input, r, "pixel_unshuffle")
    if height % r or width % r:
        raise ValueError(f"pixel_unshuffle: height {height} and width {width} are no multiples of {r}")
    h, w = height // r, width // r
    return _regrouped(input, (c, h, r, w, r), (0, 2, 4, 1, 3), (c * r * r, h, w))


@operator("torch functional")
def channel_shuffle(input: Array, groups: int) -> Array:
    """Channels dealt like cards: group 1's first, group 2's first, ..., group 1's second, and so on.

    Shapes: (N, C, ...) -> the same.

    Raises:
        ValueError: the input has fewer than 3 dimensions, or its channels are no multiple of `groups`.

    Source: Zhang et al., ShuffleNet, 2018.
    """
    shape = tuple(input.shape)
    if len(shape) < 3 or groups < 1 or shape[1] % groups:
        raise ValueError(
            f"channel_shuffle: expected an input (N, C, ...) with channels that are a multiple of {groups}, "
            f"got shape {shape}"
        )
    dealt = _reshape(input, shape=(shape[0], groups, shape[1] // groups, *shape[2:]))
    return apart(_reshape(_permute(dealt, dims=(0, 2, 1, *range(3, len(shape) + 1))), shape=shape), input)


# ------------------------------------------------------------------------------------- interpolation


def _nearest(kind: Kind, n: int, out: int, scale: float, exact: bool) -> Any:
    """The element that each output takes; in float32, like PyTorch, which decides the ties."""
    places = (kind.arange(out, dtype=np.float32) + np.float32(0.5 if exact else 0)) * np.float32(scale)
    return np.minimum(places.astype(np.intp), n - 1)


def _hat(t: Any, a: float) -> Any:
    return np.maximum(1 - t, 0)


def _cubic(t: Any, a: float) -> Any:
    """The piecewise cubic that is smooth, 1 at 0, and has slope `a` at 1 (Keys, Cubic convolution interpolation for
    digital image processing, 1981)."""
    near = ((a + 2) * t - (a + 3)) * t * t + 1
    far = a * (((t - 5) * t + 8) * t - 4)
    return np.where(t <= 1, near, np.where(t < 2, far, 0))


_KERNELS: dict[str, tuple[int, int, Callable[[Any, float], Any]]] = {
    "linear": (3, 1, _hat),
    "bilinear": (4, 1, _hat),
    "trilinear": (5, 1, _hat),
    "bicubic": (4, 2, _cubic),
}
"""The dimensions of the input, how many pixels the kernel reaches to either side, and the weight at a distance."""


@functools.lru_cache(maxsize=256)
def _sent_matrix(kind: Kind, *arguments: Any) -> Any:
    """The weights that `_matrix` gives, where this kind of arrays lies."""
    return kind.sent(_matrix(*arguments))


def _matrix(mode: str, n: int, out: int, scale: float, align_corners: bool, antialias: bool, dtype: Any) -> Any:
    """The weights of n elements in each of `out` interpolated ones, whose neighbours are `scale` elements apart."""
    i, j = np.arange(out)[:, None], np.arange(n)
    if mode == "area":
        covered = (j >= i * n // out) & (j < -((i + 1) * n // -out))
        return (covered / covered.sum(1, keepdims=True)).astype(dtype)
    _, reach, kernel = _KERNELS[mode]
    if antialias:
        weights = kernel(abs(j + 0.5 - (i + 0.5) * scale) / max(scale, 1.0), -0.5)
        return (weights / weights.sum(1, keepdims=True)).astype(dtype)
    place = i * scale if align_corners else (i + 0.5) * scale - 0.5
    taps = np.floor(place).astype(np.intp) + np.arange(1 - reach, 1 + reach)
    weights = np.zeros((out, n))
    np.add.at(weights, (i, taps.clip(0, n - 1)), kernel(abs(place - taps), -0.75))
    return weights.astype(dtype)


def _mapped(x: Array, matrix: Any, dim: int) -> Array:
    """`x` with every line along `dim` multiplied by the matrix."""
    shape = tuple(x.shape)
    lead, rest = shape[:dim], shape[dim + 1 :]
    if math.prod(rest) == 1:
        out = matmul(_reshape(x, shape=(math.prod(lead), shape[dim])), matrix.T)
    else:
        out = matmul(matrix, _reshape(x, shape=(math.prod(lead), shape[dim], math.prod(rest))))
    return _reshape(out, shape=(*lead, len(matrix), *rest))


def _sizes(
    spatial: tuple[int, ...], size: Any, scale_factor: Any, recompute: bool
) -> tuple[list[int], list[float | None]]:
    """The sizes to interpolate to, and the factors where they, and not the sizes, decide the distances."""
    given = size if scale_factor is None else scale_factor
    if (size is None) == (scale_factor is None):
        raise ValueError(f"interpolate: give either size or scale_factor, got {size} and {scale_factor}")
    values = list(given) if hasattr(given, "__len__") else [given] * len(spatial)
    if len(values) != len(spatial):
        raise ValueError(f"interpolate: {len(values)} sizes or factors for {len(spatial)} spatial dimensions")
    sizes = (
        [int(v) for v in values] if size is not None else [int(n * v) for n, v in zip(spatial, values, strict=True)]
    )
    if min(*sizes, *spatial) < 1:
        raise ValueError(f"interpolate: from {spatial} to {tuple(sizes)}: sizes must be positive")
    if size is not None and recompute:
        raise ValueError("interpolate: recompute_scale_factor goes with a scale_factor, not with a size")
    return sizes, [None] * len(values) if size is not None or recompute else values


@operator("functional")
def interpolate(
    input: Array,
    size: int | Sequence[int] | None = None,
    scale_factor: float | Sequence[float] | None = None,
    mode: str = "nearest",
    align_corners: bool | None = None,
    recompute_scale_factor: bool | None = None,
    antialias: bool = False,
) -> Array:
    """The input, taken as samples of a function of 1, 2 or 3 variables, sampled at another size.

    Shapes: (N, C, d1, ...) -> (N, C, e1, ...).

    Args:
        input: 3 to 5 dimensions.
        size: e1, ..., or one number for all.
        scale_factor: e / d for each dimension, or one number for all, instead of the size.
        mode: "nearest" (rounds positions down), "nearest-exact", "area" (means of the pixels covered);
            "linear" of 3 dimensions, "bilinear" and "bicubic" of 4, "trilinear" of 5.
        align_corners: whether the first and last samples of input and output lie on each other; else the borders
            of the first and last pixels do. For the linear and cubic modes only.
        recompute_scale_factor: take the distance of samples from the sizes, which were rounded down, and not from
            `scale_factor`.
        antialias: for "bilinear" and "bicubic", smooth before shrinking.

    Raises:
        ValueError: settings contradict each other, or the mode does not fit the number of dimensions.

    Example:
        >>> interpolate(ag.tensor([[[0.0, 4.0]]]), scale_factor=2, mode="linear")
        tensor([[[0., 1., 3., 4.]]])
    """
    ndim, spatial = len(input.shape), tuple(input.shape[2:])
    if not 3 <= ndim <= 5:
        raise ValueError(f"interpolate: expected 3 to 5 dimensions, (N, C, ...), got shape {tuple(input.shape)}")
    if mode in _KERNELS:
        if _KERNELS[mode][0] != ndim:
            raise ValueError(
                f"interpolate: mode {mode!r} takes {_KERNELS[mode][0]} dimensions, got shape {tuple(input.shape)}"
            )
    elif mode not in ("nearest", "nearest-exact", "area"):
        known = ", ".join(("nearest", "nearest-exact", *_KERNELS, "area"))
        raise ValueError(f"interpolate: mode must be one of {known}, not {mode!r}")
    elif align_corners is not None:
        raise ValueError(f"interpolate: align_corners means nothing for mode {mode!r}; leave it out")
    if antialias and mode not in ("bilinear", "bicubic"):
        raise ValueError(f"interpolate: antialias is for 'bilinear' and 'bicubic', not {mode!r}")
    kind = kind_of(raw(input))
    sizes, factors = _sizes(spatial, size, scale_factor, bool(recompute_scale_factor))
    for dim, (n, out, factor) in enumerate(zip(spatial, sizes, factors, strict=True), 2):
        if align_corners:
            scale = (n - 1) / (out - 1) if out > 1 else 0.0
        else:
            scale = 1 / factor if factor else n / out
        if mode in ("nearest", "nearest-exact"):
            places = _nearest(kind, n, out, scale, mode == "nearest-exact")
            input = _take_segments(input, index=(*(slice(None),) * dim, places))
        else:
            matrix = _sent_matrix(kind, mode, n, out, scale, bool(align_corners), antialias, input.dtype)
            input = _mapped(input, matrix, dim)
    return input
