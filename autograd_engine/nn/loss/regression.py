"""Losses of real targets."""

from __future__ import annotations

from dataclasses import KW_ONLY, dataclass
from typing import TYPE_CHECKING, Any

from ...tensor import Tensor
from .. import functional as F
from ..configured import layer
from .base import Loss

__all__ = ["GaussianNLLLoss", "HuberLoss", "L1Loss", "MSELoss", "PoissonNLLLoss", "SmoothL1Loss"]


@layer(F.mse_loss)
class MSELoss(Loss):
    """The squared error (input - target)^2: its mean, sum, or each ("none").

    Raises:
        ValueError: the shapes differ, or the reduction is unknown.
    """


@layer(F.l1_loss)
class L1Loss(Loss):
    """The absolute error |input - target|: its mean, sum, or each ("none").

    Raises:
        ValueError: the shapes differ, or the reduction is unknown.
    """


@layer(F.smooth_l1_loss)
class SmoothL1Loss(Loss):
    """The absolute error, rounded off below `beta`: see `functional.smooth_l1_loss`."""

    _: KW_ONLY
    beta: float = 1.0


@layer(F.huber_loss)
class HuberLoss(Loss):
    """The squared error, growing linearly beyond `delta`: see `functional.huber_loss`."""

    reduction: str = "mean"
    delta: float = 1.0


@layer(F.gaussian_nll_loss)
class GaussianNLLLoss(Loss):
    """-log of the normal density with mean `input` and variance `var`: see `functional.gaussian_nll_loss`."""

    _: KW_ONLY
    full: bool = False
    eps: float = 1e-6

    if TYPE_CHECKING:

        def forward(self, input: Any, target: Any, var: Any) -> Tensor:  # type: ignore[override]
            """`layer` writes it."""


@dataclass(repr=False, eq=False)
class PoissonNLLLoss(Loss):
    """-log of the Poisson probability of counts: see `functional.poisson_nll_loss`."""

    log_input: bool = True
    full: bool = False
    _: KW_ONLY
    eps: float = 1e-8

    def forward(self, log_input: Any, target: Any) -> Tensor:  # type: ignore[override]
        """Compare."""
        return F.poisson_nll_loss(log_input, target, self.log_input, self.full, self.eps, self.reduction)
