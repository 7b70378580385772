"""Prints the page of operators: `python -m tests.table > docs/operators.md`."""

from tests.table import page

print(page(), end="")
