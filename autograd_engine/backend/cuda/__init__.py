"""Kernels as source of CUDA, which CuPy lets NVRTC compile for the card at hand: `use_kernels("cuda")`.

As in `compiled`, each file is named after one of `kernels`, and each function stands in for a kernel and returns
NotImplemented for what it is not made for. What they gain is launches: one takes some 6 us whoever makes it, so ten
passes of CuPy's over an array cost more than the memory that they read, unless it is large.

Every source is compiled in the tests for two cards, and run on the CPU in the place of one. No card has run any.
"""

from __future__ import annotations

from functools import cache
from typing import Any

import numpy as np

from .. import gpu

__all__ = ["REAL", "launch"]

REAL = {np.dtype(np.float32): "float", np.dtype(np.float64): "double"}
"""The types of CUDA for the dtypes that kernels are made for."""

_THREADS = 256
_MOST_BLOCKS = 4096
"""Threads of a block, and how many blocks: a loop in the kernel goes on with what is beyond all threads."""


@cache
def _compiled(library: Any, source: str, name: str) -> Any:
    return library.RawKernel(source, name, ("--std=c++17",))


def launch(source: str, name: str, count: int, *arguments: Any) -> None:
    """Run the kernel of this name on the current GPU, one thread for each of `count` elements as far as there are
    threads.

    Args:
        source: of CUDA, with the kernel as `extern "C"`.
        name: of the kernel.
        count: how many elements there are; the last argument of the kernel, a `long long`.
        arguments: the others: arrays, and Python's floats, which are `double` there.
    """
    if count:
        blocks = min(-(-count // _THREADS), _MOST_BLOCKS)
        _compiled(gpu.library(), source, name)((blocks,), (_THREADS,), (*arguments, count))
