"""Attention and the Transformer against PyTorch: results, weights and every gradient, over all options."""

import itertools
import tracemalloc
import warnings

import numpy as np
import pytest

import autograd_engine as ag
from autograd_engine import nn
from autograd_engine.backend.kernels import attention
from autograd_engine.nn import functional as F

from ..messages import exactly

TIERS = ["numpy", "auto"]


def close(found, expected, precision=1e-9):
    np.testing.assert_allclose(
        found.detach().numpy(), expected.detach().numpy(), rtol=precision, atol=precision * 1e-2
    )


def both(torch, *arrays, grad=True):
    """Each array as a tensor of PyTorch's and of ours."""
    return (
        [torch.tensor(a, requires_grad=grad) for a in arrays],
        [ag.tensor(a, requires_grad=grad) for a in arrays],
    )


def check_gradients(found, expected, results, random, precision=1e-9):
    """The gradients of tensors of ours and of PyTorch's, for one random cotangent of the first result of each."""
    given = random.standard_normal(results[0].shape).astype(results[0].dtype)
    results[0].backward(ag.tensor(given))
    results[1].backward(results[1].new_tensor(given))
    for one, other in zip(found, expected, strict=True):
        assert one.grad.shape == tuple(other.grad.shape)
        np.testing.assert_allclose(
            one.grad.numpy(), other.grad.numpy(), rtol=precision, atol=precision * np.abs(other.grad.numpy()).max()
        )


# ------------------------------------------------------------------------------ scaled_dot_product_attention

SHAPES = {
    "small": ((2, 3, 5, 4), (2, 3, 7, 4), (2, 3, 7, 6)),
    "several blocks of heads": ((5, 4, 90, 8), (5, 4, 80, 8), (5, 4, 80, 8)),
    "one batch": ((3, 5, 4), (3, 7, 4), (3, 7, 4)),
    "rows of one head, kept": ((1, 2, 600, 3), (1, 2, 200, 3), (1, 2, 200, 2)),
    "rows of one head, computed again": ((2, 2, 310, 3), (2, 2, 300, 3), (2, 2, 300, 2)),
    "few queries": ((2, 1, 1, 4), (2, 1, 400, 4), (2, 1, 400, 4)),
}


@pytest.mark.parametrize("tier", TIERS)
@pytest.mark.parametrize("how", ["plain", "causal", "booleans", "numbers", "causal and booleans"])
@pytest.mark.parametrize("name", SHAPES)
def test_attention_is_pytorchs(name, how, tier):
    torch = pytest.importorskip("torch")
    random = np.random.default_rng(0)
    shapes = SHAPES[name]
    arrays = [random.standard_normal(shape).astype(np.float32) for shape in shapes]
    length, keys = shapes[0][-2], shapes[1][-2]
    settings = {"is_causal": "causal" in how}
    mask = None
    if "booleans" in how:
        mask = random.random((shapes[0][0], *(1,) * (len(shapes[0]) - 3), length, keys)) < 0.8
        mask[..., 1 % length, :] = False  # sees nothing
    theirs, ours = both(torch, *(a.astype(np.float64) for a in arrays))
    if how == "numbers":
        (their_bias,), (our_bias,) = both(torch, random.standard_normal((length, keys)))
        theirs, ours = [*theirs, their_bias], [*ours, our_bias]
    elif mask is not None:
        settings["attn_mask"] = mask
    with torch.nn.attention.sdpa_kernel(torch.nn.attention.SDPBackend.MATH):
        expected = torch.nn.functional.scaled_dot_product_attention(
            *theirs, **_without_causal(settings, torch, length, keys)
        )
    precision = 1e-9
    if tier == "auto":
        ours, precision = [t.detach().float().requires_grad_() for t in ours], 3e-5
    with ag.use_kernels("numpy" if tier == "numpy" else "auto"):
        found = F.scaled_dot_product_attention(
            *ours, **{k: ag.tensor(v) if k == "attn_mask" else v for k, v in settings.items()}
        )
        np.testing.assert_allclose(
            found.detach().numpy(), expected.detach().numpy(), rtol=precision, atol=precision
        )
        check_gradients(ours, theirs, (found, expected), random, precision)


def _without_causal(settings, torch, length, keys):
    """The same settings with one mask in place of a mask and `is_causal`, of which PyTorch takes one."""
    mask, causal = settings.get("attn_mask"), settings["is_causal"]
    if not causal:
        return {"attn_mask": None if mask is None else torch.tensor(mask)} if mask is not None else {}
    if mask is None:
        return {"is_causal": True}
    return {"attn_mask": torch.tensor(mask & np.tri(length, keys, dtype=bool))}


