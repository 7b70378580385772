"""A computation as the textbook's two tables: forward, one statement per row; backward, in reverse.

Version B of the backward pass visits the statements from last to first, and each one *increments* the
derivatives of its inputs: dJ/dx += dJ/dt dt/dx. Version A computes every derivative once, as the sum
over the statements that use it: dJ/dx = sum_t dJ/dt dt/dx. They add the same products in another
order of work. (M. Gormley, CMU 10-601, lecture 14, "Backpropagation".)
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from html import escape
from operator import attrgetter
from typing import Any

import numpy as np

from ..backend.arrays import astype, unboxed
from ..engine.backward import run
from ..engine.graph import Leaf, Node, Output
from ..engine.modes import observing
from ..engine.plan import Increment
from ..ops.shape import sum_to_size
from .reading import (
    Names,
    Operand,
    array_text,
    count,
    known_values,
    nearest,
    number_text,
    operands_of,
    roots_of,
    settings_of,
)

__all__ = ["Table", "backward_table", "forward_table"]

_MISSING = "not kept"
_COUNTED = 2_000_000


class Table:
    """Rows of text under a header; shows itself in a notebook, prints aligned.

    Attributes:
        columns: the header.
        rows: the cells, as text.
        values: what the table is about as raw arrays: name to value, or name to derivative.
        note: what was left out, or an empty string.
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
        """Both tables in one, this on the left; the shorter one is filled up with blanks."""
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


def forward_table(
    y: Any, names: Mapping[str, Any] | Iterable[tuple[str, Any]] | None = None, *, max_rows: int = 200
) -> Table:
    """The statements that computed `y` and their values, first to last.

    Args:
        y: a tensor with a recorded graph.
        names: tensors to name, as for `viz.graph`; others are called u1, u2, ..., parameters p1,
            p2, ..., constants c1, c2, ..., and `y` y.
        max_rows: how many statements at most, those nearest to `y`.

    Values that nobody holds any more are marked; compute inside `keep_values()` to have them all.

    Raises:
        TypeError: `y` is no tensor, or `names` names something that is none.
        RuntimeError: nothing was recorded for `y`, or a backward pass has freed the graph.

    Example:
        >>> x = tensor(3.0, requires_grad=True)
        >>> print(forward_table(x * x, names={"x": x}))
        statement  value
        ---------  -----
        x          3
        y = x · x  9
    """
    script = _Script(y, names, max_rows, "viz.forward_table")
    values = known_values(script.nodes, script.names)
    rows = []
    for node in script.nodes:
        known = values.get(node)
        shown = _MISSING if known is None else array_text(known)
        rows.append(
            (script.statement(node), f"{len(node.dtype)} results" if isinstance(node.dtype, tuple) else shown)
        )
    named = {script.called[n]: values[n] for n in script.nodes if n in values}
    note = script.note
    if any(r[1] == _MISSING for r in rows):
        note = f"{note} Compute inside viz.keep_values() to keep all values.".strip()
    return Table(("statement", "value"), rows, named, note)


def backward_table(
    y: Any,
    names: Mapping[str, Any] | Iterable[tuple[str, Any]] | None = None,
    *,
    version: str = "B",
    max_rows: int = 200,
) -> Table:
    """The backward pass of `y` as a table, last statement first. No `.grad` is touched.

    Args:
        y: a tensor with a recorded graph; if it has several elements, their sum is differentiated.
        names: as for `forward_table`.
        version: "B", the engine's own: one row per increment, with the derivative so far; or "A":
            one row per variable, its derivative as a sum over the statements that use it.
        max_rows: how many statements at most, those nearest to `y`.

    Raises:
        TypeError: `y` is no tensor, or `names` names something that is none.
        RuntimeError: nothing was recorded for `y`, or a backward pass has freed the graph.
        ValueError: another version.

    Example:
        >>> x = tensor(3.0, requires_grad=True)
        >>> print(backward_table(x * x, names={"x": x}))
        statement           increment  so far
        ------------------  ---------  ------
        dy/dy = 1           1          1
        dy/dx += dy/dy · x  3          3
        dy/dx += dy/dy · x  3          6
    """
    if version not in ("A", "B"):
        raise ValueError(f"backward_table: version {version!r}; there are 'A' and 'B'")
    script = _Script(y, names, max_rows, "viz.backward_table")
    return _gathered(script) if version == "A" else _pushed(script)


# --------------------------------------------------------------------------------- the two versions


class _Recorder:
    """An observer of a backward pass: what each node gave to its inputs."""

    def __init__(self) -> None:
        self.steps: list[tuple[Node, list[Any]]] = []

    def recorded(self, node: Node, result: Any) -> None:
        """Nothing is recorded in a backward pass of raw arrays."""

    def ran(self, node: Node, contributions: Any) -> None:
        given = [_contribution(c, p) for c, p in zip(contributions, node.parents or (), strict=True)]
        self.steps.append((node, given))


