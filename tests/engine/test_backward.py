"""The backward pass: order, accumulation, what it leaves behind, and what it refuses."""

import copy
import gc
import pickle
import threading

import numpy as np
import pytest

import autograd_engine as ag
from autograd_engine import autograd
from autograd_engine.backend.kinds import numpy_kind

from ..messages import exactly


def leaf(*values, dtype=np.float64):
    return ag.tensor(np.array(values[0] if len(values) == 1 else values, dtype), requires_grad=True)


# ---------------------------------------------------------------------------------- order and sums


def test_a_diamond_waits_for_every_contribution():
    x = leaf(3.0)
    a = x * x
    b = a + a * x  # a is reached by two paths of different length
    b.backward()
    assert x.grad.item() == 2 * 3 + 3 * 9


def test_an_input_used_twice_by_one_operation_gets_both_contributions():
    x = leaf([1.0, 2.0])
    (x * x).sum().backward()
    np.testing.assert_array_equal(x.grad.numpy(), [2.0, 4.0])


def test_where_no_gradient_comes_the_pass_goes_on_beside_it():
    class First(autograd.Function):
        @staticmethod
        def forward(ctx, a, b):
            return a + b

        @staticmethod
        def backward(ctx, g):
            return g, None

    x, y = leaf(2.0), leaf(5.0)
    a = x * 3
    b = (y * 4) * y  # made after a, so visited before it
    First.apply(a, b).backward()
    assert x.grad.item() == 3
    assert y.grad is None


def test_backward_accumulates_until_the_gradient_is_cleared():
    x = leaf([1.0, 2.0])
    for expected in (3.0, 6.0):
        (3 * x).sum().backward()
        np.testing.assert_array_equal(x.grad.numpy(), [expected] * 2)
    x.grad = None
    (3 * x).sum().backward()
    np.testing.assert_array_equal(x.grad.numpy(), [3.0, 3.0])


def test_derivatives_of_every_order():
    x = leaf(2.0)
    y = x**5
    for expected in (5 * 2.0**4, 20 * 2.0**3, 60 * 2.0**2, 120 * 2.0, 120.0):
        (y,) = ag.grad(y, x, create_graph=True)
        assert y.item() == pytest.approx(expected)


def test_create_graph_leaves_a_differentiable_grad():
    x = leaf([1.0, 2.0])
    (x**3).sum().backward(create_graph=True)
    (second,) = ag.grad(x.grad.sum(), x)
    np.testing.assert_allclose(second.numpy(), [6.0, 12.0])


def test_create_graph_records_under_no_grad_too():
    x = leaf(2.0)
    y = x * x * x + x * x
    with ag.no_grad():
        (first,) = ag.grad(y, x, create_graph=True)
        assert not ag.is_grad_enabled()
    (second,) = ag.grad(first, x)
    assert second.item() == 6 * 2.0 + 2


def test_several_outputs_are_summed_with_their_weights():
    x = leaf([1.0, 2.0])
    autograd.backward([x * 2, x * x], [np.array([1.0, 10.0]), ag.ones(2, dtype=ag.float64)])
    np.testing.assert_array_equal(x.grad.numpy(), [2 + 2, 20 + 4])


def test_the_same_root_twice_counts_twice():
    x = leaf(2.0)
    y = x * x
    (g,) = ag.grad([y, y], x)
    assert g.item() == 8.0


def test_a_leaf_is_its_own_derivative():
    x = leaf(2.0)
    x.backward()
    assert x.grad.item() == 1.0


# --------------------------------------------------------------------------- aliasing and ownership


def test_gradients_share_memory_with_nothing():
    x, y = leaf([1.0, 2.0]), leaf([3.0, 4.0])
    cotangent = np.ones(2)
    z = x + y
    z.backward(cotangent)
    x.grad.numpy()[0] = 99.0
    np.testing.assert_array_equal(y.grad.numpy(), [1.0, 1.0])
    np.testing.assert_array_equal(cotangent, [1.0, 1.0])
    np.testing.assert_array_equal(x.detach().numpy(), [1.0, 2.0])


