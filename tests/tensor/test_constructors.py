"""What tensors are made of: dtypes and shapes as in PyTorch, and errors that name the element at fault."""

import numpy as np
import pytest

import autograd_engine as ag

torch = pytest.importorskip("torch", reason="PyTorch is not installed: pip install torch==2.13.0")

DATA = {
    "a float": lambda m: 1.5,
    "floats": lambda m: [1.0, 2.0],
    "integers": lambda m: [[1, 2], [3, 4]],
    "booleans": lambda m: [True, False],
    "booleans and integers": lambda m: [True, 2],
    "integers and floats": lambda m: [1, 2.5],
    "nothing": lambda m: [],
    "nothing in lists": lambda m: [[], []],
    "a float64": lambda m: [np.float64(1)],
    "a float64 and a float": lambda m: [1.0, np.float64(1)],
    "a float32 and a float": lambda m: [np.float32(1), 1.0],
    "a float32 and an integer": lambda m: [np.float32(1), 2],
    "a float16": lambda m: [np.float16(1)],
    "a float16 and a float": lambda m: [[np.float16(1), 1.0]],
    "an int32": lambda m: [np.int32(1)],
    "an int32 and an integer": lambda m: [2, np.int32(1)],
    "an int8 and an int16": lambda m: [np.int8(1), np.int16(2)],
    "arrays": lambda m: [np.ones(2), np.ones(2)],
    "arrays of integers": lambda m: [np.ones(2, np.int16), np.ones(2, np.int16)],
    "tensors": lambda m: [m.tensor(1.5), m.tensor(2.5)],
    "tensors in lists in lists": lambda m: [[m.tensor(1.5), 2], [3.5, m.tensor(4)]],
    "a tensor of float64": lambda m: ([m.tensor(1.5, dtype=m.float64)], [1.0]),
    "a tensor of int32": lambda m: [m.tensor(1, dtype=m.int32)],
    "the largest integer": lambda m: [2**63 - 1, -(2**63)],
}


def same(ours, theirs):
    assert str(theirs.dtype) == f"torch.{ours.dtype}"
    assert ours.shape == tuple(theirs.shape)
    np.testing.assert_array_equal(np.asarray(ours.detach().numpy()), theirs.detach().numpy())


@pytest.mark.filterwarnings("ignore:Creating a tensor from a list of numpy:UserWarning")  # PyTorch's
@pytest.mark.parametrize("data", DATA.values(), ids=DATA)
def test_tensor_has_the_dtype_that_pytorch_gives(data):
    same(ag.tensor(data(ag)), torch.tensor(data(torch)))


def test_a_tensor_that_requires_gradients_is_a_number_in_a_list():
    x = ag.tensor(2.0, requires_grad=True)
    made = ag.tensor([[x, 1.0]])
    assert made.tolist() == [[2.0, 1.0]]
    assert not made.requires_grad


CONSTRUCTED = {
    "integers": lambda m: [[0, 1]],
    "booleans": lambda m: [True],
    "a tuple": lambda m: (2, 3),
    "a range": lambda m: range(3),
    "an array": lambda m: np.ones(2),
    "an array of integers": lambda m: np.arange(3),
    "a tensor": lambda m: m.tensor([1, 2]),
    "a tensor of float64": lambda m: m.tensor([1.0], dtype=m.float64),
}


@pytest.mark.parametrize("data", CONSTRUCTED.values(), ids=CONSTRUCTED)
def test_the_constructor_makes_floats_of_numbers(data):
    same(ag.Tensor(data(ag)), torch.Tensor(data(torch)))


def test_the_constructor_takes_integers_for_sizes():
    for sizes in ((), (3,), (2, 3), (np.int64(2), 0)):
        made = ag.Tensor(*sizes)
        assert made.shape == tuple(torch.Tensor(*sizes).shape)
        assert made.dtype == ag.float32
    assert ag.Tensor([1], dtype=ag.float64, requires_grad=True).requires_grad
    for number in (2.5, True, np.float64(1)):
        with pytest.raises(TypeError, match=r"Tensor: takes sequences or sizes, not the number .*use tensor\("):
            ag.Tensor(number)


