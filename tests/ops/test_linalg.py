"""Linear algebra beyond its rows in the op table: large matrices and batches, errors, names."""

import numpy as np
import pytest
import scipy.linalg

import autograd_engine as ag
from autograd_engine import linalg
from autograd_engine.linalg import LinAlgError
from autograd_engine.ops.linear_algebra import products as products
from autograd_engine.ops.names import names_in
from autograd_engine.testing import gradcheck, gradgradcheck

from ..messages import exactly

# --------------------------------------------------------- the ways of computing, by size and number of matrices


def regular(*shape):
    random = np.random.default_rng(0)
    return random.standard_normal(shape) + 2 * shape[-1] ** 0.5 * np.eye(*shape[-2:])


def positive(a):
    return a @ a.mT / a.shape[-1] + ag.eye(a.shape[-1], dtype=a.dtype)


def unsigned_qr(a):
    q, r = linalg.qr(a)
    return q * q + r * r


FACTORED = {
    "solve": lambda a: linalg.solve(a, ag.cos(a[..., :2])),
    "solve-transposed": lambda a: linalg.solve(a, ag.cos(a[..., :2, :]), left=False),
    "solve-vector": lambda a: linalg.solve(a, ag.cos(a[..., 0])),
    "inv": linalg.inv,
    "det": lambda a: linalg.det(a / a.shape[-1] ** 0.5),
    "slogdet": lambda a: linalg.slogdet(a)[1],
    "cholesky": lambda a: linalg.cholesky(positive(a)),
    "solve_triangular": lambda a: linalg.solve_triangular(a, ag.cos(a[..., :2]), upper=False),
    "solve_unitriangular": lambda a: linalg.solve_triangular(
        a / 9, ag.cos(a[..., :2]), upper=True, unitriangular=True
    ),
    "qr": unsigned_qr,
    "lu_solve": lambda a: linalg.lu_solve(*linalg.lu_factor(a), ag.cos(a[..., :2])),
}


def derivatives(function, array):
    """The result, the gradient of a weighted sum of it, and the gradient of a weighted sum of that."""
    a = ag.tensor(array, requires_grad=True)
    out = function(a)
    weights = ag.tensor(np.cos(np.arange(out.numel())).reshape(out.shape))
    (first,) = ag.grad((out * weights).sum(), [a], create_graph=True)
    (second,) = ag.grad((first * first * 0.5).sum(), [a])
    return [t.detach().numpy() for t in (out, first, second)]


@pytest.mark.parametrize("n", [3, 16])
@pytest.mark.parametrize("function", FACTORED.values(), ids=FACTORED)
def test_a_batch_is_its_matrices_one_by_one(function, n):
    """Small matrices go through NumPy's loop over a batch, larger ones through SciPy's routines each."""
    stack = regular(2, 1, n, n)
    stack[1] += np.eye(n)[::-1]  # another order of rows
    weightless = [derivatives(lambda a: function(a) * 1.0, stack)[0]]
    single = np.stack([function(ag.tensor(matrix)).numpy() for matrix in stack[:, 0]])[:, None]
    np.testing.assert_allclose(weightless[0], single, rtol=1e-10, atol=1e-12)
    size = single[0, 0].size
    weights = np.cos(np.arange(2 * size)).reshape(single.shape)

    def one(matrix, place):
        a = ag.tensor(matrix, requires_grad=True)
        (first,) = ag.grad((function(a) * ag.tensor(weights[place, 0])).sum(), [a], create_graph=True)
        (second,) = ag.grad((first * first * 0.5).sum(), [a])
        return first.detach().numpy(), second.numpy()

    for order, together in enumerate(derivatives(function, stack)[1:]):
        for place in range(2):
            expected = one(stack[place, 0], place)[order]
            np.testing.assert_allclose(together[place, 0], expected, rtol=1e-8, atol=1e-9 * np.abs(expected).max())


