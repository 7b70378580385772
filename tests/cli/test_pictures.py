"""Networks for pictures from the command line: folders of pictures, IDX files and CIFAR's, changes at random, files
that are predicted, and what does not fit."""

import json
import os
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from autograd_engine import cli
from autograd_engine.backend.random import manual_seed
from autograd_engine.cli.inputs import Inputs, prepared_for
from autograd_engine.cli.settings import Settings
from autograd_engine.cli.sources import task
from autograd_engine.data import CIFAR10

from ..data.test_cifar import cifar_files, write_folder
from ..messages import Like
from .test_sources import idx_folder

CLASSES = ("across", "down")


def stripes(name, random):
    """A colored picture, never the same, of stripes across or down."""
    height, width = random.integers(9, 16, 2)
    rows, columns = np.mgrid[:height, :width]
    waves = 128 + 90 * np.sin(1.6 * (rows if name == "across" else columns) + random.uniform(0, 6))
    colors = waves[..., None] * random.uniform(0.6, 1, 3) + random.normal(0, 8, (height, width, 3))
    return Image.fromarray(colors.clip(0, 255).astype(np.uint8))


def picture_folder(top, counts):
    """Folders of .png and .jpg files: `counts` says how many of each class lie below which folder."""
    random = np.random.default_rng(0)
    for place, count in counts.items():
        for name in CLASSES:
            os.makedirs(Path(top, place, name))
            for i in range(count):
                stripes(name, random).save(Path(top, place, name, f"{i}.{'jpg' if i % 2 else 'png'}"))


RESNET = ["--model", "resnet20", "--size", "8", "--crop", "1", "--batch-size", "8", "--no-progress"]


def train(data, *more):
    return cli.main(["train", data, "--epochs", "1", "--no-progress", *more])


def read_history(run):
    return np.genfromtxt(Path(run, "history.csv"), delimiter=",", names=True)


def test_a_residual_network_learns_a_folder_of_pictures(capsys):
    picture_folder("set", {"train": 24, "test": 6})
    assert cli.main(["train", "set", "--out", "run", "--epochs", "4", *RESNET, "--batch-size", "16"]) == 0
    out = capsys.readouterr().out
    assert out.startswith(
        "48 training and 12 test pictures; the run goes to run\n"
        "resnet20 for colored pictures of 8 by 8 pixels, in training shifted by up to 1 pixel, mirrored at random\n"
        "269,202 parameters\n"
    )
    assert read_history("run")["test_accuracy"][-1] >= 0.9
    assert cli.main(["evaluate", "run"]) == 0
    out = capsys.readouterr().out
    assert "run on the test set, 12 pictures" in out
    matrix = np.array([line.split()[1:] for line in out.splitlines()[-2:]], int)
    assert matrix.sum(1).tolist() == [6, 6]
    assert f"accuracy  {matrix.trace() / 12:.2%}" in out
    files = ["set/test/across/0.png", "set/test/down/1.jpg"]
    assert cli.main(["predict", "run", "--file", *files]) == 0
    lines = capsys.readouterr().out.splitlines()
    for i, (file, name) in enumerate(zip(files, CLASSES, strict=True)):
        assert lines[i].startswith(f"{file}: predicted {name} (")
    assert cli.main(["predict", "run", "--index", "3"]) == 0
    assert capsys.readouterr().out.startswith("picture 3: true across, predicted across (")
    assert cli.main(["summary", "run"]) == 0
    assert "  model: resnet20\n  epochs: 4\n  size: 8\n  flip: True\n  crop: 1\n" in capsys.readouterr().out


def test_workers_and_interruptions_change_no_bit():
    picture_folder("set", {"train": 8, "val": 2})
    assert cli.main(["train", "set", "--out", "whole", "--epochs", "3", *RESNET, "--schedule", "constant"]) == 0
    alone = [*RESNET, "--schedule", "constant", "--workers", "0"]
    assert cli.main(["train", "set", "--out", "run", "--epochs", "1", *alone]) == 0
    assert cli.main(["train", "--resume", "run", "--epochs", "3", "--no-progress"]) == 0
    for name in ("weights.safetensors", "history.csv"):
        assert Path("run", name).read_bytes() == Path("whole", name).read_bytes()


