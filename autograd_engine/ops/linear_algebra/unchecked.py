"""The `_ex` forms: of a batch, the matrices that fail are told by a number beside the result, and not by an error.

That number is LAPACK's `info`: 0, or the pivot that is 0, or the order of the leading minor that is not positive.
The result of such a matrix is NaN here; in PyTorch it is undefined.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Generic, NamedTuple

import numpy as np

from ...backend.arrays import Array, ArrayT
from ...backend.kinds import kind_of
from ...engine.graph import raw
from ..names import operator
from ..operands import constant_like
from ..piecewise import where
from .equations import inv, solve
from .matrices import _check, _fortran, _matrices
from .triangular import cholesky


class CholeskyExResult(NamedTuple, Generic[ArrayT]):
    """The factor of each matrix, and 0 or the order of its first leading minor that is not positive."""

    L: ArrayT
    info: ArrayT


class InvExResult(NamedTuple, Generic[ArrayT]):
    """The inverse of each matrix, and 0 or the number of its pivot that is 0."""

    inverse: ArrayT
    info: ArrayT


class SolveExResult(NamedTuple, Generic[ArrayT]):
    """The solution for each matrix, and 0 or the number of its pivot that is 0."""

    result: ArrayT
    info: ArrayT


def _infos(A: Array, routine: str, **settings: Any) -> Any:
    """LAPACK's `info` of each matrix, int32, on the host."""
    values = kind_of(raw(A)).read(raw(A))
    factorize = _fortran(routine, values.dtype)
    found = [factorize(a, **settings)[-1] for a in _matrices(values, values.shape[:-2])] if values.size else []
    return (
        np.array(found, np.int32).reshape(values.shape[:-2])
        if values.size
        else np.zeros(values.shape[:-2], np.int32)
    )


def _attempted(A: Array, infos: Any, compute: Callable[[Array], Array], check_errors: bool) -> tuple[Array, Any]:
    """What `compute` gives, and NaN for the matrices that fail."""
    told = constant_like(kind_of(raw(A)).sent(infos), A)
    if check_errors or not infos.any():
        return compute(A), told
    kind = kind_of(raw(A))
    failed = kind.sent((infos != 0)[..., None, None])
    result = compute(where(failed, kind.eye(A.shape[-1], dtype=A.dtype), A))
    lacking = failed if len(result.shape) == len(A.shape) or not failed.ndim else failed[..., 0]
    return where(lacking, result.dtype.type(np.nan), result), told


@operator("linalg")
def cholesky_ex(A: Array, *, upper: bool = False, check_errors: bool = False) -> CholeskyExResult[Array]:
    """`cholesky`, and for each matrix whether it is positive definite.

    Args:
        check_errors: raise what `cholesky` raises.

    Shapes: (..., n, n) -> L (..., n, n) and info (...), int32: 0, or k where the leading k by k minor is the first
    that is not positive; L is NaN then.

    Raises:
        ValueError, TypeError: the matrices are not square, or hold integers.

    Example:
        >>> ag.linalg.cholesky_ex(ag.tensor([[[4.0]], [[-1.0]]])).info
        tensor([0, 1], dtype=int32)
    """
    _check(A, "cholesky_ex", square=True)
    infos = _infos(A, "potrf", lower=1)
    return CholeskyExResult(*_attempted(A, infos, lambda A: cholesky(A, upper=upper), check_errors))


@operator("linalg")
def inv_ex(A: Array, *, check_errors: bool = False) -> InvExResult[Array]:
    """`inv`, and for each matrix whether it is regular.

    Args:
        check_errors: raise what `inv` raises.

    Shapes: (..., n, n) -> inverse (..., n, n) and info (...), int32: 0, or the first pivot that is 0, counted from
    1; the inverse is NaN then.

    Raises:
        ValueError, TypeError: the matrices are not square, or hold integers.

    Example:
        >>> ag.linalg.inv_ex(ag.tensor([[1.0, 1.0], [1.0, 1.0]])).info
        tensor(2, dtype=int32)
    """
    _check(A, "inv_ex", square=True)
    return InvExResult(*_attempted(A, _infos(A, "getrf"), inv, check_errors))


@operator("linalg")
def solve_ex(A: Array, B: Array, *, left: bool = True, check_errors: bool = False) -> SolveExResult[Array]:
    """`solve`, and for each matrix whether it is regular.

    Args:
        check_errors: raise what `solve` raises.

    Shapes: A (..., n, n), B (..., n, k) or vectors (..., n); the result as B, and info as the batch of A, int32: 0,
    or the first pivot that is 0, counted from 1; the result is NaN then.

    Raises:
        ValueError: the matrices are not square, or the sizes do not fit.

    Example:
        >>> result, info = ag.linalg.solve_ex(ag.tensor([[2.0, 0.0], [0.0, 4.0]]), ag.tensor([1.0, 1.0]))
        >>> result, info
        (tensor([0.5000, 0.2500]), tensor(0, dtype=int32))
    """
    _check(A, "solve_ex", square=True)
    infos = _infos(A, "getrf")
    return SolveExResult(*_attempted(A, infos, lambda A: solve(A, B, left=left), check_errors))
