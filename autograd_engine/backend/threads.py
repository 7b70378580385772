"""Threads: independent parts of what NumPy does on one core, shared among several.

NumPy lets go of the interpreter while it sorts and multiplies, so that threads run side by side. BLAS has its own
for large matrices; these here are for stacks of small ones, and for what is no matrix product.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from contextvars import copy_context
from itertools import pairwise
from typing import Any

__all__ = ["get_num_threads", "set_num_threads", "share"]


def _default() -> int:
    """What OMP_NUM_THREADS says, which PyTorch and BLAS go by too; else one for each core of this process."""
    told = os.environ.get("OMP_NUM_THREADS", "").partition(",")[0]
    if told.isdecimal() and int(told):
        return int(told)
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


_threads = _default()
_pool: Any = None


def get_num_threads() -> int:
    """How many threads share work on the CPU. Those of BLAS are not counted: OPENBLAS_NUM_THREADS sets them."""
    return _threads


def set_num_threads(num: int) -> None:
    """Share work on the CPU among `num` threads, this one included.

    Raises:
        ValueError: not a positive whole number.
    """
    global _threads
    if not isinstance(num, int) or num < 1:
        raise ValueError(f"set_num_threads: expected a positive whole number, not {num!r}")
    _threads = num
    _forget()


def _forget() -> None:
    """Start threads anew on the next use: a forked process has none of its parent's."""
    global _pool
    _pool = None


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_forget)


def share(work: Callable[[slice], Any], count: int) -> None:
    """Call `work` with slices that make up `range(count)`, each on a thread of its own; returns when all are done.

    `work` sees the caller's context (`np.errstate` is part of it), and its exceptions are raised here.
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
