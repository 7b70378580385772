"""Activations: formulas, points where they bend, and what works in place."""

import math

import numpy as np
import pytest
import scipy.spatial.distance
import scipy.special

import autograd_engine as ag
from autograd_engine import nn
from autograd_engine.nn import functional as F

from ..messages import exactly


def logistic(x):
    return 1 / (1 + math.exp(-x))


FORMULAS = [
    ("celu", (), lambda x: x if x > 0 else math.exp(x) - 1),
    ("elu", (), lambda x: x if x > 0 else math.exp(x) - 1),
    ("gelu", (), lambda x: x * (1 + math.erf(x / math.sqrt(2))) / 2),
    ("hardshrink", (), lambda x: x if abs(x) > 0.5 else 0),
    ("hardsigmoid", (), lambda x: min(max(x / 6 + 0.5, 0), 1)),
    ("hardswish", (), lambda x: x * min(max(x / 6 + 0.5, 0), 1)),
    ("hardtanh", (), lambda x: min(max(x, -1), 1)),
    ("leaky_relu", (), lambda x: x if x > 0 else 0.01 * x),
    ("logsigmoid", (), lambda x: math.log(logistic(x))),
    ("mish", (), lambda x: x * math.tanh(math.log1p(math.exp(x)))),
    ("relu", (), lambda x: max(x, 0)),
    ("relu6", (), lambda x: min(max(x, 0), 6)),
    ("selu", (), lambda x: 1.0507009873554805 * (x if x > 0 else 1.6732632423543772 * (math.exp(x) - 1))),
    ("sigmoid", (), logistic),
    ("silu", (), lambda x: x * logistic(x)),
    ("softplus", (), lambda x: math.log1p(math.exp(x))),
    ("softshrink", (), lambda x: math.copysign(max(abs(x) - 0.5, 0), x)),
    ("softsign", (), lambda x: x / (1 + abs(x))),
    ("tanh", (), math.tanh),
    ("tanhshrink", (), lambda x: x - math.tanh(x)),
    ("celu", (2.0,), lambda x: x if x > 0 else 2 * (math.exp(x / 2) - 1)),
    ("elu", (0.5,), lambda x: x if x > 0 else (math.exp(x) - 1) / 2),
    (
        "gelu",
        ("tanh",),
        lambda x: x * (1 + math.tanh(math.sqrt(2 / math.pi) * (x + 0.044715 * x**3))) / 2,
    ),
    ("hardtanh", (-0.6, 2.5), lambda x: min(max(x, -0.6), 2.5)),
    ("leaky_relu", (0.3,), lambda x: x if x > 0 else 0.3 * x),
    ("softplus", (2.0, 3.0), lambda x: x if 2 * x > 3 else math.log1p(math.exp(2 * x)) / 2),
    ("threshold", (0.5, 7.0), lambda x: x if x > 0.5 else 7.0),
]
POINTS = [-7.0, -3.0, -1.0, -0.6, -0.5, -0.2, 0.0, 0.3, 0.5, 1.0, 2.5, 3.0, 6.0, 8.0]


@pytest.mark.parametrize(("name", "settings", "formula"), FORMULAS)
def test_activations_compute_their_formulas(name, settings, formula):
    out = getattr(F, name)(ag.tensor(POINTS, dtype=ag.float64), *settings)
    np.testing.assert_allclose(out, [formula(x) for x in POINTS], rtol=1e-12, atol=1e-15)


@pytest.mark.parametrize(("name", "settings"), [formula[:2] for formula in FORMULAS])
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_nothing_overflows_far_out(name, settings, dtype):
    x = ag.tensor(np.array([-1000, -100, -30, 30, 100, 1000], dtype), requires_grad=True)
    with np.errstate(over="raise", invalid="raise", divide="raise"):
        out = getattr(F, name)(x, *settings)
        out.sum().backward()
    assert out.dtype == x.grad.dtype == dtype
    assert np.isfinite(out.detach().numpy()).all()
    assert (np.abs(x.grad.numpy()) <= 1.1).all()
    assert abs(out.detach().numpy()).max() <= 1100


IN_PLACE = [
    "celu", "elu", "hardsigmoid", "hardswish", "hardtanh", "leaky_relu", "mish", "relu", "relu6",
    "rrelu", "selu", "silu", "dropout",
]  # fmt: skip


