"""Many pictures in one: torchvision's make_grid and save_image; and pictures of noise."""

import io

import numpy as np
import pytest

import autograd_engine as ag
from autograd_engine.data import FakeData
from autograd_engine.data.grids import make_grid, save_image

from ..messages import exactly


def test_a_grid_has_its_pictures_in_rows():
    x = ag.arange(5.0).reshape(5, 1, 1, 1).expand(5, 1, 2, 3) + 1
    grid = make_grid(x, nrow=2, padding=1, pad_value=9.0)
    assert grid.shape == (3, 3 * 3 + 1, 2 * 4 + 1)
    line, *pairs = "999999999", "911192229", "933394449", "955599999"
    rows = [row for pair in pairs for row in (line, pair, pair)] + [line]
    for channel in grid.tolist():
        assert ["".join(str(int(v)) for v in row) for row in channel] == rows
    assert make_grid([x[0], x[1]], padding=0).shape == (3, 2, 6)
    np.testing.assert_array_equal(make_grid(x[0]), x[0].expand(3, 2, 3))
    np.testing.assert_array_equal(make_grid(x[0, 0]), x[0].expand(3, 2, 3))


def test_values_are_scaled_to_0_and_1():
    x = ag.tensor([0.0, 5.0, 20.0, 10.0]).reshape(2, 1, 1, 2)
    for settings, expected in (
        ({}, [0, 0.25, 1, 0.5]),
        ({"value_range": (0, 10)}, [0, 0.5, 1, 1]),
        ({"scale_each": True}, [0, 1, 1, 0]),
    ):
        grid = make_grid(x, padding=0, normalize=True, **settings)
        assert grid[0, 0].tolist() == expected
    assert x.flatten().tolist() == [0, 5, 20, 10]


def test_no_pictures_are_refused():
    words = "make_grid: expected pictures (N, C, H, W), got shape (1, 1, 1, 1, 1)"
    with pytest.raises(ValueError, match=exactly(words)):
        make_grid(ag.ones(1, 1, 1, 1, 1))


def test_a_file_holds_the_grid():
    image = pytest.importorskip("PIL.Image")
    x = ag.rand(3, 3, 4, 5, requires_grad=True)
    file = io.BytesIO()
    save_image(x, file, format="png", nrow=2)
    read = np.asarray(image.open(file)).transpose(2, 0, 1)
    np.testing.assert_allclose(read / 255, make_grid(x, 2), atol=0.5 / 255 + 1e-6)


def test_fake_pictures_are_the_same_whenever_they_are_asked_for():
    data = FakeData(6, (3, 4, 5), 2, transform=lambda x: x.float(), target_transform=lambda k: -k)
    assert len(data) == 6
    samples = [data[k] for k in range(6)]
    for (x, k), (again, same) in zip(samples, [data[k] for k in range(6)], strict=True):
        assert (x.shape, x.dtype, k) == ((3, 4, 5), ag.float32, same)
        np.testing.assert_array_equal(x, again)
    assert {k for _, k in samples} == {0, -1}
    assert len({x.numpy().tobytes() for x, _ in samples}) == 6
    assert (FakeData(6, (3, 4, 5), random_offset=1)[0][0] != data[0][0]).any()
    with pytest.raises(IndexError, match=exactly("FakeData: no sample 6 among 6")):
        data[6]
