"""The Tensor's methods under PyTorch's names: in place, printing, memory, questions; PyTorch as a witness."""

import re

import numpy as np
import pytest

import autograd_engine as ag
from autograd_engine.tensor.inplace import InPlace
from autograd_engine.testing import gradcheck


@pytest.fixture
def torch():
    return pytest.importorskip("torch", reason="PyTorch, the witness, is not installed")


# ------------------------------------------------------------------------------------- in place

POSITIVE = np.array([[0.3, 0.6, 0.9], [0.2, 0.5, 0.8]])
SIGNED = np.array([[-1.3, 0.6, 2.9], [0.2, -2.5, 1.8]])
OTHER = np.array([[0.7, 1.5, 0.4], [2.0, 1.1, 3.0]])
MASK = np.array([[True, False, True], [False, False, True]])
PLACES = np.array([[0, 1, 0]])

UNARY = [
    "abs_",
    "absolute_",
    "acos_",
    "arccos_",
    "arcsin_",
    "arcsinh_",
    "arctan_",
    "arctanh_",
    "asin_",
    "asinh_",
    "atan_",
    "atanh_",
    "ceil_",
    "cos_",
    "cosh_",
    "deg2rad_",
    "digamma_",
    "erf_",
    "erfc_",
    "erfinv_",
    "exp2_",
    "exp_",
    "expm1_",
    "fix_",
    "floor_",
    "frac_",
    "i0_",
    "lgamma_",
    "log10_",
    "log1p_",
    "log2_",
    "log_",
    "logical_not_",
    "logit_",
    "nan_to_num_",
    "neg_",
    "negative_",
    "rad2deg_",
    "reciprocal_",
    "relu_",
    "round_",
    "rsqrt_",
    "sgn_",
    "sigmoid_",
    "sign_",
    "sin_",
    "sinc_",
    "sinh_",
    "sqrt_",
    "square_",
    "tan_",
    "tanh_",
    "trunc_",
]
BINARY = [
    "add_",
    "arctan2_",
    "atan2_",
    "copysign_",
    "div_",
    "divide_",
    "eq_",
    "float_power_",
    "floor_divide_",
    "fmod_",
    "ge_",
    "greater_",
    "greater_equal_",
    "gt_",
    "heaviside_",
    "hypot_",
    "ldexp_",
    "le_",
    "less_",
    "less_equal_",
    "logical_and_",
    "logical_or_",
    "logical_xor_",
    "lt_",
    "mul_",
    "multiply_",
    "ne_",
    "nextafter_",
    "not_equal_",
    "pow_",
    "remainder_",
    "sub_",
    "subtract_",
    "true_divide_",
    "xlogy_",
]

