"""One step of a gated recurrent layer, for all sequences of a batch, and back through it.

What a step computes replaces what it is given: nothing is allocated. A sigmoid is half of 1 + tanh(x / 2), so that
one call of NumPy's makes all gates.
"""

from __future__ import annotations

import functools
from collections.abc import Sequence
from typing import Any

import numpy as np

from ..kinds import Kind, kind_of
from .choice import kernel

__all__ = ["gru_step", "gru_step_gradient", "lstm_step", "lstm_step_gradient"]

_LARGE = 2048
"""From this number of elements on compiled code wins: it is one call, where NumPy takes a dozen."""


@functools.lru_cache(maxsize=64)
def _row(kind: Kind, parts: tuple[float, ...], width: int, dtype: Any) -> Any:
    """Each number `width` times, to be read only."""
    return kind.sent(np.repeat(np.array(parts, dtype), width))


def _parts(x: Any, width: int) -> Sequence[Any]:
    """The four quarters of the columns, of this width each."""
    return [x[:, k * width : (k + 1) * width] for k in range(4)]


@kernel(large=_LARGE)
def lstm_step(gates: Any, recurrent: Any, cell: Any, before: Any, out: Any) -> None:
    """gates = sigmoid, sigmoid, tanh and sigmoid of gates + recurrent, by quarters i, f, u and o of the columns;
    before = cell; cell = f cell + i u; out = o tanh(cell).

    Shapes: gates and recurrent (batch, 4 hidden), the others (batch, hidden).
    """
    width = cell.shape[1]
    gates += recurrent
    half = _row(kind_of(gates), (0.5, 0.5, 1.0, 0.5), width, gates.dtype)
    gates *= half
    np.tanh(gates, out=gates)
    gates *= half
    gates += _row(kind_of(gates), (0.5, 0.5, 0.0, 0.5), width, gates.dtype)
    i, f, u, o = _parts(gates, width)
    before[...] = cell
    cell *= f
    cell += np.multiply(i, u, out=out)
    np.tanh(cell, out=out)
    out *= o


@kernel(large=_LARGE)
def lstm_step_gradient(gates: Any, given: Any, cell: Any, before: Any, out: Any, *, scratch: Any = None) -> None:
    """Back through `lstm_step`: `out` becomes the gradient of what the gates were made of.

    Args:
        gates, before: as that step left them.
        given: the gradient of its `out`.
        cell: the gradient of the cell after the step, which becomes that of the cell before it.
        scratch: memory to write into, like the gates.
    """
    i, f, u, o = _parts(gates, cell.shape[1])
    to_i, to_f, to_u, to_o = _parts(out, cell.shape[1])
    np.multiply(f, before, out=to_f)
    np.multiply(i, u, out=to_i)
    to_f += to_i
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
    # The slope of a sigmoid is s (1 - s), that of the tanh (u + 1) (1 - u).
    out *= np.subtract(1, gates, out=scratch)
    raised = _row(kind_of(gates), (0.0, 0.0, 1.0, 0.0), cell.shape[1], gates.dtype)
    out *= np.add(gates, raised, out=scratch)


@kernel(large=_LARGE)
def gru_step(gates: Any, recurrent: Any, hidden: Any, out: Any) -> None:
    """One step from the state `hidden`, which changes in place, and is copied to `out`.

    The columns n, r, z, q of the gates, to the last three of which those of `recurrent` are added, become
    tanh(n + sigmoid(r) q), sigmoid(r), sigmoid(z) and q; the state becomes n + z (hidden - n).

    Shapes: gates (batch, 4 hidden), recurrent (batch, 3 hidden), the others (batch, hidden).
    """
    width = hidden.shape[1]
    gates[:, width:] += recurrent
    both = gates[:, width : 3 * width]
    both *= 0.5
    np.tanh(both, out=both)
    both *= 0.5
    both += 0.5
    n, r, z, q = _parts(gates, width)
    n += np.multiply(r, q, out=out)
    np.tanh(n, out=n)
    hidden -= n
    hidden *= z
    hidden += n
    out[...] = hidden


@kernel(large=_LARGE)
def gru_step_gradient(gates: Any, hidden: Any, before: Any, out: Any, *, scratch: Any = None) -> None:
    """Back through `gru_step`: `out` becomes the gradient of the columns that it was given, of gates + recurrent.

    Args:
        gates: as that step left them.
        hidden: the gradient of the state after the step, which becomes the part of that of the state before which
            does not go through the gates.
        before: the state before the step.
        scratch: memory to write into, for half of the columns.
    """
    width = hidden.shape[1]
    n, r, z, q = _parts(gates, width)
    to_n, to_r, to_z, to_q = _parts(out, width)
    np.subtract(before, n, out=to_z)
    to_z *= hidden
    np.subtract(1, z, out=to_n)
    to_n *= hidden
    hidden *= z
    np.multiply(n, n, out=to_r)
    np.subtract(1, to_r, out=to_r)
    to_n *= to_r
    np.multiply(to_n, q, out=to_r)
    np.multiply(to_n, r, out=to_q)
    both, to_both = gates[:, width : 3 * width], out[:, width : 3 * width]
    to_both *= both
    to_both *= np.subtract(1, both, out=scratch)
