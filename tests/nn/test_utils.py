"""nn.utils: clipping, and parameters as one vector."""

import math

import numpy as np
import pytest

import autograd_engine as ag
from autograd_engine import nn

from ..messages import exactly

SHAPES = [(3, 4), (), (5,), (2, 0), (1,)]
ORDERS = [2.0, 1, 3.5, math.inf, 0.5]


def parameters(dtype=np.float64, seed=0, scale=1.0):
    rng = np.random.default_rng(seed)
    params = [ag.zeros(shape, dtype=dtype, requires_grad=True) for shape in SHAPES]
    for p in params:
        p.grad = ag.tensor(np.asarray(rng.normal(size=p.shape) * scale, dtype))
    return [*params, ag.ones(3, requires_grad=True)]  # the last has no gradient


def gradients(params):
    return np.concatenate([p.grad.numpy().ravel() for p in params if p.grad is not None])


@pytest.mark.parametrize("order", ORDERS)
@pytest.mark.parametrize("dtype", [np.float64, np.float32])
def test_norms_are_those_of_one_vector_and_clipping_reaches_them(order, dtype):
    params = parameters(dtype)
    before = gradients(params)
    expected = np.linalg.norm(before, order)
    total = nn.utils.clip_grad_norm_(iter(params), expected / 3, order)
    assert total.dtype == dtype
    assert total.shape == ()
    tolerance = 1e-6 if dtype is np.float32 else 1e-12
    np.testing.assert_allclose(total.item(), expected, rtol=tolerance)
    np.testing.assert_allclose(gradients(params), before / 3 * (expected / (expected + 1e-6)), rtol=10 * tolerance)
    kept = gradients(params)
    nn.utils.clip_grad_norm_(params, expected, order)  # short enough by now
    np.testing.assert_array_equal(gradients(params), kept)


@pytest.mark.parametrize("order", ORDERS)
@pytest.mark.parametrize("max_norm", [1e-3, 0.5, 1e3])
def test_pytorch_clips_alike(order, max_norm):
    torch = pytest.importorskip("torch", reason="PyTorch is the second opinion")
    ours = parameters()
    theirs = [torch.tensor(p.detach().numpy(), requires_grad=True) for p in ours]
    for p, q in zip(ours[:-1], theirs, strict=False):
        q.grad = torch.tensor(p.grad.numpy().copy())
    if math.isinf(order):  # PyTorch knows no largest of no elements
        del ours[3], theirs[3]
    total = nn.utils.clip_grad_norm_(ours, max_norm, order)
    np.testing.assert_allclose(
        total.item(), torch.nn.utils.clip_grad_norm_(theirs, max_norm, order).item(), rtol=1e-12
    )
    for p, q in zip(ours[:-1], theirs, strict=False):
        np.testing.assert_allclose(p.grad.numpy(), q.grad.numpy(), rtol=1e-10)


@pytest.mark.parametrize("value", [math.nan, math.inf])
def test_norms_that_are_not_finite(value):
    params = parameters()
    params[1].grad = ag.tensor(np.array(value))
    before = gradients(params)
    with pytest.raises(
        RuntimeError,
        match=exactly(f"the norm of order 2.0 of the gradients is {value}, which cannot be clipped: ..."),
    ):
        nn.utils.clip_grad_norm_(params, 1.0, error_if_nonfinite=True)
    np.testing.assert_array_equal(gradients(params), before)
    with np.errstate(invalid="ignore"):
        total = nn.utils.clip_grad_norm_(params, 1.0)
    assert not math.isfinite(total.item())
    assert np.isnan(params[1].grad.numpy())


def test_clipping_values_in_place():
    params = parameters(scale=10)
    before, kept = gradients(params), params[0].grad
    nn.utils.clip_grad_value_(params, 2.5)
    assert params[0].grad is kept
    np.testing.assert_array_equal(gradients(params), np.clip(before, -2.5, 2.5))


def test_the_two_halves_of_clipping_are_the_whole():
    one, two = parameters(), parameters()
    total = nn.utils.clip_grad_norm_(one, 0.5)
    nn.utils.clip_grads_with_norm_(two, 0.5, nn.utils.get_total_norm([p.grad for p in two[:-1]]))
    np.testing.assert_array_equal(gradients(one), gradients(two))
    assert total.item() == nn.utils.get_total_norm(p.grad for p in parameters()[:-1]).item()


def test_one_tensor_or_none():
    w = ag.ones(4, requires_grad=True)
    assert nn.utils.clip_grad_norm_(w, 1.0).item() == 0
    (w * 2).sum().backward()
    assert nn.utils.clip_grad_norm_(w, 1.0).item() == 4
    nn.utils.clip_grad_value_(w, 0.1)
    np.testing.assert_allclose(w.grad, 0.1)
    assert nn.utils.clip_grad_norm_([], 1.0).item() == 0
    assert nn.utils.get_total_norm([ag.zeros(0)], math.inf).item() == 0
    with pytest.warns(UserWarning, match="used up"):
        nn.utils.clip_grad_norm_(iter([]), 1.0)


def test_parameters_go_to_a_vector_and_back():
    model = nn.Sequential(nn.Linear(3, 2), nn.Linear(2, 1))
    vector = nn.utils.parameters_to_vector(model.parameters())
    assert vector.shape == (11,)
    assert vector.requires_grad
    (vector**2).sum().backward()
    np.testing.assert_array_equal(model[0].weight.grad, 2 * model[0].weight.detach())
    values = ag.arange(11.0)
    nn.utils.vector_to_parameters(values, model.parameters())
    np.testing.assert_array_equal(nn.utils.parameters_to_vector(model.parameters()).detach(), values)
    np.testing.assert_array_equal(model[1].bias.detach(), [10.0])
    values.fill_(0)
    assert model[1].bias.item() == 0
    assert model[1].bias.requires_grad


def test_vectors_that_do_not_fit_are_refused():
    w = ag.ones(3, requires_grad=True)
    with pytest.raises(ValueError, match=exactly("a vector of shape (4,) does not fit parameters with 3 elements")):
        nn.utils.vector_to_parameters(ag.ones(4), [w])
    with pytest.raises(TypeError, match=exactly("vec must be a tensor, not a list")):
        nn.utils.vector_to_parameters([1.0, 2.0, 3.0], [w])


def test_a_module_without_initial_values_draws_no_numbers():
    ag.manual_seed(0)
    before = ag.get_rng_state()
    layer = nn.utils.skip_init(nn.Linear, 3, out_features=2, bias=False)
    assert isinstance(layer, nn.Linear)
    assert (layer.weight.shape, layer.bias, layer.weight.requires_grad) == ((2, 3), None, True)
    model = nn.utils.skip_init(lambda: nn.Sequential(nn.Conv2d(1, 2, 3), nn.BatchNorm2d(2), nn.Embedding(5, 2)))
    assert model[1].running_var.tolist() == [1, 1]
    assert ag.get_rng_state() == before
    nn.Linear(3, 2)
    assert ag.get_rng_state() != before


def test_what_skips_initial_values_ends_with_its_call():
    with pytest.raises(TypeError):
        nn.utils.skip_init(nn.Linear, 3)
    w = ag.zeros(3, 3)
    for fill in (nn.init.ones_, nn.init.normal_, nn.init.orthogonal_, nn.init.trunc_normal_):
        nn.utils.skip_init(fill, w)
        assert not w.any()
    assert nn.init.ones_(w).all()
