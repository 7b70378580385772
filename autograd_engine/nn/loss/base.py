"""What losses share: the reduction of their values to one, and the weight that some of them have."""

from __future__ import annotations

from ...tensor import Tensor
from ..module import Module

__all__ = ["Loss", "WeightedLoss"]


class Loss(Module):
    """A loss whose values are averaged, summed or given each.

    Raises:
        ValueError: an unknown reduction.
    """

    _reductions: tuple[str, ...] = ("mean", "sum", "none")

    def __init__(self, *, reduction: str = "mean") -> None:
        super().__init__()
        if reduction not in self._reductions:
            *most, last = map(repr, self._reductions)
            raise ValueError(f"reduction must be {', '.join(most)} or {last}, not {reduction!r}")
        self.reduction = reduction


class WeightedLoss(Loss):
    """A loss with factors: of classes or of elements, as the subclass says."""

    weight: Tensor | None

    def __init__(self, weight: Tensor | None = None, *, reduction: str = "mean") -> None:
        super().__init__(reduction=reduction)
        self.register_buffer("weight", weight)
