"""The computation graph as a picture: data flows along the arrows, from parameters to the result.

Color and shape tell what a node is: a parameter, which gets a gradient, is a blue box; a constant or an input is a
grey note; an operation is a rounded yellow box; the result is a green box with a double border. A module is a frame
around its operations, or a violet box in their place. Of a large graph only the part nearest to the result is
drawn, and the picture says how many nodes are missing.
"""

from __future__ import annotations

import math
import os
import warnings
from collections.abc import Iterable, Mapping
from html import escape
from operator import attrgetter
from pathlib import Path
from typing import Any

import numpy as np

from ..backend.files import write_atomically
from ..engine.graph import Leaf, Node, Output
from .modules import Call, calls_of, grouped, title_of
from .reading import Names, Operand, count, gradients_of, known_values, nearest, operands_of, roots_of, settings_of
from .rendering import FORMATS, render
from .text import array_text, number_text

__all__ = ["GraphPicture", "graph"]

_STYLES = {
    "parameter": {"shape": "box", "style": "filled", "fillcolor": "#dcebfa", "color": "#1f5fa8"},
    "constant": {"shape": "note", "style": "filled", "fillcolor": "#f1f1f1", "color": "#767676"},
    "operation": {"shape": "box", "style": "filled,rounded", "fillcolor": "#fff5d6", "color": "#b07a00"},
    "result": {
        "shape": "box",
        "style": "filled,rounded",
        "fillcolor": "#dff3e1",
        "color": "#22753a",
        "peripheries": "2",
    },
    "module": {"shape": "box3d", "style": "filled", "fillcolor": "#ece3f4", "color": "#7a4fa3"},
    "note": {"shape": "plaintext", "style": "", "fontcolor": "#9c1c1c"},
}
_FAINT, _VALUE_COLOR, _GRADIENT_COLOR = "#555555", "#1a6b34", "#b3261e"
_FONT = "Helvetica"
"""Every renderer knows its measures or has a font that shares them; SVG files say that any sans-serif does, too."""
_FRAME = {"style": "rounded", "color": "#7a4fa3", "fontcolor": "#7a4fa3", "fontsize": "11", "labeljust": "l"}
_FAN_IN = 8
"""How many inputs of one node are drawn at most."""
_CLOSED = 20_000
"""How many nodes are read at most if modules are closed, which hides most of them."""
_DIRECTIONS = ("TB", "LR", "BT", "RL")


class GraphPicture:
    """A picture of a graph, described by DOT text and drawn on demand. A notebook shows it by itself.

    Attributes:
        dot: the DOT text, which can be read without a renderer.
        hidden: how many nodes were left out.
    """

    def __init__(self, dot: str, hidden: int = 0) -> None:
        self.dot = dot
        self.hidden = hidden

    def svg(self) -> bytes:
        """The picture as SVG. In a browser, pointing at a node shows more about it."""
        return render(self.dot, "svg")

    def png(self, dpi: int = 144) -> bytes:
        """The picture as PNG, at `dpi` pixels per inch."""
        return render(self.dot, "png", dpi)

    def pdf(self) -> bytes:
        """The picture as PDF; that takes the extra `pygraphviz`, or Graphviz's program `dot`."""
        return render(self.dot, "pdf")

    def save(self, path: str | os.PathLike[str]) -> Path:
        """Write the picture in the format of the suffix: .svg, .png, .pdf, or .dot; returns the path.

        Raises:
            ValueError: another suffix.
            ImportError: there is no renderer for this format; says how to get one.
        """
        suffix = Path(path).suffix.lower().removeprefix(".")
        if suffix in ("dot", "gv"):
            return write_atomically(path, self.dot.encode())
        if suffix not in FORMATS:
            raise ValueError(f"cannot save a graph picture as {Path(path).name!r}: use .svg, .png, .pdf or .dot")
        return write_atomically(path, getattr(self, suffix)())

    def _repr_svg_(self) -> str | None:
        """For notebooks. Without a renderer they show one line of text: a cell does not fail with its picture."""
        try:
            return self.svg().decode()
        except (ImportError, RuntimeError) as error:
            warnings.warn(str(error), stacklevel=2)
            return None

    def __repr__(self) -> str:
        cut = f", {self.hidden:,} nodes hidden" if self.hidden else ""
        return f"<GraphPicture: {len(self.dot.splitlines())} lines of DOT{cut}>"


