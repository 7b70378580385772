"""Generating one token after the other: a GPT's keys and values of all tokens so far, and the step that adds one.

The step computes with raw arrays, in as few calls as it can: for one row the time is that of the calls.
"""

from __future__ import annotations

import math
from typing import Any, NamedTuple

import numpy as np

from ..backend import kernels
from ..backend.kinds import kind_of

__all__: list[str] = []


class _Layer(NamedTuple):
    """The raw weights of a block, as pairs of weight and bias: two normalizations, and four maps."""

    ln_1: Any
    c_attn: Any
    c_proj: Any
    ln_2: Any
    c_fc: Any
    c_back: Any


class Memory:
    """The keys and values of the tokens so far, for the blocks `body.h` of a GPT, and the raw weights.

    Attributes:
        length: how many tokens there are; set it to 0 to begin anew.
        keys, values: (layers, N, heads, context, size), of which so many places are filled.
    """

    def __init__(self, body: Any, heads: int, batch: int) -> None:
        self.layers = [
            _Layer(
                *map(
                    _weights,
                    (b.ln_1, b.attn.c_attn, b.attn.c_proj, b.ln_2, b.mlp.c_fc, b.mlp.c_proj),
                )
            )
            for b in body.h
        ]
        self.tokens, self.positions = body.wte.weight.array, body.wpe.weight.array
        self.last, self.eps = _weights(body.ln_f), body.ln_f.eps
        self.heads, self.length = heads, 0
        self.kind = kind_of(self.tokens)
        (context, width), layers = self.positions.shape, len(self.layers)
        shape = (2, layers, batch, heads, context, width // heads)
        self.keys, self.values = self.kind.empty(shape, self.tokens.dtype)

    def scores(self, tokens: Any) -> Any:
        """The scores (N, vocabulary) of what follows the tokens (N, T), arrays of NumPy's; these are added.

        T may be more than 1 only where there are no tokens yet.
        """
        before, (count, length) = self.length, tokens.shape
        after = self.length = before + length
        width = self.tokens.shape[1]
        x = self.tokens[self.kind.sent(tokens)]
        x += self.positions[before:after]
        x = x.reshape(-1, width)
        scale = 1 / math.sqrt(width // self.heads)
        for layer, keys, values in zip(self.layers, self.keys, self.values, strict=True):
            parts = _map(self._normalized(x, layer.ln_1), layer.c_attn)
            query, key, value = parts.reshape(count, length, 3, self.heads, -1).transpose(2, 0, 3, 1, 4)
            keys[:, :, before:after], values[:, :, before:after] = key, value
            if length > 1:
                read, *_ = kernels.attend(query, key, value, None, scale, True, None)
            else:
                read = self._read(query, keys[:, :, :after], values[:, :, :after], scale)
            x += _map(read.transpose(0, 2, 1, 3).reshape(-1, width), layer.c_proj)
            hidden = kernels.gelu_tanh(_map(self._normalized(x, layer.ln_2), layer.c_fc))
            x += _map(hidden, layer.c_back)
        x = x.reshape(count, length, width)[:, -1]
        return self.kind.read(kernels.matmul(self._normalized(x, self.last), self.tokens.T))

    def _normalized(self, x: Any, weights: Any) -> Any:
        """A layer norm of rows, in a few calls."""
        weight, bias = weights
        share = 1 / x.shape[-1]
        x = x - np.add.reduce(x, axis=-1, keepdims=True) * share
        x *= 1 / np.sqrt(self.kind.vecdot(x, x)[..., None] * share + self.eps)
        x *= weight
        if bias is not None:
            x += bias
        return x

    def _read(self, query: Any, keys: Any, values: Any, scale: float) -> Any:
        """What one query for each head reads of all values."""
        weights = query @ keys.swapaxes(-1, -2)
        weights *= scale
        weights -= self.kind.largest(weights, -1, True, -np.inf)
        np.exp(weights, out=weights)
        weights /= np.add.reduce(weights, axis=-1, keepdims=True)
        return weights @ values


def _weights(layer: Any) -> Any:
    return layer.weight.array, None if layer.bias is None else layer.bias.array


def _map(x: Any, weights: Any) -> Any:
    weight, bias = weights
    return kernels.matmul(x, weight, bias)
