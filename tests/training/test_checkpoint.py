"""Checkpoints: a run that was interrupted anywhere goes on to the same bits as one that never was."""

import os
import random
import signal
import subprocess
import sys
import textwrap
import time

import numpy as np
import pytest
import tqdm

import autograd_engine as ag
from autograd_engine import nn, optim
from autograd_engine.data import DataLoader, TensorDataset
from autograd_engine.optim import lr_scheduler
from autograd_engine.serialization import load, save
from autograd_engine.training import Callback, Checkpoint, CSVLogger, EarlyStopping, ProgressBar, Scheduler, fit

from ..messages import exactly


class Noisy(nn.Module):
    """Draws random numbers while it trains, from every stream there is, and keeps a running mean."""

    def __init__(self):
        super().__init__()
        self.inner, self.outer = nn.Linear(6, 9), nn.Linear(9, 3)
        self.norm, self.dropout = nn.BatchNorm1d(9), nn.Dropout(0.2)
        self.register_buffer("mean", ag.zeros(6))

    def forward(self, x):
        if self.training:
            self.mean = 0.9 * self.mean + 0.1 * x.mean(0)
            x = x + random.random() * 0.01 + np.random.rand() * 0.01
        return self.outer(self.dropout(self.norm(self.inner(x - self.mean))).tanh())


OPTIMIZERS = {
    "sgd": lambda p: optim.SGD(p, 0.05, momentum=0.9, nesterov=True),
    "adam": lambda p: optim.Adam(p, 0.01, amsgrad=True),
    "plain": lambda p: optim.SGD(p, 0.05),
    "rmsprop": lambda p: optim.RMSprop(p, 0.01, momentum=0.9, centered=True),
    "groups": lambda p: optim.Adam([{"params": [q], "lr": 0.01 * (i + 1)} for i, q in enumerate(p)]),
    "lbfgs": lambda p: optim.LBFGS(p, 0.1, max_iter=3, line_search_fn="strong_wolfe"),
    **{
        name: getattr(optim, name)
        for name in ("ASGD", "Adadelta", "Adagrad", "AdamW", "Adamax", "NAdam", "RAdam", "Rprop")
    },
}

SCHEDULES = {
    "exponential": ({"per": "step"}, lambda o: lr_scheduler.ExponentialLR(o, 0.97)),
    "one cycle": ({"per": "step"}, lambda o: lr_scheduler.OneCycleLR(o, 0.1, total_steps=100)),
    "cosine": ({}, lambda o: lr_scheduler.CosineAnnealingLR(o, 8)),
    "milestones": ({}, lambda o: lr_scheduler.MultiStepLR(o, [2, 2, 5], 0.5)),
    "plateau": ({"monitor": "val_loss"}, lambda o: lr_scheduler.ReduceLROnPlateau(o, patience=0, threshold=0.1)),
    "sequence": (
        {},
        lambda o: lr_scheduler.SequentialLR(
            o, [lr_scheduler.LinearLR(o), lr_scheduler.CosineAnnealingWarmRestarts(o, 2)], [3]
        ),
    ),
}


class Kill(Callback):
    """Ends the program's training as Ctrl-C would, in the middle of an epoch."""

    def __init__(self, epoch):
        self.epoch = epoch

    def on_batch_end(self, run):
        if run.epoch == self.epoch and run.batch == 3:
            raise KeyboardInterrupt


