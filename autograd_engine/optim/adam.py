"""Adam and its relatives: steps along the running mean of the gradient, measured in its running size."""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import Any, Unpack

import numpy as np

from .means import average
from .optimizer import Optimizer
from .settings import Implementation, settings

__all__ = ["Adam", "AdamW", "Adamax", "NAdam", "RAdam"]


class _Moments(Optimizer):
    """p <- p - (rate m + ahead g) / size, where m is the running mean of the gradient and size its running size.

    A subclass gives the coefficients (beta1, beta2, eps, rate, ahead), and may have another size.
    """

    _gather_below = 1 << 12  # nine calls for each parameter cost more than copying a small one

    def _check(self, group: dict[str, Any]) -> None:
        super()._check(group)
        if not all(0.0 <= beta < 1.0 for beta in group["betas"]):
            raise ValueError(f"{type(self).__name__}: betas must lie in [0, 1), not {group['betas']}")

    def _slots(self, group: dict[str, Any]) -> dict[str, float]:
        return {"exp_avg": 0.0, "exp_avg_sq": 0.0}

    @classmethod
    def _size(cls, g: Any, state: dict[str, Any], beta: Any, eps: Any) -> Any:
        """The root of the running mean of g^2, plus eps."""
        v = state["exp_avg_sq"] = average(state["exp_avg_sq"], g * g, beta)
        return np.sqrt(v) + eps

    @classmethod
    def _update(cls, p: Any, g: Any, state: dict[str, Any], c: Any) -> Any:
        beta1, beta2, eps, rate, ahead = c
        m = state["exp_avg"] = average(state["exp_avg"], g, beta1)
        size = cls._size(g, state, beta2, eps)
        if ahead:
            return p - (rate * m + ahead * g) / size
        return p - rate * (m / size)


class Adam(_Moments):
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
        implementation: PyTorch's choice of an implementation, such as `fused=True`; changes nothing.

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
        **implementation: Unpack[Implementation],
    ) -> None:
        super().__init__(params, settings(locals()))

    def _slots(self, group: dict[str, Any]) -> dict[str, float]:
        return super()._slots(group) | ({"max_exp_avg_sq": 0.0} if group["amsgrad"] else {})

    def _coefficients(self, group: dict[str, Any], scalars: dict[str, float]) -> tuple[float, ...]:
        # With r = sqrt(1 - beta2^t), m' / (sqrt(v') + eps) is m / (sqrt(v) + eps r) times r / (1 - beta1^t):
        # both corrections become coefficients, and neither costs a pass.
        beta1, beta2 = group["betas"]
        steps = scalars["step"]
        r = math.sqrt(1.0 - beta2**steps)
        return beta1, beta2, group["eps"] * r, float(group["lr"]) * r / (1.0 - beta1**steps), 0.0

    @classmethod
    def _size(cls, g: Any, state: dict[str, Any], beta: Any, eps: Any) -> Any:
        v = state["exp_avg_sq"] = average(state["exp_avg_sq"], g * g, beta)
        if "max_exp_avg_sq" in state:
            v = state["max_exp_avg_sq"] = np.maximum(state["max_exp_avg_sq"], v)
        return np.sqrt(v) + eps