@pytest.mark.parametrize(("heads", "values"), [(1, 1), (2, 2), (6, 6), (2, 3), (3, 1), (6, 2)])
@pytest.mark.parametrize("mask", [None, (1, 1, 5, 7), (6, 5, 7), (5, 7)])
def test_grouped_queries(heads, values, mask):
    torch = pytest.importorskip("torch")
    random = np.random.default_rng(0)
    shapes = (2, 6, 5, 4), (2, heads, 7, 4), (2, values, 7, 3)
    theirs, ours = both(torch, *(random.standard_normal(shape) for shape in shapes))
    kept = None if mask is None else random.random(mask) < 0.7
    given = [None if kept is None else make(kept) for make in (torch.tensor, ag.tensor)]
    expected = torch.nn.functional.scaled_dot_product_attention(*theirs, given[0], scale=0.3, enable_gqa=True)
    found = F.scaled_dot_product_attention(*ours, given[1], scale=0.3, enable_gqa=True)
    close(found, expected)
    check_gradients(ours, theirs, (found, expected), random)


def test_the_result_lies_in_the_order_of_the_queries():
    """So that heads which are columns of one matrix become columns again without a copy."""
    q = ag.randn(2, 5, 3, 4).transpose(1, 2)
    out = F.scaled_dot_product_attention(q, q, q)
    assert out.numpy().strides == q.contiguous().numpy().reshape(2, 5, 3, 4).transpose(0, 2, 1, 3).strides
    assert out.transpose(1, 2).is_contiguous()


@pytest.mark.parametrize("causal", [False, True])
@pytest.mark.parametrize("keys", [50, 400])
def test_dropout_silences_weights_and_keeps_their_mean(keys, causal):
    q, v = ag.zeros(3, 400, 2), ag.eye(keys).expand(3, keys, keys)
    ag.manual_seed(0)
    out = F.scaled_dot_product_attention(q, ag.zeros(3, keys, 2), v, dropout_p=0.25, is_causal=causal).numpy()
    seen = np.tri(400, keys) if causal else np.ones((400, keys))
    plain = seen / seen.sum(1, keepdims=True)
    silenced = (out == 0) & (seen > 0)
    assert silenced[:, :, 0].mean() == pytest.approx(0.25, abs=0.04)
    assert silenced.sum() / (3 * seen.sum()) == pytest.approx(0.25, abs=0.01)
    np.testing.assert_allclose(out[out > 0], np.broadcast_to(plain / 0.75, out.shape)[out > 0], rtol=1e-5)
    assert (silenced[0] != silenced[1]).any()
    again = F.scaled_dot_product_attention(q, ag.zeros(3, keys, 2), v, dropout_p=0.25, is_causal=causal).numpy()
    assert (again != out).any()


@pytest.mark.parametrize("keys", [30, 300])
def test_dropout_draws_the_same_in_the_backward_pass(keys):
    """The gradient of sum(out c) by the values is the weights' sums, and these are in the result itself."""
    ag.manual_seed(0)
    q, k = ag.randn(2, 300, 4), ag.randn(2, keys, 4)
    values = ag.eye(keys).expand(2, keys, keys).contiguous().requires_grad_()
    out = F.scaled_dot_product_attention(q, k, values, dropout_p=0.5, is_causal=True)
    out.sum().backward()
    np.testing.assert_allclose(
        values.grad.numpy(), np.broadcast_to(out.detach().numpy().sum(1)[:, :, None], values.shape), rtol=1e-3
    )


def test_recomputed_exponentials_have_the_gradients_of_kept_ones(monkeypatch):
    def gradients(**settings):
        random = np.random.default_rng(0)
        operands = [ag.tensor(random.standard_normal((2, 90, 4)), requires_grad=True) for _ in range(3)]
        out = F.scaled_dot_product_attention(*operands, **settings, generator=ag.Generator().manual_seed(3))
        out.square().sum().backward()
        return [t.grad.numpy() for t in operands]

    for settings in {"is_causal": True}, {"attn_mask": ag.ones(90, 90).tril().bool()}, {"dropout_p": 0.3}:
        monkeypatch.setattr(attention, "KEPT", 256)
        kept = gradients(**settings)
        monkeypatch.setattr(attention, "KEPT", 0)
        for one, other in zip(gradients(**settings), kept, strict=True):
            np.testing.assert_allclose(one, other, rtol=1e-10, atol=1e-12)