CHANGES = {
    **{name: (POSITIVE, (), {}) for name in UNARY},
    "acosh_": (POSITIVE + 1, (), {}),
    "arccosh_": (POSITIVE + 1, (), {}),
    "mvlgamma_": (POSITIVE + 2, (3,), {}),
    "addcmul_": (SIGNED, (OTHER, POSITIVE), {"value": 0.5}),
    "addcdiv_": (SIGNED, (OTHER, POSITIVE), {"value": 0.5}),
    "lerp_": (SIGNED, (OTHER, 0.25), {}),
    "clamp_min_": (SIGNED, (0.1,), {}),
    "clamp_max_": (SIGNED, (0.1,), {}),
    "cumsum_": (SIGNED, (1,), {}),
    "cumprod_": (SIGNED, (0,), {}),
    "addmm_": (SIGNED[:, :2], (OTHER, SIGNED.T), {"beta": 0.5, "alpha": 2}),
    "addmv_": (SIGNED[:, 0], (OTHER, SIGNED[1]), {}),
    "addr_": (SIGNED, (OTHER[:, 0], POSITIVE[1]), {"alpha": 2}),
    "addbmm_": (SIGNED[:, :2], (OTHER[None], SIGNED.T[None]), {}),
    "baddbmm_": (SIGNED[None, :, :2], (OTHER[None], SIGNED.T[None]), {"beta": 3}),
    "index_add_": (SIGNED, (1, np.array([2, 0]), OTHER[:, :2]), {"alpha": 2}),
    "index_copy_": (SIGNED, (1, np.array([2, 0]), OTHER[:, :2]), {}),
    "index_fill_": (SIGNED, (1, np.array([2, 0]), 4.0), {}),
    "masked_scatter_": (SIGNED, (MASK, OTHER), {}),
    **{name: (POSITIVE, (OTHER,), {}) for name in BINARY},
    "add_ alpha": (SIGNED, (OTHER,), {"alpha": -0.5}),
    "sub_ alpha": (SIGNED, (OTHER,), {"alpha": 3}),
    "div_ floor": (SIGNED, (OTHER,), {"rounding_mode": "floor"}),
    "div_ trunc": (SIGNED, (OTHER,), {"rounding_mode": "trunc"}),
    "round_ decimals": (SIGNED * 10.37, (), {"decimals": 1}),
    "clamp_": (SIGNED, (-0.5, 1.0), {}),
    "clip_": (SIGNED, (), {"min": 0.1}),
    "bitwise_and_": (PLACES + 5, (PLACES + 2,), {}),
    "bitwise_or_": (PLACES + 5, (PLACES + 2,), {}),
    "bitwise_xor_": (PLACES + 5, (PLACES + 2,), {}),
    "bitwise_not_": (PLACES, (), {}),
    "masked_fill_": (SIGNED, (MASK, 7.0), {}),
    "scatter_": (SIGNED, (0, PLACES, OTHER), {}),
    "scatter_add_": (SIGNED, (0, PLACES, OTHER), {}),
    "copy_": (SIGNED, (OTHER[0],), {}),
    "fill_": (SIGNED, (2.5,), {}),
    "zero_": (SIGNED, (), {}),
    "polygamma_": (POSITIVE, (2,), {}),
    "put_": (SIGNED, (PLACES[0], OTHER[0]), {"accumulate": True}),
    "renorm_": (SIGNED, (2, 0, 1.0), {}),
    "tril_": (SIGNED, (-1,), {}),
    "triu_": (SIGNED, (), {"diagonal": 1}),
    "scatter_reduce_": (SIGNED, (0, PLACES, OTHER, "amax"), {"include_self": False}),
    "index_reduce_": (SIGNED, (1, np.array([2, 0]), OTHER[:, :2], "prod"), {}),
    "bitwise_left_shift_": (PLACES + 5, (PLACES,), {}),
    "bitwise_right_shift_": (PLACES + 5, (PLACES,), {}),
    "gcd_": (PLACES + 4, (PLACES * 6,), {}),
    "lcm_": (PLACES + 4, (PLACES * 6,), {}),
    "scatter_ add": (SIGNED, (0, PLACES, OTHER), {"reduce": "add"}),
    "scatter_ multiply": (SIGNED, (0, PLACES, 3.0), {"reduce": "multiply"}),
    "fill_diagonal_": (SIGNED, (9.0,), {}),
    "fill_diagonal_ tall": (np.zeros((7, 3)), (9.0,), {}),
    "fill_diagonal_ wrap": (np.zeros((7, 3)), (9.0,), {"wrap": True}),
    "fill_diagonal_ cube": (np.zeros((3, 3, 3)), (9.0,), {}),
    "squeeze_": (SIGNED[:, None], (1,), {}),
    "unsqueeze_": (SIGNED, (-1,), {}),
    "transpose_": (SIGNED, (0, 1), {}),
    "swapaxes_": (SIGNED, (1, 0), {}),
    "swapdims_": (SIGNED, (1, 0), {}),
    "t_": (SIGNED, (), {}),
}


@pytest.mark.filterwarnings("ignore:.*(is in beta|is deprecated):UserWarning")  # PyTorch's
@pytest.mark.parametrize("case", CHANGES)
def test_in_place_methods_agree_with_torch(torch, case):
    start, arguments, options = CHANGES[case]
    name = case.split()[0]
    ours, theirs = ag.tensor(start), torch.tensor(start)
    memory = ours.array
    result = getattr(ours, name)(*(ag.tensor(a) if isinstance(a, np.ndarray) else a for a in arguments), **options)
    getattr(theirs, name)(*(torch.tensor(a) if isinstance(a, np.ndarray) else a for a in arguments), **options)
    assert result is ours
    assert np.shares_memory(ours.array, memory)
    assert ours.shape == tuple(theirs.shape)
    np.testing.assert_allclose(ours.numpy(), theirs.numpy(), rtol=1e-12)


RANDOM = ["bernoulli_", "cauchy_", "exponential_", "geometric_", "log_normal_", "normal_", "random_", "uniform_"]


