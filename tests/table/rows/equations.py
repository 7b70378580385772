"""Square systems of equations, determinants, LU."""

from __future__ import annotations

import numpy as np

from autograd_engine.ops.linear_algebra import equations

from ..operators import call, given, ours, real
from .matrices import ANY_SHAPE, SQUARES, regular, reversed, row

__all__ = ["ROWS"]

ROWS = (
    row(
        equations.solve,
        lambda la, a, b, **settings: la.solve(regular(a), b, **settings),
        call(real(3, 3), real(3)),
        call(real(3, 3), real(3, 2)),
        call(real(2, 2), real(3, 2), left=False),
        call(real(2, 3, 3), real(2, 3)),
        call(real(2, 3, 3), real(2, 3, 1)),
        call(real(2, 1, 2, 2), real(3, 2, 2)),
        call(real(2, 2), real(3, 2, 2)),
        call(real(0, 2, 2), real(0, 2, 1)),
        call(real(2, 2), real(2, 0)),
        analytic=True,
    ),
    row(
        equations.tensorsolve,
        lambda la, a, b: la.tensorsolve(regular(a.reshape(6, 6)).reshape(a.shape), b),
        call(real(2, 3, 6), real(2, 3)),
        call(real(2, 3, 3, 2), real(2, 3)),
        analytic=True,
    ),
    row(equations.inv, lambda la, a: la.inv(regular(a)), *SQUARES, analytic=True),
    row(
        equations.tensorinv,
        lambda la, a, ind: la.tensorinv(regular(a.reshape(6, 6)).reshape(a.shape), ind),
        call(real(2, 3, 6), 2),
        call(real(6, 3, 2), 1),
        analytic=True,
    ),
    row(
        equations.det,
        lambda la, a: la.det(regular(a)),
        *SQUARES,
        call(real(0, 0)),
        # Singular: ranks n - 1 and n - 2; PyTorch gives the gradient 0 for the first.
        ours(given(np.array([[1.0, 2.0], [2.0, 4.0]]) - np.diag([4.0, 5.0]))),
        ours(given(np.array([[1.0, 2.0, 0.0], [2.0, 4.0, 0.0], [1.0, 2.0, 0.0]]) - np.diag([6.0, 7.0, 8.0]))),
        analytic=True,
    ),
    row(equations.slogdet, lambda la, a: la.slogdet(regular(a)), *SQUARES),
    row(
        equations.logdet,
        lambda la, a: la.logdet(regular(a)),
        *SQUARES,
        edges=(call(given([[-9.0, 1.0], [0.5, 9.0]])),),
    ),
    row(equations.lu, lambda la, a: tuple(la.lu(reversed(a)))[1:], *ANY_SHAPE),
    row(equations.lu_factor, lambda la, a: la.lu_factor(reversed(a)), *ANY_SHAPE),
    row(
        equations.lu_solve,
        lambda la, a, b, **settings: la.lu_solve(*la.lu_factor(reversed(a)), b, **settings),
        call(real(3, 3), real(3, 2)),
        call(real(3, 3), real(3, 2), adjoint=True),
        call(real(2, 3, 3), real(2, 2, 3), left=False),
        call(real(2, 2), real(3, 2, 1)),
    ),
)
