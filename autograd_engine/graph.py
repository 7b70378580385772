"""The graph: what a computation leaves behind so that its derivative can be taken.

A `Value` is an array and, when it depends on something that requires a gradient, the `Node`
that made it. A `Node` is one recorded operation: its primitive, the nodes of its inputs, and the
few arrays its derivative needs. Edges point only from results to inputs, so a graph has no
reference cycles and dies with the last value that leads to it.

One logical clock runs through this module. Recording a node takes a tick, and so does writing an
array in place. Two facts follow from it for free: sorting nodes by tick *is* a topological order
(an input always exists before its result), and a saved array is stale exactly when its memory was
written after the node that saved it was recorded.
"""

from __future__ import annotations

import itertools
import sys
import traceback
import weakref
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from operator import attrgetter
from typing import Any, Protocol

import numpy as np

from .backend.arrays import form_of

__all__ = [
    "Extras",
    "Leaf",
    "Node",
    "Observer",
    "Output",
    "Value",
    "flattened",
    "grad_mode",
    "is_grad_enabled",
    "observer",
    "observers",
    "observing",
    "owner",
    "rebuilt",
    "recorded_at",
    "restore_mode",
    "restore_observers",
    "reverse_topological",
    "set_mode",
    "set_observers",
    "tick",
    "version",
    "written",
]

tick: Callable[[], int] = itertools.count(1).__next__
"""The next reading of the logical clock; one bytecode-atomic call, safe between threads."""


# ---------------------------------------------------------------------------------------- values


class Value:
    """An array and the node that made it: `node is None` exactly when no gradient is required.

    This is the part of a tensor the engine needs. The user's object, `Tensor`, extends it.
    """

    __slots__ = ("__weakref__", "array", "node")

    array: Any
    node: Node | None


class Node:
    """One recorded operation.

    Attributes:
        primitive: what was applied; it holds the derivative rules and the name.
        parents: the inputs' nodes, `None` for an input that requires no gradient. The tuple itself
            becomes `None` once a backward pass has run the node and freed it.
        saved: the arrays, shapes and settings that the derivative rules ask for, nothing else.
        form: what the result, and so its gradient, looks like: see `form_of`. Several results have
            tuples of shapes and of dtypes.
        tick: when it was recorded on the logical clock.
        extras: `None`, or what few nodes carry: hooks, a retained gradient, where it was recorded.
    """

    __slots__ = ("extras", "form", "parents", "primitive", "saved", "tick")

    primitive: Any
    parents: tuple[Node | None, ...] | None
    saved: tuple[Any, ...] | None
    form: Any
    tick: int
    extras: Extras | None

    @property
    def name(self) -> str:
        """The name of the operation."""
        return str(self.primitive.name)

    @property
    def shape(self) -> Any:
        """The shape of the result; a tuple of shapes for several results."""
        return self.form[0] if isinstance(self.form, tuple) else ()

    @property
    def dtype(self) -> Any:
        """The dtype of the result; a tuple of dtypes for several results."""
        return self.form[1] if isinstance(self.form, tuple) else np.dtype(self.form)

    def annotate(self) -> Extras:
        """The node's extras, made on first use."""
        if self.extras is None:
            self.extras = Extras()
        return self.extras

    def __repr__(self) -> str:
        return f"<{self.name}, shape {self.shape}, {self.dtype}>"


class Leaf(Node):
    """The node of a tensor that the user made and asked gradients for: where derivatives end up.

    It refers to its tensor weakly: when nobody can read `.grad` any more, nothing is kept.
    """

    __slots__ = ("tensor",)

    tensor: weakref.ref[Any]

    def __init__(self, tensor: Value) -> None:
        self.tensor = weakref.ref(tensor)
        self.primitive = None
        self.parents = ()
        self.saved = ()
        self.form = form_of(tensor.array)
        self.tick = tick()
        self.extras = None

    @property
    def name(self) -> str:
        """What stands where other nodes name their operation."""
        return "leaf"


class Output(Node):
    """One of several results of a node. Its only parent is that node, to whose list of cotangents
    the backward pass hands this result's gradient in place `index`."""

    __slots__ = ("index",)

    index: int

    def __init__(self, source: Node, index: int) -> None:
        self.primitive = source.primitive
        self.parents = (source,)
        self.saved = ()
        self.form = (source.shape[index], source.dtype[index])
        self.tick = tick()
        self.extras = None
        self.index = index

    @property
    def name(self) -> str:
        """The operation and which of its results this is."""
        return f"{self.primitive.name}[{self.index}]"


class Extras:
    """What only few nodes carry, kept out of the others' way.

    Attributes:
        hooks: functions of the gradient, run in the order of their registration.
        retain: weak references to the tensors of this node that called `retain_grad()`.
        where: the user's source line that recorded the node, while an observer asks for it.
        value: the result, while an observer keeps it.
        call: the call of a module that recorded the node, while an observer asks for it.
    """

    __slots__ = ("call", "hooks", "retain", "value", "where")

    def __init__(self) -> None:
        self.hooks: dict[int, Callable[[Any], Any]] = {}
        self.retain: list[weakref.ref[Any]] = []
        self.where: str | None = None
        self.value: Any = None
        self.call: Any = None


