"""What users see of dtypes, sizes, devices and formats: PyTorch's objects, which NumPy takes too."""

import copy
import pickle

import numpy as np
import pytest

import autograd_engine as ag
from tests.gpus import ABSENT
from tests.messages import exactly

NAMES = [
    "float16",
    "float32",
    "float64",
    "int8",
    "int16",
    "int32",
    "int64",
    "uint8",
    "uint16",
    "uint32",
    "uint64",
    "bool",
]


@pytest.mark.parametrize("name", NAMES)
def test_a_dtype_has_pytorchs_attributes(name):
    torch = pytest.importorskip("torch")
    ours, theirs = getattr(ag, name), getattr(torch, name)
    for attribute in ("is_floating_point", "is_complex", "is_signed", "itemsize"):
        assert getattr(ours, attribute) == getattr(theirs, attribute)


@pytest.mark.parametrize("name", NAMES)
def test_a_dtype_is_one_object_that_numpy_takes(name):
    dtype, numpys = getattr(ag, name), np.dtype(name)
    assert ag.zeros(2, dtype=dtype).dtype is ag.zeros(2).to(dtype).dtype is dtype
    assert isinstance(dtype, ag.dtype)
    assert dtype == numpys
    assert numpys == dtype
    assert dtype == numpys.type
    assert dtype != np.dtype("complex64")
    assert {numpys: 1}[dtype] == 1
    assert np.zeros(2, dtype).dtype == np.ones(2).astype(dtype).dtype == numpys
    assert repr(dtype) == str(dtype) == name
    assert pickle.loads(pickle.dumps(dtype)) is copy.deepcopy(dtype) is copy.copy(dtype) is dtype


def test_the_other_names_of_dtypes():
    assert (ag.float, ag.double, ag.half) == (ag.float32, ag.float64, ag.float16)
    assert (ag.int, ag.long, ag.short) == (ag.int32, ag.int64, ag.int16)
    assert ag.get_default_dtype() is ag.float32
    assert ag.result_type(ag.tensor([1]), 1.0) is ag.promote_types(ag.int8, ag.float32) is ag.float32
    assert ag.from_numpy(np.zeros(1, np.longdouble)).dtype.name == np.dtype(np.longdouble).name


def test_a_size_is_a_tuple_with_numel():
    size = ag.zeros(2, 3, 4).size()
    assert isinstance(size, ag.Size)
    assert size == ag.zeros(2, 3, 4).shape == (2, 3, 4)
    assert (size.numel(), size[1:].numel(), size[0], size[-1]) == (24, 12, 2, 4)
    five = (5,)
    assert type(size[:2] + five) is type(five + size) is ag.Size
    assert (size[:2] + five, five + size) == ((2, 3, 5), (5, 2, 3, 4))
    assert ag.Size([1, 2]) == (1, 2)
    assert ag.tensor(1.0).shape.numel() == 1
    with pytest.raises(TypeError):
        size + five.__class__.__name__
    with pytest.raises(TypeError):
        five.__class__.__name__ + size


@pytest.mark.parametrize("make", [ag.zeros, ag.ones, ag.empty, ag.rand, ag.randn])
def test_a_size_may_be_given_by_its_name(make):
    assert make(size=(2, 3)).shape == make(2, 3).shape == make((2, 3)).shape == (2, 3)
    with pytest.raises(
        TypeError, match=exactly(f"{make.__name__}: the size is given twice, as (2,) and as size=3")
    ):
        make(2, size=3)


def test_integers_of_a_size_by_its_name():
    assert ag.randint(1, size=(4,)).tolist() == ag.randint(high=1, size=(4,)).tolist() == [0] * 4
    assert ag.randint(5, 6, size=(2,)).tolist() == [5, 5]
    x = ag.zeros(1, dtype=ag.int64)
    assert x.new_zeros(size=(2,)).shape == x.new_ones(size=(2,)).shape == x.new_empty(size=(2,)).shape == (2,)


def test_a_device_may_be_written_where_there_is_none():
    gpu = ag.device("cuda:1")
    assert (gpu.type, gpu.index, str(gpu), repr(gpu)) == ("cuda", 1, "cuda:1", "device(type='cuda', index=1)")
    assert gpu == ag.device("cuda", 1) == ag.device(1) == ag.device(gpu)
    assert hash(gpu) == hash(ag.device(1))
    assert gpu != ag.device("cuda")
    assert pickle.loads(pickle.dumps(gpu)) == gpu
    with pytest.raises(AttributeError, match="cannot be changed"):
        gpu.type = "cpu"
    words = exactly(f"there is no device 'cuda:1': {ABSENT}")
    for use in (
        lambda: ag.zeros(1, device=gpu),
        lambda: ag.zeros(1).to(gpu),
        lambda: ag.zeros(1).to(1),
        gpu.__enter__,
    ):
        with pytest.raises(ValueError, match=words):
            use()
    with ag.device("cpu") as cpu:
        assert ag.zeros(1, device="cpu:0").device == cpu


