"""The Tensor itself: construction, attributes, conversions, printing, NumPy, copies."""

import copy
import pickle
import subprocess
import sys

import numpy as np
import pytest

import autograd_engine as ag
from tests.gpus import ABSENT

from ..messages import exactly


def test_dtypes_of_new_tensors():
    assert ag.tensor([1.0]).dtype == ag.float32
    assert ag.tensor(1).dtype == ag.int64
    assert ag.tensor([True]).dtype == ag.bool
    assert ag.tensor(np.float64(1)).dtype == ag.float64
    assert ag.tensor(np.arange(3, dtype=np.int16)).dtype == ag.int16
    assert ag.tensor([1, 2], dtype=ag.float64).dtype == ag.float64
    assert ag.tensor([ag.tensor(1.0), ag.tensor(2.0)]).tolist() == [1.0, 2.0]
    assert ag.arange(3).dtype == ag.int64
    assert ag.arange(0.0, 1.0, 0.25).dtype == ag.float32
    assert ag.linspace(0, 1, 5).tolist() == [0.0, 0.25, 0.5, 0.75, 1.0]
    assert ag.full((2,), 7).dtype == ag.int64
    assert ag.full((2,), 7.0).dtype == ag.float32
    assert ag.eye(2, 3).shape == (2, 3)


def test_the_default_dtype():
    ag.set_default_dtype(ag.float64)
    try:
        assert ag.tensor(1.0).dtype == ag.float64
        assert (ag.arange(3) * 0.5).dtype == ag.float64
    finally:
        ag.set_default_dtype(ag.float32)
    assert ag.get_default_dtype() == ag.float32
    assert (ag.arange(3) * 0.5).dtype == ag.float32
    with pytest.raises(TypeError, match=exactly("set_default_dtype takes a floating-point dtype, not int64")):
        ag.set_default_dtype(ag.int64)


def test_construction_copies_and_from_numpy_shares():
    array = np.ones(3)
    copied, shared = ag.tensor(array), ag.from_numpy(array)
    array[0] = 5.0
    assert copied.tolist() == [1.0, 1.0, 1.0]
    assert shared.tolist() == [5.0, 1.0, 1.0]
    assert np.shares_memory(ag.as_tensor(array).numpy(), array)
    assert ag.as_tensor(shared) is shared
    assert ag.as_tensor([1.0]).tolist() == [1.0]
    with pytest.raises(TypeError, match=exactly("from_numpy takes a NumPy array, not list; use tensor(data)")):
        ag.from_numpy([1.0])


def test_data_that_are_no_numbers():
    with pytest.raises(TypeError, match=r"tensor: a tensor holds numbers or booleans, data is 'a' \(str\)"):
        ag.tensor("a")
    with pytest.raises(
        ValueError,
        match=exactly(
            "tensor: lists of one depth must be equally long: data[0] has length 1, data[1] has "
            "length 2; pad the shorter one"
        ),
    ):
        ag.tensor([[1.0], [1.0, 2.0]])


def test_devices():
    assert str(ag.tensor(1.0).device) == "cpu"
    assert ag.tensor(1.0, device="cpu").to("cpu").cpu().device == ag.device("cpu")
    assert repr(ag.device("cpu")) == "device(type='cpu')"
    with pytest.raises(ValueError, match=exactly("there is no device 'tpu': there are 'cpu' and 'cuda', GPUs")):
        ag.zeros(2, device="tpu")
    with pytest.raises(ValueError, match=exactly(f"there is no device 'cuda': {ABSENT}")):
        ag.zeros(2).to("cuda")


def test_what_programs_ask_of_a_gpu_does_nothing_without_one():
    x, module = ag.ones(2), ag.nn.Linear(2, 2)
    assert x.to("cpu", non_blocking=True) is x
    assert x.to("cpu", ag.float64, non_blocking=True).dtype == ag.float64
    assert x.to("cpu", True) is x.to("cpu", True, False) is x
    assert x.to("cpu", False, True) is not x
    assert module.to("cpu", non_blocking=True) is module
    assert not x.is_cuda
    state = ag.get_rng_state()
    ag.cuda.manual_seed(1)
    ag.cuda.manual_seed_all(1)
    ag.cuda.empty_cache()
    ag.cuda.synchronize()
    assert ag.get_rng_state() == state
    assert (ag.cuda.is_available(), ag.cuda.device_count()) == (False, 0)


