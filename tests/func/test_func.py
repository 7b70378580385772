"""Functional transforms: closed forms, PyTorch as oracle, nesting, structures, and what is refused."""

import collections
import copy
import gc
import itertools
import pickle
import threading
import weakref
from typing import NamedTuple

import numpy as np
import pytest

import autograd_engine as ag
from autograd_engine import func
from autograd_engine.engine.graph import Node
from autograd_engine.testing import gradcheck, gradgradcheck


def f64(data, requires_grad=False):
    return ag.tensor(np.array(data, np.float64), requires_grad=requires_grad)


def array(tensor):
    return np.array(tensor.detach().array)


def nodes_alive():
    """How many nodes the interpreter holds; by type, since isinstance makes lazy objects of other libraries act."""
    return sum(issubclass(type(o), Node) for o in gc.get_objects())


def softmax(x):
    return ag.softmax(x, dim=-1)


RANDOM = np.random.default_rng(3)
X = RANDOM.standard_normal(4)
A = RANDOM.standard_normal((4, 4))


def same(ours, expected):
    """The same structure, values, shapes and dtypes; `expected` holds NumPy arrays or torch tensors."""
    if isinstance(expected, dict):
        assert ours.keys() == expected.keys()
        for key in expected:
            same(ours[key], expected[key])
    elif isinstance(expected, (list, tuple)):
        assert type(ours).__name__ == type(expected).__name__
        for a, b in zip(ours, expected, strict=True):
            same(a, b)
    else:
        expected = expected.detach().numpy() if hasattr(expected, "detach") else expected
        assert ours.shape == expected.shape
        assert ours.dtype == expected.dtype
        rtol, atol = (1e-5, 1e-6) if ours.dtype == np.float32 else (1e-10, 1e-12)
        np.testing.assert_allclose(array(ours), expected, rtol, atol)


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


# ------------------------------------------------------------------------------- PyTorch as oracle


class Pair(NamedTuple):
    first: object
    second: object


def two_in_one_out(m):
    return lambda x, y: (m.sin(x) * y).sum() + (x * y * y).sum()


def one_in_several_out(m):
    return lambda x: {"a": m.exp(x), "b": (x.sum(), [x * 2])}


def structured(m):
    return lambda p: (m.tanh(p["w"] @ p["pair"].first) * p["pair"].second[0]).sum() + p["unused"].sum() * 0


def with_keyword(m):
    return lambda x, *, scale=1.0: (m.cos(x) * scale).sum()


VECTOR, OTHER = X.astype(np.float32), (X[::-1] * 2).astype(np.float32)
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


# ------------------------------------------------------------------------ what a transform leaves alone


@pytest.mark.parametrize("requires_grad", [False, True])
def test_no_grad_changes_and_no_input_is_altered(requires_grad):
    x, w = f64(X, requires_grad), f64(A, True)
    w.grad = ag.zeros_like(w)
    node, seen = x.node, []
    w.register_hook(seen.append)

    def f(x):
        return ((w @ x) ** 2).sum()

    func.value_and_grad(f)(x)
    func.hessian(f)(x)
    func.jvp(f, x, x)
    func.vhp(f, x, x)
    func.vjp(f, x)[1](1.0)
    assert x.grad is None
    assert x.node is node
    assert not w.grad.numpy().any()
    assert not seen
    np.testing.assert_array_equal(array(x), X)


def all_results(f, x):
    value, pull = func.vjp(f, x)
    return [
        *func.value_and_grad(f)(x),
        *func.jvp(f, x, f64(X)),
        *func.vhp(f, x, f64(X)),
        func.hessian(f)(x),
        func.jacobian(f)(x),
        value,
        *pull(f64(1.0)),
    ]


def test_results_require_gradients_only_if_something_outside_does():
    x, w = f64(X), f64(X, True)
    assert not any(t.requires_grad for t in all_results(lambda x: (x * x * x).sum(), x))
    assert all(t.requires_grad for t in all_results(lambda x: (x**3).sum(), f64(X, True)))
    assert all(t.requires_grad for t in all_results(lambda x: (w * x * x * x).sum(), x))
    # Only what depends on the outside: the value does, the gradient does not.
    value, gradient = func.value_and_grad(lambda x: x.sum() + w.sum())(x)
    assert value.requires_grad
    assert not gradient.requires_grad


