"""Files of GPT-2's: the names, layouts and dtypes of its published weights, and the numbers that they give."""

import math

import numpy as np
import pytest
import safetensors.numpy

import autograd_engine as ag
from autograd_engine import models

from ..messages import exactly
from .gpts import SIZES, matrices, moved, seeded

PUBLISHED = [
    "wte.weight",
    "wpe.weight",
    *(
        f"h.{i}.{name}"
        for i in (0, 1)
        for name in (
            "ln_1.weight", "ln_1.bias", "attn.bias", "attn.c_attn.weight", "attn.c_attn.bias", "attn.c_proj.weight",
            "attn.c_proj.bias", "ln_2.weight", "ln_2.bias", "mlp.c_fc.weight", "mlp.c_fc.bias", "mlp.c_proj.weight",
            "mlp.c_proj.bias",
        )
    ),
    "ln_f.weight",
    "ln_f.bias",
]  # fmt: skip
"""The tensors of the published model.safetensors of gpt2, but with two blocks instead of twelve."""


@pytest.mark.parametrize("prefix", ["", "transformer."])
@pytest.mark.parametrize("transposed", [False, True])
def test_published_states_load(prefix, transposed):
    model = moved(seeded())
    own = {n.removeprefix("transformer."): v for n, v in model.state_dict().items()}
    state = {}
    for name in PUBLISHED:
        value = own[name] if name in own else ag.ones(1, 1, 8, 8).tril()
        state[prefix + name] = value.T.clone() if transposed and matrices(name) else value.clone()
    if prefix:
        state["lm_head.weight"] = own["lm_head.weight"].clone()
        state["transformer.h.0.attn.masked_bias"] = ag.tensor(-1e4)
    other = models.GPT(**SIZES)
    assert str(other.load_state_dict(state)) == "<All keys matched successfully>"
    for (name, one), two in zip(other.state_dict().items(), model.state_dict().values(), strict=True):
        assert one.equal(two), name
    assert other.lm_head.weight is other.transformer.wte.weight


def test_a_state_of_other_sizes_is_refused():
    state = models.GPT(**{**SIZES, "width": 8}).state_dict()
    del state["transformer.ln_f.bias"]
    with pytest.raises(RuntimeError, match=r"missing: transformer\.ln_f\.bias") as error:
        models.GPT(**SIZES).load_state_dict(state)
    assert "transformer.h.0.attn.c_attn.weight: the module has shape (6, 18), the state (8, 24)" in str(error.value)
    with pytest.raises(TypeError, match=exactly("load_state_dict takes tensors by name, not a list")):
        models.GPT(**SIZES).load_state_dict([])


@pytest.mark.parametrize("bias", [True, False])
def test_a_file_tells_the_sizes(tmp_path, bias):
    model = moved(seeded(bias=bias))
    state = model.state_dict()
    del state["lm_head.weight"]
    ag.save({n.removeprefix("transformer."): v for n, v in state.items()}, tmp_path / "gpt.safetensors")
    found = models.GPT.from_file(tmp_path / "gpt.safetensors", heads=2)
    tokens = ag.arange(8).reshape(1, 8)
    assert found(tokens).equal(model(tokens))
    assert models.GPT.from_file(tmp_path / "gpt.safetensors").heads == 1
    ag.save({"weight": ag.zeros(2, 2)}, tmp_path / "other.safetensors")
    with pytest.raises(
        ValueError,
        match=exactly(
            f"{tmp_path / 'other.safetensors'} holds no GPT, whose state has wte.weight, wpe.weight and "
            "h.0.ln_1.weight"
        ),
    ):
        models.GPT.from_file(tmp_path / "other.safetensors")


def test_a_saved_model_is_loaded_again(tmp_path):
    model = moved(seeded())
    ag.save(model.state_dict(), tmp_path / "model.safetensors")
    other = models.GPT(**SIZES)
    other.load_state_dict(ag.load(tmp_path / "model.safetensors"))
    assert all(a.equal(b) for a, b in zip(model.parameters(), other.parameters(), strict=True))


# ------------------------------------------------------------------------- the published file, scaled down

LAYERS, HEADS, WIDTH, CONTEXT, VOCABULARY = 3, 2, 128, 24, 97
"""gpt2 has 12, 12, 768, 1024 and 50257; heads have 64 columns in both."""


