"""A language model of recurrent layers: what it has read is in its state, which the next batch begins with."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from .. import nn
from ..backend import kernels
from ..backend.kinds import kind_of
from ..engine.graph import raw
from ..ops.network.recurrence.layers import KINDS, recurrent
from ..tensor import Tensor
from .writing import LanguageModel

__all__ = ["RecurrentLM"]

_LAYERS: dict[str, type[nn.RNN | nn.LSTM | nn.GRU]] = {"rnn": nn.RNN, "lstm": nn.LSTM, "gru": nn.GRU}


class RecurrentLM(LanguageModel):
    """A language model: at each place scores for the token that follows, given all before it.

    Shapes: integers (T, N) -> scores (T, N, vocabulary), and the state of the layers after the last token, which is
    that of `nn.LSTM`, `nn.GRU` or `nn.RNN`. Given with the next batch, it continues the sequences; detach it
    before, so that the gradient ends there (truncated backpropagation through time). `training.SequenceStep` does
    both.

    The embedding starts uniform on [-0.1, 0.1], the bias of the output at 0, layers as they always do.

    Args:
        vocabulary: how many tokens there are.
        kind: "lstm", "gru" or "rnn", the plain layer with tanh.
        width: the size of the state of a layer.
        layers: how many recurrent layers there are.
        dropout: the probability with which embeddings and outputs of layers become 0 in training.
        embedding: the size of an embedded token; by default the width.
        tied: whether the weight of the output is the table of the embedding, which then has the size of the width.

    Raises:
        ValueError: a setting is out of range; when called, the tokens are not (T, N).
        IndexError: when called, a token is not in the vocabulary.

    Example:
        >>> model = RecurrentLM(vocabulary=96, kind="gru", width=32)
        >>> scores, state = model(zeros(10, 3, dtype=int64))
        >>> scores.shape, state.shape
        ((10, 3, 96), (1, 3, 32))
        >>> scores, state = model(zeros(10, 3, dtype=int64), state.detach())
        >>> model.generate(tensor([1, 2, 3]), 5).shape
        (8,)

    Source: Mikolov et al., "Recurrent neural network based language model", 2010; the tied output: Press and Wolf,
    "Using the output embedding to improve language models", 2017.
    """

    rnn: nn.RNN | nn.LSTM | nn.GRU

    def __init__(
        self,
        vocabulary: int,
        kind: str = "lstm",
        width: int = 128,
        layers: int = 1,
        dropout: float = 0.0,
        embedding: int | None = None,
        tied: bool = True,
    ) -> None:
        super().__init__()
        if kind not in _LAYERS:
            raise ValueError(f"RecurrentLM: kind must be one of {', '.join(_LAYERS)}, not {kind!r}")
        embedding = width if embedding is None else embedding
        sizes = {"vocabulary": vocabulary, "width": width, "layers": layers, "embedding": embedding}
        for name, size in sizes.items():
            if size < 1:
                raise ValueError(f"RecurrentLM: {name} must be at least 1, not {size}")
        if tied and embedding != width:
            raise ValueError(
                f"RecurrentLM: tied weights need an embedding of the width {width}, not {embedding}; or tied=False"
            )
        self.vocabulary = vocabulary
        self.embedding = nn.Embedding(vocabulary, embedding)
        self.drop = nn.Dropout(dropout)
        self.rnn = _LAYERS[kind](embedding, width, layers, dropout=dropout if layers > 1 else 0.0)
        self.output = nn.Linear(width, vocabulary)
        if tied:
            self.output.weight = self.embedding.weight
        self.reset_parameters()

    def reset_parameters(self) -> None:
        """Draw new initial values."""
        self.rnn.reset_parameters()
        nn.init.uniform_(self.embedding.weight, -0.1, 0.1)
        if self.output.weight is not self.embedding.weight:
            self.output.reset_parameters()
        assert self.output.bias is not None
        nn.init.zeros_(self.output.bias)

    def forward(self, tokens: Any, state: Any = None) -> tuple[Tensor, Tensor | tuple[Tensor, Tensor]]:
        """The scores of the next token at each place, and the state after the last one."""
        if len(tokens.shape) != 2:
            raise ValueError(f"RecurrentLM takes tokens (T, N), got shape {tuple(tokens.shape)}")
        rnn: Any = self.rnn  # any of the three
        out, state = rnn(self.drop(self.embedding(tokens)), state)
        return self.output(self.drop(out)), state

    def _reader(self, count: int, keep: int) -> Callable[[Any], Any]:
        rnn, table, state = self.rnn, self.embedding.weight.array, None
        kind, where = kind_of(table), KINDS[self.rnn.mode]
        params = [parameter.array for layer in rnn.all_weights for parameter in layer]
        weight, bias = self.output.weight.array.T, raw(self.output.bias)

        def scores(new: Any) -> Any:
            nonlocal state
            rows, sizes = table[kind.sent(new.T.reshape(-1))], (count,) * new.shape[1]
            out, state = recurrent(
                where, "RecurrentLM", rows, sizes, state, params, rnn.bias, rnn.num_layers, 0.0, False, False
            )
            return kind.read(kernels.matmul(out[-count:], weight, bias))

        return scores
