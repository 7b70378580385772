"""Statistics: how far numbers lie from their mean, and how they vary together."""

from __future__ import annotations

import builtins
import math
from typing import Any

import numpy as np

from ..backend.arrays import Array, astype
from ..backend.kinds import kind_of
from ..backend.sums import magnitude, widened, within
from ..engine.graph import raw
from ..engine.primitive import primitive
from .dims import dims_of
from .math import sqrt
from .names import operator
from .operands import in_float32
from .piecewise import clamp, masked, maximum, where
from .reduce import Dim, _count, _mean, _with_dims, mean, sum
from .shape import _reshape, squeeze, unsqueeze

# ------------------------------------------------------------------------------------------ spread


def _per_degree(shape: tuple[int, ...], dims: tuple[int, ...], correction: float) -> float:
    """1 / (n - correction), or NaN where that is not positive."""
    degrees = _count(shape, dims) - correction
    return 1 / degrees if degrees > 0 else math.nan


def _var_rule(g: Array, x: Array, dims: tuple[int, ...], correction: float, keepdim: bool) -> Array:
    scale = _with_dims(g, x.shape, dims, keepdim) * (2 * _per_degree(x.shape, dims, correction))
    return (x - _mean(x, dims=dims, keepdim=True)) * scale


@primitive(x=_var_rule)
def _var(x: Array, *, dims: tuple[int, ...], correction: float, keepdim: bool) -> Array:
    return astype(_variance(widened(x), dims, correction, keepdim), x.dtype)


def _variance(x: Any, dims: tuple[int, ...], correction: float, keepdim: bool) -> Any:
    squares = x - _mean(x, dims=dims, keepdim=True)
    squares *= squares
    total = np.add.reduce(squares, axis=dims, keepdims=keepdim)
    return total * x.dtype.type(_per_degree(x.shape, dims, correction))


def _spread_of(dim: Any, unbiased: bool, correction: float | None) -> tuple[Dim, float]:
    """`dim` and `correction`. A boolean `dim` is `unbiased`: `x.var(False)` is `x.var(unbiased=False)`."""
    if isinstance(dim, bool):
        dim, unbiased = None, dim
    return dim, int(unbiased) if correction is None else correction


@operator("torch Tensor")
def var(
    x: Array,
    dim: Dim | bool = None,
    unbiased: bool = True,
    keepdim: bool = False,
    *,
    correction: float | None = None,
) -> Array:
    """The variance over `dim`: sum (x - mean)^2 / (n - correction); NaN where n <= correction.

    `correction` is 1 by default, and 0 with `unbiased=False`. A boolean in the place of `dim` is `unbiased`.

    Example:
        >>> var(tensor([1.0, 3.0])), var(tensor([1.0, 3.0]), False)
        (tensor(2.), tensor(1.))
    """
    dim, correction = _spread_of(dim, unbiased, correction)
    return _var(x, dims=dims_of(dim, len(x.shape), "var"), correction=correction, keepdim=keepdim)


def _std_rule(g: Array, x: Array, out: Array, dims: tuple[int, ...], correction: float, keepdim: bool) -> Array:
    """(x - mean) / ((n - correction) std), and 0 where the deviation is 0."""
    deviation = _with_dims(out, x.shape, dims, keepdim)
    g = masked(_with_dims(g, x.shape, dims, keepdim), deviation != 0)
    scale = g / where(deviation == 0, 1, deviation) * _per_degree(x.shape, dims, correction)
    return (x - _mean(x, dims=dims, keepdim=True)) * scale


_SMALL = float(np.finfo(np.float32).tiny) ** 0.5
"""In float32 the square of a smaller number loses digits, or is 0."""