def test_inside_no_grad_derivatives_are_computed_and_not_recorded():
    x, w = f64(X, True), f64(X, True)
    with ag.no_grad():
        results = all_results(lambda x: (w * x * x * x).sum(), x)
        assert not ag.is_grad_enabled()
    assert not any(t.requires_grad for t in results)
    np.testing.assert_allclose(array(results[1]), 3 * X**3)
    np.testing.assert_allclose(array(results[5]), 6 * X**3)
    same(func.grad(lambda x: (x * stopped(x)).sum())(x), X)


@ag.no_grad()
def stopped(x):
    return x * 1


def test_the_mode_comes_back_after_an_exception():
    def fails(x):
        raise KeyError("inside")

    for transform in (func.grad(fails), func.jacobian(fails), lambda x: func.vjp(fails, x)):
        with ag.no_grad(), pytest.raises(KeyError, match="inside"):
            transform(f64(X))
        with ag.no_grad():
            assert not ag.is_grad_enabled()
    assert ag.is_grad_enabled()


def test_results_share_memory_with_nothing():
    x, u = f64(X), f64(X)
    _, pull = func.vjp(lambda x, y: x + y, x, x)
    a, b = pull(u)
    a.fill_(7.0)
    np.testing.assert_array_equal(array(b), X)
    np.testing.assert_array_equal(array(u), X)
    gradient = func.grad(lambda x: x.sum())(x)
    gradient[0] = 5.0  # not a read-only broadcast view
    u = f64(X, True)
    a, b = pull(u)
    with ag.no_grad():
        a.fill_(7.0)
    np.testing.assert_array_equal(array(b), X)
    np.testing.assert_array_equal(array(u), X)


def test_a_function_may_change_its_argument_in_place():
    x = f64(X, True)
    same(func.grad(lambda x: (x.mul_(x)).sum())(x), 2 * X)
    np.testing.assert_array_equal(array(x), X)


def test_the_surrounding_graph_survives():
    w = f64(X, True)
    h = w * 2
    func.grad(lambda x: (x * h).sum())(f64(X))
    with ag.no_grad():
        func.grad(lambda x: (x * h).sum())(h)
    value, gradient = func.value_and_grad(lambda h: (h**2).sum())(h)
    (value + gradient.sum()).backward()
    np.testing.assert_allclose(w.grad.numpy(), 8 * X + 4)


def test_aux_keeps_its_own_connection():
    w = f64(X, True)
    gradient, (aux, note) = func.grad(lambda x: ((x**2).sum(), (w * x**2, "note")), has_aux=True)(f64(X))
    assert not gradient.requires_grad
    assert note == "note"
    aux.sum().backward()
    np.testing.assert_allclose(w.grad.numpy(), X**2)


def test_cotangents_connect_too():
    x = f64(X)
    _, pull = func.vjp(lambda x: x**2, x)
    u = f64(X, True)  # newer than everything that vjp recorded
    (g,) = pull(u * 3)
    g.sum().backward()
    np.testing.assert_allclose(u.grad.numpy(), 6 * X)
    for product in (func.jvp(lambda x: x**2, x, u)[1], func.vhp(lambda x: (x**3).sum() / 3, x, u)[1]):
        (slope,) = ag.grad(product.sum(), u)
        np.testing.assert_allclose(array(slope), 2 * X)


def test_graphs_are_freed_without_the_collector():
    gc.collect()
    gc.disable()
    try:
        before = nodes_alive()
        all_results(lambda x: (ag.sin(x) * x).sum(), f64(X))
        assert nodes_alive() == before
    finally:
        gc.enable()


def test_threads_transform_side_by_side():
    found = {}

    def work(i):
        found[i] = func.hessian(lambda x: (x**3).sum() * i)(f64(X))

    threads = [threading.Thread(target=work, args=(i,)) for i in range(4)]
    for t in threads:
        t.start()
    for t in threads:
        t.join()
    for i in range(4):
        same(found[i], np.diag(6 * X * i))


# ------------------------------------------------------------------------- shapes, dtypes, structures


