"""Recurrent layers refuse sizes, types and settings that do not fit."""

import pytest

import autograd_engine as ag
from autograd_engine import nn

from ..messages import exactly

X = ag.ones(5, 2, 3)
H = ag.zeros(1, 2, 4)
W = [ag.ones(16, 3), ag.ones(16, 4)]
REFUSED = {
    "RNN: hidden_size must be positive, not 0": lambda: nn.RNN(3, 0),
    "LSTM: num_layers must be positive, not -1": lambda: nn.LSTM(3, 4, -1),
    "GRUCell: input_size must be positive, not 0": lambda: nn.GRUCell(0, 4),
    "RNN: nonlinearity must be 'tanh' or 'relu', not 'gelu'": lambda: nn.RNN(3, 4, nonlinearity="gelu"),
    "RNNCell: nonlinearity must be 'tanh' or 'relu', not 'gelu'": lambda: nn.RNNCell(3, 4, nonlinearity="gelu"),
    "LSTM: dropout must be a probability between 0 and 1, not 1.5": lambda: nn.LSTM(3, 4, 2, dropout=1.5),
    "LSTM: dropout must be a probability between 0 and 1, not True": lambda: nn.LSTM(3, 4, 2, dropout=True),
    "LSTM: proj_size must be 0, or of an LSTM less than hidden_size=4, not 4": lambda: nn.LSTM(3, 4, proj_size=4),
    "RNNBase: proj_size must be 0, or of an LSTM less than hidden_size=4, not 2": lambda: nn.RNNBase(
        "GRU", 3, 4, proj_size=2
    ),
    "RNNBase: mode must be one of ... MGU, not 'ESN'": lambda: nn.RNNBase("ESN", 3, 4),
    (
        "LSTM: the elements of the input have size 3, and the layer takes 6; the last dimension of the input is "
        "that of the features"
    ): lambda: nn.LSTM(6, 4)(X),
    ("GRU: expected an input of 3 dimensions, or of 2 for one sequence without a batch, got shape (3,)"): lambda: (
        nn.GRU(3, 4)(X[0, 0])
    ),
    "RNN: the sequences are empty; they need at least one element": lambda: nn.RNN(3, 4)(X[:0]),
    "GRU: h_0 must have shape (1, 2, 4), not (1, 5, 4)": lambda: nn.GRU(3, 4)(X, ag.zeros(1, 5, 4)),
    "LSTM: c_0 must have shape (1, 2, 4), not (1, 2, 2)": lambda: nn.LSTM(3, 4, proj_size=2)(
        X, (H[..., :2], H[..., :2])
    ),
    ("GRU: for an input of 2 dimensions states need 2 too, got (1, 2, 4)"): lambda: nn.GRU(3, 4)(X[:, 0], H),
    ("LSTM: for an input of 3 dimensions states need 3 too, got (2, 4) and (2, 4)"): lambda: nn.LSTM(3, 4)(
        X, (H[0], H[0])
    ),
    "GRU: expected packed sequences of vectors, got data of shape (6,)": lambda: nn.GRU(3, 4)(
        nn.utils.rnn.pack_sequence([ag.ones(4), ag.ones(2)])
    ),
    "lstm: expected an input of 3 dimensions, one of which is the batch, got shape (2, 3)": lambda: ag.lstm(
        X[0], (H, H), W, False, 1, 0.0, False, False, False
    ),
    "lstm: expected 2 parameters, w_ih, w_hh, for each of 2 layers and directions, got 2": lambda: ag.lstm(
        X, (H, H), W, False, 1, 0.0, False, True, False
    ),
    "gru: expected 4 parameters, w_ih, w_hh, b_ih, b_hh, for each of 1 layers and directions, got 2": lambda: (
        ag.gru(X, H, W, True, 1, 0.0, False, False, False)
    ),
    (
        "lstm_cell: expected an input and states of 2 dimensions, a row for each sequence, got (5, 2, 3), "
        "(1, 2, 4), (1, 2, 4)"
    ): lambda: ag.lstm_cell(X, (H, H), *W),
    "lstm: w_ih of layer 1 must have shape (16, 4), not (16, 3)": lambda: ag.lstm(
        X, None, [*W, *W], False, 2, 0.0, False, False, False
    ),
    "lstm: w_hh of layer 0 must have shape (16, 4), not (16, 3)": lambda: ag.lstm(
        X, None, [W[0], W[0]], False, 1, 0.0, False, False, False
    ),
    "lstm: w_hr of layer 0 must have shape (2, 4), not (2, 3)": lambda: ag.lstm(
        X, None, [W[0], ag.ones(16, 2), ag.ones(2, 3)], False, 1, 0.0, False, False, False
    ),
    "lstm_cell: b_hh of layer 0 must have shape (16,), not (4,)": lambda: ag.lstm_cell(
        X[0], None, *W, ag.ones(16), ag.ones(4)
    ),
    "lstm_cell: expected both biases or none; a bias of zeros changes nothing": lambda: ag.lstm_cell(
        X[0], (H[0], H[0]), *W, ag.ones(16)
    ),
}
REFUSED_TYPES = {
    "LSTM: bias must be True or False, not 1": lambda: nn.LSTM(3, 4, 1, 1),
    "LSTM: batch_first must be True or False, not 0": lambda: nn.LSTM(3, 4, batch_first=0),
    "LSTM: input_size must be a whole number, not a float": lambda: nn.LSTM(3.0, 4),
    "GRUCell: hidden_size must be a whole number, not a bool": lambda: nn.GRUCell(3, True),
    "LSTM: the initial state must be a pair of tensors (h_0, c_0)": lambda: nn.LSTM(3, 4)(X, H),
    "GRU: the input must be of a floating dtype, not int64": lambda: nn.GRU(3, 4)(X.long()),
    (
        "GRU: the input has dtype float64 and w_ih of layer 0 float32; convert one of them, as by input.to(dtype)"
    ): lambda: nn.GRU(3, 4)(X.double()),
    "LSTM: the input has dtype float32 and c_0 float64; convert one of them, as by input.to(dtype)": lambda: (
        nn.LSTM(3, 4)(X, (H, H.double()))
    ),
}


@pytest.mark.parametrize("message", REFUSED)
def test_wrong_sizes_and_settings(message):
    with pytest.raises(ValueError, match=exactly(message)):
        REFUSED[message]()


@pytest.mark.parametrize("message", REFUSED_TYPES)
def test_wrong_types(message):
    with pytest.raises(TypeError, match=exactly(message)):
        REFUSED_TYPES[message]()


def test_dropout_after_the_only_layer_is_warned_of():
    said = "LSTM: dropout=0.5 drops outputs between layers, and there is one layer only; nothing is dropped"
    with pytest.warns(UserWarning, match=exactly(said)) as caught:
        nn.LSTM(3, 4, dropout=0.5)
    assert caught[0].filename == __file__
