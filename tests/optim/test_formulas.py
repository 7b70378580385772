"""Optimizers: the formulas of the papers, and PyTorch's numbers."""

import inspect
import math

import numpy as np
import pytest

import autograd_engine as ag
from autograd_engine import optim

from .cases import OPTIONS, SETTINGS, SHAPES, in_torch

# ------------------------------------------------------------- the formulas of the papers, one by one


def moments(gs, betas):
    """Adam's two means without their bias, after each gradient, as the weighted means that they are."""
    for t in range(1, len(gs) + 1):
        means = []
        for beta, powers in zip(betas, (1, 2), strict=True):
            weights = [beta ** (t - i) for i in range(1, t + 1)]
            means.append(sum(w * g**powers for w, g in zip(weights, gs, strict=False)) / sum(weights))
        yield t, *means


def sgd(p, g, t, s, c):
    if c.get("momentum"):
        s["b"] = g if t == 1 else c["momentum"] * s["b"] + (1 - c.get("dampening", 0)) * g
        g = g + c["momentum"] * s["b"] if c.get("nesterov") else s["b"]
    return p - c["lr"] * g


def asgd(p, g, t, s, c):
    lr, lambd, alpha = c.get("lr", 0.01), c.get("lambd", 1e-4), c.get("alpha", 0.75)
    eta = lr / (1 + lambd * lr * (t - 1)) ** alpha
    p = p * (1 - lambd * eta) - eta * g
    s["points"] = [*s.get("points", []), p]
    return p


def adam(p, g, t, s, c):
    s["gs"] = [*s.get("gs", []), g]
    beta2 = c.get("betas", (0.9, 0.999))[1]
    *_, (_, m, v) = moments(s["gs"], c.get("betas", (0.9, 0.999)))
    if c.get("amsgrad"):  # of the means with their bias
        s["v"] = np.maximum(s.get("v", 0), v * (1 - beta2**t))
        v = s["v"] / (1 - beta2**t)
    return p - c.get("lr", 1e-3) * m / (np.sqrt(v) + c.get("eps", 1e-8))


def adamax(p, g, t, s, c):
    s["gs"] = [*s.get("gs", []), g]
    beta1, beta2 = c.get("betas", (0.9, 0.999))
    *_, (_, m, _) = moments(s["gs"], (beta1, beta2))
    eps = c.get("eps", 1e-8)
    largest = np.max([beta2 ** (t - i) * (abs(g) + eps) for i, g in enumerate(s["gs"], 1)], axis=0)
    return p - c.get("lr", 2e-3) * m / largest


def nadam(p, g, t, s, c):
    s["gs"] = [*s.get("gs", []), g]
    betas = c.get("betas", (0.9, 0.999))
    mus = [betas[0] * (1 - 0.5 * 0.96 ** (i * c.get("momentum_decay", 4e-3))) for i in range(1, t + 2)]
    *_, (_, m, v) = moments(s["gs"], betas)
    m = m * (1 - betas[0] ** t)
    ahead = (1 - mus[-2]) * g / (1 - np.prod(mus[:-1])) + mus[-1] * m / (1 - np.prod(mus))
    return p - c.get("lr", 2e-3) * ahead / (np.sqrt(v) + c.get("eps", 1e-8))


def radam(p, g, t, s, c):
    s["gs"] = [*s.get("gs", []), g]
    beta2 = c.get("betas", (0.9, 0.999))[1]
    *_, (_, m, v) = moments(s["gs"], c.get("betas", (0.9, 0.999)))
    most = 2 / (1 - beta2) - 1
    rho = most - 2 * t * beta2**t / (1 - beta2**t)
    if rho > 5:
        rest = 1 - beta2**t
        r = math.sqrt((rho - 4) * (rho - 2) * most / ((most - 4) * (most - 2) * rho))
        m = m * r * np.sqrt(rest) / (np.sqrt(v * rest) + c.get("eps", 1e-8))
    return p - c.get("lr", 1e-3) * m


def adagrad(p, g, t, s, c):
    s["sum"] = s.get("sum", c.get("initial_accumulator_value", 0)) + g**2
    rate = c.get("lr", 0.01) / (1 + (t - 1) * c.get("lr_decay", 0))
    return p - rate * g / (np.sqrt(s["sum"]) + c.get("eps", 1e-10))


def adadelta(p, g, t, s, c):
    rho, eps = c.get("rho", 0.9), c.get("eps", 1e-6)
    s["v"] = rho * s.get("v", 0) + (1 - rho) * g**2
    delta = np.sqrt(s.get("u", 0) + eps) / np.sqrt(s["v"] + eps) * g
    s["u"] = rho * s.get("u", 0) + (1 - rho) * delta**2
    return p - c.get("lr", 1.0) * delta


def rmsprop(p, g, t, s, c):
    alpha = c.get("alpha", 0.99)
    s["v"] = alpha * s.get("v", 0) + (1 - alpha) * g**2
    s["a"] = alpha * s.get("a", 0) + (1 - alpha) * g
    step = g / (np.sqrt(s["v"] - (s["a"] ** 2 if c.get("centered") else 0)) + c.get("eps", 1e-8))
    s["b"] = c.get("momentum", 0) * s.get("b", 0) + step
    return p - c.get("lr", 0.01) * s["b"]


