"""Written by `python -m tests.stubs`."""

from autograd_engine.ops.linear_algebra.equations import LUFactorResult
from autograd_engine.ops.linear_algebra.equations import LUResult
from autograd_engine.ops.linear_algebra.equations import SlogdetResult
from autograd_engine.ops.linear_algebra.matrices import LinAlgError as LinAlgError
from autograd_engine.ops.linear_algebra.spectral import EighResult
from autograd_engine.ops.linear_algebra.spectral import LstsqResult
from autograd_engine.ops.linear_algebra.spectral import SVDResult
from autograd_engine.ops.linear_algebra.triangular import QRResult
from autograd_engine.ops.linear_algebra.unchecked import CholeskyExResult
from autograd_engine.ops.linear_algebra.unchecked import InvExResult
from autograd_engine.ops.linear_algebra.unchecked import SolveExResult
from autograd_engine.tensor.tensor import Tensor
from collections.abc import Sequence
from typing import Any
def matmul(x: Any, y: Any) -> Tensor:
    """The matrix product x @ y, batched over leading dimensions."""
def vecdot(x: Any, y: Any, *, dim: int = -1, axis: int = ...) -> Tensor:
    """The inner products of the vectors along `dim`; the other dimensions broadcast."""
def multi_dot(tensors: Sequence[Any]) -> Tensor:
    """The product of two or more matrices, in the order that needs the fewest multiplications."""
def solve_triangular(A: Any, B: Any, *, upper: bool, left: bool = True, unitriangular: bool = False) -> Tensor:
    """X with A X = B (X A = B where `left` is false) for triangular A; the other triangle is not looked at."""
def cholesky(A: Any, *, upper: bool = False) -> Tensor:
    """The lower triangular L with A = L L^T of symmetric positive definite A; L^T where `upper`."""
def qr(A: Any, mode: str = 'reduced') -> QRResult[Tensor]:
    """Q with orthonormal columns and upper triangular R with A = Q R."""
def householder_product(A: Any, tau: Any) -> Tensor:
    """The first n columns of the product of the reflections 1 - tau_i v_i v_i^T, as LAPACK's QR stores them."""
def solve(A: Any, B: Any, *, left: bool = True) -> Tensor:
    """X with A X = B, or X A = B where `left` is false. Derivative: g_B = A^-T g, g_A = -g_B X^T."""
def tensorsolve(A: Any, B: Any, dims: Sequence[int] | None = None) -> Tensor:
    """X with tensordot(A, X, X.ndim) = B, after moving the dimensions `dims` of `A` to its end."""
def inv(A: Any) -> Tensor:
    """The inverse of square matrices: A inv(A) = 1. Derivative: -A^-T g A^-T."""
def tensorinv(A: Any, ind: int = 2) -> Tensor:
    """The inverse of `A`, taken as a linear map from its last dimensions to its first `ind`."""
def det(A: Any) -> Tensor:
    """The determinant of square matrices. Derivative: det(A) A^-T, right for singular matrices too."""
def slogdet(A: Any) -> SlogdetResult[Tensor]:
    """The sign of det(A) and log |det(A)|, which does not overflow where det does. Derivative of the latter: A^-T."""
def lu_factor(A: Any, *, pivot: bool = True) -> LUFactorResult[Tensor]:
    """L and U of A = P L U in one matrix, and the row exchanges that make P, for `lu_solve`."""
def lu(A: Any, *, pivot: bool = True) -> LUResult[Tensor]:
    """A = P L U by elimination with row exchanges; the exchanges P have no gradient."""
def lu_solve(LU: Any, pivots: Any, B: Any, *, left: bool = True, adjoint: bool = False) -> Tensor:
    """X with A X = B (X A = B where `left` is false; A^T for A where `adjoint`), from `lu_factor(A)`."""
def eigh(A: Any, UPLO: str = 'L') -> EighResult[Tensor]:
    """Eigenvalues w and eigenvectors V of symmetric matrices: A = V diag(w) V^T."""
