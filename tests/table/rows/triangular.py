"""Triangular matrices, Cholesky, QR."""

from __future__ import annotations

from typing import Any

from autograd_engine.ops.linear_algebra import triangular

from ..operators import call, real
from .matrices import ANY_SHAPE, positive, regular, row, spread, triangle

__all__ = ["ROWS"]


def _qr(la: Any, a: Any, **settings: Any) -> Any:
    q, r = la.qr(spread(a), **settings)
    return q * q, r * r, q @ r


ROWS = (
    row(
        triangular.solve_triangular,
        lambda la, a, b, **settings: la.solve_triangular(regular(a), b, **settings),
        call(real(3, 3), real(3, 2), upper=True),
        call(real(3, 3), real(3, 2), upper=False),
        call(real(2, 3, 3), real(3, 1), upper=False, unitriangular=True),
        call(real(3, 3), real(2, 2, 3), upper=True, left=False, unitriangular=True),
        call(real(0, 2, 2), real(0, 2, 1), upper=True),
        analytic=True,
    ),
    row(
        triangular.cholesky,
        lambda la, a, **settings: la.cholesky(positive(a), **settings),
        call(real(3, 3)),
        call(real(2, 3), upper=True),
        call(real(2, 2, 2)),
        call(real(0, 2, 2)),
    ),
    row(
        triangular.cholesky_solve,
        lambda m, b, a, upper=False: m.cholesky_solve(b, triangle(a, upper), upper),
        call(real(3, 2), real(3, 3)),
        call(real(3, 2), real(3, 3), True),
        call(real(2, 3, 1), real(2, 3, 3)),
    ),
    row(
        triangular.cholesky_inverse,
        lambda m, a, upper=False: m.cholesky_inverse(triangle(a, upper), upper),
        call(real(3, 3)),
        call(real(2, 2, 2), True),
    ),
    row(triangular.qr, _qr, *ANY_SHAPE, call(real(2, 3), mode="complete")),
    row(
        triangular.householder_product,
        None,
        call(real(4, 3), real(3)),
        call(real(4, 3), real(2)),
        call(real(2, 3, 3), real(2, 3)),
        analytic=True,
    ),
)
