"""Steps of gated recurrent layers through a batch of sequences, and back through them.

The elements of all sequences lie in the rows of one matrix, as in PyTorch's packed sequences: first the first
elements of all sequences, then the second ones of those that have one, and so on. The sequences are sorted by
length, the longest first, so that step t works on the first `sizes[t]` of them. In a padded batch all are equal.

A row has the gates of one element side by side, as a product of matrices gives them. NumPy's arithmetic runs on
copies that lie gate by gate: it takes three times as long for 32 rows of 128 numbers that lie apart.
"""

from __future__ import annotations

from functools import lru_cache
from itertools import accumulate, pairwise
from typing import Any

import numpy as np

from ..kinds import kind_of
from .choice import kernel
from .products import matmul

__all__ = ["Sizes", "gru_steps", "gru_steps_gradient", "lstm_steps", "lstm_steps_gradient", "steps_of"]

Sizes = tuple[int, ...]
"""How many sequences have a first element, a second one, and so on."""

_LARGE = 2048
"""From this number of elements on compiled code wins: it is one call, where NumPy takes a dozen for each step."""


@lru_cache(maxsize=64)
def steps_of(sizes: Sizes, reverse: bool) -> tuple[tuple[slice, slice], ...]:
    """The steps through sequences, from their beginnings, or from their ends: for each the rows that it works on,
    and the sequences that these belong to."""
    bounds = pairwise([0, *accumulate(sizes)])
    steps = [(slice(i, j), slice(0, n)) for (i, j), n in zip(bounds, sizes, strict=True)]
    return tuple(steps[::-1] if reverse else steps)


def _room(like: Any, gates: int, batch: int, width: int) -> Any:
    return kind_of(like).empty((gates * batch, width), like.dtype)


def _lent(room: Any, gates: int, batch: int) -> Any:
    """The part of the room for the gates of so many sequences, (gates, batch, width)."""
    return room[: gates * batch].reshape(gates, batch, room.shape[1])


def _by_gate(x: Any, gates: int) -> Any:
    """Rows of so many gates, (batch, gates x width), seen as (gates, batch, width)."""
    return x.reshape(len(x), gates, x.shape[1] // gates).transpose(1, 0, 2)


def _sigmoid(x: Any, out: Any) -> None:
    """out = 1 / (1 + e^-x), where x is written over; where e^-x overflows, that is 0."""
    np.negative(x, out=x)
    np.exp(x, out=x)
    x += 1
    np.divide(1, x, out=out)


def _times_slope(x: Any, sigmoid: Any, scratch: Any) -> None:
    """x s (1 - s), in place, for a sigmoid s."""
    x *= sigmoid
    x *= np.subtract(1, sigmoid, out=scratch)


@kernel(large=_LARGE)
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
) -> None:
    """Steps through all sequences: i, f, u, o = sigmoid, sigmoid, tanh and sigmoid of gates + hidden weight; the
    cell becomes f cell + i u, and the hidden state o tanh(cell), times `projection` if there is one.

    Args:
        gates: (rows, 4 width), what the inputs contribute, which becomes the gates.
        weight: (size of a state, 4 width).
        hidden, cell: (batch, size) and (batch, width), those at the beginning, which become those at the end.
        before, states: (rows, width) and (rows, size), written to: the cell before, the state after each step.
        sizes, reverse: see `steps_of`.
        projection: (width, size).
    """
    batch, width = cell.shape
    products, room = kind_of(gates).empty((batch, 4 * width), gates.dtype), _room(gates, 5, batch, width)
    with np.errstate(over="ignore"):  # in a sigmoid, which is 0 then
        for rows, current in steps_of(sizes, reverse):
            i, f, u, o, released = block = _lent(room, 5, current.stop)
            product, c, made = products[current], cell[current], _by_gate(gates[rows], 4)
            matmul(hidden[current], weight, gates[rows], product)
            block[:4] = _by_gate(product, 4)
            _sigmoid(block[:2], out=block[:2])
            np.tanh(u, out=u)
            _sigmoid(o, out=o)
            made[...] = block[:4]
            before[rows] = c
            c *= f
            c += np.multiply(i, u, out=released)
            np.tanh(c, out=released)
            state = np.multiply(o, released, out=released if projection is not None else states[rows])
            if projection is not None:
                matmul(state, projection, out=states[rows])
            hidden[current] = states[rows]


