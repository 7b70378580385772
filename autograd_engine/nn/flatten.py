"""Modules that merge dimensions, or divide one."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from ..ops.arrange import unflatten
from ..ops.shape import flatten
from ..tensor import Tensor
from .configured import Configured, layer

__all__ = ["Flatten", "Unflatten"]


@layer(flatten)
class Flatten(Configured):
    """Merge the dimensions start_dim to end_dim, by default all but the batch.

    Raises:
        IndexError: there is no such dimension.
    """

    start_dim: int = 1
    end_dim: int = -1


@dataclass(repr=False, eq=False)
class Unflatten(Configured):
    """Divide the dimension `dim` into several of the sizes `unflattened_size`, one of which may be -1.

    Raises:
        TypeError: the sizes are not integers.
        ValueError: their product is not the size of the dimension.

    Example:
        >>> Unflatten(1, (3, -1))(ones(2, 12)).shape
        (2, 3, 4)
    """

    dim: int
    unflattened_size: tuple[int, ...] | list[int]

    def __post_init__(self) -> None:
        sizes = self.unflattened_size
        if not isinstance(sizes, (tuple, list)) or not all(isinstance(n, int) for n in sizes):
            raise TypeError(f"unflattened_size must be a tuple of integers, not {sizes!r}")

    def forward(self, input: Any) -> Tensor:
        """Unflatten."""
        return unflatten(input, self.dim, self.unflattened_size)
