"""jit: PyTorch's decorators for compiled functions. Functions and models run as they are written."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

from .backend.absent import names_missing, refused

__all__ = [
    "export",
    "fork",
    "ignore",
    "is_scripting",
    "is_tracing",
    "load",
    "save",
    "script",
    "script_method",
    "trace",
    "unused",
    "wait",
]

load, save, trace = refused("jit.load"), refused("jit.save"), refused("jit.trace")

C = TypeVar("C", bound=Callable[..., Any])


def script(obj: C, *args: Any, **kwargs: Any) -> C:
    """The function, class or model itself.

    Example:
        >>> @ag.jit.script
        ... def twice(x):
        ...     return 2 * x
        >>> twice(ag.tensor(2.0))
        tensor(4.)
    """
    return obj


def script_method(fn: C) -> C:
    """The method itself."""
    return fn


def ignore(drop: Any = False, **kwargs: Any) -> Any:
    """The function itself; also with arguments, `@ignore(drop=True)`."""
    return drop if callable(drop) else lambda function: function


def unused(fn: C) -> C:
    """The function itself."""
    return fn


def export(fn: C) -> C:
    """The function itself."""
    return fn


def is_scripting() -> bool:
    """Whether the program runs compiled: False."""
    return False


def is_tracing() -> bool:
    """Whether the program is being traced: False."""
    return False


def fork(func: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
    """The result of `func(*args, **kwargs)`, computed at once."""
    return func(*args, **kwargs)


def wait(future: Any) -> Any:
    """The result that `fork` returned."""
    return future


__getattr__ = names_missing(__name__)


def __dir__() -> list[str]:
    return __all__
