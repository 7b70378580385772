"""Functions that are flat between jumps: a graph with a gradient of 0, in place too, and never an old gradient."""

import numpy as np
import pytest

import autograd_engine as ag
from autograd_engine.ops.names import names_in

FLAT = {
    "sign": (), "sgn": (), "floor": (), "ceil": (), "trunc": (), "fix": (), "round": (),
    "div": (2.0,),
}  # fmt: skip
"""Methods with a gradient, which is 0, and their arguments."""

ANSWERS = {
    "eq": (1.0,), "ne": (1.0,), "lt": (1.0,), "le": (1.0,), "gt": (1.0,), "ge": (1.0,),
    "not_equal": (1.0,), "less": (1.0,), "less_equal": (1.0,), "greater": (1.0,), "greater_equal": (1.0,),
    "logical_not": (), "logical_and": (ag.ones(3),), "logical_or": (ag.ones(3),), "logical_xor": (ag.ones(3),),
    "heaviside": (ag.ones(3),), "floor_divide": (2.0,),
}  # fmt: skip
"""Methods without a gradient, as in PyTorch."""


def settings_of(name):
    return {"rounding_mode": "trunc"} if name == "div" else {}


@pytest.mark.parametrize("name", FLAT)
def test_results_have_a_gradient_of_0(name):
    x = ag.tensor([1.5, -2.5, 0.3], requires_grad=True)
    y = getattr(x, name)(*FLAT[name], **settings_of(name))
    assert y.requires_grad
    y.sum().backward()
    assert x.grad.tolist() == [0, 0, 0]


@pytest.mark.parametrize("name", FLAT)
def test_derivatives_of_every_order_are_0(name):
    x = ag.tensor([1.5, -2.5, 0.3], requires_grad=True)
    y = x * getattr(x, name)(*FLAT[name], **settings_of(name))
    (first,) = ag.autograd.grad(y.sum(), x, create_graph=True)
    (second,) = ag.autograd.grad(first.sum(), x)
    assert second.tolist() == [0, 0, 0]


@pytest.mark.parametrize("name", ANSWERS)
def test_answers_have_no_graph(name):
    x = ag.tensor([1.5, -2.5, 0.3], requires_grad=True)
    assert not getattr(x, name)(*ANSWERS[name]).requires_grad


@pytest.mark.parametrize("shared", [False, True])
@pytest.mark.parametrize("name", [*FLAT, *ANSWERS])
def test_in_place_forms_drop_the_old_gradient(name, shared):
    x = ag.tensor([1.5, -2.5, 0.3], requires_grad=True)
    y = x * 2
    view = y.view(3) if shared else None
    expected = getattr(y.detach().clone(), name)(*{**FLAT, **ANSWERS}[name], **settings_of(name)).tolist()
    getattr(y, f"{name}_")(*{**FLAT, **ANSWERS}[name], **settings_of(name))
    assert y.tolist() == expected
    y.sum().backward()
    assert x.grad.tolist() == [0, 0, 0]
    if shared:
        assert view.tolist() == expected


def test_every_in_place_form_without_a_rule_is_here():
    """But for those of integers, which have no gradient, and compositions, whose parts have rules."""
    forms = {n.removesuffix("_"): f.__wrapped__ for n, f in names_in("Tensor").items() if n.endswith("_")}
    forms = {n: f for n, f in forms.items() if not n.endswith("_")}
    without = {n for n, f in forms.items() if hasattr(f, "primitive") and not f.primitive.differentiable}
    integers = {"bitwise_and", "bitwise_or", "bitwise_xor", "bitwise_not", "gcd", "lcm"}
    assert without - integers - {"bitwise_left_shift", "bitwise_right_shift"} == set(ANSWERS)


def test_gradients_beside_infinities_are_0():
    x = ag.tensor([1.5, -2.5], requires_grad=True)
    (x.floor() * ag.tensor([np.inf, 1.0])).sum().backward()
    assert x.grad.tolist() == [0, 0]
