"""Norms, solutions and decompositions of matrices.

Random matrices may be singular, and vectors have arbitrary signs; so a row is about a function of well-behaved
matrices made inside it, and of results that do not depend on signs. It is written once, for our `linalg` and for
PyTorch's: `lambda la, a: la.cholesky(_positive(a))`.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from ... import linalg as ours_linalg
from ...ops import decompositions
from ..operators import NONZERO, Call, Operator, call, given, ours, real

__all__ = ["ROWS"]


def _t(x: Any) -> Any:
    return x.swapaxes(-1, -2)


def _like(values: Any, x: Any) -> Any:
    """A constant array of the kind and dtype of `x`."""
    if hasattr(x, "new_tensor") and not hasattr(x, "array"):
        return x.new_tensor(values)
    return np.asarray(values, x.dtype)


def _regular(x: Any) -> Any:
    """Square matrices far from singular: the diagonal dominates."""
    n = x.shape[-1]
    return x + _like(np.diag(np.arange(n) + 2.0 * n), x)


def _positive(x: Any) -> Any:
    """Symmetric positive definite matrices."""
    return x @ _t(x) + _like(np.eye(x.shape[-2]), x)


def _spread(x: Any) -> Any:
    """Matrices whose singular values, or symmetric ones whose eigenvalues, are far from each other and from 0."""
    m, n = x.shape[-2:]
    return x * 0.1 + _like(np.eye(m, n) * (np.arange(n) + 1.0), x)


def _symmetric(x: Any) -> Any:
    x = _spread(x)
    return x + _t(x)


def _reversed(x: Any) -> Any:
    """Matrices with a small diagonal, for which elimination has to exchange rows."""
    return _like(np.eye(x.shape[-2])[::-1].copy(), x) @ _spread(x)


def _triangle(x: Any, upper: bool) -> Any:
    kept = np.tri(x.shape[-1])
    return _regular(x) * _like(kept.T if upper else kept, x)


def _row(
    name: str,
    function: Callable[..., Any] | None,
    *calls: Call,
    edges: tuple[Call, ...] = (),
    analytic: bool = False,
    order: int = 2,
    torch: bool | Callable[..., Any] = True,
    top: bool = False,
) -> Operator:
    """A row about `linalg.name` (about `name` itself if `top`), called by `function(module, ...)`."""
    of = getattr(decompositions, name)
    title = name if top else f"linalg.{name}"
    if function is None:
        return Operator(title, of, calls, edges, title if torch else None, order, analytic=analytic, of=of)
    module = decompositions if top else ours_linalg

    def here(*arguments: Any, **settings: Any) -> Any:
        return function(module, *arguments, **settings)

    def there(their_torch: Any, *arguments: Any, **settings: Any) -> Any:
        return function(their_torch if top else their_torch.linalg, *arguments, **settings)

    counterpart = (there if torch else None) if isinstance(torch, bool) else torch
    return Operator(title, here, calls, edges, counterpart, order, analytic=analytic, of=of)


_SQUARES = (call(real(3, 3)), call(real(2, 2, 2)), call(real(1, 1)), call(real(0, 2, 2)))
_ANY_SHAPE = (
    call(real(3, 3)),
    call(real(4, 2)),
    call(real(2, 4)),
    call(real(2, 3, 2)),
    call(real(2, 2, 3)),
    call(real(0, 3, 2)),
)

_NORMS = (
    _row(
        "vector_norm",
        None,
        call(real(3, domain=NONZERO)),
        call(real(2, 3, domain=NONZERO), 2, 0),
        call(real(2, 3, domain=NONZERO), 3, -1, True),
        call(real(2, 3, domain=NONZERO), 1.5, (0, 1)),
        call(real(2, 3, domain=NONZERO), 1),
        call(real(2, 3), float("inf"), 1),
        call(real(2, 3, domain=NONZERO), -float("inf"), 1),
        call(real(2, 3, domain=NONZERO), -2, 1),
        call(real(domain=NONZERO)),
        call(real(0, 3), 2, 1),
        call(real(2, 0), 2, 1),
        edges=(
            call(given([[0.0, 0.0], [0.0, 1.0]]), 2, 1),
            call(given([[0.0, 0.0], [0.0, 1.0]]), 3, 1),
            call(given([[0.0, 0.0], [0.0, 1.0]]), 1.5, 1),
            call(given([[1.0, -1.0], [0.0, 0.0]]), float("inf"), 1),
            call(given([0.0, 2.0, 0.0]), 1),
        ),
    ),
    _row(
        "matrix_norm",
        None,
        call(real(2, 3)),
        call(real(2, 3), "nuc"),
        call(real(2, 2, 3), 2),
        call(real(3, 2), -2, keepdim=True),
        call(real(2, 3, domain=NONZERO), 1),
        call(real(2, 3, domain=NONZERO), -1),
        call(real(2, 3, domain=NONZERO), float("inf")),
        call(real(2, 3, 2, domain=NONZERO), -float("inf"), (0, 2), keepdim=True),
        call(real(2, 3, 2), "fro", (0, 1)),
        call(real(2, 3, 2), "nuc", (2, 0)),
        call(real(0, 2, 3)),
    ),
    _row(
        "norm",
        None,
        call(real(2, 3, domain=NONZERO)),
        call(real(2, 3, domain=NONZERO), dim=1),
        call(real(3, domain=NONZERO), 3),
        call(real(2, 3), "fro"),
        call(real(2, 3), "nuc"),
        call(real(2, 2, 3, domain=NONZERO), 1, 0, True),
        call(real(2, 2, 3, domain=NONZERO), 1, (0, 2), keepdim=True),
    ),
    _row(
        "cond",
        lambda la, a, p=None: la.cond(_spread(a), p),
        *_SQUARES[:2],
        call(real(4, 2)),
        call(real(3, 3), -2),
        ours(real(3, 3), "fro"),
    ),
)

_INVERSES = (
    _row("inv", lambda la, a: la.inv(_regular(a)), *_SQUARES, analytic=True),
    _row(
        "det",
        lambda la, a: la.det(_regular(a)),
        *_SQUARES,
        call(real(0, 0)),
        # Singular: ranks n - 1 and n - 2; PyTorch gives the gradient 0 for the first.
        ours(given(np.array([[1.0, 2.0], [2.0, 4.0]]) - np.diag([4.0, 5.0]))),
        ours(given(np.array([[1.0, 2.0, 0.0], [2.0, 4.0, 0.0], [1.0, 2.0, 0.0]]) - np.diag([6.0, 7.0, 8.0]))),
        analytic=True,
    ),
    _row("slogdet", lambda la, a: la.slogdet(_regular(a)), *_SQUARES),
    _row(
        "logdet",
        lambda la, a: la.logdet(_regular(a)),
        *_SQUARES,
        top=True,
        edges=(call(given([[-9.0, 1.0], [0.5, 9.0]])),),
    ),
    _row(
        "pinv",
        lambda la, a, **settings: la.pinv(_spread(a), **settings),
        *_ANY_SHAPE,
        call(real(4, 2), rtol=1e-3),
        call(real(4, 2), atol=1e-3),
    ),
    _row("pinverse", lambda m, a: m.pinverse(_spread(a)), call(real(2, 3)), top=True),
    _row("matrix_rank", None, *_ANY_SHAPE, call(real(3, 3), atol=1.0), call(real(3, 3), rtol=0.5), order=0),
)


def _solve_triangular(
    torch: Any, b: Any, a: Any, upper: bool = True, transpose: bool = False, **settings: Any
) -> Any:
    """PyTorch's `triangular_solve` warns that this is its newer form."""
    a = _regular(a)
    return torch.linalg.solve_triangular(_t(a) if transpose else a, b, upper=upper != transpose, **settings)


