"""What the commands print, word for word: results on standard output, and everything else on standard error."""

import io
import json
import os
import re
import shutil
import sys
from pathlib import Path

import numpy as np
import pytest

from autograd_engine import cli
from autograd_engine.cli import folder, predict, report, sources, training
from autograd_engine.cli import train as command
from autograd_engine.data import digits, write_idx
from autograd_engine.serialization import load, save

from ..messages import Like, exactly
from .runs import interrupt_after, train

MLP = """MLP(
  (0): Linear(in_features=64, out_features=4, bias=True)
  (1): ReLU()
  (2): Linear(in_features=4, out_features=10, bias=True)
)
310 parameters
"""


def lines_of(run, parts=("train", "test")):
    """The line of each epoch, from the history in the folder."""
    rows = np.genfromtxt(f"{run}/history.csv", delimiter=",", names=True)
    said = []
    for row in np.atleast_1d(rows):
        measured = (f"{p} loss {row[f'{p}_loss']:.4f}, accuracy {row[f'{p}_accuracy']:7.2%}" for p in parts)
        said.append(f"epoch {int(row['epoch']):3d}   " + "   ".join(measured) + "\n")
    return "".join(said), rows


def floor(smoothing):
    """The entropy of the target of ten classes."""
    p, q = 1 - smoothing + smoothing / 10, smoothing / 10
    return -p * np.log(p) - 9 * q * np.log(q)


def test_a_training(capsys):
    assert train("--out", "run", "--epochs", "2") == 0
    out, err = capsys.readouterr()
    said, rows = lines_of("run")
    assert err == ""
    assert out == Like(
        "1437 training and 360 test pictures; the run goes to run\n"
        f"{MLP}the loss has label smoothing 0.1: its lowest possible value is {floor(0.1):.4f}\n{said}"
        f"test accuracy {rows['test_accuracy'][-1]:.2%} after ... s; written to run:\n"
        "  checkpoint.safetensors, config.json, history.csv, weights.safetensors\n"
    )
    assert re.search(r"after \d+\.\d s;", out)
    capsys.readouterr()
    assert cli.main(["train", "--resume", "run", "--no-progress"]) == 0
    assert capsys.readouterr() == (
        "run is finished: its 2 epochs are done, and nothing was changed; more --epochs train it longer\n",
        "",
    )


def test_a_training_that_stops_early(capsys):
    arguments = [
        "--optimizer",
        "adam",
        "--lr",
        "0.3",
        "--epochs",
        "50",
        "--label-smoothing",
        "0",
        "--patience",
        "1",
    ]
    assert train("--out", "run", *arguments) == 0
    said, rows = lines_of("run", ("train", "val", "test"))
    best = int(rows["val_loss"].argmin())
    assert len(rows) == best + 2 < 50
    reason = (
        f"val_loss has not improved for 1 epochs; its best was {rows['val_loss'][best]:.6g} in epoch {best + 1}"
    )
    assert capsys.readouterr() == (
        Like(
            f"1293 training and 360 test pictures; the run goes to run\n{MLP}{said}stopped early: {reason}\n"
            f"test accuracy {rows['test_accuracy'][best]:.2%} after ... s; written to run:\n"
            "  checkpoint.safetensors, config.json, history.csv, weights.safetensors\n"
        ),
        "",
    )
    assert cli.main(["train", "--resume", "run", "--no-progress"]) == 0
    assert capsys.readouterr() == (f"run is finished: it stopped early after {best + 2} epochs: {reason}\n", "")


def test_an_interrupted_training(monkeypatch, capsys):
    interrupt_after(2, monkeypatch)
    assert train("--out", "run", "--epochs", "3") == 130
    out, err = capsys.readouterr()
    assert err == ""
    assert out.startswith("1437 training and 360 test pictures; the run goes to run\n")
    assert out.endswith(
        "interrupted after 2 of 3 epochs: what was reached is in run\n"
        "go on with: python -m autograd_engine train --resume run\n"
    )


def test_the_line_of_an_epoch_does_not_wait_for_others(monkeypatch):
    """Python 3.14 keeps back 128 kB of what goes into a pipe, which is a thousand epochs."""
    written, before, line = io.BytesIO(), [], command._line

    def watched(row):
        before.append(written.getvalue())
        return line(row)

    monkeypatch.setattr(command, "_line", watched)
    monkeypatch.setattr(sys, "stdout", io.TextIOWrapper(written))
    assert train("--out", "run", "--epochs", "2") == 0
    assert b"epoch   1" not in before[0]
    assert b"epoch   1" in before[1]


def test_a_progress_bar_goes_to_standard_error(capsys):
    assert cli.main(["train", "--epochs", "2", "--hidden", "4", "--out", "run"]) == 0
    out, err = capsys.readouterr()
    assert "0/180 [" in err
    assert "epoch 2/2: 100%" in err
    assert "180/180 [" in err
    assert "batch/s" not in out


