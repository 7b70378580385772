"""What the rows of linear algebra share.

Random matrices may be singular, and vectors have arbitrary signs; so a row is about a function of well-behaved
matrices made inside it, and of results that do not depend on signs. It is written once, for our `linalg` and for
PyTorch's: `lambda la, a: la.cholesky(positive(a))`.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import Any

import numpy as np

from autograd_engine import linalg
from autograd_engine.backend.kinds import kind_of
from autograd_engine.engine.graph import raw

from ..operators import Call, Operator, call, real

__all__ = [
    "ANY_SHAPE",
    "SQUARES",
    "positive",
    "regular",
    "reversed",
    "row",
    "spread",
    "symmetric",
    "transposed",
    "triangle",
]


def transposed(x: Any) -> Any:
    """Each matrix transposed, of ours or of PyTorch's."""
    return x.swapaxes(-1, -2)


def _like(values: Any, x: Any) -> Any:
    """A constant array of the kind and dtype of `x`."""
    if hasattr(x, "new_tensor") and not hasattr(x, "array"):
        return x.new_tensor(values)
    return kind_of(raw(x)).sent(np.asarray(values, x.dtype))


def regular(x: Any) -> Any:
    """Square matrices far from singular: the diagonal dominates."""
    n = x.shape[-1]
    return x + _like(np.diag(np.arange(n) + 2.0 * n), x)


def positive(x: Any) -> Any:
    """Symmetric positive definite matrices."""
    return x @ transposed(x) + _like(np.eye(x.shape[-2]), x)


def spread(x: Any) -> Any:
    """Matrices whose singular values, or symmetric ones whose eigenvalues, are far from each other and from 0."""
    m, n = x.shape[-2:]
    return x * _like(0.1, x) + _like(np.eye(m, n) * (np.arange(n) + 1.0), x)


def symmetric(x: Any) -> Any:
    """Symmetric matrices whose eigenvalues are far from each other and from 0."""
    x = spread(x)
    return x + transposed(x)


def reversed(x: Any) -> Any:
    """Matrices with a small diagonal, for which elimination has to exchange rows."""
    return _like(np.eye(x.shape[-2])[::-1].copy(), x) @ spread(x)


def triangle(x: Any, upper: bool) -> Any:
    """Triangular matrices far from singular."""
    kept = np.tri(x.shape[-1])
    return regular(x) * _like(kept.T if upper else kept, x)


SQUARES = (call(real(3, 3)), call(real(2, 2, 2)), call(real(1, 1)), call(real(0, 2, 2)))
ANY_SHAPE = (
    call(real(3, 3)),
    call(real(4, 2)),
    call(real(2, 4)),
    call(real(2, 3, 2)),
    call(real(2, 2, 3)),
    call(real(0, 3, 2)),
)


def row(
    operator: Callable[..., Any],
    function: Callable[..., Any] | None,
    *calls: Call,
    edges: tuple[Call, ...] = (),
    analytic: bool = False,
    order: int = 2,
    torch: bool | Callable[..., Any] = True,
) -> Operator:
    """A row about an operator of `linalg`, called by `function(module, ...)`; by itself without `function`.

    What `linalg` has no name for (or another function of that name) is found at PyTorch's top level.
    """
    name = operator.__name__
    top = getattr(linalg, name, None) is not operator
    title = name if top else f"linalg.{name}"
    if function is None:
        return Operator(
            title, operator, calls, edges, title if torch else None, order, analytic=analytic, of=operator
        )
    module = sys.modules[operator.__module__] if top else linalg

    def here(*arguments: Any, **settings: Any) -> Any:
        return function(module, *arguments, **settings)

    def there(their_torch: Any, *arguments: Any, **settings: Any) -> Any:
        return function(their_torch if top else their_torch.linalg, *arguments, **settings)

    counterpart = (there if torch else None) if isinstance(torch, bool) else torch
    return Operator(title, here, calls, edges, counterpart, order, analytic=analytic, of=operator)
