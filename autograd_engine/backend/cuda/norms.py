"""Normalization: of rows, by a block of threads for each; of channels, from sums that blocks form down the columns.

A thread's part of a variance is summed up as squares of distances from the first element that it meets, which takes
no division for an element, and cancels little, wherever the mean lies. Parts are put together exactly.

Source: Chan, Golub and LeVeque, "Algorithms for computing the sample variance", 1983.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from ..kernels.layout import in_order
from ..kernels.norms import View, groups_of_a_sample
from ..kinds import kind_of
from .columns import fits, over_channels, reduce_channels
from .rows import launch_rows

__all__ = ["affine", "affine_gradients", "normalize", "normalize_gradients"]

_ROWS = """
extern "C" __global__ void normalize(
    const stored *all_x, stored *all_out, const stored *weight, const stored *bias,
    real *means, real *variances, real *scales, double eps, long long each_sample, long long inner,
    long long rows, long long m
) {
    for (long long row = blockIdx.x; row < rows; row += gridDim.x) {
        const stored *x = all_x + row * m;
        const long long start = row % each_sample * m;
        real mine = 0, mean = 0;
        if (CENTER) {
            each(x, m, [&](long long, real v) { mine += v; });
            mean = block_sum(mine) * (1 / real(m));
            mine = 0;
        }
        each(x, m, [&](long long, real v) { mine += (v - mean) * (v - mean); });
        const real variance = block_sum(mine) * (1 / real(m)), scale = 1 / sqrt(variance + real(eps));
        make(all_out + row * m, x, m, [&](long long j, real v) {
            v = (v - mean) * scale;
            if (WEIGHT) v *= real(weight[(start + j) / INNER]);
            if (BIAS) v += real(bias[(start + j) / INNER]);
            return v;
        });
        if (threadIdx.x == 0) {
            if (CENTER) means[row] = mean;
            variances[row] = variance, scales[row] = scale;
        }
    }
}
"""
_ROWS_GRADIENT = """
extern "C" __global__ void gradient(
    const stored *all_g, const stored *all_x, stored *all_out, const stored *weight,
    const real *means, const real *scales, long long each_sample, long long inner, long long rows, long long m
) {
    for (long long row = blockIdx.x; row < rows; row += gridDim.x) {
        const stored *g = all_g + row * m, *x = all_x + row * m;
        const long long start = row % each_sample * m;
        const real mean = CENTER ? means[row] : real(0), scale = scales[row];
        real sum = 0, product = 0;
        each(g, x, m, [&](long long j, real v, real w) {
            if (WEIGHT) v *= real(weight[(start + j) / INNER]);
            sum += v, product += v * (w - mean);
        });
        const real shift = CENTER ? block_sum(sum) * (1 / real(m)) : real(0);
        const real slope = block_sum(product) * (1 / real(m)) * scale * scale;
        make(all_out + row * m, g, x, m, [&](long long j, real v, real w) {
            if (WEIGHT) v *= real(weight[(start + j) / INNER]);
            return (v - shift - (w - mean) * slope) * scale;
        });
    }
}
"""

_MOMENTS = """
struct Local { real count = 0, total = 0, first = 0, sum = 0, square = 0; };
struct Part { real count, total, moment; };
static __device__ Part packed(Local x) {
    return {x.count, x.total, x.count > 0 ? x.square - x.sum * (x.sum / x.count) : real(0)};
}
static __device__ Part joined(Part a, Part b) {
    if (a.count == 0) return b;
    if (b.count == 0) return a;
    const real n = a.count + b.count, d = b.total / b.count - a.total / a.count;
    return {n, a.total + b.total, a.moment + b.moment + d * d * (a.count * (b.count / n))};
}
"""
_TAKE_MOMENTS = """
        const real v = x[at];
        if (mine.count == 0) mine.first = v;
        const real d = v - mine.first;
        mine.count += 1, mine.total += v, mine.sum += d, mine.square += d * d;
    """
_FINISH_MOMENTS = """
    const real variance = all.moment < 0 ? real(0) : all.moment / all.count;
    means[c] = all.total / all.count, variances[c] = variance, scales[c] = 1 / sqrt(variance + real(eps));
