"""Classes that a loss is told to expect: a single block goes through all of them."""

from __future__ import annotations

from typing import Any

import numpy as np

from ..kernels import targets
from ..kinds import kind_of
from . import launch
from .columns import fits
from .elementwise import elementwise
from .rows import launch_rows, row_threads, source_of_rows

__all__ = ["scaled", "scaled_sum", "shares"]

_MOST = 1 << 16
"""With more numbers than this, one block takes longer than the launches that it spares."""

_SHARES = """
extern "C" __global__ void shares(
    const long long *target, long long *made, stored *scale, stored *nothing, const stored *weight,
    long long ignored, long long mean, long long classes, long long n
) {
    real mine = 0;
    for (long long i = threadIdx.x; i < n; i += blockDim.x) {
        const long long t = target[i];
        const bool is_class = t >= 0 && t < classes;
        real w = t == ignored ? real(0) : real(1);
        if (weight && t != ignored) w = is_class ? real(weight[t]) : infinite() - infinite();
        made[i] = t == ignored ? 0 : t;
        scale[i] = stored(w);
        mine += w;
    }
    const real total = block_sum(mine);
    if (mean)
        for (long long i = threadIdx.x; i < n; i += blockDim.x)
            scale[i] = stored(target[i] == ignored ? real(0) : real(scale[i]) / total);
    if (threadIdx.x == 0) nothing[0] = stored(mean && total == 0 ? infinite() - infinite() : real(0));
}
"""
_SUM = """
extern "C" __global__ void scaled_sum(
    const stored *losses, const stored *scale, stored *out, long long rows, long long m
) {
    real mine = 0;
    each(losses, scale, m, [&](long long, real v, real s) { mine += s == 0 ? real(0) : v * s; });
    const real total = block_sum(mine);
    if (threadIdx.x == 0) out[0] = stored(total);
}
"""

scaled = elementwise(targets.scaled.numpy.formula)


def shares(target: Any, ignored: int, weight: Any, dtype: Any, mean: bool) -> Any:
    kind, count = kind_of(target), target.size
    made, scale, nothing = kind.empty(count, np.int64), kind.empty(count, dtype), kind.empty((), dtype)
    is_plain = target.dtype == np.int64 and target.flags.c_contiguous and count <= _MOST
    if not is_plain or not fits(scale, weight):
        return NotImplemented
    source, classes = source_of_rows(scale.dtype, 1, _SHARES), 0 if weight is None else weight.size
    given = (target, made, scale, nothing, weight, ignored, int(mean), classes, count)
    launch(source, "shares", (1,), row_threads(count), *given)
    return made, scale, nothing


def scaled_sum(losses: Any, scale: Any) -> Any:
    if not fits(losses, scale) or losses.size > _MOST:
        return NotImplemented
    out = kind_of(losses).empty((), losses.dtype)
    launch_rows(_SUM, "scaled_sum", 1, losses.size, (losses, scale), out)
    return out
