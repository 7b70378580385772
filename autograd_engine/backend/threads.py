"""Threads: array operations that NumPy does on one core, cut into parts that several threads do.

NumPy releases the interpreter's lock (GIL) while it sorts and multiplies, so threads really work at the same time.
BLAS has its own threads for products of large matrices. These are for stacks of small matrices and for sorting.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from contextvars import copy_context
from itertools import pairwise
from typing import Any

__all__ = ["get_num_threads", "set_num_threads", "share"]


def _default() -> int:
    """The number in the environment variable OMP_NUM_THREADS, which PyTorch and BLAS obey too; else one thread for
    each core that this process may use."""
    told = os.environ.get("OMP_NUM_THREADS", "").partition(",")[0]
    if told.isdecimal() and int(told):
        return int(told)
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


_threads = _default()
_pool: Any = None


def get_num_threads() -> int:
    """How many threads share array operations. BLAS has its own, which OPENBLAS_NUM_THREADS sets."""
    return _threads


def set_num_threads(num: int) -> None:
    """Share array operations among `num` threads, the calling one included.

    Raises:
        ValueError: `num` is not a positive whole number.

    Example:
        >>> before = get_num_threads()
        >>> set_num_threads(2)
        >>> get_num_threads()
        2
        >>> set_num_threads(before)
    """
    global _threads
    if not isinstance(num, int) or num < 1:
        raise ValueError(f"set_num_threads: expected a positive whole number, not {num!r}")
    _threads = num
    _forget()


def _forget() -> None:
    """Start new threads on the next use. A forked process needs this: it has no threads of its parent's."""
    global _pool
    _pool = None


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_forget)


def share(work: Callable[[slice], Any], count: int) -> None:
    """Cut `range(count)` into slices and call `work` with each, on a thread of its own; returns when all are done.

    `work` runs in a copy of the caller's context, of which `np.errstate` is part. If it raises, `share` waits for
    the other threads and raises that exception.
    """
    global _pool
    parts = min(_threads, count)
    if parts < 2:
        work(slice(0, count))
        return
    from concurrent.futures import ThreadPoolExecutor, wait

    if _pool is None:
        _pool = ThreadPoolExecutor(_threads - 1, thread_name_prefix="autograd_engine")
    first, *others = (slice(i, j) for i, j in pairwise(count * part // parts for part in range(parts + 1)))
    waiting = [_pool.submit(copy_context().run, work, part) for part in others]
    try:
        work(first)
    finally:
        wait(waiting)
    for done in waiting:
        done.result()
