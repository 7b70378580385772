"""The Transformer: stacks of layers that encode a sequence, and decode another with a look at the first.

PyTorch's modules, parameters and numbers. What PyTorch does in addition in evaluation without gradients, to compute
nothing for padding and set it to 0, is not done here: padding is computed like all else.
"""

from __future__ import annotations

import copy
from typing import Any

import numpy as np

from ..backend.kinds import kind_of
from ..engine.graph import raw
from ..tensor import Tensor
from ..tensor.creation import from_numpy
from . import functional as F
from . import init
from .container import ModuleList
from .module import Module
from .normalization import LayerNorm
from .transformer_layers import Activation, TransformerDecoderLayer, TransformerEncoderLayer

__all__ = ["Transformer", "TransformerDecoder", "TransformerEncoder"]


def _is_causal(mask: Any, told: bool | None) -> bool:
    """Whether a mask hides all later places and nothing else: as the caller says, or else as it shows."""
    if told is not None or mask is None:
        return bool(told)
    array = raw(mask)
    if len(array.shape) != 2 or array.shape[0] != array.shape[1] or not kind_of(array).readable:
        return False
    later = ~np.tri(array.shape[0], dtype=bool)
    expected = later if array.dtype == np.bool_ else np.where(later, -np.inf, 0.0)
    return bool(np.array_equal(array, expected))


class _Stack(Module):
    def __init__(self, layer: Module, num_layers: int, norm: Module | None) -> None:
        super().__init__()
        self.layers = ModuleList([copy.deepcopy(layer) for _ in range(num_layers)])
        self.num_layers = num_layers
        self.norm = norm


class TransformerEncoder(_Stack):
    """A stack of encoder layers: copies of one, which start with the same values.

    Args:
        encoder_layer: the layer that is copied.
        num_layers: how many copies there are.
        norm: what normalizes the result of the last one; None leaves it as it is.
        enable_nested_tensor, mask_check: accepted for programs written for PyTorch; padding is computed like all
            else.

    Example:
        >>> encoder = TransformerEncoder(TransformerEncoderLayer(8, 2, 16), 2)
        >>> encoder(ones(5, 3, 8)).shape
        (5, 3, 8)
    """

    def __init__(
        self,
        encoder_layer: Module,
        num_layers: int,
        norm: Module | None = None,
        enable_nested_tensor: bool = True,
        mask_check: bool = True,
    ) -> None:
        super().__init__(encoder_layer, num_layers, norm)
        self.enable_nested_tensor = enable_nested_tensor
        self.mask_check = mask_check

    def forward(
        self, src: Any, mask: Any = None, src_key_padding_mask: Any = None, is_causal: bool | None = None
    ) -> Tensor:
        """Encode. The masks go to each layer.

        Args:
            is_causal: says whether the mask hides all later places and nothing else; None looks at it.
        """
        causal = _is_causal(mask, is_causal)
        for layer in self.layers:
            src = layer(src, mask, src_key_padding_mask, causal)
        return src if self.norm is None else self.norm(src)


class TransformerDecoder(_Stack):
    """A stack of decoder layers: copies of one, which start with the same values.

    Args:
        decoder_layer: the layer that is copied.
        num_layers: how many copies there are.
        norm: what normalizes the result of the last one; None leaves it as it is.

    Example:
        >>> decoder = TransformerDecoder(TransformerDecoderLayer(8, 2, 16), 2)
        >>> decoder(ones(5, 3, 8), ones(7, 3, 8)).shape
        (5, 3, 8)
    """

    def __init__(self, decoder_layer: Module, num_layers: int, norm: Module | None = None) -> None:
        super().__init__(decoder_layer, num_layers, norm)

    def forward(
        self,
        tgt: Any,
        memory: Any,
        tgt_mask: Any = None,
        memory_mask: Any = None,
        tgt_key_padding_mask: Any = None,
        memory_key_padding_mask: Any = None,
        tgt_is_causal: bool | None = None,
        memory_is_causal: bool = False,
    ) -> Tensor:
        """Decode with a look at the memory. The masks go to each layer.

        Args:
            tgt_is_causal: says whether tgt_mask hides all later places and nothing else; None looks at it.
            memory_is_causal: says so of memory_mask.
        """
        causal = _is_causal(tgt_mask, tgt_is_causal)
        for layer in self.layers:
            tgt = layer(
                tgt,
                memory,
                tgt_mask,
                memory_mask,
                tgt_key_padding_mask,
                memory_key_padding_mask,
                causal,
                memory_is_causal,
            )
        return tgt if self.norm is None else self.norm(tgt)


