"""Types, devices, promotion, limits: questions about tensors and dtypes; PyTorch as a witness."""

import numpy as np
import pytest

import autograd_engine as ag

from ..messages import exactly


@pytest.fixture
def torch():
    return pytest.importorskip("torch", reason="PyTorch, the witness, is not installed")


def test_types_and_devices(torch):
    x = ag.ones(2)
    for name in ("half", "float", "double", "int", "long", "short", "char", "byte", "bool"):
        ours, theirs = getattr(x, name)(), getattr(torch.ones(2), name)()
        assert f"torch.{ours.dtype}" == str(theirs.dtype)
        assert ours.type() == theirs.type().replace("torch", "autograd_engine")
        assert ours.is_signed() == theirs.is_signed()
        assert ours.nbytes == theirs.nbytes
    assert x.type(ag.float64).dtype == ag.float64
    assert x.get_device() == torch.ones(2).get_device() == -1
    assert x.is_same_size(ag.zeros(2))
    assert not x.is_same_size(ag.zeros(2, 1))
    for move in (x.cuda, lambda: x.cuda("cuda:1"), lambda: ag.Generator("cuda")):
        with pytest.raises(ValueError, match=r"no device 'cuda.*CuPy is not installed"):
            move()
    assert ag.Generator(device="cpu").device == ag.device("cpu")


def test_questions(torch):
    x = ag.tensor([1.0])
    assert ag.is_tensor(x)
    assert not ag.is_tensor(x.numpy())
    assert ag.is_floating_point(x)
    assert not ag.is_floating_point(x.long())
    assert ag.is_nonzero(x)
    assert not ag.is_nonzero(x - 1)
    assert ag.numel(ag.zeros(2, 3)) == 6
    with pytest.raises(
        ValueError, match=exactly("the truth value of a tensor of shape (2,) is ambiguous; use any() or all()")
    ):
        ag.is_nonzero(ag.zeros(2))


DTYPES = ["bool", "uint8", "int8", "int16", "int32", "int64", "float16", "float32", "float64"]


@pytest.mark.parametrize("first", DTYPES)
def test_promotion_agrees_with_torch(torch, first):
    for second in DTYPES:
        ours, theirs = (getattr(ag, first), getattr(ag, second)), (getattr(torch, first), getattr(torch, second))
        assert f"torch.{ag.promote_types(*ours)}" == str(torch.promote_types(*theirs))
        assert ag.can_cast(*ours) == torch.can_cast(*theirs)
        for shape in ((), (1,)):
            result = ag.result_type(ag.zeros(1, dtype=ours[0]), ag.zeros(shape, dtype=ours[1]))
            expected = torch.result_type(torch.zeros(1, dtype=theirs[0]), torch.zeros(shape, dtype=theirs[1]))
            assert f"torch.{result}" == str(expected)
    for number in (True, 2, 2.5):
        ours = ag.result_type(ag.zeros(1, dtype=getattr(ag, first)), number)
        assert f"torch.{ours}" == str(torch.result_type(torch.zeros(1, dtype=getattr(torch, first)), number))


def test_limits_agree_with_torch(torch):
    for name in ("float16", "float32", "float64"):
        ours, theirs = ag.finfo(getattr(ag, name)), torch.finfo(getattr(torch, name))
        for field in ("bits", "eps", "max", "min", "tiny", "smallest_normal", "resolution", "dtype"):
            assert getattr(ours, field) == getattr(theirs, field)
    assert ag.finfo() == ag.finfo(ag.float32) != ag.finfo(ag.float64)
    assert ag.iinfo(ag.uint8) == ag.iinfo(np.uint8) != ag.iinfo(ag.int8)
    assert repr(ag.iinfo(ag.uint8)) == "iinfo(bits=8, max=255, min=0, dtype='uint8')"
    assert repr(ag.finfo(ag.float16)) == (
        "finfo(bits=16, eps=0.0009765625, max=65504.0, min=-65504.0, tiny=6.103515625e-05, "
        "smallest_normal=6.103515625e-05, resolution=0.001, dtype='float16')"
    )
    for name in ("uint8", "int8", "int16", "int32", "int64"):
        ours, theirs = ag.iinfo(getattr(ag, name)), torch.iinfo(getattr(torch, name))
        assert [ours.bits, ours.max, ours.min, ours.dtype] == [theirs.bits, theirs.max, theirs.min, theirs.dtype]
    with pytest.raises(
        ValueError, match=exactly("finfo takes a floating-point dtype, not int64; for integers there is iinfo")
    ):
        ag.finfo(ag.int64)
    with pytest.raises(
        ValueError, match=exactly("iinfo takes an integer dtype, not float32; for real numbers there is finfo")
    ):
        ag.iinfo(ag.float32)
