"""What was recorded inside a call of a user's function, and what outside.

The logical clock tells them apart: a node with an earlier tick than the call's first is from outside, one that the
function captured.
"""

from __future__ import annotations

from collections.abc import Sequence
from operator import attrgetter
from typing import Any

from ..backend.arrays import zeros
from ..engine.backward import propagate
from ..engine.broadcast import clone
from ..engine.graph import Node
from ..engine.results import make_tensor
from ..tensor import Tensor
from .structure import map_structure, tensors_of


def recorded_since(start: int, tensors: Sequence[Tensor]) -> list[Node]:
    """The nodes recorded since the tick `start` that lead to `tensors`, inputs before results."""
    found = {t.node for t in tensors if t.node is not None and t.node.tick >= start}
    order = list(found)
    for node in order:
        for parent in node.parents or ():
            if parent is not None and parent.tick >= start and parent not in found:
                found.add(parent)
                order.append(parent)
    order.sort(key=attrgetter("tick"))
    return order


def from_outside(start: int, tensors: Sequence[Tensor], also: Sequence[Tensor] = ()) -> list[bool]:
    """Which of `tensors` depend on something recorded before the tick `start`, or on one of `also`."""
    outside: set[Node | None] = {t.node for t in also if t.node is not None}
    for node in recorded_since(start, tensors):
        if any(p is not None and (p.tick < start or p in outside) for p in node.parents or ()):
            outside.add(node)
    return [t.node is not None and (t.node.tick < start or t.node in outside) for t in tensors]


def seen_outside(start: int, structure: Any, outer: bool, also: Sequence[Tensor] = ()) -> Any:
    """The structure with its tensors as the caller shall see them: detached, unless the caller records and
    they depend on something outside of the call that began at `start`."""
    tensors = tensors_of(structure)
    connected = from_outside(start, tensors, also) if outer else [False] * len(tensors)
    rest = iter(connected)

    def detached(item: Any) -> Any:
        if not isinstance(item, Tensor) or next(rest) or item.node is None:
            return item
        return make_tensor(item.array, None)

    return map_structure(detached, structure)


def pull(
    outputs: Sequence[Tensor],
    cotangents: Sequence[Tensor],
    targets: Sequence[Node],
    *,
    record: bool,
    retain: bool = True,
) -> list[Any]:
    """u^T J for the nodes `targets`: raw arrays, or tensors if it is to be recorded; None stands for zeros."""
    first = min((t.tick for t in targets), default=0)  # what is older depends on no target
    pairs = [
        (o.node, c if record else c.array)
        for o, c in zip(outputs, cotangents, strict=True)
        if o.node is not None and o.node.tick >= first
    ]
    roots, seeds = [node for node, _ in pairs], [c for _, c in pairs]
    return propagate(roots, seeds, targets, retain_graph=retain, create_graph=record)


def zeros_of(like: Any, beside: Tensor) -> Tensor:
    """Zeros in the shape and dtype of a node or a tensor, where the tensor `beside` lies."""
    return make_tensor(zeros(like.shape, like.dtype, beside.array), None)


def own_tensors(derivatives: Sequence[Any], like: Sequence[Any], beside: Tensor) -> list[Tensor]:
    """Tensors that share their memory with nothing; zeros, in the shape of `like`, where there is None. They lie
    where the tensor `beside` does."""

    def own(derivative: Any, node: Any) -> Tensor:
        if derivative is None:
            return zeros_of(node, beside)
        return clone(derivative) if isinstance(derivative, Tensor) else make_tensor(derivative.copy(), None)

    return [own(d, n) for d, n in zip(derivatives, like, strict=True)]
