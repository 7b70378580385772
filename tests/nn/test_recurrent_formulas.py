"""Recurrent layers follow the formulas of courses and papers, written out here gate by gate and step by step.

Each gate has matrices of its own here; a layer has them below one another, in the order of the gates in `GATES`.
Sources: UCLA EE147 notes; Hochreiter and Schmidhuber, 1997; Gers et al., 2000; Cho et al., 2014; Zhou et al., 2016.
"""

import numpy as np
import pytest

import autograd_engine as ag
from autograd_engine import nn
from autograd_engine.nn.utils.rnn import pack_padded_sequence

from .recurrent_layers import OURS, made, number, shapes_of

GATES = {"RNN": "h", "LSTM": "ifgo", "GRU": "rzn", "GRU of the paper": "rzn", "minimal GRU": "fn"}
LAYERS = {
    "RNN": nn.RNN,
    "LSTM": nn.LSTM,
    "GRU": nn.GRU,
    "GRU of the paper": lambda *sizes, **settings: nn.GRU(*sizes, reset_after=False, **settings),
    "minimal GRU": nn.MinimalGRU,
}


def s(x):
    return 1 / (1 + np.exp(-x))


def rnn_step(x, h, c, W, U, b, d):
    return np.tanh(W["h"] @ x + b["h"] + U["h"] @ h + d["h"]), c


def lstm_step(x, h, c, W, U, b, d):
    i = s(W["i"] @ x + b["i"] + U["i"] @ h + d["i"])
    f = s(W["f"] @ x + b["f"] + U["f"] @ h + d["f"])
    g = np.tanh(W["g"] @ x + b["g"] + U["g"] @ h + d["g"])
    o = s(W["o"] @ x + b["o"] + U["o"] @ h + d["o"])
    c = f * c + i * g
    return o * np.tanh(c), c


def gru_step(x, h, c, W, U, b, d):
    r = s(W["r"] @ x + b["r"] + U["r"] @ h + d["r"])
    z = s(W["z"] @ x + b["z"] + U["z"] @ h + d["z"])
    n = np.tanh(W["n"] @ x + b["n"] + r * (U["n"] @ h + d["n"]))
    return (1 - z) * n + z * h, c


def gru_of_the_paper_step(x, h, c, W, U, b, d):
    r = s(W["r"] @ x + b["r"] + U["r"] @ h + d["r"])
    z = s(W["z"] @ x + b["z"] + U["z"] @ h + d["z"])
    n = np.tanh(W["n"] @ x + b["n"] + U["n"] @ (r * h) + d["n"])
    return (1 - z) * n + z * h, c


def minimal_gru_step(x, h, c, W, U, b, d):
    f = s(W["f"] @ x + b["f"] + U["f"] @ h + d["f"])
    n = np.tanh(W["n"] @ x + b["n"] + U["n"] @ (f * h) + d["n"])
    return (1 - f) * h + f * n, c


STEPS = dict(zip(GATES, (rnn_step, lstm_step, gru_step, gru_of_the_paper_step, minimal_gru_step), strict=True))
SIZES = 3, 4


def drawn(name, inputs, seed):
    """Matrices W and U, and biases b and d, of each gate."""
    shapes = (4, inputs), (4, 4), (4,), (4,)
    return [
        {gate: number(*shape, seed=100 * seed + 10 * i + k) / 2 for k, gate in enumerate(GATES[name])}
        for i, shape in enumerate(shapes)
    ]


def put(layer, suffix, weights):
    """Write the weights of all gates below one another into a layer's parameters."""
    for kind, parts in zip(("weight_ih", "weight_hh", "bias_ih", "bias_hh"), weights, strict=True):
        parameter = getattr(layer, f"{kind}_{suffix}")
        parameter.data = ag.tensor(np.concatenate(list(parts.values())))


def by_hand(name, x, h, c, weights):
    """All states of one layer, and the last cells."""
    states = []
    for x_t in x:
        h, c = STEPS[name](x_t, h, c, *weights)
        states.append(h)
    return np.array(states), c


def state_of(name, h, c):
    return (ag.tensor(h), ag.tensor(c)) if name == "LSTM" else ag.tensor(h)


