"""Recurrent layers: PyTorch's numbers with every setting and kind of sequence; derivatives, dtypes, tiers."""

import copy
import itertools
import pickle

import numpy as np
import pytest

import autograd_engine as ag
from autograd_engine import nn
from autograd_engine.nn.utils.rnn import PackedSequence, pack_padded_sequence
from autograd_engine.testing import gradcheck, gradgradcheck

from .recurrent_layers import CELLS, LAYERS, OURS, SEQUENCES, called, check_same, made, number, outcome, shapes_of

# --------------------------------------------------------------------------------------------- PyTorch's numbers


@pytest.mark.parametrize("with_states", [True, False], ids=["from a state", "from 0"])
@pytest.mark.parametrize("sequences", SEQUENCES)
@pytest.mark.parametrize("name", LAYERS)
def test_pytorch_gives_the_same(name, sequences, with_states):
    torch = pytest.importorskip("torch", reason="PyTorch is the second opinion")
    ours, theirs = made(LAYERS[name]), made(LAYERS[name], torch.nn)
    assert repr(ours) == repr(theirs)
    assert [(k, tuple(v.shape)) for k, v in ours.named_parameters()] == [
        (k, tuple(v.shape)) for k, v in theirs.named_parameters()
    ]
    assert [len(w) for w in ours.all_weights] == [len(w) for w in theirs.all_weights]
    shapes = shapes_of(ours, sequences)
    arrays = [number(*shape, seed=i) for i, shape in enumerate(shapes if with_states else shapes[:1])]
    found, expected = outcome(ours, ag, sequences, arrays), outcome(theirs, torch, sequences, arrays)
    check_same(found, expected)


@pytest.mark.filterwarnings("ignore:LSTM with projections:UserWarning")  # PyTorch's
@pytest.mark.parametrize("name", LAYERS)
def test_states_are_exchanged_with_pytorch(name):
    torch = pytest.importorskip("torch")
    ours, theirs = LAYERS[name](nn), LAYERS[name](torch.nn)
    ours.load_state_dict({k: v.numpy() for k, v in theirs.state_dict().items()})
    x = np.float32(number(*shapes_of(ours, "padded")[0]))
    check_same([ours(ag.tensor(x))[0].detach().numpy()], [theirs(torch.tensor(x))[0].detach().numpy()], 1e-5)
    theirs.load_state_dict({k: torch.tensor(v.numpy()) for k, v in LAYERS[name](nn).state_dict().items()})


@pytest.mark.parametrize("shape", [(2,), ()], ids=["batch", "single"])
@pytest.mark.parametrize("name", CELLS)
def test_single_steps_are_pytorchs(name, shape):
    torch = pytest.importorskip("torch")
    found = []
    for library, layer in ((ag, made(CELLS[name])), (torch, made(CELLS[name], torch.nn))):
        x, h, c = (library.tensor(number(*shape, n, seed=n), requires_grad=True) for n in (3, 4, 4))
        pair = "LSTM" in name
        states = layer(x, (h, c) if pair else h)
        again = layer(x, states)
        first = layer(x)
        results = [*again, *first, *states] if pair else [again, first, states]
        sum((r * r).sum() for r in results).backward()
        leaves = [x, h, *([c] if pair else []), *layer.parameters()]
        found.append([repr(layer), *(t.detach().numpy() for t in results), *(t.grad.numpy() for t in leaves)])
    assert found[0][0] == found[1][0]
    check_same(found[0][1:], found[1][1:])


@pytest.mark.parametrize("name", ["LSTM", "GRU", "RNN"])
def test_dropout_is_between_layers_and_in_training_only(name):
    torch = pytest.importorskip("torch")
    build = {n: lambda m, n=n: getattr(m, n)(3, 4, 3, dropout=1.0) for n in ("LSTM", "GRU", "RNN")}[name]
    ours, theirs = made(build), made(build, torch.nn)
    x = number(5, 2, 3)
    for training in (True, False):
        out, wanted = ours.train(training)(ag.tensor(x))[0], theirs.train(training)(torch.tensor(x))[0]
        check_same([out.detach().numpy()], [wanted.detach().numpy()])
    ours.train().dropout = 0.5
    assert not np.allclose(ours(ag.tensor(x))[0].detach().numpy(), ours(ag.tensor(x))[0].detach().numpy())


# ------------------------------------------------------------------------------------------------- derivatives


@pytest.mark.parametrize("sequences", ["padded", "packed in any order"])
@pytest.mark.parametrize("name", ["RNN", "GRU", "LSTM", "LSTM with projection, without bias", *OURS])
def test_derivatives_of_both_orders(name, sequences):
    layer = made({**LAYERS, **OURS}[name])
    lengths = {"padded": 2, "packed in any order": 5}[sequences]
    shapes = shapes_of(layer, sequences, length=lengths)
    inputs = [ag.tensor(number(*s, seed=i), requires_grad=True) for i, s in enumerate(shapes)]

    def results(x, *states):
        return tuple(called(layer, ag, sequences, x, states[: len(shapes) - 1]))

    assert gradcheck(results, [*inputs, *layer.parameters()], fast_mode=True)
    assert gradgradcheck(results, [*inputs, *layer.parameters()], fast_mode=True, atol=1e-4)


def penalty(library, layer):
    """The gradients of the parameters for a loss with a term of |d loss / d input|^2."""
    x = library.tensor(number(4, 2, 3), requires_grad=True)
    loss = (layer(x)[0] ** 2).mean()
    (slope,) = library.autograd.grad(loss, x, create_graph=True)
    (loss + 3 * (slope**2).sum()).backward()
    return [p.grad.numpy() for p in layer.parameters()]


