"""Normalization, in blocks of groups that stay in the cache from the first pass over them to the last.

`normalize` and its gradients are told two views (n, groups, m) of their arrays, one group per index in the middle:
`groups`, whose groups share a mean, and `channels`, whose groups share a weight. The two are equal, or one sample
after the other is cut into its groups, (1, samples groups, m), and into its channels, (samples, channels, m).
"""

from __future__ import annotations

import functools
import math
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from ..arrays import astype
from ..kinds import kind_of
from ..sums import added_up, widened
from .blocks import ONE_THREAD, dots, in_blocks, ones
from .choice import kernel
from .products import matmul

__all__ = ["View", "affine", "affine_gradients", "groups_of_a_sample", "normalize", "normalize_gradients"]

View = tuple[int, int, int]


_LARGE = 4096
"""From this number of elements on compiled code wins: it is one call, where NumPy takes a dozen."""


def _dots(x: Any, y: Any = None) -> Any:
    """The sum of x, or of x y, along the last axis of three."""
    return dots(x, y) if x.shape[2] != 1 else (x if y is None else x * y)[:, :, 0]


def _totals(x: Any, y: Any = None) -> Any:
    """The sum of x, or of x y, over each group of the view (n, groups, m)."""
    rows = _dots(x, y)
    return rows[0] if len(rows) == 1 else added_up(rows, axis=0)


def _down(x: Any, factors: Any = None) -> Any:
    """The sums down the columns of x (samples, channels), times `factors` (samples, groups) if given."""
    if x.size <= ONE_THREAD and (factors is None or factors.shape[1] == 1):
        return matmul(ones(kind_of(x), len(x), x.dtype) if factors is None else factors.reshape(-1), x)
    if factors is None:
        return added_up(x, axis=0)
    return np.einsum("ij,ijk->jk", factors, x.reshape(*factors.shape, -1)).reshape(-1)


def _lane(x: Any) -> Any:
    """One number per group, to be broadcast against the view."""
    return x.reshape(-1, 1)


def groups_of_a_sample(groups: View, channels: View) -> int:
    """How many groups one sample is cut into; 0 where the groups are the channels, over all samples."""
    if groups == channels:
        return 0
    return groups[1] // channels[0] if channels[0] else 1


