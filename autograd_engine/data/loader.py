"""DataLoader: the samples of a data set, in order or shuffled, a batch at a time."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np

from ..backend.random import Generator, resolve
from ..creation import as_tensor
from ..ops.shape import stack
from ..tensor import Tensor
from .dataset import Dataset, TensorDataset

__all__ = ["DataLoader"]


class DataLoader:
    """Deals out a data set in batches: iterate over it once per epoch.

    Each batch has the structure of a sample, a list for a tuple as in PyTorch, with tensors that gained a
    first dimension.

    Args:
        dataset: anything with `len` and samples by index.
        batch_size: samples per batch; the last batch may be smaller.
        shuffle: deal the samples in a new random order in every epoch.
        drop_last: leave out the last batch if it is smaller.
        generator: what to shuffle with; by default the generator that `manual_seed` seeds.

    Raises:
        ValueError: the batch size is not positive, or the data set is empty.

    Example:
        >>> loader = DataLoader(TensorDataset(arange(5)), batch_size=2)
        >>> [batch for (batch,) in loader]
        [tensor([0, 1]), tensor([2, 3]), tensor([4])]
    """

    def __init__(
        self,
        dataset: Dataset | TensorDataset,
        batch_size: int = 1,
        shuffle: bool = False,
        *,
        drop_last: bool = False,
        generator: Generator | None = None,
    ) -> None:
        if batch_size < 1:
            raise ValueError(f"batch_size must be at least 1, not {batch_size}")
        if not len(dataset):
            raise ValueError("the data set is empty")
        self.dataset = dataset
        self.batch_size = batch_size
        self.shuffle = shuffle
        self.drop_last = drop_last
        self.generator = generator

    def __len__(self) -> int:
        count = len(self.dataset)
        return count // self.batch_size if self.drop_last else -(-count // self.batch_size)

    def __iter__(self) -> Iterator[Any]:
        count = len(self.dataset)
        order = resolve(self.generator).permutation(count) if self.shuffle else np.arange(count)
        for batch in range(len(self)):
            indices = order[batch * self.batch_size : (batch + 1) * self.batch_size]
            if isinstance(self.dataset, TensorDataset):
                yield list(self.dataset[indices])
            else:
                yield _collate([self.dataset[int(i)] for i in indices])


def _collate(samples: Sequence[Any]) -> Any:
    """Samples of one structure as one sample of batches."""
    first = samples[0]
    if isinstance(first, Tensor):
        return stack(samples)
    if isinstance(first, (np.ndarray, np.generic, int, float)):
        return as_tensor(np.stack(samples)) if hasattr(first, "dtype") else as_tensor(list(samples))
    if isinstance(first, Mapping):
        return {key: _collate([sample[key] for sample in samples]) for key in first}
    if isinstance(first, (tuple, list)):
        return [_collate(column) for column in zip(*samples, strict=True)]
    return list(samples)
