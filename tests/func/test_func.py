"""Functional transforms: closed forms, PyTorch and JAX as oracles, and finite differences."""

import numpy as np
import pytest

import autograd_engine as ag
from autograd_engine import func
from autograd_engine.testing import gradcheck, gradgradcheck

from .points import OTHER, RANDOM, VECTOR, A, Pair, X, array, f64, same


def softmax(x):
    return ag.softmax(x, dim=-1)


# ------------------------------------------------------------------------------------ closed forms


def test_the_jacobian_of_softmax():
    s = array(softmax(f64(X)))
    same(func.jacobian(softmax)(f64(X)), np.diag(s) - np.outer(s, s))


def test_the_hessian_of_a_quadratic_form():
    same(func.hessian(lambda x: x @ f64(A) @ x)(f64(X)), A + A.T)


def test_third_derivatives():
    third = func.jacobian(func.hessian(lambda x: (x**4).sum()))(f64(X))
    expected = np.zeros((4, 4, 4))
    for i in range(4):
        expected[i, i, i] = 24 * X[i]
    same(third, expected)
    same(func.grad(func.grad(func.grad(ag.sin)))(f64(0.3)), -np.cos(np.float64(0.3)))


def test_vjp_and_jvp_are_the_two_products_with_the_jacobian():
    def f(x):
        return ag.sin(f64(A) @ x)

    jacobian = np.cos(A @ X)[:, None] * A
    u, v = RANDOM.standard_normal((2, 4))
    value, pull = func.vjp(f, f64(X))
    same(value, np.sin(A @ X))
    same(pull(f64(u)), (u @ jacobian,))
    same(pull(f64(v)), (v @ jacobian,))  # the graph is kept for any number of calls
    same(func.jvp(f, f64(X), f64(v)), (np.sin(A @ X), jacobian @ v))


def test_products_with_the_hessian():
    def f(x):
        return (ag.sin(x) * (f64(A) @ x)).sum()

    v = RANDOM.standard_normal(4)
    hessian = array(func.hessian(f)(f64(X)))
    for transform in (func.hvp, func.vhp):
        value, product = transform(f, f64(X), f64(v))
        same(value, array(f(f64(X)))[()])
        same(product, hessian @ v)


def test_values_come_with_gradients_in_the_order_of_the_name():
    same(func.value_and_grad(lambda x: x**2)(f64(3.0)), (np.float64(9), np.float64(6)))
    same(func.grad_and_value(lambda x: x**2)(f64(3.0)), (np.float64(6), np.float64(9)))


def test_jvp_where_the_cotangent_must_not_matter():
    # The rule multiplies infinity; a zero stand-in for the cotangent would turn that into NaN.
    with np.errstate(divide="ignore"):
        _, product = func.jvp(ag.log, (f64([0.0, 1.0]),), (f64([1.0, 1.0]),))
    np.testing.assert_array_equal(array(product), [np.inf, 1.0])


def two_in_one_out(m):
    return lambda x, y: (m.sin(x) * y).sum() + (x * y * y).sum()


def one_in_several_out(m):
    return lambda x: {"a": m.exp(x), "b": (x.sum(), [x * 2])}


def structured(m):
    return lambda p: (m.tanh(p["w"] @ p["pair"].first) * p["pair"].second[0]).sum() + p["unused"].sum() * 0


def with_keyword(m):
    return lambda x, *, scale=1.0: (m.cos(x) * scale).sum()


