"""Reductions and scans along dimensions, and the softmax family that is built from them.

A derivative with respect to the input of a reduction spreads the gradient back over the reduced
dimensions (`_spread`), weighted by how much each element mattered.
"""

from __future__ import annotations

import builtins
import math
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

import numpy as np

from ..backend.arrays import Array, unboxed
from ..primitive import primitive
from .dims import dims_of, kept_shape, normalize_dim, numpy_names
from .index import take_along_dim
from .math import clamp, exp, keep, maximum, minimum, sqrt, where
from .shape import _repeated, _reshape, ravel, squeeze, unsqueeze

__all__ = [
    "all",
    "amax",
    "amin",
    "aminmax",
    "any",
    "argmax",
    "argmin",
    "corrcoef",
    "count_nonzero",
    "cov",
    "log_softmax",
    "logsumexp",
    "max",
    "mean",
    "min",
    "nanmean",
    "nansum",
    "prod",
    "softmax",
    "std",
    "std_mean",
    "sum",
    "trace",
    "var",
    "var_mean",
]

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


def _signed(x: Array) -> Array:
    """Unsigned integers as int64, to which every other integer sums by itself."""
    return x.astype(np.int64) if x.dtype.kind == "u" else x


@primitive(x=lambda g, x_shape, dims, keepdim: _spread(g, x_shape, dims, keepdim))
def _sum(x: Array, *, dims: tuple[int, ...], keepdim: bool) -> Array:
    return np.add.reduce(_signed(x), axis=dims, keepdims=keepdim)


@numpy_names
def sum(x: Array, dim: Dim = None, keepdim: bool = False, *, dtype: Any = None) -> Array:
    """The sum over `dim` (all dimensions by default). Booleans and integers sum to int64.

    Shapes: `x` any; the result loses the dimensions summed over, or keeps them at size 1.

    Example:
        >>> sum(tensor([[1.0, 2.0], [3.0, 4.0]]), dim=0)
        tensor([4., 6.])
    """
    if dtype is not None:
        x = x.to(dtype)
    return _sum(x, dims=dims_of(dim, len(x.shape), "sum"), keepdim=keepdim)


@primitive(
    floating=True,
    x=lambda g, x_shape, dims, keepdim: _spread(g / (_count(x_shape, dims) or 1), x_shape, dims, keepdim),
)
def _mean(x: Array, *, dims: tuple[int, ...], keepdim: bool) -> Array:
    # dtype.type keeps a float16 sum in float16; NaN of an empty mean comes without a warning.
    count = _count(x.shape, dims)
    return np.add.reduce(x, axis=dims, keepdims=keepdim) * x.dtype.type(1 / count if count else np.nan)


@numpy_names
def mean(x: Array, dim: Dim = None, keepdim: bool = False, *, dtype: Any = None) -> Array:
    """The arithmetic mean over `dim` (all dimensions by default); NaN where there is nothing.

    Raises:
        TypeError: `x` holds integers, as in PyTorch: give a floating `dtype`.
    """
    if dtype is not None:
        x = x.to(dtype)
    if x.dtype.kind not in "fc":
        raise TypeError(f"mean: needs a floating dtype, not {x.dtype}; write mean(x, dtype=float32)")
    return _mean(x, dims=dims_of(dim, len(x.shape), "mean"), keepdim=keepdim)


def _prod_rule(g: Array, x: Array, out: Array, dim: int, keepdim: bool) -> Array:
    """The product of the other elements: out / x, or, where a zero forbids that, the product of a
    matrix of copies of `x` with ones on its diagonal."""
    out, g = (t if keepdim else unsqueeze(t, dim) for t in (out, g))
    if not np.any(getattr(x, "array", x) == 0):
        return g * (out / x)
    n = x.shape[dim]
    eye = np.eye(n, dtype=bool).reshape(n, n, *(1,) * (len(x.shape) - dim - 1))
    copies = unsqueeze(x, dim)
    others = _prod(where(eye, x.dtype.type(1), copies), dim=dim + 1, keepdim=False)
    return g * others