def graph(
    y: Any,
    names: Mapping[str, Any] | Iterable[tuple[str, Any]] | None = None,
    *,
    values: bool = False,
    gradients: bool = False,
    max_nodes: int = 100,
    direction: str = "TB",
    depth: int | None = None,
) -> GraphPicture:
    """The graph that computed `y`, as a picture: each node with its operation or name, shape and dtype.

    Args:
        y: a tensor with a recorded graph, or a list of them.
        names: tensors to name, as a dict or pairs (name, tensor), for instance `model.named_parameters()`. Results
            and inputs can be named too.
        values: show values as well, if they are still held; compute inside `keep_values()` to have all of them.
            Parameters show their current value.
        gradients: show the derivative of `y` (of the sum of its elements) with respect to each node. The graph
            stays, and no `.grad` changes.
        max_nodes: how many recorded nodes to draw at most: those nearest to `y`.
        direction: the direction of the data flow: "TB" (top to bottom), "LR", "BT" or "RL".
        depth: draw each module at this depth of the model as one closed box; several that look the same and follow
            each other are one box, "12 x Block". 0 closes the model itself. The graph must have been computed
            inside `keep_modules(model)`.

    Raises:
        TypeError: `y` is no tensor, or `names` names something that is no tensor.
        RuntimeError: nothing was recorded for `y`, or a backward pass has freed the graph.
        ValueError: the direction is unknown, `max_nodes` is below 1, or there is no module at this depth.

    Example:
        >>> w = tensor([1.0, 2.0], requires_grad=True)
        >>> picture = graph((w * w).sum(), names={"w": w}, values=True, gradients=True)
        >>> picture.save("graph.svg")  # doctest: +SKIP
    """
    if direction not in _DIRECTIONS:
        raise ValueError(f"direction {direction!r}: use one of {', '.join(_DIRECTIONS)}")
    if max_nodes < 1:
        raise ValueError(f"max_nodes must be at least 1, not {max_nodes}")
    tensors = roots_of(y, "viz.graph")
    roots = list(dict.fromkeys(t.node for t in tensors))
    if depth is not None and depth < 0:
        raise ValueError(f"depth must be at least 0, not {depth}")
    nodes = nearest(roots, max_nodes if depth is None else _CLOSED, _FAN_IN)
    named = Names(names)
    for tensor in tensors:
        named.values.setdefault(tensor.node, tensor.array)
    drawing = _Drawing(
        nodes,
        set(roots),
        named,
        known_values(nodes, named) if values else {},
        gradients_of(tensors, nodes) if gradients else {},
        direction,
        depth,
    )
    total, exact = count(roots)
    drawing.draw(total - len(nodes), exact)
    return GraphPicture(drawing.source, total - len(nodes))


# ------------------------------------------------------------------------------------- how it looks


