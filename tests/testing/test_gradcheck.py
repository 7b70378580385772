"""The checker is checked: right rules pass, and each kind of planted mistake is found and named."""

import importlib
import inspect
from types import SimpleNamespace

import numpy as np
import pytest

import autograd_engine as ag
from autograd_engine.autograd import Accumulate
from autograd_engine.testing import (
    GradcheckError,
    NotSmoothError,
    arrays,
    check_call,
    check_op,
    gradcheck,
    gradgradcheck,
    tensors,
)

check = importlib.import_module("autograd_engine.testing.check")


def leaf(data, **options):
    return ag.tensor(np.asarray(data, np.float64), requires_grad=True, **options)


@ag.primitive(x=lambda g, x: g * ag.cos(x))
def good_sine(x):
    return np.sin(x)


@ag.primitive(x=lambda g, x: g * 1.01 * ag.cos(x))
def wrong_value(x):
    return np.sin(x)


@ag.primitive(x=lambda g, x: g * np.cos(getattr(x, "array", x)))
def constant_derivative(x):
    """First order right, second order lost: the rule leaves the engine."""
    return np.sin(x)


@ag.primitive(x=lambda g, x: ag.mean(g * 2 * x, -1, keepdim=True) + 0 * x)
def wrong_broadcasting(x):
    return x * x


@ag.primitive(x=lambda g, x: g * g * 2 * x)
def not_linear(x):
    """Right for unit gradients."""
    return x * x


calls = iter(range(1_000_000))


@ag.primitive(x=lambda g: g * (1 + 1e-7 * next(calls)))
def not_deterministic(x):
    return x * 1.0


# ----------------------------------------------------------------------------------- what is right


@pytest.mark.parametrize("method", ["central", "complex"])
@pytest.mark.parametrize("fast_mode", [None, True, False])
def test_right_derivatives_pass(method, fast_mode):
    x, y = leaf([[0.5, -1.0, 2.0]]), leaf([[1.5], [0.3]])
    assert gradcheck(lambda x, y: ag.sin(x) * y, (x, y), method=method, fast_mode=fast_mode)
    assert gradgradcheck(lambda x, y: ag.sin(x) * y, (x, y), fast_mode=fast_mode)


def test_one_tensor_needs_no_tuple_and_a_function_may_return_a_tuple():
    assert gradcheck(lambda x: (x * x, ag.exp(x)), leaf([0.5, 1.0]))
    assert gradgradcheck(lambda x: (x * x, ag.exp(x)), leaf([0.5, 1.0]))
    assert gradgradcheck(lambda x: ag.unbind(x * x * x), leaf([0.5, 1.0]))


def test_other_arguments_are_left_alone():
    constant = ag.tensor([1, 2])

    def scaled(x, n, power):
        assert n is constant
        return x**power * n

    assert gradcheck(scaled, (leaf([1.0, 2.0]), constant, 3))
    assert gradgradcheck(scaled, (leaf([1.0, 2.0]), constant, 3))


def test_integer_and_constant_results_are_no_obstacle():
    assert gradcheck(lambda x: ag.max(x * x, 0), leaf([1.0, 3.0]))
    assert gradcheck(lambda x: (x * x, x.detach() * 0), leaf([1.0, 3.0]))


def test_a_linear_function_has_second_derivative_zero():
    assert gradgradcheck(lambda x: 2 * x, leaf([1.0, 2.0]))
    assert gradgradcheck(lambda x: x.sum(), leaf([[1.0, 2.0]]))


@pytest.mark.parametrize("shape", [(), (0,), (0, 3), (1, 1)])
def test_0d_and_size_0(shape):
    assert gradcheck(ag.exp, leaf(np.ones(shape)))
    assert gradgradcheck(ag.exp, leaf(np.ones(shape)))


def test_given_grad_outputs():
    x = leaf([0.5, 1.0])
    assert gradgradcheck(ag.exp, x, grad_outputs=ag.tensor([2.0, 3.0], dtype=ag.float64))
    assert gradgradcheck(ag.exp, x, grad_outputs=[leaf([2.0, 3.0])])


def test_a_difference_of_just_the_tolerance_is_right():
    x = leaf([1.0, 2.0])
    assert gradcheck(lambda x: 2 * x, x, 2.0**-10, atol=0, rtol=0)
    off_by = ag.primitive(x=lambda g: g * 2.25)(lambda x: x * 2.0)
    assert gradcheck(off_by, x, 2.0**-10, atol=0.25, rtol=0)
    assert not gradcheck(off_by, x, 2.0**-10, atol=0.2, rtol=0, raise_exception=False)


