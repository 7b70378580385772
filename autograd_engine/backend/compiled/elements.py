"""Choosing among elements."""

from __future__ import annotations

from typing import Any

import numpy as np

from . import FLOATS, fits
from .crew import TOGETHER, shared_loop


@shared_loop
def _kept(draws: Any, p: Any, factor: Any, out: Any, start: int, stop: int) -> None:
    zero, given, made = out.dtype.type(0), draws[start:stop], out[start:stop]
    for i in range(made.size):
        made[i] = factor if given[i] >= p else zero


def kept(draws: Any, p: float, factor: float, dtype: Any) -> Any:
    if not fits(draws) or dtype not in FLOATS:
        return NotImplemented
    out = np.empty(draws.shape, dtype)
    _kept(draws.size, TOGETHER, draws.reshape(-1), draws.dtype.type(p), dtype.type(factor), out.reshape(-1))
    return out