def rprop(p, g, t, s, c):
    (shrink, grow), (least, most) = c.get("etas", (0.5, 1.2)), c.get("step_sizes", (1e-6, 50))
    before, size = s.get("g", np.zeros_like(g)), s.get("size", np.full_like(g, c.get("lr", 0.01)))
    for i in np.ndindex(g.shape):
        agreement = g[i] * before[i]
        size[i] = min(max(size[i] * (grow if agreement > 0 else shrink if agreement < 0 else 1), least), most)
        g[i] = 0 if agreement < 0 else g[i]
    s["g"], s["size"] = g, size
    return p - np.sign(g) * size


FORMULAS = {f.__name__: f for f in (sgd, asgd, adam, adamax, nadam, radam, adagrad, adadelta, rmsprop, rprop)}


@pytest.mark.parametrize(("name", "settings"), SETTINGS)
def test_the_papers_formulas(name, settings):
    rng = np.random.default_rng(1)
    p = rng.normal(size=(4, 3))
    w = ag.tensor(p, requires_grad=True)
    optimizer = getattr(optim, name)([w], **settings)
    group, state = optimizer.param_groups[0], {}
    for t in range(1, 26):
        g = rng.normal(size=p.shape)
        w.grad = ag.tensor(g)
        optimizer.step()
        if settings.get("maximize"):
            g = -g
        decay = group.get("weight_decay", 0)
        if group.get("decoupled_weight_decay"):
            p = p * (1 - group["lr"] * decay)
        else:
            g = g + decay * p
        p = FORMULAS["adam" if name == "AdamW" else name.lower()](p, g, t, state, settings)
    np.testing.assert_allclose(w.detach().numpy(), p, rtol=1e-10, atol=1e-12)
    if name == "ASGD":
        after = int(min(group["t0"] + 1, 24))
        average = np.mean(state["points"][after:], axis=0)
        np.testing.assert_allclose(optimizer.state[w]["ax"].numpy(), average, rtol=1e-10)


@pytest.mark.parametrize("dtype", [np.float64, np.float32])
@pytest.mark.parametrize(("name", "settings"), SETTINGS)
def test_pytorch_takes_the_same_25_steps(name, settings, dtype, torch):
    rng = np.random.default_rng(0)
    start = [np.array(rng.normal(size=shape), dtype) for shape in SHAPES]
    mine = [ag.tensor(x, requires_grad=True) for x in start]
    mine[0] = ag.from_numpy(np.asfortranarray(start[0])).requires_grad_()  # not contiguous
    theirs = [torch.tensor(x, requires_grad=True) for x in start]

    def make(kind, params):
        second = {"params": params[5:], "lr": 0.05, **({"weight_decay": 0.3} if "weight_decay" in settings else {})}
        return kind([{"params": params[:5]}, second], **settings)

    kinds = getattr(optim, name), getattr(torch.optim, name)
    ours, other = make(kinds[0], mine), make(kinds[1], theirs)
    for step in range(25):
        for i, (p, q) in enumerate(zip(mine, theirs, strict=True)):
            g = np.array(rng.normal(size=p.shape) if step % 4 else rng.normal(), dtype) * np.ones(p.shape, dtype)
            absent = step > 3 and (step + i) % 5 == 0
            p.grad, q.grad = (None, None) if absent else (ag.tensor(g), torch.tensor(g))
        ours.step()
        other.step()
        if step == 8:  # a scheduler's work
            for group in (*ours.param_groups, *other.param_groups):
                group["lr"] *= 0.5
        if step == 12:  # PyTorch's state continues here, and ours in PyTorch's layout
            layout = {k: sorted(v) for k, v in ours.state_dict()["state"].items()}
            assert layout == {
                k: sorted(n for n in v if v[n] is not None) for k, v in other.state_dict()["state"].items()
            }
            ours = make(kinds[0], mine)
            ours.load_state_dict(other.state_dict())
        if step == 17:  # and ours in PyTorch
            other = make(kinds[1], theirs)
            other.load_state_dict(in_torch(torch, ours.state_dict()))
    tolerance = {"rtol": 1e-11, "atol": 1e-13} if dtype is np.float64 else {"rtol": 3e-5, "atol": 3e-6}
    for p, q in zip(mine, theirs, strict=True):
        assert p.dtype == dtype
        np.testing.assert_allclose(p.detach().numpy(), q.detach().numpy(), **tolerance)


@pytest.mark.parametrize("name", [*OPTIONS, "LBFGS"])
def test_arguments_and_defaults_are_pytorchs(name, torch):
    ours = inspect.signature(getattr(optim, name)).parameters.values()
    theirs = inspect.signature(getattr(torch.optim, name)).parameters.values()
    implementation = ("foreach", "fused", "capturable", "differentiable")
    assert {p.name: p.default for p in ours if p.name not in ("params", "implementation")} == {
        p.name: p.default for p in theirs if p.name not in ("params", *implementation)
    }
