"""Whole texts of errors: a part of one would not show that two of its numbers are swapped."""

import re

import pytest


def exactly(text):
    """A pattern of exactly this text, in which "..." stands for words of NumPy, of the system or of Python."""
    return rf"(?s)\A{'.*'.join(map(re.escape, text.split('...')))}\Z"


def each(*tables):
    """The rows of tables {kind of error: {its text: call that raises it}}, for a test of (kind, text, call)."""
    return pytest.mark.parametrize(
        ("kind", "text", "call"),
        [
            pytest.param(kind, text, call, id=text)
            for table in tables
            for kind, calls in table.items()
            for text, call in calls.items()
        ],
    )


class Like(str):
    """A text that equals any other that has something in place of its "..."."""

    __slots__ = ()
    __hash__ = None

    def __eq__(self, other):
        return re.search(exactly(self), other) is not None
