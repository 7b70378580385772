"""Written by `python -m tests.stubs`."""

from autograd_engine.ops.linear_algebra.distances import cond as cond
from autograd_engine.ops.linear_algebra.distances import matrix_norm as matrix_norm
from autograd_engine.ops.linear_algebra.distances import norm as norm
from autograd_engine.ops.linear_algebra.distances import vector_norm as vector_norm
from autograd_engine.ops.linear_algebra.equations import det as det
from autograd_engine.ops.linear_algebra.equations import inv as inv
from autograd_engine.ops.linear_algebra.equations import lu as lu
from autograd_engine.ops.linear_algebra.equations import lu_factor as lu_factor
from autograd_engine.ops.linear_algebra.equations import lu_solve as lu_solve
from autograd_engine.ops.linear_algebra.equations import slogdet as slogdet
from autograd_engine.ops.linear_algebra.equations import solve as solve
from autograd_engine.ops.linear_algebra.equations import tensorinv as tensorinv
from autograd_engine.ops.linear_algebra.equations import tensorsolve as tensorsolve
from autograd_engine.ops.linear_algebra.matrices import LinAlgError as LinAlgError
from autograd_engine.ops.linear_algebra.matrix_functions import cross as cross
from autograd_engine.ops.linear_algebra.matrix_functions import diagonal as diagonal
from autograd_engine.ops.linear_algebra.matrix_functions import matrix_exp as matrix_exp
from autograd_engine.ops.linear_algebra.matrix_functions import matrix_power as matrix_power
from autograd_engine.ops.linear_algebra.matrix_functions import vander as vander
from autograd_engine.ops.linear_algebra.products import matmul as matmul
from autograd_engine.ops.linear_algebra.products import multi_dot as multi_dot
from autograd_engine.ops.linear_algebra.products import vecdot as vecdot
from autograd_engine.ops.linear_algebra.spectral import eigh as eigh
from autograd_engine.ops.linear_algebra.spectral import eigvalsh as eigvalsh
from autograd_engine.ops.linear_algebra.spectral import lstsq as lstsq
from autograd_engine.ops.linear_algebra.spectral import matrix_rank as matrix_rank
from autograd_engine.ops.linear_algebra.spectral import pinv as pinv
from autograd_engine.ops.linear_algebra.spectral import svd as svd
from autograd_engine.ops.linear_algebra.spectral import svdvals as svdvals
from autograd_engine.ops.linear_algebra.triangular import cholesky as cholesky
from autograd_engine.ops.linear_algebra.triangular import householder_product as householder_product
from autograd_engine.ops.linear_algebra.triangular import qr as qr
from autograd_engine.ops.linear_algebra.triangular import solve_triangular as solve_triangular

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
