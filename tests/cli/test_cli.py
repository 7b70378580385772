"""The command line from end to end: train, resume, evaluate, predict, and what happens when something is wrong."""

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from autograd_engine import cli
from autograd_engine.cli import sources
from autograd_engine.cli import train as command
from autograd_engine.data import digits, write_idx
from autograd_engine.serialization import load, save

FILES = {
    "checkpoint.safetensors",
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
def in_tmp(request, tmp_path, monkeypatch):
    """In a folder of its own; and without drawing pictures, which takes longer than training, unless asked for."""
    monkeypatch.chdir(tmp_path)
    if "pictures" not in request.fixturenames:
        monkeypatch.setattr(command._Training, "_draw", lambda *_: None)


@pytest.fixture
def pictures():
    """Asks for them."""


# --------------------------------------------------------------------------------------- training


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


def train(*more):
    return cli.main(["train", "--epochs", "1", "--hidden", "4", "--no-progress", *more])


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
    assert "error: file is a file, not a folder: choose another --out" in capsys.readouterr().err
    assert Path("file").read_text() == "kept"


def test_a_network_that_does_not_fit_into_memory_is_named(monkeypatch, capsys):
    def full(config):
        raise MemoryError("Unable to allocate 1.46 TiB")

    monkeypatch.setattr(command, "make_model", full)
    assert train() == 1
    assert "out of memory: Unable to allocate 1.46 TiB; a smaller network" in capsys.readouterr().err


def test_a_run_is_never_overwritten_unasked(capsys):
    assert train() == train() == 0
    assert sorted(p.name for p in Path("runs").iterdir()) == ["digits", "digits-2"]
    before = Path("runs/digits/weights.safetensors").read_bytes()
    capsys.readouterr()
    assert train("--seed", "9", "--out", "runs/digits") == 1
    assert "already holds a run: choose another --out, or pass --overwrite" in capsys.readouterr().err
    assert Path("runs/digits/weights.safetensors").read_bytes() == before
    assert train("--seed", "9", "--out", "runs/digits", "--overwrite") == 0
    assert Path("runs/digits/weights.safetensors").read_bytes() != before


def interrupt_after(epoch, monkeypatch):
    line = command._line

    def interrupting(row):
        if row["epoch"] == epoch:
            os.kill(os.getpid(), signal.SIGINT)
        return line(row)

    monkeypatch.setattr(command, "_line", interrupting)


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
        (["--resume", "run", "--hidden", "9"], "was started with hidden [4], not [9]: only --epochs can change"),
        (["--resume", "run", "iris.csv"], "was started with data digits, not "),
        (["--resume", "damaged"], "damaged cannot go on"),
        (["--resume", "old"], "config.json has no 'data'"),
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
    assert words in capsys.readouterr().err
    assert Path("run/weights.safetensors").read_bytes() == before


def test_ctrl_c_before_the_first_epoch_ends(monkeypatch, capsys, pictures):
    def interrupt(*_, **__):
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(command, "fit", interrupt)
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
    assert "interrupted\n" in capsys.readouterr().err


def test_a_loss_that_is_not_finite_ends_the_training(capsys):
    with np.errstate(all="ignore"):
        assert train("--lr", "1e38", "--out", "run") == 1
    assert "the loss became" in capsys.readouterr().err
    assert train("--out", "run", "--overwrite") == 0
    config = json.loads(Path("run/config.json").read_text())
    Path("run/config.json").write_text(json.dumps({**config, "lr": 1e38}))
    checkpoint = load("run/checkpoint.safetensors")
    checkpoint["optimizer"]["param_groups"][0]["lr"] = 1e38
    save(checkpoint, "run/checkpoint.safetensors")
    capsys.readouterr()
    with np.errstate(all="ignore"):
        assert cli.main(["train", "--resume", "run", "--epochs", "3", "--no-progress"]) == 1
    assert "the last good epoch is kept in run/checkpoint.safetensors" in capsys.readouterr().err


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


def some_pictures(count):
    x, y = digits()[1].tensors
    return np.rint(x.numpy()[:count] * 16), y.numpy()[:count]


def test_files_of_pictures_are_classified(trained, capsys):
    x, y = some_pictures(5)
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
        ("a.csv", b"a,b\n1,2\n", "a.csv has 2 columns: expected 64 numbers"),
        ("a.csv", b"1,2,3\n", "expected 64 numbers"),
        ("a.csv", b"", "not a table of numbers: a.csv is empty"),
        ("a.csv", b"1," * 63 + b"x\n", "not a table of numbers: a.csv, column '64', line 1: 'x' is not of"),
        ("a.csv", b"1," * 63 + b"1\n2,3\n", "a.csv, line 2: 2 cells, but line 1 has 64"),
        ("a.csv", b"\xff\xfe\x00", "not a table of numbers: a.csv, line 1: this is no text"),
        ("a.csv", b",".join([b"17"] * 64), "between 0 (paper) and 16 (ink)"),
        ("a.csv", b",".join([b"nan"] * 64), "a.csv, column '1' has nan"),
        ("a.csv", b",".join([b"0.5"] * 64), "multiply by 16"),
        ("a.npy", b"\x93NUMPY", "a.npy is damaged, or not a .npy file of numbers"),
        ("a.npy", b"hello", "a.npy is damaged, or not a .npy file of numbers"),
    ],
)
def test_files_that_hold_no_pictures_are_refused(trained, name, content, words, capsys):
    Path(name).write_bytes(content)
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
        ("weights.safetensors", lambda b: None, "has no weights.safetensors: finish it with"),
        ("config.json", lambda b: None, "it has no config.json"),
        ("config.json", lambda b: b"{", "cannot be read"),
        ("config.json", lambda b: b"{}", "config.json has no 'sizes'"),
        ("config.json", lambda b: b"[]", "config.json holds no settings"),
        ("config.json", lambda b: b.replace(b"    32,", b"    7,"), "0.weight: the module has shape (7, 64)"),
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


