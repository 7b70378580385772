"""Schedules that multiply the learning rate by a factor in each epoch.

The factor applies to the learning rate as it stands, so that several schedules on one optimizer multiply, and
what the user changes in between stays changed. A resumed schedule (`last_epoch`) takes the learning rates as
they are, and so goes on as if it had not been interrupted.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Iterable, Sequence

from ..optimizer import Optimizer
from .scheduler import LRScheduler, for_groups

__all__ = [
    "ConstantLR",
    "CosineAnnealingLR",
    "ExponentialLR",
    "LambdaLR",
    "LinearLR",
    "MultiStepLR",
    "MultiplicativeLR",
    "PolynomialLR",
    "StepLR",
]


class _Factor(LRScheduler):
    def _first_factor(self) -> float:
        """The factor in epoch 0."""
        return 1.0

    def _factor(self, epoch: int) -> float:
        """The factor from the epoch before to epoch > 0."""
        raise NotImplementedError(f"{type(self).__name__} does not define _factor()")

    def get_lr(self) -> list[float]:
        """The learning rates times the factor."""
        if self.last_epoch == 0:
            factor = self._first_factor()
        else:
            factor = 1.0 if self._is_initial else self._factor(self.last_epoch)
        return [group["lr"] * factor for group in self.optimizer.param_groups]

    def _restart_lr(self) -> list[float]:
        return [lr * self._first_factor() for lr in self.base_lrs]


class StepLR(_Factor):
    """lr <- gamma lr every `step_size` epochs.

    Args:
        optimizer, last_epoch: as for `LRScheduler`.
        step_size: how many epochs the learning rate stays.
        gamma: the factor.

    Example:
        >>> optimizer = optim.SGD([tensor([1.0], requires_grad=True)], lr=1.0)
        >>> scheduler = StepLR(optimizer, step_size=2)
        >>> for epoch in range(4):
        ...     print(scheduler.get_last_lr(), end=" ")
        ...     optimizer.step()
        ...     scheduler.step()
        [1.0] [1.0] [0.1] [0.1]
    """

    def __init__(self, optimizer: Optimizer, step_size: int, gamma: float = 0.1, last_epoch: int = -1) -> None:
        self.step_size = step_size
        self.gamma = gamma
        super().__init__(optimizer, last_epoch)

    def _factor(self, epoch: int) -> float:
        return 1.0 if epoch % self.step_size else self.gamma


class MultiStepLR(_Factor):
    """lr <- gamma lr at each of the epochs `milestones`.

    Args:
        optimizer, last_epoch: as for `LRScheduler`.
        milestones: the epochs; one given twice counts twice.
        gamma: the factor.
    """

    def __init__(
        self, optimizer: Optimizer, milestones: Iterable[int], gamma: float = 0.1, last_epoch: int = -1
    ) -> None:
        self.milestones = Counter(milestones)
        self.gamma = gamma
        super().__init__(optimizer, last_epoch)

    def _first_factor(self) -> float:
        return self._factor(0)

    def _factor(self, epoch: int) -> float:
        return self.gamma ** self.milestones[epoch]


class ConstantLR(_Factor):
    """lr = factor base_lr before epoch `total_iters`, and base_lr from then on.

    Args:
        optimizer, last_epoch: as for `LRScheduler`.
        factor: in [0, 1].
        total_iters: how many epochs the factor applies.

    Raises:
        ValueError: the factor is out of range.
    """

    def __init__(
        self, optimizer: Optimizer, factor: float = 1.0 / 3, total_iters: int = 5, last_epoch: int = -1
    ) -> None:
        if not 0.0 <= factor <= 1.0:
            raise ValueError(f"factor must lie in [0, 1], not {factor}")
        self.factor = factor
        self.total_iters = total_iters
        super().__init__(optimizer, last_epoch)

    def _first_factor(self) -> float:
        return self.factor

    def _factor(self, epoch: int) -> float:
        return 1.0 / self.factor if epoch == self.total_iters else 1.0


class LinearLR(_Factor):
    """lr goes from start_factor base_lr to end_factor base_lr in `total_iters` equal steps, and stays.

    Args:
        optimizer, last_epoch: as for `LRScheduler`.
        start_factor: in (0, 1].
        end_factor: in [0, 1].
        total_iters: in how many epochs.

    Raises:
        ValueError: a factor is out of range.
    """

    def __init__(
        self,
        optimizer: Optimizer,
        start_factor: float = 1.0 / 3,
        end_factor: float = 1.0,
        total_iters: int = 5,
        last_epoch: int = -1,
    ) -> None:
        if not 0.0 < start_factor <= 1.0:
            raise ValueError(f"start_factor must lie in (0, 1], not {start_factor}")
        if not 0.0 <= end_factor <= 1.0:
            raise ValueError(f"end_factor must lie in [0, 1], not {end_factor}")
        self.start_factor = start_factor
        self.end_factor = end_factor
        self.total_iters = total_iters
        super().__init__(optimizer, last_epoch)

    def _first_factor(self) -> float:
        return self.start_factor

    def _factor(self, epoch: int) -> float:
        if epoch > self.total_iters:
            return 1.0
        rise = self.end_factor - self.start_factor
        return 1.0 + rise / (self.total_iters * self.start_factor + (epoch - 1) * rise)


class ExponentialLR(_Factor):
    """lr <- gamma lr in every epoch.

    Args:
        optimizer, last_epoch: as for `LRScheduler`.
        gamma: the factor.
    """

    def __init__(self, optimizer: Optimizer, gamma: float, last_epoch: int = -1) -> None:
        self.gamma = gamma
        super().__init__(optimizer, last_epoch)

    def _factor(self, epoch: int) -> float:
        return self.gamma


class PolynomialLR(_Factor):
    """lr = base_lr (1 - epoch / total_iters)^power, and 0 from epoch `total_iters` on.

    Args:
        optimizer, last_epoch: as for `LRScheduler`.
        total_iters: in how many epochs the learning rate falls to 0.
        power: 1 for a straight line.
    """

    def __init__(
        self, optimizer: Optimizer, total_iters: int = 5, power: float = 1.0, last_epoch: int = -1
    ) -> None:
        self.total_iters = total_iters
        self.power = power
        super().__init__(optimizer, last_epoch)

    def _factor(self, epoch: int) -> float:
        if epoch > self.total_iters:
            return 1.0
        return ((1.0 - epoch / self.total_iters) / (1.0 - (epoch - 1) / self.total_iters)) ** self.power


class CosineAnnealingLR(LRScheduler):
    """lr = eta_min + (base_lr - eta_min) (1 + cos(pi epoch / T_max)) / 2: down in T_max epochs, and up again.

    It is computed from the learning rate before, so that it can be combined with other schedules.

    Args:
        optimizer, last_epoch: as for `LRScheduler`.
        T_max: the epoch of the smallest learning rate.
        eta_min: the smallest learning rate.

    Source: Loshchilov and Hutter, "SGDR: Stochastic gradient descent with warm restarts" (2017).
    """

    def __init__(self, optimizer: Optimizer, T_max: int, eta_min: float = 0.0, last_epoch: int = -1) -> None:
        self.T_max = T_max
        self.eta_min = eta_min
        super().__init__(optimizer, last_epoch)

    def _height(self, epoch: int) -> float:
        return 1 + math.cos(math.pi * epoch / self.T_max)

    def get_lr(self) -> list[float]:
        """The learning rates, moved along the cosine."""
        groups, epoch, least = self.optimizer.param_groups, self.last_epoch, self.eta_min
        if self._is_initial:
            return [group["lr"] for group in groups]
        if (epoch - 1) % (2 * self.T_max) == self.T_max:  # up from the minimum, where there is no ratio
            rise = (1 - math.cos(math.pi / self.T_max)) / 2
            return [group["lr"] + (lr - least) * rise for lr, group in zip(self.base_lrs, groups, strict=True)]
        ratio = self._height(epoch) / self._height(epoch - 1)
        return [least + (group["lr"] - least) * ratio for group in groups]

    def _restart_lr(self) -> list[float]:
        return list(self.base_lrs)


class LambdaLR(LRScheduler):
    """lr = base_lr lr_lambda(epoch).

    Args:
        optimizer, last_epoch: as for `LRScheduler`.
        lr_lambda: the factor as a function of the epoch, or a list with one for each group.

    Raises:
        ValueError: a list of another length than the groups.
        TypeError: not a function.

    Example:
        >>> optimizer = optim.SGD([tensor([1.0], requires_grad=True)], lr=1.0)
        >>> LambdaLR(optimizer, lambda epoch: 1 / (2 + epoch)).get_last_lr()
        [0.5]
    """

    def __init__(
        self,
        optimizer: Optimizer,
        lr_lambda: Callable[[int], float] | Sequence[Callable[[int], float]],
        last_epoch: int = -1,
    ) -> None:
        self.lr_lambdas = for_groups("lr_lambda", optimizer, lr_lambda)
        for function in self.lr_lambdas:
            if not callable(function):
                raise TypeError(f"lr_lambda must be a function of the epoch, not a {type(function).__name__}")
        super().__init__(optimizer, last_epoch)

    def _factors(self) -> list[float]:
        return [function(self.last_epoch) for function in self.lr_lambdas]

    def get_lr(self) -> list[float]:
        """The base learning rates times the factors."""
        return [lr * factor for lr, factor in zip(self.base_lrs, self._factors(), strict=True)]


class MultiplicativeLR(LambdaLR):
    """lr <- lr_lambda(epoch) lr in every epoch but the first.

    Args:
        optimizer, lr_lambda, last_epoch: as for `LambdaLR`.

    Raises:
        ValueError: a list of another length than the groups.
        TypeError: not a function.
    """

    def get_lr(self) -> list[float]:
        """The learning rates times the factors."""
        groups = self.optimizer.param_groups
        factors = [1.0] * len(groups) if self._is_initial else self._factors()
        return [group["lr"] * factor for group, factor in zip(groups, factors, strict=True)]
