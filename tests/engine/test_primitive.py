"""Primitives: what they save, what they generate, and how users add their own."""

import copy
import functools
import inspect
import pickle

import numpy as np
import pytest

import autograd_engine as ag
from autograd_engine import autograd
from autograd_engine.autograd import Accumulate, Jointly, primitive
from autograd_engine.testing import gradcheck, gradgradcheck
from tests.tensor.test_aliases import in_threads

from ..messages import exactly


def leaf(values, dtype=np.float64):
    return ag.tensor(np.array(values, dtype), requires_grad=True)


# ------------------------------------------------------------------------------- the decorator


@primitive(x=lambda g, x: g * (1 + x) * ag.exp(x))
def x_exp_x(x):
    """x e^x, a user's own operation."""
    return x * np.exp(x)


def test_a_users_primitive_has_derivatives_of_every_order():
    x = leaf([0.3, -1.2])
    assert gradcheck(x_exp_x, [x])
    assert gradgradcheck(x_exp_x, [x])
    y = x_exp_x(x).sum()
    for order in range(1, 5):
        (y,) = ag.grad(y.sum(), x, create_graph=True)
        np.testing.assert_allclose(y.detach().numpy(), (order + x.detach().numpy()) * np.exp(x.detach().numpy()))


def test_raw_in_raw_out_and_metadata():
    assert isinstance(x_exp_x(np.ones(2)), np.ndarray)
    assert x_exp_x.__name__ == "x_exp_x"
    assert x_exp_x.__doc__.startswith("x e^x")
    assert repr(x_exp_x.primitive) == "<primitive x_exp_x(x)>"
    assert "def call(x):" in x_exp_x.primitive.source


@pytest.mark.parametrize(
    ("function", "x_grad", "y_grad", "saved"),
    [
        (ag.add, True, True, []),
        (ag.mul, True, True, ["x", "y"]),
        (ag.mul, True, False, ["y"]),
        (ag.mul, False, True, ["x"]),
        (ag.matmul, True, False, ["y"]),
    ],
)
def test_a_node_saves_what_the_rules_that_will_run_ask_for(function, x_grad, y_grad, saved):
    x, y = (ag.ones(2, 2, requires_grad=r) for r in (x_grad, y_grad))
    node = function(x, y).node
    names = node.primitive.saves
    kept = [n for n, s in zip(names, node.saved, strict=True) if isinstance(s, np.ndarray)]
    assert kept == saved


def test_nothing_is_recorded_without_need():
    assert ag.mul(ag.ones(2), ag.ones(2)).node is None
    with ag.no_grad():
        assert ag.mul(leaf([1.0]), 2.0).node is None


def test_a_rule_may_name_only_what_exists():
    with pytest.raises(
        TypeError,
        match=exactly("<lambda>: the rule for x takes (g, z); it may take g, then any of out, x, x_shape"),
    ):
        primitive(x=lambda g, z: g)(lambda x: x)
    with pytest.raises(TypeError, match=exactly("<lambda> has no parameter ['y'] to differentiate")):
        primitive(y=lambda g: g)(lambda x: x)
    message = "<lambda>: the generated code uses kind, node itself; rename the parameter"
    with pytest.raises(TypeError, match=exactly(message)):
        primitive(lambda node, kind: node)
    with pytest.raises(TypeError, match=exactly("bad: *rest must be the only array parameter")):

        @primitive
        def bad(x, *rest):
            return x


def test_a_rule_of_the_wrong_shape_is_reported_with_its_operation():
    @primitive(x=lambda g: np.ones((4, 4)))
    def wrong(x):
        return x * 2

    message = "wrong: a derivative rule returned shape (4, 4) for an input of shape (3,)"
    with pytest.raises(RuntimeError, match=exactly(message)):
        wrong(leaf([1.0, 2.0, 3.0])).sum().backward()


def test_a_rule_of_several_operands_returns_one_gradient_for_each():
    @primitive(xs=lambda g, xs: [g] * 3)
    def wrong(*xs):
        return sum(xs)

    with pytest.raises(RuntimeError, match=exactly("wrong: the rule returned 3 gradients for 2 operands")):
        wrong(leaf([1.0]), leaf([2.0])).backward()


def test_an_error_inside_names_the_operation_and_its_operands():
    with pytest.raises(ValueError, match=r"mul: .*\(called with float32\[2\], float32\[3\]\)"):
        ag.ones(2) * ag.ones(3)
    with pytest.raises(TypeError, match="add: expected a tensor, an array or a number, got str"):
        ag.ones(2) + "two"


def test_settings_and_variable_operands():
    @primitive(xs=lambda g, xs, weight: [weight * g * 2 * x for x in xs])
    def weighted_squares(*xs, weight=1.0):
        return weight * sum(x * x for x in xs)

    x, y = leaf([1.0, 2.0]), leaf([3.0, 4.0])
    weighted_squares(x, np.ones(2), y, weight=10.0).sum().backward()
    np.testing.assert_array_equal(x.grad.numpy(), [20.0, 40.0])
    np.testing.assert_array_equal(y.grad.numpy(), [60.0, 80.0])
    assert gradgradcheck(lambda a, b: weighted_squares(a, b, weight=3.0), [x, y])


