"""vmap and functional_call: PyTorch's values and gradients."""

import numpy as np
import pytest

import autograd_engine as ag
from autograd_engine import func, nn

from ..messages import exactly

RNG = np.random.default_rng(0)
A, B, V = RNG.standard_normal((4, 3, 2)), RNG.standard_normal((2, 4)), RNG.standard_normal(3)


def mapped(lib):
    a, b, v = (lib.tensor(x, requires_grad=True) for x in (A, B, V))
    vmap = lib.func.vmap
    results = [
        vmap(lambda x, y: x.T @ y, in_dims=(0, None))(a, v),
        vmap(lambda x, y: (x @ y).sin(), in_dims=(0, 1), out_dims=1)(a, b),
        vmap(vmap(lambda x: x.cumsum(0)), in_dims=1)(a),
        vmap(lambda d, y: d["x"].sum() * y, in_dims=({"x": 0}, 1))({"x": a}, b),
        *vmap(lambda x: (x.sum(), x.T), in_dims=-1, out_dims=(0, -1))(a),
        vmap(lambda x, factor: x * factor, in_dims=(0, None))(a, 3.0),
        vmap(lambda x, *, y: x.sum() + y)(a, y=b.T[:, 0]),
        vmap(func_of(lib).grad(lambda x: (x**3).sum()))(a),
        vmap(func_of(lib).jacrev(lambda x: x @ x), chunk_size=2)(a[:, 0]),
    ]
    total = sum((r * r).sum() for r in results)
    return [*results, *lib.autograd.grad(total, (a, b, v))]


def func_of(lib):
    return lib.func


def test_what_is_mapped_is_pytorchs():
    torch = pytest.importorskip("torch")
    for ours, theirs in zip(mapped(ag), mapped(torch), strict=True):
        np.testing.assert_allclose(ours.detach().numpy(), theirs.detach().numpy(), rtol=1e-12)


def test_random_numbers_differ_from_sample_to_sample():
    drawn = func.vmap(lambda x: x * 0 + ag.randn(3), randomness="different")(ag.zeros(5))
    assert len(np.unique(drawn.numpy())) == 15


@pytest.mark.parametrize(
    ("kind", "call", "words"),
    [
        (ValueError, lambda: func.vmap(ag.sin, None)(ag.ones(2)), "vmap: no argument is mapped over"),
        (
            ValueError,
            lambda: func.vmap(ag.add)(ag.ones(2), ag.ones(3)),
            "vmap: numbers of samples differ: [2, 3]",
        ),
        (
            ValueError,
            lambda: func.vmap(ag.sin, 1)(ag.ones(2)),
            "vmap: a tensor of shape (2,) has no samples along dimension 1",
        ),
        (ValueError, lambda: func.vmap(ag.sin, (0, 0))(ag.ones(2)), "vmap: in_dims has 2 parts for 1 arguments"),
        (
            ValueError,
            lambda: func.vmap(ag.sin)(ag.ones(0)),
            "vmap: there are no samples, of which the results could be stacked",
        ),
        (
            NotImplementedError,
            lambda: func.vmap(ag.sin, randomness="same"),
            "vmap: samples cannot share random numbers; draw them before, and pass them on",
        ),
        (
            KeyError,
            lambda: func.functional_call(nn.Linear(1, 1), {"wait": ag.ones(1)}, ag.ones(1)),
            "'functional_call: Linear has no parameter or buffer 'wait''",
        ),
        (
            KeyError,
            lambda: func.functional_call(nn.Linear(1, 1), {"bias": ag.ones(1)}, ag.ones(1), strict=True),
            "'functional_call: 'weight' is missing'",
        ),
        (
            ValueError,
            lambda: func.functional_call(nn.Linear(1, 1), ({"bias": 1}, {"bias": 2})),
            "functional_call: 'bias' is in two dictionaries",
        ),
        (ValueError, lambda: func.stack_module_state([]), "stack_module_state: there are no models"),
    ],
)
def test_what_is_not_taken_is_said(kind, call, words):
    with pytest.raises(kind) as caught:
        call()
    assert str(caught.value).replace('"', "'") == words


