"""The Transformer and its layers against PyTorch: results and every gradient, over all options."""

import warnings

import numpy as np
import pytest

import autograd_engine as ag
from autograd_engine import nn
from autograd_engine.nn import functional as F

from ..messages import exactly
from .twins import both, check_gradients, close

LAYERS = [
    {},
    {"norm_first": True, "activation": "gelu"},
    {"batch_first": True, "bias": False},
    {"batch_first": True, "norm_first": True, "layer_norm_eps": 0.1},
]


def twins(torch, name, *args, **settings):
    """The module of PyTorch's and ours, with the same numbers, in float64, without dropout."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)  # of nested tensors, which are not used
        theirs = getattr(torch.nn, name)(*args, dropout=0.0, dtype=torch.float64, **settings)
    ours = getattr(nn, name)(*args, dropout=0.0, dtype=ag.float64, **settings)
    return theirs, loaded(ours, theirs)


def loaded(ours, theirs):
    assert list(ours.state_dict()) == list(theirs.state_dict())
    ours.load_state_dict({name: value.numpy() for name, value in theirs.state_dict().items()})
    return ours


@pytest.mark.parametrize("masks", ["none", "causal", "padding", "both"])
@pytest.mark.parametrize("settings", LAYERS, ids=str)
@pytest.mark.parametrize("name", ["TransformerEncoderLayer", "TransformerDecoderLayer"])
def test_layers_are_pytorchs(name, settings, masks):
    torch = pytest.importorskip("torch")
    random = np.random.default_rng(0)
    theirs, ours = twins(torch, name, 8, 2, 12, **settings)
    batch_first = settings.get("batch_first")
    sequences = [random.standard_normal((3, n, 8) if batch_first else (n, 3, 8)) for n in (4, 5)]
    their_inputs, our_inputs = both(torch, *sequences[: 1 + ("Decoder" in name)])
    hidden = np.zeros((3, 4), bool)
    hidden[0, -2:] = True
    which = ("tgt", "tgt") if "Decoder" in name else ("src", "src")
    results = []
    for module, make, square, inputs in (
        (ours, ag.tensor, nn.Transformer.generate_square_subsequent_mask, our_inputs),
        (theirs, torch.tensor, torch.nn.Transformer.generate_square_subsequent_mask, their_inputs),
    ):
        given = {}
        if masks in ("causal", "both"):
            given[f"{which[0]}_mask"] = square(4) > -1 if masks == "both" else square(4).double()
            if masks == "both":
                given[f"{which[0]}_mask"] = ~given[f"{which[0]}_mask"]
            given["tgt_is_causal" if "Decoder" in name else "is_causal"] = masks == "causal"
        if masks in ("padding", "both"):
            given[f"{which[1]}_key_padding_mask"] = make(hidden)
        results.append(module(*inputs, **given))
    close(*results)
    check_gradients([*our_inputs, *ours.parameters()], [*their_inputs, *theirs.parameters()], results, random, 1e-8)


@pytest.mark.parametrize("settings", LAYERS, ids=str)
@pytest.mark.parametrize("training", [True, False])
def test_the_transformer_is_pytorchs(settings, training):
    torch = pytest.importorskip("torch")
    random = np.random.default_rng(0)
    theirs, ours = twins(torch, "Transformer", 8, 2, 2, 2, 12, **settings)
    theirs.train(training)
    ours.train(training)
    batch_first = settings.get("batch_first")
    arrays = [random.standard_normal((3, n, 8) if batch_first else (n, 3, 8)) for n in (5, 4)]
    their_inputs, our_inputs = both(torch, *arrays)
    hidden = np.zeros((3, 5))
    hidden[1, -1] = -np.inf
    results = []
    for model, make, inputs in ((ours, ag.tensor, our_inputs), (theirs, torch.tensor, their_inputs)):
        square = model.generate_square_subsequent_mask(4)
        mask = make(np.asarray(square.numpy(), np.float64))
        padding = {f"{n}_key_padding_mask": make(hidden) for n in ("src", "memory")}
        results.append(model(*inputs, tgt_mask=mask, **padding))
    close(*results, 1e-8)
    check_gradients([*our_inputs, *ours.parameters()], [*their_inputs, *theirs.parameters()], results, random, 1e-7)


def test_a_stack_is_made_of_copies_with_a_norm_at_the_end():
    layer = nn.TransformerEncoderLayer(8, 2, 12, dropout=0.0)
    stack = nn.TransformerEncoder(layer, 3, nn.LayerNorm(8), enable_nested_tensor=False)
    assert [n for n, _ in stack.named_children()] == ["layers", "norm"]
    assert all(copy is not layer and copy.linear1.weight.equal(layer.linear1.weight) for copy in stack.layers)
    x, expected = ag.randn(4, 2, 8), None
    expected = x
    mask = nn.Transformer.generate_square_subsequent_mask(4)
    for _ in range(3):
        expected = layer(expected, mask)
    assert ag.allclose(stack(x, mask), stack.norm(expected), atol=1e-6)
    assert ag.allclose(stack(x, mask, is_causal=True), stack.norm(expected), atol=1e-6)
    other = ag.zeros(4, 4)
    other[0, 3] = -np.inf
    assert not ag.allclose(stack(x, mask), stack(x, other), atol=1e-3)


@pytest.mark.parametrize("activation", [F.silu, nn.ReLU()])
def test_an_activation_may_be_any_function(activation):
    layer = nn.TransformerEncoderLayer(8, 2, 12, dropout=0.0, activation=activation)
    assert layer.activation is activation
    assert layer(ag.randn(4, 2, 8)).shape == (4, 2, 8)
    with pytest.raises(ValueError, match=exactly("activation must be 'relu', 'gelu' or a function, not 'silu'")):
        nn.TransformerEncoderLayer(8, 2, 12, activation="silu")


def test_dropout_in_a_layer_in_training_only():
    ag.manual_seed(0)
    layer, x = nn.TransformerDecoderLayer(8, 2, 12, dropout=0.3), ag.randn(4, 2, 8)
    assert not layer(x, x).equal(layer(x, x))
    layer.eval()
    assert layer(x, x).equal(layer(x, x))


def test_sequences_that_do_not_fit_the_transformer():
    model = nn.Transformer(8, 2, 1, 1, 12)
    with pytest.raises(
        ValueError,
        match=exactly(
            "Transformer: src and tgt must have d_model = 8 columns and one batch, which is dimension 1 of 3; got "
            "(4, 2, 8) and (4, 3, 8)"
        ),
    ):
        model(ag.zeros(4, 2, 8), ag.zeros(4, 3, 8))
    assert model(ag.zeros(4, 8), ag.zeros(5, 8)).shape == (5, 8)


@pytest.mark.parametrize("settings", [{}, {"batch_first": True}])
def test_the_summary_counts_what_pytorch_counts(settings):
    torch = pytest.importorskip("torch")
    from torch.utils.flop_counter import FlopCounterMode

    shapes = ((5, 3, 8), (4, 3, 8)) if not settings else ((3, 5, 8), (3, 4, 8))
    theirs, ours = twins(torch, "TransformerDecoderLayer", 8, 2, 12, **settings)
    products = torch.nn.attention.sdpa_kernel(torch.nn.attention.SDPBackend.MATH)  # others it does not count
    with products, FlopCounterMode(display=False) as counter:
        theirs(*(torch.ones(*shape, dtype=torch.float64) for shape in shapes))
    found = ag.viz.summary(ours, *(ag.ones(*shape, dtype=ag.float64) for shape in shapes))
    assert found.total_flops == counter.get_total_flops()
