"""Warnings: each has its whole text, and points at the line of the user's that brought it."""

import io
import json
import struct
import warnings

import pytest

import autograd_engine as ag
from autograd_engine import nn, optim, viz
from autograd_engine.nn import functional as F
from autograd_engine.nn.utils import clip_grad_norm_, clip_grad_value_
from autograd_engine.serialization import load
from autograd_engine.viz import rendering

from .messages import exactly


def scheduled():
    return optim.lr_scheduler.StepLR(optim.SGD([ag.ones(1, requires_grad=True)], 0.1), 2)


def halves():
    """A file of two bfloat16 tensors."""
    entries = {
        name: {"dtype": "BF16", "shape": [1], "data_offsets": [i, i + 2]} for name, i in (("b", 0), ("a", 2))
    }
    header = json.dumps(entries).encode()
    return io.BytesIO(struct.pack("<Q", len(header)) + header + b"\0\0\x80\x3f")


def no_renderer(monkeypatch):
    def missing(dot, form, dpi):
        raise ImportError("there is none")

    for name in ("_by_dot", "_by_pure", "_by_pygraphviz"):
        monkeypatch.setattr(rendering, name, missing)


CUBE = ag.ones(2, 3, 4)
IGNORED = nn.InstanceNorm1d(7)
FILE, SCHEDULE, NONE = halves(), scheduled(), iter(())
RESULT = ag.ones(2, requires_grad=True) * 2
PICTURE = viz.graph(RESULT)

WARNINGS = {
    "softmin: the dimension was left out; taking dim=1, pass it to say which is meant": lambda: F.softmin(CUBE[0]),
    "softmax: the dimension was left out; taking dim=0, pass it to say which is meant": lambda: F.softmax(CUBE),
    "log_softmax: the dimension was left out; taking dim=0, pass it to say which is meant": (
        lambda: F.log_softmax(CUBE)
    ),
    (
        "InstanceNorm1d: num_features is 7, and the input has 3 channels; the result does not depend on "
        "num_features"
    ): lambda: IGNORED(CUBE),
    (
        "lr_scheduler.step() was called before optimizer.step(): the first learning rate of the schedule was never "
        "used. Step the optimizer first"
    ): lambda: SCHEDULE.step(),
    "nothing is clipped: the iterator of parameters is empty, or was used up before": (
        lambda: clip_grad_norm_(NONE, 1.0)
    ),
    (
        "this tensor is a result, not a leaf, and backward() keeps no gradient of it: .grad is None; call "
        "retain_grad() on it before backward() to have it kept"
    ): lambda: RESULT.grad,
    ("the file: NumPy has no bfloat16; 2 tensors were converted to float32, the first is 'b'"): lambda: load(FILE),
    "there is none": lambda: PICTURE._repr_svg_(),
}


@pytest.mark.parametrize("text", WARNINGS)
def test_a_warning_points_at_the_line_that_brought_it(text, monkeypatch):
    if text == "there is none":
        no_renderer(monkeypatch)
    call = WARNINGS[text]
    with pytest.warns(UserWarning, match=exactly(text)) as caught:
        call()
    (warning,) = caught
    assert (warning.filename, warning.lineno) == (__file__, call.__code__.co_firstlineno)


def test_values_are_clipped_with_the_same_warning():
    with pytest.warns(UserWarning, match="^nothing is clipped: ") as caught:
        clip_grad_value_(iter(()), 1.0)
    assert caught[0].filename == __file__


def test_what_is_right_warns_of_nothing():
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        nn.InstanceNorm1d(3)(CUBE)
        F.softmax(CUBE, 1)
        clip_grad_norm_([], 1.0)
        schedule = scheduled()
        schedule.optimizer.step()
        schedule.step()
        assert ag.ones(2, requires_grad=True).grad is None
        result = ag.ones(2, requires_grad=True) * 2
        result.retain_grad()
        assert result.grad is None
