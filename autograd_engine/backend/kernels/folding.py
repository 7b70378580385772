"""The windows of a picture laid side by side, and added back."""

from __future__ import annotations

import math
from typing import Any

from ..kinds import kind_of
from .choice import kernel
from .pooling import Windows, taps

__all__ = ["columns", "from_columns"]


@kernel
def columns(x: Any, windows: Windows) -> Any:
    """The elements of all windows: (N, C, ...) to (N, C, size, places), zeros where a window reaches out."""
    out: Any = kind_of(x).zeros((*x.shape[:2], *windows.size, *windows.places), x.dtype)
    flat = out.reshape(*x.shape[:2], math.prod(windows.size), *windows.places)
    for number, places, elements in taps(x.shape[2:], windows):
        flat[:, :, number, *places] = x[:, :, *elements]
    return out


@kernel
def from_columns(x: Any, picture: tuple[int, ...], windows: Windows) -> Any:
    """The adjoint of `columns`: a picture of this size, with every element of x added where it came from."""
    out = kind_of(x).zeros((*x.shape[:2], *picture), x.dtype)
    flat = x.reshape(*x.shape[:2], math.prod(windows.size), *windows.places)
    for number, places, elements in taps(picture, windows):
        out[:, :, *elements] += flat[:, :, number, *places]
    return out
