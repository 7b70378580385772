"""Losses as modules: settings chosen once, then `loss_fn(prediction, target)`."""

from __future__ import annotations

from typing import Any

from ..ops.classification import cross_entropy, nll_loss
from ..ops.loss import l1_loss, mse_loss
from ..tensor import Tensor
from .module import Module

__all__ = ["CrossEntropyLoss", "L1Loss", "MSELoss", "NLLLoss"]


class _Loss(Module):
    def __init__(self, *, reduction: str = "mean") -> None:
        super().__init__()
        if reduction not in ("mean", "sum", "none"):
            raise ValueError(f"reduction must be 'mean', 'sum' or 'none', not {reduction!r}")
        self.reduction = reduction


class MSELoss(_Loss):
    """The squared error (input - target)^2: its mean, sum, or each ("none").

    Raises:
        ValueError: the shapes differ, or the reduction is unknown.
    """

    def forward(self, input: Any, target: Any) -> Any:
        """Compare."""
        return mse_loss(input, target, self.reduction)


class L1Loss(_Loss):
    """The absolute error |input - target|: its mean, sum, or each ("none").

    Raises:
        ValueError: the shapes differ, or the reduction is unknown.
    """

    def forward(self, input: Any, target: Any) -> Any:
        """Compare."""
        return l1_loss(input, target, self.reduction)


class _ClassLoss(_Loss):
    weight: Tensor | None

    def __init__(self, weight: Tensor | None = None, *, ignore_index: int = -100, reduction: str = "mean") -> None:
        super().__init__(reduction=reduction)
        self.register_buffer("weight", weight)
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
        return nll_loss(input, target, self.weight, self.ignore_index, self.reduction)


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
        return cross_entropy(input, target, self.weight, self.ignore_index, self.reduction, self.label_smoothing)
