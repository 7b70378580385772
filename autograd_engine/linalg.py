"""Linear algebra under the names of `torch.linalg`: `autograd_engine.linalg.solve(A, B)`.

The operators themselves, with their derivatives, are in `ops`: `linalg` (products), `equations`, `triangular`,
`spectral`, `distances`, `matrix_functions`.
"""

from __future__ import annotations

from .ops.linear_algebra.distances import cond, matrix_norm, norm, vector_norm
from .ops.linear_algebra.equations import det, inv, lu, lu_factor, lu_solve, slogdet, solve, tensorinv, tensorsolve
from .ops.linear_algebra.matrices import LinAlgError
from .ops.linear_algebra.matrix_functions import cross, diagonal, matrix_exp, matrix_power, vander
from .ops.linear_algebra.products import matmul, multi_dot, vecdot
from .ops.linear_algebra.spectral import eigh, eigvalsh, lstsq, matrix_rank, pinv, svd, svdvals
from .ops.linear_algebra.triangular import cholesky, householder_product, qr, solve_triangular

__all__ = [
    "LinAlgError",
    "cholesky",
    "cond",
    "cross",
    "det",
    "diagonal",
    "eigh",
    "eigvalsh",
    "householder_product",
    "inv",
    "lstsq",
    "lu",
    "lu_factor",
    "lu_solve",
    "matmul",
    "matrix_exp",
    "matrix_norm",
    "matrix_power",
    "matrix_rank",
    "multi_dot",
    "norm",
    "pinv",
    "qr",
    "slogdet",
    "solve",
    "solve_triangular",
    "svd",
    "svdvals",
    "tensorinv",
    "tensorsolve",
    "vander",
    "vecdot",
    "vector_norm",
]