def test_an_input_that_does_not_matter_has_derivative_zero():
    x, y = leaf([0.5, 1.0]), leaf([2.0])
    assert gradcheck(lambda x, y: (x * x, x.sum()), (x, y))
    assert gradgradcheck(lambda x, y: (x * x, x.sum()), (x, y))


def test_inputs_are_not_touched():
    x = leaf([0.5, 1.0])
    assert gradcheck(ag.exp, x)
    assert gradgradcheck(ag.exp, x)
    assert x.grad is None
    assert x.tolist() == [0.5, 1.0]


def test_inside_no_grad():
    with ag.no_grad():
        assert gradcheck(ag.sin, leaf([0.5]))
        assert gradgradcheck(ag.sin, leaf([0.5]))


def test_the_complex_step_is_exact_to_the_last_digits():
    x = leaf(np.linspace(0.1, 2.0, 7))
    assert gradcheck(
        lambda x: ag.exp(x) / ag.sqrt(ag.sin(x) ** 3 + ag.cos(x) ** 2 + 1),
        x,
        method="complex",
        rtol=1e-12,
        atol=1e-13,
    )


# ----------------------------------------------------------------------------------- what is wrong


@pytest.mark.parametrize("fast_mode", [True, False])
def test_a_wrong_value_is_found_and_named(fast_mode):
    x = leaf([[0.0, np.pi / 2], [np.pi / 2, np.pi / 2]])
    with pytest.raises(
        GradcheckError, match=r"wrong derivative of .* input 1, entry \(0, 0\) \(value 0\)"
    ) as caught:
        gradcheck(lambda _, x: wrong_value(x), (None, x), fast_mode=fast_mode)
    assert ("analytic 1.01" in str(caught.value)) == (not fast_mode)
    assert not gradcheck(wrong_value, x, raise_exception=False)


@pytest.mark.parametrize("fast_mode", [True, False])
@pytest.mark.parametrize("place", range(3))
def test_every_input_is_checked_not_only_the_first(place, fast_mode):
    inputs = [leaf([0.4, 0.0]) for _ in range(3)]

    def function(*xs):
        return sum((wrong_value(x) if i == place else ag.sin(x)).sum() for i, x in enumerate(xs))

    with pytest.raises(GradcheckError, match=rf"input {place}, entry"):
        gradcheck(function, inputs, fast_mode=fast_mode)


def test_the_message_says_which_output_and_the_numbers():
    with pytest.raises(GradcheckError) as caught:
        gradcheck(lambda x: (x, wrong_value(x)), leaf([np.pi / 2, 0.0]))
    message = str(caught.value)
    assert message.startswith(
        "wrong derivative of output 1, entry [1] with respect to input 0, entry [1] (value 0)"
    )
    assert "analytic 1.01, numeric 1 (difference 0.01, allowed 0.00101)" in message.replace("0.9999999999", "1")


def test_a_wrong_second_derivative_is_found_and_said_to_be_the_second():
    x = leaf([0.5])
    assert gradcheck(constant_derivative, x)
    with pytest.raises(GradcheckError, match=r"wrong second derivative of output 0.*analytic 0, numeric -0.545"):
        gradgradcheck(constant_derivative, x)
    assert not gradgradcheck(constant_derivative, x, raise_exception=False)


def test_a_second_derivative_by_the_gradient_of_the_result_is_named():
    @ag.primitive(x=lambda g, x: ag.tensor(getattr(g, "array", g)) * x if isinstance(g, ag.Tensor) else g * x)
    def forgets_g(x):
        return 0.5 * x * x

    with pytest.raises(GradcheckError, match=r"second derivative .* with respect to grad_outputs 0, entry"):
        gradgradcheck(forgets_g, leaf([2.0]))


def test_wrong_broadcasting_is_found():
    assert gradcheck(wrong_broadcasting, leaf([[2.0], [1.0]]))
    with pytest.raises(GradcheckError, match="input 0"):
        gradcheck(wrong_broadcasting, leaf([[2.0, 1.0]]))


