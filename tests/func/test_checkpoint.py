"""checkpoint(): the same numbers and derivatives with a second call in place of memory."""

import copy
import gc
import pickle
import weakref

import numpy as np
import pytest

import autograd_engine as ag
from autograd_engine import func
from autograd_engine.testing import gradcheck, gradgradcheck

from ..messages import exactly
from .points import VECTOR, A, X, array, f64, nodes_alive, same


def mlp(weights):
    def forward(x):
        for w in weights:
            x = ag.tanh(w @ x)
        return x

    return forward


def weights(count=3):
    return [f64(A / (i + 1), True) for i in range(count)]


def test_gradients_are_those_without_a_checkpoint():
    plain, saved = weights(), weights()
    x, z = f64(X, True), f64(X, True)
    (mlp(plain)(x * 2) ** 2).sum().backward()
    (func.checkpoint(mlp(saved), z * 2) ** 2).sum().backward()
    for a, b in zip([x, *plain], [z, *saved], strict=True):
        np.testing.assert_array_equal(a.grad.numpy(), b.grad.numpy())


def test_the_graph_and_its_arrays_are_not_kept_until_backward():
    intermediate = []

    def f(x):
        for _ in range(50):
            x = ag.sin(x)
            intermediate.append(weakref.ref(x.array))
        return x

    x = f64(X, True)
    gc.collect()
    before = nodes_alive()
    y = func.checkpoint(f, x)
    gc.disable()
    try:
        assert nodes_alive() == before + 1  # the checkpoint
        assert [r() is not None for r in intermediate] == [False] * 49 + [True]
        y.sum().backward()
        del y
        assert nodes_alive() == before
        assert not any(r() is not None for r in intermediate)
    finally:
        gc.enable()
    x.grad = None
    plain = f(x)
    assert nodes_alive() == before + 50
    plain.sum().backward()


def test_the_function_runs_once_forward_and_once_per_backward():
    calls = []
    x = f64(X, True)

    def f(x):
        calls.append(ag.is_grad_enabled())
        return x * x

    y = func.checkpoint(f, x).sum()
    assert len(calls) == 1
    y.backward(retain_graph=True)
    y.backward()
    assert calls == [True] * 3
    np.testing.assert_allclose(x.grad.numpy(), 4 * X)
    with pytest.raises(
        RuntimeError,
        match=exactly(
            "backward through a freed graph: sum (shape ()) was already run and its saved arrays "
            "released; pass retain_graph=True to the first backward, or compute the result again"
        ),
    ):
        y.backward()


def test_random_numbers_repeat_and_the_stream_goes_on():
    x = f64(X, True)
    drawn = []

    def dropout(x):
        uniform = ag.rand(4)
        drawn.append(array(uniform))
        return x * (uniform < 0.5)

    ag.manual_seed(1)
    y = func.checkpoint(dropout, x)
    between = ag.rand(3)
    y.sum().backward()
    after = ag.rand(3)
    np.testing.assert_array_equal(drawn[0], drawn[1])
    np.testing.assert_array_equal(x.grad.numpy(), drawn[0] < 0.5)
    ag.manual_seed(1)
    ag.rand(4)
    np.testing.assert_array_equal(between, ag.rand(3))
    np.testing.assert_array_equal(after, ag.rand(3))  # backward drew nothing from the stream
    y = func.checkpoint(dropout, x, preserve_rng_state=False)
    y.sum().backward()
    assert len(drawn) == 4
    assert (drawn[2] != drawn[3]).all()


def test_every_order_through_a_checkpoint():
    w = weights()
    x = f64(X, True)
    assert gradcheck(lambda x: func.checkpoint(mlp(w), x), x)
    assert gradgradcheck(lambda x: func.checkpoint(mlp(w), x), x)
    assert gradgradcheck(lambda w: func.checkpoint(lambda x: ag.tanh(w @ x), x), w[0])
    (g,) = ag.grad(func.checkpoint(lambda x: (x**4).sum(), x), x, create_graph=True)
    (g,) = ag.grad(g.sum(), x, create_graph=True)
    (g,) = ag.grad(g.sum(), x)
    np.testing.assert_allclose(array(g), 24 * X)