_EQUATIONS = (
    _row(
        "solve",
        lambda la, a, b, **settings: la.solve(_regular(a), b, **settings),
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
    _row(
        "solve_triangular",
        lambda la, a, b, **settings: la.solve_triangular(_regular(a), b, **settings),
        call(real(3, 3), real(3, 2), upper=True),
        call(real(3, 3), real(3, 2), upper=False),
        call(real(2, 3, 3), real(3, 1), upper=False, unitriangular=True),
        call(real(3, 3), real(2, 2, 3), upper=True, left=False, unitriangular=True),
        call(real(0, 2, 2), real(0, 2, 1), upper=True),
        analytic=True,
    ),
    _row(
        "triangular_solve",
        lambda m, b, a, **settings: m.triangular_solve(b, _regular(a), **settings)[0],
        call(real(3, 2), real(3, 3)),
        call(real(3, 2), real(3, 3), upper=False, transpose=True),
        call(real(2, 3, 2), real(2, 3, 3), unitriangular=True),
        top=True,
        torch=_solve_triangular,
    ),
    _row(
        "lstsq",
        lambda la, a, b: tuple(la.lstsq(_spread(a), b))[: 2 if a.shape[-2] > a.shape[-1] else 1],
        call(real(4, 2), real(4, 3)),
        call(real(3, 3), real(3, 1)),
        call(real(2, 4), real(2, 1)),
        call(real(2, 4, 2), real(2, 4, 1)),
        torch=False,
    ),
    _row(
        "tensorsolve",
        lambda la, a, b: la.tensorsolve(_regular(a.reshape(6, 6)).reshape(a.shape), b),
        call(real(2, 3, 6), real(2, 3)),
        call(real(2, 3, 3, 2), real(2, 3)),
        analytic=True,
    ),
    _row(
        "tensorinv",
        lambda la, a, ind: la.tensorinv(_regular(a.reshape(6, 6)).reshape(a.shape), ind),
        call(real(2, 3, 6), 2),
        call(real(6, 3, 2), 1),
        analytic=True,
    ),
    _row(
        "lu_solve",
        lambda la, a, b, **settings: la.lu_solve(*la.lu_factor(_regular(_t(a))), b, **settings),
        call(real(3, 3), real(3, 2)),
        call(real(3, 3), real(3, 2), adjoint=True),
        call(real(2, 3, 3), real(2, 2, 3), left=False),
        call(real(2, 2), real(3, 2, 1)),
    ),
    _row(
        "cholesky_solve",
        lambda m, b, a, upper=False: m.cholesky_solve(b, _triangle(a, upper), upper),
        call(real(3, 2), real(3, 3)),
        call(real(3, 2), real(3, 3), True),
        call(real(2, 3, 1), real(2, 3, 3)),
        top=True,
    ),
    _row(
        "cholesky_inverse",
        lambda m, a, upper=False: m.cholesky_inverse(_triangle(a, upper), upper),
        call(real(3, 3)),
        call(real(2, 2, 2), True),
        top=True,
    ),
)


def _svd(la: Any, a: Any, full_matrices: bool) -> Any:
    """The singular values, and the projections onto the singular vectors, which have no sign."""
    u, s, vh = la.svd(_spread(a), full_matrices)
    k = s.shape[-1]
    u, vh = u[..., :k], vh[..., :k, :]
    return s, u * u, vh * vh, (u * s[..., None, :]) @ vh


def _eigh(la: Any, a: Any, **settings: Any) -> Any:
    w, v = la.eigh(_symmetric(a), **settings)
    return w, v * v, (v * (w * w)[..., None, :]) @ _t(v)


def _qr(la: Any, a: Any, **settings: Any) -> Any:
    q, r = la.qr(_spread(a), **settings)
    return q * q, r * r, q @ r


_DECOMPOSITIONS = (
    _row(
        "cholesky",
        lambda la, a, **settings: la.cholesky(_positive(a), **settings),
        call(real(3, 3)),
        call(real(2, 3), upper=True),
        call(real(2, 2, 2)),
        call(real(0, 2, 2)),
    ),
    _row("eigh", _eigh, *_SQUARES, call(real(3, 3), UPLO="U")),
    _row(
        "eigvalsh",
        lambda la, a, **settings: la.eigvalsh(_symmetric(a), **settings),
        *_SQUARES,
        call(real(3, 3), UPLO="U"),
    ),
    _row("svd", _svd, *(call(*c.arguments, full) for c in _ANY_SHAPE for full in (False, True))),
    _row("svdvals", lambda la, a: la.svdvals(_spread(a)), *_ANY_SHAPE),
    _row("qr", _qr, *_ANY_SHAPE, call(real(2, 3), mode="complete")),
    _row("lu", lambda la, a: tuple(la.lu(_reversed(a)))[1:], *_ANY_SHAPE),
    _row("lu_factor", lambda la, a: la.lu_factor(_reversed(a)), *_ANY_SHAPE),
    _row(
        "householder_product",
        None,
        call(real(4, 3), real(3)),
        call(real(4, 3), real(2)),
        call(real(2, 3, 3), real(2, 3)),
        analytic=True,
    ),
)

_FUNCTIONS = (
    _row("matrix_exp", None, *_SQUARES, call(real(0, 0)), analytic=False, torch=True),
    _row(
        "matrix_power",
        lambda la, a, n: la.matrix_power(_regular(a), n),
        *(call(real(2, 2), n) for n in (0, 1, 2, 5, -1, -3)),
        call(real(2, 3, 3), 3),
        analytic=True,
    ),
    _row(
        "cross",
        None,
        call(real(3), real(3)),
        call(real(2, 3), real(2, 3)),
        call(real(3, 2), real(3, 2), dim=0),
        call(real(2, 3), real(1, 3)),
        call(real(0, 3), real(0, 3)),
    ),
    _row(
        "vander",
        None,
        call(real(3)),
        call(real(2, 3), N=2),
        call(real(3), N=5),
        call(real(0, 2)),
        ours(real(2), N=0),
    ),
)

ROWS = (*_NORMS, *_INVERSES, *_EQUATIONS, *_DECOMPOSITIONS, *_FUNCTIONS)
