"""Losses: how far predictions lie from targets, as one number to differentiate.

A shape that would broadcast silently, (N, 1) against (N,) say, trains wrongly without a word; so
losses refuse every shape that is not the one they mean.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from ..backend.arrays import Array
from ..graph import Value
from ..primitive import primitive
from .index import _getitem
from .piecewise import keep
from .reduce import mean, sum
from .shape import _reshape, movedim
from .softmax import log_softmax

__all__ = ["cross_entropy", "l1_loss", "mse_loss", "nll_loss"]


def _reduce(losses: Array, reduction: str, name: str) -> Array:
    _check_reduction(reduction, name)
    return {"mean": mean, "sum": sum, "none": lambda x: x}[reduction](losses)


def _check_reduction(reduction: str, name: str) -> None:
    if reduction not in ("mean", "sum", "none"):
        raise ValueError(f"{name}: reduction must be 'mean', 'sum' or 'none', not {reduction!r}")


def _same_shape(input: Array, target: Array, name: str) -> None:
    if tuple(input.shape) != tuple(target.shape):
        raise ValueError(
            f"{name}: input of shape {tuple(input.shape)} and target of shape {tuple(target.shape)} differ; "
            "reshape one of them, broadcasting would compare every pair"
        )


def mse_loss(input: Array, target: Array, reduction: str = "mean") -> Array:
    """The squared error (input - target)^2, by default its mean.

    Raises:
        ValueError: the shapes differ.
    """
    _same_shape(input, target, "mse_loss")
    error = input - target
    return _reduce(error * error, reduction, "mse_loss")


def l1_loss(input: Array, target: Array, reduction: str = "mean") -> Array:
    """The absolute error |input - target|, by default its mean.

    Raises:
        ValueError: the shapes differ.
    """
    _same_shape(input, target, "l1_loss")
    return _reduce((input - target).abs(), reduction, "l1_loss")


def _picked(log_probabilities: Array, target: Array, reduction: str) -> Array:
    """The negated entries that `target` names, one per row, reduced."""
    rows = np.arange(log_probabilities.shape[0])
    losses = -_getitem(log_probabilities, index=(rows, getattr(target, "array", target)))
    return _reduce(losses, reduction, "nll_loss")


_NARROW = 256
"""With fewer classes than this, NumPy reduces faster down the columns of the transpose."""


def _targets(target: Array, axis: int) -> tuple[Array, Array]:
    """The index of the target entries, where the classes lie along `axis`."""
    rows = np.arange(len(target))
    return (target, rows) if axis == 0 else (rows, target)


def _softmax_nll_rule(
    g: Array, probabilities: Array, target: Array, x_shape: tuple[int, int], reduction: str
) -> Array:
    axis = 0 if x_shape[1] < _NARROW else 1
    if reduction == "none":
        g = np.expand_dims(g, axis)
    elif reduction == "mean":
        g = g / x_shape[0]
    out = probabilities * g
    out[_targets(target, axis)] -= g if reduction != "none" else g.ravel()
    return out if axis else out.T


def _softmax_nll_composed(x: Array, target: Array, reduction: str) -> Array:
    return _picked(log_softmax(x, 1), target, reduction)


@primitive(composition=_softmax_nll_composed, residuals=("probabilities",), x=_softmax_nll_rule)
def _softmax_nll(x: Array, target: Array, *, reduction: str) -> tuple[Array, Array]:
    """-log softmax(x)[target] of each row, reduced, in one node: its derivative is softmax(x) - onehot(target)."""
    axis = 0 if x.shape[1] < _NARROW else 1
    lanes = np.array(x if axis else x.T, order="C")
    lanes -= np.maximum.reduce(lanes, axis=axis, keepdims=True)
    picked = lanes[_targets(target, axis)]
    np.exp(lanes, out=lanes)
    total = np.add.reduce(lanes, axis=axis, keepdims=True)
    lanes /= total
    losses = np.log(total).reshape(-1) - picked
    if reduction == "none":
        return losses, lanes
    whole = np.add.reduce(losses)
    return (whole / x.dtype.type(len(target)) if reduction == "mean" else whole), lanes


def _class_dim(input: Array, name: str) -> int:
    if not input.shape:
        raise ValueError(f"{name}: expected an input of at least one dimension, got a 0-d tensor")
    return 1 if len(input.shape) > 1 else 0


def _class_target(target: Any, input: Array, class_dim: int, ignore_index: int, name: str) -> tuple[Array, Any]:
    """The raw class indices, checked, with 0 in place of `ignore_index`; and a mask of those that count,
    None when all do."""
    target = np.asarray(target.array if isinstance(target, Value) else target)
    if target.dtype.kind not in "iu":
        raise TypeError(f"{name}: class targets must hold integers, not {target.dtype}")
    shape = tuple(input.shape)
    if target.shape != shape[:class_dim] + shape[class_dim + 1 :]:
        raise ValueError(f"{name}: targets of shape {target.shape} do not fit an input of shape {shape}")
    classes = shape[class_dim]
    # One pass finds both kinds of bad class: a negative number, read as unsigned, is a huge one.
    unsigned = target.view(f"u{target.itemsize}")
    if not 0 <= ignore_index < classes and (not target.size or np.maximum.reduce(unsigned, axis=None) < classes):
        return target, None
    used = target != ignore_index
    bad = used & (unsigned >= classes)
    if bad.any():
        raise IndexError(f"{name}: target {target[bad].flat[0]} is out of range for {classes} classes")
    return np.where(used, target, 0), used


def _class_weight(weight: Any, classes: int, name: str) -> Array:
    weight = np.asarray(weight.array if isinstance(weight, Value) else weight)
    if weight.shape != (classes,):
        raise ValueError(f"{name}: expected a weight of shape ({classes},), got {weight.shape}")
    return weight


def _classify(
    losses_of: Any, input: Array, target: Any, weight: Any, ignore_index: int, reduction: str, name: str
) -> Array:
    """The weighted losses `losses_of(rows, targets, reduction)` for input (N, C, ...), reduced."""
    _check_reduction(reduction, name)
    class_dim = _class_dim(input, name)
    classes = input.shape[class_dim]
    target, used = _class_target(target, input, class_dim, ignore_index, name)
    plain = weight is None and used is None
    if plain and len(input.shape) == 2 and target.size:
        return losses_of(input, target, reduction=reduction)
    rows = _reshape(movedim(input, class_dim, -1), shape=(-1, classes))
    losses = _reshape(losses_of(rows, target.reshape(-1), reduction="none"), shape=target.shape)
    if plain:
        return _reduce(losses, reduction, name)
    scale = np.ones(classes, input.dtype) if weight is None else _class_weight(weight, classes, name)
    scale = scale[target] if used is None else scale[target] * used
    losses = (losses if used is None else keep(losses, used)) * scale
    return sum(losses) / scale.sum() if reduction == "mean" else _reduce(losses, reduction, name)


def nll_loss(
    input: Array,
    target: Array,
    weight: Array | None = None,
    ignore_index: int = -100,
    reduction: str = "mean",
) -> Array:
    """-input[target], for `input` of log-probabilities; with `weight`, the weighted mean.

    Shapes: input (N, C), (C,) or (N, C, d1, ...); target (int64) the same without C.

    Raises:
        ValueError: the shapes do not fit.
        IndexError: a class that does not exist.
    """
    return _classify(_picked, input, target, weight, ignore_index, reduction, "nll_loss")


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
        ValueError: the shapes do not fit.
        IndexError: a class that does not exist.

    Example:
        >>> cross_entropy(tensor([[3.2, 5.1, -1.7]]), tensor([0]))
        tensor(2.0404)
    """
    name = "cross_entropy"
    if not 0.0 <= label_smoothing <= 1.0:
        raise ValueError(f"{name}: label_smoothing must lie in [0, 1], not {label_smoothing}")
    floating_target = getattr(getattr(target, "dtype", None), "kind", "") == "f"
    if not floating_target and not label_smoothing:
        return _classify(_softmax_nll, input, target, weight, ignore_index, reduction, name)
    class_dim = _class_dim(input, name)
    classes = input.shape[class_dim]
    lane = (classes,) + (1,) * (len(input.shape) - 1 - class_dim)
    scale = np.ones(classes) if weight is None else _class_weight(weight, classes, name)
    if floating_target:
        _same_shape(input, target, name)
        total = math.prod(input.shape) / classes
        used = True
    else:
        indices, counted = _class_target(target, input, class_dim, ignore_index, name)
        used = True if counted is None else counted
        target = (np.expand_dims(indices, class_dim) == np.arange(classes).reshape(lane)).astype(input.dtype)
        total = (scale[indices] * used).sum()
    smoothed = target * (1 - label_smoothing) + label_smoothing / classes
    weighted = smoothed * scale.reshape(lane).astype(input.dtype)
    losses = keep(-sum(weighted * log_softmax(input, class_dim), class_dim), used)
    return sum(losses) / float(total) if reduction == "mean" else _reduce(losses, reduction, name)
