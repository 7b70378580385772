"""Adam and its relatives: steps measured in running standard deviations of the gradient."""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import Any

import numpy as np

from .optimizer import Optimizer, Vectors, descent

__all__ = ["Adam", "AdamW"]


class Adam(Optimizer):
    """Adam (Kingma and Ba, 2015): the running mean of the gradient over the root of that of its square.

        g <- g + weight_decay p
        m <- beta1 m + (1 - beta1) g
        v <- beta2 v + (1 - beta2) g^2
        p <- p - lr m' / (sqrt(v') + eps),    m' = m / (1 - beta1^t),  v' = v / (1 - beta2^t)

    Args:
        params: tensors, or groups of them.
        lr: the learning rate, about the size of a step in every coordinate.
        betas: how much of the running means stays in each step.
        eps: keeps the denominator from 0.
        weight_decay: the L2 penalty's factor.
        amsgrad: use the largest v so far in place of v (Reddi et al., 2018).
        maximize: go up the gradient.
        decoupled_weight_decay: shrink the parameter by lr weight_decay instead, as `AdamW` does.

    Raises:
        ValueError: a setting is out of range.

    Example:
        >>> w = tensor([1.0, 2.0], requires_grad=True)
        >>> optimizer = Adam([w], lr=0.1)
        >>> (w * w).sum().backward()
        >>> optimizer.step()
        >>> w
        tensor([0.9000, 1.9000], requires_grad=True)
    """

    _gather_below = 1 << 12  # nine calls for each parameter cost more than copying a small one

    def __init__(
        self,
        params: Iterable[Any],
        lr: float = 1e-3,
        betas: tuple[float, float] = (0.9, 0.999),
        eps: float = 1e-8,
        weight_decay: float = 0,
        amsgrad: bool = False,
        *,
        maximize: bool = False,
        decoupled_weight_decay: bool = False,
    ) -> None:
        super().__init__(
            params,
            {
                "lr": lr,
                "betas": betas,
                "eps": eps,
                "weight_decay": weight_decay,
                "amsgrad": amsgrad,
                "maximize": maximize,
                "decoupled_weight_decay": decoupled_weight_decay,
            },
        )

    def _check(self, group: dict[str, Any]) -> None:
        super()._check(group)
        if not all(0.0 <= beta < 1.0 for beta in group["betas"]):
            raise ValueError(f"{type(self).__name__}: betas must lie in [0, 1), not {group['betas']}")

    def _slots(self, group: dict[str, Any]) -> tuple[str, ...]:
        return ("exp_avg", "exp_avg_sq", "max_exp_avg_sq") if group["amsgrad"] else ("exp_avg", "exp_avg_sq")

    def _coefficients(self, group: dict[str, Any], steps: int) -> tuple[Any, ...]:
        # With r = sqrt(1 - beta2^t), m' / (sqrt(v') + eps) is m / (sqrt(v) + eps r) times r / (1 - beta1^t):
        # both corrections become coefficients, and neither costs a pass.
        beta1, beta2 = group["betas"]
        root = math.sqrt(1.0 - beta2**steps)
        lr, decay = float(group["lr"]), group["weight_decay"]
        penalty, shrink = (0.0, 1.0 - lr * decay) if group["decoupled_weight_decay"] else (decay, 1.0)
        rate = lr * root / (1.0 - beta1**steps)
        return beta1, beta2, rate, group["eps"] * root, penalty, shrink, group["maximize"]

    def _update(self, vectors: Vectors, p: Any, g: Any, state: list[Any], scratch: Any, c: tuple[Any, ...]) -> None:
        beta1, beta2, rate, eps, weight_decay, shrink, maximize = c
        m, v = state[:2]
        axpy, scal = vectors
        if shrink != 1.0:
            scal(shrink, p)
        g = descent(vectors, p, g, scratch, weight_decay, maximize)
        scal(beta1, m)
        axpy(g, m, a=1.0 - beta1)
        np.multiply(g, g, out=scratch)
        scal(beta2, v)
        axpy(scratch, v, a=1.0 - beta2)
        if len(state) > 2:
            v = np.maximum(state[2], v, out=state[2])
        np.sqrt(v, out=scratch)
        np.add(scratch, eps, out=scratch)
        np.divide(m, scratch, out=scratch)
        axpy(scratch, p, a=-rate)


class AdamW(Adam):
    """Adam with decoupled weight decay (Loshchilov and Hutter, 2019): p <- (1 - lr weight_decay) p before
    the step, instead of a penalty in the gradient, which Adam would rescale.

    Args:
        params, lr, betas, eps, amsgrad, maximize: as for `Adam`.
        weight_decay: the rate at which parameters shrink.

    Raises:
        ValueError: a setting is out of range.
    """

    def __init__(
        self,
        params: Iterable[Any],
        lr: float = 1e-3,
        betas: tuple[float, float] = (0.9, 0.999),
        eps: float = 1e-8,
        weight_decay: float = 1e-2,
        amsgrad: bool = False,
        *,
        maximize: bool = False,
    ) -> None:
        super().__init__(
            params, lr, betas, eps, weight_decay, amsgrad, maximize=maximize, decoupled_weight_decay=True
        )