def test_names_that_pytorch_programs_reach_through_the_package():
    import autograd_engine.utils.data as by_path

    assert ag.utils.data.DataLoader is by_path.DataLoader is ag.data.DataLoader
    assert ag.training.fit
    assert ag.models.MLP
    assert ag.zeros(2, 3).shape == ag.Size([2, 3])
    assert isinstance(ag.zeros(2).shape, ag.Size)
    assert (ag.pi, ag.e, ag.inf) == (np.pi, np.e, np.inf)
    assert ag.nan != ag.nan


def test_formatting_follows_pytorch():
    assert f"{ag.tensor(2)} {ag.tensor(1.5, requires_grad=True)} {ag.tensor(1.25):.1f}" == "2 1.5 1.2"
    assert f"{ag.tensor([2])}" == "tensor([2])"
    with pytest.raises(TypeError, match=exactly("unsupported format string passed to Tensor.__format__")):
        f"{ag.ones(2):.2f}"


def test_attributes():
    x = ag.zeros(2, 3)
    assert (x.shape, x.ndim, x.dim(), x.size(), x.size(1), x.numel()) == ((2, 3), 2, 2, (2, 3), 3, 6)
    assert (x.itemsize, x.nbytes, x.element_size(), len(x)) == (4, 24, 4, 2)
    assert x.is_contiguous()
    assert not x.T.is_contiguous()
    assert x.T.contiguous().is_contiguous()
    assert x.is_floating_point()
    assert (x.T.shape, ag.zeros(4, 2, 3).mT.shape, x.t().shape) == ((3, 2), (4, 3, 2), (3, 2))
    with pytest.raises(
        ValueError, match=exactly("t: expected at most 2 dimensions, got shape (1, 1, 1); use transpose() or mT")
    ):
        ag.zeros(1, 1, 1).t()


def test_requires_grad_and_leaves():
    x = ag.tensor([1.0])
    assert x.is_leaf
    assert x.grad_fn is None
    x.requires_grad = True
    y = x * 2
    assert y.requires_grad
    assert not y.is_leaf
    assert repr(y.grad_fn) == "<mul, shape (1,), float32>"
    with pytest.raises(
        RuntimeError, match=exactly("only a leaf can stop requiring gradients; use x.detach() for a result")
    ):
        y.requires_grad_(False)
    x.requires_grad_(False)
    assert not (x * 2).requires_grad
    for action in (x.retain_grad, lambda: x.register_hook(print)):
        with pytest.raises(RuntimeError, match="does not require gradients"):
            action()


def test_assigning_grad_is_checked():
    x = ag.zeros(2, requires_grad=True)
    x.grad = ag.ones(2)
    assert x.grad.tolist() == [1.0, 1.0]
    with pytest.raises(RuntimeError, match=exactly("grad of shape (3,) given to a tensor of shape (2,)")):
        x.grad = ag.ones(3)
    with pytest.raises(TypeError, match="grad must be a tensor or None, not float"):
        x.grad = 1.0


def test_leaving_tensor():
    x = ag.tensor([[1.5, 2.0]], requires_grad=True)
    assert x.tolist() == [[1.5, 2.0]]
    for leave in (x.numpy, lambda: np.asarray(x)):
        with pytest.raises(
            RuntimeError, match=exactly("numpy() on a tensor that requires gradients; use x.detach().numpy()")
        ):
            leave()
    assert np.asarray(x.detach()).dtype == np.float32
    assert np.array(x.detach(), dtype=np.float64).dtype == np.float64
    with pytest.raises(ValueError, match=exactly("item(): the tensor of shape (1, 2) has 2 elements, not one")):
        x.item()
    with pytest.raises(
        ValueError, match=exactly("the truth value of a tensor of shape (1, 2) is ambiguous; use any() or all()")
    ):
        bool(x)
    for dtype in (None, np.float32, np.float64):
        for wish in ({}, {"copy": None}, {"copy": True}, {"copy": False}):
            if dtype is np.float64 and wish.get("copy") is False:
                with pytest.raises(ValueError, match=exactly("Unable to avoid copy while creating an array ...")):
                    x.detach().__array__(dtype, **wish)
                continue
            array = x.detach().__array__(dtype, **wish)
            assert array.dtype == (dtype or np.float32)
            is_ours = dtype is not np.float64 and wish.get("copy") is not True
            assert np.shares_memory(array, x.array) == is_ours
    one = ag.tensor([3])
    assert (one.item(), int(one), float(one), bool(one), [10, 20, 30, 40][one[0]]) == (3, 3, 3.0, True, 40)
    with pytest.raises(TypeError, match=exactly("a tensor of dtype float32 cannot be used as an index")):
        [1, 2][ag.tensor(1.0)]


