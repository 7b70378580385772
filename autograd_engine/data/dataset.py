"""Data sets: samples by index, or as a stream; and data sets that are parts of others, or several in a row."""

from __future__ import annotations

import itertools
import math
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from typing import Any, Generic, Protocol, TypeVar

from ..backend.random import Generator, resolve
from ..tensor import Tensor

T = TypeVar("T")
T_co = TypeVar("T_co", covariant=True)


class Indexed(Protocol[T_co]):
    """What is made of samples with indices: a `Dataset`, a list, any object with this method."""

    def __getitem__(self, index: Any, /) -> T_co: ...


class Dataset(Generic[T_co]):
    """Samples that can be fetched by index. A subclass defines `__getitem__(index)` and `__len__()`.

    `a + b` is the samples of `a` followed by those of `b`. A `DataLoader` takes any object with these two methods.

    Example:
        >>> class Squares(Dataset):
        ...     def __len__(self):
        ...         return 10
        ...     def __getitem__(self, index):
        ...         return tensor(index**2)
        >>> (Squares() + Squares())[13]
        tensor(9)
    """

    def __getitem__(self, index: Any) -> T_co:
        """Sample number `index`, counted from 0."""
        raise NotImplementedError(f"{type(self).__name__} has no __getitem__(index) that returns a sample")

    def __add__(self: Dataset[T], other: Indexed[T]) -> ConcatDataset[T]:
        parts: list[Indexed[T]] = [self, other]
        return ConcatDataset(parts)


class IterableDataset(Dataset[T_co]):
    """A stream of samples, which cannot be fetched by index. A subclass defines `__iter__()`, which yields
    samples."""

    def __iter__(self) -> Iterator[T_co]:
        raise NotImplementedError(f"{type(self).__name__} has no __iter__() that yields samples")


def from_start(index: int, count: int) -> int:
    """The index of a sample among `count`, where negative ones count from the end.

    Raises:
        IndexError: there is no such sample.

    Example:
        >>> from_start(-1, 10)
        9
    """
    if not -count <= index < count:
        raise IndexError(f"index {index} is out of range for {count} samples")
    return index % count


class TensorDataset(Dataset[tuple[Tensor, ...]]):
    """A data set in tensors: sample i is the tuple of row i of each tensor.

    Args:
        tensors: one or more, whose first dimensions have the same size.

    Raises:
        TypeError: something that is no tensor.
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


class ConcatDataset(Dataset[T_co]):
    """The samples of several data sets, one set after the other.

    Raises:
        TypeError: one of them is a stream, which has no indices.
        ValueError: the list of data sets is empty.

    Example:
        >>> both = ConcatDataset([["a", "b"], ["c"]])
        >>> len(both), both[2], both[-3]
        (3, 'c', 'a')
    """

    def __init__(self, datasets: Iterable[Indexed[T_co]]) -> None:
        self.datasets = list(datasets)
        if not self.datasets:
            raise ValueError("ConcatDataset needs at least one data set")
        if any(isinstance(d, IterableDataset) for d in self.datasets):
            raise TypeError("ConcatDataset takes data sets with samples by index, not an IterableDataset")
        self.cumulative_sizes = list(itertools.accumulate(map(len, self.datasets)))  # type: ignore[arg-type]

    def __len__(self) -> int:
        return self.cumulative_sizes[-1]

    def __getitem__(self, index: int) -> T_co:
        index = from_start(index, len(self))
        part = bisect_right(self.cumulative_sizes, index)
        return self.datasets[part][index - (self.cumulative_sizes[part - 1] if part else 0)]


class ChainDataset(IterableDataset[T_co]):
    """The samples of several streams, one stream after the other.

    Example:
        >>> list(ChainDataset([["a", "b"], ["c"]]))
        ['a', 'b', 'c']
    """

    def __init__(self, datasets: Iterable[Iterable[T_co]]) -> None:
        self.datasets = datasets

    def __iter__(self) -> Iterator[T_co]:
        return itertools.chain.from_iterable(self.datasets)

    def __len__(self) -> int:
        return sum(map(len, self.datasets))  # type: ignore[arg-type]


class StackDataset(Dataset[Any]):
    """Samples made of one sample of each of several data sets of one length: a tuple, or a dictionary if they have
    names.

    Raises:
        ValueError: there is none, there are some with and some without names, or the lengths differ.

    Example:
        >>> StackDataset(x="ab", y=[1, 2])[1]
        {'x': 'b', 'y': 2}
    """

    def __init__(self, *datasets: Any, **named: Any) -> None:
        if bool(datasets) == bool(named):
            raise ValueError("StackDataset takes data sets, all of them with a name or none")
        self.datasets: Any = datasets or named
        lengths = [len(dataset) for dataset in (datasets or named.values())]
        if len({*lengths}) > 1:
            raise ValueError(f"StackDataset takes data sets of one length, not of {lengths}")

    def __len__(self) -> int:
        listed = self.datasets if isinstance(self.datasets, tuple) else [*self.datasets.values()]
        return len(listed[0])

    def __getitem__(self, index: int) -> Any:
        if isinstance(self.datasets, tuple):
            return tuple(dataset[index] for dataset in self.datasets)
        return {name: dataset[index] for name, dataset in self.datasets.items()}


class Subset(Dataset[T_co]):
    """Some samples of a data set: those at `indices`, in that order.

    Example:
        >>> Subset("abcd", [3, 0])[0]
        'd'
    """

    def __init__(self, dataset: Indexed[T_co], indices: Sequence[int]) -> None:
        self.dataset = dataset
        self.indices = indices

    def __len__(self) -> int:
        return len(self.indices)

    def __getitem__(self, index: int) -> T_co:
        return self.dataset[self.indices[index]]


def random_split(
    dataset: Indexed[T], lengths: Sequence[float], generator: Generator | None = None
) -> list[Subset[T]]:
    """Split a data set at random into parts that do not overlap.

    Args:
        dataset: the data set.
        lengths: the numbers of samples of the parts, which add up to the length of the data set; or their shares,
            which add up to 1. Shares are rounded down to samples, and what is left over goes to the parts in turn.
        generator: draws the split; by default the generator that `manual_seed` seeds.

    Raises:
        ValueError: the lengths do not add up, or one is negative.

    Example:
        >>> train, valid = random_split(range(11), [0.8, 0.2])
        >>> len(train), len(valid), sorted([*train.indices, *valid.indices]) == list(range(11))
        (9, 2, True)
    """
    count = len(dataset)  # type: ignore[arg-type]
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