@pytest.mark.parametrize("function", [lambda x: x.sum(), lambda x: x.reshape(4).sum(), lambda x: x.T.mean()])
def test_a_gradient_is_never_a_read_only_or_shared_view(function):
    x = leaf([[1.0, 2.0], [3.0, 4.0]])
    function(x).backward()
    assert x.grad.array.flags.writeable
    assert x.grad.array.base is None


def test_grad_returns_arrays_of_its_own():
    x, y = leaf([1.0]), leaf([2.0])
    gx, gy = ag.grad((x + y).sum(), [x, y])
    gx.numpy()[0] = 5.0
    assert gy.item() == 1.0


def test_a_cotangent_kept_by_the_user_is_not_written():
    x = leaf(np.ones((3, 3)))
    seen = []
    h = x * 1.0
    h.register_hook(lambda g: seen.append(g))
    (h.sum() + (h * 2).sum()).backward()
    before = seen[0].numpy().copy()
    (x * 5).sum().backward()
    np.testing.assert_array_equal(seen[0].numpy(), before)


def test_a_large_gradient_is_donated_not_copied():
    w = leaf(np.ones((64, 64)))
    made = []
    double = ag.primitive(x=lambda g: made.append(g * 2) or made[-1])(_double)
    double(w).sum().backward()
    assert w.grad.array is not made[0]  # the list still holds it: it must have been copied
    made.clear()
    keep = []

    def rule(g):
        result = g * 2
        keep.append(id(result))
        return result

    w.grad = None
    ag.primitive(x=rule)(_double)(w).sum().backward()
    assert id(w.grad.array) == keep[0]  # nobody else held it: it is the gradient


def _double(x):
    return x * 2


# ------------------------------------------------------------------------- hooks, retain_grad, inputs


def test_hooks_see_the_complete_gradient_and_may_replace_it():
    x = leaf(2.0)
    h = x * 3
    seen = []
    h.register_hook(lambda g: seen.append(g.item()))
    scale = h.register_hook(lambda g: g * 10)
    (h + h * h).backward(retain_graph=True)
    assert seen == [13.0]
    assert x.grad.item() == 390.0
    scale.remove()
    scale.remove()
    x.grad = None
    (h + h * h).backward()
    assert x.grad.item() == 39.0


def test_a_leaf_hook_runs_before_accumulation():
    x = leaf([1.0, 1.0])
    x.register_hook(lambda g: -g)
    (x * 2).sum().backward()
    np.testing.assert_array_equal(x.grad.numpy(), [-2.0, -2.0])


def test_a_hook_that_changes_the_shape_is_refused():
    x = leaf([1.0, 2.0])
    x.register_hook(lambda g: g.sum())
    with pytest.raises(
        RuntimeError, match=exactly("a hook on leaf returned shape () for a gradient of shape (2,)")
    ):
        (x * 2).sum().backward()


def test_retain_grad_keeps_the_gradient_of_a_result():
    x = leaf(2.0)
    h = x * x
    h.retain_grad()
    h.retain_grad()
    assert h.retains_grad
    (h * 3).backward()
    assert h.grad.item() == 3.0
    assert x.grad.item() == 12.0


def test_inputs_limits_who_receives_a_grad():
    x, w = leaf(2.0), leaf(3.0)
    (x * w).backward(inputs=[x])
    assert x.grad.item() == 3.0
    assert w.grad is None


def test_inputs_may_be_results():
    x = leaf(2.0)
    h = x * x
    (h * h).backward(inputs=h)
    assert h.grad.item() == 8.0
    assert x.grad is None


def test_grad_with_respect_to_a_result_and_its_input():
    x = leaf(2.0)
    h = x * x
    dh, dx = ag.grad(h * 3 + x, [h, x])
    assert (dh.item(), dx.item()) == (3.0, 13.0)


def test_grad_does_not_run_rules_it_does_not_need():
    ran = []

    def rule(g):
        ran.append(True)
        return g * 2

    x, w = leaf(1.0), leaf(1.0)
    y = x * ag.primitive(x=rule)(_double)(w)
    ag.grad(y, x)
    assert not ran


