"""The program, its help, and wrong usage."""

import subprocess
import sys
from pathlib import Path

import pytest

from autograd_engine import cli
from autograd_engine.cli import train as command

from .runs import train


def test_missing_extras_are_named_before_anything_starts(monkeypatch, capsys):
    monkeypatch.setattr(command, "find_spec", lambda name: None)
    assert train("--out", "run") == 1
    assert capsys.readouterr().err == (
        'error: training needs matplotlib and scikit-learn: pip install "autograd_engine[train]"\n'
    )
    assert not Path("run").exists()


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ([], "COMMAND"),
        (["train", "--epochs", "0"], "'0' is not a positive whole number"),
        (["train", "--epochs", "two"], "'two' is not a positive whole number"),
        (["train", "--lr", "nan"], "'nan' is not a positive number"),
        (["train", "--seed", "-1"], "--seed"),
        (["train", "--optimizer", "magic"], "'magic'"),
        (["train", "--weight-decay", "-1"], "'-1' is not a number from 0 on"),
        (["train", "--schedule", "magic"], "'magic'"),
        (["train", "--out", "a", "--resume", "b"], "not allowed with"),
        (["predict", "--index", "x"], "'x' is not a whole number"),
        (["predict", "--index", "1", "--file", "a.csv"], "not allowed with"),
    ],
)
def test_wrong_usage_is_explained(arguments, words, capsys):
    with pytest.raises(SystemExit) as exit:
        cli.main(arguments)
    assert exit.value.code == 2
    assert words in capsys.readouterr().err


def test_smoothing_outside_its_range_is_refused(capsys):
    assert train("--label-smoothing", "1.5") == 1
    assert "--label-smoothing must lie in [0, 1], not 1.5" in capsys.readouterr().err


def test_the_program_runs_as_a_module_and_has_help():
    done = subprocess.run(
        [sys.executable, "-m", "autograd_engine", "train", "--help"], capture_output=True, text=True, check=True
    )
    assert "--label-smoothing" in done.stdout
    assert "(default: 30)" in done.stdout
