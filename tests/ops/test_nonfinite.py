"""NaN and infinities: what they make of a result shows in its gradient too, as in PyTorch.

The calls of the operators' table are repeated with one element of one operand made NaN or infinite. Where an
operator differs from PyTorch the reason stands here; but nowhere may a result that is NaN have a clean gradient.
"""

import math

import numpy as np
import pytest

import autograd_engine as ag
from autograd_engine.nn import functional as F
from tests.ops.oracle import counterpart, flat, leaves, theirs
from tests.table import TABLE
from tests.table.operators import Call, Operator

NAN, INF = math.nan, math.inf

pytestmark = [
    pytest.mark.filterwarnings("ignore:.*degrees of freedom:UserWarning"),  # PyTorch's
    pytest.mark.filterwarnings("ignore:.*is in beta:UserWarning"),
    pytest.mark.filterwarnings("ignore::RuntimeWarning"),
]


# ------------------------------------------------------------- numbers that PyTorch gives, written down

PICKED = {
    "max": (lambda x: x.max(), [0, 1, 0]),
    "min": (lambda x: x.min(), [0, 1, 0]),
    "max along": (lambda x: x.max(0).values, [0, 1, 0]),
    "amax": (lambda x: x.amax(), [NAN, NAN, NAN]),
    "amin": (lambda x: x.amin(0), [NAN, NAN, NAN]),
    "aminmax": (lambda x: x.aminmax().max, [NAN, NAN, NAN]),
    "median": (lambda x: x.median(), [0, 1, 0]),
    "maximum": (lambda x: ag.maximum(x, ag.zeros(3)), [1, 1, 0]),
    "minimum": (lambda x: ag.minimum(x, ag.zeros(3)), [0, 1, 1]),
    "relu": (F.relu, [1, 1, 0]),
    "logit": (lambda x: ag.logit(x, 0.1), [0, NAN, 0]),
    "logcumsumexp": (lambda x: ag.logcumsumexp(x, 0), [NAN, NAN, NAN]),
    "scatter_reduce": (
        lambda x: x.scatter_reduce(0, ag.tensor([1]), ag.tensor([5.0]), "amax"),
        [1, NAN, 1],
    ),
    "clamp": (lambda x: x.clamp(0, 1), [0, 0, 0]),
}
"""What is computed of (2, NaN, -1), and the gradient of its sum."""


@pytest.mark.parametrize("name", PICKED)
def test_gradient_where_one_element_is_nan(name):
    function, expected = PICKED[name]
    x = ag.tensor([2.0, NAN, -1.0], requires_grad=True)
    function(x).sum().backward()
    np.testing.assert_array_equal(x.grad.numpy(), np.array(expected, np.float32))


def test_gradient_where_everything_is_nan():
    x = ag.tensor([NAN, NAN], requires_grad=True)
    x.max().backward()
    assert x.grad.tolist() == [0.5, 0.5]
    x = ag.tensor([NAN, NAN], requires_grad=True)
    assert math.isnan(x.nanmean())
    x.nanmean().backward()
    assert np.isnan(x.grad.numpy()).all()
    x = ag.tensor(NAN, requires_grad=True)
    ag.log_softmax(x, 0).backward()
    assert math.isnan(x.grad)
    x = ag.tensor([-INF], requires_grad=True)
    (x**0.5).sum().backward()
    assert math.isnan(x.grad)


NOTHING = [
    ({"weight": [0.0, 0.0, 0.0]}, NAN, NAN),
    ({"weight": [1.0, 0.0, 1.0]}, NAN, NAN),
    ({"ignore_index": 1}, 0.0, 0.0),
    ({"weight": [0.0, 1.0, 1.0], "ignore_index": 1}, 0.0, 0.0),
]
"""Settings under which nothing counts, and the gradient of a row's target and of its other classes."""