def test_index_put(torch):
    ours, theirs = ag.tensor(SIGNED), torch.tensor(SIGNED)
    places = np.array([0, 1, 0]), np.array([2, 2, 2])
    for accumulate in (False, True):
        ours.index_put_(tuple(ag.tensor(p) for p in places), ag.tensor(2.0, dtype=ag.float64), accumulate)
        theirs.index_put_(tuple(torch.tensor(p) for p in places), torch.tensor(2.0).double(), accumulate)
        assert ours.tolist() == theirs.tolist()


def test_every_in_place_method_is_tested():
    names = {n for n in vars(InPlace) if n.endswith("_") and not n.startswith("_")}
    assert names - {case.split()[0] for case in CHANGES} == {*RANDOM, "index_put_"}


@pytest.mark.parametrize("name", ["exp_", "mul_", "clamp_", "masked_fill_", "scatter_add_", "unsqueeze_", "t_"])
def test_in_place_methods_are_recorded(name):
    start, arguments, _ = CHANGES[name]

    def changed(x):
        y = x * 1.5
        result = getattr(y, name)(*(ag.tensor(a) if isinstance(a, np.ndarray) else a for a in arguments))
        assert result is y
        return y * y

    assert gradcheck(changed, [ag.tensor(start, requires_grad=True)])


def test_filling_a_recorded_result_ends_its_gradient():
    for fill in ("zero_", "normal_", "uniform_", "bernoulli_", "geometric_"):
        x = ag.ones(3, requires_grad=True)
        y = x * 2
        getattr(y, fill)(*([0.5] * (fill == "geometric_")))
        assert y.dtype == ag.float32
        (y + x).sum().backward()
        assert x.grad.tolist() == [1.0, 1.0, 1.0]


def test_a_new_shape_of_a_leaf_under_no_grad():
    x = ag.ones(2, requires_grad=True)
    with pytest.raises(RuntimeError, match="unsqueeze_: a leaf that requires gradients"):
        x.unsqueeze_(0)
    with ag.no_grad():
        x.unsqueeze_(0)
    (x * 3).sum().backward()
    assert x.grad.tolist() == [[3.0, 3.0]]
    y = x * 2
    with ag.no_grad(), pytest.raises(RuntimeError, match="t_: the shape of a recorded result"):
        y.t_()


def test_augmented_assignment_of_every_operator(torch):
    ours, theirs = ag.tensor([7, -5, 12]), torch.tensor([7, -5, 12])
    alias = ours
    for x in (ours, theirs):
        x += 3
        x -= 1
        x *= 2
        x //= 3
        x %= 5
        x |= 8
        x &= 13
        x ^= 3
        x <<= 2
        x >>= 1
        x **= 2
    assert alias.tolist() == theirs.tolist()


def test_add_sub_and_div_take_torchs_settings(torch):
    for x, y, alpha in [
        (SIGNED, OTHER, 0.3),
        (SIGNED.astype(np.float32), PLACES, 0.3),
        (PLACES, PLACES, 4),
        (PLACES, 2, 3),
    ]:
        for name in ("add", "sub"):
            ours = getattr(ag.tensor(x), name)(ag.tensor(y) if isinstance(y, np.ndarray) else y, alpha=alpha)
            theirs = getattr(torch.tensor(x), name)(
                torch.tensor(y) if isinstance(y, np.ndarray) else y, alpha=alpha
            )
            assert str(theirs.dtype) == f"torch.{ours.dtype}"
            np.testing.assert_allclose(ours.numpy(), theirs.numpy(), rtol=1e-6)
    x = ag.tensor(SIGNED, requires_grad=True)
    assert gradcheck(lambda x, y: ag.sub(ag.add(x, y, alpha=2), x * y, alpha=0.5), [x, ag.tensor(OTHER)])
    for integers in (np.array([7, -7, 2**62 + 1]), np.array([7.5, -7.5, 1.0])):
        for mode in ("floor", "trunc"):
            ours = ag.div(ag.tensor(integers), 2, rounding_mode=mode)
            theirs = torch.div(torch.tensor(integers), 2, rounding_mode=mode)
            assert ours.tolist() == theirs.tolist()
    assert ag.div(7.0, ag.tensor([2.0]), rounding_mode="trunc").tolist() == [3.0]
    with pytest.raises(TypeError, match=r"add: alpha=0.5 must be an integer .* dtype is int64"):
        ag.add(ag.tensor([1]), 1, alpha=0.5)
    with pytest.raises(ValueError, match="div: rounding_mode must be None, 'floor' or 'trunc', not 'up'"):
        ag.div(x, 2, rounding_mode="up")


# ------------------------------------------------------------------------------------- random