def test_a_rule_that_is_not_linear_is_found():
    with pytest.raises(GradcheckError, match="not linear in the gradient of the result"):
        gradcheck(not_linear, leaf([1.0, 2.0]))


def test_a_rule_that_is_not_deterministic_is_found():
    with pytest.raises(GradcheckError, match="not deterministic"):
        gradcheck(not_deterministic, leaf([1.0]))
    assert gradcheck(not_deterministic, leaf([1.0]), nondet_tol=1e-3, rtol=0.1)


def test_nan_is_never_right():
    @ag.primitive(x=lambda g: g * np.nan)
    def to_nan(x):
        return x * 1.0

    with pytest.raises(GradcheckError, match="analytic nan"):
        gradcheck(to_nan, leaf([1.0]))


def test_one_wrong_entry_among_many_is_found_by_bisection():
    shape = (60, 50)
    slip = np.zeros(shape)
    slip[17, 31] = 0.5

    @ag.primitive(x=lambda g, x: g * (2 * x + slip))
    def bad_corner(x):
        return x * x

    x = leaf(np.random.default_rng(0).uniform(0.5, 1.0, shape))
    assert gradcheck(ag.square, x)
    with pytest.raises(GradcheckError, match=r"a random combination of the results .* entry \(17, 31\)"):
        gradcheck(bad_corner, x)


# ----------------------------------------------------------------------- where there is no derivative


@pytest.mark.parametrize(
    ("function", "x"),
    [
        (ag.relu, 0.0),
        (ag.relu, 3e-7),
        (lambda x: ag.where(x > 0, x + 1, x), 0.0),
        (lambda x: ag.where(x > 1e-7, ag.exp(x), x), 0.0),
        (lambda x: ag.sqrt(ag.abs(x)) * 1.0, 1e-7),
    ],
)
def test_a_kink_or_jump_is_reported_as_such(function, x):
    with pytest.raises(NotSmoothError, match=r"no derivative to check .* has a kink or a jump within 1e-06"):
        gradcheck(function, leaf([1.0, x]))


def test_a_jump_of_the_first_derivative_is_reported_as_such():
    with pytest.raises(NotSmoothError, match="no second derivative to check"):
        gradgradcheck(lambda x: ag.abs(x) * x * 0.5 + ag.relu(x), leaf([0.0]))


def test_a_point_at_the_edge_of_the_domain_is_reported_as_such():
    with np.errstate(all="ignore"), pytest.raises(NotSmoothError, match="is not finite"):
        gradcheck(ag.sqrt, leaf([0.0]))


def test_a_smooth_function_of_strong_curvature_is_not_excused():
    @ag.primitive(x=lambda g, x: g * 1001.0 * ag.cos(1000 * x))
    def fast(x):
        return np.sin(1000 * x)

    with pytest.raises(GradcheckError) as caught:
        gradcheck(fast, leaf([0.3]), rtol=1e-5)
    assert not isinstance(caught.value, NotSmoothError)


def test_the_rounding_of_large_values_is_no_kink():
    @ag.primitive(x=lambda g, x: g * 3.0 * ag.cos(x))
    def high(x):
        return np.sin(x) + 1e9

    for x in (0.1, 0.2, 0.3, 0.5, 0.6, 0.7):
        with pytest.raises(GradcheckError) as caught:
            gradcheck(high, leaf([x]))
        assert not isinstance(caught.value, NotSmoothError)


# ------------------------------------------------------------------------------ check_call, check_op


def raw(x):
    return getattr(x, "array", x)


@ag.primitive(x=lambda g: g)
def passes_on(x):
    return x * 1.0


def mutate_g(g):
    if not isinstance(g, ag.Tensor):
        g *= 1.0 + (np.arange(g.size).reshape(g.shape) > -1)
    return g


@ag.primitive(x=mutate_g)
def mutates_the_gradient(x):
    return x * 1.0


@ag.primitive(x=lambda g, x: g * 2 * x)
def mutates_its_input(x):
    out = x * x
    x += 1
    return out


@ag.primitive(x=lambda g, x: g * 2 * x)
def widens(x):
    return np.asarray(x * x, np.float64)[()]


@ag.primitive(x=lambda g, x: g * (2 * x).reshape(-1)[0] if isinstance(g, ag.Tensor) else g * 2 * x)
def forgets_when_recorded(x):
    return x * x


@ag.primitive(x=lambda g, x: g * 2 * x)
def depends_on_layout(x):
    return x * x if x.flags.c_contiguous else x * x + 1


