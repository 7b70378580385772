"""autograd.functional: PyTorch's results, structures and errors."""

import inspect

import numpy as np
import pytest

import autograd_engine as ag
from autograd_engine.autograd import functional

from ..messages import exactly

X = np.array([[0.5, -1.0, 2.0], [1.5, 0.3, -0.7]])
Y = np.array([1.2, -0.4, 0.8])
NAMES = ("vjp", "jvp", "jacobian", "hessian", "vhp", "hvp")


@pytest.fixture(scope="module")
def torch():
    return pytest.importorskip("torch")


def one(lib):
    return lambda x: (lib.sin(x) * x).sum(1)


def several(lib):
    return lambda x, y: (lib.exp(x) * y, (x * x @ y))


def scalar(lib):
    return lambda x: (lib.sin(x) * x**3).sum()


def scalar_of_two(lib):
    return lambda x, y: (lib.exp(x) * y**2 * x.sum()).sum().reshape(1)


CASES = [
    ("vjp", one, (X,), False, (Y[:2],)),
    ("vjp", several, (X, Y), True, (X, Y[:2])),
    ("vjp", scalar, (X,), False, None),
    ("vjp", scalar, (X,), True, None),
    ("jvp", one, (X,), False, (X,)),
    ("jvp", several, (X, Y), True, (X, Y)),
    ("jvp", one, (X[:1, :1],), False, None),
    ("jvp", one, (X[:1, :1],), True, None),
    ("jacobian", one, (X,), False, None),
    ("jacobian", one, (X,), True, None),
    ("jacobian", several, (X, Y), True, None),
    ("hessian", scalar, (X,), False, None),
    ("hessian", scalar_of_two, (X, Y), True, None),
    ("vhp", scalar, (X,), False, (X,)),
    ("vhp", scalar_of_two, (X, Y), True, (X, Y)),
    ("hvp", scalar, (X,), False, (X,)),
    ("hvp", scalar_of_two, (X, Y), True, (X, Y)),
    ("hvp", scalar, (X[:1, :1],), False, None),
    ("hvp", scalar, (X[:1, :1],), True, None),
    ("vhp", scalar, (X[:1, :1],), True, None),
]


def compare(mine, theirs):
    assert type(mine) is tuple if isinstance(theirs, tuple) else isinstance(mine, ag.Tensor)
    if isinstance(theirs, tuple):
        assert len(mine) == len(theirs)
        for a, b in zip(mine, theirs, strict=True):
            compare(a, b)
        return
    assert mine.shape == tuple(theirs.shape)
    assert mine.requires_grad == theirs.requires_grad
    np.testing.assert_allclose(mine.detach().numpy(), theirs.detach().numpy(), rtol=1e-9, atol=1e-12)


def call(lib, make, name, function, inputs, is_tuple, v, **settings):
    points = tuple(make(x) for x in inputs)
    arguments = [function(lib), points if is_tuple else points[0]]
    if v is not None:
        vectors = tuple(make(x) for x in v)
        arguments.append(vectors if is_tuple else vectors[0])
    return points, getattr(lib.autograd.functional, name)(*arguments, **settings)


@pytest.mark.parametrize(("name", "function", "inputs", "is_tuple", "v"), CASES)
@pytest.mark.parametrize("settings", [{}, {"create_graph": True}, {"strict": True}], ids=str)
def test_results_are_pytorchs(name, function, inputs, is_tuple, v, settings, torch):
    _, mine = call(ag, ag.tensor, name, function, inputs, is_tuple, v, **settings)
    _, theirs = call(torch, torch.tensor, name, function, inputs, is_tuple, v, **settings)
    compare(mine, theirs)


def leaves(result):
    return [leaf for part in result for leaf in leaves(part)] if isinstance(result, tuple) else [result]


@pytest.mark.parametrize(("name", "function", "inputs", "is_tuple", "v"), CASES)
def test_with_create_graph_results_lead_back_to_the_inputs(name, function, inputs, is_tuple, v, torch):
    found = []
    for lib in (ag, torch):
        points, result = call(
            lib,
            lambda x, lib=lib: lib.tensor(x, requires_grad=True),
            name,
            function,
            inputs,
            is_tuple,
            v,
            create_graph=True,
        )
        sum((leaf**2).sum() for leaf in leaves(result)).backward()
        found.append([p.grad.numpy() for p in points])
    for a, b in zip(*found, strict=True):
        np.testing.assert_allclose(a, b, rtol=1e-8, atol=1e-10)


