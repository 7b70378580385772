"""Threads: array operations that NumPy does on one core, cut into parts that several threads do.

NumPy and compiled kernels release the interpreter's lock (GIL), so threads really work at the same time. BLAS has
its own threads for products of large matrices. These are for all else that is large, and for many products with
other work between them.

A part is handed over through two locks, which takes about 10 us; a `ThreadPoolExecutor` takes 40, and many a kernel
is done in 100.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from contextlib import nullcontext
from contextvars import Context, copy_context
from itertools import pairwise
from threading import Lock, Thread
from typing import Any

from . import blas

__all__ = ["cut", "get_num_threads", "set_num_threads", "share"]


def _default() -> int:
    """The number in the environment variable OMP_NUM_THREADS, which PyTorch and BLAS obey too; else one thread for
    each core that this process may use."""
    told = os.environ.get("OMP_NUM_THREADS", "").partition(",")[0]
    if told.isdecimal() and int(told):
        return int(told)
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


class _Helper:
    """A thread that waits for a part of some work, does it, and waits for the next one."""

    def __init__(self) -> None:
        self._part: Callable[[], Any] | None = None
        self._error: BaseException | None = None
        self._given, self._done = Lock(), Lock()
        self._given.acquire()
        self._done.acquire()
        Thread(target=self._serve, name="autograd_engine", daemon=True).start()

    def _serve(self) -> None:
        while True:
            self._given.acquire()
            if self._part is None:
                return
            try:
                self._part()
            except BaseException as error:
                self._error = error
            self._part = None  # so that no array lives until the next part comes
            self._done.release()

    def give(self, context: Context, work: Callable[[slice], Any], part: slice) -> None:
        """Let the thread begin `work(part)`."""
        self._part = lambda: context.run(work, part)
        self._given.release()

    def wait(self) -> BaseException | None:
        """Return when the thread is done; what it raised, or else an interrupt that came in between."""
        interrupt: BaseException | None = None
        while True:
            try:
                self._done.acquire()
                break
            except KeyboardInterrupt as stopped:  # the thread still writes to the arrays
                interrupt = stopped
        raised, self._error = self._error, None
        return raised or interrupt

    def dismiss(self) -> None:
        """Let the thread end."""
        self._given.release()


_threads = _default()
_idle: list[_Helper] = []
_count = 0


def get_num_threads() -> int:
    """How many threads share array operations."""
    return _threads


def set_num_threads(num: int) -> None:
    """Share array operations among `num` threads, the calling one included; and let BLAS use as many.

    Raises:
        ValueError: `num` is not a positive whole number.

    Example:
        >>> before = get_num_threads()
        >>> set_num_threads(2)
        >>> get_num_threads()
        2
        >>> set_num_threads(before)
    """
    global _count, _threads
    if not isinstance(num, int) or num < 1:
        raise ValueError(f"set_num_threads: expected a positive whole number, not {num!r}")
    with _staff:
        _threads = num
        while _idle:
            _idle.pop().dismiss()
            _count -= 1
    blas.limit(num)


def _forget() -> None:
    """Start new threads on the next use. A forked process needs this: it has no threads of its parent's."""
    global _count, _staff
    _idle.clear()
    _count = 0
    _staff = Lock()


_staff = Lock()
if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_forget)


def _engage(wanted: int) -> list[_Helper]:
    """Up to `wanted` threads that have nothing to do; fewer where somebody else's work holds them."""
    global _count
    with _staff:
        while len(_idle) < wanted and _count < _threads - 1:
            blas.sleep_soon()
            _idle.append(_Helper())
            _count += 1
        return [_idle.pop() for _ in range(min(wanted, len(_idle)))]


def _release(helpers: list[_Helper]) -> None:
    global _count
    with _staff:
        for helper in helpers:
            if _count > _threads - 1:  # fewer are wanted since
                helper.dismiss()
                _count -= 1
            else:
                _idle.append(helper)


def cut(count: int, each: int, parts: int) -> list[slice]:
    """`range(count)` as so many slices, or fewer: all but the last have a multiple of `each` elements."""
    pieces = -(-count // each)
    parts = min(parts, pieces)
    return [slice(i, j) for i, j in pairwise(min(count, pieces * k // parts * each) for k in range(parts + 1))]


def share(work: Callable[[slice], Any], count: int, each: int = 1, *, multiplies: bool = False) -> None:
    """Cut `range(count)` into slices and call `work` with each, on a thread of its own; returns when all are done.

    Every slice but the last has a multiple of `each` elements. If the work `multiplies` matrices, BLAS starts no
    threads of its own meanwhile. `work` runs in a copy of the caller's context, of
    which `np.errstate` is part. If it raises, `share` waits for the other threads and raises that exception.
    Threads that another caller occupies are not waited for: this one then does their part.
    """
    pieces = -(-count // each)
    helpers = _engage(min(_threads, pieces) - 1) if _threads > 1 and pieces > 1 else ()
    if not helpers:
        work(slice(0, count))
        return
    with blas.one_thread() if multiplies else nullcontext():
        error = _work_with(helpers, work, cut(count, each, len(helpers) + 1))
    _release(helpers)
    if error is not None:
        raise error


def _work_with(helpers: list[_Helper], work: Callable[[slice], Any], parts: list[slice]) -> BaseException | None:
    """What one of the parts raised, when all are done."""
    first, *others = parts
    for helper, part in zip(helpers, others, strict=True):
        helper.give(copy_context(), work, part)
    error: BaseException | None = None
    try:
        work(first)
    except BaseException as raised:
        error = raised
    for helper in helpers:
        error = helper.wait() or error
    return error
