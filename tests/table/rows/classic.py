"""PyTorch's older functions of matrices."""

from __future__ import annotations

from typing import Any

import numpy as np

from autograd_engine.ops.linear_algebra import classic

from ..operators import NONZERO, call, given, op, ours, real
from .matrices import regular, reversed, row, spread, transposed

__all__ = ["ROWS"]


def _solve_triangular(
    torch: Any, b: Any, a: Any, upper: bool = True, transpose: bool = False, **settings: Any
) -> Any:
    """PyTorch's `triangular_solve` warns that this is its newer form."""
    a = regular(a)
    return torch.linalg.solve_triangular(transposed(a) if transpose else a, b, upper=upper != transpose, **settings)


def _vander(torch: Any, x: Any, N: int | None = None, increasing: bool = False) -> Any:
    """PyTorch's `vander` has no derivative: it writes into what it has to save."""
    powers = torch.linalg.vander(x, N=N)
    return powers if increasing else powers.flip(-1)


def _projections(u: Any, s: Any, v: Any) -> Any:
    """What does not depend on the signs of singular vectors."""
    k = s.shape[-1]
    u, v = u[..., :k], v[..., :k]
    return s, u * u, v * v, (u * s[..., None, :]) @ transposed(v)


def _svd(torch: Any, a: Any, some: bool = True) -> Any:
    u, s, vh = torch.linalg.svd(spread(a), not some)
    return _projections(u, s, transposed(vh))


ROWS = (
    op(
        classic.norm,
        *(call(real(2, 3, domain=NONZERO), p) for p in (1, 2, 3, 0.5, 1.5, -1, -2.5, np.inf, -np.inf)),
        call(real(2, 3)),
        call(real(2, 3), "nuc"),
        call(real(2, 3, 2), "nuc", (2, 0), True),
        call(real(2, 3), 3, 0),
        call(real(2, 3), 2, 1, True),
        call(real(2, 3, 2), dim=(0, 2), keepdim=True),
        call(real(domain=NONZERO)),
        call(real(0)),
        call(real(0, 3), 3, 1),
        analytic=False,
        edges=[
            *(call(given([[0.0, 0.0], [3.0, 0.0]]), p, 1) for p in (0, 0.5, 1, 1.5, 2, 3, -1, -2.5, np.inf)),
            call(given([0.0, 0.0])),
            call(given([3.0, -3.0, 1.0]), np.inf),
        ],
    ).under(degree=1),
    row(
        classic.triangular_solve,
        lambda m, b, a, **settings: m.triangular_solve(b, regular(a), **settings)[0],
        call(real(3, 2), real(3, 3)),
        call(real(3, 2), real(3, 3), upper=False, transpose=True),
        call(real(2, 3, 2), real(2, 3, 3), unitriangular=True),
        torch=_solve_triangular,
    ),
    row(classic.pinverse, lambda m, a: m.pinverse(spread(a)), call(real(2, 3))),
    op(
        classic.cross,
        call(real(3), real(3), 0),
        call(real(2, 3), real(1, 3), dim=-1),
        ours(real(2, 3), real(2, 3)),
        ours(real(3, 3), real(3, 3)),
        call(real(0, 3), real(0, 3), 1),
    ),
    op(
        classic.vander,
        call(real(3)),
        call(real(2), 4),
        call(real(3), N=2, increasing=True),
        ours(real(2), 0),
        torch=_vander,
    ),
    row(
        classic.qr,
        lambda m, a, some=True: tuple(t * t for t in m.qr(spread(a), some)),
        call(real(3, 3)),
        call(real(4, 2)),
        call(real(2, 3), False),
        torch=lambda torch, a, some=True: tuple(
            t * t for t in torch.linalg.qr(spread(a), "reduced" if some else "complete")
        ),
    ),
    row(
        classic.svd,
        lambda m, a, some=True: _projections(*m.svd(spread(a), some)),
        call(real(3, 2)),
        call(real(2, 3), False),
        torch=_svd,
    ),
    row(
        classic.lu,
        lambda m, a: m.lu(reversed(a)),
        call(real(3, 3)),
        call(real(2, 3, 2)),
        torch=lambda torch, a: torch.linalg.lu_factor(reversed(a)),
    ),
    row(
        classic.lu_solve,
        lambda m, b, a: m.lu_solve(b, *m.lu(regular(a))),
        call(real(3, 2), real(3, 3)),
        torch=lambda torch, b, a: torch.linalg.solve(regular(a), b),
    ),
)