@pytest.mark.parametrize("dtype", [np.float32, np.float64, np.float16])
@pytest.mark.parametrize("shapes", list(itertools.product([(), (0,), (3,), (2, 0), (2, 1)], repeat=2)), ids=str)
def test_jacobians_of_every_shape_and_dtype(shapes, dtype):
    given, made = shapes
    x = ag.tensor(np.ones(given, dtype))
    weight = ag.tensor(np.arange(float(np.prod(made))).reshape(made).astype(dtype))
    jacobian = func.jacobian(lambda x: weight * x.sum())(x)
    expected = np.broadcast_to(array(weight).reshape(made + (1,) * len(given)), made + given)
    assert jacobian.shape == made + given
    assert jacobian.dtype == dtype
    np.testing.assert_array_equal(array(jacobian), expected)
    recorded = func.jacobian(lambda x: weight * x.sum())(x.detach().requires_grad_())
    assert recorded.dtype == dtype
    np.testing.assert_array_equal(array(recorded), expected)
    hessian = func.hessian(lambda x: weight * (x * x).sum())(x)
    assert hessian.shape == made + given + given
    _, product = func.jvp(lambda x: weight * x.sum(), x, x)
    assert (product.shape, product.dtype) == (made, dtype)


def test_a_derivative_has_the_dtype_of_its_argument():
    x = ag.tensor([1.0, 2.0])
    assert func.jacobian(lambda x: x.double() * 2)(x).dtype == np.float32
    assert func.grad(lambda x: x.double().sum())(x).dtype == np.float32
    assert func.vjp(lambda x: x.double(), x)[1](ag.ones(2))[0].dtype == np.float32
    assert func.jvp(lambda x: x.double(), x, f64([1.0, 1.0]))[1].dtype == np.float64
    assert func.vjp(lambda x: x, x)[1](f64([1.0, 1.0]))[0].dtype == np.float32


def test_no_dependence_gives_zeros():
    x = f64(X)
    constant = f64([1.0, 2.0])
    w = f64([1.0, 2.0], True)
    for outside in (constant, w):
        same(func.grad(lambda x, c=outside: c.sum())(x), np.zeros(4))
        same(func.jacobian(lambda x, c=outside: (c, x))(x), (np.zeros((2, 4)), np.eye(4)))
        same(func.jvp(lambda x, c=outside: c * 1, x, x)[1], np.zeros(2))
        same(func.vhp(lambda x, c=outside: c.sum(), x, x)[1], np.zeros(4))
        same(func.hessian(lambda x, c=outside: c.sum() + x.sum())(x), np.zeros((4, 4)))
        same(func.vjp(lambda x, y, c=outside: y * 2, x, x)[1](x), (np.zeros(4), 2 * X))
    same(func.vhp(lambda x, y: (x**2).sum() + y.sum(), (x, x), (x, x))[1], (2 * X, np.zeros(4)))


def test_a_captured_result_whose_graph_is_gone_is_a_constant():
    w = f64(X, True)
    h = w * 2
    h.sum().backward()
    _, gradient = func.value_and_grad(lambda x: (x * h).sum())(f64(X))
    same(gradient, 2 * X)
    same(func.jacobian(lambda x: h)(f64(X)), np.zeros((4, 4)))


def test_a_recorded_jacobian_with_rows_that_do_not_depend():
    w = f64(2.0, True)
    jacobian = func.jacobian(lambda x, y: w * x, argnums=(0, 1))(f64([1.0, 2.0]), f64(3.0))
    same(jacobian, (2 * np.eye(2), np.zeros(2)))
    jacobian[0].sum().backward()
    assert w.grad.item() == 2.0


def test_the_same_tensor_twice_is_two_arguments():
    x = f64(3.0)
    same(func.grad(lambda a, b: a * a * b, argnums=(0, 1))(x, x), (np.float64(18), np.float64(9)))


class Layer(NamedTuple):
    w: object
    b: object
    name: str


