"""A table of text, which prints aligned and shows itself in a notebook."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from typing import Any


class Table:
    """Rows of text under a header.

    Attributes:
        columns: the header.
        rows: the cells, as text.
        values: the numbers that the table shows, as raw arrays by name.
        note: a text below the table, or an empty string.

    Example:
        >>> Table(["name", "size"], [("a", "1"), ("long", "20")], {})
        name  size
        ----  ----
        a     1
        long  20
    """

    def __init__(
        self, columns: Sequence[str], rows: Sequence[Sequence[str]], values: dict[str, Any], note: str = ""
    ) -> None:
        self.columns = tuple(columns)
        self.rows = [tuple(r) for r in rows]
        self.values = values
        self.note = note

    def __str__(self) -> str:
        lines = [self.columns, *self.rows]
        widths = [max(len(line[i]) for line in lines) for i in range(len(self.columns))]
        text = ["  ".join(c.ljust(w) for c, w in zip(line, widths, strict=True)).rstrip() for line in lines]
        text.insert(1, "  ".join("-" * w for w in widths))
        return "\n".join(text + ([self.note] if self.note else []))

    __repr__ = __str__

    def to_markdown(self) -> str:
        """The table in Markdown."""
        lines = [self.columns, ("---",) * len(self.columns), *self.rows]
        text = ["| " + " | ".join(c.replace("|", "\\|") for c in line) + " |" for line in lines]
        return "\n".join(text + (["", self.note] if self.note else []))

    def beside(self, other: Table) -> Table:
        """One table with this one on the left and `other` on the right; the shorter one is filled up with blank
        cells."""
        rows = []
        for i in range(max(len(self.rows), len(other.rows))):
            left, right = (t.rows[i] if i < len(t.rows) else ("",) * len(t.columns) for t in (self, other))
            rows.append((*left, *right))
        note = " ".join(dict.fromkeys(n for n in (self.note, other.note) if n))
        return Table(self.columns + other.columns, rows, {**other.values, **self.values}, note)

    def _repr_html_(self) -> str:
        def row(cells: Sequence[str], tag: str) -> str:
            style = 'style="text-align: left; font-family: monospace"'
            return "<tr>" + "".join(f"<{tag} {style}>{escape(c)}</{tag}>" for c in cells) + "</tr>"

        body = "".join(row(r, "td") for r in self.rows)
        note = f"<p>{escape(self.note)}</p>" if self.note else ""
        return f"<table><thead>{row(self.columns, 'th')}</thead><tbody>{body}</tbody></table>{note}"