class _Drawing:
    """Writes the DOT text of chosen nodes."""

    def __init__(
        self,
        nodes: list[Node],
        roots: set[Node],
        names: Names,
        values: dict[Node, Any],
        gradients: dict[Node, Any],
        direction: str,
        depth: int | None,
    ) -> None:
        import graphviz

        self.nodes, self.roots, self.names = nodes, roots, names
        self.values, self.gradients = values, gradients
        self.operands = {node: operands_of(node) for node in nodes}
        self.places = {node: f"n{i}" for i, node in enumerate(nodes)}
        self.calls = calls_of(nodes, {n: [o.node for o in self.operands[n] if o.node] for n in nodes})
        self.closed: dict[str, tuple[list[Call], list[Node]]] = {}
        self.joined: set[tuple[str, str]] = set()
        if depth is not None:
            self._close(depth)
        self.constants: dict[int, str] = {}
        self.cut: dict[str, int] = {}
        self.escape = graphviz.escape
        self.dot = graphviz.Digraph(
            graph_attr={
                "rankdir": direction,
                "bgcolor": "white",
                "pad": "0.15",
                "nodesep": "0.22",
                "ranksep": "0.32",
                "fontname": _FONT,
            },
            node_attr={
                "fontname": _FONT,
                "fontsize": "12",
                "fontcolor": "#1c1c1c",
                "margin": "0.11,0.06",
                "height": "0.3",
                "width": "0.3",
                "penwidth": "1.2",
            },
            edge_attr={"color": "#6b6b6b", "arrowsize": "0.65", "penwidth": "1.1"},
        )

    @property
    def source(self) -> str:
        return str(self.dot.source)

    def draw(self, hidden: int, exact: bool) -> None:
        """Write all nodes, their constants and edges, and the note on what is missing."""
        self._frame(self._contents(), None, self.dot)
        for node in self.nodes:
            self._edges(node)
        if hidden or self.cut:
            self._note(hidden, exact)

    def _close(self, depth: int) -> None:
        """Put a box in the place of each module call at this depth, or of several calls that look the same."""
        boxes = {n: path[depth] for n, call in self.calls.items() if len(path := call.path) > depth}
        if not boxes:
            raise ValueError(
                f"depth={depth}: no module was kept at this depth; compute inside viz.keep_modules(model), and "
                "choose 0 for the model itself, 1 for its parts, and so on"
            )
        edges = [
            (boxes.get(o.node, o.node), boxes.get(node, node))
            for node in self.nodes
            for o in self.operands[node]
            if o.node is not None and (node not in boxes or boxes.get(o.node) is not boxes[node])
        ]
        inside: dict[Call, list[Node]] = {}
        for node in self.nodes:
            if node in boxes:
                inside.setdefault(boxes[node], []).append(node)
        first = sorted(inside, key=lambda call: next(n.tick for n in inside[call] if not isinstance(n, Leaf)))
        for i, calls in enumerate(grouped(first, edges)):
            members = [node for call in calls for node in inside[call]]
            self.closed[f"m{i}"] = calls, members
            self.places |= dict.fromkeys(members, f"m{i}")

    def _frame(self, contents: Mapping[Call | None, Iterable[Any]], outer: Call | None, dot: Any) -> None:
        """Write what a module call holds directly, and a frame for each call inside it."""
        for item in contents.get(outer, ()):
            if isinstance(item, Node):
                self._node(item, dot)
            elif isinstance(item, str):
                self._box(item, dot)
            else:
                frame = {"label": title_of([item]), "tooltip": self.escape(item.looks), **_FRAME}
                with dot.subgraph(name=f"cluster_{id(item)}", graph_attr=frame) as inner:
                    self._frame(contents, item, inner)

    def _contents(self) -> dict[Call | None, Iterable[Any]]:
        """What each open call holds directly (None: what lies in no call): nodes, places of closed boxes, inner
        calls."""
        found: dict[Call | None, dict[Any, None]] = {}
        for node in self.nodes:
            place = self.places[node]
            closed = self.closed.get(place)
            call = closed[0][0].outer if closed else self.calls.get(node)
            found.setdefault(call, {})[place if closed else node] = None
            while call is not None:
                found.setdefault(call.outer, {})[call] = None
                call = call.outer
        return dict(found)

    def _box(self, place: str, dot: Any) -> None:
        """A closed module."""
        calls, members = self.closed[place]
        last = max(members, key=attrgetter("tick"))
        values = sum(math.prod(n.shape) for n in members if isinstance(n, Leaf))
        self._write(
            dot,
            place,
            "module",
            title_of(calls),
            f"{values:,} parameters" if values else "",
            _type_text(last.shape, last.dtype),
            self.values.get(last),
            self.gradients.get(last),
            tooltip=calls[0].looks,
        )

    def _node(self, node: Node, dot: Any) -> None:
        kind = "result" if node in self.roots else "parameter" if isinstance(node, Leaf) else "operation"
        name = self.names.of(node)
        operation = "parameter" if isinstance(node, Leaf) else node.name + _settings_text(node)
        self._write(
            dot,
            self.places[node],
            kind,
            name or operation,
            f"= {operation}" if name and not isinstance(node, Leaf) else "",
            _type_text(node.shape, node.dtype),
            self.values.get(node),
            self.gradients.get(node),
            tooltip=_tooltip(node, kind),
        )

    def _write(
        self,
        dot: Any,
        place: str,
        kind: str,
        title: str,
        subtitle: str,
        type_text: str,
        value: Any = None,
        gradient: Any = None,
        tooltip: str = "",
    ) -> None:
        lines = [f"<b>{escape(title)}</b>" + (f" {escape(subtitle)}" if subtitle else "")]
        if type_text:
            lines.append(_small(type_text, _FAINT))
        if value is not None:
            lines.append(_small(f"value {array_text(value)}", _VALUE_COLOR))
        if gradient is not None:
            lines.append(_small(f"grad {array_text(gradient)}", _GRADIENT_COLOR))
        hint = self.escape(tooltip or kind)
        dot.node(place, f"<{'<br/>'.join(lines)}>", _attributes={"tooltip": hint, **_STYLES[kind]})

    def _edges(self, node: Node) -> None:
        place = self.places[node]
        operands = self.operands[node]
        drawn = operands[:_FAN_IN]
        for i, operand in enumerate(drawn):
            if operand.node is None:
                if place not in self.closed:
                    self.dot.edge(self._constant(operand, f"{place}_{i}"), place)
            elif (start := self.places.get(operand.node, place)) != place:
                if place in self.closed or start in self.closed:
                    if (start, place) in self.joined:
                        continue
                    self.joined.add((start, place))
                self.dot.edge(start, place, weight="10")
        missing = sum(o.node is not None and o.node not in self.places for o in drawn)
        if missing or len(operands) > len(drawn):
            self.cut[place] = self.cut.get(place, 0) + missing + len(operands) - len(drawn)

    def _constant(self, operand: Operand, place: str) -> str:
        """The place of a constant in the DOT text. An array that is used twice is drawn once."""
        array = operand.array
        shared = isinstance(array, np.ndarray)
        if shared and id(array) in self.constants:
            return self.constants[id(array)]
        place = f"c{place}"
        name = self.names.of(None, array)
        if array is None:
            self._write(self.dot, place, "constant", "constant", "", "", tooltip="a value that no derivative needs")
        elif name is None and not shared:
            self._write(self.dot, place, "constant", number_text(array), "", "", tooltip="a constant number")
        else:
            value = array if self.values else None
            self._write(
                self.dot, place, "constant", name or "constant", "", _type_text(array.shape, array.dtype), value
            )
        if shared:
            self.constants[id(array)] = place
        return place

    def _note(self, hidden: int, exact: bool) -> None:
        count = f"{hidden:,}" if exact else f"more than {hidden:,}"
        self.dot.node("cut", f"<<b>… {count} more nodes not shown</b>>", _attributes=_STYLES["note"])
        for place, missing in self.cut.items():
            inputs = {"label": f" {missing:,} inputs", "fontsize": "10", "fontname": _FONT} if missing > 1 else {}
            self.dot.edge("cut", place, _attributes={"style": "dashed", **inputs})


