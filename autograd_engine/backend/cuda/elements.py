"""Choosing among elements."""

from __future__ import annotations

from typing import Any

import numpy as np

from .elementwise import elementwise

__all__ = ["kept"]


def _factors(draws: Any, p: float, factor: float) -> Any:
    return np.where(draws >= p, factor, 0.0)


_kept = elementwise(_factors)


def kept(draws: Any, p: float, factor: float, dtype: Any) -> Any:
    return _kept(draws, p, factor) if draws.dtype == dtype else NotImplemented
