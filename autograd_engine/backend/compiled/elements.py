"""Choosing among elements."""

from __future__ import annotations

from typing import Any

import numpy as np

from ..threads import share
from . import FLOATS, fits, loop


@loop
def _kept(draws: Any, p: Any, factor: Any, out: Any) -> None:
    zero = out.dtype.type(0)
    for i in range(draws.size):
        out[i] = factor if draws[i] >= p else zero


def kept(draws: Any, p: float, factor: float, dtype: Any) -> Any:
    if not fits(draws) or dtype not in FLOATS:
        return NotImplemented
    out = np.empty(draws.shape, dtype)
    given, made, settings = draws.reshape(-1), out.reshape(-1), (draws.dtype.type(p), dtype.type(factor))
    share(lambda part: _kept(given[part], *settings, made[part]), draws.size)
    return out