def test_unused_inputs():
    x, unused = leaf(1.0), leaf([1.0, 2.0])
    with pytest.raises(
        RuntimeError,
        match=exactly(
            "grad: the outputs do not depend on input 1, of shape (2,); pass allow_unused=True to get None for it"
        ),
    ):
        ag.grad(x * 2, [x, unused])
    assert ag.grad(x * 2, [x, unused], allow_unused=True)[1] is None
    zeros = ag.grad(x * 2, [x, unused], materialize_grads=True)[1]
    np.testing.assert_array_equal(zeros.numpy(), [0.0, 0.0])


# ---------------------------------------------------------------------------------------- refusals


def test_a_second_backward_through_a_freed_graph():
    x = leaf([1.0, 2.0])
    y = (x * x).sum()
    y.backward()
    with pytest.raises(
        RuntimeError,
        match=exactly(
            "backward through a freed graph: sum (shape ()) was already run and its saved arrays "
            "released; pass retain_graph=True to the first backward, or compute the result again"
        ),
    ):
        y.backward()


def test_retain_graph_allows_a_second_backward():
    x = leaf(3.0)
    y = x * x
    y.backward(retain_graph=True)
    y.backward()
    assert x.grad.item() == 12.0


def test_a_shared_part_freed_by_another_backward_is_reported_before_anything_changes():
    x = leaf(3.0)
    h = x * x
    a, b = h * 2, h * 3
    a.backward()
    with pytest.raises(
        RuntimeError,
        match=exactly(
            "backward through a freed graph: mul (shape ()) was already run and its saved arrays "
            "released; pass retain_graph=True to the first backward, or compute the result again"
        ),
    ):
        b.backward()
    assert x.grad.item() == 12.0


def test_a_non_scalar_needs_a_gradient():
    x = leaf([1.0, 2.0])
    message = exactly(
        "backward of mul with shape (2,): only a single element has an implicit gradient; "
        "reduce it first, with sum() or mean(), or pass gradient="
    )
    with pytest.raises(RuntimeError, match=message):
        (x * 2).backward()


def test_a_gradient_of_the_wrong_shape():
    x = leaf([1.0, 2.0])
    with pytest.raises(
        RuntimeError, match=exactly("backward of mul: the gradient has shape (3,), the tensor (2,)")
    ):
        (x * 2).backward(np.ones(3))


def test_backward_of_a_constant():
    with pytest.raises(
        RuntimeError,
        match=exactly(
            "backward of a tensor of shape () and dtype float32 that does not require gradients: "
            "nothing it was computed from has requires_grad=True, or it was computed under "
            "no_grad() or detached"
        ),
    ):
        ag.tensor(1.0).backward()


def test_grad_with_respect_to_a_constant():
    with pytest.raises(
        RuntimeError,
        match=exactly(
            "input 0, of shape (), does not require gradients; set requires_grad=True before computing with it"
        ),
    ):
        ag.grad(leaf(1.0) * 2, ag.tensor(1.0))


@pytest.mark.parametrize("data", [[1, 2], [True, False]])
def test_integers_cannot_require_gradients(data):
    with pytest.raises(RuntimeError, match=r"only floating-point tensors.*x\.float\(\)"):
        ag.tensor(data, requires_grad=True)


def test_the_number_of_gradients_must_match():
    with pytest.raises(RuntimeError, match=exactly("backward: 2 tensors but 1 gradients")):
        autograd.backward([leaf(1.0), leaf(2.0)], [None])


# ---------------------------------------------------------------------------------- large and deep

DEEP = 1_000_000


def chain(length):
    """y = x * w * w * ... and its two leaves."""
    x, w = leaf(1.0), leaf(1.0)
    y = x
    for _ in range(length):
        y = y * w
    return x, w, y


def test_a_million_nodes_run_backward():
    x, w, y = chain(DEEP)
    y.backward()
    assert (x.grad.item(), w.grad.item()) == (1.0, DEEP)


def test_a_million_nodes_die_without_recursion():
    _, _, y = chain(DEEP)
    del y