@pytest.mark.parametrize("function", FACTORED.values(), ids=FACTORED)
def test_matrices_for_which_products_go_through_scipy(function):
    """The derivative along a direction, of the function and of its gradient, in 70 by 70 matrices."""
    a, step = regular(70, 70), 1e-5
    direction = np.sin(np.arange(a.size)).reshape(a.shape)
    at = {sign: derivatives(function, a + sign * step * direction) for sign in (-1, 0, 1)}
    weights = np.cos(np.arange(at[0][0].size)).reshape(at[0][0].shape)
    slope = np.sum((at[1][0] - at[-1][0]) * weights) / (2 * step)
    assert slope == pytest.approx(np.sum(at[0][1] * direction), rel=1e-4)
    slope = (np.sum(at[1][1] ** 2) - np.sum(at[-1][1] ** 2)) / (4 * step)
    assert slope == pytest.approx(np.sum(at[0][2] * direction), rel=1e-4)


@pytest.mark.parametrize("layout", ["C", "F"])
@pytest.mark.parametrize("upper", [True, False])
def test_triangular_solutions_in_every_layout(layout, upper):
    a, b = np.asarray(regular(20, 20), order=layout), regular(20, 20)[:, :3]
    for right in (b, np.asfortranarray(b)):
        for left, expected in (
            (True, scipy.linalg.solve_triangular(a, right, lower=not upper)),
            (False, scipy.linalg.solve_triangular(a.T, right, lower=upper).T),
        ):
            given = ag.from_numpy(right if left else right.T)
            ours = linalg.solve_triangular(ag.from_numpy(a), given, upper=upper, left=left)
            np.testing.assert_allclose(ours.numpy(), expected, rtol=1e-10)


def test_determinants_agree_with_scipy():
    for n in (1, 2, 5, 20):
        a = np.random.default_rng(n).standard_normal((n, n))
        assert linalg.det(ag.tensor(a)).item() == pytest.approx(scipy.linalg.det(a), rel=1e-9)
        sign, logarithm = linalg.slogdet(ag.tensor(a))
        assert sign.item() * np.exp(logarithm.item()) == pytest.approx(scipy.linalg.det(a), rel=1e-9)


def test_a_singular_matrix_has_a_determinant_and_its_derivative():
    for n in (3, 17):
        a = ag.tensor(regular(n, n), requires_grad=True)
        singular = a * ag.tensor(np.arange(n) > 0)
        sign, logarithm = linalg.slogdet(singular)
        assert (sign.item(), logarithm.item(), linalg.det(singular).item()) == (0, -np.inf, 0)
    assert gradcheck(
        lambda a: linalg.det(a - a.detach()[:1] * 0.5), [ag.tensor(np.ones((2, 2)), requires_grad=True)]
    )


def test_einsum_plans_every_arrangement_of_letters():
    random = np.random.default_rng(0)
    x, y = (ag.tensor(random.standard_normal(s), requires_grad=True) for s in ((2, 3, 4, 5), (4, 3, 2, 6)))
    for equation in ("abcd,cbaf->fd", "abcd,cbaf->bdf", "abcd,cbaf->adcf", "abcd,cbaf->bcadf", "abcd,cbaf->a"):
        expected = np.einsum(equation, x.detach().numpy(), y.detach().numpy())
        np.testing.assert_allclose(ag.einsum(equation, x, y).detach().numpy(), expected, rtol=1e-12, atol=1e-12)
        assert gradcheck(lambda x, y, equation=equation: ag.einsum(equation, x, y), [x, y], method="complex")


def reflections(a, tau):
    """The product of 1 - tau_i v_i v_i^T by its definition."""
    vectors = np.tril(a, -1) + np.eye(*a.shape)
    product = np.eye(len(a))
    for v, factor in zip(vectors.T, tau, strict=True):
        product = product @ (np.eye(len(a)) - factor * np.outer(v, v))
    return product[:, : a.shape[1]]


A, B, C, V = (
    regular(3, 3),
    regular(4, 3)[:, ::-1],
    np.stack([regular(3, 3), np.roll(regular(3, 3), 1, axis=0)]),
    np.arange(3.0),
)
LOWER = np.tril(A)