@primitive(x=_prod_rule)
def _prod(x: Array, *, dim: int, keepdim: bool) -> Array:
    return np.multiply.reduce(_signed(x), axis=dim, keepdims=keepdim)


@numpy_names
def prod(x: Array, dim: int | None = None, keepdim: bool = False) -> Array:
    """The product over one dimension, or of all elements. The gradient is right at zeros too."""
    if dim is None:
        x, dim, keepdim = ravel(x), 0, False
    if not x.shape:
        return x * 1
    return _prod(x, dim=normalize_dim(dim, len(x.shape), "prod"), keepdim=keepdim)


# --------------------------------------------------------------------------- smallest and largest


def _extreme_rule(
    g: Array, x: Array, out: Array, x_shape: tuple[int, ...], dims: tuple[int, ...], keepdim: bool
) -> Array:
    chosen = x == _spread(out, x_shape, dims, keepdim)
    ties = sum(chosen, dims, keepdim=True)
    return keep(_with_dims(g, x_shape, dims, keepdim) / ties, chosen)


@primitive(x=_extreme_rule)
def _amax(x: Array, *, dims: tuple[int, ...], keepdim: bool) -> Array:
    return np.maximum.reduce(x, axis=dims, keepdims=keepdim)


@primitive(x=_extreme_rule)
def _amin(x: Array, *, dims: tuple[int, ...], keepdim: bool) -> Array:
    return np.minimum.reduce(x, axis=dims, keepdims=keepdim)


@numpy_names
def amax(x: Array, dim: Dim = None, keepdim: bool = False) -> Array:
    """The largest element over `dim`; equal ones share the gradient."""
    return _amax(x, dims=dims_of(dim, len(x.shape), "amax"), keepdim=keepdim)


@numpy_names
def amin(x: Array, dim: Dim = None, keepdim: bool = False) -> Array:
    """The smallest element over `dim`; equal ones share the gradient."""
    return _amin(x, dims=dims_of(dim, len(x.shape), "amin"), keepdim=keepdim)


@primitive
def _argmax(x: Array, *, dim: Any, keepdim: bool) -> Array:
    return np.asarray(x).argmax(dim, keepdims=keepdim)


@primitive
def _argmin(x: Array, *, dim: Any, keepdim: bool) -> Array:
    return np.asarray(x).argmin(dim, keepdims=keepdim)


@numpy_names
def argmax(x: Array, dim: int | None = None, keepdim: bool = False) -> Array:
    """The index (int64) of the first largest element along `dim`, or in the flattened tensor."""
    dim = dim if dim is None or not x.shape else normalize_dim(dim, len(x.shape), "argmax")
    return _argmax(x, dim=dim, keepdim=keepdim)


@numpy_names
def argmin(x: Array, dim: int | None = None, keepdim: bool = False) -> Array:
    """The index (int64) of the first smallest element along `dim`, or in the flattened tensor."""
    dim = dim if dim is None or not x.shape else normalize_dim(dim, len(x.shape), "argmin")
    return _argmin(x, dim=dim, keepdim=keepdim)


class Extremes(NamedTuple):
    """The smallest and the largest elements."""

    min: Any
    max: Any


@numpy_names
def aminmax(x: Array, *, dim: int | None = None, keepdim: bool = False) -> Extremes:
    """The smallest and the largest element over `dim`, `(min, max)`; equal ones share the gradient.

    Example:
        >>> aminmax(tensor([3.0, 1.0, 2.0]))
        Extremes(min=tensor(1.), max=tensor(3.))
    """
    return Extremes(amin(x, dim, keepdim), amax(x, dim, keepdim))


class Extreme(NamedTuple):
    """The largest or smallest elements along a dimension, and where each one lies."""

    values: Any
    indices: Any