@pytest.mark.parametrize("name", ["grad", "hessian", "jacobian of hessian", "jvp of grad", "vhp", "grad of jvp"])
def test_transforms_of_a_checkpoint(name):
    w = f64(A, True)
    transforms = {
        "grad": lambda f: func.grad(f)(f64(X)),
        "hessian": lambda f: func.hessian(f)(f64(X)),
        "jacobian of hessian": lambda f: func.jacobian(func.hessian(f))(f64(X)),
        "jvp of grad": lambda f: func.jvp(func.grad(f), f64(X), f64(X))[1],
        "vhp": lambda f: func.vhp(f, f64(X), f64(X))[1],
        "grad of jvp": lambda f: func.grad(lambda x: func.jvp(f, x, x)[1])(f64(X)),
    }

    def f(x):
        return (ag.sin(w @ x) * x).sum()

    plain = transforms[name](f)
    saved = transforms[name](lambda x: func.checkpoint(f, x))
    np.testing.assert_allclose(array(saved), array(plain), rtol=1e-12)
    (expected,) = ag.grad(plain.sum(), w)
    (found,) = ag.grad(saved.sum(), w)
    np.testing.assert_allclose(array(found), array(expected), rtol=1e-12)


def test_transforms_inside_a_checkpoint():
    x, w = f64(X, True), f64(A, True)

    def inner(x):
        gradient = func.grad(lambda z: (w @ z**3).sum())(x)
        return gradient * func.jvp(ag.sin, x, gradient)[1]

    expected = ag.grad(inner(x).sum(), (x, w))
    found = ag.grad(func.checkpoint(inner, x).sum(), (x, w))
    for a, b in zip(expected, found, strict=True):
        np.testing.assert_allclose(array(b), array(a), rtol=1e-12)
    assert gradgradcheck(lambda x: func.checkpoint(inner, x), x)


def test_nested_checkpoints():
    w = weights()
    x = f64(X, True)

    def nested(x, depth=3):
        if depth == 0:
            return x
        # every level captures parameters, its own argument, and something computed outside of it
        outer = x * w[0].sum()
        return func.checkpoint(lambda h: ag.tanh(w[depth - 1] @ nested(h, depth - 1)) + outer * h, x * 2)

    def plain(x, depth=3):
        if depth == 0:
            return x
        return ag.tanh(w[depth - 1] @ plain(x * 2, depth - 1)) + x * w[0].sum() * (x * 2)

    expected = ag.grad((plain(x) ** 2).sum(), (x, *w))
    for a, b in zip(expected, ag.grad((nested(x) ** 2).sum(), (x, *w)), strict=True):
        np.testing.assert_allclose(array(b), array(a), rtol=1e-12)
    assert gradgradcheck(lambda x, v: nested(x) * v, (x, f64(X, True)))
    same(func.hessian(lambda x: nested(x).sum())(f64(X)), array(func.hessian(lambda x: plain(x).sum())(f64(X))))


def test_a_captured_result_and_its_own_origin_are_not_counted_twice():
    w = f64(2.0, True)
    h = w * 3  # captured beside the leaf it comes from
    y = func.checkpoint(lambda x: x * w * h, h)
    (g,) = ag.grad(y, w)
    assert g.item() == pytest.approx(9 * 3 * 2.0**2)  # h * w * h = 9 w^3


def test_a_deep_chain_of_checkpoints():
    x = f64(1.0, True)
    y = x
    for _ in range(3000):
        y = func.checkpoint(lambda v: v * 1.0, y)
    y.backward()
    assert x.grad.item() == 1.0