def _small(text: str, color: str) -> str:
    return f'<font point-size="10" color="{color}">{escape(text)}</font>'


def _type_text(shape: Any, dtype: Any) -> str:
    """`float32 [64, 10]`, or `float32 scalar` for a single number."""
    if isinstance(dtype, tuple):
        return f"{len(dtype)} results"
    return f"{dtype} [{', '.join(map(str, shape))}]" if shape else f"{dtype} scalar"


def _settings_text(node: Node, limit: int = 24) -> str:
    """The settings of this use of the operation: `[3]` behind getitem, `(dim=1)` behind sum; "" if too long."""
    if isinstance(node, Output):
        return ""
    settings = settings_of(node)
    if "index" in settings:
        index = [i for i in settings["index"] if i is not Ellipsis]
        text = f" [{', '.join(map(_index_text, index))}]"
        return text if len(text) <= limit else ""
    shown = {n: v for n, v in settings.items() if v is not None and v is not False and n != "shape"}
    dims = shown.pop("dims", None)
    if dims and len(dims) < len(node.shape) + len(dims):
        shown["dim"] = dims[0] if len(dims) == 1 else dims
    text = f" ({', '.join(f'{n}={v}' for n, v in shown.items())})" if shown else ""
    return text if len(text) <= limit else ""


def _index_text(item: Any) -> str:
    if isinstance(item, slice):
        parts = ["" if v is None else str(v) for v in (item.start, item.stop, item.step)]
        return ":".join(parts[: 3 if parts[2] else 2])
    return "array" if isinstance(item, np.ndarray) else str(item)


def _tooltip(node: Node, kind: str) -> str:
    if isinstance(node, Leaf):
        return "parameter: it gets a gradient"
    forward = getattr(node.primitive, "forward", None)
    summary = (getattr(forward, "__doc__", None) or "").strip().splitlines()
    where = None if node.extras is None else node.extras.where
    return "\n".join([f"{kind}: {node.name}", *summary[:1], *([where] if where else [])])
