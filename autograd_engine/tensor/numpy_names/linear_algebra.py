"""NumPy's linear algebra, in `np.linalg` and outside it, each function with the one of ours that answers.

The arguments, their defaults and the layout of results are NumPy's.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from ...backend.arrays import Array
from ...ops import shape
from ...ops.linear_algebra import (
    contraction,
    distances,
    equations,
    matrix_functions,
    products,
    spectral,
    triangular,
)
from ...ops.reduce import sum


def _svd(a: Array, full_matrices: bool = True, compute_uv: bool = True, hermitian: bool = False) -> Any:
    return spectral.svd(a, full_matrices) if compute_uv else spectral.svdvals(a)


def _qr(a: Array, mode: str = "reduced") -> Any:
    q_and_r = triangular.qr(a, mode)
    return q_and_r.R if mode == "r" else q_and_r


def _lstsq(a: Array, b: Array, rcond: float | None = None) -> tuple[Array, Array, int, Array]:
    if rcond is not None and rcond < 0:
        rcond = float(np.finfo(a.dtype).eps)
    solution, residuals, rank, _ = spectral.lstsq(a, b, rcond)
    return solution, residuals, int(rank), spectral.svdvals(a)


def _pinv(a: Array, rcond: Any = None, hermitian: bool = False, *, rtol: Any = 1e-15) -> Array:
    return spectral.pinv(a, rtol=rtol if rcond is None else rcond, hermitian=hermitian)


def _matrix_rank(A: Array, tol: Any = None, hermitian: bool = False, *, rtol: Any = None) -> Array:
    return spectral.matrix_rank(A, atol=tol, rtol=rtol, hermitian=hermitian)


def _solve(a: Array, b: Array) -> Array:
    """In NumPy only a 1-d `b` is a vector, while PyTorch takes a stack of vectors too."""
    return equations.solve(a, shape.unsqueeze(b, 0) if 1 < len(b.shape) < len(a.shape) else b)


def _matrix_norm(x: Array, /, *, keepdims: bool = False, ord: Any = "fro") -> Array:
    return distances.matrix_norm(x, ord, keepdim=keepdims)


def _vector_norm(x: Array, /, *, axis: Any = None, keepdims: bool = False, ord: float = 2) -> Array:
    return distances.vector_norm(x, ord, axis, keepdims)


def _trace(x: Array, /, *, offset: int = 0, dtype: Any = None) -> Array:
    return sum(matrix_functions.diagonal(x, offset=offset), -1, dtype=dtype)


def _dot(a: Array, b: Array) -> Array:
    if not a.shape or not b.shape:
        return a * b
    return contraction.tensordot(a, b, ([-1], [max(len(b.shape) - 2, 0)]))


def _ravelled(product: Callable[[Array, Array], Array]) -> Callable[[Array, Array], Array]:
    return lambda a, b: product(shape.ravel(a), shape.ravel(b))


FUNCTIONS: dict[Any, Callable[..., Any]] = {
    np.cross: lambda a, b, *, axis=-1: matrix_functions.cross(a, b, dim=axis),
    np.dot: _dot,
    np.linalg.lstsq: _lstsq,
    np.linalg.matrix_norm: _matrix_norm,
    np.linalg.matrix_rank: _matrix_rank,
    np.linalg.norm: lambda x, ord=None, axis=None, keepdims=False: distances.norm(x, ord, axis, keepdims),
    np.linalg.pinv: _pinv,
    np.linalg.qr: _qr,
    np.linalg.solve: _solve,
    np.linalg.svd: _svd,
    np.linalg.tensorsolve: lambda a, b, axes=None: equations.tensorsolve(a, b, axes),
    np.linalg.trace: _trace,
    np.linalg.vector_norm: _vector_norm,
    np.matrix_transpose: lambda x: shape.transpose(x, -1, -2),
    np.outer: _ravelled(products.outer),
    np.tensordot: lambda a, b, axes=2: contraction.tensordot(a, b, axes),
    np.vdot: _ravelled(products.vdot),
}
"""NumPy's functions of linear algebra and ours."""
FUNCTIONS |= {np.linalg.cross: FUNCTIONS[np.cross], np.linalg.tensordot: FUNCTIONS[np.tensordot]}
FUNCTIONS[np.linalg.matrix_transpose] = FUNCTIONS[np.matrix_transpose]
