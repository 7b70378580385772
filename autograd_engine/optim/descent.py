"""What is done before any optimizer's formula: the decay of weights, and the sign of the gradient."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from .vectors import Vectors


class Descent(NamedTuple):
    """What is done before the formula.

    Attributes:
        shrink: what the parameter is multiplied by.
        decay: how much of the parameter is added to the gradient.
        sign: which way to go along the gradient.
    """

    shrink: float
    decay: float
    sign: float


def descent_of(group: dict[str, Any]) -> Descent | None:
    """What a group's settings ask for; None for nothing."""
    decay, maximize = group.get("weight_decay", 0.0), group.get("maximize", False)
    if not decay and not maximize:
        return None
    sign = -1.0 if maximize else 1.0
    if group.get("decoupled_weight_decay"):
        return Descent(1.0 - float(group["lr"]) * decay, 0.0, sign)
    return Descent(1.0, decay, sign)


def descend(vectors: Vectors, p: Any, g: Any, direction: Any, descent: Descent) -> Any:
    """Shrink the parameter, and return the direction to go down: sign g + decay p."""
    shrink, decay, sign = descent
    if shrink != 1.0:
        vectors.scal(shrink, p)
    if decay:
        np.multiply(p, decay, out=direction)
        vectors.axpy(g, direction, a=sign)
        return direction
    return g if sign > 0 else np.negative(g, out=direction)
