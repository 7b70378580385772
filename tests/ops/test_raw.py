"""Raw arrays and tensors both work in every operator, with the same numbers in the same dtypes."""

import inspect
import itertools
import math

import numpy as np
import pytest

import autograd_engine as ag
from autograd_engine.backend.kinds import is_array
from autograd_engine.engine.graph import raw
from autograd_engine.nn import functional as F
from autograd_engine.ops.operands import beside, constant_like, raw_too, to_dtype
from tests.table import TABLE
from tests.table.operators import Call, Input, Operator, call, constant, given, integers, mask, real

ROWS = [pytest.param(row, id=row.name) for row in TABLE.values()]

KINDS = {
    "float64": (np.float64, np.float64),
    "float32": (np.float32, np.float32),
    "float16": (np.float16, np.float16),
    "int64": (np.int64, np.int64),
    "uint8": (np.uint8, np.uint8),
    "float64 beside float32": (np.float64, np.float32),
    "float32 beside float64": (np.float32, np.float64),
    "float32 beside int64": (np.float32, np.int64),
    "int64 beside float32": (np.int64, np.float32),
}
"""The dtype of the first array of real numbers in a call, and that of the others."""

pytestmark = pytest.mark.filterwarnings("ignore::RuntimeWarning")


def flat(value):
    return [r for item in value for r in flat(item)] if isinstance(value, (tuple, list)) else [value]


def filled(call: Call, dtypes):
    """The arguments and keyword arguments of a call, raw, and how many arrays there are."""
    random, count, real_ones = np.random.default_rng(0), itertools.count(), itertools.count()

    def make(place: Input):
        array = place.random(random).array
        next(count)
        if array.dtype.kind != "f":
            return array
        dtype = np.dtype(dtypes[min(next(real_ones), 1)])
        return (np.absolute(array) if dtype.kind == "u" else array).astype(dtype)

    arguments, settings = call.filled(make)
    return arguments, settings, next(count)


def changed(arguments, settings, as_tensor):
    """The same with copies of the arrays, and those whose number `as_tensor` accepts as tensors around them."""
    numbers = itertools.count()

    def change(value):
        if type(value) in (tuple, list):
            return type(value)(map(change, value))
        if not is_array(value):
            return value
        array = np.array(value)[()]
        return ag.from_numpy(np.asarray(array)) if as_tensor(next(numbers)) else array

    return change(arguments), {name: change(value) for name, value in settings.items()}


def outcome(function, arguments, settings):
    """The results, or the class of the error."""
    ag.manual_seed(0)
    try:
        return flat(function(*arguments, **settings))
    except Exception as error:
        return type(error)


def check_same(results, expected, kind):
    """Results of the `kind` that is asked for, arrays or tensors, with the numbers and dtypes of the expected."""
    if isinstance(expected, type) or isinstance(results, type):
        assert results == expected
        return
    assert len(results) == len(expected)
    for result, wanted in zip(results, expected, strict=True):
        if not isinstance(wanted, ag.Tensor):
            assert result == wanted
            continue
        assert isinstance(result, kind), f"a {type(result).__name__}"
        values = raw(result)
        assert (values.dtype, values.shape) == (wanted.dtype, wanted.shape)
        # NumPy computes a scalar and an array of one element by different routines.
        near = 32 * float(np.finfo(values.dtype).eps) if values.dtype.kind == "f" else 0
        np.testing.assert_allclose(np.asarray(values), np.asarray(wanted.array), near, near)


def check_call(function, call: Call, dtypes):
    """A call with raw arrays, and with each choice of one array as the only tensor or the only raw one."""
    arguments, settings, count = filled(call, dtypes)
    expected = outcome(function, *changed(arguments, settings, lambda i: True))
    check_same(
        outcome(function, *changed(arguments, settings, lambda i: False)), expected, (np.ndarray, np.generic)
    )
    if count > 1:
        for chosen in range(count):
            for as_tensor in (chosen.__eq__, chosen.__ne__):
                check_same(outcome(function, *changed(arguments, settings, as_tensor)), expected, ag.Tensor)


# -------------------------------------------------------------------------------------- every operator


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("row", ROWS)
def test_every_operator(row: Operator, kind: str):
    for each in (*row.calls, *row.edges):
        check_call(row.function, each, KINDS[kind])


WITH_DTYPE = [row for row in TABLE.values() if "dtype" in inspect.signature(row.operator).parameters]


@pytest.mark.parametrize("dtype", [np.float64, np.float32, np.float16, np.int64, np.bool_, "float32"])
@pytest.mark.parametrize("row", [pytest.param(row, id=row.name) for row in WITH_DTYPE])
def test_every_operator_with_a_dtype(row: Operator, dtype):
    assert row.function is row.operator
    for each in row.calls:
        for dtypes in KINDS.values():
            check_call(row.function, each._replace(settings={**each.settings, "dtype": dtype}), dtypes)


