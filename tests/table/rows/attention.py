"""Attention. Dropout draws with a seeded generator: every call draws the same, in any dtype and layout."""

from __future__ import annotations

from typing import Any

import numpy as np

from autograd_engine.backend.random import Generator
from autograd_engine.ops.network import attention, multihead

from ..operators import Domain, Operator, call, given, mask, ours, real

__all__ = ["ROWS"]


def _attend(*arguments: Any, **settings: Any) -> Any:
    return attention.scaled_dot_product_attention(*arguments, **settings, generator=Generator().manual_seed(1))


_NOTHING_SEEN = given(np.array([[True, False, True], [False, False, False]]))


def _real(*shape: int) -> Any:
    """Small numbers: where those of a sum nearly cancel, large ones leave nothing right in float32."""
    return real(*shape, domain=Domain(-0.5, 0.5))


def _inputs(length: int, batch: int, keys: int, size: int) -> tuple[Any, ...]:
    """Query, key and value, and their size and the number of heads."""
    return _real(length, batch, size), _real(keys, batch, size), _real(keys, batch, size), size, 2


def _weights(bias_k: Any = None, bias_v: Any = None) -> tuple[Any, ...]:
    """The first projection, for a size of 4, and what it adds to the keys and values."""
    return _real(12, 4), _real(12), bias_k, bias_v


def _given(results: tuple[Any, ...]) -> tuple[Any, ...]:
    """The results without None, which stands for weights that nobody wants."""
    return tuple(result for result in results if result is not None)


_MASKS = {"key_padding_mask": _real(1, 3), "attn_mask": _real(2, 3), "need_weights": False}

# Without heads, PyTorch 2.13 dies of a division by zero for grouped queries: they are compared in tests/nn.
ROWS = (
    Operator(
        "scaled_dot_product_attention",
        _attend,
        (
            call(real(2, 3), real(4, 3), real(4, 2)),
            call(real(2, 2, 3, 2), real(2, 2, 3, 2), real(2, 2, 3, 2), is_causal=True),
            call(real(2, 3, 2), real(2, 4, 2), real(2, 4, 3), real(3, 4), scale=0.5),
            call(real(2, 1, 3, 2), real(3, 4, 2), real(1, 3, 4, 2), mask(2, 3, 3, 4)),
            call(real(2, 3), real(3, 3), real(3, 1), _NOTHING_SEEN),
            ours(real(1, 4, 2, 2), real(1, 2, 3, 2), real(1, 2, 3, 2), real(1, 4, 2, 3), enable_gqa=True),
            ours(real(2, 3, 2), real(2, 4, 2), real(2, 4, 2), mask(3, 4), 0.4, True),
            call(real(2, 3, 2), real(2, 4, 2), real(2, 4, 2), None, 1.0),
            call(real(2, 0, 3), real(2, 4, 3), real(2, 4, 3)),
            call(real(2, 3, 3), real(2, 0, 3), real(2, 0, 3)),
            call(real(2, 3, 0), real(2, 4, 0), real(2, 4, 1)),
        ),
        torch="nn.functional.scaled_dot_product_attention",
        analytic=False,
        of=attention.scaled_dot_product_attention,
    ),
    Operator(
        "multi_head_attention_forward",
        lambda *arguments, **settings: _given(multihead.multi_head_attention_forward(*arguments, **settings)),
        (
            call(*_inputs(3, 2, 4, 4), *_weights(), False, 0.0, _real(4, 4), _real(4)),
            call(*_inputs(3, 2, 4, 4), *_weights(), False, 0.0, _real(4, 4), _real(4), need_weights=False),
            call(
                *_inputs(2, 1, 3, 4),
                *_weights(_real(1, 1, 4), _real(1, 1, 4)),
                True,
                0.0,
                _real(4, 4),
                None,
                **_MASKS,
            ),
            call(
                *(*_inputs(2, 2, 3, 4)[:3], 4, 2),
                *(None, _real(12), None, None, False, 0.0, _real(4, 4), _real(4), False),
                use_separate_proj_weight=True,
                q_proj_weight=_real(4, 4),
                k_proj_weight=_real(4, 4),
                v_proj_weight=_real(4, 4),
                average_attn_weights=False,
            ),
        ),
        torch=lambda torch, *arguments, **settings: _given(
            torch.nn.functional.multi_head_attention_forward(*arguments, **settings)
        ),
        analytic=False,
        of=multihead.multi_head_attention_forward,
    ),
)
