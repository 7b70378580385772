"""Plain NumPy code, written without a thought of us, differentiates unchanged."""

import math

import numpy as np
import pytest
from scipy import special

import autograd_engine as ag
from autograd_engine.testing import gradcheck


def kalman_log_likelihood(observations, transition, process, measurement):
    """The log-likelihood of a constant-velocity track under a Kalman filter."""
    state, covariance, total = np.zeros(2), np.eye(2), 0.0
    h = np.array([[1.0, 0.0]])
    for z in observations:
        state = transition @ state
        covariance = transition @ covariance @ transition.T + process
        innovation = z - h @ state
        s = h @ covariance @ h.T + measurement
        gain = covariance @ h.T @ np.linalg.inv(s)
        total = total - 0.5 * (innovation @ np.linalg.solve(s, innovation) + np.linalg.slogdet(2 * np.pi * s)[1])
        state = state + gain @ innovation
        covariance = covariance - gain @ h @ covariance
    return total


def runge_kutta(field, y, t_end, steps):
    """The classical fourth-order method."""
    h = t_end / steps
    for _ in range(steps):
        k1 = field(y)
        k2 = field(y + h / 2 * k1)
        k3 = field(y + h / 2 * k2)
        k4 = field(y + h * k3)
        y = y + h / 6 * (k1 + 2 * k2 + 2 * k3 + k4)
    return y


def gaussian_process_log_likelihood(x, y, log_length, log_noise):
    """Rasmussen and Williams (2006), algorithm 2.1."""
    distance = (x[:, None] - x[None, :]) / np.exp(log_length)
    k = np.exp(-0.5 * distance**2) + np.exp(2 * log_noise) * np.eye(len(x))
    factor = np.linalg.cholesky(k)
    alpha = np.linalg.solve(factor.T, np.linalg.solve(factor, y))
    return -0.5 * np.dot(y, alpha) - np.sum(np.log(np.diag(factor))) - 0.5 * len(x) * np.log(2 * np.pi)


def k_means_loss(points, centers):
    """The mean squared distance to the nearest center."""
    squared = np.sum((points[:, None, :] - centers[None, :, :]) ** 2, axis=-1)
    return np.mean(np.min(squared, axis=1))


def black_scholes_call(spot, strike, rate, volatility, time):
    """The price of a European call option."""
    d1 = (np.log(spot / strike) + (rate + volatility**2 / 2) * time) / (volatility * np.sqrt(time))
    d2 = d1 - volatility * np.sqrt(time)
    return spot * special.ndtr(d1) - strike * np.exp(-rate * time) * special.ndtr(d2)


ROUTINES = {
    "Kalman filter": (
        lambda f, q: kalman_log_likelihood([0.1, 0.9, 2.2], f, np.diag(q), np.eye(1) * 0.3),
        [np.array([[1.0, 1.0], [0.0, 1.0]]), np.array([0.1, 0.2])],
    ),
    "Runge-Kutta": (
        lambda y, w: runge_kutta(lambda y: np.stack([y[1], -(w**2) * np.sin(y[0])]), y, 2.0, 20),
        [np.array([0.5, 0.0]), np.array(1.3)],
    ),
    "Gaussian process": (
        lambda length, noise: gaussian_process_log_likelihood(
            np.linspace(0, 3, 6), np.sin(np.linspace(0, 3, 6)), length, noise
        ),
        [np.array(0.2), np.array(-1.0)],
    ),
    "Black-Scholes": (black_scholes_call, [np.array(v) for v in (100.0, 95.0, 0.03, 0.25, 0.5)]),
}


@pytest.mark.parametrize("name", ROUTINES)
def test_routines_differentiate_unchanged(name):
    routine, arguments = ROUTINES[name]
    tensors = [ag.tensor(a, requires_grad=True) for a in arguments]
    np.testing.assert_allclose(routine(*tensors).detach().numpy(), routine(*arguments), rtol=1e-12)
    assert gradcheck(routine, tensors)


def test_k_means_moves_centers_to_the_mean_of_their_points():
    points = np.array([[0.0, 0.0], [2.0, 0.0], [10.0, 4.0]])
    centers = ag.tensor([[0.5, 0.5], [9.0, 4.0]], dtype=ag.float64, requires_grad=True)
    k_means_loss(points, centers).backward()
    expected = 2 / 3 * np.array([[2 * (0.5 - 1.0), 2 * 0.5], [9.0 - 10.0, 0.0]])
    np.testing.assert_allclose(centers.grad.numpy(), expected)


def test_black_scholes_greeks():
    """Delta is ndtr(d1); vega is S phi(d1) sqrt(T) (Hull, Options, Futures and Other Derivatives)."""
    spot, volatility = (ag.tensor(np.array(v), requires_grad=True) for v in (100.0, 0.25))
    black_scholes_call(spot, 95.0, 0.03, volatility, 0.5).backward()
    d1 = (math.log(100 / 95) + (0.03 + 0.25**2 / 2) * 0.5) / (0.25 * math.sqrt(0.5))
    assert spot.grad.item() == pytest.approx(special.ndtr(d1))
    vega = 100 * math.exp(-(d1**2) / 2) / math.sqrt(2 * math.pi) * math.sqrt(0.5)
    assert volatility.grad.item() == pytest.approx(vega)
