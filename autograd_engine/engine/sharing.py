"""Who shares a memory: the tensors that look into it, and whether a NumPy array of it is in other hands.

A view keeps the tensor it was taken from, its base. All who share know one `Memory`, which knows them weakly.
"""

from __future__ import annotations

import weakref

from .graph import Value
from .writes import owner

__all__ = ["Memory", "base_of", "is_shared", "leave", "memory_of", "share", "share_view"]


class Memory:
    """What the tensors of one memory have in common.

    Attributes:
        values: weak references to them.
        exported: whether a NumPy array of this memory is in other hands, which has to show every change too.
        uncounted: those of them whose writes do not count as changes: what `tensor.data` gave.
    """

    __slots__ = ("_room", "exported", "uncounted", "values")

    def __init__(self) -> None:
        self._room = 8
        self.values: list[weakref.ref[Value]] = []
        self.exported = False
        self.uncounted: list[weakref.ref[Value]] = []

    def add(self, value: Value) -> None:
        """`value` looks into this memory."""
        value.memory = self
        if len(self.values) >= self._room:
            self._room = 8 + 2 * len(self.living())
        self.values.append(weakref.ref(value))

    def is_uncounted(self, value: Value) -> bool:
        """Whether writes through `value` do not count as changes."""
        return any(r() is value for r in self.uncounted)

    def living(self) -> list[Value]:
        """The tensors that are still there."""
        found = [(r, v) for r in self.values if (v := r()) is not None and getattr(v, "memory", None) is self]
        self.values = [r for r, _ in found]
        return [v for _, v in found]


def memory_of(value: Value) -> Memory:
    """The memory of `value`, made on first use."""
    memory = getattr(value, "memory", None)
    if memory is None:
        memory = Memory()
        memory.add(value)
    return memory


def share(value: Value, alias: Value) -> Memory:
    """`alias` looks into the memory of `value` and has nothing to do with its derivative."""
    memory = memory_of(value)
    memory.add(alias)
    return memory


def share_view(source: Value, view: Value) -> None:
    """`view` is a view of `source`, if it looks into the same memory: generated code says so of the primitives
    that make views."""
    if owner(view.array) is not owner(source.array):
        return
    memory_of(source).add(view)
    view.view_of = base_of(source)


def base_of(value: Value) -> Value:
    """The tensor that `value` is a view of, over any number of views; itself if it is none."""
    base = getattr(value, "view_of", None)
    return value if base is None or base.memory is not value.memory else base


def is_shared(value: Value) -> bool:
    """Whether somebody else would have to see a change of `value`."""
    memory = getattr(value, "memory", None)
    return memory is not None and (memory.exported or any(other is not value for other in memory.living()))


def leave(value: Value) -> None:
    """`value` has been given an array of its own."""
    value.memory = value.view_of = None
