"""Functional transforms: shapes, dtypes and structures of arguments and results, and what is refused."""

import collections
import itertools
from typing import NamedTuple

import numpy as np
import pytest

import autograd_engine as ag
from autograd_engine import func

from ..messages import exactly
from .points import Pair, X, array, f64, same

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
            exactly(
                "grad: the function returned a tensor of shape (4,), expected a scalar (0-d); reduce "
                "it with sum() or mean(), or use vjp or jacobian"
            ),
        ),
        (
            lambda x: func.value_and_grad(lambda x: x.sum(0, True))(x),
            RuntimeError,
            exactly(
                "value_and_grad: the function returned a tensor of shape (1,), expected a scalar "
                "(0-d); reduce it with sum() or mean(), or use vjp or jacobian"
            ),
        ),
        (
            lambda x: func.hvp(ag.sin, x, x),
            RuntimeError,
            exactly(
                "hvp: the function returned a tensor of shape (4,), expected a scalar (0-d); reduce "
                "it with sum() or mean(), or use vjp or jacobian"
            ),
        ),
        (
            lambda x: func.grad(lambda x: 3.0)(x),
            TypeError,
            "grad: the function returned a float, expected a tensor",
        ),
        (
            lambda x: func.grad(lambda x: (x.sum(), x))(x),
            TypeError,
            exactly("grad: the function returned a tuple of length 2, expected a 0-d tensor"),
        ),
        (
            lambda x: func.grad(lambda x: x.argmax())(x),
            RuntimeError,
            exactly(
                "grad: the function returned a tensor of dtype int64, which has no derivative; return "
                "it as (result, aux) with has_aux=True"
            ),
        ),
        (
            lambda x: func.vjp(lambda x: (x, x.argmax()), x),
            RuntimeError,
            exactly(
                "vjp: the function returned a tensor of dtype int64, which has no derivative; return "
                "it as (result, aux) with has_aux=True"
            ),
        ),
        (
            lambda x: func.jacobian(lambda x: x.argmax())(x),
            RuntimeError,
            exactly(
                "jacobian: the function returned a tensor of dtype int64, which has no derivative; "
                "return it as (result, aux) with has_aux=True"
            ),
        ),
        (
            lambda x: func.jacobian(lambda x: None)(x),
            TypeError,
            exactly("jacobian: the function returned a NoneType, expected a tensor"),
        ),
        (
            lambda x: func.grad(ag.sum, argnums=1)(x),
            RuntimeError,
            exactly("grad: argnums=1 but the function was called with 1 arguments"),
        ),
        (
            lambda x: func.jacobian(ag.sum, argnums=(0, -2))(x),
            RuntimeError,
            exactly("jacobian: argnums=(0, -2) but the function was called with 1 arguments"),
        ),
        (
            lambda x: func.grad(ag.add, argnums=(0, -2))(x, x),
            RuntimeError,
            exactly("grad: argnums=(0, -2) must name at least one argument, and each only once"),
        ),
        (
            lambda x: func.grad(ag.sum, argnums=())(x),
            RuntimeError,
            exactly("grad: argnums=() must name at least one argument, and each only once"),
        ),
        (
            lambda x: func.grad(ag.sum)(x.long()),
            RuntimeError,
            exactly(
                "grad: argument 0 holds a tensor of dtype int64, and only floating-point tensors have "
                "derivatives; convert it with float(), or leave it out of argnums"
            ),
        ),
        (
            lambda x: func.jvp(ag.mul, (x, x.long()), (x, x)),
            RuntimeError,
            exactly(
                "jvp: argument 1 holds a tensor of dtype int64, and only floating-point tensors have "
                "derivatives; convert it with float(), or leave it out of argnums"
            ),
        ),
        (
            lambda x: func.grad(ag.sum)(3.0),
            TypeError,
            exactly(
                "grad: argument 0 is a float and holds no tensor to differentiate by; make one with tensor(...)"
            ),
        ),
        (
            lambda x: func.grad(ag.sum)({}),
            TypeError,
            exactly(
                "grad: argument 0 is a dict with keys [] and holds no tensor to differentiate by; "
                "make one with tensor(...)"
            ),
        ),
        (lambda x: func.vjp(ag.sum), RuntimeError, "vjp: expected at least one primal"),
        (
            lambda x: func.jvp(ag.sum, (), ()),
            RuntimeError,
            exactly("jvp: expected at least one primal, got an empty tuple"),
        ),
        (
            lambda x: func.jvp(ag.sin, (x,), (x[:2],)),
            RuntimeError,
            exactly("jvp: tangents[0] has shape (2,), expected (4,)"),
        ),
        (
            lambda x: func.jvp(ag.sin, (x,), x),
            RuntimeError,
            exactly("jvp: tangents is a tensor of shape (4,), expected a tuple of length 1"),
        ),
        (
            lambda x: func.jvp(ag.sin, (x,), (x, x)),
            RuntimeError,
            exactly("jvp: tangents is a tuple of length 2, expected a tuple of length 1"),
        ),
        (
            lambda x: func.jvp(ag.sin, (x,), [x]),
            RuntimeError,
            exactly("jvp: tangents is a list of length 1, expected a tuple of length 1"),
        ),
        (
            lambda x: func.jvp(ag.sin, (x,), (None,)),
            TypeError,
            exactly("jvp: tangents[0] is a NoneType, expected a tensor of shape (4,)"),
        ),
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
            exactly("grad: with has_aux=True the function returns (result, aux), not a tensor of shape ()"),
        ),
    ],
)
def test_bad_input_says_what_is_wrong(call, error, message):
    with pytest.raises(error, match=message):
        call(f64(X))
