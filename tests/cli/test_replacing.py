"""A run that is resumed or overwritten: whatever ends the training, the folder holds one whole run."""

import json
import os
import re
import shutil
import signal
import subprocess
import sys
import threading
import warnings
from pathlib import Path

import numpy as np
import pytest

from autograd_engine import cli
from autograd_engine.backend.locks import locked
from autograd_engine.cli import folder, replacement, training
from autograd_engine.cli import train as command
from autograd_engine.serialization import load

from ..messages import Like
from .runs import interrupt_after, train


def contents(run):
    return {path.name: path.read_bytes() for path in Path(run).iterdir()}


def results(run):
    """The files of a run but its checkpoint, which holds the state of Python's own random numbers too."""
    found = contents(run)
    del found["checkpoint.safetensors"]
    return found


def evaluated(run, capsys):
    capsys.readouterr()
    code = cli.main(["evaluate", str(run)])
    found = re.search(r"loss      (\S+)", capsys.readouterr().out)
    return code, found and found[1]


@pytest.fixture
def runs(capsys):
    """Two runs that differ in everything but their sizes, and the loss of each."""
    assert train("--out", "a") == train("--out", "b", "--seed", "7", "--activation", "tanh") == 0
    (code_a, a), (code_b, b) = evaluated("a", capsys), evaluated("b", capsys)
    assert code_a == code_b == 0
    assert a != b
    return {Path("a/config.json").read_bytes(): a, Path("b/config.json").read_bytes(): b}


B = ["--seed", "7", "--activation", "tanh", "--overwrite"]


# ---------------------------------------------------------------------------------- what fails


@pytest.mark.parametrize("damage", [b"", b"12345678", None])
def test_a_resume_that_fails_changes_nothing(damage, capsys):
    assert train("--out", "run") == 0
    if damage is None:
        config = json.loads(Path("run/config.json").read_text())
        Path("run/config.json").write_text(json.dumps({**config, "hidden": [5]}))
    else:
        Path("run/checkpoint.safetensors").write_bytes(damage)
    before = contents("run")
    assert cli.main(["train", "--resume", "run", "--epochs", "3", "--no-progress"]) == 1
    assert capsys.readouterr().err == Like(
        "error: the run run cannot go on from checkpoint.safetensors with the settings in config.json: ..."
    )
    assert contents("run") == before


def test_an_overwriting_run_that_diverges_changes_nothing(capsys):
    assert train("--out", "run") == 0
    before = contents("run")
    assert train("--out", "run", "--overwrite", "--lr", "1e38") == 1
    assert capsys.readouterr().err == (
        "error: the loss became nan in epoch 1, step 2: try a smaller learning rate or clip_norm, or look for the "
        "cause under detect_anomaly(); run is as it was\n"
    )
    assert contents("run") == before


def test_an_overwriting_run_that_diverges_late_is_kept_beside_the_old_one(monkeypatch, capsys):
    assert train("--out", "run", "--epochs", "2") == 0
    before = contents("run")
    line = command._line

    def diverging(row):
        if row["epoch"] == 3:
            raise FloatingPointError("the loss became nan")
        return line(row)

    monkeypatch.setattr(command, "_line", diverging)
    assert cli.main(["train", "--resume", "run", "--epochs", "6", "--no-progress"]) == 1
    assert (
        capsys.readouterr().err
        == "error: the loss became nan; the last good epoch is kept in run/checkpoint.safetensors\n"
    )
    assert contents("run") == before
    assert train("--out", "run", "--overwrite", "--epochs", "4") == 1
    assert (
        capsys.readouterr().err
        == "error: the loss became nan; the last good epoch is kept in run/.next-run/checkpoint.safetensors\n"
    )
    shutil.move("run/.next-run", "next")
    assert contents("run") == before
    shutil.move("next", "run/.next-run")
    assert cli.main(["evaluate", "run"]) == 0
    assert capsys.readouterr().err == (
        "note: a later training of run is not finished: `python -m autograd_engine train --resume run` "
        "goes on with it\n"
    )


def test_ctrl_c_before_the_first_epoch_of_an_overwriting_run_changes_nothing(monkeypatch, capsys):
    assert train("--out", "run") == 0
    before = contents("run")

    def interrupt(*_, **__):
        raise KeyboardInterrupt

    monkeypatch.setattr(training, "fit", interrupt)
    assert train("--out", "run", *B) == 130
    assert cli.main(["train", "--resume", "run", "--no-progress"]) == 130
    assert capsys.readouterr().out.count("interrupted before another epoch was finished: run is as it was") == 2
    assert contents("run") == before


def test_ctrl_c_later_replaces_the_old_run_and_it_goes_on(monkeypatch):
    arguments = [*B, "--epochs", "4"]
    assert train("--out", "run") == train("--out", "whole", *arguments) == 0
    with monkeypatch.context() as patch:
        interrupt_after(3, patch)
        assert train("--out", "run", *arguments) == 130
    assert json.loads(Path("run/config.json").read_text())["seed"] == 7
    assert cli.main(["train", "--resume", "run", "--no-progress"]) == 0
    assert results("run") == results("whole")


