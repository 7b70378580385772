"""Losses of probabilities: how surprised a predicted distribution is by the true one.

Logits are better than probabilities: the softmax cross entropy never forms a probability whose logarithm could be
infinite, and is one node.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np

from ...backend import kernels
from ...backend.arrays import Array, astype
from ...backend.checks import are_checked
from ...backend.kinds import Kind, kind_of
from ...backend.sums import widened
from ...engine.graph import raw
from ...engine.primitive import primitive
from ..index import _getitem
from ..math import exp
from ..names import operator
from ..piecewise import masked
from ..reduce import sum
from ..shape import _reshape, movedim
from ..softmax import log_softmax
from ..special import xlogy
from .regression import _check_range, _check_reduction, _reduce, _same_shape, older_settings

# ----------------------------------------------------------------------------------- one of several classes


def _picked(log_probabilities: Array, target: Array, scale: Array, *, reduction: str) -> Array:
    """The negated entries that `target` names, one per row, times `scale`, reduced."""
    rows = kind_of(raw(log_probabilities)).arange(log_probabilities.shape[0])
    losses = -_getitem(log_probabilities, index=(rows, raw(target)))
    if scale is not None:
        losses = masked(losses, scale != 0) * scale
    return _reduce(losses, reduction, "nll_loss")


def _softmax_nll_rule(g: Array, exps: Array, totals: Array, target: Array, scale: Array, reduction: str) -> Array:
    if reduction == "mean":
        g = g / len(target)
    return kernels.softmax_nll_gradient(exps, totals, target, g if scale is None else g * scale)


def _softmax_nll_composed(x: Array, target: Array, scale: Array, reduction: str) -> Array:
    return _picked(log_softmax(x, 1), target, scale, reduction=reduction)


@primitive(composition=_softmax_nll_composed, residuals=("exps", "totals"), x=_softmax_nll_rule)
def _softmax_nll(x: Array, target: Array, scale: Array, *, reduction: str) -> tuple[Array, Array, Array]:
    """-log softmax(x)[target] of each row, times `scale`, reduced, in one node.

    The derivative is softmax(x) - onehot(target). A row whose scale is 0 does not count, whatever is in it.
    """
    losses, exps, totals = kernels.softmax_nll(x, target)
    if reduction == "none":
        losses = losses if scale is None else kernels.scaled(losses, scale)
        return astype(losses, x.dtype), exps, totals
    whole = np.add.reduce(losses) if scale is None else kernels.scaled_sum(losses, scale)
    whole = whole / whole.dtype.type(len(target)) if reduction == "mean" else whole
    return astype(whole, x.dtype), exps, totals


def _soft_cross_entropy_rule(g: Array, logs: Array, target: Array, divisor: float) -> Array:
    return kernels.soft_nll_gradient(logs, target, astype(g, logs.dtype) / divisor)


def _soft_cross_entropy_target_rule(g: Array, logs: Array, reduction: str, divisor: float) -> Array:
    g = astype(g, logs.dtype) / divisor
    return -logs * (g if reduction != "none" else np.expand_dims(g, 1))


def _soft_cross_entropy_composed(x: Array, target: Array, reduction: str, divisor: float) -> Array:
    return _reduce(-sum(target * log_softmax(x, 1), 1), reduction, "cross_entropy") / divisor


@primitive(
    composition=_soft_cross_entropy_composed,
    residuals=("logs",),
    x=_soft_cross_entropy_rule,
    target=_soft_cross_entropy_target_rule,
)
def _soft_cross_entropy(x: Array, target: Array, *, reduction: str, divisor: float) -> tuple[Array, Array]:
    """-sum_c target_c log softmax(x)_c of each row, reduced by "sum" or not, and divided, in one node."""
    losses, logs = kernels.soft_nll(x, target)
    losses = losses if reduction == "none" else np.add.reduce(losses)
    return astype(losses / divisor, np.result_type(x, target)), logs


def _class_dim(input: Array, name: str) -> int:
    if not input.shape:
        raise ValueError(f"{name}: expected an input of at least one dimension, got a 0-d tensor")
    if input.dtype.kind in "iub":
        raise TypeError(
            f"{name}: the input must be of a floating dtype, not {input.dtype}; convert it with float()"
        )
    return 1 if len(input.shape) > 1 else 0


def _class_target(target: Any, input: Array, class_dim: int, name: str) -> tuple[Array, Kind]:
    """The raw class indices, which fit the input, and their kind."""
    kind = kind_of(raw(input))
    target = kind.asarray(raw(target))
    if target.dtype.kind not in "iu":
        raise TypeError(f"{name}: class targets must hold integers, not {target.dtype}")
    shape = tuple(input.shape)
    if target.shape != shape[:class_dim] + shape[class_dim + 1 :]:
        raise ValueError(f"{name}: targets of shape {target.shape} do not fit an input of shape {shape}")
    return target, kind


def _counting(target: Array, kind: Kind, classes: int, ignore_index: int | None, name: str) -> tuple[Array, Any]:
    """The class indices, checked, with 0 in place of `ignore_index`; and a mask of those that count, None when all
    do."""
    if not (kind.readable or are_checked(target)):
        if ignore_index is None:
            return target, None
        used = target != ignore_index
        return np.where(used, target, 0), used
    # One pass finds both kinds of bad class: a negative number, read as unsigned, is a huge one.
    unsigned = target.view(f"u{target.itemsize}")
    none_ignored = ignore_index is None or not 0 <= ignore_index < classes
    if none_ignored and (not target.size or unsigned.max() < classes):
        return target, None
    used = kind.ones(target.shape, bool) if ignore_index is None else target != ignore_index
    bad = used & (unsigned >= classes)
    if bad.any():
        raise IndexError(f"{name}: target {target[bad][0]} is out of range for {classes} classes")
    return np.where(used, target, 0), used


def _class_weight(weight: Any, input: Array, class_dim: int, name: str) -> Array:
    """One factor per class, in the dtype of the input; None stays None."""
    if weight is None:
        return None
    weight = kind_of(raw(input)).asarray(raw(weight))
    if weight.shape != (input.shape[class_dim],):
        raise ValueError(f"{name}: expected a weight of shape ({input.shape[class_dim]},), got {weight.shape}")
    return astype(weight, input.dtype)


def _row_scale(target: Array, used: Any, weight: Any, dtype: Any) -> Array:
    """The weight of each target, 0 where it does not count; None where all count alike."""
    if weight is None:
        return None if used is None else used.astype(dtype)
    return weight[target] if used is None else weight[target] * used


def _nothing(scale: Array, used: Any) -> Array:
    """The scale of a weighted mean of total weight 0: NaN for what was to be weighted, 0 for what is ignored."""
    return np.full_like(scale, np.nan) if used is None else np.where(used.reshape(-1), scale.dtype.type(np.nan), 0)


def _in_rows(x: Array, class_dim: int) -> Array:
    """(N, C, d1, ...) as (N d1 ..., C)."""
    if len(x.shape) == 2:
        return x
    last = movedim(x, class_dim, -1)
    return _reshape(last, shape=(math.prod(last.shape[:-1]), last.shape[-1]))


def _classify(
    losses_of: Callable[..., Array],
    input: Array,
    target: Any,
    weight: Any,
    ignore_index: int,
    reduction: str,
    name: str,
) -> Array:
    """The weighted losses `losses_of(rows, targets, scale, reduction=)` for input (N, C, ...), reduced."""
    _check_reduction(reduction, name)
    class_dim = _class_dim(input, name)
    target, kind = _class_target(target, input, class_dim, name)
    weight = _class_weight(weight, input, class_dim, name)
    rows = _in_rows(input, class_dim)
    if not (kind.readable or are_checked(target)):
        return _classify_unseen(losses_of, rows, target, weight, ignore_index, reduction)
    target, used = _counting(target, kind, input.shape[class_dim], ignore_index, name)
    if weight is used is None and reduction != "none" and target.size:
        return losses_of(rows, target.reshape(-1), None, reduction=reduction)
    scale = _row_scale(target, used, weight, input.dtype)
    if scale is not None:
        scale = scale.reshape(-1)
        if reduction == "mean":
            total = np.add.reduce(widened(scale))
            if not total:
                scale = _nothing(scale, used)
                return losses_of(rows, target.reshape(-1), scale, reduction="sum") + math.nan
            scale, reduction = astype(scale / total, scale.dtype), "sum"
    losses = losses_of(rows, target.reshape(-1), scale, reduction="none" if reduction != "sum" else "sum")
    return _reduce(_reshape(losses, shape=target.shape), reduction, name) if reduction != "sum" else losses


def _classify_unseen(
    losses_of: Callable[..., Array], rows: Array, target: Array, weight: Any, ignore_index: int, reduction: str
) -> Array:
    """The same where nobody looks at a value."""
    share, shape = reduction == "mean", target.shape
    flat, scale, nothing = kernels.shares(target.reshape(-1), ignore_index, weight, rows.dtype, share)
    losses = losses_of(rows, flat, scale, reduction="none" if reduction == "none" else "sum")
    if reduction == "none":
        return _reshape(losses, shape=shape)
    return losses + nothing if share else losses


@operator("functional", raw_too=True)
@older_settings
def nll_loss(
    input: Array, target: Array, weight: Array | None = None, ignore_index: int = -100, reduction: str = "mean"
) -> Array:
    """-input[target] for an input of log-probabilities; by default its mean, with `weight` the weighted mean.

    Shapes: input (N, C), (C,) or (N, C, d1, ...); target (int64) the same without C.

    Raises:
        TypeError: the target does not hold integers, or the input does.
        ValueError: the shapes do not fit.
        IndexError: a target lies outside of [0, C) and is not `ignore_index`.
    """
    return _classify(_picked, input, target, weight, ignore_index, reduction, "nll_loss")


def _smoothed(
    target: Any,
    input: Array,
    class_dim: int,
    weight: Any,
    ignore_index: int,
    smoothing: float,
    reduction: str,
    name: str,
) -> tuple[Array, Any]:
    """The target distributions of class indices, a row each, weighted; and the weights of the mean."""
    classes = input.shape[class_dim]
    target, used = _counting(*_class_target(target, input, class_dim, name), classes, ignore_index, name)
    kind = kind_of(target)
    rows = kind.full((target.size, classes), smoothing / (classes or 1), input.dtype)
    rows[kind.arange(target.size), target.reshape(-1)] += 1 - smoothing
    if weight is not None:
        rows *= weight
    if used is not None:
        rows *= used.reshape(-1, 1)
    scale = _row_scale(target, used, weight, input.dtype)
    if scale is None:
        return rows, target.size
    total = np.add.reduce(widened(scale), axis=None)
    if kind.readable and not total and reduction == "mean":
        rows[_nothing(scale.reshape(-1), used) != 0] = np.nan
    return rows, total


@operator("functional", raw_too=True)
@older_settings
def cross_entropy(
    input: Array,
    target: Array,
    weight: Array | None = None,
    ignore_index: int = -100,
    reduction: str = "mean",
    label_smoothing: float = 0.0,
) -> Array:
    """-sum_c q_c log softmax(input)_c in nats, where q is the target distribution.

    Shapes: input (N, C), (C,) or (N, C, d1, ...), unnormalized; target either class indices (int64,
    the same shape without C) or probabilities (the shape of the input). With `label_smoothing` e,
    q becomes (1 - e) q + e / C. The mean over class indices with `weight` is the weighted mean.

    Raises:
        TypeError: a floating target has the shape of class indices, or the input holds integers.
        ValueError: the shapes do not fit, or `label_smoothing` lies outside of [0, 1].
        IndexError: a class index lies outside of [0, C) and is not `ignore_index`.

    Example:
        >>> cross_entropy(tensor([[3.2, 5.1, -1.7]]), tensor([0]))
        tensor(2.0404)
    """
    name = "cross_entropy"
    if not 0.0 <= label_smoothing <= 1.0:
        raise ValueError(f"{name}: label_smoothing must lie in [0, 1], not {label_smoothing}")
    probabilities = getattr(getattr(target, "dtype", None), "kind", "") == "f"
    if not probabilities and not label_smoothing:
        return _classify(_softmax_nll, input, target, weight, ignore_index, reduction, name)
    _check_reduction(reduction, name)
    class_dim = _class_dim(input, name)
    shape = tuple(input.shape)
    weight = _class_weight(weight, input, class_dim, name)
    total: Any
    if probabilities:
        if tuple(target.shape) == shape[:class_dim] + shape[class_dim + 1 :]:
            raise TypeError(
                f"{name}: targets of shape {tuple(target.shape)} for an input of shape {shape} are class indices "
                f"and must be integers, not {target.dtype}; convert them with long()"
            )
        _same_shape(input, target, name)
        rows = _in_rows(target if getattr(target, "node", None) is not None else raw(target), class_dim)
        total = rows.shape[0]
        if label_smoothing:
            rows = rows * (1 - label_smoothing) + label_smoothing / (shape[class_dim] or 1)
        if weight is not None:
            rows = rows * weight
    else:
        rows, total = _smoothed(target, input, class_dim, weight, ignore_index, label_smoothing, reduction, name)
    whole = "none" if reduction == "none" else "sum"
    if not kind_of(total).readable:
        some: Any = True  # or none, and then the division gives NaN
        divisor = total if reduction == "mean" else 1.0
    else:
        some, divisor = total, float(total) if reduction == "mean" and total else 1.0
    losses: Array = _soft_cross_entropy(_in_rows(input, class_dim), rows, reduction=whole, divisor=divisor)
    if reduction == "none":
        return _reshape(losses, shape=shape[:class_dim] + shape[class_dim + 1 :])
    return losses if some or reduction == "sum" else losses + math.nan


# ----------------------------------------------------------------------------- one distribution and another


@operator("functional", raw_too=True)
@older_settings
def kl_div(input: Array, target: Array, reduction: str = "mean", log_target: bool = False) -> Array:
    """target (log target - input): the terms of KL(target || e^input), 0 where the target is 0.

    Args:
        input: log-probabilities.
        target: probabilities, or with `log_target` their logarithms.
        reduction: "batchmean", the sum over the size of the first dimension, is the divergence in its
            mathematical sense; "mean", the default, divides by the number of elements.

    Raises:
        ValueError: the shapes differ, or a probability is negative.

    Source: Kullback and Leibler, "On Information and Sufficiency", 1951.
    """
    name = "kl_div"
    _same_shape(input, target, name)
    if log_target:
        losses = exp(target) * (target - input)
    else:
        _check_range(target, 0, np.inf, name, "target")
        losses = xlogy(target, target) - target * input
    if reduction == "batchmean":
        return sum(losses) / (input.shape[0] if input.shape else 1)
    return _reduce(losses, reduction, name)
