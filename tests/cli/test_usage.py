"""The program, its help, and wrong usage."""

import errno
import os
import subprocess
import sys
from pathlib import Path

import pytest

import autograd_engine as ag
from autograd_engine import cli
from autograd_engine.cli import train as command

from ..messages import Like
from .runs import train

ENVIRONMENT = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}


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
        ([], "the following arguments are required: COMMAND"),
        (["magic"], "argument COMMAND: invalid choice: 'magic' (choose from ...)"),
        (["train", "--epochs", "0"], "argument --epochs: '0' is not a positive whole number below 1e+09"),
        (["train", "--epochs", "two"], "argument --epochs: 'two' is not a positive whole number below 1e+09"),
        (["train", "--lr", "nan"], "argument --lr: 'nan' is not a positive number below 3.40282e+38"),
        (["train", "--seed", "-1"], "argument --seed: '-1' is not a whole number from 0 on below 1.84467e+19"),
        (["train", "--optimizer", "magic"], "argument --optimizer: invalid choice: 'magic' (choose from ...)"),
        (
            ["train", "--weight-decay", "-1"],
            "argument --weight-decay: '-1' is not a number from 0 on below 3.40282e+38",
        ),
        (["train", "--schedule", "magic"], "argument --schedule: invalid choice: 'magic' (choose from ...)"),
        (["train", "--activation", "magic"], "argument --activation: invalid choice: 'magic' (choose from ...)"),
        (["train", "--out", "a", "--resume", "b"], "argument --resume: not allowed with argument --out"),
        (["train", "--patience", "0"], "argument --patience: '0' is not a positive whole number below 1e+09"),
        (["train", "--label-smoothing", "x"], "argument --label-smoothing: invalid float value: 'x'"),
        (
            ["train", "--epochs", "9" * 5000],
            "argument --epochs: '999999999999...9999999999999' is not a positive whole number below 1e+09",
        ),
        (
            ["train", "--hidden", "9" * 30],
            "argument --hidden: '999999999999...9999999999999' is not a positive whole number below 1e+09",
        ),
        (
            ["train", "--batch-size", "9" * 30],
            "argument --batch-size: '999999999999...9999999999999' is not a positive whole number below 1e+09",
        ),
        (
            ["train", "--seed", "9" * 30],
            "argument --seed: '999999999999...9999999999999' is not a whole number from 0 on below 1.84467e+19",
        ),
        (["train", "--lr", "1e39"], "argument --lr: '1e39' is not a positive number below 3.40282e+38"),
        (["train", "--dropout", "nan"], "argument --dropout: 'nan' is not a number from 0 on below 1"),
        (["train", "--out", ""], "argument --out: '' is no name of a file or folder"),
        (["train", "--resume", ""], "argument --resume: '' is no name of a file or folder"),
        (["train", ""], "argument DATA: '' is not a name or path"),
        (["evaluate", ""], "argument RUN: '' is no name of a file or folder"),
        (["summary", ""], "argument RUN: '' is no name of a file or folder"),
        (["predict", "--file", "a\0b"], "argument --file: 'a\\x00b' is no name of a file or folder"),
        (["predict", "--index", "x"], "argument --index: 'x' is not a whole number from 0 on below 1e+09"),
        (["predict", "--index", "1", "--file", "a.csv"], "argument --file: not allowed with argument --index"),
    ],
)
def test_wrong_usage_is_explained(arguments, words, capsys):
    with pytest.raises(SystemExit) as exit:
        cli.main(arguments)
    assert exit.value.code == 2
    out, err = capsys.readouterr()
    assert out == ""
    program = " ".join(["python -m autograd_engine", *(a for a in arguments[:1] if a != "magic")])
    usage, _, said = err.rpartition("\n" + program)
    assert usage.startswith(f"usage: {program} [-h]")
    assert said == Like(f": error: {words}\n")


HELP = {
    "train": "train a classifier, or a model of a text",
    "evaluate": "measure a trained run on its test set",
    "summary": "show the layers of a run",
    "predict": "classify with a trained run",
    "generate": "write with a run that learned a text",
    "info": "show versions, threads, devices and kernels",
}


