"""Methods and symbols whose arguments are not those of one operator; PyTorch as a witness."""

import pytest

import autograd_engine as ag


@pytest.fixture
def torch():
    return pytest.importorskip("torch", reason="PyTorch, the witness, is not installed")


def test_one_argument_forms(torch):
    mask = ag.tensor([[True, False], [True, True]])
    rows, columns = ag.where(mask)
    assert (rows.tolist(), columns.tolist()) == ([0, 1, 1], [0, 0, 1])
    with pytest.raises(TypeError, match="where: give both x and y, or neither"):
        ag.where(mask, ag.tensor(1.0))
    assert ag.tensor([[1.0, 2.0], [3.0, 4.0]]).where(mask, 0.0).tolist() == [[1, 0], [3, 4]]
    assert ag.repeat_interleave(ag.tensor([2, 0, 1])).tolist() == [0, 0, 2]
    assert [x.tolist() for x in (reversed(ag.tensor([[1, 2], [3, 4]])), reversed(ag.tensor(5)))] == [
        [[3, 4], [1, 2]],
        5,
    ]


def test_shift_operators(torch):
    for m in (ag, torch):
        x = m.tensor([-9, 5])
        assert (x << 2).tolist() == [-36, 20]
        assert (x >> 1).tolist() == [-5, 2]
        assert (2 << m.tensor([0, 3])).tolist() == [2, 16]
        assert (64 >> m.tensor([1, 3])).tolist() == [32, 8]
