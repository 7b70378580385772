"""Sequences: training steps of recurrent layers and of a GPT, the tokens that a GPT generates, and peak memory.

Every library starts from the same weights. PyTorch and this project share a program; of the GPT, this project's
`models.GPT` is measured too, against that program on PyTorch. JAX scans the steps of a recurrent layer.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

import numpy as np

from ..case import Case, Task
from ..libraries import LEARNING_RATE, Library
from .footprint import step_memory

__all__ = ["CASES", "STEPS", "generation", "step_of"]

Step = Callable[[], Any]

MEMORY = 1.2
"""The largest ratio to PyTorch's peak memory of a training step that is accepted."""


def random_arrays(shapes: Mapping[str, tuple[int, ...]], scale: float) -> dict[str, Any]:
    rng = np.random.default_rng(0)
    return {name: rng.normal(0, scale, shape).astype(np.float32) for name, shape in shapes.items()}


def load(library: Library, model: Any, arrays: Mapping[str, Any]) -> Any:
    """The model, with these weights."""
    model.load_state_dict({name: library.module.tensor(array) for name, array in arrays.items()})
    return model


def step_on_tape(loss_of: Callable[[], Any], optimizer: Any) -> Step:
    def step() -> Any:
        optimizer.zero_grad()
        loss = loss_of()
        loss.backward()
        optimizer.step()
        return loss

    return step


# ------------------------------------------------------------------------------------ recurrent layers


class Layer(NamedTuple):
    """A recurrent layer, how long and how many sequences are, and the largest ratios to PyTorch's time."""

    kind: str
    length: int
    batch: int
    inputs: int
    hidden: int
    target: float
    depth: int = 1
    bidirectional: bool = False

    @property
    def title(self) -> str:
        words = [f"{self.kind} {self.inputs} -> {self.hidden}", f"{self.length} steps", f"batch {self.batch}"]
        return ", ".join(words + [f"{self.depth} layers, bidirectional"] * self.bidirectional)

    def data(self) -> tuple[Any, Any]:
        """Sequences, and the outputs that are wanted."""
        rng = np.random.default_rng(1)
        widths = self.inputs, self.hidden * (1 + self.bidirectional)
        inputs, wanted = (rng.standard_normal((self.length, self.batch, n)).astype(np.float32) for n in widths)
        return inputs, wanted


LAYERS = {
    "rnn-32": Layer("RNN", 32, 32, 64, 128, 1.0),
    "lstm-32": Layer("LSTM", 32, 32, 64, 128, 1.3),
    "gru-32": Layer("GRU", 32, 32, 64, 128, 0.8),
    "lstm-64": Layer("LSTM", 64, 64, 128, 256, 1.0),
    "gru-64": Layer("GRU", 64, 64, 128, 256, 0.8),
    "lstm-bidirectional": Layer("LSTM", 32, 32, 64, 128, 1.0, depth=2, bidirectional=True),
}


def layer_step(library: Library, layer: Layer) -> Step | None:
    """A training step that brings all outputs nearer to what is wanted, by SGD."""
    if library.key == "jax" and layer.kind in JAX_CELLS and not layer.bidirectional:
        return jax_layer_step(library, layer)
    if not library.torch_names:
        return None
    nn = library.part("nn")
    model = getattr(nn, layer.kind)(layer.inputs, layer.hidden, layer.depth, bidirectional=layer.bidirectional)
    shapes = {name: tuple(p.shape) for name, p in model.named_parameters()}
    load(library, model, random_arrays(shapes, 0.1))
    inputs, wanted = map(library.module.tensor, layer.data())
    optimizer = library.part("optim").SGD(model.parameters(), lr=LEARNING_RATE)
    return step_on_tape(lambda: nn.functional.mse_loss(model(inputs)[0], wanted), optimizer)


def jax_lstm(library: Library, state: Any, projected: Any, w: Any) -> tuple[Any, Any]:
    np_, sigmoid = library.part("numpy"), library.part("nn").sigmoid
    h, c = state
    i, f, g, o = np_.split(projected + h @ w["weight_hh_l0"].T + w["bias_hh_l0"], 4, axis=-1)
    c = sigmoid(f) * c + sigmoid(i) * np_.tanh(g)
    h = sigmoid(o) * np_.tanh(c)
    return (h, c), h