def _cut(work: Callable[[slice], Any], beside: Any, groups: View, each: int) -> list[Any]:
    """What `work` returns for slices of the groups, of whole samples.

    Where the elements of a group lie apart, a slice has many groups, as NumPy is slow on short runs.
    """
    n, count, m = groups
    with np.errstate(over="ignore"):  # who asks for squares looks at what comes out
        return in_blocks(work, beside, count, n * m, row=m, each=each or 1, least=512 // (m or 1))


@kernel(large=_LARGE)
def normalize(
    x: Any, weight: Any, bias: Any, groups: View, channels: View, eps: float, center: bool
) -> tuple[Any, Any, Any, Any]:
    """weight (x - mean) / sqrt(var + eps) + bias; and the means, variances and 1 / sqrt(var + eps) of the groups.

    The mean is subtracted before anything is squared, so that a large one takes no precision from the variance.
    Without `center` it is taken to be 0, and returned as None, and the variance is the mean square. Float16 is
    computed in float32.
    """
    wide = widened(x).reshape(groups)
    result = kind_of(x).empty(x.shape, wide.dtype)
    out = result.reshape(groups)
    dtype, each = wide.dtype.type, groups_of_a_sample(groups, channels)
    portion = dtype(1 / (groups[0] * groups[2] or 1))

    def block(part: slice) -> tuple[Any, Any, Any]:
        rows, made = wide[:, part], out[:, part]
        mean = None
        if center:
            mean = _totals(rows) * portion
            rows = rows - _lane(mean)
        variance = _totals(rows, rows) * portion
        scale = factor = 1 / np.sqrt(variance + dtype(eps))
        if each:
            made = np.multiply(rows, _lane(factor), out=made).reshape(made.shape[1] // each, *channels[1:])
            if weight is not None:
                made *= _lane(weight)
            if bias is not None:
                made += _lane(bias)
            return mean, variance, scale
        if weight is not None:
            factor = factor * weight[part]
        if bias is None:
            np.multiply(rows, _lane(factor), out=made)
        else:
            np.add(rows * _lane(factor), _lane(bias[part]), out=made)
        return mean, variance, scale

    means, variances, scale = map(_joined, zip(*_cut(block, x, groups, each), strict=True))
    return astype(result, x.dtype), means, variances, scale


@kernel(large=_LARGE)
def normalize_gradients(
    g: Any,
    x: Any,
    weight: Any,
    means: Any,
    scale: Any,
    groups: View,
    channels: View,
    center: bool,
    wanted: tuple[bool, bool, bool],
) -> tuple[Any, Any, Any]:
    """The gradients of x, weight and bias for that of `normalize`'s result; None for one that is not wanted.

    With normal = (x - mean) scale, that of x is scale (g w - mean(g w) - normal mean(g w normal)), the means over
    each group, and those of weight and bias are the sums of g normal and of g over each channel.
    """
    wide = widened(x).reshape(groups)
    g = astype(g, wide.dtype).reshape(groups)
    each = groups_of_a_sample(groups, channels)
    less = wide.dtype.type(-1 / (groups[0] * groups[2] or 1))
    x_wanted, _, bias_wanted = wanted
    result = kind_of(x).empty(x.shape, wide.dtype) if x_wanted else None
    out = None if result is None else result.reshape(groups)

    def by_group(sums: Any) -> Any:
        """The sums over each group of what is summed over its channels, times their weights."""
        weights = None if weight is None else weight.reshape(sums.shape[1:])
        return _dots(sums, weights).reshape(-1)

    def block(part: slice) -> tuple[Any, Any]:
        rows, given, factor = wide[:, part], g[:, part], scale[part]
        shape = (rows.shape[1] // each, *channels[1:]) if each else rows.shape
        centered = rows - _lane(means[part]) if center else rows
        over = given.reshape(shape)
        products = _dots(over, centered.reshape(shape))
        sums = _dots(over) if center or bias_wanted else None
        plain = None if sums is None else _down(sums)
        if each:
            cut = (len(products), each, channels[1] // each)
            along = _down(products, factor.reshape(cut[:2]))
            products = products.reshape(cut)
        else:
            products = _down(products)
            along = products * factor
        if out is None:
            return along, plain
        slope = factor * factor * less
        if each:
            slope *= by_group(products)
            shift = None if sums is None else by_group(sums.reshape(cut))
            if weight is not None:
                given = (over * _lane(weight)).reshape(rows.shape)
        else:
            slope *= products
            shift = plain
            factor = factor if weight is None else factor * weight[part]
        centered = np.multiply(centered, _lane(slope), out=centered if center else None)
        centered += given
        if center:
            centered += _lane(shift * less)
        np.multiply(centered, _lane(factor), out=out[:, part])
        return along, plain

    parts = zip(*_cut(block, x, groups, each), strict=True)
    combined = _added if each else _joined
    weights, biases = (combined(p) if w else None for p, w in zip(parts, wanted[1:], strict=True))
    return None if result is None else astype(result, x.dtype), weights, biases


def _joined(parts: Sequence[Any]) -> Any:
    """The numbers of all groups, of those of each block."""
    return parts[0] if len(parts) == 1 or parts[0] is None else np.concatenate(parts)


def _added(parts: Sequence[Any]) -> Any:
    """The sums of channels over all samples, of those over each block of samples."""
    return functools.reduce(np.add, parts)


@kernel
def affine(x: Any, scale: Any, shift: Any) -> Any:
    """x scale + shift, for x (N, C, ...) and one number per channel each."""
    view = _by_channel(x)
    out = kind_of(x).empty(x.shape, np.result_type(x, scale, shift))
    given, made = x.reshape(view), out.reshape(view)

    def block(part: slice) -> None:
        rows = np.multiply(given[part], _lane(scale), out=made[part])
        rows += _lane(shift)

    in_blocks(block, x, view[0], view[1] * view[2], row=view[2])
    return out


@kernel
def affine_gradients(g: Any, x: Any, scale: Any) -> tuple[Any, Any, Any]:
    """The gradients of x, scale and shift for that of `affine`'s result."""
    view, wide = _by_channel(x), widened(x)
    g = astype(g, wide.dtype)
    result = kind_of(x).empty(x.shape, wide.dtype)
    given, rows, out = (a.reshape(view) for a in (g, wide, result))

    def block(part: slice) -> tuple[Any, Any]:
        np.multiply(given[part], _lane(scale), out=out[part])
        return _down(_dots(given[part], rows[part])), _down(_dots(given[part]))

    parts = zip(*_cut(block, x, (view[1], view[0], view[2]), 0), strict=True)
    return astype(result, x.dtype), *map(_added, parts)


def _by_channel(x: Any) -> View:
    return x.shape[0], x.shape[1], math.prod(x.shape[2:])
