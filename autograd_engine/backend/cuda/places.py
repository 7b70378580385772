"""Reading and adding at places along a dimension that integers name: a thread for each element.

Additions to one place come in any order, as in PyTorch, so that sums of floats may differ in the last digits from
one run to the next. A place that is out of range gives NaN, and nothing is added there.
"""

from __future__ import annotations

from functools import cache
from math import prod
from typing import Any

import numpy as np

from ..kernels.layout import in_order
from ..kinds import kind_of
from . import REAL, begun, launch, packed

__all__ = ["add_at_places", "add_rows", "gather"]

_THREADS = 256
_MOST_BLOCKS = 4096

_ADD_ROWS = """
extern "C" __global__ void add_rows(
    const real *values, const long long *at, real *array, long long count, long long length, long long width,
    long long n
) {
    for (long long t = FIRST; t < n; t += STEP) {  // values (before, count, width), array (before, length, width)
        const long long k = t % width, row = t / width, place = at[row % count];
        if (place >= 0 && place < length) atomicAdd(array + (row / count * length + place) * width + k, values[t]);
    }
}
"""
_ALONG = """
static __device__ long long place_of(const long long *index, const Shape shape, long long t) {
    long long place = 0, rest = t;
    for (int d = DIMS - 1; d >= 0; d--) {
        const long long here = rest % shape.size[d];
        rest /= shape.size[d];
        const long long wanted = d == shape.dim ? index[t] : shape.room[d] > 1 ? here : 0;
        if (wanted < 0 || wanted >= shape.room[d]) return -1;
        place += wanted * shape.step[d];
    }
    return place;
}
extern "C" __global__ void gather(
    const real *x, const long long *index, real *out, const Shape shape, long long n
) {
    for (long long t = FIRST; t < n; t += STEP) {
        const long long place = place_of(index, shape, t);
        out[t] = place < 0 ? infinite() - infinite() : x[place];
    }
}
extern "C" __global__ void add(
    const real *values, const long long *index, real *x, const Shape shape, long long n
) {
    for (long long t = FIRST; t < n; t += STEP) {
        const long long place = place_of(index, shape, t);
        if (place >= 0) atomicAdd(x + place, values[t]);
    }
}
"""


def _fits(index: Any, *arrays: Any) -> bool:
    """Whether the arrays are row-major, of single or double precision and one dtype, and there are places."""
    first = arrays[0]
    return (
        first.dtype in REAL
        and first.dtype.char != "e"
        and index.dtype == np.int64
        and index.size > 0
        and all(a.dtype == first.dtype for a in arrays)
        and all(a.flags.c_contiguous for a in (index, *arrays))
    )


@cache
def _source(dtype: Any, text: str) -> str:
    return begun(dtype, text)


def _run(text: str, name: str, count: int, *arguments: Any) -> None:
    blocks = min(-(-count // _THREADS), _MOST_BLOCKS)
    launch(_source(arguments[0].dtype, text), name, (blocks,), _THREADS, *arguments, count)


def add_rows(values: Any, at: Any, array: Any, dim: int = 0) -> Any:
    values, at = in_order(values), in_order(at)
    if not _fits(at, values, array):
        return NotImplemented
    width = prod(array.shape[dim + 1 :])
    _run(_ADD_ROWS, "add_rows", values.size, values, at, array, at.size, array.shape[dim], width)
    return None


def _along(name: str, first: Any, index: Any, second: Any, shape: tuple[int, ...], dim: int) -> None:
    """Run a kernel that finds the place, in an array of this shape, of each element of the index."""
    dims = len(shape)
    steps = [prod(shape[d + 1 :]) for d in range(dims)]
    text = f"#define DIMS {dims}\nstruct Shape {{ long long dim, size[DIMS], room[DIMS], step[DIMS]; }};\n{_ALONG}"
    table = packed([dim % dims, *index.shape, *shape, *steps])
    _run(text, name, index.size, first, index, second, table)


def gather(x: Any, index: Any, dim: int) -> Any:
    index = in_order(index)
    if not _fits(index, x) or not x.ndim:
        return NotImplemented
    out = kind_of(x).empty(index.shape, x.dtype)
    _along("gather", x, index, out, x.shape, dim)
    return out


def add_at_places(values: Any, index: Any, array: Any, dim: int) -> Any:
    values, index = in_order(values), in_order(index)
    if not _fits(index, values, array) or not array.ndim:
        return NotImplemented
    _along("add", values, index, array, array.shape, dim)
    return None
