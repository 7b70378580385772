"""The numbers and claims of courses about sequences, which the notebook on sequences shows; and what it measured.

UCLA EE147 notes, NAI "Principles of Deep Learning I"; Pascanu, Mikolov and Bengio, 2013.
"""

import json
import re
from pathlib import Path

import pytest

import autograd_engine as ag
from autograd_engine import nn, optim
from autograd_engine.data import CharVocabulary
from autograd_engine.nn import functional as F

LAYERS = [nn.RNN, nn.LSTM, nn.GRU, nn.MinimalGRU]


@pytest.fixture(autouse=True)
def seed():
    ag.manual_seed(0)


def learn(loss_of, modules, steps, lr):
    """Take so many steps of Adam; returns the first and the last loss."""
    optimizer, losses = optim.Adam([p for module in modules for p in module.parameters()], lr=lr), []
    for _ in range(steps):
        optimizer.zero_grad()
        loss = loss_of()
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    return losses[0], losses[-1]


@pytest.mark.parametrize("kind", LAYERS)
def test_hello_from_h(kind):
    letters = CharVocabulary.of("hello")
    word = letters.encode("hello")
    layer, readout = kind(4, 8), nn.Linear(8, 4)
    one_hot = F.one_hot(word[:-1], 4).float()
    learn(lambda: F.cross_entropy(readout(layer(one_hot)[0]), word[1:]), [layer, readout], 100, 0.05)
    written, state = "h", None
    for _ in range(4):
        states, state = layer(F.one_hot(letters.encode(written[-1]), 4).float(), state)
        written += letters.decode(readout(states).argmax(1))
    assert written == "hello"


@pytest.mark.parametrize(
    ("kind", "states"),
    [
        (nn.RNN, [0.4621, 0.2270, -0.3683]),
        (nn.LSTM, [0.1743, 0.1007, -0.0342]),
        (nn.GRU, [0.1745, 0.1128, -0.2267]),
        (nn.MinimalGRU, [0.2876, 0.1747, -0.0678]),
    ],
)
def test_one_unit_with_all_weights_one_half_reads_1_0_and_minus_1(kind, states):
    """At first tanh(1/2) = 0.4621. With s(1/2) = 0.6225, the LSTM has 0.6225 tanh(0.6225 * 0.4621), the GRU
    (1 - 0.6225) * 0.4621, and the minimal GRU 0.6225 * 0.4621."""
    layer = kind(1, 1, bias=False, dtype=ag.float64)
    for p in layer.parameters():
        nn.init.constant_(p, 0.5)
    found = layer(ag.tensor([[1.0], [0.0], [-1.0]], dtype=ag.float64))[0][:, 0].tolist()
    assert found == pytest.approx(states, abs=5e-5)


@pytest.mark.parametrize("radius", [0.5, 1.0, 1.5])
def test_gradients_vanish_and_explode_like_a_power(radius):
    layer = nn.RNN(16, 16, bias=False, dtype=ag.float64)
    nn.init.orthogonal_(layer.weight_hh_l0, gain=radius)
    nn.init.eye_(layer.weight_ih_l0)
    x = (1e-9 * ag.randn(40, 16, dtype=ag.float64)).requires_grad_()
    layer(x)[0][-1].sum().backward()
    norms = x.grad.norm(dim=1)
    assert (norms[:-1] / norms[1:]).tolist() == pytest.approx([radius] * 39, rel=1e-3)


def test_an_open_forget_gate_keeps_the_gradient():
    """The gate that is open by 0.98 keeps at least 0.98^39 = 0.49 of it."""
    layer = nn.LSTM(16, 16, dtype=ag.float64)
    for name, p in layer.named_parameters():
        if "bias" in name or "hh" in name:
            nn.init.zeros_(p)
    nn.init.constant_(layer.bias_ih_l0[16:32].detach(), 4.0)
    x = (1e-9 * ag.randn(40, 16, dtype=ag.float64)).requires_grad_()
    layer(x)[0][-1].sum().backward()
    norms = x.grad.norm(dim=1)
    assert (norms[:-1] / norms[1:]).tolist() == pytest.approx([1 / (1 + 2.718281828**-4)] * 39, rel=1e-6)