@primitive(outputs=2, x=lambda g, x: g[0] * ag.cos(x) - g[1] * ag.sin(x))
def sin_cos(x):
    return np.sin(x), np.cos(x)


def test_several_outputs_are_one_node():
    x = leaf([0.1, 0.7])
    s, c = sin_cos(x)
    assert s.node.parents == c.node.parents
    assert (s.node.name, c.node.name) == ("sin_cos[0]", "sin_cos[1]")
    assert gradcheck(sin_cos, [x])
    assert gradgradcheck(sin_cos, [x])
    with ag.no_grad():
        assert sin_cos(x)[0].node is None
    assert isinstance(sin_cos(np.ones(2))[1], np.ndarray)


def test_an_output_nobody_used_counts_as_zero():
    x = leaf([0.1, 0.7])
    sin_cos(x)[1].sum().backward()
    np.testing.assert_allclose(x.grad.numpy(), -np.sin([0.1, 0.7]))
    x.grad = None
    s, c = sin_cos(x)
    (s * c).sum().backward()
    np.testing.assert_allclose(x.grad.numpy(), np.cos([0.2, 1.4]))


def test_an_accumulating_rule_of_the_users():
    buffers = []

    def into(buffer, g, x_shape):
        buffers.append(buffer)
        buffer[:1] += g

    @primitive(x=Accumulate(rule=lambda g, x_shape: ag.cat([g, np.zeros(x_shape[0] - 1)]), into=into))
    def head(x):
        return x[:1]

    x = leaf([1.0, 2.0, 3.0])
    h = x * 1.0
    (head(h) * 2 + head(h) * 3 + h.sum()).backward()
    np.testing.assert_array_equal(x.grad.numpy(), [6.0, 1.0, 1.0])
    x.grad = None
    assert gradgradcheck(lambda t: head(t * t) ** 2, [x])


def test_operands_after_one_whose_gradient_is_added_in_place_get_theirs():
    @primitive(
        x=Accumulate(rule=lambda g: g * 2, into=lambda buffer, g: np.add(buffer, 2 * g, out=buffer)),
        y=lambda g: g * 3,
    )
    def mixed(x, y):
        return 2 * x + 3 * y

    x, y = (ag.ones(2, dtype=ag.float64, requires_grad=True) for _ in range(2))
    (mixed(x, y) + mixed(x * 1, y)).sum().backward()
    assert x.grad.tolist() == [4, 4]
    assert y.grad.tolist() == [6, 6]


def test_a_fused_primitive_uses_its_composition_for_higher_orders():
    ran = []

    def composed(x, y, scale):
        ran.append(scale)
        return x * y * scale

    @primitive(
        composition=composed,
        x=lambda g, y, scale: np.multiply(g, y) * scale,
        y=lambda g, x, scale: np.multiply(g, x) * scale,
    )
    def scaled_product(x, y, *, scale=2.0):
        return x * y * scale

    x, y = leaf([1.0, 2.0]), leaf([3.0, 4.0])
    scaled_product(x, y).sum().backward()
    assert not ran
    assert gradcheck(scaled_product, [x, y])
    assert gradgradcheck(scaled_product, [x, y])
    assert set(ran) == {2.0}
    h = x * x  # one input of the fused operation depends on the other
    (g,) = ag.grad(scaled_product(h, x).sum(), x, create_graph=True)
    (gg,) = ag.grad(g.sum(), x)
    np.testing.assert_allclose(gg.numpy(), 2 * 6 * x.detach().numpy())


@pytest.mark.parametrize("shape", [(), (3,), (2, 3), (4, 2, 3)])
@pytest.mark.parametrize("bias", [True, False])
def test_linear_agrees_with_its_composition(shape, bias):
    rng = np.random.default_rng(0)
    x, w, b = (leaf(rng.normal(size=s)) for s in ((*shape, 5), (4, 5), (4,)))
    arguments = [x, w, b] if bias else [x, w]
    plain = x @ w.T + b if bias else x @ w.T
    np.testing.assert_allclose(ag.linear(*arguments).detach().numpy(), plain.detach().numpy())
    for ours, theirs in zip(
        ag.grad((ag.linear(*arguments) ** 2).sum(), arguments), ag.grad((plain**2).sum(), arguments), strict=True
    ):
        np.testing.assert_allclose(ours.numpy(), theirs.numpy())
    assert gradgradcheck(ag.linear, arguments)


