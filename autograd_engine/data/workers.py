"""Workers: threads or processes that call a function ahead of time.

Each worker does its tasks in the order in which they were submitted. A worker process has a thread in this program
that sends it a task and waits for the reply. So both kinds of workers return futures, and the death of a process is
noticed at once.
"""

from __future__ import annotations

import contextlib
import multiprocessing
import pickle
import random
import signal
import sys
import threading
import traceback
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from multiprocessing.connection import Connection
from typing import Any

import numpy as np

from ..backend.threads import set_num_threads
from .handover import Mailbox


@dataclass(frozen=True)
class WorkerInfo:
    """Tells a worker which one it is.

    Attributes:
        id: its number, from 0.
        num_workers: how many workers there are.
        dataset: its copy of the data set.
    """

    id: int
    num_workers: int
    dataset: Any


_here = threading.local()


def get_worker_info() -> WorkerInfo | None:
    """In a worker of a `DataLoader`, which worker it is; None elsewhere."""
    return getattr(_here, "info", None)


class _Job:
    """The function that a worker calls with each task; at the first, it prepares the worker."""

    def __init__(
        self, work: Callable[..., Any], info: WorkerInfo, init: Callable[[int], Any] | None, seeding: bool
    ) -> None:
        self.work = work
        self.info = info
        self.init = init
        self.seeding = seeding
        self.ready = False

    def __call__(self, seed: int, number: int, *task: Any) -> Any:
        if self.seeding:
            random.seed(seed << 32 | number)
            np.random.seed([seed >> 32, seed & 0xFFFFFFFF, number & 0xFFFFFFFF])
        if not self.ready:
            _here.info = self.info
            if self.init is not None:
                self.init(self.info.id)
            self.ready = True
        return self.work(seed, number, *task)


class _ThreadWorker:
    """A thread with a queue of tasks."""

    def __init__(self, job: Callable[..., Any]) -> None:
        self.job = job
        self.executor = ThreadPoolExecutor(1, "DataLoader worker")
        self.futures: list[Future[Any]] = []

    def submit(self, *task: Any) -> Future[Any]:
        future = self.executor.submit(self.job, *task)
        self.futures = [*(f for f in self.futures if not f.done()), future]
        return future

    def stop(self) -> None:
        """Cancel the tasks in the queue. The task in progress cannot be stopped: the thread ends after it."""
        self.executor.shutdown(wait=False, cancel_futures=True)


_starting = threading.Lock()


def _start_method() -> str:
    """Python's default on this system, but "forkserver" instead of "fork" as of Python 3.12.

    A fork of a program with threads may hang, so Python 3.12 warns of it, and Python 3.14 uses "forkserver" too.
    """
    usual = multiprocessing.get_context().get_start_method()
    return "forkserver" if usual == "fork" and sys.version_info >= (3, 12) else usual


class _ProcessWorker(_ThreadWorker):
    """A process, and the thread that drives it."""

    def __init__(self, job: _Job, context: Any) -> None:
        super().__init__(self._ask)
        # The lock keeps another loader from forking meanwhile: a copy of the worker's end of the pipe in another
        # process would hide its death.
        with _starting:
            self.connection, theirs = context.Pipe()
            self.mailbox = Mailbox()
            self.process = context.Process(
                target=_serve, args=(self.connection, theirs, self.mailbox, job), daemon=True
            )
            try:
                self.process.start()
            except (pickle.PicklingError, AttributeError, TypeError) as error:
                self.executor.shutdown()
                error.add_note(
                    "a worker process that is not forked is sent the data set, the collate_fn and the "
                    'worker_init_fn: define them at the top of a module, or choose workers="thread" or '
                    'multiprocessing_context="fork"'
                )
                raise
            theirs.close()

    def _ask(self, *task: Any) -> Any:
        try:
            self.connection.send_bytes(pickle.dumps(task))
            result, error = self.mailbox.opened(self.connection.recv_bytes())
        except (EOFError, OSError) as failure:
            self.process.join()
            raise RuntimeError(
                f"a DataLoader worker process ended with exit code {self.process.exitcode} while it fetched batch "
                f"{task[1]}; a negative code is the signal that killed it, -9 often for want of memory"
            ) from failure
        if error is not None:
            raise error
        return result

    def stop(self) -> None:
        """End the process. An idle process is told to end, so that it can still write what it printed; a busy one
        is killed."""
        super().stop()
        if all(future.done() for future in self.futures):
            with contextlib.suppress(OSError):
                self.connection.send_bytes(pickle.dumps(None))
        else:
            self.process.kill()
        self.process.join()
        self.executor.shutdown()
        self.connection.close()
        self.mailbox.close()
        self.futures.clear()  # an error in one holds its traceback, and that the loader, whose end ends this worker


class Crew:
    """Several workers that take numbered tasks in turn: task n goes to worker n modulo their number.

    Args:
        kind: "process" or "thread".
        count: how many.
        work: called with (seed, number, ...); in a process, `random` and `np.random` are seeded from the two.
        dataset: for `get_worker_info`.
        init: called in each worker with its id before its first task.
        context: how processes start: a start method's name, a context of `multiprocessing`, or None.
    """

    def __init__(
        self,
        kind: str,
        count: int,
        work: Callable[..., Any],
        dataset: Any,
        init: Callable[[int], Any] | None,
        context: Any,
    ) -> None:
        self.workers: list[_ThreadWorker] = []
        if context is None or isinstance(context, str):
            context = multiprocessing.get_context(context or _start_method())
        try:
            for i in range(count):
                job = _Job(work, WorkerInfo(i, count, dataset), init, seeding=kind == "process")
                self.workers.append(_ThreadWorker(job) if kind == "thread" else _ProcessWorker(job, context))
        except BaseException:
            self.stop()
            raise

    def submit(self, seed: int, number: int, *task: Any) -> Future[Any]:
        """The future result of a task."""
        return self.workers[number % len(self.workers)].submit(seed, number, *task)

    def stop(self) -> None:
        """End all workers, whatever they are doing."""
        for worker in self.workers:
            worker.stop()


# -------------------------------------------------------------------------------- in the worker process


def _serve(asking: Connection, connection: Connection, mailbox: Mailbox, job: _Job) -> None:
    """Answer tasks until told to stop or until nobody is left to ask."""
    asking.close()  # the copy of the main process's end, which would hide that process's death
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C reaches all processes: the main one ends the workers
    set_num_threads(1)  # the workers themselves share the cores
    with contextlib.suppress(EOFError, BrokenPipeError, ConnectionResetError):
        while (task := pickle.loads(connection.recv_bytes())) is not None:
            try:
                letter = mailbox.letter((job(*task), None))
            except Exception as error:
                letter = mailbox.letter((None, _portable(error, job.info.id)))
            connection.send_bytes(letter)


def _portable(error: Exception, worker: int) -> Exception:
    """The error with the worker's traceback as a note; a RuntimeError with its text if it cannot be pickled."""
    text = "".join(traceback.format_exception(error))
    try:
        copy = pickle.loads(pickle.dumps(error))
    except Exception:
        copy = None
    if type(copy) is not type(error):
        copy = RuntimeError(f"{type(error).__name__}: {error}")
    copy.add_note(f"in DataLoader worker process {worker}:\n{text}")
    return copy
