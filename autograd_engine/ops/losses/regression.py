"""Losses for targets that are real numbers, and what all losses share: the reduction and the look at the shapes.

A shape that would broadcast silently, (N, 1) against (N,) say, trains wrongly without a word; so
losses refuse every shape that is not the one they mean. They refuse values that have no meaning, too.
"""

from __future__ import annotations

import functools
import inspect
import math
import warnings
from collections.abc import Callable
from typing import Any, TypeVar

import numpy as np

from ...backend.arrays import Array
from ...backend.checks import are_checked
from ...backend.kinds import kind_of
from ...engine.graph import raw
from ...engine.primitive import primitive
from ..math import exp, log
from ..names import operator
from ..piecewise import clamp, masked
from ..reduce import mean, sum
from ..shape import unsqueeze

F = TypeVar("F", bound=Callable[..., Any])


_OLDER = ("size_average", "reduce")


def reduction_of(size_average: bool | None, reduce: bool | None, stacklevel: int = 3) -> str:
    """The reduction that PyTorch's older settings mean.

    Warns:
        UserWarning: always, with the reduction to write instead.
    """
    meant = "none" if reduce is False else "sum" if size_average is False else "mean"
    warnings.warn(
        f"size_average and reduce are older settings; write reduction={meant!r}", stacklevel=stacklevel + 1
    )
    return meant


def older_settings(loss: F) -> F:
    """The loss, which also takes `size_average` and `reduce`, as older programs for PyTorch say its reduction."""

    @functools.wraps(loss)
    def told(*args: Any, size_average: bool | None = None, reduce: bool | None = None, **settings: Any) -> Any:
        if size_average is not None or reduce is not None:
            settings["reduction"] = reduction_of(size_average, reduce)
        return loss(*args, **settings)

    signature, kind = inspect.signature(loss), inspect.Parameter.KEYWORD_ONLY
    older = [inspect.Parameter(name, kind, default=None, annotation="bool | None") for name in _OLDER]
    told.__signature__ = signature.replace(  # type: ignore[attr-defined]
        parameters=[*signature.parameters.values(), *older]
    )
    return told  # type: ignore[return-value]


def _reduce(losses: Array, reduction: str, name: str, weight: Array | None = None) -> Array:
    """The losses, their sum or their mean; with `weight`, one per loss, weighted."""
    _check_reduction(reduction, name)
    if weight is not None:
        _same_shape(losses, weight, name, "weight")
        losses = losses * weight
    if reduction == "none":
        return losses
    if reduction == "sum":
        return sum(losses)
    return mean(losses) if weight is None else sum(losses) / sum(weight)


def _check_reduction(reduction: str, name: str) -> None:
    if reduction not in ("mean", "sum", "none"):
        raise ValueError(f"{name}: reduction must be 'mean', 'sum' or 'none', not {reduction!r}")


def _same_shape(input: Array, target: Array, name: str, called: str = "target") -> None:
    if input.shape != target.shape:
        raise ValueError(
            f"{name}: input of shape {tuple(input.shape)} and {called} of shape {tuple(target.shape)} differ; "
            "reshape one of them, broadcasting would compare every pair"
        )


def _check_range(values: Any, low: float, high: float, name: str, called: str) -> None:
    """Refuse values outside of [low, high], and NaN."""
    values = raw(values)
    if not are_checked(values) or not (values := kind_of(values).asarray(values)).size:
        return
    least, most = values.min(), values.max()
    if not (least >= low and most <= high):
        worst = most if least >= low else least
        bounds = f"be at least {low:g}" if high == math.inf else f"lie in [{low:g}, {high:g}]"
        raise ValueError(f"{name}: the {called} must {bounds}, got {worst}")


@operator("functional", raw_too=True)
@older_settings
def mse_loss(input: Array, target: Array, reduction: str = "mean", weight: Array | None = None) -> Array:
    """The squared error (input - target)^2, by default its mean.

    Args:
        weight: a factor for each error; the mean is then the weighted mean.

    Raises:
        ValueError: the shapes differ.
    """
    _same_shape(input, target, "mse_loss")
    error = input - target
    return _reduce(error * error, reduction, "mse_loss", weight)


@operator("functional", raw_too=True)
@older_settings
def l1_loss(input: Array, target: Array, reduction: str = "mean", weight: Array | None = None) -> Array:
    """The absolute error |input - target|, by default its mean.

    Args:
        weight: a factor for each error; the mean is then the weighted mean.

    Raises:
        ValueError: the shapes differ.
    """
    _same_shape(input, target, "l1_loss")
    return _reduce(abs(input - target), reduction, "l1_loss", weight)


@primitive(x=lambda g, x, delta: g * clamp(x, -delta, delta))
def _huber(x: Array, *, delta: float) -> Array:
    """x^2 / 2 up to |x| = delta, from there on the tangent."""
    clamped = np.minimum(np.maximum(x, -delta), delta)
    return clamped * (x - 0.5 * clamped)


