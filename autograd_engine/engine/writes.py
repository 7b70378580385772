"""In-place writes: which memory was written, and when.

A write is noted per block of memory, found through NumPy's `base`, so that views and `detach()` are covered. A
backward pass refuses an array that was written after the node that saved it was recorded.
"""

from __future__ import annotations

import weakref
from typing import Any

from .graph import Node, tick

__all__ = ["check_saved", "latest_write", "owner", "version", "written"]

latest_write = 0
"""The tick of the last in-place write of any array: nodes recorded later need no check at all."""

_writes: dict[int, tuple[int, int, weakref.ref[Any]]] = {}


def owner(array: Any) -> Any:
    """The array that owns the memory `array` looks into."""
    found = array
    while (array := getattr(array, "base", None)) is not None:
        if hasattr(array, "dtype"):  # not so the stand-in that NumPy puts between an array and windows of it
            found = array
    return found


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
