"""Resilient propagation: only the signs of the gradient count."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Unpack

import numpy as np

from .optimizer import Optimizer
from .settings import Implementation, settings

__all__ = ["Rprop"]


class Rprop(Optimizer):
    """Rprop (Riedmiller and Braun, 1993): each coordinate has a step size, which grows while the sign of its
    derivative stays and shrinks when it changes. For gradients of the whole data, not of batches.

        s <- clip(s etas[1], *step_sizes)              where g g_before > 0
        s <- clip(s etas[0], *step_sizes),  g <- 0     where g g_before < 0
        p <- p - sign(g) s

    Args:
        params, maximize, implementation: as for `SGD`.
        lr: the step size at the start.
        etas: the factors by which step sizes shrink and grow.
        step_sizes: the smallest and largest step size.

    Raises:
        ValueError: a setting is out of range.
    """

    _gather_below = 1 << 12

    def __init__(
        self,
        params: Iterable[Any],
        lr: float = 1e-2,
        etas: tuple[float, float] = (0.5, 1.2),
        step_sizes: tuple[float, float] = (1e-6, 50),
        *,
        maximize: bool = False,
        **implementation: Unpack[Implementation],
    ) -> None:
        super().__init__(params, settings(locals()))

    def _check(self, group: dict[str, Any]) -> None:
        super()._check(group)
        shrink, grow = group["etas"]
        if not 0.0 < shrink < 1.0 < grow:
            raise ValueError(f"Rprop: etas must be a factor in (0, 1) and one above 1, not {group['etas']}")

    def _slots(self, group: dict[str, Any]) -> dict[str, float]:
        return {"prev": 0.0, "step_size": float(group["lr"])}

    def _coefficients(self, group: dict[str, Any], scalars: dict[str, float]) -> tuple[float, ...]:
        return *group["etas"], *group["step_sizes"]

    @classmethod
    def _update(cls, p: Any, g: Any, state: dict[str, Any], c: Any) -> Any:
        shrink, grow, least, most = c
        agreement, size = g * state["prev"], state["step_size"]
        size = np.where(agreement > 0, grow * size, np.where(agreement < 0, shrink * size, size))
        size = state["step_size"] = np.clip(size, least, most)
        g = state["prev"] = np.where(agreement < 0, 0.0, g)
        return p - np.sign(g) * size