DICT = {"w": (A / 4).astype(np.float32), "pair": Pair(VECTOR, [OTHER]), "unused": np.zeros((2, 0), np.float32)}
TRANSFORMS = {
    "grad": (two_in_one_out, (VECTOR, OTHER), lambda f, t: f.grad(t)),
    "grad by the second": (two_in_one_out, (VECTOR, OTHER), lambda f, t: f.grad(t, argnums=1)),
    "grad by the last": (two_in_one_out, (VECTOR, OTHER), lambda f, t: f.grad(t, argnums=-1)),
    "grad by both, reversed": (two_in_one_out, (VECTOR, OTHER), lambda f, t: f.grad(t, argnums=(1, 0))),
    "grad by one in a tuple": (two_in_one_out, (VECTOR, OTHER), lambda f, t: f.grad(t, argnums=(1,))),
    "grad_and_value": (two_in_one_out, (VECTOR, OTHER), lambda f, t: f.grad_and_value(t, argnums=(0, 1))),
    "grad of a structure": (structured, (DICT,), lambda f, t: f.grad(t)),
    "grad with a keyword": (with_keyword, (VECTOR,), lambda f, t: lambda x: f.grad(t)(x, scale=3.0)),
    "grad with aux": (
        one_in_several_out,
        (VECTOR,),
        lambda f, t: f.grad(lambda x: (t(x)["b"][0], t(x)), has_aux=True),
    ),
    "value with aux": (
        one_in_several_out,
        (VECTOR,),
        lambda f, t: f.grad_and_value(lambda x: (t(x)["b"][0], t(x)), has_aux=True),
    ),
    "vjp": (one_in_several_out, (VECTOR,), lambda f, t: lambda x: f.vjp(t, x)[1](t(x))),
    "vjp of two": (two_in_one_out, (VECTOR, OTHER), lambda f, t: lambda x, y: f.vjp(t, x, y)[1](t(x, y))),
    "vjp with aux": (
        one_in_several_out,
        (VECTOR,),
        lambda f, t: lambda x: f.vjp(lambda x: (t(x), x * 7), x, has_aux=True)[::2],
    ),
    "jvp": (one_in_several_out, (VECTOR,), lambda f, t: lambda x: f.jvp(t, (x,), (x * 3,))),
    "jvp of two": (two_in_one_out, (VECTOR, OTHER), lambda f, t: lambda x, y: f.jvp(t, (x, y), (y, x))),
    "jvp with aux": (
        one_in_several_out,
        (VECTOR,),
        lambda f, t: lambda x: f.jvp(lambda x: (t(x), x * 7), (x,), (x,), has_aux=True),
    ),
    "jacrev": (one_in_several_out, (VECTOR,), lambda f, t: f.jacrev(t)),
    "jacrev by both": (two_in_one_out, (VECTOR, OTHER), lambda f, t: f.jacrev(lambda x, y: x * y, argnums=(1, 0))),
    "jacrev by three": (
        two_in_one_out,
        (VECTOR, OTHER, VECTOR * 2),
        lambda f, t: f.jacrev(lambda x, y, z: x * y * y * z * z * z, argnums=(2, 0, 1)),
    ),
    "jacrev of a structure": (structured, (DICT,), lambda f, t: f.jacrev(lambda p: p["w"] * t(p))),
    "jacrev with aux": (
        one_in_several_out,
        (VECTOR,),
        lambda f, t: f.jacrev(lambda x: (t(x), x * 7), has_aux=True),
    ),
    "jacrev of jacrev": (one_in_several_out, (VECTOR,), lambda f, t: f.jacrev(f.jacrev(t))),
    "hessian": (two_in_one_out, (VECTOR, OTHER), lambda f, t: f.hessian(t)),
    "hessian by both": (two_in_one_out, (VECTOR, OTHER), lambda f, t: f.hessian(t, argnums=(0, 1))),
    "hessian of a structure": (structured, (DICT,), lambda f, t: f.hessian(t)),
    "hessian of a vector": (one_in_several_out, (VECTOR,), lambda f, t: f.hessian(lambda x: x**3)),
    "grad of hessian": (with_keyword, (VECTOR,), lambda f, t: f.grad(lambda x: (f.hessian(t)(x) * x).sum())),
    "jvp of grad": (with_keyword, (VECTOR,), lambda f, t: lambda x: f.jvp(f.grad(t), (x,), (x,))),
    "grad of jvp": (with_keyword, (VECTOR,), lambda f, t: f.grad(lambda x: f.jvp(t, (x,), (x,))[1])),
    "jvp of jvp": (
        with_keyword,
        (VECTOR,),
        lambda f, t: lambda x: f.jvp(lambda z: f.jvp(t, (z,), (x,))[1], (x,), (x,)),
    ),
    "grad of vjp": (
        with_keyword,
        (VECTOR,),
        lambda f, t: f.grad(lambda x: f.vjp(lambda z: z**3, x)[1](x)[0].sum()),
    ),
}