@pytest.mark.parametrize("smoothing", [0.0, 0.1])
@pytest.mark.parametrize(("settings", "at_target", "elsewhere"), NOTHING)
def test_cross_entropy_of_total_weight_0(settings, at_target, elsewhere, smoothing):
    """The mean is 0 / 0. Samples that are ignored get gradient 0, those of weight 0 get NaN, as in PyTorch."""
    settings = {k: ag.tensor(v) if k == "weight" else v for k, v in settings.items()}
    x = ag.tensor([[1.0, 2.0, 3.0], [3.0, 1.0, 2.0]], requires_grad=True)
    loss = F.cross_entropy(x, ag.tensor([1, 1]), label_smoothing=smoothing, **settings)
    loss.backward()
    assert math.isnan(loss)
    np.testing.assert_array_equal(x.grad.numpy(), np.full((2, 3), elsewhere))
    x = ag.tensor([[1.0, 2.0, 3.0], [3.0, 1.0, 2.0]], requires_grad=True)
    F.nll_loss(x, ag.tensor([1, 1]), **settings).backward()
    np.testing.assert_array_equal(x.grad.numpy(), [[0, at_target, 0]] * 2)


def test_arctangent_at_the_origin():
    x, y = ag.zeros(1, requires_grad=True), ag.zeros(1, requires_grad=True)
    first = ag.autograd.grad(ag.atan2(x, y), [x, y], create_graph=True)
    assert [g.tolist() for g in first] == [[0], [0]]
    assert [g.tolist() for g in ag.autograd.grad(sum(first), [x, y])] == [[0], [0]]


def test_powers_and_differences_take_nan_only_where_it_is():
    nan = ag.tensor([[NAN, 1.0], [2.0, 3.0]])
    assert ag.linalg.matrix_power(nan, 0).tolist() == [[1, 0], [0, 1]]
    assert ag.linalg.vander(ag.tensor([NAN, 2.0]))[:, 0].tolist() == [1, 1]
    slopes = ag.gradient(ag.tensor([1.0, NAN, 3.0, 4.0]))[0].tolist()
    assert math.isnan(slopes[0])
    assert slopes[1] == 1
    assert ag.quantile(ag.tensor([-INF, 1.0, 2.0]), 0.25).item() == -INF


# ----------------------------------------------------------------------------------- all operators

PASSES_LINEAR = "PyTorch passes the gradient through its linear side; here the formula gives NaN"
SIGN = "PyTorch's sign of NaN is 0; NumPy's is NaN, and hides nothing"
LAPACK = "another routine, or another order of operations, spreads the infinity over other elements"
REFUSES = "refuses what PyTorch takes: a target or variance that is NaN, or out of range"
LIMIT = "the limit, where PyTorch has NaN or the other sign, or the other way round"

DIFFERENT = {
    PASSES_LINEAR: "celu elu selu hardsigmoid hardswish rrelu i1 i1e",
    SIGN: "abs sign linalg.vector_norm linalg.norm norm dist renorm pairwise_distance l1_loss smooth_l1_loss "
    "triplet_margin_loss triplet_margin_with_distance_loss",
    LAPACK: "linalg.solve_triangular linalg.cholesky cholesky_solve cholesky_inverse linalg.qr qr linalg.solve "
    "linalg.householder_product linalg.tensorsolve linalg.inv linalg.tensorinv linalg.det linalg.slogdet logdet "
    "linalg.cholesky_ex linalg.inv_ex linalg.solve_ex "
    "linalg.lu linalg.lu_factor linalg.lu_solve lu lu_solve triangular_solve interpolate",
    REFUSES: "gaussian_nll_loss poisson_nll_loss binary_cross_entropy_with_logits kl_div "
    "multilabel_soft_margin_loss",
    LIMIT: "copysign var_mean std_mean logsumexp logcumsumexp log_ndtr digamma polygamma zeta "
    "batch_norm instance_norm group_norm layer_norm normalize soft_margin_loss ctc_loss scatter_reduce "
    "linalg.vander vander",
    "nothing times NaN is NaN, where broadcasting leaves no element": "addcmul addcdiv",
    "of one sample there is no integral": "trapezoid",
    "NaN is never the most frequent": "mode",
    "a weight that is NaN meets the zeros around the gradient": "conv1d conv2d conv3d conv_transpose1d "
    "conv_transpose2d conv_transpose3d",
    "PyTorch gives 0 to a query all of whose scores are NaN": "scaled_dot_product_attention "
    "multi_head_attention_forward",
    "PyTorch overlooks a NaN in a comparison": "multi_margin_loss multilabel_margin_loss embedding_bag",
}
"""Operators whose values or gradients are not PyTorch's, by the reason."""

INEXACT = {name for names in DIFFERENT.values() for name in names.split()}

