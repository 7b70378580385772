"""Data sets: anything with a length whose samples can be fetched by index."""

from __future__ import annotations

from typing import Any, Protocol

from ..tensor import Tensor

__all__ = ["Dataset", "TensorDataset"]


class Dataset(Protocol):
    """What a `DataLoader` needs to know of a data set; subclassing it is possible but not needed."""

    def __len__(self) -> int:
        """How many samples there are."""

    def __getitem__(self, index: int, /) -> Any:
        """Sample number `index`, counted from 0."""


class TensorDataset:
    """Samples that lie side by side in tensors: sample i is row i of each.

    Args:
        tensors: one or more, with the same size of the first dimension.

    Raises:
        ValueError: no tensors, or their lengths differ.

    Example:
        >>> data = TensorDataset(tensor([[1.0], [2.0]]), tensor([0, 1]))
        >>> data[1]
        (tensor([2.]), tensor(1))
    """

    def __init__(self, *tensors: Tensor) -> None:
        if not tensors:
            raise ValueError("TensorDataset needs at least one tensor")
        lengths = [len(t) for t in tensors]
        if len(set(lengths)) > 1:
            raise ValueError(f"the tensors hold {', '.join(map(str, lengths))} samples; each needs the same number")
        self.tensors = tensors

    def __len__(self) -> int:
        return len(self.tensors[0])

    def __getitem__(self, index: Any) -> tuple[Tensor, ...]:
        return tuple(tensor[index] for tensor in self.tensors)
