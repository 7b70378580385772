"""Attention: scores become exponentials, and gradients of weights those of scores, in place, row by row."""

from __future__ import annotations

from typing import Any

from ..kinds import kind_of
from .columns import fits
from .rows import launch_rows

__all__ = ["exponentials", "exponentials_again", "scores_gradient"]

_BEGIN = """
    for (long long row = blockIdx.x; row < rows; row += gridDim.x) {
        stored *x = scores + row * m;
        const long long seen = first < 0 ? m : first + row % queries + 1;  // keys beyond are hidden
"""
_EXPONENTIALS = f"""
extern "C" __global__ void exponentials(
    stored *scores, stored *tops, stored *totals, long long first, long long queries, long long rows, long long m
) {{{_BEGIN}
        const real none = -infinite();
        real mine = none;
        each(x, m, [&](long long j, real v) {{ if (j < seen) mine = larger(v, mine); }});
        real top = block_largest(mine, none);
        top = top == none ? real(0) : top - top == 0 ? top : top - top;  // NaN of an infinity
        mine = 0;
        make(x, x, m, [&](long long j, real v) {{
            const real e = j < seen ? exp(v - top) : top - top;
            mine += e;
            return e;
        }});
        const real total = block_sum(mine);
        if (threadIdx.x == 0) tops[row] = top, totals[row] = total;
    }}
}}
"""
_AGAIN = f"""
extern "C" __global__ void exponentials_again(
    stored *scores, const stored *tops, long long first, long long queries, long long rows, long long m
) {{{_BEGIN}
        const real top = tops[row];
        make(x, x, m, [&](long long j, real v) {{ return j < seen ? exp(v - top) : top - top; }});
    }}
}}
"""
_GRADIENT = """
extern "C" __global__ void scores_gradient(
    stored *given, const stored *exps, const stored *means, long long rows, long long m
) {
    for (long long row = blockIdx.x; row < rows; row += gridDim.x) {
        stored *g = given + row * m;
        const real mean = means[row];
        make(g, g, exps + row * m, m, [&](long long, real v, real e) { return (v - mean) * e; });
    }
}
"""


def _fits(x: Any, *others: Any) -> bool:
    return x.dtype.char != "e" and fits(x, *others)


def exponentials(scores: Any, first: int | None) -> Any:
    if not _fits(scores):
        return NotImplemented
    *leading, queries, keys = scores.shape
    empty = kind_of(scores).empty
    tops, totals = (empty((*leading, queries), scores.dtype) for _ in range(2))
    from_ = -1 if first is None else first
    rows = scores.size // keys
    launch_rows(_EXPONENTIALS, "exponentials", rows, keys, (scores,), tops, totals, from_, queries)
    return tops, totals


def exponentials_again(scores: Any, tops: Any, first: int | None) -> Any:
    if not _fits(scores, tops):
        return NotImplemented
    *_, queries, keys = scores.shape
    from_ = -1 if first is None else first
    launch_rows(_AGAIN, "exponentials_again", scores.size // keys, keys, (scores,), tops, from_, queries)
    return None


def scores_gradient(given: Any, exps: Any, means: Any) -> Any:
    if not _fits(given, exps, means):
        return NotImplemented
    keys = given.shape[-1]
    launch_rows(_GRADIENT, "scores_gradient", given.size // keys, keys, (given, exps), means)
    return None
