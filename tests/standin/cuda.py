"""CUDA source run on the CPU: what `RawKernel` would give to a card is compiled by g++ and run thread by thread.

The threads of a block take turns: each runs until it ends or waits for others, at `__syncthreads()` or in a warp's
shuffle, and a warp runs as far as it can without the others. They do so in the order of their numbers or, inside
`backwards()`, in the opposite one; a kernel that forgets to wait gives other numbers in one of the two.
"""

from __future__ import annotations

import ctypes
import functools
import hashlib
import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np

from autograd_engine.backend.files import write_atomically

from .array import StandIn, _inside
from .streams import launched

__all__ = ["RawKernel", "backwards", "compiler", "sources"]

compiler = shutil.which("g++")

sources: set[str] = set()
"""Those of the kernels that were called."""

_AROUND = r"""
#include <cmath>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <tuple>
#include <type_traits>
#include <utility>
#include <ucontext.h>
using std::sqrt; using std::fabs; using std::tanh; using std::erf; using std::isnan; using std::isinf;
using std::exp; using std::expm1; using std::log1p; using std::log; using std::fmax; using std::fmin;
#define __global__
#define __device__
#define __forceinline__ inline
#define __restrict__
#define __shared__ static
struct uint3 { unsigned x, y, z; };
static uint3 threadIdx, blockIdx, blockDim, gridDim;
typedef _Float16 half;

namespace machine {
enum State { RUNS, AT_BLOCK, AT_WARP, ENDED };
const int MOST = 1024, STACK = 1 << 16;
struct Thread { ucontext_t context; State state; };
static Thread threads[MOST];
static char *stacks;
static char exchanged[MOST][16];
static ucontext_t scheduler;
static unsigned current;
static void (*body)(void **);
static void **given;

static void wait(State state) {
    threads[current].state = state;
    swapcontext(&threads[current].context, &scheduler);
}
static void begin() { body(given); threads[current].state = ENDED; }

static bool release(unsigned first, unsigned stop, State at) {
    for (unsigned t = first; t < stop; t++) if (threads[t].state != at) return false;
    for (unsigned t = first; t < stop; t++) threads[t].state = RUNS;
    return true;
}

static bool run_block(unsigned count, bool backwards) {
    if (stacks == nullptr) stacks = static_cast<char *>(std::malloc(size_t(MOST) * STACK));
    for (unsigned t = 0; t < count; t++) {
        Thread &thread = threads[t];
        getcontext(&thread.context);
        thread.context.uc_stack.ss_sp = stacks + size_t(t) * STACK;
        thread.context.uc_stack.ss_size = STACK;
        thread.context.uc_link = &scheduler;
        thread.state = RUNS;
        makecontext(&thread.context, begin, 0);
    }
    const unsigned warps = (count + 31) / 32;
    for (;;) {
        for (unsigned k = 0; k < warps; k++) {  // each warp runs as far as it can without the others
            const unsigned first = 32 * (backwards ? warps - 1 - k : k);
            const unsigned stop = first + 32 < count ? first + 32 : count;
            do
                for (unsigned j = 0; j < stop - first; j++) {
                    const unsigned t = backwards ? stop - 1 - j : first + j;
                    if (threads[t].state != RUNS) continue;
                    current = t;
                    threadIdx.x = t;
                    swapcontext(&scheduler, &threads[t].context);
                }
            while (release(first, stop, AT_WARP));
        }
        if (release(0, count, AT_BLOCK)) continue;
        for (unsigned t = 0; t < count; t++) if (threads[t].state != ENDED) return false;
        return true;
    }
}

template <class... Given, size_t... At>
static void call(void (*kernel)(Given...), void **given, std::index_sequence<At...>) {
    kernel(*static_cast<std::remove_const_t<Given> *>(given[At])...);
}
template <class... Given>
static void call(void (*kernel)(Given...), void **given) {
    call(kernel, given, std::make_index_sequence<sizeof...(Given)>());
}
}  // namespace machine

static inline void __syncthreads() { machine::wait(machine::AT_BLOCK); }
template <class T> static T __shfl_xor_sync(unsigned, T value, int mask) {
    std::memcpy(machine::exchanged[machine::current], &value, sizeof(T));
    machine::wait(machine::AT_WARP);
    std::memcpy(&value, machine::exchanged[machine::current ^ mask], sizeof(T));
    machine::wait(machine::AT_WARP);
    return value;
}
template <class T> static T atomicAdd(T *place, T value) { const T old = *place; *place += value; return old; }
"""

