"""Matrix products."""

from __future__ import annotations

from ...ops import linalg
from ..operators import call, constant, op, real

__all__ = ["ROWS"]

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

ROWS = (
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