def test_a_summary(trained, capsys):
    assert cli.main(["summary", str(trained)]) == 0
    assert capsys.readouterr() == (
        f"{trained}\n"
        """  data: digits
  model: mlp
  epochs: 5
  hidden: 32
  activation: relu
  dropout: 0.0
  optimizer: sgd
  lr: 0.1
  weight decay: 0.0001
  schedule: constant
  batch size: 16
  label smoothing: 0.1
  seed: 0
  sizes: 64 32 10
  classes: 0 1 2 3 4 5 6 7 8 9
  picture: 8 8

layer        output shape  parameters  trainable  FLOPs
-----------  ------------  ----------  ---------  -----
MLP          (1, 10)            2,410      2,410  4,736
  0: Linear  (1, 32)            2,080      2,080  4,096
  1: ReLU    (1, 32)                0          0      0
  2: Linear  (1, 10)              330        330    640
parameters: 2,410, of which 2,410 are trainable and 0 fixed
FLOPs: 4,736, two for each multiply-add of a matrix product or convolution; nothing else is counted
""",
        "",
    )


def softmax(trained):
    """The probabilities of the test set, (360, 10), and its pictures and classes."""
    x, y = (t.numpy() for t in digits()[1].tensors)
    w = {name: t.numpy() for name, t in load(trained / "weights.safetensors").items()}
    scores = np.maximum(x @ w["0.weight"].T + w["0.bias"], 0) @ w["2.weight"].T + w["2.bias"]
    shares = np.exp(scores - scores.max(1, keepdims=True))
    return shares / shares.sum(1, keepdims=True), x, y


def test_a_prediction(trained, capsys):
    shares, x, y = softmax(trained)
    first, second, third = np.argsort(-shares[7])[:3]
    assert cli.main(["predict", str(trained), "--index", "7"]) == 0
    drawn = "\n".join(
        "  " + "".join(" .:-=+*#%@"[min(9, int(v * 10))] * 2 for v in row) for row in x[7].reshape(8, 8)
    )
    assert capsys.readouterr() == (
        f"picture 7: true {y[7]}, predicted {first} ({shares[7, first]:.1%}); then {second} "
        f"({shares[7, second]:.1%}), {third} ({shares[7, third]:.1%})\n{drawn}\n",
        "",
    )


def test_the_predictions_of_the_test_set_end_with_their_share(trained, capsys):
    shares, _, y = softmax(trained)
    right = int((shares.argmax(1) == y).sum())
    assert cli.main(["predict", str(trained)]) == 0
    out, err = capsys.readouterr()
    assert err == ""
    assert out.splitlines()[-1] == (
        f"{trained} on the test set: {right / 360:.2%} right ({right} of 360, the others are shown above)"
    )
    wrong = [line.partition(":")[0] for line in out.splitlines() if line.startswith("picture")]
    assert wrong == [f"picture {i}" for i in np.flatnonzero(shares.argmax(1) != y)]


def test_predictions_that_are_all_right_say_no_more(capsys):
    Path("a.csv").write_text("0,a\n9,b\n" * 10)
    assert cli.main(["train", "a.csv", "--epochs", "30", "--hidden", "--no-progress"]) == 0
    capsys.readouterr()
    assert cli.main(["predict"]) == 0
    assert capsys.readouterr() == ("runs/a on the test set: 100.00% right (4 of 4)\n", "")
    Path("new.csv").write_text("9,b\n0,a\n0,a\n")
    assert cli.main(["predict", "--file", "new.csv"]) == 0
    out = capsys.readouterr().out
    assert re.fullmatch(
        r"sample 0: true b, predicted b \(\d+\.\d%\); then a \(\d+\.\d%\)\n"
        r"(sample [12]: true a, predicted a \(\d+\.\d%\); then b \(\d+\.\d%\)\n){2}"
        r"runs/a on new\.csv: 100\.00% right \(3 of 3\)\n",
        out,
    )
    Path("one.csv").write_text("9,b\n")
    assert cli.main(["predict", "--file", "one.csv"]) == 0
    assert capsys.readouterr().out.count("\n") == 1


@pytest.mark.parametrize(("side", "drawn"), [(20, True), (21, False)])
def test_pictures_that_do_not_fit_a_terminal_are_not_drawn(side, drawn, capsys):
    Path("set").mkdir()
    for part in ("train", "t10k"):
        pictures = np.zeros((4, 3, side), np.uint8)
        pictures[1::2] = 255
        write_idx(f"set/{part}-images-idx3-ubyte", pictures)
        write_idx(f"set/{part}-labels-idx1-ubyte", np.array([0, 1, 0, 1], np.uint8))
    assert cli.main(["train", "set", "--epochs", "1", "--hidden", "2", "--no-progress"]) == 0
    capsys.readouterr()
    assert cli.main(["predict", "--index", "1"]) == 0
    assert capsys.readouterr().out.splitlines()[1:] == ["  " + "@@" * side] * 3 * drawn


