"""Functions of matrices (powers, exponential, diagonals) and of vectors (cross product, powers of elements)."""

from __future__ import annotations

import numpy as np

from ...backend.arrays import Array
from ...backend.blas import linalg_of_scipy
from ...backend.kinds import kind_of
from ...engine.broadcast import clone
from ...engine.graph import raw
from ...engine.primitive import primitive
from ..arithmetic import mul, sub
from ..diagonal import diagonal as _diagonal
from ..dims import along, normalize_dim
from ..names import operator
from ..operands import to_dtype
from ..rounding import flat
from ..shape import cat, stack, unsqueeze
from .equations import inv
from .matrices import _check, _operator
from .products import _t, matmul


@operator("torch Tensor linalg", numpy="linalg.matrix_power")
@_operator
def matrix_power(A: Array, n: int) -> Array:
    """A^n: the product of n factors A, or for negative n of -n factors A^-1, by repeated squaring.

    Shapes: (..., k, k) -> (..., k, k).

    Raises:
        LinAlgError: n is negative and a matrix is singular.
        TypeError: n is no integer.
        ValueError, TypeError: the matrices are not square, or n is negative and they hold integers.
    """
    _check(A, "matrix_power", square=True, integers=True, lapack=False)
    if not hasattr(n, "__index__"):
        raise TypeError(f"matrix_power: n must be an integer, not {n!r}")
    if n == 0:
        return flat(A) + kind_of(raw(A)).eye(A.shape[-1], dtype=A.dtype)
    power, out, n = (inv(A), None, -n) if n < 0 else (A, None, n)
    while n:
        if n % 2:
            out = power if out is None else matmul(out, power)
        n //= 2
        power = matmul(power, power) if n else power
    return clone(out) if out is A else out


def _matrix_exp_rule(g: Array, x: Array) -> Array:
    """The upper right block of exp([[A^T, g], [0, A^T]]) (I. Najfeld and T. Havel, 1995)."""
    turned, n = _t(x), x.shape[-1]
    upper = cat([turned, g], -1)
    lower = cat([flat(turned), turned], -1)
    return _matrix_exp(cat([upper, lower], -2))[..., :n, n:]


@primitive(x=_matrix_exp_rule)
def _matrix_exp(x: Array) -> Array:
    kind = kind_of(x)  # SciPy computes on the host
    return kind.sent(linalg_of_scipy().expm(kind.read(x)).astype(x.dtype, copy=False)) if x.size else x.copy()


@operator("torch Tensor linalg")
def matrix_exp(A: Array) -> Array:
    """The exponential 1 + A + A A / 2 + A A A / 6 + ... of square matrices.

    Shapes: (..., n, n) -> (..., n, n).

    Raises:
        ValueError, TypeError: the matrices are not square, or hold integers.

    Example:
        >>> matrix_exp(ag.tensor([[0.0, 2.0], [0.0, 0.0]]))
        tensor([[1., 2.],
                [0., 1.]])
    """
    _check(A, "matrix_exp", square=True, lapack=False)
    return _matrix_exp(A)


@operator("linalg", numpy="linalg.diagonal")
def diagonal(A: Array, *, offset: int = 0, dim1: int = -2, dim2: int = -1) -> Array:
    """The diagonals of matrices: A[..., i, i + offset], as the last dimension of the result.

    Raises:
        ValueError: `dim1` and `dim2` are the same dimension.

    Example:
        >>> diagonal(ag.tensor([[1.0, 2.0], [3.0, 4.0]]), offset=-1)
        tensor([3.])
    """
    return _diagonal(A, offset, dim1, dim2)


@operator("linalg")
def cross(x: Array, y: Array, *, dim: int = -1) -> Array:
    """The vector product x[1] y[2] - x[2] y[1], ... of the vectors along `dim`; the others broadcast.

    Raises:
        ValueError: the size along `dim` is not 3, or the numbers of dimensions differ.

    Example:
        >>> cross(ag.tensor([1.0, 0.0, 0.0]), ag.tensor([0.0, 1.0, 0.0]))
        tensor([0., 0., 1.])
    """
    place = normalize_dim(dim, len(x.shape), "cross")
    if len(x.shape) != len(y.shape) or not (x.shape and x.shape[place] == y.shape[place] == 3):
        raise ValueError(f"cross: expected size 3 along dim {dim}, got {tuple(x.shape)} and {tuple(y.shape)}")
    if any(m != n and 1 not in (m, n) for m, n in zip(x.shape, y.shape, strict=True)):
        raise ValueError(f"cross: the sizes of {tuple(x.shape)} and {tuple(y.shape)} do not fit")
    a, b = ([t[along(place, i)] for i in range(3)] for t in (x, y))
    parts = [sub(mul(a[i - 2], b[i - 1]), mul(a[i - 1], b[i - 2])) for i in range(3)]
    return stack(parts, place)


@operator("linalg")
def vander(x: Array, N: int | None = None) -> Array:
    """The powers of each element: out[..., i, j] = x[..., i] ** j for j < N, by default as many as elements.

    Shapes: (..., n) -> (..., n, N). Dtypes: powers of integers are int64.

    Raises:
        ValueError: `x` is 0-d, or N is negative.
    """
    if not x.shape:
        raise ValueError("vander: expected a vector or a batch of vectors, got a 0-d tensor")
    count = x.shape[-1] if N is None else N
    if count < 0:
        raise ValueError(f"vander: N must not be negative, got {N}")
    x = to_dtype(x, np.int64) if x.dtype.kind in "iub" else x
    powers = [flat(x) + 1]
    for _ in range(count - 1):
        powers.append(powers[-1] * x)
    return stack(powers, -1) if count else unsqueeze(flat(x), -1)[..., :0]