@pytest.mark.parametrize("length", [20_000, pytest.param(DEEP, marks=pytest.mark.slow)])
@pytest.mark.parametrize("duplicate", [copy.deepcopy, lambda t: pickle.loads(pickle.dumps(t))])
def test_long_graphs_copy_and_pickle(length, duplicate):
    _, w, y = chain(length)
    copied_w, copied_y = duplicate((w, y))
    copied_y.backward()
    assert copied_w.grad.item() == length
    assert w.grad is None
    y.backward()
    assert w.grad.item() == length


def test_slices_of_one_tensor_touch_only_what_they_read(monkeypatch):
    """T slices of one tensor: the gradient is incremented in place in one buffer, not T times whole."""
    made = []
    monkeypatch.setattr(numpy_kind, "zeros", lambda *a: made.append(a) or np.zeros(*a))
    x = leaf(np.ones((100, 4)))
    total = sum((x[t] * t).sum() for t in range(100))
    total.backward()
    np.testing.assert_array_equal(x.grad.numpy(), np.repeat(np.arange(100.0)[:, None], 4, 1))
    assert len(made) == 1


# -------------------------------------------------------------------------------------- memory


def test_a_step_leaves_no_garbage_and_no_cycles():
    w = leaf(np.ones((20, 20)))
    gc.collect()
    gc.disable()
    try:
        alive = _count_nodes()
        for _ in range(3):
            h = (w @ w).tanh()
            loss = (h * h).sum() + h[0].sum() + ag.cat([h, h]).logsumexp(0).sum()
            loss.backward()
            del h, loss
            assert _count_nodes() == alive
        y = (w * 2).sum()
        del y
        assert _count_nodes() == alive
        (second,) = ag.grad(ag.grad((w**3).sum(), w, create_graph=True)[0].sum(), w)
        del second
        assert _count_nodes() == alive
    finally:
        gc.enable()


def _count_nodes():
    return sum(type(o).__module__ == "autograd_engine.engine.graph" for o in gc.get_objects())


def test_saved_arrays_are_released_as_the_pass_goes():
    import weakref

    x = leaf(np.ones(5))
    h = x * 2
    y = (h * h).sum()
    saved = weakref.ref(h.array)
    del h
    assert saved() is not None
    y.backward()
    assert saved() is None


def test_arrays_no_rule_needs_die_at_once():
    import weakref

    x = leaf(np.ones(5))
    h = x * 2.0
    array = weakref.ref(h.array)
    y = h + 1.0  # the derivative of a sum needs neither operand
    del h
    assert array() is None
    y.sum().backward()


# ------------------------------------------------------------------------------------------ threads


def test_threads_run_backward_side_by_side():
    x = leaf(np.ones(1000))
    errors = []

    def work():
        try:
            for _ in range(20):
                (x * 1.0).sum().backward()
        except Exception as error:
            errors.append(error)

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not errors
    np.testing.assert_array_equal(x.grad.numpy(), np.full(1000, 80.0))


def test_a_rule_that_leaves_the_tensors_gives_a_constant_tensor():
    """With create_graph the derivative is a tensor, whatever the rule returned."""
    ones = ag.primitive(x=lambda g, x_shape: np.ones(x_shape))(lambda x: x * 1)
    x = leaf([1.0, 2.0])
    (g,) = ag.grad(ones(x).sum(), x, create_graph=True)
    assert isinstance(g, ag.Tensor)
    assert not g.requires_grad
    (g,) = ag.grad(x.norm(0), x, create_graph=True)
    assert isinstance(g, ag.Tensor)


@pytest.mark.parametrize("inputs", [None, "the leaf"])
def test_a_recorded_gradient_is_added_up_recorded(inputs):
    x = ag.tensor([2.0, 3.0], requires_grad=True)
    (x**3).sum().backward(create_graph=True, inputs=None if inputs is None else [x])
    assert x.grad.requires_grad
    (second,) = ag.autograd.grad(x.grad.sum(), [x])
    assert second.tolist() == [12, 18]
