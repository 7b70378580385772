"""One step of a gated recurrent layer, for all sequences of a batch, and back through it.

What a step is given lies in rows, one for each sequence, with the gates side by side, as a product of matrices
gives it. What it makes of that lies gate by gate, so that arithmetic runs over whole blocks of memory: NumPy takes
three times as long for 32 rows of 128 numbers that lie apart. Nothing is allocated.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from .choice import kernel

__all__ = ["gru_step", "gru_step_gradient", "lstm_step", "lstm_step_gradient"]

_LARGE = 2048
"""From this number of elements on compiled code wins: it is one call, where NumPy takes a dozen."""


def _by_gate(x: Any, gates: int) -> Any:
    """Rows of so many gates, (batch, gates x width), seen as (gates, batch, width)."""
    return x.reshape(len(x), gates, x.shape[1] // gates).transpose(1, 0, 2)


def _to_sigmoid(x: Any) -> None:
    """1 / (1 + e^-x), in place; where e^-x overflows, that is 0, and who runs the steps says so (`np.errstate`)."""
    np.negative(x, out=x)
    np.exp(x, out=x)
    x += 1
    np.divide(1, x, out=x)


def _times_slope(x: Any, sigmoid: Any, scratch: Any) -> None:
    """x s (1 - s), in place, for a sigmoid s."""
    x *= sigmoid
    x *= np.subtract(1, sigmoid, out=scratch)


@kernel(large=_LARGE)
def lstm_step(given: Any, recurrent: Any, cell: Any, before: Any, gates: Any, out: Any) -> None:
    """Gates i, f, u, o = sigmoid, sigmoid, tanh and sigmoid of given + recurrent; before = cell; cell =
    f cell + i u; out = o tanh(cell).

    Shapes: given and recurrent (batch, 4 hidden), gates (4, batch, hidden), the others (batch, hidden).
    """
    np.add(_by_gate(given, 4), _by_gate(recurrent, 4), out=gates)
    i, f, u, o = gates
    _to_sigmoid(gates[:2])
    np.tanh(u, out=u)
    _to_sigmoid(o)
    before[...] = cell
    cell *= f
    cell += np.multiply(i, u, out=out)
    np.tanh(cell, out=out)
    out *= o


@kernel(large=_LARGE)
def lstm_step_gradient(gates: Any, given: Any, cell: Any, before: Any, out: Any, *, scratch: Any = None) -> None:
    """Back through `lstm_step`: `out` becomes the gradient of what the gates were made of, in rows.

    Args:
        gates, before: as that step left them.
        given: the gradient of its `out`.
        cell: the gradient of the cell after the step, which becomes that of the cell before it.
        scratch: memory to write into, for five gates.
    """
    scratch = np.empty((5, *cell.shape), cell.dtype) if scratch is None else scratch
    i, f, u, o = gates
    to_i, to_f, to_u, to_o, other = scratch
    np.multiply(f, before, out=to_f)
    to_f += np.multiply(i, u, out=other)
    np.tanh(to_f, out=to_f)
    np.multiply(given, to_f, out=to_o)
    to_f *= to_f
    np.subtract(1, to_f, out=to_f)
    to_f *= o
    to_f *= given
    cell += to_f
    np.multiply(cell, u, out=to_i)
    np.multiply(cell, before, out=to_f)
    np.multiply(cell, i, out=to_u)
    cell *= f
    for change, gate in ((to_i, i), (to_f, f), (to_o, o)):
        _times_slope(change, gate, other)
    np.multiply(u, u, out=other)
    to_u *= np.subtract(1, other, out=other)
    _by_gate(out, 4)[...] = scratch[:4]


@kernel(large=_LARGE)
def gru_step(given: Any, recurrent: Any, hidden: Any, gates: Any, out: Any) -> None:
    """One step from the state `hidden`, which changes in place, and is copied to `out`.

    Of the columns n, r, z, q that are given, to the last three of which those of `recurrent` are added, the gates
    are tanh(n + sigmoid(r) q), sigmoid(r), sigmoid(z) and q; the state becomes n + z (hidden - n).

    Shapes: given (batch, 4 hidden), recurrent (batch, 3 hidden), gates (4, batch, hidden), the others
    (batch, hidden).
    """
    columns = _by_gate(given, 4)
    np.add(columns[1:], _by_gate(recurrent, 3), out=gates[1:])
    n, r, z, q = gates
    _to_sigmoid(gates[1:3])
    np.multiply(r, q, out=n)
    n += columns[0]
    np.tanh(n, out=n)
    hidden -= n
    hidden *= z
    hidden += n
    out[...] = hidden


@kernel(large=_LARGE)
def gru_step_gradient(gates: Any, hidden: Any, before: Any, out: Any, *, scratch: Any = None) -> None:
    """Back through `gru_step`: `out` becomes the gradient of the columns that were given, in rows.

    Args:
        gates: as that step left them.
        hidden: the gradient of the state after the step, which becomes the part of that of the state before which
            does not go through the gates.
        before: the state before the step.
        scratch: memory to write into, for five gates.
    """
    scratch = np.empty((5, *hidden.shape), hidden.dtype) if scratch is None else scratch
    n, r, z, q = gates
    to_n, to_r, to_z, to_q, other = scratch
    np.subtract(before, n, out=to_z)
    to_z *= hidden
    np.subtract(1, z, out=to_n)
    to_n *= hidden
    hidden *= z
    np.multiply(n, n, out=other)
    to_n *= np.subtract(1, other, out=other)
    np.multiply(to_n, q, out=to_r)
    np.multiply(to_n, r, out=to_q)
    _times_slope(to_r, r, other)
    _times_slope(to_z, z, other)
    _by_gate(out, 4)[...] = scratch[:4]
