"""Optimizers: closed forms, and what a step may and may not touch."""

import copy
import pickle

import numpy as np
import pytest

import autograd_engine as ag
from autograd_engine import nn, optim

from ..messages import exactly
from .cases import OPTIONS, give_grad, leaf

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
    with pytest.raises(
        RuntimeError,
        match=exactly(
            "a parameter has shape (3,) and its momentum_buffer (2,): it changed its shape after "
            "the optimizer's first step; make a new optimizer"
        ),
    ):
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
    with pytest.raises(ValueError, match=exactly("the state has groups of [1] parameters, the optimizer of [2]")):
        two.load_state_dict(one.state_dict())
    with pytest.raises(ValueError, match=exactly("exp_avg of parameter 0 has shape (2,), not (1,)")):
        optim.Adam([a]).load_state_dict(one.state_dict())


# ------------------------------------------------------------------------------------------ refusals


@pytest.mark.parametrize(
    ("make", "error", "words"),
    [
        (
            lambda w: optim.SGD([]),
            ValueError,
            exactly("SGD got no parameters; was model.parameters() already used up?"),
        ),
        (
            lambda w: optim.SGD(w),
            TypeError,
            exactly("an optimizer takes an iterable of tensors, not one tensor: pass [tensor]"),
        ),
        (
            lambda w: optim.SGD([w * 2]),
            ValueError,
            exactly("parameter 0, of shape (1,), is a result; only leaves can be optimized"),
        ),
        (lambda w: optim.SGD([1.0]), TypeError, exactly("parameter 0 is a float; an optimizer takes tensors")),
        (
            lambda w: optim.SGD([w, w]),
            ValueError,
            exactly("parameter 1, of shape (1,), is already being optimized"),
        ),
        (lambda w: optim.SGD([w], lr=-1), ValueError, "lr must be at least 0"),
        (lambda w: optim.SGD([w], lr=float("nan")), ValueError, "lr must be at least 0"),
        (lambda w: optim.SGD([w], momentum=-1), ValueError, exactly("SGD: momentum must be at least 0, not -1")),
        (
            lambda w: optim.SGD([w], nesterov=True),
            ValueError,
            exactly("SGD: Nesterov momentum needs a momentum above 0 and no dampening"),
        ),
        (
            lambda w: optim.Adam([w], betas=(0.9, 1.0)),
            ValueError,
            exactly("Adam: betas must lie in [0, 1), not (0.9, 1.0)"),
        ),
        (lambda w: optim.Adam([w], eps=-1), ValueError, exactly("Adam: eps must be at least 0, not -1")),
        (
            lambda w: optim.NAdam([w], momentum_decay=-1),
            ValueError,
            exactly("NAdam: momentum_decay must be at least 0, not -1"),
        ),
        (
            lambda w: optim.Adagrad([w], lr_decay=-1),
            ValueError,
            exactly("Adagrad: lr_decay must be at least 0, not -1"),
        ),
        (
            lambda w: optim.Adagrad([w], initial_accumulator_value=-1),
            ValueError,
            exactly("Adagrad: initial_accumulator_value must be at least 0, not -1"),
        ),
        (lambda w: optim.RMSprop([w], alpha=-1), ValueError, exactly("RMSprop: alpha must be at least 0, not -1")),
        (lambda w: optim.Adadelta([w], rho=1.5), ValueError, exactly("Adadelta: rho must lie in [0, 1], not 1.5")),
        (
            lambda w: optim.Rprop([w], etas=(1.2, 0.5)),
            ValueError,
            exactly("Rprop: etas must be a factor in (0, 1) and one above 1, not (1.2, 0.5)"),
        ),
        (
            lambda w: optim.LBFGS([{"params": [w]}, {"params": [leaf(1.0)]}]),
            ValueError,
            exactly("LBFGS takes one group: it models how the gradients of all parameters change together"),
        ),
        (
            lambda w: optim.LBFGS([w], line_search_fn="wolfe"),
            ValueError,
            exactly("line_search_fn must be 'strong_wolfe' or None, not 'wolfe'"),
        ),
        (
            lambda w: optim.LBFGS([w]).step(),
            TypeError,
            exactly("LBFGS.step() needs a closure that computes the loss and its gradients"),
        ),
        (lambda w: optim.Adam([w], beta=0.9), TypeError, r"Adam\(\) got an unexpected argument 'beta'"),
        (
            lambda w: optim.Adam([w], differentiable=True),
            TypeError,
            exactly("differentiable=True: steps are taken in place, and are not recorded in a graph"),
        ),
        (
            lambda w: optim.SGD([{"lr": 1}]),
            TypeError,
            exactly('a parameter group is a dictionary with "params" and, if wanted, settings'),
        ),
        (
            lambda w: optim.Optimizer([w], {}).step(),
            NotImplementedError,
            exactly("Optimizer does not define _slots()"),
        ),
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
        with pytest.raises(
            RuntimeError, match=exactly("a parameter of shape (3,) is read-only; give it an array of its own")
        ):
            step()


def test_repr_lists_the_settings_of_each_group():
    text = repr(optim.SGD(nn.Linear(2, 2).parameters(), lr=0.5))
    assert text.startswith("SGD (\nParameter Group 0\n    dampening: 0\n    lr: 0.5\n")


def test_an_optimizer_takes_names_and_hooks():
    model, seen = ag.nn.Linear(2, 1), []
    optimizer = optim.SGD(model.named_parameters(), lr=0.1)
    assert optimizer.param_groups[0]["param_names"] == ["weight", "bias"]
    assert optimizer.state_dict()["param_groups"][0]["param_names"] == ["weight", "bias"]
    before = optimizer.register_step_pre_hook(lambda *given: seen.append(("before", *given)))
    after = optimizer.register_step_post_hook(lambda *given: seen.append(("after", *given)))
    closure = lambda: 3.0  # noqa: E731
    assert optimizer.step(closure) == 3.0
    assert seen == [("before", optimizer, (closure,), {}), ("after", optimizer, (closure,), {})]
    before.remove()
    after.remove()
    optimizer.step()
    assert len(seen) == 2
    optimizer.register_step_pre_hook(lambda optimizer, args, kwargs: ((lambda: 5.0,), {}))
    assert optimizer.step(closure) == 5.0
