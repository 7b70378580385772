"""Order: sorting, and what is read off sorted numbers.

A sort only moves numbers. So each of these operators finds indices, through which no gradient flows, and reads the
elements there; the derivative writes the gradient back to the same places. No place is read twice, so nothing needs
to be added up.
"""

from __future__ import annotations

from typing import Any, Generic, NamedTuple, overload

import numpy as np

from ..backend import kernels
from ..backend.arrays import Array, ArrayT
from ..backend.checks import are_checked
from ..backend.kinds import kind_of
from ..engine.broadcast import clone
from ..engine.graph import raw
from ..engine.primitive import primitive
from .arithmetic import lerp
from .dims import along, normalize_dim
from .gather import take_along_dim
from .names import operator
from .reduce import shared_by_equals
from .shape import movedim, ravel, reshape, squeeze


class Ordered(NamedTuple, Generic[ArrayT]):
    """Elements along a dimension, and where each one lies."""

    values: ArrayT
    indices: ArrayT


@primitive(x=lambda g, index, dim, x_shape: _write(g, index, dim=dim, size=x_shape[dim]))
def _read(x: Array, index: Array, *, dim: int) -> Array:
    """The elements at `index` along `dim`. The index names no element twice."""
    return np.take_along_axis(x, index, dim)


@primitive(x=lambda g, index, dim: _read(g, index, dim=dim))
def _write(x: Array, index: Array, *, dim: int, size: int) -> Array:
    """Zeros of size `size` along `dim`, with `x` written at `index`."""
    shape = (*x.shape[:dim], size, *x.shape[dim + 1 :])
    kind = kind_of(x)
    out = (kind.empty if index.shape == shape else kind.zeros)(shape, x.dtype)
    np.put_along_axis(out, index, x, dim)
    return out


@primitive
def _order(x: Array, *, dim: int, descending: bool) -> Array:
    """The indices that sort `x`; equal elements keep their order. NaN counts as largest."""
    if not descending:
        return kernels.argsort(x, dim)
    last = along(dim, slice(None, None, -1))
    return (x.shape[dim] - 1 - kernels.argsort(x[last], dim))[last]


@operator("torch Tensor")
def argsort(x: Array, dim: int = -1, descending: bool = False, stable: bool = False) -> Array:
    """The indices (int64) that sort `x` along `dim`. Equal elements always keep their order, `stable` or not.

    Example:
        >>> argsort(tensor([3.0, 1.0, 2.0]))
        tensor([1, 2, 0])
    """
    dim = normalize_dim(dim, len(x.shape), "argsort")
    return _order(x, dim=dim, descending=descending) if x.shape else _order(ravel(x), dim=0, descending=False)[0]


@operator("torch Tensor")
def sort(x: Array, dim: int = -1, descending: bool = False, stable: bool = False) -> Ordered[Array]:
    """The elements in order along `dim`, `(values, indices)`. Equal elements always keep their order.

    NaN counts as largest. The gradient goes to the elements that `indices` names.

    Example:
        >>> sort(tensor([3.0, 1.0, 2.0])).values
        tensor([1., 2., 3.])
    """
    dim = normalize_dim(dim, len(x.shape), "sort")
    if not x.shape:
        return Ordered(clone(x), argsort(x))
    index = _order(x, dim=dim, descending=descending)
    return Ordered(_read(x, index, dim=dim), index)


@operator("torch Tensor")
def msort(x: Array) -> Array:
    """The elements in order along the first dimension.

    Example:
        >>> msort(tensor([3.0, 1.0, 2.0]))
        tensor([1., 2., 3.])
    """
    return sort(x, 0).values


@operator("torch Tensor")
def topk(x: Array, k: int, dim: int = -1, largest: bool = True, sorted: bool = True) -> Ordered[Array]:
    """The `k` largest (or smallest) elements along `dim`, `(values, indices)`, in order, `sorted` or not.

    Raises:
        ValueError: `k` is negative or exceeds the size of `dim`.

    Example:
        >>> topk(tensor([3.0, 1.0, 2.0]), 2).values
        tensor([3., 2.])
    """
    dim = normalize_dim(dim, len(x.shape), "topk")
    size = x.shape[dim] if x.shape else 1
    if not 0 <= k <= size:
        raise ValueError(f"topk: k is {k}, but dim {dim} has {size} elements")
    if not x.shape:
        return Ordered(clone(x), argsort(x))
    index = _order(x, dim=dim, descending=largest)[along(dim, slice(k))]
    return Ordered(_read(x, index, dim=dim), index)


# ------------------------------------------------------------------------- one element of the order


def _picked(x: Array, index: Array, dim: int, keepdim: bool) -> Ordered[Array]:
    """The elements at `index`, which has size 1 along `dim`."""
    values = _read(x, index, dim=dim)
    return Ordered(values, index) if keepdim else Ordered(squeeze(values, dim), squeeze(index, dim))


