"""BLAS's own threads: how many there are, and none while ours multiply matrices.

NumPy and SciPy each bring an OpenBLAS, with threads that spin after a product for some 20 ms, in wait for the next
one. They would take the cores from our threads: a training step of a ResNet-20 took 280 ms instead of 170. So they
are told to sleep sooner, and where products are shared among our threads, BLAS has none of its own.
"""

from __future__ import annotations

import ctypes
import functools
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Lock
from typing import Any

__all__ = ["limit", "linalg_of_scipy", "one_thread", "product_address", "sleep_soon"]

_limit: int | None = None


@functools.cache
def _libraries(with_scipy: bool) -> list[Any]:
    """What controls each BLAS that is loaded; looked for again once SciPy has brought its own."""
    from threadpoolctl import ThreadpoolController

    return list(ThreadpoolController().select(user_api="blas").lib_controllers)


def _loaded() -> list[Any]:
    return _libraries("scipy.linalg" in sys.modules)


def limit(num: int) -> None:
    """Let BLAS use so many threads, that of NumPy and that of SciPy, loaded or not."""
    global _limit
    _limit = num
    for library in _loaded():
        library.set_num_threads(num)


@functools.cache
def product_address() -> int:
    """Where the machine code of `cblas_sgemm` lies, for loops that multiply small matrices of float32 themselves; 0
    if no BLAS that is loaded has it under a name known here.

    That of NumPy before that of SciPy: it is newer, and for 16 rows twice as fast.
    """
    for name in ("scipy_cblas_sgemm64_", "cblas_sgemm64_", "scipy_cblas_sgemm", "cblas_sgemm"):
        for library in _loaded():
            if (function := getattr(library.dynlib, name, None)) is not None:
                return ctypes.cast(function, ctypes.c_void_p).value or 0
    return 0


_TIMEOUT = "OPENBLAS_THREAD_TIMEOUT"


@functools.cache
def sleep_soon() -> None:
    """Let the threads of BLAS sleep 5 us after a product, unless the environment says when.

    OpenBLAS reads the variable when it is loaded, and when its threads start. They start again at the next product.
    """
    if _TIMEOUT in os.environ:
        return
    os.environ[_TIMEOUT] = "14"  # two to the power of this is a number of clock cycles
    for library in _loaded():
        read = getattr(library.dynlib, "openblas_read_env", None)
        stop = getattr(library.dynlib, "blas_thread_shutdown_", None)
        if read is not None and stop is not None:
            read()
            stop()


@functools.cache
def linalg_of_scipy() -> Any:
    """The module `scipy.linalg`, which is loaded on first use, and its BLAS under the limit."""
    import scipy.linalg

    if _limit is not None:
        limit(_limit)
    return scipy.linalg


_lock = Lock()
_open = 0
"""How many have opened `one_thread`."""
_before: list[tuple[Any, int]] = []
"""Each BLAS, and how many threads it had before the first of them."""


@contextmanager
def one_thread() -> Iterator[None]:
    """While this is open, BLAS works on the thread that calls it. It may be opened by several threads at once."""
    global _open, _before
    with _lock:
        if not _open:
            _before = [(library, library.get_num_threads()) for library in _loaded()]
            for library, _ in _before:
                library.set_num_threads(1)
        _open += 1
    try:
        yield
    finally:
        with _lock:
            _open -= 1
            if not _open:
                for library, count in _before:
                    library.set_num_threads(count)


def _forget() -> None:
    """A forked process has no threads that could still be inside."""
    global _lock, _open
    _lock = Lock()
    if _open:
        _open = 0
        for library, count in _before:
            library.set_num_threads(count)


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_forget)