def test_a_picture_in_characters():
    picture = np.array([[0, 0.0999, 0.1, 0.55, 0.8999, 0.9, 1]])
    assert predict._drawn(picture) == "      ..++%%@@@@"


def test_a_table_of_classes():
    matrix = np.array([[3, 1, 0], [2, 4, 0], [0, 2, 0]])
    assert report._per_class(matrix, ["cat", "mouse2", "x"]) == (
        " class  precision  recall     F1  samples\n"
        "   cat     0.6000  0.7500 0.6667        4\n"
        "mouse2     0.5714  0.6667 0.6154        6\n"
        "     x     0.0000  0.0000 0.0000        2\n"
        "  mean     0.3905  0.4722 0.4274       12"
    )
    assert report._per_class(np.array([[1, 0], [0, 0]]), ["a", "b"]).splitlines()[2:] == [
        "    b     0.0000  0.0000 0.0000        0",
        " mean     0.5000  0.5000 0.5000        1",
    ]
    assert report._matrix(np.array([[10, 2], [0, 3]]), ["a", "dog"]) == "      a dog\n  a  10   2\ndog   0   3"


def test_an_evaluation(trained, capsys):
    assert cli.main(["evaluate", str(trained)]) == 0
    out, err = capsys.readouterr()
    assert err == ""
    assert out == Like(
        f"{trained} on the test set, 360 pictures\nloss      0...\naccuracy  ...%\n"
        "AUC       0...  (area under the ROC curve)\n\nclass  precision  recall     F1  samples\n..."
        "\n mean ...     360\n\nconfusion matrix: a row per true class, a column per predicted one\n\n..."
    )


# ------------------------------------------------------------------------------------------ limits


@pytest.mark.parametrize(("change", "code"), [(1e-7, 0), (1e-5, 1)])
def test_scales_may_differ_in_their_last_digits(change, code):
    Path("a.csv").write_text("1,a\n9,b\n" * 10)
    assert cli.main(["train", "a.csv", "--epochs", "1", "--hidden", "2", "--no-progress"]) == 0
    config = json.loads(Path("runs/a/config.json").read_text())
    for name in ("offset", "unit"):
        changed = {**config, name: [v * (1 + change) for v in config[name]]}
        Path("runs/a/config.json").write_text(json.dumps(changed))
        assert cli.main(["evaluate"]) == code


def test_settings_of_exactly_the_longest_file_are_read(trained, monkeypatch):
    size = (trained / "config.json").stat().st_size
    monkeypatch.setattr(folder, "_LONGEST", size)
    assert folder.read_config(trained)["seed"] == 0
    monkeypatch.setattr(folder, "_LONGEST", size - 1)
    with pytest.raises(folder.UserError, match=f"it has more than {size - 1:,} bytes$"):
        folder.read_config(trained)


def test_a_network_of_exactly_the_largest_size_is_trained(monkeypatch, capsys):
    monkeypatch.setattr(training, "_LARGEST_MODEL", 310)
    assert train("--out", "run") == 0
    monkeypatch.setattr(training, "_LARGEST_MODEL", 309)
    capsys.readouterr()
    assert train("--out", "other") == 1
    assert capsys.readouterr().err == (
        "error: hidden [4]: a network of 310 parameters is too large, at most 309 will do\n"
    )


def test_names_and_numbers_of_classes_at_their_limits(monkeypatch, capsys):
    Path("a.csv").write_text(f"1,b\n2,{'c' * 100}\n" * 5)
    assert cli.main(["train", "a.csv", "--epochs", "1", "--hidden", "2", "--no-progress"]) == 0
    monkeypatch.setattr(sources, "_MOST_CLASSES", 2)
    assert sources.task("a.csv").classes == ["b", "c" * 100]
    Path("b.csv").write_text("1,10\n2,9\n3,word\n4,3.0\n" * 2)
    with pytest.raises(sources.UserError, match=r"it has 4 different values: at most 2 can be told apart"):
        sources.task("b.csv")
    monkeypatch.undo()
    assert [sources._label(text) for text in (" a ", "3.0", "3.5", "-0", "1e3", "nan")] == [
        *("a", "3", "3.5", "0", "1000", "nan"),
    ]
    assert sorted(["b", "10", "9.5", "a", "-1"], key=sources._natural) == ["-1", "9.5", "10", "a", "b"]


