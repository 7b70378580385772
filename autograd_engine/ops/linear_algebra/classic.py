"""PyTorch's older functions of matrices: outside `linalg`, with arguments and defaults of their own."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Generic, NamedTuple

from ...backend.arrays import Array, ArrayT
from ...engine.broadcast import clone
from ..dims import normalize_dim
from ..names import operator
from ..shape import flip
from .distances import matrix_norm, vector_norm
from .equations import LUFactorResult, lu_factor
from .equations import lu_solve as _lu_solve
from .matrix_functions import cross as _cross
from .matrix_functions import vander as _vander
from .products import _t
from .spectral import pinv
from .spectral import svd as _svd
from .triangular import QRResult, solve_triangular
from .triangular import qr as _qr


@operator("torch Tensor")
def norm(x: Array, p: Any = "fro", dim: Any = None, keepdim: bool = False, dtype: Any = None) -> Array:
    """The p-norm (sum |x|^p)^(1/p) over `dim` (all dimensions by default); its gradient is 0 where the norm is 0.

    Args:
        p: a number, "fro" or "nuc". "fro" is 2; inf gives the largest |x|, -inf the smallest, 0 the number of
            nonzero elements, "nuc" the sum of the singular values of the matrices that lie in two dimensions.

    Raises:
        TypeError: `x` holds integers.
        ValueError: `p` is another string, or it is "nuc" and `dim` does not name two dimensions.

    Example:
        >>> norm(ag.tensor([[3.0, 0.0], [0.0, 4.0]])), norm(ag.tensor([[3.0, 0.0], [0.0, 4.0]]), "nuc")
        (tensor(5.), tensor(7.))
    """
    if p == "nuc":
        dims = range(len(x.shape)) if dim is None else dim if isinstance(dim, Sequence) else (dim,)
        if len(dims) != 2:
            raise ValueError(
                f"norm: p='nuc' takes matrices, which lie in two dimensions, not in dims {tuple(dims)}"
            )
        return matrix_norm(x, "nuc", tuple(dims), keepdim, dtype=dtype)
    if isinstance(p, str) and p != "fro":
        raise ValueError(f"norm: p is a number, 'fro' or 'nuc', not {p!r}")
    return vector_norm(x, 2 if p in ("fro", None) else p, dim, keepdim, dtype=dtype)


@operator("torch Tensor")
def cross(x: Array, y: Array, dim: int | None = None) -> Array:
    """`linalg.cross`, by default along the first dimension of size 3 rather than along the last dimension.

    Raises:
        ValueError: there is no dimension of size 3, or the shapes do not fit.

    Example:
        >>> cross(ag.tensor([1.0, 0.0, 0.0]), ag.tensor([0.0, 1.0, 0.0]))
        tensor([0., 0., 1.])
    """
    if dim is None:
        dim = next((d for d, n in enumerate(x.shape) if n == 3), None)
        if dim is None:
            raise ValueError(f"cross: no dimension of {tuple(x.shape)} has size 3")
    return _cross(x, y, dim=normalize_dim(dim, len(x.shape), "cross"))


@operator("torch numpy")
def vander(x: Array, N: int | None = None, increasing: bool = False) -> Array:
    """The powers of each element of a vector, the highest first unless `increasing`; see `linalg.vander`.

    Shapes: (n,) -> (n, N).

    Raises:
        ValueError: `x` is no vector.

    Example:
        >>> vander(ag.tensor([2.0, 3.0]), 3)
        tensor([[4., 2., 1.],
                [9., 3., 1.]])
    """
    if len(x.shape) != 1:
        raise ValueError(f"vander: expected a vector, got shape {tuple(x.shape)}")
    powers = _vander(x, N)
    return powers if increasing else flip(powers, -1)


@operator("torch Tensor")
def qr(x: Array, some: bool = True) -> QRResult[Array]:
    """`linalg.qr` in the mode "reduced" if `some`, else "complete".

    Raises:
        ValueError, RuntimeError: as for `linalg.qr`.
    """
    return _qr(x, "reduced" if some else "complete")


class SVDResult(NamedTuple, Generic[ArrayT]):
    """A = U diag(S) V^T: singular vectors in the columns of U and of V."""

    U: ArrayT
    S: ArrayT
    V: ArrayT


@operator("torch Tensor")
def svd(x: Array, some: bool = True) -> SVDResult[Array]:
    """`linalg.svd` with V, rather than its transpose; U and V are square unless `some`.

    Shapes: (..., m, n) -> U (..., m, k), S (..., k) and V (..., n, k) with k = min(m, n).

    Raises:
        LinAlgError, ValueError: as for `linalg.svd`.
    """
    u, s, vh = _svd(x, not some)
    return SVDResult(u, s, _t(vh))


@operator("torch Tensor")
def lu(x: Array, pivot: bool = True) -> LUFactorResult[Array]:
    """`linalg.lu_factor`: both factors in one matrix, and the row exchanges.

    Raises:
        LinAlgError, ValueError: as for `linalg.lu_factor`.
    """
    return lu_factor(x, pivot=pivot)


@operator("torch Tensor")
def lu_solve(b: Array, LU: Array, pivots: Array) -> Array:
    """`linalg.lu_solve` with the right-hand sides first.

    Shapes: b (..., n, k), LU (..., n, n), pivots (..., n) -> (..., n, k).

    Raises:
        LinAlgError, ValueError: as for `linalg.lu_solve`.
    """
    return _lu_solve(LU, pivots, b)


class TriangularSolveResult(NamedTuple, Generic[ArrayT]):
    """The solution, and a copy of the matrix."""

    solution: ArrayT
    cloned_coefficient: ArrayT


@operator("torch Tensor")
def triangular_solve(
    b: Array, A: Array, upper: bool = True, transpose: bool = False, unitriangular: bool = False
) -> TriangularSolveResult[Array]:
    """X with A X = b, or with A^T X = b where `transpose`: `linalg.solve_triangular` with other arguments.

    Shapes: b (..., n, k), A (..., n, n) -> (..., n, k).

    Raises:
        LinAlgError, ValueError: as for `linalg.solve_triangular`.
    """
    matrix, triangle = (_t(A), not upper) if transpose else (A, upper)
    solution = solve_triangular(matrix, b, upper=triangle, unitriangular=unitriangular)
    return TriangularSolveResult(solution, clone(A))


@operator("torch Tensor")
def pinverse(A: Array, rcond: float = 1e-15) -> Array:
    """`linalg.pinv` where singular values below rcond * the largest count as 0.

    Shapes: (..., m, n) -> (..., n, m).

    Raises:
        ValueError, TypeError: `A` has fewer than 2 dimensions, or holds integers.
    """
    return pinv(A, rtol=rcond)