@pytest.mark.parametrize(
    ("name", "arguments", "mean", "variance"),
    [
        ("uniform_", (-1.0, 3.0), 1.0, 16 / 12),
        ("normal_", (2.0, 3.0), 2.0, 9.0),
        ("log_normal_", (0.0, 0.5), np.exp(0.125), (np.exp(0.25) - 1) * np.exp(0.25)),
        ("exponential_", (2.0,), 0.5, 0.25),
        ("geometric_", (0.25,), 4.0, 12.0),
        ("bernoulli_", (0.3,), 0.3, 0.21),
        ("random_", (2, 7), 4.0, 2.0),
        ("random_", (3,), 1.0, 2 / 3),
    ],
)
def test_random_fills_have_their_moments_and_repeat(name, arguments, mean, variance):
    generator = ag.Generator().manual_seed(3)
    x = getattr(ag.empty(100, 400), name)(*arguments, generator=generator)
    assert x.dtype == ag.float32
    values = x.numpy()
    assert abs(values.mean() - mean) < 5 * np.sqrt(variance / values.size)
    assert values.var() == pytest.approx(variance, rel=0.1)
    generator.manual_seed(3)
    again = getattr(ag.empty(100, 400), name)(*arguments, generator=generator)
    np.testing.assert_array_equal(again.numpy(), values)


def test_random_fills_know_their_limits():
    ag.manual_seed(0)
    assert set(ag.empty(200, dtype=ag.bool).random_().tolist()) == {True, False}
    assert 100 < ag.empty(2000, dtype=ag.int8).random_().numpy().max() <= 127
    assert ag.empty(2000).random_().numpy().max() <= 2**24
    assert np.median(ag.empty(4001).cauchy_(5.0, 0.1).numpy()) == pytest.approx(5.0, abs=0.02)
    p = ag.tensor([0.0, 1.0, 1.0, 0.0])
    assert ag.empty(3, 4).bernoulli_(p).tolist() == [[0, 1, 1, 0]] * 3
    for wrong, message in [
        (lambda x: x.uniform_(2, 1), "uniform_: the interval"),
        (lambda x: x.exponential_(0), "exponential_: the rate must be positive, not 0"),
        (lambda x: x.geometric_(0), "geometric_: p must be a probability above 0"),
        (lambda x: x.bernoulli_(1.5), "bernoulli_: p must hold probabilities"),
        (lambda x: x.random_(3, 3), "random_: there is no integer from 3"),
        (lambda x: x.fill_diagonal_(1), r"fill_diagonal_: no main diagonal in shape \(2,\)"),
    ]:
        with pytest.raises(ValueError, match=message):
            wrong(ag.zeros(2))
    with pytest.raises(TypeError, match="normal_: real numbers do not fit in a tensor of dtype int64"):
        ag.zeros(2, dtype=ag.int64).normal_()


# ------------------------------------------------------------------------------------ printing

NAN, INF = float("nan"), float("inf")
RANDOM_NUMBERS = np.random.default_rng(0)

SHOWN = [
    3,
    2.5,
    -0.0,
    True,
    [True, False],
    [1, 2, -30],
    [1.0, 2.0],
    [1.5, -2.0],
    [1e-6, 1.0],
    [NAN, INF, 1.0],
    [NAN, -INF, 0.5],
    [NAN] * 40,
    [0.0, 0.0],
    [0.0, NAN],
    1e9,
    [1e9, 1.0],
    [1000.0, 1.0],
    [1001.0, 1.0],
    [1e-4, 0.05],
    [9e-5],
    [1e38, 1e-38],
    [[1, 2], [3, 4]],
    np.zeros((0, 2)),
    np.zeros(0, np.float32),
    np.zeros(0, np.int64),
    np.zeros((2, 0), bool),
    np.arange(24.0).reshape(2, 3, 4),
    np.arange(30),
    np.arange(30) * 1.5,
    np.arange(18) + 0.25,
    np.arange(3, dtype=np.int16),
    np.arange(3, dtype=np.uint8),
    np.array([1.5, 2], np.float16),
    np.ones((2, 1, 1, 2)),
    np.array(123456.789),
    np.array([1e308, 5e-324]),
    RANDOM_NUMBERS.random((40, 40)),
    RANDOM_NUMBERS.random(2000).astype(np.float32),
    RANDOM_NUMBERS.integers(0, 1000, (3, 500)),
    RANDOM_NUMBERS.integers(0, 9, (8, 8, 8, 8)),
    RANDOM_NUMBERS.random(1001) > 0.5,
    RANDOM_NUMBERS.standard_normal((3, 30)).astype(np.float16),
]

