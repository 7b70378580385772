"""Recurrent layers and single steps of them as functions of their parameters, under PyTorch's names."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from ....backend.arrays import Array
from ...names import operator
from ...shape import _reshape, transpose, unsqueeze
from .layers import KINDS, recurrent

__all__ = ["gru", "gru_cell", "lstm", "lstm_cell", "rnn_relu", "rnn_relu_cell", "rnn_tanh", "rnn_tanh_cell"]


def _layers(
    mode: str, name: str, input: Array, hx: Sequence[Array] | None, params: Sequence[Array], *settings: Any
) -> tuple[Array, ...]:
    """The outputs (T, N, size), and the final states."""
    *others, batch_first = settings
    if len(input.shape) != 3:
        raise ValueError(
            f"{name}: expected an input of 3 dimensions, one of which is the batch, got shape {tuple(input.shape)}"
        )
    if batch_first:
        input = transpose(input, 0, 1)
    length, batch, size = input.shape
    rows, finals = recurrent(
        KINDS[mode], name, _reshape(input, shape=(length * batch, size)), (batch,) * length, hx, params, *others
    )
    out = _reshape(rows, shape=(length, batch, rows.shape[1]))
    return transpose(out, 0, 1) if batch_first else out, *finals


def _cell(mode: str, name: str, input: Array, hx: Sequence[Array] | None, *weights: Array | None) -> list[Array]:
    """The states after one step."""
    w_ih, w_hh, b_ih, b_hh = weights
    if len(input.shape) != 2 or any(len(state.shape) != 2 for state in hx or ()):
        shapes = ", ".join(str(tuple(x.shape)) for x in (input, *(hx or ())))
        raise ValueError(
            f"{name}: expected an input and states of 2 dimensions, a row for each sequence, got {shapes}"
        )
    if (b_ih is None) != (b_hh is None):
        raise ValueError(f"{name}: expected both biases or none; a bias of zeros changes nothing")
    params = (w_ih, w_hh) if b_ih is None else (w_ih, w_hh, b_ih, b_hh)
    initial = None if hx is None else [unsqueeze(state, 0) for state in hx]
    sizes = (input.shape[0],)
    _, finals = recurrent(KINDS[mode], name, input, sizes, initial, params, b_ih is not None, 1, 0.0, False, False)
    return [_reshape(state, shape=tuple(state.shape[1:])) for state in finals]


@operator("torch")
def rnn_tanh(
    input: Array,
    hx: Array | None,
    params: Sequence[Array],
    has_biases: bool,
    num_layers: int,
    dropout: float,
    train: bool,
    bidirectional: bool,
    batch_first: bool,
) -> tuple[Array, Array]:
    """The outputs and final states of plain recurrent layers; see `nn.RNN`.

    Shapes: input (T, N, in), or (N, T, in) with `batch_first`; hx (layers x directions, N, hidden), or None for 0;
    the parameters are listed layer by layer in the order w_ih, w_hh, b_ih, b_hh.

    Raises:
        TypeError, ValueError: dtypes or sizes do not fit.
    """
    settings = (has_biases, num_layers, dropout, train, bidirectional, batch_first)
    out, last = _layers("RNN_TANH", "rnn_tanh", input, None if hx is None else (hx,), params, *settings)
    return out, last


@operator("torch")
def rnn_relu(
    input: Array,
    hx: Array | None,
    params: Sequence[Array],
    has_biases: bool,
    num_layers: int,
    dropout: float,
    train: bool,
    bidirectional: bool,
    batch_first: bool,
) -> tuple[Array, Array]:
    """`rnn_tanh` with relu in the place of tanh.

    Raises:
        TypeError, ValueError: dtypes or sizes do not fit.
    """
    settings = (has_biases, num_layers, dropout, train, bidirectional, batch_first)
    out, last = _layers("RNN_RELU", "rnn_relu", input, None if hx is None else (hx,), params, *settings)
    return out, last


@operator("torch")
def gru(
    input: Array,
    hx: Array | None,
    params: Sequence[Array],
    has_biases: bool,
    num_layers: int,
    dropout: float,
    train: bool,
    bidirectional: bool,
    batch_first: bool,
) -> tuple[Array, Array]:
    """The outputs and final states of gated recurrent units; see `nn.GRU`, and `rnn_tanh` for the arguments.

    Raises:
        TypeError, ValueError: dtypes or sizes do not fit.
    """
    settings = (has_biases, num_layers, dropout, train, bidirectional, batch_first)
    out, last = _layers("GRU", "gru", input, None if hx is None else (hx,), params, *settings)
    return out, last


@operator("torch")
def lstm(
    input: Array,
    hx: Sequence[Array] | None,
    params: Sequence[Array],
    has_biases: bool,
    num_layers: int,
    dropout: float,
    train: bool,
    bidirectional: bool,
    batch_first: bool,
) -> tuple[Array, Array, Array]:
    """The outputs, and the final states h and c, of long short-term memory; see `nn.LSTM`.

    Shapes: as for `rnn_tanh`; hx is the pair (h, c), or None for 0. A projection is the last parameter of a layer.

    Raises:
        TypeError, ValueError: dtypes or sizes do not fit.
    """
    settings = (has_biases, num_layers, dropout, train, bidirectional, batch_first)
    out, last, cell = _layers("LSTM", "lstm", input, hx, params, *settings)
    return out, last, cell


@operator("torch")
def rnn_tanh_cell(
    input: Array, hx: Array | None, w_ih: Array, w_hh: Array, b_ih: Array | None = None, b_hh: Array | None = None
) -> Array:
    """tanh(input w_ih^T + b_ih + hx w_hh^T + b_hh): one step of `rnn_tanh`.

    Shapes: input (N, in), hx (N, hidden) or None for 0, w_ih (hidden, in), w_hh (hidden, hidden), biases (hidden,).

    Raises:
        TypeError, ValueError: dtypes or sizes do not fit.
    """
    return _cell("RNN_TANH", "rnn_tanh_cell", input, None if hx is None else (hx,), w_ih, w_hh, b_ih, b_hh)[0]


@operator("torch")
def rnn_relu_cell(
    input: Array, hx: Array | None, w_ih: Array, w_hh: Array, b_ih: Array | None = None, b_hh: Array | None = None
) -> Array:
    """One step of `rnn_relu`; see `rnn_tanh_cell` for the arguments.

    Raises:
        TypeError, ValueError: dtypes or sizes do not fit.
    """
    return _cell("RNN_RELU", "rnn_relu_cell", input, None if hx is None else (hx,), w_ih, w_hh, b_ih, b_hh)[0]


@operator("torch")
def gru_cell(
    input: Array, hx: Array | None, w_ih: Array, w_hh: Array, b_ih: Array | None = None, b_hh: Array | None = None
) -> Array:
    """One step of `gru`: the next state.

    Shapes: input (N, in), hx (N, hidden) or None for 0, w_ih (3 hidden, in), w_hh (3 hidden, hidden), biases
    (3 hidden,).

    Raises:
        TypeError, ValueError: dtypes or sizes do not fit.
    """
    return _cell("GRU", "gru_cell", input, None if hx is None else (hx,), w_ih, w_hh, b_ih, b_hh)[0]


@operator("torch")
def lstm_cell(
    input: Array,
    hx: Sequence[Array] | None,
    w_ih: Array,
    w_hh: Array,
    b_ih: Array | None = None,
    b_hh: Array | None = None,
) -> tuple[Array, Array]:
    """One step of `lstm`: the next h and c.

    Shapes: input (N, in), hx a pair (N, hidden) or None for 0, w_ih (4 hidden, in), w_hh (4 hidden, hidden), biases
    (4 hidden,).

    Raises:
        TypeError, ValueError: dtypes or sizes do not fit.
    """
    hidden, cell = _cell("LSTM", "lstm_cell", input, hx, w_ih, w_hh, b_ih, b_hh)
    return hidden, cell
