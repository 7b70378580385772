"""Values and derivatives in pictures: those that are still held, and those that are kept on purpose."""

import numpy as np
import pytest

import autograd_engine as ag
from autograd_engine import viz

from ..messages import exactly
from .dot import line_of, scalar


def test_values_of_what_is_still_held():
    x = scalar(0.5)
    y = (x.exp().sin() + 1).cos()
    picture = viz.graph(y, names={"x": x}, values=True)
    assert line_of(picture, "x", "value") == "value 0.5"
    assert line_of(picture, "exp", "value") == f"value {np.exp(0.5):.4g}"
    assert line_of(picture, "sin", "value") is None
    assert line_of(picture, "cos", "value") == f"value {np.cos(np.sin(np.exp(0.5)) + 1):.4g}"
    assert line_of(viz.graph(y, names={"x": x}), "x", "value") is None


def test_keep_values_keeps_all():
    x = scalar(0.5)
    with viz.keep_values():
        y = (x.exp().sin() + 1).cos()
    outside = y.neg()
    assert line_of(viz.graph(y, values=True), "sin", "value") == f"value {np.sin(np.exp(0.5)):.4g}"
    assert outside.node.extras is None


def test_keep_values_lets_others_look():
    x = scalar(0.0)
    with (
        ag.detect_anomaly(),
        viz.keep_values(),
        pytest.raises(RuntimeError, match=exactly("the result of log contains an infinity\n  ...")),
    ):
        x.log()
    with ag.detect_anomaly(), viz.keep_values():
        y = (x * x).sqrt()
        with pytest.raises(RuntimeError, match=exactly("the derivative of sqrt contains an infinity\n  ...")):
            y.backward()


def test_a_parameter_shows_its_current_value():
    x = scalar(2.0)
    y = x.exp()
    with ag.no_grad():
        x.fill_(5.0)
    assert line_of(viz.graph(y, values=True), "parameter", "value") == "value 5"


def test_an_array_written_in_place_since_is_not_shown_as_a_value():
    x = ag.tensor([1.0, 2.0], requires_grad=True)
    h = x * 2
    y = h * h
    with ag.no_grad():
        h.detach().fill_(7.0)
    assert line_of(viz.graph(y, values=True), "parameter", "value") == "value [1, 2]"
    assert line_of(viz.graph(h, values=True), "mul", "value") == "value [7, 7]"
    picture = viz.graph(y.sum(), values=True)
    assert "value [7, 7]" not in picture.dot


def test_a_dead_parameter_has_no_value():
    y = scalar(2.0).sin().exp()
    picture = viz.graph(y, values=True, gradients=True)
    assert line_of(picture, "parameter", "grad") is not None
    assert line_of(picture, "exp", "value") == f"value {np.exp(np.sin(2)):.4g}"


def test_long_arrays_are_summed_up():
    x = ag.tensor(np.arange(100.0), requires_grad=True)
    assert line_of(viz.graph(x.exp(), values=True), "parameter", "value") == "value 49.5 mean, 0 to 99"
    broken = ag.tensor([np.nan, np.inf, *range(10)], requires_grad=True)
    assert line_of(viz.graph(broken + 1, values=True), "parameter", "value") == "value 2 of 12 not finite"
    mask = ag.tensor(np.arange(9) > 4)
    y = ag.where(mask, ag.ones(9, requires_grad=True), 0)
    assert line_of(viz.graph(y, {"mask": mask}, values=True), "mask", "value") == "value False to True"
    assert line_of(viz.graph(ag.zeros(0, requires_grad=True), values=True), "parameter", "value") == "value empty"


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (-0.0, "0"),
        (759_375.0, "759375"),
        (2.0, "2"),
        (0.123456, "0.1235"),
        (1e6, "1e+06"),
        (np.inf, "inf"),
        (np.nan, "nan"),
    ],
)
def test_numbers_are_short(value, text):
    assert line_of(viz.graph(scalar(value), values=True), "parameter", "value") == f"value {text}"


def test_gradients_of_every_node_and_no_grad_is_touched():
    x = scalar(2.0)
    t = x**2
    s = t.sin()
    y = s * t
    picture = viz.graph(y, names={"x": x, "t": t, "s": s, "y": y}, gradients=True)
    assert line_of(picture, "y = mul", "grad") == "grad 1"
    assert line_of(picture, "s = sin", "grad") == "grad 4"
    dt = np.sin(4) + 4 * np.cos(4)
    assert line_of(picture, "t = pow", "grad") == f"grad {dt:.4g}"
    assert line_of(picture, "x", "grad") == f"grad {4 * dt:.4g}"
    assert x.grad is None
    y.backward()
    assert abs(x.grad.item() - 4 * dt) < 1e-4


def test_gradients_of_several_elements_are_those_of_their_sum():
    x = ag.tensor([1.0, 2.0], requires_grad=True)
    assert line_of(viz.graph(x * x, gradients=True), "parameter", "grad") == "grad [2, 4]"
