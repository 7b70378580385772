"""Sums down the columns of a matrix."""

from __future__ import annotations

from typing import Any

from ..sums import added_up
from .choice import kernel

__all__ = ["column_sums"]


@kernel
def column_sums(x: Any) -> Any:
    """The sums over the rows of a matrix; float16 is summed in float32."""
    return added_up(x, axis=0)