@kernel(large=_LARGE)
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
) -> None:
    """Back through `lstm_steps`.

    Args:
        given: the gradient of its `states`.
        gates, before: as it left them.
        weight: (4 width, size of a state).
        carried, cell: the gradients of the hidden state and the cell at the end, which become those at the
            beginning.
        changes: (rows, 4 width), written to: the gradient of what the gates were made of.
        projection: (size, width).
        projected: if there is a projection, (rows, size) and (rows, width), written to: the gradient of what it
            gave, and what it was given.
    """
    room = _room(gates, 10, *cell.shape)
    for rows, current in reversed(steps_of(sizes, reverse)):
        i, f, u, o, g, to_i, to_f, to_u, to_o, other = block = _lent(room, 10, current.stop)
        arrived, change, c, b = carried[current], changes[rows], cell[current], before[rows]
        block[:4] = _by_gate(gates[rows], 4)
        arrived += given[rows]
        np.multiply(f, b, out=to_f)
        to_f += np.multiply(i, u, out=other)
        np.tanh(to_f, out=to_f)
        if projection is None:
            g[...] = arrived
        else:
            projected[0][rows] = arrived
            np.multiply(o, to_f, out=projected[1][rows])
            matmul(arrived, projection, out=g)
        np.multiply(g, to_f, out=to_o)
        to_f *= to_f
        np.subtract(1, to_f, out=to_f)
        to_f *= o
        to_f *= g
        c += to_f
        np.multiply(c, u, out=to_i)
        np.multiply(c, b, out=to_f)
        np.multiply(c, i, out=to_u)
        c *= f
        for to_gate, gate in ((to_i, i), (to_f, f), (to_o, o)):
            _times_slope(to_gate, gate, other)
        np.multiply(u, u, out=other)
        to_u *= np.subtract(1, other, out=other)
        _by_gate(change, 4)[...] = block[5:9]
        matmul(change, weight, out=arrived)


@kernel(large=_LARGE)
def gru_steps(gates: Any, weight: Any, hidden: Any, states: Any, sizes: Sizes, reverse: bool) -> None:
    """Steps through all sequences. Of the columns n, r, z, q of `gates`, to the last three of which hidden weight
    is added, the gates are tanh(n + sigmoid(r) q), sigmoid(r), sigmoid(z) and q; the state becomes
    n + z (hidden - n).

    Args:
        gates: (rows, 4 width), what the inputs contribute, which becomes the gates.
        weight: (width, 3 width).
        hidden: (batch, width), the state at the beginning, which becomes that at the end.
        states: (rows, width), written to: the state after each step.
        sizes, reverse: see `steps_of`.
    """
    batch, width = hidden.shape
    products, room = kind_of(gates).empty((batch, 3 * width), gates.dtype), _room(gates, 4, batch, width)
    with np.errstate(over="ignore"):  # in a sigmoid, which is 0 then
        for rows, current in steps_of(sizes, reverse):
            n, r, z, q = block = _lent(room, 4, current.stop)
            product, h, made = products[current], hidden[current], _by_gate(gates[rows], 4)
            matmul(h, weight, gates[rows, width:], product)
            block[1:] = _by_gate(product, 3)
            _sigmoid(block[1:3], out=block[1:3])
            np.multiply(r, q, out=n)
            n += made[0]
            np.tanh(n, out=n)
            made[...] = block
            h -= n
            h *= z
            h += n
            states[rows] = h


@kernel(large=_LARGE)
def gru_steps_gradient(
    given: Any,
    gates: Any,
    weight: Any,
    carried: Any,
    before: Any,
    changes: Any,
    sizes: Sizes,
    reverse: bool,
) -> None:
    """Back through `gru_steps`.

    Args:
        given: the gradient of its `states`.
        gates: as it left them.
        weight: (3 width, width).
        carried: the gradient of the state at the end, which becomes that of the one at the beginning.
        before: (rows, width), the state before each step.
        changes: (rows, 4 width), written to: the gradient of the columns n, r, z and q.
    """
    batch, width = carried.shape
    products, room = kind_of(gates).empty((batch, width), gates.dtype), _room(gates, 9, batch, width)
    for rows, current in reversed(steps_of(sizes, reverse)):
        n, r, z, q, to_n, to_r, to_z, to_q, other = block = _lent(room, 9, current.stop)
        arrived, change = carried[current], changes[rows]
        block[:4] = _by_gate(gates[rows], 4)
        arrived += given[rows]
        np.subtract(before[rows], n, out=to_z)
        to_z *= arrived
        np.subtract(1, z, out=to_n)
        to_n *= arrived
        arrived *= z
        np.multiply(n, n, out=other)
        to_n *= np.subtract(1, other, out=other)
        np.multiply(to_n, q, out=to_r)
        np.multiply(to_n, r, out=to_q)
        _times_slope(to_r, r, other)
        _times_slope(to_z, z, other)
        _by_gate(change, 4)[...] = block[4:8]
        arrived += matmul(change[:, width:], weight, out=products[current])
