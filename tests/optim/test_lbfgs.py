"""L-BFGS: PyTorch's numbers, and the conditions that its line search promises."""

import numpy as np
import pytest

import autograd_engine as ag
from autograd_engine import optim
from autograd_engine.optim import line_search

from .cases import in_torch


def rosenbrock(x):
    return (100 * (x[1:] - x[:-1] ** 2) ** 2 + (1 - x[:-1]) ** 2).sum()


def lbfgs_steps(lib, params, optimizer, steps):
    """The loss before each step, of a function of all parameters but the last."""

    def closure():
        optimizer.zero_grad()
        loss = rosenbrock(params[0]) + ((params[1] - 0.5) ** 2).sum() * (1 + params[2] ** 2) + params[2] ** 2
        loss.backward()
        return loss

    return [optimizer.step(closure).item() for _ in range(steps)]


LBFGS = [
    {"line_search_fn": "strong_wolfe"},
    {"line_search_fn": "strong_wolfe", "history_size": 3, "max_iter": 2},
    {"line_search_fn": "strong_wolfe", "max_eval": 3},
    {"line_search_fn": "strong_wolfe", "max_iter": 1, "lr": 0.1},
    {"lr": 1e-3},
    {"lr": 2e-3, "max_iter": 5, "history_size": 3, "tolerance_grad": 3.0, "tolerance_change": 1e-3},
]
LBFGS_SHAPES = [(4,), (3, 2), (), (2,), (2, 0)]


@pytest.mark.parametrize("settings", LBFGS)
def test_pytorch_takes_the_same_lbfgs_steps(settings, torch):
    start = [np.asarray(np.random.default_rng(0).normal(size=shape)) for shape in LBFGS_SHAPES]
    mine = [ag.tensor(x, requires_grad=True) for x in start]
    mine[1] = ag.from_numpy(np.asfortranarray(start[1])).requires_grad_()
    theirs = [torch.tensor(x, requires_grad=True) for x in start]
    ours, other = optim.LBFGS(mine, **settings), torch.optim.LBFGS(theirs, **settings)
    losses = lbfgs_steps(ag, mine, ours, 4), lbfgs_steps(torch, theirs, other, 4)
    np.testing.assert_allclose(*losses, rtol=1e-6)
    state = ours.state_dict()["state"][0]
    assert state.keys() == other.state_dict()["state"][0].keys() - {"al"}
    assert state["func_evals"] == other.state_dict()["state"][0]["func_evals"]
    again, twin = optim.LBFGS(mine), torch.optim.LBFGS(theirs)
    again.load_state_dict(other.state_dict())
    twin.load_state_dict(in_torch(torch, ours.state_dict()))
    losses = lbfgs_steps(ag, mine, again, 21), lbfgs_steps(torch, theirs, twin, 21)
    np.testing.assert_allclose(*losses, rtol=1e-6, atol=1e-12)
    for p, q in zip(mine, theirs, strict=True):
        np.testing.assert_allclose(p.detach().numpy(), q.detach().numpy(), rtol=1e-6, atol=1e-7)


def test_lbfgs_finds_the_minimum_of_a_quadratic_in_as_many_iterations_as_dimensions():
    a = np.diag([1.0, 10.0, 100.0])
    x = ag.tensor(np.array([1.0, -2.0, 0.5]), requires_grad=True)
    optimizer = optim.LBFGS([x], line_search_fn="strong_wolfe", tolerance_change=0, max_iter=30)

    def closure():
        optimizer.zero_grad()
        loss = x @ ag.tensor(a) @ x / 2 - x.sum()
        loss.backward()
        return loss

    optimizer.step(closure)
    np.testing.assert_allclose(x.detach(), 1 / np.diag(a), rtol=1e-7)


@pytest.mark.parametrize("seed", range(5))
def test_the_line_search_meets_the_wolfe_conditions(seed):
    rng = np.random.default_rng(seed)
    a, b = rng.normal(size=(2, 5))

    def evaluate(t):
        loss = ((a + t * b) ** 4).sum() / 4 - (a * b).sum() * t
        gradient = (a + t * b) ** 3
        return line_search.Point(t, loss, gradient, gradient @ b - (a * b).sum())

    start = evaluate(0.0)
    if start.slope > 0:
        b = -b
        start = evaluate(0.0)
    for t in (1e-4, 1.0, 100.0):
        point = line_search.strong_wolfe(evaluate, start, t, abs(b).max(), 1e-12, 40)
        assert point.loss <= start.loss + 1e-4 * point.t * start.slope
        assert abs(point.slope) <= -0.9 * start.slope
