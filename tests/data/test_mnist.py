"""MNIST and Fashion-MNIST from files as they are published; missing and wrong files."""

import os

import numpy as np
import pytest

from autograd_engine.data import (
    MNIST,
    DataLoader,
    FashionMNIST,
    transforms,
    write_idx,
)

from ..messages import exactly

DIGITS = np.random.default_rng(0).integers(0, 256, (5, 28, 28), np.uint8)


LABELS = np.array([3, 0, 9, 9, 1], np.uint8)


def write_mnist(folder, ending="", part="train", digits=DIGITS, labels=LABELS):
    folder.mkdir(parents=True, exist_ok=True)
    write_idx(folder / f"{part}-images-idx3-ubyte{ending}", digits)
    write_idx(folder / f"{part}-labels-idx1-ubyte{ending}", labels)


@pytest.mark.parametrize("ending", ["", ".gz"])
@pytest.mark.parametrize("kind", [MNIST, FashionMNIST])
@pytest.mark.parametrize("place", ["", "raw", "{name}/raw"])
def test_mnist(tmp_path, kind, place, ending):
    write_mnist(tmp_path / place.format(name=kind.__name__), ending)
    write_mnist(tmp_path / place.format(name=kind.__name__), ending, "t10k", DIGITS[:2], LABELS[:2])
    train, test = kind(tmp_path), kind(os.fspath(tmp_path), train=False, download=True)
    assert (len(train), len(test)) == (5, 2)
    picture, label = train[2]
    assert (picture.shape, picture.dtype, label, type(label)) == ((1, 28, 28), np.uint8, 9, int)
    np.testing.assert_array_equal(picture[0], DIGITS[2])
    np.testing.assert_array_equal(train.data, DIGITS)
    np.testing.assert_array_equal(train.targets, LABELS)
    assert len(train.classes) == len(train.class_to_idx) == 10
    scaled = kind(tmp_path, transform=transforms.ToTensor(), target_transform=lambda t: t + 100)
    (x, y), *_ = DataLoader(scaled, 5)
    np.testing.assert_array_equal(x[:, 0], DIGITS / np.float32(255))
    assert y.tolist() == [103, 100, 109, 109, 101]


def test_mnist_that_is_missing_or_wrong_is_told(tmp_path):
    with pytest.raises(
        FileNotFoundError,
        match=exactly(
            "train-images-idx3-ubyte is not there. Looked for\n  .../data/train-images-idx3-ubyte\n  "
            ".../data/train-images-idx3-ubyte.gz\n  .../data/MNIST/raw/train-images-idx3-ubyte\n  "
            ".../data/MNIST/raw/train-images-idx3-ubyte.gz\n  .../data/raw/train-images-idx3-ubyte\n  "
            ".../data/raw/train-images-idx3-ubyte.gz\nNothing is downloaded: get it from "
            "https://ossci-datasets.s3.amazonaws.com/mnist/ (a mirror of http://yann.lecun.com/exdb/mnist/)"
        ),
    ) as caught:
        MNIST(tmp_path / "data", download=True)
    for place in ("data/train-images-idx3-ubyte", "data/MNIST/raw/train-images-idx3-ubyte.gz"):
        assert str(tmp_path / place) in str(caught.value)
    write_mnist(tmp_path, labels=LABELS[:4])
    with pytest.raises(
        ValueError,
        match=exactly(
            ".../train-images-idx3-ubyte has 5 pictures, but .../train-labels-idx1-ubyte 4 labels: they do "
            "not belong together"
        ),
    ):
        MNIST(tmp_path)
    write_mnist(tmp_path, labels=LABELS + 1)
    with pytest.raises(
        ValueError,
        match=exactly(".../train-labels-idx1-ubyte is damaged: it has the label 10, but there are 10 classes"),
    ):
        MNIST(tmp_path)
    write_mnist(tmp_path, digits=DIGITS.astype(np.float32))
    with pytest.raises(
        ValueError,
        match=exactly(
            ".../train-images-idx3-ubyte holds float32 of shape (5, 28, 28), expected bytes in 3 dimensions"
        ),
    ):
        MNIST(tmp_path)
    (tmp_path / "train-labels-idx1-ubyte").unlink()
    write_mnist(tmp_path, part="t10k")
    write_idx(tmp_path / "train-images-idx3-ubyte", DIGITS)
    with pytest.raises(
        FileNotFoundError,
        match=exactly(
            "train-labels-idx1-ubyte is not there. Looked for\n  .../train-labels-idx1-ubyte\n  "
            ".../train-labels-idx1-ubyte.gz\n  .../MNIST/raw/train-labels-idx1-ubyte\n  "
            ".../MNIST/raw/train-labels-idx1-ubyte.gz\n  .../raw/train-labels-idx1-ubyte\n  "
            ".../raw/train-labels-idx1-ubyte.gz\nNothing is downloaded: get it from "
            "https://ossci-datasets.s3.amazonaws.com/mnist/ (a mirror of http://yann.lecun.com/exdb/mnist/)"
        ),
    ):
        MNIST(tmp_path)
    write_mnist(tmp_path, ".gz")
    with pytest.raises(
        ValueError,
        match=exactly(
            ".../train-images-idx3-ubyte.gz is damaged: its MD5 checksum is "
            "..., expected f68b3c2dcbeaaa9fbdd348bbdeb94873"
        ),
    ):
        MNIST(tmp_path, verify=True)
