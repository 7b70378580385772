"""Padding: what stands beyond the edges."""

import numpy as np
import pytest

import autograd_engine as ag
from autograd_engine import nn
from autograd_engine.nn import functional as F

from ..messages import exactly


@pytest.mark.parametrize(
    ("mode", "name"),
    [("constant", "constant"), ("reflect", "reflect"), ("replicate", "edge"), ("circular", "wrap")],
)
@pytest.mark.parametrize("widths", [(2, 1), (0, 3, 1, 0), (1, 1, 2, 0, 0, 1)])
def test_padding_is_numpys(mode, name, widths):
    x = np.random.default_rng(0).normal(size=(2, 3, 4))
    pairs = [(0, 0)] * (3 - len(widths) // 2) + list(zip(widths[::2], widths[1::2], strict=True))[::-1]
    out = F.pad(ag.tensor(x), widths, mode)
    np.testing.assert_array_equal(out, np.pad(x, pairs, name))


def test_padding_keeps_integers_and_cuts_with_negative_widths():
    x = ag.arange(6).reshape(2, 3)
    assert F.pad(x, (-1, 1), value=9).tolist() == [[1, 2, 9], [4, 5, 9]]
    assert F.pad(x, (0, 0, -2, 0)).shape == (0, 3)
    assert F.pad(x, (1, 0)).dtype == np.int64
    assert F.pad(x, (-2, 1), "replicate").tolist() == [[2, 2], [5, 5]]


@pytest.mark.parametrize(
    ("widths", "mode", "value", "words"),
    [
        (
            (1,),
            "constant",
            None,
            exactly(
                "pad: expected a width before and one after, for at most 2 dimensions, of an input of "
                "shape (2, 3); got (1,)"
            ),
        ),
        (
            (1,) * 6,
            "constant",
            None,
            exactly(
                "pad: expected a width before and one after, for at most 2 dimensions, of an input of "
                "shape (2, 3); got (1, 1, 1, 1, 1, 1)"
            ),
        ),
        ((3, 0), "reflect", None, exactly("pad: mode 'reflect' can add at most 2 to dim 1 of size 3, not 3")),
        ((0, 4), "circular", None, exactly("pad: mode 'circular' can add at most 3 to dim 1 of size 3, not 4")),
        ((-2, -2), "constant", None, exactly("pad: widths -2, -2 remove more than dim 1, of size 3")),
        (
            (1, 1),
            "mirror",
            None,
            exactly("pad: mode must be 'constant', 'reflect', 'replicate' or 'circular', not 'mirror'"),
        ),
        ((1, 1), "reflect", 1.0, exactly("pad: mode 'reflect' takes no value, got 1.0")),
        ((-3, 1), "replicate", None, exactly("pad: mode 'replicate' can add at most 0 to dim 1 of size 0, not 1")),
    ],
)
def test_padding_refuses_what_does_not_fit(widths, mode, value, words):
    with pytest.raises(ValueError, match=words):
        F.pad(ag.ones(2, 3), widths, mode, value)


def test_a_padding_layer_needs_its_number_of_widths():
    with pytest.raises(ValueError, match=exactly("ZeroPad2d: expected a number or 4 of them, got (1, 2)")):
        nn.ZeroPad2d((1, 2))
