"""Pooling: a thread for each window, or on the way back for each element, which looks through the windows over it.

So nothing is added to by two threads. The source is written for the windows at hand, whose sizes and steps the
compiler then knows. Threads follow the order of memory, channels first or last.
"""

from __future__ import annotations

from functools import cache
from math import prod
from typing import Any

import numpy as np

from ..kernels.pooling import Windows, numbers
from . import REAL, begun, launch, packed

__all__ = ["averaged", "averaged_input", "largest", "of_winners", "to_winners"]

_THREADS = 256

_COMMON = """
struct Shape { long long channels, picture[DIMS], places[DIMS], x[DIMS + 2], y[DIMS + 2]; };
struct Place { long long n, c; int at[DIMS]; };

// Which element of an array of these sizes a thread has, in the order of memory.
static __device__ Place placed(long long t, const long long *sizes, long long channels) {
    Place place;
    if (LAST) place.c = t % channels, t /= channels;
    #pragma unroll
    for (int d = DIMS - 1; d >= 0; d--) place.at[d] = int(t % sizes[d]), t /= sizes[d];
    if (!LAST) place.c = t % channels, t /= channels;
    place.n = t;
    return place;
}
static __device__ long long offset(const Place &place, const long long *strides) {
    long long sum = place.n * strides[0] + place.c * strides[1];
    #pragma unroll
    for (int d = 0; d < DIMS; d++) sum += place.at[d] * strides[d + 2];
    return sum;
}
// Element `number` of the window at `place`; whether it lies in the picture.
static __device__ bool element(int number, const Place &place, const Shape &shape, Place &found) {
    WINDOW
    found.n = place.n, found.c = place.c;
    bool inside = true;
    #pragma unroll
    for (int d = DIMS - 1; d >= 0; d--) {
        found.at[d] = place.at[d] * stride[d] - padding[d] + number % size[d] * dilation[d];
        inside &= found.at[d] >= 0 && found.at[d] < shape.picture[d];
        number /= size[d];
    }
    return inside;
}
// The place of the window whose element `number` lies at `place` of the picture; whether there is one.
static __device__ bool window(int number, const Place &place, const Shape &shape, Place &found) {
    WINDOW
    found.n = place.n, found.c = place.c;
    bool is_there = true;
    #pragma unroll
    for (int d = DIMS - 1; d >= 0; d--) {
        const int from = place.at[d] + padding[d] - number % size[d] * dilation[d];
        found.at[d] = from / stride[d];
        is_there &= from >= 0 && from % stride[d] == 0 && found.at[d] < shape.places[d];
        number /= size[d];
    }
    return is_there;
}
static __device__ real divisor(const Place &place, const Shape &shape) {
    WINDOW
    if (DIVISOR) return DIVISOR;
    long long count = 1;
    #pragma unroll
    for (int d = 0; d < DIMS; d++) {
        const long long first = place.at[d] * stride[d] - padding[d], past = first + size[d];
        const long long low = PADDED ? -padding[d] : 0, high = shape.picture[d] + (PADDED ? padding[d] : 0);
        count *= (past < high ? past : high) - (first > low ? first : low);
    }
    return real(count);
}
"""


def _kernel(name: str, parameters: str, sizes: str, work: str) -> str:
    """The text of a kernel with a thread for each element of an array of these sizes, at `place`."""
    return f"""
extern "C" __global__ void {name}({parameters}, const Shape shape, long long n) {{
    const long long t = FIRST;
    if (t >= n) return;
    const Place place = placed(t, shape.{sizes}, shape.channels);
{work}
}}
"""


def _summed(finds: str, what: str) -> str:
    """The sum over the numbers of elements of a window: for those where `finds` sets `other`, of `what`."""
    return f"""
    real sum = 0;
    #pragma unroll
    for (int k = 0; k < TAPS; k++) {{
        Place other;
        if ({finds}(k, place, shape, other)) sum += {what};
    }}
"""


_ELEMENT, _GIVEN = "real(x[offset(other, shape.x)])", "real(g[offset(other, shape.y)])"

_LARGEST = _kernel(
    "largest",
    "const stored *x, stored *out, Number *winner",
    "places",
    f"""
    real best = -infinite();
    int who = TAPS;
    #pragma unroll
    for (int k = 0; k < TAPS; k++) {{
        Place other;
        if (!element(k, place, shape, other)) continue;
        const real v = {_ELEMENT};
        if (v > best || v != v || who == TAPS) best = v, who = k;
    }}
    const long long at = offset(place, shape.y);
    out[at] = stored(best), winner[at] = Number(who);
""",
)
_TO_WINNERS = _kernel(
    "to_winners",
    "const stored *g, const Number *winner, stored *out",
    "picture",
    _summed("window", f"winner[offset(other, shape.y)] == k ? {_GIVEN} : real(0)")
    + "    out[offset(place, shape.x)] = stored(sum);",
)
_OF_WINNERS = _kernel(
    "of_winners",
    "const stored *x, const Number *winner, stored *out",
    "places",
    f"""
    Place other;
    const long long at = offset(place, shape.y);
    out[at] = stored(element(winner[at], place, shape, other) && winner[at] < TAPS ? {_ELEMENT} : real(0));
""",
)
_AVERAGED = _kernel(
    "averaged",
    "const stored *x, stored *out",
    "places",
    _summed("element", _ELEMENT) + "    out[offset(place, shape.y)] = stored(sum / divisor(place, shape));",
)
_AVERAGED_INPUT = _kernel(
    "averaged_input",
    "const stored *g, stored *out",
    "picture",
    _summed("window", f"{_GIVEN} / divisor(other, shape)") + "    out[offset(place, shape.x)] = stored(sum);",
)

