"""Attention. Dropout draws with a seeded generator: every call draws the same, whatever the dtype and the layout."""

from __future__ import annotations

from typing import Any

import numpy as np

from autograd_engine.backend.random import Generator
from autograd_engine.ops.network import attention

from ..operators import Operator, call, given, mask, ours, real

__all__ = ["ROWS"]


def _attend(*arguments: Any, **settings: Any) -> Any:
    return attention.scaled_dot_product_attention(*arguments, **settings, generator=Generator().manual_seed(1))


_NOTHING_SEEN = given(np.array([[True, False, True], [False, False, False]]))

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
            ours(real(6, 2, 2), real(2, 3, 2), real(3, 3, 2), None, 0.0, True, enable_gqa=True),
            ours(real(2, 3, 2), real(2, 3, 2), real(2, 3, 2), None, 0.4, True),
            ours(real(2, 3, 2), real(2, 4, 2), real(2, 4, 2), mask(3, 4), 0.4),
            call(real(2, 3, 2), real(2, 4, 2), real(2, 4, 2), None, 1.0),
            call(real(2, 0, 3), real(2, 4, 3), real(2, 4, 3)),
            call(real(2, 3, 3), real(2, 0, 3), real(2, 0, 3)),
            call(real(2, 3, 0), real(2, 4, 0), real(2, 4, 1)),
        ),
        torch="nn.functional.scaled_dot_product_attention",
        analytic=False,
        of=attention.scaled_dot_product_attention,
    ),
)
