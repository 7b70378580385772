"""`train`: optimizers, schedules and activations by name, the files of a run, and what ends a training."""

import json
import sys
from pathlib import Path

import numpy as np
import pytest

from autograd_engine import cli
from autograd_engine.cli import train as command
from autograd_engine.cli import training
from autograd_engine.serialization import load, save

from .runs import FILES, interrupt_after, train


def test_the_default_training_reaches_98_percent(capsys, pictures):
    assert cli.main(["train"]) == 0
    out, err = capsys.readouterr()
    assert "1437 training and 360 test pictures; the run goes to runs/digits" in out
    assert "epoch  30   train loss" in out
    assert "epoch 30/30: 100%" in err
    rows = np.genfromtxt("runs/digits/history.csv", delimiter=",", names=True)
    assert rows["test_accuracy"][-1] >= 0.98
    assert rows["test_loss"][-1] < rows["test_loss"][0]
    assert {p.name for p in Path("runs/digits").iterdir()} == FILES


def test_the_files_of_a_run(trained):
    assert {p.name for p in trained.iterdir()} == FILES
    assert load(trained / "weights.safetensors")["0.weight"].shape == (32, 64)
    assert json.loads((trained / "config.json").read_text())["sizes"] == [64, 32, 10]
    assert len((trained / "history.csv").read_text().splitlines()) == 6
    for name in ("curves", "confusion_matrix", "graph"):
        assert (trained / f"{name}.png").read_bytes().startswith(b"\x89PNG")
    svg = (trained / "graph.svg").read_text()
    assert "0.weight" in svg
    assert "picture" in svg


def test_a_picture_that_cannot_be_drawn_fails_no_run(monkeypatch, capsys, pictures):
    def no_renderer(*_):
        raise ImportError("pip install a renderer")

    def no_fonts(*_):
        raise RuntimeError("there is no font")

    monkeypatch.setattr(sys.modules["autograd_engine.viz.graph"], "render", no_renderer)
    monkeypatch.setattr(command.viz, "plot_history", no_fonts)
    assert train("--out", "run") == 0
    out, err = capsys.readouterr()
    assert err.splitlines() == [
        "curves.png could not be drawn: there is no font",
        "the graph is kept as text in run/graph.dot",
        "graph.svg could not be drawn: pip install a renderer",
    ]
    assert "test accuracy" in out
    assert {p.name for p in Path("run").iterdir()} == FILES - {"curves.png", "graph.svg", "graph.png"} | {
        "graph.dot"
    }
    assert "0.weight" in Path("run/graph.dot").read_text()


def test_the_same_seed_gives_the_same_weights_and_another_seed_others():
    for name, seed in (("a", "3"), ("b", "3"), ("c", "4")):
        assert train("--seed", seed, "--out", name) == 0
    a, b, c = (Path(name, "weights.safetensors").read_bytes() for name in "abc")
    assert a == b
    assert a != c


SUITABLE = {
    **dict.fromkeys(command.USUAL, ""),
    "asgd": "--lr 0.2",
    "adadelta": "--lr 2",
    "lbfgs": "--lr 0.5 --batch-size 1437",
    "rprop": "--lr 0.001",
    "rmsprop": "--lr 0.005",
}
"""What suits a few epochs of digits, where that is not a learning rate of 0.02."""


@pytest.mark.parametrize("optimizer", command.OPTIMIZERS)
def test_every_optimizer_learns(optimizer, capsys):
    more = SUITABLE.get(optimizer, "--lr 0.02").split()
    arguments = ["--optimizer", optimizer, "--out", "run", "--hidden", "16", "--label-smoothing", "0", *more]
    assert train("--epochs", "3", *arguments) == 0
    assert "label smoothing" not in capsys.readouterr().out
    assert np.genfromtxt("run/history.csv", delimiter=",", names=True)["test_accuracy"][-1] > 0.6


@pytest.mark.parametrize("activation", command.ACTIVATIONS)
def test_every_activation_learns(activation, capsys):
    assert train("--activation", activation, "--out", "run", "--hidden", "24", "--epochs", "3") == 0
    assert command.ACTIVATIONS[activation].__name__ in capsys.readouterr().out
    assert np.genfromtxt("run/history.csv", delimiter=",", names=True)["test_accuracy"][-1] > 0.6
    assert cli.main(["predict", "run", "--index", "0"]) == 0


@pytest.mark.parametrize("schedule", command.SCHEDULES)
def test_every_schedule_changes_the_learning_rate_and_resumes(schedule, monkeypatch):
    arguments = ["--schedule", schedule, "--hidden", "8", "--epochs", "4", "--no-progress"]
    assert cli.main(["train", "--out", "whole", *arguments]) == 0
    with monkeypatch.context() as patch:
        interrupt_after(2, patch)
        assert cli.main(["train", "--out", "run", *arguments]) == 130
    assert cli.main(["train", "--resume", "run", "--no-progress"]) == 0
    for name in ("weights.safetensors", "history.csv"):
        assert Path("run", name).read_bytes() == Path("whole", name).read_bytes()
    if schedule != "plateau":
        assert len(set(np.genfromtxt("run/history.csv", delimiter=",", names=True)["lr"])) > 1
    assert cli.main(["train", "--resume", "run", "--epochs", "9"]) == 1


