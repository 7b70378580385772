"""The command line from end to end: train, predict, and what happens when something is wrong."""

import json
import os
import signal
import subprocess
import sys

import numpy as np
import pytest

from autograd_engine import cli
from autograd_engine.data import digits
from autograd_engine.serialization import load

FILES = {
    "config.json",
    "confusion_matrix.png",
    "curves.png",
    "graph.png",
    "graph.svg",
    "history.csv",
    "weights.safetensors",
}


@pytest.fixture(scope="module")
def trained(tmp_path_factory):
    folder = tmp_path_factory.mktemp("runs") / "run"
    assert cli.main(["train", "--epochs", "5", "--hidden", "32", "--out", str(folder), "--no-progress"]) == 0
    return folder


@pytest.fixture(autouse=True)
def in_tmp(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)


# --------------------------------------------------------------------------------------- training


def test_the_default_training_reaches_97_percent(capsys):
    assert cli.main(["train"]) == 0
    out, err = capsys.readouterr()
    assert "1437 training and 360 test pictures; the run goes to runs/digits" in out
    assert "epoch  30   train loss" in out
    assert "epoch 30/30: 100%" in err
    rows = np.genfromtxt("runs/digits/history.csv", delimiter=",", names=True)
    assert rows["test_accuracy"][-1] >= 0.97
    assert rows["test_loss"][-1] < rows["test_loss"][0]
    assert {p.name for p in cli.Path("runs/digits").iterdir()} == FILES


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


def train(*more):
    return cli.main(["train", "--epochs", "1", "--hidden", "4", "--no-progress", *more])


def test_the_same_seed_gives_the_same_weights_and_another_seed_others():
    for name, seed in (("a", "3"), ("b", "3"), ("c", "4")):
        assert train("--seed", seed, "--out", name) == 0
    a, b, c = (cli.Path(name, "weights.safetensors").read_bytes() for name in "abc")
    assert a == b
    assert a != c


@pytest.mark.parametrize("optimizer", ["sgd", "adam", "adamw"])
def test_every_optimizer_learns(optimizer, capsys):
    assert train("--optimizer", optimizer, "--out", "run", "--hidden", "16", "--label-smoothing", "0") == 0
    assert "label smoothing" not in capsys.readouterr().out
    assert np.genfromtxt("run/history.csv", delimiter=",", names=True)["test_accuracy"] > 0.6


def test_a_run_is_never_overwritten_unasked(capsys):
    assert train() == train() == 0
    assert sorted(p.name for p in cli.Path("runs").iterdir()) == ["digits", "digits-2"]
    before = cli.Path("runs/digits/weights.safetensors").read_bytes()
    capsys.readouterr()
    assert train("--seed", "9", "--out", "runs/digits") == 1
    assert "already holds a run: choose another --out, or pass --overwrite" in capsys.readouterr().err
    assert cli.Path("runs/digits/weights.safetensors").read_bytes() == before
    assert train("--seed", "9", "--out", "runs/digits", "--overwrite") == 0
    assert cli.Path("runs/digits/weights.safetensors").read_bytes() != before


def test_ctrl_c_writes_what_was_reached(monkeypatch, capsys):
    line = cli._line

    def interrupt_after_two(row):
        if row["epoch"] == 2:
            os.kill(os.getpid(), signal.SIGINT)
        return line(row)

    monkeypatch.setattr(cli, "_line", interrupt_after_two)
    assert cli.main(["train", "--epochs", "50", "--hidden", "8", "--out", "run", "--no-progress"]) == 130
    assert "interrupted after 2 of 50 epochs: what was reached is in run" in capsys.readouterr().out
    assert len(cli.Path("run/history.csv").read_text().splitlines()) == 3
    assert {p.name for p in cli.Path("run").iterdir()} == FILES
    assert cli.main(["predict", "run", "--index", "0"]) == 0


def test_ctrl_c_before_the_first_epoch_ends(monkeypatch, capsys):
    def interrupt(*_, **__):
        raise KeyboardInterrupt

    monkeypatch.setattr(cli, "fit", interrupt)
    assert train("--out", "run") == 130
    assert "interrupted after 0 of 1 epochs" in capsys.readouterr().out
    assert {p.name for p in cli.Path("run").iterdir()} == FILES - {"curves.png"}
    monkeypatch.setattr(cli, "_check_extras", interrupt)
    assert train("--out", "other") == 130
    assert capsys.readouterr().err == "interrupted\n"


def test_a_loss_that_is_not_finite_ends_the_training(capsys):
    with np.errstate(all="ignore"):
        assert train("--lr", "1e38", "--out", "run") == 1
    assert "the loss became" in capsys.readouterr().err


def test_missing_extras_are_named_before_anything_starts(monkeypatch, capsys):
    monkeypatch.setattr(cli, "find_spec", lambda name: None)
    assert train("--out", "run") == 1
    assert capsys.readouterr().err == (
        'error: training needs matplotlib and scikit-learn: pip install "autograd_engine[train]"\n'
    )
    assert not cli.Path("run").exists()


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ([], "COMMAND"),
        (["train", "--epochs", "0"], "'0' is not a positive whole number"),
        (["train", "--epochs", "two"], "'two' is not a positive whole number"),
        (["train", "--lr", "nan"], "'nan' is not a positive number"),
        (["train", "--seed", "-1"], "--seed"),
        (["train", "--optimizer", "magic"], "'magic'"),
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


