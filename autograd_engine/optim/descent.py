"""What is done before any optimizer's formula: the decay of weights, and the sign of the gradient."""

from __future__ import annotations

from typing import Any, NamedTuple


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


_AS_IT_IS = Descent(1.0, 0.0, 1.0)


def descent_of(group: dict[str, Any]) -> Descent:
    """What a group's settings ask for."""
    decay, maximize = group.get("weight_decay", 0.0), group.get("maximize", False)
    if not decay and not maximize:
        return _AS_IT_IS
    sign = -1.0 if maximize else 1.0
    if group.get("decoupled_weight_decay"):
        return Descent(1.0 - float(group["lr"]) * decay, 0.0, sign)
    return Descent(1.0, decay, sign)


def descend(p: Any, g: Any, descent: Descent) -> tuple[Any, Any]:
    """The shrunk parameter, and the direction to go down: sign g + decay p."""
    shrink, decay, sign = descent
    if shrink != 1:
        p = shrink * p
    if decay:
        return p, sign * g + decay * p
    return p, g if sign > 0 else -g
