"""A schedule that watches a metric."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import SupportsFloat

from ..optimizer import Optimizer
from .scheduler import LRScheduler, for_groups, outside_captures

__all__ = ["ReduceLROnPlateau"]


class ReduceLROnPlateau(LRScheduler):
    """lr <- max(factor lr, min_lr) when a metric has not improved for more than `patience` epochs.

    Args:
        optimizer: whose learning rates are set.
        mode: "min" if smaller is better, "max" if larger.
        factor: below 1.
        patience: how many epochs without improvement to wait.
        threshold, threshold_mode: how much counts as an improvement: relative to the best ("rel") or absolute.
        cooldown: how many epochs to wait after a reduction.
        min_lr: the smallest learning rate; a list for one per group.
        eps: smaller reductions are left out.

    Raises:
        ValueError: a setting out of range.
        TypeError: not an optimizer.

    Example:
        >>> optimizer = optim.SGD([tensor([1.0], requires_grad=True)], lr=1.0)
        >>> scheduler = ReduceLROnPlateau(optimizer, patience=1)
        >>> for loss in (3.0, 2.0, 2.0, 2.0):
        ...     scheduler.step(loss)
        >>> scheduler.get_last_lr()
        [0.1]
    """

    def __init__(
        self,
        optimizer: Optimizer,
        mode: str = "min",
        factor: float = 0.1,
        patience: int = 10,
        threshold: float = 1e-4,
        threshold_mode: str = "rel",
        cooldown: int = 0,
        min_lr: float | Sequence[float] = 0,
        eps: float = 1e-8,
    ) -> None:
        if factor >= 1.0:
            raise ValueError(f"factor must be below 1, not {factor}")
        if mode not in ("min", "max"):
            raise ValueError(f"mode must be 'min' or 'max', not {mode!r}")
        if threshold_mode not in ("rel", "abs"):
            raise ValueError(f"threshold_mode must be 'rel' or 'abs', not {threshold_mode!r}")
        self.min_lrs = for_groups("min_lr", optimizer, min_lr)
        self.default_min_lr = None if isinstance(min_lr, Sequence) else min_lr
        self.optimizer = optimizer
        self.mode = mode
        self.factor = factor
        self.patience = patience
        self.threshold = threshold
        self.threshold_mode = threshold_mode
        self.cooldown = cooldown
        self.eps = eps
        self.last_epoch = 0
        self.best = math.inf if mode == "min" else -math.inf
        self.cooldown_counter = 0
        self.num_bad_epochs = 0
        self._note()

    @property
    def in_cooldown(self) -> bool:
        """Whether a reduction was too recent for another."""
        return self.cooldown_counter > 0

    @outside_captures
    def step(self, metrics: SupportsFloat) -> None:  # type: ignore[override]
        """Enter the next epoch.

        Args:
            metrics: what to watch, such as the validation loss.
        """
        self.last_epoch += 1
        current = float(metrics)
        self.num_bad_epochs += 1
        if self._is_better(current):
            self.best = current
            self.num_bad_epochs = 0
        if self.in_cooldown:
            self.cooldown_counter -= 1
            self.num_bad_epochs = 0
        if self.num_bad_epochs > self.patience:
            self._reduce()
            self.cooldown_counter = self.cooldown
            self.num_bad_epochs = 0
        self._note()

    def _is_better(self, current: float) -> bool:
        margin = self.threshold if self.mode == "min" else -self.threshold
        bound = self.best * (1 - margin) if self.threshold_mode == "rel" else self.best - margin
        return current < bound if self.mode == "min" else current > bound

    def _reduce(self) -> None:
        if self.default_min_lr is not None:  # groups may have been added
            self.min_lrs = for_groups("min_lr", self.optimizer, self.default_min_lr)
        for group, least in zip(self.optimizer.param_groups, self.min_lrs, strict=True):
            old = float(group["lr"])
            new = max(old * self.factor, least)
            if old - new > self.eps:
                group["lr"] = new
