"""Recurrent layers above one another, in one direction or both.

A layer takes the outputs of the one below, both directions side by side. Parameters come as PyTorch lists them: for
each layer and direction w_ih, w_hh, then b_ih, b_hh if there are biases, then w_hr if there is a projection.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any, NamedTuple

from ....backend.arrays import Array
from ....backend.kernels.recurrence import Sizes
from ...index import _getitem
from ...shape import cat, stack, unsqueeze
from ..dropout import dropout as dropped
from .elman import elman
from .gru import gru_layer
from .lstm import lstm_layer
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
    _check(kind, name, rows, sizes, hx, params, has_biases, directions, num_layers * directions)
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


_NAMES = ("w_ih", "w_hh", "b_ih", "b_hh")


def _check(
    kind: Kind,
    name: str,
    rows: Array,
    sizes: Sizes,
    hx: Sequence[Array] | None,
    params: Sequence[Array],
    has_biases: bool,
    directions: int,
    count: int,
) -> None:
    """Refuse sizes and dtypes that do not fit each other, for `count` layers and directions."""
    if not sizes:
        raise ValueError(f"{name}: the sequences are empty; they need at least one element")
    if rows.dtype.kind != "f":
        raise TypeError(f"{name}: the input must be of a floating dtype, not {rows.dtype}")
    names = _NAMES[: 4 if has_biases else 2]
    if kind.states == 2 and len(params) == (len(names) + 1) * count:
        names = (*names, "w_hr")
    if len(params) != len(names) * count:
        raise ValueError(
            f"{name}: expected {len(names)} parameters, {', '.join(names)}, for each of {count} layers and "
            f"directions, got {len(params)}"
        )
    width = params[1].shape[0] // kind.gates
    out = width if names[-1] != "w_hr" else params[-1].shape[0]
    gates, size = kind.gates * width, rows.shape[1]
    if size != params[0].shape[-1]:
        raise ValueError(
            f"{name}: the elements of the input have size {size}, and the layer takes {params[0].shape[-1]}; the "
            "last dimension of the input is that of the features"
        )
    for k in range(count):
        shapes: dict[str, tuple[int, ...]] = {
            "w_ih": (gates, size if k < directions else out * directions),
            "w_hh": (gates, out),
            "b_ih": (gates,),
            "b_hh": (gates,),
            "w_hr": (out, width),
        }
        for what, parameter in zip(names, params[k * len(names) :], strict=False):
            _check_one(name, f"{what} of layer {k // directions}", parameter, shapes[what], rows.dtype)
    for what, state, last in zip(("h_0", "c_0"), hx or (), (out, width), strict=False):
        _check_one(name, what, state, (count, sizes[0], last), rows.dtype)


def _check_one(name: str, what: str, given: Array, shape: tuple[int, ...], dtype: Any) -> None:
    if given.shape != shape:
        raise ValueError(f"{name}: {what} must have shape {shape}, not {tuple(given.shape)}")
    if given.dtype != dtype:
        raise TypeError(
            f"{name}: the input has dtype {dtype} and {what} {given.dtype}; convert one of them, as by "
            "input.to(dtype)"
        )
