"""The op table: one registration per operator, from which the tests, and the coverage table, are made.

An operator that is not here is not tested, so a test asserts that every public function in `ops` is here.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from ..ops import index, linalg, loss, math, reduce, shape
from .operators import (
    ABOVE_ONE,
    ANY,
    BITS,
    MASK,
    NONZERO,
    POSITIVE,
    UNIT,
    Domain,
    Operator,
    call,
    constant,
    elementwise,
    given,
    integers,
    mask,
    op,
    ours,
    real,
    reduction,
)

__all__ = ["TABLE", "coverage_table"]

_TIES = call(given([[1.0, 2.0, -1.0], [0.0, 3.0, 3.0]]), given([[1.0, 1.0, -1.0], [0.0, 3.0, 4.0]]))
_EQUAL = given([[1.0, 3.0, 3.0], [3.0, 0.0, 0.0]])
_ZEROS = given([[0.0, 2.0, 3.0], [0.0, 0.0, 3.0], [1.0, 2.0, 3.0]])
_INFINITE = given([[-np.inf, -np.inf], [-np.inf, 1.0], [np.inf, 1.0], [700.0, 800.0]])
_HUGE = given([[-np.inf, 1.0], [np.inf, 1.0], [700.0, 800.0], [-1e5, -1e6]])
_ORIGIN = call(given([-1.0, 0.0, 2.0]))
_FAR = call(given([-1000.0, -40.0, 0.0, 40.0, 1000.0]))
_CLASSES = integers(4, below=3)

_ARITHMETIC = (
    elementwise(math.add, ANY, ANY, more=[call(real(2), 3), call(real(), 0.5)]),
    elementwise(math.sub, ANY, ANY, more=[call(real(2), 3)]),
    elementwise(math.mul, ANY, ANY, more=[call(real(2), 3)]),
    elementwise(
        math.div, ANY, NONZERO, more=[call(real(2), 3)], edges=[call(given([0.0, 1.0]), given([0.0, 0.0]))]
    ),
    elementwise(
        math.pow,
        POSITIVE,
        ANY,
        more=[call(real(3), n) for n in (0, 1, 2, 3)]
        + [call(real(3, domain=POSITIVE), e) for e in (0.5, -1, -1.5)],
        edges=[
            call(given([0.0, 0.0, 0.0, 2.0, -2.0]), given([0.0, 1.0, 2.0, 0.0, 2.0])),
            *(call(given([0.0, -2.0, 1.5]), e) for e in (0, 0.0, 1, 1.0, 2, 3)),
        ],
    ),
    elementwise(math.neg, ANY),
    elementwise(math.abs, NONZERO, analytic=False, edges=[_ORIGIN]),
    elementwise(math.reciprocal, NONZERO, edges=[_ORIGIN]),
    elementwise(math.square, ANY, edges=[_ORIGIN]),
    elementwise(math.sqrt, POSITIVE, edges=[call(given([0.0, 4.0]))]),
    elementwise(math.rsqrt, POSITIVE, edges=[call(given([0.0, 4.0]))]),
    elementwise(math.remainder, ANY, NONZERO, analytic=False, more=[call(real(4), 0.7)]),
    elementwise(math.fmod, ANY, NONZERO, analytic=False, more=[call(real(4), 0.7)]),
)

_FUNCTIONS = (
    elementwise(math.exp, ANY),
    elementwise(math.exp2, ANY),
    elementwise(math.expm1, ANY),
    elementwise(math.log, POSITIVE, edges=[call(given([0.0, 1.0]))]),
    elementwise(math.log2, POSITIVE),
    elementwise(math.log10, POSITIVE),
    elementwise(math.log1p, POSITIVE),
    elementwise(
        math.logaddexp,
        ANY,
        ANY,
        analytic=False,
        edges=[
            call(given([-np.inf, 800.0, 1.0]), given([1.0, 700.0, 1.0])),
            call(given([-np.inf, np.inf]), given([-np.inf, np.inf])),
        ],
    ),
    elementwise(math.sin, ANY),
    elementwise(math.cos, ANY),
    elementwise(math.tan, Domain(-1.4, 1.4)),
    elementwise(math.asin, UNIT),
    elementwise(math.acos, UNIT),
    elementwise(math.atan, ANY),
    elementwise(math.atan2, ANY, NONZERO, analytic=False),
    elementwise(math.sinh, ANY),
    elementwise(math.cosh, ANY),
    elementwise(math.tanh, ANY, edges=[_FAR]),
    elementwise(math.asinh, ANY),
    elementwise(math.acosh, ABOVE_ONE),
    elementwise(math.atanh, UNIT),
    elementwise(math.relu, NONZERO, analytic=False, edges=[_ORIGIN]),
    elementwise(math.sigmoid, ANY, analytic=False, edges=[_FAR]),
    elementwise(math.silu, ANY, analytic=False, torch="nn.functional.silu", edges=[_FAR]),
    elementwise(
        math.softplus,
        ANY,
        analytic=False,
        torch="nn.functional.softplus",
        more=[call(real(2, 2), beta=1.7)],
        edges=[_FAR],
    ),
)

_CHOICE = (
    elementwise(math.maximum, ANY, ANY, analytic=False, edges=[_TIES]),
    elementwise(math.minimum, ANY, ANY, analytic=False, edges=[_TIES]),
    elementwise(math.where, MASK, ANY, ANY, more=[call(mask(2, 3), real(3), 0.0), call(mask(3), 1.0, real(2, 3))]),
    op(
        math.masked_fill,
        call(real(2, 3), mask(2, 3), 5.0),
        call(real(2, 3), mask(3), real()),
        call(real(2, 1), mask(1, 3), -np.inf),
        call(real(), mask(), 1),
        call(real(0, 3), mask(3), 1.0),
    ),
    op(
        math.clamp,
        *(call(real(2, 4), *bounds) for bounds in [(-1, 1), (None, 0.5), (-0.5,)]),
        call(real(2, 3), max=1.5),
        call(real(2, 3), real(3), real(2, 1)),
        call(real(2, 3), None, real()),
        call(real(), -0.5, 0.5),
        call(real(0, 3), 0, 1),
        analytic=False,
        edges=[
            call(given([-1.0, 0.0, 0.5, 1.0, 2.0]), 0.0, 1.0),
            call(given([-1.0, 0.0, 0.5, 1.0, 2.0]), 1.0, 0.0),
            call(given([0.0, 1.0, 2.0, 3.0]), given([0.0, 1.5, 2.4, 0.0]), given([1.0, 1.0, 2.5, 3.0])),
        ],
    ),
    elementwise(math.sign, NONZERO, order=0, edges=[_ORIGIN]),
    elementwise(math.floor, ANY, order=0),
    elementwise(math.ceil, ANY, order=0),
    elementwise(math.trunc, ANY, order=0),
    elementwise(math.round, ANY, order=0, more=[call(real(3), decimals=2)]),
    elementwise(math.floor_divide, ANY, NONZERO, order=0),
    *(
        elementwise(
            comparison, ANY, ANY, order=0, more=[call(real(3), 0), call(given([1.0, 2.0]), given([1.0, 3.0]))]
        )
        for comparison in (math.eq, math.ne, math.lt, math.le, math.gt, math.ge)
    ),
    elementwise(math.bitwise_and, BITS, BITS, order=0, more=[call(mask(3), mask(3))]),
    elementwise(math.bitwise_or, BITS, BITS, order=0, more=[call(mask(3), mask(3))]),
    elementwise(math.bitwise_xor, BITS, BITS, order=0, more=[call(mask(3), mask(3))]),
    elementwise(math.bitwise_not, BITS, order=0, more=[call(mask(3))]),
    elementwise(math.logical_and, MASK, MASK, order=0, more=[call(real(3), mask(3))]),
    elementwise(math.logical_or, MASK, MASK, order=0, more=[call(real(3), mask(3))]),
    elementwise(math.logical_xor, MASK, MASK, order=0, more=[call(real(3), mask(3))]),
    elementwise(math.logical_not, MASK, order=0, more=[call(real(3))]),
    elementwise(math.isnan, ANY, order=0, edges=[call(_INFINITE), call(given([np.nan, 1.0]))]),
    elementwise(math.isinf, ANY, order=0, edges=[call(_INFINITE)]),
    elementwise(math.isfinite, ANY, order=0, edges=[call(_INFINITE)]),
)

_PROD_EDGES = [call(_ZEROS), call(_ZEROS, 1), call(_ZEROS, 0, keepdim=True), call(given([0.0])), call(given(0.0))]

_REDUCTIONS = (
    reduction(reduce.sum),
    reduction(reduce.mean, edges=[call(real(0, 3), 0)]),
    reduction(reduce.prod, several=False, edges=_PROD_EDGES, more=[call(_ZEROS), call(_ZEROS, 1)]),
    reduction(
        reduce.amax, empty=False, analytic=False, edges=[call(_EQUAL), call(_EQUAL, 1), call(_EQUAL, 0, True)]
    ),
    reduction(
        reduce.amin, empty=False, analytic=False, edges=[call(_EQUAL), call(_EQUAL, 1), call(_EQUAL, 0, True)]
    ),
    reduction(
        reduce.max,
        several=False,
        empty=False,
        analytic=False,
        more=[call(real(2, 3), real(3))],
        edges=[call(_EQUAL), call(_EQUAL, 1), call(_EQUAL, 0, True)],
    ),
    reduction(
        reduce.min,
        several=False,
        empty=False,
        analytic=False,
        more=[call(real(2, 3), real(3))],
        edges=[call(_EQUAL), call(_EQUAL, 1), call(_EQUAL, 0, True)],
    ),
    reduction(reduce.argmax, several=False, empty=False, order=0, edges=[call(_EQUAL), call(_EQUAL, 1)]),
    reduction(reduce.argmin, several=False, empty=False, order=0, edges=[call(_EQUAL), call(_EQUAL, 1)]),
    *(
        op(
            spread,
            call(real(2, 3)),
            call(real(2, 3), 0),
            call(real(2, 3), -1, correction=0, keepdim=True),
            call(real(2, 3, 2), (0, 2), correction=2),
            call(real(3), correction=0.5),
            call(real(0, 3), 1),
            analytic=analytic,
            edges=edges,
        )
        for spread, analytic, edges in (
            (reduce.var, True, [call(_EQUAL), call(given([[2.0, 2.0], [1.0, 2.0]]), 1)]),
            (reduce.std, True, [call(_EQUAL), call(given([[2.0, 2.0], [1.0, 2.0]]), 1)]),
            (reduce.var_mean, True, [call(_EQUAL)]),
        )
    ),
    reduction(
        reduce.logsumexp,
        edges=[call(_HUGE, 1), call(_HUGE, 0)],
        torch=(
            lambda torch, x, dim=None, keepdim=False: torch.logsumexp(
                x, tuple(range(x.ndim)) if dim is None else dim, keepdim
            )
        ),
    ),
    *(
        op(
            softmax,
            call(real(2, 3), 0),
            call(real(2, 3), dim=-1),
            call(real(2, 3, 2), 1),
            call(real(), 0),
            call(real(0, 3), 1),
            call(real(2, 0), 1),
            edges=[call(given([[1000.0, -1000.0], [700.0, 800.0]]), 1), call(given([[-np.inf, 1.0]]), 1)],
        )
        for softmax in (reduce.softmax, reduce.log_softmax)
    ),
    op(
        reduce.cumsum,
        *(call(real(*s), d) for s, d in [((2, 3), 0), ((2, 3), -1), ((), 0), ((0, 3), 0), ((2, 1), 1)]),
    ),
    reduction(reduce.all, order=0, several=True, more=[call(mask(2, 3), 1)]),
    reduction(reduce.any, order=0, several=True, more=[call(mask(2, 3), 1)]),
    reduction(reduce.count_nonzero, order=0, keepdim=False, more=[call(mask(2, 3), 1), call(_ZEROS, 0)]),
)

_SHAPES = (
    elementwise(shape.identity, ANY, torch=lambda torch, x: x * 1),
    elementwise(shape.clone, ANY),
    op(
        shape.expand,
        call(real(2, 1), 2, 3),
        call(real(3), (2, -1)),
        call(real(), 2, 2),
        call(real(1), 0),
        call(real(0, 1), 0, 3),
        call(real(2, 3), 2, 3),
        torch="Tensor.expand",
    ),
    op(
        shape.sum_to_size,
        call(real(2, 3), 1, 3),
        call(real(2, 3), (3,)),
        call(real(2, 3), 2, 3),
        call(real(2, 3), (1, 1)),
        call(real(2, 3), ()),
        call(real(0, 3), 1, 3),
        torch=lambda torch, x, *sizes: x.sum_to_size(*sizes) if sizes != ((),) else x.sum(),
    ),
    *(
        op(
            reshape,
            call(real(2, 3), 3, 2),
            call(real(2, 3), (6,)),
            call(real(2, 3), -1, 2),
            call(real(1, 1), ()),
            call(real(), 1, 1),
            call(real(0, 3), 3, 0),
            torch=name,
            contiguous=reshape is shape.view,
        )
        for reshape, name in ((shape.reshape, "Tensor.reshape"), (shape.view, "Tensor.view"))
    ),
    op(
        shape.permute,
        call(real(2, 3), 1, 0),
        call(real(2, 3, 4), (2, 0, 1)),
        call(real(2, 3, 4), -1, 0, 1),
        call(real(0, 3), 1, 0),
        call(real(), ()),
        torch="Tensor.permute",
    ),
    op(
        shape.transpose,
        call(real(2, 3), 0, 1),
        call(real(2, 3, 4), -1, 0),
        call(real(), 0, -1),
        call(real(0, 3), 1, 0),
    ),
    op(shape.movedim, call(real(2, 3, 4), 0, 2), call(real(2, 3, 4), (0, 1), (-1, 0)), call(real(0, 3), 1, 0)),
    op(shape.ravel, call(real(2, 3)), call(real()), call(real(0, 3))),
    op(
        shape.flatten,
        call(real(2, 3, 2)),
        call(real(2, 3, 2), 1),
        call(real(2, 3, 2), 0, 1),
        call(real()),
        call(real(0, 3)),
    ),
    op(
        shape.squeeze,
        call(real(2, 1, 3)),
        call(real(2, 1, 3), 1),
        call(real(2, 1, 3), 0),
        call(real(1, 2, 1), (0, -1)),
        call(real()),
        call(real(1, 0)),
    ),
    op(
        shape.unsqueeze,
        call(real(2, 3), 0),
        call(real(2, 3), -1),
        call(real(2, 3), 1),
        call(real(), 0),
        call(real(0), 1),
    ),
    op(shape.flip, call(real(2, 3), 0), call(real(2, 3), (0, -1)), call(real(0, 3), 1), torch="Tensor.flip"),
    op(
        shape.cat,
        call([real(2, 3), real(1, 3)]),
        call((real(2, 3), real(2, 1), real(2, 3)), -1),
        call([real(2, 3), real(0, 3)], dim=0),
        call([real(3)]),
    ),
    op(
        shape.stack,
        call([real(2, 3), real(2, 3)]),
        call([real(2), real(2)], -1),
        call([real(), real()]),
        call([real(0)], 1),
    ),
    op(
        shape.split,
        call(real(5, 2), 2),
        call(real(2, 5), [1, 0, 4], dim=1),
        call(real(2, 4), 2, -1),
        call(real(0, 3), 2),
    ),
    op(shape.chunk, call(real(5, 2), 2), call(real(2, 4), 3, -1), call(real(0, 3), 2)),
    op(shape.unbind, call(real(3, 2)), call(real(3, 2), 1), call(real(3)), call(real(2, 0))),
)

_AT = np.array([[0, -1], [1, 0]])

_INDEXING = (
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
        index.put,
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
    op(
        index.gather,
        call(real(3, 4), 0, integers(2, 4, below=3)),
        call(real(3, 4), -1, integers(3, 6, below=4)),
        call(real(3), 0, integers(5, below=3)),
        call(real(3, 4), 1, integers(0, 2, below=4)),
        call(real(), 0, given(0)),
    ),
    op(
        index.scatter,
        call(real(3, 4), 0, given([[0, 1, 2, 0]]), real(1, 4)),
        ours(real(3, 4), 1, given([[3, 0], [1, 2]]), real(2, 4)),  # PyTorch's backward refuses a larger src
        call(real(3, 4), 1, given([[3, 0], [1, 2]]), real(2, 2)),
        call(real(3, 4), 1, given([[3, 0], [1, 2]]), 2.5),
        call(real(3), 0, given(np.zeros(0, np.int64)), real(0)),
    ),
    op(
        index.scatter_add,
        call(real(3, 4), 0, integers(2, 4, below=3), real(2, 4)),
        call(real(3, 4), 1, integers(3, 6, below=4), real(3, 6)),
        call(real(3), 0, given([1, 1, 1]), real(3)),
    ),
    op(
        index.index_select,
        call(real(3, 4), 0, given([2, 0, 2])),
        call(real(3, 4), -1, integers(5, below=4)),
        call(real(3, 4), 0, given(np.zeros(0, np.int64))),
    ),
    op(
        index.take, call(real(3, 4), integers(2, 2, below=12)), call(real(3), given(1)), call(real(), given([0, 0]))
    ),
    op(
        index.take_along_dim,
        call(real(3, 4), integers(3, 2, below=4), 1),
        call(real(3, 4), integers(1, 4, below=3), 0),
        call(real(1, 4), integers(3, 2, below=4), 1),
        call(real(3, 4), integers(5, below=12)),
    ),
    op(
        index.masked_select,
        call(real(3, 4), mask(3, 4)),
        call(real(3, 4), mask(4)),
        call(real(), mask()),
        call(real(0, 4), mask(4)),
    ),
)

_MATMULS = [
    ((2, 3), (3, 4)),
    ((3,), (3,)),
    ((3,), (3, 2)),
    ((2, 3), (3,)),
    ((2, 2, 3), (3, 2)),
    ((2, 2, 3), (3,)),
    ((3,), (2, 3, 2)),
    ((2, 1, 2, 3), (3, 3, 1)),
    ((2, 3), (2, 3, 2)),
    ((0, 3), (3, 2)),
    ((2, 0), (0, 3)),
    ((0,), (0,)),
    ((0, 2, 3), (3, 2)),
    ((1, 1), (1, 1)),
]

_LINALG = (
    op(linalg.matmul, *(call(real(*a), real(*b)) for a, b in _MATMULS)),
    op(linalg.mm, call(real(2, 3), real(3, 4)), call(real(0, 3), real(3, 1))),
    op(linalg.bmm, call(real(2, 2, 3), real(2, 3, 1)), call(real(0, 2, 3), real(0, 3, 1))),
    op(linalg.mv, call(real(2, 3), real(3)), call(real(2, 0), real(0))),
    op(linalg.dot, call(real(3), real(3)), call(real(0), real(0))),
    op(
        linalg.inner,
        call(real(3), real(3)),
        call(real(2, 3), real(4, 3)),
        call(real(2, 2, 3), real(3)),
        call(real(), real(2)),
    ),
    op(linalg.outer, call(real(3), real(2)), call(real(0), real(2))),
    op(
        linalg.linear,
        call(real(2, 3), real(4, 3), real(4)),
        call(real(2, 3), real(4, 3)),
        call(real(3), real(4, 3), real(4)),
        call(real(2, 2, 3), real(4, 3), real(4)),
        call(real(0, 3), real(4, 3), real(4)),
        call(constant(2, 3), real(4, 3), constant(4)),
        torch="nn.functional.linear",
    ),
    op(
        linalg.einsum,
        call("ij,jk->ik", real(2, 3), real(3, 2)),
        call("bij,bjk->bik", real(2, 2, 3), real(2, 3, 1)),
        call("ij,ij->", real(2, 3), real(2, 3)),
        call("i,j->ij", real(2), real(3)),
        call("ij->ji", real(2, 3)),
        call("ij->", real(2, 3)),
        call("ij->j", real(2, 3)),
        call("ii->i", real(3, 3)),
        call("ii", real(3, 3)),
        call("iij,j->i", real(2, 2, 3), real(3)),
        call("...ij,...jk->...ik", real(2, 2, 3), real(3, 1)),
        call("i...,i...", real(2, 3), real(2, 3)),
        call("ij,jk,kl->il", real(2, 3), real(3, 2), real(2, 2)),
        call("ab,cd->ac", real(2, 3), real(2, 2)),
        call("bij,bij->b", real(2, 1, 3), real(2, 2, 3)),
        call(",i->i", real(), real(2)),
        call("i,i", real(0), real(0)),
        call("ij,jk", real(2, 0), real(0, 3)),
    ),
)

_LOSSES = (
    op(
        loss.mse_loss,
        *(call(real(2, 3), real(2, 3), reduction=r) for r in ("mean", "sum", "none")),
        torch="nn.functional.mse_loss",
    ),
    op(
        loss.l1_loss,
        *(call(real(2, 3), real(2, 3), reduction=r) for r in ("mean", "sum", "none")),
        torch="nn.functional.l1_loss",
        analytic=False,
        raw=False,
        edges=[call(given([1.0, 2.0]), given([1.0, 3.0]))],
    ),
    op(
        loss.nll_loss,
        *(call(real(4, 3), _CLASSES, reduction=r) for r in ("mean", "sum", "none")),
        call(real(4, 3), _CLASSES, constant(3, domain=POSITIVE)),
        call(real(4, 3), given([0, 2, -100, 1])),
        call(real(4, 3), given([0, 2, 1, 1]), ignore_index=1),
        call(real(3), given(1)),
        call(real(2, 3, 2), integers(2, 2, below=3)),
        torch="nn.functional.nll_loss",
    ),
    op(
        loss.cross_entropy,
        *(call(real(4, 3), _CLASSES, reduction=r) for r in ("mean", "sum", "none")),
        call(real(4, 3), _CLASSES, constant(3, domain=POSITIVE)),
        call(real(4, 3), given([0, 2, -100, 1])),
        call(real(4, 3), given([0, 2, 1, 1]), ignore_index=1, reduction="none"),
        call(real(4, 3), _CLASSES, label_smoothing=0.1),
        call(real(4, 3), given([0, 2, -100, 1]), constant(3, domain=POSITIVE), label_smoothing=0.2),
        call(real(3), given(1)),
        call(real(2, 3, 2), integers(2, 2, below=3)),
        call(real(2, 3, 2), integers(2, 2, below=3), reduction="none"),
        call(real(4, 3), real(4, 3)),
        call(real(4, 3), real(4, 3), constant(3, domain=POSITIVE), label_smoothing=0.1, reduction="sum"),
        torch="nn.functional.cross_entropy",
        analytic=False,
        edges=[call(given([[1000.0, -1000.0], [0.0, 800.0]]), given([0, 0]))],
    ),
)


def _assigned(x: Any, key: Any, value: Any) -> Any:
    """A copy of the (PyTorch) tensor `x` in which x[key] = value."""
    x = x.clone()
    x[key] = value
    return x


_ROWS = (*_ARITHMETIC, *_FUNCTIONS, *_CHOICE, *_REDUCTIONS, *_SHAPES, *_INDEXING, *_LINALG, *_LOSSES)

TABLE: dict[str, Operator] = {row.name: row for row in _ROWS}
"""Every operator by its name. Other names for the same function, such as `divide`, are not repeated."""


def coverage_table() -> str:
    """The table in Markdown: each operator, its PyTorch name, and the derivatives that are checked.

    Example:
        >>> print(coverage_table().splitlines()[2])
        | `add` | `torch.add` | yes | yes |
    """
    lines = ["| operator | PyTorch | order 1 | order 2 |", "|---|---|---|---|"]
    for row in TABLE.values():
        known = f"`torch.{row.torch}`" if isinstance(row.torch, str) else "a composition" if row.torch else "none"
        checked = ["yes" if row.order >= n else "no gradient flows" for n in (1, 2)]
        lines.append(f"| `{row.name}` | {known} | {checked[0]} | {checked[1]} |")
    return "\n".join(lines)
