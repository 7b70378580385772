"""What is found in two places does the same in both: methods, in-place forms, draws, `new_` and `_like`.

Most methods are the functions themselves, which is asked of every name that both have. The others, found the same
way, are run beside their function, on the same stream of random numbers.
"""

import inspect

import numpy as np
import pytest

import autograd_engine as ag
from autograd_engine.nn import init
from autograd_engine.ops.names import names_in

X = np.array([[0.5, -1.25, 2.0], [3.0, 0.25, -0.5]])


def x(dtype=ag.float64):
    return ag.tensor(X, dtype=dtype)


FUNCTIONS = names_in("torch")
SHARED = {
    name
    for name in dir(ag.Tensor)
    if not name.startswith("_") and callable(getattr(ag.Tensor, name)) and callable(getattr(ag, name, None))
}
METHODS = {name for name in SHARED if inspect.unwrap(getattr(ag.Tensor, name)) is inspect.unwrap(getattr(ag, name))}
"""Names at which the method is the function."""

QUERIES = {"is_complex", "is_floating_point", "is_nonzero", "numel"}
"""Methods that return no tensor."""

PAIRS = {
    "bernoulli": (
        lambda g: ag.bernoulli(x().abs() / 4, generator=g),
        lambda g: (x().abs() / 4).bernoulli(generator=g),
    ),
    "bernoulli of p": (lambda g: ag.bernoulli(x(), 0.3, generator=g), lambda g: x().bernoulli(0.3, generator=g)),
    "multinomial": (
        lambda g: ag.multinomial(x().abs(), 2, generator=g),
        lambda g: x().abs().multinomial(2, generator=g),
    ),
    "multinomial with replacement": (
        lambda g: ag.multinomial(x().abs(), 5, True, generator=g),
        lambda g: x().abs().multinomial(5, True, generator=g),
    ),
    "polygamma": (lambda g: ag.polygamma(2, x().abs()), lambda g: x().abs().polygamma(2)),
    "polygamma_": (lambda g: ag.polygamma(1, x().abs()), lambda g: x().abs().polygamma_(1)),
    "where": (lambda g: ag.where(x() > 0, x(), 7.0), lambda g: x().where(x() > 0, 7.0)),
    "view_as": (lambda g: ag.view(x(), 3, 2), lambda g: x().view_as(ag.zeros(3, 2))),
    "reshape_as": (lambda g: ag.reshape(x(), (6, 1)), lambda g: x().reshape_as(ag.zeros(6, 1))),
    "expand_as": (lambda g: x()[0].expand(4, 3), lambda g: x()[0].expand_as(ag.zeros(4, 3))),
    "copy_": (lambda g: x() * 2, lambda g: ag.zeros(2, 3, dtype=ag.float64).copy_(x() * 2)),
    "fill_": (lambda g: ag.full((2, 3), 2.5, dtype=ag.float64), lambda g: x().fill_(2.5)),
    "zero_": (lambda g: ag.zeros_like(x()), lambda g: x().zero_()),
    "init.constant_": (lambda g: x().fill_(2.5), lambda g: init.constant_(x(), 2.5)),
    "init.zeros_": (lambda g: ag.zeros_like(x()), lambda g: init.zeros_(x())),
    "init.ones_": (lambda g: ag.ones_like(x()), lambda g: init.ones_(x())),
    "init.eye_": (lambda g: ag.eye(2, 3, dtype=ag.float64), lambda g: init.eye_(x())),
}
"""A function, and the method that repeats it; both are given a generator."""

DRAWS = {
    "rand": (lambda e, g: ag.rand(*e.shape, dtype=e.dtype, generator=g), lambda e, g: e.uniform_(generator=g)),
    "uniform_": (
        lambda e, g: ag.rand(*e.shape, dtype=e.dtype, generator=g) * 4.0 + -1.0,
        lambda e, g: e.uniform_(-1.0, 3.0, generator=g),
    ),
    "randn": (lambda e, g: ag.randn(*e.shape, dtype=e.dtype, generator=g), lambda e, g: e.normal_(generator=g)),
    "normal": (
        lambda e, g: ag.normal(2.0, 3.0, e.shape, dtype=e.dtype, generator=g),
        lambda e, g: e.normal_(2.0, 3.0, generator=g),
    ),
    "randint": (
        lambda e, g: ag.randint(2, 9, e.shape, dtype=e.dtype, generator=g),
        lambda e, g: e.random_(2, 9, generator=g),
    ),
    "randint from 0": (
        lambda e, g: ag.randint(9, e.shape, dtype=e.dtype, generator=g),
        lambda e, g: e.random_(9, generator=g),
    ),
    "bernoulli_": (
        lambda e, g: ag.bernoulli(ag.full(e.shape, 0.3, dtype=e.dtype), generator=g),
        lambda e, g: e.bernoulli_(ag.full(e.shape, 0.3, dtype=e.dtype), generator=g),
    ),
    "bernoulli_ of p": (
        lambda e, g: ag.bernoulli(e, 0.6, generator=g),
        lambda e, g: e.bernoulli_(0.6, generator=g),
    ),
    "init.uniform_": (
        lambda e, g: init.uniform_(ag.zeros_like(e), -2.0, 5.0, g),
        lambda e, g: e.uniform_(-2.0, 5.0, generator=g),
    ),
    "init.normal_": (
        lambda e, g: init.normal_(ag.zeros_like(e), 0.5, 0.1, g),
        lambda e, g: e.normal_(0.5, 0.1, generator=g),
    ),
    "init.xavier_uniform_": (
        lambda e, g: init.xavier_uniform_(ag.zeros_like(e), 2.0, g),
        lambda e, g: e.uniform_(-2 * (6 / 43) ** 0.5, 2 * (6 / 43) ** 0.5, generator=g),
    ),
    "init.kaiming_normal_": (
        lambda e, g: init.kaiming_normal_(ag.zeros_like(e), nonlinearity="linear", generator=g),
        lambda e, g: e.normal_(0.0, 40**-0.5, generator=g),
    ),
}
"""A function, and the fill that repeats it, of an empty tensor."""

