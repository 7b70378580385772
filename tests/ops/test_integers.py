"""Integers: divided by zero, beside Python numbers that their dtype cannot hold, and in a dtype asked for."""

import pickle

import numpy as np
import pytest

import autograd_engine as ag

ZERO, FIVE = ag.tensor([0]), ag.tensor([5])

DIVISIONS = {
    "//": lambda x, y: x // y,
    "%": lambda x, y: x % y,
    "floor_divide": ag.floor_divide,
    "remainder": ag.remainder,
    "fmod": ag.fmod,
    "div floor": lambda x, y: ag.div(x, y, rounding_mode="floor"),
    "div trunc": lambda x, y: ag.div(x, y, rounding_mode="trunc"),
    "np.floor_divide": np.floor_divide,
    "np.remainder": np.remainder,
    "np.fmod": np.fmod,
}
IN_PLACE = {
    "//=": lambda x, y: x.__ifloordiv__(y),
    "%=": lambda x, y: x.__imod__(y),
    "floor_divide_": lambda x, y: x.floor_divide_(y),
    "remainder_": lambda x, y: x.remainder_(y),
    "fmod_": lambda x, y: x.fmod_(y),
    "div_": lambda x, y: x.div_(y, rounding_mode="floor"),
}


@pytest.mark.parametrize("kind", [ZeroDivisionError, RuntimeError])
@pytest.mark.parametrize("name", [*DIVISIONS, *IN_PLACE])
def test_integers_are_not_divided_by_zero(name, kind):
    divide = {**DIVISIONS, **IN_PLACE}[name]
    for x, y in [(FIVE, ZERO), (FIVE, 0), (ag.tensor([5, 6]), ag.tensor([1, 0])), (ag.tensor(5), ag.tensor(0))]:
        with pytest.raises(kind, match=r"integer division by zero; divide floats, .* \(called with int64"):
            divide(x.clone(), y)


@pytest.mark.parametrize("name", ["//", "%"])
def test_numbers_are_not_divided_by_an_integer_zero(name):
    with pytest.raises(ZeroDivisionError):
        DIVISIONS[name](5, ZERO)


@pytest.mark.parametrize("name", DIVISIONS)
@pytest.mark.filterwarnings("ignore::RuntimeWarning")
def test_floats_are_divided_by_zero_and_nothing_is_divided(name):
    divide = DIVISIONS[name]
    assert not np.isfinite(divide(ag.tensor([5.0]), 0).numpy()).any()
    assert not np.isfinite(divide(FIVE, ag.tensor([0.0])).numpy()).any()
    assert divide(ag.zeros(0, dtype=ag.int64), ZERO).shape == (0,)


def test_the_error_can_be_pickled():
    with pytest.raises(ZeroDivisionError) as caught:
        FIVE // 0
    assert str(pickle.loads(pickle.dumps(caught.value))) == str(caught.value)


# ------------------------------------------------------------------------- Python numbers out of range

BYTES = ag.tensor([1, 255], dtype=ag.uint8)


@pytest.mark.parametrize("number", [256, -1, 2**40, -(2**70), 2**70])
@pytest.mark.parametrize("x", [BYTES, BYTES[0], ag.tensor([1, -100], dtype=ag.int8), FIVE])
def test_comparisons_are_of_numbers(x, number):
    values = np.array(x.tolist(), object)
    if x.dtype == ag.int64 and abs(number) < 2**63:
        number *= 2**40
    for compare in ("__lt__", "__le__", "__gt__", "__ge__", "__eq__", "__ne__"):
        expected = [getattr(int(v), compare)(number) for v in values.reshape(-1)]
        assert getattr(x, compare)(number).reshape(-1).tolist() == expected, compare
    assert (number < x).reshape(-1).tolist() == [number < v for v in values.reshape(-1)]


