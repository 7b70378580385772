"""The operators of `ops` as methods of a tensor and as Python's symbols: `x.exp()`, `x.exp_()`, `x + y`, `x += y`.

Type checkers read derived.pyi, which `python -m tests.stubs` writes.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from ..backend.arrays import Array
from ..engine.graph import Value
from ..ops.names import names_in

_COMPARISONS = {"__eq__", "__ne__", "__lt__", "__le__", "__gt__", "__ge__"}
_ONE_SIDED = {"__neg__", "__pos__", "__abs__", "__invert__", "__getitem__"}


def _comparison(operation: Callable[..., Any]) -> Callable[..., Any]:
    """A comparison that leaves what it does not know (None, strings) to Python."""

    def compare(self: Value, other: Any) -> Array:
        try:
            return operation(self, other)
        except TypeError:
            return NotImplemented

    return compare


def _reflected(operation: Callable[..., Any]) -> Callable[..., Any]:
    """2 + x, where Python asks x."""

    def reflected(self: Value, other: Any) -> Array:
        return operation(other, self)

    return reflected


def _symbols() -> Iterator[tuple[str, Callable[..., Any]]]:
    """The methods behind Python's symbols. x += y is x.add_(y). Without an in-place form x @= y is x = x @ y."""
    methods = names_in("Tensor")
    for name, operation in names_in("python").items():
        if name in _COMPARISONS:
            yield name, _comparison(operation)
            continue
        yield name, operation
        if name not in _ONE_SIDED:
            yield f"__r{name[2:]}", _reflected(operation)
            if in_place := methods.get(f"{operation.__name__}_"):
                yield f"__i{name[2:]}", in_place


class Derived(Value):
    """The methods of a tensor that are operators: the tensor is the function's first argument."""

    __slots__ = ()
    locals().update({**names_in("Tensor"), **dict(_symbols())})
