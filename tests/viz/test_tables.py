"""Forward and backward tables against the lecture's, and the two versions against each other."""

import math

import numpy as np
import pytest

import autograd_engine as ag
from autograd_engine import viz
from autograd_engine.ops.linear_algebra.products import linear

from ..messages import exactly


def leaf(value):
    return ag.tensor(value, dtype=ag.float64, requires_grad=True)


@pytest.fixture
def lecture():
    """J = cos(sin(x^2) + 3x^2), by statements (CMU 10-601, lecture 14)."""
    x = leaf(2.0)
    with viz.keep_values():
        t = x**2
        a = t.sin()
        b = 3 * t
        u = a + b
        y = u.cos()
    return {"x": x, "t": t, "a": a, "b": b, "u": u, "J": y}


# ----------------------------------------------------------------------------------------- forward


def test_forward_statements_and_values(lecture):
    table = viz.forward_table(lecture["J"], lecture)
    assert [row[0] for row in table.rows] == [
        "x",
        "t = x^2",
        "a = sin(t)",
        "b = 3 · t",
        "u = a + b",
        "J = cos(u)",
    ]
    assert [row[1] for row in table.rows] == ["2", "4", "-0.7568", "12", "11.24", "0.2451"]
    assert abs(table.values["J"] - 0.2451003682) < 1e-9
    assert table.note == ""


def test_unnamed_variables_are_numbered_and_unknown_values_marked():
    x, w = leaf([1.0, 2.0]), leaf([3.0, 4.0])
    table = viz.forward_table((x * w + 1).sin().sum(), {"u1": x})
    assert [row[0] for row in table.rows] == [
        "u1",
        "p1",
        "u2 = u1 · p1",
        "u3 = u2 + const",
        "u4 = sin(u3)",
        "y = sum(u4)",
    ]
    assert table.rows[2][1] == "not kept"
    assert "keep_values()" in table.note
    assert "u2" not in table.values


def test_an_operand_saved_in_another_dtype_is_not_taken_for_the_value():
    x = ag.tensor([0.1, 0.2], requires_grad=True)
    w = ag.tensor([1.0, 2.0], dtype=ag.float64, requires_grad=True)
    assert "u1" not in viz.forward_table((x + 1) * w, {"x": x, "w": w}).values


def test_other_operations_are_function_calls():
    x, w, c = leaf(np.ones((2, 3))), leaf(np.ones((4, 3))), ag.tensor(np.ones(4))
    y = linear(x, w, c)[0]
    statements = [row[0] for row in viz.forward_table(y, {"x": x, "w": w}).rows]
    assert statements == ["x", "w", "u1 = linear(x, w, c1)", "y = u1[…]"]
    named = [row[0] for row in viz.forward_table(y, {"x": x, "w": w, "bias": c}).rows]
    assert named[2] == "u1 = linear(x, w, bias)"


@ag.primitive(outputs=2, x=lambda g, x: g[0] * 2 * x + g[1] * 3 * x * x)
def powers(x):
    """x^2 and x^3"""
    return x**2, x**3


def test_several_outputs():
    x = leaf(2.0)
    with viz.keep_values():
        square, cube = powers(x)
        y = square * cube
    table = viz.forward_table(y, {"x": x, "s": square})
    assert table.rows == [
        ("x", "2"),
        ("u1 = powers(x)", "2 results"),
        ("s = u1[0]", "4"),
        ("u1[1]", "8"),
        ("y = s · u1[1]", "32"),
    ]
    for version in "AB":
        derivatives = viz.backward_table(y, {"x": x, "s": square}, version=version).values
        assert derivatives["x"] == 5 * 2.0**4
        assert derivatives["s"] == 8


# ---------------------------------------------------------------------------------------- backward


def test_increments_in_reverse_order(lecture):
    table = viz.backward_table(lecture["J"], lecture)
    assert table.rows == [
        ("dJ/dJ = 1", "1", "1"),
        ("dJ/du += dJ/dJ · (-sin(u))", "0.9695", "0.9695"),
        ("dJ/da += dJ/du · 1", "0.9695", "0.9695"),
        ("dJ/db += dJ/du · 1", "0.9695", "0.9695"),
        ("dJ/dt += dJ/db · 3", "2.908", "2.908"),
        ("dJ/dt += dJ/da · cos(t)", "-0.6337", "2.275"),
        ("dJ/dx += dJ/dt · 2 x", "9.099", "9.099"),
    ]
    assert abs(table.values["x"] - 9.0991485) < 1e-6
    assert lecture["x"].grad is None


