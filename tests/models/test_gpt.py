"""The GPT: its numbers against a module of PyTorch's layers, and what it generates."""

import itertools
import math

import numpy as np
import pytest

import autograd_engine as ag
from autograd_engine import models, nn, optim, viz
from autograd_engine.models.memory import Memory
from autograd_engine.ops.linear_algebra import products
from autograd_engine.testing import gradcheck, gradgradcheck

from ..messages import exactly
from .gpts import SIZES, matrices, moved, seeded


def of_torch(torch, bias):
    """The same model made of PyTorch's layers, with weights (outputs, inputs)."""
    vocabulary, context, layers, heads, width = SIZES.values()

    class Block(torch.nn.Module):
        def __init__(self):
            super().__init__()
            self.ln_1 = torch.nn.LayerNorm(width, bias=bias)
            self.attn = torch.nn.Module()
            self.attn.c_attn = torch.nn.Linear(width, 3 * width, bias)
            self.attn.c_proj = torch.nn.Linear(width, width, bias)
            self.ln_2 = torch.nn.LayerNorm(width, bias=bias)
            self.mlp = torch.nn.Module()
            self.mlp.c_fc = torch.nn.Linear(width, 4 * width, bias)
            self.mlp.c_proj = torch.nn.Linear(4 * width, width, bias)

        def forward(self, x):
            parts = self.attn.c_attn(self.ln_1(x)).split(width, 2)
            q, k, v = (p.view(*p.shape[:2], heads, width // heads).transpose(1, 2) for p in parts)
            scores = q @ k.transpose(-1, -2) / math.sqrt(width // heads)
            later = torch.triu(torch.ones(x.shape[1], x.shape[1], dtype=bool), 1)
            read = scores.masked_fill(later, -torch.inf).softmax(-1) @ v
            x = x + self.attn.c_proj(read.transpose(1, 2).reshape(x.shape))
            hidden = torch.nn.functional.gelu(self.mlp.c_fc(self.ln_2(x)), approximate="tanh")
            return x + self.mlp.c_proj(hidden)

    class Model(torch.nn.Module):
        def __init__(self):
            super().__init__()
            self.transformer = torch.nn.Module()
            self.transformer.wte = torch.nn.Embedding(vocabulary, width)
            self.transformer.wpe = torch.nn.Embedding(context, width)
            self.transformer.h = torch.nn.ModuleList([Block() for _ in range(layers)])
            self.transformer.ln_f = torch.nn.LayerNorm(width, bias=bias)
            self.lm_head = torch.nn.Linear(width, vocabulary, bias=False)
            self.lm_head.weight = self.transformer.wte.weight

        def forward(self, tokens):
            body = self.transformer
            x = body.wte(tokens) + body.wpe(torch.arange(tokens.shape[1]))
            for block in body.h:
                x = block(x)
            return self.lm_head(body.ln_f(x))

    return Model().double()


@pytest.mark.parametrize("bias", [True, False])
def test_it_computes_what_a_module_of_pytorchs_layers_does(bias):
    torch = pytest.importorskip("torch")
    ours, theirs = moved(seeded(bias=bias).double()), of_torch(torch, bias)
    states = ours.state_dict()
    assert sorted(theirs.state_dict()) == sorted(states)
    theirs.load_state_dict(
        {n: torch.tensor(np.array(v.numpy().T if matrices(n) else v.numpy())) for n, v in states.items()}
    )
    tokens = np.random.default_rng(1).integers(0, 11, (3, 8))
    found, expected = ours(ag.tensor(tokens)), theirs(torch.tensor(tokens))
    np.testing.assert_allclose(found.detach().numpy(), expected.detach().numpy(), rtol=1e-9, atol=1e-11)
    targets = np.random.default_rng(2).integers(0, 11, (3, 8))
    nn.functional.cross_entropy(found.flatten(0, 1), ag.tensor(targets).flatten()).backward()
    torch.nn.functional.cross_entropy(expected.flatten(0, 1), torch.tensor(targets).flatten()).backward()
    for name, parameter in theirs.named_parameters():
        right = parameter.grad.numpy()
        gradient = ours.get_parameter(name).grad.numpy()
        np.testing.assert_allclose(gradient, right.T if matrices(name) else right, rtol=1e-7, atol=1e-10)


def test_derivatives_of_both_orders():
    layer = models.Conv1D(3, 2).double()
    x = ag.randn(2, 3, 2, dtype=ag.float64, requires_grad=True)
    weights = [layer.weight, layer.bias]

    def call(x, weight, bias):
        return products.mapped(x, weight, bias).tanh()

    assert gradcheck(call, [x, *weights])
    assert gradgradcheck(call, [x, *weights])


def test_sizes_parameters_and_initial_values():
    model = models.GPT(vocabulary=96, context=64, layers=4, heads=4, width=128)
    assert (
        sum(p.numel() for p in model.parameters()) == 96 * 128 + 64 * 128 + 4 * (12 * 128**2 + 13 * 128) + 2 * 128
    )
    assert model.lm_head.weight is model.transformer.wte.weight
    stds = {
        name: model.get_parameter(f"transformer.{name}.weight").std().item()
        for name in ("wte", "wpe", "h.1.attn.c_attn", "h.1.mlp.c_fc", "h.2.attn.c_proj", "h.2.mlp.c_proj")
    }
    expected = [0.02] * 4 + [0.02 / math.sqrt(8)] * 2
    np.testing.assert_allclose(list(stds.values()), expected, rtol=0.05)
    assert not model.transformer.h[0].attn.c_attn.bias.any()
    groups = model.parameter_groups(0.1)
    assert [g["weight_decay"] for g in groups] == [0.1, 0.0]
    assert {p.ndim for p in groups[0]["params"]} == {2}
    assert {p.ndim for p in groups[1]["params"]} == {1}
    assert sum(len(g["params"]) for g in groups) == len(list(model.parameters()))
    optim.AdamW(groups, lr=1e-3)


def test_its_linear_maps_say_their_sizes_and_costs():
    model = models.GPT(vocabulary=5, context=4, layers=1, heads=1, width=8)
    assert repr(model.transformer.h[0].mlp.c_fc) == "Conv1D(nf=32, nx=8, bias=True)"
    table = viz.summary(model, ag.zeros(1, 3, dtype=ag.int64))
    (row,) = [row for row in table.rows if row.name.endswith("mlp.c_fc")]
    assert row.flops == 2 * 8 * 3 * 32


def test_dropout_in_training_only():
    model, tokens = seeded(dropout=0.5), ag.arange(8).reshape(1, 8)
    assert not model(tokens).equal(model(tokens))
    model.eval()
    assert model(tokens).equal(model(tokens))


# -------------------------------------------------------------------------------------------- generating


@pytest.mark.parametrize("bias", [True, False])
@pytest.mark.parametrize("prompt", [1, 3])
def test_cached_scores_are_those_of_the_whole_forward(bias, prompt):
    model = moved(seeded(bias=bias))
    tokens = np.random.default_rng(1).integers(0, 11, (2, 8))
    memory = Memory(model.transformer, model.heads, 2)
    for stop in range(prompt, 9):
        part = tokens[:, :stop] if stop == prompt else tokens[:, stop - 1 : stop]
        expected = model(ag.tensor(tokens[:, :stop])).detach().numpy()[:, -1]
        np.testing.assert_allclose(memory.scores(part), expected, rtol=1e-4, atol=1e-4)


def plain(model, tokens, length, draw):
    """Generation without a cache: the whole forward of the last `context` tokens, for each new one."""
    model.eval()
    for _ in range(length):
        scores = model(ag.tensor(tokens[:, -model.context :])).detach()[:, -1]
        tokens = np.concatenate([tokens, draw(scores).numpy()[:, None]], 1)
    return tokens


@pytest.mark.parametrize("settings", [{"temperature": 0}, {}, {"temperature": 0.7, "top_k": 4}, {"top_p": 0.6}])
def test_it_generates_what_the_uncached_model_draws_even_beyond_the_context(settings):
    model = moved(seeded(dropout=0.3))
    prompt = np.array([[1, 2, 3], [4, 0, 10]])
    generator = ag.Generator().manual_seed(5)
    expected = plain(model, prompt, 20, lambda s: models.sample_tokens(s, **settings, generator=generator))
    model.train()
    found = model.generate(ag.tensor(prompt), 20, **settings, generator=ag.Generator().manual_seed(5))
    assert found.tolist() == expected.tolist()
    assert model.training


def test_a_prompt_longer_than_the_context_is_cropped():
    model = moved(seeded())
    prompt = np.arange(30).reshape(1, 30) % 11
    found = model.generate(ag.tensor(prompt), 4, temperature=0)
    assert found.tolist() == plain(model, prompt, 4, lambda s: s.argmax(-1)).tolist()
    assert found[0, :30].tolist() == prompt[0].tolist()


def test_one_prompt_a_list_and_the_stream():
    model = moved(seeded())
    once = model.generate(ag.tensor([1, 2]), 6, temperature=0)
    assert once.shape == (8,)
    assert once.dtype == ag.int64
    assert model.generate([[1, 2], [1, 2]], 6, temperature=0).tolist() == [once.tolist()] * 2
    stream = model.stream([1, 2], temperature=0)
    assert [int(token) for token in itertools.islice(stream, 6)] == once.tolist()[2:]
    assert model.generate([1, 2], 0).tolist() == [1, 2]
    assert not once.requires_grad


@pytest.mark.parametrize("context", [1, 2, 8])
def test_with_fewer_kept_tokens_it_goes_on_from_the_last_ones(context):
    model = moved(seeded(context=context))
    keep = max(context // 2, 1)
    settings = {"keep": keep} if context > 1 else {}
    found = model.generate([3], 20, temperature=0, **settings).tolist()
    seen = [3]
    for token in found[1:]:
        if len(seen) > context:
            seen = seen[-keep - 1 :] if context > 1 else seen[-1:]
        scores = model(ag.tensor([seen])).detach().numpy()[0, -1]
        assert scores[token] == pytest.approx(scores.max(), abs=1e-4)
        seen.append(token)


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (lambda m: m(ag.arange(3)), ValueError, "GPT takes tokens (N, T), got shape (3,)"),
        (
            lambda m: m(ag.zeros(1, 9, dtype=ag.int64)),
            ValueError,
            "GPT: a sequence of 9 tokens is longer than the context of 8; give its last 8",
        ),
        (
            lambda m: m.generate(ag.zeros(0, dtype=ag.int64), 3),
            ValueError,
            "GPT: a prompt is one or more integers, (T,) or (N, T), not int64 of shape (0,)",
        ),
        (
            lambda m: m.generate(ag.ones(2), 3),
            ValueError,
            "GPT: a prompt is one or more integers, (T,) or (N, T), not float32 of shape (2,)",
        ),
        (
            lambda m: m.generate([1, 11], 3),
            IndexError,
            "GPT: token 11 of the prompt is out of range for a vocabulary of 11",
        ),
        (lambda m: m.generate([1], -1), ValueError, "GPT: length must not be negative, but is -1"),
        (lambda m: m.generate([1], 1, keep=8), ValueError, "GPT: keep must lie between 1 and 7, not 8"),
        (lambda m: m.generate([1], 1, -1.0), ValueError, "temperature must be at least 0, not -1.0"),
        (lambda m: models.GPT(0, 8), ValueError, "GPT: vocabulary must be at least 1, not 0"),
        (lambda m: models.GPT(9, 8, width=10), ValueError, "GPT: width = 10 is no multiple of heads = 4"),
    ],
)
def test_what_does_not_fit_is_refused(call, error, message):
    with pytest.raises(error, match=exactly(message)):
        call(models.GPT(**SIZES))


@pytest.fixture
def one_thread():
    """For products this small; where others use the cores, the threads of BLAS wait for each other."""
    before = ag.get_num_threads()
    ag.set_num_threads(1)
    yield
    ag.set_num_threads(before)


@pytest.mark.usefixtures("one_thread")
def test_it_learns_a_short_text_by_heart_and_writes_it():
    ag.manual_seed(0)
    text = "the quick brown fox jumps over the lazy dog. "
    characters = sorted(set(text))
    tokens = ag.tensor([characters.index(c) for c in text * 3])
    model = models.GPT(len(characters), 32, layers=2, heads=2, width=32)
    optimizer = optim.AdamW(model.parameter_groups(0.01), lr=1e-2)
    starts = ag.arange(45).reshape(45, 1) + ag.arange(32)
    x, y = tokens[starts], tokens[starts + 1]
    for _ in range(60):
        optimizer.zero_grad()
        loss = nn.functional.cross_entropy(model(x).flatten(0, 1), y.flatten())
        loss.backward()
        nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimizer.step()
    assert loss.item() < 0.1
    written = model.generate(tokens[:10], 60, temperature=0)
    assert "".join(characters[i] for i in written.tolist()) == (text * 3)[:70]


# ---------------------------------------------------------------------------------------------- sampling

LOGITS = np.log([[0.5, 0.25, 0.15, 0.1], [0.1, 0.2, 0.3, 0.4]])


@pytest.mark.parametrize(
    ("settings", "expected"),
    [
        ({}, [[0.5, 0.25, 0.15, 0.1], [0.1, 0.2, 0.3, 0.4]]),
        ({"temperature": 0}, [[1, 0, 0, 0], [0, 0, 0, 1]]),
        ({"top_k": 2}, [[2 / 3, 1 / 3, 0, 0], [0, 0, 3 / 7, 4 / 7]]),
        ({"top_k": 9}, [[0.5, 0.25, 0.15, 0.1], [0.1, 0.2, 0.3, 0.4]]),
        ({"top_p": 0.6}, [[2 / 3, 1 / 3, 0, 0], [0, 0, 3 / 7, 4 / 7]]),
        ({"top_p": 0.01}, [[1, 0, 0, 0], [0, 0, 0, 1]]),
        ({"top_k": 2, "top_p": 0.6}, [[1, 0, 0, 0], [0, 0, 3 / 7, 4 / 7]]),
        ({"temperature": 0.5}, [[100 / 138, 25 / 138, 9 / 138, 4 / 138], [1 / 30, 4 / 30, 9 / 30, 16 / 30]]),
    ],
)
def test_probabilities_of_tokens(settings, expected):
    found = models.token_probabilities(ag.tensor(LOGITS), **settings).numpy()
    np.testing.assert_allclose(found.sum(1), 1)
    np.testing.assert_allclose(found, expected, atol=1e-12)


def test_tokens_are_drawn_as_often_as_their_probabilities_say():
    ag.manual_seed(0)
    for settings in {}, {"top_k": 3}, {"top_p": 0.8}, {"temperature": 2.0}:
        drawn = models.sample_tokens(ag.tensor(LOGITS[:1]).expand(20000, 4), **settings).numpy()
        shares = np.bincount(drawn, minlength=4) / len(drawn)
        wanted = models.token_probabilities(ag.tensor(LOGITS[0]), **settings).numpy()
        np.testing.assert_allclose(shares, wanted, atol=0.012)
        assert not shares[wanted == 0].any()


def test_equal_scores_are_kept_together_and_extreme_ones_do_not_overflow():
    assert models.token_probabilities(ag.tensor([1.0, 1.0, 0.0]), top_k=1).tolist() == [0.5, 0.5, 0]
    assert models.token_probabilities(ag.tensor([1e30, -1e30, 0.0])).tolist() == [1, 0, 0]
    assert models.sample_tokens(ag.tensor([-np.inf, 0.0])).item() == 1


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"temperature": -0.1}, "temperature must be at least 0, not -0.1"),
        ({"temperature": math.nan}, "temperature must be at least 0, not nan"),
        ({"top_k": 0}, "top_k must be at least 1, not 0"),
        ({"top_p": 0.0}, "top_p must lie in (0, 1], not 0.0"),
        ({"top_p": 1.1}, "top_p must lie in (0, 1], not 1.1"),
    ],
)
def test_settings_out_of_range(settings, message):
    for function in (models.sample_tokens, models.token_probabilities):
        with pytest.raises(ValueError, match=exactly(message)):
            function(ag.zeros(3), **settings)
