"""`predict`: the test set, one sample, or a file; and damaged runs and files."""

import os
from pathlib import Path

import numpy as np
import pytest

from autograd_engine import cli
from autograd_engine.data import digits

from ..messages import Like
from .runs import train


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
    assert (
        capsys.readouterr().err
        == "error: there is no run below runs/: run `python -m autograd_engine train` first\n"
    )
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
        ("a.png", b"", "a.png is damaged or no picture: ..."),
        (
            "a.txt",
            b"",
            "a.txt: pictures come in a .csv or .npy file, or in files of their own, .jpg, ...",
        ),
        (
            "a.csv",
            b"a,b\n1,2\n",
            "a.csv has 2 columns: expected 64 numbers and the class in each row, separated by commas",
        ),
        (
            "a.csv",
            b"1,2,3\n",
            "a.csv has 3 columns: expected 64 numbers and the class in each row, separated by commas",
        ),
        ("a.csv", b"", "this is not a table of numbers: a.csv is empty: expected lines of cells"),
        (
            "a.csv",
            b"1," * 63 + b"x\n",
            "this is not a table of numbers: a.csv, column '64', line 1: 'x' is not of dtype float64",
        ),
        (
            "a.csv",
            b"1," * 63 + b"1\n2,3\n",
            "this is not a table of numbers: a.csv, line 2: 2 cells, but line 1 has 64",
        ),
        ("a.csv", b"\xff\xfe\x00", "this is not a table of numbers: a.csv, line 1: this is no text in UTF-8: ..."),
        ("a.csv", b",".join([b"17"] * 64), "a.csv: pixels must lie between 0 (paper) and 16 (ink)"),
        (
            "a.csv",
            b",".join([b"nan"] * 64),
            "a.csv, column '1' has nan: expected finite numbers of at most 3.4e+38",
        ),
        (
            "a.csv",
            b",".join([b"0.5"] * 64),
            "a.csv: no pixel is above 1; pixels run from 0 (paper) to 16 (ink), multiply by 16",
        ),
        ("a.npy", b"\x93NUMPY", "a.npy is damaged, or not a .npy file of numbers"),
        ("a.npy", b"hello", "a.npy is damaged, or not a .npy file of numbers"),
    ],
)
def test_files_that_hold_no_pictures_are_refused(trained, name, content, words, capsys):
    Path(name).write_bytes(content)
    assert cli.main(["predict", str(trained), "--file", name]) == 1
    assert capsys.readouterr().err == Like(f"error: {words}\n")


@pytest.mark.parametrize(
    ("array", "words"),
    [
        (np.full((2, 64), np.nan), "a.npy has nan: expected finite numbers of at most 3.4e+38"),
        (np.where(np.arange(64) == 5, np.inf, 1.0), "a.npy has inf: expected finite numbers of at most 3.4e+38"),
        (np.full((2, 64), 1e300), "a.npy has 1e+300: expected finite numbers of at most 3.4e+38"),
        (np.full(64, 1 + 2j), "a.npy is not a .npy file of numbers"),
        (np.full(64, "3"), "a.npy is not a .npy file of numbers"),
        (np.full(64, 3, "datetime64[s]"), "a.npy is not a .npy file of numbers"),
        (np.zeros(64, [("a", "f4")]), "a.npy is not a .npy file of numbers"),
        (np.full(64, None), "a.npy is damaged, or not a .npy file of numbers"),
        (np.ones((16, 8)), "a.npy has shape (16, 8): expected 64 numbers, or 8 rows of 8, for each picture"),
        (np.ones((2, 32)), "a.npy has shape (2, 32): expected 64 numbers, or 8 rows of 8, for each picture"),
        (
            np.ones((64, 64, 64)),
            "a.npy has shape (64, 64, 64): expected 64 numbers, or 8 rows of 8, for each picture",
        ),
        (
            np.ones((2, 2, 8, 8)),
            "a.npy has shape (2, 2, 8, 8): expected 64 numbers, or 8 rows of 8, for each picture",
        ),
        (np.ones((4, 4, 4)), "a.npy has shape (4, 4, 4): expected 64 numbers, or 8 rows of 8, for each picture"),
        (np.ones(128), "a.npy has shape (128,): expected 64 numbers, or 8 rows of 8, for each picture"),
        (np.ones(()), "a.npy has shape (): expected 64 numbers, or 8 rows of 8, for each picture"),
        (np.ones((0, 64)), "a.npy has shape (0, 64): expected 64 numbers, or 8 rows of 8, for each picture"),
    ],
)
def test_arrays_that_hold_no_pictures_are_refused(trained, array, words, capsys):
    np.save("a.npy", array)
    assert cli.main(["predict", str(trained), "--file", "a.npy"]) == 1
    assert capsys.readouterr().err == Like(f"error: {words}\n")


