"""Sorting, medians, quantiles, places and counts."""

from __future__ import annotations

import numpy as np

from autograd_engine.ops import sort

from ..operators import Input, call, given, op, real

__all__ = ["ROWS"]

_EQUAL = given([[1.0, 3.0, 3.0, 2.0], [3.0, 0.0, 0.0, 3.0]])
_NAN = given([[1.0, np.nan, 3.0, 0.0, 2.0], [1.0, 2.0, 0.5, 0.0, 5.0]])
_ORDERS = Input((3,), differentiated=False, values=[0.0, 0.2, 1.0])

_WHOLE = [call(real(2, 3)), call(real(5)), call(real()), call(real(2, 3, 2))]
_ALONG = [
    call(real(2, 3), dim=0),
    call(real(2, 3), dim=-1, keepdim=True),
    call(real(2, 3, 2), dim=1),
    call(real(), dim=0),
    call(real(0, 3), dim=1),
]
_SORTS = [
    call(real(2, 3)),
    call(real(2, 3), 0),
    call(real(2, 3, 2), dim=1, descending=True),
    call(real()),
    call(real(0)),
]
_SORT_EDGES = [
    call(_EQUAL, stable=True),
    call(_EQUAL, 0, stable=True),
    call(_EQUAL, 1, True, stable=True),
    call(_NAN),
    call(_NAN, 1, descending=True),
]
_INTERPOLATIONS = [
    call(real(2, 4), 0.4, 1, interpolation=how) for how in ("lower", "higher", "midpoint", "nearest")
]


def _sort_in_torch(torch, x, dim=-1, descending=False, stable=False):  # type: ignore[no-untyped-def]
    return torch.sort(x, dim=dim, descending=descending, stable=stable)


def _argsort_in_torch(torch, x, dim=-1, descending=False, stable=False):  # type: ignore[no-untyped-def]
    return torch.argsort(x, dim=dim, descending=descending, stable=stable)


ROWS = (
    op(sort.sort, *_SORTS, analytic=False, edges=_SORT_EDGES, torch=_sort_in_torch).under(
        shift=(1, 0), degree=(1, 0)
    ),
    op(sort.argsort, *_SORTS, order=0, edges=_SORT_EDGES, torch=_argsort_in_torch).under(shift=0),
    op(sort.msort, call(real(3, 2)), call(real(4)), call(real(0, 2)), analytic=False, edges=[call(_NAN)]).under(
        shift=1, degree=1
    ),
    op(
        sort.topk,
        call(real(2, 4), 2),
        call(real(4, 2), 3, 0),
        call(real(2, 4), 2, dim=1, largest=False),
        call(real(2, 3), 0),
        call(real(3), 3),
        call(real(), 1),
        call(real(0, 3), 2),
        analytic=False,
        edges=[call(_NAN, 2), call(_NAN, 2, largest=False)],
    ).under(shift=(1, 0), degree=(1, 0)),
    op(
        sort.kthvalue,
        call(real(2, 3), 1),
        call(real(2, 3), 2, 0),
        call(real(2, 3), k=3, dim=1, keepdim=True),
        call(real(), 1),
        call(real(0, 3), 2),
        analytic=False,
        edges=[call(_NAN, 2), call(_NAN, 5)],
    ).under(shift=(1, 0), degree=(1, 0)),
    op(
        sort.median,
        *_WHOLE,
        *_ALONG,
        call(real(4), 0),
        analytic=False,
        edges=[call(_EQUAL), call(_NAN), call(_NAN, 1), call(given([2.0, 2.0, 1.0, 3.0])), call(real(0))],
    ).under(shift=(1, 0), degree=(1, 0)),
    op(
        sort.nanmedian,
        *_WHOLE,
        *_ALONG,
        analytic=False,
        edges=[call(_EQUAL), call(_NAN), call(_NAN, 1)],
    ),
    op(
        sort.mode,
        call(real(2, 3)),
        call(real(2, 3), 0),
        call(real(2, 3), 1, True),
        call(real()),
        call(real(0, 3), 1),
        analytic=False,
        edges=[call(given([[1.0, 3.0, 3.0, 2.0], [3.0, 0.0, 0.0, 3.0]]), 1), call(_EQUAL, 0)],
    ).under(shift=(1, 0), degree=(1, 0)),
    *(
        op(
            quantile,
            call(real(2, 3), 0.3),
            call(real(2, 4), 0.3, 0),
            call(real(2, 4), 0.7, dim=-1, keepdim=True),
            call(real(2, 4), _ORDERS, 1),
            call(real(2, 4), _ORDERS, 1, keepdim=True),
            call(real(3), q=0.4),
            call(real(), 0.5),
            call(real(2, 3), 0.4, keepdim=True),
            *_INTERPOLATIONS,
            analytic=False,
            edges=[
                call(_NAN, 0.3, 1),
                call(_NAN, 0.6),
                call(real(2, 5), 0.25, 1, interpolation="midpoint"),
                call(real(2, 5), 0.25, 1),
            ],
        ).under(shift=1, degree=1)
        for quantile in (sort.quantile, sort.nanquantile)
    ),
)
