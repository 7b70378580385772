"""Powers and other functions of matrices and vectors."""

from __future__ import annotations

from autograd_engine.ops.linear_algebra import matrix_functions

from ..operators import call, ours, real
from .matrices import SQUARES, regular, row

__all__ = ["ROWS"]

ROWS = (
    row(matrix_functions.matrix_exp, None, *SQUARES, call(real(0, 0))),
    row(
        matrix_functions.matrix_power,
        lambda la, a, n: la.matrix_power(regular(a), n),
        *(call(real(2, 2), n) for n in (0, 1, 2, 5, -1, -3)),
        call(real(2, 3, 3), 3),
        analytic=True,
    ),
    row(
        matrix_functions.cross,
        None,
        call(real(3), real(3)),
        call(real(2, 3), real(2, 3)),
        call(real(3, 2), real(3, 2), dim=0),
        call(real(2, 3), real(1, 3)),
        call(real(0, 3), real(0, 3)),
    ),
    row(
        matrix_functions.diagonal,
        None,
        call(real(2, 3)),
        call(real(2, 3, 2), offset=-1),
        call(real(3, 2, 2), offset=1, dim1=0, dim2=-1),
        call(real(0, 2, 2)),
    ),
    row(
        matrix_functions.vander,
        None,
        call(real(3)),
        call(real(2, 3), N=2),
        call(real(3), N=5),
        call(real(0, 2)),
        ours(real(2), N=0),
    ),
)
