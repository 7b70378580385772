"""Layers, losses and optimizers on arrays that are not NumPy's: the same numbers, and no step waits."""

import copy

import numpy as np
import pytest

import autograd_engine as ag
from autograd_engine import models, nn, optim
from autograd_engine.nn import functional as F
from autograd_engine.nn.utils import clip_grad_norm_, clip_grad_value_
from tests.nn.losses import LOSSES
from tests.nn.test_layers import CHANGED_GRADIENTS, OURS, SMOOTH
from tests.nn.test_normalization import LAYERS as NORMS
from tests.optim.cases import SETTINGS

from . import StandIn, counts
from .comparison import check_same, on_device, on_host

MAKERS = (on_host, on_device)


def moved(module, make):
    """The module with parameters and buffers of the kind that `make` makes."""
    module = copy.deepcopy(module)
    for tensor in (*module.parameters(), *module.buffers()):
        tensor.data = make(tensor.detach().numpy())
    return module


def results_of(module, inputs, make):
    """How often the host looked at a value, and what a module gives, the gradients, and the buffers after it."""
    module = moved(module, make)
    given = [make(a).requires_grad_(a.dtype.kind == "f") for a in inputs]
    module(*given)  # the first call sends the constants of a layer, such as the weights of an interpolation
    ag.manual_seed(1)
    counts.clear()
    out = module(*given)
    if out.requires_grad:
        out.backward(make(np.random.default_rng(2).uniform(0.5, 1.5, out.shape).astype(out.dtype)))
    assert not counts.uploads
    looked = counts.reads
    grads = [t.grad for t in (*given, *module.parameters())]
    return looked, [out, *(g for g in grads if g is not None), *module.buffers()]


def same_on_both(module, inputs):
    """Compare, and say how often the host looked at a value."""
    (_, expected), (looked, found) = (results_of(module, inputs, make) for make in MAKERS)
    assert isinstance(found[0].array, StandIn)
    check_same(found, expected, found[0].dtype)
    return looked


READING = {"Embedding": ("max_norm", "scale_grad_by_freq"), "EmbeddingBag": ("",)}
"""Layers that look at values, and the settings with which they do."""


@pytest.mark.parametrize("training", [True, False], ids=["train", "eval"])
@pytest.mark.parametrize("case", [*SMOOTH, *OURS, *CHANGED_GRADIENTS], ids=str)
def test_layers(case, training):
    ag.manual_seed(0)
    looked = same_on_both(case.made(nn).double().train(training), case.arrays())
    assert not looked or any(setting in str(case) for setting in READING.get(case.name, ()))


@pytest.mark.parametrize("training", [True, False], ids=["train", "eval"])
@pytest.mark.parametrize("name", NORMS)
def test_norms(name, training):
    build, shape = NORMS[name]
    x = np.random.default_rng(0).normal(size=shape)
    looked = same_on_both(build(nn).double().train(training), [x])
    # The share of the newest batch is one in the number of batches, which becomes Python's number.
    assert bool(looked) == (training and "momentum=None" in repr(build(nn)))


class Outputs(nn.Module):
    """What a recurrent layer gives at each step."""

    def __init__(self, layer):
        super().__init__()
        self.layer = layer

    def forward(self, x):
        return self.layer(x)[0]


RECURRENT = [nn.RNN(2, 3, nonlinearity="relu"), nn.GRU(2, 3, bidirectional=True), nn.LSTM(2, 3, 2, proj_size=2)]


@pytest.mark.parametrize("layer", [*RECURRENT, nn.GRU(2, 3, reset_after=False), nn.MinimalGRU(2, 3)], ids=repr)
def test_recurrent_layers(layer):
    x = np.random.default_rng(0).normal(size=(4, 3, 2))
    assert not same_on_both(Outputs(layer).double(), [x])


@pytest.mark.parametrize("causal", [False, True])
def test_dropout_of_attention_is_drawn_once_for_both_passes(causal):
    random = np.random.default_rng(0)
    query, key, value = (random.normal(size=(2, n, 3)) for n in (4, 300, 300))
    generator = ag.Generator().manual_seed(3)
    tensors = [on_device(a).requires_grad_() for a in (query, key, value)]
    out = F.scaled_dot_product_attention(*tensors, dropout_p=0.4, is_causal=causal, generator=generator)
    out.sum().backward()
    twins = [on_host(a).requires_grad_() for a in (query, key, value)]
    scores = twins[0] @ twins[1].mT / 3**0.5
    if causal:
        scores = scores.masked_fill(on_host(~np.tri(4, 300, dtype=bool)), -np.inf)
    kept = np.random.default_rng(3).random((2, 4, 300), np.float32) >= 0.4
    expected = (scores.softmax(-1) * on_host(kept / 0.6)) @ twins[2]
    expected.sum().backward()
    check_same([out, *(t.grad for t in tensors)], [expected, *(t.grad for t in twins)], np.float64)


LAYERS = [
    (nn.Linear(4, 3), (2, 4)),
    (nn.Bilinear(4, 3, 2), (2, 4), (2, 3)),
    (nn.Sequential(nn.Linear(4, 5), nn.ReLU(), nn.Flatten(), nn.Linear(5, 2)), (3, 4)),
    (nn.TransformerEncoderLayer(4, 2, 5, dropout=0.0, activation="gelu"), (3, 2, 4)),
    (nn.TransformerDecoderLayer(4, 2, 5, dropout=0.0, norm_first=True), (3, 2, 4), (5, 2, 4)),
]


