"""The loss of a sequence whose labels are known, but not at which step each of them stands."""

from __future__ import annotations

from typing import Any

from ...tensor import Tensor
from .. import functional as F
from .base import Loss

__all__ = ["CTCLoss"]


class CTCLoss(Loss):
    """-log of the probability of a labelling of a sequence: see `functional.ctc_loss`."""

    def __init__(self, blank: int = 0, reduction: str = "mean", zero_infinity: bool = False) -> None:
        super().__init__(reduction=reduction)
        self.blank = blank
        self.zero_infinity = zero_infinity

    def forward(self, log_probs: Any, targets: Any, input_lengths: Any, target_lengths: Any) -> Tensor:  # type: ignore[override]
        """Compare."""
        return F.ctc_loss(
            log_probs, targets, input_lengths, target_lengths, self.blank, self.reduction, self.zero_infinity
        )
