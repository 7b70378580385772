"""Kernels as machine code, which numba makes of Python loops: `pip install "autograd_engine[fast]"`.

Each file here is named after one of `kernels`, and so is each function that stands in for a kernel. Such a function
checks whether it is made for its arguments, returns NotImplemented if not, makes the result, and shares the loops
among threads. A loop is compiled for a dtype at its first call, and kept on disk for the next process.

What makes the loops fast: each runs over whole slices from 0 (`for k in range(i, j)` is not vectorized), takes four
arrays at most, and has no branch. Sums may be reordered and products contracted; NaN and infinities stay as they
are.
Sums over many rows are taken in blocks of a fixed size, so that no result depends on the number of threads. A loop
that adds up to a number writes to no array: one that does asks at run time whether that array begins less than a
few vectors (128 bytes) behind what it reads, and if so adds in another order.
With NUMBA_DISABLE_JIT=1 the loops run as plain Python, to debug them.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any, TypeVar

import numpy as np

from ..extras import from_extra

with from_extra("fast", "compiled kernels need numba"):
    import numba

__all__ = ["FLOATS", "MATH", "fits", "inlined", "keep", "kept_in", "loop", "machine_code", "same"]

F = TypeVar("F", bound=Callable[..., Any])

MATH = {"reassoc", "contract", "nsz", "arcp"}
"""What the compiler may do to floating-point numbers: all that keeps NaN and infinities."""

_checked: set[Path] = set()


def _drop_stale(folder: Path) -> None:
    """Remove from the cache what was compiled before one of these files changed.

    numba looks at the file of the loop only, and not at those of the functions that the loop calls.
    """
    if folder in _checked:
        return
    _checked.add(folder)
    newest = max(path.stat().st_mtime for path in Path(__file__).parent.glob("*.py"))
    for index in folder.glob("*.nbi"):
        with suppress(OSError):
            if index.stat().st_mtime < newest:
                index.unlink()


def machine_code(function: F, math: set[str] = MATH) -> F:
    """Compile a function, which runs without the interpreter's lock, in this process only."""
    return numba.njit(nogil=True, fastmath=math, error_model="numpy")(function)


def keep(compiled: Any) -> bool:
    """Let machine code be kept on disk; whether that is possible."""
    try:
        compiled.enable_caching()
        _drop_stale(Path(compiled.stats.cache_path))
    except (RuntimeError, OSError):
        return False
    return True


def loop(function: F, math: set[str] = MATH) -> F:
    """Compile a loop over arrays, which runs without the interpreter's lock.

    The compiler may change arithmetic by the rules named in `math`.

    Where nothing can be kept on disk (a read-only installation without a home, a full disk), it is compiled anew in
    each process.
    """
    if numba.config.DISABLE_JIT:
        return function
    compiled: Any = machine_code(function, math)
    if not keep(compiled):
        return compiled

    def run(*arguments: Any) -> Any:
        nonlocal compiled
        try:
            return compiled(*arguments)
        except OSError:
            compiled = machine_code(function, math)
            return compiled(*arguments)

    return run  # type: ignore[return-value]


def kept_in(function: Callable[..., Any]) -> Path | None:
    """The folder where compiled loops of a function's file are kept; None where nothing can be."""
    if numba.config.DISABLE_JIT:
        return None
    compiled: Any = numba.njit(function)
    try:
        compiled.enable_caching()
    except (RuntimeError, OSError):
        return None
    return Path(compiled.stats.cache_path)


def inlined(function: F, math: set[str] = MATH) -> F:
    """Compile a function of numbers as a part of each loop that calls it."""
    return numba.njit(forceinline=True, fastmath=math, error_model="numpy")(function)


FLOATS = (np.dtype(np.float32), np.dtype(np.float64))


def fits(x: Any, *others: Any) -> bool:
    """Whether all are row-major arrays of NumPy's, of one dtype, float32 or float64; None is passed over."""
    dtype = x.dtype
    if dtype not in FLOATS or not x.flags.c_contiguous:
        return False
    return all(
        y is None or (y.__class__ is np.ndarray and y.dtype == dtype and y.flags.c_contiguous) for y in others
    )


def same(x: Any, *others: Any) -> bool:
    """Whether all are arrays that fit, of one shape."""
    return fits(x, *others) and all(y is None or y.shape == x.shape for y in others)