@pytest.mark.parametrize(("module", "shapes"), [(m, shapes) for m, *shapes in LAYERS], ids=repr)
def test_linear_layers(module, shapes):
    random = np.random.default_rng(0)
    assert not same_on_both(module.double(), [random.normal(size=shape) for shape in shapes])


def test_a_gpt_is_trained_and_generates():
    ag.manual_seed(0)
    model, tokens = models.GPT(7, 5, layers=1, heads=2, width=4).double(), np.array([[1, 6, 3, 0], [2, 2, 5, 4]])
    assert not same_on_both(model, [tokens])
    for settings in {"temperature": 0}, {"top_k": 3}:
        found, expected = (
            moved(model, make).generate(tokens, 4, **settings, generator=ag.Generator().manual_seed(0))
            for make in MAKERS
        )
        assert found.tolist() == expected.tolist()


@pytest.mark.parametrize("reduction", ["mean", "sum", "none"])
@pytest.mark.parametrize("name", LOSSES)
def test_losses(name, reduction):
    build, arrays, count = LOSSES[name]

    def found(make):
        def tensor(values):
            return make(np.array(values))

        inputs = [tensor(a).requires_grad_(i < count) for i, a in enumerate(arrays)]
        loss = build(nn, tensor, reduction=reduction)
        counts.clear()
        out = loss(*inputs)
        if out.requires_grad:
            out.backward(make(np.full(out.shape, 1.5)))
        return counts.reads, [out, *(t.grad for t in inputs if t.grad is not None)]

    (_, expected), (looked, results) = map(found, MAKERS)
    check_same(results, expected, np.float64)
    assert bool(looked) == (name == "CTCLoss")


def network():
    ag.manual_seed(0)
    return nn.Sequential(
        nn.Linear(6, 8, bias=False), nn.BatchNorm1d(8), nn.Tanh(), nn.Dropout(0.3),
        nn.Linear(8, 40), nn.GELU(), nn.Linear(40, 3),
    ).double()  # fmt: skip


def trained(make, name, settings, steps=3):
    """The parameters and buffers after a few steps of training, and the losses."""
    random = np.random.default_rng(0)
    model = moved(network(), make)
    optimizer = getattr(optim, name)(model.parameters(), **settings)
    ag.manual_seed(3)
    losses = []
    for i in range(steps):
        x, y = make(random.normal(size=(5, 6))), make(random.integers(0, 3, 5))
        if i:
            counts.clear()  # the first step makes the constants and the state
        optimizer.zero_grad()
        loss = F.cross_entropy(model(x), y)
        loss.backward()
        clip_grad_norm_(model.parameters(), 0.5)
        clip_grad_value_(model.parameters(), 0.1)
        optimizer.step()
        losses.append(loss.detach())
        assert make is on_host or counts.reads == counts.uploads == 0
    return [*losses, *(p.detach() for p in model.parameters()), *model.buffers()], optimizer


@pytest.mark.parametrize(("name", "settings"), SETTINGS, ids=str)
def test_a_step_of_training_waits_for_nothing(name, settings):
    (expected, ours), (found, theirs) = (trained(make, name, settings) for make in MAKERS)
    check_same(found, expected, np.float64, factor=1e5)  # dividing by a root magnifies what rounding does
    host, device = (list(o.state.values()) for o in (ours, theirs))
    for one, other in zip(host, device, strict=True):
        assert one.keys() == other.keys()


def test_a_state_moves_between_kinds():
    (_, ours), (_, theirs) = (trained(make, "Adam", {}) for make in MAKERS)
    theirs.load_state_dict(ours.state_dict())
    theirs.step()
    ours.step()
    for one, other in zip(ours.param_groups[0]["params"], theirs.param_groups[0]["params"], strict=True):
        assert isinstance(other.array, StandIn)
        assert one.shape == other.shape
    moments = [next(iter(o.state.values()))["exp_avg"] for o in (ours, theirs)]
    np.testing.assert_allclose(moments[1].array.get(), moments[0].numpy(), rtol=1e-4, atol=1e-6)


def test_lbfgs_finds_the_same_minimum():
    def minimum(make):
        w = make(np.array([1.0, 2.0])).requires_grad_()
        target = make(np.array([3.0, 4.0]))
        optimizer = optim.LBFGS([w], line_search_fn="strong_wolfe")

        def closure():
            optimizer.zero_grad()
            loss = (w - target).pow(4).sum()
            loss.backward()
            return loss

        return [optimizer.step(closure), w.detach()]

    expected, found = map(minimum, MAKERS)
    check_same(found, expected, np.float64)


def test_a_module_loads_values_of_the_host():
    model = moved(network(), on_device)
    wanted = network().state_dict()
    model.load_state_dict(wanted)
    for name, tensor in model.state_dict().items():
        assert isinstance(tensor.array, StandIn)
        np.testing.assert_array_equal(tensor.array.get(), wanted[name].numpy())