VALUES = {
    "addmm": (lambda a, b: ag.addmm(a[0], b, a, beta=0.5, alpha=2.0), (A, B), 0.5 * A[0] + 2 * B @ A),
    "addmv": (lambda a, v: ag.addmv(a[0], a, v, beta=0.5, alpha=2.0), (A, V), 0.5 * A[0] + 2 * A @ V),
    "addr": (lambda a, v: ag.addr(a, v, v, beta=0, alpha=2.0), (A * np.nan, V), 2 * np.outer(V, V)),
    "addbmm": (lambda a, c: ag.addbmm(a, c, c, beta=2), (A, C), 2 * A + C[0] @ C[0] + C[1] @ C[1]),
    "baddbmm": (lambda a, c: ag.baddbmm(a, c, c), (A, C), A + C @ C),
    "tensordot": (lambda c, a: ag.tensordot(c, a, ([2, 1], [0, 1])), (C, A), np.einsum("bij,ji->b", C, A)),
    "multi_dot": (lambda b, a, v: linalg.multi_dot([b, a, v]), (B, A, V), B @ A @ V),
    "cholesky_solve": (ag.cholesky_solve, (B.T, LOWER), np.linalg.solve(LOWER @ LOWER.T, B.T)),
    "cholesky_solve-upper": (
        lambda b, u: ag.cholesky_solve(b, u, upper=True), (B.T, LOWER.T), np.linalg.solve(LOWER @ LOWER.T, B.T),
    ),
    "cholesky_inverse": (ag.cholesky_inverse, (LOWER,), np.linalg.inv(LOWER @ LOWER.T)),
    "householder_product": (linalg.householder_product, (B[:, :2], V[1:]), reflections(B[:, :2], V[1:])),
    "lu_solve": (lambda c, b: linalg.lu_solve(*linalg.lu_factor(c), b), (C, A), np.linalg.solve(C, A)),
    "lu_solve-adjoint": (
        lambda c, b: linalg.lu_solve(*linalg.lu_factor(c), b, adjoint=True), (C, A), np.linalg.solve(C.mT, A),
    ),
    "lu_solve-right": (
        lambda c, b: linalg.lu_solve(*linalg.lu_factor(c), b, left=False), (C, A), A @ np.linalg.inv(C),
    ),
    "lu": (lambda c: ag.einsum("bij,bjk,bkl->bil", *linalg.lu(c)), (C,), C),
    "solve-nothing": (lambda c: linalg.solve(c, c[..., :0]), (regular(2, 16, 16),), np.ones((2, 16, 0))),
    "solve_triangular-nothing": (
        lambda c: linalg.solve_triangular(c, c[..., :0], upper=True), (regular(2, 16, 16),), np.ones((2, 16, 0)),
    ),
    "matrix_norm-columns": (lambda b: linalg.matrix_norm(b, 1), (B,), np.abs(B).sum(0).max()),
    "matrix_norm-rows": (lambda b: linalg.matrix_norm(b, -np.inf), (B,), np.abs(B).sum(1).min()),
    "cross-first": (lambda a: ag.cross(a, a.flip(1)), (A,), np.cross(A, A[:, ::-1], axis=0)),
    "qr-older": (lambda b: ag.qr(b, some=False).Q @ ag.qr(b, some=False).Q.T, (B,), np.eye(4)),
    "svd-older": (lambda b: ag.einsum("ij,j,kj->ik", *ag.svd(b)), (B,), B),
    "pinverse": (lambda b: ag.pinverse(b, 1e-9), (B,), np.linalg.pinv(B)),
    "triangular_solve": (
        lambda b, a: ag.triangular_solve(b, a, upper=False, transpose=True)[0],
        (B.T, A), scipy.linalg.solve_triangular(A, B.T, lower=True, trans=1),
    ),
}  # fmt: skip
"""Calls whose settings no derivative sees, and what they are by NumPy and by definition."""


