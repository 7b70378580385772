"""Operators that do something else for a while, for all who hold them: their code is exchanged.

Modules and users hold the functions themselves, so another function in the place of an operator would reach few of
them. What all of them call is the operator's code. While nothing is exchanged, an operator is called as if there
were none of this.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable
from types import FunctionType
from typing import Any

from ..engine.generator import UNWRITTEN

__all__ = ["Layer", "lay", "lift"]

Layer = Callable[[Callable[..., Any]], Callable[..., Any]]
"""Makes of an operator a function that does something else, and calls it."""


def _instead(*args: Any, exchanged: Any, **kwargs: Any) -> Any:
    """What the code of an operator is exchanged for."""
    return exchanged(*args, **kwargs)


class _Exchange:
    """An operator and what lies above it.

    Its keyword-only defaults get one more, by which the new code finds what it is to do. They are exchanged before
    the code and put back after it, so that the two fit at each moment, whoever calls meanwhile.

    Attributes:
        layers: what lies above the operator, by name; the last name in the alphabet is asked first, so "place"
            before "dtype".
    """

    def __init__(self, function: Any) -> None:
        primitive = getattr(function, "primitive", None)
        if primitive is not None and function.__code__ is UNWRITTEN:
            primitive.write()
        self._function, self._code, self._defaults = function, function.__code__, function.__kwdefaults__
        self._instead = _instead.__code__.replace(co_freevars=self._code.co_freevars)
        self._plain = FunctionType(
            self._code, function.__globals__, function.__name__, function.__defaults__, function.__closure__
        )
        self._plain.__kwdefaults__ = self._defaults
        self._made: dict[tuple[str, ...], Any] = {}
        self.layers: dict[str, Layer] = {}

    def apply(self) -> None:
        """Let the function do what its layers say."""
        names = tuple(sorted(self.layers))
        if not names:
            self._function.__code__ = self._code
            self._function.__kwdefaults__ = self._defaults
            return
        if names not in self._made:
            made: Callable[..., Any] = self._plain
            for name in names:
                made = self.layers[name](made)
            self._made[names] = {**(self._defaults or {}), "exchanged": made}
        self._function.__kwdefaults__ = self._made[names]
        self._function.__code__ = self._instead


_exchanges: dict[Any, _Exchange] = {}
_lock = threading.Lock()


def lay(name: str, layers: Iterable[tuple[Any, Layer]]) -> None:
    """Lay something above functions; a layer of this name is the same each time."""
    with _lock:
        for function, layer in layers:
            exchange = _exchanges.get(function)
            if exchange is None:
                exchange = _exchanges[function] = _Exchange(function)
            exchange.layers[name] = layer
            exchange.apply()


def lift(name: str) -> None:
    """Take away what lies above functions under this name."""
    with _lock:
        for exchange in _exchanges.values():
            if exchange.layers.pop(name, None) is not None:
                exchange.apply()
