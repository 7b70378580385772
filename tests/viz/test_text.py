"""Numbers and arrays as short text, at the bounds of what is short."""

import numpy as np
import pytest

from autograd_engine.viz.text import array_text, number_text, short_text


@pytest.mark.parametrize(
    ("array", "text"),
    [
        (np.arange(6.0), "[0, 1, 2, 3, 4, 5]"),
        (np.arange(7.0), "3 mean, 0 to 6"),
        (np.arange(6).reshape(2, 3), "[[0, 1, 2], [3, 4, 5]]"),
        (np.arange(7), "0 to 6"),
        (np.arange(7) > 3, "False to True"),
        (np.array([0.0, 1 / 3, 2 / 3] * 3), "0.333 mean, 0 to 0.667"),
        (np.array([1.0, np.nan, 3.0]), "[1, nan, 3]"),
        (np.array([np.inf] * 1500), "1,500 of 1,500 not finite"),
        (np.zeros((0, 3)), "empty"),
        (np.float32(0.1), "0.1"),
        (2, "2"),
    ],
)
def test_an_array(array, text):
    assert array_text(array) == text


@pytest.mark.parametrize(
    ("number", "text"),
    [
        (999_999.0, "999999"),
        (1e6, "1e+06"),
        (-1e6, "-1e+06"),
        (1_000_000, "1000000"),
        (0.5, "0.5"),
        (1e-5, "1e-05"),
    ],
)
def test_a_number(number, text):
    assert number_text(number) == text


def test_a_text_is_cut_at_thirty_letters():
    assert short_text("a" * 30) == "a" * 30
    assert short_text("a" * 31) == "a" * 29 + "…"
    assert array_text(np.arange(3), limit=2) == "0 to 2"