def test_arithmetic_wraps_around_as_in_pytorch():
    assert (BYTES + 256).tolist() == [1, 255]
    assert (BYTES - 256).tolist() == [1, 255]
    assert (BYTES * 257).tolist() == [1, 255]
    assert (BYTES + -1).tolist() == [0, 254]
    assert (256 - BYTES).tolist() == [255, 1]
    assert (BYTES & 256).tolist() == [0, 0]
    assert (256 // BYTES).tolist() == [0, 0]
    assert (ag.tensor([1, -100], dtype=ag.int8) + 1000).tolist() == [-23, -124]
    assert (FIVE + 2**63).tolist() == [5 - 2**63]
    assert (BYTES + 256).dtype == ag.uint8
    assert BYTES.clone().add_(256).tolist() == [1, 255]


def test_quotients_are_of_numbers():
    np.testing.assert_allclose((BYTES / 256).numpy(), [1 / 256, 255 / 256])
    np.testing.assert_allclose(ag.hypot(BYTES, 256).numpy(), np.hypot([1, 255], 256), rtol=1e-6)


@pytest.mark.parametrize(
    "compute",
    [
        lambda: BYTES**256,
        lambda: BYTES.clamp(max=256),
        lambda: ag.where(BYTES > 3, BYTES, 256),
        lambda: BYTES.masked_fill(BYTES > 3, 256),
        lambda: BYTES + 2**70,
        lambda: ag.maximum(BYTES, 256),
    ],
)
def test_what_has_no_right_answer_raises(compute):
    with pytest.raises(OverflowError):
        compute()


# ------------------------------------------------------------------------------- the dtype asked for

SMALL = ag.tensor([200, 100])


@pytest.mark.parametrize(
    ("compute", "expected"),
    [
        (lambda dtype: SMALL.sum(dtype=dtype), 44),
        (lambda dtype: SMALL.prod(dtype=dtype), 32),
        (lambda dtype: ag.prod(SMALL, 0, dtype=dtype), 32),
        (lambda dtype: SMALL.cumsum(0, dtype=dtype), [200, 44]),
        (lambda dtype: SMALL.cumprod(0, dtype=dtype), [200, 32]),
    ],
)
def test_results_have_the_dtype_asked_for(compute, expected):
    result = compute(ag.uint8)
    assert (result.dtype, result.tolist()) == (ag.uint8, expected)
    assert compute(ag.float64).dtype == ag.float64


def test_signs_of_booleans_are_themselves():
    x = ag.tensor([True, False])
    assert (ag.sign(x).tolist(), ag.sign(x).dtype) == ([True, False], ag.bool)
    assert ag.sign(x[0]).item() is True


def test_indices_of_a_single_number():
    five, at = ag.tensor(5.0, requires_grad=True), ag.tensor([0])
    assert five.index_select(0, at).shape == ()
    five.index_select(0, at).backward()
    assert five.grad.item() == 1
    assert ag.tensor(2).index_add(0, at, ag.tensor(3)).item() == 5
    assert ag.tensor(2).index_copy(0, at, ag.tensor(3)).item() == 3
    assert ag.tensor(2).index_fill(0, at, 9).item() == 9
    assert ag.tensor(2.0).index_reduce(0, at, ag.tensor(3.0), "prod").item() == 6
    with pytest.raises(ValueError, match="index_select: 2 indices for a 0-d tensor, which has one element"):
        five.index_select(0, ag.tensor([0, 0]))


@pytest.mark.parametrize("p", [1, -1, np.inf, -np.inf, "fro", "nuc"])
def test_condition_of_a_singular_matrix(p):
    singular = ag.tensor([[1.0, 2.0], [2.0, 4.0]])
    assert ag.linalg.cond(singular, p).item() == np.inf
    both = ag.linalg.cond(ag.stack([singular, ag.eye(2)]), p)
    assert both[0].item() == np.inf
    assert both[1].item() == pytest.approx(ag.linalg.cond(ag.eye(2), p).item())


# ------------------------------------------------------------------------- dtypes of what is computed of integers

WHOLE = {
    "threshold": (lambda m, x: m.nn.functional.threshold(x, 0.5, 2.7), "int32 int64"),
    "threshold below 0": (lambda m, x: m.nn.functional.threshold(x - 2, -0.5, -1.5), "int32 int64"),
    "hardtanh": (lambda m, x: m.nn.functional.hardtanh(x, 0.0, 2.5), "int32 int64 uint8"),
    "relu6": (lambda m, x: m.nn.functional.relu6(x * 5), "int32 int64"),
    "vander": (lambda m, x: m.linalg.vander(x, N=3), "int32 int64 uint8"),
    "classic vander": (lambda m, x: m.vander(x), "int32 int64 uint8"),
    "matrix_power": (lambda m, x: m.linalg.matrix_power(m.outer(x, x), 3), "int32 int64"),
    "matrix_power of 0": (lambda m, x: m.linalg.matrix_power(m.outer(x, x), 0), "int32 int64"),
    "bincount": (lambda m, x: m.bincount(m.tensor([1, 0, 1]), x), "int32 int64 float16 float32 float64 bool"),
    "diagonal_scatter": (lambda m, x: m.diagonal_scatter(x.expand(3, 3), m.ones(3)), "bool uint8 int32 float16"),
    "diff of order 0": (lambda m, x: m.diff(x, 0), "bool uint8 int32"),
    **{
        name: (lambda m, x, f=f: f(m, x[0]), "bool uint8 int32 int64 float16")
        for name, f in {
            "cumsum of 0-d": lambda m, x: x.cumsum(0),
            "cumprod of 0-d": lambda m, x: x.cumprod(-1),
            "prod of 0-d": lambda m, x: x.prod(),
            "prod of 0-d along": lambda m, x: x.prod(0),
            "sort of 0-d": lambda m, x: x.sort().values,
            "msort of 0-d": lambda m, x: x.msort(),
            "topk of 0-d": lambda m, x: x.topk(1).values,
            "kthvalue of 0-d": lambda m, x: x.kthvalue(1).values,
            "mode of 0-d": lambda m, x: x.mode().values,
            "median of 0-d": lambda m, x: x.median(0).values,
            "cummax of 0-d": lambda m, x: x.cummax(0).values,
            "cummin of 0-d": lambda m, x: x.cummin(0).values,
        }.items()
    },
    "cosine_similarity": (
        lambda m, x: m.cosine_similarity(x, m.tensor([0.5, -1.0, 1.0]), 0),
        "int32 int64 float16",
    ),
}
"""What is computed, and of which dtypes."""


@pytest.mark.parametrize("name", WHOLE)
def test_the_dtype_of_what_is_computed_of_integers(name):
    torch = pytest.importorskip("torch")
    function, dtypes = WHOLE[name]
    for dtype in dtypes.split():
        if dtype == "bool" and name.startswith(("median", "topk")):
            continue  # which PyTorch refuses
        ours, theirs = (function(m, m.tensor([1, 2, 3], dtype=getattr(m, dtype))) for m in (ag, torch))
        assert f"torch.{ours.dtype}" == str(theirs.dtype)
        np.testing.assert_allclose(ours.numpy(), theirs.numpy(), rtol=1e-3)


def test_integer_matrices_have_no_inverse():
    with pytest.raises(TypeError, match="inv: expected floating-point numbers, not int64"):
        ag.linalg.matrix_power(ag.tensor([[1, 2], [3, 4]]), -1)


@pytest.mark.parametrize("dtype", [ag.uint8, ag.int64, ag.bool])
def test_integers_with_a_value_that_requires_a_gradient_are_constants(dtype):
    value = ag.tensor(1.0, requires_grad=True)
    out = ag.setitem(ag.zeros(3, dtype=dtype), 0, value)
    assert out.tolist() == [1, 0, 0]
    assert not out.requires_grad