OPTIONS = [
    {},
    {"precision": 2},
    {"threshold": 5, "edgeitems": 2},
    {"linewidth": 40},
    {"sci_mode": True},
    {"sci_mode": False},
    {"profile": "short"},
    {"precision": 7, "linewidth": 120, "threshold": 10, "edgeitems": 1},
    {"edgeitems": 0, "threshold": 3},
]


def one_line(text):
    """PyTorch's "torch." makes a dtype longer, so that it moves to the next line earlier."""
    return re.sub(r",\n {7}(dtype|size|requires_grad)", r", \1", text).replace("torch.", "")


@pytest.mark.parametrize("options", OPTIONS, ids=str)
def test_printing_agrees_with_torch(torch, options):
    torch.set_printoptions(**options)
    try:
        with ag.printoptions(**options):
            for data in SHOWN:
                array = np.asarray(data)
                if array.dtype == np.float64 and not isinstance(data, np.ndarray):
                    array = array.astype(np.float32)
                for requires_grad in {False, array.dtype.kind == "f"}:
                    ours = repr(ag.tensor(array, requires_grad=requires_grad))
                    theirs = repr(torch.tensor(array, requires_grad=requires_grad))
                    assert one_line(ours) == one_line(theirs)
    finally:
        torch.set_printoptions(profile="default")
    assert ag.get_printoptions() == {
        "precision": 4,
        "threshold": 1000,
        "edgeitems": 3,
        "linewidth": 80,
        "sci_mode": None,
    }


def test_the_printing_profiles():
    x = ag.arange(1500) * 0.5
    ag.set_printoptions(profile="full")
    try:
        assert "..." not in repr(x)
    finally:
        ag.set_printoptions(profile="default")
    assert "..." in repr(x)
    with pytest.raises(ValueError, match="no profile 'tiny'; there are default, short, full"):
        ag.set_printoptions(profile="tiny")


def test_long_notes_go_to_the_next_line():
    x = ag.ones(18, requires_grad=True) * 1.5
    assert repr(x).endswith("1.5000],\n       grad_fn=<mul>)")


# ------------------------------------------------------------------------- memory and its sharing


def test_strides_count_elements(torch):
    for view in (lambda x: x, lambda x: x[:, 1], lambda x: x.permute(2, 0, 1), lambda x: x[::2, :, 1:3]):
        ours, theirs = view(ag.zeros(4, 2, 5)), view(torch.zeros(4, 2, 5))
        assert ours.stride() == theirs.stride()
        assert ours.stride(-1) == theirs.stride(-1)
        assert ours.is_contiguous() == theirs.is_contiguous()
    assert ag.tensor(1.0).stride() == ()
    with pytest.raises(IndexError, match="stride: dim 3 is out of range"):
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
    with pytest.raises(TypeError, match="an array of numbers or booleans, not of object"):
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
    with pytest.raises(BufferError, match=r"requires gradients; share x\.detach\(\)"):
        np.from_dlpack(ag.zeros(2, requires_grad=True))
    with pytest.raises(TypeError, match="an object with __dlpack__, which list does not have"):
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


# ------------------------------------------------------------------------------ types and questions


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
        with pytest.raises(ValueError, match=r"no device 'cuda.*this version computes on the CPU"):
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
    with pytest.raises(ValueError, match="truth value"):
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
    assert ag.finfo() == ag.finfo(ag.float32)
    for name in ("uint8", "int8", "int16", "int32", "int64"):
        ours, theirs = ag.iinfo(getattr(ag, name)), torch.iinfo(getattr(torch, name))
        assert [ours.bits, ours.max, ours.min, ours.dtype] == [theirs.bits, theirs.max, theirs.min, theirs.dtype]
    with pytest.raises(ValueError, match="finfo takes a floating-point dtype, not int64"):
        ag.finfo(ag.int64)
    with pytest.raises(ValueError, match="iinfo takes an integer dtype, not float32"):
        ag.iinfo(ag.float32)


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


def test_draws_by_a_tensors_own_numbers():
    ag.manual_seed(0)
    assert ag.tensor([0.0, 1.0]).bernoulli().tolist() == [0, 1]
    assert ag.tensor([0, 1]).bernoulli(1.0).tolist() == [1, 1]
    assert ag.tensor([[0.0, 2.0], [3.0, 0.0]]).multinomial(1).tolist() == [[1], [0]]
