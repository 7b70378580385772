"""Normalization, group by group: what the first pass over a group reads lies in the cache for the others.

There are three pairs of loops: a weight for each element of a row, for all of a row, and for a column.
"""

from __future__ import annotations

import functools
import math
from typing import Any

import numpy as np

from ..kernels.norms import View, groups_of_a_sample
from . import fits
from .crew import shared_loop

_BLOCK = 2**16
"""How many elements are summed before the sums of the weights' gradients are put aside, at least."""
_COLUMNS = 256
"""How many columns are worked on at once."""
_LANES = 64
"""A thread's columns are a multiple of this, so that it shares no cache line with another one."""


# ------------------------------------------------------------- a weight for each element of a row


@shared_loop
def _rows(
    x: Any,
    weight: Any,
    bias: Any,
    eps: Any,
    center: bool,
    out: Any,
    means: Any,
    variances: Any,
    scale: Any,
    start: int,
    stop: int,
) -> None:
    one = x.dtype.type(1)
    portion = one / x.dtype.type(x.shape[1])
    for i in range(start, stop):
        row, made, w, b = x[i], out[i], weight[i % weight.shape[0]], bias[i % weight.shape[0]]
        mean = one - one
        if center:
            for k in range(row.size):
                mean += row[k]
            mean *= portion
        variance = one - one
        for k in range(row.size):
            variance += (row[k] - mean) * (row[k] - mean)
        variance *= portion
        factor = one / math.sqrt(variance + eps)
        for k in range(row.size):
            made[k] = (row[k] - mean) * factor * w[k] + b[k]
        means[i], variances[i], scale[i] = mean, variance, factor