class Transformer(Module):
    """An encoder of one sequence and a decoder of another, which looks at what the encoder made of the first.

    Shapes: src (S, N, d_model), tgt (T, N, d_model) -> (T, N, d_model); with `batch_first` N comes first; without
    a batch there is no N. All weights with two dimensions or more start by `init.xavier_uniform_`.

    Args:
        d_model, nhead, dim_feedforward, dropout, activation, layer_norm_eps, batch_first, norm_first, bias: of each
            layer; see `TransformerEncoderLayer`.
        num_encoder_layers, num_decoder_layers: how many layers there are.
        custom_encoder, custom_decoder: modules in place of the stacks.

    Raises:
        ValueError: when called, src and tgt differ in their batch, or have other columns than d_model.

    Example:
        >>> model = Transformer(8, 2, 1, 1, 16)
        >>> model(ones(5, 3, 8), ones(4, 3, 8), tgt_mask=model.generate_square_subsequent_mask(4)).shape
        (4, 3, 8)

    Source: Vaswani et al., "Attention is all you need", 2017.
    """

    def __init__(
        self,
        d_model: int = 512,
        nhead: int = 8,
        num_encoder_layers: int = 6,
        num_decoder_layers: int = 6,
        dim_feedforward: int = 2048,
        dropout: float = 0.1,
        activation: Activation = F.relu,
        custom_encoder: Module | None = None,
        custom_decoder: Module | None = None,
        layer_norm_eps: float = 1e-5,
        batch_first: bool = False,
        norm_first: bool = False,
        bias: bool = True,
        device: Any = None,
        dtype: Any = None,
    ) -> None:
        super().__init__()
        settings = (
            dim_feedforward,
            dropout,
            activation,
            layer_norm_eps,
            batch_first,
            norm_first,
            bias,
            device,
            dtype,
        )

        def norm() -> LayerNorm:
            return LayerNorm(d_model, layer_norm_eps, bias=bias, device=device, dtype=dtype)

        self.encoder = custom_encoder or TransformerEncoder(
            TransformerEncoderLayer(d_model, nhead, *settings), num_encoder_layers, norm()
        )
        self.decoder = custom_decoder or TransformerDecoder(
            TransformerDecoderLayer(d_model, nhead, *settings), num_decoder_layers, norm()
        )
        self._reset_parameters()
        self.d_model = d_model
        self.nhead = nhead
        self.batch_first = batch_first

    def forward(
        self,
        src: Any,
        tgt: Any,
        src_mask: Any = None,
        tgt_mask: Any = None,
        memory_mask: Any = None,
        src_key_padding_mask: Any = None,
        tgt_key_padding_mask: Any = None,
        memory_key_padding_mask: Any = None,
        src_is_causal: bool | None = None,
        tgt_is_causal: bool | None = None,
        memory_is_causal: bool = False,
    ) -> Tensor:
        """Encode src, and decode tgt with a look at it. The masks are those of encoder and decoder."""
        shapes, batch = (tuple(src.shape), tuple(tgt.shape)), 0 if self.batch_first else 1
        fits = len(shapes[0]) == len(shapes[1]) in (2, 3) and shapes[0][-1] == shapes[1][-1] == self.d_model
        if not fits or (len(shapes[0]) == 3 and shapes[0][batch] != shapes[1][batch]):
            raise ValueError(
                f"Transformer: src and tgt must have d_model = {self.d_model} columns and one batch, which is "
                f"dimension {batch} of 3; got {shapes[0]} and {shapes[1]}"
            )
        memory = self.encoder(src, src_mask, src_key_padding_mask, src_is_causal)
        return self.decoder(
            tgt,
            memory,
            tgt_mask,
            memory_mask,
            tgt_key_padding_mask,
            memory_key_padding_mask,
            tgt_is_causal,
            memory_is_causal,
        )

    @staticmethod
    def generate_square_subsequent_mask(sz: int, device: Any = None, dtype: Any = None) -> Tensor:
        """The mask (sz, sz) that hides all later places: -inf above the diagonal, else 0.

        Example:
            >>> Transformer.generate_square_subsequent_mask(2)
            tensor([[0., -inf],
                    [0., 0.]])
        """
        later = ~np.tri(sz, dtype=bool)
        return from_numpy(np.where(later, np.float32(-np.inf), np.float32(0))).to(dtype=dtype, device=device)

    def _reset_parameters(self) -> None:
        for parameter in self.parameters():
            if parameter.ndim > 1:
                init.xavier_uniform_(parameter)