def test_iteration_and_containment():
    x = ag.tensor([[1.0, 2.0], [3.0, 4.0]], requires_grad=True)
    first, second = x
    (first * 2 + second).sum().backward()
    assert x.grad.tolist() == [[2.0, 2.0], [1.0, 1.0]]
    assert 3.0 in x
    assert 5.0 not in x
    for use in (len, iter):
        with pytest.raises(TypeError, match="0-d tensor"):
            use(ag.tensor(1.0))
    assert len({x, x, first}) == 2  # by identity


def test_comparisons_leave_strangers_to_python():
    x = ag.tensor([1.0, 2.0])
    assert (x == 1.0).tolist() == [True, False]
    assert (x != x).tolist() == [False, False]
    assert ((x >= 1) & ~(x > 1.5)).tolist() == [True, False]
    assert (x == None) is False  # noqa: E711 - the operator is what is tested
    assert x != "text"
    with pytest.raises(TypeError, match="not supported between"):
        assert x < "text"


def test_reflected_operators():
    x = ag.tensor([2.0, 4.0])
    assert (1 - x).tolist() == [-1.0, -3.0]
    assert (8 / x).tolist() == [4.0, 2.0]
    assert (2**x).tolist() == [4.0, 16.0]
    assert (9 // x).tolist() == [4.0, 2.0]
    assert (9 % x).tolist() == [1.0, 1.0]
    assert (np.eye(2) @ x.double()).tolist() == [2.0, 4.0]
    assert abs(-x).tolist() == [2.0, 4.0]
    assert (True ^ (x > 3)).tolist() == [True, False]


def test_conversions():
    x = ag.tensor([1.5, -2.0], requires_grad=True)
    assert x.double().dtype == ag.float64
    assert x.half().dtype == ag.float16
    assert x.float() is x
    assert x.to(ag.float32) is x
    assert x.to(ag.float32, copy=True) is not x
    assert x.long().tolist() == [1, -2]
    assert x.int().dtype == ag.int32
    assert x.bool().tolist() == [True, True]
    assert x.type_as(ag.zeros(1, dtype=ag.float64)).dtype == ag.float64
    assert x.to(ag.zeros(1, dtype=ag.float64)).dtype == ag.float64
    assert not x.long().requires_grad
    x.double().sum().backward()
    assert x.grad.dtype == ag.float32


def test_python_numbers_and_0d_tensors_never_widen():
    x = ag.ones(2)
    for other in (2, 2.5, True, ag.tensor(2.0, dtype=ag.float64), np.float64(2), ag.tensor(3)):
        assert (x * other).dtype == ag.float32
        assert (other + x).dtype == ag.float32
    assert (ag.arange(2) * 2.5).dtype == ag.float32
    assert (ag.arange(2) * ag.ones(2)).dtype == ag.float32
    assert (ag.arange(2) / 2).dtype == ag.float32
    assert (ag.arange(2) * ag.ones(2, dtype=ag.float64)).dtype == ag.float64
    assert (ag.tensor(True) + 1).dtype == ag.int64
    assert ag.where(ag.tensor([True]), 1.0, 0.0).dtype == ag.float32


@pytest.mark.parametrize(
    ("data", "shown"),
    [
        ([1.0, 2.0], "tensor([1., 2.])"),
        ([1.5, -2.0], "tensor([ 1.5000, -2.0000])"),
        (3, "tensor(3)"),
        (2.5, "tensor(2.5000)"),
        ([True, False], "tensor([ True, False])"),
        ([1e-6, 1.0], "tensor([1.0000e-06, 1.0000e+00])"),
        ([float("nan"), float("inf"), 1.0], "tensor([nan, inf, 1.])"),
        (np.zeros((0, 2)), "tensor([], size=(0, 2), dtype=float64)"),
        (np.array([1.0]), "tensor([1.], dtype=float64)"),
        ([[1, 2], [3, 4]], "tensor([[1, 2],\n        [3, 4]])"),
    ],
)
def test_printing(data, shown):
    assert repr(ag.tensor(data)) == shown


def test_printing_says_what_requires_gradients_and_abbreviates():
    x = ag.tensor([1.0], requires_grad=True)
    assert repr(x) == "tensor([1.], requires_grad=True)"
    assert repr(x * 2) == "tensor([2.], grad_fn=<mul>)"
    assert "..." in repr(ag.zeros(2000))
    assert f"{ag.tensor(1.23456):.2f}" == "1.23"
    assert f"{x * 1}" == str(x * 1)


def test_numpys_functions_are_recorded():
    x = ag.tensor(np.array([0.5, 1.0]), requires_grad=True)
    y = np.sin(x) * np.exp(x) + np.float64(2) * x - np.array([1.0, 2.0]) / x
    y.sum().backward()
    v = x.detach().numpy()
    np.testing.assert_allclose(
        x.grad.numpy(), np.exp(v) * (np.sin(v) + np.cos(v)) + 2 + np.array([1.0, 2.0]) / v**2
    )


def test_leaves_copy_and_pickle_with_their_grad():
    x = ag.tensor([1.0, 2.0], requires_grad=True)
    (x * x).sum().backward()
    for duplicate in (copy.deepcopy(x), pickle.loads(pickle.dumps(x)), copy.copy(x)):
        assert duplicate.requires_grad
        assert duplicate.is_leaf
        assert duplicate.tolist() == [1.0, 2.0]
        assert duplicate.grad.tolist() == [2.0, 4.0]
    deep = copy.deepcopy(x)
    with ag.no_grad():
        deep.zero_()
    assert x.tolist() == [1.0, 2.0]


def test_a_graph_whose_leaf_is_gone_still_copies():
    y = ag.tensor([2.0], requires_grad=True) * 3.0
    z = copy.deepcopy(y)
    z.sum().backward()
    assert z.tolist() == [6.0]


def test_random_numbers_repeat_with_the_seed():
    draws = []
    for _ in range(2):
        ag.manual_seed(5)
        draws.append(
            (ag.rand(3).tolist(), ag.randn(2).tolist(), ag.randint(10, (4,)).tolist(), ag.randperm(6).tolist())
        )
    assert draws[0] == draws[1]
    assert ag.initial_seed() == 5
    g = ag.Generator().manual_seed(1)
    state = g.get_state()
    first = ag.rand(2, generator=g)
    g.set_state(state)
    assert ag.rand(2, generator=g).tolist() == first.tolist()
    assert ag.rand(2, dtype=ag.float64).dtype == ag.float64
    with pytest.raises(
        TypeError, match=exactly("random real numbers need a floating dtype, not int64; for integers use randint")
    ):
        ag.randn(2, dtype=ag.int64)


def test_like():
    x = ag.zeros(2, 3, dtype=ag.float64)
    for make in (
        ag.zeros_like,
        ag.ones_like,
        ag.empty_like,
        ag.rand_like,
        ag.randn_like,
        lambda t: ag.full_like(t, 2),
    ):
        assert (make(x).shape, make(x).dtype) == ((2, 3), ag.float64)


@pytest.mark.parametrize(
    ("use", "error", "message"),
    [
        (lambda x: x.sum(2), IndexError, "sum: dim 2 is out of range for a tensor of 2 dimensions"),
        (lambda x: x.sum((0, 0)), ValueError, exactly("sum: a dimension appears twice in (0, 0)")),
        *(
            (
                lambda x, name=name: getattr(x, name)(3, -2),
                ValueError,
                exactly(f"{name}: a size cannot be negative, but for one -1, got (3, -2)"),
            )
            for name in ("reshape", "view")
        ),
        (
            lambda x: x.reshape(4),
            ValueError,
            exactly("reshape: ... (called with float32[2, 3])"),
        ),
        (
            lambda x: x.T.view(6),
            ValueError,
            exactly(
                "view: strides do not allow shape (6,) without a copy; use reshape() (called with float32[3, 2])"
            ),
        ),
        (
            lambda x: x.permute(0, 0),
            ValueError,
            exactly("permute: (0, 0) is not a permutation of the 2 dimensions"),
        ),
        (
            lambda x: x.split([1, 1], 1),
            ValueError,
            exactly("split: sizes (1, 1) do not add up to 3, the size of dim 1"),
        ),
        (lambda x: x.split(0), ValueError, "must be positive"),
        (lambda x: x.chunk(0), ValueError, "must be positive"),
        (
            lambda x: x @ x,
            ValueError,
            exactly("matmul: the sizes of (2, 3) and (2, 3) do not fit (called with float32[2, 3], float32[2, 3])"),
        ),
        (
            lambda x: x.mm(ag.ones(3)),
            ValueError,
            exactly("mm: expected operands of 2 and 2 dimensions, got (2, 3) and (3,)"),
        ),
        (
            lambda x: x[5],
            IndexError,
            exactly("getitem: ... (called with float32[2, 3])"),
        ),
        (
            lambda x: x[ag.tensor([0.5])],
            IndexError,
            "getitem: an index must hold integers or booleans, not float32",
        ),
        (
            lambda x: x.gather(1, ag.tensor([[3]])),
            IndexError,
            exactly("gather: indices must lie in [0, 3) along dim 1, not in [3, 3]"),
        ),
        (lambda x: x.gather(1, ag.tensor([0])), ValueError, "gather: the index has 1 dimensions, the tensor 2"),
        (lambda x: x.gather(1, ag.tensor([[0.0]])), TypeError, "gather: the index must hold integers, not float32"),
        (
            lambda x: x.gather(1, ag.zeros(3, 1).long()),
            IndexError,
            exactly("gather: index shape (3, 1) exceeds (2, 3) in dim 0"),
        ),
        (lambda x: ag.cat([]), ValueError, "cat: expected at least one tensor"),
        (lambda x: ag.stack([]), ValueError, "stack: expected at least one tensor"),
        (
            lambda x: ag.cat([x, ag.ones(2)]),
            ValueError,
            exactly("cat: shapes (2, 3), (2,) do not fit together along dim 0"),
        ),
        (
            lambda x: x.expand(3, 3),
            ValueError,
            exactly("expand: shape (2, 3) cannot be expanded to (3, 3) (called with float32[2, 3])"),
        ),
        (
            lambda x: x.sum_to_size(3, 3),
            ValueError,
            exactly("sum_to_size: cannot sum shape (2, 3) to (3, 3) (called with float32[2, 3])"),
        ),
        (
            lambda x: x.clamp(),
            ValueError,
            exactly("clamp: at least one of min and max must be given (called with float32[2, 3], None, None)"),
        ),
        (
            lambda x: x.long().mean(),
            TypeError,
            exactly("mean: needs a floating dtype, not int64; write mean(x, dtype=float32)"),
        ),
        (lambda x: x.flatten(1, 0), ValueError, "flatten: start_dim 1 comes after end_dim 0"),
        (lambda x: x.movedim((0, 1), 0), ValueError, "movedim: 2 dimensions to 1 places"),
        (lambda x: ag.tensor(1.0).unbind(), ValueError, exactly("unbind: a 0-d tensor has no dimension to unbind")),
        (lambda x: ag.einsum("ij,j->i", x), ValueError, exactly("einsum: 'ij,j->i' names 2 operands, got 1")),
        (
            lambda x: ag.einsum("i->i", x),
            ValueError,
            exactly("einsum: 'i->i' gives 1 dimensions to an operand that has 2"),
        ),
        (lambda x: ag.einsum("ii->i", x), ValueError, r"einsum: letter .i. has sizes 2 and 3 in one operand"),
    ],
)
def test_bad_input_names_the_culprit(use, error, message):
    with pytest.raises(error, match=message):
        use(ag.ones(2, 3))


def test_importing_loads_numpy_and_itself_only():
    code = (
        "import sys, numpy, numpy.random; before = set(sys.modules)\n"
        "import autograd_engine\n"
        "new = {m.partition('.')[0] for m in set(sys.modules) - before} - set(sys.stdlib_module_names)\n"
        "print(sorted(m for m in new if not m.startswith('__editable__')))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "['autograd_engine']"


def test_the_mean_of_many_float16_numbers_does_not_overflow():
    x = ag.full((100_000,), 100.0, dtype=ag.float16, requires_grad=True)
    mean = x.mean()
    assert (mean.item(), mean.dtype) == (100.0, np.float16)
    mean.backward(ag.tensor(1000.0, dtype=ag.float16))
    np.testing.assert_allclose(x.grad, 0.01, rtol=0.01)
