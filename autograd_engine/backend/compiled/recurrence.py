"""Steps of gated recurrent layers, all gates in one pass over a row.

A row is a few kilobytes, so what one loop writes the next one finds in the cache; each loop is kept to few arrays.
Float64 is left to NumPy, whose exponential is faster there.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from .arithmetic import sigmoid, tanh, wide
from .crew import shared_loop

_LEAST = 2**12
"""How many gates a thread has to do at least: they take some 8 us."""


def _run(over: Any, gates: Any, *arrays: Any) -> Any:
    """Run a loop over the sequences; that the arrays are contiguous and of one dtype is up to the layer."""
    if gates.dtype != np.float32:
        return NotImplemented
    count, rows, size = gates.shape
    return over(rows, -(-_LEAST // max(1, count * size)), gates, *arrays)


@shared_loop
def _lstm(gates: Any, given: Any, recurrent: Any, cell: Any, before: Any, out: Any, start: int, stop: int) -> None:
    wide()
    n = cell.shape[1]
    for row in range(start, stop):
        i, f, u, o = gates[0, row], gates[1, row], gates[2, row], gates[3, row]
        x, y = given[row, :n], recurrent[row, :n]
        for k in range(i.size):
            i[k] = sigmoid(x[k] + y[k])
        x, y = given[row, n : 2 * n], recurrent[row, n : 2 * n]
        for k in range(f.size):
            f[k] = sigmoid(x[k] + y[k])
        x, y = given[row, 2 * n : 3 * n], recurrent[row, 2 * n : 3 * n]
        for k in range(u.size):
            u[k] = tanh(x[k] + y[k])
        x, y = given[row, 3 * n :], recurrent[row, 3 * n :]
        for k in range(o.size):
            o[k] = sigmoid(x[k] + y[k])
        c, b, h = cell[row], before[row], out[row]
        for k in range(c.size):
            b[k] = c[k]
        for k in range(c.size):
            c[k] = f[k] * c[k] + i[k] * u[k]
        for k in range(c.size):
            h[k] = o[k] * tanh(c[k])


def lstm_step(given: Any, recurrent: Any, cell: Any, before: Any, gates: Any, out: Any) -> Any:
    return _run(_lstm, gates, given, recurrent, cell, before, out)


@shared_loop
def _lstm_gradient(gates: Any, given: Any, cell: Any, before: Any, out: Any, start: int, stop: int) -> None:
    wide()
    n = cell.shape[1]
    one = gates.dtype.type(1)
    for row in range(start, stop):
        i, f, u, o = gates[0, row], gates[1, row], gates[2, row], gates[3, row]
        to_i, to_f, to_u, to_o = out[row, :n], out[row, n : 2 * n], out[row, 2 * n : 3 * n], out[row, 3 * n :]
        g, c, b = given[row], cell[row], before[row]
        for k in range(c.size):
            to_o[k] = tanh(f[k] * b[k] + i[k] * u[k])
        for k in range(c.size):
            bent = to_o[k]
            c[k] += g[k] * o[k] * (one - bent * bent)
            to_o[k] = g[k] * bent * o[k] * (one - o[k])
        for k in range(c.size):
            to_i[k] = c[k] * u[k] * i[k] * (one - i[k])
        for k in range(c.size):
            to_u[k] = c[k] * i[k] * (one - u[k] * u[k])
        for k in range(c.size):
            to_f[k] = c[k] * b[k] * f[k] * (one - f[k])
            c[k] *= f[k]


def lstm_step_gradient(gates: Any, given: Any, cell: Any, before: Any, out: Any, *, scratch: Any = None) -> Any:
    return _run(_lstm_gradient, gates, given, cell, before, out)


@shared_loop
def _gru(gates: Any, given: Any, recurrent: Any, hidden: Any, out: Any, start: int, stop: int) -> None:
    wide()
    width = hidden.shape[1]
    for row in range(start, stop):
        n, r, z, q = gates[0, row], gates[1, row], gates[2, row], gates[3, row]
        x, y = given[row, width : 2 * width], recurrent[row, :width]
        for k in range(r.size):
            r[k] = sigmoid(x[k] + y[k])
        x, y = given[row, 2 * width : 3 * width], recurrent[row, width : 2 * width]
        for k in range(z.size):
            z[k] = sigmoid(x[k] + y[k])
        x, y = given[row, 3 * width :], recurrent[row, 2 * width :]
        for k in range(q.size):
            q[k] = x[k] + y[k]
        x, h, o = given[row, :width], hidden[row], out[row]
        for k in range(n.size):
            n[k] = tanh(x[k] + r[k] * q[k])
        for k in range(h.size):
            state = n[k] + z[k] * (h[k] - n[k])
            h[k] = state
            o[k] = state


def gru_step(given: Any, recurrent: Any, hidden: Any, gates: Any, out: Any) -> Any:
    return _run(_gru, gates, given, recurrent, hidden, out)


@shared_loop
def _gru_gradient(gates: Any, hidden: Any, before: Any, out: Any, start: int, stop: int) -> None:
    wide()
    width = hidden.shape[1]
    one = gates.dtype.type(1)
    for row in range(start, stop):
        n, r, z, q = gates[0, row], gates[1, row], gates[2, row], gates[3, row]
        to_n, to_r = out[row, :width], out[row, width : 2 * width]
        to_z, to_q = out[row, 2 * width : 3 * width], out[row, 3 * width :]
        g, b = hidden[row], before[row]
        for k in range(g.size):
            to_z[k] = g[k] * (b[k] - n[k]) * z[k] * (one - z[k])
        for k in range(g.size):
            to_n[k] = g[k] * (one - z[k]) * (one - n[k] * n[k])
            g[k] *= z[k]
        for k in range(g.size):
            to_r[k] = to_n[k] * q[k] * r[k] * (one - r[k])
        for k in range(g.size):
            to_q[k] = to_n[k] * r[k]


def gru_step_gradient(gates: Any, hidden: Any, before: Any, out: Any, *, scratch: Any = None) -> Any:
    return _run(_gru_gradient, gates, hidden, before, out)