_MOST_TAPS = 128
"""With larger windows the source, in which each element is written out, would be long, and numbers take 2 bytes."""


@cache
def _source(dtype: Any, text: str, windows: Windows, is_last: bool, padded: bool, divisor: int) -> str:
    names = ("size", "stride", "padding", "dilation")
    arrays = ", ".join(
        f"{name}[] = {{{', '.join(map(str, value))}}}" for name, value in zip(names, windows, strict=False)
    )
    defined = {
        "DIMS": len(windows.size),
        "TAPS": prod(windows.size),
        "LAST": int(is_last),
        "PADDED": int(padded),
        "DIVISOR": divisor,
        "WINDOW": f"constexpr int {arrays};",
    }
    lines = "".join(f"#define {name} {value}\n" for name, value in defined.items())
    return begun(dtype, f"{lines}typedef unsigned char Number;\n{_COMMON}{text}")


def _is_last(x: Any) -> bool:
    """Whether the channels lie side by side."""
    return bool(x.ndim > 2 and x.shape[1] > 1 and x.strides[1] == x.itemsize and not x.flags.c_contiguous)


def _run(
    text: str,
    name: str,
    windows: Windows,
    picture: tuple[int, ...],
    arrays: tuple[Any, ...],
    large: Any,
    small: Any,
    padded: bool = False,
    divisor: int | None = None,
) -> None:
    """Run a kernel with a thread for each element of the last array, which it writes.

    Args:
        arrays: those of the kernel.
        large, small: one of them of the size of the picture, and one with an element for each window.
    """
    out = arrays[-1] if name != "largest" else small
    strides = [step // a.itemsize for a in (large, small) for step in a.strides]
    shape = packed([large.shape[1], *picture, *windows.places, *strides])
    source = _source(large.dtype, text, windows, _is_last(out), padded, divisor or 0)
    launch(source, name, (-(-out.size // _THREADS),), _THREADS, *arrays, shape, out.size)


def _fits(windows: Windows, *arrays: Any) -> bool:
    first = arrays[0]
    return first.dtype in REAL and prod(windows.size) <= _MOST_TAPS and all(a.size for a in arrays)


def largest(x: Any, windows: Windows) -> Any:
    if not _fits(windows, x) or not all(windows.places):
        return NotImplemented
    shape = (*x.shape[:2], *windows.places)
    out, winner = np.empty_like(x, shape=shape), np.empty_like(x, numbers(windows), shape=shape)
    if [s // out.itemsize for s in out.strides] != [s // winner.itemsize for s in winner.strides]:
        return NotImplemented
    _run(_LARGEST, "largest", windows, x.shape[2:], (x, out, winner), x, out)
    return out, winner


def _alike(g: Any, winner: Any) -> bool:
    """Whether both lie in memory in the same order."""
    return [s // g.itemsize for s in g.strides] == [s // winner.itemsize for s in winner.strides]


def to_winners(g: Any, winner: Any, picture: tuple[int, ...], windows: Windows) -> Any:
    if not _fits(windows, g) or not _alike(g, winner):
        return NotImplemented
    out = np.empty_like(g, shape=(*g.shape[:2], *picture))
    if not out.size:
        return NotImplemented
    _run(_TO_WINNERS, "to_winners", windows, picture, (g, winner, out), out, g)
    return out


def of_winners(x: Any, winner: Any, windows: Windows) -> Any:
    out = np.empty_like(winner, x.dtype)
    if not _fits(windows, x, winner) or not _alike(out, winner):
        return NotImplemented
    _run(_OF_WINNERS, "of_winners", windows, x.shape[2:], (x, winner, out), x, out)
    return out


def averaged(x: Any, windows: Windows, padded: bool, divisor: int | None) -> Any:
    if not _fits(windows, x) or not all(windows.places):
        return NotImplemented
    out = np.empty_like(x, shape=(*x.shape[:2], *windows.places))
    _run(_AVERAGED, "averaged", windows, x.shape[2:], (x, out), x, out, padded, divisor)
    return out


def averaged_input(g: Any, picture: tuple[int, ...], windows: Windows, padded: bool, divisor: int | None) -> Any:
    if not _fits(windows, g):
        return NotImplemented
    out = np.empty_like(g, shape=(*g.shape[:2], *picture))
    if not out.size:
        return NotImplemented
    _run(_AVERAGED_INPUT, "averaged_input", windows, picture, (g, out), out, g, padded, divisor)
    return out
