"""Resampling: pixels shuffled, repeated and interpolated."""

import numpy as np
import pytest

import autograd_engine as ag
from autograd_engine.nn import functional as F

from ..messages import exactly


def test_shuffles_put_every_element_where_they_say():
    x = np.random.default_rng(0).normal(size=(2, 12, 3, 5))
    out = F.pixel_shuffle(ag.tensor(x), 2).numpy()
    for c, i, j in np.ndindex(3, 6, 10):
        np.testing.assert_array_equal(out[:, c, i, j], x[:, 4 * c + 2 * (i % 2) + j % 2, i // 2, j // 2])
    np.testing.assert_array_equal(F.pixel_unshuffle(ag.tensor(out), 2), x)
    dealt = F.channel_shuffle(ag.tensor(x), 3).numpy()
    np.testing.assert_array_equal(dealt, x[:, [0, 4, 8, 1, 5, 9, 2, 6, 10, 3, 7, 11]])
    for call, words in (
        (lambda: F.pixel_shuffle(ag.ones(3, 2, 2), 2), exactly("pixel_shuffle: 3 channels are no multiple of 2^2")),
        (
            lambda: F.pixel_shuffle(ag.ones(2, 2), 2),
            exactly(
                "pixel_shuffle: expected an input (..., C, H, W) and a positive factor, got shape (2, 2) and 2"
            ),
        ),
        (
            lambda: F.pixel_unshuffle(ag.ones(1, 2, 3), 2),
            exactly("pixel_unshuffle: height 2 and width 3 are no multiples of 2"),
        ),
        (
            lambda: F.channel_shuffle(ag.ones(1, 3, 2), 2),
            exactly(
                "channel_shuffle: expected an input (N, C, ...) with channels that are a multiple of "
                "2, got shape (1, 3, 2)"
            ),
        ),
    ):
        with pytest.raises(ValueError, match=words):
            call()


EXACT = [("linear", 1), ("bilinear", 2), ("trilinear", 3), ("bicubic", 2)]


@pytest.mark.parametrize(("mode", "dims"), EXACT)
def test_interpolation_with_aligned_corners_reproduces_a_linear_function_and_the_samples(mode, dims):
    random = np.random.default_rng(0)
    x = random.normal(size=(1, 2, *(3,) * dims))
    out = F.interpolate(ag.tensor(x), 5, mode=mode, align_corners=True).numpy()
    np.testing.assert_allclose(out[(..., *(slice(None, None, 2),) * dims)], x, atol=1e-12)
    if mode != "bicubic":
        slopes = np.indices((3,) * dims).sum(0) * 2.0 + 1
        fine = np.indices((9,) * dims).sum(0) * 0.5 + 1
        grown = F.interpolate(ag.tensor(slopes[None, None]), 9, mode=mode, align_corners=True)
        np.testing.assert_allclose(grown[0, 0], fine)


def test_interpolation_between_pixels_by_hand():
    x = np.array([1.0, 4.0, -2.0, 3.0])
    line, image = ag.tensor(x.reshape(1, 1, 4)), ag.tensor(x.reshape(1, 1, 1, 4))
    places = ((np.arange(10) + 0.5) * 0.4 - 0.5).clip(0, 3)
    np.testing.assert_allclose(F.interpolate(line, 10, mode="linear")[0, 0], np.interp(places, np.arange(4), x))
    middle = F.interpolate(image, (1, 7), mode="bicubic", align_corners=True)[0, 0, 0, 3]
    assert middle.item() == pytest.approx(np.dot(x, [-3, 19, 19, -3]) / 32)  # Keys' kernel with a = -3/4
    assert F.interpolate(line, 3)[0, 0].tolist() == x[[0, 1, 2]].tolist()
    assert F.interpolate(line, 3, mode="nearest-exact")[0, 0].tolist() == x[[0, 2, 3]].tolist()
    by_factor = F.interpolate(line, scale_factor=1.6, mode="linear", align_corners=False)
    np.testing.assert_allclose(by_factor[0, 0], np.interp((np.arange(6) + 0.5) / 1.6 - 0.5, np.arange(4), x))
    by_size = F.interpolate(line, scale_factor=1.6, mode="linear", recompute_scale_factor=True)
    np.testing.assert_allclose(by_size, F.interpolate(line, 6, mode="linear"))


@pytest.mark.parametrize("mode", ["nearest", "nearest-exact", "area", "bilinear", "bicubic"])
def test_interpolation_keeps_constants_and_the_identity(mode):
    constant = ag.full((1, 1, 4, 5), 2.5, dtype=ag.float64)
    for size in ((1, 1), (3, 11), (8, 2)):
        np.testing.assert_allclose(F.interpolate(constant, size, mode=mode), 2.5)
    x = ag.tensor(np.random.default_rng(0).normal(size=(1, 2, 4, 5)))
    np.testing.assert_allclose(F.interpolate(x, (4, 5), mode=mode), x, atol=1e-15)


def test_whole_factors_repeat_and_average():
    x = np.random.default_rng(0).normal(size=(2, 3, 4, 6))
    grown = F.interpolate(ag.tensor(x), scale_factor=(3, 2)).numpy()
    np.testing.assert_array_equal(grown, x.repeat(3, 2).repeat(2, 3))
    shrunk = F.interpolate(ag.tensor(x), (2, 3), mode="area")
    np.testing.assert_allclose(shrunk, x.reshape(2, 3, 2, 2, 3, 2).mean((3, 5)))
    smooth = F.interpolate(ag.tensor(x), (2, 3), mode="bilinear", antialias=True)
    assert smooth.numpy().std() < F.interpolate(ag.tensor(x), (2, 3), mode="nearest").numpy().std()


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ({}, "give either size or scale_factor"),
        ({"size": 3, "scale_factor": 2}, "give either size or scale_factor"),
        ({"size": (3, 3, 3)}, exactly("interpolate: 3 sizes or factors for 2 spatial dimensions")),
        ({"size": 0}, exactly("interpolate: from (2, 2) to (0, 0): sizes must be positive")),
        (
            {"size": 3, "mode": "linear"},
            exactly("interpolate: mode 'linear' takes 3 dimensions, got shape (1, 1, 2, 2)"),
        ),
        (
            {"size": 3, "mode": "cubic"},
            exactly(
                "interpolate: mode must be one of nearest, nearest-exact, linear, bilinear, "
                "trilinear, bicubic, area, not 'cubic'"
            ),
        ),
        (
            {"size": 3, "align_corners": True},
            exactly("interpolate: align_corners means nothing for mode 'nearest'; leave it out"),
        ),
        (
            {"size": 3, "antialias": True},
            exactly("interpolate: antialias is for 'bilinear' and 'bicubic', not 'nearest'"),
        ),
        (
            {"size": 3, "recompute_scale_factor": True},
            exactly("interpolate: recompute_scale_factor goes with a scale_factor, not with a size"),
        ),
    ],
)
def test_interpolation_refuses_contradictions(settings, words):
    with pytest.raises(ValueError, match=words):
        F.interpolate(ag.ones(1, 1, 2, 2), **settings)


def test_interpolation_needs_batch_channel_and_one_to_three_dimensions():
    with pytest.raises(
        ValueError, match=exactly("interpolate: expected 3 to 5 dimensions, (N, C, ...), got shape (2, 2)")
    ):
        F.interpolate(ag.ones(2, 2), 3)