def test_structures_keep_their_classes_and_pass_on_what_is_no_tensor():
    ordered = collections.OrderedDict(z=f64(1.0), a=f64(2.0))
    default = collections.defaultdict(list, k=[f64(3.0), None])
    params = {"layer": Layer(f64(X), f64(0.5), "first"), "more": (ordered, default, 7, "text")}

    def f(p):
        assert p["layer"].name == "first"
        assert p["more"][2:] == (7, "text")
        ordered, default = p["more"][:2]
        assert default["missing"] == []
        return (p["layer"].w * p["layer"].b).sum() + ordered["z"] * default["k"][0]

    g = func.grad(f)(params)
    assert isinstance(g["layer"], Layer)
    assert g["layer"].name is None
    same(g["layer"].w, np.full(4, 0.5))
    assert type(g["more"][0]) is collections.OrderedDict
    assert list(g["more"][0]) == ["z", "a"]
    assert g["more"][0]["a"].item() == 0.0
    assert type(g["more"][1]) is collections.defaultdict
    assert g["more"][1]["k"][1] is None
    assert g["more"][2:] == (None, None)
    assert params["more"][1].keys() == {"k"}
    value, product = func.jvp(f, params, g)  # the places of non-tensors are ignored in tangents
    assert value.shape == product.shape == ()
    _, product = func.hvp(f, (params,), (g,))
    assert product[0]["layer"].b.shape == ()


def test_results_may_hold_what_is_no_tensor():
    def f(x):
        return {"y": x * 2, "size": x.numel(), "rest": [None]}

    x = f64(X)
    value, pull = func.vjp(f, x)
    assert value["size"] == 4
    same(pull({"y": x, "size": None, "rest": [None]}), (2 * X,))
    jacobian = func.jacobian(f)(x)
    assert jacobian["size"] is None
    assert jacobian["rest"] == [None]
    same(jacobian["y"], 2 * np.eye(4))


def test_jvp_of_an_integer_result_is_zero():
    (_, index), (slope, nothing) = func.jvp(lambda x: (x * 2, x.argmax()), f64(X), f64(X))
    assert index.item() == X.argmax()
    same(slope, 2 * X)
    assert (nothing.item(), nothing.dtype) == (0, np.int64)


def test_a_list_is_one_argument_and_a_tuple_several():
    same(
        func.hvp(lambda p: p[0] ** 2 * p[1], [f64(1.0), f64(2.0)], [f64(1.0), f64(0.0)])[1],
        [np.float64(4), np.float64(2)],
    )
    same(
        func.hvp(lambda a, b: a**2 * b, (f64(1.0), f64(2.0)), (f64(1.0), f64(0.0)))[1],
        (np.float64(4), np.float64(2)),
    )
    pair = Pair(f64(1.0), f64(2.0))
    same(func.hvp(lambda p: p.first**2 * p.second, pair, pair)[1], Pair(np.float64(8), np.float64(2)))


def test_cotangents_and_tangents_may_be_numbers_and_arrays():
    same(func.vjp(lambda x: (x**2).sum(), f64(X))[1](2), (4 * X,))
    same(func.jvp(lambda x: x**2, f64(X), np.ones(4, np.float32))[1], 2 * X)