"""
_SUMS = """
struct Local { real sum = 0, product = 0; };
struct Part { real sum, product; };
static __device__ Part packed(Local x) { return {x.sum, x.product}; }
static __device__ Part joined(Part a, Part b) { a.sum += b.sum, a.product += b.product; return a; }
"""
_STATISTICS = "const stored *x, real *means, real *variances, real *scales, double eps"
_NORMALIZED = (
    "const stored *x, stored *out, const stored *weight, const stored *bias, const real *means, const real *scales"
)
_SUMMED = "const stored *g, const stored *x, const real *means, const real *scales, real *sums, real *products"
_GRADIENT = (
    "const stored *g, const stored *x, stored *out, const stored *weight, const real *means, const real *scales,"
    " const real *sums, const real *products, double portion"
)


def _text(text: str, center: bool, weight: Any, bias: Any, inner: int) -> str:
    """The text for what is given, without branches for what is not."""
    settings = {"CENTER": center, "WEIGHT": weight is not None, "BIAS": bias is not None}
    defined = "".join(f"#define {name} {int(value)}\n" for name, value in settings.items())
    return f"{defined}#define INNER {1 if inner == 1 else 'inner'}\n{text}"


def _wide(x: Any) -> Any:
    """The dtype that statistics have."""
    return np.float32 if x.dtype.char == "e" else x.dtype


def _numbers(x: Any, count: int) -> Any:
    return kind_of(x).empty(count, _wide(x))


def normalize(x: Any, weight: Any, bias: Any, groups: View, channels: View, eps: float, center: bool) -> Any:
    each = groups_of_a_sample(groups, channels)
    if not fits(x, weight, bias) or not (each or center):
        return NotImplemented
    out, count = np.empty_like(x), groups[1]
    means, variances, scales = (_numbers(x, count) for _ in range(3))
    if each:
        inner = channels[2]
        text = _text(_ROWS, center, weight, bias, inner)
        given = (weight, bias, means, variances, scales, eps, each, inner)
        launch_rows(text, "normalize", count, groups[2], (x, out), *given)
        return out, means if center else None, variances, scales
    reduce_channels(
        _MOMENTS, _STATISTICS, _TAKE_MOMENTS, _FINISH_MOMENTS, groups, x, 3, x, means, variances, scales, eps
    )
    factor = "scales[c]" if weight is None else "scales[c] * real(weight[c])"
    shift = "" if bias is None else " + real(bias[c])"
    made = f"out[at] = stored((real(x[at]) - means[c]) * ({factor}){shift});"
    over_channels(_NORMALIZED, made, groups, x, x, out, weight, bias, means, scales)
    return out, means, variances, scales


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
) -> Any:
    each = groups_of_a_sample(groups, channels)
    if g.dtype != x.dtype or not fits(x, weight) or scale.dtype != _wide(x) or not (each or center):
        return NotImplemented
    g = in_order(g)
    out = np.empty_like(x) if wanted[0] else None
    sums = products = None
    if any(wanted[1:]) or not each:
        sums, products = _numbers(x, channels[1]), _numbers(x, channels[1])
        # The element number `place` of a sample is in the sample's group place / m.
        group = f"i * {each} + place / {groups[2]}" if each else "my_channel()"
        mean = f"(real(x[at]) - means[{group}])" if center else "real(x[at])"
        factor = f" * scales[{group}]" if each else ""
        take = f"const real v = g[at]; mine.sum += v, mine.product += v * {mean}{factor};"
        finish = f"sums[c] = all.sum, products[c] = all.product{'' if each else ' * scales[c]'};"
        reduce_channels(_SUMS, _SUMMED, take, finish, channels, x, 2, g, x, means, scale, sums, products)
    if out is not None and each:
        text = _text(_ROWS_GRADIENT, center, weight, None, channels[2])
        given = (weight, means, scale, each, channels[2])
        launch_rows(text, "gradient", groups[1], groups[2], (g, x, out), *given)
    elif out is not None:
        factor = "" if weight is None else " * real(weight[c])"
        made = (
            "const real s = scales[c], p = real(portion);"
            " out[at] = stored((real(g[at]) - sums[c] * p - (real(x[at]) - means[c]) * (products[c] * p * s))"
            f" * (s{factor}));"
        )
        portion = 1 / (groups[0] * groups[2])
        over_channels(_GRADIENT, made, groups, x, g, x, out, weight, means, scale, sums, products, portion)
    return out, products if wanted[1] else None, sums if wanted[2] else None


def _by_channel(x: Any) -> View:
    return x.shape[0], x.shape[1], math.prod(x.shape[2:])


def affine(x: Any, scale: Any, shift: Any) -> Any:
    if not fits(x, scale, shift):
        return NotImplemented
    out = np.empty_like(x)
    made = "out[at] = stored(real(x[at]) * real(scale[c]) + real(shift[c]));"
    parameters = "const stored *x, stored *out, const stored *scale, const stored *shift"
    over_channels(parameters, made, _by_channel(x), x, x, out, scale, shift)
    return out


def affine_gradients(g: Any, x: Any, scale: Any) -> Any:
    if x.dtype.char == "e" or not fits(x, g, scale):
        return NotImplemented
    view, out = _by_channel(x), np.empty_like(x)
    over_channels(
        "const stored *g, stored *out, const stored *scale", "out[at] = g[at] * scale[c];", view, x, g, out, scale
    )
    sums, products = _numbers(x, view[1]), _numbers(x, view[1])
    take = "const real v = g[at]; mine.sum += v, mine.product += v * real(x[at]);"
    finish = "sums[c] = all.sum, products[c] = all.product;"
    parameters = "const stored *g, const stored *x, real *sums, real *products"
    reduce_channels(_SUMS, parameters, take, finish, view, x, 2, g, x, sums, products)
    return out, products, sums
