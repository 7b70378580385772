"""What every constructor and every draw does with its keywords: the table says what must stand before them."""

import inspect

import numpy as np
import pytest

import autograd_engine as ag
from autograd_engine.tensor import creation, random

LIKE = ag.zeros(2, 3, dtype=ag.float64)
SHARE = ag.full((4, 3), 0.4, dtype=ag.float64)

CONSTRUCTORS = {
    "arange": (1.0, 5.0),
    "as_tensor": ([1.5, 2.0],),
    "empty": (2, 3),
    "empty_like": (LIKE,),
    "eye": (2,),
    "full": ((2, 3), 1.5),
    "full_like": (LIKE, 2.5),
    "linspace": (0, 1, 5),
    "logspace": (0, 1, 5),
    "normal": (0.0, 1.0, (2, 3)),
    "ones": (2, 3),
    "ones_like": (LIKE,),
    "rand": (2, 3),
    "rand_like": (LIKE,),
    "randint": (1, 5, (2, 3)),
    "randint_like": (LIKE, 1, 5),
    "randn": (2, 3),
    "randn_like": (LIKE,),
    "randperm": (5,),
    "tensor": ([1.5, 2.0],),
    "tril_indices": (3, 3),
    "triu_indices": (3, 3),
    "zeros": (2, 3),
    "zeros_like": (LIKE,),
}
METHODS = {
    "new_empty": (2, 3),
    "new_full": ((2, 3), 1.5),
    "new_ones": (2, 3),
    "new_tensor": ([1.5, 2.0],),
    "new_zeros": (2, 3),
}
INTEGERS = ("randint", "randperm", "tril_indices", "triu_indices")
"""What makes integers unless told otherwise."""


def makers():
    for name, arguments in CONSTRUCTORS.items():
        yield pytest.param(name, getattr(ag, name), arguments, id=name)
    for name, arguments in METHODS.items():
        yield pytest.param(name, getattr(LIKE, name), arguments, id=name)


each_maker = pytest.mark.parametrize(("name", "make", "arguments"), list(makers()))


def test_no_constructor_is_forgotten():
    made = {n: vars(room)[n] for room in (creation, random) for n in room.__all__}
    takes_dtype = {n for n, make in made.items() if "dtype" in inspect.signature(make).parameters}
    assert takes_dtype == set(CONSTRUCTORS)
    assert {name for name in dir(ag.Tensor) if name.startswith("new_")} == set(METHODS)


@each_maker
def test_a_dtype_is_given_taken_over_or_the_default(name, make, arguments):
    taken_over = "like" in name or "new_" in name
    expected = ag.int64 if name in INTEGERS else LIKE.dtype if taken_over else ag.float32
    assert make(*arguments).dtype == expected
    for dtype in (ag.float16, ag.float64):
        assert make(*arguments, dtype=dtype).dtype == dtype


@each_maker
def test_a_tensor_requires_gradients_only_if_told(name, make, arguments):
    assert not make(*arguments, dtype=ag.float32).requires_grad
    if name in ("as_tensor", "randperm", "tril_indices", "triu_indices"):
        return
    x = make(*arguments, dtype=ag.float32, requires_grad=True)
    assert x.requires_grad
    assert x.is_leaf
    with pytest.raises((RuntimeError, TypeError), match="int64"):
        make(*arguments, dtype=ag.int64, requires_grad=True)


@each_maker
def test_a_device_is_the_cpu_or_refused(name, make, arguments):
    assert make(*arguments, device="cpu").device == ag.device("cpu")
    with pytest.raises(ValueError, match=r"no device 'cuda'"):
        make(*arguments, device="cuda")


DRAWS = {
    "bernoulli": lambda g: ag.bernoulli(SHARE, generator=g),
    "bernoulli with p": lambda g: ag.bernoulli(SHARE, 0.7, generator=g),
    "multinomial": lambda g: ag.multinomial(SHARE, 2, generator=g),
    "multinomial with replacement": lambda g: ag.multinomial(SHARE, 5, True, generator=g),
    "normal": lambda g: ag.normal(1.0, 2.0, (3,), generator=g),
    "rand": lambda g: ag.rand(3, generator=g),
    "randint": lambda g: ag.randint(0, 99, (3,), generator=g),
    "randn": lambda g: ag.randn(3, generator=g),
    "randperm": lambda g: ag.randperm(30, generator=g),
    "Tensor.bernoulli": lambda g: SHARE.bernoulli(generator=g),
    "Tensor.bernoulli with p": lambda g: SHARE.bernoulli(0.7, generator=g),
    "Tensor.multinomial": lambda g: SHARE.multinomial(2, generator=g),
    "Tensor.multinomial with replacement": lambda g: SHARE.multinomial(5, True, generator=g),
    "bernoulli_": lambda g: ag.empty(50).bernoulli_(generator=g),
    "cauchy_": lambda g: ag.empty(3).cauchy_(generator=g),
    "exponential_": lambda g: ag.empty(3).exponential_(generator=g),
    "geometric_": lambda g: ag.empty(50).geometric_(0.3, generator=g),
    "log_normal_": lambda g: ag.empty(3).log_normal_(generator=g),
    "normal_": lambda g: ag.empty(3).normal_(generator=g),
    "random_": lambda g: ag.empty(3).random_(generator=g),
    "uniform_": lambda g: ag.empty(3).uniform_(generator=g),
}


