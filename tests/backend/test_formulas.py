"""Formulas that are read do what the functions do that they were read of, and what cannot be read is not."""

import numpy as np
import pytest

from autograd_engine.backend import formulas
from autograd_engine.backend.formulas import Formula
from autograd_engine.backend.kernels import choice, updates

NAMES = ("a", "b")
NUMBERS = (0.5, 0.0, -2.0)


def arrays(size=50, seed=0):
    random = np.random.default_rng(seed)
    p, g, a, b = (random.standard_normal(size) for _ in range(4))
    return p, g, a, b


def directly(function, numbers, given):
    p, g, *state = (x.copy() for x in given)
    state = dict(zip(NAMES, state, strict=True))
    p = function(p, g, state, numbers)
    return [p, *(state[name] for name in NAMES)]


def read_by(form, function, numbers, given):
    read = Formula(function, NAMES).read(numbers)
    assert read is not None
    p, g, *state = (x.copy() for x in given)
    form([p], [g], [tuple(state)], *read)
    np.testing.assert_array_equal(g, given[1])
    return [p, *state]


def forms():
    found = [updates.update.numpy]
    if not choice.reason_without(np.ndarray):
        from autograd_engine.backend.compiled.updates import _source

        def loop(values, gradients, states, reading, numbers):
            namespace = dict(formulas.FUNCTIONS)
            exec(_source(reading), namespace)
            namespace["update"](values[0], gradients[0], *states[0], np.array(numbers), 0, values[0].size)

        found.append(loop)
    return found


def check(function, numbers=NUMBERS, given=None):
    given = arrays() if given is None else given
    expected = directly(function, numbers, given)
    for form in forms():
        for one, other in zip(read_by(form, function, numbers, given), expected, strict=True):
            np.testing.assert_allclose(one, other, rtol=1e-12, atol=1e-12)


def elementwise(f):
    return lambda p, g, s, c: f(p, g)


@pytest.mark.parametrize("name", sorted(f.__name__ for f in (*formulas._ARITHMETIC, *formulas._COMPARISONS)))
def test_every_operation(name):
    function = getattr(np, name)
    positive = [np.abs(x) for x in arrays()]
    if function.nin == 1:
        check(elementwise(lambda p, g: function(p) * g), given=positive)
        return
    if function in formulas._COMPARISONS:
        positive[1][::2] = positive[0][::2]
        check(elementwise(lambda p, g: np.where(function(p, g), p, 3.0)), given=positive)
        check(elementwise(lambda p, g: np.where(function(p, 0.7), 0.0, g)), given=positive)
        return
    check(elementwise(function))
    check(elementwise(lambda p, g: function(2.0, p)))
    check(elementwise(lambda p, g: function(p, np.float64(0.3))))


@pytest.mark.parametrize(("dtype", "precision"), [(np.float32, 2e-6), (np.float64, 1e-12)])
def test_every_operation_is_compiled(dtype, precision):
    pytest.importorskip("numba")
    compiled = choice.implementation(updates.update.numpy, np.ndarray)

    def function(p, g, s, c):
        for operation in formulas._ARITHMETIC:
            s["a"] = s["a"] + (operation(p) if operation.nin == 1 else operation(p, g) * operation(c[0], p))
        for comparison in formulas._COMPARISONS:
            s["b"] = s["b"] + np.where(comparison(p, g), p, 0.25) * np.where(comparison(p, c[0]), 0.75, g)
        return p

    results = []
    for form in (compiled, updates.update.numpy):
        p, g, a, b = (np.abs(x).astype(dtype) + dtype(0.5) for x in arrays(3000))
        p[::3], p[::7] = g[::3], 0.5
        form([p], [g], [(a, b)], *Formula(function, NAMES).read((0.5,)))
        results.append((a, b))
    for one, other in zip(*results, strict=True):
        assert one.dtype == dtype
        np.testing.assert_allclose(one, other, rtol=precision)


@pytest.mark.parametrize(
    "function",
    [
        lambda p, g, s, c: p**2 + 3 * g - c[0],
        lambda p, g, s, c: -p + +1.0 * abs(g),
        lambda p, g, s, c: np.clip(p, c[2], c[0]),
        lambda p, g, s, c: np.where(c[1] > 0, p, g),
        lambda p, g, s, c: p * (1 - c[0]) + g * max(c[0], c[2], 0.7) - float("inf") * np.sign(g),
    ],
)
def test_python_writes_them_too(function):
    check(function)


def _swap(p, g, s, c):
    s["a"], s["b"] = s["b"], s["a"]
    return p


def _rotate(p, g, s, c):
    p, s["a"], s["b"] = s["a"], s["b"], p
    return p


def _one_for_two(p, g, s, c):
    s["a"] = s["b"] = p - 2 * g
    return s["a"]


def _old_after_new(p, g, s, c):
    old = s["a"]
    s["a"] = 0.9 * old + 0.1 * g
    s["b"] = s["a"] - old
    return p + old * s["b"]


def _multiples_twice(p, g, s, c):
    step = c[0] * g
    s["a"] = s["a"] + step
    s["b"] = step - s["b"]
    return p - 3.0 * p + step