@pytest.mark.parametrize("name", IN_PLACE)
def test_in_place_activations_store_their_result(name):
    function = getattr(F, name)
    x = ag.tensor([-1.0, 0.5, 2.0])
    ag.manual_seed(0)
    expected = function(x.clone())
    ag.manual_seed(0)
    assert function(x, inplace=True) is x
    assert x.tolist() == expected.tolist()
    leaf = ag.tensor([-1.0, 0.5, 2.0], requires_grad=True)
    with pytest.raises(RuntimeError, match=f"{name}_: a leaf"):
        function(leaf, inplace=True)
    ag.manual_seed(0)
    hidden = leaf * 1
    function(hidden, inplace=True).sum().backward()
    grad, leaf.grad = leaf.grad, None
    ag.manual_seed(0)
    function(leaf * 1).sum().backward()
    assert grad.tolist() == leaf.grad.tolist()
    if name != "relu":
        with pytest.raises(TypeError, match="only a tensor"):
            function(np.array([-1.0]), inplace=True)


def test_functions_whose_names_end_in_an_underscore_work_in_place():
    x = ag.tensor([-1.0, 2.0])
    assert F.leaky_relu_(x, 0.5) is x
    assert F.threshold_(x, 0.0, 7.0).tolist() == [7, 2]


def test_rrelu_draws_slopes_between_its_bounds_in_training_only():
    ag.manual_seed(0)
    x = ag.tensor(np.full(20000, -1.0), requires_grad=True)
    out = nn.RReLU(0.2, 0.6)(x)
    out.sum().backward()
    slopes = -out.detach().numpy()
    assert 0.2 <= slopes.min() < 0.201 < 0.599 < slopes.max() < 0.6
    assert slopes.mean() == pytest.approx(0.4, abs=0.005)
    np.testing.assert_allclose(x.grad, slopes)
    np.testing.assert_allclose(nn.RReLU(0.2, 0.6).eval()(x).detach(), -0.4)


def test_softmin_and_softmax2d_are_softmax():
    x = ag.tensor(np.random.default_rng(0).normal(size=(2, 3, 2, 2)))
    np.testing.assert_allclose(nn.Softmin(1)(x), scipy.special.softmax(-x.numpy(), 1))
    np.testing.assert_allclose(nn.Softmax2d()(x), scipy.special.softmax(x.numpy(), 1))
    with pytest.warns(UserWarning, match="softmin: the dimension was left out"):
        F.softmin(x)
    with pytest.raises(
        ValueError, match=exactly("Softmax2d: expected an input (N, C, H, W) or (C, H, W), got shape (2, 2)")
    ):
        nn.Softmax2d()(ag.ones(2, 2))


@pytest.mark.parametrize(("shape", "dim"), [((), 0), ((3,), 0), ((2, 3), 1), ((2, 3, 4), 0), ((2, 3, 2, 2), 1)])
@pytest.mark.parametrize("name", ["softmax", "log_softmax", "softmin"])
def test_the_dimension_left_out_is_named_and_the_dtype_kept(name, shape, dim):
    f, x = getattr(F, name), ag.tensor(np.random.default_rng(0).normal(size=shape), dtype=ag.float32)
    said = f"{name}: the dimension was left out; taking dim={dim}, pass it to say which is meant"
    with pytest.warns(UserWarning, match=exactly(said)):
        out = f(x, dtype=ag.float64)
    assert out.dtype == ag.float64
    np.testing.assert_array_equal(out, f(x, dim, dtype=ag.float64))


def test_gumbel_softmax_draws_from_the_distribution_of_its_logits():
    ag.manual_seed(0)
    p = np.array([0.1, 0.2, 0.7])
    logits = ag.tensor(np.tile(np.log(p), (20000, 1)), requires_grad=True)
    hard = F.gumbel_softmax(logits, tau=0.5, hard=True)
    np.testing.assert_allclose(hard.detach().numpy().mean(0), p, atol=0.01)
    assert sorted(set(hard.detach().numpy().round(12).ravel())) == [0, 1]
    weight = ag.tensor(np.random.default_rng(0).normal(size=3))
    ag.manual_seed(5)
    (F.gumbel_softmax(logits, hard=True) * weight).sum().backward()
    straight, logits.grad = logits.grad, None
    ag.manual_seed(5)
    (F.gumbel_softmax(logits) * weight).sum().backward()
    np.testing.assert_allclose(straight, logits.grad)


def test_maxout_is_the_largest_of_its_maps():
    layer = nn.Maxout(3, 2, pieces=4).double()
    assert repr(layer) == "Maxout(in_features=3, out_features=2, bias=True, pieces=4)"
    assert layer.weight.shape == (8, 3)
    x = np.random.default_rng(0).normal(size=(5, 3))
    maps = np.einsum("ni,opi->nop", x, layer.weight.detach().numpy().reshape(2, 4, 3))
    maps += layer.bias.detach().numpy().reshape(2, 4)
    np.testing.assert_allclose(layer(ag.tensor(x)).detach(), maps.max(-1))