def test_no_draw_is_forgotten():
    places = {
        "": {name: getattr(ag, name) for room in (creation, random) for name in room.__all__},
        "Tensor.": {name: getattr(ag.Tensor, name) for name in dir(ag.Tensor)},
    }
    found = {
        (name if name.endswith("_") else prefix + name)
        for prefix, names in places.items()
        for name, value in names.items()
        if inspect.isfunction(value) and "generator" in inspect.signature(value).parameters
    }
    assert found == {name.split(" ")[0] for name in DRAWS}


@pytest.mark.parametrize("draw", DRAWS.values(), ids=DRAWS)
def test_a_generator_alone_decides_a_draw(draw):
    generator = ag.Generator().manual_seed(7)
    state = ag.get_rng_state()
    first, second = draw(generator), draw(generator)
    assert draw(ag.Generator().manual_seed(7)).tolist() == first.tolist() != second.tolist()
    following = ag.rand(3).tolist()
    ag.set_rng_state(state)
    assert ag.rand(3).tolist() == following
    ag.manual_seed(7)
    default = draw(None).tolist()
    ag.manual_seed(7)
    assert draw(None).tolist() == default != draw(None).tolist()


@pytest.mark.parametrize("name", [n for n in DRAWS if not n.startswith("Tensor") and not n.endswith("_")])
def test_a_method_draws_what_its_function_draws(name):
    if f"Tensor.{name}" not in DRAWS:
        return
    drawn = [DRAWS[n](ag.Generator().manual_seed(3)) for n in (name, f"Tensor.{name}")]
    assert drawn[0].tolist() == drawn[1].tolist()
    assert drawn[0].dtype == drawn[1].dtype


MOMENTS = {  # by default
    "uniform_": (0.5, 1 / 12),
    "normal_": (0.0, 1.0),
    "exponential_": (1.0, 1.0),
    "bernoulli_": (0.5, 0.25),
    "rand": (0.5, 1 / 12),
    "randn": (0.0, 1.0),
    "rand_like": (0.5, 1 / 12),
    "randn_like": (0.0, 1.0),
}


@pytest.mark.parametrize(("name", "moments"), list(MOMENTS.items()), ids=MOMENTS)
def test_a_draw_has_its_moments_by_default(name, moments):
    ag.manual_seed(11)
    x = ag.zeros(200, 200, dtype=ag.float64)
    drawn = getattr(x, name)() if name.endswith("_") else getattr(ag, name)(x if "like" in name else x.shape)
    mean, variance = moments
    assert drawn.shape == x.shape
    assert abs(drawn.mean().item() - mean) < 5 * np.sqrt(variance / 40_000)
    assert drawn.var().item() == pytest.approx(variance, rel=0.05)


def test_draws_without_a_variance_have_their_medians_by_default():
    ag.manual_seed(12)
    x = ag.empty(40_001, dtype=ag.float64)
    cauchy = x.cauchy_().numpy()
    assert np.quantile(cauchy, [0.25, 0.5, 0.75]) == pytest.approx([-1, 0, 1], abs=0.05)
    normal = np.log(x.log_normal_().numpy())
    assert (normal.mean(), normal.std()) == pytest.approx((1, 2), abs=0.05)


@pytest.mark.parametrize(
    ("fill", "kind", "text"),
    [
        (lambda x: x.uniform_(2, 1), ValueError, "uniform_: the interval [2, 1) is empty"),
        (lambda x: x.exponential_(0), ValueError, "exponential_: the rate must be positive, not 0"),
        (lambda x: x.geometric_(0), ValueError, "geometric_: p must be a probability above 0, not 0"),
        (lambda x: x.geometric_(1.5), ValueError, "geometric_: p must be a probability above 0, not 1.5"),
        (lambda x: x.bernoulli_(1.5), ValueError, "bernoulli_: p must hold probabilities, between 0 and 1"),
        (lambda x: x.bernoulli_(-0.5), ValueError, "bernoulli_: p must hold probabilities, between 0 and 1"),
        (lambda x: x.random_(5, 3), ValueError, "random_: there is no integer from 5 up to but not including 3"),
        (lambda x: x.random_(-1), ValueError, "random_: there is no integer from 0 up to but not including -1"),
        *(
            (
                lambda x, name=name: getattr(x.long(), name)(),
                TypeError,
                f"{name}: real numbers do not fit in a tensor of dtype int64",
            )
            for name in ("uniform_", "normal_", "log_normal_", "exponential_", "cauchy_")
        ),
        (
            lambda x: ag.rand(2, dtype=ag.int64),
            TypeError,
            "random real numbers need a floating dtype, not int64; for integers use randint",
        ),
    ],
)
def test_a_draw_that_cannot_be_is_refused(fill, kind, text):
    with pytest.raises(kind) as error:
        fill(ag.zeros(2))
    assert str(error.value) == text


def test_the_bounds_of_a_draw_are_allowed():
    x = ag.zeros(50)
    assert x.uniform_(2, 2).tolist() == [2.0] * 50
    assert x.geometric_(1).tolist() == [1.0] * 50
    assert x.bernoulli_(1).tolist() == [1.0] * 50
    assert x.bernoulli_(0).tolist() == [0.0] * 50
    assert x.random_(3, 4).tolist() == [3.0] * 50
    assert set(x.long().random_(2).tolist()) == {0, 1}