def test_numbers_at_the_largest_of_float32_are_features():
    largest = float(np.finfo(np.float32).max)
    sources.check_values("here", np.array([largest, -largest, 0.0]))
    for wrong, text in ((largest * 1.001, "3.40623e+38"), (-np.inf, "-inf"), (np.nan, "nan")):
        with pytest.raises(
            sources.UserError, match=f"^here has {re.escape(text)}: expected finite numbers of at most"
        ):
            sources.check_values("here", np.array([1.0, wrong]))


@pytest.mark.parametrize(
    ("pixels", "words"),
    [
        ([0, 16], None),
        ([0, 1.001], None),
        ([0, 16.001], "a.csv: pixels must lie between 0 (paper) and 16 (ink)"),
        ([-0.001, 16], "a.csv: pixels must lie between 0 (paper) and 16 (ink)"),
        ([0, 1], "a.csv: no pixel is above 1; pixels run from 0 (paper) to 16 (ink), multiply by 16"),
    ],
)
def test_pixels_at_their_bounds(trained, pixels, words, capsys):
    Path("a.csv").write_text(",".join(map(str, pixels * 32)))
    assert cli.main(["predict", str(trained), "--file", "a.csv"]) == (words is not None)
    assert capsys.readouterr().err == (f"error: {words}\n" if words else "")


def test_the_validation_set_is_a_tenth_and_never_empty(capsys):
    Path("a.csv").write_text("1,a\n9,b\n" * 3)
    Path("b.csv").write_text("1,a\n9,b\n" * 22)
    for name, split in (("a", "3 training and 2 test"), ("b", "31 training and 9 test")):
        arguments = ["--epochs", "1", "--hidden", "2", "--patience", "1", "--no-progress"]
        assert cli.main(["train", f"{name}.csv", *arguments]) == 0
        assert capsys.readouterr().out.startswith(f"{split} samples; the run goes to runs/{name}\n")


# ------------------------------------------------------------------------------------------ seldom errors


def test_a_pipe_that_nobody_reads_ends_the_program_quietly(trained, monkeypatch, capfd):
    reading, writing = os.pipe()
    os.close(reading)
    with open(writing, "w") as closed:
        monkeypatch.setattr(sys, "stdout", closed)
        assert cli.main(["summary", str(trained)]) == 1
        print("more", flush=True)  # goes nowhere
        monkeypatch.undo()
    assert capfd.readouterr().err == ""


def test_a_way_that_is_barred_is_named(capsys):
    os.symlink("nowhere", "link")
    assert train("--out", "link/run") == 1
    assert capsys.readouterr().err == "error: [Errno 17] File exists: 'link'\n"
    assert os.listdir() == ["link"]


def test_numbers_far_beyond_the_training_set_are_refused(capsys):
    Path("a.csv").write_text("0,a\n1e-9,b\n" * 10)
    assert cli.main(["train", "a.csv", "--epochs", "1", "--hidden", "2", "--no-progress"]) == 0
    Path("new.csv").write_text("3e38\n")
    capsys.readouterr()
    assert cli.main(["predict", "--file", "new.csv"]) == 1
    assert capsys.readouterr().err == (
        "error: new.csv has numbers that are far too large: those in the training set are much smaller\n"
    )


def test_a_table_too_small_to_split_is_named(capsys):
    Path("a.csv").write_text("1,a\n2,b\n3,c\n" * 2)
    assert cli.main(["train", "a.csv"]) == 1
    assert capsys.readouterr().err == Like(
        "error: .../a.csv: each class needs samples for training and for testing: ...\n"
    )


def test_an_error_of_the_program_itself_is_no_mistake_of_the_user(monkeypatch):
    def wrong(*_, **__):
        raise ValueError("wrong")

    monkeypatch.setattr(training, "fit", wrong)
    with pytest.raises(ValueError, match=exactly("wrong")):
        train("--out", "run")


def test_weights_that_are_not_those_of_the_checkpoint_are_written_again(capsys):
    assert train("--out", "run") == 0
    before = Path("run/weights.safetensors").read_bytes()
    weights = load("run/weights.safetensors")
    save({**weights, "0.bias": weights["0.bias"] + 1}, "run/weights.safetensors")
    capsys.readouterr()
    assert cli.main(["train", "--resume", "run", "--no-progress"]) == 0
    assert "nothing was changed" not in capsys.readouterr().out
    assert Path("run/weights.safetensors").read_bytes() == before


def test_a_run_that_is_damaged_only_while_it_changes_is_read_again(trained, monkeypatch, capsys):
    shutil.copytree(trained, "run")
    read = folder.read_config

    def half(path):
        monkeypatch.setattr(folder, "read_config", read)
        os.utime(path / "config.json", (1, 1))
        raise folder.UserError("half")

    monkeypatch.setattr(folder, "read_config", half)
    assert cli.main(["summary", "run"]) == 0
    assert capsys.readouterr().err == ""
