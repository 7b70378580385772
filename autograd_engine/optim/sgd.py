"""Stochastic gradient descent, with momentum."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from .optimizer import Optimizer, Vectors, descent

__all__ = ["SGD"]


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
        momentum: how much of the running sum stays in each step.
        dampening: how much of the gradient is kept from it.
        weight_decay: the L2 penalty's factor.
        nesterov: look ahead along the momentum (Nesterov, 1983).
        maximize: go up the gradient.

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
    ) -> None:
        super().__init__(
            params,
            {
                "lr": lr,
                "momentum": momentum,
                "dampening": dampening,
                "weight_decay": weight_decay,
                "nesterov": nesterov,
                "maximize": maximize,
            },
        )

    def _check(self, group: dict[str, Any]) -> None:
        super()._check(group)
        if group["nesterov"] and (group["momentum"] <= 0 or group["dampening"] != 0):
            raise ValueError("SGD: Nesterov momentum needs a momentum above 0 and no dampening")

    def _slots(self, group: dict[str, Any]) -> tuple[str, ...]:
        return ("momentum_buffer",) if group["momentum"] else ()

    def _coefficients(self, group: dict[str, Any], steps: int) -> tuple[Any, ...]:
        kept = 1.0 if steps == 1 else 1.0 - group["dampening"]
        lr = float(group["lr"])
        return lr, group["momentum"], kept, group["nesterov"], group["weight_decay"], group["maximize"]

    def _update(self, vectors: Vectors, p: Any, g: Any, state: list[Any], scratch: Any, c: tuple[Any, ...]) -> None:
        lr, momentum, kept, nesterov, weight_decay, maximize = c
        g = descent(vectors, p, g, scratch, weight_decay, maximize)
        if not momentum:
            vectors.axpy(g, p, a=-lr)
            return
        buffer = state[0]
        vectors.scal(momentum, buffer)
        vectors.axpy(g, buffer, a=kept)
        if nesterov:
            vectors.axpy(g, p, a=-lr)
        vectors.axpy(buffer, p, a=-lr * momentum if nesterov else -lr)
