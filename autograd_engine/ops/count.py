"""Places and counts: integers read off numbers, through which no gradient flows."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any, Generic, Literal, NamedTuple, overload

import numpy as np

from ..backend.arrays import Array, ArrayT, astype, unboxed
from ..backend.kinds import kind_of
from ..engine.primitive import primitive
from .dims import normalize_dim
from .gather import take_along_dim
from .names import operator

# ------------------------------------------------------------------------------- places and counts


@primitive
def _places(edges: Array, x: Array, *, right: bool, dtype: np.dtype[Any]) -> Array:
    side: Any = "right" if right else "left"
    kind = kind_of(edges)
    x = kind.asarray(x)
    if edges.ndim == 1:
        return unboxed(kind.asarray(np.searchsorted(edges, x, side)).astype(dtype))
    n = math.prod(x.shape[:-1])
    rows, wanted = edges.reshape(n, edges.shape[-1]), x.reshape(n, x.shape[-1])
    found = [np.searchsorted(row, values, side) for row, values in zip(rows, wanted, strict=True)]
    return np.stack(found).astype(dtype).reshape(x.shape) if found else kind.zeros(x.shape, dtype)


@operator("torch", raw_too=True)
def searchsorted(
    sorted_sequence: Array,
    x: Array,
    *,
    out_int32: bool = False,
    right: bool = False,
    side: str | None = None,
    sorter: Array | None = None,
) -> Array:
    """Where each element of `x` would have to be inserted to keep the order: the first such place, or, with
    `right=True` or `side="right"`, the last.

    Shapes: `sorted_sequence` is 1-D, or has the shape of `x` but for the last size. The result has the shape of
    `x`; it is int64, or int32 with `out_int32`.

    Args:
        sorter: the indices that sort `sorted_sequence`, if it is not sorted itself.

    Raises:
        ValueError: the shapes do not fit, or the side is unknown.

    Example:
        >>> searchsorted(tensor([1.0, 3.0, 5.0]), tensor([3.0, 4.0]))
        tensor([1, 2])
    """
    if side not in (None, "left", "right"):
        raise ValueError(f'searchsorted: side is "left" or "right", not {side!r}')
    if right and side == "left":
        raise ValueError('searchsorted: right=True contradicts side="left"')
    if sorter is not None:
        sorted_sequence = take_along_dim(sorted_sequence, sorter, -1)
    shape, wanted = tuple(sorted_sequence.shape), tuple(getattr(x, "shape", ()))
    if not shape or (len(shape) > 1 and shape[:-1] != wanted[:-1]):
        raise ValueError(f"searchsorted: a sequence of shape {shape} does not fit values of shape {wanted}")
    dtype = np.dtype(np.int32 if out_int32 else np.int64)
    return _places(sorted_sequence, x, right=right or side == "right", dtype=dtype)


@operator("torch")
def bucketize(x: Array, boundaries: Array, *, out_int32: bool = False, right: bool = False) -> Array:
    """The bucket of each element: i where boundaries[i-1] < x <= boundaries[i], or with `right=True` where
    boundaries[i-1] <= x < boundaries[i].

    Raises:
        ValueError: `boundaries` is not 1-D.

    Example:
        >>> bucketize(tensor([0.0, 3.0, 9.0]), tensor([1.0, 3.0, 5.0]))
        tensor([0, 1, 3])
    """
    if len(boundaries.shape) != 1:
        raise ValueError(f"bucketize: boundaries must be 1-D, not of shape {tuple(boundaries.shape)}")
    return searchsorted(boundaries, x, out_int32=out_int32, right=right)


@primitive
def _histc(x: Array, *, bins: int, low: float, high: float) -> Array:
    values = x.reshape(-1)
    if low == high and values.size:
        low, high = values.min(), values.max()
        if not np.isfinite(low) or not np.isfinite(high):
            raise ValueError(f"from {low} to {high} there are no equal parts; give min and max")
    if low == high:
        low, high = low - 1, high + 1
    inside = values[(values >= low) & (values <= high)]
    place = ((inside - low) / (high - low) * bins).astype(np.int64)
    return np.bincount(np.minimum(place, bins - 1), minlength=bins).astype(x.dtype)


@operator("torch Tensor")
def histc(x: Array, bins: int = 100, min: float = 0, max: float = 0) -> Array:
    """How many elements fall into each of `bins` equal parts of [min, max], in the dtype of `x`.

    With equal bounds the smallest and the largest element are the bounds. What lies outside is not
    counted.

    Raises:
        ValueError: no bins, min above max, or equal bounds for elements that are not finite.

    Example:
        >>> histc(tensor([1.0, 2.0, 1.0]), bins=4, min=0, max=3)
        tensor([0., 2., 1., 0.])
    """
    if bins < 1 or min > max:
        raise ValueError(f"histc: expected bins >= 1 and min <= max, got {bins} bins in [{min}, {max}]")
    return _histc(x, bins=bins, low=min, high=max)


class HistogramResult(NamedTuple, Generic[ArrayT]):
    """How many elements each bin has, and the edges of the bins."""

    hist: ArrayT
    bin_edges: ArrayT


@primitive(outputs=2)
def _histogram(x: Array, bins: Any, weight: Array, *, range: tuple[float, float] | None, density: bool) -> Any:
    kind = kind_of(x)  # whose library finds no edges, so the host computes
    values = kind.read(x).reshape(-1)
    edges = astype(
        np.histogram_bin_edges(values, bins if isinstance(bins, int) else kind.read(bins), range), x.dtype
    )
    inside = (values >= edges[0]) & (values <= edges[-1])
    places = np.minimum(np.searchsorted(edges, values[inside], "right"), len(edges) - 1) - 1
    weights = None if weight is None else kind.read(weight).reshape(-1)[inside]
    counts = np.bincount(places, weights, len(edges) - 1)
    if density:
        counts = counts / counts.sum() / np.diff(edges)
    return kind.sent(astype(counts, x.dtype)), kind.sent(edges.copy())


@operator("torch Tensor")
def histogram(
    x: Array,
    bins: int | Array,
    *,
    range: Sequence[float] | None = None,
    weight: Array | None = None,
    density: bool = False,
) -> HistogramResult[Array]:
    """How many elements fall into each bin, and the edges of the bins; both in the dtype of `x`.

    A bin contains its left edge and not its right one, but for the last bin, which contains both.

    Args:
        bins: how many bins of equal width; or their edges, 1-D and ascending.
        range: the edges of the first and the last bin; by default the smallest and the largest element.
        weight: what each element counts, as many as `x` has; by default 1.
        density: divide by the sum and by the widths, so that the integral over all bins is 1.

    Raises:
        ValueError: no bins, edges that do not ascend, or another number of weights.

    Example:
        >>> histogram(tensor([1.0, 2.0, 1.0]), bins=4, range=(0.0, 3.0))
        HistogramResult(hist=tensor([0., 2., 1., 0.]), bin_edges=tensor([0.0000, 0.7500, 1.5000, 2.2500, 3.0000]))
    """
    if weight is not None and math.prod(weight.shape) != math.prod(x.shape):
        raise ValueError(f"histogram: {math.prod(weight.shape)} weights for {math.prod(x.shape)} elements")
    if isinstance(bins, int) and bins < 1:
        raise ValueError(f"histogram: expected bins >= 1, got {bins}")
    limits = None if range is None else (float(range[0]), float(range[1]))
    return HistogramResult(*_histogram(x, bins, weight, range=limits, density=density))


@primitive
def _bincount(x: Array, weights: Array, *, minlength: int) -> Array:
    counts = np.bincount(x, weights, minlength)
    return (
        counts
        if weights is None
        else astype(counts, weights.dtype if weights.dtype == np.float32 else counts.dtype)
    )


@operator("torch Tensor")
def bincount(x: Array, weights: Array | None = None, minlength: int = 0) -> Array:
    """How often each integer 0, 1, ... occurs in the 1-D `x`; with `weights`, the sum of those at its places.

    Dtypes: counts are int64; sums of float32 are float32, and those of any other dtype float64.

    Args:
        weights: one for each element of `x`.
        minlength: the least number of integers to count, from 0 on.

    Raises:
        ValueError: `x` is not 1-D or holds something else than integers from 0 on, or `weights` has another shape.

    Example:
        >>> bincount(tensor([0, 2, 2]))
        tensor([1, 0, 2])
    """
    if len(x.shape) != 1 or x.dtype.kind not in "iu" or bool((x < 0).any()):
        raise ValueError(
            f"bincount: expected one dimension of integers that are not negative, got {x.dtype}{list(x.shape)}"
        )
    if weights is not None and weights.shape != x.shape:
        raise ValueError(f"bincount: weights of shape {tuple(weights.shape)} for {x.shape[0]} integers")
    return _bincount(x, weights, minlength=minlength)


@primitive
def _isin(elements: Array, test_elements: Array, *, invert: bool) -> Array:
    return unboxed(np.isin(elements, test_elements, invert=invert))


@operator("torch")
def isin(elements: Array, test_elements: Array, *, assume_unique: bool = False, invert: bool = False) -> Array:
    """Whether each element is one of `test_elements`, or with `invert` whether it is none of them.

    `assume_unique` may speed up PyTorch's search and is not needed here.

    Example:
        >>> isin(tensor([1, 2, 3]), tensor([3, 1]))
        tensor([ True, False,  True])
    """
    return _isin(elements, test_elements, invert=invert)


@primitive(outputs=3)
def _unique(x: Array, *, dim: int | None) -> Any:
    output, inverse, counts = np.unique(x, return_inverse=True, return_counts=True, axis=dim, equal_nan=False)
    return output, unboxed(inverse.reshape(x.shape if dim is None else -1)), counts


@primitive(outputs=3)
def _runs(x: Array, *, dim: int | None) -> Any:
    rows = x.reshape(-1) if dim is None else np.moveaxis(x, dim, 0)
    n = len(rows)
    starts = kind_of(x).ones(n, bool)
    starts[1:] = (rows[1:] != rows[:-1]).any(tuple(range(1, rows.ndim)))
    inverse = np.cumsum(starts) - 1
    counts = np.diff(np.flatnonzero(np.concatenate([starts, kind_of(x).ones(1, bool)])))
    output = rows[starts]
    if dim is None:
        return output, unboxed(inverse.reshape(x.shape)), counts
    return np.moveaxis(output, 0, dim), inverse, counts


def _requested(found: Sequence[Any], return_inverse: bool, return_counts: bool) -> Any:
    output, inverse, counts = found
    chosen = [output, *([inverse] if return_inverse else []), *([counts] if return_counts else [])]
    return tuple(chosen) if len(chosen) > 1 else chosen[0]


@overload
def unique(
    x: Array,
    sorted: bool = True,
    return_inverse: Literal[False] = False,
    return_counts: Literal[False] = False,
    dim: int | None = None,
) -> Array: ...


@overload
def unique(
    x: Array, sorted: bool = True, return_inverse: bool = False, return_counts: bool = False, dim: int | None = None
) -> Array | tuple[Array, ...]: ...


@operator("torch Tensor")
def unique(
    x: Array, sorted: bool = True, return_inverse: bool = False, return_counts: bool = False, dim: int | None = None
) -> Array | tuple[Array, ...]:
    """The distinct elements, or the distinct slices along `dim`; in order, `sorted` or not. No gradient flows.

    `return_inverse` adds a tensor with each element's index in the result, and `return_counts` one that says how
    often each distinct element occurs.

    Example:
        >>> unique(tensor([3, 1, 3]), return_counts=True)
        (tensor([1, 3]), tensor([1, 2]))
    """
    dim = dim if dim is None else normalize_dim(dim, len(x.shape), "unique")
    return _requested(_unique(x, dim=dim), return_inverse, return_counts)


@overload
def unique_consecutive(
    x: Array, return_inverse: Literal[False] = False, return_counts: Literal[False] = False, dim: int | None = None
) -> Array: ...


@overload
def unique_consecutive(
    x: Array, return_inverse: bool = False, return_counts: bool = False, dim: int | None = None
) -> Array | tuple[Array, ...]: ...


@operator("torch Tensor")
def unique_consecutive(
    x: Array, return_inverse: bool = False, return_counts: bool = False, dim: int | None = None
) -> Array | tuple[Array, ...]:
    """The first of every run of equal elements, or of equal slices along `dim`. No gradient flows.

    `return_inverse` adds a tensor with the number of each element's run, `return_counts` the lengths of the runs.

    Example:
        >>> unique_consecutive(tensor([1, 1, 2, 1]))
        tensor([1, 2, 1])
    """
    dim = dim if dim is None else normalize_dim(dim, len(x.shape), "unique_consecutive")
    return _requested(_runs(x, dim=dim), return_inverse, return_counts)
