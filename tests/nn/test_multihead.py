"""`MultiheadAttention` against PyTorch: results, weights and every gradient, over all options."""

import itertools

import numpy as np
import pytest

import autograd_engine as ag
from autograd_engine import nn
from autograd_engine.nn import functional as F

from ..messages import exactly
from .twins import both, check_gradients, close

OPTIONS = list(
    itertools.product(
        [False, True],  # batch_first
        [False, True],  # bias
        [False, True],  # add_bias_kv
        [False, True],  # add_zero_attn
        [False, True],  # other sizes of keys and values
        ["none", "booleans", "numbers for each head", "causal"],
        ["none", "booleans", "numbers"],
        [False, True],  # need_weights
        [False, True],  # average_attn_weights
        [False, True],  # no batch
    )
)
CHOSEN = np.random.default_rng(0).choice(len(OPTIONS), 40, replace=False)


@pytest.mark.parametrize("number", CHOSEN)
def test_multihead_attention_is_pytorchs(number):
    torch = pytest.importorskip("torch")
    batch_first, bias, bias_kv, zero, other, causal, padding, need, average, alone = OPTIONS[number]
    random = np.random.default_rng(number)
    size, heads, batch, length, keys = 8, 2, 3, 4, 5
    settings = {"bias": bias, "add_bias_kv": bias_kv, "add_zero_attn": zero, "batch_first": batch_first}
    settings |= {"kdim": 6, "vdim": 7} if other else {}
    theirs = torch.nn.MultiheadAttention(size, heads, dtype=torch.float64, **settings)
    ours = nn.MultiheadAttention(size, heads, dtype=ag.float64, **settings)
    assert list(ours.state_dict()) == list(theirs.state_dict())
    ours.load_state_dict({name: value.numpy() for name, value in theirs.state_dict().items()})
    to_itself = not other and bool(random.random() < 0.5)
    keys = length if to_itself else keys

    def drawn(length, columns):
        shape = (batch, length, columns) if batch_first else (length, batch, columns)
        return random.standard_normal((length, columns) if alone else shape)

    arrays = [drawn(length, size)]
    arrays += [] if to_itself else [drawn(keys, 6 if other else size), drawn(keys, 7 if other else size)]
    their_inputs, our_inputs = both(torch, *arrays)
    if to_itself:
        their_inputs, our_inputs = their_inputs * 3, our_inputs * 3
    batch = 1 if alone else batch
    masks = {
        "none": None,
        "booleans": random.random((length, keys)) < 0.3,
        "numbers for each head": random.standard_normal((batch * heads, length, keys)),
        "causal": np.triu(np.ones((length, keys), bool), 1),
    }
    hidden = np.zeros((batch, keys), bool)
    hidden[:, -1] = True
    attn_mask, padded = masks[causal], {"none": None, "booleans": hidden, "numbers": hidden * -1.5}[padding]
    if attn_mask is not None and padded is not None and attn_mask.dtype != padded.dtype:
        attn_mask, padded = attn_mask * -1.0, padded * -1.0  # PyTorch warns of two dtypes
    if attn_mask is not None and attn_mask.dtype == bool:
        attn_mask[:, 0] = False
    if alone and padded is not None:
        padded = padded[0]
    options = {"need_weights": need, "average_attn_weights": average, "is_causal": causal == "causal"}
    if options["is_causal"] and attn_mask.dtype != bool:
        options["is_causal"] = False
    results = []
    for module, inputs, make in ((ours, our_inputs, ag.tensor), (theirs, their_inputs, torch.tensor)):
        given = [None if m is None else make(m) for m in (padded, attn_mask)]
        results.append(module(*inputs, key_padding_mask=given[0], attn_mask=given[1], **options))
    (found, weights), (expected, their_weights) = results
    close(found, expected)
    assert (weights is None) == (their_weights is None) == (not need)
    if need:
        close(weights, their_weights)
        found, expected = found.sum() + (weights**2).sum(), expected.sum() + (their_weights**2).sum()
    once = 1 if to_itself else 3
    check_gradients(
        [*our_inputs[:once], *ours.parameters()],
        [*their_inputs[:once], *theirs.parameters()],
        (found, expected),
        random,
    )


def test_multihead_attention_starts_as_in_pytorch():
    ag.manual_seed(0)
    module = nn.MultiheadAttention(64, 4, add_bias_kv=True)
    bound = (6 / (64 + 3 * 64)) ** 0.5
    weight = module.in_proj_weight.detach().numpy()
    assert 0.98 * bound < np.abs(weight).max() <= bound
    assert not module.in_proj_bias.any()
    assert not module.out_proj.bias.any()
    assert module.bias_k.std().item() == pytest.approx((2 / (64 + 64)) ** 0.5, rel=0.3)
    assert np.abs(module.out_proj.weight.detach().numpy()).max() <= 1 / 8