def test_arguments_and_results_of_every_kind():
    x, w = f64(X, True), f64(X, True)

    def f(params, flag, *, scale, extra=None):
        assert flag == "flag"
        assert extra is None
        return {"y": params["x"] * params["n"] * scale, "count": 3, "index": params["x"].argmax(), "all": [w]}

    params = {"x": x, "n": ag.tensor(3)}
    out = func.checkpoint(f, params, "flag", scale=f64(2.0), use_reentrant=False)
    assert out["count"] == 3
    assert not out["index"].requires_grad
    params["x"] = None  # the call remembers its arguments as they were
    (out["y"].sum() + out["all"][0].sum()).backward()
    np.testing.assert_allclose(x.grad.numpy(), np.full(4, 6.0))
    np.testing.assert_allclose(w.grad.numpy(), np.ones(4))
    constant, product = func.checkpoint(lambda x: (ag.ones(2), x * x), x)
    assert not constant.requires_grad
    assert product.requires_grad


def test_an_unused_result_and_a_result_that_is_an_argument():
    x = f64(X, True)
    _, y = func.checkpoint(lambda x: (x.sum(), x), x * 3)
    y.sum().backward()
    np.testing.assert_array_equal(x.grad.numpy(), np.full(4, 3.0))


def test_an_argument_changed_in_place_while_recording_is_remembered():
    x = f64(X, True)
    h = x * 1
    y = func.checkpoint(lambda h: h * h, h)
    h.mul_(100.0)
    y.sum().backward()
    np.testing.assert_allclose(x.grad.numpy(), 2 * X)


def test_a_function_that_changes_its_argument_in_place_can_be_repeated():
    x = f64(X, True)
    y = func.checkpoint(lambda h: h.mul_(h).sum(), x * 1)
    for times in (1, 2):
        y.backward(retain_graph=True)
        np.testing.assert_allclose(x.grad.numpy(), times * 2 * X)


def test_a_leaf_made_inside_is_left_with_its_graph_if_there_is_nothing_else():
    made = []

    def f(x):
        made.append(f64(2.0, True))
        return x * made[0]

    func.checkpoint(f, f64(3.0)).backward()
    assert made[0].grad.item() == 3.0
    assert len(made) == 1


def test_nothing_is_recorded_where_nothing_requires_gradients():
    y = func.checkpoint(ag.sin, f64(X))
    assert y.node is None
    with ag.no_grad():
        assert func.checkpoint(ag.sin, f64(X, True)).node is None


def test_parameters_stay_parameters():
    linear = ag.nn.Linear(4, 4)
    x = ag.tensor(VECTOR)

    def f(weight):
        assert isinstance(weight, ag.nn.Parameter)
        return linear(x) * weight.sum()

    func.checkpoint(f, linear.weight).sum().backward()
    found = array(linear.weight.grad)
    linear.zero_grad()
    f(linear.weight).sum().backward()
    np.testing.assert_allclose(found, array(linear.weight.grad), rtol=1e-6)


def test_hooks_and_anomalies_reach_into_a_checkpoint():
    seen = []
    x = f64([1.0, 4.0], True)

    def f(x):
        h = x * 2
        h.register_hook(seen.append)
        return ag.sqrt(h)

    func.checkpoint(f, x).sum().backward()
    assert len(seen) == 1

    def two(x):
        h = x * 2
        h.register_hook(seen.append)
        return h * 2, x * 3

    func.checkpoint(two, x)[1].sum().backward()
    assert len(seen) == 1  # an unused result is not differentiated
    x = f64(0.0, True)
    with pytest.raises(RuntimeError, match="the derivative of sqrt contains an infinity"), ag.detect_anomaly():
        func.checkpoint(ag.sqrt, x).backward()


def test_an_exception_leaves_mode_and_randomness_as_they_were():
    calls = []

    def f(x):
        calls.append(x)
        ag.rand(5)
        if len(calls) != 1:
            raise KeyError("second call")
        return x * x

    x = f64(X, True)
    ag.manual_seed(4)
    with ag.no_grad():
        with ag.enable_grad():
            y = func.checkpoint(f, x).sum()
        state = ag.default_generator.get_state()
        with pytest.raises(KeyError, match="second call"):
            y.backward()
        assert not ag.is_grad_enabled()
    assert ag.default_generator.get_state() == state
    with pytest.raises(KeyError):
        func.checkpoint(f, x)


