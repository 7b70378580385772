"""A line search that runs out of trials or meets no minimum ends where PyTorch's ends."""

import numpy as np
import pytest

import autograd_engine as ag
from autograd_engine import optim
from autograd_engine.optim.line_search import Point, strong_wolfe

LINES = {
    "falls ever more slowly": (lambda t: np.exp(-t / 50), lambda t: -np.exp(-t / 50) / 50),
    "a minimum far away": (lambda t: (t - 500) ** 2, lambda t: 2 * (t - 500)),
    "a minimum near by": (lambda t: (t - 1e-3) ** 2, lambda t: 2 * (t - 1e-3)),
    "waves": (lambda t: np.cos(3 * t) - 0.1 * t, lambda t: -3 * np.sin(3 * t) - 0.1),
    "a wall": (lambda t: (t / 40) ** 12 - t + t * t / 99, lambda t: 0.3 * (t / 40) ** 11 - 1 + t / 49.5),
    "a cubic": (lambda t: t**3 - 4 * t, lambda t: 3 * t**2 - 4),
}


@pytest.mark.parametrize("most", [0, 1, 2, 3, 5, 25])
@pytest.mark.parametrize("t", [1e-3, 0.4, 1.0, 30.0])
@pytest.mark.parametrize("line", LINES)
def test_a_line_search_ends_where_pytorchs_ends(line, t, most):
    torch = pytest.importorskip("torch")
    from torch.optim.lbfgs import _strong_wolfe

    loss, slope = LINES[line]
    tried = [], []

    def evaluate(at):
        tried[0].append(float(at))
        return Point(float(at), float(loss(at)), np.array([slope(at)]), float(slope(at)))

    def theirs(x, at, d):
        tried[1].append(float(at))
        return float(loss(float(at))), torch.tensor([slope(float(at))], dtype=torch.float64)

    start = Point(0.0, float(loss(0.0)), np.array([slope(0.0)]), float(slope(0.0)))
    found = strong_wolfe(evaluate, start, t, 1.0, 1e-9, most)
    d = torch.ones(1, dtype=torch.float64)
    g = torch.tensor([slope(0.0)], dtype=torch.float64)
    other = _strong_wolfe(theirs, d * 0, t, d, start.loss, g, g.dot(d), max_ls=most)
    np.testing.assert_allclose(tried[0], tried[1], rtol=1e-9)
    assert (found.loss, found.t) == pytest.approx((other[0], float(other[2])), rel=1e-9)


def test_a_line_that_falls_without_end_is_followed_as_long_as_trials_last():
    """Where a cubic has no minimum the next trial lies in the middle of what it may be."""
    tried = []

    def evaluate(t):
        tried.append(t)
        return Point(t, -t, np.array([-1.0]), -1.0)

    found = strong_wolfe(evaluate, Point(0.0, 0.0, np.array([-1.0]), -1.0), 1.0, 1.0, 1e-9, 3)
    assert tried == pytest.approx([1, (1.01 + 10) / 2, 30.300025, 166.774112625])
    assert found.t == tried[-1]


@pytest.mark.parametrize(
    "settings",
    [
        {"max_iter": 1},
        {"max_iter": 2},
        {"max_iter": 20, "max_eval": 1},
        {"max_iter": 20, "max_eval": 4},
        {"max_iter": 20, "max_eval": 5},
        {"max_iter": 3, "line_search_fn": "strong_wolfe"},
        {"max_iter": 20, "max_eval": 2, "line_search_fn": "strong_wolfe"},
        {"max_iter": 20, "max_eval": 7, "line_search_fn": "strong_wolfe"},
        {"tolerance_grad": 1e9},
        {"tolerance_change": 1e9, "max_iter": 9},
        {"tolerance_grad": 0.5, "max_iter": 20, "lr": 0.05},
        {"tolerance_change": 1e-2, "max_iter": 20, "lr": 0.05},
        {"history_size": 1, "max_iter": 12, "line_search_fn": "strong_wolfe"},
    ],
)
def test_every_limit_of_lbfgs_stops_where_pytorch_stops(settings):
    torch = pytest.importorskip("torch")
    calls, ends = [], []
    for library, algorithm in ((ag, optim.LBFGS), (torch, torch.optim.LBFGS)):
        x = library.tensor([1.5, -0.7, 0.2], dtype=library.float64, requires_grad=True)
        optimizer, count = algorithm([x], **settings), 0

        def closure(x=x, optimizer=optimizer):
            nonlocal count
            count += 1
            optimizer.zero_grad()
            loss = ((x - 1) ** 4).sum() + (x[0] * x[1] - 0.3) ** 2 + (x[2] ** 2 * 10).sum()
            loss.backward()
            return loss

        counts = []
        for _ in range(2):
            optimizer.step(closure)
            state = optimizer.state_dict()["state"][0]
            counts.append((count, state["func_evals"], state["n_iter"]))
        calls.append(counts)
        ends.append(x.detach().numpy())
    assert calls[0] == calls[1]
    np.testing.assert_allclose(*ends, rtol=1e-8)