def test_operators_with_a_dtype_are_found():
    names = {row.name for row in WITH_DTYPE}
    assert {"sum", "mean", "softmax", "cumsum", "linalg.vector_norm", "norm"} <= names


@pytest.mark.parametrize("name", ["softmax", "log_softmax", "softmin"])
@pytest.mark.parametrize("dtype", [None, np.float64, np.float16])
def test_functions_that_only_nn_has(name: str, dtype):
    for dtypes in KINDS.values():
        check_call(getattr(F, name), call(real(2, 3), 1, dtype=dtype), dtypes)


FURTHER = {
    "div": [
        call(real(2, 3), constant(3), rounding_mode="floor"),
        call(real(2, 3), 0.7, rounding_mode="trunc"),
        call(2.5, real(2, 3)),
    ],
    "ldexp": [call(real(2, 3), 3), call(real(2, 3), 0.5), call(2, real(2, 3))],
    "float_power": [call(real(2, 3), real(3)), call(real(2, 3), 2), call(2.0, real(2))],
    "lerp": [call(real(2, 3), real(3), 0.3)],
    "addcmul": [call(real(2), real(2), 2.0, value=0.5)],
    "clamp": [call(real(2, 3), -0.5, real(3)), call(real(2, 3), max=0)],
    "where": [call(mask(2, 3), 1.5, real(3)), call(mask(2, 3), 1, 0.5), call(mask(2, 3))],
    "allclose": [call(real(2), real(2)), call(real(2), 0.5, atol=10.0)],
    "equal": [call(real(2), real(2)), call(real(2), real(3))],
    "var": [call(real(2, 3), 1, False), call(real(2, 3), 1, True, True)],
    "std_mean": [call(real(2, 3), 1, False)],
    "topk": [call(real(2, 3), 2, sorted=False)],
    "unique": [call(integers(6, below=3), return_inverse=True, return_counts=True)],
    "isin": [call(integers(6, below=3), integers(2, below=3), assume_unique=True)],
    "getitem": [
        call(real(3, 4), (0, [1, 2])),
        call(real(3, 4), [2, 0]),
        call(real(3, 4), (slice(1), integers(2, below=4), None)),
        call(real(3, 4), mask(3)),
    ],
    "setitem": [call(real(3, 4), integers(2, below=3), 2.0), call(real(3, 4), (0, [1, 2]), real(2))],
    "repeat_interleave": [call(given([2, 0, 1])), call(real(3), 2)],
    "tensor_split": [call(real(4, 2), given([1, 3])), call(real(4, 2), given(3))],
    "bucketize": [call(real(2, 3), given([-1.0, 0.0, 1.0]), right=True), call(0.5, given([-1.0, 0.0, 1.0]))],
    "gradient": [call(real(4, 3), spacing=[0.5, given([0.0, 1.0, 3.0])]), call(real(4), spacing=0.5)],
    "trapezoid": [call(real(3), dx=0.5)],
}
"""Calls with settings and with Python's numbers that the table does not have."""


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("name", FURTHER)
def test_further_settings(name: str, kind: str):
    function = getattr(ag, name, None) or getattr(TABLE.get(name), "function", None)
    for each in FURTHER[name]:
        check_call(function, each, KINDS[kind])


def by_name(module, name: str, *arguments, **settings):
    return pytest.param(getattr(module, name), call(*arguments, **settings), id=name)


@pytest.mark.parametrize(
    ("function", "each"),
    [
        by_name(ag.linalg, "tensorsolve", real(3, 6, 2), real(3, 2), dims=(1,)),
        by_name(ag.linalg, "tensorinv", real(2, 3, 6), 2),
        by_name(ag.linalg, "lstsq", real(4, 2), real(4), rcond=0.1),
        by_name(ag.linalg, "pinv", real(3, 3), hermitian=True, atol=0.1),
        by_name(ag.linalg, "matrix_rank", real(2, 3, 3), atol=given([0.1, 2.0]), hermitian=True),
        by_name(ag.linalg, "cond", real(3, 3), "nuc"),
        by_name(ag.linalg, "svd", real(3, 2)),
        by_name(ag.linalg, "lu", real(3, 3)),
        by_name(ag.linalg, "lu_factor", real(4, 3)),
        by_name(ag.linalg, "eigh", real(3, 3), "U"),
        by_name(ag.linalg, "qr", real(4, 3), "complete"),
        by_name(ag.linalg, "qr", real(4, 3), "r"),
        by_name(ag.linalg, "slogdet", real(3, 3)),
        by_name(ag, "pinverse", real(4, 3), rcond=0.1),
        by_name(ag, "cholesky_solve", real(3, 2), real(3, 3), True),
        by_name(F, "dropout", real(3, 4), 0.3),
        by_name(F, "dropout2d", real(2, 3, 4, 4), 0.3),
        by_name(F, "alpha_dropout", real(3, 4), 0.3, True),
        by_name(F, "feature_alpha_dropout", real(3, 4, 2), 0.3, True),
        by_name(F, "rrelu", real(3, 4), training=True),
        by_name(F, "gumbel_softmax", real(3, 4), 0.5, True, dim=0),
        by_name(F, "gaussian_nll_loss", real(3), real(3), 0.5),
        by_name(F, "ctc_loss", real(5, 2, 4), given([[1, 2], [2, 3]]), [5, 5], (2, 2)),
        by_name(F, "ctc_loss", real(5, 4), given([1, 2]), 5, 2),
        by_name(F, "relu", real(3)),
    ],
)
@pytest.mark.parametrize("kind", KINDS)
def test_results_that_the_table_does_not_show(function, each: Call, kind: str):
    """The rows of linear algebra are about functions of the results, and those of dropout about one seed."""
    check_call(function, each, KINDS[kind])


