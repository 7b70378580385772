"""PyTorch as a second opinion: the calls of the op table, and their edges, give its values and gradients.

The edges are where differences cannot judge: ties, zeros, infinities, NaN. There PyTorch's conventions are
ours, but for the few that are listed here with a reason.
"""

import itertools

import numpy as np
import pytest

import autograd_engine as ag
from tests.ops.oracle import counterpart, flat, leaves, theirs
from tests.table import TABLE
from tests.table.operators import Call, Operator

torch = pytest.importorskip("torch", reason="PyTorch is not installed: pip install torch==2.13.0")

CASES = [
    pytest.param(row, call, id=f"{row.name}({call})")
    for row in TABLE.values()
    if row.torch is not None
    for call in row.calls
    if call.in_torch
]
EDGES = [
    pytest.param(row, call, id=f"{row.name}-{i}") for row in TABLE.values() for i, call in enumerate(row.edges)
]

pytestmark = [
    pytest.mark.filterwarnings("ignore:.*degrees of freedom:UserWarning"),  # PyTorch's
    pytest.mark.filterwarnings("ignore:.*is in beta:UserWarning"),
]


def compare(row: Operator, call: Call, **tolerances):
    random = np.random.default_rng(0)
    arguments, settings = call.filled(lambda place: place.random(random))
    their_arguments = theirs(arguments)
    their_settings = {name: theirs(value) for name, value in settings.items()}
    results = flat(row.function(*arguments, **settings))
    expected = flat(counterpart(row)(*their_arguments, **their_settings))
    expected = [flat(list(r))[0] if isinstance(r, tuple) else r for r in expected]
    assert len(results) == len(expected)
    for ours, wanted in zip(results, expected, strict=True):
        assert str(ours.dtype) == str(wanted.dtype).removeprefix("torch.")
        assert ours.shape == tuple(wanted.shape)
        np.testing.assert_allclose(np.asarray(ours.array), wanted.detach().numpy(), **tolerances)
    if not row.order or not results:
        return
    cotangents = [np.asarray(random.uniform(0.5, 1.5, r.shape)) for r in results]
    ours = [(r, ag.tensor(c)) for r, c in zip(results, cotangents, strict=True) if r.requires_grad]
    wanted = [(r, torch.from_numpy(c)) for r, c in zip(expected, cotangents, strict=True) if r.requires_grad]
    if not wanted:  # constants in PyTorch: sums of nothing
        return
    ag.autograd.backward(*map(list, zip(*ours, strict=True)))
    torch.autograd.backward(*map(list, zip(*wanted, strict=True)))
    pairs = zip(leaves(arguments, settings), leaves(their_arguments, their_settings), strict=True)
    for leaf, their_leaf in pairs:
        # An input that does not matter (x ** 0 in PyTorch, an empty vector here) may have no gradient at all.
        pair = (leaf, their_leaf)
        gradients = [np.zeros(t.shape) if t.grad is None else np.asarray(t.grad.numpy()) for t in pair]
        np.testing.assert_allclose(*gradients, **tolerances)


@pytest.mark.parametrize(("row", "call"), CASES)
def test_values_and_gradients(row: Operator, call: Call):
    compare(row, call, rtol=1e-7, atol=1e-10)


@pytest.mark.parametrize(("row", "call"), EDGES)
def test_edges(row: Operator, call: Call):
    with np.errstate(all="ignore"):
        compare(row, call, rtol=1e-7, atol=1e-10)


# ------------------------------------------------------------------------------------- promotion

OPERANDS = {
    "float64": lambda: np.array([1.5, 2.0]),
    "float32": lambda: np.array([1.5, 2.0], np.float32),
    "float16": lambda: np.array([1.5, 2.0], np.float16),
    "int64": lambda: np.array([1, 2]),
    "int32": lambda: np.array([1, 2], np.int32),
    "uint8": lambda: np.array([1, 2], np.uint8),
    "bool": lambda: np.array([True, False]),
    "0-d float64": lambda: np.array(1.5),
    "0-d float32": lambda: np.array(1.5, np.float32),
    "0-d int64": lambda: np.array(2),
    "0-d bool": lambda: np.array(True),
    "Python float": lambda: 1.5,
    "Python int": lambda: 2,
    "Python bool": lambda: True,
}
BINARY = [
    "add",
    "mul",
    "div",
    "pow",
    "maximum",
    "atan2",
    "eq",
    "lt",
    "remainder",
    "fmod",
    "floor_divide",
    "logical_and",
    "copysign",
    "float_power",
    "fmax",
    "fmin",
    "hypot",
    "logaddexp2",
    "nextafter",
    "xlogy",
]
UNARY = [
    "abs", "neg", "square", "exp", "log", "sqrt", "sin", "sigmoid", "tanh", "reciprocal", "rsqrt", "relu",
    "sign", "floor", "round", "trunc", "isnan", "logical_not", "sum", "prod", "amax", "all", "any", "argmax",
    "deg2rad", "digamma", "erf", "erfinv", "frac", "i0", "isfinite", "lgamma", "logit", "nan_to_num",
    "signbit", "sinc",
    "count_nonzero", "mean", "var", "std", "logsumexp", "max", "min",
]  # fmt: skip
ALONG = ["softmax", "log_softmax", "cumsum", "sum", "prod", "mean", "amax", "logsumexp"]


