"""Whether operations are recorded, and who looks at them as they are.

Both are context variables: every thread and every asynchronous task has its own, and a block that switched
them puts them back when it ends, by an exception too.
"""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable, Iterator
from contextlib import ContextDecorator, contextmanager
from contextvars import ContextVar
from typing import Any, Protocol, Self, TypeVar, overload

from .graph import Node

__all__ = [
    "Observer",
    "enable_grad",
    "grad_mode",
    "inference_mode",
    "is_grad_enabled",
    "no_grad",
    "observer",
    "observers",
    "observing",
    "restore_mode",
    "restore_observers",
    "set_grad_enabled",
    "set_mode",
    "set_observers",
]

F = TypeVar("F", bound=Callable[..., Any])


class Observer(Protocol):
    """Something that looks at every node as it is recorded."""

    def recorded(self, node: Node, result: Any) -> None:
        """Called with a new node and the raw array (or arrays) it produced."""

    def ran(self, node: Node, contributions: Any) -> None:
        """Called in a backward pass with what the node's rules gave to its parents."""


_mode: ContextVar[bool | Observer] = ContextVar("grad_mode", default=True)
_observer: ContextVar[Observer | None] = ContextVar("observer", default=None)

observer: Callable[[], Observer | None] = _observer.get
"""Who is looking at this thread's nodes, or None."""


class _Observers(tuple[Observer, ...]):
    """Several observers, each shown every node."""

    __slots__ = ()

    def recorded(self, node: Node, result: Any) -> None:
        for watcher in self:
            watcher.recorded(node, result)

    def ran(self, node: Node, contributions: Any) -> None:
        for watcher in self:
            watcher.ran(node, contributions)


def observers() -> tuple[Observer, ...]:
    """All who are looking at this thread's nodes, in the order in which they began."""
    current = _observer.get()
    return () if current is None else current if isinstance(current, _Observers) else (current,)


grad_mode: Callable[[], Any] = _mode.get
"""False: do not record. True: record. An observer: record and show it each node.

A context variable, so every thread and every asynchronous task has its own."""


def is_grad_enabled() -> bool:
    """Whether operations are being recorded in this thread."""
    return grad_mode() is not False


def set_mode(enabled: bool) -> bool | Observer:
    """Switch recording on or off here and now; returns the previous mode for `restore_mode`."""
    previous = _mode.get()
    _mode.set((_observer.get() or True) if enabled else False)
    return previous


def restore_mode(previous: bool | Observer) -> None:
    """Undo `set_mode`."""
    _mode.set(previous)


def set_observers(watchers: tuple[Observer, ...]) -> tuple[Observer | None, bool | Observer]:
    """Show every node recorded or run from here on to `watchers`; returns what `restore_observers` takes."""
    previous = _observer.get(), _mode.get()
    watcher = _Observers(watchers) if len(watchers) > 1 else watchers[0] if watchers else None
    _observer.set(watcher)
    if previous[1] is not False:
        _mode.set(watcher or True)
    return previous


def restore_observers(previous: tuple[Observer | None, bool | Observer]) -> None:
    """Undo `set_observers`."""
    _observer.set(previous[0])
    _mode.set(previous[1])


@contextmanager
def observing(watcher: Observer) -> Iterator[None]:
    """Show every node recorded or run inside the block to `watcher` too."""
    previous = set_observers((*observers(), watcher))
    try:
        yield
    finally:
        restore_observers(previous)


# ------------------------------------------------------------------------------ switches for users


class _Switch(ContextDecorator):
    """A block, or a function, in which recording is on or off. The mode belongs to the thread (and
    the asynchronous task), and comes back when the block ends, by an exception too."""

    _enabled: bool

    def __enter__(self) -> None:
        self._previous = set_mode(self._enabled)

    def __exit__(self, *exception: object) -> None:
        restore_mode(self._previous)

    def _recreate_cm(self) -> Any:
        fresh = object.__new__(type(self))
        fresh._enabled = self._enabled
        return fresh

    def __call__(self, function: F) -> F:
        """The function with recording switched while it runs; a generator's while it runs, not while it waits."""
        if inspect.isgeneratorfunction(function):
            return _switching_generator(self, function)
        if inspect.iscoroutinefunction(function):
            return _switching_coroutine(self, function)
        return super().__call__(function)


def _switching_generator(switch: _Switch, function: Callable[..., Any]) -> Any:
    @functools.wraps(function)
    def generator(*args: Any, **kwargs: Any) -> Any:
        running = function(*args, **kwargs)
        resume: Callable[[], Any] = functools.partial(next, running)
        while True:
            try:
                with switch._recreate_cm():
                    item = resume()
            except StopIteration as end:
                return end.value
            try:
                sent = yield item
                resume = functools.partial(running.send, sent)
            except GeneratorExit:
                with switch._recreate_cm():
                    running.close()
                raise
            except BaseException as error:
                resume = functools.partial(running.throw, error)

    return generator


def _switching_coroutine(switch: _Switch, function: Callable[..., Any]) -> Any:
    @functools.wraps(function)
    async def coroutine(*args: Any, **kwargs: Any) -> Any:
        with switch._recreate_cm():
            return await function(*args, **kwargs)

    return coroutine


class _PlainSwitch(_Switch):
    @overload
    def __new__(cls, function: None = None) -> Self: ...

    @overload
    def __new__(cls, function: F) -> F: ...  # type: ignore[misc]

    def __new__(cls, function: Any = None) -> Any:
        """`@no_grad` and `@no_grad()` are the same decorator."""
        switch = object.__new__(cls)
        return switch if function is None else switch(function)


class no_grad(_PlainSwitch):
    """Do not record inside: results require no gradient, and nothing is saved for a backward pass.

    Example:
        >>> x = tensor(1.0, requires_grad=True)
        >>> with no_grad():
        ...     y = x * 2
        >>> y.requires_grad
        False
    """

    _enabled = False


class inference_mode(_PlainSwitch):
    """The same as `no_grad`, under the name PyTorch gives to code that will never run backward."""

    _enabled = False


class enable_grad(_PlainSwitch):
    """Record inside, also within a `no_grad` block."""

    _enabled = True


class set_grad_enabled(_Switch):
    """Switch recording on or off from here on, or, as a `with` block, until its end."""

    def __init__(self, mode: bool) -> None:
        self._enabled = bool(mode)
        self._previous = set_mode(self._enabled)

    def __enter__(self) -> None:
        previous = set_mode(self._enabled)
        if not hasattr(self, "_previous"):
            self._previous = previous

    def __call__(self, function: F) -> F:
        """As a decorator it switches only while the function runs."""
        restore_mode(self._previous)
        return super().__call__(function)
