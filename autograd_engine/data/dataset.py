"""Data sets: samples by index, or a stream of samples; and data sets made of parts of others."""

from __future__ import annotations

import itertools
import math
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from typing import Any, Generic, TypeVar

from ..backend.random import Generator, resolve
from ..tensor import Tensor

__all__ = ["ConcatDataset", "Dataset", "IterableDataset", "Subset", "TensorDataset", "random_split"]

T_co = TypeVar("T_co", covariant=True)


class Dataset(Generic[T_co]):
    """Samples by index: subclass it, and write `__getitem__(index)` and `__len__()`.

    `a + b` is the one data set followed by the other. Anything with these two methods will do for a
    `DataLoader`; a subclass reads better and adds.
    """

    def __getitem__(self, index: Any) -> T_co:
        """Sample number `index`, counted from 0."""
        raise NotImplementedError(f"{type(self).__name__} has no __getitem__(index) that returns a sample")

    def __add__(self, other: Any) -> ConcatDataset:
        return ConcatDataset([self, other])


class IterableDataset(Dataset[T_co]):
    """Samples one after the other, where they cannot be fetched by index: subclass it, and write `__iter__()`."""

    def __iter__(self) -> Iterator[T_co]:
        raise NotImplementedError(f"{type(self).__name__} has no __iter__() that yields samples")


class TensorDataset(Dataset[tuple[Tensor, ...]]):
    """Samples that lie side by side in tensors: sample i is row i of each.

    Args:
        tensors: one or more, with the same size of the first dimension.

    Raises:
        TypeError: something else than tensors.
        ValueError: no tensors, or their lengths differ.

    Example:
        >>> data = TensorDataset(tensor([[1.0], [2.0]]), tensor([0, 1]))
        >>> data[1]
        (tensor([2.]), tensor(1))
    """

    def __init__(self, *tensors: Tensor) -> None:
        if not tensors:
            raise ValueError("TensorDataset needs at least one tensor")
        for t in tensors:
            if not isinstance(t, Tensor):
                raise TypeError(f"TensorDataset takes tensors, not {type(t).__name__}; use from_numpy or tensor")
            if not t.ndim:
                raise ValueError("TensorDataset takes tensors with a row for each sample, not one of dimension 0")
        lengths = [len(t) for t in tensors]
        if len(set(lengths)) > 1:
            raise ValueError(f"the tensors hold {', '.join(map(str, lengths))} samples; each needs the same number")
        self.tensors = tensors

    def __len__(self) -> int:
        return len(self.tensors[0])

    def __getitem__(self, index: Any) -> tuple[Tensor, ...]:
        return tuple(tensor[index] for tensor in self.tensors)


class ConcatDataset(Dataset[Any]):
    """Several data sets one after the other.

    Raises:
        TypeError: one of them is a stream, which has no indices.
        ValueError: there are none.

    Example:
        >>> both = ConcatDataset([["a", "b"], ["c"]])
        >>> len(both), both[2], both[-3]
        (3, 'c', 'a')
    """

    def __init__(self, datasets: Iterable[Any]) -> None:
        self.datasets = list(datasets)
        if not self.datasets:
            raise ValueError("ConcatDataset needs at least one data set")
        if any(isinstance(d, IterableDataset) for d in self.datasets):
            raise TypeError("ConcatDataset takes data sets with samples by index, not an IterableDataset")
        self.cumulative_sizes = list(itertools.accumulate(map(len, self.datasets)))

    def __len__(self) -> int:
        return self.cumulative_sizes[-1]

    def __getitem__(self, index: int) -> Any:
        if not -len(self) <= index < len(self):
            raise IndexError(f"index {index} is out of range for {len(self)} samples")
        index %= len(self)
        part = bisect_right(self.cumulative_sizes, index)
        return self.datasets[part][index - (self.cumulative_sizes[part - 1] if part else 0)]


class Subset(Dataset[Any]):
    """The samples of a data set at `indices`, in that order.

    Example:
        >>> Subset("abcd", [3, 0])[0]
        'd'
    """

    def __init__(self, dataset: Any, indices: Sequence[int]) -> None:
        self.dataset = dataset
        self.indices = indices

    def __len__(self) -> int:
        return len(self.indices)

    def __getitem__(self, index: int) -> Any:
        return self.dataset[self.indices[index]]


def random_split(dataset: Any, lengths: Sequence[float], generator: Generator | None = None) -> list[Subset]:
    """A data set dealt out at random into parts that do not overlap.

    Args:
        lengths: of the parts, which add up to the length of the data set; or their shares, which add up to 1.
            Samples left over when shares are rounded down go to the parts in turn.
        generator: what to draw with; by default the generator that `manual_seed` seeds.

    Raises:
        ValueError: the lengths do not add up, or one is negative.

    Example:
        >>> train, valid = random_split(range(11), [0.8, 0.2])
        >>> len(train), len(valid), sorted([*train.indices, *valid.indices]) == list(range(11))
        (9, 2, True)
    """
    count = len(dataset)
    if any(length < 0 for length in lengths):
        raise ValueError(f"the lengths {list(lengths)} hold a negative one")
    if math.isclose(sum(lengths), 1) and sum(lengths) <= 1:
        sizes = [math.floor(count * share) for share in lengths]
        for i in range(count - sum(sizes)):
            sizes[i % len(sizes)] += 1
    else:
        sizes = [int(length) for length in lengths]
        if sum(lengths) != count or sizes != list(lengths):
            raise ValueError(
                f"the lengths {list(lengths)} add up to neither the {count} samples of the data set nor, as "
                "shares, to 1"
            )
    order = iter(resolve(generator).permutation(count).tolist())
    return [Subset(dataset, list(itertools.islice(order, size))) for size in sizes]