# --------------------------------------------------------------------------------------- predicting


def test_predicting_the_test_set_shows_the_mistakes(trained, capsys):
    assert cli.main(["predict", str(trained)]) == 0
    out = capsys.readouterr().out
    expected = np.genfromtxt(trained / "history.csv", delimiter=",", names=True)["test_accuracy"][-1]
    assert f"{expected:.2%} right" in out
    assert out.count("predicted") == round((1 - expected) * 360)


def test_predicting_one_picture_draws_it(trained, capsys):
    assert cli.main(["predict", str(trained), "--index", "3"]) == 0
    out = capsys.readouterr().out.splitlines()
    truth = digits()[1].tensors[1][3].item()
    assert out[0].startswith(f"picture 3: true {truth}, predicted {truth} (")
    assert len(out) == 9
    assert "@@" in "".join(out)


def test_the_latest_run_is_the_default(trained, capsys):
    assert cli.main(["predict"]) == 1
    assert "there is no run below runs/" in capsys.readouterr().err
    assert train() == train("--seed", "5") == 0
    os.utime("runs/digits/config.json", (1, 1))
    capsys.readouterr()
    assert cli.main(["predict"]) == 0
    assert "runs/digits-2 on the test set" in capsys.readouterr().out


def pictures(count):
    x, y = digits()[1].tensors
    return np.rint(x.numpy()[:count] * 16), y.numpy()[:count]


def test_files_of_pictures_are_classified(trained, capsys):
    x, y = pictures(5)
    np.savetxt("plain.csv", x, delimiter=",")
    np.savetxt("labelled.csv", np.column_stack([x, y]), delimiter=",", fmt="%d")
    np.save("square.npy", x.reshape(5, 8, 8))
    np.save("one.npy", x[0].reshape(8, 8))
    answers = []
    for name, count in (("plain.csv", 5), ("square.npy", 5), ("one.npy", 1)):
        assert cli.main(["predict", str(trained), "--file", name]) == 0
        out = capsys.readouterr().out
        assert out.count("predicted") == count
        assert "true" not in out
        answers.append(out)
    assert answers[0] == answers[1]
    assert cli.main(["predict", str(trained), "--index", "0"]) == 0
    assert capsys.readouterr().out.replace(f"true {y[0]}, ", "") == answers[2]
    assert cli.main(["predict", str(trained), "--file", "labelled.csv"]) == 0
    out = capsys.readouterr().out
    assert out.count("true") == 5
    assert "on labelled.csv" in out


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("a.png", b"", ".csv or .npy"),
        ("a.csv", b"a,b\n1,2\n", "not a table of numbers"),
        ("a.csv", b"1,2,3\n", "expected 64 numbers"),
        ("a.csv", b",".join([b"17"] * 64), "between 0 (paper) and 16 (ink)"),
        ("a.csv", b",".join([b"nan"] * 64), "between 0 (paper) and 16 (ink)"),
        ("a.csv", b",".join([b"0.5"] * 64), "multiply by 16"),
        ("a.npy", b"\x93NUMPY", "not a table of numbers"),
    ],
)
def test_files_that_hold_no_pictures_are_refused(trained, name, content, words, capsys):
    cli.Path(name).write_bytes(content)
    assert cli.main(["predict", str(trained), "--file", name]) == 1
    assert words in capsys.readouterr().err


def test_a_missing_file_or_index_is_named(trained, capsys):
    assert cli.main(["predict", str(trained), "--file", "no.csv"]) == 1
    assert "no.csv" in capsys.readouterr().err
    assert cli.main(["predict", str(trained), "--index", "360"]) == 1
    assert "the test set has pictures 0 to 359" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("file", "change", "words"),
    [
        ("weights.safetensors", lambda b: b[:100], "is damaged or not a safetensors file"),
        ("weights.safetensors", lambda b: None, "it has no weights.safetensors"),
        ("config.json", lambda b: None, "it has no config.json"),
        ("config.json", lambda b: b"{", "cannot be read"),
        ("config.json", lambda b: b"{}", "cannot be read: 'sizes'"),
        ("config.json", lambda b: b'{"sizes": [64, 7, 10]}', "0.weight: the module has shape (7, 64)"),
    ],
)
def test_a_damaged_run_is_named(trained, tmp_path, file, change, words, capsys):
    for path in trained.iterdir():
        content = path.read_bytes()
        content = change(content) if path.name == file else content
        if content is not None:
            (tmp_path / path.name).write_bytes(content)
    assert cli.main(["predict", str(tmp_path)]) == 1
    assert words in capsys.readouterr().err


def test_operators_lists_the_table(capsys):
    assert cli.main(["operators"]) == 0
    page = capsys.readouterr().out
    assert page.startswith("# Operators")
    assert "| `matmul` | `torch.matmul` | yes | yes |" in page