ZEROS = ag.zeros(2)
ERRORS = {
    "a string": (
        lambda: ag.tensor("a"),
        TypeError,
        "tensor: a tensor holds numbers or booleans, data is 'a' (str)",
    ),
    "None": (
        lambda: ag.tensor([1, [None]]),
        TypeError,
        "tensor: a tensor holds numbers or booleans, data[1][0] is None (NoneType)",
    ),
    "a set": (lambda: ag.tensor({1}), TypeError, "tensor: a tensor holds numbers or booleans, data is {1} (set)"),
    "a complex number": (
        lambda: ag.tensor([1.0, 1j]),
        TypeError,
        "tensor: a tensor holds numbers or booleans, data[1] is 1j (complex)",
    ),
    "uneven lists": (
        lambda: ag.tensor([[1, 2], [3]]),
        ValueError,
        "tensor: lists of one depth must be equally long: data[0] has length 2, data[1] has length 1; pad the "
        "shorter one",
    ),
    "uneven lists, deeper": (
        lambda: ZEROS.new_tensor([[[1], [2]], [[3], [4, 5]]]),
        ValueError,
        "new_tensor: lists of one depth must be equally long: data[1][0] has length 1, data[1][1] has length 2; "
        "pad the shorter one",
    ),
    "a list beside a number": (
        lambda: ag.Tensor([1, [2]]),
        ValueError,
        "Tensor: lists of one depth must be equally long: data[0] has no length: it is a number, data[1] has "
        "length 1; pad the shorter one",
    ),
    "uneven tensors": (
        lambda: ag.tensor([ag.ones(2), ag.ones(3)]),
        ValueError,
        "tensor: lists of one depth must be equally long: data[0] has shape (2,), data[1] has shape (3,); pad the "
        "shorter one",
    ),
    "a large integer": (
        lambda: ag.tensor(2**70),
        ValueError,
        f"tensor: {2**70} does not fit in int64; give a dtype that is wide enough, such as dtype=float64",
    ),
    "an integer of 64 bits without a sign": (
        lambda: ag.as_tensor([1, 2**63]),
        ValueError,
        f"tensor: {2**63} does not fit in int64; give a dtype that is wide enough, such as dtype=float64",
    ),
    "an integer for int8": (
        lambda: ag.tensor([1, 300], dtype=ag.int8),
        ValueError,
        "tensor: 300 does not fit in int8; give a dtype that is wide enough, such as dtype=float64",
    ),
    "fill value": (
        lambda: ag.full((2,), None),
        TypeError,
        "full: a tensor holds numbers or booleans, data is None (NoneType)",
    ),
}


@pytest.mark.parametrize("case", ERRORS.values(), ids=ERRORS)
def test_the_error_names_the_element(case):
    make, kind, message = case
    with pytest.raises(kind) as caught:
        make()
    assert str(caught.value) == message


def test_what_does_not_fit_in_int64_fits_in_floats():
    assert ag.tensor([2**70], dtype=ag.float64).item() == 2.0**70
    assert ag.tensor(np.array([2**63], np.uint64)).dtype == np.uint64
    assert ag.tensor([np.uint64(2**63)]).dtype == np.uint64


SIZES = {
    "zeros": lambda n: ag.zeros(n),
    "ones": lambda n: ag.ones(2, n),
    "empty": lambda n: ag.empty((n,)),
    "full": lambda n: ag.full((2, n), 1.0),
    "rand": lambda n: ag.rand(n),
    "randn": lambda n: ag.randn(n, 2),
    "randint": lambda n: ag.randint(0, 5, (n,)),
    "eye": lambda n: ag.eye(n),
    "linspace": lambda n: ag.linspace(0, 1, n),
    "logspace": lambda n: ag.logspace(0, 1, n),
    "randperm": lambda n: ag.randperm(n),
    "normal": lambda n: ag.normal(0.0, 1.0, (n,)),
    "new_zeros": lambda n: ZEROS.new_zeros(n),
    "new_ones": lambda n: ZEROS.new_ones(n),
    "new_empty": lambda n: ZEROS.new_empty(n),
    "new_full": lambda n: ZEROS.new_full((n,), 1),
    "Tensor": lambda n: ag.Tensor(2, n),
    "reshape": lambda n: ZEROS.reshape(n, 1),
    "view": lambda n: ZEROS.view(n),
    "expand": lambda n: ZEROS.expand(n, 2),
    "repeat": lambda n: ZEROS.repeat(n),
    "tile": lambda n: ag.tile(ZEROS, (n,)),
    "permute": lambda n: ZEROS.permute(n),
    "flip": lambda n: ZEROS.flip(n),
    "split": lambda n: ZEROS.split(n),
    "unflatten": lambda n: ZEROS.unflatten(0, (n, 1)),
    "sum_to_size": lambda n: ZEROS.sum_to_size(n),
}


@pytest.mark.parametrize("name", SIZES)
def test_a_size_that_is_no_integer_is_named(name):
    with pytest.raises(TypeError) as caught:
        SIZES[name](2.5)
    assert str(caught.value) == f"{name}: takes integers, not 2.5 (float); convert it with int()"
    with pytest.raises(TypeError) as caught:
        SIZES[name](None)
    assert str(caught.value) == f"{name}: takes integers, not None (NoneType)"


@pytest.mark.parametrize("name", ["cat", "stack", "hstack", "vstack", "dstack", "column_stack"])
def test_tensors_to_join_come_in_a_list(name):
    with pytest.raises(TypeError) as caught:
        getattr(ag, name)(ZEROS)
    assert str(caught.value) == f"{name}: takes a list or tuple of tensors, not a tensor; write {name}([a, b])"
    with pytest.raises(TypeError) as caught:
        getattr(ag, name)([ZEROS, 1.0])
    assert str(caught.value) == f"{name}: takes tensors, element 1 is of class float; use tensor(...)"
