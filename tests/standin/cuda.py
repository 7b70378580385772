"""CUDA source run on the CPU: what `RawKernel` would give to a card is compiled by g++ and called thread by thread.

Threads run one after the other, so this shows what a kernel computes, and nothing of how threads meet.
"""

from __future__ import annotations

import ctypes
import hashlib
import itertools
import shutil
import subprocess
import tempfile
from pathlib import Path
from typing import Any

from .array import StandIn, _inside

__all__ = ["RawKernel", "compiler", "sources"]

compiler = shutil.which("g++")

sources: set[str] = set()
"""Those of the kernels that were called."""

_AROUND = """
#include <cmath>
using std::sqrt; using std::fabs; using std::tanh; using std::erf;
using std::exp; using std::expm1; using std::log1p;
struct Place { unsigned x, y, z; };
extern "C" { Place threadIdx, blockIdx, blockDim, gridDim; }
#define __global__
#define __device__
"""


class _Place(ctypes.Structure):
    _fields_ = [(name, ctypes.c_uint) for name in "xyz"]


class RawKernel:
    """A kernel of CUDA's source."""

    def __init__(self, code: str, name: str, options: tuple[str, ...] = ()) -> None:
        self.code, self.name = code, name
        folder = Path(tempfile.gettempdir()) / "autograd_engine_kernels"
        folder.mkdir(exist_ok=True)
        self.path = folder / f"{hashlib.sha256((_AROUND + code).encode()).hexdigest()[:24]}.so"
        if not self.path.exists():
            made = self.path.with_suffix(f".{id(self)}")
            command = [str(compiler), "-x", "c++", "-std=c++17", "-O0", "-shared", "-fPIC", "-o", str(made), "-"]
            subprocess.run(command, input=_AROUND + code, text=True, check=True)
            made.replace(self.path)
        self.library = ctypes.CDLL(str(self.path))

    def __call__(self, grid: tuple[int, ...], block: tuple[int, ...], arguments: tuple[Any, ...]) -> None:
        sources.add(self.code)
        call = self.library[self.name]
        given = [_argument(a) for a in arguments]
        thread, place, threads, blocks = (
            _Place.in_dll(self.library, name) for name in ("threadIdx", "blockIdx", "blockDim", "gridDim")
        )
        threads.x, blocks.x = block[0], grid[0]
        for place.x, thread.x in itertools.product(range(grid[0]), range(block[0])):
            call(*given)


def _argument(value: Any) -> Any:
    """A value as CuPy hands it to a kernel."""
    if isinstance(value, StandIn):
        inside = _inside(value)
        assert inside.flags.c_contiguous
        return ctypes.c_void_p(inside.ctypes.data)
    return {float: ctypes.c_double, int: ctypes.c_longlong}[type(value)](value)