def test_each_derivative_once_as_a_sum(lecture):
    table = viz.backward_table(lecture["J"], lecture, version="A")
    assert [row[0] for row in table.rows] == [
        "dJ/dJ = 1",
        "dJ/du = dJ/dJ · (-sin(u))",
        "dJ/db = dJ/du · 1",
        "dJ/da = dJ/du · 1",
        "dJ/dt = dJ/da · cos(t) + dJ/db · 3",
        "dJ/dx = dJ/dt · 2 x",
    ]
    assert abs(table.values["x"] - 9.0991485) < 1e-6


def test_both_versions_agree_with_the_engine_on_arrays():
    ag.manual_seed(0)
    x, w, b = (ag.randn(*s, dtype=ag.float64).requires_grad_() for s in [(5, 3), (4, 3), (4,)])
    h = linear(x, w, b).tanh()
    pieces = ag.cat([h[:, :2], h[:, 1:] ** 3], 1)
    y = (pieces.amax(1) * x.sum(1)).mean() + (w / b[:, None]).sum()
    named = {"x": x, "w": w, "b": b}
    a, b_ = (viz.backward_table(y, named, version=v).values for v in "AB")
    y.backward()
    assert set(a) == set(b_)
    for name, tensor in named.items():
        np.testing.assert_allclose(a[name], tensor.grad.numpy(), rtol=1e-12)
    for name in a:
        np.testing.assert_allclose(a[name], b_[name], rtol=1e-12)


def test_an_input_used_twice_by_one_statement_is_incremented_twice():
    x = leaf(3.0)
    rows = viz.backward_table(x * x, {"x": x}).rows
    assert rows[1:] == [("dy/dx += dy/dy · x", "3", "3"), ("dy/dx += dy/dy · x", "3", "6")]
    rows = viz.backward_table(x * x, {"x": x}, version="A").rows
    assert rows[1:] == [("dy/dx = dy/dy · x + dy/dy · x", "6")]


@pytest.mark.parametrize(
    ("operation", "term"),
    [
        (lambda x: x**2, "2 x"),
        (lambda x: x**3, "3 x^2"),
        (lambda x: x ** leaf(1.5), "p1 x^(p1 - 1)"),
        (lambda x: x / 4, "1/4"),
        (lambda x: 4 / x, "(-y/x)"),
        (lambda x: x.sigmoid(), "y(1 - y)"),
        (lambda x: x.atan(), "dy/dx"),
    ],
)
def test_local_derivatives_are_written_as_in_a_textbook(operation, term):
    x = leaf(0.5)
    rows = viz.backward_table(operation(x), {"x": x}).rows
    shown = next(row[0] for row in rows if row[0].startswith("dy/dx += "))
    assert shown == f"dy/dx += dy/dy · {term}"


def test_the_written_local_derivatives_are_right():
    """Every formula of the textbook table, evaluated, equals what the engine computes."""
    from autograd_engine.viz.statements import TEXTBOOK

    functions = {
        **{n: getattr(math, n) for n in ("cos", "sin", "cosh", "sinh", "exp", "log", "tan", "tanh", "sqrt")},
        "sign": np.sign,
        "sigmoid": lambda v: 1 / (1 + math.exp(-v)),
    }
    checked = 0
    for name, (_, local) in TEXTBOOK.items():
        for operand, formula in local.items():
            x, y = leaf(0.7), leaf(0.3)
            function = getattr(ag, name)
            out = function(x, y) if "y" in local else function(x)
            (expected,) = ag.grad(out, {"x": x, "y": y}[operand])
            text = formula.format(x="x", y="y", out="out", power="y*x**(y-1)")
            for old, new in (("^", "**"), ("[", "("), ("]", ")"), ("2 x", "2*x"), ("2 out", "2*out")):
                text = text.replace(old, new)
            text = text.replace("out log", "out*log").replace("out(1", "out*(1")
            found = eval(text, functions, {"x": 0.7, "y": 0.3, "out": out.item()})
            assert abs(float(found) - expected.item()) < 1e-12, (name, operand)
            checked += 1
    assert checked > 25


# ----------------------------------------------------------------------------------- how they look


