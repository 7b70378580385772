"""Stochastic gradient descent: with momentum, or averaged over its steps."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Unpack

from .means import average
from .optimizer import Optimizer
from .settings import Implementation, settings

__all__ = ["ASGD", "SGD"]


class SGD(Optimizer):
    """Stochastic gradient descent: p <- p - lr d, where d is the gradient or its running sum.

        g <- g + weight_decay p
        b <- momentum b + (1 - dampening) g        (b = g in the first step)
        d =  g + momentum b  with nesterov, b with momentum, g without

    The formulas are PyTorch's: the learning rate stands outside the sum (Sutskever et al., 2013, has it
    inside).

    Args:
        params: tensors, or groups of them.
        lr: the learning rate.
        momentum: what the running sum is multiplied by in each step.
        dampening: the part of the gradient that is not added to the running sum.
        weight_decay: the L2 penalty's factor.
        nesterov: look ahead along the momentum (Nesterov, 1983).
        maximize: go up the gradient.
        implementation: PyTorch's choice of an implementation, such as `foreach=True`; changes nothing.

    Raises:
        ValueError: a setting is out of range; Nesterov without momentum or with dampening.

    Example:
        >>> w = tensor([1.0, 2.0], requires_grad=True)
        >>> optimizer = SGD([w], lr=0.1)
        >>> (w * w).sum().backward()
        >>> optimizer.step()
        >>> w
        tensor([0.8000, 1.6000], requires_grad=True)
    """

    _counts = False

    def __init__(
        self,
        params: Iterable[Any],
        lr: float = 1e-3,
        momentum: float = 0,
        dampening: float = 0,
        weight_decay: float = 0,
        nesterov: bool = False,
        *,
        maximize: bool = False,
        **implementation: Unpack[Implementation],
    ) -> None:
        super().__init__(params, settings(locals()))

    def _check(self, group: dict[str, Any]) -> None:
        super()._check(group)
        if group["nesterov"] and (group["momentum"] <= 0 or group["dampening"] != 0):
            raise ValueError("SGD: Nesterov momentum needs a momentum above 0 and no dampening")

    def _slots(self, group: dict[str, Any]) -> dict[str, float]:
        return {"momentum_buffer": 0.0} if group["momentum"] else {}

    def _coefficients(self, group: dict[str, Any], scalars: dict[str, float]) -> tuple[Any, ...]:
        weight = 1.0 if scalars["step"] == 1 else 1.0 - group["dampening"]
        return float(group["lr"]), group["momentum"], weight, group["nesterov"]

    @classmethod
    def _update(cls, p: Any, g: Any, state: dict[str, Any], c: Any) -> Any:
        lr, momentum, weight, nesterov = c
        if not momentum:
            return p - lr * g
        b = state["momentum_buffer"] = momentum * state["momentum_buffer"] + weight * g
        return p - lr * (g + momentum * b if nesterov else b)


class ASGD(Optimizer):
    """Averaged stochastic gradient descent (Polyak and Juditsky, 1992): descent with a falling step size, and
    beside it the mean of the points it went through.

        g  <- g + weight_decay p
        p  <- (1 - lambd eta) p - eta g
        ax <- ax + mu (p - ax)
        eta = lr / (1 + lambd lr t)^alpha,  mu = 1 / max(1, t - t0)    after step t; lr and 1 before the first

    The mean `optimizer.state[p]["ax"]` is what to use in the end; until step t0 it equals the parameter.

    Args:
        params, weight_decay, maximize, implementation: as for `SGD`.
        lr: the learning rate at the start.
        lambd: the rate at which parameters shrink.
        alpha: the power of the step size's fall.
        t0: the step at which averaging begins.

    Raises:
        ValueError: a setting is out of range.
    """

    def __init__(
        self,
        params: Iterable[Any],
        lr: float = 1e-2,
        lambd: float = 1e-4,
        alpha: float = 0.75,
        t0: float = 1e6,
        weight_decay: float = 0,
        *,
        maximize: bool = False,
        **implementation: Unpack[Implementation],
    ) -> None:
        super().__init__(params, settings(locals()))

    def _slots(self, group: dict[str, Any]) -> dict[str, float]:
        return {"ax": 0.0}

    def _scalars(self, group: dict[str, Any]) -> dict[str, float]:
        return {"step": 0, "eta": float(group["lr"]), "mu": 1.0}

    def _coefficients(self, group: dict[str, Any], scalars: dict[str, float]) -> tuple[float, float, float]:
        eta, mu = scalars["eta"], scalars["mu"]
        lr, lambd, steps = float(group["lr"]), group["lambd"], scalars["step"]
        scalars["eta"] = lr / (1 + lambd * lr * steps) ** group["alpha"]
        scalars["mu"] = 1 / max(1, steps - group["t0"])
        return eta, 1 - lambd * eta, mu

    @classmethod
    def _update(cls, p: Any, g: Any, state: dict[str, Any], c: Any) -> Any:
        eta, shrink, mu = c
        p = shrink * p - eta * g
        state["ax"] = p if mu == 1 else average(state["ax"], p, 1 - mu)
        return p