def test_dropout_of_weights_in_training_only():
    ag.manual_seed(0)
    module, x = nn.MultiheadAttention(8, 2, dropout=0.5), ag.randn(6, 2, 8)
    _, weights = module(x, x, x, average_attn_weights=False)
    assert (weights == 0).float().mean().item() == pytest.approx(0.5, abs=0.15)
    out, _ = module(x, x, x, need_weights=False)
    module.eval()
    _, weights = module(x, x, x, average_attn_weights=False)
    np.testing.assert_allclose(weights.detach().numpy().sum(-1), 1, rtol=1e-6)
    assert not np.allclose(out.detach().numpy(), module(x, x, x, need_weights=False)[0].detach().numpy())


def test_static_keys_and_values_take_the_place_of_projected_ones():
    torch = pytest.importorskip("torch")
    random = np.random.default_rng(0)
    shapes = (3, 2, 8), (5, 2, 8), (5, 2, 8), (24, 8), (8, 8), (4, 6, 4), (4, 6, 4)
    results = []
    for module, make in ((torch.nn, torch.tensor), (nn, ag.tensor)):
        random = np.random.default_rng(0)
        q, k, v, weight, out_weight, static_k, static_v = (make(random.standard_normal(s)) for s in shapes)
        arguments = (q, k, v, 8, 2, weight, None, None, None, False, 0.0, out_weight, None)
        results.append(
            module.functional.multi_head_attention_forward(*arguments, static_k=static_k, static_v=static_v)
        )
    for one, other in zip(*results, strict=True):
        close(other, one)


@pytest.mark.parametrize(
    ("arguments", "settings", "message"),
    [
        (
            [(3, 2, 8), (3, 8), (3, 2, 8)],
            {},
            "multi_head_attention_forward: query, key and value have 3 dimensions, or 2 without a batch; got query "
            "(3, 2, 8), key (3, 8) and value (3, 2, 8)",
        ),
        (
            [(3, 2, 6), (3, 2, 8), (3, 2, 8)],
            {},
            "multi_head_attention_forward: the query must have embed_dim = 8 columns; got query (3, 2, 6), key "
            "(3, 2, 8) and value (3, 2, 8)",
        ),
        (
            [(3, 2, 8), (3, 2, 6), (3, 2, 8)],
            {},
            "MultiheadAttention: keys must have kdim = 8 columns and values vdim = 8; got key (3, 2, 6) and value "
            "(3, 2, 8)",
        ),
        (
            [(3, 2, 8), (4, 2, 8), (5, 2, 8)],
            {},
            "multi_head_attention_forward: query, key and value must agree in their batch, and key and value in "
            "their length; got (3, 2, 8), (4, 2, 8) and (5, 2, 8), where dimension 1 is the batch",
        ),
        (
            [(3, 2, 8)] * 3,
            {"attn_mask": (2, 3)},
            "multi_head_attention_forward: attn_mask has shape (2, 3), and must have (L, S) = (3, 3) or "
            "(N heads, L, S) = (4, 3, 3)",
        ),
        (
            [(3, 2, 8)] * 3,
            {"key_padding_mask": (3, 2)},
            "multi_head_attention_forward: key_padding_mask has shape (3, 2), and must have (N, S) = (2, 3)",
        ),
        (
            [(3, 2, 8)] * 3,
            {"is_causal": True},
            "multi_head_attention_forward: is_causal only says what attn_mask is; give attn_mask, as "
            "nn.Transformer.generate_square_subsequent_mask makes it",
        ),
    ],
)
def test_what_does_not_fit_multihead_attention(arguments, settings, message):
    module = nn.MultiheadAttention(8, 2)
    settings = {k: ag.zeros(*v) if isinstance(v, tuple) else v for k, v in settings.items()}
    with pytest.raises(ValueError, match=exactly(message)):
        module(*(ag.zeros(*shape) for shape in arguments), **settings)


def test_settings_of_multihead_attention_that_are_refused():
    with pytest.raises(
        ValueError, match=exactly("MultiheadAttention: embed_dim = 8 does not divide into num_heads = 3")
    ):
        nn.MultiheadAttention(8, 3)
    with pytest.raises(ValueError, match=exactly("MultiheadAttention: dropout must lie in [0, 1], not 2")):
        nn.MultiheadAttention(8, 2, dropout=2)
    x = ag.zeros(3, 2, 8)
    with pytest.raises(
        TypeError,
        match=exactly(
            "multi_head_attention_forward: attn_mask holds booleans or numbers of a floating dtype, not int64"
        ),
    ):
        nn.MultiheadAttention(8, 2)(x, x, x, attn_mask=ag.zeros(3, 3, dtype=ag.int64))
    with pytest.raises(
        ValueError,
        match=exactly(
            "multi_head_attention_forward: inputs of 8 columns need weights of shape (24, 8) and a bias of (24,), "
            "not (16, 8) and None"
        ),
    ):
        F.multi_head_attention_forward(
            x, x, x, 8, 2, ag.zeros(16, 8), None, None, None, False, 0.0, ag.zeros(8, 8), None
        )
    with pytest.raises(
        ValueError,
        match=exactly("multi_head_attention_forward: embed_dim = 8 does not divide into num_heads = 3"),
    ):
        F.multi_head_attention_forward(
            x, x, x, 8, 3, ag.zeros(24, 8), None, None, None, False, 0.0, ag.zeros(8, 8), None
        )