def test_of_folders_without_a_test_set_a_fifth_is_held_back(capsys):
    picture_folder("set", {"": 10})
    assert train("set", "--out", "run", "--model", "mlp", "--size", "6", "--hidden", "4") == 0
    assert "16 training and 4 test pictures" in capsys.readouterr().out
    config = json.loads(Path("run/config.json").read_text())
    assert (config["sizes"], config["picture"], config["unit"]) == ([108, 4, 2], [3, 6, 6], [255.0] * 108)
    assert cli.main(["evaluate", "run"]) == 0
    out = capsys.readouterr().out
    assert [line.split()[-1] for line in out.splitlines() if line.split()[:1] in (["across"], ["down"])][:2] == [
        "2",
        "2",
    ]
    assert cli.main(["predict", "run", "--file", "set/down/0.png"]) == 0
    source = task("set")
    files = [{path for path, _ in part.samples} for part in (source.train, source.test)]
    assert not files[0] & files[1]


def test_a_network_learns_idx_files_and_cifars(capsys):
    idx_folder("set", [0, 1] * 4, [0, 1])
    assert train("set", "--out", "gray", "--model", "lenet5") == 0
    shown = (
        "lenet5 for gray pictures of 32 by 32 pixels, in training shifted by up to 2 pixels, turned by up to 10 "
    )
    assert shown in capsys.readouterr().out
    assert cli.main(["evaluate", "gray"]) == 0
    Image.new("L", (9, 5), 200).save("a.png")
    assert cli.main(["predict", "gray", "--file", "a.png"]) == 0
    write_folder(Path("cifar-10-batches-py"), cifar_files(CIFAR10))
    for place in (".", "cifar-10-batches-py"):
        assert train(place, "--out", f"colored {place}", *RESNET) == 0
        assert "10 training and 2 test pictures" in capsys.readouterr().out


def inputs(*chosen, data="set", **settings):
    source = task(data)
    return Inputs(source, prepared_for(Settings(data, **dict(chosen), **settings), source))


def test_pictures_keep_their_proportions_and_gray_ones_get_the_channels_that_a_network_takes():
    os.makedirs("set/a")
    os.makedirs("set/b")
    wide = np.zeros((10, 30), np.uint8)
    wide[:, 10:20] = 255
    for name in "ab":
        for i in range(5):
            Image.fromarray(wide).save(f"set/{name}/{i}.png")
    kept = {"hidden": None, "activation": None, "dropout": None}
    picture, _ = inputs(model="resnet20", **kept).test()[0]
    assert picture.shape == (3, 32, 32)
    np.testing.assert_allclose(picture.numpy()[..., 4:-4], 2.0)  # (1 - 0.5) / 0.25: white is in the middle
    flat, _ = inputs(size=5).test()[0]
    np.testing.assert_allclose(flat.numpy().reshape(3, 5, 5)[..., 1:-1], 1.0)


def test_pictures_are_changed_in_training_only():
    picture_folder("set", {"train": 2, "test": 2})
    still, moving = inputs(size=12), inputs(size=12, crop=3, flip=True, rotation=30.0)
    for seed in range(3):
        manual_seed(seed)
        np.testing.assert_array_equal(moving.test()[1][0].numpy(), still.test()[1][0].numpy())
        np.testing.assert_array_equal(moving.train(changed=False)[1][0].numpy(), still.train()[1][0].numpy())
        assert abs(moving.train()[1][0].numpy() - still.train()[1][0].numpy()).max() > 0.1
    mirrored = inputs(size=12, flip=True).train()
    seen = {mirrored[0][0].numpy().tobytes() for _ in range(20)}
    plain = still.train()[0][0].numpy()
    assert seen == {plain.tobytes(), plain.reshape(3, 12, 12)[..., ::-1].tobytes()}


def test_a_run_from_before_there_were_other_models_goes_on(trained, capsys):
    config = json.loads((trained / "config.json").read_text())
    old = {
        name: value for name, value in config.items() if name not in ("model", "size", "flip", "crop", "rotation")
    }
    assert len(old) == len(config) - 5
    os.mkdir("run")
    for name in ("weights.safetensors", "checkpoint.safetensors", "history.csv"):
        Path("run", name).write_bytes((trained / name).read_bytes())
    Path("run/config.json").write_text(json.dumps(old))
    said = []
    for folder in (str(trained), "run"):
        assert cli.main(["evaluate", folder]) == 0
        assert cli.main(["predict", folder, "--index", "3"]) == 0
        said.append(capsys.readouterr().out.replace(folder, ""))
    assert said[0] == said[1]
    assert cli.main(["train", "--resume", "run", "--epochs", "6", "--no-progress"]) == 0
    assert json.loads(Path("run/config.json").read_text()) == {**config, "epochs": 6}


