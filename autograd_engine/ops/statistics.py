"""Statistics and norms: how far numbers lie from their mean, from zero, and from each other."""

from __future__ import annotations

import builtins
import math
from typing import Any

import numpy as np

from ..backend.arrays import Array
from ..primitive import primitive
from .dims import common_shape, dims_of, normalize_dim, numpy_names
from .math import abs, sqrt
from .piecewise import clamp, keep, maximum, sign, where
from .reduce import Dim, _amax, _amin, _count, _mean, _with_dims, mean, sum
from .shape import _reshape, squeeze, unsqueeze

__all__ = [
    "cdist",
    "corrcoef",
    "cov",
    "dist",
    "norm",
    "renorm",
    "std",
    "std_mean",
    "var",
    "var_mean",
]


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
    squares = x - _mean(x, dims=dims, keepdim=True)
    squares *= squares
    total = np.add.reduce(squares, axis=dims, keepdims=keepdim)
    return total * x.dtype.type(_per_degree(x.shape, dims, correction))


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
def root(x: Array) -> Array:
    """The square root of a variance: its derivative at 0 is taken as 0."""
    return np.sqrt(x)


@numpy_names
def std(
    x: Array, dim: Dim = None, unbiased: bool = True, keepdim: bool = False, *, correction: float | None = None
) -> Array:
    """The standard deviation over `dim`, the root of `var`; its gradient is 0 where it is 0."""
    return root(var(x, dim, unbiased, keepdim, correction=correction))


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


# ----------------------------------------------------------------------------- norms and distances


def _norm_rule(
    g: Array, x: Array, out: Array, p: float, dims: tuple[int, ...], keepdim: bool, x_shape: tuple[int, ...]
) -> Array:
    """sign(x) (|x| / norm)^(p - 1), and 0 where the norm is 0 or the element."""
    out = _with_dims(out, x_shape, dims, keepdim)
    ratio = x / where(out == 0, 1, out)
    g = keep(_with_dims(g, x_shape, dims, keepdim), out != 0)
    if p == 2:
        return g * ratio
    nonzero = x != 0
    return keep(g * sign(x) * abs(where(nonzero, ratio, 1)) ** (p - 1), nonzero)


@primitive(floating=True, x=_norm_rule)
def _norm(x: Array, *, p: float, dims: tuple[int, ...], keepdim: bool) -> Array:
    if p == 2:
        return np.sqrt(np.add.reduce(x * x, axis=dims, keepdims=keepdim))
    return np.add.reduce(np.absolute(x) ** p, axis=dims, keepdims=keepdim) ** x.dtype.type(1 / p)


@primitive(floating=True, x=lambda g, x_shape: np.zeros(x_shape, g.dtype))
def _number_of_nonzeros(x: Array, *, dims: tuple[int, ...], keepdim: bool) -> Array:
    return np.add.reduce(x != 0, axis=dims, keepdims=keepdim).astype(x.dtype)


@numpy_names
def norm(x: Array, p: Any = "fro", dim: Dim = None, keepdim: bool = False, dtype: Any = None) -> Array:
    """The p-norm (sum |x|^p)^(1/p) over `dim` (all dimensions by default); its gradient is 0 where it is 0.

    Args:
        p: a number; "fro" is 2, inf the largest |x|, -inf the smallest, 0 counts what is not zero.

    Raises:
        ValueError: another `p`.

    Example:
        >>> norm(tensor([3.0, 4.0]))
        tensor(5.)
    """
    if dtype is not None:
        x = x.to(dtype)
    p = 2 if p in ("fro", None) else p
    if isinstance(p, str):
        raise ValueError(f'norm: p is a number or "fro", not {p!r}')
    dims = dims_of(dim, len(x.shape), "norm")
    if p in (math.inf, -math.inf):
        return (_amax if p > 0 else _amin)(abs(x), dims=dims, keepdim=keepdim)
    if p == 0:
        return _number_of_nonzeros(x, dims=dims, keepdim=keepdim)
    if p == 1:
        return sum(abs(x), dim, keepdim)
    return _norm(x, p=p, dims=dims, keepdim=keepdim)


def dist(x: Array, other: Array, p: float = 2) -> Array:
    """The p-norm of x - other, over all elements; its gradient is 0 where they are equal.

    Example:
        >>> dist(tensor([1.0, 2.0]), tensor([4.0, 6.0]))
        tensor(5.)
    """
    common_shape([tuple(x.shape), tuple(other.shape)], "dist")
    return norm(x - other, p)


def cdist(x1: Array, x2: Array, p: float = 2.0) -> Array:
    """The p-norm distances between the rows of `x1` and those of `x2`.

    The differences themselves are formed, so points that coincide have distance 0, and gradient 0.

    Shapes: (..., n, m), (..., k, m) -> (..., n, k), leading dimensions broadcast.

    Raises:
        ValueError: fewer than two dimensions, or rows of different length.

    Example:
        >>> cdist(tensor([[0.0, 0.0]]), tensor([[3.0, 4.0], [0.0, 1.0]]))
        tensor([[5., 1.]])
    """
    if len(x1.shape) < 2 or len(x2.shape) < 2 or x1.shape[-1] != x2.shape[-1]:
        raise ValueError(f"cdist: shapes {tuple(x1.shape)} and {tuple(x2.shape)} are not rows of one length")
    return norm(unsqueeze(x1, -2) - unsqueeze(x2, -3), p, -1)


def renorm(x: Array, p: float, dim: int, maxnorm: float) -> Array:
    """`x` with every slice at an index of `dim` whose p-norm exceeds `maxnorm` scaled down to it.

    Raises:
        ValueError: fewer than two dimensions, or p or maxnorm out of range.

    Example:
        >>> renorm(tensor([[3.0, 4.0], [0.3, 0.4]]), 2, 0, 1.0)
        tensor([[0.6000, 0.8000],
                [0.3000, 0.4000]])
    """
    ndim = len(x.shape)
    if ndim < 2:
        raise ValueError(f"renorm: needs at least 2 dimensions, got {ndim}")
    if not p > 0 or maxnorm < 0:
        raise ValueError(f"renorm: p must be positive and maxnorm not negative, got {p} and {maxnorm}")
    dim = normalize_dim(dim, ndim, "renorm")
    size = norm(x, p, [d for d in range(ndim) if d != dim], keepdim=True)
    return x * where(size > maxnorm, maxnorm / (size + 1e-7), 1)


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