def test_a_second_call_that_differs_is_refused():
    x = f64(X, True)
    ws = weights()
    terms = []
    for w in ws:
        terms.append(func.checkpoint(lambda x: w @ x, x))  # noqa: B023 - the mistake itself
    with pytest.raises(
        RuntimeError,
        match=exactly(
            "checkpoint: in backward the function used tensors that it did not use in forward; "
            "its second call must repeat the first, and not depend on anything that changed in "
            "between (a loop variable?)"
        ),
    ):
        sum(terms).sum().backward()
    sizes = [4, 2]
    y = func.checkpoint(lambda x: x[: sizes.pop(0)] * 2, x)
    with pytest.raises(
        RuntimeError,
        match=exactly(
            "checkpoint: in backward the function returned float64[2] requiring gradients, in "
            "forward float64[4] requiring gradients; its second call must repeat the first"
        ),
    ):
        y.sum().backward()


def test_changes_in_place_between_the_calls_are_noticed():
    x, w, constant = f64(X, True), f64(X, True), f64(X)
    for changed in (x, w, constant):
        y = func.checkpoint(lambda x, c: x * w * c, x, constant).sum()
        with ag.no_grad():
            changed.mul_(2.0)
        with pytest.raises(
            RuntimeError,
            match=exactly(
                "CheckpointFunction saved an array of shape (4,) for its derivative, and the array "
                "was changed in place since (now at version 1); change a clone() instead, or make the "
                "change after backward"
            ),
        ):
            y.backward()


def test_leaves_given_other_arrays_between_the_calls_are_noticed():
    for value in (X, np.float64(2.0)):
        w = f64(value, True)
        y = func.checkpoint(lambda x: x * w, f64(value)).sum()  # noqa: B023 - called before the loop goes on
        w.detach()  # an alias: the values stay, whatever holds them
        y.backward(retain_graph=True)
        w.data = w.detach() * 1
        y.backward(retain_graph=True)
        np.testing.assert_allclose(w.grad.numpy(), 2 * value)
        with ag.no_grad():
            w.data = w.detach() * 2
        with pytest.raises(RuntimeError, match=r"checkpoint: a leaf of shape .* has other values in backward"):
            y.backward()


@pytest.mark.parametrize("changed", range(3))
def test_every_leaf_is_compared_not_only_the_first(changed):
    weights = [f64(X, True), f64(X[:3], True), f64(X[:2], True)]
    y = func.checkpoint(lambda x: sum((x * w).sum() for w in weights), f64(2.0))
    weights[changed].data = weights[changed].detach() * 2
    with pytest.raises(RuntimeError) as error:
        y.backward()
    assert str(error.value) == (
        f"checkpoint: a leaf of shape ({4 - changed},) has other values in backward than it had in forward; "
        "make the change after backward"
    )


def test_copying_a_checkpointed_graph_is_refused():
    y = func.checkpoint(ag.sin, f64(X, True))
    with pytest.raises(
        TypeError,
        match=exactly(
            "a graph with a checkpoint in it can be neither copied nor pickled: its backward "
            "would call the function on the tensors of the original; use detach() first, or copy "
            "after backward"
        ),
    ):
        copy.deepcopy(y)
    with pytest.raises(
        TypeError,
        match=exactly(
            "a graph with a checkpoint in it can be neither copied nor pickled: its backward "
            "would call the function on the tensors of the original; use detach() first, or copy "
            "after backward"
        ),
    ):
        pickle.dumps(y)
    assert copy.deepcopy(y.detach()).shape == (4,)


def test_torch_checkpoint_agrees():
    torch = pytest.importorskip("torch", reason="PyTorch is the oracle here")
    from torch.utils.checkpoint import checkpoint

    def run(m, checkpoint, x, w):
        def block(x, *, power):
            return {"y": m.tanh(w @ x) ** power, "x": x}

        out = checkpoint(block, x, power=2, use_reentrant=False)
        (out["y"] * out["x"]).sum().backward()
        return x.grad, w.grad

    theirs = run(torch, checkpoint, torch.tensor(X, requires_grad=True), torch.tensor(A, requires_grad=True))
    same(run(ag, func.checkpoint, f64(X, True), f64(A, True)), theirs)
