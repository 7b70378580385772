"""Padding as modules. The number in a name says how many of the last dimensions are padded."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar

from ..tensor import Tensor
from . import functional as F
from .module import Module

__all__ = [
    "CircularPad1d",
    "CircularPad2d",
    "CircularPad3d",
    "ConstantPad1d",
    "ConstantPad2d",
    "ConstantPad3d",
    "ReflectionPad1d",
    "ReflectionPad2d",
    "ReflectionPad3d",
    "ReplicationPad1d",
    "ReplicationPad2d",
    "ReplicationPad3d",
    "ZeroPad1d",
    "ZeroPad2d",
    "ZeroPad3d",
]


class _Pad(Module):
    """Adds `padding` before and after each of the last dimensions, in a manner that the subclass names."""

    _dims: ClassVar[int]
    _mode: ClassVar[str]

    def __init_subclass__(cls, dims: int | None = None, mode: str | None = None, **others: Any) -> None:
        super().__init_subclass__(**others)
        if dims is not None:
            cls._dims = dims
        if mode is not None:
            cls._mode = mode

    def __init__(self, padding: int | Sequence[int]) -> None:
        super().__init__()
        count = 2 * self._dims
        self.padding = (padding,) * count if isinstance(padding, int) else tuple(padding)
        if len(self.padding) != count:
            raise ValueError(f"{type(self).__name__}: expected a number or {count} of them, got {self.padding}")

    def forward(self, input: Any) -> Tensor:
        """Pad."""
        return F.pad(input, self.padding, self._mode)

    def extra_repr(self) -> str:
        """The widths."""
        return str(self.padding)


class _ConstantPad(_Pad, mode="constant"):
    def __init__(self, padding: int | Sequence[int], value: float) -> None:
        super().__init__(padding)
        self.value = value

    def forward(self, input: Any) -> Tensor:
        """Pad."""
        return F.pad(input, self.padding, "constant", self.value)

    def extra_repr(self) -> str:
        """The widths and the value."""
        return f"padding={self.padding}, value={self.value}"


class ConstantPad1d(_ConstantPad, dims=1):
    """Adds `value` before and after the last dimension, of (N, C, L) or (C, L).

    Args:
        padding: how many to add: one number for both sides, or (left, right).
        value: what to add.

    Raises:
        ValueError: another number of widths.
    """


class ConstantPad2d(_ConstantPad, dims=2):
    """`ConstantPad1d` for images, (N, C, H, W) or (C, H, W); padding (left, right, top, bottom)."""


class ConstantPad3d(_ConstantPad, dims=3):
    """`ConstantPad1d` for volumes, (N, C, D, H, W) or (C, D, H, W); 6 widths, the last dimension first."""


class ZeroPad1d(_Pad, dims=1, mode="constant"):
    """Adds zeros around the last dimension, (N, C, L) or (C, L).

    Args:
        padding: one number for all sides, or (left, right).
    """


class ZeroPad2d(_Pad, dims=2, mode="constant"):
    """`ZeroPad1d` for images, (N, C, H, W) or (C, H, W); padding (left, right, top, bottom)."""


class ZeroPad3d(_Pad, dims=3, mode="constant"):
    """`ZeroPad1d` for volumes, (N, C, D, H, W) or (C, D, H, W); 6 widths, the last dimension first."""


class ReflectionPad1d(_Pad, dims=1, mode="reflect"):
    """Adds a mirror image, which does not repeat the edge, around the last dimension, (N, C, L) or (C, L).

    Args:
        padding: one number for all sides, or (left, right).
    """


class ReflectionPad2d(_Pad, dims=2, mode="reflect"):
    """`ReflectionPad1d` for images, (N, C, H, W) or (C, H, W); padding (left, right, top, bottom)."""


class ReflectionPad3d(_Pad, dims=3, mode="reflect"):
    """`ReflectionPad1d` for volumes, (N, C, D, H, W) or (C, D, H, W); 6 widths, the last dimension first."""


class ReplicationPad1d(_Pad, dims=1, mode="replicate"):
    """Adds the elements at the edge around the last dimension, (N, C, L) or (C, L).

    Args:
        padding: one number for all sides, or (left, right).
    """


class ReplicationPad2d(_Pad, dims=2, mode="replicate"):
    """`ReplicationPad1d` for images, (N, C, H, W) or (C, H, W); padding (left, right, top, bottom)."""


class ReplicationPad3d(_Pad, dims=3, mode="replicate"):
    """`ReplicationPad1d` for volumes, (N, C, D, H, W) or (C, D, H, W); 6 widths, the last dimension first."""


class CircularPad1d(_Pad, dims=1, mode="circular"):
    """Adds the elements at the opposite edge around the last dimension, (N, C, L) or (C, L).

    Args:
        padding: one number for all sides, or (left, right).
    """


class CircularPad2d(_Pad, dims=2, mode="circular"):
    """`CircularPad1d` for images, (N, C, H, W) or (C, H, W); padding (left, right, top, bottom)."""


class CircularPad3d(_Pad, dims=3, mode="circular"):
    """`CircularPad1d` for volumes, (N, C, D, H, W) or (C, D, H, W); 6 widths, the last dimension first."""
