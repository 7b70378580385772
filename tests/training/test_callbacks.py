"""Callbacks: what is done around steps and epochs."""

import sys
import types
from contextlib import suppress

import numpy as np
import pytest

import autograd_engine as ag
from autograd_engine import nn, optim
from autograd_engine.training import (
    Callback,
    Checkpoint,
    CSVLogger,
    EarlyStopping,
    ProgressBar,
    Scheduler,
    TensorBoard,
    fit,
)

from ..messages import exactly
from .lines import line_data, line_model


def measured(values):
    """A validation set whose loss takes these values, epoch by epoch."""
    rest = iter(values)

    def step(model, batch):
        loss = (model.weight * 0).sum() + (1.0 if model.training else next(rest))
        if model.training:
            loss = loss - model.weight.sum()
        return loss

    return step


@pytest.mark.parametrize(
    ("settings", "values", "epochs", "best"),
    [
        ({"patience": 2}, [5, 4, 4, 4.5, 1], 4, 2),
        ({"patience": 2, "min_delta": 0.5}, [5, 4.6, 4.4, 4.3, 1], 5, 5),
        ({"patience": 1, "min_delta": 0.5}, [5, 4.6, 1], 2, 1),
        ({"patience": 1, "mode": "max"}, [1, 2, 3, 3], 4, 3),
        ({"patience": 9}, [5, 4, 6, 7, 8], 5, 2),
    ],
)
def test_early_stopping(settings, values, epochs, best):
    model = nn.Linear(1, 1, bias=False)
    model.load_state_dict({"weight": [[0.0]]})
    for restore in (True, False):
        model.load_state_dict({"weight": [[0.0]]})
        stopping = EarlyStopping(restore_best=restore, **settings)
        history = fit(
            model,
            [(ag.zeros(1), ag.zeros(1))],
            optim.SGD(model.parameters(), lr=1.0),
            epochs=5,
            step=measured(values),
            validation=[(ag.zeros(1), ag.zeros(1))],
            callbacks=[stopping],
            progress=False,
        )
        assert len(history["epoch"]) == epochs
        assert stopping.best_epoch == best
        assert model.weight.item() == (best if restore else epochs)


class Halving:
    """A schedule as PyTorch has them: `step()`, and a state."""

    def __init__(self, optimizer):
        self.optimizer, self.seen = optimizer, []

    def step(self, metric=None):
        self.seen.append(metric)
        self.optimizer.param_groups[0]["lr"] /= 2

    def state_dict(self):
        return {"seen": self.seen}

    def load_state_dict(self, state):
        self.seen = state["seen"]


@pytest.mark.parametrize(
    ("settings", "rates"),
    [({}, [1, 0.5, 0.25]), ({"per": "step"}, [0.25, 1 / 32, 1 / 256]), ({"monitor": "train_loss"}, [1, 0.5, 0.25])],
)
def test_schedules_step_per_epoch_or_per_step(settings, rates):
    model, optimizer = line_model(1.0)
    schedule = Halving(optimizer)
    history = fit(
        model,
        line_data(),
        optimizer,
        nn.MSELoss(),
        3,
        progress=False,
        callbacks=[Scheduler(schedule, **settings)],
        clip_norm=0.1,
    )
    assert history["lr"] == rates
    if "monitor" in settings:
        assert schedule.seen == history["train_loss"]


def test_the_history_is_written_to_a_csv_file(tmp_path):
    model, optimizer = line_model()
    path = tmp_path / "history.csv"
    history = fit(model, line_data(), optimizer, nn.MSELoss(), 3, progress=False, callbacks=[CSVLogger(path)])
    rows = np.genfromtxt(path, delimiter=",", names=True)
    assert list(rows.dtype.names) == list(history)
    assert rows["train_loss"].tolist() == history["train_loss"]
    lines = [",".join(history), *(",".join(map(str, row)) for row in zip(*history.values(), strict=True))]
    assert path.read_bytes().decode() == "\n".join(lines) + "\n"


def test_tensorboard_gets_every_measure(monkeypatch, tmp_path):
    calls = []

    class SummaryWriter:
        def __init__(self, folder, purge_step):
            calls.append((folder, purge_step))

        def add_scalar(self, name, value, epoch):
            calls.append((name, epoch))

        def close(self):
            calls.append("closed")

    fake = types.ModuleType("tensorboardX")
    fake.SummaryWriter = SummaryWriter
    monkeypatch.setitem(sys.modules, "tensorboardX", fake)
    model, optimizer = line_model()
    fit(model, line_data(), optimizer, nn.MSELoss(), 2, progress=False, callbacks=[TensorBoard(tmp_path)])
    names = [(name, epoch) for epoch in (1, 2) for name in ("lr", "train_loss")]
    assert calls == [(str(tmp_path), 1), *names, "closed"]
    monkeypatch.setitem(sys.modules, "tensorboardX", None)
    monkeypatch.setitem(sys.modules, "torch.utils.tensorboard", None)
    with pytest.raises(
        ImportError,
        match=exactly("TensorBoard's files need a writer: pip install tensorboardX (or torch and tensorboard)"),
    ):
        TensorBoard(tmp_path)


