"""Kernels as source of CUDA, which CuPy lets NVRTC compile for the card at hand: `use_kernels("cuda")`.

As in `compiled`, each file is named after one of `kernels`, and each function stands in for a kernel and returns
NotImplemented for what it is not made for. What they gain is launches: one takes some 6 us whoever makes it, so ten
passes of CuPy's over an array cost more than the memory that they read, unless it is large; and passes over memory.

Elements are stored in an array's dtype, `stored`, and computed with in `real`, which is float for float16.

Every source is compiled in the tests for two cards, and run on the CPU in the place of one. No card has run any.
"""

from __future__ import annotations

from functools import cache
from typing import Any

import numpy as np

from .. import gpu

__all__ = ["REAL", "WARP", "begun", "launch", "packed"]

REAL = {
    np.dtype(np.float16): ("half", "float"),
    np.dtype(np.float32): ("float", "float"),
    np.dtype(np.float64): ("double", "double"),
}
"""The types of CUDA for the dtypes that kernels are made for: how numbers are stored, and computed with."""

WARP = 32
"""Threads that run together, and can exchange numbers without waiting."""

_HALF = """#ifdef __CUDACC_RTC__
struct half {
    unsigned short bits;
    __device__ half() {}
    __device__ half(float x) { asm("cvt.rn.f16.f32 %0, %1;" : "=h"(bits) : "f"(x)); }
    __device__ operator float() const { float x; asm("cvt.f32.f16 %0, %1;" : "=f"(x) : "h"(bits)); return x; }
};
#endif
"""
"""Float16 without a header of CUDA's, which not every installation has."""

_COMMON = """#define FIRST (blockIdx.x * (long long)blockDim.x + threadIdx.x)
#define STEP (gridDim.x * (long long)blockDim.x)
static __device__ __forceinline__ real infinite() { return -log(real(0)); }
"""
"""The number of a thread in the first dimension of the blocks, and how many there are; and infinity."""


def begun(dtype: Any, text: str) -> str:
    """Source for this dtype: the types, and what all have in common, before the text."""
    stored, real = REAL[dtype]
    return f"{_HALF * (stored == 'half')}typedef {stored} stored;\ntypedef {real} real;\n{_COMMON}{text}"


@cache
def _compiled(library: Any, source: str, name: str) -> Any:
    return library.RawKernel(source, name, ("--std=c++17",))


def launch(source: str, name: str, blocks: tuple[int, ...], threads: int, *arguments: Any) -> None:
    """Run the kernel of this name on the current GPU.

    Args:
        source: of CUDA, with the kernel as `extern "C"`.
        name: of the kernel.
        blocks: how many blocks in one or two dimensions; nothing runs if there are none.
        threads: of a block, a multiple of `WARP`.
        arguments: of the kernel: arrays, Python's floats, which are `double` there, its integers, `long long`, and
            what `packed` made.
    """
    if all(blocks):
        _compiled(gpu.library(), source, name)(blocks, (threads,), arguments)


def packed(numbers: list[int]) -> Any:
    """Integers as one argument, a struct of `long long` that the kernel gets by value."""
    return np.array(numbers, np.int64).view(f"V{8 * len(numbers)}")
