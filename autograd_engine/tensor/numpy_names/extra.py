"""NumPy's functions that PyTorch does not have, or has otherwise: compositions of ours, in NumPy's signatures."""

from __future__ import annotations

import math as _math
from typing import Any

import numpy as np

from ...backend.arrays import Array
from ...engine.graph import raw
from ...ops import (
    arithmetic,
    comparison,
    count,
    gather,
    index,
    piecewise,
    reduce,
    rounding,
    scan,
    shape,
    sort,
    statistics,
    windows,
)
from ...ops.linear_algebra import products
from ...ops.operands import as_array as _as_array
from ...ops.operands import constant_like, in_float32


def cbrt(x: Array) -> Array:
    """The real cube root."""
    return rounding.sign(x) * arithmetic.abs(x) ** (1 / 3)


# ------------------------------------------------------------------------------------- reductions


def ptp(a: Array, axis: Any = None, *, keepdims: bool = False) -> Array:
    """The range of values, from the smallest to the largest ("peak to peak")."""
    return reduce.amax(a, axis, keepdims) - reduce.amin(a, axis, keepdims)


def average(
    a: Array, axis: Any = None, weights: Array | None = None, returned: bool = False, *, keepdims: bool = False
) -> Any:
    """The weighted mean; with `returned`, also the sum of the weights.

    Raises:
        ValueError: `weights` has neither the shape of `a` nor one element for each slice along `axis`.
    """
    if weights is None:
        mean = reduce.mean(a, axis, keepdims)
        total: Any = _math.prod(a.shape) / max(_math.prod(mean.shape), 1)
        return (mean, full_like(mean, total)) if returned else mean
    if weights.shape != a.shape:
        if not isinstance(axis, int) or tuple(weights.shape) != (a.shape[axis],):
            raise ValueError(
                f"average: weights of shape {tuple(weights.shape)} for {tuple(a.shape)} and axis {axis}"
            )
        weights = weights.reshape((-1,) + (1,) * (len(a.shape) - axis % len(a.shape) - 1))
    total = reduce.sum(weights * full_like(a, 1), axis, keepdims)
    mean = reduce.sum(a * weights, axis, keepdims) / total
    return (mean, total) if returned else mean


def _percent(q: Any) -> Any:
    return np.asarray(raw(q), np.float64) / 100


def percentile(
    a: Array, q: Any, axis: int | None = None, *, method: str = "linear", keepdims: bool = False
) -> Array:
    """The q-th percentiles: the quantiles of q / 100."""
    return sort.quantile(a, _percent(q), axis, keepdims, interpolation=method)


def nanpercentile(
    a: Array, q: Any, axis: int | None = None, *, method: str = "linear", keepdims: bool = False
) -> Array:
    """`percentile` of the elements that are not NaN."""
    return sort.nanquantile(a, _percent(q), axis, keepdims, interpolation=method)


def nanmax(a: Array, axis: Any = None, *, keepdims: bool = False) -> Array:
    """The largest element that is not NaN; NaN where there is none."""
    found = reduce.amax(piecewise.where(comparison.isnan(a), -_math.inf, a), axis, keepdims)
    return piecewise.where(reduce.all(comparison.isnan(a), axis, keepdims), _math.nan, found)


def nanmin(a: Array, axis: Any = None, *, keepdims: bool = False) -> Array:
    """The smallest element that is not NaN; NaN where there is none."""
    return -nanmax(-a, axis, keepdims=keepdims)


def nanprod(a: Array, axis: int | None = None, *, keepdims: bool = False) -> Array:
    """The product of the elements that are not NaN."""
    return reduce.prod(piecewise.where(comparison.isnan(a), 1.0, a), axis, keepdims)


@in_float32
def nanvar(a: Array, axis: Any = None, *, ddof: float = 0, keepdims: bool = False) -> Array:
    """The variance of the elements that are not NaN."""
    known = comparison.logical_not(comparison.isnan(a))
    deviations = piecewise.masked(a - reduce.nanmean(a, axis, True), known)
    return reduce.sum(arithmetic.square(deviations), axis, keepdims) / (reduce.sum(known, axis, keepdims) - ddof)


@in_float32
def nanstd(a: Array, axis: Any = None, *, ddof: float = 0, keepdims: bool = False) -> Array:
    """The standard deviation of the elements that are not NaN."""
    return statistics.root(nanvar(a, axis, ddof=ddof, keepdims=keepdims))


def nancumsum(a: Array, axis: int | None = None) -> Array:
    """The running sum of the elements that are not NaN."""
    a = shape.ravel(a) if axis is None else a
    return scan.cumsum(piecewise.masked(a, a == a), axis or 0)


def nancumprod(a: Array, axis: int | None = None) -> Array:
    """The running product of the elements that are not NaN."""
    a = shape.ravel(a) if axis is None else a
    return scan.cumprod(piecewise.where(a == a, a, 1.0), axis or 0)


def unique(
    ar: Array,
    return_index: bool = False,
    return_inverse: bool = False,
    return_counts: bool = False,
    axis: int | None = None,
) -> Any:
    """The distinct elements in order. No gradient flows.

    Raises:
        TypeError: `return_index` is asked for.
    """
    if return_index:
        raise TypeError("np.unique with return_index is not recorded on tensors; pass x.detach().numpy()")
    return count.unique(ar, True, return_inverse, return_counts, axis)