# ------------------------------------------------------------------------------------------ bad input


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (
            lambda x: func.grad(ag.sin)(x),
            RuntimeError,
            r"grad: .*shape \(4,\), expected a scalar .*sum\(\) or mean",
        ),
        (
            lambda x: func.value_and_grad(lambda x: x.sum(0, True))(x),
            RuntimeError,
            r"value_and_grad: .*shape \(1,\)",
        ),
        (lambda x: func.hvp(ag.sin, x, x), RuntimeError, r"hvp: .*expected a scalar"),
        (
            lambda x: func.grad(lambda x: 3.0)(x),
            TypeError,
            "grad: the function returned a float, expected a tensor",
        ),
        (lambda x: func.grad(lambda x: (x.sum(), x))(x), TypeError, "returned a tuple of length 2, expected a 0-d"),
        (
            lambda x: func.grad(lambda x: x.argmax())(x),
            RuntimeError,
            "grad: .*int64, which has no derivative.*has_aux",
        ),
        (lambda x: func.vjp(lambda x: (x, x.argmax()), x), RuntimeError, "vjp: .*int64, which has no derivative"),
        (
            lambda x: func.jacobian(lambda x: x.argmax())(x),
            RuntimeError,
            "jacobian: .*int64, which has no derivative",
        ),
        (lambda x: func.jacobian(lambda x: None)(x), TypeError, "jacobian: the function returned a NoneType"),
        (lambda x: func.grad(ag.sum, argnums=1)(x), RuntimeError, "grad: argnums=1 but .* called with 1 arguments"),
        (lambda x: func.jacobian(ag.sum, argnums=(0, -2))(x), RuntimeError, r"argnums=\(0, -2\) but"),
        (lambda x: func.grad(ag.add, argnums=(0, -2))(x, x), RuntimeError, "each only once"),
        (lambda x: func.grad(ag.sum, argnums=())(x), RuntimeError, "at least one argument"),
        (
            lambda x: func.grad(ag.sum)(x.long()),
            RuntimeError,
            r"grad: argument 0 .*int64.*convert it with float\(\)",
        ),
        (lambda x: func.jvp(ag.mul, (x, x.long()), (x, x)), RuntimeError, "jvp: argument 1 holds .* int64"),
        (lambda x: func.grad(ag.sum)(3.0), TypeError, r"grad: argument 0 is a float and holds no tensor.*tensor\("),
        (lambda x: func.grad(ag.sum)({}), TypeError, "argument 0 is a dict with keys .* holds no tensor"),
        (lambda x: func.vjp(ag.sum), RuntimeError, "vjp: expected at least one primal"),
        (lambda x: func.jvp(ag.sum, (), ()), RuntimeError, "jvp: expected at least one primal"),
        (
            lambda x: func.jvp(ag.sin, (x,), (x[:2],)),
            RuntimeError,
            r"tangents\[0\] has shape \(2,\), expected \(4,\)",
        ),
        (
            lambda x: func.jvp(ag.sin, (x,), x),
            RuntimeError,
            "jvp: tangents is a tensor of shape .* a tuple of length 1",
        ),
        (
            lambda x: func.jvp(ag.sin, (x,), (x, x)),
            RuntimeError,
            "tangents is a tuple of length 2, expected a tuple of",
        ),
        (lambda x: func.jvp(ag.sin, (x,), [x]), RuntimeError, "tangents is a list of length 1, expected a tuple"),
        (lambda x: func.jvp(ag.sin, (x,), (None,)), TypeError, r"tangents\[0\] is a NoneType, expected a tensor"),
        (
            lambda x: func.vhp(lambda p: p["a"].sum(), {"a": x}, {"b": x}),
            RuntimeError,
            r"vhp: vectors\[0\] is a dict with keys \['b'\], expected a dict with keys \['a'\]",
        ),
        (
            lambda x: func.vjp(lambda x: {"y": [x]}, x)[1]({"y": [x[0]]}),
            RuntimeError,
            r"vjp: cotangents\['y'\]\[0\] has shape \(\), expected \(4,\)",
        ),
        (
            lambda x: func.grad(lambda x: x.sum(), has_aux=True)(x),
            RuntimeError,
            r"grad: with has_aux.*\(result, aux\)",
        ),
    ],
)
def test_bad_input_says_what_is_wrong(call, error, message):
    with pytest.raises(error, match=message):
        call(f64(X))


# ----------------------------------------------------------------------------------------- checkpoint


def mlp(weights):
    def forward(x):
        for w in weights:
            x = ag.tanh(w @ x)
        return x

    return forward


def weights(count=3):
    return [f64(A / (i + 1), True) for i in range(count)]


def test_gradients_are_those_without_a_checkpoint():
    plain, saved = weights(), weights()
    x, z = f64(X, True), f64(X, True)
    (mlp(plain)(x * 2) ** 2).sum().backward()
    (func.checkpoint(mlp(saved), z * 2) ** 2).sum().backward()
    for a, b in zip([x, *plain], [z, *saved], strict=True):
        np.testing.assert_array_equal(a.grad.numpy(), b.grad.numpy())


def test_the_graph_and_its_arrays_are_not_kept_until_backward():
    intermediate = []

    def f(x):
        for _ in range(50):
            x = ag.sin(x)
            intermediate.append(weakref.ref(x.array))
        return x

    x = f64(X, True)
    gc.collect()
    before = nodes_alive()
    y = func.checkpoint(f, x)
    gc.disable()
    try:
        assert nodes_alive() == before + 1  # the checkpoint
        assert [r() is not None for r in intermediate] == [False] * 49 + [True]
        y.sum().backward()
        del y
        assert nodes_alive() == before
        assert not any(r() is not None for r in intermediate)
    finally:
        gc.enable()
    x.grad = None
    plain = f(x)
    assert nodes_alive() == before + 50
    plain.sum().backward()


