"""Classes that a loss expects, on a device, where nobody looks at a value: which of them count, and how much."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from ..arrays import astype
from ..kinds import kind_of
from ..sums import widened
from .choice import kernel
from .elements import masked
from .elementwise import elementwise

__all__ = ["scaled", "scaled_sum", "shares"]


@kernel
def shares(target: Any, ignored: int, weight: Any, dtype: Any, mean: bool) -> tuple[Any, Any, Any]:
    """The targets, 0 in the place of those that are ignored; the share that each has, 0 for those; and what a loss
    is to be increased by: NaN where nothing has a share in its mean, else 0.

    Args:
        target: integers (N,).
        ignored: the one that does not count.
        weight: of each class, or None if they are alike.
        dtype: of the shares and the weights.
        mean: whether the shares are to add up to 1.
    """
    used = target != ignored
    target = np.where(used, target, 0)
    scale = used.astype(dtype) if weight is None else weight[target] * used
    if not mean:
        return target, scale, kind_of(target).zeros((), dtype)
    total = np.add.reduce(widened(scale))
    nothing = astype(np.where(total == 0, math.nan, 0.0), dtype)
    return target, masked(astype(scale / total, dtype), used), nothing


@kernel
@elementwise
def scaled(losses: Any, scale: Any) -> Any:
    """losses scale, and 0 where the scale is 0, whatever the loss."""
    return masked(losses, scale != 0) * scale


@kernel
def scaled_sum(losses: Any, scale: Any) -> Any:
    """The sum of what `scaled` gives."""
    return np.add.reduce(scaled(losses, scale))