def test_the_bar_is_closed_at_the_end_and_after_an_error(capsys):
    from tqdm import tqdm

    class Fail(Callback):
        def __init__(self, moment):
            setattr(self, moment, self.fail)

        def fail(self, run):
            raise RuntimeError("no")

    for callbacks, drawn in (([], True), ([Fail("on_batch_end")], True), ([Fail("on_train_begin")], False)):
        model, optimizer = line_model()
        with suppress(RuntimeError):
            fit(model, line_data(), optimizer, nn.MSELoss(), 1, callbacks=callbacks)
        assert not tqdm._instances
        assert ("batch" in capsys.readouterr().err) == drawn


def test_what_was_never_opened_is_closed_without_complaint(tmp_path, monkeypatch):
    fake = types.ModuleType("tensorboardX")
    fake.SummaryWriter = None
    monkeypatch.setitem(sys.modules, "tensorboardX", fake)
    TensorBoard(tmp_path).close()
    ProgressBar().close()


def test_a_checkpoint_of_the_last_epoch_has_nothing_to_remember(tmp_path):
    checkpoint = Checkpoint(tmp_path / "x")
    assert checkpoint.state_dict() == {}
    checkpoint.load_state_dict({})
    best = Checkpoint(tmp_path / "x", monitor="val_loss")
    assert best.state_dict() == {"best": None}
    best.load_state_dict({"best": 2.5})
    assert best.state_dict() == {"best": 2.5}


@pytest.mark.parametrize(
    ("mode", "values", "epochs"),
    [
        ("min", [1.0, 0.5, 0.25], 3),
        ("min", [1.0, 0.75, 0.5], 2),
        ("max", [0.0, 0.5, 1.0], 3),
        ("max", [0.0, 0.25, 0.5], 2),
        ("min", [np.nan, np.nan, 1.0], 1),
    ],
)
def test_a_change_of_exactly_min_delta_is_no_improvement(mode, values, epochs):
    model = nn.Linear(1, 1, bias=False)
    stopping = EarlyStopping(patience=1, mode=mode, min_delta=0.25 if epochs == 2 else 0.2)
    history = fit(
        model,
        [(ag.zeros(1), ag.zeros(1))],
        optim.SGD(model.parameters(), lr=0.0),
        epochs=3,
        step=measured(values),
        validation=[(ag.zeros(1), ag.zeros(1))],
        callbacks=[stopping],
        progress=False,
    )
    assert len(history["epoch"]) == epochs
    assert (stopping.reason is None) == (epochs == 3)


def test_the_reasons_to_stop_are_told():
    for values, reason in (
        ([2.0, 3.0, 3.0], "val_loss has not improved for 2 epochs; its best was 2 in epoch 1"),
        ([1 / 3, 3.0, 3.0], "val_loss has not improved for 2 epochs; its best was 0.333333 in epoch 1"),
        ([np.nan, np.nan, 3.0], "val_loss has been NaN for 2 epochs"),
    ):
        model = nn.Linear(1, 1, bias=False)
        stopping = EarlyStopping(patience=2)
        data = [(ag.zeros(1), ag.zeros(1))]
        optimizer = optim.SGD(model.parameters(), lr=0.0)
        settings = {"step": measured(values), "validation": data, "callbacks": [stopping], "progress": False}
        fit(model, data, optimizer, epochs=9 if values[0] == 2 else 3, **settings)
        assert stopping.reason == reason


def test_the_defaults_of_callbacks():
    stopping = EarlyStopping()
    assert (stopping.best.monitor, stopping.best.sign, stopping.best.min_delta) == ("val_loss", -1, 0.0)
    assert (stopping.patience, stopping.restore_best) == (10, True)
    checkpoint = Checkpoint("x")
    assert (checkpoint.best, checkpoint.every) == (None, 1)
    assert Checkpoint("x", "val_loss").best.sign == -1
    assert Checkpoint("x", "val_loss", "max").best.sign == 1
    scheduler = Scheduler(None)
    assert (scheduler.per, scheduler.monitor) == ("epoch", None)