def trained(
    path,
    optimizer,
    epochs=8,
    kill=None,
    resume=None,
    seed=0,
    patience=6,
    more=(),
    schedule="exponential",
    workers=0,
):
    """Train a noisy model; the weights, the optimizer's state, the history and the next random numbers."""
    ag.manual_seed(seed)
    random.seed(seed)
    np.random.seed(seed)
    rng = np.random.default_rng(0)
    x = ag.tensor(rng.normal(size=(50, 6)).astype(np.float32))
    y = ag.tensor(rng.integers(0, 3, 50))
    model = Noisy()
    opt = OPTIMIZERS[optimizer](model.parameters())
    generator = ag.Generator().manual_seed(seed)
    loader = DataLoader(
        TensorDataset(x, y), 8, shuffle=True, generator=generator, num_workers=workers, workers="thread"
    )
    settings, make = SCHEDULES[schedule]
    callbacks = [
        Checkpoint(path),
        Scheduler(make(opt), **settings),
        EarlyStopping(patience=patience),
        *more,
        *([] if kill is None else [Kill(kill)]),
    ]
    history = {}
    interrupted = False
    try:
        fit(
            model,
            loader,
            opt,
            nn.CrossEntropyLoss(),
            epochs,
            validation=(x[:20], y[:20]),
            callbacks=callbacks,
            progress=False,
            resume=resume,
            history=history,
            clip_norm=1.0,
            accumulate=2,
        )
    except KeyboardInterrupt:
        interrupted = True
    assert interrupted == (kill is not None)
    draws = ag.rand(3).tolist(), random.random(), np.random.rand(), loader.generator.numpy.random()
    return [model.state_dict(), opt.state_dict(), history, draws]


def assert_same_bits(a, b):
    if isinstance(a, dict):
        assert list(a) == list(b)
        for key in a:
            assert_same_bits(a[key], b[key])
    elif isinstance(a, (list, tuple)):
        assert len(a) == len(b)
        for one, other in zip(a, b, strict=True):
            assert_same_bits(one, other)
    elif isinstance(a, (ag.Tensor, np.ndarray)):
        assert type(a) is type(b)
        assert a.dtype == b.dtype
        assert np.asarray(a).tobytes() == np.asarray(b).tobytes()
    else:
        assert a == b


@pytest.mark.parametrize("optimizer", OPTIMIZERS)
def test_a_resumed_run_ends_in_the_same_bits(optimizer, tmp_path):
    whole = trained(tmp_path / "whole", optimizer)
    for kill in (1, 4):
        path = tmp_path / f"killed{kill}"
        trained(path, optimizer, kill=kill)
        assert load(path)["epoch"] == kill
        again = trained(path, optimizer, resume=path, seed=99)
        assert_same_bits(again, whole)
        assert_same_bits(load(path), load(tmp_path / "whole"))


@pytest.mark.parametrize("schedule", SCHEDULES)
def test_every_schedule_goes_on(schedule, tmp_path):
    whole = trained(tmp_path / "whole", "sgd", schedule=schedule)
    assert len(set(whole[2]["lr"])) > 1
    path = tmp_path / "killed"
    trained(path, "sgd", schedule=schedule, kill=3)
    assert_same_bits(trained(path, "sgd", schedule=schedule, resume=path, seed=99), whole)


def test_a_loader_with_workers_goes_on(tmp_path):
    whole = trained(tmp_path / "whole", "sgd", workers=2)
    path = tmp_path / "killed"
    trained(path, "sgd", workers=2, kill=3)
    assert_same_bits(trained(path, "sgd", workers=2, resume=path, seed=99), whole)


def test_a_resumed_run_may_be_interrupted_again_and_go_on_longer(tmp_path):
    path = tmp_path / "run"
    whole = trained(tmp_path / "whole", "adam", 9)
    trained(path, "adam", 5, kill=2)
    trained(path, "adam", 5, kill=4, resume=path, seed=1)
    trained(path, "adam", 5, resume=path, seed=2)
    assert_same_bits(trained(path, "adam", 9, resume=path, seed=3), whole)


def test_a_run_that_stopped_early_stays_stopped(tmp_path):
    path = tmp_path / "run"
    whole = trained(path, "sgd", 60, patience=1)
    assert len(whole[2]["epoch"]) < 60
    assert "has not improved" in load(path)["stop"]
    again = trained(path, "sgd", 60, resume=path, patience=1)
    assert_same_bits(again, whole)


def test_callbacks_without_a_state_may_come_and_go(tmp_path, capsys):
    path = tmp_path / "run"
    whole = trained(tmp_path / "whole", "sgd")
    trained(path, "sgd", kill=2, more=[ProgressBar()])
    more = [CSVLogger(tmp_path / "history.csv"), ProgressBar()]
    assert_same_bits(trained(path, "sgd", resume=path, more=more), whole)
    assert "6%|" not in capsys.readouterr().err.rsplit("\r", 1)[-1]
    assert len((tmp_path / "history.csv").read_text().splitlines()) == 1 + len(whole[2]["epoch"])


