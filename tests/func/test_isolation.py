"""Functional transforms: what a transform leaves alone, and what stays connected through it."""

import gc
import threading

import numpy as np
import pytest

import autograd_engine as ag
from autograd_engine import func

from .points import A, X, array, f64, nodes_alive, same


@pytest.mark.parametrize("requires_grad", [False, True])
def test_no_grad_changes_and_no_input_is_altered(requires_grad):
    x, w = f64(X, requires_grad), f64(A, True)
    w.grad = ag.zeros_like(w)
    node, seen = x.node, []
    w.register_hook(seen.append)

    def f(x):
        return ((w @ x) ** 2).sum()

    func.value_and_grad(f)(x)
    func.hessian(f)(x)
    func.jvp(f, x, x)
    func.vhp(f, x, x)
    func.vjp(f, x)[1](1.0)
    assert x.grad is None
    assert x.node is node
    assert not w.grad.numpy().any()
    assert not seen
    np.testing.assert_array_equal(array(x), X)


def all_results(f, x):
    value, pull = func.vjp(f, x)
    return [
        *func.value_and_grad(f)(x),
        *func.jvp(f, x, f64(X)),
        *func.vhp(f, x, f64(X)),
        func.hessian(f)(x),
        func.jacobian(f)(x),
        value,
        *pull(f64(1.0)),
    ]


def test_results_require_gradients_only_if_something_outside_does():
    x, w = f64(X), f64(X, True)
    assert not any(t.requires_grad for t in all_results(lambda x: (x * x * x).sum(), x))
    assert all(t.requires_grad for t in all_results(lambda x: (x**3).sum(), f64(X, True)))
    assert all(t.requires_grad for t in all_results(lambda x: (w * x * x * x).sum(), x))
    # Only what depends on the outside: the value does, the gradient does not.
    value, gradient = func.value_and_grad(lambda x: x.sum() + w.sum())(x)
    assert value.requires_grad
    assert not gradient.requires_grad


def test_inside_no_grad_derivatives_are_computed_and_not_recorded():
    x, w = f64(X, True), f64(X, True)
    with ag.no_grad():
        results = all_results(lambda x: (w * x * x * x).sum(), x)
        assert not ag.is_grad_enabled()
    assert not any(t.requires_grad for t in results)
    np.testing.assert_allclose(array(results[1]), 3 * X**3)
    np.testing.assert_allclose(array(results[5]), 6 * X**3)
    same(func.grad(lambda x: (x * stopped(x)).sum())(x), X)


@ag.no_grad()
def stopped(x):
    return x * 1


def test_the_mode_comes_back_after_an_exception():
    def fails(x):
        raise KeyError("inside")

    for transform in (func.grad(fails), func.jacobian(fails), lambda x: func.vjp(fails, x)):
        with ag.no_grad(), pytest.raises(KeyError, match="inside"):
            transform(f64(X))
        with ag.no_grad():
            assert not ag.is_grad_enabled()
    assert ag.is_grad_enabled()


def test_results_share_memory_with_nothing():
    x, u = f64(X), f64(X)
    _, pull = func.vjp(lambda x, y: x + y, x, x)
    a, b = pull(u)
    a.fill_(7.0)
    np.testing.assert_array_equal(array(b), X)
    np.testing.assert_array_equal(array(u), X)
    gradient = func.grad(lambda x: x.sum())(x)
    gradient[0] = 5.0  # not a read-only broadcast view
    u = f64(X, True)
    a, b = pull(u)
    with ag.no_grad():
        a.fill_(7.0)
    np.testing.assert_array_equal(array(b), X)
    np.testing.assert_array_equal(array(u), X)


def test_a_function_may_change_its_argument_in_place():
    x = f64(X, True)
    same(func.grad(lambda x: (x.mul_(x)).sum())(x), 2 * X)
    np.testing.assert_array_equal(array(x), X)


def test_the_surrounding_graph_survives():
    w = f64(X, True)
    h = w * 2
    func.grad(lambda x: (x * h).sum())(f64(X))
    with ag.no_grad():
        func.grad(lambda x: (x * h).sum())(h)
    value, gradient = func.value_and_grad(lambda h: (h**2).sum())(h)
    (value + gradient.sum()).backward()
    np.testing.assert_allclose(w.grad.numpy(), 8 * X + 4)


def test_aux_keeps_its_own_connection():
    w = f64(X, True)
    gradient, (aux, note) = func.grad(lambda x: ((x**2).sum(), (w * x**2, "note")), has_aux=True)(f64(X))
    assert not gradient.requires_grad
    assert note == "note"
    aux.sum().backward()
    np.testing.assert_allclose(w.grad.numpy(), X**2)


def test_cotangents_connect_too():
    x = f64(X)
    _, pull = func.vjp(lambda x: x**2, x)
    u = f64(X, True)  # newer than everything that vjp recorded
    (g,) = pull(u * 3)
    g.sum().backward()
    np.testing.assert_allclose(u.grad.numpy(), 6 * X)
    for product in (func.jvp(lambda x: x**2, x, u)[1], func.vhp(lambda x: (x**3).sum() / 3, x, u)[1]):
        (slope,) = ag.grad(product.sum(), u)
        np.testing.assert_allclose(array(slope), 2 * X)


def test_graphs_are_freed_without_the_collector():
    gc.collect()
    gc.disable()
    try:
        before = nodes_alive()
        all_results(lambda x: (ag.sin(x) * x).sum(), f64(X))
        assert nodes_alive() == before
    finally:
        gc.enable()


def test_threads_transform_side_by_side():
    found = {}

    def work(i):
        found[i] = func.hessian(lambda x: (x**3).sum() * i)(f64(X))

    threads = [threading.Thread(target=work, args=(i,)) for i in range(4)]
    for t in threads:
        t.start()
    for t in threads:
        t.join()
    for i in range(4):
        same(found[i], np.diag(6 * X * i))