# ------------------------------------------------------------------------------- evaluate, summary


def test_evaluate_measures_the_test_set(trained, capsys):
    sk = pytest.importorskip("sklearn.metrics")
    assert cli.main(["evaluate", str(trained)]) == 0
    out = capsys.readouterr().out
    rows = np.genfromtxt(trained / "history.csv", delimiter=",", names=True)
    assert f"loss      {rows['test_loss'][-1]:.4f}" in out
    assert f"accuracy  {rows['test_accuracy'][-1]:.2%}" in out
    x, y = (t.numpy() for t in digits()[1].tensors)
    w = {name: t.numpy() for name, t in load(trained / "weights.safetensors").items()}
    scores = np.maximum(x @ w["0.weight"].T + w["0.bias"], 0) @ w["2.weight"].T + w["2.bias"]
    expected = sk.precision_recall_fscore_support(y, scores.argmax(1))
    table = [line.split() for line in out.split("\n\n")[1].splitlines()]
    np.testing.assert_allclose(np.array(table[1:11], float)[:, 1:], np.stack(expected, 1), atol=6e-5)
    assert float(table[11][3]) == pytest.approx(sk.f1_score(y, scores.argmax(1), average="macro"), abs=6e-5)
    matrix = [line.split()[1:] for line in out.split("\n\n")[-1].splitlines()[1:]]
    np.testing.assert_array_equal(np.array(matrix, int), sk.confusion_matrix(y, scores.argmax(1)))


def test_summary_shows_settings_and_parameters(trained, capsys):
    assert cli.main(["summary", str(trained)]) == 0
    out = capsys.readouterr().out
    for words in ("optimizer: sgd", "0: Linear", "(1, 32)", "parameters: 2,410", "FLOPs: 4,736"):
        assert words in out


# ------------------------------------------------------------------------------------- other data


def flowers(count=60):
    """Three classes of rows, whose numbers differ in size by a thousand."""
    rng = np.random.default_rng(0)
    kinds = np.array(["rose", "tulip", "daisy"])[np.arange(count) % 3]
    far = {"rose": (0, 0), "tulip": (4, 4000), "daisy": (8, -4000)}
    rows = [rng.normal(size=2) * (1, 1000) + far[kind] for kind in kinds]
    return "length,weight,kind\n" + "\n".join(
        f"{a:.4f},{b:.2f},{kind}" for (a, b), kind in zip(rows, kinds, strict=True)
    )