def _contribution(c: Any, parent: Node | None) -> Any:
    """What a rule returned, as the increment of the parent's derivative."""
    if c is None or parent is None:
        return None
    if c.__class__ is Increment:
        buffer = np.zeros(parent.shape, parent.dtype)
        c.into(buffer, *c.arguments)
        return buffer
    if c.shape != parent.shape:
        c = sum_to_size(c, parent.shape)
    return unboxed(np.array(astype(c, parent.dtype)))


def _pushed(script: _Script) -> Table:
    """Version B, as the engine runs it."""
    recorder = _Recorder()
    targets = [n for n in script.nodes if not isinstance(n.dtype, tuple)]
    with observing(recorder):
        run([script.root], [script.seed], targets, retain_graph=True)
    derivatives: dict[Node, Any] = {script.root: script.seed}
    rows = [script.first_row("B")]
    for node, given in recorder.steps:
        operands = [o for o in operands_of(node) if o.node is not None]
        parents = [p for p in node.parents or () if p is not None]
        increments = [c for p, c in zip(node.parents or (), given, strict=True) if p is not None]
        for operand, parent, c in zip(operands, parents, increments, strict=True):
            if c is None or parent not in script.called:
                continue
            known = derivatives.get(parent)
            total = derivatives[parent] = c if known is None else known + c
            statement = f"{script.d(parent)} += {script.product(node, operand)}"
            rows.append((statement, array_text(c), array_text(total)))
    return Table(("statement", "increment", "so far"), rows, script.by_name(derivatives), script.note)


def _gathered(script: _Script) -> Table:
    """Version A: each derivative once, from those of all statements that use the variable."""
    users: dict[Node, list[Node]] = {node: [] for node in script.nodes}
    for node in script.nodes:
        for parent in dict.fromkeys(node.parents or ()):
            if parent is not None and parent in users:
                users[parent].append(node)
    derivatives: dict[Node, Any] = {}
    rows = []
    for node in sorted(script.nodes, key=attrgetter("tick"), reverse=True):
        terms, total = ([], None) if node is not script.root else (["1"], script.seed)
        if isinstance(node.dtype, tuple):
            results: list[Any] = [None] * len(node.dtype)
            for result in users[node]:
                results[result.index] = derivatives.get(result)  # type: ignore[attr-defined]
            derivatives[node] = results
            continue
        for user in users[node]:
            g = derivatives.get(user)
            if g is None or isinstance(user, Output):
                continue
            operands = [o for o in operands_of(user) if o.node is not None]
            places = [i for i, p in enumerate(user.parents or ()) if p is node]
            given = user.primitive.pull(user, g, user.parents or ())
            named = [o for o in operands if o.node is node]
            for operand, place in zip(named, places, strict=True):
                c = _contribution(given[place], node)
                if c is None:
                    continue
                terms.append(script.product(user, operand))
                total = c if total is None else total + c
        if total is not None:
            derivatives[node] = total
            rows.append((f"{script.d(node)} = {' + '.join(terms)}", array_text(total)))
    return Table(("statement", "value"), rows, script.by_name(derivatives), script.note)


# --------------------------------------------------------------------------- statements as text

_TEXTBOOK: dict[str, tuple[str, dict[str, str]]] = {
    "abs": ("|{x}|", {"x": "sign({x})"}),
    "add": ("{x} + {y}", {"x": "1", "y": "1"}),
    "cos": ("cos({x})", {"x": "(-sin({x}))"}),
    "cosh": ("cosh({x})", {"x": "sinh({x})"}),
    "div": ("{x} / {y}", {"x": "1/{y}", "y": "(-{out}/{y})"}),
    "exp": ("exp({x})", {"x": "{out}"}),
    "log": ("log({x})", {"x": "1/{x}"}),
    "log1p": ("log(1 + {x})", {"x": "1/(1 + {x})"}),
    "matmul": ("{x} @ {y}", {}),
    "maximum": ("max({x}, {y})", {"x": "[{x} > {y}]", "y": "[{y} > {x}]"}),
    "minimum": ("min({x}, {y})", {"x": "[{x} < {y}]", "y": "[{y} < {x}]"}),
    "mul": ("{x} · {y}", {"x": "{y}", "y": "{x}"}),
    "neg": ("-{x}", {"x": "(-1)"}),
    "pow": ("{x}^{y}", {"x": "{power}", "y": "{out} log({x})"}),
    "reciprocal": ("1/{x}", {"x": "(-{out}^2)"}),
    "relu": ("relu({x})", {"x": "[{x} > 0]"}),
    "sigmoid": ("sigmoid({x})", {"x": "{out}(1 - {out})"}),
    "sin": ("sin({x})", {"x": "cos({x})"}),
    "sinh": ("sinh({x})", {"x": "cosh({x})"}),
    "softplus": ("softplus({x})", {"x": "sigmoid({x})"}),
    "sqrt": ("sqrt({x})", {"x": "1/(2 {out})"}),
    "square": ("{x}^2", {"x": "2 {x}"}),
    "sub": ("{x} - {y}", {"x": "1", "y": "(-1)"}),
    "sum": ("sum({x})", {"x": "1"}),
    "tan": ("tan({x})", {"x": "(1 + {out}^2)"}),
    "tanh": ("tanh({x})", {"x": "(1 - {out}^2)"}),
}
"""How operations and their local derivatives are written. Others are written as function calls."""


