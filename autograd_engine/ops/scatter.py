"""Writing at indices: a copy of a tensor in which some elements are replaced, or added to.

Each function has its own way to say where; `_setitem` or `_put_add` of `index` then writes there. Of several writes
to one element the last counts, and several additions add up.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from ..backend.arrays import Array
from ..backend.kinds import kind_of
from ..engine.graph import raw
from ..engine.primitive import primitive
from .comparison import isnan, logical_or
from .dims import along, common_shape, normalize_dim
from .gather import _along_index, _flat_along, _in_range, _index_along, _integers, _scatter_add, _slice_at
from .index import _getitem, _put_add, _setitem, normalize_index, setitem
from .masks import booleans
from .names import operator
from .operands import to_dtype
from .piecewise import masked, maximum, where
from .reduce import products_of_others
from .rounding import floor_divide
from .shape import cat, expand, ravel, reshape


@operator("torch Tensor", in_place="Tensor", raw_too=True)
def scatter(
    x: Array, dim: int, index: Array, src: Array = None, *, value: float | None = None, reduce: str | None = None
) -> Array:
    """A copy of `x` with x[index[i][j]][j] = src[i][j] for dim 0, and so on; `src` may be a number.

    Args:
        value: another name for a `src` that is a number.
        reduce: "add" or "multiply" combines the source with the elements of `x` instead of replacing them.

    Raises:
        IndexError: an index is out of range, or a size of `index` is too large.
        ValueError: an unknown `reduce`, or a source smaller than the index.
        TypeError: neither `src` nor `value` is given, or both; or the dtypes of `x` and `src` differ.

    Example:
        >>> scatter(ag.zeros(2, 3), 1, tensor([[2], [0]]), 1.0)
        tensor([[0., 0., 1.],
                [1., 0., 0.]])
    """
    if (src is None) == (value is None):
        raise TypeError("scatter: give either src or value")
    src = value if src is None else src
    at = _flat_along(x, dim, index, "scatter")
    if reduce is None:
        return reshape(_setitem(ravel(x), _corner(x, src, at, "scatter"), index=(at,)), x.shape)
    if reduce not in ("add", "multiply"):
        raise ValueError(f"scatter: reduce is 'add' or 'multiply', not {reduce!r}")
    if not hasattr(src, "shape"):
        src = kind_of(at).full(at.shape, src, x.dtype)
    src = ravel(_corner(x, src, at, "scatter"))
    return reshape(_reduced(ravel(x), at.reshape(-1), src, "sum" if reduce == "add" else "prod", True), x.shape)


@operator("torch Tensor", in_place="Tensor", raw_too=True)
def scatter_add(x: Array, dim: int, index: Array, src: Array) -> Array:
    """`x` plus src[i][j] at x[index[i][j]][j] for dim 0, and so on: the adjoint of `gather`.

    Raises:
        IndexError: an index is out of range, or a size of `index` is too large.
        TypeError: the dtypes of `x` and `src` differ.
        ValueError: `src` is smaller than the index.
    """
    at, along = _index_along(x, dim, index, "scatter_add")
    return _scatter_add(x, _corner(x, src, at[0], "scatter_add"), at=at, dim=along)


@operator("torch Tensor", in_place="Tensor", raw_too=True)
def scatter_reduce(
    x: Array, dim: int, index: Array, src: Array, reduce: str, *, include_self: bool = True
) -> Array:
    """`x` with src[i][j] written where `scatter_add` would add it; what meets at one place is combined by `reduce`.

    The derivative of a product is right at zeros too; equal extremes share the gradient.

    Args:
        reduce: "sum", "prod", "mean", "amax" or "amin".
        include_self: whether the element of `x` itself takes part. Elements that receive nothing stay.

    Raises:
        IndexError: an index is out of range, or a size of `index` is too large.
        TypeError: the dtypes of `x` and `src` differ.
        ValueError: an unknown `reduce`, or a source smaller than the index.

    Example:
        >>> scatter_reduce(tensor([1.0, 5.0]), 0, tensor([0, 0, 1]), tensor([2.0, 3.0, 4.0]), "amax")
        tensor([3., 5.])
    """
    _check_reduce(reduce, _REDUCTIONS, "scatter_reduce")
    at = _flat_along(x, dim, index, "scatter_reduce")
    src = ravel(_corner(x, src, at, "scatter_reduce"))
    return reshape(_reduced(ravel(x), at.reshape(-1), src, reduce, include_self), x.shape)


_REDUCTIONS = ("sum", "prod", "mean", "amax", "amin")


def _check_reduce(reduce: str, known: Sequence[str], name: str) -> None:
    if reduce not in known:
        raise ValueError(f"{name}: reduce is one of {', '.join(known)}, not {reduce!r}")


def _neutral(dtype: Any, reduce: str) -> Any:
    """The number that changes nothing in this reduction: it replaces an element that does not take part."""
    if reduce in ("amax", "amin"):
        limits: Any = np.finfo(dtype) if dtype.kind == "f" else np.iinfo(dtype)
        ends = (-np.inf, np.inf) if dtype.kind == "f" else (limits.min, limits.max)
        return dtype.type(ends[reduce == "amin"])
    return dtype.type(reduce == "prod")


def _reduced(x: Array, at: Any, src: Array, reduce: str, include_self: bool) -> Array:
    """The 1-d `x` with each src[i] combined with x[at[i]]."""
    index = (at,)
    if not include_self:
        x = _setitem(x, _neutral(x.dtype, reduce), index=index)
    if reduce in ("amax", "amin"):
        return _extreme_at(x, src, index=index, largest=reduce == "amax")
    if reduce == "prod":
        return _multiply_at(x, src, index=index)
    if reduce == "sum":
        return _put_add(x, src, index=index)
    counts = np.maximum(np.bincount(at, minlength=x.shape[0]) + include_self, 1)
    if x.dtype == np.float16:
        total = _put_add(to_dtype(x, np.float32), to_dtype(src, np.float32), index=index)
        return to_dtype(total / counts.astype(np.float32), np.float16)
    total = _put_add(x, src, index=index)
    return total / counts.astype(x.dtype) if x.dtype.kind == "f" else floor_divide(total, counts.astype(x.dtype))


def _share(g: Array, x: Array, src: Array, out: Array, index: tuple[Any, ...]) -> Array:
    """`g` divided by the number of elements that equal the extreme; NaN where the extreme is NaN."""
    one = out.dtype.type(1)
    ties = _put_add((x == out) * one, (src == _getitem(out, index=index)) * one, index=index)
    return where(isnan(out), math.nan, g / maximum(ties, 1))


def _share_of(g: Array, given: Array, out: Array) -> Array:
    return masked(g, logical_or(given == out, isnan(out)))


@primitive(
    x=lambda g, x, src, out, index: _share_of(_share(g, x, src, out, index), x, out),
    src=lambda g, x, src, out, index: _share_of(
        _getitem(_share(g, x, src, out, index), index=index), src, _getitem(out, index=index)
    ),
)
def _extreme_at(x: Array, src: Array, *, index: tuple[Any, ...], largest: bool) -> Array:
    out = kind_of(x).array(x)
    (np.maximum if largest else np.minimum).at(out, index, src)
    return out


def _multiply_at_rule(g: Array, x: Array, src: Array, out: Array, index: tuple[Any, ...]) -> tuple[Array, Array]:
    """g times the product of the other factors. That is out / x and out / src, unless a zero forbids the division.
    Then all factors are sorted by the place where they are multiplied, and the others are the neighbours there."""
    if not any(np.any(raw(t) == 0) for t in (x, src)):
        return g * (out / x), _getitem(g * out, index=index) / src
    (at,) = index
    n = x.shape[0]
    kind = kind_of(at)
    places = np.concatenate([kind.arange(n), at])
    order = np.argsort(places, kind="stable")
    counts = np.bincount(places)
    ordered = places[order]
    before = kind.arange(order.size) - (np.cumsum(counts) - counts)[ordered]
    after = counts[ordered] - 1 - before
    others = products_of_others(_getitem(cat([x, src]), index=(order,)), 0, before, after)
    pulled = _setitem(others, others * _getitem(g, index=(ordered,)), index=(order,))
    return pulled[:n], pulled[n:]


@primitive(
    x=lambda g, x, src, out, index: _multiply_at_rule(g, x, src, out, index)[0],
    src=lambda g, x, src, out, index: _multiply_at_rule(g, x, src, out, index)[1],
)
def _multiply_at(x: Array, src: Array, *, index: tuple[Any, ...]) -> Array:
    kind = kind_of(x)
    out = kind.array(x)
    kind.multiply_at(out, index[0], src)
    return out


def _check_dtype(x: Array, source: Array, name: str) -> None:
    if source.dtype != x.dtype:
        raise TypeError(f"{name}: the source has dtype {source.dtype}, the tensor {x.dtype}; convert one of them")


def _corner(x: Array, src: Array, at: Any, name: str) -> Array:
    """The part of `src` that the index covers."""
    shape = tuple(getattr(src, "shape", ()))
    if hasattr(src, "dtype"):
        _check_dtype(x, src, name)
    if shape == at.shape:
        return src
    if not shape:
        return src if name == "scatter" else reshape(src, at.shape)
    if len(shape) != at.ndim or any(n < m for n, m in zip(shape, at.shape, strict=True)):
        raise ValueError(f"{name}: src of shape {shape} is smaller than the index of shape {at.shape}")
    return src[tuple(slice(n) for n in at.shape)]


# ---------------------------------------------------------------- writing, without touching the input


def _of_number(
    operation: Callable[..., Array], x: Array, dim: int, index: Any, source: Any, **settings: Any
) -> Array:
    """The operation on a 0-d tensor, done on a vector of one element."""
    if operation is not index_fill:
        source = reshape(source, (1,))
    return reshape(operation(reshape(x, (1,)), dim, index, source, **settings), ())


def _same_but_along(x: Array, dim: int, count: int, source: Array, name: str) -> None:
    _check_dtype(x, source, name)
    wanted = (*x.shape[:dim], count, *x.shape[dim + 1 :])
    if tuple(source.shape) != wanted:
        raise ValueError(f"{name}: the source has shape {tuple(source.shape)}, expected {wanted}")


@operator("torch Tensor", in_place="Tensor", raw_too=True)
def index_add(x: Array, dim: int, index: Array, source: Array, *, alpha: float = 1) -> Array:
    """`x` with alpha * source[i] added to its slice index[i] along `dim`: the adjoint of `index_select`.

    Shapes: `index` (n,); `source` like `x`, but of size n along `dim`.

    Raises:
        IndexError: an index is out of range.
        TypeError: the dtypes of `x` and `source` differ.
        ValueError: `source` has another shape.

    Example:
        >>> index_add(tensor([0.0, 0.0]), 0, tensor([1, 1]), tensor([2.0, 3.0]))
        tensor([0., 5.])
    """
    if not x.shape:
        return _of_number(index_add, x, dim, index, source, alpha=alpha)
    dim, at = _along_index(x, dim, index, "index_add")
    _same_but_along(x, dim, len(at[-1]), source, "index_add")
    return _put_add(x, source if alpha == 1 else source * alpha, index=at)


@operator("torch Tensor", in_place="Tensor", raw_too=True)
def index_copy(x: Array, dim: int, index: Array, source: Array) -> Array:
    """`x` with its slice index[i] along `dim` replaced by source[i]; of several copies the last counts.

    Shapes: `index` (n,); `source` like `x`, but of size n along `dim`.

    Raises:
        IndexError: an index is out of range.
        TypeError: the dtypes of `x` and `source` differ.
        ValueError: `source` has another shape.
    """
    if not x.shape:
        return _of_number(index_copy, x, dim, index, source)
    dim, at = _along_index(x, dim, index, "index_copy")
    _same_but_along(x, dim, len(at[-1]), source, "index_copy")
    return _setitem(x, source, index=at)


@operator("torch Tensor", in_place="Tensor", raw_too=True)
def index_fill(x: Array, dim: int, index: Array, value: Array) -> Array:
    """`x` with its slices `index` along `dim` filled with `value`, a number or 0-d tensor.

    Raises:
        IndexError: an index is out of range.
        ValueError: `value` has dimensions.
    """
    if getattr(value, "shape", ()):
        raise ValueError(f"index_fill: the value must be a number or 0-d, not of shape {tuple(value.shape)}")
    if not x.shape:
        return _of_number(index_fill, x, dim, index, value)
    return _setitem(x, value, index=_along_index(x, dim, index, "index_fill")[1])


@operator("torch Tensor", in_place="Tensor", raw_too=True)
def index_reduce(
    x: Array, dim: int, index: Array, source: Array, reduce: str, *, include_self: bool = True
) -> Array:
    """`x` with source[i] written where `index_add` would add it; what meets in one slice is combined by `reduce`.

    Shapes: `index` (n,); `source` like `x`, but of size n along `dim`.

    Args:
        reduce: "prod", "mean", "amax" or "amin".
        include_self: whether the slice of `x` itself takes part. Slices that receive nothing stay.

    Raises:
        IndexError: an index is out of range.
        TypeError: the dtypes of `x` and `source` differ.
        ValueError: an unknown `reduce`, or `source` has another shape.

    Example:
        >>> index_reduce(tensor([1.0, 5.0]), 0, tensor([0, 0]), tensor([2.0, 3.0]), "prod")
        tensor([6., 5.])
    """
    _check_reduce(reduce, _REDUCTIONS[1:], "index_reduce")
    if not x.shape:
        return _of_number(index_reduce, x, dim, index, source, reduce=reduce, include_self=include_self)
    dim, at = _along_index(x, dim, index, "index_reduce")
    _same_but_along(x, dim, len(at[-1]), source, "index_reduce")
    places = kind_of(at[-1]).arange(math.prod(x.shape)).reshape(x.shape)[at]
    return reshape(_reduced(ravel(x), places.reshape(-1), ravel(source), reduce, include_self), x.shape)


@operator("torch Tensor", in_place="torch Tensor", raw_too=True)
def index_put(x: Array, indices: Sequence[Array], values: Array, accumulate: bool = False) -> Array:
    """`x` with x[indices] = values; with `accumulate`, x[indices] += values, where repeated indices add up.

    Raises:
        IndexError: an index is out of range, or there are too many.
        ValueError: `values` does not broadcast to the shape of x[indices].
    """
    if not accumulate:
        return setitem(x, tuple(indices), values)
    items = normalize_index(tuple(indices), x)
    try:
        shape = raw(x)[items].shape
    except IndexError as error:
        raise IndexError(f"index_put: {error} (in a tensor of shape {tuple(x.shape)})") from None
    return _put_add(x, expand(values, shape), index=items)


@operator("torch Tensor", in_place="Tensor", raw_too=True)
def put(x: Array, index: Array, source: Array, accumulate: bool = False) -> Array:
    """`x` with `source` in the place of the elements at `index`, counted in row-major order; with `accumulate`,
    `source` is added to them.

    Raises:
        IndexError: an index is out of range.
        TypeError: the dtypes of `x` and `source` differ.
        ValueError: `index` and `source` have different numbers of elements.

    Example:
        >>> put(tensor([[1.0, 2.0], [3.0, 4.0]]), tensor([0, 3]), tensor([9.0, 8.0]))
        tensor([[9., 2.],
                [3., 8.]])
    """
    _check_dtype(x, source, "put")
    at = _in_range(_integers(index, "put").reshape(-1), math.prod(x.shape), None, "put", negative=True)
    if math.prod(source.shape) != at.size:
        raise ValueError(f"put: {at.size} indices for a source of {math.prod(source.shape)} elements")
    write_at = _put_add if accumulate else _setitem
    return reshape(write_at(ravel(x), ravel(source), index=(at,)), x.shape)


@operator("torch Tensor", in_place="Tensor", raw_too=True)
def masked_scatter(x: Array, mask: Array, source: Array) -> Array:
    """`x` with the elements where the mask holds replaced by the first elements of `source`, in order.

    Shapes: `x` and `mask` broadcast against each other; `source` has at least as many elements as are replaced.

    Raises:
        TypeError: the mask does not hold booleans, or the dtypes of `x` and `source` differ.
        ValueError: `source` has too few elements, or the shapes do not broadcast.
    """
    _check_dtype(x, source, "masked_scatter")
    mask = booleans(mask, "masked_scatter")
    shape = common_shape([tuple(x.shape), mask.shape], "masked_scatter")
    mask = np.broadcast_to(mask, shape)
    count = int(np.count_nonzero(mask))
    if math.prod(source.shape) < count:
        raise ValueError(f"masked_scatter: {count} elements to replace by {math.prod(source.shape)} of the source")
    return _setitem(expand(x, shape), ravel(source)[:count], index=(mask,))


@operator("torch Tensor")
def select_scatter(x: Array, src: Array, dim: int, index: int) -> Array:
    """A copy of `x` whose slice `index` along `dim` is `src`: it writes what `select` reads.

    Raises:
        IndexError: the index is out of range.
        ValueError: `src` has another shape than the slice.
    """
    at = _slice_at(x, dim, index, "select_scatter")
    return _written(x, src, at, "select_scatter")


@operator("torch Tensor")
def slice_scatter(
    x: Array, src: Array, dim: int = 0, start: int | None = None, end: int | None = None, step: int = 1
) -> Array:
    """A copy of `x` whose slices start:end:step along `dim` are `src`.

    Raises:
        ValueError: `src` has another shape than those slices.
    """
    dim = normalize_dim(dim, len(x.shape), "slice_scatter")
    return _written(x, src, along(dim, slice(start, end, step)), "slice_scatter")


def _written(x: Array, src: Array, at: tuple[Any, ...], name: str) -> Array:
    wanted = np.broadcast_to(np.int8(0), tuple(x.shape))[at].shape
    if tuple(src.shape) != wanted:
        raise ValueError(f"{name}: src has shape {tuple(src.shape)}, expected {wanted}")
    return _setitem(x, src, index=at)
