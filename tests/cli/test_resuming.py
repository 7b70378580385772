"""`train --resume`: an interrupted run goes on to the same numbers, or says why it cannot."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from autograd_engine import cli
from autograd_engine.cli import train as command
from autograd_engine.cli import training
from autograd_engine.serialization import load

from ..messages import Like
from .runs import FILES, interrupt_after, train


def test_ctrl_c_writes_what_was_reached_and_the_run_goes_on(monkeypatch, capsys, tmp_path):
    arguments = ["--epochs", "5", "--hidden", "8", "--no-progress"]
    assert cli.main(["train", "--out", "whole", *arguments]) == 0
    interrupt_after(3, monkeypatch)
    assert cli.main(["train", "--out", "run", *arguments]) == 130
    out = capsys.readouterr().out
    assert "interrupted after 3 of 5 epochs: what was reached is in run" in out
    assert "go on with: python -m autograd_engine train --resume run" in out
    assert len(Path("run/history.csv").read_text().splitlines()) >= 3
    assert cli.main(["predict", "run", "--index", "0"]) == 0
    monkeypatch.setattr(command, "_line", lambda row: "")
    assert cli.main(["train", "--resume", "run", "--no-progress"]) == 0
    for name in ("weights.safetensors", "history.csv", "config.json", "checkpoint.safetensors"):
        assert Path("run", name).read_bytes() == Path("whole", name).read_bytes()


def test_a_finished_run_may_go_on_longer(capsys):
    assert train("--out", "run") == train("--out", "whole", "--epochs", "3") == 0
    assert cli.main(["train", "--resume", "run", "--epochs", "3", "--no-progress"]) == 0
    for name in ("weights.safetensors", "history.csv", "config.json"):
        assert Path("run", name).read_bytes() == Path("whole", name).read_bytes()


def test_a_killed_run_goes_on():
    arguments = [sys.executable, "-m", "autograd_engine", "train", "--hidden", "8", "--epochs"]
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    with subprocess.Popen(
        [*arguments, "5000", "--out", "run"], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, env=environment
    ) as process:
        for line in process.stdout:
            if line.startswith(b"epoch   3"):
                process.kill()
    assert load("run/checkpoint.safetensors")["epoch"] >= 2
    done = subprocess.run(
        [sys.executable, "-m", "autograd_engine", "predict", "run"], capture_output=True, text=True, env=environment
    )
    assert (
        "error: run has no weights.safetensors: finish it with `python -m autograd_engine train --resume run`"
        in (done.stderr)
    )
    epochs = str(load("run/checkpoint.safetensors")["epoch"] + 1)
    assert cli.main(["train", "--resume", "run", "--epochs", epochs, "--no-progress"]) == 0
    assert cli.main(["train", "--out", "whole", "--hidden", "8", "--epochs", epochs, "--no-progress"]) == 0
    assert Path("run/weights.safetensors").read_bytes() == Path("whole/weights.safetensors").read_bytes()


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--resume", "nothing"], "nothing is not a run: it has no config.json"),
        (
            ["--resume", "run", "--hidden", "9"],
            "run was started with hidden [4], not [9]: only --epochs can change when a run goes on",
        ),
        (
            ["--resume", "run", "iris.csv"],
            "run was started with data digits, not iris.csv: only --epochs can change when a run goes on",
        ),
        (
            ["--resume", "damaged"],
            "the run damaged cannot go on from checkpoint.safetensors with the settings in config.json: "
            "damaged/checkpoint.safetensors is damaged or not a safetensors file: ...",
        ),
        (["--resume", "old"], "the run old cannot be read: config.json has no 'data'"),
    ],
)
def test_a_run_that_cannot_go_on_says_why(arguments, words, capsys):
    assert train("--out", "run") == train("--out", "damaged") == 0
    Path("damaged/checkpoint.safetensors").write_bytes(b"")
    Path("old").mkdir()
    Path("old/config.json").write_text('{"sizes": [64, 10]}')
    before = Path("run/weights.safetensors").read_bytes()
    capsys.readouterr()
    assert cli.main(["train", "--epochs", "2", "--no-progress", *arguments]) == 1
    assert capsys.readouterr().err == Like(f"error: {words}\n")
    assert Path("run/weights.safetensors").read_bytes() == before


def test_ctrl_c_before_the_first_epoch_ends(monkeypatch, capsys, pictures):
    def interrupt(*_, **__):
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(training, "fit", interrupt)
        assert train("--out", "run") == 130
    assert "interrupted after 0 of 1 epochs" in capsys.readouterr().out
    assert {p.name for p in Path("run").iterdir()} == FILES - {
        "curves.png",
        "history.csv",
        "checkpoint.safetensors",
    }
    assert cli.main(["train", "--resume", "run", "--no-progress"]) == 0
    assert {p.name for p in Path("run").iterdir()} == FILES
    monkeypatch.setattr(command, "_check_extras", interrupt)
    assert train("--out", "other") == 130
    assert capsys.readouterr().err == "interrupted\n"
