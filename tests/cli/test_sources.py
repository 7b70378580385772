"""Data of all kinds: the ready sets, CSV files and folders of IDX files."""

import json
import time
from pathlib import Path

import numpy as np
import pytest

from autograd_engine import cli
from autograd_engine.cli import sources
from autograd_engine.data import write_idx

from ..messages import Like


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
    assert capsys.readouterr().err == Like(
        "error: .../bars/t10k-images-idx3-ubyte is no IDX file: it begins with 64 61 6d 61, expected "
        "00 00, a type from 08 to 0e, and the number of dimensions\n"
    )


def idx_folder(folder, labels, test_labels, side=4, test_side=4, names=("train", "t10k"), prefix=""):
    """A folder of random pictures with these labels."""
    Path(folder).mkdir()
    for part, known, size in zip(names, (labels, test_labels), (side, test_side), strict=True):
        pictures = np.random.default_rng(0).integers(0, 256, (len(known), size, size), np.uint8)
        write_idx(f"{folder}/{prefix}{part}-images-idx3-ubyte.gz", pictures)
        write_idx(f"{folder}/{prefix}{part}-labels-idx1-ubyte.gz", np.array(known, np.uint8))


@pytest.mark.parametrize("labels", [range(3), range(1, 27), [3, 7, 255]])
def test_the_labels_of_an_idx_folder_are_the_classes(labels, capsys):
    idx_folder("set", [*labels] * 3, [*labels] * 2)
    assert cli.main(["train", "set", "--epochs", "1", "--no-progress"]) == 0
    config = json.loads(Path("runs/set/config.json").read_text())
    assert config["classes"] == [str(label) for label in labels]
    assert config["sizes"] == [16, 128, len(labels)]
    assert cli.main(["evaluate"]) == 0
    out, err = capsys.readouterr()
    assert "AUC       0." in out
    assert not err
    assert cli.main(["predict", "--index", str(len(labels) - 1)]) == 0
    assert f"true {labels[-1]}, " in capsys.readouterr().out


def test_emnist_has_names_of_its_own(capsys):
    idx_folder("letters", [*range(1, 27)] * 2, range(1, 27), names=("train", "test"), prefix="emnist-letters-")
    assert cli.main(["train", "letters", "--epochs", "1", "--no-progress"]) == 0
    assert "52 training and 26 test pictures" in capsys.readouterr().out
    for path in list(Path("letters").iterdir()):
        (path.parent / path.name.replace("letters", "digits")).write_bytes(path.read_bytes())
    assert cli.main(["train", "letters", "--epochs", "1", "--no-progress"]) == 1
    assert capsys.readouterr().err == Like(
        "error: .../letters has several sets, such as emnist-digits-train-images-idx3-ubyte and "
        "emnist-letters-train-images-idx3-ubyte: keep one of them\n"
    )


def test_a_class_without_test_samples_has_no_auc(capsys):
    idx_folder("set", [0, 1, 2] * 4, [0, 1] * 4)
    assert cli.main(["train", "set", "--epochs", "1", "--no-progress"]) == 0
    assert cli.main(["evaluate"]) == 0
    out, err = capsys.readouterr()
    assert "AUC       none: the test set has no picture of class 2" in out
    assert "nan" not in out
    assert not err


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (([1] * 4, [1] * 2), ".../set: every picture of the training set has the label 1: nothing to tell apart"),
        (([1, 2] * 4, [1, 3]), ".../set: the test set has the label 3, which the training set does not have"),
        (
            ([1, 2] * 4, [1, 2], 4, 5),
            ".../set: the pictures of the training set are (4, 4) pixels, those of the test set (5, 5)",
        ),
        (
            ([1, 2] * 4, []),
            ".../set/t10k-images-idx3-ubyte.gz holds uint8 of shape (0, 4, 4), expected bytes in 3 dimensions",
        ),
        (
            ([1, 2], [1, 2], 4, 4, ("train", "other")),
            ".../set has no file t10k-images-idx3-ubyte or t10k-images-idx3-ubyte.gz: a folder of pictures "
            "has the four files of MNIST or EMNIST",
        ),
    ],
)
def test_idx_folders_that_cannot_be_learned_are_named(arguments, words, capsys):
    idx_folder("set", *arguments)
    assert cli.main(["train", "set", "--epochs", "1", "--no-progress"]) == 1
    assert capsys.readouterr().err == Like(f"error: {words}\n")
    assert not Path("runs").exists()


