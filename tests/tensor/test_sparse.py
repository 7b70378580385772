"""Sparse matrices: PyTorch's numbers and gradients."""

import numpy as np
import pytest

import autograd_engine as ag
from tests.gpus import ABSENT
from tests.messages import each, exactly

PLACES, VALUES, SIZE = [[0, 1, 1, 2], [2, 0, 0, 1]], [3.0, 4.0, 5.0, -1.0], (3, 4)


def computed(lib):
    values = lib.tensor(VALUES, dtype=lib.float64, requires_grad=True)
    dense = lib.tensor(np.arange(8.0).reshape(4, 2), requires_grad=True)
    matrix = lib.sparse_coo_tensor(lib.tensor(PLACES), values, SIZE)
    product = lib.sparse.mm(matrix, dense) + lib.mm(matrix, dense) * lib.mv(matrix, dense[:, 0])[:, None]
    (product**2).sum().backward()
    whole = lib.sparse_coo_tensor(lib.tensor(PLACES), lib.tensor(VALUES), SIZE).coalesce()
    parts = whole.indices(), whole.values(), whole.t().to_dense()
    return product, values.grad, dense.grad, matrix.to_dense(), *parts


@pytest.mark.filterwarnings("ignore:Sparse invariant checks")
def test_products_and_their_gradients_are_pytorchs():
    torch = pytest.importorskip("torch")
    for ours, theirs in zip(computed(ag), computed(torch), strict=True):
        np.testing.assert_allclose(ours.detach().numpy(), theirs.detach().numpy())


def test_a_sparse_matrix_as_users_see_it():
    x = ag.sparse_coo_tensor(PLACES, VALUES)
    assert (x.shape, x.size(), x.size(1), x.dtype, x.device) == ((3, 3), (3, 3), 3, ag.float32, ag.device("cpu"))
    assert (x.is_sparse, x.is_coalesced(), x.coalesce().is_coalesced(), x._nnz()) == (True, False, True, 4)
    assert x.double().dtype is x.to(ag.float64).dtype is ag.float64
    assert x.double().float().dtype is ag.float32
    dense = x.to_dense()
    assert dense.tolist() == [[0, 0, 3], [9, 0, 0], [0, -1, 0]]
    assert (x * 2).to_dense().tolist() == (2 * x).to_dense().tolist() == (2 * dense).tolist()
    assert (x @ ag.ones(3)).tolist() == x.matmul(ag.ones(3)).tolist() == [3, 9, -1]
    assert x.mm(dense.to_sparse()).tolist() == (dense @ dense).tolist()
    assert ag.sparse.FloatTensor(ag.tensor(PLACES), ag.tensor([1, 2, 3, 4]), (3, 4)).dtype is ag.float32
    assert repr(dense.to_sparse())[:60] == "sparse_coo_tensor(indices=[[0, 1, 2], [2, 0, 1]], values=ten"
    assert x.cpu() is x
    y = ag.sparse_coo_tensor(PLACES, VALUES, dtype=ag.float64, requires_grad=True)
    assert (y.requires_grad, y.detach().requires_grad, y.dtype) == (True, False, ag.float64)


def test_gradients_flow_to_a_matrix_that_became_sparse():
    x = ag.tensor([[0.0, 2.0], [3.0, 0.0]], requires_grad=True)
    (x.to_sparse() @ ag.ones(2, 1)).sum().backward()
    assert x.grad.tolist() == [[0, 1], [1, 0]]
    assert x.to_dense() is x


EYE = ag.eye(3).to_sparse()
MATRICES = "sparse_coo_tensor: matrices only: indices of shape (2, n) and values of shape (n,)"
WRONG = {
    ValueError: {
        "sparse_coo_tensor: a place lies outside of size (1, 4); the places need (3, 3)": (
            lambda: ag.sparse_coo_tensor(PLACES, VALUES, (1, 4))
        ),
        "sparse_coo_tensor: a place lies outside of size (1, 1); the places need (1, 0)": (
            lambda: ag.sparse_coo_tensor([[0], [-1]], [1.0], (1, 1))
        ),
        f"{MATRICES}, not (1, 2) and (2,)": lambda: ag.sparse_coo_tensor([[0, 1]], [1.0, 2.0]),
        "spmm: sizes (3, 3) and (2, 1) do not fit": lambda: ag.spmm(EYE, ag.ones(2, 1)),
        "to_sparse: matrices only, not shape (2,)": lambda: ag.ones(2).to_sparse(),
        f"there is no device 'cuda': {ABSENT}": EYE.cuda,
    },
    TypeError: {
        "spmm: the first matrix must be sparse, not a Tensor; use x.to_sparse()": (
            lambda: ag.spmm(ag.eye(3), ag.eye(3))
        ),
    },
}


@each(WRONG)
def test_what_cannot_be_is_named(kind, text, call):
    with pytest.raises(kind, match=exactly(text)):
        call()


@pytest.mark.filterwarnings("ignore:Sparse invariant checks")
def test_sums_with_dense_matrices_are_pytorchs():
    torch = pytest.importorskip("torch")

    def sums(lib):
        dense = lib.ones(3, 4, dtype=lib.float64, requires_grad=True)
        whole = lib.sparse_coo_tensor(lib.tensor(PLACES), lib.tensor([3, 4, 5, -1]), SIZE)
        both = (dense + whole).T @ whole.to(lib.float64)
        (both**2).sum().backward()
        return both, dense.grad, (whole + whole).to_dense()

    for ours, theirs in zip(sums(ag), sums(torch), strict=True):
        np.testing.assert_array_equal(ours.detach().numpy(), theirs.detach().numpy())
        assert str(theirs.dtype) == f"torch.{ours.dtype}"


def test_sums_give_gradients_to_the_values_or_say_so():
    values = ag.tensor(VALUES, requires_grad=True)
    x = ag.sparse_coo_tensor(PLACES, values, SIZE)
    (x + ag.ones(3, 4)).sum().backward()
    assert values.grad.tolist() == [1, 1, 1, 1]
    words = "...: with the dense matrix on the left, the sparse values get no gradient; ..."
    for combine in (lambda: ag.ones(3, 4) + x, lambda: ag.ones(2, 3) @ x):
        with pytest.raises(RuntimeError, match=exactly(words)):
            combine()
    with pytest.raises(TypeError):
        ag.ones(3, 4) * x.detach()
    words = "add: sizes (3, 4) and (3, 3) of sparse matrices do not fit"
    with pytest.raises(ValueError, match=exactly(words)):
        x + ag.sparse_coo_tensor(PLACES, VALUES)
