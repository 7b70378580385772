"""Losses of scores and distances: right must beat wrong by a margin, and nothing is gained beyond it.

At the kink itself the derivative is PyTorch's: 1 where the losses compare pairs, 0 where they compare classes.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from ...backend.arrays import Array, astype
from ...backend.checks import are_checked
from ...backend.kinds import kind_of
from ...backend.sums import widened
from ...engine.graph import raw
from ...engine.primitive import primitive
from ..index import _getitem
from ..linear_algebra.distances import pairwise_distance
from ..math import sqrt
from ..names import operator
from ..piecewise import clamp, masked, minimum, relu
from ..reduce import sum
from ..shape import _reshape, unsqueeze
from .classification import _class_dim, _class_target, _class_weight, _counting
from .regression import _reduce, _same_shape, older_settings

# ------------------------------------------------------------------------------------ scores of classes


def _check_power(p: int, name: str) -> None:
    if p not in (1, 2):
        raise ValueError(f"{name}: p must be 1 or 2, not {p}")


def _hinge(x: Array, p: int) -> Array:
    """max(x, 0)^p"""
    violation = relu(x)
    return violation if p == 1 else violation * violation


def _check_signs(target: Any, name: str) -> Any:
    """The raw target, all of whose values must be 1 or -1."""
    target = raw(target)
    target = kind_of(target).asarray(target)
    if are_checked(target) and np.any(bad := np.absolute(target) != 1):
        raise ValueError(f"{name}: the targets must be 1 or -1, got {target[bad][0]}")
    return target


@operator("functional", raw_too=True)
def hinge_loss(input: Array, target: Array, p: int = 1, margin: float = 1.0, reduction: str = "mean") -> Array:
    """max(0, margin - target input)^p for targets 1 and -1: the loss of the support vector machine.

    PyTorch has no such loss; its `hinge_embedding_loss` is of distances, `multi_margin_loss` of several classes.

    Raises:
        ValueError: the shapes differ, a target is neither 1 nor -1, or p is neither 1 nor 2.

    Example:
        >>> hinge_loss(tensor([0.5, 2.0, 0.5]), tensor([1, 1, -1]))
        tensor(0.6667)

    Source: Cortes and Vapnik, "Support-Vector Networks", 1995.
    """
    name = "hinge_loss"
    _same_shape(input, target, name)
    _check_power(p, name)
    signs = astype(_check_signs(target, name), input.dtype)
    return _reduce(_hinge(margin - input * signs, p), reduction, name)


def _score_rows(input: Array, name: str) -> Array:
    """Scores (N, C) or (C,) as rows."""
    if len(input.shape) not in (1, 2):
        raise ValueError(f"{name}: expected scores (N, C) or (C,), got shape {tuple(input.shape)}")
    return input if len(input.shape) == 2 else unsqueeze(input, 0)


def _multi_margin_rule(g: Array, violations: Array, target: Array, p: int) -> Array:
    """The slopes of the rivals, and minus their sum for the target."""
    g = (g / violations.dtype.type(violations.shape[1] or 1)).reshape(-1, 1)
    out = (violations != 0) * g if p == 1 else violations * (2 * g)
    out[kind_of(target).arange(len(target)), target] = -np.add.reduce(out, axis=1)
    return out


def _multi_margin_composed(x: Array, target: Array, p: int, margin: float) -> Array:
    target = raw(target)
    kind = kind_of(target)
    rows, others = kind.arange(len(target)), kind.ones(tuple(x.shape), bool)
    others[rows, target] = False
    rivals = x - unsqueeze(_getitem(x, index=(rows, target)), 1) + margin
    return sum(_hinge(masked(rivals, others), p), 1) / x.shape[1]


@primitive(composition=_multi_margin_composed, residuals=("violations",), x=_multi_margin_rule)
def _multi_margin(x: Array, target: Array, *, p: int, margin: float) -> tuple[Array, Array]:
    """sum_(i != y) max(0, margin - x_y + x_i)^p / C for each row, in one node."""
    wide = widened(x)
    kind = kind_of(x)
    rows = kind.arange(len(target))
    violations = wide - (wide[rows, target] - wide.dtype.type(margin)).reshape(-1, 1)
    violations[rows, target] = 0
    violations = np.maximum(violations, 0, out=violations)
    losses = np.add.reduce(violations, axis=1) if p == 1 else kind.vecdot(violations, violations)
    return astype(losses / losses.dtype.type(x.shape[1] or 1), x.dtype), violations


@operator("functional", raw_too=True)
@older_settings
def multi_margin_loss(
    input: Array,
    target: Array,
    p: int = 1,
    margin: float = 1.0,
    weight: Array | None = None,
    reduction: str = "mean",
) -> Array:
    """sum_(i != y) max(0, margin - x_y + x_i)^p / C, the multi-class hinge loss; y the target class.

    Shapes: input (N, C) or (C,); target (int64) (N,) or (); weight, a factor for each target class, (C,).

    Raises:
        ValueError: the shapes do not fit, or p is neither 1 nor 2.
        IndexError: a target names a class that does not exist.

    Example:
        >>> multi_margin_loss(tensor([[3.2, 5.1, -1.7]]), tensor([0])) * 3
        tensor(2.9000)

    Source: Crammer and Singer, "Multiclass Kernel-based Vector Machines", 2001.
    """
    name = "multi_margin_loss"
    _check_power(p, name)
    scores = _score_rows(input, name)
    class_dim = _class_dim(input, name)
    classes, _ = _counting(*_class_target(target, input, class_dim, name), input.shape[class_dim], None, name)
    weight = _class_weight(weight, input, class_dim, name)
    named = classes.reshape(-1)
    losses = _multi_margin(scores, named, p=p, margin=margin)
    if weight is not None:
        losses = losses * weight[named]
    return _reduce(_reshape(losses, shape=classes.shape), reduction, name)


@operator("functional", raw_too=True)
@older_settings
def multilabel_margin_loss(input: Array, target: Array, reduction: str = "mean") -> Array:
    """sum_ij max(0, 1 - x_(y_j) + x_i) / C over the target classes y_j and all other classes i.

    Shapes: input (N, C) or (C,); target (int64) the same, in each row the classes that are true, then -1.

    Raises:
        ValueError: the shapes do not fit.
        IndexError: a target names a class that does not exist.
    """
    name = "multilabel_margin_loss"
    scores = _score_rows(input, name)
    _same_shape(input, target, name)
    kind = kind_of(raw(input))
    named = kind.asarray(raw(target)).reshape(scores.shape)
    if named.dtype.kind not in "iu":
        raise TypeError(f"{name}: class targets must hold integers, not {named.dtype}")
    if are_checked(named) and (bad := (named < -1) | (named >= scores.shape[1])).any():
        raise IndexError(f"{name}: target {named[bad][0]} is out of range for {scores.shape[1]} classes")
    listed = kind.accumulate(np.logical_and, named >= 0, 1)
    most = int(np.add.reduce(listed, axis=1).max(initial=0)) if kind.readable else named.shape[1]
    listed, named = listed[:, :most], np.where(listed, named, 0)[:, :most]
    rows = kind.arange(len(named))[:, None]
    others = ~(listed[:, :, None] & (named[:, :, None] == kind.arange(scores.shape[1]))).any(1)
    margins = 1 - unsqueeze(_getitem(scores, index=(rows, named)), 2) + unsqueeze(scores, 1)
    losses = sum(relu(masked(margins, listed[:, :, None] & others[:, None, :])), (1, 2)) / scores.shape[1]
    return _reduce(losses if len(input.shape) == 2 else _reshape(losses, shape=()), reduction, name)


# ------------------------------------------------------------------------------------- pairs and triplets


@operator("functional", raw_too=True)
@older_settings
def margin_ranking_loss(
    input1: Array, input2: Array, target: Array, margin: float = 0.0, reduction: str = "mean"
) -> Array:
    """max(0, margin - target (input1 - input2)): where the target is 1, input1 should be larger, where -1, input2.

    Any other target is a factor, as in PyTorch: where it is 0 the loss is the margin.

    Raises:
        ValueError: the shapes differ.
    """
    name = "margin_ranking_loss"
    _same_shape(input1, input2, name, "input2")
    _same_shape(input1, target, name)
    return _reduce(clamp(margin - (input1 - input2) * target, 0), reduction, name)


@operator("functional", raw_too=True)
@older_settings
def hinge_embedding_loss(input: Array, target: Array, margin: float = 1.0, reduction: str = "mean") -> Array:
    """The input, a distance, where the target is 1; max(0, margin - input) where it is -1.

    For any other target the loss is the sum of both, as in PyTorch.

    Raises:
        ValueError: the shapes differ.
    """
    name = "hinge_embedding_loss"
    _same_shape(input, target, name)
    signs = raw(target)
    losses = masked(input, signs != -1) + masked(clamp(margin - input, 0), signs != 1)
    return _reduce(losses, reduction, name)


def _vectors(first: Array, *others: Array, name: str) -> None:
    """Refuse vectors of different shapes, and 0-d ones."""
    if not first.shape or any(other.shape != first.shape for other in others):
        shapes = ", ".join(str(tuple(t.shape)) for t in (first, *others))
        raise ValueError(f"{name}: expected vectors (..., D) of one shape, got {shapes}")


@operator("functional", raw_too=True)
@older_settings
def cosine_embedding_loss(
    input1: Array, input2: Array, target: Array, margin: float = 0.0, reduction: str = "mean"
) -> Array:
    """1 - cos(input1, input2) where the target is 1; max(0, cos(input1, input2) - margin) where it is -1.

    For any other target the loss is 0, as in PyTorch.

    Shapes: inputs (N, D) or (D,); target (N,) or ().

    Raises:
        ValueError: the shapes do not fit.
    """
    name = "cosine_embedding_loss"
    _vectors(input1, input2, name=name)
    if tuple(target.shape) != tuple(input1.shape)[:-1]:
        raise ValueError(
            f"{name}: a target of shape {tuple(target.shape)} for vectors of shape {tuple(input1.shape)}; "
            f"expected one number per vector, {tuple(input1.shape)[:-1]}"
        )
    squares = (sum(input1 * input1, -1) + 1e-12) * (sum(input2 * input2, -1) + 1e-12)
    cosine = sum(input1 * input2, -1) / sqrt(squares)
    signs = raw(target)
    losses = masked(1 - cosine, signs == 1) + masked(clamp(cosine - margin, 0), signs == -1)
    return _reduce(losses, reduction, name)


@operator("functional", raw_too=True)
@older_settings
def triplet_margin_loss(
    anchor: Array,
    positive: Array,
    negative: Array,
    margin: float = 1.0,
    p: float = 2.0,
    eps: float = 1e-6,
    swap: bool = False,
    reduction: str = "mean",
) -> Array:
    """max(0, margin + d(anchor, positive) - d(anchor, negative)), d(x, y) the p-norm of x - y + eps.

    Shapes: three times (N, D) or (D,).

    Args:
        swap: where the positive is nearer to the negative than the anchor is, take that distance.

    Raises:
        ValueError: the shapes differ, or the margin is not positive.

    Source: Balntas et al., "Learning local feature descriptors with triplets", 2016.
    """

    def distance(x: Array, y: Array) -> Array:
        return pairwise_distance(x, y, p, eps)

    return _triplet("triplet_margin_loss", distance, anchor, positive, negative, margin, swap, reduction)


@operator("functional", raw_too=True)
def triplet_margin_with_distance_loss(
    anchor: Array,
    positive: Array,
    negative: Array,
    *,
    distance_function: Callable[[Any, Any], Any] | None = None,
    margin: float = 1.0,
    swap: bool = False,
    reduction: str = "mean",
) -> Array:
    """max(0, margin + d(anchor, positive) - d(anchor, negative)) for any distance; see `triplet_margin_loss`.

    Args:
        distance_function: takes two tensors (N, D), returns (N,); by default that of `triplet_margin_loss`.
        swap: where the positive is nearer to the negative than the anchor is, take that distance.

    Raises:
        ValueError: the shapes differ, or the margin is not positive.
    """
    if distance_function is None:
        return triplet_margin_loss(anchor, positive, negative, margin, swap=swap, reduction=reduction)
    name = "triplet_margin_with_distance_loss"
    return _triplet(name, distance_function, anchor, positive, negative, margin, swap, reduction)


def _triplet(
    name: str,
    distance: Callable[[Any, Any], Any],
    anchor: Array,
    positive: Array,
    negative: Array,
    margin: float,
    swap: bool,
    reduction: str,
) -> Array:
    _vectors(anchor, positive, negative, name=name)
    if not margin > 0:
        raise ValueError(f"{name}: the margin must be positive, not {margin}")
    far = distance(anchor, negative)
    if swap:
        far = minimum(far, distance(positive, negative))
    return _reduce(clamp(distance(anchor, positive) - far + margin, 0), reduction, name)