def _extreme(
    x: Array, dim: Any, keepdim: bool, whole: Callable[..., Any], pairwise: Callable[..., Any], where_is: Any
) -> Any:
    if dim is None:
        return whole(x)
    if not isinstance(dim, int):
        return pairwise(x, dim)
    indices = where_is(x, dim, keepdim=True)
    values = take_along_dim(x, indices, dim)
    if keepdim or not x.shape:
        return Extreme(values, indices)
    return Extreme(squeeze(values, dim), squeeze(indices, dim))


@numpy_names
def max(x: Array, dim: Any = None, keepdim: bool = False) -> Any:
    """The largest element; or along `dim`, `(values, indices)`; or with a tensor for `dim`, `maximum`.

    Along a dimension the gradient goes to the one element that `indices` names; over everything,
    equal elements share it.
    """
    return _extreme(x, dim, keepdim, amax, maximum, argmax)


@numpy_names
def min(x: Array, dim: Any = None, keepdim: bool = False) -> Any:
    """The smallest element; or along `dim`, `(values, indices)`; or with a tensor for `dim`, `minimum`.

    Along a dimension the gradient goes to the one element that `indices` names; over everything,
    equal elements share it.
    """
    return _extreme(x, dim, keepdim, amin, minimum, argmin)


# ------------------------------------------------------------------------------------------ spread


def _var_rule(g: Array, x: Array, dims: tuple[int, ...], correction: float, keepdim: bool) -> Array:
    degrees = builtins.max(_count(x.shape, dims) - correction, 0)
    centered = x - _mean(x, dims=dims, keepdim=True)
    return _with_dims(g, x.shape, dims, keepdim) * centered * (2 / degrees if degrees else math.nan)


@primitive(x=_var_rule)
def _var(x: Array, *, dims: tuple[int, ...], correction: float, keepdim: bool) -> Array:
    degrees = builtins.max(_count(x.shape, dims) - correction, 0)
    centered = x - _mean(x, dims=dims, keepdim=True)
    total = np.add.reduce(centered * centered, axis=dims, keepdims=keepdim)
    return total * x.dtype.type(1 / degrees if degrees else np.nan)


@numpy_names
def var(
    x: Array, dim: Dim = None, unbiased: bool = True, keepdim: bool = False, *, correction: float | None = None
) -> Array:
    """The variance over `dim`: sum (x - mean)^2 / (n - correction); NaN where n <= correction.

    `correction` is 1 by default, and 0 with `unbiased=False`.
    """
    correction = int(unbiased) if correction is None else correction
    return _var(x, dims=dims_of(dim, len(x.shape), "var"), correction=correction, keepdim=keepdim)


def _root_rule(g: Array, out: Array) -> Array:
    return keep(g / (2 * where(out == 0, 1, out)), out != 0)


@primitive(x=_root_rule)
def _root(x: Array) -> Array:
    """The square root of a variance: its derivative at 0 is taken as 0."""
    return np.sqrt(x)


@numpy_names
def std(
    x: Array, dim: Dim = None, unbiased: bool = True, keepdim: bool = False, *, correction: float | None = None
) -> Array:
    """The standard deviation over `dim`, the root of `var`; its gradient is 0 where it is 0."""
    return _root(var(x, dim, unbiased, keepdim, correction=correction))


@numpy_names
def var_mean(
    x: Array, dim: Dim = None, unbiased: bool = True, keepdim: bool = False, *, correction: float | None = None
) -> tuple[Array, Array]:
    """The variance and the mean over `dim`."""
    return var(x, dim, unbiased, keepdim, correction=correction), mean(x, dim, keepdim)


@numpy_names
def std_mean(
    x: Array, dim: Dim = None, unbiased: bool = True, keepdim: bool = False, *, correction: float | None = None
) -> tuple[Array, Array]:
    """The standard deviation and the mean over `dim`."""
    return std(x, dim, unbiased, keepdim, correction=correction), mean(x, dim, keepdim)