def eigvalsh(A: Any, UPLO: str = 'L') -> Tensor:
    """The eigenvalues of symmetric matrices, in ascending order. Derivative: V diag(g) V^T."""
def svd(A: Any, full_matrices: bool = True) -> SVDResult[Tensor]:
    """The singular value decomposition A = U diag(S) Vh."""
def svdvals(A: Any) -> Tensor:
    """The singular values of matrices, in descending order. Derivative: U diag(g) Vh."""
def pinv(A: Any, *, atol: Any = None, rtol: Any = None, hermitian: bool = False) -> Tensor:
    """The pseudo-inverse: singular values above max(atol, rtol * the largest) are inverted, the others become 0."""
def matrix_rank(A: Any, *, atol: Any = None, rtol: Any = None, hermitian: bool = False) -> Tensor:
    """How many singular values are above max(atol, rtol * the largest); see `pinv`. Not differentiable."""
def lstsq(A: Any, B: Any, rcond: float | None = None) -> LstsqResult[Tensor]:
    """X that makes the sum of squares of A X - B smallest; of several, the smallest X. X = pinv(A) B."""
def vector_norm(x: Any, ord: float = 2, dim: Any = None, keepdim: bool = False, *, dtype: Any = None, axis: Any = ..., keepdims: bool = ...) -> Tensor:
    """(sum |x_i|^ord)^(1/ord) over `dim`, or over all elements; its gradient at 0 is 0."""
def matrix_norm(A: Any, ord: Any = 'fro', dim: Sequence[int] = ..., keepdim: bool = False, *, dtype: Any = None, axis: Sequence[int] = ..., keepdims: bool = ...) -> Tensor:
    """A norm of the matrices that lie in the two dimensions `dim`."""
def norm(A: Any, ord: Any = None, dim: Any = None, keepdim: bool = False, *, dtype: Any = None, axis: Any = ..., keepdims: bool = ...) -> Tensor:
    """The norm of a vector (one dimension in `dim`) or of matrices (two)."""
def cond(A: Any, p: Any = None) -> Tensor:
    """The condition number norm(A, p) norm(A^-1, p); for `p` None, 2 and -2 it is a ratio of singular values."""
def matrix_power(A: Any, n: int) -> Tensor:
    """A^n: the product of n factors A, or for negative n of -n factors A^-1, by repeated squaring."""
def matrix_exp(A: Any) -> Tensor:
    """The exponential 1 + A + A A / 2 + A A A / 6 + ... of square matrices."""
def diagonal(A: Any, *, offset: int = 0, dim1: int = -2, dim2: int = -1) -> Tensor:
    """The diagonals of matrices: A[..., i, i + offset], as the last dimension of the result."""
def cross(x: Any, y: Any, *, dim: int = -1, axis: int = ...) -> Tensor:
    """The vector product x[1] y[2] - x[2] y[1], ... of the vectors along `dim`; the others broadcast."""
def vander(x: Any, N: int | None = None) -> Tensor:
    """The powers of each element: out[..., i, j] = x[..., i] ** j for j < N, by default as many as elements."""
def cholesky_ex(A: Any, *, upper: bool = False, check_errors: bool = False) -> CholeskyExResult[Tensor]:
    """`cholesky`, and for each matrix whether it is positive definite."""
def inv_ex(A: Any, *, check_errors: bool = False) -> InvExResult[Tensor]:
    """`inv`, and for each matrix whether it is regular."""
def solve_ex(A: Any, B: Any, *, left: bool = True, check_errors: bool = False) -> SolveExResult[Tensor]:
    """`solve`, and for each matrix whether it is regular."""

__all__ = [
    "LinAlgError",
    "cholesky",
    "cholesky_ex",
    "cond",
    "cross",
    "det",
    "diagonal",
    "eigh",
    "eigvalsh",
    "householder_product",
    "inv",
    "inv_ex",
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
    "solve_ex",
    "solve_triangular",
    "svd",
    "svdvals",
    "tensorinv",
    "tensorsolve",
    "vander",
    "vecdot",
    "vector_norm",
]
