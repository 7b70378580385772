"""Running means, which most formulas follow."""

from __future__ import annotations

from typing import Any


def average(mean: Any, x: Any, beta: Any) -> Any:
    """The running mean of x after its next value: beta mean + (1 - beta) x."""
    return beta * mean + (1.0 - beta) * x