class AdamW(Adam):
    """Adam with decoupled weight decay (Loshchilov and Hutter, 2019): p <- (1 - lr weight_decay) p before
    the step, instead of a penalty in the gradient, which Adam would rescale.

    Args:
        params, lr, betas, eps, amsgrad, maximize, implementation: as for `Adam`.
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
        **implementation: Unpack[Implementation],
    ) -> None:
        # Adam's own constructor would take the settings apart again.
        super(Adam, self).__init__(params, {**settings(locals()), "decoupled_weight_decay": True})


class Adamax(_Moments):
    """Adamax (Kingma and Ba, 2015, section 7.1): Adam with the running maximum of |g| as the gradient's size.

        u <- max(beta2 u, |g| + eps)
        p <- p - lr m / ((1 - beta1^t) u),    m as in `Adam`

    Args:
        params, betas, weight_decay, maximize, implementation: as for `Adam`.
        lr: the learning rate.
        eps: keeps the denominator from 0.

    Raises:
        ValueError: a setting is out of range.
    """

    def __init__(
        self,
        params: Iterable[Any],
        lr: float = 2e-3,
        betas: tuple[float, float] = (0.9, 0.999),
        eps: float = 1e-8,
        weight_decay: float = 0,
        *,
        maximize: bool = False,
        **implementation: Unpack[Implementation],
    ) -> None:
        super().__init__(params, settings(locals()))

    def _slots(self, group: dict[str, Any]) -> dict[str, float]:
        return {"exp_avg": 0.0, "exp_inf": 0.0}

    def _coefficients(self, group: dict[str, Any], scalars: dict[str, float]) -> tuple[float, ...]:
        beta1, beta2 = group["betas"]
        return beta1, beta2, group["eps"], float(group["lr"]) / (1.0 - beta1 ** scalars["step"]), 0.0

    @classmethod
    def _size(cls, g: Any, state: dict[str, Any], beta: Any, eps: Any) -> Any:
        u = state["exp_inf"] = np.maximum(beta * state["exp_inf"], np.absolute(g) + eps)
        return u


class NAdam(_Moments):
    """NAdam (Dozat, 2016): Adam that looks ahead along the mean gradient, as Nesterov's momentum does.

        mu_t = beta1 (1 - 0.96^(t momentum_decay) / 2)
        p <- p - lr ((1 - mu_t) g / (1 - M_t) + mu_{t+1} m / (1 - M_{t+1})) / (sqrt(v') + eps)

    with M_t = mu_1 mu_2 ... mu_t, and m and v' as in `Adam`.

    Args:
        params, betas, eps, weight_decay, maximize, decoupled_weight_decay, implementation: as for `Adam`.
        lr: the learning rate.
        momentum_decay: how fast mu_t grows from beta1 / 2 to beta1.

    Raises:
        ValueError: a setting is out of range.
    """

    _nonnegative = (*Optimizer._nonnegative, "momentum_decay")

    def __init__(
        self,
        params: Iterable[Any],
        lr: float = 2e-3,
        betas: tuple[float, float] = (0.9, 0.999),
        eps: float = 1e-8,
        weight_decay: float = 0,
        momentum_decay: float = 4e-3,
        decoupled_weight_decay: bool = False,
        *,
        maximize: bool = False,
        **implementation: Unpack[Implementation],
    ) -> None:
        super().__init__(params, settings(locals()))

    def _scalars(self, group: dict[str, Any]) -> dict[str, float]:
        return {"step": 0, "mu_product": 1.0}

    def _coefficients(self, group: dict[str, Any], scalars: dict[str, float]) -> tuple[float, ...]:
        beta1, beta2 = group["betas"]
        steps = scalars["step"]
        now, following = (beta1 * (1.0 - 0.5 * 0.96 ** (t * group["momentum_decay"])) for t in (steps, steps + 1))
        scalars["mu_product"] = product = scalars["mu_product"] * now
        r = math.sqrt(1.0 - beta2**steps)  # as in Adam
        rate = float(group["lr"]) * r
        ahead = rate * (1.0 - now) / (1.0 - product)
        return beta1, beta2, group["eps"] * r, rate * following / (1.0 - product * following), ahead


class RAdam(_Moments):
    """RAdam (Liu et al., 2020): Adam whose steps are shortened while the variance is known from few gradients.

        rho_inf = 2 / (1 - beta2) - 1,    rho_t = rho_inf - 2 t beta2^t / (1 - beta2^t)
        p <- p - lr m' r_t sqrt(1 - beta2^t) / (sqrt(v) + eps)      if rho_t > 5
        p <- p - lr m'                                              otherwise
        r_t^2 = (rho_t - 4)(rho_t - 2) rho_inf / ((rho_inf - 4)(rho_inf - 2) rho_t)

    with m' and v as in `Adam`.

    Args:
        params, lr, betas, eps, weight_decay, maximize, decoupled_weight_decay, implementation: as for `Adam`.

    Raises:
        ValueError: a setting is out of range.
    """

    def __init__(
        self,
        params: Iterable[Any],
        lr: float = 1e-3,
        betas: tuple[float, float] = (0.9, 0.999),
        eps: float = 1e-8,
        weight_decay: float = 0,
        decoupled_weight_decay: bool = False,
        *,
        maximize: bool = False,
        **implementation: Unpack[Implementation],
    ) -> None:
        super().__init__(params, settings(locals()))

    def _coefficients(self, group: dict[str, Any], scalars: dict[str, float]) -> tuple[float, ...]:
        beta1, beta2 = group["betas"]
        steps = scalars["step"]
        rest = 1.0 - beta2**steps
        rate = float(group["lr"]) / (1.0 - beta1**steps)
        most = 2.0 / (1.0 - beta2) - 1.0
        known = most - 2.0 * steps * beta2**steps / rest
        if known <= 5.0:
            return beta1, beta2, math.inf, rate, 0.0
        shortened = (known - 4) * (known - 2) * most / ((most - 4) * (most - 2) * known)
        return beta1, beta2, group["eps"], rate * math.sqrt(shortened * rest), 0.0

    @classmethod
    def _size(cls, g: Any, state: dict[str, Any], beta: Any, eps: Any) -> Any:
        size = super()._size(g, state, beta, eps)
        return 1.0 if eps == math.inf else size  # too few gradients to measure a size by
