"""Hooks that run when a gradient was added, and functions that change their input in place."""

import numpy as np
import pytest

import autograd_engine as ag
from tests.messages import exactly


def test_a_hook_runs_after_each_pass_has_added_to_the_gradient():
    x, seen = ag.tensor([1.0, 2.0], requires_grad=True), []
    handle = x.register_post_accumulate_grad_hook(lambda leaf: seen.append((leaf is x, leaf.grad.tolist())))
    (x * x).sum().backward()
    (x * x).sum().backward(inputs=[x])
    handle.remove()
    (x * x).sum().backward()
    assert seen == [(True, [2, 4]), (True, [4, 8])]
    (ag.grad((x * x).sum(), x),)
    assert len(seen) == 2
    for other in (2 * x, ag.ones(1)):
        with pytest.raises(RuntimeError, match="takes a leaf that requires gradients"):
            other.register_post_accumulate_grad_hook(print)


def test_an_optimizer_may_step_inside_the_backward_pass():
    model = ag.nn.Linear(2, 1)
    before = model.weight.detach().clone()
    for p in model.parameters():
        optimizer = ag.optim.SGD([p], lr=1.0)

        def step(leaf, optimizer=optimizer):
            optimizer.step()
            optimizer.zero_grad()

        p.register_post_accumulate_grad_hook(step)
    model(ag.ones(1, 2)).sum().backward()
    assert (before - model.weight).tolist() == [[1, 1]]
    assert model.weight.grad is None


def functions(lib):
    class Doubled(lib.autograd.Function):
        @staticmethod
        def forward(ctx, x):
            x.mul_(2)
            ctx.mark_dirty(x)
            return x

        @staticmethod
        def backward(ctx, g):
            return 2 * g

    class Both(lib.autograd.Function):
        @staticmethod
        def forward(ctx, x, y):
            x.add_(y)
            ctx.mark_dirty(x)
            return x, 3 * y

        @staticmethod
        def backward(ctx, g, h):
            return g, g + 3 * h

    return Doubled, Both


def computed(lib):
    Doubled, Both = functions(lib)
    a = lib.tensor([1.0, 2.0], requires_grad=True)
    b = a * a
    c = Doubled.apply(b)
    e = b.exp()
    d = a + 1
    x, y = Both.apply(d, a)
    (c.sum() + (d * x).sum() + y.sum() + e.sum()).backward()
    return c is b, x is d, [t.detach().numpy() for t in (b, d, y, a.grad)]


def test_an_input_that_was_changed_is_the_result():
    torch = pytest.importorskip("torch")
    *same, found = computed(ag)
    *expected_same, expected = computed(torch)
    assert same == expected_same == [True, True]
    for ours, theirs in zip(found, expected, strict=True):
        np.testing.assert_allclose(ours, theirs, rtol=1e-6)


def test_a_leaf_may_not_be_changed():
    Doubled, _ = functions(ag)
    words = exactly("Doubled: a leaf that requires gradients was changed in place; change a clone()")
    with pytest.raises(RuntimeError, match=words):
        Doubled.apply(ag.ones(2, requires_grad=True))
