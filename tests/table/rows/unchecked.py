"""The `_ex` forms of linear algebra."""

from __future__ import annotations

from typing import Any

from autograd_engine.ops.linear_algebra import unchecked

from ..operators import call, real
from .matrices import positive, regular, row

__all__ = ["ROWS"]


def _values(pair: Any) -> Any:
    """The result of a pair, through which gradients flow."""
    return pair[0]


ROWS = (
    row(
        unchecked.cholesky_ex,
        lambda la, a, **settings: _values(la.cholesky_ex(positive(a), **settings)),
        call(real(3, 3)),
        call(real(2, 2, 2), upper=True),
        call(real(0, 2, 2)),
        call(real(2, 2), check_errors=True),
    ),
    row(
        unchecked.inv_ex,
        lambda la, a, **settings: _values(la.inv_ex(regular(a), **settings)),
        call(real(3, 3)),
        call(real(2, 2, 2)),
        call(real(0, 2, 2)),
        call(real(2, 2), check_errors=True),
        analytic=True,
    ),
    row(
        unchecked.solve_ex,
        lambda la, a, b, **settings: _values(la.solve_ex(regular(a), b, **settings)),
        call(real(3, 3), real(3)),
        call(real(2, 3, 3), real(2, 3, 1)),
        call(real(2, 2), real(3, 2), left=False),
        call(real(0, 2, 2), real(0, 2, 1)),
        call(real(2, 2), real(2, 1), check_errors=True),
        analytic=True,
    ),
)
