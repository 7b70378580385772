"""Indexing."""

from __future__ import annotations

from typing import Any

import numpy as np

from autograd_engine.ops import index

from ..operators import (
    call,
    integers,
    mask,
    op,
    ours,
    real,
)

__all__ = ["ROWS"]


def _assigned(x: Any, key: Any, value: Any) -> Any:
    """A copy of the (PyTorch) tensor `x` in which x[key] = value."""
    x = x.clone()
    x[key] = value
    return x


_AT = np.array([[0, -1], [1, 0]])

ROWS = (
    op(
        index.getitem,
        *(
            call(real(3, 4), key)
            for key in (
                1,
                -1,
                slice(1, None),
                slice(None, None, 2),
                (slice(None), 2),
                (1, 2),
                (..., 1),
                None,
                (None, 1, None, slice(2)),
                ...,
                slice(2, 1),
                _AT,
                [0, 2, 0],
                (slice(None), [3, 3, 0]),
                (_AT, _AT.T),
                ([0, 1], slice(1, 3)),
                ([0, 2], None, [1, 1]),
            )
        ),
        call(real(3, 4), mask(3, 4)),
        call(real(3, 4), mask(3)),
        call(real(3, 4), integers(5, below=3)),
        call(real(3, 4), (mask(3), 1)),
        call(real(), ()),
        call(real(), None),
        call(real(), mask()),
        call(real(0, 3), slice(None)),
        call(real(0, 3), (slice(None), [1, 1])),
        call(real(2, 3, 4), (0, slice(None), [1, 2])),  # integers first: PyTorch's order of dimensions
        call(real(2, 3, 4, 5), (slice(None), [0, 2], 1, [3, 1])),
        ours(real(3, 4), slice(None, None, -1)),
        ours(real(3, 4), (slice(None, None, -2), slice(3, 0, -1))),
        ours(real(3, 4), []),
        torch=lambda torch, x, key: x[key],
    ),
    op(
        index.setitem,
        call(real(3, 4), 1, real(4)),
        call(real(3, 4), (slice(None), 2), real(3)),
        call(real(3, 4), slice(1), real(1, 4)),
        call(real(3, 4), (1, 1), real()),
        call(real(3, 4), [0, 2], real(2, 4)),
        call(real(3, 4), ([0, 2], [1, 1]), real(2)),
        call(real(3, 4), mask(3, 4), real()),
        call(real(3, 4), ..., 2.0),
        ours(real(3, 4), [0, 1, 0], real(3, 4)),  # for PyTorch undefined: here the last write counts
        ours(real(3), [1, 1], real()),
        call(real(0, 3), slice(None), real(3)),
        torch=lambda torch, x, key, value: _assigned(x, key, value),
    ),
)