@pytest.mark.parametrize("kind", [nn.RNNCell, nn.LSTMCell, nn.GRUCell])
def test_pascanus_regularizer_stops_gradients_from_vanishing(kind):
    cell = kind(4, 8)
    inputs = ag.randn(8, 4, 4)
    if kind is nn.RNNCell:
        nn.init.orthogonal_(cell.weight_hh, gain=0.5)

    def norms():
        state = ag.zeros(4, 8, requires_grad=True)
        state, states = (state, ag.zeros(4, 8)) if kind is nn.LSTMCell else state, []
        for x in inputs:
            state = cell(x, state)
            states.append(state[1] if kind is nn.LSTMCell else state)
        return ag.stack([g.norm() for g in ag.grad(states[-1].square().sum(), states, create_graph=True)])

    def omega():
        found = norms()
        return (found[:-1] / found[1:] - 1).square().sum()

    before = norms()
    first, last = learn(omega, [cell], 40, 0.02)
    after = norms()
    assert last < 0.1 * first
    assert abs(after[0] / after[-1] - 1) < abs(before[0] / before[-1] - 1)


def test_a_class_is_asked_for_after_some_time_only():
    layer, head, tau = nn.GRU(1, 16), nn.Linear(16, 2), 10

    def examples():
        labels = ag.randint(2, (64,))
        x = 0.5 * ag.randn(tau + 3, 64, 1)
        x[0, :, 0] = 2.0 * labels - 1.0
        return x, labels

    def late():
        x, labels = examples()
        return F.cross_entropy(head(layer(x)[0][tau:]).reshape(-1, 2), labels.repeat(3))

    learn(late, [layer, head], 120, 0.02)
    x, labels = examples()
    assert (head(layer(x)[0][tau:]).argmax(2) == labels).float().mean() > 0.95


def test_causal_weights_of_equal_keys_are_one_over_t():
    q, k, v = ag.randn(5, 8), ag.ones(5, 8), ag.eye(5)
    weights = F.scaled_dot_product_attention(q, k, v, is_causal=True)
    for t in range(5):
        assert weights[t].tolist() == pytest.approx([1 / (t + 1)] * (t + 1) + [0] * (4 - t))


def test_attention_learns_to_turn_a_sequence_around():
    length = 5
    digits, places, head = nn.Embedding(10, 16), nn.Embedding(length, 16), nn.Linear(16, 10)
    attention = nn.MultiheadAttention(16, 1, batch_first=True)

    def turned(x):
        query = places(ag.arange(length))
        found, weights = attention(query.expand(len(x), -1, -1), digits(x) + query, digits(x))
        return head(found), weights

    def loss():
        x = ag.randint(10, (32, length))
        return F.cross_entropy(turned(x)[0].reshape(-1, 10), x.flip(1).reshape(-1))

    learn(loss, [digits, places, head, attention], 200, 0.02)
    x = ag.randint(10, (20, length))
    scores, weights = turned(x)
    assert scores.argmax(2).tolist() == x.flip(1).tolist()
    assert weights.argmax(2).tolist() == [list(range(length))[::-1]] * 20


def test_the_networks_of_the_notebook_expect_the_text_better_than_counting_does():
    path = Path(__file__).parent.parent / "notebooks" / "06_sequences.ipynb"
    outputs = [output for cell in json.loads(path.read_text())["cells"] for output in cell.get("outputs", [])]
    printed = "".join("".join(output.get("text", "")) for output in outputs)
    bits = {name: float(value) for name, value in re.findall(r"^(.+): (.+) bits per character$", printed, re.M)}
    assert set(bits) == {*(f"order {n}" for n in range(6)), "LSTM", "GPT"}
    counting = min(bits[f"order {n}"] for n in range(6))
    assert counting == bits["order 4"]
    assert 1 < bits["LSTM"] < counting
    assert 1 < bits["GPT"] < counting