@pytest.mark.parametrize(("function", "arguments", "expected"), VALUES.values(), ids=VALUES)
def test_values(function, arguments, expected):
    np.testing.assert_allclose(function(*map(ag.tensor, arguments)).numpy(), expected, rtol=1e-10, atol=1e-12)


@pytest.mark.parametrize("p", [1.5, 2, 3])
def test_a_norm_of_zero_stops_an_infinite_gradient(p):
    x = ag.zeros(3, requires_grad=True)
    with np.errstate(divide="ignore"):
        ag.sqrt(linalg.vector_norm(x, p)).backward()
    assert x.grad.tolist() == [0, 0, 0]


def test_the_log_likelihood_of_a_gaussian():
    """log N(y; 0, K) by Cholesky has the derivative (K^-1 y y^T K^-1 - K^-1) / 2 (Rasmussen and Williams, 5.9)."""
    y = np.arange(1.0, 21.0)
    k = ag.tensor(np.eye(20) + 0.5 * np.exp(-np.abs(y[:, None] - y)), requires_grad=True)
    factor = linalg.cholesky(k)
    alpha = ag.cholesky_solve(ag.tensor(y)[:, None], factor)[:, 0]
    likelihood = -0.5 * (alpha @ ag.tensor(y)) - ag.log(factor.diagonal()).sum()
    likelihood.backward()
    inverse = scipy.linalg.inv(k.detach().numpy())
    expected = (np.outer(inverse @ y, inverse @ y) - inverse) / 2
    np.testing.assert_allclose(k.grad.numpy(), expected, rtol=1e-10, atol=1e-12)


def test_nuclear_norm_of_torchs_norm():
    x = ag.tensor(regular(3, 2), requires_grad=True)
    assert ag.norm(x, "nuc").item() == pytest.approx(np.linalg.norm(regular(3, 2), "nuc"))
    assert gradgradcheck(lambda x: x.norm("nuc"), [x])


# -------------------------------------------------------------------------------------------------- errors


def ones(*shape):
    return ag.ones(*shape, dtype=ag.float64, requires_grad=True)


I3 = 2.0 * ag.eye(3, dtype=ag.float64)
INTEGERS = ag.ones(3, 3, dtype=ag.int64)

SQUARE = {
    "inv": linalg.inv,
    "det": linalg.det,
    "slogdet": linalg.slogdet,
    "logdet": ag.logdet,
    "cholesky": linalg.cholesky,
    "cholesky_inverse": ag.cholesky_inverse,
    "eigh": linalg.eigh,
    "eigvalsh": linalg.eigvalsh,
    "matrix_exp": linalg.matrix_exp,
    "matrix_power": lambda a: linalg.matrix_power(a, 2),
    "solve": lambda a: linalg.solve(a, ones(2)),
    "solve_triangular": lambda a: linalg.solve_triangular(a, ones(2, 1), upper=True),
    "lu_solve": lambda a: linalg.lu_solve(a, ones(2), ones(2, 1)),
    "cholesky_solve": lambda a: ag.cholesky_solve(ones(2, 1), a),
    "cond": lambda a: linalg.cond(a, "fro"),
    "pinv": lambda a: linalg.pinv(a, hermitian=True),
}
"""Functions of square matrices."""

MATRIX = {
    "svd": linalg.svd,
    "svdvals": linalg.svdvals,
    "qr": linalg.qr,
    "lu": linalg.lu,
    "lu_factor": linalg.lu_factor,
    "pinv": linalg.pinv,
    "matrix_rank": linalg.matrix_rank,
    "matrix_norm": linalg.matrix_norm,
    "cond": linalg.cond,
    "lstsq": lambda a: linalg.lstsq(a, ones(3)),
    "householder_product": lambda a: linalg.householder_product(a, ones(1)),
}
"""Functions of matrices of any shape."""