def pascanu(library, cell):
    """Those for Pascanu's regularizer: how the norm of the gradient changes from step to step.

    Source: Pascanu, Mikolov and Bengio, "On the difficulty of training recurrent neural networks", 2013.
    """
    xs, state, states = library.tensor(number(5, 2, 3)), None, []
    for x in xs:
        state = cell(x, state)
        states.append(state[0] if isinstance(state, tuple) else state)
    loss = (states[-1] ** 2).sum()
    slopes = library.autograd.grad(loss, states, create_graph=True)
    norms = [(s**2).sum() ** 0.5 for s in slopes]
    (loss + sum((before / after - 1) ** 2 for before, after in itertools.pairwise(norms))).backward()
    return [p.grad.numpy() for p in cell.parameters()]


@pytest.mark.parametrize("name", ["LSTM", "GRU", "RNN"])
def test_regularizers_of_second_order_are_pytorchs(name):
    torch = pytest.importorskip("torch")
    found, expected = (penalty(m, made(LAYERS[name], m.nn)) for m in (ag, torch))
    check_same(found, expected)
    found, expected = (pascanu(m, made(CELLS[f"{name}Cell"], m.nn)) for m in (ag, torch))
    check_same(found, expected)


# ---------------------------------------------------------------------------------------------- dtypes, tiers


@pytest.mark.parametrize("lengths", [None, [9, 9, 4, 1]])
@pytest.mark.parametrize("name", ["LSTM", "GRU", "RNN"])
def test_both_tiers_give_the_same(name, lengths):
    pytest.importorskip("numba")
    ag.manual_seed(0)
    layer = getattr(nn, name)(5, 33, 2, bidirectional=True)
    found = []
    for tier in ("numpy", "compiled"):
        layer.zero_grad()
        x = ag.tensor(np.float32(number(9, 4, 5)), requires_grad=True)
        with ag.use_kernels(tier):
            out, last = layer(x if lengths is None else pack_padded_sequence(x, lengths))
            out = out.data if isinstance(out, PackedSequence) else out
            last = last[1] if name == "LSTM" else last
            ((out**2).sum() + last.sum()).backward()
        found.append(
            [t.numpy().copy() for t in (out.detach(), last.detach(), x.grad, *(p.grad for p in layer.parameters()))]
        )
    check_same(*found, 2e-5)


@pytest.mark.parametrize("tier", ["numpy", "compiled"])
@pytest.mark.parametrize("name", ["LSTM", "GRU"])
def test_gates_that_are_shut_bring_no_warning(name, tier):
    if tier == "compiled":
        pytest.importorskip("numba")
    layer, x = getattr(nn, name)(5, 33), ag.full((9, 20, 5), -3000.0, requires_grad=True)
    layer.load_state_dict({k: ag.ones(*p.shape) for k, p in layer.named_parameters()})
    with ag.use_kernels(tier), np.errstate(all="raise", under="ignore"):
        out, _ = layer(x)
        out.sum().backward()
    assert out.abs().max() <= 1
    assert x.grad.tolist() == np.zeros(x.shape).tolist()


@pytest.mark.parametrize("name", ["RNN", "GRU", "LSTM with projection", *OURS])
def test_float16_is_computed_in_float32(name):
    single = made({**LAYERS, **OURS}[name]).float()
    half = copy.deepcopy(single).half()
    x = np.float16(number(*shapes_of(single, "padded")[0]))
    out, expected = half(ag.tensor(x))[0], single(ag.tensor(np.float32(x)))[0]
    assert out.dtype == np.float16
    np.testing.assert_allclose(out.detach().numpy(), expected.detach().numpy(), atol=4e-3)
    out.sum().backward()
    assert {p.grad.dtype for p in half.parameters()} == {np.dtype(np.float16)}


# ------------------------------------------------------------------------------------------------------ modules


@pytest.mark.parametrize("build", [*LAYERS.values(), *OURS.values()], ids=[*LAYERS, *OURS])
def test_initial_values_copies_and_pickles(build):
    layer = build(nn)
    bound = 1 / 4**0.5
    values = np.concatenate([p.detach().numpy().ravel() for p in layer.parameters()])
    assert bound > np.abs(values).max() > 0.9 * bound
    assert values.min() < -0.5 * bound
    assert layer.flatten_parameters() is None
    x = ag.ones(*shapes_of(layer, "padded")[0])
    for other in (copy.deepcopy(layer), pickle.loads(pickle.dumps(layer))):
        np.testing.assert_array_equal(other(x)[0].detach().numpy(), layer(x)[0].detach().numpy())


def test_what_ours_show_beside_pytorchs():
    assert repr(OURS["GRU as in the paper"](nn)) == "GRU(3, 4, num_layers=2, bidirectional=True, reset_after=False)"
    assert repr(OURS["MinimalGRU"](nn)) == "MinimalGRU(3, 4, batch_first=True)"


def test_a_summary_counts_the_products():
    text = str(ag.viz.summary(nn.LSTM(3, 5), ag.ones(7, 2, 3)))
    assert f"{2 * 4 * 5 * (3 + 5) * 14:,}" in text
    cell = nn.GRUCell(3, 5)
    assert cell._flops((ag.ones(2, 3),), None) == 2 * 3 * 5 * (3 + 5) * 2
    packed = nn.utils.rnn.pack_sequence([ag.ones(4, 3), ag.ones(1, 3)])
    assert nn.RNN(3, 5, bidirectional=True)._flops((packed,), None) == 2 * 2 * 5 * (3 + 5) * 5


def test_raw_arrays_are_taken_too():
    layer, x = made(LAYERS["LSTM"]), number(5, 2, 3)
    np.testing.assert_array_equal(layer(x)[0].detach().numpy(), layer(ag.tensor(x))[0].detach().numpy())
