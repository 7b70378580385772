"""What may be planted, that a sample repeats, that a copy runs, and that the list of equivalents is up to date."""

import ast

import pytest

from .__main__ import equivalents, stale
from .edits import Edit, Source, sample, users
from .running import ROOT

TEXT = '''"""A module."""
import math


@rule(x=lambda g, x: g * x)
def f(x, dim=-1, keep=False, *, name="sum"):
    """Not a place."""
    if x < 0 and not keep:
        raise ValueError(f"{name}: no {dim}")
    for item in x:
        if item == 1:
            continue
        x[0] = min(item, dim)
    # sums, as max does
    return math.sum(x, dim, keep=keep) + 2.5


class C:
    if TYPE_CHECKING:
        y: int

    def __init__(self, x):
        self.shape: int
        self.pairs = [a for a, _ in zip(x, x, strict=True)] + list(g(x, strict=True))


def h(x):
    f(x)
    return max(x)
'''
CHANGES = {
    "sign": "@rule(x=lambda g, x: -(g * x))",
    "operator": "@rule(x=lambda g, x: g / x)",
    "default": 'def f(x, dim=-1, keep=True, *, name="sum"):',
    "condition": "if x < 0 or not keep:",
    "comparison": "if x <= 0 and not keep:",
    "message": 'raise ValueError(f"{dim}: no {name}")',
    "error": 'raise TypeError(f"{name}: no {dim}")',
    "jump": "break",
    "statement": "pass",
    "arguments": "return math.sum(dim, x, keep=keep) + 2.5",
    "keyword": "return math.sum(x, dim) + 2.5",
    "name": "return math.mean(x, dim, keep=keep) + 2.5",
    "constant": "return math.sum(x, dim, keep=keep) + 5.0",
}


@pytest.fixture
def source():
    return Source("ops/example.py", TEXT.replace("as max does", "as max and mean do"))


def test_what_would_change_nothing_is_not_planted(source):
    changed = {edit.after for edit in source.edits if edit.where.startswith("C.")}
    assert changed == {"self.pairs = [a for a, _ in zip(x, x, strict=True)] + list(g(x))", "pass"} | {
        f"self.pairs = [a for a, _ in zip(x, x, strict=True)] {new}"
        for new in ("+ list(g(x, strict=False))", "- list(g(x, strict=True))")
    }


@pytest.mark.parametrize("kind", CHANGES)
def test_a_fault_of_each_kind(source, kind):
    assert CHANGES[kind] in {edit.after for edit in source.edits if edit.kind == kind}


def test_every_fault_is_another_program_of_as_many_lines(source):
    assert {edit.kind for edit in source.edits} == set(CHANGES)
    for edit in filter(Edit.valid, source.edits):
        assert ast.dump(ast.parse(edit.text)) != ast.dump(source.tree)
        assert edit.text.count("\n") == source.text.count("\n")
        assert edit.before != edit.after
        assert "Not a place" in edit.text
    assert len(set(map(str, source.edits))) == len(source.edits)


def test_a_sample_repeats_and_its_kinds_take_turns(source):
    chosen = sample([source], 13, seed=4)
    assert chosen == sample([source], 13, seed=4) != sample([source], 13, seed=5)
    assert [edit.kind for edit in chosen] == sorted(CHANGES)
    assert len(sample([source], 1000, seed=0)) <= len(source.edits)


def test_who_uses_a_function(source):
    assert users([source], "f") == {"f": 0, "h": 1}
    assert users([source], "h") == {"h": 0}


def test_equivalent_faults_are_still_possible_and_say_why():
    assert [entry for entry in stale() if entry] == []
    assert all(entry["reason"] for entry in equivalents())


def test_the_package_is_found():
    assert (ROOT / "autograd_engine" / "__init__.py").is_file()
