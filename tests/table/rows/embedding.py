"""Embeddings. Where a setting changes the gradient on purpose, differences cannot judge, and PyTorch does."""

from __future__ import annotations

from autograd_engine.ops.network import embedding

from ..operators import call, given, integers, op, real

__all__ = ["ROWS"]

_TABLE = real(5, 3)
_GIVEN = given([[0.3, 0.4], [3.0, 4.0], [-1.0, 2.0], [0.5, -6.0]])
_ROWS = given([[0, 3, 3], [1, 0, 2]])
_EQUALLY = given([[0, 3, 3], [3, 0, 0]])  # PyTorch 2.13 divides by the counts of other rows, unless all are equal


ROWS = (
    op(
        embedding.embedding,
        call(integers(4, below=5), _TABLE),
        call(integers(2, 3, below=5), _TABLE),
        call(given(2), _TABLE),
        call(integers(0, below=5), _TABLE),
        call(given([1, 2]), _TABLE, 0),
        call(given([4, 2, 0]), real(5, 0)),
        torch="nn.functional.embedding",
        edges=[
            call(_ROWS, _GIVEN, 3),
            call(_ROWS, _GIVEN, padding_idx=-4),
            call(_ROWS, _GIVEN, scale_grad_by_freq=True),
            call(_ROWS, _GIVEN, 0, scale_grad_by_freq=True),
        ],
    ),
    op(
        embedding.embedding_bag,
        *(call(integers(2, 3, below=5), _TABLE, mode=mode) for mode in ("sum", "mean", "max")),
        *(call(integers(6, below=5), _TABLE, given([0, 0, 2, 5]), mode=mode) for mode in ("sum", "mean", "max")),
        *(
            call(given([[0, 1], [1, 1], [2, 1]]), _TABLE, mode=mode, padding_idx=1)
            for mode in ("sum", "mean", "max")
        ),
        call(integers(2, 3, below=5), _TABLE),
        call(integers(6, below=5), _TABLE, given([0, 2, 6]), include_last_offset=True),
        call(integers(6, below=5), _TABLE, given([0, 2]), mode="sum", per_sample_weights=real(6)),
        call(given([[0, 1], [1, 4]]), _TABLE, mode="sum", per_sample_weights=real(2, 2), padding_idx=1),
        call(integers(0, 3, below=5), _TABLE),
        torch="nn.functional.embedding_bag",
        analytic=False,
        edges=[
            *(call(_EQUALLY, _GIVEN, mode=mode, scale_grad_by_freq=True) for mode in ("sum", "mean")),
            call(given([[0, 1, 2, 1]]), given([[1.0, 2.0], [1.0, 3.0], [1.0, 3.0]]), mode="max"),
        ],
    ),
)
