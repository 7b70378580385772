"""Dropout: what is dropped, how often, and what the rest becomes."""

import numpy as np
import pytest

import autograd_engine as ag
from autograd_engine import nn
from autograd_engine.nn import functional as F

from ..messages import exactly


def test_dropout_scales_what_it_keeps_and_passes_the_gradient_through_the_same_mask():
    ag.manual_seed(0)
    x = ag.full((100, 200), 3.0, requires_grad=True)
    out = nn.Dropout(0.3)(x)
    out.sum().backward()
    kept = out.detach().numpy() != 0
    assert kept.mean() == pytest.approx(0.7, abs=0.02)
    np.testing.assert_allclose(out.detach().numpy()[kept], 3 / 0.7, rtol=1e-6)
    np.testing.assert_allclose(x.grad, kept / 0.7, rtol=1e-6)


def test_the_same_seed_drops_the_same_whatever_the_dtype():
    masks = []
    for seed, dtype in ((7, ag.float64), (7, ag.float32), (7, ag.float16), (8, ag.float32)):
        out = F.dropout(ag.ones(50, dtype=dtype), generator=ag.Generator().manual_seed(seed))
        assert out.dtype == dtype
        masks.append((out != 0).tolist())
    assert masks[0] == masks[1] == masks[2] != masks[3]
    ag.manual_seed(7)
    assert (nn.Dropout()(ag.ones(50)) != 0).tolist() == masks[0]


@pytest.mark.parametrize("dtype", [ag.float32, ag.float64, ag.float16])
def test_the_same_seed_drops_the_same_with_numpy_and_compiled(dtype):
    x = ag.full((300, 200), 3.0, dtype=dtype)
    found = []
    for tier in ("numpy", "auto"):
        with ag.use_kernels(tier):
            found.append(F.dropout(x, 0.3, generator=ag.Generator().manual_seed(7)).numpy())
    np.testing.assert_array_equal(*found)


@pytest.mark.parametrize("name", nn.dropout.__all__)
def test_dropout_of_nothing_of_everything_and_in_evaluation(name):
    layer = getattr(nn, name)
    x = ag.tensor(np.random.default_rng(0).normal(size=(2, 3, 4, 5)), requires_grad=True)
    x = x[0] if name == "Dropout1d" else x
    assert layer(0.0)(x) is x
    assert layer(0.9).eval()(x) is x
    assert layer(1.0)(x).detach().numpy().any() == np.False_
    for p in (-0.1, 1.5):
        with pytest.raises(ValueError, match=exactly(f"{name}: the probability p must lie in [0, 1], not {p}")):
            layer(p)
        with pytest.raises(ValueError, match=exactly(f"dropout: the probability p must lie in [0, 1], not {p}")):
            F.dropout(x, p)


@pytest.mark.parametrize(
    ("function", "shape", "drawn"),
    [
        (F.dropout1d, (20, 30, 4), 2),
        (F.dropout1d, (500, 4), 1),
        (F.dropout2d, (20, 30, 2, 2), 2),
        (F.dropout2d, (20, 30, 2), 2),
        (F.dropout3d, (20, 30, 1, 2, 2), 2),
        (F.dropout3d, (500, 1, 2, 2), 1),
        (F.feature_alpha_dropout, (20, 30, 2), 2),
    ],
)
def test_channels_are_dropped_whole(function, shape, drawn):
    ag.manual_seed(0)
    channels = function(ag.ones(shape), 0.5, True).numpy().reshape(*shape[:drawn], -1)
    np.testing.assert_array_equal(channels, np.broadcast_to(channels[..., :1], channels.shape))
    assert (channels[..., 0] == channels.min()).mean() == pytest.approx(0.5, abs=0.07)
    assert len(np.unique(channels)) == 2


def test_elements_of_a_matrix_are_its_channels_and_that_is_said():
    ag.manual_seed(0)
    words = "dropout2d: got a matrix of shape (40, 50), whose channels are single elements; take dropout for it"
    with pytest.warns(UserWarning, match=exactly(words)):
        out = nn.Dropout2d()(ag.ones(40, 50)).numpy()
    assert set(np.unique(out)) == {0.0, 2.0}
    assert len(np.unique(out, axis=0)) == 40


def test_alpha_dropout_keeps_mean_and_variance():
    ag.manual_seed(0)
    x = ag.randn(400, 500)
    for out in (F.alpha_dropout(x, 0.3, True), F.feature_alpha_dropout(x, 0.3, True)):
        assert out.mean().item() == pytest.approx(0, abs=0.02)
        assert out.std().item() == pytest.approx(1, abs=0.02)
    low = -1.0507009873554805 * 1.6732632423543772
    scale = (0.7 * (1 + 0.3 * low**2)) ** -0.5
    dropped = F.alpha_dropout(ag.zeros(100, dtype=ag.float64), 0.3, True)
    expected = [0.7 * low * scale, -0.3 * low * scale]
    np.testing.assert_allclose(np.unique(dropped.numpy().round(12)), expected, rtol=1e-9)


@pytest.mark.parametrize(
    ("function", "shape"),
    [(F.dropout1d, (2,)), (F.dropout2d, (2,)), (F.dropout3d, (2, 2, 2)), (F.feature_alpha_dropout, (2,))],
)
def test_dropout_of_channels_needs_channels(function, shape):
    with pytest.raises(ValueError, match=rf"{function.__name__}: expected .* got shape \({shape[0]},"):
        function(ag.ones(shape))