@pytest.mark.filterwarnings("ignore:.*torch.jit.script:DeprecationWarning")  # by torch, of torch
@pytest.mark.parametrize("name", TRANSFORMS)
def test_torch_func_agrees(name):
    torch = pytest.importorskip("torch", reason="PyTorch is the oracle here")
    make, point, transform = TRANSFORMS[name]

    def converted(module, item):
        if isinstance(item, dict):
            return {k: converted(module, v) for k, v in item.items()}
        if isinstance(item, Pair):
            return Pair(*(converted(module, v) for v in item))
        return [converted(module, v) for v in item] if isinstance(item, list) else module.tensor(item)

    theirs = transform(torch.func, make(torch))(*(converted(torch, p) for p in point))
    ours = transform(func, make(ag))(*(converted(ag, p) for p in point))
    same(ours, theirs)


@pytest.mark.parametrize("name", ["vjp", "jvp", "hvp", "vhp", "jacobian", "hessian"])
def test_torch_autograd_functional_agrees(name):
    torch = pytest.importorskip("torch", reason="PyTorch is the oracle here")

    def f(x, y):
        return (x**3 * y).sum() + (x * y**2).prod()

    x, y = X[:3], X[1:]
    inputs, vectors = (torch.tensor(x), torch.tensor(y)), (torch.tensor(y), torch.tensor(x))
    primals, tangents = (f64(x), f64(y)), (f64(y), f64(x))
    reference = getattr(torch.autograd.functional, name)
    if name in ("jacobian", "hessian"):
        same(getattr(func, name)(f, argnums=(0, 1))(*primals), reference(f, inputs))
    elif name == "vjp":
        value, pull = func.vjp(f, *primals)
        same((value, pull(f64(2.0))), reference(f, inputs, torch.tensor(2.0, dtype=torch.float64)))
    else:
        same(getattr(func, name)(f, primals, tangents), reference(f, inputs, vectors))


# ------------------------------------------------------------------------------ finite differences


def test_transforms_are_differentiable_functions():
    def f(x):
        return (ag.tanh(f64(A) @ x) * x).sum()

    x, v = f64(X, True), f64(X[::-1], True)
    assert gradcheck(func.grad(f), x)
    assert gradcheck(func.hessian(f), x)
    assert gradgradcheck(func.grad(f), x)
    assert gradcheck(lambda x, v: func.jvp(ag.exp, (x,), (v,)), (x, v))
    assert gradcheck(lambda x, v: func.vjp(ag.exp, x)[1](v), (x, v))
    assert gradcheck(lambda x, v: func.vhp(f, x, v), (x, v))


def test_gradients_flow_to_captured_parameters():
    w = f64(A, True)
    x = f64(X)
    assert gradcheck(lambda w: func.grad(lambda x: ag.sin(w @ x).sum())(x), w)
    assert gradcheck(lambda w: func.jacobian(lambda x: ag.sin(w @ x))(x), w)
    assert gradcheck(lambda w: func.jvp(lambda x: ag.sin(w @ x), (x,), (x,)), w)
    loss = (func.grad(lambda x: (w @ x).sum())(x) ** 2).sum()  # a gradient penalty
    loss.backward()
    np.testing.assert_allclose(w.grad.numpy(), np.tile(2 * A.sum(0), (4, 1)))


def test_perturbations_are_not_confused():
    # d/dx x * (d/dy (x + y)) = 1, the classic where nested tags get mixed up
    assert func.grad(lambda x: x * func.grad(lambda y: x + y)(x))(f64(1.0)).item() == 1.0
    assert func.grad(lambda x: func.grad(lambda y: x * y**2)(f64(3.0)) * x)(f64(2.0)).item() == 24.0


def test_mixed_partials_of_nested_transforms():
    def mixed(x, y):
        return func.grad(lambda y: func.grad(lambda x: x**2 * y**3)(x))(y)

    assert mixed(f64(2.0), f64(3.0)).item() == 2 * 2 * 3 * 9
