"""The ready data sets, and packages that they and other readers miss."""

import math

import numpy as np
import pytest

import autograd_engine as ag
from autograd_engine import data
from autograd_engine.data import (
    TensorDataset,
    read_picture,
    transforms,
)

from ..messages import exactly

READY = {
    "digits": (1797, 64, 10),
    "iris": (150, 4, 3),
    "wine": (178, 13, 3),
    "breast_cancer": (569, 30, 2),
    "diabetes": (442, 10, None),
    "linnerud": (20, 3, None),
    "moons": (500, 2, 2),
    "circles": (500, 2, 2),
    "blobs": (500, 2, 3),
    "classification": (500, 20, 2),
    "regression": (500, 10, None),
}


@pytest.mark.parametrize("name", READY)
def test_ready_data_sets(name):
    pytest.importorskip("sklearn")
    count, features, classes = READY[name]
    make = getattr(data, name)
    train, test = make(0.25, 3)
    assert isinstance(train, TensorDataset)
    assert len(train) + len(test) == count
    assert len(test) == math.ceil(count / 4)
    x, y = train.tensors
    assert (x.dtype, x.shape[1:]) == (np.float32, (features,))
    assert np.isfinite(x.numpy()).all()
    if classes is None:
        assert y.dtype == np.float32
    else:
        assert y.dtype == np.int64
        for part in (train, test):
            shares = np.bincount(part.tensors[1].numpy()) / len(part)
            np.testing.assert_allclose(shares, np.bincount(y.numpy()) / len(train), atol=0.03)
            assert len(shares) == classes
    np.testing.assert_array_equal(make(0.25, 3)[1].tensors[0], test.tensors[0])
    assert not np.array_equal(make(0.25, 4)[1].tensors[0], test.tensors[0])
    standard, other = make(0.25, 3, standardize=True)
    mean, std = standard.tensors[0].numpy().mean(0), standard.tensors[0].numpy().std(0)
    np.testing.assert_allclose(mean, 0, atol=1e-5)
    np.testing.assert_allclose(std[std > 0], 1, atol=1e-4)
    scale, shift = x.numpy().std(0), x.numpy().mean(0)
    expected = (test.tensors[0].numpy() - shift) / np.where(scale == 0, 1, scale)
    np.testing.assert_allclose(other.tensors[0].numpy(), expected, rtol=2e-3, atol=2e-3)
    with pytest.raises(ValueError, match="test_size"):
        make(test_size=1.5)


def test_generated_data_take_settings():
    pytest.importorskip("sklearn")
    assert data.moons(samples=40, noise=0.0)[0].tensors[0].shape == (32, 2)
    assert data.blobs(features=3, classes=5, spread=0.1)[1].tensors[1].max().item() == 4
    assert data.classification(features=4, informative=4, classes=3)[0].tensors[0].shape == (400, 4)
    assert data.circles(factor=0.2, noise=0.0)[0].tensors[0].norm(dim=1).min().item() == pytest.approx(
        0.2, rel=1e-5
    )
    train, test = data.regression(noise=0.0)
    weights = np.linalg.lstsq(train.tensors[0].numpy(), train.tensors[1].numpy(), rcond=None)[0]
    np.testing.assert_allclose(test.tensors[0].numpy() @ weights, test.tensors[1].numpy(), rtol=1e-3, atol=1e-2)


def test_photographs():
    pytest.importorskip("sklearn")
    pytest.importorskip("PIL")
    for name in ("china.jpg", "flower.jpg"):
        x = data.photograph(name)
        assert (x.shape, x.dtype) == ((3, 427, 640), np.uint8)
    with pytest.raises(ValueError, match=exactly('photographs are "china.jpg" and "flower.jpg", not \'me.jpg\'')):
        data.photograph("me.jpg")


def test_missing_extras_are_told(monkeypatch, tmp_path):
    import sys

    for name in ("sklearn.datasets", "PIL", "matplotlib.colors"):
        monkeypatch.setitem(sys.modules, name, None)
    for function, what in (
        (data.iris, "the ready data sets come with scikit-learn"),
        (lambda: read_picture(tmp_path / "x.png"), "reading pictures needs Pillow"),
        (lambda: transforms.ColorJitter(hue=0.2)(ag.rand(3, 2, 2)), "changing the hue needs matplotlib"),
    ):
        with pytest.raises(ImportError, match=exactly(f'{what}: pip install "autograd_engine[train]"')):
            function()
