"""Each thing that `check_call` checks: one operator, or one backward pass, for which it does not hold; and all that
the error says."""

import importlib

import numpy as np
import pytest

import autograd_engine as ag
from autograd_engine.testing import GradcheckError, check_call, gradcheck, gradgradcheck
from autograd_engine.testing.options import Options

from ..messages import exactly

check = importlib.import_module("autograd_engine.testing.check")


def leaf(*data):
    return ag.tensor(np.array(data), requires_grad=True)


def in_spite_of_no_grad(x):
    with ag.enable_grad():
        return ag.exp(x)


def wide_for_raw_arrays(x):
    return x * 2.0 if isinstance(x, ag.Tensor) else np.float64(x[0]) * np.array([2.0, 2.0])


def second_is(change):
    """A function of two results, the second of which is `change(x)`."""
    return lambda x: (x * 2, change(x))


@ag.primitive(x=lambda g: g)
def widens(x):
    return np.asarray(x, np.float64)[()]


OPERATORS = {
    "result 1 is a ndarray, not a tensor": second_is(lambda x: x.detach().numpy()),
    "result 1 requires no gradient, though the operator is differentiable": second_is(lambda x: x.detach() * 1),
    "a result requires gradients under no_grad()": in_spite_of_no_grad,
    "...result 1 differs for contiguous copies...": second_is(
        lambda x: x * (2 if raw_of(x).strides[0] == 16 else 3)
    ),
    "result 1 has shape (2,), and (1,) for raw arrays": second_is(
        lambda x: x * 1 if isinstance(x, ag.Tensor) else x[:1]
    ),
    "result 1 is float32 for raw arrays, and float64 for tensors": second_is(
        lambda x: x * 1 if isinstance(x, ag.Tensor) else x.astype(np.float32)
    ),
    "result 1 is float64 for float32 inputs, not float32": second_is(widens),
}
"""What is wrong with each of these functions of a vector of two that lies in memory with gaps."""


def raw_of(x):
    return getattr(x, "array", x)


@pytest.mark.parametrize("message", OPERATORS)
def test_what_is_wrong_with_an_operator(message):
    x = ag.from_numpy(np.array([0.5, 9.0, 1.5, 9.0])[::2]).requires_grad_()
    with pytest.raises(AssertionError, match=exactly(message)):
        check_call(OPERATORS[message], x)


def test_what_is_wrong_with_the_second_result_by_the_reference():
    x = leaf(0.5, 1.5)
    double = second_is(lambda x: x * 3)
    check_call(double, x, reference=lambda x: (2 * x, 3 * x))
    for wrong, message in {
        lambda x: (2 * x, 3 * x + 1e-6): "...result 1 differs by the reference...",
        lambda x: (2 * x, 3 * x[:1]): "result 1 has shape (2,), and (1,) by the reference",
    }.items():
        with pytest.raises(AssertionError, match=exactly(message)):
            check_call(double, x, reference=wrong)


def shared_with(source):
    """A change that lets the second gradient be a part of what `source` finds."""

    def spoil(inputs, results, cotangents):
        inputs[1].grad.array = source(inputs, results, cotangents)[...]

    return spoil


def read_only(inputs, results, cotangents):
    inputs[1].grad.array.setflags(write=False)


def changed(of):
    def spoil(*tensors):
        of(*tensors).array += 1e-9  # so little that the sums are as they should be

    return spoil


