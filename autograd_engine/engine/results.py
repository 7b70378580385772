"""Results: raw arrays made into tensors, and what a node saved made into the tensors it was saved from.

What users see is a `Tensor`, whose room lies above this one and names itself here when it is imported.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Sequence
from typing import Any, TypeVar

from ..backend.arrays import zeros
from ..backend.kinds import is_array
from .graph import Node, Output, Value, raw
from .plan import Plan

__all__ = ["as_tensors", "cotangents", "make_outputs", "make_tensor", "types", "use_tensor_type"]

V = TypeVar("V", bound=Value)


class _Types:
    """The class of results: `blank()` makes one without its fields."""

    def __init__(self) -> None:
        self.blank: Callable[[], Value] = functools.partial(object.__new__, Value)


types = _Types()


def make_tensor(array: Any, node: Node | None) -> Any:
    """A tensor of this very array and node, without checks."""
    result: Any = types.blank()
    result.array = array
    result.node = node
    return result


def use_tensor_type(cls: type[V]) -> type[V]:
    """Class decorator: results of primitives are of this class from now on."""
    types.blank = functools.partial(object.__new__, cls)
    return cls


def make_outputs(node: Node, arrays: Sequence[Any]) -> tuple[Any, ...]:
    """Tensors for the several results of a node; integer results are constants."""
    return tuple(make_tensor(a, Output(node, i) if a.dtype.kind == "f" else None) for i, a in enumerate(arrays))


def cotangents(node: Node, g: Sequence[Any]) -> tuple[Any, ...]:
    """The gradients of all results of a node, zeros where nothing was handed in."""
    known = next(given for given in g if given is not None)
    return tuple(
        zeros(shape, dtype, raw(known)) if given is None else given
        for given, shape, dtype in zip(g, node.shape, node.dtype, strict=True)
    )


def as_tensors(plan: Plan, node: Node) -> tuple[Any, ...]:
    """What `node` saved, as tensors that remember which input (or result) they are."""
    parents = dict(zip(plan.differentiable, node.parents or (), strict=False))

    def restore(name: str, saved: Any) -> Any:
        if plan.variadic and name in plan.operands:
            return tuple(make_tensor(a, n) for a, n in zip(saved, node.parents or (), strict=True))
        if name == "out" and plan.outputs > 1:
            return make_outputs(node, saved)
        if not is_array(saved):
            return saved
        return make_tensor(saved, node if name == "out" else parents.get(name))

    return tuple(restore(n, s) for n, s in zip(plan.saves, node.saved or (), strict=True))
