"""Optimizers: closed forms, PyTorch's numbers, and what a step may and may not touch."""

import copy
import inspect
import itertools
import math
import pickle

import numpy as np
import pytest

import autograd_engine as ag
from autograd_engine import nn, optim
from autograd_engine.func.structure import map_structure
from autograd_engine.optim import line_search


def product(**choices):
    return [dict(zip(choices, values, strict=True)) for values in itertools.product(*choices.values())]


WEIGHT_DECAY_AND_MAXIMIZE = product(weight_decay=(0, 0.1), maximize=(False, True))
DECOUPLED = [
    *WEIGHT_DECAY_AND_MAXIMIZE,
    {"weight_decay": 0.1, "decoupled_weight_decay": True},
    {"weight_decay": 0.1, "decoupled_weight_decay": True, "maximize": True},
]
OPTIONS = {
    "SGD": [
        {"lr": 0.1, **s}
        for s in product(
            momentum=(0, 0.9),
            dampening=(0, 0.3),
            weight_decay=(0, 0.1),
            nesterov=(False, True),
            maximize=(False, True),
        )
        if not (s["nesterov"] and (s["momentum"] == 0 or s["dampening"]))
    ],
    "ASGD": [*WEIGHT_DECAY_AND_MAXIMIZE, {"lr": 0.1, "lambd": 0.5, "alpha": 0.6, "t0": 5}, {"lambd": 0}],
    "Adam": [{"lr": 0.1, **s, "amsgrad": a} for s in DECOUPLED for a in (False, True)],
    "AdamW": [{"lr": 0.1, **s, "amsgrad": a} for s in WEIGHT_DECAY_AND_MAXIMIZE for a in (False, True)],
    "Adamax": [*WEIGHT_DECAY_AND_MAXIMIZE, {"betas": (0.5, 0.7), "eps": 0.1, "lr": 0.5}],
    "NAdam": [*DECOUPLED, {"betas": (0.5, 0.7), "eps": 0.1, "lr": 0.5, "momentum_decay": 0.3}],
    "RAdam": [*DECOUPLED, {"betas": (0.5, 0.95), "eps": 0.1, "lr": 0.5}, {"betas": (0.9, 0.5)}],
    "Adagrad": [
        *WEIGHT_DECAY_AND_MAXIMIZE,
        {"lr": 0.5, "lr_decay": 0.3, "initial_accumulator_value": 0.2, "eps": 0.1},
    ],
    "Adadelta": [*WEIGHT_DECAY_AND_MAXIMIZE, {"lr": 0.5, "rho": 0.6, "eps": 0.1}],
    "RMSprop": [
        {"lr": 0.02, **s}
        for s in product(momentum=(0, 0.9), centered=(False, True), weight_decay=(0, 0.1), maximize=(False, True))
    ]
    + [{"alpha": 0.6, "eps": 0.1}],
    "Rprop": [{}, {"maximize": True}, {"lr": 0.5, "etas": (0.3, 2.0), "step_sizes": (0.1, 0.8)}],
}
SETTINGS = [(name, settings) for name, choices in OPTIONS.items() for settings in choices]
SHAPES = [(3, 4), (), (12_000,), (7,), (90, 70), (1,), (2, 0)]


def leaf(*values):
    return ag.tensor(np.array(values), requires_grad=True)


def give_grad(parameter, *values):
    parameter.grad = ag.tensor(np.array(values, parameter.dtype))


# ------------------------------------------------------------------------------------ closed forms


def test_sgd_with_momentum_sums_a_geometric_series():
    w = leaf(1.0)
    optimizer = optim.SGD([w], lr=0.1, momentum=0.5)
    for buffer in (2.0, 3.0, 3.5):
        before = w.item()
        give_grad(w, 2.0)
        optimizer.step()
        assert w.item() == pytest.approx(before - 0.1 * buffer, rel=1e-14)


def test_sgd_weight_decay_dampening_nesterov_and_ascent():
    for settings, expected in [
        ({"weight_decay": 0.5}, 1 - 0.1 * (2 + 0.5)),
        ({"maximize": True}, 1 + 0.1 * 2),
        ({"maximize": True, "weight_decay": 0.5}, 1 - 0.1 * (-2 + 0.5)),
        ({"momentum": 0.5, "nesterov": True}, 1 - 0.1 * (2 + 0.5 * 2)),
        ({"momentum": 0.5, "dampening": 0.9}, 1 - 0.1 * 2),
    ]:
        w = leaf(1.0)
        give_grad(w, 2.0)
        optim.SGD([w], lr=0.1, **settings).step()
        assert w.item() == pytest.approx(expected, rel=1e-14), settings


