"""The measured reference counts: right on this interpreter, and a test here fails when one is off by one."""

import subprocess
import sys

import numpy as np
import pytest

import autograd_engine as ag
from autograd_engine.autograd import Accumulate, primitive
from autograd_engine.engine import references


def leaf():
    return ag.ones(3, dtype=ag.float64, requires_grad=True)


def noting(note):
    """A primitive that doubles, whose rule hands each gradient that it makes to `note`."""

    def rule(g):
        made = g * 2
        note(made)
        return made

    return primitive(x=rule)(lambda x: x * 2)


def gradient_is_donated():
    x, made = leaf(), []
    noting(lambda g: made.append(id(g)))(x).sum().backward()
    assert id(x.grad.array) == made[0]


def gradient_that_somebody_holds_is_copied():
    x, made = leaf(), []
    noting(made.append)(x).sum().backward()
    assert x.grad.array is not made[0]


def sums_are_made_in_place():
    x, made = leaf(), []
    (x.sum() + noting(lambda g: made.append(id(g)))(x).sum()).backward()  # the later operation runs first
    assert id(x.grad.array) == made[0]
    np.testing.assert_array_equal(x.grad.array, [3.0, 3.0, 3.0])


def summand_that_somebody_holds_stays():
    x, made = leaf(), []
    (x.sum() + noting(made.append)(x).sum()).backward()
    np.testing.assert_array_equal(made[0], [2.0, 2.0, 2.0])
    np.testing.assert_array_equal(x.grad.array, [3.0, 3.0, 3.0])


def add_two(buffer, g):
    buffer += 2 * g


accumulating = primitive(x=Accumulate(rule=lambda g: g * 2, into=add_two))(lambda x: x * 2)


def increments_are_made_in_place():
    x, made = leaf(), []
    (accumulating(x).sum() + noting(lambda g: made.append(id(g)))(x).sum()).backward()
    assert id(x.grad.array) == made[0]
    np.testing.assert_array_equal(x.grad.array, [4.0, 4.0, 4.0])


def incremented_that_somebody_holds_stays():
    x, made = leaf(), []
    (accumulating(x).sum() + noting(made.append)(x).sum()).backward()
    np.testing.assert_array_equal(made[0], [2.0, 2.0, 2.0])
    np.testing.assert_array_equal(x.grad.array, [4.0, 4.0, 4.0])


def part_of_what_nobody_holds_is_written():
    h = ag.zeros(3, dtype=ag.float64)
    array = id(h.array)
    h[0] = leaf()[0]
    assert id(h.array) == array


def part_of_what_somebody_holds_is_written_in_a_copy():
    h = ag.zeros(3, dtype=ag.float64)
    held = h.array
    h[0] = leaf()[0]
    np.testing.assert_array_equal(held, [0.0, 0.0, 0.0])
    np.testing.assert_array_equal(h.array, [1.0, 0.0, 0.0])


BEHAVIOR = {
    "LEAF": (gradient_is_donated, gradient_that_somebody_holds_is_copied),
    "SUM": (sums_are_made_in_place, summand_that_somebody_holds_stays),
    "INCREMENT": (increments_are_made_in_place, incremented_that_somebody_holds_stays),
    "VALUE": (part_of_what_nobody_holds_is_written, part_of_what_somebody_holds_is_written_in_a_copy),
}


def test_every_constant_is_tested():
    assert {name for name in vars(references) if name.isupper()} == set(BEHAVIOR)


@pytest.mark.parametrize("check", [c for checks in BEHAVIOR.values() for c in checks], ids=lambda c: c.__name__)
def test_behavior(check):
    for _ in range(100):  # the interpreter rewrites code that has run often
        check()


@pytest.mark.parametrize("name", BEHAVIOR)
@pytest.mark.parametrize("off", [-1, 1])
def test_a_constant_that_is_off_by_one_is_noticed(monkeypatch, name, off):
    monkeypatch.setattr(references, name, getattr(references, name) + off)
    alone, shared = BEHAVIOR[name]
    with pytest.raises(AssertionError):
        (alone if off < 0 else shared)()


def test_a_line_that_is_not_reached_is_reported():
    known = references.LEAF
    try:
        with pytest.raises(RuntimeError, match="the reference count LEAF was not measured"):
            references.measure(lambda: None, "LEAF")
    finally:
        references.LEAF = known


def test_measuring_is_not_traced():
    """A debugger that looks at the variables of a frame would be counted."""
    code = """
import sys
def looking(frame, event, argument):
    if frame.f_globals.get("__name__", "").startswith("autograd_engine.engine"):
        frame.f_locals
    return looking
sys.settrace(looking)
import autograd_engine.engine.backward, autograd_engine.engine.inplace
assert sys.gettrace() is not None
sys.settrace(None)
from autograd_engine.engine import references
print(*(vars(references)[name] for name in ("LEAF", "SUM", "INCREMENT", "VALUE")))
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.split() == [str(getattr(references, name)) for name in BEHAVIOR]


def test_an_interpreter_without_the_global_lock_is_refused():
    code = "import sys; sys._is_gil_enabled = lambda: False; import autograd_engine"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert "ImportError" in done.stderr
    assert "PYTHON_GIL=1" in done.stderr