# ---------------------------------------------------------------------------------------- kills


def in_child(function):
    """Run the function in a process of its own; returns what `os.wait` says."""
    sys.stdout.flush()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # later Pythons warn of forks beside threads; the child starts none
        child = os.fork()
    if child == 0:
        null = os.open(os.devnull, os.O_WRONLY)
        os.dup2(null, 1)
        os.dup2(null, 2)
        try:
            function()
        finally:
            os._exit(0)
    return os.waitpid(child, 0)[1]


def killed_at(step, function):
    """Run the function, and kill it before it changes a name in the file system for the `step`-th time; True if it
    came to its end."""

    def run():
        left = step

        def counted(original):
            def wrapper(*arguments, **settings):
                nonlocal left
                left -= 1
                if left < 0:
                    os.kill(os.getpid(), signal.SIGKILL)
                return original(*arguments, **settings)

            return wrapper

        for name in ("rename", "replace", "unlink", "rmdir", "mkdir"):
            setattr(os, name, counted(getattr(os, name)))
        function()

    return not os.WIFSIGNALED(in_child(run))


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")
def test_a_kill_at_any_step_leaves_the_old_run_or_the_new_one(runs, capsys):
    seen = []
    for step in range(100):
        shutil.rmtree("run", ignore_errors=True)
        shutil.copytree("a", "run")
        done = killed_at(step, lambda: train("--out", "run", *B))
        code, loss = evaluated("run", capsys)
        assert code == 0, step
        config = Path("run/config.json").read_bytes()
        assert loss == runs[config], step
        seen.append(config)
        unfinished = Path("run/.next-run/checkpoint.safetensors").exists()
        assert cli.main(["train", "--resume", "run", "--no-progress"]) == 0
        b = Path("b/config.json").read_bytes()
        assert Path("run/config.json").read_bytes() == (b if unfinished else config)
        assert results("run") == results("b" if unfinished or config == b else "a")
        if done:
            break
    assert done
    assert len(set(seen)) == 2


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")
def test_a_kill_while_a_finished_run_goes_on(runs, capsys):
    assert train("--out", "longer", "--epochs", "2") == 0
    losses = {1: evaluated("a", capsys)[1], 2: evaluated("longer", capsys)[1]}
    for step in range(0, 100, 2):
        shutil.rmtree("run", ignore_errors=True)
        shutil.copytree("a", "run")
        resume = ["train", "--resume", "run", "--epochs", "2", "--no-progress"]
        done = killed_at(step, lambda: cli.main(resume))  # noqa: B023
        code, loss = evaluated("run", capsys)
        assert code == 0
        assert loss == losses[json.loads(Path("run/config.json").read_text())["epochs"]]
        assert cli.main(resume) == 0
        assert results("run") == results("longer")
        if done:
            break
    assert done


def test_a_kill_during_an_overwriting_run_leaves_the_old_one_and_the_new_one_goes_on(capsys):
    assert train("--out", "run") == 0
    loss = evaluated("run", capsys)
    before = contents("run")
    arguments = [sys.executable, "-m", "autograd_engine", "train", "--hidden", "8", "--out", "run", "--overwrite"]
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    with subprocess.Popen(
        [*arguments, "--epochs", "5000"], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, env=environment
    ) as process:
        for line in process.stdout:
            if line.startswith(b"epoch   2"):
                assert evaluated("run", capsys) == loss, "while the training goes on"
                assert train("--out", "run", "--overwrite") == 1
                assert (
                    capsys.readouterr().err
                    == "error: another training is writing to run: wait for it, or choose another folder\n"
                )
            if line.startswith(b"epoch   3"):
                process.kill()
    assert evaluated("run", capsys) == loss
    shutil.move("run/.next-run", "next")
    assert contents("run") == before
    shutil.move("next", "run/.next-run")
    epochs = str(load("run/.next-run/checkpoint.safetensors")["epoch"] + 1)
    assert cli.main(["train", "--resume", "run", "--epochs", epochs, "--no-progress"]) == 0
    assert cli.main(["train", "--out", "whole", "--hidden", "8", "--epochs", epochs, "--no-progress"]) == 0
    assert results("run") == results("whole")


def test_what_a_killed_write_left_is_swept_at_the_next_start(capsys):
    assert train("--out", "run") == 0
    before = contents("run")
    for name in ("config.json", "weights.safetensors", "graph.svg"):
        Path(f"run/.{name}.0123abcd.part").write_bytes(b"half")
    Path("run/.notes.0123abcd.part").write_bytes(b"mine")
    assert cli.main(["train", "--resume", "run", "--no-progress"]) == 0
    assert contents("run") == {**before, ".notes.0123abcd.part": b"mine"}


# ------------------------------------------------------------------------------ whose folder it is