def published():
    """The tensors of model.safetensors of gpt2 by their names, in its shapes and its dtype: matrices are (inputs,
    outputs), and each block has the mask of its attention."""
    random, state = np.random.default_rng(0), {}

    def put(name, *shape, mean=0.0):
        state[name] = random.normal(mean, 0.2, shape).astype(np.float32)

    put("wte.weight", VOCABULARY, WIDTH)
    put("wpe.weight", CONTEXT, WIDTH)
    for i in range(LAYERS):
        for name, inputs, outputs in (
            ("attn.c_attn", WIDTH, 3 * WIDTH),
            ("attn.c_proj", WIDTH, WIDTH),
            ("mlp.c_fc", WIDTH, 4 * WIDTH),
            ("mlp.c_proj", 4 * WIDTH, WIDTH),
        ):
            put(f"h.{i}.{name}.weight", inputs, outputs)
            put(f"h.{i}.{name}.bias", outputs)
        for name in ("ln_1", "ln_2"):
            put(f"h.{i}.{name}.weight", WIDTH, mean=1.0)
            put(f"h.{i}.{name}.bias", WIDTH)
        state[f"h.{i}.attn.bias"] = np.tri(CONTEXT, dtype=np.float32).reshape(1, 1, CONTEXT, CONTEXT)
    put("ln_f.weight", WIDTH, mean=1.0)
    put("ln_f.bias", WIDTH)
    return state


def scores_of_torch(torch, state, tokens):
    """GPT-2's forward, as its authors wrote it, on the tensors of the file."""
    w = {name: torch.tensor(value, dtype=torch.float64) for name, value in state.items()}

    def norm(x, name):
        mean, variance = x.mean(-1, keepdim=True), x.var(-1, keepdim=True, unbiased=False)
        return (x - mean) / torch.sqrt(variance + 1e-5) * w[f"{name}.weight"] + w[f"{name}.bias"]

    def conv1d(x, name):
        return x @ w[f"{name}.weight"] + w[f"{name}.bias"]

    def gelu(x):
        return 0.5 * x * (1 + torch.tanh(math.sqrt(2 / math.pi) * (x + 0.044715 * x**3)))

    count, length = tokens.shape
    x = w["wte.weight"][tokens] + w["wpe.weight"][torch.arange(length)]
    for i in range(LAYERS):
        parts = conv1d(norm(x, f"h.{i}.ln_1"), f"h.{i}.attn.c_attn").split(WIDTH, -1)
        q, k, v = (part.reshape(count, length, HEADS, 64).permute(0, 2, 1, 3) for part in parts)
        mask = w[f"h.{i}.attn.bias"][:, :, :length, :length]
        scores = q @ k.transpose(-1, -2) / math.sqrt(64) * mask - 1e10 * (1 - mask)
        read = (scores.softmax(-1) @ v).permute(0, 2, 1, 3).reshape(count, length, WIDTH)
        x = x + conv1d(read, f"h.{i}.attn.c_proj")
        x = x + conv1d(gelu(conv1d(norm(x, f"h.{i}.ln_2"), f"h.{i}.mlp.c_fc")), f"h.{i}.mlp.c_proj")
    return norm(x, "ln_f") @ w["wte.weight"].T


@pytest.mark.parametrize("prefix", ["", "transformer."])
@pytest.mark.parametrize("kind", ["safetensors", "pth"])
def test_the_published_file_gives_gpt_2s_numbers(kind, prefix, tmp_path):
    """model.safetensors has no prefix and no lm_head; files that programs save have both, and masks of bytes."""
    torch = pytest.importorskip("torch")
    state, path = published(), tmp_path / f"model.{kind}"
    saved = {prefix + name: value for name, value in state.items()}
    if prefix:
        for i in range(LAYERS):
            saved[f"{prefix}h.{i}.attn.bias"] = saved[f"{prefix}h.{i}.attn.bias"].astype(np.uint8)
            saved[f"{prefix}h.{i}.attn.masked_bias"] = np.array(-1e4, np.float32)
        saved["lm_head.weight"] = state["wte.weight"]
    if kind == "safetensors":
        safetensors.numpy.save_file(saved, path, metadata={"format": "pt"})
    else:
        torch.save({name: torch.tensor(value) for name, value in saved.items()}, path)
    model = models.GPT.from_file(path)
    assert (model.heads, model.context, model.vocabulary, len(model.transformer.h)) == (
        2,
        CONTEXT,
        VOCABULARY,
        LAYERS,
    )
    assert all(p.dtype == ag.float32 for p in model.parameters())
    tokens = np.random.default_rng(1).integers(0, VOCABULARY, (2, CONTEXT))
    expected = scores_of_torch(torch, state, torch.tensor(tokens)).numpy()
    single = model(ag.tensor(tokens)).detach().numpy()
    np.testing.assert_allclose(single, expected, rtol=1e-3, atol=1e-4 * np.abs(expected).max())
    double = model.double()(ag.tensor(tokens)).detach().numpy()
    np.testing.assert_allclose(double, expected, rtol=1e-9, atol=1e-10)
    assert model.generate(tokens[:, :5], 3, temperature=0)[:, 5].tolist() == expected[:, 4].argmax(-1).tolist()
