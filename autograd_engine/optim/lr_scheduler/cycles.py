"""Schedules that go up and down: the learning rate is a function of the epoch alone."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

from ..optimizer import Optimizer
from .scheduler import LRScheduler, for_groups, outside_captures

__all__ = ["CosineAnnealingWarmRestarts", "CyclicLR", "OneCycleLR"]


class CosineAnnealingWarmRestarts(LRScheduler):
    """lr = eta_min + (base_lr - eta_min) (1 + cos(pi T_cur / T_i)) / 2, where T_cur epochs passed since the last
    restart and T_i lie between it and the next.

    Args:
        optimizer, last_epoch: as for `LRScheduler`.
        T_0: the epochs before the first restart.
        T_mult: how much longer each period is than the one before.
        eta_min: the smallest learning rate.

    Raises:
        ValueError: a period that is no positive integer.

    Source: Loshchilov and Hutter, "SGDR: Stochastic gradient descent with warm restarts" (2017).
    """

    def __init__(
        self, optimizer: Optimizer, T_0: int, T_mult: int = 1, eta_min: float = 0.0, last_epoch: int = -1
    ) -> None:
        for name, value in (("T_0", T_0), ("T_mult", T_mult)):
            if not isinstance(value, int) or value < 1:
                raise ValueError(f"{name} must be a positive integer, not {value!r}")
        self.T_0 = T_0
        self.T_i = T_0
        self.T_mult = T_mult
        self.eta_min = eta_min
        self.T_cur: float = last_epoch
        super().__init__(optimizer, last_epoch)

    def get_lr(self) -> list[float]:
        """The learning rates after T_cur epochs of T_i."""
        height = (1 + math.cos(math.pi * self.T_cur / self.T_i)) / 2
        return [self.eta_min + (lr - self.eta_min) * height for lr in self.base_lrs]

    @outside_captures
    def step(self, epoch: float | None = None) -> None:
        """Enter the next epoch, or the given one, which may be a fraction: `step(epoch + batch / batches)`.

        Raises:
            ValueError: the epoch is negative.
        """
        if epoch is None:
            epoch = self.last_epoch + 1
        if epoch < 0:
            raise ValueError(f"epoch must be at least 0, not {epoch}")
        if self.T_mult == 1:
            self.T_cur = epoch % self.T_0
        else:
            self.T_cur, self.T_i = epoch, self.T_0
            while self.T_cur >= self.T_i:
                self.T_cur -= self.T_i
                self.T_i *= self.T_mult
        self.last_epoch = math.floor(epoch)
        self._set(self.get_lr())

    def _restart_lr(self) -> list[float]:
        self.T_cur, self.T_i = 0, self.T_0
        return self.get_lr()


class _Momentum(LRScheduler):
    """A schedule that may also lower the momentum, or beta1, while the learning rate is high."""

    cycle_momentum: bool
    use_beta1: bool

    def _begin_momentum(self, base: Any, most: Any, last_epoch: int) -> None:
        """Set "base_momentum", "max_momentum" and the momentum of each group."""
        known = self.optimizer.defaults
        if "momentum" not in known and "betas" not in known:
            raise ValueError(
                f"cycle_momentum needs an optimizer with momentum or betas, and {type(self.optimizer).__name__} "
                "has neither: pass cycle_momentum=False"
            )
        self.use_beta1 = "betas" in known
        bases = for_groups("base_momentum", self.optimizer, base)
        mosts = for_groups("max_momentum", self.optimizer, most)
        if last_epoch == -1:
            for group, low, high in zip(self.optimizer.param_groups, bases, mosts, strict=True):
                group["base_momentum"], group["max_momentum"] = low, high
                self._set_momentum(group, high)

    def _set_momentum(self, group: dict[str, Any], momentum: float) -> None:
        if self.use_beta1:
            group["betas"] = (momentum, *group["betas"][1:])
        else:
            group["momentum"] = momentum


class CyclicLR(_Momentum):
    """The learning rate rises from base_lr to max_lr in a straight line and falls back, again and again.

    The momentum goes the other way. The height of a cycle is scaled by 1 ("triangular"), 2^(1 - cycle)
    ("triangular2"), or gamma^epoch ("exp_range").

    Args:
        optimizer, last_epoch: as for `LRScheduler`.
        base_lr, max_lr: the smallest and largest learning rate; a list for one per group.
        step_size_up, step_size_down: how many steps, usually of a batch each, the rise and the fall take;
            the same by default.
        mode, gamma: the scale.
        scale_fn: a scale of your own, in place of `mode`.
        scale_mode: whether `scale_fn` is a function of the "cycle", counted from 1, or of the epoch ("iterations").
        cycle_momentum: whether the momentum, or beta1, goes down while the learning rate goes up.
        base_momentum, max_momentum: between which values; a list for one per group.

    Raises:
        ValueError: an unknown mode, or `cycle_momentum` with an optimizer that has no momentum.

    Source: Smith, "Cyclical learning rates for training neural networks" (2017).
    """

    def __init__(
        self,
        optimizer: Optimizer,
        base_lr: float | list[float],
        max_lr: float | list[float],
        step_size_up: int = 2000,
        step_size_down: int | None = None,
        mode: str = "triangular",
        gamma: float = 1.0,
        scale_fn: Callable[[float], float] | None = None,
        scale_mode: str = "cycle",
        cycle_momentum: bool = True,
        base_momentum: float | list[float] = 0.8,
        max_momentum: float | list[float] = 0.9,
        last_epoch: int = -1,
    ) -> None:
        base_lrs = for_groups("base_lr", optimizer, base_lr)
        self.optimizer = optimizer
        self.max_lrs = for_groups("max_lr", optimizer, max_lr)
        self.total_size = float(step_size_up + (step_size_up if step_size_down is None else step_size_down))
        self.step_ratio = step_size_up / self.total_size
        if scale_fn is None and mode not in ("triangular", "triangular2", "exp_range"):
            raise ValueError(f"mode must be 'triangular', 'triangular2' or 'exp_range', not {mode!r}")
        self.mode = mode
        self.gamma = gamma
        self._scale_fn_custom = scale_fn
        self.scale_mode = scale_mode
        self.cycle_momentum = cycle_momentum
        if last_epoch == -1:
            for group, lr in zip(optimizer.param_groups, base_lrs, strict=True):
                group["lr"] = lr
        if cycle_momentum:
            self._begin_momentum(base_momentum, max_momentum, last_epoch)
        super().__init__(optimizer, last_epoch)
        self.base_lrs = base_lrs

    def _scale(self, cycle: int) -> float:
        if self._scale_fn_custom is not None:
            return self._scale_fn_custom(cycle if self.scale_mode == "cycle" else self.last_epoch)
        if self.mode == "exp_range":
            return self.gamma**self.last_epoch
        return 1.0 if self.mode == "triangular" else 2.0 ** (1 - cycle)

    def get_lr(self) -> list[float]:
        """The learning rates in the present place of the cycle; sets the momentum, too."""
        cycle = math.floor(1 + self.last_epoch / self.total_size)
        place = 1.0 + self.last_epoch / self.total_size - cycle
        rising = place <= self.step_ratio
        height = place / self.step_ratio if rising else (place - 1) / (self.step_ratio - 1)
        height *= self._scale(cycle)
        if self.cycle_momentum:
            for group in self.optimizer.param_groups:
                low, high = group["base_momentum"], group["max_momentum"]
                self._set_momentum(group, high - (high - low) * height)
        return [low + (high - low) * height for low, high in zip(self.base_lrs, self.max_lrs, strict=True)]


def _cosine(start: float, end: float, part: float) -> float:
    return end + (start - end) / 2.0 * (math.cos(math.pi * part) + 1)


def _straight(start: float, end: float, part: float) -> float:
    return start + (end - start) * part


class OneCycleLR(_Momentum):
    """The learning rate rises from max_lr / div_factor to max_lr and then falls to far below its first value.

    The momentum goes the other way. A step is meant for each batch.

    Args:
        optimizer, last_epoch: as for `LRScheduler`.
        max_lr: the largest learning rate; a list for one per group.
        total_steps: the length of the cycle; or `epochs` times `steps_per_epoch`.
        pct_start: the part of the cycle that rises.
        anneal_strategy: "cos" or "linear".
        cycle_momentum: whether the momentum, or beta1, goes down while the learning rate goes up.
        base_momentum, max_momentum: between which values; a list for one per group.
        div_factor: max_lr over the first learning rate.
        final_div_factor: the first learning rate over the last.
        three_phase: whether to fall back as fast as it rose, and then further; else in one phase.

    Raises:
        ValueError: a setting out of range; no length; `cycle_momentum` with an optimizer that has no momentum;
            or, when stepping, more steps than `total_steps`.

    Source: Smith and Topin, "Super-convergence: very fast training of neural networks using large learning
    rates" (2018).
    """

    def __init__(
        self,
        optimizer: Optimizer,
        max_lr: float | list[float],
        total_steps: int | None = None,
        epochs: int | None = None,
        steps_per_epoch: int | None = None,
        pct_start: float = 0.3,
        anneal_strategy: str = "cos",
        cycle_momentum: bool = True,
        base_momentum: float | list[float] = 0.85,
        max_momentum: float | list[float] = 0.95,
        div_factor: float = 25.0,
        final_div_factor: float = 1e4,
        three_phase: bool = False,
        last_epoch: int = -1,
    ) -> None:
        max_lrs = for_groups("max_lr", optimizer, max_lr)
        self.optimizer = optimizer
        if total_steps is None:
            if epochs is None or steps_per_epoch is None:
                raise ValueError("OneCycleLR needs its length: total_steps, or epochs and steps_per_epoch")
            total_steps = epochs * steps_per_epoch
        if not isinstance(total_steps, int) or total_steps < 1:
            raise ValueError(f"the length of the cycle must be a positive integer, not {total_steps!r}")
        if not 0 <= pct_start <= 1:
            raise ValueError(f"pct_start must lie in [0, 1], not {pct_start}")
        if anneal_strategy not in ("cos", "linear"):
            raise ValueError(f"anneal_strategy must be 'cos' or 'linear', not {anneal_strategy!r}")
        self.total_steps = total_steps
        self._anneal_func_type = anneal_strategy
        self._schedule_phases = _phases(total_steps, pct_start, three_phase)
        self.cycle_momentum = cycle_momentum
        if last_epoch == -1:
            for group, most in zip(optimizer.param_groups, max_lrs, strict=True):
                group["initial_lr"] = most / div_factor
                group["max_lr"] = most
                group["min_lr"] = group["initial_lr"] / final_div_factor
        if cycle_momentum:
            self._begin_momentum(base_momentum, max_momentum, last_epoch)
        super().__init__(optimizer, last_epoch)

    def get_lr(self) -> list[float]:
        """The learning rates in the present phase; sets the momentum, too."""
        step = self.last_epoch
        if step > self.total_steps:
            raise ValueError(f"this is step {step} of a schedule of {self.total_steps} steps")
        begin, phase = 0.0, self._schedule_phases[0]
        for following in self._schedule_phases[1:]:
            if step <= phase["end_step"]:
                break
            begin, phase = phase["end_step"], following
        part = (step - begin) / (phase["end_step"] - begin)
        anneal = _cosine if self._anneal_func_type == "cos" else _straight
        groups = self.optimizer.param_groups
        if self.cycle_momentum:
            for group in groups:
                self._set_momentum(
                    group, anneal(group[phase["start_momentum"]], group[phase["end_momentum"]], part)
                )
        return [anneal(group[phase["start_lr"]], group[phase["end_lr"]], part) for group in groups]


def _phases(total: int, rise: float, three: bool) -> list[dict[str, Any]]:
    """The phases of one cycle in PyTorch's form: the last step, and between which values of the groups to go."""

    def phase(end: float, lr: tuple[str, str], momentum: tuple[str, str]) -> dict[str, Any]:
        return {
            "end_step": end,
            "start_lr": lr[0],
            "end_lr": lr[1],
            "start_momentum": momentum[0],
            "end_momentum": momentum[1],
        }

    up = phase(rise * total - 1, ("initial_lr", "max_lr"), ("max_momentum", "base_momentum"))
    if not three:
        return [up, phase(total - 1, ("max_lr", "min_lr"), ("base_momentum", "max_momentum"))]
    return [
        up,
        phase(2 * rise * total - 2, ("max_lr", "initial_lr"), ("base_momentum", "max_momentum")),
        phase(total - 1, ("initial_lr", "min_lr"), ("max_momentum", "max_momentum")),
    ]