@pytest.mark.parametrize("arguments", [[], ["--overwrite"]])
@pytest.mark.parametrize(
    "name",
    ["config.json", "checkpoint.safetensors", "weights.safetensors", "history.csv", "graph.png", "graph.dot"],
)
def test_files_that_are_no_run_are_never_touched(name, arguments, capsys):
    Path("mine").mkdir()
    Path("mine", name).write_text('{"mine": 1}')
    Path("mine", "notes.txt").write_text("mine")
    before = contents("mine")
    assert train("--out", "mine", *arguments) == 1
    why = " (the run mine cannot be read: config.json has no 'sizes')" if name == "config.json" else ""
    assert capsys.readouterr().err == (
        f"error: mine has {name}, but no run{why}: choose another --out, or delete what is there\n"
    )
    assert contents("mine") == before


def test_other_files_in_a_run_folder_stay(capsys):
    Path("run/sub").mkdir(parents=True)
    Path("run/notes.txt").write_text("mine")
    Path("run/sub/weights.safetensors").write_text("mine")
    for more in ([], ["--overwrite"]):
        assert train("--out", "run", *more) == 0
        assert Path("run/notes.txt").read_text() == Path("run/sub/weights.safetensors").read_text() == "mine"


def test_pictures_of_the_old_run_go_with_it():
    assert train("--out", "run") == 0
    Path("run/graph.png").write_bytes(b"of the old run")
    assert train("--out", "run", *B) == 0
    assert "graph.png" not in contents("run")


def test_a_reader_waits_for_a_replacement_that_goes_on(trained, capsys):
    shutil.copytree(trained, "run")
    Path("run/.moving-run").mkdir()
    os.rename("run/weights.safetensors", "run/.moving-run/weights.safetensors")
    with locked("run"):
        other = threading.Timer(0.3, lambda: replacement._settle(Path("run")))
        other.start()
        assert cli.main(["summary", "run"]) == 0
        other.join()
    assert "parameters: 2,410" in capsys.readouterr().out


def test_a_reader_does_not_wait_for_ever(trained, monkeypatch, capsys):
    shutil.copytree(trained, "run")
    Path("run/.moving-run").mkdir()
    monkeypatch.setattr(replacement, "_PATIENCE", 0.1)
    with locked("run"):
        assert cli.main(["summary", "run"]) == 1
    assert capsys.readouterr().err == "error: run is being replaced by another program: try again when it is done\n"


def test_a_run_that_changes_while_it_is_read_is_read_again(runs, monkeypatch, capsys):
    """The settings are those of one run, and then another takes its place before the weights are read."""
    shutil.copytree("a", "run")
    read = folder.read_config

    def replaced(path):
        config = read(path)
        monkeypatch.setattr(folder, "read_config", read)
        assert train("--out", "run", *B) == 0
        return config

    monkeypatch.setattr(folder, "read_config", replaced)
    assert evaluated("run", capsys) == (0, runs[Path("b/config.json").read_bytes()])


def test_two_trainings_never_share_a_folder(capsys):
    assert train("--out", "run") == 0
    before = contents("run")
    with locked("run") as mine:
        assert mine
        for arguments in (["--out", "run", "--overwrite"], ["--resume", "run", "--epochs", "2"]):
            assert cli.main(["train", *arguments, "--no-progress"]) == 1
            assert (
                capsys.readouterr().err
                == "error: another training is writing to run: wait for it, or choose another folder\n"
            )
    assert contents("run") == before


def test_a_folder_that_was_made_for_nothing_is_deleted_again(capsys):
    assert train("--out", "deep/run", "--optimizer", "lbfgs", "--weight-decay", "0.1") == 1
    assert not Path("deep/run").exists()


# ---------------------------------------------------------------------------------- nothing to do


def test_a_finished_run_says_so(capsys):
    assert train("--out", "run", "--epochs", "2") == 0
    before = contents("run")
    capsys.readouterr()
    assert cli.main(["train", "--resume", "run", "--no-progress"]) == 0
    assert "run is finished: its 2 epochs are done, and nothing was changed" in capsys.readouterr().out
    assert cli.main(["train", "--resume", "run", "--epochs", "1", "--no-progress"]) == 1
    assert capsys.readouterr().err == "error: run has already done 2 epochs: --epochs must be at least 2\n"
    assert contents("run") == before


def test_a_run_without_weights_gets_them(capsys):
    assert train("--out", "run") == 0
    before = contents("run")
    Path("run/weights.safetensors").unlink()
    assert cli.main(["train", "--resume", "run", "--no-progress"]) == 0
    assert contents("run") == before


def test_an_interrupted_run_may_be_cut_short(monkeypatch, capsys):
    assert train("--out", "whole", "--epochs", "2") == 0
    with monkeypatch.context() as patch:
        interrupt_after(3, patch)
        assert train("--out", "run", "--epochs", "5") == 130
    done = len(np.genfromtxt("run/history.csv", delimiter=",", names=True)["epoch"])
    assert cli.main(["train", "--resume", "run", "--epochs", str(done), "--no-progress"]) == 0
    assert train("--out", "short", "--epochs", str(done)) == 0
    assert results("run") == results("short")
