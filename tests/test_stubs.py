"""The stubs of derived modules are up to date, and type checkers understand a user's program."""

import runpy
import typing

import pytest

from tests.stubs import stubs

WRITTEN = stubs()


@pytest.mark.parametrize("path", WRITTEN, ids=lambda path: path.stem)
def test_a_stub_is_what_the_declarations_say(path):
    assert path.read_text() == WRITTEN[path], "out of date: run python -m tests.stubs"


def test_types_of_a_program():
    api = pytest.importorskip("mypy.api", reason="mypy is not installed")
    report, errors, status = api.run(["--follow-imports", "silent", "-m", "tests.typed"])
    assert (status, errors) == (0, ""), report


def test_the_program_tells_the_truth(monkeypatch):
    claims = []

    def check(value, kind):
        claims.append(kind)
        assert kind is typing.Any or isinstance(value, typing.get_origin(kind) or kind)

    monkeypatch.setattr(typing, "assert_type", check)
    runpy.run_module("tests.typed")
    assert len(claims) > 10
