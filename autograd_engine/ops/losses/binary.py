"""Losses of yes or no: how surprised a predicted probability is by what happened.

Logits are better than probabilities: the logistic loss never forms a probability whose logarithm could be infinite.
"""

from __future__ import annotations

import numpy as np

from ...backend.arrays import Array, astype
from ...backend.kinds import kind_of
from ...engine.graph import raw
from ...engine.primitive import primitive
from ..math import log, sigmoid
from ..names import operator
from ..piecewise import clamp
from ..reduce import mean
from .classification import _class_dim
from .regression import _check_range, _reduce, _same_shape, older_settings


def _binary_rule(g: Array, x: Array, target: Array) -> Array:
    return g * ((x - target) / clamp(x * (1 - x), 1e-12))


@primitive(x=_binary_rule, target=lambda g, x: g * (log(1 - x) - log(x)), promote=True)
def _binary(x: Array, target: Array) -> Array:
    """-target log x - (1 - target) log(1 - x), with logarithms of at least -100."""
    with np.errstate(divide="ignore"):
        yes, no = np.maximum(np.log(x), -100), np.maximum(np.log1p(-x), -100)
    return (target - 1) * no - target * yes


def _weighed(losses: Array, weight: Array | None, name: str, called: str = "weight") -> Array:
    """`losses` times a weight that broadcasts to them."""
    if weight is None:
        return losses
    shape = tuple(losses.shape)
    given = tuple(weight.shape)
    if len(given) > len(shape) or any(n not in (1, m) for n, m in zip(given[::-1], shape[::-1], strict=False)):
        raise ValueError(f"{name}: {called} of shape {given} does not expand to {shape}")
    return losses * weight


@operator("functional", raw_too=True)
@older_settings
def binary_cross_entropy(
    input: Array, target: Array, weight: Array | None = None, reduction: str = "mean"
) -> Array:
    """-target log(input) - (1 - target) log(1 - input), by default its mean.

    Logarithms count as at least -100, so that a wrong certainty costs much, but not infinitely much.
    It is better to leave out the last sigmoid and take `binary_cross_entropy_with_logits`.

    Args:
        input, target: probabilities, of one shape.
        weight: factors that broadcast to the input.

    Raises:
        ValueError: the shapes do not fit, or a value lies outside of [0, 1].

    Example:
        >>> binary_cross_entropy(tensor([0.5, 1.0]), tensor([1.0, 0.0]))
        tensor(50.3466)
    """
    name = "binary_cross_entropy"
    _same_shape(input, target, name)
    _check_range(input, 0, 1, name, "input")
    _check_range(target, 0, 1, name, "target")
    return _reduce(_weighed(_binary(input, target), weight, name), reduction, name)


@primitive(x=lambda g, x, target: g * (sigmoid(x) - target), target=lambda g, x: -g * x, promote=True)
def _logistic(x: Array, target: Array) -> Array:
    """log(1 + e^x) - target x: nothing overflows, and for targets 0 and 1 nothing cancels."""
    return (np.maximum(x, 0) - target * x) + np.log1p(np.exp(-np.absolute(x)))


@operator("functional", raw_too=True)
@older_settings
def binary_cross_entropy_with_logits(
    input: Array,
    target: Array,
    weight: Array | None = None,
    reduction: str = "mean",
    pos_weight: Array | None = None,
) -> Array:
    """-target log p - (1 - target) log(1 - p) for p = sigmoid(input), by default its mean; it does not overflow.

    Args:
        input: any real numbers.
        target: probabilities, of the same shape.
        weight: factors that broadcast to the input.
        pos_weight: factors of the first term, of the positive examples; they broadcast too.

    Raises:
        ValueError: the shapes do not fit, or a target lies outside of [0, 1].

    Example:
        >>> binary_cross_entropy_with_logits(tensor([0.0, 1000.0]), tensor([1.0, 0.0]))
        tensor(500.3466)
    """
    name = "binary_cross_entropy_with_logits"
    _same_shape(input, target, name)
    _check_range(target, 0, 1, name, "target")
    if pos_weight is None:
        losses = _logistic(input, target)
    else:
        positive = _weighed(target * _logistic(input, 1.0), pos_weight, name, "pos_weight")
        losses = positive + (1 - target) * _logistic(input, 0.0)
    return _reduce(_weighed(losses, weight, name), reduction, name)


@operator("functional", raw_too=True)
@older_settings
def soft_margin_loss(input: Array, target: Array, reduction: str = "mean") -> Array:
    """log(1 + e^(-target input)), by default its mean; it does not overflow.

    Targets are meant to be 1 and -1; any other number is a factor, as in PyTorch.

    Raises:
        ValueError: the shapes differ.
    """
    name = "soft_margin_loss"
    _same_shape(input, target, name)
    return _reduce(
        _logistic(input * astype(kind_of(raw(input)).asarray(raw(target)), input.dtype), 1.0), reduction, name
    )


@operator("functional", raw_too=True)
@older_settings
def multilabel_soft_margin_loss(
    input: Array, target: Array, weight: Array | None = None, reduction: str = "mean"
) -> Array:
    """The mean over the classes of `binary_cross_entropy_with_logits`: several classes may be true at once.

    Shapes: input and target (N, C) or (C,); weight, one factor per class, (C,).

    Raises:
        ValueError: the shapes do not fit, or a target lies outside of [0, 1].
    """
    name = "multilabel_soft_margin_loss"
    _same_shape(input, target, name)
    _class_dim(input, name)
    _check_range(target, 0, 1, name, "target")
    return _reduce(mean(_weighed(_logistic(input, target), weight, name), -1), reduction, name)