def test_the_function_runs_once_forward_and_once_per_backward():
    calls = []
    x = f64(X, True)

    def f(x):
        calls.append(ag.is_grad_enabled())
        return x * x

    y = func.checkpoint(f, x).sum()
    assert len(calls) == 1
    y.backward(retain_graph=True)
    y.backward()
    assert calls == [True] * 3
    np.testing.assert_allclose(x.grad.numpy(), 4 * X)
    with pytest.raises(RuntimeError, match="freed graph"):
        y.backward()


def test_random_numbers_repeat_and_the_stream_goes_on():
    x = f64(X, True)
    drawn = []

    def dropout(x):
        uniform = ag.rand(4)
        drawn.append(array(uniform))
        return x * (uniform < 0.5)

    ag.manual_seed(1)
    y = func.checkpoint(dropout, x)
    between = ag.rand(3)
    y.sum().backward()
    after = ag.rand(3)
    np.testing.assert_array_equal(drawn[0], drawn[1])
    np.testing.assert_array_equal(x.grad.numpy(), drawn[0] < 0.5)
    ag.manual_seed(1)
    ag.rand(4)
    np.testing.assert_array_equal(between, ag.rand(3))
    np.testing.assert_array_equal(after, ag.rand(3))  # backward drew nothing from the stream
    y = func.checkpoint(dropout, x, preserve_rng_state=False)
    y.sum().backward()
    assert len(drawn) == 4
    assert (drawn[2] != drawn[3]).all()


def test_every_order_through_a_checkpoint():
    w = weights()
    x = f64(X, True)
    assert gradcheck(lambda x: func.checkpoint(mlp(w), x), x)
    assert gradgradcheck(lambda x: func.checkpoint(mlp(w), x), x)
    assert gradgradcheck(lambda w: func.checkpoint(lambda x: ag.tanh(w @ x), x), w[0])
    (g,) = ag.grad(func.checkpoint(lambda x: (x**4).sum(), x), x, create_graph=True)
    (g,) = ag.grad(g.sum(), x, create_graph=True)
    (g,) = ag.grad(g.sum(), x)
    np.testing.assert_allclose(array(g), 24 * X)


@pytest.mark.parametrize("name", ["grad", "hessian", "jacobian of hessian", "jvp of grad", "vhp", "grad of jvp"])
def test_transforms_of_a_checkpoint(name):
    w = f64(A, True)
    transforms = {
        "grad": lambda f: func.grad(f)(f64(X)),
        "hessian": lambda f: func.hessian(f)(f64(X)),
        "jacobian of hessian": lambda f: func.jacobian(func.hessian(f))(f64(X)),
        "jvp of grad": lambda f: func.jvp(func.grad(f), f64(X), f64(X))[1],
        "vhp": lambda f: func.vhp(f, f64(X), f64(X))[1],
        "grad of jvp": lambda f: func.grad(lambda x: func.jvp(f, x, x)[1])(f64(X)),
    }

    def f(x):
        return (ag.sin(w @ x) * x).sum()

    plain = transforms[name](f)
    saved = transforms[name](lambda x: func.checkpoint(f, x))
    np.testing.assert_allclose(array(saved), array(plain), rtol=1e-12)
    (expected,) = ag.grad(plain.sum(), w)
    (found,) = ag.grad(saved.sum(), w)
    np.testing.assert_allclose(array(found), array(expected), rtol=1e-12)


def test_transforms_inside_a_checkpoint():
    x, w = f64(X, True), f64(A, True)

    def inner(x):
        gradient = func.grad(lambda z: (w @ z**3).sum())(x)
        return gradient * func.jvp(ag.sin, x, gradient)[1]

    expected = ag.grad(inner(x).sum(), (x, w))
    found = ag.grad(func.checkpoint(inner, x).sum(), (x, w))
    for a, b in zip(expected, found, strict=True):
        np.testing.assert_allclose(array(b), array(a), rtol=1e-12)
    assert gradgradcheck(lambda x: func.checkpoint(inner, x), x)


