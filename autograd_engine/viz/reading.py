"""What can be read off a recorded graph: the operands of a node, the names and the values of nodes.

A node saves only what its derivative needs. So the value of a node is taken from wherever it is still held: the
tensor of a leaf, a tensor that the caller named, a result that the node saved, or an operand that a later node
saved. Inside `keep_values()` every value is left on its node.
"""

from __future__ import annotations

import inspect
from collections import deque
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from operator import attrgetter
from typing import Any, NamedTuple

import numpy as np

from ..backend.arrays import unboxed
from ..backend.kinds import is_array
from ..engine import writes
from ..engine.backward import propagate
from ..engine.graph import Leaf, Node, Output, Value, raw
from ..engine.modes import observing
from ..engine.primitive import Primitive


class Operand(NamedTuple):
    """One input of an operation.

    Attributes:
        name: the name of the operation's parameter, such as `x` or `weight`.
        node: the node that computed it; None for a constant.
        array: its value, a raw array or a number, if the operation saved it; else None.
    """

    name: str
    node: Node | None
    array: Any


def _saved(node: Node) -> dict[str, Any]:
    """What the node saved, by name; empty if one of the saved arrays was changed in place since."""
    if not isinstance(node.primitive, Primitive) or isinstance(node, (Leaf, Output)):
        return {}
    if writes.latest_write > node.tick:
        try:
            writes.check_saved(node)
        except RuntimeError:
            return {}
    return dict(zip(node.primitive.saves, node.saved or (), strict=False))


def operands_of(node: Node) -> list[Operand]:
    """The inputs of the operation in their order, with those constants that the node saved.

    Raises:
        RuntimeError: a backward pass has freed the node.
    """
    if node.parents is None:
        raise RuntimeError(
            f"the graph was freed: a backward pass has run {node.name} (shape {tuple(node.shape)}) and released "
            "its inputs; draw it before backward(), call backward(retain_graph=True), or compute the result again"
        )
    primitive = node.primitive
    if not isinstance(primitive, Primitive) or isinstance(node, Output):
        return [Operand("", parent, None) for parent in node.parents if parent is not None]
    saved = _saved(node)
    if primitive.variadic:
        arrays = saved.get(primitive.operands[0]) or (None,) * len(node.parents)
        return [Operand("", parent, array) for parent, array in zip(node.parents, arrays, strict=True)]
    parents = dict(zip(primitive.differentiable, node.parents, strict=True))
    optional = {n for n, p in inspect.signature(primitive.forward).parameters.items() if p.default is None}
    return [
        Operand(name, parents.get(name), saved.get(name))
        for name in primitive.operands
        if parents.get(name) is not None or saved.get(name) is not None or name not in optional
    ]


def settings_of(node: Node) -> dict[str, Any]:
    """The settings of the operation that the node saved for its derivative, such as the `dims` of a sum."""
    settings = getattr(node.primitive, "settings", ())
    return {n: v for n, v in _saved(node).items() if n in settings}


def roots_of(y: Any, caller: str) -> list[Any]:
    """The tensors in `y`: one, or those of a list or tuple. `caller` names the function for errors.

    Raises:
        TypeError: `y` is neither a tensor nor a list or tuple of tensors.
        RuntimeError: nothing was recorded for a tensor.
    """
    tensors = list(y) if isinstance(y, (list, tuple)) else [y]
    for tensor in tensors:
        if not isinstance(tensor, Value):
            raise TypeError(f"{caller} takes a tensor, or a list of tensors, not {type(tensor).__name__}")
        if tensor.node is None:
            raise RuntimeError(
                f"{caller}: nothing was recorded for this tensor of shape {tuple(tensor.array.shape)}; set "
                "requires_grad=True on an input before computing with it, outside no_grad()"
            )
    if not tensors:
        raise TypeError(f"{caller} takes a tensor, or a list of tensors, not an empty list")
    return tensors


def nearest(roots: list[Node], limit: int, fan_in: int | None = None) -> list[Node]:
    """At most `limit` nodes that lead to the roots, in the order of their recording.

    The search is breadth first from the roots, so that the parameters of an operation come with it. It follows only
    the first `fan_in` inputs of each node.
    """
    chosen: list[Node] = []
    seen = set(roots)
    queue = deque(roots)
    while queue and len(chosen) < limit:
        node = queue.popleft()
        chosen.append(node)
        for operand in operands_of(node)[:fan_in]:
            if operand.node is not None and operand.node not in seen:
                seen.add(operand.node)
                queue.append(operand.node)
    return sorted(chosen, key=attrgetter("tick"))


