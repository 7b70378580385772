"""Samplers: the order in which the samples of a data set are taken, and how they are grouped into batches."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator, Sequence, Sized
from typing import Any, Generic, TypeVar

import numpy as np

from ..backend.random import Generator, resolve

__all__ = [
    "BatchSampler",
    "DistributedSampler",
    "RandomSampler",
    "Sampler",
    "SequentialSampler",
    "SubsetRandomSampler",
    "WeightedRandomSampler",
]

T_co = TypeVar("T_co", covariant=True)

_PIECE = 4096
"""How many indices are drawn at once."""


class Sampler(Generic[T_co]):
    """An order of indices. A subclass defines `__iter__()`, which yields them, and `__len__()` if their number is
    known."""

    def __iter__(self) -> Iterator[T_co]:
        raise NotImplementedError(f"{type(self).__name__} has no __iter__() that yields indices")


def _positive(name: str, value: Any) -> int:
    if not isinstance(value, (int, np.integer)) or isinstance(value, bool) or value < 1:
        raise ValueError(f"{name} must be at least 1, not {value!r}")
    return int(value)


class SequentialSampler(Sampler[int]):
    """0, 1, 2, ... up to the length of the data set."""

    def __init__(self, data_source: Sized) -> None:
        self.data_source = data_source

    def __len__(self) -> int:
        return len(self.data_source)

    def __iter__(self) -> Iterator[int]:
        return iter(range(len(self.data_source)))


class RandomSampler(Sampler[int]):
    """The indices of a data set in random order, a new one in every epoch.

    Args:
        data_source: the data set, of which only the length is used.
        replacement: draw each index from all of them; otherwise an index comes again only after all others came.
        num_samples: how many indices to draw per epoch; by default as many as the data set has.
        generator: draws the order; by default the generator that `manual_seed` seeds.

    Raises:
        ValueError: the data set is empty, or `num_samples` is not positive.

    Example:
        >>> sorted(RandomSampler(range(4)))
        [0, 1, 2, 3]
    """

    def __init__(
        self,
        data_source: Sized,
        replacement: bool = False,
        num_samples: int | None = None,
        generator: Generator | None = None,
    ) -> None:
        if not len(data_source):
            raise ValueError("the data set is empty: there is nothing to sample from")
        self.data_source = data_source
        self.replacement = replacement
        self._num_samples = None if num_samples is None else _positive("num_samples", num_samples)
        self.generator = generator

    @property
    def num_samples(self) -> int:
        """How many indices an epoch draws."""
        return len(self.data_source) if self._num_samples is None else self._num_samples

    def __len__(self) -> int:
        return self.num_samples

    def __iter__(self) -> Iterator[int]:
        count, wanted, rng = len(self.data_source), self.num_samples, resolve(self.generator)
        if self.replacement:  # drawn as they are asked for: some programs ask for more than memory holds
            pieces = (min(_PIECE, wanted - start) for start in range(0, wanted, _PIECE))
            return (index for size in pieces for index in rng.integers(count, size=size).tolist())
        rounds = [rng.permutation(count) for _ in range(-(-wanted // count))]
        return iter((rounds[0] if len(rounds) == 1 else np.concatenate(rounds))[:wanted].tolist())


class SubsetRandomSampler(Sampler[int]):
    """The given indices in random order, a new one in every epoch.

    Args:
        indices: the indices.
        generator: draws the order; by default the generator that `manual_seed` seeds.

    Example:
        >>> sorted(SubsetRandomSampler([5, 1, 3]))
        [1, 3, 5]
    """

    def __init__(self, indices: Sequence[int], generator: Generator | None = None) -> None:
        self.indices = indices
        self.generator = generator

    def __len__(self) -> int:
        return len(self.indices)

    def __iter__(self) -> Iterator[int]:
        return (self.indices[i] for i in resolve(self.generator).permutation(len(self.indices)).tolist())


class WeightedRandomSampler(Sampler[int]):
    """Indices drawn with probabilities proportional to weights, for instance to see rare classes as often as
    others.

    Args:
        weights: one for each sample, none negative; they need not add up to 1.
        num_samples: how many indices to draw per epoch.
        replacement: whether an index can come twice.
        generator: draws the indices; by default the generator that `manual_seed` seeds.

    Raises:
        ValueError: a weight is negative or not finite, or all are 0; or without replacement, `num_samples` is
            larger than the number of positive weights.

    Example:
        >>> set(WeightedRandomSampler([0.0, 2.0, 0.0], 5))
        {1}
    """

    def __init__(
        self, weights: Any, num_samples: int, replacement: bool = True, generator: Generator | None = None
    ) -> None:
        self.weights = np.asarray(weights, np.float64)
        self.num_samples = _positive("num_samples", num_samples)
        self.replacement = replacement
        self.generator = generator
        w = self.weights
        if w.ndim != 1 or not (w >= 0).all() or not np.isfinite(w).all() or not w.any():
            raise ValueError(
                f"weights must be a list of finite numbers, none negative and not all 0; got shape {w.shape}, "
                f"values {w.min(initial=np.inf):g} to {w.max(initial=-np.inf):g}"
            )
        if not replacement and num_samples > np.count_nonzero(w):
            raise ValueError(
                f"cannot draw {num_samples} different samples: only {np.count_nonzero(w)} have a positive weight"
            )

    def __len__(self) -> int:
        return self.num_samples

    def __iter__(self) -> Iterator[int]:
        share = self.weights / self.weights.sum()
        drawn = resolve(self.generator).choice(len(share), self.num_samples, self.replacement, share)
        return iter(drawn.tolist())


class DistributedSampler(Sampler[int]):
    """The share of the indices of a data set that one of several processes takes.

    Args:
        dataset: the data set, of which only the length is used.
        num_replicas: the number of processes; by default 1.
        rank: the number of this one.
        shuffle: whether the order is random: the same in all processes, another one for each `set_epoch`.
        seed: of the order.
        drop_last: leave out indices, so that all take equally many; else some indices come twice.

    Raises:
        ValueError: there is no process of this number.

    Example:
        >>> [list(DistributedSampler(range(5), 2, rank, shuffle=False)) for rank in (0, 1)]
        [[0, 2, 4], [1, 3, 0]]
    """

    def __init__(
        self,
        dataset: Sized,
        num_replicas: int | None = None,
        rank: int | None = None,
        shuffle: bool = True,
        seed: int = 0,
        drop_last: bool = False,
    ) -> None:
        self.dataset, self.shuffle, self.seed, self.drop_last = dataset, shuffle, seed, drop_last
        self.num_replicas, self.rank, self.epoch = num_replicas or 1, rank or 0, 0
        if not 0 <= self.rank < self.num_replicas:
            raise ValueError(f"DistributedSampler: there is no process {rank} of {self.num_replicas}")
        count = len(dataset)
        self.num_samples = count // self.num_replicas if drop_last else -(-count // self.num_replicas)
        self.total_size = self.num_samples * self.num_replicas

    def set_epoch(self, epoch: int) -> None:
        """Choose another random order."""
        self.epoch = epoch

    def __len__(self) -> int:
        return self.num_samples

    def __iter__(self) -> Iterator[int]:
        count = len(self.dataset)
        order = (
            np.random.default_rng([self.seed, self.epoch]).permutation(count) if self.shuffle else np.arange(count)
        )
        return iter(np.resize(order, self.total_size)[self.rank :: self.num_replicas].tolist())


class BatchSampler(Sampler[list[int]]):
    """The indices of another sampler, grouped into lists of `batch_size`.

    Args:
        sampler: yields the indices.
        batch_size: the length of each list.
        drop_last: leave out the last list if it is shorter.

    Raises:
        ValueError: the batch size is not positive.

    Example:
        >>> list(BatchSampler(range(5), 2, drop_last=False))
        [[0, 1], [2, 3], [4]]
    """

    def __init__(self, sampler: Iterable[int], batch_size: int, drop_last: bool) -> None:
        self.sampler = sampler
        self.batch_size = _positive("batch_size", batch_size)
        self.drop_last = drop_last

    def __len__(self) -> int:
        count = len(self.sampler)  # type: ignore[arg-type]
        return count // self.batch_size if self.drop_last else -(-count // self.batch_size)

    def __iter__(self) -> Iterator[list[int]]:
        indices = iter(self.sampler)
        while batch := list(itertools.islice(indices, self.batch_size)):
            if len(batch) == self.batch_size or not self.drop_last:
                yield batch