def test_the_help_tells_the_commands_and_where_a_run_is_looked_for(monkeypatch, capsys):
    monkeypatch.setenv("COLUMNS", "1000")
    for name in ("", *HELP):
        with pytest.raises(SystemExit) as exit:
            cli.main([name, "--help"] if name else ["--help"])
        assert exit.value.code == 0
        out, err = capsys.readouterr()
        assert err == ""
        lines = [line.split(None, 1) for line in out.splitlines()]
        if not name:
            assert out.startswith(
                "usage: python -m autograd_engine [-h] [--version] COMMAND ...\n\nTrain a classifier,"
            )
            assert [line for line in lines if line and line[0] in HELP] == [[k, v] for k, v in HELP.items()]
        elif name not in ("train", "info"):
            assert ["RUN", "run folder (default: the latest below runs/)"] in lines


def test_smoothing_outside_its_range_is_refused(capsys):
    assert train("--label-smoothing", "1.5") == 1
    assert capsys.readouterr() == ("", "error: --label-smoothing must lie in [0, 1], not 1.5\n")


def test_a_network_that_no_machine_holds_is_refused(capsys):
    assert train("--hidden", "999999999", "--out", "run") == 1
    assert capsys.readouterr() == (
        "",
        "error: hidden [999999999]: a network of 74,999,999,935 parameters is too large, at most 1,000,000,000 "
        "will do\n",
    )
    assert not Path("run").exists()


def test_a_name_that_is_too_long_is_named(capsys):
    for arguments in (["train", "--out", "x" * 300], ["evaluate", "x" * 300], ["train", "--resume", "x" * 300]):
        assert cli.main(arguments) == 1
        assert capsys.readouterr() == ("", Like("error: ... File name too long: 'xxx...'\n"))


def test_the_version_is_told(capsys):
    with pytest.raises(SystemExit) as exit:
        cli.main(["--version"])
    assert exit.value.code == 0
    assert capsys.readouterr().out == f"autograd_engine {ag.__version__}\n"


def test_a_full_disk_is_told_with_the_name_of_the_file(monkeypatch, capsys):
    def full(handle):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    assert train("--out", "run") == 1
    assert capsys.readouterr().err == "error: [Errno 28] No space left on device: 'run/config.json'\n"


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="Linux has /dev/full")
def test_outputs_that_cannot_be_written_raise_no_traceback(trained):
    command = [sys.executable, "-m", "autograd_engine", "summary", str(trained)]
    with open("/dev/full", "w") as full:
        done = subprocess.run(command, stdout=full, stderr=subprocess.PIPE, text=True, check=False, env=ENVIRONMENT)
    assert done.returncode == 1
    assert "Traceback" not in done.stderr
    assert "No space left on device" in done.stderr
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=ENVIRONMENT
    ) as process:
        process.stdout.close()
        assert process.stderr.read() == ""


def test_letters_that_the_terminal_does_not_know_are_written_as_numbers():
    Path("a.csv").write_text("length,kind\n" + "1,\u00e9\n2,b\n" * 10)
    done = subprocess.run(
        [
            sys.executable,
            "-c",
            "from autograd_engine import cli; cli.train._Training._draw = lambda *_: None; "
            "cli.main(['train', 'a.csv', '--epochs', '1', '--no-progress']); cli.main(['evaluate'])",
        ],
        capture_output=True,
        text=True,
        check=True,
        env={**ENVIRONMENT, "PYTHONIOENCODING": "ascii"},
    )
    assert "\\xe9" in done.stdout


def test_the_program_runs_as_a_module_and_has_help():
    done = subprocess.run(
        [sys.executable, "-m", "autograd_engine", "train", "--help"],
        capture_output=True,
        text=True,
        check=True,
        env=ENVIRONMENT,
    )
    assert "--label-smoothing" in done.stdout
    assert "(default: 30; of a text" in " ".join(done.stdout.split())