@numpy_names
def nansum(x: Array, dim: Dim = None, keepdim: bool = False, *, dtype: Any = None) -> Array:
    """The sum over `dim` of the elements that are not NaN.

    Example:
        >>> nansum(tensor([1.0, float("nan"), 3.0]))
        tensor(4.)
    """
    return sum(keep(x, x == x), dim, keepdim, dtype=dtype)


@numpy_names
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
    with np.errstate(invalid="ignore"):
        return nansum(x, dim, keepdim, dtype=dtype) / sum(x == x, dim, keepdim)


# ------------------------------------------------------------------------------ second-order moments


def cov(x: Array, *, correction: int = 1, fweights: Array | None = None, aweights: Array | None = None) -> Array:
    """The covariance matrix of variables (rows) over observations (columns).

    Each column counts as often as `fweights` (integers) says, and with the weight of `aweights`. The sum of
    products of deviations is divided by n - correction; with `aweights`, n - correction sum w a / n.

    Shapes: (variables, observations) -> (variables, variables); 1-D or 0-d, one variable -> 0-d.

    Raises:
        ValueError: more than two dimensions, or weights of another length.

    Example:
        >>> cov(tensor([[0.0, 1.0, 2.0], [2.0, 1.0, 0.0]]))
        tensor([[ 1., -1.],
                [-1.,  1.]])
    """
    if len(x.shape) > 2:
        raise ValueError(f"cov: at most two dimensions, got shape {tuple(x.shape)}")
    one = len(x.shape) < 2
    x = _reshape(x, shape=(1, -1)) if one else x
    n = x.shape[1]
    for name, given in (("fweights", fweights), ("aweights", aweights)):
        if given is not None and tuple(given.shape) != (n,):
            raise ValueError(f"cov: {name} of shape {tuple(given.shape)} for {n} observations")
    weights = aweights if fweights is None else fweights if aweights is None else fweights * aweights
    total = n if weights is None else sum(weights)
    average = sum(x if weights is None else x * weights, 1, True) / total
    centered = x - average
    if aweights is None or correction == 0:
        degrees = total - correction
    else:
        degrees = total - correction * sum(weights * aweights) / total
    weighted = centered if weights is None else centered * weights
    products = sum(unsqueeze(weighted, 1) * unsqueeze(centered, 0), 2)
    with np.errstate(divide="ignore", invalid="ignore"):
        out = products / (maximum(degrees, 0) if hasattr(degrees, "dtype") else builtins.max(degrees, 0))
    return squeeze(out) if one else out


def corrcoef(x: Array) -> Array:
    """The correlation coefficients of variables (rows) over observations (columns), within [-1, 1].

    Shapes: (variables, observations) -> (variables, variables); 1-D or 0-d, one variable -> 0-d.

    Raises:
        ValueError: more than two dimensions.

    Example:
        >>> corrcoef(tensor([[0.0, 1.0, 2.0], [2.0, 1.0, 0.0]]))
        tensor([[ 1., -1.],
                [-1.,  1.]])
    """
    products = cov(x)
    if not products.shape:
        return products / products
    places = np.arange(products.shape[0])
    deviations = sqrt(products[places, places])
    return clamp(products / unsqueeze(deviations, 1) / unsqueeze(deviations, 0), -1, 1)


def trace(x: Array) -> Array:
    """The sum of the diagonal of a matrix.

    Raises:
        ValueError: `x` is no matrix.

    Example:
        >>> trace(tensor([[1.0, 2.0], [3.0, 4.0]]))
        tensor(5.)
    """
    if len(x.shape) != 2:
        raise ValueError(f"trace: expected a matrix, got shape {tuple(x.shape)}")
    places = np.arange(builtins.min(x.shape))
    return sum(x[places, places])


# --------------------------------------------------------------------------------- softmax family