def test_labels_and_pictures_belong_together(capsys):
    idx_folder("set", [1, 2], [1, 2])
    write_idx("set/train-labels-idx1-ubyte.gz", np.array([1, 2, 1], np.uint8))
    assert cli.main(["train", "set", "--no-progress"]) == 1
    assert capsys.readouterr().err == Like(
        "error: .../set/train-images-idx3-ubyte.gz has 2 pictures, but .../set/train-labels-idx1-ubyte.gz 3 "
        "labels: they do not belong together\n"
    )
    write_idx("set/train-labels-idx1-ubyte.gz", np.array([1, 2], np.int32))
    assert cli.main(["train", "set", "--no-progress"]) == 1
    assert capsys.readouterr().err == Like(
        "error: .../set/train-labels-idx1-ubyte.gz holds int32 of shape (2,), expected bytes in 1 dimensions\n"
    )


def test_data_that_have_changed_are_not_measured(capsys):
    Path("flowers.csv").write_text(flowers())
    assert cli.main(["train", "flowers.csv", "--epochs", "1", "--no-progress"]) == 0
    Path("flowers.csv").write_text(flowers(66))
    for command in (["evaluate"], ["predict"], ["train", "--resume", "runs/flowers", "--epochs", "2"]):
        assert cli.main(command) == 1
        assert capsys.readouterr().err == Like(
            "error: the data .../flowers.csv are not those that the run was trained on: they have other "
            "features, classes or ranges than its config.json; train a new run\n"
        )


def test_many_classes_are_counted_in_linear_time():
    Path("a.csv").write_text("\n".join(f"1,{i}" for i in range(60_000)))
    started = time.process_time()
    assert cli.main(["train", "a.csv"]) == 1
    assert time.process_time() - started < 20


@pytest.mark.parametrize(
    ("source", "content", "words"),
    [
        (
            "nothing",
            None,
            "there is no data 'nothing': it is neither digits, iris, wine, breast_cancer, moons, circles, "
            "blobs, classification nor a .csv file or a folder",
        ),
        ("no.csv", None, "... No such file or directory: 'no.csv'"),
        (
            "a.csv",
            "1,2,a\n3,4,a\n",
            ".../a.csv: the last column is the class, but every row has 'a': nothing to tell apart",
        ),
        (
            "a.csv",
            "1,2,a\n3,4,b\n",
            ".../a.csv: the last column is the class, but only one row has 'a': each class needs a row to "
            "train on and one to test on",
        ),
        (
            "a.csv",
            "1,2,a\n3,x,b\n",
            "this is not a table of numbers: .../a.csv, column '2', line 2: 'x' is not of dtype float64",
        ),
        (
            "a.csv",
            "x,kind\n3,a\ny,b\n",
            "this is not a table of numbers: .../a.csv, column 'x', line 3: 'y' is not of dtype float64",
        ),
        (
            "a.csv",
            "1,inf\n3,nan\n",
            ".../a.csv: the last column is the class, but only one row has 'inf': each class needs a row "
            "to train on and one to test on",
        ),
        (
            "a.csv",
            "1\n2\n",
            ".../a.csv has 1 column: expected some numbers and the class in each row, separated by commas",
        ),
        (
            "a.csv",
            "1e300,a\n2,b\n1,a\n2,b\n",
            ".../a.csv, column '1' has 1e+300: expected finite numbers of at most 3.4e+38",
        ),
    ],
)
def test_data_that_is_not_there_or_no_table_is_named(source, content, words, capsys):
    if content is not None:
        Path(source).write_text(content)
    assert cli.main(["train", source, "--no-progress"]) == 1
    assert capsys.readouterr().err == Like(f"error: {words}\n")
    assert not Path("runs").exists()


def test_a_folder_without_data_is_refused(capsys):
    Path("mnist").mkdir()
    assert cli.main(["train", "mnist", "--no-progress"]) == 1
    assert capsys.readouterr().err == Like(
        "error: .../mnist has no file train-images-idx3-ubyte or train-images-idx3-ubyte.gz: a folder "
        "of pictures has the four files of MNIST or EMNIST\n"
    )


def test_values_that_are_no_classes_are_refused(capsys):
    Path("a.csv").write_text(f"1,b\n2,{'c' * 101}\n" * 5)
    assert cli.main(["train", "a.csv"]) == 1
    assert capsys.readouterr().err == Like(
        "error: .../a.csv: the last column is the class, but it has a text of 101 characters, which is no name\n"
    )
    Path("a.csv").write_text("\n".join(f"1,{i % 1001}" for i in range(3003)))
    assert cli.main(["train", "a.csv"]) == 1
    assert capsys.readouterr().err == Like(
        "error: .../a.csv: the last column is the class, and it has 1,001 different values: at most "
        "1,000 can be told apart; are they numbers to predict?\n"
    )
