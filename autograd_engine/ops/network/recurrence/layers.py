"""Recurrent layers above one another, in one direction or both.

A layer takes the outputs of the one below, both directions side by side. Parameters come as PyTorch lists them: for
each layer and direction w_ih, w_hh, then b_ih, b_hh if there are biases, then w_hr if there is a projection.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import NamedTuple

from ....backend.arrays import Array
from ...index import _getitem
from ...shape import cat, stack, unsqueeze
from ..dropout import dropout as dropped
from .elman import elman
from .gru import gru_layer
from .lstm import lstm_layer
from .steps import Sizes
from .variants import early_reset_layer, minimal_layer

__all__ = ["KINDS", "Kind", "recurrent"]


class Kind(NamedTuple):
    """A kind of recurrent layer.

    Attributes:
        layer: one direction of one layer; gives the outputs as rows, and the final states.
        gates: how many times the hidden size its weights have rows.
        states: how many states it has.
    """

    layer: Callable[..., tuple[Array, ...]]
    gates: int
    states: int = 1


KINDS = {
    "RNN_TANH": Kind(partial(elman, rectified=False), 1),
    "RNN_RELU": Kind(partial(elman, rectified=True), 1),
    "LSTM": Kind(lstm_layer, 4, 2),
    "GRU": Kind(gru_layer, 3),
    "GRU_EARLY_RESET": Kind(early_reset_layer, 3),
    "MGU": Kind(minimal_layer, 2),
}
"""Each kind by the name that PyTorch calls its mode."""


def recurrent(
    kind: Kind,
    name: str,
    rows: Array,
    sizes: Sizes,
    hx: Sequence[Array] | None,
    params: Sequence[Array],
    has_biases: bool,
    num_layers: int,
    dropout: float,
    train: bool,
    bidirectional: bool,
) -> tuple[Array, list[Array]]:
    """The outputs of the last layer, as rows, and the final states, each (layers x directions, batch, size).

    Args:
        kind: of the layers.
        name: for messages.
        rows, sizes: the elements of the sequences; see `steps`.
        hx: the states in which the layers start; None for 0.
        params, has_biases, num_layers, dropout, train, bidirectional: as PyTorch's functions take them.
    """
    directions = 2 if bidirectional else 1
    each = len(params) // (num_layers * directions)
    _check(kind, name, rows, sizes, hx, params, has_biases, num_layers * directions)
    finals: list[list[Array]] = []
    for level in range(num_layers):
        results = []
        for k in range(level * directions, (level + 1) * directions):
            w_ih, w_hh, *others = params[k * each : (k + 1) * each]
            b_ih, b_hh, *projection = others if has_biases else (None, None, *others)
            initial = [None] * kind.states if hx is None else [_getitem(state, index=(k,)) for state in hx]
            reverse = k % directions == 1
            out, *last = kind.layer(
                rows, *initial, w_ih, w_hh, b_ih, b_hh, *projection, sizes=sizes, reverse=reverse
            )
            results.append(out)
            finals.append(last)
        rows = results[0] if directions == 1 else cat(results, 1)
        if dropout and level < num_layers - 1:
            rows = dropped(rows, dropout, train)
    return rows, [unsqueeze(s[0], 0) if len(s) == 1 else stack(s) for s in zip(*finals, strict=True)]


def _check(
    kind: Kind,
    name: str,
    rows: Array,
    sizes: Sizes,
    hx: Sequence[Array] | None,
    params: Sequence[Array],
    has_biases: bool,
    count: int,
) -> None:
    """Refuse sizes and dtypes that do not fit the first layer's weights, and states that do not fit all of them."""
    least = 4 if has_biases else 2
    counts = [least * count] if kind.states == 1 else [least * count, (least + 1) * count]
    if len(params) not in counts:
        expected = " or ".join(map(str, counts))
        raise ValueError(
            f"{name}: expected {expected} parameters for {count} layers and directions, got {len(params)}"
        )
    w_ih, w_hh = params[:2]
    width = w_hh.shape[0] // kind.gates
    if rows.shape[1] != w_ih.shape[1]:
        raise ValueError(
            f"{name}: the elements of the input have size {rows.shape[1]}, and the layer takes {w_ih.shape[1]}; "
            "the last dimension of the input is that of the features"
        )
    if rows.dtype.kind != "f":
        raise TypeError(f"{name}: the input must be of a floating dtype, not {rows.dtype}")
    if rows.dtype != w_ih.dtype:
        raise TypeError(
            f"{name}: the input has dtype {rows.dtype} and the weights {w_ih.dtype}; convert one of them, as by "
            f"input.to(weight.dtype)"
        )
    if not sizes:
        raise ValueError(f"{name}: the sequences are empty; they need at least one element")
    for what, state, size in zip(("h_0", "c_0"), hx or (), (w_hh.shape[1], width), strict=False):
        if tuple(state.shape) != (count, sizes[0], size):
            raise ValueError(
                f"{name}: {what} must have shape {(count, sizes[0], size)}, for layers x directions, the batch and "
                f"the size of the state, not {tuple(state.shape)}"
            )
        if state.dtype != rows.dtype:
            raise TypeError(
                f"{name}: the input has dtype {rows.dtype} and {what} {state.dtype}; convert one of them"
            )
