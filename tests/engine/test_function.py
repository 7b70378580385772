"""PyTorch's `Function`: an operation of the user's own, of every order."""

import copy
import gc
import pickle

import numpy as np
import pytest

import autograd_engine as ag
from autograd_engine.autograd import Function, primitive
from autograd_engine.testing import gradcheck, gradgradcheck

from ..messages import exactly


def leaf(values, dtype=np.float64):
    return ag.tensor(np.array(values, dtype), requires_grad=True)


class Cube(Function):
    @staticmethod
    def forward(ctx, x):
        ctx.save_for_backward(x)
        return x * x * x

    @staticmethod
    def backward(ctx, g):
        (x,) = ctx.saved_tensors
        return g * 3 * x * x


class Exp(Function):
    """Saves its own result."""

    @staticmethod
    def forward(ctx, x, unused=None):
        result = x.exp()
        ctx.save_for_backward(result, None)
        return result

    @staticmethod
    def backward(ctx, g):
        result, nothing = ctx.saved_tensors
        assert nothing is None
        return g * result, None


class Moments(Function):
    """Two results and an integer one; the newer protocol with setup_context."""

    @staticmethod
    def forward(x, power):
        return x.sum(), (x**power).sum(), x.argmax()

    @staticmethod
    def setup_context(ctx, inputs, output):
        x, ctx.power = inputs
        ctx.save_for_backward(x, output[1])

    @staticmethod
    def backward(ctx, g_sum, g_power, g_argmax):
        x, total = ctx.saved_tensors
        assert total.shape == ()
        return g_sum + g_power * ctx.power * x ** (ctx.power - 1), None


def test_functions_have_derivatives_of_every_order():
    x = leaf([0.5, 2.0])
    for apply in (Cube.apply, Exp.apply, lambda x: Moments.apply(x, 3)[:2]):
        assert gradcheck(apply, [x])
        assert gradgradcheck(apply, [x])
    assert Cube.apply(x).node.name == "Cube"
    assert not Moments.apply(x, 3)[2].requires_grad


def test_function_results_are_constants_when_nothing_asks():
    assert Cube.apply(ag.ones(2)).node is None
    with ag.no_grad():
        assert Cube.apply(leaf([1.0])).node is None


def test_unused_results_arrive_as_zeros_or_none():
    class Two(Function):
        materialize = True

        @staticmethod
        def forward(ctx, x):
            ctx.set_materialize_grads(Two.materialize)
            return x * 2, x * 3

        @staticmethod
        def backward(ctx, a, b):
            seen.append(b if b is None else b.tolist())
            return a * 2

    x, seen = leaf([1.0, 2.0]), []
    Two.apply(x)[0].sum().backward()
    Two.materialize = False
    Two.apply(x)[0].sum().backward()
    assert seen == [[0.0, 0.0], None]


def test_outputs_marked_as_constant():
    class Rounded(Function):
        @staticmethod
        def forward(ctx, x):
            hard = x.round()
            ctx.mark_non_differentiable(hard)
            return x * 2, hard

        @staticmethod
        def backward(ctx, g, g_hard):
            assert not ctx.needs_input_grad[0] or g is not None
            return g * 2

    soft, hard = Rounded.apply(leaf([1.2, 2.7]))
    assert soft.requires_grad
    assert not hard.requires_grad


def test_a_function_that_saves_its_result_makes_no_cycle():
    x = leaf([1.0])
    gc.collect()
    gc.disable()
    try:
        before = sum(type(o).__module__ == "autograd_engine.engine.graph" for o in gc.get_objects())
        y = Exp.apply(x)
        del y
        assert sum(type(o).__module__ == "autograd_engine.engine.graph" for o in gc.get_objects()) == before
    finally:
        gc.enable()


def test_what_a_function_saved_is_guarded_too():
    x = leaf([1.0, 2.0])
    y = Cube.apply(x).sum()
    with ag.no_grad():
        x.zero_()
    with pytest.raises(RuntimeError, match=r"Cube saved an array .* changed in place"):
        y.backward()


