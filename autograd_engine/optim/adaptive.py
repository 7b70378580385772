"""Steps that adapt to each coordinate: the gradient over the root of what its square was so far."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Unpack

import numpy as np

from .optimizer import Optimizer
from .settings import Implementation, settings
from .vectors import Vectors, root

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

    def _update(self, vectors: Vectors, p: Any, g: Any, state: dict[str, Any], scratch: list[Any], c: Any) -> None:
        rate, eps = c
        total, size = state["sum"], scratch[0]
        np.multiply(g, g, out=size)
        np.add(total, size, out=total)
        root(total, eps, size)
        np.divide(g, size, out=size)
        vectors.axpy(size, p, a=-rate)


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

    def _update(self, vectors: Vectors, p: Any, g: Any, state: dict[str, Any], scratch: list[Any], c: Any) -> None:
        lr, rho, eps = c
        v, u = state["square_avg"], state["acc_delta"]
        delta, size, _ = scratch
        vectors.average_square(g, v, rho, size)
        np.add(u, eps, out=delta)
        np.add(v, eps, out=size)
        np.divide(delta, size, out=delta)
        np.sqrt(delta, out=delta)
        np.multiply(delta, g, out=delta)
        vectors.average_square(delta, u, rho, size)
        vectors.axpy(delta, p, a=-lr)


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

    def _update(self, vectors: Vectors, p: Any, g: Any, state: dict[str, Any], scratch: list[Any], c: Any) -> None:
        lr, alpha, eps, momentum = c
        v, step = state["square_avg"], scratch[0]
        vectors.average_square(g, v, alpha, step)
        if "grad_avg" in state:
            a = state["grad_avg"]
            vectors.average(g, a, alpha)
            np.multiply(a, a, out=step)
            np.subtract(v, step, out=step)
            v = np.maximum(step, 0.0, out=step)  # a variance, which rounding can take below 0
        root(v, eps, step)
        np.divide(g, step, out=step)
        if momentum:
            vectors.scal(momentum, state["momentum_buffer"])
            vectors.axpy(step, state["momentum_buffer"], a=1.0)
            step = state["momentum_buffer"]
        vectors.axpy(step, p, a=-lr)