@primitive(x=_std_rule)
def _std(x: Array, *, dims: tuple[int, ...], correction: float, keepdim: bool) -> Array:
    """The root of the variance, which itself may lie outside the range of the dtype."""
    wide = widened(x)
    out = np.sqrt(_variance(wide, dims, correction, keepdim))
    if wide.dtype == np.float32 and not within(out, _SMALL, np.inf):
        out = np.sqrt(_variance(x.astype(np.float64), dims, correction, keepdim))
    return astype(out, x.dtype)


def _root_rule(g: Array, out: Array) -> Array:
    return masked(g / (2 * where(out == 0, 1, out)), out != 0)


@primitive(x=_root_rule)
def root(x: Array) -> Array:
    """The square root of a variance: its derivative at 0 is taken as 0."""
    return np.sqrt(x)


@operator("torch Tensor")
def std(
    x: Array,
    dim: Dim | bool = None,
    unbiased: bool = True,
    keepdim: bool = False,
    *,
    correction: float | None = None,
) -> Array:
    """The standard deviation over `dim`, the root of `var`. Where the deviation is 0, so is the gradient."""
    dim, correction = _spread_of(dim, unbiased, correction)
    return _std(x, dims=dims_of(dim, len(x.shape), "std"), correction=correction, keepdim=keepdim)


@operator("torch")
def var_mean(
    x: Array,
    dim: Dim | bool = None,
    unbiased: bool = True,
    keepdim: bool = False,
    *,
    correction: float | None = None,
) -> tuple[Array, Array]:
    """The variance and the mean over `dim`; see `var`."""
    dim, correction = _spread_of(dim, unbiased, correction)
    return var(x, dim, keepdim=keepdim, correction=correction), mean(x, dim, keepdim)


@operator("torch")
def std_mean(
    x: Array,
    dim: Dim | bool = None,
    unbiased: bool = True,
    keepdim: bool = False,
    *,
    correction: float | None = None,
) -> tuple[Array, Array]:
    """The standard deviation and the mean over `dim`; see `std`."""
    dim, correction = _spread_of(dim, unbiased, correction)
    return std(x, dim, keepdim=keepdim, correction=correction), mean(x, dim, keepdim)


# ------------------------------------------------------------------------------ second-order moments


@operator("torch Tensor", raw_too=True)
@in_float32
def cov(x: Array, *, correction: int = 1, fweights: Array | None = None, aweights: Array | None = None) -> Array:
    """The covariance matrix of variables (rows) over observations (columns).

    Each column counts as often as `fweights` (integers) says, and with the weight a of `aweights`: its weight w is
    the product of both, and n is the sum of w. The sum of the products of deviations is divided by n - correction,
    or with `aweights` by n - correction sum(w a) / n.

    Shapes: (variables, observations) -> (variables, variables). A vector or a number is one variable, and the
    result is 0-d; both weights are (observations,).

    Raises:
        ValueError: `x` has more than two dimensions, or weights have another shape.

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


@operator("torch Tensor", raw_too=True)
@in_float32
def corrcoef(x: Array) -> Array:
    """The correlation coefficients of variables (rows) over observations (columns), within [-1, 1].

    Shapes: (variables, observations) -> (variables, variables). A vector or a number is one variable, and the
    result is 0-d.

    Raises:
        ValueError: `x` has more than two dimensions.

    Example:
        >>> corrcoef(tensor([[0.0, 1.0, 2.0], [2.0, 1.0, 0.0]]))
        tensor([[ 1., -1.],
                [-1.,  1.]])
    """
    if x.shape and x.dtype.kind == "f":  # in the middle of the dtype's range, where no square leaves it
        sizes = np.absolute(raw(x))
        x = x / magnitude(kind_of(sizes).largest(sizes, axis=-1, keepdims=True, initial=0))
    products = cov(x)
    if not products.shape:
        return products / products
    places = kind_of(raw(x)).arange(products.shape[0])
    deviations = sqrt(products[places, places])
    return clamp(products / unsqueeze(deviations, 1) / unsqueeze(deviations, 0), -1, 1)
