"""What a recorded graph can tell about itself: operands, names and values.

A node keeps only what its derivative needs, so a value is found wherever somebody still holds it: a
leaf's tensor, the tensor that the caller named, a result that the node saved, or an operand that one
of its users saved. `keep_values()` makes sure that every value is there.
"""

from __future__ import annotations

import inspect
from collections import deque
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from operator import attrgetter
from typing import Any, NamedTuple

import numpy as np

from ..backend.arrays import is_array, unboxed
from ..engine import writes
from ..engine.backward import run
from ..engine.graph import Leaf, Node, Output, Value, raw
from ..engine.modes import observing
from ..engine.primitive import Primitive

__all__ = [
    "Names",
    "Operand",
    "array_text",
    "count",
    "gradients_of",
    "keep_values",
    "known_values",
    "nearest",
    "number_text",
    "operands_of",
    "roots_of",
    "settings_of",
]


class Operand(NamedTuple):
    """One input of an operation.

    Attributes:
        name: of the parameter, such as `x` or `weight`.
        node: what made it; None for a constant.
        array: its value, where the operation saved it: a raw array, a number, or None.
    """

    name: str
    node: Node | None
    array: Any


def _saved(node: Node) -> dict[str, Any]:
    """What the node saved, by name; nothing if that was written in place since."""
    if not isinstance(node.primitive, Primitive) or isinstance(node, (Leaf, Output)):
        return {}
    if writes.latest_write > node.tick:
        try:
            writes.check_saved(node)
        except RuntimeError:
            return {}
    return dict(zip(node.primitive.saves, node.saved or (), strict=False))


def operands_of(node: Node) -> list[Operand]:
    """The inputs of the operation in their order, constants included where the node knows them.

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
    """The settings of the operation that its derivative needs, such as the `dims` of a sum."""
    settings = getattr(node.primitive, "settings", ())
    return {n: v for n, v in _saved(node).items() if n in settings}


def roots_of(y: Any, caller: str) -> list[Any]:
    """The tensors to start from, checked.

    Raises:
        TypeError: not a tensor, nor a list or tuple of tensors.
        RuntimeError: a tensor of which nothing was recorded.
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
    """At most `limit` nodes, in the order of their recording: breadth first from the roots, so that an
    operation comes with its parameters. Of each node's inputs only the first `fan_in` are followed."""
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


def count(roots: list[Node], limit: int) -> int:
    """The number of nodes that lead to the roots, counted up to about `limit`."""
    found = set(roots)
    stack = list(roots)
    while stack and len(found) < limit:
        for parent in stack.pop().parents or ():
            if parent is not None and parent not in found:
                found.add(parent)
                stack.append(parent)
    return len(found)


# ------------------------------------------------------------------------------------------ names


class Names:
    """The names that the caller gave to tensors, for nodes and for constants.

    Args:
        names: a dict or pairs (name, tensor), as from `module.named_parameters()`; the tensors may be
            parameters, intermediate results, constants, or NumPy arrays.

    Raises:
        TypeError: a name is no string, or it names no tensor.
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
        """The name of a node, or of the constant with this very array; None where none was given."""
        if node is not None:
            return self._by_node.get(node)
        return self._by_array.get(id(array), (None,))[0]


# ----------------------------------------------------------------------------------------- values


class _ValueKeeper:
    """An observer that leaves every result on its node."""

    def recorded(self, node: Node, result: Any) -> None:
        node.annotate().value = result

    def ran(self, node: Node, contributions: Any) -> None:
        """Derivatives are not kept."""


@contextmanager
def keep_values() -> Iterator[None]:
    """Keep every result recorded inside the block, so that pictures and tables show all values.

    The values live as long as the graph does, and may take a lot more memory than it.

    Example:
        >>> x = tensor(2.0, requires_grad=True)
        >>> with keep_values():
        ...     y = (x + 1) + 1
        >>> picture = ag.viz.graph(y, values=True)
    """
    with observing(_ValueKeeper()):
        yield


def known_values(nodes: Iterable[Node], names: Names) -> dict[Node, Any]:
    """The raw arrays of those nodes whose value somebody still holds."""
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
    found = run([t.node for t in tensors], cotangents, targets, retain_graph=True)
    return {node: g for node, g in zip(targets, found, strict=True) if g is not None}


# ------------------------------------------------------------------------------------------- text


def number_text(value: Any) -> str:
    """A number in four significant digits; whole numbers below a million in full."""
    if not isinstance(value, (float, np.floating)):
        return str(value)
    number = float(value) + 0.0  # -0.0 becomes 0.0
    return f"{number:.0f}" if number.is_integer() and abs(number) < 1e6 else f"{number:.4g}"


def array_text(array: Any, limit: int = 6) -> str:
    """All elements of a small array, the mean and range of a larger one."""
    array = np.asarray(array)
    if array.ndim == 0:
        return number_text(array[()])
    if array.size == 0:
        return "empty"
    if array.size <= limit:
        return _nested_text(array)
    if array.dtype.kind != "f":
        return f"{number_text(array.min())} to {number_text(array.max())}"
    finite = np.isfinite(array)
    if not finite.all():
        return f"{array.size - int(np.count_nonzero(finite)):,} of {array.size:,} not finite"
    return f"{array.mean():.3g} mean, {array.min():.3g} to {array.max():.3g}"


def _nested_text(array: Any) -> str:
    if array.ndim == 0:
        return number_text(array[()])
    return f"[{', '.join(_nested_text(a) for a in array)}]"