def test_adams_first_step_is_the_learning_rate_times_the_sign():
    w = leaf(1.0, -1.0, 3.0)
    give_grad(w, 1e-3, -50.0, 0.0)
    optim.Adam([w], lr=0.01, eps=1e-12).step()
    np.testing.assert_allclose(w.detach(), [0.99, -0.99, 3.0], rtol=1e-8)


def test_adamw_shrinks_and_adam_penalizes():
    for kind, expected in ((optim.AdamW, 2.0 * (1 - 0.1 * 0.5)), (optim.Adam, 2.0 - 0.1)):
        w = leaf(2.0)
        give_grad(w, 0.0)
        kind([w], lr=0.1, weight_decay=0.5, eps=1e-12).step()
        assert w.item() == pytest.approx(expected, rel=1e-9)


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


# --------------------------------------------------------------------------------- against PyTorch


@pytest.fixture
def torch():
    """PyTorch, which keeps the numbers in its states in the default dtype: here in float64. One thread will do."""
    torch = pytest.importorskip("torch", reason="PyTorch is the second opinion")
    threads = torch.get_num_threads()
    torch.set_default_dtype(torch.float64)
    torch.set_num_threads(1)
    yield torch
    torch.set_default_dtype(torch.float32)
    torch.set_num_threads(threads)


def in_torch(torch, structure):
    """The structure with PyTorch's tensors in the place of ours."""
    return map_structure(lambda x: torch.tensor(x.numpy()) if isinstance(x, ag.Tensor) else x, structure)


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


# ------------------------------------------------------------------------------------- what a step does


def converges(optimizer, w, steps):
    for _ in range(steps):
        optimizer.zero_grad()
        ((w - 3) ** 2).sum().backward()
        optimizer.step()
    return np.allclose(w.detach().numpy(), 3, atol=1e-3)


@pytest.mark.parametrize("shape", [(), (1,), (5,), (2, 3)])
@pytest.mark.parametrize("make", [lambda p: optim.SGD(p, 0.1), lambda p: optim.Adam(p, 0.1), optim.Rprop])
def test_tensors_of_every_rank_reach_the_minimum(shape, make):
    w = ag.zeros(shape, requires_grad=True)
    assert converges(make([w]), w, 400)


@pytest.mark.parametrize("name", OPTIONS)
@pytest.mark.parametrize("dtype", [np.longdouble, np.dtype(">f8")])
def test_dtypes_that_blas_does_not_know_take_the_same_steps(dtype, name):
    v, w = leaf(1.0, -2.0), ag.from_numpy(np.array([1.0, -2.0], dtype)).requires_grad_()
    optimizer = getattr(optim, name)([v, w])
    for g in (0.5, 0.25, -1.0):
        give_grad(v, g, g)
        give_grad(w, g, g)
        optimizer.step()
    assert w.dtype == dtype
    np.testing.assert_allclose(w.detach().numpy(), v.detach().numpy(), rtol=1e-12)


@pytest.mark.parametrize("dtype", [ag.float16, np.longdouble, np.dtype(">f8")])
def test_dtypes_that_blas_does_not_know_are_updated_too(dtype):
    w = ag.from_numpy(np.zeros(4, dtype)).requires_grad_()
    w.grad = ag.from_numpy(np.ones(4, dtype))
    optim.SGD([w], lr=0.5, momentum=0.5).step()
    assert w.dtype == dtype
    assert w.tolist() == [-0.5] * 4


@pytest.mark.parametrize("kind", [optim.SGD, optim.Adam])
def test_memory_is_written_in_place_and_views_see_it(kind):
    w = ag.zeros(300_000, requires_grad=True)  # large enough to be cut into blocks
    small = ag.zeros(3, requires_grad=True)
    alias, small_alias, array = w.detach(), small.detach(), w.array
    optimizer = kind([w, small], lr=0.1)
    w.grad, small.grad = ag.ones(300_000), ag.ones(3)
    gradients = w.grad.clone()
    optimizer.step()
    assert w.array is array
    np.testing.assert_allclose(alias.numpy(), -0.1, rtol=1e-5)
    np.testing.assert_allclose(small_alias.numpy(), -0.1, rtol=1e-5)
    np.testing.assert_array_equal(w.grad.numpy(), gradients.numpy())


@pytest.mark.parametrize("kind", [optim.SGD, optim.Adam])
@pytest.mark.parametrize("shape", [(), (3,)])
def test_a_graph_that_saved_the_old_values_refuses_to_go_back(kind, shape):
    w = ag.ones(shape, requires_grad=True)
    optimizer = kind([w], lr=0.1)
    w.grad = ag.ones(shape)
    optimizer.step()
    loss = (w * w).sum()
    optimizer.step()
    with pytest.raises(RuntimeError, match="changed in place"):
        loss.backward()


