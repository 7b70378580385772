"""Eigenvalues, singular values, and what follows from them."""

from __future__ import annotations

from typing import Any

from autograd_engine.ops.linear_algebra import spectral

from ..operators import call, real
from .matrices import ANY_SHAPE, SQUARES, row, spread, symmetric, transposed

__all__ = ["ROWS"]


def _svd(la: Any, a: Any, full_matrices: bool) -> Any:
    """The singular values, and the projections onto the singular vectors, which have no sign."""
    u, s, vh = la.svd(spread(a), full_matrices)
    k = s.shape[-1]
    u, vh = u[..., :k], vh[..., :k, :]
    return s, u * u, vh * vh, (u * s[..., None, :]) @ vh


def _eigh(la: Any, a: Any, **settings: Any) -> Any:
    w, v = la.eigh(symmetric(a), **settings)
    return w, v * v, (v * (w * w)[..., None, :]) @ transposed(v)


ROWS = (
    row(spectral.eigh, _eigh, *SQUARES, call(real(3, 3), UPLO="U")),
    row(
        spectral.eigvalsh,
        lambda la, a, **settings: la.eigvalsh(symmetric(a), **settings),
        *SQUARES,
        call(real(3, 3), UPLO="U"),
    ),
    row(spectral.svd, _svd, *(call(*c.arguments, full) for c in ANY_SHAPE for full in (False, True))),
    row(spectral.svdvals, lambda la, a: la.svdvals(spread(a)), *ANY_SHAPE),
    row(
        spectral.pinv,
        lambda la, a, **settings: la.pinv(spread(a), **settings),
        *ANY_SHAPE,
        call(real(4, 2), rtol=1e-3),
        call(real(4, 2), atol=1e-3),
    ),
    row(spectral.matrix_rank, None, *ANY_SHAPE, call(real(3, 3), atol=1.0), call(real(3, 3), rtol=0.5), order=0),
    row(
        spectral.lstsq,
        lambda la, a, b: tuple(la.lstsq(spread(a), b))[: 2 if a.shape[-2] > a.shape[-1] else 1],
        call(real(4, 2), real(4, 3)),
        call(real(3, 3), real(3, 1)),
        call(real(2, 4), real(2, 1)),
        call(real(2, 4, 2), real(2, 4, 1)),
        torch=False,
    ),
)
