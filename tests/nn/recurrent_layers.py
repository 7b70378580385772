"""Recurrent layers for tests, with the same numbers here and in PyTorch, and all that a call of one gives."""

import numpy as np
import pytest

import autograd_engine as ag
from autograd_engine import nn

LAYERS = {
    "RNN": lambda n: n.RNN(3, 4),
    "RNN with relu": lambda n: n.RNN(3, 4, 2, "relu", bidirectional=True),
    "RNN without bias": lambda n: n.RNN(3, 4, bias=False, batch_first=True, bidirectional=True),
    "LSTM": lambda n: n.LSTM(3, 4),
    "LSTM of two layers": lambda n: n.LSTM(3, 4, 2, batch_first=True, bidirectional=True),
    "LSTM without bias": lambda n: n.LSTM(3, 4, 2, bias=False),
    "LSTM with projection": lambda n: n.LSTM(3, 4, 2, proj_size=2, bidirectional=True),
    "LSTM with projection, without bias": lambda n: n.LSTM(3, 4, bias=False, proj_size=1),
    "GRU": lambda n: n.GRU(3, 4),
    "GRU of two layers": lambda n: n.GRU(3, 4, 2, batch_first=True, bidirectional=True),
    "GRU without bias": lambda n: n.GRU(3, 4, bias=False, bidirectional=True),
}
OURS = {
    "GRU as in the paper": lambda n: n.GRU(3, 4, 2, bidirectional=True, reset_after=False),
    "GRU as in the paper, without bias": lambda n: n.GRU(3, 4, bias=False, reset_after=False),
    "MinimalGRU": lambda n: n.MinimalGRU(3, 4, batch_first=True),
    "MinimalGRU without bias": lambda n: n.MinimalGRU(3, 4, bias=False, bidirectional=True),
}
CELLS = {
    "RNNCell": lambda n: n.RNNCell(3, 4),
    "RNNCell with relu": lambda n: n.RNNCell(3, 4, False, "relu"),
    "GRUCell": lambda n: n.GRUCell(3, 4),
    "GRUCell without bias": lambda n: n.GRUCell(3, 4, bias=False),
    "LSTMCell": lambda n: n.LSTMCell(3, 4),
    "LSTMCell without bias": lambda n: n.LSTMCell(3, 4, False),
}
SEQUENCES = ["padded", "single", "packed", "packed in any order"]
LENGTHS = {"packed": [5, 3, 1], "packed in any order": [3, 5, 1]}


def number(*shape, seed=0):
    return np.random.default_rng(seed).standard_normal(shape)


def made(build, library=nn):
    """A layer with random float64 parameters, the same for both libraries."""
    layer = build(library).double()
    tensor = ag.tensor if library is nn else pytest.importorskip("torch").tensor
    for i, parameter in enumerate(layer.parameters()):
        parameter.data = tensor(number(*parameter.shape, seed=i) / 2)
    return layer


def shapes_of(layer, sequences, batch=3, length=5):
    """Those of the input and the initial states."""
    first = (length, batch, 3) if not layer.batch_first else (batch, length, 3)
    count = layer.num_layers * (1 + layer.bidirectional)
    states = [(count, batch, layer.proj_size or 4), (count, batch, 4)][: 1 + isinstance(layer, nn.LSTM)]
    if sequences == "single":
        return (length, 3), *((count, n) for count, _, n in states)
    return first, *states


def called(layer, library, sequences, x, states):
    """The results of a call, as a flat list of tensors."""
    if sequences in LENGTHS:
        pack = library.nn.utils.rnn.pack_padded_sequence
        x = pack(x, LENGTHS[sequences], layer.batch_first, enforce_sorted=sequences == "packed")
    hx = None if not states else tuple(states) if len(states) > 1 else states[0]
    out, last = layer(x, hx)
    if sequences in LENGTHS:
        out = library.nn.utils.rnn.pad_packed_sequence(out, layer.batch_first, 0.5, 7)[0]
    return [out, *(last if isinstance(last, tuple) else [last])]


def outcome(layer, library, sequences, arrays):
    """The results, and the gradients of input, states and parameters."""
    x, *states = (library.tensor(a, requires_grad=True) for a in arrays)
    results = called(layer, library, sequences, x, states)
    sum((r * r * (i + 1)).sum() + r.sum() for i, r in enumerate(results)).backward()
    tensors = [*(r.detach() for r in results), *(t.grad for t in (x, *states, *layer.parameters()))]
    return [np.asarray(t.numpy()) for t in tensors]


def check_same(found, expected, tolerance=1e-9):
    assert len(found) == len(expected)
    for one, other in zip(found, expected, strict=True):
        assert one.shape == other.shape
        np.testing.assert_allclose(one, other, tolerance, tolerance)