# ------------------------------------------------------------------------------- what changes arrays


@pytest.mark.parametrize("use_input_stats", [True, False])
@pytest.mark.parametrize("name", ["batch_norm", "instance_norm"])
def test_running_statistics_move_in_raw_arrays(name: str, use_input_stats: bool):
    x = np.random.default_rng(0).normal(size=(4, 3, 2)).astype(np.float32)
    found = []
    for wrap in (lambda a: a, ag.from_numpy):
        running = np.zeros(3, np.float32), np.ones(3, np.float32)
        out = getattr(F, name)(wrap(x), *map(wrap, running), None, None, use_input_stats, momentum=0.3)
        found.append((raw(out), *running))
    for ours, theirs in zip(*found, strict=True):
        np.testing.assert_array_equal(ours, theirs)
    assert bool(found[0][1].any()) == use_input_stats


def test_an_embedding_scales_the_rows_of_a_raw_table():
    table = np.full((3, 4), 2.0, np.float32)
    out = F.embedding(np.array([0, 2]), table, max_norm=1.0, norm_type=2.0)
    assert isinstance(out, np.ndarray)
    np.testing.assert_allclose(np.linalg.norm(table, axis=1), [1, 4, 1], rtol=1e-5)


@pytest.mark.parametrize("function", [F.relu, F.elu, F.hardtanh, F.leaky_relu, F.silu, F.dropout])
def test_only_a_tensor_changes_in_place(function):
    with pytest.raises(TypeError, match="only a tensor can be changed in place, not a ndarray"):
        function(np.ones(3), inplace=True)


# -------------------------------------------------------------------------------------- the mechanisms


def test_the_array_inside():
    x = ag.tensor([1.0])
    assert raw(x) is x.array
    assert raw(x.array) is x.array
    assert raw(None) is None


def test_a_constant_like_an_operand():
    values = np.ones(2)
    assert constant_like(values, values) is values
    made = constant_like(values, ag.tensor(1.0, requires_grad=True))
    assert made.array is values
    assert not made.requires_grad
    assert beside(values, (1, [values])) is values
    assert beside(values, (1, [made])).array is values
    assert beside(made, 1) is made


@pytest.mark.parametrize("wrap", [lambda a: a, ag.from_numpy])
def test_conversion_to_a_dtype(wrap):
    x = wrap(np.array([0.5, 2.0], np.float32))
    assert to_dtype(x, np.float32) is x
    assert to_dtype(x, "float64").dtype == np.float64
    assert raw(to_dtype(x, np.int64)).tolist() == [0, 2]
    assert type(to_dtype(x, np.int64)) is type(x)


def test_gradients_flow_between_floating_dtypes_only():
    x = ag.tensor([0.5, 2.0], requires_grad=True)
    for convert in (to_dtype, ag.Tensor.to):
        assert convert(x, np.float64).grad_fn.name == "cast"
        assert not convert(x, np.int64).requires_grad
        assert not convert(convert(x, np.int64), np.float64).requires_grad


def test_a_constant_that_a_function_makes_a_result_keeps_its_graph():
    """A composition that calls a function of the user, who differentiates by what that holds."""
    weight = ag.tensor(2.0, requires_grad=True)

    def distance(x, y):
        return (weight * abs(x - y)).sum(-1)

    three = np.zeros((2, 3)), np.ones((2, 3)), np.full((2, 3), 0.5)
    loss = F.triplet_margin_with_distance_loss(*three, distance_function=distance)
    loss.backward()
    assert weight.grad.item() == pytest.approx(1.5)


def test_settings_are_no_operands():
    """NumPy's numbers among the settings stay what they are."""
    seen = []

    @raw_too
    def composed(x: ag.backend.arrays.Array, *, size: float = 1.0):
        seen.append(type(size))
        return x * size

    assert isinstance(composed(np.ones(2, np.float32), size=np.float64(2.0)), np.ndarray)
    assert seen == [np.float64]
    assert composed(ag.ones(2), size=2.0).tolist() == [2, 2]
    assert math.prod(composed(np.ones(2)).shape) == 2
