"""The `_ex` forms: which matrices fail is PyTorch's, and the others come out as ever."""

import numpy as np
import pytest

import autograd_engine as ag
from autograd_engine import linalg

GOOD = [[4.0, 2.0, 0.0], [2.0, 5.0, 1.0], [0.0, 1.0, 3.0]]
MATRICES = np.array([GOOD, [[1.0, 2, 0], [2, 1, 0], [0, 0, 1]], np.zeros((3, 3)), np.ones((3, 3))])


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("name", ["cholesky_ex", "inv_ex", "solve_ex"])
def test_the_numbers_are_pytorchs(name, dtype):
    torch = pytest.importorskip("torch")
    right = np.arange(12.0).reshape(4, 3)

    def computed(lib, matrices, right):
        as_dtype = getattr(lib, dtype)
        others = [lib.tensor(right, dtype=as_dtype)] * (name == "solve_ex")
        return getattr(lib.linalg, name)(lib.tensor(matrices, dtype=as_dtype), *others)

    (ours, info), (theirs, expected) = computed(ag, MATRICES, right), computed(torch, MATRICES, right)
    np.testing.assert_array_equal(info, expected)
    assert info.dtype is ag.int32
    fine = expected.numpy() == 0
    assert fine.any()
    assert not fine.all()
    np.testing.assert_allclose(ours[fine], theirs.numpy()[fine], rtol=1e-5)
    assert np.isnan(ours[~fine]).all()
    one, told = computed(ag, MATRICES[0], right[0])
    np.testing.assert_allclose(one, ours[0], rtol=1e-6)
    assert (told.shape, told.item()) == ((), 0)
    assert computed(ag, MATRICES[2], right[0])[1].item() == expected[2].item()


def test_gradients_flow_where_a_matrix_is_regular():
    x = ag.tensor(MATRICES, requires_grad=True)
    result, info = linalg.inv_ex(x)
    result[info == 0].sum().backward()
    again = ag.tensor(MATRICES[:1], requires_grad=True)
    linalg.inv(again).sum().backward()
    np.testing.assert_allclose(x.grad[0], again.grad[0])
    assert not x.grad[2].any()


@pytest.mark.parametrize(
    "call",
    [
        lambda x: linalg.cholesky_ex(x, check_errors=True),
        lambda x: linalg.inv_ex(x, check_errors=True),
        lambda x: linalg.solve_ex(x, ag.ones(4, 3, 1), check_errors=True),
    ],
)
def test_errors_come_if_they_are_asked_for(call):
    with pytest.raises(np.linalg.LinAlgError):
        call(ag.tensor(MATRICES, dtype=ag.float32))
