"""Steps that adapt to each coordinate: the gradient over the root of what its square was so far."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Unpack

import numpy as np

from .means import average
from .optimizer import Optimizer
from .settings import Implementation, settings

__all__ = ["Adadelta", "Adagrad", "RMSprop"]


class Adagrad(Optimizer):
    """Adagrad (Duchi, Hazan and Singer, 2011): the gradient over the root of the sum of its squares.

        g <- g + weight_decay p
        s <- s + g^2
        p <- p - lr / (1 + (t - 1) lr_decay) g / (sqrt(s) + eps)

    Args:
        params, lr, weight_decay, maximize, implementation: as for `SGD`.
        lr_decay: how fast the learning rate falls.
        initial_accumulator_value: s before the first step.
        eps: keeps the denominator from 0.

    Raises:
        ValueError: a setting is out of range.
    """

    _gather_below = 1 << 12
    _nonnegative = (*Optimizer._nonnegative, "lr_decay", "initial_accumulator_value")

    def __init__(
        self,
        params: Iterable[Any],
        lr: float = 1e-2,
        lr_decay: float = 0,
        weight_decay: float = 0,
        initial_accumulator_value: float = 0,
        eps: float = 1e-10,
        *,
        maximize: bool = False,
        **implementation: Unpack[Implementation],
    ) -> None:
        super().__init__(params, settings(locals()))

    def _slots(self, group: dict[str, Any]) -> dict[str, float]:
        return {"sum": group["initial_accumulator_value"]}

    def _coefficients(self, group: dict[str, Any], scalars: dict[str, float]) -> tuple[float, float]:
        return float(group["lr"]) / (1 + (scalars["step"] - 1) * group["lr_decay"]), group["eps"]

    @classmethod
    def _update(cls, p: Any, g: Any, state: dict[str, Any], c: Any) -> Any:
        rate, eps = c
        total = state["sum"] = state["sum"] + g * g
        return p - rate * (g / (np.sqrt(total) + eps))


class Adadelta(Optimizer):
    """Adadelta (Zeiler, 2012): the gradient in units of its own size, times the size of the steps so far.

        g <- g + weight_decay p
        v <- rho v + (1 - rho) g^2
        d = sqrt(u + eps) / sqrt(v + eps) g
        u <- rho u + (1 - rho) d^2
        p <- p - lr d

    Args:
        params, weight_decay, maximize, implementation: as for `SGD`.
        lr: a factor for all steps.
        rho: how much of the running means stays in each step.
        eps: starts the steps off, and keeps the denominator from 0.

    Raises:
        ValueError: a setting is out of range.
    """

    _gather_below = 1 << 12

    def __init__(
        self,
        params: Iterable[Any],
        lr: float = 1.0,
        rho: float = 0.9,
        eps: float = 1e-6,
        weight_decay: float = 0,
        *,
        maximize: bool = False,
        **implementation: Unpack[Implementation],
    ) -> None:
        super().__init__(params, settings(locals()))

    def _check(self, group: dict[str, Any]) -> None:
        super()._check(group)
        if not 0.0 <= group["rho"] <= 1.0:
            raise ValueError(f"Adadelta: rho must lie in [0, 1], not {group['rho']}")

    def _slots(self, group: dict[str, Any]) -> dict[str, float]:
        return {"square_avg": 0.0, "acc_delta": 0.0}

    def _coefficients(self, group: dict[str, Any], scalars: dict[str, float]) -> tuple[float, ...]:
        return float(group["lr"]), group["rho"], group["eps"]

    @classmethod
    def _update(cls, p: Any, g: Any, state: dict[str, Any], c: Any) -> Any:
        lr, rho, eps = c
        u = state["acc_delta"]
        v = state["square_avg"] = average(state["square_avg"], g * g, rho)
        delta = np.sqrt((u + eps) / (v + eps)) * g
        state["acc_delta"] = average(u, delta * delta, rho)
        return p - lr * delta


class RMSprop(Optimizer):
    """RMSprop (Tieleman and Hinton, 2012): the gradient over the root of the running mean of its square.

        g <- g + weight_decay p
        v <- alpha v + (1 - alpha) g^2
        a <- alpha a + (1 - alpha) g                with centered (Graves, 2013), else a = 0
        b <- momentum b + g / (sqrt(v - a^2) + eps)
        p <- p - lr b

    Args:
        params, lr, weight_decay, maximize, implementation: as for `SGD`.
        alpha: how much of the running means stays in each step.
        eps: keeps the denominator from 0.
        momentum: how much of the running sum of steps stays in each step.
        centered: divide by the gradient's standard deviation, not its root mean square.

    Raises:
        ValueError: a setting is out of range.
    """

    _gather_below = 1 << 12
    _nonnegative = (*Optimizer._nonnegative, "alpha")

    def __init__(
        self,
        params: Iterable[Any],
        lr: float = 1e-2,
        alpha: float = 0.99,
        eps: float = 1e-8,
        weight_decay: float = 0,
        momentum: float = 0,
        centered: bool = False,
        *,
        maximize: bool = False,
        **implementation: Unpack[Implementation],
    ) -> None:
        super().__init__(params, settings(locals()))

    def _slots(self, group: dict[str, Any]) -> dict[str, float]:
        wanted = {"square_avg": True, "grad_avg": group["centered"], "momentum_buffer": group["momentum"]}
        return {name: 0.0 for name, needed in wanted.items() if needed}

    def _coefficients(self, group: dict[str, Any], scalars: dict[str, float]) -> tuple[float, ...]:
        return float(group["lr"]), group["alpha"], group["eps"], group["momentum"]

    @classmethod
    def _update(cls, p: Any, g: Any, state: dict[str, Any], c: Any) -> Any:
        lr, alpha, eps, momentum = c
        v = state["square_avg"] = average(state["square_avg"], g * g, alpha)
        if "grad_avg" in state:
            a = state["grad_avg"] = average(state["grad_avg"], g, alpha)
            v = np.maximum(v - a * a, 0.0)  # a variance, which rounding can take below 0
        step = g / (np.sqrt(v) + eps)
        if momentum:
            step = state["momentum_buffer"] = momentum * state["momentum_buffer"] + step
        return p - lr * step
