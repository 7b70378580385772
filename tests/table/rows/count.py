"""Places and counts."""

from __future__ import annotations

import numpy as np

from autograd_engine.ops import count

from ..operators import call, constant, given, integers, op, real

__all__ = ["ROWS"]

_EQUAL = given([[1.0, 3.0, 3.0, 2.0], [3.0, 0.0, 0.0, 3.0]])
_EDGES = given(np.array([0.5, 1.0, 1.0, 2.5]))
_EDGES_OF_BINS = given(np.array([-1.5, -1.0, 0.5, 1.5]))
_COUNTS = given(np.array([3, 1, 1, 2, 2, 2, 1]))
_ROWS_OF_INTEGERS = given(np.array([[1, 2], [1, 2], [0, 5], [1, 2]]))


ROWS = (
    op(
        count.searchsorted,
        call(_EDGES, constant(2, 3)),
        call(_EDGES, constant(2, 3), right=True),
        call(_EDGES, given([0.5, 1.0, 3.0]), side="right", out_int32=True),
        call(given([[0.0, 1.0], [1.0, 2.0]]), given([[0.5, 1.0, 5.0], [0.5, 1.0, 5.0]])),
        call(_EDGES, given(1.0)),
        call(given([2.0, 1.0, 3.0]), constant(2), sorter=given(np.array([1, 0, 2]))),
        call(_EDGES, constant(0)),
        order=0,
    ),
    op(
        count.bucketize,
        call(constant(2, 3), _EDGES),
        call(given([0.5, 1.0, 3.0]), _EDGES, right=True),
        call(constant(0), _EDGES, out_int32=True),
        order=0,
    ),
    op(
        count.histc,
        call(real(10), bins=4),
        call(real(2, 5), 3, -1, 1),
        call(real(10), bins=4, min=0, max=1.5),
        call(given([2.0, 2.0]), 3),
        order=0,
    ),
    op(
        count.histogram,
        call(real(10), 4, range=(-1.5, 1.0)),
        call(real(2, 5), 3, range=(-2.0, 2.0), density=True),
        call(constant(10), _EDGES_OF_BINS, weight=constant(10)),
        call(given([2.0, 1.0, 2.0]), 3),
        order=0,
    ),
    op(
        count.bincount,
        call(_COUNTS),
        call(integers(5, below=3), None, 6),
        call(_COUNTS, constant(7)),
        call(integers(0, below=3)),
        order=0,
    ),
    op(
        count.unique,
        call(_EQUAL),
        call(_COUNTS, return_inverse=True),
        call(_COUNTS, return_inverse=True, return_counts=True),
        call(_ROWS_OF_INTEGERS, dim=0, return_inverse=True, return_counts=True),
        call(constant(0)),
        order=0,
    ),
    op(
        count.unique_consecutive,
        call(_EQUAL),
        call(_COUNTS, return_counts=True),
        call(_COUNTS, return_inverse=True, return_counts=True),
        call(_ROWS_OF_INTEGERS, dim=0, return_inverse=True, return_counts=True),
        call(constant(0)),
        order=0,
    ),
    op(
        count.isin,
        call(integers(2, 3, below=4), given([1, 3])),
        call(real(2, 3), real(2, 1)),
        call(_EDGES, given([1.0, 9.0]), invert=True),
        call(given(3), given([[3, 1]])),
        call(integers(3, below=4), given(np.zeros(0, np.int64))),
        order=0,
    ),
)