REFUSED = [
    *((f, ones(2, 3), ValueError, f"{n}: expected square matrices, got shape (2, 3)") for n, f in SQUARE.items()),
    *((f, ones(3), ValueError, f"{n}: expected ...matri..., got shape (3,)") for n, f in (SQUARE | MATRIX).items()),
    *(
        (f, INTEGERS, TypeError, f"{n}: expected floating-point numbers, not int64; convert with .float() first")
        for n, f in (SQUARE | MATRIX).items()
        if n != "matrix_power"  # powers from 0 on are products
    ),
    (linalg.inv, ones(3, 3), LinAlgError,
     "inv: the matrix is singular: pivot 2 of its LU factors is 0 (called with float64[3, 3])"),
    (linalg.inv, ones(2, 3, 3), LinAlgError, "inv: Singular matrix (called with float64[2, 3, 3])"),
    (linalg.inv, ones(2, 16, 16), LinAlgError,
     "inv: the matrix is singular: pivot 2 of its LU factors is 0 (called with float64[2, 16, 16])"),
    (lambda a: linalg.matrix_power(a, -1), ones(3, 3), LinAlgError,
     "matrix_power: inv: the matrix is singular: pivot 2 of its LU factors is 0 (called with float64[3, "
     "3])"),
    (lambda a: linalg.cond(a, "fro"), ones(3, 4), ValueError, "cond: expected square matrices, got shape (3, 4)"),
    (lambda a: linalg.solve(a, ones(3)), ones(3, 3), LinAlgError,
     "solve: the matrix is singular: pivot 2 of its LU factors is 0 (called with float64[3, 3], "
     "float64[3, 1])"),
    (lambda a: linalg.tensorinv(a), ones(1, 2, 2), LinAlgError,
     "tensorinv: inv: the matrix is singular: pivot 2 of its LU factors is 0 (called with float64[2, 2])"),
    (lambda a: linalg.lu_solve(*linalg.lu_factor(a), ones(3, 1)), ones(3, 3), LinAlgError,
     "lu_solve: solve_triangular: the matrix is singular: there is a 0 on its diagonal (called with "
     "float64[3, 3], float64[3, 1])"),
    (lambda a: linalg.solve_triangular(a, ones(3, 1), upper=True), ag.zeros(2, 3, 3), LinAlgError,
     "solve_triangular: the matrix is singular: there is a 0 on its diagonal (called with float32[2, 3, "
     "3], float64[3, 1])"),
    (linalg.cholesky, -I3, LinAlgError,
     "cholesky: the leading 1 rows and columns are not positive definite (called with float64[3, 3])"),
    (linalg.cholesky, ag.stack([I3, -I3]), LinAlgError,
     "cholesky: Matrix is not positive definite (called with float64[2, 3, 3])"),
    (linalg.eigh, I3 * np.nan, LinAlgError, "eigh: Eigenvalues did not converge (called with float64[3, 3])"),
    (linalg.svd, I3 * np.nan, LinAlgError, "svd: SVD did not converge (called with float64[3, 3])"),
    (lambda b: linalg.solve(I3, b), ones(2), ValueError,
     "solve: A of shape (3, 3) and B of shape (2,) do not fit"),
    (lambda b: linalg.solve(I3, b), INTEGERS, TypeError,
     "solve: expected floating-point right-hand sides, not int64"),
    (lambda b: linalg.solve(ones(2, 3, 3), b), ones(4, 3, 1), ValueError,
     "solve: A of shape (2, 3, 3) and B of shape (4, 3, 1) do not fit"),
    (lambda b: linalg.solve(I3, b, left=False), ones(3), ValueError,
     "solve: with left=False B holds matrices, not vectors; got shape (3,)"),
    (lambda b: linalg.solve_triangular(I3, b, upper=True), ones(2, 2), ValueError,
     "solve_triangular: A of shape (3, 3) and B of shape (2, 2) do not fit"),
    (lambda b: linalg.lu_solve(I3, ones(3), b), ones(2, 2), ValueError,
     "lu_solve: A of shape (3, 3) and B of shape (2, 2) do not fit"),
    (lambda p: linalg.lu_solve(I3, p, ones(3, 1)), ones(2), ValueError,
     "lu_solve: LU of shape (3, 3) and pivots of (2,) do not fit"),
    (lambda b: linalg.lstsq(ones(2, 3, 2), b), ones(4, 3, 1), ValueError,
     "lstsq: A of shape (2, 3, 2) and B of shape (4, 3, 1) do not fit"),
    (lambda b: ag.cholesky_solve(b, I3), ones(2, 1), ValueError,
     "cholesky_solve: A of shape (3, 3) and B of shape (2, 1) do not fit"),
    (lambda a: linalg.lu(a, pivot=False), I3, ValueError,
     "lu: pivot=False is not available, LAPACK always exchanges rows; leave it out"),
    (lambda a: linalg.lu_factor(a, pivot=False), I3, ValueError,
     "lu_factor: pivot=False is not available, LAPACK always exchanges rows; leave it out"),
    (lambda a: linalg.eigh(a, "X"), I3, ValueError, "eigh: UPLO must be 'L' or 'U', not 'X'"),
    (lambda a: linalg.qr(a, "full"), I3, ValueError, "qr: mode must be 'reduced', 'complete' or 'r', not 'full'"),
    (lambda a: linalg.qr(a, "complete"), ones(3, 2), RuntimeError,
     "qr: mode 'complete' is not differentiable for a tall matrix (shape (3, 2)), since the last columns "
     "of Q are arbitrary; use mode='reduced', or detach() the matrix"),
    (lambda t: linalg.householder_product(ones(3, 2), t), ones(3), ValueError,
     "householder_product: A of shape (3, 2) and tau of (3,) do not fit"),
    (lambda a: linalg.matrix_power(a, 2.5), I3, TypeError, "matrix_power: n must be an integer, not 2.5"),
    (linalg.tensorinv, ones(2, 3, 4), ValueError,
     "tensorinv: the first 2 dimensions of (2, 3, 4) must hold as many elements as the rest"),
    (lambda a: linalg.tensorinv(a, 0), ones(2, 2), ValueError,
     "tensorinv: the first 0 dimensions of (2, 2) must hold as many elements as the rest"),
    (lambda a: linalg.tensorsolve(a, ones(2, 3)), ones(2, 3, 4), ValueError,
     "tensorsolve: A of shape (2, 3, 4) and B of shape (2, 3) do not fit"),
    (lambda a: linalg.tensorsolve(a, ones(2), dims=(5,)), ones(2, 2), IndexError,
     "tensorsolve: dim 5 is out of range for a tensor of 2 dimensions"),
    (lambda a: linalg.vector_norm(a, dim=4), ones(2, 3), IndexError,
     "vector_norm: dim 4 is out of range for a tensor of 2 dimensions"),
    (lambda a: linalg.vector_norm(a, "fro"), ones(2, 3), ValueError,
     "vector_norm: ord must be a number, not 'fro'"),
    (linalg.vector_norm, INTEGERS, TypeError,
     "vector_norm: expected floating-point numbers, not int64; give a floating dtype"),
    (lambda a: linalg.matrix_norm(a, 5), I3, ValueError,
     "matrix_norm: ord must be 'fro', 'nuc', 2, -2, 1, -1, inf or -inf, not 5"),
    (lambda a: linalg.matrix_norm(a, dim=(0, 0)), I3, ValueError,
     "matrix_norm: dim must be two different dimensions, got (0, 0)"),
    (lambda a: linalg.matrix_norm(a, dim=(0, 4)), I3, IndexError,
     "matrix_norm: dim 4 is out of range for a tensor of 2 dimensions"),
    (lambda a: linalg.norm(a, 2), ones(2, 2, 2), ValueError,
     "norm: with ord and without dim it takes a vector or a matrix, not (2, 2, 2)"),
    (lambda a: linalg.norm(a, "nuc", 0), ones(2, 2), ValueError,
     "norm: no ord 'nuc' over dim 0: ord is a number for one dim, a matrix norm for two"),
    (lambda a: linalg.norm(a, 2, (0, 1, 2)), ones(2, 2, 2), ValueError,
     "norm: no ord 2 over dim (0, 1, 2): ord is a number for one dim, a matrix norm for two"),
    (lambda a: ag.norm(a, "nuc"), ones(3), ValueError,
     "norm: p='nuc' takes matrices, which lie in two dimensions, not in dims (0,)"),
    (lambda a: ag.norm(a, "max"), ones(3), ValueError, "norm: p is a number, 'fro' or 'nuc', not 'max'"),
    (lambda a: linalg.cross(a, a), ones(2), ValueError, "cross: expected size 3 along dim -1, got (2,) and (2,)"),
    (lambda a: linalg.cross(a, ones(4, 3)), ones(2, 3), ValueError,
     "cross: the sizes of (2, 3) and (4, 3) do not fit"),
    (lambda a: linalg.cross(a, a, dim=2), ones(3), IndexError,
     "cross: dim 2 is out of range for a tensor of 1 dimensions"),
    (lambda a: ag.cross(a, a), ones(2, 4), ValueError, "cross: no dimension of (2, 4) has size 3"),
    (linalg.vander, ones(), ValueError, "vander: expected a vector or a batch of vectors, got a 0-d tensor"),
    (lambda a: linalg.vander(a, -1), ones(2), ValueError, "vander: N must not be negative, got -1"),
    (ag.vander, ones(2, 2), ValueError, "vander: expected a vector, got shape (2, 2)"),
    (lambda a: linalg.diagonal(a, dim1=5), ones(2, 2), IndexError,
     "diagonal: dim 5 is out of range for a tensor of 2 dimensions"),
    (lambda a: linalg.vecdot(a, ones(2, 2)), ones(2, 3), ValueError,
     "vecdot: the sizes of (2, 3) and (2, 2) do not fit"),
    (lambda a: linalg.vecdot(a, a, dim=5), ones(2, 3), IndexError,
     "vecdot: dim 5 is out of range for a tensor of 2 dimensions"),
    (lambda a: ag.matmul(a, a), ones(2, 3), ValueError,
     "matmul: the sizes of (2, 3) and (2, 3) do not fit (called with float64[2, 3], float64[2, 3])"),
    (lambda a: ag.matmul(a, ones(2)), ones(), ValueError,
     "matmul: the sizes of () and (2,) do not fit (called with float64[], float64[2])"),
    (lambda a: ag.mm(a, a), ones(2, 3), ValueError, "mm: the sizes of (2, 3) and (2, 3) do not fit"),
    (lambda a: ag.mm(a, ones(3)), ones(2, 3), ValueError,
     "mm: expected operands of 2 and 2 dimensions, got (2, 3) and (3,)"),
    (lambda a: ag.bmm(a, ones(1, 3, 2)), ones(2, 2, 3), ValueError,
     "bmm: the sizes of (2, 2, 3) and (1, 3, 2) do not fit"),
    (lambda a: ag.mv(a, ones(2)), ones(2, 3), ValueError, "mv: the sizes of (2, 3) and (2,) do not fit"),
    (lambda a: ag.dot(a, ones(2)), ones(3), ValueError, "dot: the sizes of (3,) and (2,) do not fit"),
    (lambda a: ag.vdot(a, ones(2)), ones(3), ValueError, "vdot: the sizes of (3,) and (2,) do not fit"),
    (lambda a: ag.inner(a, ones(2, 2)), ones(2, 3), ValueError,
     "inner: the sizes of (2, 3) and (2, 2) do not fit"),
    (lambda a: ag.outer(a, ones(2)), ones(2, 2), ValueError,
     "outer: expected operands of 1 and 1 dimensions, got (2, 2) and (2,)"),
    (lambda a: products.linear(a, ones(4, 2)), ones(2, 3), ValueError,
     "linear: the sizes of (2, 3) and (4, 2) do not fit (called with float64[2, 3], float64[4, 2], None)"),
    (lambda a: ag.addmm(ones(5), a, ones(3, 4)), ones(2, 3), ValueError,
     "addmm: input of shape (5,) does not expand to (2, 4)"),
    (lambda a: linalg.multi_dot([a, a]), ones(2, 3), ValueError,
     "multi_dot: the sizes do not fit: (2, 3), (2, 3)"),
    (lambda a: ag.tensordot(a, a, 1), ones(2, 3), ValueError,
     "tensordot: dims (1,) of (2, 3) and (0,) of (2, 3) differ in size"),
    (lambda a: ag.tensordot(a, a, 3), ones(2, 3), ValueError,
     "tensordot: cannot sum over 3 dimensions of (2, 3) and (2, 3)"),
    (lambda a: ag.tensordot(a, a, ([4], [0])), ones(2, 3), IndexError,
     "tensordot: dim 4 is out of range for a tensor of 2 dimensions"),
    (lambda a: ag.einsum("ij,jk", a), ones(2, 3), ValueError, "einsum: 'ij,jk' names 2 operands, got 1"),
    (lambda a: ag.einsum("ij,jk", a, a), ones(2, 3), ValueError,
     "einsum: letter 'j' of 'ij,jk' has sizes 3 and 2"),
    (lambda a: ag.einsum("ijk->k", a), ones(2, 3), ValueError,
     "einsum: 'ijk->k' gives 3 dimensions to an operand that has 2"),
    (lambda a: ag.einsum("ij->k", a), ones(2, 3), ValueError,
     "einsum: 'ij->k' asks for a letter twice, or for one that no operand has"),
    (lambda a: ag.einsum("ij->ii", a), ones(2, 3), ValueError,
     "einsum: 'ij->ii' asks for a letter twice, or for one that no operand has"),
    (lambda a: ag.einsum("i1->i", a), ones(2, 3), ValueError,
     "einsum: 'i1->i' holds other characters than letters, ',', '->' and '...'"),
    (lambda a: ag.einsum("ii", a), ones(2, 3), ValueError, "einsum: letter 'i' has sizes 2 and 3 in one operand"),
]  # fmt: skip


