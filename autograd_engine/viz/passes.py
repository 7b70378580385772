"""A computation as the textbook's two tables: forward, one statement per row; backward, in reverse.

Version B of the backward pass visits the statements from last to first, and each one *increments* the derivatives
of its inputs: dJ/dx += dJ/dt dt/dx. Version A computes every derivative once, as the sum over the statements that
use the variable: dJ/dx = sum_t dJ/dt dt/dx. Both add the same products, in a different order. Source: M. Gormley,
CMU 10-601, lecture 14, "Backpropagation".
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from operator import attrgetter
from typing import Any

import numpy as np

from ..backend.arrays import astype, unboxed
from ..engine.backward import propagate
from ..engine.graph import Node, Output
from ..engine.modes import observing
from ..engine.plan import Increment
from ..ops.shape import sum_to_size
from .reading import known_values, operands_of
from .statements import Script
from .table import Table
from .text import array_text

_MISSING = "not kept"
"""What stands in the place of a value that nobody holds any more."""


def forward_table(
    y: Any, names: Mapping[str, Any] | Iterable[tuple[str, Any]] | None = None, *, max_rows: int = 200
) -> Table:
    """The statements that computed `y` and their values, first to last.

    Args:
        y: a tensor with a recorded graph.
        names: tensors to name, as for `viz.graph`. Results without a name are called u1, u2, ..., parameters p1,
            p2, ..., arrays of constants c1, c2, ..., and the result is called y.
        max_rows: how many statements to show at most: those nearest to `y`.

    A value that is held nowhere any more is shown as "not kept"; compute inside `keep_values()` to have all values.

    Raises:
        TypeError: `y` is no tensor, or `names` names something that is no tensor.
        RuntimeError: nothing was recorded for `y`, or a backward pass has freed the graph.

    Example:
        >>> x = tensor(3.0, requires_grad=True)
        >>> print(forward_table(x * x, names={"x": x}))
        statement  value
        ---------  -----
        x          3
        y = x · x  9
    """
    script = Script(y, names, max_rows, "viz.forward_table")
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
    """The backward pass of `y` as a table, last statement first. The graph stays, and no `.grad` changes.

    Args:
        y: a tensor with a recorded graph; if it has several elements, their sum is differentiated.
        names: as for `forward_table`.
        version: "B", which the engine uses: one row for each increment, with the derivative so far; or "A": one row
            for each variable, with its derivative as a sum over the statements that use it.
        max_rows: how many statements of the forward pass are taken into account: those nearest to `y`.

    Raises:
        TypeError: `y` is no tensor, or `names` names something that is no tensor.
        RuntimeError: nothing was recorded for `y`, or a backward pass has freed the graph.
        ValueError: `version` is neither "A" nor "B".

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
    script = Script(y, names, max_rows, "viz.backward_table")
    return _gathered(script) if version == "A" else _pushed(script)


# --------------------------------------------------------------------------------- the two versions


class _Recorder:
    """An observer of a backward pass, which notes the increments that each node gave to its inputs."""

    def __init__(self) -> None:
        self.steps: list[tuple[Node, list[Any]]] = []

    def recorded(self, node: Node, result: Any) -> None:
        """Nothing is recorded in a backward pass of raw arrays."""

    def ran(self, node: Node, contributions: Any) -> None:
        given = [_contribution(c, p) for c, p in zip(contributions, node.parents or (), strict=True)]
        self.steps.append((node, given))


def _contribution(c: Any, parent: Node | None) -> Any:
    """The increment of the parent's derivative that a rule's result `c` stands for, in the parent's shape and
    dtype."""
    if c is None or parent is None:
        return None
    if c.__class__ is Increment:
        buffer = np.zeros(parent.shape, parent.dtype)
        c.into(buffer, *c.arguments)
        return buffer
    if c.shape != parent.shape:
        c = sum_to_size(c, parent.shape)
    return unboxed(np.array(astype(c, parent.dtype)))


def _pushed(script: Script) -> Table:
    """Version B: the engine's own backward pass, observed."""
    recorder = _Recorder()
    targets = [n for n in script.nodes if not isinstance(n.dtype, tuple)]
    with observing(recorder):
        propagate([script.root], [script.seed], targets, retain_graph=True)
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


def _gathered(script: Script) -> Table:
    """Version A: each derivative at once, from the derivatives of all statements that use the variable."""
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
