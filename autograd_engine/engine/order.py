"""Walking a graph without recursion: in reverse topological order, and as one flat list.

Depth is no limit to either, so a chain of a million operations can be differentiated, copied and pickled.
"""

from __future__ import annotations

from collections.abc import Iterable
from operator import attrgetter
from typing import Any

import numpy as np

from ..backend.portable import portable, unpacked
from .graph import Leaf, Node, Output, Value, record

__all__ = ["flattened", "rebuilt", "reverse_topological"]


def reverse_topological(roots: Iterable[Node], floor: int = 0) -> list[Node]:
    """All nodes that lead to `roots`, each before its inputs; those recorded before `floor` left out.

    Iterative, so depth is no limit, and linear but for a sort of almost sorted integers.

    Raises:
        RuntimeError: a backward pass has freed part of the graph.
    """
    found = set(roots)
    order = list(found)
    for node in order:
        parents = node.parents
        if parents is None:
            raise RuntimeError(
                f"backward through a freed graph: {node.name} (shape {tuple(node.shape)}) was already "
                "run and its saved arrays released; pass retain_graph=True to the first backward, "
                "or compute the result again"
            )
        for parent in parents:
            if parent is not None and parent not in found and parent.tick >= floor:
                found.add(parent)
                order.append(parent)
    order.sort(key=attrgetter("tick"), reverse=True)
    return order


def flattened(root: Node) -> list[tuple[Any, ...]]:
    """The graph below `root` as one list, to be copied or pickled without recursion: nodes refer to
    their parents by position, leaves are their tensors."""
    order = reverse_topological([root])[::-1]
    places: dict[Node | None, Any] = {node: i for i, node in enumerate(order)}
    places[None] = None
    flat: list[tuple[Any, ...]] = []
    for node in order:
        parents = tuple(places[p] for p in node.parents or ())
        if isinstance(node, Leaf):
            flat.append((Leaf, node.tensor(), node.form))
        elif isinstance(node, Output):
            flat.append((Output, parents[0], node.index))
        else:
            flat.append((Node, parents, node.primitive, portable(node.saved), node.form))
    return flat


def rebuilt(flat: list[tuple[Any, ...]]) -> Node:
    """The last node of a graph that `flattened` wrote, with the whole graph below it."""
    nodes: list[Any] = []
    for kind, *fields in flat:
        if kind is Leaf:
            tensor, form = fields
            nodes.append(_orphan(form) if tensor is None else tensor.node)
        elif kind is Output:
            nodes.append(Output(nodes[fields[0]], fields[1]))
        else:
            parents, primitive, saved, form = fields
            edges = tuple(None if p is None else nodes[p] for p in parents)
            nodes.append(record(primitive, edges, unpacked(saved), form))
    return nodes[-1]


def _orphan(form: Any) -> Leaf:
    """A leaf whose tensor nobody holds any more."""
    value = Value()
    value.array = np.zeros(*form) if isinstance(form, tuple) else form(0)
    return Leaf(value)