def test_nested_checkpoints():
    w = weights()
    x = f64(X, True)

    def nested(x, depth=3):
        if depth == 0:
            return x
        # every level captures parameters, its own argument, and something computed outside of it
        outer = x * w[0].sum()
        return func.checkpoint(lambda h: ag.tanh(w[depth - 1] @ nested(h, depth - 1)) + outer * h, x * 2)

    def plain(x, depth=3):
        if depth == 0:
            return x
        return ag.tanh(w[depth - 1] @ plain(x * 2, depth - 1)) + x * w[0].sum() * (x * 2)

    expected = ag.grad((plain(x) ** 2).sum(), (x, *w))
    for a, b in zip(expected, ag.grad((nested(x) ** 2).sum(), (x, *w)), strict=True):
        np.testing.assert_allclose(array(b), array(a), rtol=1e-12)
    assert gradgradcheck(lambda x, v: nested(x) * v, (x, f64(X, True)))
    same(func.hessian(lambda x: nested(x).sum())(f64(X)), array(func.hessian(lambda x: plain(x).sum())(f64(X))))


def test_a_captured_result_and_its_own_origin_are_not_counted_twice():
    w = f64(2.0, True)
    h = w * 3  # captured beside the leaf it comes from
    y = func.checkpoint(lambda x: x * w * h, h)
    (g,) = ag.grad(y, w)
    assert g.item() == pytest.approx(9 * 3 * 2.0**2)  # h * w * h = 9 w^3


def test_a_deep_chain_of_checkpoints():
    x = f64(1.0, True)
    y = x
    for _ in range(3000):
        y = func.checkpoint(lambda v: v * 1.0, y)
    y.backward()
    assert x.grad.item() == 1.0


def test_arguments_and_results_of_every_kind():
    x, w = f64(X, True), f64(X, True)

    def f(params, flag, *, scale, extra=None):
        assert flag == "flag"
        assert extra is None
        return {"y": params["x"] * params["n"] * scale, "count": 3, "index": params["x"].argmax(), "all": [w]}

    params = {"x": x, "n": ag.tensor(3)}
    out = func.checkpoint(f, params, "flag", scale=f64(2.0), use_reentrant=False)
    assert out["count"] == 3
    assert not out["index"].requires_grad
    params["x"] = None  # the call remembers its arguments as they were
    (out["y"].sum() + out["all"][0].sum()).backward()
    np.testing.assert_allclose(x.grad.numpy(), np.full(4, 6.0))
    np.testing.assert_allclose(w.grad.numpy(), np.ones(4))
    constant, product = func.checkpoint(lambda x: (ag.ones(2), x * x), x)
    assert not constant.requires_grad
    assert product.requires_grad


def test_an_unused_result_and_a_result_that_is_an_argument():
    x = f64(X, True)
    _, y = func.checkpoint(lambda x: (x.sum(), x), x * 3)
    y.sum().backward()
    np.testing.assert_array_equal(x.grad.numpy(), np.full(4, 3.0))


def test_an_argument_changed_in_place_while_recording_is_remembered():
    x = f64(X, True)
    h = x * 1
    y = func.checkpoint(lambda h: h * h, h)
    h.mul_(100.0)
    y.sum().backward()
    np.testing.assert_allclose(x.grad.numpy(), 2 * X)


def test_a_function_that_changes_its_argument_in_place_can_be_repeated():
    x = f64(X, True)
    y = func.checkpoint(lambda h: h.mul_(h).sum(), x * 1)
    for times in (1, 2):
        y.backward(retain_graph=True)
        np.testing.assert_allclose(x.grad.numpy(), times * 2 * X)


def test_a_leaf_made_inside_is_left_with_its_graph_if_there_is_nothing_else():
    made = []

    def f(x):
        made.append(f64(2.0, True))
        return x * made[0]

    func.checkpoint(f, f64(3.0)).backward()
    assert made[0].grad.item() == 3.0
    assert len(made) == 1


def test_nothing_is_recorded_where_nothing_requires_gradients():
    y = func.checkpoint(ag.sin, f64(X))
    assert y.node is None
    with ag.no_grad():
        assert func.checkpoint(ag.sin, f64(X, True)).node is None


def test_parameters_stay_parameters():
    linear = ag.nn.Linear(4, 4)
    x = ag.tensor(VECTOR)

    def f(weight):
        assert isinstance(weight, ag.nn.Parameter)
        return linear(x) * weight.sum()

    func.checkpoint(f, linear.weight).sum().backward()
    found = array(linear.weight.grad)
    linear.zero_grad()
    f(linear.weight).sum().backward()
    np.testing.assert_allclose(found, array(linear.weight.grad), rtol=1e-6)