def test_broadcasting_and_dtypes_are_undone_by_the_engine():
    x, y = leaf(np.ones((2, 1, 3)), np.float32), leaf(np.ones((4, 1)), np.float64)
    z = x * y
    assert z.dtype == np.float64
    z.sum().backward()
    assert (x.grad.shape, x.grad.dtype) == ((2, 1, 3), np.float32)
    assert (y.grad.shape, y.grad.dtype) == ((4, 1), np.float64)
    empty = leaf(np.ones((1, 0)))
    (empty * leaf(np.ones((3, 1)))).sum().backward()
    assert empty.grad.shape == (1, 0)


def test_primitives_pickle_by_name():
    assert pickle.loads(pickle.dumps(ag.mul.primitive)) is ag.mul.primitive
    assert copy.deepcopy(x_exp_x.primitive) is x_exp_x.primitive
    assert pickle.loads(pickle.dumps(x_exp_x.primitive)) is x_exp_x.primitive
    x = leaf([1.0, 2.0])
    copied_x, s = copy.deepcopy((x, sin_cos(x * 2)[0]))
    s.sum().backward()
    np.testing.assert_allclose(copied_x.grad.numpy(), 2 * np.cos([2.0, 4.0]))


def test_the_public_face():
    assert autograd.grad is ag.grad
    assert set(autograd.__all__) <= set(dir(autograd))


def _polar(r, angle):
    return r * np.cos(angle), np.cos(angle)


@pytest.mark.parametrize("wanted", [(True, True), (True, False), (False, True)])
def test_one_rule_for_several_inputs(wanted):
    asked = []

    def both(g, r, adjacent, angle, wanted):
        asked.append(wanted)
        return g * adjacent, -g * r * ag.sin(angle)

    polar = primitive(residuals=("adjacent",), jointly=Jointly(("r", "angle"), both))(_polar)
    r, angle = (leaf(v).requires_grad_(w) for v, w in zip(([2.0, 3.0], [0.3, 0.5]), wanted, strict=True))
    polar(r, angle).sum().backward()
    assert asked == [wanted]
    right = [np.cos([0.3, 0.5]), -np.array([2.0, 3.0]) * np.sin([0.3, 0.5])]
    for x, expected, w in zip((r, angle), right, wanted, strict=True):
        assert (x.grad is not None) == w
        if w:
            np.testing.assert_allclose(x.grad, expected)
    assert (
        "rule_jointly(g, r, adjacent, angle, (r_node is not None, angle_node is not None, ))"
        in polar.primitive.source
    )


def test_a_joint_rule_that_is_made_of_operators_has_every_order():
    product = primitive(jointly=Jointly(("x", "y"), lambda g, x, y: (g * y, g * x)))(lambda x, y: x * y)
    assert gradcheck(product, [leaf([1.5, -2.0]), leaf([0.5, 3.0])])
    assert gradgradcheck(product, [leaf([1.5, -2.0]), leaf([0.5, 3.0])])


def test_a_joint_rule_stands_alone():
    joint = Jointly(("x",), lambda g: (g,))
    with pytest.raises(TypeError, match="the only one"):
        primitive(jointly=joint, x=lambda g: g)(lambda x: x)
    with pytest.raises(TypeError, match="a fixed number of operands"):
        primitive(jointly=Jointly(("x",), lambda g: (g,)))(lambda *x: x)
    with pytest.raises(TypeError, match=r"has no parameter \['y'\] to differentiate"):
        primitive(jointly=Jointly(("y",), lambda g: (g,)))(lambda x: x)
    with pytest.raises(TypeError, match=r"the rule for x takes \(g, z\)"):
        primitive(jointly=Jointly(("x",), lambda g, z: (g,)))(lambda x: x)


def test_the_function_that_users_call_is_written_at_its_first_call():
    @primitive(x=lambda g, scale: g * scale)
    def scaled(x, y=2.0, *, scale=3.0):
        """x scale, plus y."""
        return x * scale + y

    before = scaled
    assert scaled.__code__.co_varnames == ("args", "kwargs")
    assert str(inspect.signature(scaled)) == "(x, y=2.0, *, scale=3.0)"
    x = leaf([1.0])
    with pytest.raises(TypeError, match="unexpected keyword argument 'size'"):
        scaled(x, size=1)
    assert scaled(x).tolist() == [5.0]
    assert scaled(x, 0.0, scale=1.0).tolist() == [1.0]
    assert scaled is before
    assert scaled.__code__.co_varnames[:3] == ("x", "y", "scale")


def test_rules_and_forwards_may_be_any_callable():
    class Times:
        __name__ = "times"

        def __call__(self, x, *, n):
            return x * n

    times = primitive(x=functools.partial(lambda factor, g, n: factor * g * n, 1.0))(Times())
    x = leaf([1.0, 2.0])
    times(x, n=3.0).sum().backward()
    assert x.grad.tolist() == [3.0, 3.0]


def test_threads_may_make_the_first_call_together():
    for _ in range(30):
        scaled = primitive(x=lambda g, scale: g * scale)(lambda x, y=2.0, *, scale=3.0: x * scale + y)
        in_threads(lambda scaled=scaled: scaled(leaf([1.0])).tolist() == [5.0] or pytest.fail("wrong"))