def test_memory_grows_with_the_length_and_not_with_its_square():
    def peak(length):
        q = ag.randn(1, 2, length, 16).requires_grad_()
        tracemalloc.start()
        F.scaled_dot_product_attention(q, q, q, is_causal=True).sum().backward()
        found = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        return found

    before = ag.get_num_threads()
    ag.set_num_threads(1)
    try:
        small, large = peak(1024), peak(4096)
    finally:
        ag.set_num_threads(before)
    scores = 2 * 4096**2 * 4
    assert large < scores / 8
    assert large < 4.5 * small


def test_the_number_of_threads_changes_no_bit():
    random = np.random.default_rng(0)
    arrays = [random.standard_normal((6, 4, 70, 8)).astype(np.float32) for _ in range(3)]
    results, before = [], ag.get_num_threads()
    for threads in (1, 2, 3):
        ag.set_num_threads(threads)
        ag.manual_seed(0)
        operands = [ag.tensor(a, requires_grad=True) for a in arrays]
        out = F.scaled_dot_product_attention(*operands, dropout_p=0.1, is_causal=True)
        out.sum().backward()
        results.append([out.detach().numpy(), *(t.grad.numpy() for t in operands)])
    ag.set_num_threads(before)
    for other in results[1:]:
        for one, two in zip(results[0], other, strict=True):
            np.testing.assert_array_equal(one, two)


@pytest.mark.parametrize(
    ("shapes", "settings", "message"),
    [
        (
            ((3,), (4, 3), (4, 3)),
            {},
            "query, key and value have at least 2 dimensions, (..., length, size); got query (3,), key (4, 3) and "
            "value (4, 3)",
        ),
        (
            ((2, 3), (4, 5), (4, 3)),
            {},
            "a key must be as long as a query; got query (2, 3), key (4, 5) and value (4, 3)",
        ),
        (
            ((2, 3), (4, 3), (5, 3)),
            {},
            "there must be as many values as keys; got query (2, 3), key (4, 3) and value (5, 3)",
        ),
        (
            ((4, 2, 3), (2, 4, 3), (2, 4, 3)),
            {},
            "the leading dimensions of query (4, 2, 3), key (2, 4, 3) and value (2, 4, 3) do not broadcast; where "
            "several query heads share one of the keys, set enable_gqa=True",
        ),
        (((2, 3), (4, 3), (4, 3)), {"dropout_p": 1.5}, "dropout_p must lie in [0, 1], not 1.5"),
        (
            ((2, 3), (4, 3), (4, 3)),
            {"attn_mask": np.ones((4, 2), bool)},
            "a mask of shape (4, 2) does not fit scores of shape (2, 4)",
        ),
        (
            ((2, 3), (4, 3), (4, 3)),
            {"enable_gqa": True},
            "enable_gqa=True needs operands (..., heads, length, size), got shapes [(2, 3), (4, 3), (4, 3)]",
        ),
        (
            ((4, 2, 3), (3, 2, 3), (2, 2, 3)),
            {"enable_gqa": True},
            "4 heads of queries cannot share 3 of keys and 2 of values; these numbers must divide the first",
        ),
    ],
)
def test_what_does_not_fit_is_refused(shapes, settings, message):
    operands = [ag.zeros(*shape) for shape in shapes]
    settings = {k: ag.tensor(v) if isinstance(v, np.ndarray) else v for k, v in settings.items()}
    with pytest.raises(ValueError, match=exactly(f"scaled_dot_product_attention: {message}")):
        F.scaled_dot_product_attention(*operands, **settings)


def test_dtypes_that_do_not_fit_are_refused():
    x, wide = ag.zeros(2, 3), ag.zeros(2, 3, dtype=ag.float64)
    with pytest.raises(
        TypeError,
        match=exactly(
            "scaled_dot_product_attention: query, key and value must have one floating dtype, not float32, "
            "float64, float32; convert them with to()"
        ),
    ):
        F.scaled_dot_product_attention(x, wide, x)
    with pytest.raises(
        TypeError,
        match=exactly(
            "scaled_dot_product_attention: a mask holds booleans or numbers of a floating dtype, not int64"
        ),
    ):
        F.scaled_dot_product_attention(x, x, x, ag.ones(2, 2, dtype=ag.int64))


# ----------------------------------------------------------------------------------------- MultiheadAttention

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


# ------------------------------------------------------------------------------------------------ Transformer

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