def test_a_csv_file_is_learned_and_used_by_the_names_of_its_classes(capsys):
    Path("flowers.csv").write_text(flowers())
    arguments = ["train", "flowers.csv", "--epochs", "20", "--hidden", "16", "--no-progress"]
    assert cli.main(arguments) == 0
    assert "48 training and 12 test samples; the run goes to runs/flowers" in capsys.readouterr().out
    assert np.genfromtxt("runs/flowers/history.csv", delimiter=",", names=True)["test_accuracy"][-1] == 1
    assert cli.main(["evaluate"]) == 0
    out = capsys.readouterr().out
    assert "tulip     1.0000  1.0000 1.0000        4" in out
    assert cli.main(["predict", "runs/flowers", "--file", "flowers.csv"]) == 0
    out = capsys.readouterr().out
    assert "sample 1: true tulip, predicted tulip" in out
    assert "on flowers.csv: " in out
    Path("new.csv").write_text("4,4000\n")
    assert cli.main(["predict", "--file", "new.csv"]) == 0
    assert capsys.readouterr().out.startswith("sample 0: predicted tulip (")
    np.save("new.npy", [4.0, 4000.0])
    assert cli.main(["predict", "--file", "new.npy"]) == 0
    assert "predicted tulip" in capsys.readouterr().out
    assert cli.main(["train", "--resume", "runs/flowers", "--epochs", "21", "--no-progress"]) == 0


def test_an_optimizer_without_weight_decay_refuses_it(capsys):
    assert train("--optimizer", "lbfgs", "--weight-decay", "0.1", "--out", "run") == 1
    assert "the optimizer lbfgs has no weight decay" in capsys.readouterr().err


@pytest.mark.parametrize("name", [name for name in sources.READY if name != "digits"])
def test_every_ready_set_is_learned(name, capsys):
    assert cli.main(["train", name, "--epochs", "10", "--no-progress"]) == 0
    assert np.genfromtxt(f"runs/{name}/history.csv", delimiter=",", names=True)["test_accuracy"][-1] > 0.75
    assert cli.main(["evaluate"]) == 0
    assert f"runs/{name} on the test set" in capsys.readouterr().out


def mnist(folder, count=40):
    """Pictures of 9 by 7 pixels in MNIST's files: a bar whose height tells the class."""
    Path(folder).mkdir()
    for part, seed in (("train", 0), ("t10k", 1)):
        rng = np.random.default_rng(seed)
        classes = np.arange(count, dtype=np.uint8) % 4
        pictures = rng.integers(0, 60, (count, 9, 7)).astype(np.uint8)
        for picture, k in zip(pictures, classes, strict=True):
            picture[2 * k, :] = 255
        write_idx(f"{folder}/{part}-images-idx3-ubyte", pictures)
        write_idx(f"{folder}/{part}-labels-idx1-ubyte.gz", classes)


def test_a_folder_of_idx_files_is_learned(capsys):
    mnist("bars")
    assert cli.main(["train", "bars", "--epochs", "20", "--hidden", "16", "--no-progress"]) == 0
    assert "40 training and 40 test pictures; the run goes to runs/bars" in capsys.readouterr().out
    assert cli.main(["predict", "--index", "2"]) == 0
    out = capsys.readouterr().out.splitlines()
    assert out[0].startswith("picture 2: true 2, predicted 2")
    assert out[5] == "  " + "@" * 14
    assert len(out) == 10
    Path("bars/t10k-images-idx3-ubyte").write_bytes(b"damaged")
    assert cli.main(["evaluate"]) == 1
    assert "t10k-images-idx3-ubyte" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("source", "content", "words"),
    [
        ("nothing", None, "there is no data 'nothing': it is neither digits"),
        ("no.csv", None, "no.csv"),
        ("a.csv", "1,2,a\n3,4,a\n", "the last column is the class, but every row has 'a'"),
        ("a.csv", "1,2,a\n3,4,b\n", "only one row has 'a': each class needs a row to train on and one to test on"),
        ("a.csv", "1,2,a\n3,x,b\n", "column '2', line 2: 'x' is not of dtype float64"),
        ("a.csv", "x,kind\n3,a\ny,b\n", "column 'x', line 3: 'y' is not of dtype float64"),
        ("a.csv", "1,inf\n3,nan\n", "only one row has"),
        ("a.csv", "1\n2\n", "has 1 column: expected some numbers and the class in each row, separated by commas"),
        ("a.csv", "1e300,a\n2,b\n1,a\n2,b\n", "column '1' has 1e+300"),
    ],
)
def test_data_that_is_not_there_or_no_table_is_named(source, content, words, capsys):
    if content is not None:
        Path(source).write_text(content)
    assert cli.main(["train", source, "--no-progress"]) == 1
    assert words in capsys.readouterr().err
    assert not Path("runs").exists()


def test_a_folder_without_data_is_refused(capsys):
    Path("mnist").mkdir()
    assert cli.main(["train", "mnist", "--no-progress"]) == 1
    assert "mnist" in capsys.readouterr().err