def jax_gru(library: Library, state: Any, projected: Any, w: Any) -> tuple[Any, Any]:
    np_, sigmoid = library.part("numpy"), library.part("nn").sigmoid
    (h,) = state
    r_x, z_x, n_x = np_.split(projected, 3, axis=-1)
    r_h, z_h, n_h = np_.split(h @ w["weight_hh_l0"].T + w["bias_hh_l0"], 3, axis=-1)
    z = sigmoid(z_x + z_h)
    h = (1 - z) * np_.tanh(n_x + sigmoid(r_x + r_h) * n_h) + z * h
    return (h,), h


JAX_CELLS = {"LSTM": (jax_lstm, 4, 2), "GRU": (jax_gru, 3, 1)}
"""A step, how many gates it has, and how many states."""


def jax_layer_step(library: Library, layer: Layer) -> Step:
    cell, gates, states = JAX_CELLS[layer.kind]
    rows, scan = gates * layer.hidden, library.part("lax").scan
    shapes: dict[str, tuple[int, ...]] = {
        "weight_ih_l0": (rows, layer.inputs),
        "weight_hh_l0": (rows, layer.hidden),
        "bias_ih_l0": (rows,),
        "bias_hh_l0": (rows,),
    }
    zeros = library.array(np.zeros((layer.batch, layer.hidden), np.float32))

    def loss_of(w: Any, inputs: Any, wanted: Any) -> Any:
        projected = inputs @ w["weight_ih_l0"].T + w["bias_ih_l0"]
        _, outputs = scan(lambda state, x: cell(library, state, x, w), (zeros,) * states, projected)
        return ((outputs - wanted) ** 2).mean()

    differentiated = library.value_and_grad(loss_of)

    def update(w: Any, inputs: Any, wanted: Any) -> Any:
        loss, gradients = differentiated(w, inputs, wanted)
        return loss, {name: w[name] - LEARNING_RATE * gradients[name] for name in w}

    fast_update = library.compiled(update)
    w: Any = {name: library.array(array) for name, array in random_arrays(shapes, 0.1).items()}
    inputs, wanted = map(library.array, layer.data())

    def step() -> Any:
        nonlocal w
        loss, w = library.finished(fast_update(w, inputs, wanted))
        return loss

    return step


# ------------------------------------------------------------------------------------------------ GPT

VOCABULARY, CONTEXT, BLOCKS, HEADS, WIDTH, BATCH = 96, 64, 4, 4, 128, 16
"""The model, and how many sequences of `CONTEXT` tokens it is trained on at once."""

RATE, BETAS, EPS, DECAY = 1e-3, (0.9, 0.95), 1e-8, 0.1
"""AdamW's settings."""

PROMPT, NEW = 8, 56
"""Tokens that are given to a model that generates, and those that follow: together they fill the context."""


def gpt_shapes() -> dict[str, tuple[int, ...]]:
    """The parameters of the program below, by GPT-2's names."""
    in_block: dict[str, tuple[int, ...]] = {
        "ln_1.weight": (WIDTH,),
        "ln_1.bias": (WIDTH,),
        "attn.c_attn.weight": (3 * WIDTH, WIDTH),
        "attn.c_attn.bias": (3 * WIDTH,),
        "attn.c_proj.weight": (WIDTH, WIDTH),
        "attn.c_proj.bias": (WIDTH,),
        "ln_2.weight": (WIDTH,),
        "ln_2.bias": (WIDTH,),
        "mlp.c_fc.weight": (4 * WIDTH, WIDTH),
        "mlp.c_fc.bias": (4 * WIDTH,),
        "mlp.c_proj.weight": (WIDTH, 4 * WIDTH),
        "mlp.c_proj.bias": (WIDTH,),
    }
    return {
        "wte.weight": (VOCABULARY, WIDTH),
        "wpe.weight": (CONTEXT, WIDTH),
        **{f"h.{i}.{name}": shape for i in range(BLOCKS) for name, shape in in_block.items()},
        "ln_f.weight": (WIDTH,),
        "ln_f.bias": (WIDTH,),
    }


def gpt_tokens(count: int, length: int) -> Any:
    return np.random.default_rng(1).integers(0, VOCABULARY, (count, length))


