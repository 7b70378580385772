"""A small GPT: a language model of blocks that attend to what came before, with GPT-2's parameters.

Names and shapes in its state are those of GPT-2's published files, so these load, and others read what it saves.
"""

from __future__ import annotations

import math
import os
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from .. import nn
from ..nn import functional as F
from ..nn.state import LoadedKeys
from ..ops.linear_algebra.products import mapped
from ..ops.network.multihead import side_by_side, three_in_heads
from ..serialization import load
from ..tensor import Tensor
from ..tensor.creation import empty
from .memory import Memory
from .writing import LanguageModel

__all__ = ["GPT", "Conv1D"]


class Conv1D(nn.Module):
    """x W + b: a linear map whose weight is (inputs, outputs), as GPT-2's files have it.

    Shapes: (..., nx) -> (..., nf). The weight is drawn from N(0, 0.02^2), the bias starts 0.

    Args:
        nf: the number of outputs; it comes first, as in the library whose files these are.
        nx: the number of inputs.
        bias: whether to add b.

    Raises:
        ValueError: the input has other than nx columns.

    Example:
        >>> layer = Conv1D(6, 2)
        >>> layer(ones(5, 2)).shape, layer.weight.shape
        ((5, 6), (2, 6))
    """

    weight: nn.Parameter
    bias: nn.Parameter | None

    def __init__(self, nf: int, nx: int, bias: bool = True) -> None:
        super().__init__()
        self.nf, self.nx = nf, nx
        self.weight = nn.Parameter(empty(nx, nf))
        self.bias = nn.Parameter(empty(nf)) if bias else None
        self.reset_parameters()

    def reset_parameters(self, std: float = 0.02) -> None:
        """Draw new initial values."""
        nn.init.normal_(self.weight, std=std)
        if self.bias is not None:
            nn.init.zeros_(self.bias)

    def forward(self, x: Any) -> Tensor:
        """Apply the map."""
        return mapped(x, self.weight, self.bias)

    def extra_repr(self) -> str:
        """The sizes."""
        return f"nf={self.nf}, nx={self.nx}, bias={self.bias is not None}"

    def _flops(self, inputs: tuple[Any, ...], output: Any) -> int:
        return 2 * self.nx * math.prod(output.shape)


class _Attention(nn.Module):
    def __init__(self, width: int, heads: int, dropout: float, bias: bool) -> None:
        super().__init__()
        self.heads = heads
        self.p = dropout
        self.c_attn = Conv1D(3 * width, width, bias)
        self.c_proj = Conv1D(width, width, bias)
        self.resid_dropout = nn.Dropout(dropout)

    def forward(self, x: Any) -> Tensor:
        """What each place reads of itself and those before it."""
        q, k, v = three_in_heads(self.c_attn(x), heads=self.heads)
        out = F.scaled_dot_product_attention(q, k, v, dropout_p=self.p if self.training else 0.0, is_causal=True)
        return self.resid_dropout(self.c_proj(side_by_side(out, True)))

    def _flops(self, inputs: tuple[Any, ...], output: Any) -> int:
        return 4 * output.shape[1] * math.prod(output.shape)


class _FeedForward(nn.Module):
    def __init__(self, width: int, dropout: float, bias: bool) -> None:
        super().__init__()
        self.c_fc = Conv1D(4 * width, width, bias)
        self.c_proj = Conv1D(width, 4 * width, bias)
        self.dropout = nn.Dropout(dropout)

    def forward(self, x: Any) -> Tensor:
        """Two maps with GELU between them, in the approximation by tanh that GPT-2 has."""
        return self.dropout(self.c_proj(F.gelu(self.c_fc(x), approximate="tanh")))


class _Block(nn.Module):
    def __init__(self, width: int, heads: int, dropout: float, bias: bool) -> None:
        super().__init__()
        self.ln_1 = nn.LayerNorm(width, bias=bias)
        self.attn = _Attention(width, heads, dropout, bias)
        self.ln_2 = nn.LayerNorm(width, bias=bias)
        self.mlp = _FeedForward(width, dropout, bias)

    def forward(self, x: Any) -> Tensor:
        """Attend, then think, each added to what was there."""
        x = x + self.attn(self.ln_1(x))
        return x + self.mlp(self.ln_2(x))


