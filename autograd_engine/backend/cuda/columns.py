"""Kernels that go through all elements of a channel: x[i, c, j] for a given c, in arrays viewed as (n, C, inner).

Channels that lie side by side, inner == 1, are taken 32 at a time, and a block has 8 lines of threads that go down
the rows; else a block goes through one channel. Where there are fewer channels than the card has room for blocks,
several blocks share a channel; what they found is put together by a second launch, always in the same order.
"""

from __future__ import annotations

from functools import cache
from typing import Any

import numpy as np

from ..kinds import kind_of
from . import REAL, WARP, begun, launch

__all__ = ["View", "column_sums", "fits", "over_channels", "reduce_channels"]

View = tuple[int, int, int]

_THREADS = 256
_ENOUGH = 1024
"""How many blocks keep a card busy."""
_PORTION = 16
"""Elements that a thread takes, at least."""

_ALONG = """
#define TOGETHER 32
static __device__ long long my_channel() { return blockIdx.x * 32ll + threadIdx.x % 32; }
template <class Use> static __device__ void each(long long n, long long channels, long long inner, Use use) {
    const long long c = my_channel(), lines = blockDim.x / 32;
    if (c < channels)
        for (long long i = blockIdx.y * lines + threadIdx.x / 32; i < n; i += gridDim.y * lines)
            use(i * channels + c, i, c);
}
"""
_ACROSS = """
#define TOGETHER 1
static __device__ long long my_channel() { return blockIdx.x; }
template <class Use> static __device__ void each(long long n, long long channels, long long inner, Use use) {
    const long long c = my_channel();
    const long long step = gridDim.y * (long long)blockDim.x;
    for (long long k = blockIdx.y * (long long)blockDim.x + threadIdx.x; k < n * inner; k += step) {
        const long long i = k / inner;
        use((i * channels + c) * inner + k - i * inner, i, c * inner + k - i * inner);
    }
}
"""
_REDUCTION = """
extern "C" __global__ void found(PARAMETERS, Part *partial, long long n, long long channels, long long inner) {
    Local mine;
    each(n, channels, inner, [&](long long at, long long i, long long place) { TAKE });
    __shared__ Part parts[256];
    parts[threadIdx.x] = packed(mine);
    for (int half = blockDim.x / 2; half >= TOGETHER; half /= 2) {
        __syncthreads();
        if (threadIdx.x < half) parts[threadIdx.x] = joined(parts[threadIdx.x], parts[threadIdx.x + half]);
    }
    const long long c = my_channel();
    if (threadIdx.x >= TOGETHER || c >= channels) return;
    const Part all = parts[threadIdx.x];
    if (gridDim.y > 1) { partial[blockIdx.y * channels + c] = all; return; }
    FINISH
}
extern "C" __global__ void finished(PARAMETERS, const Part *partial, long long count, long long channels) {
    const long long c = FIRST;
    if (c >= channels) return;
    Part all = partial[c];
    for (long long k = 1; k < count; k++) all = joined(all, partial[k * channels + c]);
    FINISH
}
"""
_MAP = """
extern "C" __global__ void mapped(PARAMETERS, long long n, long long channels, long long inner) {
    each(n, channels, inner, [&](long long at, long long i, long long place) {
        const long long c = my_channel();
        MAKE
    });
}
"""


def _blocks(view: View) -> tuple[int, int]:
    """How many blocks stand side by side, and how many share the channels of one."""
    n, channels, inner = view
    wide = -(-channels // WARP) if inner == 1 else channels
    lines = _THREADS // WARP if inner == 1 else _THREADS
    return wide, max(1, min(-(-n * inner // (lines * _PORTION)), _ENOUGH // (wide or 1)))


@cache
def _source(dtype: Any, along: bool, text: str) -> str:
    return begun(dtype, f"{_ALONG if along else _ACROSS}{text}")


def reduce_channels(
    parts: str, parameters: str, take: str, finish: str, view: View, beside: Any, words: int, *given: Any
) -> None:
    """Collect something of each channel, and write what follows from it.

    Args:
        parts: text that declares `Local`, what a thread collects; `Part`, of numbers of type `real`, with
            `packed(local)` and `joined(part, part)`. It lies in memory that threads share, where nothing begins
            with a value.
        parameters: of the kernel, as text.
        take: what is done with an element at `at`, of channel `my_channel()`, which is number `place` of those of
            sample `i`; it changes `mine`.
        finish: what is done with `all`, the part of the whole channel `c`.
        view: (n, channels, inner).
        beside: an array whose dtype and kind are those of the elements.
        words: how many numbers a `Part` has.
        given: the arguments.
    """
    n, channels, inner = view
    text = parts + _REDUCTION.replace("PARAMETERS", parameters).replace("TAKE", take).replace("FINISH", finish)
    source, (wide, shared) = _source(beside.dtype, inner == 1, text), _blocks(view)
    number = np.float64 if beside.dtype == np.float64 else np.float32
    partial = kind_of(beside).empty(shared * channels * words if shared > 1 else 1, number)
    launch(source, "found", (wide, shared), _THREADS, *given, partial, n, channels, inner)
    if shared > 1:
        launch(source, "finished", (-(-channels // _THREADS),), _THREADS, *given, partial, shared, channels)


def over_channels(parameters: str, make: str, view: View, beside: Any, *given: Any) -> None:
    """Do something with each element; arguments as for `reduce_channels`."""
    text = _MAP.replace("PARAMETERS", parameters).replace("MAKE", make)
    wide, shared = _blocks(view)
    launch(_source(beside.dtype, view[2] == 1, text), "mapped", (wide, shared), _THREADS, *given, *view)


def fits(x: Any, *others: Any) -> bool:
    """Whether all are row-major, have elements, and are of one dtype that kernels are made for; None is skipped."""
    return (
        x.dtype in REAL
        and x.size > 0
        and all(
            a is None or (a.__class__ is x.__class__ and a.dtype == x.dtype and a.flags.c_contiguous)
            for a in (x, *others)
        )
    )


_SUM = """
struct Local { real sum = 0; };
struct Part { real sum; };
static __device__ Part packed(Local x) { return {x.sum}; }
static __device__ Part joined(Part a, Part b) { a.sum += b.sum; return a; }
"""
_NARROW = 16
"""With fewer columns than this, most threads of a warp have none."""


def column_sums(x: Any) -> Any:
    if not fits(x) or x.ndim != 2 or x.shape[1] < _NARROW:
        return NotImplemented
    out = kind_of(x).empty(x.shape[1], x.dtype)
    view = (*x.shape, 1)
    parameters, take, finish = (
        "const stored *x, stored *out",
        "mine.sum += real(x[at]);",
        "out[c] = stored(all.sum);",
    )
    reduce_channels(_SUM, parameters, take, finish, view, x, 1, x, out)
    return out
