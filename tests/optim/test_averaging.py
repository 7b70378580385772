"""Averages of weights: PyTorch's numbers, and means computed by hand."""

import copy
import pickle

import numpy as np
import pytest

import autograd_engine as ag
from autograd_engine import nn, optim
from autograd_engine.optim import swa_utils

from ..messages import exactly


def network(lib):
    return lib.nn.Sequential(
        lib.nn.Linear(3, 4), lib.nn.BatchNorm1d(4), lib.nn.ReLU(), lib.nn.Linear(4, 1)
    ).double()


def filled(model, seed):
    """Other values in all parameters and buffers, the same for the same seed."""
    rng = np.random.default_rng(seed)
    for p in (*model.parameters(), *model.buffers()):
        values = np.asarray(rng.uniform(1, 2, size=tuple(p.shape)) if p.is_floating_point() else seed)
        p.data.copy_(ag.tensor(values) if isinstance(p, ag.Tensor) else p.new_tensor(values))
    return model


def values(model):
    return {name: np.asarray(value) for name, value in model.state_dict().items()}


WAYS = {
    "mean": lambda s: {},
    "mean of lists": lambda s: {"multi_avg_fn": s.get_swa_multi_avg_fn()},
    "mean of each": lambda s: {"avg_fn": s.get_swa_avg_fn()},
    "ema": lambda s: {"avg_fn": s.get_ema_avg_fn(0.9)},
    "ema of lists": lambda s: {"multi_avg_fn": s.get_ema_multi_avg_fn(0.9)},
    "own": lambda s: {"avg_fn": lambda mean, new, n: mean + (new - mean) / (n + 2)},
}


@pytest.mark.parametrize("use_buffers", [False, True])
@pytest.mark.parametrize("way", WAYS)
def test_pytorch_averages_alike(way, use_buffers):
    torch = pytest.importorskip("torch", reason="PyTorch is the second opinion")
    ours, theirs = network(ag), network(torch)
    mean = swa_utils.AveragedModel(ours, **WAYS[way](swa_utils), use_buffers=use_buffers)
    other = torch.optim.swa_utils.AveragedModel(theirs, **WAYS[way](torch.optim.swa_utils), use_buffers=use_buffers)
    if use_buffers and way == "mean of lists":
        pytest.skip("PyTorch cannot divide the numbers of batches, which are integers")
    for seed in range(5):
        mean.update_parameters(filled(ours, seed))
        other.update_parameters(filled(theirs, seed))
        expected = values(other)
        assert values(mean).keys() == expected.keys()
        for name, value in values(mean).items():
            np.testing.assert_allclose(value, expected[name], rtol=1e-7 if "lists" in way else 1e-12, err_msg=name)


def test_means_by_hand():
    model = nn.Linear(2, 1)
    means = {
        swa_utils.AveragedModel(model): lambda v: np.mean(v, axis=0),
        swa_utils.AveragedModel(model, avg_fn=swa_utils.get_ema_avg_fn(0.5)): lambda v: (
            (v[0] + v[1]) / 8 + v[2] / 4 + v[3] / 2
        ),
    }
    seen = []
    for seed in range(4):
        seen.append(filled(model, seed).weight.detach().numpy().astype(float))
        for averaged in means:
            averaged.update_parameters(model)
    for averaged, expected in means.items():
        assert averaged.n_averaged.item() == 4
        np.testing.assert_allclose(averaged.module.weight.detach(), expected(seen), rtol=1e-6)
        x = ag.ones(1, 2)
        np.testing.assert_array_equal(averaged(x).detach(), averaged.module(x).detach())
    assert [n for n, _ in averaged.named_parameters()] == ["module.weight", "module.bias"]


def test_the_model_is_left_alone_and_averages_can_be_copied_and_restored():
    model = filled(network(ag), 0)
    before = values(model)
    averaged = swa_utils.AveragedModel(model)
    averaged.update_parameters(model)
    averaged.update_parameters(filled(model, 1))
    filled(model, 0)
    assert all((value == before[name]).all() for name, value in values(model).items())
    restored = swa_utils.AveragedModel(model)
    restored.load_state_dict(averaged.state_dict())
    twin = copy.deepcopy(averaged)
    for other in (restored, twin):
        for a in (averaged, other) if other is twin else (other,):
            a.update_parameters(filled(model, 2))
    for name, value in values(averaged).items():
        np.testing.assert_array_equal(values(restored)[name], value)
        np.testing.assert_array_equal(values(twin)[name], value)


def test_functions_for_lists_change_recorded_parameters_in_place():
    mean, new = nn.Parameter([1.0, 2.0]), nn.Parameter([3.0, 4.0])
    swa_utils.get_ema_multi_avg_fn(0.5)([mean], [new], 7)
    assert mean.tolist() == [2.0, 3.0]
    assert not swa_utils.get_ema_avg_fn(0.5)(mean, new, 7).requires_grad


# ------------------------------------------------------------------------------ batch normalization