# ------------------------------------------------------------------- interpolation and convolution


def digitize(x: Array, bins: Array, right: bool = False) -> Array:
    """The bucket of each element: i where bins[i-1] <= x < bins[i], or with `right` bins[i-1] < x <= bins[i]."""
    return count.searchsorted(_as_array(bins), x, right=not right)


def interp(x: Array, xp: Array, fp: Array, left: Any = None, right: Any = None) -> Array:
    """The value at `x` of the polygon through the points (xp, fp). Beyond its two ends the values are `left` and
    `right`, which by default are those at the ends."""
    x, xp, fp = map(_as_array, (x, xp, fp))
    inside = piecewise.clamp(x, xp[0], xp[-1])
    place = np.asarray(count.searchsorted(raw(xp), raw(inside), right=True))
    upper = np.clip(place, 1, xp.shape[0] - 1)
    x0, x1, y0, y1 = xp[upper - 1], xp[upper], fp[upper - 1], fp[upper]
    out = y0 + (inside - x0) * ((y1 - y0) / (x1 - x0))
    if left is not None:
        out = piecewise.where(x < xp[0], left, out)
    return out if right is None else piecewise.where(x > xp[-1], right, out)


def convolve(a: Array, v: Array, mode: str = "full") -> Array:
    """sum_k a[k] v[n - k]; `mode` keeps all places ("full"), as many as the longer one has ("same"), or those where
    both overlap completely ("valid").

    Raises:
        ValueError: not two vectors with elements, or another mode.
    """
    if len(a.shape) != 1 or len(v.shape) != 1 or not a.shape[0] or not v.shape[0]:
        raise ValueError(f"convolve: takes two vectors with elements, got {tuple(a.shape)} and {tuple(v.shape)}")
    if a.shape[0] < v.shape[0]:
        a, v = v, a
    m = v.shape[0]
    margins = {"full": (m - 1, m - 1), "same": (m // 2, (m - 1) // 2), "valid": (0, 0)}
    if mode not in margins:
        raise ValueError(f"convolve: mode is full, same or valid, not {mode!r}")
    left, right = margins[mode]
    return products.matmul(windows.unfold(pad(a, (left, right)), 0, m, 1), shape.flip(v, 0))


def correlate(a: Array, v: Array, mode: str = "valid") -> Array:
    """sum_k a[n + k] v[k], the convolution with `v` reversed; for the modes see `convolve`."""
    return convolve(a, shape.flip(v, 0), mode) if a.shape[0] >= v.shape[0] else _swapped(a, v, mode)


def _swapped(a: Array, v: Array, mode: str) -> Array:
    """The correlation with a longer `v` is that of `v` with `a`, reversed."""
    return shape.flip(correlate(v, a, mode), 0)


def polyval(p: Array, x: Array) -> Array:
    """p[0] x^(n-1) + ... + p[n-1], by Horner's scheme."""
    y: Any = 0
    for i in range(len(p)):
        y = y * x + p[i]
    return y


# ------------------------------------------------------------------------------- parts put together


def append(arr: Array, values: Array, axis: int | None = None) -> Array:
    """`arr` and `values` one after the other along `axis`; without it, both are flattened."""
    if axis is None:
        arr, values = (shape.ravel(_as_array(a)) for a in (arr, values))
    return shape.cat([arr, values], axis or 0)


def delete(arr: Array, obj: Any, axis: int | None = None) -> Array:
    """`arr` without its slices `obj` along `axis`; without `axis`, `arr` is flattened."""
    arr = shape.ravel(arr) if axis is None else arr
    return gather.index_select(arr, axis or 0, np.delete(np.arange(arr.shape[axis or 0]), obj))


def ediff1d(ary: Array) -> Array:
    """The differences of neighbours in the flattened array."""
    return scan.diff(shape.ravel(ary))


def extract(condition: Array, arr: Array) -> Array:
    """The elements where the condition holds, as one dimension."""
    return shape.ravel(arr)[shape.ravel(condition)]


def pad(array: Array, pad_width: Any, mode: str = "constant", *, constant_values: Any = 0) -> Array:
    """The array with a margin of one number around it; `pad_width` as for NumPy: n, (before, after), or one
    such pair for each dimension.

    Raises:
        TypeError: another mode.
    """
    if mode != "constant" or np.ndim(constant_values):
        raise TypeError(f"np.pad with mode {mode!r} or several constants is not recorded on tensors; use F.pad")
    sizes = tuple(array.shape)
    widths = np.broadcast_to(np.asarray(pad_width), (len(sizes), 2)).tolist()
    around = tuple(before + n + after for n, (before, after) in zip(sizes, widths, strict=True))
    middle = tuple(slice(before, before + n) for n, (before, _) in zip(sizes, widths, strict=True))
    return index.setitem(np.full(around, constant_values, array.dtype), middle, array)


def full_like(a: Array, fill_value: Any, dtype: Any = None) -> Array:
    """One number in the shape and dtype of `a`."""
    array = np.full_like(raw(a), fill_value, dtype)
    return constant_like(array[()] if array.ndim == 0 else array, a)
