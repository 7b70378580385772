"""Losses of real targets."""

from __future__ import annotations

from typing import Any

from .. import functional as F
from .base import Loss

__all__ = ["GaussianNLLLoss", "HuberLoss", "L1Loss", "MSELoss", "PoissonNLLLoss", "SmoothL1Loss"]


class MSELoss(Loss):
    """The squared error (input - target)^2: its mean, sum, or each ("none").

    Raises:
        ValueError: the shapes differ, or the reduction is unknown.
    """

    def forward(self, input: Any, target: Any) -> Any:
        """Compare."""
        return F.mse_loss(input, target, self.reduction)


class L1Loss(Loss):
    """The absolute error |input - target|: its mean, sum, or each ("none").

    Raises:
        ValueError: the shapes differ, or the reduction is unknown.
    """

    def forward(self, input: Any, target: Any) -> Any:
        """Compare."""
        return F.l1_loss(input, target, self.reduction)


class SmoothL1Loss(Loss):
    """The absolute error, rounded off below `beta`: see `functional.smooth_l1_loss`."""

    def __init__(self, *, reduction: str = "mean", beta: float = 1.0) -> None:
        super().__init__(reduction=reduction)
        self.beta = beta

    def forward(self, input: Any, target: Any) -> Any:
        """Compare."""
        return F.smooth_l1_loss(input, target, self.reduction, self.beta)


class HuberLoss(Loss):
    """The squared error, growing linearly beyond `delta`: see `functional.huber_loss`."""

    def __init__(self, reduction: str = "mean", delta: float = 1.0) -> None:
        super().__init__(reduction=reduction)
        self.delta = delta

    def forward(self, input: Any, target: Any) -> Any:
        """Compare."""
        return F.huber_loss(input, target, self.reduction, self.delta)


class GaussianNLLLoss(Loss):
    """-log of the normal density with mean `input` and variance `var`: see `functional.gaussian_nll_loss`."""

    def __init__(self, *, full: bool = False, eps: float = 1e-6, reduction: str = "mean") -> None:
        super().__init__(reduction=reduction)
        self.full = full
        self.eps = eps

    def forward(self, input: Any, target: Any, var: Any) -> Any:
        """Compare."""
        return F.gaussian_nll_loss(input, target, var, self.full, self.eps, self.reduction)


class PoissonNLLLoss(Loss):
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
        return F.poisson_nll_loss(log_input, target, self.log_input, self.full, self.eps, self.reduction)