def outcome(function, *arguments):
    """The dtype of the result, or that there is none."""
    try:
        result = function(*arguments)
    except (TypeError, RuntimeError, ValueError, NotImplementedError, IndexError) as error:
        return error
    return str(result.dtype).removeprefix("torch.")


EXCEPTIONS = {
    "square(bool)": "PyTorch squares booleans as integers",
    "square(0-d bool)": "PyTorch squares booleans as integers",
    "all(uint8)": "PyTorch keeps uint8 here, from when it had no booleans",
    "any(uint8)": "PyTorch keeps uint8 here, from when it had no booleans",
    "pow(bool, Python bool)": "NumPy has no powers of booleans",
    "pow(0-d bool, Python bool)": "NumPy has no powers of booleans",
}
"""Where the dtypes differ, and why."""


def agree(ours, wanted, what):
    """Where PyTorch has a result, ours has its dtype; refusing less than PyTorch is fine."""
    if not isinstance(wanted, Exception) and what not in EXCEPTIONS:
        assert ours == wanted, what


@pytest.mark.parametrize("name", BINARY)
def test_promotion_of_two_operands(name):
    for (x_name, x), (y_name, y) in itertools.product(OPERANDS.items(), repeat=2):
        if x_name.startswith("Python"):
            continue
        arguments = [x(), y()]
        ours = [ag.tensor(a) if isinstance(a, np.ndarray) else a for a in arguments]
        wanted = [torch.from_numpy(a) if isinstance(a, np.ndarray) else a for a in arguments]
        with np.errstate(all="ignore"):
            agree(
                outcome(getattr(ag, name), *ours),
                outcome(getattr(torch, name), *wanted),
                f"{name}({x_name}, {y_name})",
            )


@pytest.mark.parametrize("operator", ["__add__", "__mul__", "__truediv__", "__pow__", "__sub__"])
def test_promotion_with_a_python_number_on_the_left(operator):
    reflected = operator.replace("__", "__r", 1)
    for (x_name, x), number in itertools.product(OPERANDS.items(), (2, 1.5, True)):
        if x_name.startswith("Python"):
            continue
        with np.errstate(all="ignore"):
            ours = outcome(lambda t, n: getattr(t, reflected)(n), ag.tensor(x()), number)
        wanted = outcome(lambda t, n: getattr(t, reflected)(n), torch.from_numpy(x()), number)
        agree(ours, wanted, f"{reflected}({x_name}, {number})")


@pytest.mark.parametrize("name", UNARY)
def test_dtype_of_one_operand(name):
    for x_name, x in OPERANDS.items():
        if x_name.startswith("Python"):
            continue
        arguments = (0,) if name == "logsumexp" else ()
        with np.errstate(all="ignore"):
            ours = outcome(getattr(ag, name), ag.tensor(x()), *arguments)
            wanted = outcome(getattr(torch, name), torch.from_numpy(x()), *arguments)
        agree(ours, wanted, f"{name}({x_name})")


@pytest.mark.parametrize("name", ALONG)
def test_dtype_along_a_dimension(name):
    for x_name, x in OPERANDS.items():
        if x_name.startswith("Python"):
            continue
        ours = outcome(getattr(ag, name), ag.tensor(x()), 0)
        wanted = outcome(getattr(torch, name), torch.from_numpy(x()), 0)
        agree(ours, wanted, f"{name}({x_name}, 0)")


@pytest.mark.parametrize("name", ["where", "matmul", "cat", "stack", "linear", "einsum", "clamp"])
def test_promotion_elsewhere(name):
    calls = {
        "where": lambda m, x, y: m.where(x > 0, x, y),
        "matmul": lambda m, x, y: m.matmul(x, y),
        "cat": lambda m, x, y: m.cat([x, y]),
        "stack": lambda m, x, y: m.stack([x, y]),
        "linear": lambda m, x, y: m.linear(x, y) if m is ag else m.nn.functional.linear(x, y),
        "einsum": lambda m, x, y: m.einsum("i,i->i", x, y),
        "clamp": lambda m, x, y: m.clamp(x, y),
    }
    for (x_name, x), (y_name, y) in itertools.product(list(OPERANDS.items())[:7], repeat=2):
        ours = outcome(calls[name], ag, ag.tensor(x()), ag.tensor(y()))
        wanted = outcome(calls[name], torch, torch.from_numpy(x()), torch.from_numpy(y()))
        agree(ours, wanted, f"{name}({x_name}, {y_name})")
