"""Who shares a memory: the tensors that look into it, and whether a NumPy array of it is in other hands.

A view keeps the tensor it was taken from, its base. All who share know one `Memory`, which knows them weakly.
"""

from __future__ import annotations

import threading
from typing import Any
from weakref import ref

import numpy as np

from .graph import Value
from .writes import owner

__all__ = ["Memory", "base_of", "exported", "is_shared", "leave", "memory_of", "share", "share_view", "shareable"]


class Memory:
    """What the tensors of one memory have in common.

    Attributes:
        values: weak references to them, some of which may be dead; `room`: how many there may be before a look.
        exported: whether a NumPy array of this memory is in other hands, which has to show every change too.
        uncounted: those of them whose writes do not count as changes: what `tensor.data` gave.
    """

    __slots__ = ("exported", "room", "uncounted", "values")

    def __init__(self, value: Value) -> None:
        self.values: list[ref[Value]] = [ref(value)]
        self.room = 32
        self.exported = False
        self.uncounted: tuple[ref[Value], ...] = ()
        value.memory, value.view_of = self, None

    def add(self, value: Value) -> None:
        """`value` looks into this memory."""
        value.memory, value.view_of = self, None
        self.values.append(ref(value))
        if len(self.values) > self.room:
            self.tidy()

    def tidy(self) -> None:
        """Forget the dead references. What other threads append meanwhile stays."""
        with _lock:
            count = len(self.values)
            self.values[:count] = [r for r in self.values[:count] if r() is not None]
            self.room = 32 + 2 * len(self.values)

    def is_uncounted(self, value: Value) -> bool:
        """Whether writes through `value` do not count as changes."""
        return any(r() is value for r in self.uncounted)

    def living(self) -> list[Value]:
        """The tensors that look into this memory now."""
        return [v for r in self.values if (v := r()) is not None and v.memory is self]


_lock = threading.Lock()


def memory_of(value: Value) -> Memory:
    """The memory of `value`, made on first use, and one even if two threads ask at once."""
    with _lock:
        return getattr(value, "memory", None) or Memory(value)


def shareable(value: Value) -> Any:
    """The array of `value` in a form that others can share: a scalar becomes a 0-d array first."""
    if isinstance(value.array, np.generic):
        value.array = np.array(value.array)
    return value.array


def exported(value: Value) -> Any:
    """The array of `value`, to be held by others, who have to see every change."""
    memory_of(value).exported = True
    return shareable(value)


def share(value: Value, alias: Value) -> Memory:
    """`alias` looks into the memory of `value` and has nothing to do with its derivative."""
    memory = memory_of(value)
    memory.add(alias)
    return memory


def share_view(source: Value, view: Value) -> None:
    """`view` is a view of `source`, if it looks into the same memory: generated code says so of the primitives
    that make views."""
    array: Any = source.array
    base = view.array.base
    if base is not array and base is not array.base and owner(base) is not owner(array):
        return
    memory: Memory = getattr(source, "memory", None) or memory_of(source)
    view.view_of = source if source.view_of is None else source.view_of
    view.memory = memory
    memory.values.append(ref(view))
    if len(memory.values) > memory.room:
        memory.tidy()


def base_of(value: Value) -> Value:
    """The tensor that `value` is a view of, over any number of views; itself if it is none."""
    base = getattr(value, "view_of", None)
    return value if base is None or base.memory is not value.memory else base


def is_shared(value: Value) -> bool:
    """Whether somebody else would have to see a change of `value`."""
    memory: Memory | None = getattr(value, "memory", None)
    return memory is not None and (memory.exported or any(other is not value for other in memory.living()))


def leave(value: Value) -> None:
    """`value` has been given an array of its own."""
    value.memory = value.view_of = None