BACKWARD = {
    "input 1 received no gradient": lambda inputs, *_: setattr(inputs[1], "grad", None),
    "gradient 1 has shape (1,), its input (2,)": lambda inputs, *_: setattr(
        inputs[1].grad, "array", inputs[1].grad.array[:1]
    ),
    "gradient 1 is float16, its input float64": lambda inputs, *_: setattr(
        inputs[1].grad, "array", inputs[1].grad.array.astype(np.float16)
    ),
    "gradient 0 shares memory with gradient 1": shared_with(lambda inputs, *_: inputs[0].grad.array),
    "gradient 1 shares memory with input 0": shared_with(lambda inputs, *_: inputs[0].array),
    "gradient 1 shares memory with result 1": shared_with(lambda _, results, __: results[1].array),
    "gradient 1 shares memory with the gradient of result 1": shared_with(lambda *given: given[2][1].array),
    "gradient 1 is read-only": read_only,
    "...a second backward did not add to gradient 1...": lambda inputs, *_: setattr(
        inputs[1].grad, "array", np.array([1.0, 2.0])
    ),
    "backward changed input 1 in place": changed(lambda inputs, *_: inputs[1]),
    "backward changed the gradient of result 1 in place": changed(lambda *given: given[2][1]),
}
"""What is wrong after each of these changes of the tensors behind a backward pass."""


@pytest.mark.parametrize("message", BACKWARD)
def test_what_is_wrong_with_a_backward_pass(message, monkeypatch):
    backward, seen = check.backward, []

    def add_and_mul(x, y):
        seen[:] = [x, y]
        return x + y, x * y

    def spoiled(results, cotangents, **settings):
        backward(results, cotangents, **settings)
        BACKWARD[message](seen, results, cotangents)

    check_call(add_and_mul, leaf(0.5, 1.5), leaf(2.0, 3.0))
    monkeypatch.setattr(check, "backward", spoiled)
    with pytest.raises(AssertionError, match=exactly(message)):
        check_call(add_and_mul, leaf(0.5, 1.5), leaf(2.0, 3.0))


@ag.primitive(
    x=lambda g, x, y: g * y,
    y=lambda g, x, y: g * x if isinstance(g, ag.Tensor) or x.flags.c_contiguous else g * (x + 1e-7),
)
def layout_in_a_rule(x, y):
    return x * y


@ag.primitive(x=lambda g, y: g * y, y=lambda g, x: g * x * (1.01 if x.dtype == np.float32 else 1))
def wrong_in_float32(x, y):
    return x * y


@ag.primitive(x=lambda g, y: g * y, y=lambda g, x: g * x * (1.01 if isinstance(g, ag.Tensor) else 1))
def wrong_when_recorded(x, y):
    return x * y


@ag.primitive(x=lambda g, y: g * y, y=lambda g, x: g * x)
def writes_its_input(x, y):
    out = x * y
    y -= y * 1e-13 if y.dtype == np.float64 else 0
    return out


GRADIENTS = {
    "...gradient 1 depends on the layout in memory...": layout_in_a_rule,
    "...float32 gradient 1 differs from the float64 one...": wrong_in_float32,
    "...create_graph=True changes gradient 1...": wrong_when_recorded,
    "the call changed input 1 in place": writes_its_input,
}


@pytest.mark.parametrize("message", GRADIENTS)
def test_what_is_wrong_with_the_second_gradient(message):
    x = ag.from_numpy(np.array([0.5, 9.0, 1.5, 9.0])[::2]).requires_grad_()
    with pytest.raises(AssertionError, match=exactly(message)):
        check_call(GRADIENTS[message], x, leaf(2.0, 3.0))


# ------------------------------------------------------------------------------ gradcheck


@ag.primitive(x=lambda g, x: g * 1.01 * ag.cos(x))
def wrong_value(x):
    return np.sin(x)


@ag.primitive(x=lambda g, x: g * g * 2 * x)
def not_linear(x):
    return x * x


passes = iter(range(1000))


@ag.primitive(x=lambda g: g * (1 + next(passes)))
def not_deterministic(x):
    return x * 1.0