# ------------------------------------------------------------------------------------- what does not fit


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ("iris --model lenet5", "the model lenet5 takes pictures, and iris has none: --model mlp"),
        ("iris --flip", "--flip is for pictures, and iris has none"),
        ("iris --size 8", "--size is for pictures, and iris has none"),
        ("digits --model lenet5 --hidden 3", "--hidden goes with --model mlp: lenet5 is as its paper describes it"),
        (
            "digits --model lenet5 --dropout 0",
            "--dropout goes with --model mlp: lenet5 is as its paper describes it",
        ),
        (
            "digits --model lenet5 --size 40",
            "--size 40: LeNet5 takes pictures (N, 1, H, W) with H and W from 32 to 35, got shape (1, 1, 40, 40)",
        ),
        ("one", ".../one: every picture is in 'a': nothing to tell apart"),
        (
            "rare",
            ".../rare: only one picture has 'b': each class needs a picture to train on and one to test on",
        ),
        (
            "half",
            ".../half has a folder train, but none of test, val, valid, validation; without train, a fifth of the "
            "pictures of each class is held back for the test",
        ),
        ("more", ".../more/test has the class 'c', which .../more/train does not have"),
        ("gap", "'.../gap' has no pictures for the class b; pictures end in .jpg, ..."),
    ],
)
def test_what_does_not_go_together_is_named(arguments, words, capsys):
    for place in (
        *[
            "one/a/1",
            "one/a/2",
            "rare/a/1",
            "rare/a/2",
            "rare/b/1",
            "half/train/a/1",
            "half/train/b/1",
            "gap/a/1",
            "gap/a/2",
        ],
        *(f"more/{part}/{name}/1" for part, names in (("train", "ab"), ("test", "abc")) for name in names),
    ):
        os.makedirs(os.path.dirname(place), exist_ok=True)
        Image.new("RGB", (4, 4)).save(f"{place}.png")
    os.mkdir("gap/b")
    assert train(*arguments.split(), "--out", "run") == 1
    assert capsys.readouterr().err == Like(f"error: {words}\n")
    assert not Path("run").exists()


@pytest.mark.parametrize("workers", ["0", "2"])
def test_a_damaged_picture_ends_the_training_with_its_name(workers, capsys):
    picture_folder("set", {"train": 4, "test": 1})
    damaged = Path("set/train/down/2.png")
    damaged.write_bytes(damaged.read_bytes()[:60])
    arguments = ["--out", "run", "--size", "6", "--hidden", "3", "--workers", workers]
    assert train("set", *arguments) == 1
    assert capsys.readouterr().err == Like("error: .../set/train/down/2.png is damaged or no picture: ...\n")
    damaged.unlink()
    assert train("set", *arguments, "--overwrite") == 0


def test_files_that_a_network_does_not_take_are_refused(capsys):
    picture_folder("set", {"": 5})
    assert train("set", "--out", "run", *RESNET) == 0
    Path("a.csv").write_text("1,2\n")
    Path("b.png").write_text("no picture")
    capsys.readouterr()
    for files, words in (
        (["a.csv"], "a.csv: the model resnet20 takes files of pictures, .jpg, ..."),
        (["b.png", "a.csv"], "several files must all be pictures, .jpg, ..., not b.png"),
        (["b.png"], "b.png is damaged or no picture: ..."),
    ):
        assert cli.main(["predict", "run", "--file", *files]) == 1
        assert capsys.readouterr().err == Like(f"error: {words}\n")


@pytest.mark.slow
def test_lenet_tells_99_percent_of_the_digits():
    """The median of five seeds, with the settings that it has by itself."""
    found = []
    for seed in range(5):
        assert (
            cli.main(["train", "--model", "lenet5", "--seed", str(seed), "--out", str(seed), "--no-progress"]) == 0
        )
        found.append(float(read_history(str(seed))["test_accuracy"][-1]))
    assert np.median(found) >= 0.99, found
