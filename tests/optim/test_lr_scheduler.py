"""Schedulers: PyTorch's numbers over 50 epochs, closed forms, resuming, and what a schedule refuses."""

import copy
import math
import warnings

import numpy as np
import pytest

import autograd_engine as ag
from autograd_engine import optim
from autograd_engine.optim import lr_scheduler

from ..messages import exactly

BASES = (0.4, 0.03)


class Slope:
    """A callable object: its attributes are part of the state."""

    def __init__(self, slope):
        self.slope = slope

    def __call__(self, epoch):
        return 1 / (1 + self.slope * epoch)


def chain(L, o):
    return L.ChainedScheduler([L.ConstantLR(o, 0.5, 4), L.ExponentialLR(o, 0.9), L.StepLR(o, 7, 0.5)])


def sequence(*makers, milestones):
    def make(L, o):
        return L.SequentialLR(o, [maker(L, o) for maker in makers], milestones)

    return make


SCHEDULES = {
    "LambdaLR": lambda L, o: L.LambdaLR(o, lambda e: 0.95**e),
    "LambdaLR of each group": lambda L, o: L.LambdaLR(o, [lambda e: 1 / (1 + e), Slope(0.2)]),
    "MultiplicativeLR": lambda L, o: L.MultiplicativeLR(o, lambda e: 1 - 0.5 / (e + 1)),
    "StepLR": lambda L, o: L.StepLR(o, 7, 0.5),
    "StepLR, default gamma": lambda L, o: L.StepLR(o, 20),
    "MultiStepLR": lambda L, o: L.MultiStepLR(o, [30, 5, 5, 11], 0.3),
    "ConstantLR": lambda L, o: L.ConstantLR(o),
    "ConstantLR, long": lambda L, o: L.ConstantLR(o, 0.25, 30),
    "LinearLR": lambda L, o: L.LinearLR(o),
    "LinearLR, down to 0": lambda L, o: L.LinearLR(o, 1.0, 0.0, 40),
    "ExponentialLR": lambda L, o: L.ExponentialLR(o, 0.9),
    "PolynomialLR": lambda L, o: L.PolynomialLR(o),
    "PolynomialLR, a root": lambda L, o: L.PolynomialLR(o, 40, 0.5),
    "CosineAnnealingLR": lambda L, o: L.CosineAnnealingLR(o, 50),
    "CosineAnnealingLR, up again": lambda L, o: L.CosineAnnealingLR(o, 8, 0.001),
    "WarmRestarts": lambda L, o: L.CosineAnnealingWarmRestarts(o, 7),
    "WarmRestarts, longer and longer": lambda L, o: L.CosineAnnealingWarmRestarts(o, 3, 2, 1e-3),
    "CyclicLR": lambda L, o: L.CyclicLR(o, 0.01, 0.1, 4),
    "CyclicLR, triangular2": lambda L, o: L.CyclicLR(o, [0.01, 0.02], [0.1, 0.2], 4, 7, "triangular2"),
    "CyclicLR, exp_range": lambda L, o: L.CyclicLR(o, 0.01, 0.1, 5, mode="exp_range", gamma=0.95),
    "CyclicLR, no momentum": lambda L, o: L.CyclicLR(o, 0.01, 0.1, 5, cycle_momentum=False),
    "CyclicLR, own scale": lambda L, o: L.CyclicLR(o, 0.01, 0.1, 5, scale_fn=Slope(0.5), scale_mode="iterations"),
    "CyclicLR, own scale by cycle": lambda L, o: L.CyclicLR(o, 0.01, 0.1, 5, scale_fn=lambda c: 1 / c),
    "OneCycleLR": lambda L, o: L.OneCycleLR(o, 0.1, 50),
    "OneCycleLR, three phases": lambda L, o: L.OneCycleLR(o, [0.1, 0.2], 50, three_phase=True, pct_start=0.4),
    "OneCycleLR, linear": lambda L, o: L.OneCycleLR(
        o, 0.1, epochs=10, steps_per_epoch=6, anneal_strategy="linear", base_momentum=0.7, max_momentum=0.9
    ),
    "OneCycleLR, no momentum": lambda L, o: L.OneCycleLR(
        o, 0.1, 50, cycle_momentum=False, div_factor=5.0, final_div_factor=10.0
    ),
    "two on one optimizer": lambda L, o: (L.ExponentialLR(o, 0.95), L.CosineAnnealingLR(o, 60)),
    "warmup by two": lambda L, o: (L.LinearLR(o, 0.1, total_iters=5), L.StepLR(o, 10, 0.5)),
    "ChainedScheduler": chain,
    "SequentialLR": sequence(
        lambda L, o: L.ConstantLR(o, 0.1, 3), lambda L, o: L.ExponentialLR(o, 0.9), milestones=[5]
    ),
    "SequentialLR, warmup and cosine": sequence(
        lambda L, o: L.LinearLR(o, 0.1, total_iters=5), lambda L, o: L.CosineAnnealingLR(o, 45), milestones=[5]
    ),
    "SequentialLR of many": sequence(
        lambda L, o: L.LinearLR(o, 0.5, total_iters=4),
        lambda L, o: L.MultiStepLR(o, [2, 4], 0.5),
        lambda L, o: L.CosineAnnealingWarmRestarts(o, 5),
        lambda L, o: L.PolynomialLR(o, 6, 2.0),
        lambda L, o: L.LambdaLR(o, lambda e: 1 / (e + 1)),
        lambda L, o: L.MultiplicativeLR(o, lambda e: 0.9),
        lambda L, o: L.StepLR(o, 3),
        milestones=[6, 12, 20, 28, 35, 42],
    ),
}
NESTED = {  # in which PyTorch applies the factors of epoch 0 twice, or none
    "a sequence of a chain": sequence(chain, lambda L, o: L.StepLR(o, 3), milestones=[10]),
    "a sequence to a chain": sequence(lambda L, o: L.StepLR(o, 3), chain, milestones=[10]),
    "a sequence to a sequence": sequence(
        lambda L, o: L.StepLR(o, 3),
        sequence(lambda L, o: L.LinearLR(o, 0.5, 1.0, 5), lambda L, o: L.ExponentialLR(o, 0.9), milestones=[5]),
        milestones=[10],
    ),
}
CLOSED_FORMS = {
    "LambdaLR": lambda e, b: b * 0.95**e,
    "StepLR": lambda e, b: b * 0.5 ** (e // 7),
    "MultiStepLR": lambda e, b: b * 0.3 ** sum(e >= m for m in (5, 5, 11, 30)),
    "ConstantLR": lambda e, b: b / 3 if e < 5 else b,
    "LinearLR": lambda e, b: b * (1 / 3 + 2 / 3 * min(e, 5) / 5),
    "LinearLR, down to 0": lambda e, b: b * (1 - min(e, 40) / 40),
    "ExponentialLR": lambda e, b: b * 0.9**e,
    "PolynomialLR, a root": lambda e, b: b * (1 - min(e, 40) / 40) ** 0.5,
    "CosineAnnealingLR, up again": lambda e, b: 0.001 + (b - 0.001) * (1 + math.cos(math.pi * e / 8)) / 2,
    "WarmRestarts": lambda e, b: b * (1 + math.cos(math.pi * (e % 7) / 7)) / 2,
    "CyclicLR": lambda e, b: 0.01 + 0.09 * (1 - abs(e % 8 - 4) / 4),
    "CyclicLR, triangular2": lambda e, b: (
        (0.1 if b == 0.4 else 0.2) * (0.1 + 0.9 * min(e % 11 / 4, (11 - e % 11) / 7) / 2 ** (e // 11))
    ),
    "OneCycleLR, linear": lambda e, b: np.interp(e, [0, 17, 59], [0.004, 0.1, 4e-7]),
    "two on one optimizer": lambda e, b: b * 0.95**e * (1 + math.cos(math.pi * e / 60)) / 2,
    "SequentialLR, warmup and cosine": lambda e, b: (
        b * (0.1 + 0.9 * e / 5) if e < 5 else b * (1 + math.cos(math.pi * (e - 5) / 45)) / 2
    ),
    "a sequence of a chain": lambda e, b: b * (chained(e) if e < 10 else 0.1 ** ((e - 10) // 3)),
    "a sequence to a chain": lambda e, b: b * (chained(e - 10) if e >= 10 else 0.1 ** (e // 3)),
    "a sequence to a sequence": lambda e, b: (
        b * (0.1 ** (e // 3) if e < 10 else 0.5 + 0.1 * (e - 10) if e < 15 else 0.9 ** (e - 15))
    ),
}


def chained(epoch):
    return (0.5 if epoch < 4 else 1) * 0.9**epoch * 0.5 ** (epoch // 7)


def optimizer(lib, optim, kind="SGD"):
    params = [lib.ones(2, requires_grad=True) for _ in BASES]
    groups = [{"params": [p], "lr": lr} for p, lr in zip(params, BASES, strict=True)]
    return optim.SGD(groups, momentum=0.9) if kind == "SGD" else getattr(optim, kind)(groups)


def schedules_of(made):
    return made if isinstance(made, tuple) else (made,)


def run(o, made, epochs, meddle=False):
    """The settings of all groups in each epoch, and what the schedule says."""
    seen = []
    for epoch in range(epochs):
        seen.append([(g["lr"], g.get("momentum", g.get("betas"))) for g in o.param_groups])
        assert schedules_of(made)[-1].get_last_lr() == [g["lr"] for g in o.param_groups]
        o.step()
        if meddle and epoch % 9 == 4:
            o.param_groups[0]["lr"] *= 0.7
        for schedule in schedules_of(made):
            schedule.step()
    return seen


def numbers(seen):
    """The same as one array."""
    return np.array([[[lr, *np.ravel(momentum)] for lr, momentum in epoch] for epoch in seen])


@pytest.mark.parametrize("meddle", [False, True], ids=["", "changed in between"])
@pytest.mark.parametrize("kind", ["SGD", "Adam"])
@pytest.mark.parametrize("name", SCHEDULES)
def test_pytorch_has_the_same_50_epochs(name, kind, meddle):
    torch = pytest.importorskip("torch", reason="PyTorch is the second opinion")
    ours, theirs = optimizer(ag, optim, kind), optimizer(torch, torch.optim, kind)
    made = SCHEDULES[name](lr_scheduler, ours)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        other = SCHEDULES[name](torch.optim.lr_scheduler, theirs)
        expected = run(theirs, other, 50, meddle)
    np.testing.assert_allclose(numbers(run(ours, made, 50, meddle)), numbers(expected), rtol=1e-9, atol=1e-15)


@pytest.mark.parametrize("name", CLOSED_FORMS)
def test_closed_forms(name):
    o = optimizer(ag, optim)
    seen = run(o, (SCHEDULES | NESTED)[name](lr_scheduler, o), 50)
    expected = [[CLOSED_FORMS[name](epoch, base) for base in BASES] for epoch in range(50)]
    np.testing.assert_allclose([[lr for lr, _ in e] for e in seen], expected, rtol=1e-9, atol=1e-15)


@pytest.mark.parametrize("stop", [1, 7, 10])
@pytest.mark.parametrize("name", SCHEDULES)
def test_a_loaded_state_goes_on_as_if_never_interrupted(name, stop):
    whole = optimizer(ag, optim)
    expected = run(whole, SCHEDULES[name](lr_scheduler, whole), 50)
    first = optimizer(ag, optim)
    made = SCHEDULES[name](lr_scheduler, first)
    run(first, made, stop)
    states = copy.deepcopy([s.state_dict() for s in schedules_of(made)]), copy.deepcopy(first.state_dict())
    second = optimizer(ag, optim)
    restored = SCHEDULES[name](lr_scheduler, second)
    for schedule, state in zip(schedules_of(restored), states[0], strict=True):
        assert "optimizer" not in state
        schedule.load_state_dict(state)
    second.load_state_dict(states[1])
    np.testing.assert_array_equal(numbers(run(second, restored, 50 - stop)), numbers(expected[stop:]))


@pytest.mark.parametrize("name", SCHEDULES)
def test_states_of_pytorch_load(name):
    torch = pytest.importorskip("torch", reason="PyTorch is the second opinion")
    theirs, ours = optimizer(torch, torch.optim), optimizer(ag, optim)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        other = SCHEDULES[name](torch.optim.lr_scheduler, theirs)
        run(theirs, other, 12)
        made = SCHEDULES[name](lr_scheduler, ours)
        for schedule, source in zip(schedules_of(made), schedules_of(other), strict=True):
            schedule.load_state_dict(source.state_dict())
        ours.load_state_dict(theirs.state_dict())
        expected = run(theirs, other, 20)
    np.testing.assert_allclose(numbers(run(ours, made, 20)), numbers(expected), rtol=1e-9, atol=1e-15)


RESUMED = {
    "LambdaLR": lambda o, e: lr_scheduler.LambdaLR(o, lambda e: 0.95**e, e),
    "MultiplicativeLR": lambda o, e: lr_scheduler.MultiplicativeLR(o, lambda e: 0.95, e),
    "StepLR": lambda o, e: lr_scheduler.StepLR(o, 5, 0.5, e),
    "MultiStepLR": lambda o, e: lr_scheduler.MultiStepLR(o, [5, 8], 0.5, e),
    "ConstantLR": lambda o, e: lr_scheduler.ConstantLR(o, 0.5, 5, e),
    "LinearLR": lambda o, e: lr_scheduler.LinearLR(o, 0.5, 1.0, 12, e),
    "ExponentialLR": lambda o, e: lr_scheduler.ExponentialLR(o, 0.5, e),
    "PolynomialLR": lambda o, e: lr_scheduler.PolynomialLR(o, 12, 2.0, e),
    "CosineAnnealingLR": lambda o, e: lr_scheduler.CosineAnnealingLR(o, 6, 0.01, e),
    "WarmRestarts": lambda o, e: lr_scheduler.CosineAnnealingWarmRestarts(o, 2, 2, last_epoch=e),
    "CyclicLR": lambda o, e: lr_scheduler.CyclicLR(o, 0.1, 0.2, 3, last_epoch=e),
    "OneCycleLR": lambda o, e: lr_scheduler.OneCycleLR(o, 0.1, 20, last_epoch=e),
}


@pytest.mark.parametrize("stop", [3, 4, 5])
@pytest.mark.parametrize("name", RESUMED)
def test_last_epoch_goes_on_as_if_never_interrupted(name, stop):
    whole = optimizer(ag, optim)
    expected = run(whole, RESUMED[name](whole, -1), 20)
    first, second = optimizer(ag, optim), optimizer(ag, optim)
    run(first, RESUMED[name](first, -1), stop)
    second.load_state_dict(first.state_dict())
    seen = run(second, RESUMED[name](second, stop - 1), 20 - stop)
    np.testing.assert_allclose(numbers(seen), numbers(expected[stop:]), rtol=1e-12)


def test_warm_restarts_go_to_any_point_in_an_epoch():
    torch = pytest.importorskip("torch", reason="PyTorch is the second opinion")
    ours, theirs = optimizer(ag, optim), optimizer(torch, torch.optim)
    made = lr_scheduler.CosineAnnealingWarmRestarts(ours, 3, 2)
    other = torch.optim.lr_scheduler.CosineAnnealingWarmRestarts(theirs, 3, 2)
    for i in range(90):
        theirs.step()
        made.step(i / 4 + 0.1)
        other.step(i / 4 + 0.1)
        np.testing.assert_allclose(made.get_last_lr(), other.get_last_lr(), rtol=1e-12)
    with pytest.raises(ValueError, match=exactly("epoch must be at least 0, not -1")):
        made.step(-1)


# ------------------------------------------------------------------------------------------ plateau

METRICS = [5, 4, 4, 4, 4.1, 3.9997, 4, 4, 4, 3, 3, 3, 3, 3, 3, 2, 2.5, 2.5, 2.5, 2.5, 2.5, float("nan"), 2, 2, 2, 2]


@pytest.mark.parametrize(
    "settings",
    [
        {"patience": 1},
        {"patience": 2, "threshold": 1e-3, "cooldown": 2},
        {"patience": 0, "mode": "max", "factor": 0.5, "min_lr": 0.01},
        {
            "patience": 1,
            "threshold_mode": "abs",
            "threshold": 0.5,
            "min_lr": [0.1, 0.001],
        },
        {
            "patience": 1,
            "mode": "max",
            "threshold_mode": "abs",
            "threshold": 0.2,
            "eps": 0.01,
        },
        {"patience": 0, "mode": "max", "threshold": 0.5},
    ],
)
def test_plateau_reduces_when_pytorch_does(settings):
    torch = pytest.importorskip("torch", reason="PyTorch is the second opinion")
    ours, theirs = optimizer(ag, optim), optimizer(torch, torch.optim)
    made = lr_scheduler.ReduceLROnPlateau(ours, **settings)
    other = torch.optim.lr_scheduler.ReduceLROnPlateau(theirs, **settings)
    for i, metric in enumerate(METRICS):
        made.step(metric)
        other.step(metric)
        np.testing.assert_allclose(made.get_last_lr(), other.get_last_lr(), rtol=1e-12)
        assert made.get_last_lr() == [g["lr"] for g in ours.param_groups]
        assert (made.best, made.num_bad_epochs, made.in_cooldown) == pytest.approx(
            (other.best, other.num_bad_epochs, other.in_cooldown), nan_ok=True
        )
        if i == 7:
            again = lr_scheduler.ReduceLROnPlateau(ours, **settings)
            again.load_state_dict(made.state_dict() if "mode" in settings else other.state_dict())
            made = again


def test_plateau_waits_for_its_patience_and_takes_tensors():
    o = optim.SGD([ag.ones(1, requires_grad=True)], lr=1.0)
    schedule = lr_scheduler.ReduceLROnPlateau(o, patience=2, cooldown=1)
    seen = []
    for metric in [1.0] * 9:
        schedule.step(ag.tensor(metric))
        seen.append(o.param_groups[0]["lr"])
    np.testing.assert_allclose(seen, [1, 1, 1, 0.1, 0.1, 0.1, 0.1, 0.01, 0.01])


def test_plateau_reduces_groups_that_were_added():
    o = optim.SGD([ag.ones(1, requires_grad=True)], lr=1.0)
    schedule = lr_scheduler.ReduceLROnPlateau(o, patience=0)
    o.add_param_group({"params": [ag.ones(1, requires_grad=True)]})
    schedule.step(1.0)
    schedule.step(1.0)
    assert schedule.get_last_lr() == [0.1, 0.1]


# ------------------------------------------------------------------------------- warnings and refusals


def test_a_schedule_that_steps_first_is_warned_about():
    o = optimizer(ag, optim)
    schedule = lr_scheduler.StepLR(o, 2)
    with pytest.warns(UserWarning, match="before optimizer.step") as caught:
        schedule.step()
    assert caught[0].filename == __file__
    schedule.step()  # only once


def test_an_optimizer_with_a_step_of_its_own_is_not_watched():
    class Own(optim.SGD):
        def step(self, closure=None):
            return closure

    o = Own([ag.ones(1, requires_grad=True)])
    lr_scheduler.StepLR(o, 2).step()


def plain(kind="SGD", **settings):
    return getattr(optim, kind)([ag.ones(1, requires_grad=True)], **settings)


@pytest.mark.parametrize(
    ("make", "error", "words"),
    [
        (lambda: lr_scheduler.StepLR(3, 2), TypeError, exactly("a schedule belongs to an optimizer, not to a int")),
        (
            lambda: lr_scheduler.ReduceLROnPlateau(3),
            TypeError,
            exactly("a schedule belongs to an optimizer, not to a int"),
        ),
        (
            lambda: lr_scheduler.StepLR(plain(), 2, last_epoch=4),
            KeyError,
            exactly(
                "\"group 0 has no 'initial_lr', which a schedule that goes on after epoch 4 needs: "
                "load the optimizer's state first\""
            ),
        ),
        (
            lambda: lr_scheduler.LRScheduler(plain()),
            NotImplementedError,
            exactly("LRScheduler does not define get_lr()"),
        ),
        (
            lambda: lr_scheduler.LambdaLR(plain(), [len, len]),
            ValueError,
            exactly("lr_lambda has 2 values, the optimizer 1 groups"),
        ),
        (
            lambda: lr_scheduler.MultiplicativeLR(plain(), 0.5),
            TypeError,
            exactly("lr_lambda must be a function of the epoch, not a float"),
        ),
        (lambda: lr_scheduler.ConstantLR(plain(), 1.5), ValueError, "factor"),
        (
            lambda: lr_scheduler.LinearLR(plain(), 0.0),
            ValueError,
            exactly("start_factor must lie in (0, 1], not 0.0"),
        ),
        (
            lambda: lr_scheduler.LinearLR(plain(), 0.5, 2.0),
            ValueError,
            exactly("end_factor must lie in [0, 1], not 2.0"),
        ),
        (
            lambda: lr_scheduler.CosineAnnealingWarmRestarts(plain(), 0),
            ValueError,
            exactly("T_0 must be a positive integer, not 0"),
        ),
        (
            lambda: lr_scheduler.CosineAnnealingWarmRestarts(plain(), 2, 1.5),
            ValueError,
            exactly("T_mult must be a positive integer, not 1.5"),
        ),
        (lambda: lr_scheduler.CyclicLR(plain(), 0.1, 1.0, mode="square"), ValueError, "mode"),
        (
            lambda: lr_scheduler.CyclicLR(plain("Adagrad"), 0.1, 1.0),
            ValueError,
            exactly(
                "cycle_momentum needs an optimizer with momentum or betas, and Adagrad has neither: "
                "pass cycle_momentum=False"
            ),
        ),
        (
            lambda: lr_scheduler.CyclicLR(plain(), [0.1, 0.2], 1.0),
            ValueError,
            exactly("base_lr has 2 values, the optimizer 1 groups"),
        ),
        (
            lambda: lr_scheduler.OneCycleLR(plain(), 0.1),
            ValueError,
            exactly("OneCycleLR needs its length: total_steps, or epochs and steps_per_epoch"),
        ),
        (
            lambda: lr_scheduler.OneCycleLR(plain(), 0.1, 0),
            ValueError,
            exactly("the length of the cycle must be a positive integer, not 0"),
        ),
        (
            lambda: lr_scheduler.OneCycleLR(plain(), 0.1, 5, pct_start=2.0),
            ValueError,
            exactly("pct_start must lie in [0, 1], not 2.0"),
        ),
        (
            lambda: lr_scheduler.OneCycleLR(plain(), 0.1, 5, anneal_strategy="exp"),
            ValueError,
            exactly("anneal_strategy must be 'cos' or 'linear', not 'exp'"),
        ),
        (
            lambda: run(o := plain(), lr_scheduler.OneCycleLR(o, 0.1, 3), 5),
            ValueError,
            exactly("this is step 4 of a schedule of 3 steps"),
        ),
        (lambda: lr_scheduler.ReduceLROnPlateau(plain(), "least"), ValueError, "mode"),
        (lambda: lr_scheduler.ReduceLROnPlateau(plain(), factor=1.0), ValueError, "factor"),
        (
            lambda: lr_scheduler.ReduceLROnPlateau(plain(), threshold_mode="x"),
            ValueError,
            exactly("threshold_mode must be 'rel' or 'abs', not 'x'"),
        ),
        (
            lambda: lr_scheduler.ChainedScheduler([]),
            ValueError,
            exactly("ChainedScheduler needs at least one scheduler"),
        ),
        (
            lambda: lr_scheduler.SequentialLR(o := plain(), [lr_scheduler.StepLR(o, 2)], [3]),
            ValueError,
            exactly("1 schedulers need 0 milestones, not 1"),
        ),
        (
            lambda: lr_scheduler.SequentialLR(plain(), [lr_scheduler.StepLR(plain(), 2)], []),
            ValueError,
            exactly("SequentialLR: scheduler 0, StepLR, belongs to another optimizer"),
        ),
        (
            lambda: lr_scheduler.ChainedScheduler([lr_scheduler.ReduceLROnPlateau(plain())]),
            ValueError,
            exactly("ChainedScheduler: scheduler 0 is a ReduceLROnPlateau, whose step needs a metric"),
        ),
    ],
)
def test_bad_arguments_are_refused(make, error, words):
    with pytest.raises(error, match=words):
        make()