kept = []


@ag.primitive(x=lambda g, x: g * 2 * x)
def shown(x):
    return x * x


def keeps_nodes(x):
    out = shown(x)
    if isinstance(out, ag.Tensor) and out.node is not None:
        kept.append(out.node)
    return out


def makes_cycles(x):
    out = shown(x)
    if isinstance(out, ag.Tensor) and out.node is not None:
        out.node.annotate().value = out
    return out


def test_check_call_passes_what_is_right():
    check_call(good_sine, leaf([[0.5, 1.0]]), reference=np.sin)
    check_call(good_sine, leaf([[0.5, 1.0]]), method="complex")
    check_call(ag.cat, [leaf([1.0]), leaf([2.0, 3.0])], dim=0)
    check_call(ag.signbit, leaf([0.5]), order=0)
    check_call(ag.floor, leaf([0.5]))


@pytest.mark.parametrize(
    ("function", "message"),
    [
        (wrong_value, "wrong derivative"),
        (constant_derivative, "wrong second derivative|requires a gradient|create_graph"),
        (mutates_the_gradient, "in place|second backward"),
        (mutates_its_input, "differs|in place"),
        (widens, "result 0 is float64 for float32 inputs"),
        (forgets_when_recorded, "create_graph=True changes gradient 0"),
        (keeps_nodes, "outlive their results"),
        (makes_cycles, "outlive their results"),
    ],
)
def test_check_call_finds(function, message):
    with pytest.raises((AssertionError, GradcheckError), match=message):
        check_call(function, leaf([[0.5, 1.0], [1.5, 0.25]]))


@ag.primitive(x=lambda g, x: kept.append(ag.exp(leaf(1.0)).node) or g * 2 * x)
def keeps_a_node_of_its_rule(x):
    return x * x


def test_check_call_finds_a_node_that_only_the_backward_pass_makes():
    with pytest.raises(AssertionError, match=r"outlive their results.*exp"):
        check_call(keeps_a_node_of_its_rule, leaf([0.5]))


def test_check_call_of_order_one_asks_for_no_second_derivative():
    x = leaf([0.5, 1.0])
    check_call(constant_derivative, x, order=1)
    with pytest.raises(GradcheckError, match="wrong second derivative"):
        check_call(constant_derivative, x)


def test_check_call_gives_all_arguments_as_tensors_or_all_as_arrays():
    seen = set()

    def scaled(x, constant):
        seen.add((isinstance(x, ag.Tensor), isinstance(constant, ag.Tensor)))
        return x * constant

    check_call(scaled, leaf([0.5, 1.0]), ag.tensor([2.0, 3.0], dtype=ag.float64))
    assert seen == {(True, True), (False, False)}


def test_check_call_finds_a_wrong_value():
    with pytest.raises(AssertionError, match="result 0 differs by the reference"):
        check_call(good_sine, leaf([0.5]), reference=lambda x: np.sin(x) + 1e-6)


def test_check_call_finds_a_missing_or_unexpected_gradient():
    with pytest.raises(AssertionError, match="requires no gradient, though the operator is differentiable"):
        check_call(lambda x: ag.floor_divide(x, 2.0), leaf([0.5]))
    with pytest.raises(AssertionError, match="requires a gradient, though the operator is not differentiable"):
        check_call(ag.exp, leaf([0.5]), order=0)


def test_check_call_finds_dependence_on_the_layout():
    x = ag.from_numpy(np.ones((3, 4)).T).requires_grad_()
    with pytest.raises(AssertionError, match="differs for contiguous copies"):
        check_call(depends_on_layout, x)


def test_check_call_allows_the_rounding_of_float32_beside_a_large_gradient():
    """One gradient is 0 as a difference of large numbers, which float32 rounds; it is small beside the other."""
    u = np.random.default_rng(0).uniform(0.5, 1.5, 3)
    w = ag.tensor([1e5, 2e5, -3e5] / u)
    check_call(lambda x, w: x[0] * w + x[1] * 1e5, leaf([0.5, 1.5]), w)


def test_check_op_passes_what_is_right():
    check_op(good_sine, reference=np.sin, method="complex")
    check_op(lambda x, y: x * ag.tanh(y), 2, raw=False)
    check_op(ag.log, domain=(0.1, 3.0))
    check_op(ag.div, 2, domain=[(-2.0, 2.0), (0.5, 3.0)])
    check_op(lambda x, y: x @ y.T if x.ndim == 2 else x * y, 2, broadcast=False, order=1)
    check_op(ag.signbit, order=0)
    check_op(ag.sign)