def test_as_text(lecture):
    text = str(viz.forward_table(lecture["J"], lecture)).splitlines()
    assert text[:4] == ["statement   value", "----------  -------", "x           2", "t = x^2     4"]
    assert repr(viz.forward_table(lecture["J"], lecture)) == "\n".join(text)


def test_two_tables_side_by_side(lecture):
    once, pushed = (viz.backward_table(lecture["J"], lecture, version=v) for v in "AB")
    both = once.beside(pushed)
    assert both.columns == ("statement", "value", "statement", "increment", "so far")
    assert both.rows[1] == (*once.rows[1], *pushed.rows[1])
    assert both.rows[6] == ("", "", *pushed.rows[6])
    assert pushed.beside(once).rows[6] == (*pushed.rows[6], "", "")


def test_as_markdown():
    x = leaf(-2.0)
    markdown = viz.forward_table(x.abs(), {"x": x}).to_markdown().splitlines()
    assert markdown == ["| statement | value |", "| --- | --- |", "| x | -2 |", "| y = \\|x\\| | 2 |"]


def test_as_html():
    x = leaf(2.0)
    html = viz.backward_table(x.relu(), {"x<": x})._repr_html_()
    assert "dy/dx&lt; += dy/dy · [x&lt; &gt; 0]</td>" in html
    assert html.count("<tr>") == 3


def test_long_computations_are_cut_with_a_note():
    x = y = leaf(1.0)
    for _ in range(1_000):
        y = y * 2
    for table in (
        viz.forward_table(y, {"x": x}, max_rows=3),
        viz.backward_table(y, {"x": x}, max_rows=3),
        viz.backward_table(y, {"x": x}, max_rows=3, version="A"),
    ):
        assert len(table.rows) == 3
        assert "… 998 earlier statements not shown." in table.note
        assert "998 earlier" in table._repr_html_()
        assert "998 earlier" in table.to_markdown()


# ------------------------------------------------------------------------------------------ errors


def test_errors():
    x = leaf(1.0)
    y = x.sin()
    with pytest.raises(ValueError, match=exactly("backward_table: version 'C'; there are 'A' and 'B'")):
        viz.backward_table(y, version="C")
    with pytest.raises(TypeError, match=exactly("viz.backward_table takes one tensor, got 2")):
        viz.backward_table([y, y])
    with pytest.raises(
        RuntimeError,
        match=exactly(
            "viz.forward_table: nothing was recorded for this tensor of shape (2,); set requires_grad=True "
            "on an input before computing with it, outside no_grad()"
        ),
    ):
        viz.forward_table(ag.ones(2))
    y.backward()
    with pytest.raises(
        RuntimeError,
        match=exactly(
            "the graph was freed: a backward pass has run sin (shape ()) and released its inputs; draw it "
            "before backward(), call backward(retain_graph=True), or compute the result again"
        ),
    ):
        viz.backward_table(y)


class Blocked(ag.Function):
    @staticmethod
    def forward(ctx, x, w):
        return x * w

    @staticmethod
    def backward(ctx, g):
        return None, g


def test_what_gets_no_derivative_has_no_row():
    x, w = leaf(2.0), leaf(3.0)
    h = x * 5
    y = Blocked.apply(h, w)
    for version, row in (("A", ("dy/dw = dy/dy · dy/dw", "1")), ("B", ("dy/dw += dy/dy · dy/dw", "1", "1"))):
        table = viz.backward_table(y, {"x": x, "w": w, "h": h}, version=version)
        assert table.rows[1:] == [row]
        assert sorted(table.values) == ["w", "y"]


@pytest.mark.parametrize("version", ["A", "B"])
def test_a_user_without_a_derivative_hides_none_of_the_others(version):
    x = leaf(2.0)
    blocked, h = x * 2, x * 3
    y = Blocked.apply(blocked, h)
    found = viz.backward_table(y, {"x": x, "b": blocked, "h": h}, version=version)
    assert found.values["x"] == 3


def test_an_increment_of_what_is_shown_is_kept_beside_one_of_what_is_not():
    a, b = leaf(2.0), leaf(3.0)
    u = a * b
    names = {"a": a, "b": b, "u": u}
    rows = viz.backward_table(u + b, names, max_rows=3).rows
    assert rows[1:] == [
        ("dy/du += dy/dy · 1", "1", "1"),
        ("dy/db += dy/dy · 1", "1", "1"),
        ("dy/db += dy/du · …", "2", "3"),
    ]