def test_the_bar_of_a_resumed_run_begins_where_the_run_stopped(tmp_path, monkeypatch):
    begun = []

    class Bar(tqdm.tqdm):
        def __init__(self, **settings):
            begun.append((settings["initial"], settings["total"]))
            super().__init__(**settings)

    monkeypatch.setattr(tqdm, "tqdm", Bar)
    trained(tmp_path / "run", "sgd", kill=2, more=[ProgressBar()])
    trained(tmp_path / "run", "sgd", resume=tmp_path / "run", more=[ProgressBar()])
    assert begun == [(0, 8 * 7), (2 * 7, 8 * 7)]


def test_best_last_and_every_so_many(tmp_path):
    written = []

    class Note(Checkpoint):
        def after_epoch(self, run):
            before = os.path.exists(self.path) and load(self.path)["epoch"]
            super().after_epoch(run)
            after = os.path.exists(self.path) and load(self.path)["epoch"]
            if after != before:
                written.append((os.path.basename(self.path), run.epoch))

    losses = iter([3.0, 2.0, 2.5, 1.0, 1.5])

    def step(model, batch):
        return (model.weight * 0).sum() + (1.0 if model.training else next(losses))

    model = nn.Linear(1, 1)
    best = Note(tmp_path / "best", monitor="val_loss")
    data = [(ag.zeros(1), ag.zeros(1))]
    callbacks = [Note(tmp_path / "third", every=3), best]
    opt = optim.SGD(model.parameters())
    settings = {"epochs": 5, "step": step, "validation": data, "progress": False}
    fit(model, data, opt, callbacks=callbacks, **settings)
    assert written == [("best", 1), ("best", 2), ("third", 3), ("best", 4), ("third", 5)]
    losses = iter([0.5, 2.0])
    fit(model, data, opt, callbacks=callbacks, resume=tmp_path / "third", **{**settings, "epochs": 7})
    assert written[5:] == [("third", 6), ("best", 6), ("third", 7)]


# ------------------------------------------------------------------------------------ what is refused


def test_a_checkpoint_of_another_run_is_refused(tmp_path):
    path = tmp_path / "run"
    trained(path, "sgd", 1)
    with pytest.raises(
        ValueError,
        match=exactly(".../run belongs to another run: for its optimizer it has ['SGD'], here are ['Adam']"),
    ):
        trained(path, "adam", 2, resume=path)
    model = nn.Linear(2, 2)
    opt = optim.SGD(model.parameters())
    data = (ag.zeros(2, 2), ag.zeros(2, 2))
    with pytest.raises(
        ValueError,
        match=exactly(
            ".../run belongs to another run: for its callbacks it has ['Scheduler', 'EarlyStopping'], here are none"
        ),
    ):
        fit(model, data, opt, nn.MSELoss(), resume=path, progress=False)
    save(model.state_dict(), tmp_path / "weights")
    with pytest.raises(ValueError, match=exactly(".../weights is no checkpoint of a training run")):
        fit(model, data, opt, nn.MSELoss(), resume=tmp_path / "weights", progress=False)
    with pytest.raises(FileNotFoundError):
        fit(model, data, opt, nn.MSELoss(), resume=tmp_path / "none", progress=False)
    path.write_bytes(path.read_bytes()[:-10])
    with pytest.raises(ValueError, match=exactly(".../run is damaged or not a safetensors file: ...")):
        trained(path, "sgd", 2, resume=path)


@pytest.mark.parametrize(
    "damage",
    [
        lambda state: state["optimizer"].pop("type"),
        lambda state: state["optimizer"].pop("param_groups"),
        lambda state: state.update(optimizer=3),
        lambda state: state.update(callbacks=[1]),
        lambda state: state.update(callbacks=None),
        lambda state: state.update(random={}),
        lambda state: state["random"].update(generators=[1]),
        lambda state: state["random"].update(python=3),
        lambda state: state.update(epoch=None),
        lambda state: state.pop("history"),
        lambda state: state.update(history=[1, 2]),
        lambda state: state.update(model=7),
    ],
)
def test_a_checkpoint_whose_parts_are_wrong_is_named(damage, tmp_path):
    path = tmp_path / "run"
    trained(path, "sgd", 1)
    state = load(path)
    damage(state)
    save(state, path)
    with pytest.raises(ValueError, match=r"run (is damaged: it cannot be gone on from|belongs to another run)"):
        trained(path, "sgd", 2, resume=path)