def _untouched(p, g, s, c):
    p * g
    return p


@pytest.mark.parametrize("function", [_swap, _rotate, _one_for_two, _old_after_new, _multiples_twice, _untouched])
def test_no_value_is_overwritten_before_its_last_use(function):
    check(function)


STEPS = (
    lambda x, y, k: x + y,
    lambda x, y, k: k * x + y,
    lambda x, y, k: x - k * y,
    lambda x, y, k: k * x - (1 - k) * y,
    lambda x, y, k: k * x,
    lambda x, y, k: np.maximum(x, y),
    lambda x, y, k: x * y,
    lambda x, y, k: np.where(x > y, x, k),
    lambda x, y, k: np.sqrt(abs(x) + 1.0),
)


@pytest.mark.parametrize("seed", range(100))
def test_random_formulas(seed):
    def function(p, g, s, c):
        random = np.random.default_rng(seed)
        values = [p, g, s["a"], s["b"]]
        for _ in range(random.integers(3, 14)):
            x, y = (values[i] for i in random.integers(len(values), size=2))
            values.append(STEPS[random.integers(len(STEPS))](x, y, c[random.integers(3)]))
        p, s["a"], s["b"] = (values[i] for i in random.integers(1, len(values), size=3))
        return p

    check(function, (0.5, 0.25, -0.75), arrays(seed=seed))


# --------------------------------------------------------------------------------------- what is not read


def _in_place(p, g, s, c):
    p -= c[0] * g
    return p


def _with_out(p, g, s, c):
    return np.add(p, g, out=p)


def _branching_on_an_element(p, g, s, c):
    return p if p > 0 else g


def _a_new_state(p, g, s, c):
    s["new"] = g
    return p


@pytest.mark.parametrize(
    "function",
    [
        _in_place,
        _with_out,
        _branching_on_an_element,
        _a_new_state,
        lambda p, g, s, c: p / np.sum(g * g),
        lambda p, g, s, c: p / np.linalg.norm(g),
        lambda p, g, s, c: p * g.max(),
        lambda p, g, s, c: np.add.accumulate(p),
        lambda p, g, s, c: p[::-1] + g,
        lambda p, g, s, c: p + np.ones(p.size),
        lambda p, g, s, c: p + np.arange(50.0),
        lambda p, g, s, c: p * (g > 0),
        lambda p, g, s, c: p > g,
        lambda p, g, s, c: 1.0,
        lambda p, g, s, c: p**3,
        lambda p, g, s, c: np.sin(p),
        lambda p, g, s, c: np.where((p > 0) | g, p, g),
        lambda p, g, s, c: p + 1j * g,
        lambda p, g, s, c: p * s["missing"],
        lambda p, g, s, c: p * np.power(2.0, float(c[0])),
        lambda p, g, s, c: np.where(p, p, g),
        lambda p, g, s, c: np.where(p > 0),
    ],
)
def test_what_cannot_be_read(function):
    formula = Formula(function, NAMES)
    assert formula.read(NUMBERS) is None
    assert formula.read(NUMBERS) is None


@pytest.mark.parametrize("numbers", [("x",), (None,), (np.ones(3),), ([1.0],)])
def test_coefficients_that_are_no_numbers(numbers):
    assert Formula(lambda p, g, s, c: p, NAMES).read(numbers) is None


# ------------------------------------------------------------------------------------- changing numbers


def test_a_branch_on_a_number_is_taken_anew_in_each_step():
    def function(p, g, s, c):
        return p - g / c[0] if c[0] else p + g

    formula = Formula(function, NAMES)
    given = arrays()
    for number in (2.0, 0.0, 4, 0, -1.0, True, np.float32(0.5)):
        for form in forms():
            p, g, *state = (x.copy() for x in given)
            form([p], [g], [tuple(state)], *formula.read((number,)))
            np.testing.assert_allclose(p, function(*given[:2], {}, (number,)))
    assert len(formula._known) == 2


def test_as_many_decisions_as_steps_are_given_up():
    formula = Formula(lambda p, g, s, c: p - g if c[0] == round(c[1], 9) else p + g, NAMES)
    assert formula.read((1.0, 1.0)) is None  # a symbol cannot be rounded

    def function(p, g, s, c):
        for step in range(100):
            if c[0] == step:
                return p * step
        return p

    formula = Formula(function, NAMES)
    read = [formula.read((float(step),)) is not None for step in range(30)]
    assert read == [True] * formulas._MOST_READINGS + [False] * (30 - formulas._MOST_READINGS)


def test_more_numbers_or_none_are_read_anew():
    formula = Formula(lambda p, g, s, c: p * c[-1], NAMES)
    assert formula.read((1.0, 2.0))[1] == (2.0,)
    assert formula.read((3.0,))[1] == (3.0,)
    assert formula.read((1.0, 4.0))[1] == (4.0,)
    assert formula.read((None,)) is None


def test_a_fault_of_the_formula_shows():
    formula = Formula(lambda p, g, s, c: p.no_such_method(), NAMES)
    given = arrays()
    with pytest.raises(AttributeError, match="no_such_method"):
        updates.apply(formula, [given[0]], [given[1]], [given[2:]], ())