def test_without_create_graph_nothing_is_recorded():
    w = ag.tensor(Y, requires_grad=True)
    x = ag.tensor(Y, requires_grad=True)
    value, product = functional.vjp(lambda x: x * w, x, x)
    assert not value.requires_grad
    assert not product.requires_grad
    assert not functional.hessian(lambda x: (x**3 * w).sum(), x).requires_grad
    assert w.grad is None
    assert x.grad is None


@pytest.mark.parametrize("name", [name for name in NAMES if name not in ("jacobian", "hessian")])
@pytest.mark.parametrize("size", [1, 3])
def test_a_vector_may_stand_alone_or_in_a_tuple_of_one(name, size):
    transform = getattr(functional, name)
    x, v = ag.tensor(Y[:size]), ag.tensor(Y[::-1][:size].copy())
    function = scalar(ag) if name in ("vhp", "hvp") else ag.sin
    alone, within = transform(function, x, v), transform(function, x, (v,))
    assert [t.tolist() for t in within] == [t.tolist() for t in alone]
    assert alone[1].shape == x.shape


@pytest.mark.parametrize("name", NAMES)
def test_arguments_and_defaults_are_pytorchs(name, torch):
    def arguments(lib):
        return [
            (p.name, p.default)
            for p in inspect.signature(getattr(lib.autograd.functional, name)).parameters.values()
        ]

    assert arguments(ag) == arguments(torch)


def test_pytorchs_choice_of_an_implementation_changes_nothing():
    x = ag.tensor(Y)
    plain = functional.jacobian(ag.sin, x)
    for settings in ({"vectorize": True}, {"vectorize": True, "strategy": "forward-mode"}):
        assert functional.jacobian(ag.sin, x, **settings).tolist() == plain.tolist()
    square = scalar(ag)
    found = functional.hessian(square, x, vectorize=True, outer_jacobian_strategy="forward-mode")
    assert found.tolist() == functional.hessian(square, x).tolist()
    with pytest.raises(
        ValueError, match=exactly("the strategy must be 'reverse-mode' or 'forward-mode', not 'forward'")
    ):
        functional.jacobian(ag.sin, x, strategy="forward")


def constant(lib):
    return lambda x, y: (lib.sin(x) * x, lib.ones(2))


def one_of_two(lib):
    return lambda x, y: (x**3).sum()


def apart(lib):
    return lambda x, y: (x**3).sum() + (y**3).sum()


def linear(lib):
    return lambda x, y: (x**3).sum() + y.sum()


STRICT = [
    ("vjp", constant, (X, Y[:2]), exactly("vjp: output 1 depends on no input, which strict=True forbids")),
    ("vjp", one_of_two, None, exactly("vjp: no output depends on input 1, which strict=True forbids")),
    ("jvp", constant, (X, Y), exactly("jvp: output 1 depends on no input, which strict=True forbids")),
    ("jvp", one_of_two, (X, Y), exactly("jvp: no output depends on input 1, which strict=True forbids")),
    (
        "jacobian",
        one_of_two,
        None,
        exactly("jacobian: output 0 does not depend on input 1, which strict=True forbids"),
    ),
    ("hessian", one_of_two, None, exactly("hessian: no output depends on input 1, which strict=True forbids")),
    (
        "hessian",
        apart,
        None,
        exactly("hessian (of the gradient): output 1 does not depend on input 0, which strict=True forbids"),
    ),
    (
        "hessian",
        linear,
        None,
        exactly("hessian (of the gradient): output 1 depends on no input, which strict=True forbids"),
    ),
    ("vhp", one_of_two, (X, Y), exactly("vhp: no output depends on input 1, which strict=True forbids")),
    (
        "vhp",
        linear,
        (X, Y),
        exactly("vhp (of the gradient): output 1 depends on no input, which strict=True forbids"),
    ),
    (
        "hvp",
        linear,
        (X, Y),
        exactly("hvp (of the gradient): output 1 depends on no input, which strict=True forbids"),
    ),
]


