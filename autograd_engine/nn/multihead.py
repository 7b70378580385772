"""Attention of several heads as a module."""

from __future__ import annotations

import math
from typing import Any

from ..ops.network.multihead import check_inputs, multi_head
from ..tensor import Tensor
from ..tensor.creation import empty
from . import init
from .linear import Linear
from .module import Module
from .parameter import Parameter

__all__ = ["MultiheadAttention"]


class MultiheadAttention(Module):
    """Each of `num_heads` heads attends with its own projections of query, key and value; what they read, side by
    side, is projected once more.

    Shapes: query (L, N, E), key (S, N, K), value (S, N, V) -> (L, N, E), and weights (N, L, S); with `batch_first`
    the N comes first; without a batch there is no N.

    The parameters are PyTorch's: in_proj_weight (3 E, E), or q_proj_weight, k_proj_weight and v_proj_weight where
    kdim or vdim differ from E; in_proj_bias (3 E,); bias_k and bias_v (1, 1, E); out_proj. Weights start by
    `init.xavier_uniform_`, out_proj.weight as that of `Linear`, biases 0, and bias_k and bias_v by
    `init.xavier_normal_`.

    Args:
        embed_dim: E.
        num_heads: how many heads the E columns are cut into.
        dropout: the probability with which a weight becomes 0 in training.
        bias: whether the projections have biases.
        add_bias_kv: learn a key and a value that are added to every sequence.
        add_zero_attn: add a key and a value of zeros to every sequence.
        kdim, vdim: K and V, by default E.
        batch_first: whether the batch is the first dimension, and not the second.

    Raises:
        ValueError: E does not divide into the heads; when called, the shapes do not fit.

    Example:
        >>> attention = MultiheadAttention(8, 2, batch_first=True)
        >>> x = ones(3, 5, 8)
        >>> out, weights = attention(x, x, x)
        >>> out.shape, weights.shape
        ((3, 5, 8), (3, 5, 5))

    Source: Vaswani et al., "Attention is all you need", 2017.
    """

    in_proj_weight: Parameter | None
    q_proj_weight: Parameter | None
    k_proj_weight: Parameter | None
    v_proj_weight: Parameter | None
    in_proj_bias: Parameter | None
    bias_k: Parameter | None
    bias_v: Parameter | None

    def __init__(
        self,
        embed_dim: int,
        num_heads: int,
        dropout: float = 0.0,
        bias: bool = True,
        add_bias_kv: bool = False,
        add_zero_attn: bool = False,
        kdim: int | None = None,
        vdim: int | None = None,
        batch_first: bool = False,
        device: Any = None,
        dtype: Any = None,
    ) -> None:
        super().__init__()
        if embed_dim < 1 or num_heads < 1 or embed_dim % num_heads:
            raise ValueError(
                f"MultiheadAttention: embed_dim = {embed_dim} does not divide into num_heads = {num_heads}"
            )
        if not 0 <= dropout <= 1:
            raise ValueError(f"MultiheadAttention: dropout must lie in [0, 1], not {dropout}")
        self.embed_dim = embed_dim
        self.kdim = embed_dim if kdim is None else kdim
        self.vdim = embed_dim if vdim is None else vdim
        self._qkv_same_embed_dim = self.kdim == embed_dim == self.vdim
        self.num_heads = num_heads
        self.dropout = dropout
        self.batch_first = batch_first
        self.head_dim = embed_dim // num_heads

        def parameter(there: bool, *shape: int) -> Parameter | None:
            return Parameter(empty(*shape, device=device, dtype=dtype)) if there else None

        together = self._qkv_same_embed_dim
        self.q_proj_weight = parameter(not together, embed_dim, embed_dim)
        self.k_proj_weight = parameter(not together, embed_dim, self.kdim)
        self.v_proj_weight = parameter(not together, embed_dim, self.vdim)
        self.in_proj_weight = parameter(together, 3 * embed_dim, embed_dim)
        self.in_proj_bias = parameter(bias, 3 * embed_dim)
        self.out_proj = Linear(embed_dim, embed_dim, bias, device, dtype)
        self.bias_k = parameter(add_bias_kv, 1, 1, embed_dim)
        self.bias_v = parameter(add_bias_kv, 1, 1, embed_dim)
        self.add_zero_attn = add_zero_attn
        self._reset_parameters()

    def _projections(self) -> tuple[Any, ...]:
        if self._qkv_same_embed_dim:
            return (self.in_proj_weight,)
        return self.q_proj_weight, self.k_proj_weight, self.v_proj_weight

    def _reset_parameters(self) -> None:
        for weight in self._projections():
            init.xavier_uniform_(weight)
        if self.in_proj_bias is not None and self.out_proj.bias is not None:
            init.zeros_(self.in_proj_bias)
            init.zeros_(self.out_proj.bias)
        if self.bias_k is not None and self.bias_v is not None:
            init.xavier_normal_(self.bias_k)
            init.xavier_normal_(self.bias_v)

    def forward(
        self,
        query: Any,
        key: Any,
        value: Any,
        key_padding_mask: Any = None,
        need_weights: bool = True,
        attn_mask: Any = None,
        average_attn_weights: bool = True,
        is_causal: bool = False,
    ) -> tuple[Tensor, Tensor | None]:
        """What the heads read, and their weights or None. The arguments are those of
        `functional.multi_head_attention_forward`; True in a mask hides a key."""
        check_inputs(query, key, value, self.embed_dim, self.num_heads)
        if (key.shape[-1], value.shape[-1]) != (self.kdim, self.vdim):
            raise ValueError(
                f"MultiheadAttention: keys must have kdim = {self.kdim} columns and values vdim = {self.vdim}; got "
                f"key {tuple(key.shape)} and value {tuple(value.shape)}"
            )
        return multi_head(
            query,
            key,
            value,
            self.num_heads,
            self._projections(),
            self.in_proj_bias,
            (self.bias_k, self.bias_v),
            self.add_zero_attn,
            self.dropout if self.training else 0.0,
            self.out_proj.weight,
            self.out_proj.bias,
            key_padding_mask,
            need_weights,
            attn_mask,
            (None, None),
            average_attn_weights,
            is_causal,
            self.batch_first,
        )

    def _flops(self, inputs: tuple[Any, ...], output: Any) -> int:
        query = output[0].shape
        key = inputs[1].shape if len(inputs) > 1 else query  # given by name
        sequence = -2 if self.batch_first or len(query) == 2 else 0
        length, keys, size = query[sequence], key[sequence], self.embed_dim
        projected = length * 2 * size * size + keys * size * (self.kdim + self.vdim)
        return 2 * (projected + 2 * length * keys * size) * math.prod(query) // (length * size or 1)
