"""Which call of which module recorded a node, so that pictures can draw a box around the nodes of a call.

The graph itself knows only operations. `keep_modules(model)` registers hooks on the modules, and leaves on every
node the innermost call that was in progress when the node was recorded.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from ..engine.graph import Leaf, Node, Output
from ..engine.modes import observing
from ..nn import Module


@dataclass(frozen=True, eq=False)
class Call:
    """One call of a module.

    Attributes:
        name: the module's dotted name in the model; empty for the model itself.
        looks: the module's `repr`; consecutive calls of modules that look the same may be drawn as one box.
        outer: the call that this one is part of; None for a call of the model itself.
    """

    name: str
    looks: str
    outer: Call | None

    @property
    def path(self) -> list[Call]:
        """The calls that this one is part of, outermost first, and this one last."""
        return [*(self.outer.path if self.outer else []), self]

    @property
    def kind(self) -> str:
        """The name of the module's class."""
        return self.looks.partition("(")[0]


def title_of(calls: list[Call]) -> str:
    """The title of a call, `stem: Linear`, or of several that look the same, `blocks.0-11: 12 x Block`."""
    first, last = calls[0], calls[-1]
    if first is last:
        return f"{first.name}: {first.kind}" if first.name else first.kind
    return f"{first.name}-{last.name.rpartition('.')[2]}: {len(calls)} x {first.kind}"


class _Keeper:
    """An observer that leaves on every node the call that is in progress."""

    def __init__(self, model: Module) -> None:
        self.names = {module: name for name, module in model.named_modules()}
        self.running: list[tuple[Module, Call]] = []

    def enter(self, module: Module, args: Any) -> None:
        outer = self.running[-1][1] if self.running else None
        self.running.append((module, Call(self.names[module], repr(module), outer)))

    def leave(self, module: Module, args: Any, result: Any) -> None:
        while self.running.pop()[0] is not module:
            pass  # a call that ended with an exception has not been removed

    def recorded(self, node: Node, result: Any) -> None:
        if self.running:
            node.annotate().call = self.running[-1][1]

    def ran(self, node: Node, contributions: Any) -> None:
        """The backward pass belongs to no module."""


@contextmanager
def keep_modules(model: Module) -> Iterator[None]:
    """A context that keeps, for every node recorded in it, which module of `model` was called; for `viz.graph`.

    Pictures of the graph then draw a frame around the nodes of each call, or with `depth=` one box in their place.

    Example:
        >>> model = nn.Sequential(nn.Linear(2, 3), nn.ReLU())
        >>> with keep_modules(model):
        ...     y = model(tensor([1.0, 2.0])).sum()
        >>> picture = ag.viz.graph(y, depth=1)
    """
    keeper = _Keeper(model)
    handles = []
    try:
        for module in keeper.names:
            handles.append(module.register_forward_pre_hook(keeper.enter, prepend=True))
            handles.append(module.register_forward_hook(keeper.leave))
        with observing(keeper):
            yield
    finally:
        for handle in handles:
            handle.remove()


def calls_of(nodes: Iterable[Node], parents: Mapping[Node, list[Node]]) -> dict[Node, Call]:
    """The call that each node belongs to. A parameter belongs to the innermost call that contains all its uses.

    Args:
        nodes: the nodes, in the order of their recording.
        parents: the nodes that are inputs of each node.
    """
    found: dict[Node, Call] = {}
    uses: dict[Node, list[Call | None]] = {}
    for node in nodes:
        source = node.parents[0] if isinstance(node, Output) and node.parents else node
        call = None if source is None or source.extras is None else source.extras.call
        if call is not None:
            found[node] = call
        for parent in parents.get(node, ()):
            if isinstance(parent, Leaf):
                uses.setdefault(parent, []).append(call)
    for leaf, calls in uses.items():
        common = enclosing(calls)
        if common is not None:
            found[leaf] = common
    return found


def enclosing(calls: Iterable[Call | None]) -> Call | None:
    """The innermost call that all of these calls are part of; None if there is none."""
    paths = [call.path if call else [] for call in calls]
    common = None
    for level in zip(*paths, strict=False):
        if any(call is not level[0] for call in level):
            break
        common = level[0]
    return common


def grouped(calls: Iterable[Call], edges: Iterable[tuple[Any, Any]]) -> list[list[Call]]:
    """The calls in groups: calls that look the same are one group if each of them feeds the next one and nothing
    else.

    Args:
        calls: the calls, in the order of their recording.
        edges: pairs (start, end) for each flow of data, between calls and other nodes.
    """
    users: dict[Any, set[Any]] = {}
    inputs: dict[Any, set[Any]] = {}
    for start, end in edges:
        users.setdefault(start, set()).add(end)
        inputs.setdefault(end, set()).add(start)
    given = list(calls)
    groups = [[call] for call in given[:1]]
    for call, following in pairwise(given):
        alike = call.looks == following.looks and call.outer is following.outer
        if alike and users.get(call) == {following} and inputs.get(following) == {call}:
            groups[-1].append(following)
        else:
            groups.append([following])
    return groups
