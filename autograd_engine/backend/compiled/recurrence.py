"""Steps of gated recurrent layers: each thread goes through whole sequences with a few of them.

Nobody waits for another thread between two steps. What a step needs, the products for its few sequences and their
gates, stays in the cache; each loop is kept to few arrays. Float64 is left to NumPy, whose exponential is faster
there.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from ..blas import one_thread, product_address
from ..kernels.recurrence import Sizes, steps_of
from .arithmetic import sigmoid, tanh, wide
from .crew import shared_loop
from .products import multiply

_MOST = 32
"""How many sequences a thread does at a time, or half of all, if that is less: products of more rows are faster."""


def _run(over: Any, sizes: Sizes, reverse: bool, gates: Any, weight: Any, *arrays: Any) -> Any:
    """Run a loop over blocks of sequences; that the other arrays fit is up to the layer."""
    address = product_address()
    if gates.dtype != np.float32 or sizes[0] < 2 or not address:
        return NotImplemented  # for one sequence NumPy multiplies a vector
    steps = np.array([(rows.start, batch.stop) for rows, batch in steps_of(sizes, reverse)])
    each = min(_MOST, -(-sizes[0] // 2))
    with one_thread():
        over(-(-sizes[0] // each), 1, address, steps, each, gates, np.ascontiguousarray(weight), *arrays)
    return None


@shared_loop
def _lstm(
    address: int,
    steps: Any,
    each: int,
    gates: Any,
    weight: Any,
    hidden: Any,
    cell: Any,
    before: Any,
    states: Any,
    start: int,
    stop: int,
) -> None:
    wide()
    n, zero = cell.shape[1], gates.dtype.type(0)
    products = np.empty((each, 4 * n), gates.dtype)
    for first in range(start * each, min(stop * each, len(hidden)), each):
        for row, batch in steps:
            last = min(batch, first + each)
            if first < last:
                multiply(address, hidden[first:last], weight, products, zero)
            for s in range(first, last):
                product, made = products[s - first], gates[row + s]
                for k in range(made.size):
                    product[k] += made[k]
                y, both = product[: 2 * n], made[: 2 * n]
                for k in range(both.size):
                    both[k] = sigmoid(y[k])
                y, u = product[2 * n : 3 * n], made[2 * n : 3 * n]
                for k in range(u.size):
                    u[k] = tanh(y[k])
                y, o = product[3 * n :], made[3 * n :]
                for k in range(o.size):
                    o[k] = sigmoid(y[k])
                i, f, c, b = made[:n], made[n : 2 * n], cell[s], before[row + s]
                for k in range(c.size):
                    b[k] = c[k]
                for k in range(c.size):
                    c[k] = f[k] * c[k] + i[k] * u[k]
                h, state = hidden[s], states[row + s]
                for k in range(c.size):
                    h[k] = o[k] * tanh(c[k])
                for k in range(h.size):
                    state[k] = h[k]


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
    if projection is not None:
        return NotImplemented
    return _run(_lstm, sizes, reverse, gates, weight, hidden, cell, before, states)


@shared_loop
def _lstm_gradient(
    address: int,
    steps: Any,
    each: int,
    gates: Any,
    weight: Any,
    given: Any,
    carried: Any,
    cell: Any,
    before: Any,
    changes: Any,
    start: int,
    stop: int,
) -> None:
    wide()
    n, zero, one = cell.shape[1], gates.dtype.type(0), gates.dtype.type(1)
    for first in range(start * each, min(stop * each, len(cell)), each):
        for row, batch in steps[::-1]:
            last = min(batch, first + each)
            for s in range(first, last):
                made, change = gates[row + s], changes[row + s]
                i, f, u, o = made[:n], made[n : 2 * n], made[2 * n : 3 * n], made[3 * n :]
                to_i, to_f, to_u, to_o = change[:n], change[n : 2 * n], change[2 * n : 3 * n], change[3 * n :]
                g, more, c, b = carried[s], given[row + s], cell[s], before[row + s]
                for k in range(g.size):
                    g[k] += more[k]
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
            if first < last:
                multiply(address, changes[row + first : row + last], weight, carried[first:last], zero)


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
    if projection is not None:
        return NotImplemented
    return _run(
        _lstm_gradient, sizes, reverse, gates, weight, np.ascontiguousarray(given), carried, cell, before, changes
    )


@shared_loop
def _gru(
    address: int,
    steps: Any,
    each: int,
    gates: Any,
    weight: Any,
    hidden: Any,
    states: Any,
    start: int,
    stop: int,
) -> None:
    wide()
    width, zero = hidden.shape[1], gates.dtype.type(0)
    products = np.empty((each, 3 * width), gates.dtype)
    for first in range(start * each, min(stop * each, len(hidden)), each):
        for row, batch in steps:
            last = min(batch, first + each)
            if first < last:
                multiply(address, hidden[first:last], weight, products, zero)
            for s in range(first, last):
                product, made = products[s - first], gates[row + s]
                n, r, q = made[:width], made[width : 2 * width], made[3 * width :]
                rest = made[width:]
                for k in range(rest.size):
                    product[k] += rest[k]
                y, both = product[: 2 * width], made[width : 3 * width]
                for k in range(both.size):
                    both[k] = sigmoid(y[k])
                y = product[2 * width :]
                for k in range(q.size):
                    q[k] = y[k]
                for k in range(n.size):
                    n[k] = tanh(n[k] + r[k] * q[k])
                h, z, state = hidden[s], made[2 * width : 3 * width], states[row + s]
                for k in range(h.size):
                    h[k] = n[k] + z[k] * (h[k] - n[k])
                for k in range(h.size):
                    state[k] = h[k]


def gru_steps(gates: Any, weight: Any, hidden: Any, states: Any, sizes: Sizes, reverse: bool) -> Any:
    return _run(_gru, sizes, reverse, gates, weight, hidden, states)


@shared_loop
def _gru_gradient(
    address: int,
    steps: Any,
    each: int,
    gates: Any,
    weight: Any,
    given: Any,
    carried: Any,
    before: Any,
    changes: Any,
    start: int,
    stop: int,
) -> None:
    wide()
    width, one = carried.shape[1], gates.dtype.type(1)
    for first in range(start * each, min(stop * each, len(carried)), each):
        for row, batch in steps[::-1]:
            last = min(batch, first + each)
            for s in range(first, last):
                made, change = gates[row + s], changes[row + s]
                n, r, z, q = made[:width], made[width : 2 * width], made[2 * width : 3 * width], made[3 * width :]
                to_n, to_r = change[:width], change[width : 2 * width]
                to_z, to_q = change[2 * width : 3 * width], change[3 * width :]
                g, more, b = carried[s], given[row + s], before[row + s]
                for k in range(g.size):
                    g[k] += more[k]
                for k in range(g.size):
                    to_z[k] = g[k] * (b[k] - n[k]) * z[k] * (one - z[k])
                for k in range(g.size):
                    to_n[k] = g[k] * (one - z[k]) * (one - n[k] * n[k])
                    g[k] *= z[k]
                for k in range(g.size):
                    to_r[k] = to_n[k] * q[k] * r[k] * (one - r[k])
                for k in range(g.size):
                    to_q[k] = to_n[k] * r[k]
            if first < last:
                multiply(address, changes[row + first : row + last, width:], weight, carried[first:last], one)


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
    return _run(_gru_gradient, sizes, reverse, gates, weight, np.ascontiguousarray(given), carried, before, changes)
