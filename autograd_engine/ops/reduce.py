"""Reductions along dimensions: sums, products, extremes, logic and counts.

A derivative with respect to the input of a reduction spreads the gradient back over the reduced
dimensions (`_spread`), weighted by how much each element mattered.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Any, Generic, NamedTuple, overload

import numpy as np

from ..backend.arrays import Array, ArrayT
from ..backend.kinds import kind_of
from ..backend.sums import accumulated, added_up
from ..engine.broadcast import clone
from ..engine.graph import raw
from ..engine.primitive import primitive
from .arithmetic import div
from .comparison import logical_and, logical_or
from .dims import along, dims_of, kept_shape, normalize_dim
from .gather import take_along_dim
from .index import _getitem
from .names import operator
from .operands import to_dtype
from .piecewise import masked, maximum, minimum, where
from .shape import _repeated, _reshape, flip, ravel, squeeze, unsqueeze

Dim = int | Sequence[int] | None


def _with_dims(g: Array, shape: tuple[int, ...], dims: tuple[int, ...], keepdim: bool) -> Array:
    """A reduced result with its reduced dimensions back, at size 1."""
    return g if keepdim or not dims else _reshape(g, shape=kept_shape(shape, dims))


def _spread(g: Array, shape: tuple[int, ...], dims: tuple[int, ...], keepdim: bool) -> Array:
    """A reduced result repeated over the dimensions it was reduced from."""
    if len(dims) < len(shape):
        g = _with_dims(g, shape, dims, keepdim)
    return _repeated(g, shape=shape)


def _count(shape: tuple[int, ...], dims: tuple[int, ...]) -> int:
    return math.prod(shape[d] for d in dims)


@primitive(x=lambda g, x_shape, dims, keepdim: _spread(g, x_shape, dims, keepdim))
def _sum(x: Array, *, dims: tuple[int, ...], keepdim: bool) -> Array:
    return added_up(x, axis=dims, keepdims=keepdim)


@operator("torch Tensor")
def sum(x: Array, dim: Dim = None, keepdim: bool = False, *, dtype: Any = None) -> Array:
    """The sum over `dim` (all dimensions by default). Booleans and integers sum to int64.

    Shapes: `x` any; the result loses the dimensions summed over, or keeps them at size 1.

    Example:
        >>> sum(tensor([[1.0, 2.0], [3.0, 4.0]]), dim=0)
        tensor([4., 6.])
    """
    if dtype is not None:
        x = to_dtype(x, dtype)
    out = _sum(x, dims=dims_of(dim, len(x.shape), "sum"), keepdim=keepdim)
    return out if dtype is None else to_dtype(out, dtype)


@primitive(
    floating=True,
    x=lambda g, x_shape, dims, keepdim: _spread(g * (1 / (_count(x_shape, dims) or 1)), x_shape, dims, keepdim),
)
def _mean(x: Array, *, dims: tuple[int, ...], keepdim: bool) -> Array:
    # The sum of float16 may be too large for float16; NaN of an empty mean comes without a warning.
    count = _count(x.shape, dims)
    portion = 1 / count if count else np.nan
    if x.dtype == np.float16:
        return (np.add.reduce(x, axis=dims, keepdims=keepdim, dtype=np.float32) * np.float32(portion)).astype(
            x.dtype
        )
    return np.add.reduce(x, axis=dims, keepdims=keepdim) * x.dtype.type(portion)


@operator("torch Tensor")
def mean(x: Array, dim: Dim = None, keepdim: bool = False, *, dtype: Any = None) -> Array:
    """The arithmetic mean over `dim` (all dimensions by default); NaN where there is nothing.

    Raises:
        TypeError: `x` holds integers, as in PyTorch: give a floating `dtype`.
    """
    if dtype is not None:
        x = to_dtype(x, dtype)
    if x.dtype.kind not in "fc":
        raise TypeError(f"mean: needs a floating dtype, not {x.dtype}; write mean(x, dtype=float32)")
    return _mean(x, dims=dims_of(dim, len(x.shape), "mean"), keepdim=keepdim)


def products_of_others(x: Array, dim: int, before: Any, after: Any) -> Array:
    """For each element, the product of its neighbours along `dim`, without itself.

    The reach is doubled in every step. There are multiplications only, so the derivatives are right at zeros too.

    Args:
        before, after: how many neighbours on each side belong to the product of an element: integers in a shape
            that broadcasts to that of `x`.
    """

    kind = kind_of(before)
    places = kind.arange(x.shape[dim])

    def one_sided(x: Array, reach: Any) -> Array:
        def earlier(x: Array, distance: int) -> Array:
            read = _getitem(x, index=along(dim, np.maximum(places - distance, 0)))
            return where(reach >= distance, read, x.dtype.type(1))

        out, distance = earlier(x, 1), 1
        furthest = reach.max(initial=0) if kind.readable else len(places) - 1
        while distance < furthest:
            out, distance = out * earlier(out, distance), 2 * distance
        return out

    backwards = along(dim, slice(None, None, -1))
    return one_sided(x, before) * flip(one_sided(flip(x, dim), after[backwards]), dim)


def _prod_rule(g: Array, x: Array, out: Array, dim: int, keepdim: bool) -> Array:
    """g times the product of the other elements, which is out / x unless a zero forbids that."""
    out, g = (t if keepdim else unsqueeze(t, dim) for t in (out, g))
    kind = kind_of(raw(x))
    if kind.readable and not np.any(raw(x) == 0):
        return g * (out / x)
    n = x.shape[dim]
    places = kind.arange(n).reshape(n, *(1,) * (len(x.shape) - dim - 1))
    before = places.reshape((1,) * dim + places.shape)
    return g * products_of_others(x, dim, before, n - 1 - before)


@primitive(x=_prod_rule)
def _prod(x: Array, *, dim: int, keepdim: bool) -> Array:
    return accumulated(np.multiply.reduce, x, axis=dim, keepdims=keepdim)


@operator("torch Tensor")
def prod(x: Array, dim: int | None = None, keepdim: bool = False, *, dtype: Any = None) -> Array:
    """The product over one dimension, or of all elements. The gradient is right at zeros too.

    Args:
        dtype: the dtype of the result; by default booleans and integers multiply to int64.
    """
    if dtype is not None:
        x = to_dtype(x, dtype)
    dim = None if dim is None else normalize_dim(dim, len(x.shape), "prod")
    if not x.shape and x.dtype.kind in "fc":
        out = clone(x)  # the derivative is 1, even of an infinity
    elif dim is None or not x.shape:
        out = _prod(ravel(x), dim=0, keepdim=False)
        out = _reshape(out, shape=(1,) * len(x.shape)) if keepdim else out
    else:
        out = _prod(x, dim=dim, keepdim=keepdim)
    return out if dtype is None else to_dtype(out, dtype)


# --------------------------------------------------------------------------- smallest and largest


def _extreme_rule(
    g: Array, x: Array, out: Array, x_shape: tuple[int, ...], dims: tuple[int, ...], keepdim: bool
) -> Array:
    """The gradient, shared by the elements that equal the extreme; NaN for all where the extreme is NaN."""
    chosen = x == _spread(out, x_shape, dims, keepdim)
    ties = sum(chosen, dims, keepdim=True)
    if not (kind_of(raw(ties)).readable and np.all(raw(ties))):
        chosen = logical_or(chosen, ties == 0)
        ties = where(ties == 0, np.nan, ties)
    return masked(_with_dims(g, x_shape, dims, keepdim) / ties, chosen)


@primitive(x=_extreme_rule)
def _amax(x: Array, *, dims: tuple[int, ...], keepdim: bool) -> Array:
    return x.max(axis=dims, keepdims=keepdim)


@primitive(x=_extreme_rule)
def _amin(x: Array, *, dims: tuple[int, ...], keepdim: bool) -> Array:
    return x.min(axis=dims, keepdims=keepdim)


def shared_by_equals(g: Array, x: Array, out: Array) -> Array:
    """The gradient of one number picked from all of `x`: the elements equal to it share it. NaN equals NaN here."""
    if kind_of(raw(out)).readable:
        chosen = x != x if np.isnan(raw(out)) else x == out
    else:
        chosen = logical_or(x == out, logical_and(x != x, out != out))
    return masked(g / sum(chosen), chosen)


@primitive(x=shared_by_equals)
def _largest(x: Array) -> Array:
    return x.max()


@primitive(x=shared_by_equals)
def _smallest(x: Array) -> Array:
    return x.min()


@operator("torch Tensor")
def amax(x: Array, dim: Dim = None, keepdim: bool = False) -> Array:
    """The largest element over `dim`; equal ones share the gradient.

    Raises:
        ValueError: there is no element to choose.
    """
    return _amax(x, dims=dims_of(dim, len(x.shape), "amax"), keepdim=keepdim)


@operator("torch Tensor")
def amin(x: Array, dim: Dim = None, keepdim: bool = False) -> Array:
    """The smallest element over `dim`; equal ones share the gradient.

    Raises:
        ValueError: there is no element to choose.
    """
    return _amin(x, dims=dims_of(dim, len(x.shape), "amin"), keepdim=keepdim)


@primitive
def _argmax(x: Array, *, dim: Any, keepdim: bool) -> Array:
    return kind_of(x).asarray(x).argmax(dim, keepdims=keepdim)


@primitive
def _argmin(x: Array, *, dim: Any, keepdim: bool) -> Array:
    return kind_of(x).asarray(x).argmin(dim, keepdims=keepdim)


@operator("torch Tensor numpy")
def argmax(x: Array, dim: int | None = None, keepdim: bool = False) -> Array:
    """The index (int64) of the first largest element along `dim`, or in the flattened tensor."""
    dim = dim if dim is None or not x.shape else normalize_dim(dim, len(x.shape), "argmax")
    return _argmax(x, dim=dim, keepdim=keepdim)


@operator("torch Tensor numpy")
def argmin(x: Array, dim: int | None = None, keepdim: bool = False) -> Array:
    """The index (int64) of the first smallest element along `dim`, or in the flattened tensor."""
    dim = dim if dim is None or not x.shape else normalize_dim(dim, len(x.shape), "argmin")
    return _argmin(x, dim=dim, keepdim=keepdim)


class MinMax(NamedTuple, Generic[ArrayT]):
    """The smallest and the largest elements."""

    min: ArrayT
    max: ArrayT


@operator("torch Tensor")
def aminmax(x: Array, *, dim: int | None = None, keepdim: bool = False) -> MinMax[Array]:
    """The smallest and the largest element over `dim`, `(min, max)`; equal ones share the gradient.

    Example:
        >>> aminmax(tensor([3.0, 1.0, 2.0]))
        MinMax(min=tensor(1.), max=tensor(3.))
    """
    dims = dims_of(dim, len(x.shape), "aminmax")
    return MinMax(_amin(x, dims=dims, keepdim=keepdim), _amax(x, dims=dims, keepdim=keepdim))


class Extreme(NamedTuple, Generic[ArrayT]):
    """The largest or smallest elements along a dimension, and where each one lies."""

    values: ArrayT
    indices: ArrayT


def _extreme(
    x: Array,
    dim: Any,
    keepdim: bool,
    whole: Callable[..., Any],
    pairwise: Callable[..., Any],
    where_is: Any,
    name: str,
) -> Any:
    if dim is None:
        return whole(x)
    if not isinstance(dim, int):
        return pairwise(x, dim)
    dim = normalize_dim(dim, len(x.shape), name)
    if x.shape and not x.shape[dim]:
        raise IndexError(f"{name}: dim {dim} of shape {tuple(x.shape)} has no element to choose")
    indices = where_is(x, dim, keepdim=True)
    values = take_along_dim(x, indices, dim)
    if keepdim or not x.shape:
        return Extreme(values, indices)
    return Extreme(squeeze(values, dim), squeeze(indices, dim))


@overload
def max(x: Array, dim: None = None, keepdim: bool = False) -> Array: ...


@overload
def max(x: Array, dim: int, keepdim: bool = False) -> Extreme[Array]: ...


@overload
def max(x: Array, dim: Array) -> Array: ...


@operator("torch Tensor")
def max(x: Array, dim: Any = None, keepdim: bool = False) -> Any:
    """The largest element; along a dimension, `(values, indices)`; with a tensor for `dim`, `maximum` of both.

    Along a dimension the gradient goes to the one element that `indices` names; over everything,
    equal elements share it.

    Raises:
        IndexError: there is no such dimension, or it is empty.
    """
    return _extreme(x, dim, keepdim, _largest, maximum, argmax, "max")


@overload
def min(x: Array, dim: None = None, keepdim: bool = False) -> Array: ...


@overload
def min(x: Array, dim: int, keepdim: bool = False) -> Extreme[Array]: ...


@overload
def min(x: Array, dim: Array) -> Array: ...


@operator("torch Tensor")
def min(x: Array, dim: Any = None, keepdim: bool = False) -> Any:
    """The smallest element, or `(values, indices)` along `dim`, or `minimum`; all else is as for `max`."""
    return _extreme(x, dim, keepdim, _smallest, minimum, argmin, "min")


@operator("torch Tensor")
def nansum(x: Array, dim: Dim = None, keepdim: bool = False, *, dtype: Any = None) -> Array:
    """The sum over `dim` of the elements that are not NaN.

    Example:
        >>> nansum(tensor([1.0, float("nan"), 3.0]))
        tensor(4.)
    """
    return sum(masked(x, x == x), dim, keepdim, dtype=dtype)


@operator("torch Tensor")
def nanmean(x: Array, dim: Dim = None, keepdim: bool = False, *, dtype: Any = None) -> Array:
    """The mean over `dim` of the elements that are not NaN; NaN where there are none.

    Raises:
        TypeError: `x` holds integers, as in PyTorch: give a floating `dtype`.

    Example:
        >>> nanmean(tensor([1.0, float("nan"), 3.0]))
        tensor(2.)
    """
    if dtype is None and x.dtype.kind not in "fc":
        raise TypeError(f"nanmean: needs a floating dtype, not {x.dtype}; write nanmean(x, dtype=float32)")
    if dtype is None and x.dtype == np.float16:
        return to_dtype(nanmean(x, dim, keepdim, dtype=np.float32), x.dtype)
    count = sum(x == x, dim, True)
    empty = count == 0
    total = sum(masked(x, logical_or(x == x, empty)), dim, True, dtype=dtype)
    average = div(total, where(empty, np.nan, to_dtype(count, total.dtype)))
    return average if keepdim else squeeze(average, dims_of(dim, len(x.shape), "nanmean"))


# ------------------------------------------------------------------------------------------- logic


@primitive
def _all(x: Array, *, dims: tuple[int, ...], keepdim: bool) -> Array:
    return x.all(axis=dims, keepdims=keepdim)


@primitive
def _any(x: Array, *, dims: tuple[int, ...], keepdim: bool) -> Array:
    return x.any(axis=dims, keepdims=keepdim)


@operator("torch Tensor numpy")
def all(x: Array, dim: Dim = None, keepdim: bool = False) -> Array:
    """Whether every element over `dim` is nonzero."""
    return _all(x, dims=dims_of(dim, len(x.shape), "all"), keepdim=keepdim)


@operator("torch Tensor numpy")
def any(x: Array, dim: Dim = None, keepdim: bool = False) -> Array:
    """Whether some element over `dim` is nonzero."""
    return _any(x, dims=dims_of(dim, len(x.shape), "any"), keepdim=keepdim)


@operator("torch Tensor numpy")
def count_nonzero(x: Array, dim: Dim = None) -> Array:
    """How many elements over `dim` are not zero."""
    return _sum(x != 0, dims=dims_of(dim, len(x.shape), "count_nonzero"), keepdim=False)