def test_parameters_without_a_gradient_stay_and_keep_their_state():
    a, b = leaf(1.0), leaf(1.0)
    optimizer = optim.Adam([a, b], lr=0.1)
    for first, second in ((True, True), (True, False), (False, True)):
        a.grad = ag.tensor(np.ones(1)) if first else None
        b.grad = ag.tensor(np.ones(1)) if second else None
        before = a.item(), b.item()
        optimizer.step()
        assert (a.item() != before[0], b.item() != before[1]) == (first, second)
    assert [s["step"].item() for s in optimizer.state_dict()["state"].values()] == [2, 2]
    optimizer.zero_grad()
    optimizer.step()
    assert [s["step"].item() for s in optimizer.state_dict()["state"].values()] == [2, 2]


def test_groups_have_their_own_settings_which_may_change():
    a, b = leaf(1.0), leaf(1.0)
    optimizer = optim.SGD([{"params": [a]}, {"params": b, "lr": 0.5}], lr=0.1)
    for expected in ((0.9, 0.5), (0.8, 0.4)):
        give_grad(a, 1.0)
        give_grad(b, 1.0)
        optimizer.step()
        assert (a.item(), b.item()) == pytest.approx(expected)
        optimizer.param_groups[1]["lr"] = 0.1
    c = leaf(1.0)
    optimizer.add_param_group({"params": [c], "momentum": 0.9})
    give_grad(c, 1.0)
    optimizer.step()
    assert c.item() == pytest.approx(0.9)
    optimizer.param_groups[0]["momentum"] = 0.9  # asked for later: the buffer starts then
    optimizer.step()
    assert a.item() == pytest.approx(0.6)


def test_a_parameter_given_another_array_or_dtype_is_followed():
    w = leaf(1.0, 1.0)
    optimizer = optim.SGD([w], lr=0.1, momentum=0.5)
    give_grad(w, 1.0, 1.0)
    optimizer.step()
    w.data = ag.tensor(np.array([5.0, 5.0], np.float32))
    w.grad = ag.tensor(np.array([1.0, 1.0], np.float32))
    optimizer.step()
    assert w.dtype == np.float32
    np.testing.assert_allclose(w.detach(), 5 - 0.1 * 1.5, rtol=1e-6)
    w.data = ag.zeros(3)
    w.grad = ag.ones(3)
    with pytest.raises(RuntimeError, match="changed its shape"):
        optimizer.step()


def test_a_closure_is_recorded_and_its_result_returned():
    w = leaf(1.0)
    optimizer = optim.SGD([w], lr=0.1)

    def closure():
        optimizer.zero_grad()
        loss = (w * w).sum()
        loss.backward()
        return loss

    with ag.no_grad():
        assert optimizer.step(closure).item() == 1
    assert w.item() == pytest.approx(0.8)


def test_zero_grad_forgets_or_fills():
    w = leaf(1.0)
    optimizer = optim.SGD([w], lr=0.1)
    optimizer.zero_grad(set_to_none=False)
    assert w.grad is None
    (w**2).sum().backward(create_graph=True)
    optimizer.zero_grad(set_to_none=False)
    assert w.grad.tolist() == [0]
    optimizer.zero_grad()
    assert w.grad is None


# --------------------------------------------------------------------------------- saving and copying


@pytest.mark.parametrize(
    "kind",
    [
        lambda p: optim.SGD(p, 0.1, 0.9),
        lambda p: optim.Adam(p, 0.1, amsgrad=True),
        lambda p: optim.ASGD(p, 0.1, lambd=0.1, t0=2),
        optim.NAdam,
        optim.Rprop,
    ],
)
@pytest.mark.parametrize("how", ["state_dict", "deepcopy", "pickle"])
def test_a_restored_optimizer_takes_the_same_steps(kind, how):
    def steps(parameters, optimizer, count, seed):
        rng = np.random.default_rng(seed)
        for _ in range(count):
            for p in parameters:
                p.grad = ag.tensor(rng.normal(size=p.shape))
            optimizer.step()

    parameters = [leaf(1.0, 2.0), ag.zeros(20_000, dtype=ag.float64, requires_grad=True), leaf(3.0)]
    optimizer = kind(parameters)
    steps(parameters, optimizer, 3, 0)
    if how == "state_dict":
        twins = copy.deepcopy(parameters)
        restored = kind(twins)
        restored.load_state_dict(copy.deepcopy(optimizer.state_dict()))
    elif how == "deepcopy":
        twins, restored = copy.deepcopy((parameters, optimizer))
    else:
        twins, restored = pickle.loads(pickle.dumps((parameters, optimizer)))
    steps(parameters, optimizer, 3, 1)
    steps(twins, restored, 3, 1)
    for p, q in zip(parameters, twins, strict=True):
        assert p is not q
        np.testing.assert_array_equal(p.detach().numpy(), q.detach().numpy())


