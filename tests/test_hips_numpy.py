"""Programs written for HIPS's autograd: its way of writing, and its transforms, in `autograd_engine.numpy`."""

import autograd_engine.numpy.linalg as npl
import autograd_engine.numpy.random as npr
import numpy
import pytest

import autograd_engine as ag
import autograd_engine.numpy as np
from autograd_engine.numpy import elementwise_grad, grad, hessian, jacobian, value_and_grad
from tests.messages import exactly


def test_all_names_are_numpys():
    assert np.pi is numpy.pi
    assert np.sin is numpy.sin
    assert np.float64 is numpy.float64
    assert npl is numpy.linalg
    assert npr is numpy.random
    with pytest.raises(AttributeError):
        np.no_such_name  # noqa: B018


def tanh(x):
    y = np.exp(-2.0 * x)
    return (1.0 - y) / (1.0 + y)


def test_derivatives_of_every_order():
    expected = numpy.tanh(0.7)
    derivative = grad(tanh)
    assert isinstance(derivative(0.7), float)
    assert derivative(0.7) == pytest.approx(1 - expected**2, rel=1e-12)
    assert grad(derivative)(0.7) == pytest.approx(-2 * expected * (1 - expected**2), rel=1e-12)
    x = np.linspace(-2.0, 2.0, 5)
    numpy.testing.assert_allclose(elementwise_grad(tanh)(x), 1 - numpy.tanh(x) ** 2, rtol=1e-10)
    numpy.testing.assert_allclose(
        elementwise_grad(elementwise_grad(tanh))(x), -2 * numpy.tanh(x) * (1 - numpy.tanh(x) ** 2), atol=1e-12
    )


def test_a_regression_in_hipss_manner():
    rng = npr.RandomState(0)
    inputs, weights = rng.randn(8, 3), {"w": rng.randn(3), "b": 0.5}
    targets = np.array([True, False] * 4)

    def loss(weights):
        predictions = 0.5 * (np.tanh(np.dot(inputs, weights["w"]) + weights["b"]) + 1)
        return -np.sum(np.log(predictions * targets + (1 - predictions) * (1 - targets)))

    value, gradient = value_and_grad(loss)(weights)
    assert type(value) is numpy.float64
    assert type(gradient["w"]) is numpy.ndarray
    h = 1e-6
    for i in range(3):
        moved = {**weights, "w": weights["w"] + h * numpy.eye(3)[i]}
        assert gradient["w"][i] == pytest.approx((loss(moved) - value) / h, rel=1e-4)


def test_arrays_of_tensors_and_points_between_them():
    def f(x):
        return np.array([[x[0] * x[1], 1.0], [x[1] ** 2, np.sin(x[0])]])

    x = np.array([0.5, 2.0])
    expected = [[[2, 0.5], [0, 0]], [[0, 4], [numpy.cos(0.5), 0]]]
    numpy.testing.assert_allclose(jacobian(f)(x), expected, rtol=1e-12)
    numpy.testing.assert_allclose(hessian(lambda x: np.sum(f(x)))(x), [[-numpy.sin(0.5), 1], [1, 2]], rtol=1e-12)
    numpy.testing.assert_allclose(jacobian(lambda x: np.linspace(0.0, x[0], 3))(x), [[0, 0], [0.5, 0], [1, 0]])
    numpy.testing.assert_allclose(jacobian(lambda x: np.linspace(x, 2 * x, 2))(x)[1], 2 * numpy.eye(2))
    t = ag.tensor([1.0], requires_grad=True)
    assert np.asarray(t) is t
    assert np.array(t) is not t
    assert np.array([t, t]).requires_grad
    assert np.array([t, t], dtype=ag.float64).dtype is t.astype(float).dtype is ag.float64
    assert type(np.array([1.0])) is numpy.ndarray


def test_several_arguments_and_products_with_vectors():
    def f(x, y, scale=1.0):
        return scale * np.sum(x**2 * y)

    x, y, v = np.array([1.0, 2.0]), np.array([3.0, 4.0]), np.array([1.0, -1.0])
    numpy.testing.assert_allclose(grad(f, 1)(x, y, scale=2.0), 2 * x**2)
    by_both = grad(f, (0, 1))(x, y)
    numpy.testing.assert_allclose(by_both, (2 * x * y, x**2))
    numpy.testing.assert_allclose(np.hessian_vector_product(f)(x, y, v), 2 * y * v)
    gradient, aux = np.grad_and_aux(lambda x: (np.sum(x), "aux"))(x)
    assert (gradient.tolist(), aux) == ([1, 1], "aux")
    vjp, value = np.make_vjp(lambda x: x**2)(x)
    numpy.testing.assert_allclose(vjp(v), 2 * x * v)
    assert value.tolist() == [1, 4]
    value, product = np.make_jvp(lambda x: x**2)(x)(v)
    numpy.testing.assert_allclose((value, product), (x**2, 2 * x * v))
    assert np.deriv is elementwise_grad


def test_integers_are_refused():
    words = "grad: cannot differentiate by 3 (int); give it as a float"
    with pytest.raises(TypeError, match=exactly(words)):
        grad(lambda x: x**2)(3)


def test_an_array_of_one_element_is_a_scalar():
    slope = np.grad(lambda x: np.sum(x**2, axis=0, keepdims=True))(np.array([1.0, 2.0]))
    np.testing.assert_array_equal(slope, [2.0, 4.0])
    with pytest.raises(RuntimeError, match="expected a scalar"):
        np.grad(lambda x: x**2)(np.array([1.0, 2.0]))


def test_a_variable_of_an_enclosing_transform_is_differentiated_by():
    def fun(x):
        return x * grad(lambda y: x * y)(2.0)

    assert grad(fun)(3.0) == 6.0
    assert grad(lambda x: x * np.sum(elementwise_grad(lambda y: x * y * y)(numpy.ones(2))))(3.0) == 24.0
    assert grad(lambda x: x * value_and_grad(lambda y: x * y)(2.0)[1])(3.0) == 6.0
    assert grad(lambda x: x * np.sum(jacobian(lambda y: x * y)(numpy.ones(2))))(3.0) == 12.0


def test_the_gradient_of_a_constant_is_0():
    assert grad(lambda x: 1.0)(2.0) == 0.0
