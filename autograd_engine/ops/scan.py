"""Scans: every element of the result depends on the elements before it along one dimension.

The derivative of a scan is a scan in the other direction. Differences are here too, because they undo running sums,
and so are trapezoids, which are summed.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Generic, NamedTuple

import numpy as np

from ..backend.arrays import Array, ArrayT, astype
from ..backend.kinds import kind_of
from ..backend.sums import accumulated, widened
from ..engine.broadcast import clone
from ..engine.graph import raw
from ..engine.primitive import primitive
from .comparison import isinf, logical_not, logical_xor
from .dims import along, dims_of, normalize_dim
from .gather import take_along_dim
from .math import exp
from .names import operator
from .operands import to_dtype
from .piecewise import masked, where
from .reduce import argmax, sum
from .shape import cat, joined, ravel, unsqueeze

_BLOCK = 16
"""Elements per block of a running sum."""
_PANEL = 256
"""Blocks per product: below the size from which BLAS starts threads, which cost more than they gain here."""
_LARGE = 4096
"""From so many elements on, the faster ways to sum pay off."""


def _reversed(x: Any, dim: int) -> Any:
    """The raw array seen from the other end of `dim`."""
    return x[along(dim, slice(None, None, -1))]


def _sums_by_blocks(x: Any, reverse: bool) -> Any:
    """Running sums along the last dimension, by products with a triangle of ones. A product does several additions
    at once, while in a plain scan each addition waits for the one before it. The sum of all that comes before a
    block is added to its first element beforehand."""
    *outer, n = x.shape
    blocks = -(-n // _BLOCK)
    padded = (np.zeros if n % _BLOCK else np.empty)((*outer, blocks * _BLOCK), x.dtype)
    padded[..., :n] = x
    padded = padded.reshape(*outer, blocks, _BLOCK)
    ones = np.ones((_BLOCK, _BLOCK), x.dtype)
    totals = _running_sums(padded @ ones[0], len(outer), reverse)
    if reverse:
        padded[..., :-1, -1] += totals[..., 1:]
    else:
        padded[..., 1:, 0] += totals[..., :-1]
    rows = padded.reshape(-1, _BLOCK)
    triangle, out = np.tril(ones) if reverse else np.triu(ones), np.empty_like(rows)
    whole = len(rows) // _PANEL * _PANEL
    np.matmul(rows[:whole].reshape(-1, _PANEL, _BLOCK), triangle, out=out[:whole].reshape(-1, _PANEL, _BLOCK))
    np.matmul(rows[whole:], triangle, out=out[whole:])
    return out.reshape(*outer, blocks * _BLOCK)[..., :n]


def _running_sums(x: Any, dim: int, reverse: bool) -> Any:
    if x.dtype == np.float16:
        return _running_sums(widened(x), dim, reverse).astype(x.dtype)
    n = x.shape[dim]
    if x.size >= _LARGE and x.dtype.kind == "f" and n > _BLOCK and kind_of(x).readable:
        if dim == x.ndim - 1:
            with np.errstate(invalid="ignore", over="ignore"):
                out = _sums_by_blocks(x, reverse)
            # In a product an infinity turns its neighbours into NaN. It always shows in the last sum.
            if np.isfinite(out[..., 0 if reverse else -1]).all():
                return out
        elif x.size // n >= _LARGE // _BLOCK:
            out = np.empty(x.shape, x.dtype)
            last: Any = x.dtype.type(0)
            for i in range(n)[:: -1 if reverse else 1]:
                place = along(dim, i)
                last = np.add(last, x[place], out=out[place])
            return out
    if reverse:
        return _reversed(accumulated(np.add.accumulate, _reversed(x, dim), axis=dim), dim)
    return accumulated(np.add.accumulate, x, axis=dim)


@primitive(x=lambda g, dim, reverse: _cumsum(g, dim=dim, reverse=not reverse))
def _cumsum(x: Array, *, dim: int, reverse: bool) -> Array:
    return _running_sums(x, dim, reverse)


def _scanned(x: Array, dim: int, dtype: Any, name: str) -> tuple[Array, int]:
    dim = normalize_dim(dim, len(x.shape), name)
    return (x if dtype is None else to_dtype(x, dtype)), dim


@operator("torch Tensor", in_place="Tensor")
def cumsum(x: Array, dim: int, *, dtype: Any = None) -> Array:
    """The running sum along `dim`: out[k] = x[0] + ... + x[k]. Booleans and integers sum to int64.

    Large sums are formed in blocks, which rounds less than adding one element after the other.

    Example:
        >>> cumsum(tensor([1.0, 2.0, 3.0]), 0)
        tensor([1., 3., 6.])
    """
    x, dim = _scanned(x, dim, dtype, "cumsum")
    out = _cumsum(x, dim=dim, reverse=False) if x.shape else _cumsum(ravel(x), dim=0, reverse=False)[0]
    return out if dtype is None else to_dtype(out, dtype)


def _cumprod_rule(g: Array, x: Array, out: Array, dim: int) -> Array:
    """sum_{k >= i} g[k] out[k] / x[i]; or, where a zero forbids the division, the product before i times
    sum_{k >= i} g[k] x[i+1] ... x[k], from a matrix of products."""
    if x.shape[dim] == 1:
        return g
    if not np.any(raw(x) == 0):
        return _cumsum(g * out, dim=dim, reverse=True) / x
    n = x.shape[dim]
    trailing = (1,) * (len(x.shape) - dim - 1)
    kind = kind_of(raw(x))
    later = np.triu(kind.ones((n, n), bool), 1).reshape(n, n, *trailing)
    reached = np.triu(kind.ones((n, n), bool)).reshape(n, n, *trailing)
    one = x.dtype.type(1)
    products = _cumprod(where(later, unsqueeze(x, dim), one), dim=dim + 1)
    after = sum(masked(products * unsqueeze(g, dim), reached), dim + 1)
    first = kind.ones((*x.shape[:dim], 1, *x.shape[dim + 1 :]), x.dtype)
    return after * cat([first, out[along(dim, slice(None, -1))]], dim)


@primitive(x=_cumprod_rule)
def _cumprod(x: Array, *, dim: int) -> Array:
    return accumulated(np.multiply.accumulate, x, axis=dim)


@operator("torch Tensor", in_place="Tensor")
def cumprod(x: Array, dim: int, *, dtype: Any = None) -> Array:
    """The running product along `dim`: out[k] = x[0] ... x[k]. Its derivatives are right at zeros too.

    Example:
        >>> cumprod(tensor([2.0, 3.0, 4.0]), 0)
        tensor([ 2.,  6., 24.])
    """
    x, dim = _scanned(x, dim, dtype, "cumprod")
    out = _cumprod(x, dim=dim) if x.shape else _cumprod(ravel(x), dim=0)[0]
    return out if dtype is None else to_dtype(out, dtype)


# ------------------------------------------------------------------------------ running extremes


class Extremes(NamedTuple, Generic[ArrayT]):
    """The largest or smallest elements so far along a dimension, and where each one lies."""

    values: ArrayT
    indices: ArrayT


@primitive
def _last_record(x: Array, *, dim: int, largest: bool) -> Array:
    """The index of the latest element that is as extreme as all before it; NaN is the most extreme."""
    kind = kind_of(x)
    record = kind.accumulate(np.maximum if largest else np.minimum, x, dim) == x
    if x.dtype.kind == "f":
        record |= np.isnan(x)
    places = kind.arange(x.shape[dim]).reshape(-1, *(1,) * (x.ndim - dim - 1))
    return kind.accumulate(np.maximum, np.where(record, places, 0), dim)


def _running_extreme(x: Array, dim: int, largest: bool, name: str) -> Extremes[Array]:
    dim = normalize_dim(dim, len(x.shape), name)
    if not x.shape:
        return Extremes(clone(x), argmax(x))
    indices = _last_record(x, dim=dim, largest=largest)
    return Extremes(take_along_dim(x, indices, dim), indices)


@operator("torch Tensor")
def cummax(x: Array, dim: int) -> Extremes[Array]:
    """The largest element so far along `dim`, `(values, indices)`; of equal ones the last is named.

    The gradient goes to the elements that `indices` names. NaN counts as largest.

    Example:
        >>> cummax(tensor([1.0, 3.0, 2.0]), 0).values
        tensor([1., 3., 3.])
    """
    return _running_extreme(x, dim, True, "cummax")


@operator("torch Tensor")
def cummin(x: Array, dim: int) -> Extremes[Array]:
    """The smallest element so far along `dim`, `(values, indices)`; of equal ones the last is named.

    The gradient goes to the elements that `indices` names. NaN counts as smallest.

    Example:
        >>> cummin(tensor([2.0, 1.0, 3.0]), 0).values
        tensor([2., 1., 1.])
    """
    return _running_extreme(x, dim, False, "cummin")


def _logcumsumexp_rule(g: Array, x: Array, out: Array, dim: int) -> Array:
    """sum_{k >= i} g[k] e^(x[i] - out[k]). The exponent is never positive, but e^x[i] or e^-out[k] alone may
    overflow; where one would, a matrix of all the differences is used. Infinite elements get gradient 0 there."""
    values = raw(out)
    low, high = (values.min(), values.max()) if values.size else (0.0, 0.0)
    if high - low < 80:
        middle = kind_of(values).asarray((low + high) / 2, x.dtype)
        return exp(x - middle) * _cumsum(g * exp(middle - out), dim=dim, reverse=True)
    n = x.shape[dim]
    reached = np.triu(kind_of(values).ones((n, n), bool)).reshape(n, n, *(1,) * (len(x.shape) - dim - 1))
    reached = reached & np.expand_dims(~np.isinf(raw(x)), dim + 1)
    exponents = masked(unsqueeze(x, dim + 1) - unsqueeze(masked(out, logical_not(isinf(out))), dim), reached)
    return sum(masked(exp(exponents) * unsqueeze(g, dim), reached), dim + 1)


@primitive(floating=True, x=_logcumsumexp_rule)
def _logcumsumexp(x: Array, *, dim: int) -> Array:
    return astype(kind_of(x).accumulate(np.logaddexp, widened(x), dim), x.dtype)


@operator("torch Tensor")
def logcumsumexp(x: Array, dim: int) -> Array:
    """log(e^x[0] + ... + e^x[k]) along `dim`, which does not overflow.

    Example:
        >>> logcumsumexp(tensor([0.0, 0.0, 1000.0]), 0)
        tensor([0.0000e+00, 6.9315e-01, 1.0000e+03])
    """
    dim = normalize_dim(dim, len(x.shape), "logcumsumexp")
    return _logcumsumexp(x, dim=dim) if x.shape else clone(x)


# ----------------------------------------------------------------------- differences and trapezoids


@operator("torch Tensor")
def diff(x: Array, n: int = 1, dim: int = -1, prepend: Array | None = None, append: Array | None = None) -> Array:
    """The `n`-th differences of neighbours along `dim`, after joining `prepend` and `append` to its ends.

    For booleans the result says whether neighbours differ. For n = 0 it is `x` alone.

    Shapes: the result is shorter by `n` along `dim`, and empty where nothing is left.

    Raises:
        ValueError: `x` is 0-d, `n` is negative, or `prepend` or `append` does not fit.

    Example:
        >>> diff(tensor([1.0, 4.0, 9.0]))
        tensor([3., 5.])
    """
    if not x.shape:
        raise ValueError("diff: a 0-d tensor has no neighbours")
    if n < 0:
        raise ValueError(f"diff: n must not be negative, got {n}")
    dim = normalize_dim(dim, len(x.shape), "diff")
    for name, end in (("prepend", prepend), ("append", append)):
        if end is not None and len(end.shape) != len(x.shape):
            raise ValueError(f"diff: {name} of shape {tuple(end.shape)} does not fit {tuple(x.shape)}")
    if n == 0:
        return clone(x)
    pieces = [t for t in (prepend, x, append) if t is not None]
    x = joined(tuple(pieces), dim, "diff") if len(pieces) > 1 else x
    for _ in range(n):
        right, left = x[along(dim, slice(1, None))], x[along(dim, slice(None, -1))]
        x = logical_xor(right, left) if x.dtype.kind == "b" else right - left
    return x


def _along_dim(coordinates: Array, ndim: int, dim: int) -> Array:
    """1-D coordinates as they lie along `dim` of a tensor."""
    return coordinates.reshape(tuple(-1 if d == dim else 1 for d in range(ndim)))


def _slopes(x: Array, spacing: Any, dim: int, edge_order: int) -> Array:
    """The derivative along `dim`: second-order differences inside, one-sided ones at the two ends."""

    def part(start: int | None, stop: int | None) -> Array:
        return x[along(dim, slice(start, stop))]

    n = x.shape[dim]
    if getattr(spacing, "shape", ()):
        h = _along_dim(spacing[1:] - spacing[:-1], len(x.shape), dim)
        before, after = (h[along(dim, slice(*ends))] for ends in ((None, -1), (1, None)))
        first, second, last, next_last = (
            h[along(dim, slice(*ends))] for ends in ((0, 1), (1, 2), (n - 2, n - 1), (n - 3, n - 2))
        )
    else:
        before = after = first = second = last = next_last = spacing
    if before is after:
        inside = (part(2, None) - part(None, -2)) / (2 * spacing)
    else:
        both = before + after
        inside = (
            part(None, -2) * (-after / (before * both))
            + part(1, -1) * ((after - before) / (before * after))
            + part(2, None) * (before / (after * both))
        )
    if edge_order == 1:
        head = (part(1, 2) - part(0, 1)) / first
        tail = (part(n - 1, n) - part(n - 2, n - 1)) / last
    else:
        head = (
            part(0, 1) * (-(2 * first + second) / (first * (first + second)))
            + part(1, 2) * ((first + second) / (first * second))
            - part(2, 3) * (first / (second * (first + second)))
        )
        tail = (
            part(n - 3, n - 2) * (last / (next_last * (next_last + last)))
            - part(n - 2, n - 1) * ((next_last + last) / (next_last * last))
            + part(n - 1, n) * ((2 * last + next_last) / (last * (next_last + last)))
        )
    return cat([head, inside, tail], dim)


@operator("torch", raw_too=True)
def gradient(
    x: Array, *, spacing: Array | Sequence[Array] = 1, dim: int | Sequence[int] | None = None, edge_order: int = 1
) -> tuple[Array, ...]:
    """The derivatives of sampled values along each of `dim` (all by default), by finite differences.

    The differences are central ones of second order inside, and one-sided ones at the two ends.

    Args:
        spacing: the distance between samples; or a sequence that holds, for each dimension, that distance or a
            1-D tensor of coordinates.
        edge_order: the order of the one-sided differences, 1 or 2.

    Returns:
        One tensor of the shape of `x` for each dimension.

    Raises:
        ValueError: too few samples, a spacing that does not fit, or another `edge_order`.

    Example:
        >>> gradient(tensor([1.0, 4.0, 9.0, 16.0]))
        (tensor([3., 4., 6., 7.]),)
    """
    dims = dims_of(dim, len(x.shape), "gradient")
    spacings = list(spacing) if isinstance(spacing, (list, tuple)) else [spacing] * len(dims)
    if len(spacings) != len(dims):
        raise ValueError(f"gradient: {len(spacings)} spacings for {len(dims)} dimensions")
    if edge_order not in (1, 2):
        raise ValueError(f"gradient: edge_order must be 1 or 2, not {edge_order}")
    for d, h in zip(dims, spacings, strict=True):
        n = x.shape[d]
        if n < edge_order + 1:
            raise ValueError(f"gradient: dim {d} has {n} samples, edge_order {edge_order} needs {edge_order + 1}")
        shape = tuple(getattr(h, "shape", ()))
        if shape and shape != (n,):
            raise ValueError(f"gradient: dim {d} has {n} samples but coordinates of shape {shape}")
    return tuple(_slopes(x, h, d, edge_order) for d, h in zip(dims, spacings, strict=True))


def _trapezoids(y: Array, x: Array | None, dx: Any, dim: int, name: str) -> tuple[Array, int]:
    """The areas between neighbouring samples along `dim`."""
    if not y.shape:
        raise ValueError(f"{name}: a 0-d tensor has no samples")
    if x is not None and dx is not None:
        raise TypeError(f"{name}: give the coordinates x or their distance dx, not both")
    dim = normalize_dim(dim, len(y.shape), name)
    heights = y[along(dim, slice(1, None))] + y[along(dim, slice(None, -1))]
    if x is None:
        return heights * ((1 if dx is None else dx) / 2), dim
    if len(x.shape) == 1:
        x = _along_dim(x, len(y.shape), dim)
    if len(y.shape) - dim > len(x.shape) or x.shape[dim - len(y.shape)] != y.shape[dim]:
        raise ValueError(
            f"{name}: {y.shape[dim]} samples along dim {dim} but coordinates of shape {tuple(x.shape)}"
        )
    return heights * diff(x, 1, dim - len(y.shape)) / 2, dim


@operator("torch", also="trapz", raw_too=True)
def trapezoid(y: Array, x: Array | None = None, *, dx: Any = None, dim: int = -1) -> Array:
    """The integral of samples along `dim` by the trapezoidal rule: sum (x[i+1] - x[i]) (y[i] + y[i+1]) / 2.

    Args:
        x: the coordinates, 1-D or of the shape of `y`; without them the samples lie `dx` apart, which is 1 by
            default.

    Raises:
        TypeError: both `x` and `dx` are given.
        ValueError: there are more or fewer coordinates than samples, or `y` is 0-d.

    Example:
        >>> trapezoid(tensor([1.0, 2.0, 3.0]))
        tensor(4.)
    """
    areas, dim = _trapezoids(y, x, dx, dim, "trapezoid")
    return sum(areas, dim)


@operator("torch", raw_too=True)
def cumulative_trapezoid(y: Array, x: Array | None = None, *, dx: Any = None, dim: int = -1) -> Array:
    """The running integral of samples along `dim` by the trapezoidal rule; it is shorter than `y` by one.

    Arguments and errors are those of `trapezoid`.

    Example:
        >>> cumulative_trapezoid(tensor([1.0, 2.0, 3.0]))
        tensor([1.5000, 4.0000])
    """
    areas, dim = _trapezoids(y, x, dx, dim, "cumulative_trapezoid")
    return cumsum(areas, dim)
