"""Strides, addresses, and memory that others share; PyTorch as a witness."""

import numpy as np
import pytest

import autograd_engine as ag

from ..messages import exactly


@pytest.fixture
def torch():
    return pytest.importorskip("torch", reason="PyTorch, the witness, is not installed")


def test_strides_count_elements(torch):
    for view in (lambda x: x, lambda x: x[:, 1], lambda x: x.permute(2, 0, 1), lambda x: x[::2, :, 1:3]):
        ours, theirs = view(ag.zeros(4, 2, 5)), view(torch.zeros(4, 2, 5))
        assert ours.stride() == theirs.stride()
        assert ours.stride(-1) == theirs.stride(-1)
        assert ours.is_contiguous() == theirs.is_contiguous()
    assert ag.tensor(1.0).stride() == ()
    with pytest.raises(IndexError, match=exactly("stride: dim 3 is out of range for a tensor of 2 dimensions")):
        ag.zeros(1, 1).stride(3)


def test_views_have_the_address_of_their_memory():
    x = ag.zeros(3, 4)
    assert x.view(12).data_ptr() == x.data_ptr()
    assert x[1].data_ptr() == x.data_ptr() + 4 * x.element_size()
    assert x.clone().data_ptr() != x.data_ptr()
    one = ag.tensor(2.0)
    assert one.detach().data_ptr() == one.data_ptr()


def test_from_numpy_shares_and_refuses_what_is_no_number():
    array = np.zeros(3)
    x = ag.from_numpy(array)
    x.add_(1)
    x[0] = 7
    assert array.tolist() == [7, 1, 1]
    array[1] = 5
    assert x.tolist() == [7, 5, 1]
    assert np.shares_memory(x.numpy(), array)
    point = np.array(1.0)
    ag.from_numpy(point).mul_(3)
    assert point == 3.0
    with pytest.raises(TypeError, match=exactly("from_numpy takes an array of numbers or booleans, not of object")):
        ag.from_numpy(np.array([None]))


def test_dlpack_both_ways_with_numpy():
    x = ag.arange(4.0)
    seen = np.from_dlpack(x)
    x.add_(1)
    assert seen.tolist() == [1, 2, 3, 4]
    array = np.arange(3)
    shared = ag.from_dlpack(array)
    array[0] = 9
    assert shared.tolist() == [9, 1, 2]
    assert ag.from_dlpack(x).data_ptr() == x.data_ptr()
    with pytest.raises(BufferError, match=exactly("DLPack on a tensor that requires gradients; share x.detach()")):
        np.from_dlpack(ag.zeros(2, requires_grad=True))
    with pytest.raises(
        TypeError, match=exactly("from_dlpack takes an object with __dlpack__, which list does not have")
    ):
        ag.from_dlpack([1.0])


def test_dlpack_both_ways_with_torch(torch):
    x = ag.tensor([[1.0, 2.0], [3.0, 4.0]])
    theirs = torch.from_dlpack(x.T)
    theirs.mul_(10)
    assert x.tolist() == [[10, 20], [30, 40]]
    ours = ag.from_dlpack(theirs)
    assert ours.tolist() == [[10, 30], [20, 40]]
    theirs.zero_()
    assert ours.tolist() == [[0, 0], [0, 0]]
    assert ag.from_dlpack(torch.tensor(3)).item() == 3