@pytest.mark.parametrize(("function", "argument", "error", "message"), REFUSED)
def test_what_does_not_fit_is_refused(function, argument, error, message):
    """Every error names the operator and what was wrong about the arguments."""
    with pytest.raises(error, match=exactly(message)):
        function(argument)


def test_a_singular_matrix_is_caught_as_in_pytorch_and_as_in_numpy():
    for known in (RuntimeError, np.linalg.LinAlgError):
        with pytest.raises(known):
            linalg.inv(ones(2, 2))


# --------------------------------------------------------------------------------------------------- names


def test_every_name_of_pytorch_is_there():
    """As a function, in `linalg`, and as a method, for every operator of these families."""
    torch = pytest.importorskip("torch")
    room = "autograd_engine.ops.linear_algebra."
    declared = [f for place in ("torch", "linalg", "functional") for f in names_in(place).values()]
    names = {f.__name__ for f in declared if f.__module__.startswith(room)}
    removed = {"lstsq", "matrix_rank", "solve"}  # they raise in PyTorch: use linalg's
    names -= {"cond"}  # PyTorch's is a conditional
    top = {n for n in names - removed if callable(getattr(torch, n, None)) and not hasattr(ag, n)}
    methods = {n for n in names - removed if hasattr(torch.Tensor, n) and not hasattr(ag.Tensor, n)}
    assert (top, methods) == (set(), set())
    complex_or_unchecked = {"eig", "eigvals", "cholesky_ex", "inv_ex", "lu_factor_ex", "solve_ex"}
    indefinite = {"ldl_factor", "ldl_factor_ex", "ldl_solve"}
    public = {n for n in dir(torch.linalg) if callable(getattr(torch.linalg, n)) and n[0] != "_" and n[0].islower()}
    assert {n for n in public if not hasattr(linalg, n)} <= complex_or_unchecked | indefinite
