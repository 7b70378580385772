"""Schedules made of schedules: one after the other, or all at once."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence

from ..optimizer import Optimizer
from .plateau import ReduceLROnPlateau
from .scheduler import LRScheduler, outside_captures

__all__ = ["ChainedScheduler", "SequentialLR"]


class _Combined(LRScheduler):
    _schedulers: list[LRScheduler]

    def _take(self, schedulers: Sequence[LRScheduler], optimizer: Optimizer | None) -> None:
        name = type(self).__name__
        if not schedulers:
            raise ValueError(f"{name} needs at least one scheduler")
        self.optimizer = schedulers[0].optimizer if optimizer is None else optimizer
        for i, scheduler in enumerate(schedulers):
            if isinstance(scheduler, ReduceLROnPlateau):
                raise ValueError(f"{name}: scheduler {i} is a ReduceLROnPlateau, whose step needs a metric")
            if scheduler.optimizer is not self.optimizer:
                raise ValueError(f"{name}: scheduler {i}, {type(scheduler).__name__}, belongs to another optimizer")
        self._schedulers = list(schedulers)

    def _undo(self) -> None:
        for scheduler in self._schedulers:
            scheduler._undo()

    def _restart(self) -> None:
        for group in self.optimizer.param_groups:
            group["lr"] = group["initial_lr"]
        self._initial_step()


class SequentialLR(_Combined):
    """One schedule after the other, each from its own beginning.

    Args:
        optimizer, last_epoch: as for `LRScheduler`.
        schedulers: of the same optimizer.
        milestones: the epochs at which the second, third, ... begin.

    Raises:
        ValueError: no schedulers, one that does not fit, or a wrong number of milestones.

    Example:
        >>> optimizer = optim.SGD([tensor([1.0], requires_grad=True)], lr=1.0)
        >>> warmup = optim.lr_scheduler.LinearLR(optimizer, start_factor=0.5, total_iters=2)
        >>> decay = optim.lr_scheduler.ExponentialLR(optimizer, gamma=0.5)
        >>> scheduler = SequentialLR(optimizer, [warmup, decay], milestones=[2])
        >>> for epoch in range(4):
        ...     print(scheduler.get_last_lr(), end=" ")
        ...     optimizer.step()
        ...     scheduler.step()
        [0.5] [0.75] [1.0] [0.5]
    """

    def __init__(
        self,
        optimizer: Optimizer,
        schedulers: Sequence[LRScheduler],
        milestones: Sequence[int],
        last_epoch: int = -1,
    ) -> None:
        self._take(schedulers, optimizer)
        if len(milestones) != len(schedulers) - 1:
            raise ValueError(
                f"{len(schedulers)} schedulers need {len(schedulers) - 1} milestones, not {len(milestones)}"
            )
        self._milestones = list(milestones)
        self.last_epoch = last_epoch + 1
        self._undo()  # each schedule entered its first epoch when it was made
        self._restart()

    def _initial_step(self) -> None:
        self._schedulers[bisect_right(self._milestones, 0)]._initial_step()
        self._note()

    @outside_captures
    def step(self) -> None:
        """Enter the next epoch."""
        self.last_epoch += 1
        i = bisect_right(self._milestones, self.last_epoch)
        if i > 0 and self._milestones[i - 1] == self.last_epoch:
            self._schedulers[i]._restart()
        else:
            self._schedulers[i].step()
        self._note()


class ChainedScheduler(_Combined):
    """Several schedules in every epoch, each of which changes the learning rates that the one before has set.

    Args:
        schedulers: of the same optimizer.
        optimizer: whose; by default that of the first.

    Raises:
        ValueError: no schedulers, or one that does not fit.
    """

    def __init__(self, schedulers: Sequence[LRScheduler], optimizer: Optimizer | None = None) -> None:
        self._take(schedulers, optimizer)
        self._note()

    def _initial_step(self) -> None:
        for scheduler in self._schedulers:
            scheduler._initial_step()
        self._note()

    @outside_captures
    def step(self) -> None:
        """Enter the next epoch."""
        for scheduler in self._schedulers:
            scheduler.step()
        self._note()