@pytest.mark.parametrize("name", GATES)
def test_a_layer_follows_its_formula(name):
    layer, weights = LAYERS[name](*SIZES, dtype=ag.float64), drawn(name, 3, 0)
    put(layer, "l0", weights)
    x, h, c = number(6, 3), number(4, seed=1), number(4, seed=2)
    states, cells = by_hand(name, x, h, c, weights)
    out, last = layer(ag.tensor(x), state_of(name, h[None], c[None]))
    np.testing.assert_allclose(out.detach().numpy(), states, rtol=1e-12)
    h_n = last[0] if name == "LSTM" else last
    np.testing.assert_allclose(h_n.detach().numpy()[0], states[-1], rtol=1e-12)
    if name == "LSTM":
        np.testing.assert_allclose(last[1].detach().numpy()[0], cells, rtol=1e-12)


@pytest.mark.parametrize("name", GATES)
def test_stacked_layers_read_the_states_of_both_directions_below(name):
    layer = LAYERS[name](*SIZES, num_layers=2, bidirectional=True, dtype=ag.float64)
    x, h, c = number(5, 3), number(4, 4, seed=1), number(4, 4, seed=2)
    below, last = x, []
    for i in range(2):
        directions = []
        for k, (turn, suffix) in enumerate(((1, f"l{i}"), (-1, f"l{i}_reverse"))):
            weights = drawn(name, below.shape[1], 2 * i + k)
            put(layer, suffix, weights)
            states, _ = by_hand(name, below[::turn], h[2 * i + k], c[2 * i + k], weights)
            directions.append(states[::turn])
            last.append(states[-1])
        below = np.concatenate(directions, 1)
    out, end = layer(ag.tensor(x), state_of(name, h, c))
    np.testing.assert_allclose(out.detach().numpy(), below, rtol=1e-12)
    np.testing.assert_allclose((end[0] if name == "LSTM" else end).detach().numpy(), last, rtol=1e-12)


@pytest.mark.parametrize("name", GATES)
def test_dropout_hides_the_states_below_in_training_only(name):
    layer, x = LAYERS[name](*SIZES, num_layers=2, dropout=1.0, dtype=ag.float64), number(5, 3)
    lower, upper, zero = drawn(name, 3, 0), drawn(name, 4, 1), np.zeros(4)
    put(layer, "l0", lower)
    put(layer, "l1", upper)
    below, _ = by_hand(name, x, zero, zero, lower)
    for training, read in ((True, np.zeros_like(below)), (False, below)):
        found = layer.train(training)(ag.tensor(x))[0].detach().numpy()
        np.testing.assert_allclose(found, by_hand(name, read, zero, zero, upper)[0], rtol=1e-12)


@pytest.mark.parametrize("name", ["GRU", "GRU of the paper"])
def test_books_whose_update_gate_lets_the_new_through_have_the_gate_of_negated_weights(name):
    """h_t = z n + (1 - z) h_(t-1), where z is s(a): s(-a) = 1 - s(a) stands in its place here."""
    layer, weights = LAYERS[name](*SIZES, dtype=ag.float64), drawn(name, 3, 0)
    x, h = number(6, 3), number(4, seed=1)
    put(layer, "l0", [{gate: -part if gate == "z" else part for gate, part in parts.items()} for parts in weights])
    W, U, b, d = weights
    state, states = h, []
    for x_t in x:
        z = s(W["z"] @ x_t + b["z"] + U["z"] @ state + d["z"])
        at_0 = {gate: part if gate != "z" else part * 0 - 600 for gate, part in d.items()}  # z = 0 leaves n alone
        new, _ = STEPS[name](x_t, state, None, W, U, b, at_0)
        state = z * new + (1 - z) * state
        states.append(state)
    np.testing.assert_allclose(layer(ag.tensor(x), ag.tensor(h[None]))[0].detach().numpy(), states, rtol=1e-12)


@pytest.mark.parametrize("name", OURS)
def test_a_packed_batch_gives_what_each_sequence_gives_by_itself(name):
    layer = made(OURS[name])
    x, h = (ag.tensor(number(*shape, seed=1)) for shape in shapes_of(layer, "padded"))
    packed = pack_padded_sequence(x, [3, 5, 1], layer.batch_first, enforce_sorted=False)
    out, last = layer(packed, h)
    for i, (sequence, length) in enumerate(zip(nn.utils.rnn.unpack_sequence(out), (3, 5, 1), strict=True)):
        alone, end = layer((x[i] if layer.batch_first else x[:, i])[:length], h[:, i])
        np.testing.assert_allclose(sequence.detach().numpy(), alone.detach().numpy())
        np.testing.assert_allclose(last[:, i].detach().numpy(), end.detach().numpy())