def test_formats_change_nothing():
    x = ag.arange(4.0).reshape(1, 1, 2, 2)
    for y in (
        x.to(memory_format=ag.channels_last),
        x.contiguous(memory_format=ag.channels_last),
        x.clone(memory_format=ag.preserve_format),
        ag.tensor(x.tolist(), pin_memory=True),
    ):
        assert y.tolist() == x.tolist()
    assert ag.empty_like(x, memory_format=ag.contiguous_format).shape == x.shape
    for named in (ag.channels_last, ag.sparse_csr):
        assert pickle.loads(pickle.dumps(named)) is copy.deepcopy(named) is named
    assert ag.zeros(2, layout=ag.strided).tolist() == [0, 0]
    sparse = exactly("zeros: layout=sparse_coo of a new tensor; make it dense, without layout")
    with pytest.raises(TypeError, match=sparse):
        ag.zeros(2, layout=ag.sparse_coo)
    with pytest.raises(TypeError, match="unexpected keyword argument 'colour'"):
        ag.zeros(2, colour=1)


@pytest.mark.parametrize(
    ("kind", "dtype"),
    [
        (ag.HalfTensor, ag.float16),
        (ag.FloatTensor, ag.float32),
        (ag.DoubleTensor, ag.float64),
        (ag.ByteTensor, ag.uint8),
        (ag.CharTensor, ag.int8),
        (ag.ShortTensor, ag.int16),
        (ag.IntTensor, ag.int32),
        (ag.LongTensor, ag.int64),
        (ag.BoolTensor, ag.bool),
    ],
)
def test_the_older_classes_of_tensors(kind, dtype):
    x = kind([[1, 0]])
    assert (x.dtype, x.tolist(), kind(2, 3).shape, kind().shape) == (dtype, [[1, 0]], (2, 3), (0,))
    assert isinstance(x, kind)
    assert isinstance(x, ag.Tensor)
    assert not isinstance(ag.zeros(1, dtype=ag.int16 if dtype is ag.int8 else ag.int8), kind)
    assert kind(np.array([1, 0])).tolist() == [1, 0]
    before = ag.get_default_dtype()
    if dtype.is_floating_point:
        ag.set_default_tensor_type(kind)
        assert ag.tensor(1.0).dtype is dtype
        ag.set_default_tensor_type("torch.FloatTensor")
    else:
        with pytest.raises(TypeError, match="takes a floating-point dtype"):
            ag.set_default_tensor_type(kind)
    assert ag.get_default_dtype() is before
    with pytest.raises(TypeError, match=exactly("'Tensor' is no class of tensors such as FloatTensor")):
        ag.set_default_tensor_type("Tensor")


def test_bfloat16_may_be_written_and_is_refused_where_a_tensor_would_have_it():
    torch = pytest.importorskip("torch")
    for attribute in ("is_floating_point", "is_complex", "is_signed", "itemsize"):
        assert getattr(ag.bfloat16, attribute) == getattr(torch.bfloat16, attribute)
    assert {"bfloat16": ag.bfloat16, "float16": ag.float16}["bfloat16"] == ag.bfloat16
    assert ag.bfloat16 not in (ag.float16, ag.float32, np.dtype("float32"))
    assert ag.zeros(1).dtype != ag.bfloat16
    assert repr(ag.bfloat16) == "bfloat16"
    assert pickle.loads(pickle.dumps(ag.bfloat16)) is copy.deepcopy(ag.bfloat16) is ag.bfloat16
    with ag.autocast("cpu", dtype=ag.bfloat16, enabled=False):
        pass
    words = exactly("...bfloat16: NumPy has no such numbers; take float32, or float16, which needs half the memory")
    for use in (
        lambda: ag.zeros(1, dtype=ag.bfloat16),
        lambda: ag.tensor([1.0], dtype=ag.bfloat16),
        lambda: ag.zeros(1).to(ag.bfloat16),
        lambda: ag.nn.Linear(1, 1).to(ag.bfloat16),
        lambda: ag.set_default_dtype(ag.bfloat16),
    ):
        with pytest.raises(TypeError, match=words):
            use()