def _shift(x: Array, dims: int | tuple[int, ...]) -> Array:
    """The maximum over `dims`, or 0 where that is infinite, so that x - shift is never NaN."""
    top = np.maximum.reduce(x, axis=dims, keepdims=True, initial=-np.inf)
    return np.where(np.isfinite(top), top, x.dtype.type(0))


@primitive(
    floating=True,
    x=lambda g, x, out, dims, keepdim: (
        _with_dims(g, x.shape, dims, keepdim) * exp(x - _finite(_with_dims(out, x.shape, dims, keepdim)))
    ),
)
def _logsumexp(x: Array, *, dims: tuple[int, ...], keepdim: bool) -> Array:
    shift = _shift(x, dims)
    total = np.add.reduce(np.exp(x - shift), axis=dims, keepdims=True)
    with np.errstate(divide="ignore"):
        out = np.log(total) + shift
    return out if keepdim else unboxed(out.reshape(tuple(n for d, n in enumerate(x.shape) if d not in dims)))


def _finite(x: Array) -> Array:
    """`x` with 0 for -inf, the result where every element is -inf: the derivative there is 0, not NaN."""
    return keep(x, x != -math.inf)


@numpy_names
def logsumexp(x: Array, dim: Dim = None, keepdim: bool = False) -> Array:
    """log sum e^x over `dim`, which does not overflow."""
    return _logsumexp(x, dims=dims_of(dim, len(x.shape), "logsumexp"), keepdim=keepdim)


@primitive(floating=True, x=lambda g, out, dim: out * (g - sum(g * out, dim, keepdim=True)))
def _softmax(x: Array, *, dim: int) -> Array:
    out = np.exp(x - _shift(x, dim))
    out /= np.add.reduce(out, axis=dim, keepdims=True)
    return out


@numpy_names
def softmax(x: Array, dim: int, *, dtype: Any = None) -> Array:
    """e^x / sum e^x along `dim`, which does not overflow."""
    if dtype is not None:
        x = x.to(dtype)
    if not x.shape:
        normalize_dim(dim, 0, "softmax")
        return exp(x - x)
    return _softmax(x, dim=normalize_dim(dim, len(x.shape), "softmax"))


@primitive(floating=True, x=lambda g, out, dim: g - exp(out) * sum(g, dim, keepdim=True))
def _log_softmax(x: Array, *, dim: int) -> Array:
    out = x - _shift(x, dim)
    if out.size:
        out -= np.log(np.add.reduce(np.exp(out), axis=dim, keepdims=True))
    return out


@numpy_names
def log_softmax(x: Array, dim: int, *, dtype: Any = None) -> Array:
    """log softmax(x) along `dim`: x - logsumexp(x), which does not overflow."""
    if dtype is not None:
        x = x.to(dtype)
    if not x.shape:
        normalize_dim(dim, 0, "log_softmax")
        return x - x
    return _log_softmax(x, dim=normalize_dim(dim, len(x.shape), "log_softmax"))


# ------------------------------------------------------------------------------------------- logic


@primitive
def _all(x: Array, *, dims: tuple[int, ...], keepdim: bool) -> Array:
    return np.logical_and.reduce(x, axis=dims, keepdims=keepdim)


@primitive
def _any(x: Array, *, dims: tuple[int, ...], keepdim: bool) -> Array:
    return np.logical_or.reduce(x, axis=dims, keepdims=keepdim)


@numpy_names
def all(x: Array, dim: Dim = None, keepdim: bool = False) -> Array:
    """Whether every element over `dim` is nonzero."""
    return _all(x, dims=dims_of(dim, len(x.shape), "all"), keepdim=keepdim)


@numpy_names
def any(x: Array, dim: Dim = None, keepdim: bool = False) -> Array:
    """Whether some element over `dim` is nonzero."""
    return _any(x, dims=dims_of(dim, len(x.shape), "any"), keepdim=keepdim)


@numpy_names
def count_nonzero(x: Array, dim: Dim = None) -> Array:
    """How many elements over `dim` are not zero."""
    return sum(x != 0, dim)
