"""The layers of the Transformer: attention and two linear maps, each added to its input and normalized."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ..tensor import Tensor
from . import functional as F
from .dropout import Dropout
from .linear import Linear
from .module import Module
from .multihead import MultiheadAttention
from .normalization import LayerNorm

__all__ = ["TransformerDecoderLayer", "TransformerEncoderLayer"]

Activation = str | Callable[[Tensor], Tensor]


def _activation(activation: Activation) -> Callable[[Tensor], Tensor]:
    if not isinstance(activation, str):
        return activation
    known: dict[str, Callable[[Tensor], Tensor]] = {"relu": F.relu, "gelu": F.gelu}
    if activation not in known:
        raise ValueError(f"activation must be 'relu', 'gelu' or a function, not {activation!r}")
    return known[activation]


class _Layer(Module):
    """What the layers of encoder and decoder share: attention to themselves, two linear maps, and how a part is
    added to its input."""

    def _make(
        self,
        d_model: int,
        nhead: int,
        dim_feedforward: int,
        dropout: float,
        activation: Activation,
        eps: float,
        batch_first: bool,
        norm_first: bool,
        bias: bool,
        device: Any,
        dtype: Any,
        attentions: tuple[str, ...],
    ) -> None:
        for name in attentions:
            made = MultiheadAttention(
                d_model, nhead, dropout, bias, batch_first=batch_first, device=device, dtype=dtype
            )
            self.add_module(name, made)
        self.linear1 = Linear(d_model, dim_feedforward, bias, device, dtype)
        self.dropout = Dropout(dropout)
        self.linear2 = Linear(dim_feedforward, d_model, bias, device, dtype)
        self.norm_first = norm_first
        for i in range(1, len(attentions) + 2):
            self.add_module(f"norm{i}", LayerNorm(d_model, eps, bias=bias, device=device, dtype=dtype))
        for i in range(1, len(attentions) + 2):
            self.add_module(f"dropout{i}", Dropout(dropout))
        self.activation = _activation(activation)

    def _added(self, x: Any, norm: Any, part: Callable[[Any], Tensor]) -> Tensor:
        """x + part(norm(x)), or norm(x + part(x)) if the norm comes last."""
        return x + part(norm(x)) if self.norm_first else norm(x + part(x))

    def _feed_forward(self, x: Any) -> Tensor:
        return self.linear2(self.dropout(self.activation(self.linear1(x))))


class TransformerEncoderLayer(_Layer):
    """Attention to the sequence itself, and two linear maps, each added to its input with a `LayerNorm`.

    Shapes: (L, N, d_model) -> the same; with `batch_first` (N, L, d_model); without a batch (L, d_model).

    Args:
        d_model: the columns of input and result.
        nhead: the heads of the attention.
        dim_feedforward: the columns between the two linear maps.
        dropout: the probability with which attention weights, hidden units and what is added become 0.
        activation: between the linear maps: "relu", "gelu", or a function of a tensor.
        layer_norm_eps: the eps of the normalizations.
        batch_first: whether the batch is the first dimension, and not the second.
        norm_first: normalize what enters a part, and not what comes out of the sum.
        bias: whether linear maps and normalizations have biases.

    Raises:
        ValueError: an unknown activation, or d_model does not divide into the heads.

    Example:
        >>> layer = TransformerEncoderLayer(8, 2, 16, batch_first=True)
        >>> layer(ones(3, 5, 8)).shape
        (3, 5, 8)

    Source: Vaswani et al., "Attention is all you need", 2017; `norm_first`: Xiong et al., "On layer normalization
    in the Transformer architecture", 2020.
    """

    self_attn: MultiheadAttention
    norm1: LayerNorm
    norm2: LayerNorm
    dropout1: Dropout
    dropout2: Dropout

    def __init__(
        self,
        d_model: int,
        nhead: int,
        dim_feedforward: int = 2048,
        dropout: float = 0.1,
        activation: Activation = F.relu,
        layer_norm_eps: float = 1e-5,
        batch_first: bool = False,
        norm_first: bool = False,
        bias: bool = True,
        device: Any = None,
        dtype: Any = None,
    ) -> None:
        super().__init__()
        self._make(
            d_model,
            nhead,
            dim_feedforward,
            dropout,
            activation,
            layer_norm_eps,
            batch_first,
            norm_first,
            bias,
            device,
            dtype,
            ("self_attn",),
        )

    def forward(
        self, src: Any, src_mask: Any = None, src_key_padding_mask: Any = None, is_causal: bool = False
    ) -> Tensor:
        """Encode. Masks are those of `MultiheadAttention`: (L, L) or (N nhead, L, L), and (N, L).

        Args:
            is_causal: says that src_mask hides all later places and nothing else.
        """

        def attend(x: Any) -> Tensor:
            out, _ = self.self_attn(x, x, x, src_key_padding_mask, False, src_mask, is_causal=is_causal)
            return self.dropout1(out)

        x = self._added(src, self.norm1, attend)
        return self._added(x, self.norm2, lambda x: self.dropout2(self._feed_forward(x)))


class TransformerDecoderLayer(_Layer):
    """Attention to the sequence itself, attention to the memory, what an encoder made of another sequence, and two
    linear maps, each added to its input with a `LayerNorm`.

    Shapes: tgt (T, N, d_model), memory (S, N, d_model) -> (T, N, d_model); with `batch_first` N comes first;
    without a batch there is no N.

    The arguments are those of `TransformerEncoderLayer`.

    Example:
        >>> layer = TransformerDecoderLayer(8, 2, 16, batch_first=True)
        >>> layer(ones(3, 5, 8), ones(3, 7, 8)).shape
        (3, 5, 8)

    Source: Vaswani et al., "Attention is all you need", 2017.
    """

    self_attn: MultiheadAttention
    multihead_attn: MultiheadAttention
    norm1: LayerNorm
    norm2: LayerNorm
    norm3: LayerNorm
    dropout1: Dropout
    dropout2: Dropout
    dropout3: Dropout

    def __init__(
        self,
        d_model: int,
        nhead: int,
        dim_feedforward: int = 2048,
        dropout: float = 0.1,
        activation: Activation = F.relu,
        layer_norm_eps: float = 1e-5,
        batch_first: bool = False,
        norm_first: bool = False,
        bias: bool = True,
        device: Any = None,
        dtype: Any = None,
    ) -> None:
        super().__init__()
        self._make(
            d_model,
            nhead,
            dim_feedforward,
            dropout,
            activation,
            layer_norm_eps,
            batch_first,
            norm_first,
            bias,
            device,
            dtype,
            ("self_attn", "multihead_attn"),
        )

    def forward(
        self,
        tgt: Any,
        memory: Any,
        tgt_mask: Any = None,
        memory_mask: Any = None,
        tgt_key_padding_mask: Any = None,
        memory_key_padding_mask: Any = None,
        tgt_is_causal: bool = False,
        memory_is_causal: bool = False,
    ) -> Tensor:
        """Decode. Masks are those of `MultiheadAttention`, for the attention to tgt and that to memory.

        Args:
            tgt_is_causal, memory_is_causal: say that the mask hides all later places and nothing else.
        """

        def attend(x: Any) -> Tensor:
            out, _ = self.self_attn(x, x, x, tgt_key_padding_mask, False, tgt_mask, is_causal=tgt_is_causal)
            return self.dropout1(out)

        def look(x: Any) -> Tensor:
            out, _ = self.multihead_attn(
                x, memory, memory, memory_key_padding_mask, False, memory_mask, is_causal=memory_is_causal
            )
            return self.dropout2(out)

        x = self._added(tgt, self.norm1, attend)
        x = self._added(x, self.norm2, look)
        return self._added(x, self.norm3, lambda x: self.dropout3(self._feed_forward(x)))
