"""Losses that are 0 beyond a margin."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import KW_ONLY
from typing import TYPE_CHECKING, Any

from ...tensor import Tensor
from .. import functional as F
from ..configured import layer
from ..distance import PairwiseDistance
from .base import Loss

__all__ = [
    "CosineEmbeddingLoss",
    "HingeEmbeddingLoss",
    "HingeLoss",
    "MarginRankingLoss",
    "MultiLabelMarginLoss",
    "MultiMarginLoss",
    "TripletMarginLoss",
    "TripletMarginWithDistanceLoss",
]


@layer(F.hinge_loss)
class HingeLoss(Loss):
    """max(0, margin - target input)^p for targets 1 and -1, as in support vector machines; not in PyTorch.

    Example:
        >>> HingeLoss()(tensor([0.5, 2.0, 0.5]), tensor([1, 1, -1]))
        tensor(0.6667)
    """

    p: int = 1
    margin: float = 1.0


@layer(F.multi_margin_loss)
class MultiMarginLoss(Loss):
    """The hinge loss of several classes: see `functional.multi_margin_loss`.

    Args:
        weight: a factor per target class.
    """

    p: int = 1
    margin: float = 1.0
    weight: Tensor | None = None


@layer(F.multilabel_margin_loss)
class MultiLabelMarginLoss(Loss):
    """The hinge loss of several true classes against the others: see `functional.multilabel_margin_loss`."""


@layer(F.margin_ranking_loss)
class MarginRankingLoss(Loss):
    """max(0, margin - target (input1 - input2)): see `functional.margin_ranking_loss`."""

    margin: float = 0.0

    if TYPE_CHECKING:

        def forward(self, input1: Any, input2: Any, target: Any) -> Tensor:  # type: ignore[override]
            """`layer` writes it."""


@layer(F.hinge_embedding_loss)
class HingeEmbeddingLoss(Loss):
    """x for pairs that are alike (target 1), max(0, margin - x) for others (-1).

    See `functional.hinge_embedding_loss`.
    """

    margin: float = 1.0


@layer(F.cosine_embedding_loss)
class CosineEmbeddingLoss(Loss):
    """1 - cos(x1, x2) for vectors that are alike (target 1), max(0, cos(x1, x2) - margin) for others (-1).

    See `functional.cosine_embedding_loss`.
    """

    margin: float = 0.0

    if TYPE_CHECKING:

        def forward(self, input1: Any, input2: Any, target: Any) -> Tensor:  # type: ignore[override]
            """`layer` writes it."""


@layer(F.triplet_margin_loss)
class TripletMarginLoss(Loss):
    """A positive must be nearer than a negative by a margin: see `functional.triplet_margin_loss`."""

    margin: float = 1.0
    p: float = 2.0
    eps: float = 1e-6
    swap: bool = False

    if TYPE_CHECKING:

        def forward(self, anchor: Any, positive: Any, negative: Any) -> Tensor:  # type: ignore[override]
            """`layer` writes it."""


@layer(F.triplet_margin_with_distance_loss)
class TripletMarginWithDistanceLoss(Loss):
    """`TripletMarginLoss` by a distance of your own: see `functional.triplet_margin_with_distance_loss`.

    Args:
        distance_function: takes two tensors (N, D), returns (N,); `PairwiseDistance()` by default.
        swap: use the distance from positive to negative where it is smaller than that from anchor to negative.
    """

    _: KW_ONLY
    distance_function: Callable[[Any, Any], Any] | None = None
    margin: float = 1.0
    swap: bool = False

    def __post_init__(self, size_average: bool | None, reduce: bool | None) -> None:
        super().__post_init__(size_average, reduce)
        if self.distance_function is None:
            self.distance_function = PairwiseDistance()

    if TYPE_CHECKING:

        def forward(self, anchor: Any, positive: Any, negative: Any) -> Tensor:  # type: ignore[override]
            """`layer` writes it."""