def test_a_module_computes_with_other_parameters_and_keeps_its_own():
    model = nn.Sequential(nn.Linear(2, 3), nn.BatchNorm1d(3, affine=False))
    before = {name: value.clone() for name, value in model.state_dict().items()}
    weight = ag.randn(3, 2, requires_grad=True)
    buffers = {"1.running_mean": ag.ones(3), "1.running_var": ag.full((3,), 4.0)}
    x = ag.randn(5, 2)
    model.eval()
    out = func.functional_call(model, ({"0.weight": weight}, buffers), (x,))
    expected = (x @ weight.T + model[0].bias - 1) / (4 + 1e-5) ** 0.5
    np.testing.assert_allclose(out.detach(), expected.detach(), rtol=1e-5)
    out.sum().backward()
    assert weight.grad is not None
    assert model[0].weight.grad is None
    for name, value in model.state_dict().items():
        np.testing.assert_array_equal(value, before[name])
    assert isinstance(model[0].weight, nn.Parameter)


def test_parameters_are_put_back_after_an_error():
    model = nn.Linear(2, 3)
    weight = model.weight
    with pytest.raises(ValueError, match="takes inputs whose last dimension is 2"):
        func.functional_call(model, {"weight": ag.ones(3, 2)}, ag.ones(5))
    assert model.weight is weight


@pytest.mark.parametrize("tie", [True, False])
def test_one_name_stands_for_all_of_a_parameter(tie):
    model = nn.Sequential(nn.Linear(2, 2, bias=False), nn.Linear(2, 2, bias=False))
    model[1].weight = model[0].weight
    x, weight = ag.randn(3, 2), ag.randn(2, 2)
    out = func.functional_call(model, {"0.weight": weight}, x, tie_weights=tie)
    second = weight if tie else model[1].weight
    np.testing.assert_allclose(out.detach(), (x @ weight.T @ second.T).detach(), rtol=1e-5, atol=1e-6)


def test_an_ensemble_is_mapped_over_its_parameters():
    models = [nn.Sequential(nn.Linear(2, 3), nn.BatchNorm1d(3)).eval() for _ in range(4)]
    parameters, buffers = func.stack_module_state(models)
    assert {x.requires_grad for x in parameters.values()} == {True}
    assert not any(x.requires_grad for x in buffers.values())
    x = ag.randn(5, 2)
    out = func.vmap(lambda p, b: func.functional_call(models[0], (p, b), (x,)))(parameters, buffers)
    np.testing.assert_allclose(out.detach(), np.stack([m(x).detach() for m in models]), rtol=1e-5, atol=1e-6)
    out.sum().backward()
    assert parameters["0.weight"].grad.shape == (4, 3, 2)


def test_batches_of_cotangents_are_pytorchs():
    torch = pytest.importorskip("torch")

    def gradients(lib):
        x, unused = (lib.tensor(A, requires_grad=True) for _ in range(2))
        y, z = x[0].sin(), (x**2).sum()
        cotangents = lib.tensor(RNG_COTANGENTS), lib.tensor([1.0, 2.0], dtype=lib.float64)
        found = lib.autograd.grad(
            (y, z), (x, unused), cotangents, is_grads_batched=True, allow_unused=True, retain_graph=True
        )
        return [*found, *lib.autograd.grad(z, x)]

    for ours, theirs in zip(gradients(ag), gradients(torch), strict=True):
        if theirs is None:
            assert ours is None
        else:
            np.testing.assert_allclose(ours.numpy(), theirs.numpy(), rtol=1e-12)
    x = ag.ones(2, requires_grad=True)
    with pytest.raises(
        ValueError, match=exactly("grad: is_grads_batched needs grad_outputs of one length, got [0]")
    ):
        ag.autograd.grad(x * 2, x, ag.ones(0, 2), is_grads_batched=True)
    with pytest.raises(
        NotImplementedError, match=exactly("grad: is_grads_batched with create_graph; take func.vmap or a loop")
    ):
        ag.autograd.grad(x * 2, x, ag.ones(1, 2), is_grads_batched=True, create_graph=True)


RNG_COTANGENTS = RNG.standard_normal((2, 3, 2))
