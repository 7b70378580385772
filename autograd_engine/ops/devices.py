"""Operators compute on the GPU where their operands lie, whichever is current, as in PyTorch.

CuPy computes on the current one. A program of one GPU has no other, so nothing is looked at until an array comes to
lie on a second one. From then on all operators are exchanged (`exchange`) for functions that look where the first
operand lies, and make that GPU the current one meanwhile, if it is another.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ..backend import gpu
from ..backend.kinds import others
from ..engine.graph import Value
from .exchange import lay, lift
from .linear_algebra.products import mapped
from .names import names_in
from .network.recurrence.layers import recurrent

__all__: list[str] = []


def _place(given: Any) -> int | None:
    """The number of the GPU of the first tensor or raw array among arguments; None if there is none on a GPU."""
    for value in given:
        if isinstance(value, Value):
            value = value.array
        if value.__class__ in others:
            return int(value.device.id)
        if isinstance(value, (list, tuple)) and (found := _place(value)) is not None:
            return found
    return None


def _there(operator: Callable[..., Any]) -> Callable[..., Any]:
    """The operator, on the GPU where its first operand lies."""

    def called(*args: Any, **kwargs: Any) -> Any:
        place = _place(args)
        if place is None and kwargs:
            place = _place(kwargs.values())
        if place is None or place == gpu.current():
            return operator(*args, **kwargs)
        with gpu.on(place):
            return operator(*args, **kwargs)

    return called


def _install() -> None:
    functions = {mapped, recurrent}
    for place in ("torch", "Tensor", "functional", "linalg", "special", "numpy", "python"):
        functions |= set(names_in(place).values())
    lay("place", [(function, _there) for function in functions])


gpu.when_several(_install, lambda: lift("place"))