def recorded_at(depth_limit: int = 64) -> str:
    """The source line outside this package that is running now, as `file:line, in function: code`."""
    package = __name__.partition(".")[0]
    frame = sys._getframe(1)
    for _ in range(depth_limit):
        if frame.f_globals.get("__name__", "").partition(".")[0] != package:
            break
        if frame.f_back is None:
            break
        frame = frame.f_back
    summary = traceback.extract_stack(frame, limit=1)[0]
    return f"{summary.filename}:{summary.lineno}, in {summary.name}: {summary.line}"


# ------------------------------------------------------------------------------------- traversal


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
            flat.append((Node, parents, node.primitive, node.saved, node.form))
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
            node = Node()
            parents, node.primitive, node.saved, node.form = fields
            node.parents = tuple(None if p is None else nodes[p] for p in parents)
            node.tick = tick()
            node.extras = None
            nodes.append(node)
    return nodes[-1]


def _orphan(form: Any) -> Leaf:
    """A leaf whose tensor nobody holds any more."""
    value = Value()
    value.array = np.zeros(*form) if isinstance(form, tuple) else form(0)
    return Leaf(value)


# ----------------------------------------------------------------------------------- in-place writes

latest_write = 0
"""The tick of the last in-place write of any array: nodes recorded later need no check at all."""

_writes: dict[int, tuple[int, int, weakref.ref[Any]]] = {}


def owner(array: Any) -> Any:
    """The array that owns the memory `array` looks into."""
    while (base := getattr(array, "base", None)) is not None and hasattr(base, "dtype"):
        array = base
    return array


def written(array: Any) -> None:
    """Note that the memory of `array` was written in place, now."""
    global latest_write
    memory = owner(array)
    key = id(memory)
    known = _writes.get(key)
    if known is None:
        reference = weakref.ref(memory, lambda _: _writes.pop(key, None))
        count = 0
    else:
        _, count, reference = known
    latest_write = now = tick()
    _writes[key] = (now, count + 1, reference)


def version(array: Any) -> int:
    """How many times the memory of `array` was written in place."""
    known = _writes.get(id(owner(array)))
    return 0 if known is None else known[1]


def check_saved(node: Node) -> None:
    """Raise if an array that `node` saved was written in place since."""
    for saved in node.saved or ():
        for array in saved if isinstance(saved, tuple) else (saved,):
            known = _writes.get(id(owner(array))) if hasattr(array, "dtype") else None
            if known is not None and known[0] > node.tick:
                raise RuntimeError(
                    f"{node.name} saved an array of shape {tuple(array.shape)} for its derivative, and the "
                    f"array was changed in place since (now at version {known[1]}); change a clone() "
                    "instead, or make the change after backward"
                )


# ---------------------------------------------------------------------------------------- grad mode


class Observer(Protocol):
    """Something that looks at every node as it is recorded."""

    def recorded(self, node: Node, result: Any) -> None:
        """Called with a new node and the raw array (or arrays) it produced."""

    def ran(self, node: Node, contributions: Any) -> None:
        """Called in a backward pass with what the node's rules gave to its parents."""


_mode: ContextVar[bool | Observer] = ContextVar("grad_mode", default=True)
_observer: ContextVar[Observer | None] = ContextVar("observer", default=None)

observer: Callable[[], Observer | None] = _observer.get
"""Who is looking at this thread's nodes, or None."""


class _Observers(tuple[Observer, ...]):
    """Several observers, each shown every node."""

    __slots__ = ()

    def recorded(self, node: Node, result: Any) -> None:
        for watcher in self:
            watcher.recorded(node, result)

    def ran(self, node: Node, contributions: Any) -> None:
        for watcher in self:
            watcher.ran(node, contributions)


def observers() -> tuple[Observer, ...]:
    """All who are looking at this thread's nodes, in the order in which they began."""
    current = _observer.get()
    return () if current is None else current if isinstance(current, _Observers) else (current,)


grad_mode: Callable[[], Any] = _mode.get
"""False: do not record. True: record. An observer: record and show it each node.

A context variable, so every thread and every asynchronous task has its own."""


def is_grad_enabled() -> bool:
    """Whether operations are being recorded in this thread."""
    return grad_mode() is not False


def set_mode(enabled: bool) -> bool | Observer:
    """Switch recording on or off here and now; returns the previous mode for `restore_mode`."""
    previous = _mode.get()
    _mode.set((_observer.get() or True) if enabled else False)
    return previous


def restore_mode(previous: bool | Observer) -> None:
    """Undo `set_mode`."""
    _mode.set(previous)


def set_observers(watchers: tuple[Observer, ...]) -> tuple[Observer | None, bool | Observer]:
    """Show every node recorded or run from here on to `watchers`; returns what `restore_observers` takes."""
    previous = _observer.get(), _mode.get()
    watcher = _Observers(watchers) if len(watchers) > 1 else watchers[0] if watchers else None
    _observer.set(watcher)
    if previous[1] is not False:
        _mode.set(watcher or True)
    return previous


def restore_observers(previous: tuple[Observer | None, bool | Observer]) -> None:
    """Undo `set_observers`."""
    _observer.set(previous[0])
    _mode.set(previous[1])


@contextmanager
def observing(watcher: Observer) -> Iterator[None]:
    """Show every node recorded or run inside the block to `watcher` too."""
    previous = set_observers((*observers(), watcher))
    try:
        yield
    finally:
        restore_observers(previous)