@pytest.mark.parametrize("wrap", [lambda batch: batch, lambda batch: (batch, "target"), lambda batch: [batch]])
def test_running_statistics_are_the_means_over_the_batches(wrap):
    rng = np.random.default_rng(0)
    model = filled(network(ag), 3)
    momentum = model[1].momentum
    batches = [rng.normal(size=(8, 3)) for _ in range(5)]
    model.eval()
    swa_utils.update_bn([wrap(ag.tensor(b)) for b in batches], model)
    hidden = [b @ model[0].weight.detach().numpy().T + model[0].bias.detach().numpy() for b in batches]
    np.testing.assert_allclose(model[1].running_mean, np.mean([h.mean(0) for h in hidden], 0), rtol=1e-10)
    np.testing.assert_allclose(model[1].running_var, np.mean([h.var(0, ddof=1) for h in hidden], 0), rtol=1e-10)
    assert model[1].num_batches_tracked.item() == 5
    assert not model.training
    assert model[1].momentum == momentum


def test_statistics_settings_survive_an_error_and_models_without_are_not_called():
    model = network(ag)
    with pytest.raises(
        ValueError,
        match=exactly(
            "Linear(in_features=3, out_features=4, bias=True) takes inputs whose last dimension "
            "is 3, got shape (2, 7)"
        ),
    ):
        swa_utils.update_bn([ag.ones(2, 7, dtype=ag.float64)], model)
    assert model.training
    assert model[1].momentum == 0.1
    swa_utils.update_bn([ag.ones(2, 7)], nn.Linear(3, 1))


# ---------------------------------------------------------------------------------------- the schedule


@pytest.mark.parametrize(
    "settings",
    [
        {},
        {
            "anneal_epochs": 4,
            "anneal_strategy": "linear",
        },
        {"anneal_epochs": 0},
    ],
)
@pytest.mark.parametrize("first", [0, 6])
def test_pytorch_anneals_alike(settings, first):
    torch = pytest.importorskip("torch", reason="PyTorch is the second opinion")
    runs = []
    for lib, utils in ((ag, swa_utils), (torch, torch.optim.swa_utils)):
        params = [{"params": [lib.ones(1, requires_grad=True)], "lr": lr} for lr in (0.5, 0.01)]
        optimizer = lib.optim.SGD(params)
        decay = lib.optim.lr_scheduler.ExponentialLR(optimizer, 0.8)
        schedule = None if first else utils.SWALR(optimizer, [0.05, 0.1], **settings)
        seen = []
        for epoch in range(20):
            optimizer.step()
            if first and epoch == first:
                schedule = utils.SWALR(optimizer, [0.05, 0.1], **settings)
            (schedule or decay).step()
            seen.append([group["lr"] for group in optimizer.param_groups])
        runs.append(seen)
    np.testing.assert_allclose(*runs, rtol=1e-9)


def test_a_resumed_schedule_goes_on():
    def made(last_epoch=-1):
        optimizer = optim.SGD([ag.ones(1, requires_grad=True)], lr=1.0)
        return optimizer, last_epoch

    def run(optimizer, schedule, epochs):
        seen = []
        for _ in range(epochs):
            seen.append(schedule.get_last_lr()[0])
            optimizer.step()
            schedule.step()
        return seen

    whole, _ = made()
    expected = run(whole, swa_utils.SWALR(whole, 0.1, 6), 12)
    np.testing.assert_allclose(expected[:7], 0.55 + 0.45 * np.cos(np.pi * np.arange(7) / 6), rtol=1e-12)
    first, second = made()[0], made()[0]
    run(first, schedule := swa_utils.SWALR(first, 0.1, 6), 4)
    second.load_state_dict(first.state_dict())
    np.testing.assert_allclose(run(second, swa_utils.SWALR(second, 0.1, 6, last_epoch=3), 8), expected[4:])
    third = made()[0]
    other = swa_utils.SWALR(third, 0.1, 6)
    third.load_state_dict(pickle.loads(pickle.dumps(schedule.state_dict())) and first.state_dict())
    other.load_state_dict(schedule.state_dict())
    np.testing.assert_allclose(run(third, other, 8), expected[4:])


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda m, o: swa_utils.get_ema_avg_fn(1.5), "decay"),
        (lambda m, o: swa_utils.get_ema_multi_avg_fn(-1), "decay"),
        (
            lambda m, o: swa_utils.AveragedModel(m, avg_fn=max, multi_avg_fn=max),
            exactly("AveragedModel takes one of avg_fn and multi_avg_fn, not both"),
        ),
        (
            lambda m, o: swa_utils.SWALR(o, 0.1, anneal_strategy="exp"),
            exactly("anneal_strategy must be 'cos' or 'linear', not 'exp'"),
        ),
        (
            lambda m, o: swa_utils.SWALR(o, 0.1, anneal_epochs=-1),
            exactly("anneal_epochs must be an integer of at least 0, not -1"),
        ),
        (lambda m, o: swa_utils.SWALR(o, [0.1, 0.2]), exactly("swa_lr has 2 values, the optimizer 1 groups")),
    ],
)
def test_bad_arguments_are_refused(call, words):
    model = nn.Linear(1, 1)
    with pytest.raises(ValueError, match=words):
        call(model, optim.SGD(model.parameters()))
