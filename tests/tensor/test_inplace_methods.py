"""The methods that end in an underscore, and augmented assignment; PyTorch as a witness."""

import numpy as np
import pytest

import autograd_engine as ag
from autograd_engine.tensor.draws import Draws
from autograd_engine.testing import gradcheck

from ..messages import exactly


@pytest.fixture
def torch():
    return pytest.importorskip("torch", reason="PyTorch, the witness, is not installed")


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


def test_index_put(torch):
    ours, theirs = ag.tensor(SIGNED), torch.tensor(SIGNED)
    places = np.array([0, 1, 0]), np.array([2, 2, 2])
    for accumulate in (False, True):
        ours.index_put_(tuple(ag.tensor(p) for p in places), ag.tensor(2.0, dtype=ag.float64), accumulate)
        theirs.index_put_(tuple(torch.tensor(p) for p in places), torch.tensor(2.0).double(), accumulate)
        assert ours.tolist() == theirs.tolist()


def test_every_in_place_method_is_tested():
    names = {n for n in dir(ag.Tensor) if n.endswith("_") and not n.startswith("_")}
    elsewhere = {n for n in vars(Draws) if n.endswith("_")} | {"detach_", "index_put_", "requires_grad_"}
    elsewhere.add("share_memory_")  # which changes nothing
    assert names - {case.split()[0] for case in CHANGES} == {n for n in elsewhere if not n.startswith("_")}


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
    with pytest.raises(
        RuntimeError,
        match=exactly(
            "unsqueeze_: a leaf that requires gradients cannot be changed in place while "
            "recording; do it under no_grad(), or change a clone()"
        ),
    ):
        x.unsqueeze_(0)
    with ag.no_grad():
        x.unsqueeze_(0)
    (x * 3).sum().backward()
    assert x.grad.tolist() == [[3.0, 3.0]]
    y = x * 2
    with (
        ag.no_grad(),
        pytest.raises(
            RuntimeError, match=exactly("t_: the shape of a recorded result cannot change under no_grad()")
        ),
    ):
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
    with pytest.raises(
        TypeError, match=exactly("add: alpha=0.5 must be an integer for operands whose common dtype is int64")
    ):
        ag.add(ag.tensor([1]), 1, alpha=0.5)
    with pytest.raises(ValueError, match="div: rounding_mode must be None, 'floor' or 'trunc', not 'up'"):
        ag.div(x, 2, rounding_mode="up")


@pytest.mark.parametrize(
    "reshape",
    [
        lambda x: x.unsqueeze_(0),
        lambda x: x.squeeze_(),
        lambda x: x.t_(),
        lambda x: x.transpose_(0, 1),
        lambda x: x.swapaxes_(0, 1),
        lambda x: x.swapdims_(1, 0),
    ],
)
def test_a_retained_gradient_has_the_new_shape(reshape):
    x = ag.ones(1, 2, requires_grad=True)
    y = x * 3
    y.retain_grad()
    reshape(y)
    (y * 5).sum().backward()
    assert y.grad.shape == y.shape
    assert (y.grad == 5).all()
    assert x.grad.tolist() == [[15.0, 15.0]]