def test_wrong_functions_are_reported():
    class TooFew(Function):
        @staticmethod
        def forward(ctx, x, y):
            return x * y

        @staticmethod
        def backward(ctx, g):
            return g

    class NotATensor(Function):
        @staticmethod
        def forward(ctx, x):
            return x * 2, 3.0

    class NoBackward(Function):
        @staticmethod
        def forward(ctx, x):
            return x * 2

    x = leaf([1.0])
    message = (
        "TooFew.backward returned 1 gradients; forward took 2 arguments, return one for each (None where there is "
        "none)"
    )
    with pytest.raises(RuntimeError, match=exactly(message)):
        TooFew.apply(x, x).sum().backward()
    with pytest.raises(TypeError, match=exactly("NotATensor.forward returned a float in place 1, not a tensor")):
        NotATensor.apply(x)
    with pytest.raises(TypeError, match="must define backward"):
        NoBackward.apply(x).sum().backward()
    with pytest.raises(TypeError, match="must define forward"):
        Function.apply(x)


def test_functions_pickle():
    x = leaf([2.0])
    copied, y = pickle.loads(pickle.dumps((x, Cube.apply(x))))
    y.sum().backward()
    assert copied.grad.item() == 12.0
    assert copy.deepcopy(Cube._operation) is Cube._operation


class SinCos(Function):
    """Saves both its results."""

    @staticmethod
    def forward(ctx, x):
        results = x.sin(), x.cos()
        ctx.save_for_backward(*results)
        return results

    @staticmethod
    def backward(ctx, g_sin, g_cos):
        sine, cosine = ctx.saved_tensors
        return g_sin * cosine - g_cos * sine


@primitive(outputs=2, x=lambda g, out: g[0] * out[1] - g[1] * out[0])
def sin_cos_from_results(x):
    return np.sin(x), np.cos(x)


def test_several_saved_results_are_differentiated_again():
    x = leaf([0.1, 0.7])
    assert gradcheck(sin_cos_from_results, [x])
    assert gradgradcheck(sin_cos_from_results, [x])
    # The user's use of a result and the rule's use of it, as saved, add up.
    for apply in (sin_cos_from_results, SinCos.apply):
        s, c = apply(x)
        (first,) = ag.grad((s * c).sum(), x, create_graph=True)
        np.testing.assert_allclose(first.detach().numpy(), np.cos([0.2, 1.4]))
        np.testing.assert_allclose(ag.grad(first.sum(), x)[0].numpy(), -2 * np.sin([0.2, 1.4]))
    (second,) = ag.grad(ag.grad(sin_cos_from_results(x)[0].sum(), x, create_graph=True)[0].sum(), x)
    np.testing.assert_allclose(second.numpy(), -np.sin([0.1, 0.7]))


def test_what_is_saved_can_be_read_in_forward_and_in_setup_context():
    seen = []

    class Early(ag.autograd.Function):
        @staticmethod
        def forward(ctx, x, factor):
            assert ctx.saved_tensors == ()
            ctx.save_for_backward(x, None)
            seen.append(ctx.saved_tensors)
            return x * factor

        @staticmethod
        def backward(ctx, g):
            seen.append(ctx.saved_tensors)
            return g * 3, None

    class Late(ag.autograd.Function):
        @staticmethod
        def forward(x):
            return x * 3

        @staticmethod
        def setup_context(ctx, inputs, output):
            ctx.save_for_backward(*inputs, output)
            seen.append(ctx.saved_tensors)

        @staticmethod
        def backward(ctx, g):
            return g * 3

    x = ag.tensor([1.0, 2.0], requires_grad=True)
    Early.apply(x, 3).sum().backward()
    assert seen[0] == (x, None)
    assert seen[1][0].tolist() == [1.0, 2.0]
    assert seen[1][1] is None
    result = Late.apply(x)
    assert seen[2][0] is x
    assert seen[2][1].tolist() == result.tolist() == [3.0, 6.0]
    result.sum().backward()
    assert x.grad.tolist() == [6.0, 6.0]
