"""Losses as modules: settings chosen once, then `loss_fn(prediction, target)`.

Each calls the function of its name in `functional`, where formulas and shapes are told in full. The errors are the
functions' errors.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ..ops.losses.binary import (
    binary_cross_entropy,
    binary_cross_entropy_with_logits,
    multilabel_soft_margin_loss,
    soft_margin_loss,
)
from ..ops.losses.classification import cross_entropy, kl_div, nll_loss
from ..ops.losses.ctc import ctc_loss
from ..ops.losses.margin import (
    cosine_embedding_loss,
    hinge_embedding_loss,
    hinge_loss,
    margin_ranking_loss,
    multi_margin_loss,
    multilabel_margin_loss,
    triplet_margin_loss,
    triplet_margin_with_distance_loss,
)
from ..ops.losses.regression import (
    gaussian_nll_loss,
    huber_loss,
    l1_loss,
    mse_loss,
    poisson_nll_loss,
    smooth_l1_loss,
)
from ..tensor import Tensor
from .distance import PairwiseDistance
from .module import Module

__all__ = [
    "BCELoss",
    "BCEWithLogitsLoss",
    "CTCLoss",
    "CosineEmbeddingLoss",
    "CrossEntropyLoss",
    "GaussianNLLLoss",
    "HingeEmbeddingLoss",
    "HingeLoss",
    "HuberLoss",
    "KLDivLoss",
    "L1Loss",
    "MSELoss",
    "MarginRankingLoss",
    "MultiLabelMarginLoss",
    "MultiLabelSoftMarginLoss",
    "MultiMarginLoss",
    "NLLLoss",
    "PoissonNLLLoss",
    "SmoothL1Loss",
    "SoftMarginLoss",
    "TripletMarginLoss",
    "TripletMarginWithDistanceLoss",
]


class _Loss(Module):
    _reductions: tuple[str, ...] = ("mean", "sum", "none")

    def __init__(self, *, reduction: str = "mean") -> None:
        super().__init__()
        if reduction not in self._reductions:
            *most, last = map(repr, self._reductions)
            raise ValueError(f"reduction must be {', '.join(most)} or {last}, not {reduction!r}")
        self.reduction = reduction


class _WeightedLoss(_Loss):
    weight: Tensor | None

    def __init__(self, weight: Tensor | None = None, *, reduction: str = "mean") -> None:
        super().__init__(reduction=reduction)
        self.register_buffer("weight", weight)


# ---------------------------------------------------------------------------------------- real targets


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


class SmoothL1Loss(_Loss):
    """The absolute error, rounded off below `beta`: see `functional.smooth_l1_loss`."""

    def __init__(self, *, reduction: str = "mean", beta: float = 1.0) -> None:
        super().__init__(reduction=reduction)
        self.beta = beta

    def forward(self, input: Any, target: Any) -> Any:
        """Compare."""
        return smooth_l1_loss(input, target, self.reduction, self.beta)


class HuberLoss(_Loss):
    """The squared error, growing linearly beyond `delta`: see `functional.huber_loss`."""

    def __init__(self, reduction: str = "mean", delta: float = 1.0) -> None:
        super().__init__(reduction=reduction)
        self.delta = delta

    def forward(self, input: Any, target: Any) -> Any:
        """Compare."""
        return huber_loss(input, target, self.reduction, self.delta)


class GaussianNLLLoss(_Loss):
    """-log of the normal density with mean `input` and variance `var`: see `functional.gaussian_nll_loss`."""

    def __init__(self, *, full: bool = False, eps: float = 1e-6, reduction: str = "mean") -> None:
        super().__init__(reduction=reduction)
        self.full = full
        self.eps = eps

    def forward(self, input: Any, target: Any, var: Any) -> Any:
        """Compare."""
        return gaussian_nll_loss(input, target, var, self.full, self.eps, self.reduction)


class PoissonNLLLoss(_Loss):
    """-log of the Poisson probability of counts: see `functional.poisson_nll_loss`."""

    def __init__(
        self, log_input: bool = True, full: bool = False, *, eps: float = 1e-8, reduction: str = "mean"
    ) -> None:
        super().__init__(reduction=reduction)
        self.log_input = log_input
        self.full = full
        self.eps = eps

    def forward(self, log_input: Any, target: Any) -> Any:
        """Compare."""
        return poisson_nll_loss(log_input, target, self.log_input, self.full, self.eps, self.reduction)


# --------------------------------------------------------------------------------------------- classes


class _ClassLoss(_WeightedLoss):
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


class BCELoss(_WeightedLoss):
    """The cross entropy of probabilities of yes: see `functional.binary_cross_entropy`.

    Args:
        weight: factors that broadcast to the input.
    """

    def forward(self, input: Any, target: Any) -> Any:
        """Compare."""
        return binary_cross_entropy(input, target, self.weight, self.reduction)


class BCEWithLogitsLoss(_WeightedLoss):
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
        return binary_cross_entropy_with_logits(input, target, self.weight, self.reduction, self.pos_weight)


class MultiLabelSoftMarginLoss(_WeightedLoss):
    """A logistic loss per class, of which several may be true: see `functional.multilabel_soft_margin_loss`.

    Args:
        weight: a factor per class.
    """

    def forward(self, input: Any, target: Any) -> Any:
        """Compare."""
        return multilabel_soft_margin_loss(input, target, self.weight, self.reduction)


class SoftMarginLoss(_Loss):
    """The logistic loss of targets 1 and -1: see `functional.soft_margin_loss`."""

    def forward(self, input: Any, target: Any) -> Any:
        """Compare."""
        return soft_margin_loss(input, target, self.reduction)


class KLDivLoss(_Loss):
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
        return kl_div(input, target, self.reduction, self.log_target)


class CTCLoss(_Loss):
    """-log of the probability of a labelling of a sequence: see `functional.ctc_loss`."""

    def __init__(self, blank: int = 0, reduction: str = "mean", zero_infinity: bool = False) -> None:
        super().__init__(reduction=reduction)
        self.blank = blank
        self.zero_infinity = zero_infinity

    def forward(self, log_probs: Any, targets: Any, input_lengths: Any, target_lengths: Any) -> Any:
        """Compare."""
        return ctc_loss(
            log_probs, targets, input_lengths, target_lengths, self.blank, self.reduction, self.zero_infinity
        )


# --------------------------------------------------------------------------------------------- margins


class HingeLoss(_Loss):
    """max(0, margin - target input)^p for targets 1 and -1, of support vector machines; PyTorch has none.

    Example:
        >>> HingeLoss()(tensor([0.5, 2.0, 0.5]), tensor([1, 1, -1]))
        tensor(0.6667)
    """

    def __init__(self, p: int = 1, margin: float = 1.0, *, reduction: str = "mean") -> None:
        super().__init__(reduction=reduction)
        self.p = p
        self.margin = margin

    def forward(self, input: Any, target: Any) -> Any:
        """Compare."""
        return hinge_loss(input, target, self.p, self.margin, self.reduction)


class MultiMarginLoss(_WeightedLoss):
    """The hinge loss of several classes: see `functional.multi_margin_loss`.

    Args:
        weight: a factor per target class.
    """

    def __init__(
        self, p: int = 1, margin: float = 1.0, weight: Tensor | None = None, *, reduction: str = "mean"
    ) -> None:
        super().__init__(weight, reduction=reduction)
        self.p = p
        self.margin = margin

    def forward(self, input: Any, target: Any) -> Any:
        """Compare."""
        return multi_margin_loss(input, target, self.p, self.margin, self.weight, self.reduction)


class MultiLabelMarginLoss(_Loss):
    """The hinge loss of several true classes against the others: see `functional.multilabel_margin_loss`."""

    def forward(self, input: Any, target: Any) -> Any:
        """Compare."""
        return multilabel_margin_loss(input, target, self.reduction)


class MarginRankingLoss(_Loss):
    """max(0, margin - target (input1 - input2)): see `functional.margin_ranking_loss`."""

    def __init__(self, margin: float = 0.0, *, reduction: str = "mean") -> None:
        super().__init__(reduction=reduction)
        self.margin = margin

    def forward(self, input1: Any, input2: Any, target: Any) -> Any:
        """Compare."""
        return margin_ranking_loss(input1, input2, target, self.margin, self.reduction)


class HingeEmbeddingLoss(_Loss):
    """A distance where alike, a margin less it where not: see `functional.hinge_embedding_loss`."""

    def __init__(self, margin: float = 1.0, *, reduction: str = "mean") -> None:
        super().__init__(reduction=reduction)
        self.margin = margin

    def forward(self, input: Any, target: Any) -> Any:
        """Compare."""
        return hinge_embedding_loss(input, target, self.margin, self.reduction)


class CosineEmbeddingLoss(_Loss):
    """The same of the cosine of two vectors: see `functional.cosine_embedding_loss`."""

    def __init__(self, margin: float = 0.0, *, reduction: str = "mean") -> None:
        super().__init__(reduction=reduction)
        self.margin = margin

    def forward(self, input1: Any, input2: Any, target: Any) -> Any:
        """Compare."""
        return cosine_embedding_loss(input1, input2, target, self.margin, self.reduction)


class TripletMarginLoss(_Loss):
    """A positive must be nearer than a negative by a margin: see `functional.triplet_margin_loss`."""

    def __init__(
        self,
        margin: float = 1.0,
        p: float = 2.0,
        eps: float = 1e-6,
        swap: bool = False,
        *,
        reduction: str = "mean",
    ) -> None:
        super().__init__(reduction=reduction)
        self.margin = margin
        self.p = p
        self.eps = eps
        self.swap = swap

    def forward(self, anchor: Any, positive: Any, negative: Any) -> Any:
        """Compare."""
        return triplet_margin_loss(
            anchor, positive, negative, self.margin, self.p, self.eps, self.swap, self.reduction
        )


class TripletMarginWithDistanceLoss(_Loss):
    """The same by a distance of one's own: see `functional.triplet_margin_with_distance_loss`.

    Args:
        distance_function: takes two tensors (N, D), returns (N,); `PairwiseDistance()` by default.
        swap: where the positive is nearer to the negative than the anchor is, take that distance.
    """

    def __init__(
        self,
        *,
        distance_function: Callable[[Any, Any], Any] | None = None,
        margin: float = 1.0,
        swap: bool = False,
        reduction: str = "mean",
    ) -> None:
        super().__init__(reduction=reduction)
        self.distance_function = PairwiseDistance() if distance_function is None else distance_function
        self.margin = margin
        self.swap = swap

    def forward(self, anchor: Any, positive: Any, negative: Any) -> Any:
        """Compare."""
        return triplet_margin_with_distance_loss(
            anchor,
            positive,
            negative,
            distance_function=self.distance_function,
            margin=self.margin,
            swap=self.swap,
            reduction=self.reduction,
        )