def test_hooks_and_anomalies_reach_into_a_checkpoint():
    seen = []
    x = f64([1.0, 4.0], True)

    def f(x):
        h = x * 2
        h.register_hook(seen.append)
        return ag.sqrt(h)

    func.checkpoint(f, x).sum().backward()
    assert len(seen) == 1

    def two(x):
        h = x * 2
        h.register_hook(seen.append)
        return h * 2, x * 3

    func.checkpoint(two, x)[1].sum().backward()
    assert len(seen) == 1  # an unused result is not differentiated
    x = f64(0.0, True)
    with pytest.raises(RuntimeError, match="the derivative of sqrt contains an infinity"), ag.detect_anomaly():
        func.checkpoint(ag.sqrt, x).backward()


def test_an_exception_leaves_mode_and_randomness_as_they_were():
    calls = []

    def f(x):
        calls.append(x)
        ag.rand(5)
        if len(calls) != 1:
            raise KeyError("second call")
        return x * x

    x = f64(X, True)
    ag.manual_seed(4)
    with ag.no_grad():
        with ag.enable_grad():
            y = func.checkpoint(f, x).sum()
        state = ag.default_generator.get_state()
        with pytest.raises(KeyError, match="second call"):
            y.backward()
        assert not ag.is_grad_enabled()
    assert ag.default_generator.get_state() == state
    with pytest.raises(KeyError):
        func.checkpoint(f, x)


def test_a_second_call_that_differs_is_refused():
    x = f64(X, True)
    ws = weights()
    terms = []
    for w in ws:
        terms.append(func.checkpoint(lambda x: w @ x, x))  # noqa: B023 - the mistake itself
    with pytest.raises(RuntimeError, match=r"used tensors that it did not use in forward.*loop variable"):
        sum(terms).sum().backward()
    sizes = [4, 2]
    y = func.checkpoint(lambda x: x[: sizes.pop(0)] * 2, x)
    with pytest.raises(
        RuntimeError, match=r"in backward the function returned float64\[2\] requiring gradients, in "
    ):
        y.sum().backward()


def test_changes_in_place_between_the_calls_are_noticed():
    x, w, constant = f64(X, True), f64(X, True), f64(X)
    for changed in (x, w, constant):
        y = func.checkpoint(lambda x, c: x * w * c, x, constant).sum()
        with ag.no_grad():
            changed.mul_(2.0)
        with pytest.raises(RuntimeError, match=r"CheckpointFunction saved an array .* changed in place"):
            y.backward()


def test_leaves_given_other_arrays_between_the_calls_are_noticed():
    for value in (X, np.float64(2.0)):
        w = f64(value, True)
        y = func.checkpoint(lambda x: x * w, f64(value)).sum()  # noqa: B023 - called before the loop goes on
        w.detach()  # an alias: the values stay, whatever holds them
        y.backward(retain_graph=True)
        w.data = w.detach() * 1
        y.backward(retain_graph=True)
        np.testing.assert_allclose(w.grad.numpy(), 2 * value)
        with ag.no_grad():
            w.data = w.detach() * 2
        with pytest.raises(RuntimeError, match=r"checkpoint: a leaf of shape .* has other values in backward"):
            y.backward()


def test_copying_a_checkpointed_graph_is_refused():
    y = func.checkpoint(ag.sin, f64(X, True))
    with pytest.raises(TypeError, match="neither copied nor pickled"):
        copy.deepcopy(y)
    with pytest.raises(TypeError, match="neither copied nor pickled"):
        pickle.dumps(y)
    assert copy.deepcopy(y.detach()).shape == (4,)


def test_torch_checkpoint_agrees():
    torch = pytest.importorskip("torch", reason="PyTorch is the oracle here")
    from torch.utils.checkpoint import checkpoint

    def run(m, checkpoint, x, w):
        def block(x, *, power):
            return {"y": m.tanh(w @ x) ** power, "x": x}

        out = checkpoint(block, x, power=2, use_reentrant=False)
        (out["y"] * out["x"]).sum().backward()
        return x.grad, w.grad

    theirs = run(torch, checkpoint, torch.tensor(X, requires_grad=True), torch.tensor(A, requires_grad=True))
    same(run(ag, func.checkpoint, f64(X, True), f64(A, True)), theirs)
