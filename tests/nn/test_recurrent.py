"""Recurrent layers: PyTorch's numbers with every setting and kind of sequence, derivatives, refusals."""

import copy
import itertools
import pickle
import threading

import numpy as np
import pytest

import autograd_engine as ag
from autograd_engine import nn
from autograd_engine.nn.utils.rnn import PackedSequence, pack_padded_sequence
from autograd_engine.testing import gradcheck, gradgradcheck

from ..messages import exactly

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


CELLS = {
    "RNNCell": lambda n: n.RNNCell(3, 4),
    "RNNCell with relu": lambda n: n.RNNCell(3, 4, False, "relu"),
    "GRUCell": lambda n: n.GRUCell(3, 4),
    "GRUCell without bias": lambda n: n.GRUCell(3, 4, bias=False),
    "LSTMCell": lambda n: n.LSTMCell(3, 4),
    "LSTMCell without bias": lambda n: n.LSTMCell(3, 4, False),
}


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


# -------------------------------------------------------------------------------------- formulas of textbooks


def logistic(x):
    return 1 / (1 + np.exp(-x))


def test_the_gru_of_the_paper_and_the_minimal_one_follow_their_formulas():
    x, h = number(5, 3), number(4, seed=1)
    for layer in (made(OURS["GRU as in the paper"]), made(OURS["MinimalGRU"])):
        w, u, b, c = (p.numpy() for p in list(layer.state_dict().values())[:4])
        state, states, split = h, [], len(w) - 4
        for t in range(5):
            gates = logistic(x[t] @ w[:split].T + b[:split] + state @ u[:split].T + c[:split])
            reset, update = (gates[:4], gates[-4:]) if split == 8 else (gates, 1 - gates)
            new = np.tanh(x[t] @ w[split:].T + b[split:] + (reset * state) @ u[split:].T + c[split:])
            state = (1 - update) * new + update * state
            states.append(state)
        initial = np.zeros((layer.num_layers * (1 + layer.bidirectional), 4))
        initial[0] = h
        layer.num_layers, layer._all_weights = 1, layer._all_weights[: 1 + layer.bidirectional]
        out = layer(ag.tensor(x), ag.tensor(initial[: 1 + layer.bidirectional]))[0]
        np.testing.assert_allclose(out.detach().numpy()[:, :4], states)


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


# -------------------------------------------------------------------------------------------------- through time


def test_truncated_backpropagation_ends_at_a_detached_state():
    layer, early, late = made(LAYERS["LSTM"]), *(ag.tensor(number(4, 2, 3, seed=i)) for i in (1, 2))
    early.requires_grad_()
    whole = layer(ag.cat([early, late]))[0]
    (whole[4:] ** 2).sum().backward()
    everything = [p.grad.numpy().copy() for p in (early, *layer.parameters())]
    for truncated in (False, True):
        layer.zero_grad()
        early.grad = None
        state = layer(early)[1]
        out, _ = layer(late, tuple(s.detach() for s in state) if truncated else state)
        np.testing.assert_allclose(out.detach().numpy(), whole[4:].detach().numpy())
        (out**2).sum().backward()
        if truncated:
            assert early.grad is None
            assert not np.allclose(layer.weight_hh_l0.grad.numpy(), everything[2])
        else:
            check_same([p.grad.numpy() for p in (early, *layer.parameters())], everything)


@pytest.mark.parametrize("name", ["LSTM", "GRU"])
def test_checkpoints_through_time_change_no_gradient(name):
    layer, x = made(LAYERS[name]), ag.tensor(number(12, 2, 3), requires_grad=True)
    (layer(x)[0] ** 2).sum().backward()
    expected = [p.grad.numpy().copy() for p in (x, *layer.parameters())]
    layer.zero_grad()
    x.grad, state, loss = None, None, 0
    for part in x.chunk(3):
        out, state = ag.utils.checkpoint.checkpoint(layer, part, state, use_reentrant=False)
        loss = loss + (out**2).sum()
    loss.backward()
    check_same([p.grad.numpy() for p in (x, *layer.parameters())], expected)


def test_several_calls_before_a_backward_pass_keep_their_numbers():
    layer = made(LAYERS["GRU of two layers"])
    first, second = (ag.tensor(number(2, 5, 3, seed=i), requires_grad=True) for i in (1, 2))

    def gradients(x):
        layer.zero_grad()
        x.grad = None
        (layer(x)[0] ** 2).sum().backward()
        return [p.grad.numpy().copy() for p in layer.parameters()]

    expected = [a + b for a, b in zip(gradients(first), gradients(second), strict=True)]
    layer.zero_grad()
    losses = [(layer(x)[0] ** 2).sum() for x in (first, second)]
    with ag.no_grad():
        layer(first * 2)
    losses[0].backward(retain_graph=True)
    losses[1].backward()
    check_same([p.grad.numpy() for p in layer.parameters()], expected)
    losses[0].backward()
    twice = [a + b for a, b in zip(expected, gradients(first), strict=True)]
    layer.zero_grad()
    for x in (first, second, first):
        (layer(x)[0] ** 2).sum().backward()
    check_same([p.grad.numpy() for p in layer.parameters()], twice)


@pytest.mark.parametrize("name", ["LSTM", "GRU", "RNN"])
def test_a_second_pass_through_a_graph_adds_the_same_again(name):
    layer, x = made(LAYERS[name]), ag.tensor(number(5, 2, 3))
    loss = (layer(x)[0] ** 2).sum()
    loss.backward(retain_graph=True)
    once = [p.grad.numpy().copy() for p in layer.parameters()]
    loss.backward()
    check_same([p.grad.numpy() for p in layer.parameters()], [2 * g for g in once])


def test_threads_side_by_side_get_the_numbers_of_one():
    layer = made(LAYERS["LSTM of two layers"])
    inputs = [number(3, 5, 3, seed=i) for i in range(4)]

    def gradient(array):
        x = ag.tensor(array, requires_grad=True)
        return ag.autograd.grad((layer(x)[0] ** 2).sum(), x)[0].numpy()

    expected, found = [gradient(a) for a in inputs], [None] * 4
    start = threading.Barrier(4)

    def work(i):
        start.wait()
        for _ in range(5):
            found[i] = gradient(inputs[i])

    threads = [threading.Thread(target=work, args=(i,)) for i in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    check_same(found, expected, 0)


def test_a_step_costs_the_same_memory_however_many_there_are():
    layer = nn.LSTM(6, 8)

    def kept(length):
        node = layer(ag.ones(length, 2, 6))[0].node
        while len(node.parents) < 8:
            node = node.parents[0]
        arrays = [a for s in node.saved for a in (s if isinstance(s, tuple) else (s,)) if hasattr(a, "nbytes")]
        return sum(a.nbytes for a in arrays)

    assert kept(30) - kept(20) == kept(20) - kept(10) == 10 * 2 * (6 + 4 * 8 + 8 + 8) * 4


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


# ----------------------------------------------------------------------------------------------------- refusals

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