def test_weight_decay_makes_small_weights():
    for decay in ("0", "0.1"):
        assert train("--weight-decay", decay, "--out", decay, "--epochs", "3") == 0
    large, small = (float(abs(load(f"{d}/weights.safetensors")["0.weight"].numpy()).sum()) for d in ("0", "0.1"))
    assert small < 0.7 * large


def test_patience_stops_early_and_keeps_the_best_weights(capsys):
    arguments = ["--hidden", "8", "--no-progress", "--optimizer", "adam", "--lr", "0.05", "--epochs", "200"]
    assert cli.main(["train", "--out", "run", "--patience", "2", *arguments]) == 0
    out = capsys.readouterr().out
    rows = np.genfromtxt("run/history.csv", delimiter=",", names=True)
    best = int(rows["val_loss"].argmin())
    assert len(rows) == best + 3 < 200
    assert "1293 training and 360 test pictures" in out
    assert (
        f"stopped early: val_loss has not improved for 2 epochs; its best was {rows['val_loss'][best]:.6g}" in out
    )
    assert f"test accuracy {rows['test_accuracy'][best]:.2%} after" in out
    assert cli.main(["train", "--resume", "run", "--no-progress"]) == 0
    assert "stopped early" in capsys.readouterr().out
    assert len(np.genfromtxt("run/history.csv", delimiter=",", names=True)) == best + 3


def test_the_accuracy_after_training_is_that_without_dropout(capsys):
    assert train("--out", "run", "--epochs", "2", "--dropout", "0.6") == 0
    last = np.genfromtxt("run/history.csv", delimiter=",", names=True)["test_accuracy"][-1]
    assert f"test accuracy {last:.2%} after" in capsys.readouterr().out


def test_a_file_is_no_run_folder(capsys):
    Path("file").write_text("kept")
    assert train("--out", "file") == 1
    assert capsys.readouterr().err == "error: file is a file, not a folder: choose another --out\n"
    assert Path("file").read_text() == "kept"


def test_a_network_that_does_not_fit_into_memory_is_named(monkeypatch, capsys):
    def full(config):
        raise MemoryError("Unable to allocate 1.46 TiB")

    monkeypatch.setattr(training, "make_model", full)
    assert train() == 1
    assert (
        capsys.readouterr().err
        == "error: out of memory: Unable to allocate 1.46 TiB; a smaller network or batch may fit\n"
    )


def test_a_run_is_never_overwritten_unasked(capsys):
    assert train() == train() == 0
    assert sorted(p.name for p in Path("runs").iterdir()) == ["digits", "digits-2"]
    before = Path("runs/digits/weights.safetensors").read_bytes()
    capsys.readouterr()
    assert train("--seed", "9", "--out", "runs/digits") == 1
    assert (
        capsys.readouterr().err
        == "error: runs/digits already holds a run: choose another --out, or pass --overwrite\n"
    )
    assert Path("runs/digits/weights.safetensors").read_bytes() == before
    assert train("--seed", "9", "--out", "runs/digits", "--overwrite") == 0
    assert Path("runs/digits/weights.safetensors").read_bytes() != before


def test_a_loss_that_is_not_finite_ends_the_training(capsys):
    with np.errstate(all="ignore"):
        assert train("--lr", "1e38", "--out", "run") == 1
    assert capsys.readouterr().err == (
        "error: the loss became nan in epoch 1, step 2: try a smaller learning rate or clip_norm, or "
        "look for the cause under detect_anomaly()\n"
    )
    assert train("--out", "run", "--overwrite") == 0
    config = json.loads(Path("run/config.json").read_text())
    Path("run/config.json").write_text(json.dumps({**config, "lr": 1e38}))
    checkpoint = load("run/checkpoint.safetensors")
    checkpoint["optimizer"]["param_groups"][0]["lr"] = 1e38
    save(checkpoint, "run/checkpoint.safetensors")
    capsys.readouterr()
    with np.errstate(all="ignore"):
        assert cli.main(["train", "--resume", "run", "--epochs", "3", "--no-progress"]) == 1
    assert capsys.readouterr().err == (
        "error: the loss became nan in epoch 2, step 92: try a smaller learning rate or clip_norm, or "
        "look for the cause under detect_anomaly(); the last good epoch is kept in "
        "run/checkpoint.safetensors\n"
    )


def test_an_optimizer_without_weight_decay_refuses_it(capsys):
    assert train("--optimizer", "lbfgs", "--weight-decay", "0.1", "--out", "run") == 1
    assert capsys.readouterr().err == "error: the optimizer lbfgs has no weight decay\n"
