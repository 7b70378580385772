"""Steps of gated recurrent layers: in each a product of matrices, and one kernel for all that follows it."""

from __future__ import annotations

from functools import cache
from typing import Any

import numpy as np

from ..kernels.products import matmul
from ..kernels.recurrence import Sizes, steps_of
from ..kinds import kind_of
from . import begun, launch
from .columns import fits

__all__ = ["gru_steps", "gru_steps_gradient", "lstm_steps", "lstm_steps_gradient"]

_THREADS = 128

_AROUND = """
static __device__ real sigmoid(real x) { return 1 / (1 + exp(-x)); }
static __device__ real slope(real s) { return s * (1 - s); }
extern "C" __global__ void cells(PARAMETERS, long long row, long long batch, long long width) {
    const long long t = FIRST;
    if (t >= batch * width) return;
    const long long b = t / width, k = t % width, at = (row + b) * width + k;
WORK
}
"""


@cache
def _source(dtype: Any, parameters: str, work: str) -> str:
    return begun(dtype, _AROUND.replace("PARAMETERS", parameters).replace("WORK", work))


def _step(form: tuple[str, str], rows: slice, arrays: tuple[Any, ...], width: int) -> None:
    """Run a kernel with a thread for each number of a state; `at` is its place in (rows, width), and `t` its place
    among those of this step."""
    batch = rows.stop - rows.start
    source = _source(arrays[0].dtype, *form)
    launch(source, "cells", (-(-batch * width // _THREADS),), _THREADS, *arrays, rows.start, batch, width)


_LSTM = (
    "const stored *product, stored *gates, stored *cell, stored *before, stored *states, stored *hidden",
    """
    const stored *p = product + b * 4 * width + k;
    stored *made = gates + (row + b) * 4 * width + k;
    const real i = sigmoid(real(p[0]) + real(made[0]));
    const real f = sigmoid(real(p[width]) + real(made[width]));
    const real u = tanh(real(p[2 * width]) + real(made[2 * width]));
    const real o = sigmoid(real(p[3 * width]) + real(made[3 * width]));
    const real old = cell[t], c = old * f + i * u, h = o * tanh(c);
    made[0] = i, made[width] = f, made[2 * width] = u, made[3 * width] = o;
    before[at] = old, cell[t] = c, states[at] = h, hidden[t] = h;
""",
)
_LSTM_BACK = (
    "const stored *arrived, const stored *given, const stored *gates, stored *cell, const stored *before,"
    " stored *changes, stored *released",
    """
    const stored *gate = gates + (row + b) * 4 * width + k;
    stored *change = changes + (row + b) * 4 * width + k;
    const real i = gate[0], f = gate[width], u = gate[2 * width], o = gate[3 * width], old = before[at];
    const real r = tanh(f * old + i * u), g = real(arrived[t]) + (given ? real(given[at]) : real(0));
    const real c = real(cell[t]) + g * o * (1 - r * r);
    change[0] = c * u * slope(i), change[width] = c * old * slope(f);
    change[2 * width] = c * i * (1 - u * u), change[3 * width] = g * r * slope(o);
    cell[t] = c * f;
    if (released) released[at] = o * r;
""",
)
_GRU = (
    "const stored *product, stored *gates, stored *hidden, stored *states",
    """
    const stored *p = product + b * 3 * width + k;
    stored *made = gates + (row + b) * 4 * width + k;
    const real r = sigmoid(real(p[0]) + real(made[width]));
    const real z = sigmoid(real(p[width]) + real(made[2 * width]));
    const real q = real(p[2 * width]) + real(made[3 * width]);
    const real n = tanh(r * q + real(made[0])), h = (real(hidden[t]) - n) * z + n;
    made[0] = n, made[width] = r, made[2 * width] = z, made[3 * width] = q;
    hidden[t] = h, states[at] = h;
""",
)
_GRU_BACK = (
    "const stored *given, const stored *gates, stored *carried, const stored *before, stored *changes",
    """
    const stored *gate = gates + (row + b) * 4 * width + k;
    stored *change = changes + (row + b) * 4 * width + k;
    const real n = gate[0], r = gate[width], z = gate[2 * width], q = gate[3 * width];
    const real g = real(carried[t]) + real(given[at]), to_n = (1 - z) * g * (1 - n * n);
    change[0] = to_n, change[width] = to_n * q * slope(r);
    change[2 * width] = (real(before[at]) - n) * g * slope(z), change[3 * width] = to_n * r;
    carried[t] = g * z;
""",
)


def lstm_steps(
    gates: Any,
    weight: Any,
    hidden: Any,
    cell: Any,
    before: Any,
    states: Any,
    sizes: Sizes,
    reverse: bool,
    projection: Any = None,
) -> Any:
    if not fits(gates, hidden, cell, before, states) or weight.dtype != gates.dtype:
        return NotImplemented
    batch, width = cell.shape
    empty = kind_of(gates).empty
    products = empty((batch, 4 * width), gates.dtype)
    wide, passed = states, hidden
    if projection is not None:
        wide, passed = empty(before.shape, gates.dtype), empty(cell.shape, gates.dtype)
    for rows, current in steps_of(sizes, reverse):
        matmul(hidden[current], weight, out=products[current])
        _step(_LSTM, rows, (products, gates, cell, before, wide, passed), width)
        if projection is not None:
            matmul(passed[current], projection, out=states[rows])
            hidden[current] = states[rows]
    return None


def lstm_steps_gradient(
    given: Any,
    gates: Any,
    weight: Any,
    carried: Any,
    cell: Any,
    before: Any,
    changes: Any,
    sizes: Sizes,
    reverse: bool,
    projection: Any = None,
    projected: Any = None,
) -> Any:
    if not fits(gates, given, carried, cell, before, changes) or weight.dtype != gates.dtype:
        return NotImplemented
    width = cell.shape[1]
    wide: Any = None if projection is None else np.empty_like(cell)
    for rows, current in reversed(steps_of(sizes, reverse)):
        arrived = carried[current]
        if projection is None:
            _step(_LSTM_BACK, rows, (carried, given, gates, cell, before, changes, None), width)
        else:
            arrived += given[rows]
            projected[0][rows] = arrived
            matmul(arrived, projection, out=wide[current])
            _step(_LSTM_BACK, rows, (wide, None, gates, cell, before, changes, projected[1]), width)
        matmul(changes[rows], weight, out=arrived)
    return None


def gru_steps(gates: Any, weight: Any, hidden: Any, states: Any, sizes: Sizes, reverse: bool) -> Any:
    if not fits(gates, hidden, states) or weight.dtype != gates.dtype:
        return NotImplemented
    batch, width = hidden.shape
    products = kind_of(gates).empty((batch, 3 * width), gates.dtype)
    for rows, current in steps_of(sizes, reverse):
        matmul(hidden[current], weight, out=products[current])
        _step(_GRU, rows, (products, gates, hidden, states), width)
    return None


def gru_steps_gradient(
    given: Any,
    gates: Any,
    weight: Any,
    carried: Any,
    before: Any,
    changes: Any,
    sizes: Sizes,
    reverse: bool,
) -> Any:
    if not fits(gates, given, carried, before, changes) or weight.dtype != gates.dtype:
        return NotImplemented
    width = carried.shape[1]
    products = np.empty_like(carried)
    for rows, current in reversed(steps_of(sizes, reverse)):
        _step(_GRU_BACK, rows, (given, gates, carried, before, changes), width)
        carried[current] += matmul(changes[rows][:, width:], weight, out=products[current])
    return None
