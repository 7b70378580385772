"""Random programs say here what they say in PyTorch: recorded ones in every run, new ones in the nightly one."""

import pytest

import autograd_engine as ag
from tests.table import TABLE

from . import calls, recorded
from .compared import compared, unexpected
from .deviations import DEVIATIONS, NO_SPECIAL, NO_TIES, RANDOM
from .program import Program, differences, run

RECORDED = recorded.read()


@pytest.fixture(scope="module")
def torch():
    return pytest.importorskip("torch", reason="PyTorch is not installed")


def report(program, found):
    return f"{program}# " + "\n# ".join(found)


def test_recorded_programs():
    for program, answer in RECORDED:
        found = unexpected(program, answer)
        assert not found, report(program, found)
    assert {program.about for program, _ in RECORDED} >= {*calls.ROWS, ""}


def test_recorded_answers_are_those_of_pytorch(torch):
    for program, answer in RECORDED[::5]:
        now = run(program, torch)
        assert not differences(program, now, answer), f"{program}: record anew with python -m tests.fuzz --record"


def test_new_programs(torch):
    for program, found in compared(torch, range(1_000_000, 1_000_060)):
        assert not found, report(program, found)


@pytest.mark.slow
@pytest.mark.parametrize("start", range(0, 10_000, 1000))
def test_many_programs(torch, start):
    failures = [report(*pair) for pair in compared(torch, range(start, start + 1000)) if pair[1]]
    assert not failures, "\n\n".join(failures)


def test_a_wrong_derivative_is_found_and_printed_as_a_program(monkeypatch):
    program = Program(
        (
            "x0 = m.tensor([1.0, 2.0], dtype=m.float64, requires_grad=True)",
            "v0 = m.sin(x0)",
            "m.autograd.backward([v0], [weights(v0)])",
        ),
        "sin",
    )
    right = run(program, ag)
    assert not unexpected(program, right)
    for wrong, message in [
        ({"grads": {"x0": ["float64", [2], [0.27, 0.0]]}}, "grads of x0: elements"),
        ({"values": {**right["values"], "v0": ["float32", [2], right["values"]["v0"][2]]}}, "values of v0: dtype"),
        (
            {"values": {**right["values"], "v0": ["float64", [1, 2], right["values"]["v0"][2]]}},
            "values of v0: shape",
        ),
    ]:
        (found,) = unexpected(program, {**right, **wrong})
        assert found.startswith(message)
    (found,) = unexpected(program._replace(lines=(*program.lines, "v0.backward()")), right)
    assert found.startswith("only we raise RuntimeError, in line 3, 'v0.backward()'")
    pasted = {}
    exec(str(program), pasted)
    assert pasted["x0"].grad.tolist() == right["grads"]["x0"][2] or ag.allclose(
        pasted["x0"].grad, ag.tensor(right["grads"]["x0"][2], dtype=ag.float64)
    )


def test_deviations_are_about_operators():
    named = {name for d in DEVIATIONS for name in d.about.split()} | RANDOM | NO_TIES | NO_SPECIAL
    assert named <= set(TABLE) | {"matrix_exp"}
    assert all(d.reason and (d.about or d.difference) for d in DEVIATIONS)
