"""One direction of a gated recurrent layer, through whole sequences, and back: what `ops` records as one node.

The input's part of all steps is one product; all steps are a kernel of `recurrence`, whose module says how the
sequences lie and what their `sizes` are; and what the weights, the biases and the input receive is one product or
sum over all steps at the end. A library that knows whole layers stands in for all of it.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from ..kinds import kind_of
from .choice import kernel
from .columns import column_sums
from .products import matmul
from .recurrence import Sizes, gru_steps, gru_steps_gradient, lstm_steps, lstm_steps_gradient, steps_of

__all__ = [
    "before_each",
    "begun",
    "gru",
    "gru_gradients",
    "lstm",
    "lstm_gradients",
    "projected",
    "weight_gradients",
]


def begun(state: Any, like: Any, count: int, width: int) -> Any:
    """The state (count, width) that all sequences start from, to be written over; zeros where none is given."""
    kind = kind_of(like)
    if state is None:
        return kind.zeros((count, width), like.dtype)
    return kind.array(state, like.dtype, order="C")


def before_each(states: Any, initial: Any, sizes: Sizes, reverse: bool) -> Any:
    """For each row the state before its step, of those after each step, and of those at the beginning."""
    before = kind_of(states).empty(states.shape, states.dtype)
    batch = sizes[0]
    if sizes[-1] == batch:  # all sequences are equally long, so each state lies one step further on
        here, there = slice(batch, None), slice(None, -batch)
        first, later, earlier = (slice(-batch, None), there, here) if reverse else (slice(batch), here, there)
        before[first] = 0 if initial is None else initial
        before[later] = states[earlier]
        return before
    current = begun(initial, states, sizes[0], states.shape[1])
    for rows, running in steps_of(sizes, reverse):
        before[rows] = current[running]
        current[running] = states[rows]
    return before


def projected(x: Any, weight: Any, bias: Any, other_bias: Any) -> Any:
    """What the inputs contribute to all steps, and the biases: x weight^T + bias + other_bias."""
    return matmul(x, weight.T, None if bias is None else bias + other_bias)


def turned(weight: Any, sizes: Sizes) -> Any:
    """The weight transposed; in memory too, where many products are made with it."""
    return weight.T if len(sizes) < 8 else kind_of(weight).array(weight.T, weight.dtype, order="C")


def weight_gradients(
    changes: Any, recurrent: Any, x: Any, before: Any, wanted: Sequence[bool]
) -> tuple[Any, Any, Any, Any]:
    """The gradients of w_ih, w_hh, b_ih and b_hh, each one product or sum over all steps; None where not wanted.

    Args:
        changes: the gradients of what the inputs contribute, and their bias.
        recurrent: the gradients of what the state before each step contributes, and its bias; often the same.
        x, before: the inputs, and the states before each step.
        wanted: which are.
    """
    return (
        matmul(changes.T, x) if wanted[0] else None,
        matmul(recurrent.T, before) if wanted[1] else None,
        column_sums(changes) if wanted[2] else None,
        column_sums(recurrent) if wanted[3] else None,
    )


def _check_memory(gates: Any, x: Any) -> None:
    if gates.dtype != x.dtype:
        raise RuntimeError(
            "a recurrent layer that cuDNN has computed can go backward only by cuDNN: leave use_kernels and "
            "backends.cudnn.enabled as they are in between"
        )


@kernel
def lstm(
    x: Any,
    h: Any,
    c: Any,
    w_ih: Any,
    w_hh: Any,
    b_ih: Any,
    b_hh: Any,
    w_hr: Any,
    sizes: Sizes,
    reverse: bool,
) -> tuple[Any, Any, Any, Any, Any]:
    """Long short-term memory. The states after each step, the last state and cell; and for `lstm_gradients` the
    gates of each step and the cell before it, or what another implementation keeps.

    Shapes: x (rows, in), h (batch, out) and c (batch, hidden), or None for 0, w_ih (4 hidden, in), w_hh
    (4 hidden, out), the biases (4 hidden,) or None, w_hr (out, hidden), or None if out = hidden.
    """
    kind, width = kind_of(x), w_hh.shape[0] // 4
    gates = projected(x, w_ih, b_ih, b_hh)
    states, before = (kind.empty((len(x), n), x.dtype) for n in (w_hh.shape[1], width))
    hidden, cell = begun(h, x, sizes[0], w_hh.shape[1]), begun(c, x, sizes[0], width)
    projection = None if w_hr is None else w_hr.T
    lstm_steps(gates, turned(w_hh, sizes), hidden, cell, before, states, sizes, reverse, projection)
    return states, hidden, cell, gates, before


@kernel
def lstm_gradients(
    x: Any,
    g: tuple[Any, Any, Any],
    h: Any,
    c: Any,
    w_ih: Any,
    w_hh: Any,
    w_hr: Any,
    states: Any,
    gates: Any,
    before: Any,
    sizes: Sizes,
    reverse: bool,
    wanted: tuple[bool, ...],
) -> tuple[Any, ...]:
    """The gradients of the first eight arguments of `lstm`, those that are wanted, for those of its first three
    results."""
    _check_memory(gates, x)
    kind, dtype = kind_of(x), gates.dtype
    changes = kind.empty(gates.shape, dtype)
    carried, cell = begun(g[1], gates, sizes[0], states.shape[1]), begun(g[2], gates, sizes[0], before.shape[1])
    of_projection = None if w_hr is None else (kind.empty(states.shape, dtype), kind.empty(before.shape, dtype))
    lstm_steps_gradient(g[0], gates, w_hh, carried, cell, before, changes, sizes, reverse, w_hr, of_projection)
    weights = weight_gradients(changes, changes, x, before_each(states, h, sizes, reverse), wanted[3:7])
    return (
        matmul(changes, w_ih) if wanted[0] else None,
        carried,
        cell,
        *weights,
        matmul(of_projection[0].T, of_projection[1]) if of_projection is not None and wanted[7] else None,
    )


@kernel
def gru(
    x: Any, h: Any, w_ih: Any, w_hh: Any, b_ih: Any, b_hh: Any, sizes: Sizes, reverse: bool
) -> tuple[Any, Any, Any]:
    """Gated recurrent units. The states after each step, the last one; and for `gru_gradients` the gates of each
    step, or what another implementation keeps.

    Shapes: x (rows, in), h (batch, hidden) or None for 0, w_ih (3 hidden, in), w_hh (3 hidden, hidden), the biases
    (3 hidden,) or None.
    """
    kind, width = kind_of(x), w_hh.shape[1]
    gates = kind.empty((len(x), 4 * width), x.dtype)
    matmul(x, w_ih[2 * width :].T, out=gates[:, :width])
    matmul(x, w_ih[: 2 * width].T, out=gates[:, width : 3 * width])
    if b_ih is None:
        gates[:, 3 * width :] = 0
    else:
        gates[:, : 3 * width] += np.concatenate((b_ih[2 * width :], b_ih[: 2 * width] + b_hh[: 2 * width]))
        gates[:, 3 * width :] = b_hh[2 * width :]
    states, hidden = kind.empty((len(x), width), x.dtype), begun(h, x, sizes[0], width)
    gru_steps(gates, turned(w_hh, sizes), hidden, states, sizes, reverse)
    return states, hidden, gates


@kernel
def gru_gradients(
    x: Any,
    g: tuple[Any, Any],
    h: Any,
    w_ih: Any,
    w_hh: Any,
    states: Any,
    gates: Any,
    sizes: Sizes,
    reverse: bool,
    wanted: tuple[bool, ...],
) -> tuple[Any, ...]:
    """The gradients of the first six arguments of `gru`, those that are wanted, for those of its first two
    results."""
    _check_memory(gates, x)
    kind, width = kind_of(x), w_hh.shape[1]
    before = before_each(states, h, sizes, reverse)
    changes, carried = kind.empty(gates.shape, gates.dtype), begun(g[1], gates, sizes[0], width)
    gru_steps_gradient(g[0], gates, w_hh, carried, before, changes, sizes, reverse)
    of_inputs = changes[:, : 3 * width]
    weights = weight_gradients(of_inputs, changes[:, width:], x, before, wanted[2:])
    in_order = (None if w is None else np.roll(w, -width, 0) for w in (weights[0], weights[2]))
    return (
        matmul(of_inputs, np.roll(w_ih, width, 0)) if wanted[0] else None,
        carried,
        next(in_order),
        weights[1],
        next(in_order),
        weights[3],
    )