@shared_loop
def _rows_back(
    g: Any,
    x: Any,
    weight: Any,
    means: Any,
    scale: Any,
    center: bool,
    length: int,
    out: Any,
    sums: Any,
    products: Any,
    start: int,
    stop: int,
) -> None:
    zero = x.dtype.type(0)
    less = x.dtype.type(-1) / x.dtype.type(x.shape[1])
    for i in range(start, stop):
        j = i % weight.shape[0]
        given, row, made, w, mean, factor = g[i], x[i], out[i], weight[j], means[i], scale[i]
        plain, along, shift, slope = sums[i // length, j], products[i // length, j], zero, zero
        for k in range(row.size):
            weighted = given[k] * w[k]
            shift += weighted
            slope += weighted * (row[k] - mean)
        slope *= factor
        for k in range(row.size):
            plain[k] += given[k]
            along[k] += given[k] * ((row[k] - mean) * factor)
        shift *= less if center else zero
        slope *= less * factor
        for k in range(row.size):
            made[k] = (given[k] * w[k] + shift + (row[k] - mean) * slope) * factor


# ----------------------------------------------------------------------- a weight for all of a row


@shared_loop
def _planes(
    x: Any,
    weight: Any,
    bias: Any,
    eps: Any,
    center: bool,
    out: Any,
    means: Any,
    variances: Any,
    scale: Any,
    start: int,
    stop: int,
) -> None:
    one = x.dtype.type(1)
    samples, _, rows, size = x.shape
    portion = 1 / (samples * rows * size)
    for i in range(start, stop):
        w, b = weight[i % weight.shape[0]], bias[i % weight.shape[0]]
        mean = one - one
        if center:
            total = 0.0
            for n in range(samples):
                for j in range(rows):
                    row, part = x[n, i, j], one - one
                    for k in range(size):
                        part += row[k]
                    total += part
            mean = x.dtype.type(total * portion)
        total = 0.0
        for n in range(samples):
            for j in range(rows):
                row, part = x[n, i, j], one - one
                for k in range(size):
                    part += (row[k] - mean) * (row[k] - mean)
                total += part
        variance = x.dtype.type(total * portion)
        factor = one / math.sqrt(variance + eps)
        for n in range(samples):
            for j in range(rows):
                row, made, by, plus = x[n, i, j], out[n, i, j], factor * w[j], b[j]
                for k in range(size):
                    made[k] = (row[k] - mean) * by + plus
        means[i], variances[i], scale[i] = mean, variance, factor


@shared_loop
def _planes_back(
    g: Any,
    x: Any,
    weight: Any,
    means: Any,
    scale: Any,
    center: bool,
    out: Any,
    sums: Any,
    products: Any,
    start: int,
    stop: int,
) -> None:
    zero = x.dtype.type(0)
    samples, _, rows, size = x.shape
    less = -1 / (samples * rows * size)
    for i in range(start, stop):
        w, mean, factor = weight[i % weight.shape[0]], means[i], scale[i]
        plain, along = 0.0, 0.0
        for n in range(samples):
            for j in range(rows):
                given, row, total, product = g[n, i, j], x[n, i, j], zero, zero
                for k in range(size):
                    total += given[k]
                    product += given[k] * (row[k] - mean)
                sums[n, i, j], products[n, i, j] = total, product * factor
                plain += total * w[j]
                along += product * w[j]
        shift = x.dtype.type(plain * less) * factor if center else zero
        slope = x.dtype.type(along * less) * factor * factor * factor
        for n in range(samples):
            for j in range(rows):
                given, row, made, by = g[n, i, j], x[n, i, j], out[n, i, j], factor * w[j]
                for k in range(size):
                    made[k] = given[k] * by + (row[k] - mean) * slope + shift


# -------------------------------------------------------------------------- a weight for a column


@shared_loop
def _columns(
    x: Any,
    weight: Any,
    bias: Any,
    eps: Any,
    out: Any,
    means: Any,
    variances: Any,
    scale: Any,
    start: int,
    stop: int,
) -> None:
    one = x.dtype.type(1)
    portion = 1 / x.shape[0]
    totals = np.empty(min(_COLUMNS, stop - start), np.float64)
    for i in range(start, stop, _COLUMNS):
        end = min(i + _COLUMNS, stop)
        mean, variance, factor, plus = means[i:end], variances[i:end], scale[i:end], bias[i:end]
        total, by = totals[: mean.size], np.empty_like(mean)
        total[:] = 0
        for n in range(x.shape[0]):
            row = x[n, i:end]
            for k in range(row.size):
                total[k] += row[k]
        for k in range(mean.size):
            mean[k] = total[k] * portion
        total[:] = 0
        for n in range(x.shape[0]):
            row = x[n, i:end]
            for k in range(row.size):
                total[k] += (row[k] - mean[k]) * (row[k] - mean[k])
        for k in range(mean.size):
            variance[k] = total[k] * portion
            factor[k] = one / math.sqrt(variance[k] + eps)
            by[k] = factor[k] * weight[i + k]
        for n in range(x.shape[0]):
            row, made = x[n, i:end], out[n, i:end]
            for k in range(row.size):
                made[k] = (row[k] - mean[k]) * by[k] + plus[k]


@shared_loop
def _columns_back(
    g: Any,
    x: Any,
    weight: Any,
    means: Any,
    scale: Any,
    out: Any,
    sums: Any,
    products: Any,
    start: int,
    stop: int,
) -> None:
    less = x.dtype.type(-1) / x.dtype.type(x.shape[0])
    for i in range(start, stop, _COLUMNS):
        end = min(i + _COLUMNS, stop)
        mean, total, product = means[i:end], np.zeros(end - i, np.float64), np.zeros(end - i, np.float64)
        for n in range(x.shape[0]):
            row, given = x[n, i:end], g[n, i:end]
            for k in range(row.size):
                total[k] += given[k]
                product[k] += given[k] * (row[k] - mean[k])
        by, slope, shift = np.empty_like(mean), np.empty_like(mean), np.empty_like(mean)
        for k in range(mean.size):
            sums[i + k], products[i + k] = total[k], product[k] * scale[i + k]
            by[k] = scale[i + k] * weight[i + k]
            shift[k] = sums[i + k] * less
            slope[k] = products[i + k] * less * scale[i + k]
        for n in range(x.shape[0]):
            row, given, made = x[n, i:end], g[n, i:end], out[n, i:end]
            for k in range(row.size):
                made[k] = (given[k] + shift[k] + (row[k] - mean[k]) * slope[k]) * by[k]


# -------------------------------------------------------------------------------------- the kernels


def _lanes(x: Any, groups: View, channels: View, each: int) -> tuple[int, ...]:
    """The shape in which x is looked at: rows (groups, m), columns (n, groups), or planes (n, groups, rows, m)."""
    if not each:
        return (groups[0], groups[1]) if groups[2] == 1 else (groups[0], groups[1], 1, groups[2])
    return (groups[1], groups[2]) if channels[2] == 1 else (1, groups[1], channels[1] // each, channels[2])


@functools.lru_cache(maxsize=16)
def _constant(size: int, value: float, dtype: Any) -> Any:
    """One number everywhere, to be read only: in a small kernel `np.full` takes a tenth of the time."""
    return np.full(size, value, dtype)


def _filled(x: Any, like: Any, size: int, value: float) -> Any:
    return _constant(size, value, like.dtype) if x is None else x


def normalize(
    x: Any, weight: Any, bias: Any, groups: View, channels: View, eps: float, center: bool
) -> tuple[Any, Any, Any, Any]:
    each = groups_of_a_sample(groups, channels)
    lanes = _lanes(x, groups, channels, each)
    if not fits(x, weight, bias) or not x.size or (len(lanes) == 2 and not each and not center):
        return NotImplemented
    w, b = _filled(weight, x, channels[1], 1), _filled(bias, x, channels[1], 0)
    result, least = np.empty(x.shape, x.dtype), x.dtype.type(eps)
    rows, out = x.reshape(lanes), result.reshape(lanes)
    means, variances, scale = np.empty((3, groups[1]), x.dtype)
    if len(lanes) == 4:
        w, b = w.reshape(-1, lanes[2]), b.reshape(-1, lanes[2])
        _planes(groups[1], 1, rows, w, b, least, center, out, means, variances, scale)
    elif each:
        w, b = w.reshape(each, -1), b.reshape(each, -1)
        _rows(groups[1], each, rows, w, b, least, center, out, means, variances, scale)
    else:
        _columns(groups[1], _LANES, rows, w, b, least, out, means, variances, scale)
    return result, means if center else None, variances, scale


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
    each = groups_of_a_sample(groups, channels)
    lanes = _lanes(x, groups, channels, each)
    if not fits(x, weight) or g.dtype != x.dtype or not x.size or (len(lanes) == 2 and not each and not center):
        return NotImplemented
    w, means = _filled(weight, x, channels[1], 1), _filled(means, x, groups[1], 0)
    result = np.empty(x.shape, x.dtype)
    given, rows, out = (np.ascontiguousarray(a).reshape(lanes) for a in (g, x, result))
    if len(lanes) == 4:
        w = w.reshape(-1, lanes[2])
        sums, products = np.empty((2, *lanes[:3]), x.dtype)
        _planes_back(groups[1], 1, given, rows, w, means, scale, center, out, sums, products)
    elif each:
        w = w.reshape(each, -1)
        length = max(_BLOCK // channels[1], 1) * each
        sums, products = np.zeros((2, -(-groups[1] // length), *w.shape), x.dtype)
        _rows_back(groups[1], length, given, rows, w, means, scale, center, length, out, sums, products)
    else:
        sums, products = np.empty((2, 1, groups[1]), x.dtype)
        _columns_back(groups[1], _LANES, given, rows, w, means, scale, out, sums[0], products[0])
    weights, biases = (
        np.add.reduce(s.reshape(-1, channels[1]), axis=0) if wish else None
        for s, wish in zip((products, sums), wanted[1:], strict=True)
    )
    return result if wanted[0] else None, weights, biases


@shared_loop
def _affine_planes(x: Any, scale: Any, shift: Any, out: Any, start: int, stop: int) -> None:
    for n in range(start, stop):
        for i in range(x.shape[1]):
            row, made, by, plus = x[n, i], out[n, i], scale[i], shift[i]
            for k in range(row.size):
                made[k] = row[k] * by + plus


@shared_loop
def _affine_columns(x: Any, scale: Any, shift: Any, out: Any, start: int, stop: int) -> None:
    for n in range(start, stop):
        row, made = x[n], out[n]
        for k in range(row.size):
            made[k] = row[k] * scale[k] + shift[k]


def affine(x: Any, scale: Any, shift: Any) -> Any:
    if not fits(x, scale, shift) or not x.size:
        return NotImplemented
    out, size = np.empty(x.shape, x.dtype), math.prod(x.shape[2:])
    view = x.shape[:2] if size == 1 else (*x.shape[:2], size)
    over = _affine_columns if size == 1 else _affine_planes
    over(len(x), 1, x.reshape(view), scale, shift, out.reshape(view))
    return out
