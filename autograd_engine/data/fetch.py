"""Fetching: from the indices of a batch to the batch itself, with the same result in every thread or process.

Each batch draws from a generator of its own, seeded by the seed of the epoch and the number of the batch. So random
transforms give the same pictures with no, one or many workers.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import numpy as np

from ..backend.random import Generator, drawing_from
from .collate import collated, default_collate
from .dataset import IterableDataset, Subset, TensorDataset

__all__ = ["END", "Fetch"]


class END:
    """Stands for a batch after the end of a stream of samples. The class itself is the mark, for it survives
    pickling."""


class Fetch:
    """A function that fetches batches of a data set: `fetch(seed, number, indices)`.

    Args:
        dataset: samples by index, or a stream. Of a stream, it takes as many samples as `indices` has items.
        collate_fn: makes a batch of a list of samples; if `batched` is False, it takes a single sample.
        batched: whether `indices` is a list of indices; otherwise it is one index.
        drop_last: whether to leave out the last samples of a stream if they do not fill a batch.
    """

    def __init__(self, dataset: Any, collate_fn: Callable[[Any], Any], batched: bool, drop_last: bool) -> None:
        self.dataset = dataset
        self.collate_fn = collate_fn
        self.batched = batched
        self.drop_last = drop_last
        self.stream: Iterator[Any] = iter(())
        self.taken = 0

    def __call__(self, seed: int, number: int, indices: Any) -> Any:
        """Batch `number` of the epoch with this seed, or `END` if the stream has ended.

        Raises:
            ValueError: `indices` is empty.
            Exception: whatever the data set raises, with a note that names the sample.
        """
        with drawing_from(Generator().manual_seed(seed << 32 | number)):
            if isinstance(self.dataset, IterableDataset):
                if number == 0:
                    self.stream, self.taken = iter(self.dataset), 0
                return self._next(indices)
            if not self.batched:
                return self.collate_fn(self._sample(indices))
            if not len(indices):
                raise ValueError(f"batch {number} has no samples: the batch_sampler gave an empty list")
            if self.collate_fn is default_collate:
                rows = _rows(self.dataset, indices)
                if rows is not None:
                    return rows
            return self._collated(self._samples(indices), indices)

    def _next(self, places: Sequence[int] | None) -> Any:
        if places is None:
            sample = next(self.stream, END)
            return END if sample is END else self.collate_fn(sample)
        samples = list(itertools.islice(self.stream, len(places)))
        names = range(self.taken, self.taken + len(samples))
        self.taken += len(samples)
        if len(samples) < len(places) and (self.drop_last or not samples):
            return END
        return self._collated(samples, names)

    def _collated(self, samples: list[Any], names: Sequence[Any]) -> Any:
        return collated(samples, names) if self.collate_fn is default_collate else self.collate_fn(samples)

    def _sample(self, index: Any) -> Any:
        try:
            return self.dataset[index]
        except Exception as error:
            error.add_note(f"raised by sample {index} of the data set, a {type(self.dataset).__name__}")
            raise

    def _samples(self, indices: Sequence[Any]) -> list[Any]:
        if hasattr(self.dataset, "__getitems__"):
            return list(self.dataset.__getitems__(indices))
        return [self._sample(index) for index in indices]


def _rows(dataset: Any, indices: Sequence[int]) -> list[Any] | None:
    """The batch of a `TensorDataset`, or of a subset of one, read with one index operation; None for other data
    sets."""
    while type(dataset) is Subset:
        indices = [dataset.indices[i] for i in indices]
        dataset = dataset.dataset
    if getattr(type(dataset), "__getitem__", None) is not TensorDataset.__getitem__:
        return None
    return list(dataset[np.asarray(indices)])
