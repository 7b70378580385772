"""How a tensor prints; PyTorch as a witness."""

import re

import numpy as np
import pytest

import autograd_engine as ag

from ..messages import exactly


@pytest.fixture
def torch():
    return pytest.importorskip("torch", reason="PyTorch, the witness, is not installed")


NAN, INF = float("nan"), float("inf")
RANDOM_NUMBERS = np.random.default_rng(0)

SHOWN = [
    3,
    2.5,
    -0.0,
    True,
    [True, False],
    [1, 2, -30],
    [1.0, 2.0],
    [1.5, -2.0],
    [1e-6, 1.0],
    [NAN, INF, 1.0],
    [NAN, -INF, 0.5],
    [NAN] * 40,
    [0.0, 0.0],
    [0.0, NAN],
    1e9,
    [1e9, 1.0],
    [1000.0, 1.0],
    [1001.0, 1.0],
    [1e-4, 0.05],
    [9e-5],
    [1e38, 1e-38],
    [[1, 2], [3, 4]],
    np.zeros((0, 2)),
    np.zeros(0, np.float32),
    np.zeros(0, np.int64),
    np.zeros((2, 0), bool),
    np.arange(24.0).reshape(2, 3, 4),
    np.arange(30),
    np.arange(30) * 1.5,
    np.arange(18) + 0.25,
    np.arange(3, dtype=np.int16),
    np.arange(3, dtype=np.uint8),
    np.array([1.5, 2], np.float16),
    np.ones((2, 1, 1, 2)),
    np.array(123456.789),
    np.array([1e308, 5e-324]),
    RANDOM_NUMBERS.random((40, 40)),
    RANDOM_NUMBERS.random(2000).astype(np.float32),
    RANDOM_NUMBERS.integers(0, 1000, (3, 500)),
    RANDOM_NUMBERS.integers(0, 9, (8, 8, 8, 8)),
    RANDOM_NUMBERS.random(1001) > 0.5,
    RANDOM_NUMBERS.standard_normal((3, 30)).astype(np.float16),
]

OPTIONS = [
    {},
    {"precision": 2},
    {"threshold": 5, "edgeitems": 2},
    {"linewidth": 40},
    {"sci_mode": True},
    {"sci_mode": False},
    {"profile": "short"},
    {"precision": 7, "linewidth": 120, "threshold": 10, "edgeitems": 1},
    {"edgeitems": 0, "threshold": 3},
]


def one_line(text):
    """PyTorch's "torch." makes a dtype longer, so that it moves to the next line earlier."""
    return re.sub(r",\n {7}(dtype|size|requires_grad)", r", \1", text).replace("torch.", "")


@pytest.mark.parametrize("options", OPTIONS, ids=str)
def test_printing_agrees_with_torch(torch, options):
    torch.set_printoptions(**options)
    try:
        with ag.printoptions(**options):
            for data in SHOWN:
                array = np.asarray(data)
                if array.dtype == np.float64 and not isinstance(data, np.ndarray):
                    array = array.astype(np.float32)
                for requires_grad in {False, array.dtype.kind == "f"}:
                    ours = repr(ag.tensor(array, requires_grad=requires_grad))
                    theirs = repr(torch.tensor(array, requires_grad=requires_grad))
                    assert one_line(ours) == one_line(theirs)
    finally:
        torch.set_printoptions(profile="default")
    assert ag.get_printoptions() == {
        "precision": 4,
        "threshold": 1000,
        "edgeitems": 3,
        "linewidth": 80,
        "sci_mode": None,
    }


def test_the_printing_profiles():
    x = ag.arange(1500) * 0.5
    ag.set_printoptions(profile="full")
    try:
        assert "..." not in repr(x)
    finally:
        ag.set_printoptions(profile="default")
    assert "..." in repr(x)
    with pytest.raises(
        ValueError, match=exactly("set_printoptions: no profile 'tiny'; there are default, short, full")
    ):
        ag.set_printoptions(profile="tiny")


def test_long_notes_go_to_the_next_line():
    x = ag.ones(18, requires_grad=True) * 1.5
    assert repr(x).endswith("1.5000],\n       grad_fn=<mul>)")


@pytest.mark.parametrize("width", range(1, 50))
def test_lines_break_where_pytorchs_do(torch, width):
    """At every width: before the element, or the note, that would stand beyond it."""
    torch.set_printoptions(linewidth=width)
    try:
        with ag.printoptions(linewidth=width):
            for data in ([1.5, -2.0, 0.25], [[1.0, 2.0, 3.0]]):
                ours, theirs = (lib.tensor(data, requires_grad=True) for lib in (ag, torch))
                assert repr(ours) == repr(theirs)
            assert repr(ag.arange(12)) == repr(torch.arange(12))
    finally:
        torch.set_printoptions(profile="default")