@pytest.mark.parametrize(("name", "function", "v", "words"), STRICT)
def test_strict_refuses_an_independence_and_otherwise_there_are_zeros(name, function, v, words, torch):
    with pytest.raises(RuntimeError, match=words):
        call(ag, ag.tensor, name, function, (X, Y), True, v, strict=True)
    with pytest.raises(RuntimeError):
        call(torch, lambda x: torch.tensor(x), name, function, (X, Y), True, v, strict=True)
    if function is not constant:
        _, mine = call(ag, ag.tensor, name, function, (X, Y), True, v)
        _, theirs = call(torch, torch.tensor, name, function, (X, Y), True, v)
        compare(mine, theirs)


@pytest.mark.parametrize("name", ["vjp", "jvp", "jacobian"])
def test_strict_knows_that_a_result_depends_on_an_input_that_it_is(name, torch):
    v = None if name == "jacobian" else (X,)
    _, mine = call(ag, ag.tensor, name, lambda lib: lambda x: x, (X,), False, v, strict=True)
    _, theirs = call(torch, lambda x: torch.tensor(x), name, lambda lib: lambda x: x * 1, (X,), False, v)
    compare(mine, theirs)


@pytest.mark.parametrize("name", ["vjp", "jvp"])
def test_strict_allows_outputs_that_depend_on_one_input_each(name, torch):
    def apart(lib):
        return lambda x, y: (lib.sin(x), y**2)

    _, mine = call(ag, ag.tensor, name, apart, (X, Y), True, (X, Y), strict=True)
    _, theirs = call(torch, lambda x: torch.tensor(x), name, apart, (X, Y), True, (X, Y), strict=True)
    compare(mine, theirs)
    with pytest.raises(
        RuntimeError, match=r"^jacobian: output 1 does not depend on input 0, which strict=True forbids$"
    ):
        call(ag, ag.tensor, "jacobian", apart, (X, Y), True, None, strict=True)


@pytest.mark.parametrize(
    ("attempt", "error", "words"),
    [
        (
            lambda x: functional.vjp(ag.sin, x),
            RuntimeError,
            exactly("vjp: v may only be left out where func returns a single tensor of one element"),
        ),
        (
            lambda x: functional.jvp(ag.sin, x),
            RuntimeError,
            exactly("jvp: v may only be left out where func takes a single tensor of one element"),
        ),
        (
            lambda x: functional.vjp(lambda x: (x[0], x), x),
            RuntimeError,
            exactly("vjp: v may only be left out where func returns a single tensor of one element"),
        ),
        (
            lambda x: functional.jvp(ag.mul, (x[0], x)),
            RuntimeError,
            exactly("jvp: v may only be left out where func takes a single tensor of one element"),
        ),
        (
            lambda x: functional.vjp(ag.sin, x, x[:2]),
            RuntimeError,
            exactly("vjp: cotangents has shape (2,), expected (3,)"),
        ),
        (
            lambda x: functional.vjp(ag.sin, [x]),
            TypeError,
            exactly("vjp: inputs must be a tensor or a tuple of tensors, not contain a list of length 1"),
        ),
        (
            lambda x: functional.jacobian(ag.sin, (x, 1.0)),
            TypeError,
            exactly("jacobian: inputs must be a tensor or a tuple of tensors, not contain a float"),
        ),
        (
            lambda x: functional.jacobian(lambda x: [x], x),
            TypeError,
            exactly(
                "jacobian: what the function returns must be a tensor or a tuple of tensors, not "
                "contain a list of length 1"
            ),
        ),
        (
            lambda x: functional.hessian(ag.sin, x),
            RuntimeError,
            exactly("hessian: the function returned a tensor of shape (3,), expected one element"),
        ),
        (
            lambda x: functional.vhp(lambda x: 1.0, x, x),
            TypeError,
            exactly("vhp: the function returned a float, expected a tensor of one element"),
        ),
    ],
)
def test_mistakes_are_named(attempt, error, words):
    with pytest.raises(error, match=words):
        attempt(ag.tensor(Y))
