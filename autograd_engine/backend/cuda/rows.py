"""Kernels that give each row of an array a block of threads, which meet to form sums over the row.

A row is read in packs of 16 bytes where rows begin at multiples of that. What the kernels have in common is text
that stands before each: sums and maxima over a block, and loops over a row.
"""

from __future__ import annotations

from functools import cache
from typing import Any

import numpy as np

from . import WARP, begun, launch
from .elementwise import width

__all__ = ["launch_rows", "row_threads", "source_of_rows"]

_MOST_THREADS = 1024
_MOST_BLOCKS = 1 << 16
"""Blocks at a time; a loop in the kernel goes on with the rows beyond."""

_COMMON = """
struct alignas(sizeof(stored) * WIDTH) Pack { stored at[WIDTH]; };

static __device__ real larger(real x, real y) { return x > y || x != x ? x : y; }

static __device__ real warp_sum(real x) {
    for (int mask = 16; mask; mask /= 2) x += __shfl_xor_sync(0xffffffffu, x, mask);
    return x;
}
static __device__ real warp_largest(real x) {
    for (int mask = 16; mask; mask /= 2) x = larger(x, __shfl_xor_sync(0xffffffffu, x, mask));
    return x;
}
template <class Combine> static __device__ real over_block(real x, real none, Combine combine) {
    __shared__ real parts[32];
    x = combine(x);
    __syncthreads();  // until the parts of the call before have been read
    if (threadIdx.x % 32 == 0) parts[threadIdx.x / 32] = x;
    __syncthreads();
    return combine(threadIdx.x % 32 < blockDim.x / 32 ? parts[threadIdx.x % 32] : none);
}
static __device__ real block_sum(real x) { return over_block(x, 0, warp_sum); }
static __device__ real block_largest(real x, real none) { return over_block(x, none, warp_largest); }

template <class Use> static __device__ void each(const stored *x, long long m, Use use) {
    for (long long i = threadIdx.x; i < m / WIDTH; i += blockDim.x) {
        const Pack pack = reinterpret_cast<const Pack *>(x)[i];
        #pragma unroll
        for (int k = 0; k < WIDTH; k++) use(i * WIDTH + k, real(pack.at[k]));
    }
}
template <class Use> static __device__ void each(const stored *x, const stored *y, long long m, Use use) {
    for (long long i = threadIdx.x; i < m / WIDTH; i += blockDim.x) {
        const Pack pack = reinterpret_cast<const Pack *>(x)[i], other = reinterpret_cast<const Pack *>(y)[i];
        #pragma unroll
        for (int k = 0; k < WIDTH; k++) use(i * WIDTH + k, real(pack.at[k]), real(other.at[k]));
    }
}
template <class Make> static __device__ void make(stored *out, const stored *x, long long m, Make made) {
    for (long long i = threadIdx.x; i < m / WIDTH; i += blockDim.x) {
        const Pack pack = reinterpret_cast<const Pack *>(x)[i];
        Pack result;
        #pragma unroll
        for (int k = 0; k < WIDTH; k++) result.at[k] = stored(made(i * WIDTH + k, real(pack.at[k])));
        reinterpret_cast<Pack *>(out)[i] = result;
    }
}
template <class Make>
static __device__ void make(stored *out, const stored *x, const stored *y, long long m, Make made) {
    for (long long i = threadIdx.x; i < m / WIDTH; i += blockDim.x) {
        const Pack pack = reinterpret_cast<const Pack *>(x)[i], other = reinterpret_cast<const Pack *>(y)[i];
        Pack result;
        #pragma unroll
        for (int k = 0; k < WIDTH; k++)
            result.at[k] = stored(made(i * WIDTH + k, real(pack.at[k]), real(other.at[k])));
        reinterpret_cast<Pack *>(out)[i] = result;
    }
}
"""


@cache
def source_of_rows(dtype: Any, each: int, text: str) -> str:
    """The source of kernels that use what stands above, and take so many numbers at a time."""
    lowest = float(np.finfo(np.float64 if dtype == np.float64 else np.float32).min)
    return begun(dtype, f"#define WIDTH {each}\n#define LOWEST real({lowest!r})\n{_COMMON}{text}")


def row_threads(elements: int) -> int:
    """How many threads share so many elements, or packs of them: each takes about two."""
    return min(max(-(-elements // (2 * WARP)), 1) * WARP, _MOST_THREADS)


def launch_rows(text: str, name: str, rows: int, length: int, arrays: tuple[Any, ...], *others: Any) -> None:
    """Run a kernel with a block of threads for each row.

    Args:
        text: of the kernel, which goes from `blockIdx.x` in steps of `gridDim.x` through its rows.
        name: of the kernel.
        rows, length: how many rows there are, and how long they are: the last arguments of the kernel.
        arrays: those that are read and written in packs, row by row: its first arguments.
        others: the arguments between them.
    """
    dtype = arrays[0].dtype
    each = width(dtype, arrays)
    if length % each:
        each = 1
    source = source_of_rows(dtype, each, text)
    launch(source, name, (min(rows, _MOST_BLOCKS),), row_threads(length // each), *arrays, *others, rows, length)