def _filled(x: Array, dim: int, name: str) -> int:
    """`dim` counted from the front, of a tensor that has elements along it."""
    dim = normalize_dim(dim, len(x.shape), name)
    if x.shape and not x.shape[dim]:
        raise IndexError(f"{name}: dim {dim} of shape {tuple(x.shape)} has no element to choose")
    return dim


@operator("torch Tensor")
def kthvalue(x: Array, k: int, dim: int = -1, keepdim: bool = False) -> Ordered[Array]:
    """The `k`-th smallest element along `dim`, counted from 1: `(values, indices)`.

    Raises:
        ValueError: `k` is less than 1 or exceeds the size of `dim`.
        IndexError: `dim` is empty.

    Example:
        >>> kthvalue(tensor([3.0, 1.0, 2.0]), 2).values
        tensor(2.)
    """
    dim = _filled(x, dim, "kthvalue")
    size = x.shape[dim] if x.shape else 1
    if not 1 <= k <= size:
        raise ValueError(f"kthvalue: k is {k}, but dim {dim} has {size} elements, counted from 1")
    if not x.shape:
        return Ordered(clone(x), argsort(x))
    return _picked(x, _order(x, dim=dim, descending=False)[along(dim, slice(k - 1, k))], dim, keepdim)


@primitive
def _middle(x: Array, *, dim: int, skip_nan: bool) -> Array:
    """The index of the lower median along `dim`; or of the first NaN, if there is one and NaN is not skipped."""
    order = kernels.argsort(x, dim)
    valid = np.add.reduce(x == x, axis=dim, keepdims=True)
    place = np.maximum(valid - 1, 0) // 2
    if not skip_nan:
        place = np.where(valid < x.shape[dim], valid, place)
    return np.take_along_axis(order, place, dim)


@primitive(x=shared_by_equals)
def _median(x: Array, *, skip_nan: bool) -> Array:
    """The lower median of everything; equal elements share the gradient."""
    if not x.size:
        return kind_of(x).number(np.nan, x.dtype)
    flat = x.reshape(-1)
    return flat[_middle(flat, dim=0, skip_nan=skip_nan)[0]]


def _medians(x: Array, dim: int | None, keepdim: bool, skip_nan: bool, name: str) -> Any:
    if dim is None:
        return _median(x, skip_nan=skip_nan)
    dim = _filled(x, dim, name)
    if not x.shape:
        return Ordered(clone(x), argsort(x))
    return _picked(x, _middle(x, dim=dim, skip_nan=skip_nan), dim, keepdim)


@overload
def median(x: Array, dim: None = None, keepdim: bool = False) -> Array: ...


@overload
def median(x: Array, dim: int, keepdim: bool = False) -> Ordered[Array]: ...


@operator("torch Tensor")
def median(x: Array, dim: int | None = None, keepdim: bool = False) -> Array | Ordered[Array]:
    """The median of all elements; along `dim`, `(values, indices)`. Of two middle ones it is the lower. NaN where
    any element is NaN.

    Along a dimension the gradient goes to the one element that `indices` names; over everything, equal
    elements share it.

    Raises:
        IndexError: `dim` is empty.

    Example:
        >>> median(tensor([4.0, 1.0, 3.0, 2.0]))
        tensor(2.)
    """
    return _medians(x, dim, keepdim, False, "median")


@overload
def nanmedian(x: Array, dim: None = None, keepdim: bool = False) -> Array: ...


@overload
def nanmedian(x: Array, dim: int, keepdim: bool = False) -> Ordered[Array]: ...


@operator("torch Tensor")
def nanmedian(x: Array, dim: int | None = None, keepdim: bool = False) -> Array | Ordered[Array]:
    """`median` of the elements that are not NaN; NaN where there are none.

    Raises:
        IndexError: `dim` is empty.

    Example:
        >>> nanmedian(tensor([4.0, float("nan"), 3.0]))
        tensor(3.)
    """
    return _medians(x, dim, keepdim, True, "nanmedian")


@primitive
def _most_frequent(x: Array, *, dim: int) -> Array:
    """The index along `dim` of the most frequent element: of several the smallest, of its equals the last."""
    order = np.moveaxis(np.argsort(x, axis=dim, kind="stable"), dim, -1)
    ordered = np.take_along_axis(np.moveaxis(x, dim, -1), order, -1)
    kind = kind_of(x)
    starts = kind.ones(ordered.shape, bool)
    starts[..., 1:] = ordered[..., 1:] != ordered[..., :-1]
    places = kind.arange(ordered.shape[-1])
    length = places - kind.accumulate(np.maximum, np.where(starts, places, 0), -1)
    found = np.take_along_axis(order, length.argmax(-1)[..., None], -1)
    return np.moveaxis(found, -1, dim)