def test_state_is_shown_by_parameter_and_shares_memory():
    w = leaf(1.0, 2.0)
    optimizer = optim.SGD([w], lr=0.1, momentum=0.5)
    assert optimizer.state == {}
    give_grad(w, 1.0, 1.0)
    optimizer.step()
    optimizer.state[w]["momentum_buffer"].fill_(0)
    optimizer.step()
    np.testing.assert_allclose(w.detach(), [0.8, 1.8])


def test_state_that_does_not_fit_is_refused():
    a, b = leaf(1.0), leaf(1.0, 2.0)
    give_grad(b, 1.0, 1.0)
    one, two = optim.Adam([b]), optim.Adam([a, b])
    one.step()
    with pytest.raises(ValueError, match=r"groups of \[1\] parameters, the optimizer of \[2\]"):
        two.load_state_dict(one.state_dict())
    with pytest.raises(ValueError, match=r"exp_avg of parameter 0 has shape \(2,\), not \(1,\)"):
        optim.Adam([a]).load_state_dict(one.state_dict())


# ------------------------------------------------------------------------------------------ L-BFGS


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


# ------------------------------------------------------------------------------------------ refusals


@pytest.mark.parametrize(
    ("make", "error", "words"),
    [
        (lambda w: optim.SGD([]), ValueError, "no parameters"),
        (lambda w: optim.SGD(w), TypeError, "iterable of tensors"),
        (lambda w: optim.SGD([w * 2]), ValueError, "only leaves"),
        (lambda w: optim.SGD([1.0]), TypeError, "parameter 0 is a float"),
        (lambda w: optim.SGD([w, w]), ValueError, "already being optimized"),
        (lambda w: optim.SGD([w], lr=-1), ValueError, "lr must be at least 0"),
        (lambda w: optim.SGD([w], lr=float("nan")), ValueError, "lr must be at least 0"),
        (lambda w: optim.SGD([w], momentum=-1), ValueError, "momentum must be"),
        (lambda w: optim.SGD([w], nesterov=True), ValueError, "Nesterov"),
        (lambda w: optim.Adam([w], betas=(0.9, 1.0)), ValueError, "betas"),
        (lambda w: optim.Adam([w], eps=-1), ValueError, "eps must be"),
        (lambda w: optim.NAdam([w], momentum_decay=-1), ValueError, "momentum_decay must be"),
        (lambda w: optim.Adagrad([w], lr_decay=-1), ValueError, "lr_decay must be"),
        (lambda w: optim.Adagrad([w], initial_accumulator_value=-1), ValueError, "initial_accumulator_value"),
        (lambda w: optim.RMSprop([w], alpha=-1), ValueError, "alpha must be"),
        (lambda w: optim.Adadelta([w], rho=1.5), ValueError, "rho must lie"),
        (lambda w: optim.Rprop([w], etas=(1.2, 0.5)), ValueError, "etas must be"),
        (lambda w: optim.LBFGS([{"params": [w]}, {"params": [leaf(1.0)]}]), ValueError, "one group"),
        (lambda w: optim.LBFGS([w], line_search_fn="wolfe"), ValueError, "strong_wolfe"),
        (lambda w: optim.LBFGS([w]).step(), TypeError, "closure"),
        (lambda w: optim.Adam([w], beta=0.9), TypeError, r"Adam\(\) got an unexpected argument 'beta'"),
        (lambda w: optim.Adam([w], differentiable=True), TypeError, "not recorded"),
        (lambda w: optim.SGD([{"lr": 1}]), TypeError, '"params"'),
        (lambda w: optim.Optimizer([w], {}).step(), NotImplementedError, "_slots"),
    ],
)
def test_bad_arguments_are_refused(make, error, words):
    with pytest.raises(error, match=words):
        make(leaf(1.0))


def test_pytorchs_choice_of_an_implementation_changes_nothing():
    a, b = leaf(1.0), leaf(1.0)
    one, two = optim.Adam([a]), optim.Adam([b], fused=True, foreach=None, capturable=False, differentiable=False)
    assert one.param_groups[0].keys() == two.param_groups[0].keys()


def test_read_only_memory_is_refused():
    array = np.ones(3)
    array.flags.writeable = False
    w = ag.from_numpy(array).requires_grad_()
    w.grad = ag.tensor(np.ones(3))
    for step in (optim.SGD([w]).step, lambda: optim.LBFGS([w]).step(lambda: 1.0)):
        with pytest.raises(RuntimeError, match="read-only"):
            step()


def test_repr_lists_the_settings_of_each_group():
    text = repr(optim.SGD(nn.Linear(2, 2).parameters(), lr=0.5))
    assert text.startswith("SGD (\nParameter Group 0\n    dampening: 0\n    lr: 0.5\n")