_COUNTED = 2_000_000
"""How many nodes are counted at most, for notes that say how many are not shown."""


def count(roots: list[Node]) -> tuple[int, bool]:
    """The number of nodes that lead to the roots, and whether it is exact: counting stops at about `_COUNTED`."""
    found = set(roots)
    stack = list(roots)
    while stack and len(found) < _COUNTED:
        for parent in stack.pop().parents or ():
            if parent is not None and parent not in found:
                found.add(parent)
                stack.append(parent)
    return len(found), len(found) < _COUNTED


# ------------------------------------------------------------------------------------------ names


class Names:
    """The names that the caller gave to tensors, to be looked up by node or by constant.

    Args:
        names: a dict or pairs (name, tensor), such as `module.named_parameters()`. The tensors may be parameters,
            intermediate results or constants, and constants may also be NumPy arrays.

    Raises:
        TypeError: a name is no string, or does not name a tensor or array.
    """

    def __init__(self, names: Mapping[str, Any] | Iterable[tuple[str, Any]] | None = None) -> None:
        self._by_node: dict[Node, str] = {}
        self._by_array: dict[int, tuple[str, Any]] = {}
        self.values: dict[Node, Any] = {}
        pairs = names.items() if isinstance(names, Mapping) else names or ()
        for pair in pairs:
            if not isinstance(pair, tuple) or len(pair) != 2 or not isinstance(pair[0], str):
                raise TypeError(f"names are a dict of tensors or pairs (name, tensor), got {pair!r}")
            name, tensor = pair
            array = raw(tensor)
            if not is_array(array):
                raise TypeError(f"names: {name!r} stands for a {type(tensor).__name__}, not for a tensor")
            if isinstance(tensor, Value) and tensor.node is not None:
                self._by_node[tensor.node] = name
                self.values[tensor.node] = array
            else:
                self._by_array[id(array)] = name, array

    def of(self, node: Node | None, array: Any = None) -> str | None:
        """The name of a node or, if `node` is None, of the constant that is this very array; None if it has no
        name."""
        if node is not None:
            return self._by_node.get(node)
        return self._by_array.get(id(array), (None,))[0]


# ----------------------------------------------------------------------------------------- values


class _ValueKeeper:
    """An observer that leaves every result on its node."""

    def recorded(self, node: Node, result: Any) -> None:
        node.annotate().value = result

    def ran(self, node: Node, contributions: Any) -> None:
        """Only values are kept, no derivatives."""


@contextmanager
def keep_values() -> Iterator[None]:
    """A context in which every recorded result is kept, so that pictures and tables can show all values.

    The values live as long as the graph, and may take much more memory than the graph itself.

    Example:
        >>> x = tensor(2.0, requires_grad=True)
        >>> with keep_values():
        ...     y = (x + 1) + 1
        >>> picture = ag.viz.graph(y, values=True)
    """
    with observing(_ValueKeeper()):
        yield


def known_values(nodes: Iterable[Node], names: Names) -> dict[Node, Any]:
    """The values, as raw arrays, of those nodes whose value is still held somewhere."""
    values = dict(names.values)
    for node in nodes:
        kept = None if node.extras is None else node.extras.value
        if isinstance(node, Leaf):
            tensor = node.tensor()
            kept = None if tensor is None else tensor.array
        elif isinstance(node, Output):
            source = node.parents[0] if node.parents else None
            extras = None if source is None else source.extras
            kept = None if extras is None or extras.value is None else extras.value[node.index]
        elif kept is None:
            kept = _saved(node).get("out")
        if kept is not None:
            values.setdefault(node, kept)
        for operand in operands_of(node):
            parent, array = operand.node, operand.array
            # An operand may have been saved after its promotion to another dtype.
            if parent is not None and is_array(array) and array.dtype == parent.dtype:
                values.setdefault(parent, array)
    return values


def gradients_of(tensors: list[Any], nodes: Iterable[Node]) -> dict[Node, Any]:
    """The derivative of the sum of all elements of `tensors` with respect to each of the nodes.

    No `.grad` is touched, and the graph stays.
    """
    targets = [n for n in nodes if not isinstance(n.dtype, tuple)]
    cotangents = [unboxed(np.ones(t.array.shape, t.array.dtype)) for t in tensors]
    found = propagate([t.node for t in tensors], cotangents, targets, retain_graph=True)
    return {node: g for node, g in zip(targets, found, strict=True) if g is not None}