ZERO_BY_SHAPE = {
    "cholesky_solve": "a triangle that is not read",
    "cholesky_inverse": "a triangle that is not read",
    "linalg.householder_product": "a reflection applied before",
    "linalg.solve": "a matrix of the batch, or an element, that the infinity does not reach",
    "linalg.solve_ex": "a matrix of the batch, or an element, that the infinity does not reach",
    "normalize": "elements beside one that is infinite",
    "embedding_bag": "PyTorch overlooks the NaN in the value",
}
"""Where a gradient that is not NaN beside PyTorch's NaN is right."""


def poisoned(call: Call, poison: float, which: int):
    """The arguments with one element of the `which`-th array of random numbers replaced; None if there is none."""
    random, place_of = np.random.default_rng(0), iter(range(99))
    found = False

    def make(place):
        nonlocal found
        tensor = place.random(random)
        array = np.array(tensor.array)
        if place.values is not None or array.dtype != np.float64 or not array.size or next(place_of) != which:
            return tensor
        found = True
        array.reshape(-1)[min(1, array.size - 1)] = poison
        return ag.from_numpy(array).requires_grad_(tensor.requires_grad)

    arguments, settings = call.filled(make)
    return (arguments, settings) if found else None


def results_of(function, arguments, settings):
    try:
        return [flat(list(r))[0] if isinstance(r, tuple) else r for r in flat(function(*arguments, **settings))]
    except Exception:
        return None


def check(torch, row: Operator, call: Call, poison: float, which: int) -> bool:
    """Compare with PyTorch; false if there is no such operand."""
    drawn = poisoned(call, poison, which)
    if drawn is None:
        return False
    arguments, settings = drawn
    their_arguments, their_settings = theirs(arguments), {n: theirs(v) for n, v in settings.items()}
    ag.manual_seed(0)
    torch.manual_seed(0)
    results = results_of(row.function, arguments, settings)
    expected = results_of(counterpart(row), their_arguments, their_settings)
    exact = row.name not in INEXACT
    if results is None or expected is None:
        assert not exact or results is expected, f"only one of two raises: {call}"
        return True
    values = [np.asarray(r.array) for r in results]
    if exact:
        for value, wanted in zip(values, expected, strict=True):
            np.testing.assert_allclose(value, wanted.detach().numpy(), rtol=1e-6, atol=1e-9)
    random = np.random.default_rng(1)
    cotangents = [np.asarray(random.uniform(0.5, 1.5, r.shape)) for r in results]
    ours = [(r, ag.tensor(c)) for r, c in zip(results, cotangents, strict=True) if r.requires_grad]
    wanted = [(r, torch.from_numpy(c)) for r, c in zip(expected, cotangents, strict=True) if r.requires_grad]
    if not row.order or not ours:
        return True
    ag.autograd.backward(*map(list, zip(*ours, strict=True)))
    torch.autograd.backward(*map(list, zip(*wanted, strict=True)))
    for leaf, their_leaf in zip(leaves(arguments, settings), leaves(their_arguments, their_settings), strict=True):
        given = np.asarray(leaf.grad.array)
        right = (torch.zeros_like(their_leaf) if their_leaf.grad is None else their_leaf.grad).numpy()
        if exact:
            np.testing.assert_allclose(given, right, rtol=1e-6, atol=1e-9)
        if row.name not in ZERO_BY_SHAPE and any(np.isnan(v).any() for v in values):
            hidden = (np.isfinite(given) & ~np.isfinite(right)) | ((given == 0) & (np.absolute(right) > 1e-9))
            assert not hidden.any(), f"{call}: a result that is NaN has the gradient {given}, in PyTorch {right}"
    return True


@pytest.mark.parametrize("row", [pytest.param(r, id=r.name) for r in TABLE.values() if r.torch is not None])
def test_as_in_pytorch(row: Operator):
    torch = pytest.importorskip("torch")
    for i, call in enumerate([c for c in row.calls if c.in_torch][:5]):
        for poison in (NAN, INF, -INF)[: 1 if i > 1 else 3]:
            for which in range(3):
                if not check(torch, row, call, poison, which):
                    break


def test_the_exceptions_are_operators():
    assert INEXACT | set(ZERO_BY_SHAPE) <= set(TABLE)