_BELOW = r"""
extern "C" int run_%(name)s(unsigned *grid, unsigned count, int backwards, void **given) {
    gridDim = {grid[0], grid[1], 1};
    blockDim = {count, 1, 1};
    machine::body = [](void **given) { machine::call(%(name)s, given); };
    machine::given = given;
    for (blockIdx.y = 0; blockIdx.y < grid[1]; blockIdx.y++)
        for (blockIdx.x = 0; blockIdx.x < grid[0]; blockIdx.x++) {
            if (%(alone)d) {
                for (unsigned t = 0; t < count; t++) {
                    threadIdx.x = backwards ? count - 1 - t : t;
                    machine::body(given);
                }
            } else if (!machine::run_block(count, backwards)) return 1;
        }
    return 0;
}
"""


_folder = Path(tempfile.gettempdir()) / "autograd_engine_kernels"


def _hash(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:24]


def _compile(made: Path, *options: str, text: str | None = None) -> None:
    """Compile into a file, which appears when it is whole."""
    begun = made.with_suffix(f".{os.getpid()}")
    command = [str(compiler), "-std=c++17", "-O0", "-fPIC", "-w", "-o", str(begun), *options]
    subprocess.run(command, input=text, text=True, check=True)
    begun.replace(made)


@functools.cache
def _around() -> Path:
    """What is included before each kernel, compiled once, which takes most of the time."""
    _folder.mkdir(exist_ok=True)
    header = _folder / f"{_hash(_AROUND)}.hpp"
    compiled = header.with_name(f"{header.name}.gch")
    if not compiled.exists():
        write_atomically(header, _AROUND.encode())
        _compile(compiled, "-x", "c++-header", str(header))
    return header


class _Order:
    backwards = False


@contextmanager
def backwards() -> Iterator[None]:
    """A context in which the last thread of a block takes the first turn."""
    _Order.backwards = True
    try:
        yield
    finally:
        _Order.backwards = False


class RawKernel:
    """A kernel of CUDA's source."""

    def __init__(self, code: str, name: str, options: tuple[str, ...] = ()) -> None:
        self.code, self.name = code, name
        alone = "__syncthreads" not in code and "__shfl" not in code
        text = code + _BELOW % {"name": name, "alone": alone}
        path = _folder / f"{_hash(_AROUND + text)}.so"
        if not path.exists():
            _compile(path, "-x", "c++", "-shared", "-include", str(_around()), "-", text=text)
        self.library = ctypes.CDLL(str(path))

    def __call__(self, grid: tuple[int, ...], block: tuple[int, ...], arguments: tuple[Any, ...]) -> None:
        sources.add(self.code)
        held = [_argument(a) for a in arguments]
        given = (ctypes.c_void_p * len(held))(*(ctypes.addressof(value) for value in held))
        size = (ctypes.c_uint * 2)(*grid, *(1,) * (2 - len(grid)))
        assert 0 < block[0] <= 1024
        assert min(size) > 0
        assert size[1] < 65536
        backwards, run = _Order.backwards, self.library[f"run_{self.name}"]

        def work(held: Any = held) -> None:  # a graph may do it long after the arguments are gone
            if run(size, block[0], backwards, given):
                raise AssertionError(f"threads of {self.name} wait for others that have ended, or wait elsewhere")

        launched(work)


def _argument(value: Any) -> Any:
    """A value as CuPy hands it to a kernel: the memory that holds it."""
    if value is None:
        return ctypes.c_void_p()
    if isinstance(value, StandIn):
        return ctypes.c_void_p(_inside(value).__array_interface__["data"][0])
    if isinstance(value, np.ndarray) and value.size == 1:  # a struct by value
        return ctypes.create_string_buffer(value.tobytes(), value.nbytes)
    return {float: ctypes.c_double, int: ctypes.c_longlong}[type(value)](value)
