"""Calls that an operator refuses, with the whole text: beside tests/test_errors, what only some settings reach."""

import pytest

import autograd_engine as ag

from ..messages import exactly

X = ag.ones(3, 4)
F = ag.nn.functional

REFUSED = {
    "slice_scatter: src has shape (2, 4), expected (1, 4)": lambda: ag.slice_scatter(X, ag.ones(2, 4), 0, 1, 2),
    "select_scatter: src has shape (3,), expected (4,)": lambda: ag.select_scatter(X, ag.ones(3), 0, 1),
    "pad: expected a width before and one after, for at most 2 dimensions, of an input of shape (3, 4); got (1,)": (
        lambda: F.pad(X, (1,))
    ),
    (
        "pad: expected a width before and one after, for at most 2 dimensions, of an input of shape (3, 4); got "
        "(1, 1, 1, 1, 1, 1)"
    ): lambda: F.pad(X, (1,) * 6),
    "as_strided: 1 sizes (2,) and 2 strides (1, 1)": lambda: ag.as_strided(X, (2,), (1, 1)),
    ("as_strided: sizes (3,) and strides (6,) from 0 on reach out of the 12 elements of shape (3, 4)"): lambda: (
        ag.as_strided(X, (3,), (6,))
    ),
    ("as_strided: the elements do not lie in memory in row-major order; call contiguous() first"): lambda: (
        ag.as_strided(X.T, (2,), (1,))
    ),
    "histogram: 3 weights for 12 elements": lambda: ag.histogram(X, 2, weight=ag.ones(3)),
    "histogram: expected bins >= 1, got 0": lambda: ag.histogram(X, 0),
    "histogram: ...must increase monotonically...": lambda: ag.histogram(X, ag.tensor([1.0, 0.0])),
}


@pytest.mark.parametrize(("text", "call"), list(REFUSED.items()), ids=REFUSED)
def test_the_whole_text(text, call):
    with pytest.raises(ValueError, match=exactly(text)):
        call()
