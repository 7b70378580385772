"""Size: a shape as users see it, PyTorch's tuple of sizes."""

from __future__ import annotations

from math import prod
from typing import SupportsIndex, overload

from ..backend.spelling import spelling

__all__ = ["Size"]


class Size(tuple[int, ...]):
    """The size of each dimension. It is a tuple; parts of it, and sums, are sizes too.

    Example:
        >>> size = zeros(2, 3, 4).shape
        >>> size, size == (2, 3, 4), size.numel(), size[1:].numel()
        ((2, 3, 4), True, 24, 12)
    """

    __slots__ = ()

    def __repr__(self) -> str:
        return spelling.size(self)

    def numel(self) -> int:
        """The number of elements of a tensor of this size."""
        return prod(self)

    @overload
    def __getitem__(self, place: SupportsIndex) -> int: ...
    @overload
    def __getitem__(self, place: slice) -> Size: ...
    def __getitem__(self, place: SupportsIndex | slice) -> int | Size:
        found = tuple.__getitem__(self, place)
        return Size(found) if isinstance(found, tuple) else found

    def __add__(self, other: tuple[int, ...]) -> Size:  # type: ignore[override]
        return Size(tuple.__add__(self, other)) if isinstance(other, tuple) else NotImplemented

    def __radd__(self, other: tuple[int, ...]) -> Size:
        return Size((*other, *self)) if isinstance(other, tuple) else NotImplemented
