"""Softmax and what is made of it: a block of threads for each row, which reads it twice at most.

The largest number of a row and the sum of exponentials are found in one pass: where a thread meets a larger number,
it scales down what it has summed up.

Source: Milakov and Gimelshein, "Online normalizer calculation for softmax", 2018.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from ..kinds import kind_of
from .columns import fits
from .rows import launch_rows

__all__ = [
    "log_softmax",
    "log_softmax_gradient",
    "softmax",
    "softmax_gradient",
    "softmax_nll",
    "softmax_nll_gradient",
]

_ONLINE = """
struct Sum { real top, total; };  // of exponentials of numbers less the largest of them

static __device__ Sum joined(Sum a, Sum b) {
    const real top = a.top > b.top ? a.top : b.top;
    return {top, a.total * exp(a.top - top) + b.total * exp(b.top - top)};
}
static __device__ Sum warp_joined(Sum x) {
    for (int mask = 16; mask; mask /= 2)
        x = joined(x, {__shfl_xor_sync(0xffffffffu, x.top, mask), __shfl_xor_sync(0xffffffffu, x.total, mask)});
    return x;
}
static __device__ Sum exponentials(const stored *x, long long m) {
    const Sum none = {LOWEST, 0};
    Sum mine = none;
    each(x, m, [&](long long, real v) {
        if (v > mine.top) {
            mine.total = mine.total * exp(mine.top - v) + 1;
            mine.top = v;
        } else mine.total += exp(v - mine.top);
    });
    __shared__ Sum parts[32];
    mine = warp_joined(mine);
    __syncthreads();
    if (threadIdx.x % 32 == 0) parts[threadIdx.x / 32] = mine;
    __syncthreads();
    mine = warp_joined(threadIdx.x % 32 < blockDim.x / 32 ? parts[threadIdx.x % 32] : none);
    return mine.total == 0 ? Sum{-infinite(), infinite() - infinite()} : mine;  // a row of -inf
}
"""

_ROWS = "for (long long row = blockIdx.x; row < rows; row += gridDim.x)"


def _kernel(name: str, parameters: str, work: str, online: bool = False) -> str:
    """The text of a kernel that does this work for each row."""
    return f"""{_ONLINE * online}
extern "C" __global__ void {name}({parameters}, long long rows, long long m) {{
    {_ROWS} {{
{work}
    }}
}}
"""


_FORWARD = "const stored *all_x, stored *all_out"
_HERE = "const stored *x = all_x + row * m; stored *out = all_out + row * m; const Sum sum = exponentials(x, m);"
_SOFTMAX = _kernel(
    "softmax",
    _FORWARD,
    f"{_HERE} make(out, x, m, [&](long long, real v) {{ return exp(v - sum.top) / sum.total; }});",
    online=True,
)
_LOG_SOFTMAX = _kernel(
    "log_softmax",
    _FORWARD,
    f"{_HERE} const real less = log(sum.total);"
    " make(out, x, m, [&](long long, real v) { return v - sum.top - less; });",
    online=True,
)
_BACKWARD = "const stored *all_g, const stored *all_out, stored *all_made"
_BACK = (
    "const stored *g = all_g + row * m, *out = all_out + row * m; stored *made = all_made + row * m; real mine = 0;"
)
_SOFTMAX_GRADIENT = _kernel(
    "softmax_gradient",
    _BACKWARD,
    f"""{_BACK}
        each(g, out, m, [&](long long, real v, real w) {{ mine += v * w; }});
        const real total = block_sum(mine);
        make(made, g, out, m, [&](long long, real v, real w) {{ return (v - total) * w; }});""",
)
_LOG_SOFTMAX_GRADIENT = _kernel(
    "log_softmax_gradient",
    _BACKWARD,
    f"""{_BACK}
        each(g, m, [&](long long, real v) {{ mine += v; }});
        const real total = block_sum(mine);
        make(made, g, out, m, [&](long long, real v, real w) {{ return v - exp(w) * total; }});""",
)
_NLL = _kernel(
    "softmax_nll",
    "const stored *all_x, stored *all_out, const long long *target, stored *losses, stored *totals",
    f"""{_HERE}
        make(out, x, m, [&](long long, real v) {{ return exp(v - sum.top); }});
        if (threadIdx.x == 0) {{
            const long long t = target[row];  // NaN tells of one that is out of range
            losses[row] = log(sum.total) - (t >= 0 && t < m ? x[t] - sum.top : infinite() - infinite());
            totals[row] = sum.total;
        }}""",
    online=True,
)
_NLL_GRADIENT = _kernel(
    "softmax_nll_gradient",
    "const stored *all_x, stored *all_out, const stored *totals, const long long *target, const stored *g,"
    " long long step",
    """const stored *x = all_x + row * m; stored *out = all_out + row * m;
        const real given = g[row * step], factor = given / totals[row];
        const long long t = target[row];
        make(out, x, m, [&](long long j, real v) { return v * factor - (j == t ? given : real(0)); });""",
)


def _run(text: str, name: str, axis: int, arrays: tuple[Any, ...], *others: Any) -> Any:
    """The result of a kernel along the last axis; NotImplemented along another one."""
    first = arrays[0]
    if not first.ndim or axis % first.ndim != first.ndim - 1 or not fits(*arrays):
        return NotImplemented
    out = np.empty_like(first)
    launch_rows(text, name, first.size // first.shape[-1], first.shape[-1], (*arrays, out), *others)
    return out


def softmax(x: Any, axis: int) -> Any:
    return _run(_SOFTMAX, "softmax", axis, (x,))


def softmax_gradient(g: Any, out: Any, axis: int) -> Any:
    return _run(_SOFTMAX_GRADIENT, "softmax_gradient", axis, (g, out))


def log_softmax(x: Any, axis: int) -> Any:
    return _run(_LOG_SOFTMAX, "log_softmax", axis, (x,))


def log_softmax_gradient(g: Any, out: Any, axis: int) -> Any:
    return _run(_LOG_SOFTMAX_GRADIENT, "log_softmax_gradient", axis, (g, out))


def _are_places(target: Any) -> bool:
    return bool(target.dtype == np.int64 and target.flags.c_contiguous)


def softmax_nll(x: Any, target: Any) -> Any:
    if x.dtype.char == "e" or not _are_places(target):
        return NotImplemented
    empty = kind_of(x).empty
    losses, totals = empty(len(x), x.dtype), empty(len(x), x.dtype)
    exps = _run(_NLL, "softmax_nll", 1, (x,), target, losses, totals)
    return exps if exps is NotImplemented else (losses, exps, totals)


def softmax_nll_gradient(exps: Any, totals: Any, target: Any, g: Any) -> Any:
    if exps.dtype.char == "e" or not _are_places(target) or not fits(exps, totals, g):
        return NotImplemented
    return _run(_NLL_GRADIENT, "softmax_nll_gradient", 1, (exps,), totals, target, g, int(g.size > 1))