class _Body(nn.Module):
    """All but the last layer, under the names that GPT-2's files have."""

    def __init__(
        self, vocabulary: int, context: int, layers: int, heads: int, width: int, dropout: float, bias: bool
    ) -> None:
        super().__init__()
        self.wte = nn.Embedding(vocabulary, width)
        self.wpe = nn.Embedding(context, width)
        self.drop = nn.Dropout(dropout)
        self.h = nn.ModuleList([_Block(width, heads, dropout, bias) for _ in range(layers)])
        self.ln_f = nn.LayerNorm(width, bias=bias)

    def forward(self, tokens: Any) -> Tensor:
        """The last hidden states (N, T, width)."""
        x = self.drop(self.wte(tokens) + self.wpe.weight[: tokens.shape[1]])
        for block in self.h:
            x = block(x)
        return self.ln_f(x)


class GPT(LanguageModel):
    """A language model: at each place scores for the token that follows, given the tokens up to that place.

    Shapes: integers (N, T) with T up to `context` -> scores (N, T, vocabulary).

    The state has the names of GPT-2's files: transformer.wte.weight, transformer.wpe.weight,
    transformer.h.0.ln_1.weight, .attn.c_attn.weight, .attn.c_proj.weight, .ln_2.weight, .mlp.c_fc.weight,
    .mlp.c_proj.weight and their biases, transformer.ln_f.weight, lm_head.weight. The last is the table of the
    embedding itself. Matrices are (inputs, outputs).

    Weights start from N(0, 0.02^2), those that are added to the sum through all layers from a variance 2 `layers`
    times smaller, and biases at 0.

    Args:
        vocabulary: how many tokens there are.
        context: the longest sequence.
        layers: how many blocks there are.
        heads: the heads of an attention.
        width: the columns of hidden states; a multiple of `heads`.
        dropout: the probability with which embeddings, attention weights and what is added become 0 in training.
        bias: whether linear maps and normalizations have biases, as GPT-2's have.

    Raises:
        ValueError: a size is not positive, or the width is no multiple of the heads; when called, the sequence is
            longer than the context, or the tokens are not (N, T).
        IndexError: when called, a token is not in the vocabulary.

    Example:
        >>> model = GPT(vocabulary=96, context=64, layers=2, heads=2, width=32)
        >>> model(zeros(3, 10, dtype=int64)).shape
        (3, 10, 96)
        >>> model.generate(tensor([1, 2, 3]), 5).shape
        (8,)

    Source: Radford et al., "Language models are unsupervised multitask learners", 2019.
    """

    context: int

    def __init__(
        self,
        vocabulary: int,
        context: int,
        layers: int = 4,
        heads: int = 4,
        width: int = 128,
        dropout: float = 0.0,
        bias: bool = True,
    ) -> None:
        super().__init__()
        sizes = {"vocabulary": vocabulary, "context": context, "layers": layers, "heads": heads, "width": width}
        for name, size in sizes.items():
            if size < 1:
                raise ValueError(f"GPT: {name} must be at least 1, not {size}")
        if width % heads:
            raise ValueError(f"GPT: width = {width} is no multiple of heads = {heads}")
        self.context = context
        self.vocabulary = vocabulary
        self.heads = heads
        self.transformer = _Body(vocabulary, context, layers, heads, width, dropout, bias)
        self.lm_head = nn.Linear(width, vocabulary, bias=False)
        self.lm_head.weight = self.transformer.wte.weight
        self.reset_parameters()

    def reset_parameters(self) -> None:
        """Draw new initial values."""
        body = self.transformer
        nn.init.normal_(body.wte.weight, std=0.02)
        nn.init.normal_(body.wpe.weight, std=0.02)
        for module in self.modules():
            if isinstance(module, (Conv1D, nn.LayerNorm)):
                module.reset_parameters()
        for block in body.h:
            for layer in (block.attn.c_proj, block.mlp.c_proj):
                nn.init.normal_(layer.weight, std=0.02 / math.sqrt(2 * len(body.h)))

    def forward(self, tokens: Any) -> Tensor:
        """The scores of the next token at each place."""
        shape = tuple(tokens.shape)
        if len(shape) != 2:
            raise ValueError(f"GPT takes tokens (N, T), got shape {shape}")
        if shape[1] > self.context:
            raise ValueError(
                f"GPT: a sequence of {shape[1]} tokens is longer than the context of {self.context}; give its last "
                f"{self.context}"
            )
        return self.lm_head(self.transformer(tokens))

    def parameter_groups(self, weight_decay: float) -> list[dict[str, Any]]:
        """Groups for an optimizer: matrices decay, biases and normalizations do not.

        Example:
            >>> model = GPT(96, 64, layers=1)
            >>> optimizer = AdamW(model.parameter_groups(0.1), lr=1e-3)
            >>> [(len(group["params"]), group["weight_decay"]) for group in optimizer.param_groups]
            [(6, 0.1), (10, 0.0)]
        """
        matrices = [p for p in self.parameters() if p.ndim > 1]
        others = [p for p in self.parameters() if p.ndim < 2]
        return [{"params": matrices, "weight_decay": weight_decay}, {"params": others, "weight_decay": 0.0}]

    # ------------------------------------------------------------------------------------ weights from files

    def load_state_dict(
        self, state_dict: Mapping[str, Any], strict: bool = True, assign: bool = False
    ) -> LoadedKeys:
        """`Module.load_state_dict`, for all layouts in which GPT-2's weights are published.

        Names may lack "transformer."; lm_head.weight may be missing, as it is the table of the embedding; the masks
        attn.bias and attn.masked_bias of old files are passed over. Where attn.c_attn.weight is (3 width, width),
        all matrices of the blocks are taken for (outputs, inputs), as programs made of `nn.Linear` have them, and
        transposed.

        Raises:
            RuntimeError: names, shapes or dtypes do not match; the message lists all of them.
        """
        if isinstance(state_dict, Mapping):
            state_dict = _as_here(state_dict, self.transformer.wte.embedding_dim)
        return super().load_state_dict(state_dict, strict, assign)

    @classmethod
    def from_file(cls, path: str | os.PathLike[str], heads: int | None = None, dropout: float = 0.0) -> GPT:
        """The model of a safetensors or .pth file, whose sizes are read off the weights.

        Args:
            path: of a file with a state_dict, GPT-2's for example. Nothing is ever downloaded.
            heads: the heads of an attention, which no file tells; by default width / 64, as in GPT-2.
            dropout: see the class.

        Raises:
            FileNotFoundError: there is no such file.
            ValueError: the file does not hold a GPT, or the width is no multiple of the heads.
            RuntimeError: names or shapes do not match.
        """
        state = load(path)
        named = {_named(name): value for name, value in state.items()} if isinstance(state, Mapping) else {}
        tables: list[Any] = [named.get(f"transformer.{name}.weight") for name in ("wte", "wpe")]
        blocks = {name.split(".")[2] for name in named if name.startswith("transformer.h.")}
        if any(getattr(table, "ndim", 0) != 2 for table in tables) or not blocks:
            raise ValueError(
                f"{os.fspath(path)} holds no GPT, whose state has wte.weight, wpe.weight and h.0.ln_1.weight"
            )
        (vocabulary, width), (context, _) = (table.shape for table in tables)
        bias = "transformer.ln_f.bias" in named
        model = nn.utils.skip_init(
            cls, vocabulary, context, len(blocks), heads or max(width // 64, 1), width, dropout, bias
        )
        model.load_state_dict(state)
        return model

    # -------------------------------------------------------------------------------------------- generating

    def _reader(self, count: int, keep: int) -> Callable[[Any], Any]:
        memory, context = Memory(self.transformer, self.heads, count), self.context
        seen = np.empty((count, 0), np.int64)

        def scores(new: Any) -> Any:
            nonlocal seen
            seen = np.concatenate([seen, new], 1)[:, -context:]
            if memory.length + new.shape[1] > context:
                new = seen[:, -keep - 1 :] if memory.length else seen
                memory.length = 0
            return memory.scores(new)

        return scores


def _named(name: str) -> str:
    """A name of a published file as it is here."""
    return name if name.startswith(("transformer.", "lm_head.")) else f"transformer.{name}"


def _as_here(state: Mapping[str, Any], width: int) -> dict[str, Any]:
    """A published state with the names and shapes that it has here."""
    found = {_named(str(name)): value for name, value in state.items()}
    found = {n: v for n, v in found.items() if not n.endswith((".attn.bias", ".attn.masked_bias"))}
    if "transformer.wte.weight" in found:
        found.setdefault("lm_head.weight", found["transformer.wte.weight"])
    first = found.get("transformer.h.0.attn.c_attn.weight")
    if first is not None and tuple(first.shape) == (3 * width, width):
        parts = (".c_attn.weight", ".c_proj.weight", ".c_fc.weight")
        found = {n: v.T if n.endswith(parts) else v for n, v in found.items()}
    return found