PI = np.pi / 2
CALLS = {
    GradcheckError: {
        (
            "wrong derivative of output 1, entry [1] with respect to input 2, entry [1] (value 0): analytic 1.01, "
            "numeric ... (difference 0.01, allowed 0.00101)"
        ): lambda: gradcheck(lambda x, n, y: (x, wrong_value(y)), (leaf(PI, 0.0), 7, leaf(PI, 0.0))),
        (
            "wrong derivative of a random combination of the results with respect to input 1, entry [1] (value 0): "
            "analytic 0.7..., numeric 0.7... (difference 0.0077, allowed 0.00078)"
        ): lambda: gradcheck(lambda n, y: wrong_value(y), (7, leaf(PI, 0.0)), fast_mode=True),
        (
            "the derivative is not linear in the gradient of the result: entry [0] of input 0 is 2.585363757 for a "
            "random gradient, and 2.273923375 as a sum over unit gradients"
        ): lambda: gradcheck(not_linear, leaf(1.0, 2.0)),
        (
            "the derivative is not deterministic: two backward passes gave gradients of input 1 that differ by 1.14"
        ): lambda: gradcheck(lambda n, x: not_deterministic(x), (7, leaf(1.0))),
        (
            "no derivative to check with respect to input 1, entry [1] (value 0): the function has a kink or a "
            "jump within 1e-06 of this point; check it elsewhere"
        ): lambda: gradcheck(lambda n, x: ag.relu(x), (7, leaf(1.0, 0.0))),
        (
            "no second derivative to check with respect to input 0, entry [0] (value 0): the function has a kink "
            "or a jump within 1e-06 of this point; check it elsewhere"
        ): lambda: gradgradcheck(lambda x: ag.abs(x) * x + ag.relu(x), leaf(0.0)),
    },
    TypeError: {
        "gradcheck() got an unexpected argument 'check_all'": lambda: gradcheck(ag.exp, leaf(1.0), check_all=True),
        "gradgradcheck() got an unexpected argument 'check_all'": lambda: gradgradcheck(
            ag.exp, leaf(1.0), check_all=True
        ),
    },
    ValueError: {
        (
            "gradcheck: input 1 is float32, too coarse for differences of 0.001; use float64: tensor(data, "
            "dtype=float64, requires_grad=True)"
        ): lambda: gradcheck(ag.mul, (leaf(1.0), ag.ones(1, requires_grad=True)), 1e-3),
        "gradcheck: no input requires gradients; make one with requires_grad=True": lambda: gradcheck(
            ag.exp, ag.ones(1)
        ),
        "gradcheck: method must be 'central' or 'complex', not 'forward'": lambda: gradcheck(
            ag.exp, leaf(1.0), method="forward"
        ),
        (
            "gradcheck: method='complex' needs a function that computes with complex arrays, this one returned a "
            "real result; use method='central'"
        ): lambda: gradcheck(lambda x: getattr(x, "real", x) * 1.0, leaf(1.0), method="complex"),
        "check_op: 2 inputs but 1 domains": lambda: check.check_op(ag.mul, 2, domain=[(0.0, 1.0)]),
    },
}


@pytest.mark.parametrize(
    ("kind", "message"), [(kind, message) for kind, calls in CALLS.items() for message in calls]
)
def test_what_is_wrong_with_a_derivative_or_a_call(kind, message):
    with pytest.raises(kind, match=exactly(message)):
        CALLS[kind][message]()


@pytest.mark.parametrize("name", ["gradcheck", "gradgradcheck"])
@pytest.mark.parametrize("option", Options.__annotations__)
@pytest.mark.parametrize("value", [True, False])
def test_pytorchs_options(name, option, value):
    checked = {"gradcheck": gradcheck, "gradgradcheck": gradgradcheck}[name]
    absent = ("check_forward_ad", "check_fwd_over_rev", "check_batched_grad", "check_batched_forward_grad")
    text = None
    if value and option in absent:
        text = f"{name}: {option}=True asks for a mode that does not exist here; leave it out"
    if not value and option in ("check_backward_ad", "check_rev_over_rev"):
        text = f"{name}: {option}=False leaves nothing to check; leave it out"
    if text is None:
        assert checked(ag.exp, leaf(1.0), **{option: value})
    else:
        with pytest.raises(ValueError, match=exactly(text)):
            checked(ag.exp, leaf(1.0), **{option: value})