def test_what_a_killed_run_left_of_its_files_is_swept(tmp_path):
    for name in (".run.01234567.part", ".h.csv.01234567.part", ".other.01234567.part"):
        (tmp_path / name).write_bytes(b"half")
    trained(tmp_path / "run", "sgd", 1, more=[CSVLogger(tmp_path / "h.csv")])
    assert sorted(p.name for p in tmp_path.iterdir()) == [".other.01234567.part", "h.csv", "run"]


def test_a_failed_resume_changes_nothing(tmp_path):
    path = tmp_path / "run"
    model = nn.Linear(2, 2)
    opt = optim.SGD(model.parameters(), momentum=0.9)
    data = (ag.ones(2, 2), ag.ones(2, 2))
    fit(model, data, opt, nn.MSELoss(), callbacks=[Checkpoint(path)], progress=False)
    other = nn.Linear(2, 3)
    before = other.weight.tolist()
    with pytest.raises(
        RuntimeError,
        match=exactly(
            "the state does not fit this Linear; nothing was loaded\n  weight: the module has shape (3, 2), "
            "the state (2, 2)\n  bias: the module has shape (3,), the state (2,)"
        ),
    ):
        fit(
            other,
            data,
            optim.SGD(other.parameters(), momentum=0.9),
            nn.MSELoss(),
            resume=path,
            progress=False,
        )
    assert other.weight.tolist() == before


# --------------------------------------------------------------------------------------- kill -9

PROGRAM = """
import sys
import autograd_engine as ag
from autograd_engine import nn, optim
from autograd_engine.training import Checkpoint, fit

ag.manual_seed(0)
model = nn.Sequential(nn.Linear(40, 300), nn.Tanh(), nn.Linear(300, 40))
x = ag.randn(64, 40)
ag.manual_seed(1)
print("ready", flush=True)
path = sys.argv[1]
resume = path if len(sys.argv) > 2 else None
fit(model, (x, x), optim.Adam(model.parameters()), nn.MSELoss(), int(sys.argv[-1]) if resume else 100000,
    callbacks=[Checkpoint(path)], progress=False, resume=resume)
"""


def test_a_kill_at_any_moment_leaves_a_good_checkpoint(tmp_path):
    program = tmp_path / "program.py"
    program.write_text(textwrap.dedent(PROGRAM))
    path = tmp_path / "run.safetensors"
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    moments = random.Random(0)
    epochs = []
    for _ in range(4):
        arguments = [sys.executable, str(program), str(path), *(["resume", "100000"] if epochs else [])]
        with subprocess.Popen(arguments, stdout=subprocess.PIPE, env=environment) as process:
            process.stdout.readline()
            size = path.stat().st_mtime_ns if path.exists() else None
            while not path.exists() or path.stat().st_mtime_ns == size:
                time.sleep(0.001)
            time.sleep(moments.uniform(0, 0.1))
            process.send_signal(signal.SIGKILL)
        state = load(path)
        assert len(state["history"]["epoch"]) == state["epoch"]
        assert state["optimizer"]["state"][0]["step"].item() == state["step"] == 2 * state["epoch"]
        epochs.append(state["epoch"])
    assert epochs == sorted(set(epochs))
    target = str(epochs[-1] + 2)
    subprocess.run([sys.executable, program, path, "resume", target], env=environment, check=True)
    ag.manual_seed(0)
    model = nn.Sequential(nn.Linear(40, 300), nn.Tanh(), nn.Linear(300, 40))
    x = ag.randn(64, 40)
    ag.manual_seed(1)
    fit(model, (x, x), optim.Adam(model.parameters()), nn.MSELoss(), int(target), progress=False)
    assert_same_bits(dict(model.state_dict()), load(path)["model"])