class _Script:
    """The nodes of a computation as statements about named variables."""

    def __init__(self, y: Any, names: Any, max_rows: int, caller: str) -> None:
        tensors = roots_of(y, caller)
        if len(tensors) > 1:
            raise TypeError(f"{caller} takes one tensor, got {len(tensors)}")
        (tensor,) = tensors
        self.root = tensor.node
        self.seed = unboxed(np.ones(tensor.array.shape, tensor.array.dtype))
        self.names = Names(names)
        self.names.values.setdefault(self.root, tensor.array)
        self.nodes = nearest([self.root], max_rows)
        hidden = count([self.root], _COUNTED) - len(self.nodes)
        self.note = f"… {hidden:,} earlier statements not shown." if hidden else ""
        self.called: dict[Node, str] = {}
        self._constants: dict[int, str] = {}
        self._name_all()

    def _name_all(self) -> None:
        given = {n: self.names.of(n) for n in self.nodes}
        taken = {n for n in given.values() if n is not None}
        counters = {"u": 0, "p": 0}

        def fresh(letter: str) -> str:
            while True:
                counters[letter] += 1
                if (name := f"{letter}{counters[letter]}") not in taken:
                    return name

        for node in self.nodes:
            name = given[node]
            if name is None and node is self.root and "y" not in taken:
                name = "y"
            if name is None and isinstance(node, Output):
                source = (node.parents or (None,))[0]
                name = f"{self.called[source]}[{node.index}]" if source in self.called else None
            self.called[node] = name or fresh("p" if isinstance(node, Leaf) else "u")

    def by_name(self, found: dict[Node, Any]) -> dict[str, Any]:
        """The arrays under the names of their nodes."""
        return {self.called[n]: a for n, a in found.items() if not isinstance(a, list)}

    def term(self, operand: Operand) -> str:
        """An operand's name, or its value if it is a constant number."""
        if operand.node is not None:
            return self.called.get(operand.node, "…")
        array = operand.array
        if array is None:
            return "const"
        if (name := self.names.of(None, array)) is not None:
            return name
        if not isinstance(array, np.ndarray):
            return number_text(array)
        return self._constants.setdefault(id(array), f"c{len(self._constants) + 1}")

    def statement(self, node: Node) -> str:
        """`u = x · y`; for a parameter its name."""
        name = self.called[node]
        if isinstance(node, Leaf):
            return name
        if isinstance(node, Output):
            source = self.called.get(node.parents[0], "…") if node.parents and node.parents[0] else "…"
            return name if name == f"{source}[{node.index}]" else f"{name} = {source}[{node.index}]"
        operands = operands_of(node)
        template = _TEXTBOOK.get(node.name)
        if template is not None and all(f"{{{o.name}}}" in template[0] for o in operands):
            return f"{name} = {template[0].format(**self._terms(operands))}"
        settings = settings_of(node)
        if "index" in settings and len(operands) == 1:
            return f"{name} = {self.term(operands[0])}[…]"
        return f"{name} = {node.name}({', '.join(self.term(o) for o in operands)})"

    def _terms(self, operands: list[Operand]) -> dict[str, str]:
        terms = {o.name: self.term(o) for o in operands}
        exponent = next((o.array for o in operands if o.name == "y" and o.node is None), None)
        terms["power"] = _power_rule(terms.get("x", ""), terms.get("y", ""), exponent)
        return terms

    def d(self, node: Node) -> str:
        """`dJ/dx`."""
        return f"d{self.called[self.root]}/d{self.called[node]}"

    def first_row(self, version: str) -> tuple[str, ...]:
        """The derivative everything starts from."""
        one = array_text(self.seed)
        return f"{self.d(self.root)} = 1", one, one

    def product(self, node: Node, operand: Operand) -> str:
        """`dJ/dt · cos(x)`: one term of the chain rule."""
        _, locals_ = _TEXTBOOK.get(node.name, ("", {}))
        out = self.called[node]
        text = locals_.get(operand.name)
        if text is None:
            return f"{self.d(node)} · d{out}/d{self.term(operand)}"
        return f"{self.d(node)} · {text.format(**self._terms(operands_of(node)), out=out)}"


def _power_rule(x: str, y: str, exponent: Any) -> str:
    """The derivative of x^y by x: `y x^(y-1)`, worked out where the exponent is a number."""
    if exponent is None or np.ndim(exponent):
        return f"{y} {x}^({y} - 1)"
    return f"{y} {x}" if exponent == 2 else f"{y} {x}^{number_text(exponent - 1)}"