LIKE = {
    "zeros": {},
    "ones": {},
    "empty": {},
    "full": {"fill_value": 2.5},
    "rand": {},
    "randn": {},
    "randint": {"low": 2, "high": 9},
}
OPTIONS = [{}, {"dtype": ag.float32}, {"requires_grad": True}, {"dtype": ag.float16, "requires_grad": True}]


def same(ours, theirs):
    assert ours.dtype == theirs.dtype
    assert ours.shape == theirs.shape
    assert ours.requires_grad == theirs.requires_grad
    np.testing.assert_array_equal(ours.detach().numpy(), theirs.detach().numpy())


def test_methods_are_the_functions_but_for_those_that_are_compared():
    assert len(METHODS) > 250
    assert {case.split()[0] for case in PAIRS} | QUERIES >= SHARED - METHODS


@pytest.mark.parametrize("name", sorted(QUERIES))
def test_a_query_repeats_its_function(name):
    for tensor in (x()[0, :1], ag.tensor([0]), ag.tensor(True)):
        assert getattr(tensor, name)() == getattr(ag, name)(tensor)


def test_in_place_forms_are_made_of_the_functions():
    forms = {n for n in dir(ag.Tensor) if n.endswith("_") and not n.startswith("_")}
    made = {n for n in forms if hasattr(getattr(ag.Tensor, n), "__wrapped__")}
    for name in made:
        base = inspect.unwrap(getattr(ag.Tensor, name[:-1], None) or FUNCTIONS[name[:-1]])
        assert inspect.unwrap(getattr(ag.Tensor, name)) is base, name
    assert len(made) > 100


@pytest.mark.parametrize("case", PAIRS)
def test_a_method_repeats_its_function(case):
    ours, theirs = (function(ag.Generator().manual_seed(5)) for function in PAIRS[case])
    same(ours, theirs)


@pytest.mark.parametrize("dtype", [ag.float64, ag.float32, ag.float16], ids=str)
@pytest.mark.parametrize("case", DRAWS)
def test_a_fill_repeats_its_function_on_the_same_stream(case, dtype):
    empty = ag.empty(3, 40, dtype=dtype)
    ours, theirs = (function(empty.clone(), ag.Generator().manual_seed(5)) for function in DRAWS[case])
    same(ours, theirs)
    results = []
    for function in DRAWS[case]:  # and on the stream that all share
        ag.manual_seed(7)
        results.append(function(empty.clone(), None))
    same(*results)


@pytest.mark.parametrize("options", OPTIONS, ids=str)
@pytest.mark.parametrize("name", LIKE)
def test_what_is_made_like_a_tensor(name, options):
    source, settings = x(ag.float16), LIKE[name]
    given = {"dtype": ag.float16, **options}
    made = getattr(ag, name)
    ag.manual_seed(3)
    if name == "full":
        wanted = made((2, 3), 2.5, **given)
    elif name == "randint":
        wanted = made(2, 9, (2, 3), **given)
    else:
        wanted = made(2, 3, **given)
    ag.manual_seed(3)
    like = getattr(ag, f"{name}_like")(source, **settings, **options)
    if name == "empty":
        like, wanted = (t.detach().zero_() for t in (like, wanted))
    same(like, wanted)
    new = getattr(source, f"new_{name}", None)
    if new is not None:
        result = new((2, 3), *settings.values(), **options)
        same(result.detach().zero_() if name == "empty" else result, wanted)


@pytest.mark.parametrize("options", OPTIONS, ids=str)
def test_new_tensor_copies_as_tensor_does(options):
    same(x(ag.float16).new_tensor(X, **options), ag.tensor(X, **{"dtype": ag.float16, **options}))