@operator("torch Tensor")
def mode(x: Array, dim: int = -1, keepdim: bool = False) -> Ordered[Array]:
    """The most frequent element along `dim`, of several the smallest: `(values, indices)`.

    Of equal elements the last is named, and receives the gradient.

    Raises:
        IndexError: `dim` is empty.

    Example:
        >>> mode(tensor([3.0, 1.0, 3.0, 2.0]))
        Ordered(values=tensor(3.), indices=tensor(2))
    """
    dim = _filled(x, dim, "mode")
    if not x.shape:
        return Ordered(clone(x), argsort(x))
    return _picked(x, _most_frequent(x, dim=dim), dim, keepdim)


# --------------------------------------------------------------------------------------- quantiles

_INTERPOLATIONS = ("linear", "lower", "higher", "midpoint", "nearest")


def _quantiles(
    x: Array, q: Any, dim: int | None, keepdim: bool, interpolation: str, skip_nan: bool, name: str
) -> Array:
    if interpolation not in _INTERPOLATIONS:
        raise ValueError(f"{name}: interpolation is one of {', '.join(_INTERPOLATIONS)}, not {interpolation!r}")
    if x.dtype.kind not in "fc":
        raise TypeError(f"{name}: needs a floating dtype, not {x.dtype}")
    q = kind_of(raw(x)).asarray(raw(q), np.float64)
    if q.ndim > 1:
        raise ValueError(f"{name}: q is a number or has one dimension, not shape {q.shape}")
    if are_checked(q) and not ((q >= 0) & (q <= 1)).all():
        raise ValueError(f"{name}: q must lie in [0, 1], got {q.tolist()}")
    ndim = len(x.shape)
    if not x.shape or dim is None:
        dim = dim if dim is None else normalize_dim(dim, ndim, name)
        kept = (1,) * ndim
        x = ravel(x)
    else:
        dim = normalize_dim(dim, ndim, name)
        kept = tuple(1 if d == dim else n for d, n in enumerate(x.shape))
        x = movedim(x, dim, -1)
    n = x.shape[-1]
    if not n:
        raise ValueError(f"{name}: no elements to take the quantile of")
    ordered = sort(x, -1).values
    numbers = np.add.reduce(np.equal(raw(x), raw(x)), axis=-1, keepdims=True)
    if skip_nan:
        rank = q.reshape(-1) * np.maximum(numbers - 1, 0)
    else:
        rank = np.where(numbers < n, n - 1, q.reshape(-1) * (n - 1))
    if interpolation in ("lower", "higher", "nearest"):
        rounded = np.floor(rank) if interpolation == "lower" else np.round(rank)
        rounded = np.ceil(rank) if interpolation == "higher" else rounded
        found = take_along_dim(ordered, rounded.astype(np.int64), -1)
    else:
        below, above = np.floor(rank), np.ceil(rank)
        weight = (np.full_like(rank, 0.5) if interpolation == "midpoint" else rank - below).astype(x.dtype)
        low = take_along_dim(ordered, below.astype(np.int64), -1)
        high = take_along_dim(ordered, above.astype(np.int64), -1)
        found = lerp(low, high, weight)
    found = movedim(found, -1, 0)
    sizes = kept if keepdim else tuple(n for d, n in enumerate(kept) if dim is not None and d != dim)
    return reshape(found, (*q.shape, *sizes))


@operator("torch Tensor", raw_too=True)
def quantile(
    x: Array, q: Array, dim: int | None = None, keepdim: bool = False, *, interpolation: str = "linear"
) -> Array:
    """The q-th quantiles along `dim` (of everything by default); NaN where any element is NaN.

    The quantile has rank q (n - 1) in the sorted elements; between two, `interpolation` decides: `linear`,
    `lower`, `higher`, `midpoint` or `nearest`. `q` is taken as a constant.

    Shapes: a 1-D `q` gives the result a first dimension.

    Raises:
        ValueError: `q` is outside [0, 1] or has more than 1 dimension, there are no elements, or the interpolation
            is unknown.
        TypeError: `x` holds integers.

    Example:
        >>> quantile(tensor([0.0, 1.0, 2.0, 3.0]), 0.25)
        tensor(0.7500)
    """
    return _quantiles(x, q, dim, keepdim, interpolation, False, "quantile")


@operator("torch Tensor", raw_too=True)
def nanquantile(
    x: Array, q: Array, dim: int | None = None, keepdim: bool = False, *, interpolation: str = "linear"
) -> Array:
    """`quantile` of the elements that are not NaN; NaN where there are none. Errors are those of `quantile`.

    Example:
        >>> nanquantile(tensor([0.0, float("nan"), 1.0]), 0.5)
        tensor(0.5000)
    """
    return _quantiles(x, q, dim, keepdim, interpolation, True, "nanquantile")
