"""Losses of scores and probabilities against classes."""

from __future__ import annotations

from dataclasses import KW_ONLY
from typing import ClassVar

from ...tensor import Tensor
from .. import functional as F
from ..configured import layer
from .base import Loss

__all__ = [
    "BCELoss",
    "BCEWithLogitsLoss",
    "CrossEntropyLoss",
    "KLDivLoss",
    "MultiLabelSoftMarginLoss",
    "NLLLoss",
    "SoftMarginLoss",
]


@layer(F.nll_loss)
class NLLLoss(Loss):
    """-input[target] of log-probabilities (N, C, ...) and class indices (N, ...).

    Args:
        weight: a factor per class; the mean is then the weighted mean.
        ignore_index: targets of this value do not count.

    Raises:
        ValueError: the shapes do not fit, or the reduction is unknown.
        IndexError: a class that does not exist.
    """

    weight: Tensor | None = None
    _: KW_ONLY
    ignore_index: int = -100


@layer(F.cross_entropy)
class CrossEntropyLoss(Loss):
    """-log softmax(input)[target] of scores (N, C, ...) and class indices (N, ...) or probabilities.

    Args:
        weight: a factor per class; the mean is then the weighted mean.
        ignore_index: targets of this value do not count.
        label_smoothing: how much of the target is spread evenly over all classes, in [0, 1].

    Raises:
        ValueError: the shapes do not fit, or the reduction is unknown.
        IndexError: a class that does not exist.

    Example:
        >>> CrossEntropyLoss()(tensor([[3.2, 5.1, -1.7]]), tensor([0]))
        tensor(2.0404)
    """

    weight: Tensor | None = None
    _: KW_ONLY
    ignore_index: int = -100
    label_smoothing: float = 0.0


@layer(F.binary_cross_entropy)
class BCELoss(Loss):
    """The cross entropy of probabilities of yes: see `functional.binary_cross_entropy`.

    Args:
        weight: factors that broadcast to the input.
    """

    weight: Tensor | None = None


@layer(F.binary_cross_entropy_with_logits)
class BCEWithLogitsLoss(Loss):
    """The cross entropy of sigmoid(input): see `functional.binary_cross_entropy_with_logits`.

    Args:
        weight: factors that broadcast to the input.
        pos_weight: factors for the positive examples; they broadcast too.
    """

    weight: Tensor | None = None
    _: KW_ONLY
    pos_weight: Tensor | None = None


@layer(F.multilabel_soft_margin_loss)
class MultiLabelSoftMarginLoss(Loss):
    """A logistic loss per class, of which several may be true: see `functional.multilabel_soft_margin_loss`.

    Args:
        weight: a factor per class.
    """

    weight: Tensor | None = None


@layer(F.soft_margin_loss)
class SoftMarginLoss(Loss):
    """The logistic loss of targets 1 and -1: see `functional.soft_margin_loss`."""


@layer(F.kl_div)
class KLDivLoss(Loss):
    """The Kullback-Leibler divergence of log-probabilities from a target: see `functional.kl_div`.

    Args:
        reduction: "batchmean" besides the others.
        log_target: whether the target too holds logarithms.
    """

    _reductions: ClassVar = ("mean", "sum", "none", "batchmean")

    _: KW_ONLY
    log_target: bool = False
