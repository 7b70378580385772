"""DataLoader: the samples of a data set in batches, fetched when asked for, or ahead of time by workers."""

from __future__ import annotations

import contextlib
import itertools
import weakref
from collections import deque
from collections.abc import Callable, Generator, Iterable, Iterator
from concurrent.futures import Future, wait
from typing import TYPE_CHECKING, Any, Generic, overload

from ..backend import gpu
from ..backend.random import Generator as RandomGenerator
from ..backend.random import resolve
from ..tensor import Tensor
from .collate import default_collate, default_convert, pinned
from .dataset import Dataset, IterableDataset
from .fetch import END, Fetch
from .sampler import BatchSampler, RandomSampler, SequentialSampler
from .workers import Crew

__all__ = ["DataLoader"]

if TYPE_CHECKING:
    from typing_extensions import TypeVar  # one with a default; every type checker has it

    Batch = TypeVar("Batch", default=Any)
else:
    from typing import TypeVar

    Batch = TypeVar("Batch")


class DataLoader(Generic[Batch]):
    """Goes through a data set in batches; each iteration over the loader is one epoch.

    A batch has the structure of a sample, with tensors that gained a first dimension, and a list where a sample is
    a tuple, as in PyTorch; see `default_collate`. The batches do not depend on the number and kind of workers, not
    even with random transforms: each batch has random numbers of its own, seeded by a number that is drawn from
    `generator` once per epoch and by the number of the batch. This holds for random numbers of this package.
    NumPy's and Python's own generators are seeded in the same way in worker processes, but not elsewhere.

    Args:
        dataset: samples by index, or an `IterableDataset`.
        batch_size: samples per batch; None gives single samples, with arrays turned into tensors.
        shuffle: whether to put the samples into a new random order in every epoch.
        sampler: yields the indices in their order, instead of `shuffle`.
        batch_sampler: yields lists of indices, instead of `batch_size`, `shuffle`, `sampler` and `drop_last`.
        num_workers: how many workers fetch batches ahead of time; with 0, a batch is fetched when it is asked for.
            An `IterableDataset` is read by one worker only, so that no sample comes twice.
        collate_fn: makes a batch of a list of samples; by default `default_collate`.
        pin_memory: whether to put batches into page-locked memory, which is copied to a GPU fast, and beside other
            work with `x.to("cuda", non_blocking=True)`. Without a GPU this does nothing.
        drop_last: leave out the last batch if it is smaller than the others.
        timeout: seconds to wait for a batch from the workers; 0 waits for ever.
        worker_init_fn: called in each worker with its number before it begins.
        multiprocessing_context: how worker processes start, such as "spawn", or a context of `multiprocessing`; by
            default Python's way on this system, but since Python 3.12 "forkserver" instead of "fork", which is not
            safe in a program with threads. Workers that are not forked get the data set as a pickle, and a script
            must use the loader below `if __name__ == "__main__":`.
        generator: draws the order and the seeds of the epochs; by default the one that `manual_seed` seeds.
        prefetch_factor: how many batches each worker may be ahead; 2 by default.
        persistent_workers: whether to keep the workers for the next epoch, also when the loop is left early.
        workers: "process"; or "thread" for workers that share memory with this program. Threads start at once and
            copy nothing, but work at the same time only while they wait for files or compute in NumPy.

    Raises:
        ValueError: the data set is empty, or arguments are out of range or exclude each other.
        RuntimeError: while iterating: a worker died, or took longer than `timeout`.

    An error in a worker is raised in this program, with the worker's traceback and the index of the sample.

    Example:
        >>> from autograd_engine.data import TensorDataset
        >>> loader = DataLoader(TensorDataset(arange(5)), batch_size=2)
        >>> [batch for (batch,) in loader]
        [tensor([0, 1]), tensor([2, 3]), tensor([4])]
    """

    @overload
    def __init__(
        self: DataLoader[list[Tensor]],
        dataset: Dataset[tuple[Tensor, ...]],
        batch_size: int | None = 1,
        shuffle: bool | None = None,
        sampler: Iterable[Any] | None = None,
        batch_sampler: Iterable[Any] | None = None,
        num_workers: int = 0,
        collate_fn: None = None,
        pin_memory: bool = False,
        drop_last: bool = False,
        timeout: float = 0,
        worker_init_fn: Callable[[int], Any] | None = None,
        multiprocessing_context: Any = None,
        generator: RandomGenerator | None = None,
        *,
        prefetch_factor: int | None = None,
        persistent_workers: bool = False,
        workers: str = "process",
    ) -> None: ...

    @overload
    def __init__(
        self: DataLoader[Any],
        dataset: Any,
        batch_size: int | None = 1,
        shuffle: bool | None = None,
        sampler: Iterable[Any] | None = None,
        batch_sampler: Iterable[Any] | None = None,
        num_workers: int = 0,
        collate_fn: Callable[[Any], Any] | None = None,
        pin_memory: bool = False,
        drop_last: bool = False,
        timeout: float = 0,
        worker_init_fn: Callable[[int], Any] | None = None,
        multiprocessing_context: Any = None,
        generator: RandomGenerator | None = None,
        *,
        prefetch_factor: int | None = None,
        persistent_workers: bool = False,
        workers: str = "process",
    ) -> None: ...

    def __init__(
        self,
        dataset: Any,
        batch_size: int | None = 1,
        shuffle: bool | None = None,
        sampler: Iterable[Any] | None = None,
        batch_sampler: Iterable[Any] | None = None,
        num_workers: int = 0,
        collate_fn: Callable[[Any], Any] | None = None,
        pin_memory: bool = False,
        drop_last: bool = False,
        timeout: float = 0,
        worker_init_fn: Callable[[int], Any] | None = None,
        multiprocessing_context: Any = None,
        generator: RandomGenerator | None = None,
        *,
        prefetch_factor: int | None = None,
        persistent_workers: bool = False,
        workers: str = "process",
    ) -> None:
        stream = isinstance(dataset, IterableDataset)
        if batch_sampler is not None:
            _refuse(
                "batch_sampler", batch_size=batch_size != 1, shuffle=shuffle, sampler=sampler, drop_last=drop_last
            )
        if sampler is not None:
            _refuse("sampler", shuffle=shuffle)
        if batch_size is None:
            _refuse("batch_size=None", drop_last=drop_last)
        if stream:
            _refuse("an IterableDataset", shuffle=shuffle, sampler=sampler, batch_sampler=batch_sampler)
        if num_workers < 0 or timeout < 0:
            raise ValueError(f"num_workers and timeout must not be negative, not {num_workers} and {timeout}")
        if workers not in ("process", "thread"):
            raise ValueError(f'workers must be "process" or "thread", not {workers!r}')
        if num_workers == 0 and (prefetch_factor is not None or persistent_workers or timeout):
            raise ValueError("prefetch_factor, persistent_workers and timeout need num_workers of at least 1")
        if prefetch_factor is not None and prefetch_factor < 1:
            raise ValueError(f"prefetch_factor must be at least 1, not {prefetch_factor}")
        if not stream and hasattr(dataset, "__len__") and not len(dataset):
            raise ValueError("the data set is empty")
        self.dataset = dataset
        self.num_workers = num_workers
        self.pin_memory = pin_memory
        self.timeout = timeout
        self.worker_init_fn = worker_init_fn
        self.multiprocessing_context = multiprocessing_context
        self.generator = generator
        self.prefetch_factor = (prefetch_factor or 2) if num_workers else None
        self.persistent_workers = persistent_workers
        self.workers = workers
        if sampler is None:
            sampler = RandomSampler(dataset, generator=generator) if shuffle else SequentialSampler(dataset)
        if batch_sampler is None and batch_size is not None:
            batch_sampler = BatchSampler(sampler, batch_size, drop_last)
            self.batch_size: int | None = batch_sampler.batch_size
        else:
            self.batch_size = None
        self.sampler = sampler
        self.batch_sampler = batch_sampler
        self.drop_last = drop_last
        self.collate_fn = collate_fn or (default_convert if batch_sampler is None else default_collate)
        self._idle: Crew | None = None

    def __len__(self) -> int:
        return len(self.sampler if self.batch_sampler is None else self.batch_sampler)  # type: ignore[arg-type]

    def __iter__(self) -> Iterator[Batch]:
        seed = int(resolve(self.generator).integers(2**63))
        tasks = enumerate(self._tasks())
        if self.num_workers == 0:
            fetch = self._fetch()
            batches = (fetch(seed, number, indices) for number, indices in tasks)
        else:
            batches = self._fetched_ahead(seed, tasks)
        pins = self.pin_memory and gpu.reason_without() is None
        with contextlib.closing(batches):
            for batch in batches:
                if batch is END:
                    return
                yield pinned(batch) if pins else batch

    def _fetch(self) -> Fetch:
        return Fetch(self.dataset, self.collate_fn, self.batch_sampler is not None, self.drop_last)

    def _tasks(self) -> Iterable[Any]:
        """The `indices` of each batch for `Fetch`; of a stream, only their number counts."""
        if isinstance(self.dataset, IterableDataset):
            return itertools.repeat(None if self.batch_size is None else range(self.batch_size))
        return self.sampler if self.batch_sampler is None else self.batch_sampler

    def _fetched_ahead(self, seed: int, tasks: Iterable[tuple[int, Any]]) -> Generator[Any, None, None]:
        """The batches in order, while workers fetch the next ones. The workers end with the iteration, unless
        kept."""
        crew, self._idle = self._idle or self._new_crew(), None
        waiting: deque[Future[Any]] = deque()
        ahead = len(crew.workers) * (self.prefetch_factor or 0)
        keep = False
        try:
            for number, indices in tasks:
                waiting.append(crew.submit(seed, number, indices))
                if len(waiting) > ahead:
                    yield self._result(waiting.popleft())
            while waiting:
                yield self._result(waiting.popleft())
            keep = True
        except GeneratorExit:  # the loop was left, or a stream has ended
            for future in waiting:
                future.cancel()
            keep = True
            raise
        finally:
            if keep and self.persistent_workers and self._idle is None:
                self._idle = crew
            else:
                crew.stop()

    def _new_crew(self) -> Crew:
        count = 1 if isinstance(self.dataset, IterableDataset) else self.num_workers
        crew = Crew(
            self.workers, count, self._fetch(), self.dataset, self.worker_init_fn, self.multiprocessing_context
        )
        if self.persistent_workers:
            weakref.finalize(self, crew.stop)
        return crew

    def _result(self, future: Future[Any]) -> Any:
        if self.timeout and wait([future], self.timeout).not_done:
            raise RuntimeError(f"the DataLoader's workers took more than {self.timeout} seconds for a batch")
        return future.result()


def _refuse(what: str, **others: Any) -> None:
    """Raise if arguments are given that `what` excludes."""
    given = [name for name, value in others.items() if value is not None and value is not False]
    if given:
        raise ValueError(f"{what} excludes {' and '.join(given)}")
