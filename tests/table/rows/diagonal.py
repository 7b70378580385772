"""Diagonals and triangles."""

from __future__ import annotations

from autograd_engine.ops import diagonal

from ..operators import call, op, real

__all__ = ["ROWS"]

ROWS = (
    op(
        diagonal.diagonal,
        call(real(3, 3)),
        call(real(3, 4), 1),
        call(real(3, 4), -1),
        call(real(2, 3, 4), 0, 0, 2),
        call(real(2, 3, 4), offset=1, dim1=-1, dim2=1),
        call(real(2, 3), 9),
        call(real(0, 3)),
    ),
    op(
        diagonal.diag_embed,
        call(real(3)),
        call(real(2, 3), 1),
        call(real(2, 3), -1, 0, 2),
        call(real(2, 3), dim1=0, dim2=1),
        call(real(0)),
    ),
    op(
        diagonal.diag,
        call(real(3)),
        call(real(3), -1),
        call(real(3, 4)),
        call(real(3, 4), 2),
        call(real(0)),
        call(real(0, 2)),
    ),
    op(diagonal.diagflat, call(real(3)), call(real(2, 2), 1), call(real(), -1), call(real(0))),
    op(
        diagonal.diagonal_scatter,
        call(real(3, 3), real(3)),
        call(real(3, 4), real(3), 1),
        call(real(2, 3, 2), real(3, 2), 0, 0, 2),
        call(real(0, 3), real(0)),
    ),
    *(
        op(
            triangle,
            call(real(3, 4)),
            call(real(3, 4), 1),
            call(real(4, 3), -1),
            call(real(2, 3, 3), diagonal=-2),
            call(real(0, 3)),
        )
        for triangle in (diagonal.tril, diagonal.triu)
    ),
    op(diagonal.trace, call(real(3, 3)), call(real(2, 3)), call(real(3, 1)), call(real(0, 3))),
)