def test_other_forms_of_files_are_no_arrays(trained, capsys):
    np.savez("a.npz", np.ones(64))
    os.rename("a.npz", "a.npy")
    assert cli.main(["predict", str(trained), "--file", "a.npy"]) == 1
    assert capsys.readouterr().err == "error: a.npy is not a .npy file of numbers\n"
    header = str({"descr": "<f8", "fortran_order": False, "shape": (2**40, 64)}).encode()
    Path("a.npy").write_bytes(b"\x93NUMPY\x01\x00" + len(header).to_bytes(2, "little") + header + b"12345678")
    assert cli.main(["predict", str(trained), "--file", "a.npy"]) == 1
    assert capsys.readouterr().err == "error: a.npy is damaged, or not a .npy file of numbers\n"


@pytest.mark.parametrize("shape", [(2, 64), (2, 8, 8), (2, 1, 8, 8)])
@pytest.mark.parametrize("dtype", [np.uint8, np.float16, np.int64, ">f4"])
def test_arrays_of_pictures_are_classified(trained, shape, dtype, capsys):
    x, _ = some_pictures(2)
    np.save("a.npy", np.asfortranarray(x.astype(dtype).reshape(shape)))
    np.savetxt("a.csv", x, delimiter=",")
    answers = []
    for name in ("a.npy", "a.csv"):
        assert cli.main(["predict", str(trained), "--file", name]) == 0
        answers.append(capsys.readouterr().out)
    assert answers[0] == answers[1]
    assert answers[0].count("predicted") == 2


def test_a_class_that_the_run_does_not_know_is_named(trained, capsys):
    x, y = some_pictures(2)
    for label in ("10", "cat"):
        rows = [",".join([*map(str, row.astype(int)), str(k)]) for row, k in zip(x, y, strict=True)]
        Path("a.csv").write_text("\n".join(rows).rsplit(",", 1)[0] + f",{label}\n")
        assert cli.main(["predict", str(trained), "--file", "a.csv"]) == 1
        assert capsys.readouterr().err == f"error: a.csv has the class {label!r}, which the run does not know\n"


def test_a_missing_file_or_index_is_named(trained, capsys):
    assert cli.main(["predict", str(trained), "--file", "no.csv"]) == 1
    assert capsys.readouterr().err == Like("error: ... No such file or directory: 'no.csv'\n")
    assert cli.main(["predict", str(trained), "--index", "360"]) == 1
    assert capsys.readouterr().err == "error: --index 360: the test set has pictures 0 to 359\n"


@pytest.mark.parametrize(
    ("file", "change", "words"),
    [
        (
            "weights.safetensors",
            lambda b: b[:100],
            "the run ... cannot be read: weights.safetensors: .../weights.safetensors is damaged or not a "
            "safetensors file: ...",
        ),
        (
            "weights.safetensors",
            lambda b: None,
            "... has no weights.safetensors: finish it with `python -m autograd_engine train --resume ...",
        ),
        ("config.json", lambda b: None, "... is not a run: it has no config.json"),
        (
            "config.json",
            lambda b: b"{",
            "the run ... cannot be read: config.json: Expecting property name enclosed in double quotes: "
            "line 1 column 2 (char 1)",
        ),
        ("config.json", lambda b: b"{}", "the run ... cannot be read: config.json has no 'sizes'"),
        ("config.json", lambda b: b"[]", "the run ... cannot be read: config.json holds no settings"),
        (
            "config.json",
            lambda b: b.replace(b"    32,", b"    7,"),
            "the run ... cannot be read: weights.safetensors does not fit the settings in config.json: the "
            "state does not fit this MLP; nothing was loaded\n  0.weight: the module has shape (7, 64), the "
            "state (32, 64)\n  0.bias: the module has shape (7,), the state (32,)\n  2.weight: the module "
            "has shape (10, 7), the state (10, 32)",
        ),
    ],
)
def test_a_damaged_run_is_named(trained, tmp_path, file, change, words, capsys):
    for path in trained.iterdir():
        content = path.read_bytes()
        content = change(content) if path.name == file else content
        if content is not None:
            (tmp_path / path.name).write_bytes(content)
    assert cli.main(["predict", str(tmp_path)]) == 1
    assert capsys.readouterr().err == Like(f"error: {words}\n")
