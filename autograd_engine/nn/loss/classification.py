"""Losses of scores and probabilities against classes."""

from __future__ import annotations

from typing import Any

from ...tensor import Tensor
from .. import functional as F
from .base import Loss, WeightedLoss

__all__ = [
    "BCELoss",
    "BCEWithLogitsLoss",
    "CrossEntropyLoss",
    "KLDivLoss",
    "MultiLabelSoftMarginLoss",
    "NLLLoss",
    "SoftMarginLoss",
]


class _ClassLoss(WeightedLoss):
    def __init__(self, weight: Tensor | None = None, *, ignore_index: int = -100, reduction: str = "mean") -> None:
        super().__init__(weight, reduction=reduction)
        self.ignore_index = ignore_index


class NLLLoss(_ClassLoss):
    """-input[target] of log-probabilities (N, C, ...) and class indices (N, ...).

    Args:
        weight: a factor per class; the mean is then the weighted mean.
        ignore_index: targets of this value do not count.

    Raises:
        ValueError: the shapes do not fit, or the reduction is unknown.
        IndexError: a class that does not exist.
    """

    def forward(self, input: Any, target: Any) -> Any:
        """Compare."""
        return F.nll_loss(input, target, self.weight, self.ignore_index, self.reduction)


class CrossEntropyLoss(_ClassLoss):
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

    def __init__(
        self,
        weight: Tensor | None = None,
        *,
        ignore_index: int = -100,
        reduction: str = "mean",
        label_smoothing: float = 0.0,
    ) -> None:
        super().__init__(weight, ignore_index=ignore_index, reduction=reduction)
        self.label_smoothing = label_smoothing

    def forward(self, input: Any, target: Any) -> Any:
        """Compare."""
        return F.cross_entropy(input, target, self.weight, self.ignore_index, self.reduction, self.label_smoothing)


class BCELoss(WeightedLoss):
    """The cross entropy of probabilities of yes: see `functional.binary_cross_entropy`.

    Args:
        weight: factors that broadcast to the input.
    """

    def forward(self, input: Any, target: Any) -> Any:
        """Compare."""
        return F.binary_cross_entropy(input, target, self.weight, self.reduction)


class BCEWithLogitsLoss(WeightedLoss):
    """The cross entropy of sigmoid(input): see `functional.binary_cross_entropy_with_logits`.

    Args:
        weight: factors that broadcast to the input.
        pos_weight: factors for the positive examples; they broadcast too.
    """

    pos_weight: Tensor | None

    def __init__(
        self, weight: Tensor | None = None, *, reduction: str = "mean", pos_weight: Tensor | None = None
    ) -> None:
        super().__init__(weight, reduction=reduction)
        self.register_buffer("pos_weight", pos_weight)

    def forward(self, input: Any, target: Any) -> Any:
        """Compare."""
        return F.binary_cross_entropy_with_logits(input, target, self.weight, self.reduction, self.pos_weight)


class MultiLabelSoftMarginLoss(WeightedLoss):
    """A logistic loss per class, of which several may be true: see `functional.multilabel_soft_margin_loss`.

    Args:
        weight: a factor per class.
    """

    def forward(self, input: Any, target: Any) -> Any:
        """Compare."""
        return F.multilabel_soft_margin_loss(input, target, self.weight, self.reduction)


class SoftMarginLoss(Loss):
    """The logistic loss of targets 1 and -1: see `functional.soft_margin_loss`."""

    def forward(self, input: Any, target: Any) -> Any:
        """Compare."""
        return F.soft_margin_loss(input, target, self.reduction)


class KLDivLoss(Loss):
    """The Kullback-Leibler divergence of log-probabilities from a target: see `functional.kl_div`.

    Args:
        reduction: "batchmean" besides the others.
        log_target: whether the target too holds logarithms.
    """

    _reductions = ("mean", "sum", "none", "batchmean")

    def __init__(self, *, reduction: str = "mean", log_target: bool = False) -> None:
        super().__init__(reduction=reduction)
        self.log_target = log_target

    def forward(self, input: Any, target: Any) -> Any:
        """Compare."""
        return F.kl_div(input, target, self.reduction, self.log_target)