def test_check_op_passes_its_settings_on(monkeypatch):
    checked, chosen, package = [], [], check.hypothesis()

    def settings(**given):
        chosen.append(given)
        return package.settings(**{**given, "max_examples": 1})

    monkeypatch.setattr(check, "check_call", lambda function, *tensors, **given: checked.append(given))
    monkeypatch.setattr(check, "hypothesis", lambda: SimpleNamespace(**{**vars(package), "settings": settings}))
    given = {"reference": np.exp, "order": 1, "raw": False, "method": "complex"}
    check_op(ag.exp, **given)
    check_op(ag.exp, examples=7, derandomize=True)
    check_op(ag.exp, derandomize=False)
    assert checked[0] == given
    assert checked[-1] == {"reference": None, "order": 2, "raw": True, "method": "central"}
    assert chosen == [
        {"deadline": None},
        {"deadline": None, "max_examples": 7, "derandomize": True, "database": None},
        {"deadline": None, "derandomize": False},
    ]


def test_one_setting_has_one_default():
    """Where a function passes a setting on, what it leaves out is the same as there."""
    for outer, inner in ((tensors, arrays), (gradgradcheck, gradcheck), (check_op, check_call), (check_op, arrays)):
        ours, theirs = (
            {n: p for n, p in inspect.signature(f).parameters.items() if p.default is not p.empty}
            for f in (outer, inner)
        )
        same = ours.keys() & theirs.keys()
        assert same
        assert [ours[n].default for n in same] == [theirs[n].default for n in same]


def test_check_op_passes_over_kinks():
    check_op(ag.maximum, 2)
    check_op(lambda x: ag.relu(x - 0.0), domain=(-1e-5, 1e-5))


def test_check_op_takes_a_strategy():
    from hypothesis import strategies as st

    from autograd_engine.testing import arrays

    check_op(lambda x, n: x * n, st.tuples(arrays((2, 3)), st.integers(1, 3)))


@pytest.mark.parametrize(
    "function", [wrong_value, constant_derivative, wrong_broadcasting, depends_on_layout, widens]
)
def test_check_op_finds(function):
    with pytest.raises((AssertionError, GradcheckError, ValueError, IndexError)):
        check_op(function, examples=50)


def test_an_accumulating_rule_that_disagrees_with_itself_is_found():
    @ag.primitive(x=Accumulate(rule=lambda g: g * 2, into=lambda buffer, g: np.add(buffer, g, out=buffer)))
    def twofold(x):
        return x * 2

    with pytest.raises(AssertionError, match="create_graph=True changes gradient 0"):
        check_call(twofold, leaf([1.0]))


@ag.primitive(x=lambda g, x: (g.detach() if isinstance(g, ag.Tensor) else g) * ag.cos(x))
def deaf_sine(x):
    return np.sin(x)


def test_given_grad_outputs_are_differentiated_by_even_if_they_require_no_gradient():
    x = leaf([0.4, 0.9])
    for given in (ag.tensor([1.0, 2.0], dtype=ag.float64), leaf([1.0, 2.0])):
        assert gradgradcheck(good_sine, x, given)
        with pytest.raises(GradcheckError, match="grad_outputs 0"):
            gradgradcheck(deaf_sine, x, given)


@ag.primitive(x=lambda g, x: g * (1 + 1e-6) * ag.cos(x))
def nearly_right(x):
    return np.sin(x)


def test_check_call_expects_more_of_the_complex_step():
    x = leaf([0.4, 0.9])
    check_call(nearly_right, x)
    check_call(good_sine, x, method="complex")
    with pytest.raises(GradcheckError):
        check_call(nearly_right, x, method="complex")


def test_check_call_looks_at_raw_arrays_of_float32_too():
    def widening(x):
        return np.exp(x).astype(np.float64) if isinstance(x, np.ndarray) else ag.exp(x)

    check_call(ag.exp, leaf([0.5, 1.5]))
    check_call(widening, leaf([0.5, 1.5]), raw=False)
    with pytest.raises(AssertionError, match="float64"):
        check_call(widening, leaf([0.5, 1.5]))
