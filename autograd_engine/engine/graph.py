"""The graph: what a computation leaves behind so that its derivative can be taken.

A `Value` is an array and, when it depends on something that requires a gradient, the `Node`
that made it. A `Node` is one recorded operation: its operation, the nodes of its inputs, and the
few arrays its derivative needs. Edges point only from results to inputs, so a graph has no
reference cycles and dies with the last value that leads to it.

One logical clock runs through the engine. Recording a node takes a tick, and so does writing an
array in place. Two facts follow from it for free: sorting nodes by tick *is* a topological order
(an input always exists before its result), and a saved array is stale exactly when its memory was
written after the node that saved it was recorded.
"""

from __future__ import annotations

import itertools
import weakref
from collections.abc import Callable, Sequence
from typing import Any, Protocol

import numpy as np

from ..backend.arrays import form_of

__all__ = ["Extras", "Leaf", "Node", "Operation", "Output", "Value", "node_lines", "raw", "record", "tick"]

tick: Callable[[], int] = itertools.count(1).__next__
"""The next reading of the logical clock; one bytecode-atomic call, safe between threads."""


class Value:
    """An array and the node that made it: `node is None` exactly when no gradient is required.

    This is the part of a tensor the engine needs. The user's object, `Tensor`, extends it. Only values that share
    their memory have the other two attributes, `memory` and, if they are views, `view_of`: see `aliases`.
    """

    __slots__ = ("__weakref__", "array", "memory", "node", "view_of")

    array: Any
    node: Node | None
    memory: Any
    view_of: Value | None


def raw(x: Any) -> Any:
    """The array inside a value; anything else as it is."""
    return x.array if isinstance(x, Value) else x


class Operation(Protocol):
    """What a backward pass asks of what a node recorded: a primitive meets it, and so does PyTorch's `Function`."""

    @property
    def name(self) -> str:
        """Shown in pictures and error messages."""

    @property
    def pull(self) -> Callable[[Node, Any, Sequence[Node | None]], Sequence[Any]]:
        """`pull(node, g, parents)`, from raw arrays: a contribution for each parent, None for a None."""

    @property
    def pull_recorded(self) -> Callable[[Node, Any, Sequence[Node | None]], Sequence[Any]]:
        """The same from tensors, recorded, so that the contributions can be differentiated."""

    def recomposed(
        self, node: Node, parents: Sequence[Node | None], stand_in: Callable[[Any], Any]
    ) -> tuple[Sequence[Any], Sequence[Any]] | None:
        """Where the rules are for raw arrays only: the inputs, those to differentiate by replaced by
        `stand_in(input)`, and the results of the same operation made of others. Otherwise None."""


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

    primitive: Operation
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


_TEMPLATE = """\
node.primitive = {primitive}
node.parents = {parents}
node.saved = {saved}
node.form = {form}
node.tick = tick()
node.extras = None
"""


def node_lines(primitive: str, parents: str, saved: str, form: str) -> list[str]:
    """The statements that fill a new `node` with these expressions: the one place that says what a node has.

    Primitives have them written out in line, since a call of a constructor takes as long as the rest of recording.
    """
    return _TEMPLATE.format(primitive=primitive, parents=parents, saved=saved, form=form).splitlines()


def _filler() -> Callable[[Node, Any, Any, Any, Any], None]:
    names = ("primitive", "parents", "saved", "form")
    namespace: dict[str, Any] = {"__name__": __name__, "tick": tick}
    exec("\n    ".join([f"def fill(node, {', '.join(names)}):", *node_lines(*names)]), namespace)
    return namespace["fill"]


_fill = _filler()


def record(primitive: Operation, parents: tuple[Node | None, ...], saved: tuple[Any, ...], form: Any) -> Node:
    """A new node."""
    node = Node()
    _fill(node, primitive, parents, saved, form)
    return node


class Leaf(Node):
    """The node of a tensor that the user made and asked gradients for: where derivatives end up.

    It refers to its tensor weakly: when nobody can read `.grad` any more, nothing is kept.
    """

    __slots__ = ("tensor",)

    tensor: weakref.ref[Any]

    def __init__(self, tensor: Value) -> None:
        self.tensor = weakref.ref(tensor)
        _fill(self, None, (), (), form_of(tensor.array))

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
        _fill(self, source.primitive, (source,), (), (source.shape[index], source.dtype[index]))
        self.index = index

    @property
    def name(self) -> str:
        """The operation and which of its results this is."""
        return f"{self.primitive.name}[{self.index}]"


class Extras:
    """What only few nodes carry, kept out of the others' way.

    Attributes:
        hooks: functions of the gradient, run in the order of their registration.
        after: functions of a leaf, run when a pass has added to its gradient.
        retain: weak references to the tensors of this node that called `retain_grad()`.
        where: the user's source line that recorded the node, while an observer asks for it.
        value: the result, while an observer keeps it.
        call: the call of a module that recorded the node, while an observer asks for it.
    """

    __slots__ = ("after", "call", "hooks", "retain", "value", "where")

    def __init__(self) -> None:
        self.hooks: dict[int, Callable[[Any], Any]] = {}
        self.after: dict[int, Callable[[Any], Any]] = {}
        self.retain: list[weakref.ref[Any]] = []
        self.where: str | None = None
        self.value: Any = None
        self.call: Any = None
