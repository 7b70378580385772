"""Structures of tensors: dicts, lists, tuples and named tuples, nested to any depth; and, of the tensors in
them, what was recorded inside a call and what outside.

`func` and `checkpoint` call a user's function and have to tell apart what it computed from what it captured. The
logical clock says so: a node with an earlier tick than the call's first is from outside.
"""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterator, Sequence
from operator import attrgetter
from typing import Any

import numpy as np

from ..backend.arrays import is_floating, zeros
from ..engine.backward import run
from ..engine.broadcast import clone
from ..engine.graph import Node
from ..engine.results import make_tensor
from ..tensor import Tensor

__all__ = [
    "from_outside",
    "kept",
    "map_structure",
    "matching",
    "outline",
    "own_tensors",
    "pull",
    "recorded_since",
    "refilled",
    "tensors_of",
    "zeros_of",
]


# --------------------------------------------------------------------------------- nested structures


def is_sequence(x: Any) -> bool:
    """Whether x is a list, a tuple or a named tuple; other subclasses may not be ours to rebuild."""
    return type(x) in (list, tuple) or (isinstance(x, tuple) and hasattr(x, "_make"))


def map_structure(function: Callable[[Any], Any], structure: Any) -> Any:
    """The same structure with `function` applied to whatever is no dict, list or tuple."""
    if isinstance(structure, dict):
        mapped = copy.copy(structure)  # keeps the class: OrderedDict, defaultdict
        for key, value in structure.items():
            mapped[key] = map_structure(function, value)
        return mapped
    if is_sequence(structure):
        items = [map_structure(function, item) for item in structure]
        return structure._make(items) if hasattr(structure, "_make") else type(structure)(items)
    return function(structure)


def tensors_of(structure: Any) -> list[Tensor]:
    """The tensors of a structure, in order."""
    found: list[Tensor] = []

    def look(item: Any) -> None:
        if isinstance(item, Tensor):
            found.append(item)

    map_structure(look, structure)
    return found


def refilled(structure: Any, values: Sequence[Any]) -> Any:
    """The structure with `values` in the places of its tensors and None in all others."""
    rest = iter(values)
    return map_structure(lambda item: next(rest) if isinstance(item, Tensor) else None, structure)


def pairs_of(path: str, like: Any, given: Any) -> Iterator[tuple[str, Any, Any]]:
    """The items of `like` and of `given`, which must have the same structure, with where they were found."""
    if isinstance(like, dict):
        if not isinstance(given, dict) or given.keys() != like.keys():
            raise RuntimeError(f"{path} is {outline(given)}, expected {outline(like)}")
        for key, item in like.items():
            yield from pairs_of(f"{path}[{key!r}]", item, given[key])
    elif is_sequence(like):
        if type(given) is not type(like) or len(given) != len(like):
            raise RuntimeError(f"{path} is {outline(given)}, expected {outline(like)}")
        for i, (item, other) in enumerate(zip(like, given, strict=True)):
            yield from pairs_of(f"{path}[{i}]", item, other)
    else:
        yield path, like, given


def outline(x: Any) -> str:
    """What x is, in a few words for an error message."""
    if isinstance(x, dict):
        return f"a {type(x).__name__} with keys {list(x)}"
    if isinstance(x, Tensor):
        return f"a tensor of shape {tuple(x.shape)}"
    return f"a {type(x).__name__} of length {len(x)}" if is_sequence(x) else f"a {type(x).__name__}"


def matching(path: str, like: Any, given: Any) -> list[Tensor]:
    """One tensor of `given` for each tensor of `like`, of its shape and, if it is floating, of its dtype."""
    matched = []
    for where, tensor, other in pairs_of(path, like, given):
        if not isinstance(tensor, Tensor):
            continue
        if not isinstance(other, Tensor):
            if not isinstance(other, (int, float, np.ndarray, np.generic)):
                raise TypeError(f"{where} is {outline(other)}, expected {outline(tensor)}")
            other = Tensor(other)
        if other.shape != tensor.shape:
            raise RuntimeError(f"{where} has shape {tuple(other.shape)}, expected {tuple(tensor.shape)}")
        matched.append(other.to(tensor.dtype) if is_floating(tensor.dtype) else other)
    return matched


# ------------------------------------------------------------------------- inside and outside a call


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


def kept(start: int, structure: Any, outer: bool, also: Sequence[Tensor] = ()) -> Any:
    """The structure with its tensors as the caller shall see them: detached, unless the caller records and
    they depend on something outside of the call that began at `start`."""
    tensors = tensors_of(structure)
    connected = from_outside(start, tensors, also) if outer else [False] * len(tensors)
    rest = iter(connected)

    def keep(item: Any) -> Any:
        if not isinstance(item, Tensor) or next(rest) or item.node is None:
            return item
        return make_tensor(item.array, None)

    return map_structure(keep, structure)


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
    return run(roots, seeds, targets, retain_graph=retain, create_graph=record)


def zeros_of(like: Any) -> Tensor:
    """Zeros in the shape and dtype of a node or a tensor."""
    return make_tensor(zeros(like.shape, like.dtype), None)


def own_tensors(derivatives: Sequence[Any], like: Sequence[Any]) -> list[Tensor]:
    """Tensors that share their memory with nothing; zeros, in the shape of `like`, where there is None."""

    def own(derivative: Any, node: Any) -> Tensor:
        if derivative is None:
            return zeros_of(node)
        return clone(derivative) if isinstance(derivative, Tensor) else make_tensor(derivative.copy(), None)

    return [own(d, n) for d, n in zip(derivatives, like, strict=True)]