@operator("functional", raw_too=True)
def huber_loss(
    input: Array, target: Array, reduction: str = "mean", delta: float = 1.0, weight: Array | None = None
) -> Array:
    """The squared error e^2 / 2 up to |e| = delta, beyond it delta (|e| - delta / 2); by default its mean.

    Args:
        weight: a factor for each error; unlike for `mse_loss`, the mean is still over the number of errors.

    Raises:
        ValueError: the shapes differ, or delta is not positive.

    Source: Huber, "Robust Estimation of a Location Parameter", 1964.
    """
    if not delta > 0:
        raise ValueError(f"huber_loss: delta must be positive, not {delta}")
    _same_shape(input, target, "huber_loss")
    losses = _huber(input - target, delta=delta)
    if weight is not None:
        _same_shape(input, weight, "huber_loss", "weight")
        losses = losses * weight
    return _reduce(losses, reduction, "huber_loss")


@operator("functional", raw_too=True)
@older_settings
def smooth_l1_loss(input: Array, target: Array, reduction: str = "mean", beta: float = 1.0) -> Array:
    """huber_loss / beta: |error| - beta / 2, and error^2 / (2 beta) where |error| is below beta.

    Raises:
        ValueError: the shapes differ, or beta is negative.

    Source: Girshick, "Fast R-CNN", 2015.
    """
    if beta < 0:
        raise ValueError(f"smooth_l1_loss: beta must not be negative, got {beta}")
    _same_shape(input, target, "smooth_l1_loss")
    error = input - target
    return _reduce(_huber(error, delta=beta) / beta if beta else abs(error), reduction, "smooth_l1_loss")


def _variance(var: Any, input: Array) -> Array:
    """`var` in a shape that gives every element of the input its variance."""
    if not hasattr(var, "shape"):
        return kind_of(raw(input)).number(var, input.dtype)
    shape, given = tuple(input.shape), tuple(var.shape)
    if given == shape[:-1] != shape:
        return unsqueeze(var, -1)
    others = [n for n, m in zip(given, shape, strict=False) if n != m]
    if len(given) != len(shape) or others not in ([], [1]):
        raise ValueError(
            f"gaussian_nll_loss: var of shape {given} for an input of shape {shape}; it may have the same "
            "shape, lack the last dimension, or have size 1 in one"
        )
    return var


@operator("functional", raw_too=True)
def gaussian_nll_loss(
    input: Array, target: Array, var: Array | float, full: bool = False, eps: float = 1e-6, reduction: str = "mean"
) -> Array:
    """(log var + (input - target)^2 / var) / 2: -log of the normal density of the target, up to a constant.

    Shapes: the target has that of the input; `var` has it too, or lacks the last dimension, or has size 1 in one.

    Args:
        var: variances; a number is one for all.
        full: add the constant, log(2 pi) / 2.
        eps: smaller variances count as this; the gradient with respect to them is not affected.

    Raises:
        ValueError: the shapes do not fit, or a variance is negative.

    Source: Nix and Weigend, "Estimating the mean and variance of the target probability distribution", 1994.
    """
    name = "gaussian_nll_loss"
    _same_shape(input, target, name)
    var = _variance(var, input)
    variances = raw(var)
    _check_range(variances, 0, math.inf, name, "variance")
    var = var + (np.maximum(variances, eps) - variances)
    error = input - target
    losses = (log(var) + error * error / var) * 0.5
    return _reduce(losses + 0.5 * math.log(2 * math.pi) if full else losses, reduction, name)


@operator("functional", raw_too=True)
@older_settings
def poisson_nll_loss(
    input: Array,
    target: Array,
    log_input: bool = True,
    full: bool = False,
    eps: float = 1e-8,
    reduction: str = "mean",
) -> Array:
    """rate - target log(rate): -log of the Poisson probability of the target, up to log(target!).

    Args:
        input: log(rate), or, without `log_input`, the rate.
        target: counts.
        full: add Stirling's approximation of log(target!), for targets above 1.
        eps: added to the rate inside the logarithm, without `log_input`.

    Raises:
        ValueError: the shapes differ, or a target or rate is negative.
    """
    name = "poisson_nll_loss"
    _same_shape(input, target, name)
    _check_range(target, 0, math.inf, name, "target")
    if not log_input:
        _check_range(input, 0, math.inf, name, "rate")
    losses = exp(input) - target * input if log_input else input - target * log(input + eps)
    if full:
        above = raw(target) > 1
        counts = masked(target, above) + ~above
        losses = losses + masked(counts * log(counts) - counts + 0.5 * log(counts * (2 * math.pi)), above)
    return _reduce(losses, reduction, name)