def gpt_program(library: Library) -> Any:
    """The model as programs for PyTorch write it. With `past`, a list for each block, it keeps keys and values of
    the tokens before, and takes only new ones."""
    m, nn = library.module, library.part("nn")
    F = nn.functional

    class Attention(nn.Module):  # type: ignore[misc]
        def __init__(self) -> None:
            super().__init__()
            self.c_attn = nn.Linear(WIDTH, 3 * WIDTH)
            self.c_proj = nn.Linear(WIDTH, WIDTH)

        def forward(self, x: Any, past: Any) -> Any:
            n, t, _ = x.shape
            q, k, v = (
                part.view(n, t, HEADS, WIDTH // HEADS).transpose(1, 2)
                for part in self.c_attn(x).split(WIDTH, dim=2)
            )
            if past is not None:
                k, v = past[:] = [m.cat(pair, dim=2) for pair in zip(past, (k, v), strict=True)] if past else [k, v]
            y = F.scaled_dot_product_attention(q, k, v, is_causal=t > 1)
            return self.c_proj(y.transpose(1, 2).reshape(n, t, WIDTH))

    class FeedForward(nn.Module):  # type: ignore[misc]
        def __init__(self) -> None:
            super().__init__()
            self.c_fc = nn.Linear(WIDTH, 4 * WIDTH)
            self.c_proj = nn.Linear(4 * WIDTH, WIDTH)

        def forward(self, x: Any) -> Any:
            return self.c_proj(F.gelu(self.c_fc(x), approximate="tanh"))

    class Block(nn.Module):  # type: ignore[misc]
        def __init__(self) -> None:
            super().__init__()
            self.ln_1, self.attn = nn.LayerNorm(WIDTH), Attention()
            self.ln_2, self.mlp = nn.LayerNorm(WIDTH), FeedForward()

        def forward(self, x: Any, past: Any) -> Any:
            x = x + self.attn(self.ln_1(x), past)
            return x + self.mlp(self.ln_2(x))

    class Model(nn.Module):  # type: ignore[misc]
        def __init__(self) -> None:
            super().__init__()
            self.wte, self.wpe = nn.Embedding(VOCABULARY, WIDTH), nn.Embedding(CONTEXT, WIDTH)
            self.h = nn.ModuleList([Block() for _ in range(BLOCKS)])
            self.ln_f = nn.LayerNorm(WIDTH)

        def forward(self, tokens: Any, past: Any = None) -> Any:
            before = past[0][0].shape[2] if past and past[0] else 0
            x = self.wte(tokens) + self.wpe.weight[before : before + tokens.shape[1]]
            for i, block in enumerate(self.h):
                x = block(x, None if past is None else past[i])
            return F.linear(self.ln_f(x), self.wte.weight)

    return load(library, Model(), random_arrays(gpt_shapes(), 0.02))


def gpt_own(library: Library) -> Any:
    """This project's model; with other libraries the program."""
    if library.package != "autograd_engine":
        return gpt_program(library)
    model = library.part("models").GPT(VOCABULARY, CONTEXT, BLOCKS, HEADS, WIDTH)
    return load(library, model, random_arrays(gpt_shapes(), 0.02))


def gpt_step(library: Library, make: Callable[[Library], Any]) -> Step | None:
    """A training step: the cross entropy of the next token everywhere, and AdamW."""
    if library.key == "jax":
        return jax_gpt_step(library)
    if not library.torch_names:
        return None
    model, F = make(library), library.part("nn").functional
    optimizer = library.part("optim").AdamW(model.parameters(), lr=RATE, betas=BETAS, eps=EPS, weight_decay=DECAY)
    tokens = library.module.tensor(gpt_tokens(BATCH, CONTEXT + 1))
    inputs, targets = tokens[:, :-1], tokens[:, 1:].reshape(-1)
    return step_on_tape(lambda: F.cross_entropy(model(inputs).view(-1, VOCABULARY), targets), optimizer)


def jax_gpt_step(library: Library) -> Step:
    np_, nn, tree = library.part("numpy"), library.part("nn"), library.part("tree")

    def normalized(x: Any, w: Any, name: str) -> Any:
        return nn.standardize(x, epsilon=1e-5) * w[f"{name}.weight"] + w[f"{name}.bias"]

    def mapped(x: Any, w: Any, name: str) -> Any:
        return x @ w[f"{name}.weight"].T + w[f"{name}.bias"]

    def loss_of(w: Any, tokens: Any) -> Any:
        x = w["wte.weight"][tokens[:, :-1]] + w["wpe.weight"]
        for i in range(BLOCKS):
            parts = mapped(normalized(x, w, f"h.{i}.ln_1"), w, f"h.{i}.attn.c_attn")
            q, k, v = np_.split(parts.reshape(BATCH, CONTEXT, 3 * HEADS, WIDTH // HEADS), 3, axis=2)
            read = nn.dot_product_attention(q, k, v, is_causal=True).reshape(x.shape)
            x = x + mapped(read, w, f"h.{i}.attn.c_proj")
            hidden = nn.gelu(mapped(normalized(x, w, f"h.{i}.ln_2"), w, f"h.{i}.mlp.c_fc"), approximate=True)
            x = x + mapped(hidden, w, f"h.{i}.mlp.c_proj")
        scores = nn.log_softmax(normalized(x, w, "ln_f") @ w["wte.weight"].T)
        return -np_.take_along_axis(scores, tokens[:, 1:, None], axis=-1).mean()

    differentiated = library.value_and_grad(loss_of)

    def update(state: Any, tokens: Any) -> Any:
        w, first, second, t = state
        loss, g = differentiated(w, tokens)
        first = tree.map(lambda m, g: BETAS[0] * m + (1 - BETAS[0]) * g, first, g)
        second = tree.map(lambda v, g: BETAS[1] * v + (1 - BETAS[1]) * g * g, second, g)
        corrections = 1 - BETAS[0] ** t, 1 - BETAS[1] ** t

        def moved(w: Any, m: Any, v: Any) -> Any:
            return w * (1 - RATE * DECAY) - RATE * m / corrections[0] / (np_.sqrt(v / corrections[1]) + EPS)

        return loss, (tree.map(moved, w, first, second), first, second, t + 1)

    fast_update = library.compiled(update)
    weights = {name: library.array(array) for name, array in random_arrays(gpt_shapes(), 0.02).items()}
    zeros = tree.map(np_.zeros_like, weights)
    state: Any = weights, zeros, zeros, library.scalar(1.0)
    tokens = library.array(gpt_tokens(BATCH, CONTEXT + 1))

    def step() -> Any:
        nonlocal state
        loss, state = library.finished(fast_update(state, tokens))
        return loss

    return step


def generation(library: Library, temperature: float = 1.0) -> Callable[[], Any] | None:
    """Tokens drawn one after the other, until the context is full; returns them with those given."""
    if not library.torch_names:
        return None
    m, model, prompt = library.module, gpt_own(library), library.module.tensor(gpt_tokens(1, PROMPT))
    if library.package == "autograd_engine":
        return lambda: model.generate(prompt, NEW, temperature)

    def generate() -> Any:
        past: list[Any] = [[] for _ in range(BLOCKS)]
        found = [prompt]
        with m.inference_mode():
            for _ in range(NEW):
                scores = model(found[-1], past)[:, -1]
                if temperature:
                    found.append(m.multinomial((scores / temperature).softmax(-1), 1))
                else:
                    found.append(scores.argmax(-1, keepdim=True))
            return m.cat(found, 1)

    return generate


# --------------------------------------------------------------------------------------------- the cases

STEPS: dict[str, Callable[[Library], Step | None]] = {
    **{name: (lambda library, layer=layer: layer_step(library, layer)) for name, layer in LAYERS.items()},
    "gpt": lambda library: gpt_step(library, gpt_program),
    "gpt-model": lambda library: gpt_step(library, gpt_own),
}
"""The training steps."""


def step_of(library: Library, name: str) -> Step | None:
    """One of `STEPS`."""
    return STEPS[name](library)


def prepared(make: Callable[[Library], Callable[[], Any] | None]) -> Callable[[Library], Task | None]:
    def prepare(library: Library) -> Task | None:
        call = make(library)
        return None if call is None else Task(call)

    return prepare


GPT_TITLE = f"GPT, {BLOCKS} layers of {WIDTH}, {CONTEXT} tokens, batch {BATCH}"

TITLES = {
    **{name: (layer.title, {"torch": layer.target, "numpy": 1.6}) for name, layer in LAYERS.items()},
    "gpt": (GPT_TITLE, {"torch": 1.0, "numpy": 1.3}),
    "gpt-model": (f"models.{GPT_TITLE}", {"torch": 1.0, "numpy": 1.3}),
}
"""Titles and targets of the training steps."""

CASES = (
    *(
        Case(name, f"{title}, training step", prepared(STEPS[name]), "training step", rounds=11, budget=10.0,
             targets=targets, tiers=True)
        for name, (title, targets) in TITLES.items()
    ),
    Case("gpt-generate", f"models.GPT, {BLOCKS} layers of {WIDTH}, generating", prepared(generation), "token", NEW,
         rounds=11, budget=10.0, targets={"torch": 0.5, "numpy": 0.5}, tiers=True),
    *(
        Case(f"{name}-memory", f"{TITLES[name][0]}, peak memory of a training step", step_memory(__name__, name),
             "process", unit="B", reads=True, rounds=3, quick_rounds=1, budget=40.0, targets={"torch": MEMORY},
             tiers=True)
        for name in ("lstm-64", "gpt-model")
    ),
)  # fmt: skip
