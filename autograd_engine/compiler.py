"""compiler: the names of `torch.compile`. A function or a model is not compiled; it is returned as it is."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar, overload

from .backend.absent import without_effect

__all__ = ["compile", "disable", "is_compiling", "reset"]

C = TypeVar("C", bound=Callable[..., Any])


@overload
def compile(model: C, **settings: Any) -> C: ...


@overload
def compile(model: None = None, **settings: Any) -> Callable[[C], C]: ...


def compile(model: Any = None, **settings: Any) -> Any:
    """The model or function itself; the log says once that it is not compiled.

    Args:
        model: a module or a function; without it, a decorator is returned.
        settings: PyTorch's (`mode`, `fullgraph`, `dynamic`, `backend` ..), which have no effect.

    Example:
        >>> model = Linear(2, 3)
        >>> compile(model) is model
        True
    """
    if model is None:
        return lambda function: compile(function, **settings)
    without_effect("compile", "the model runs as it is, with compiled kernels where numba is installed")
    return model


def disable(fn: C, recursive: bool = True, *, reason: str | None = None) -> C:
    """The function itself: nothing is compiled."""
    return fn


def is_compiling() -> bool:
    """Whether a program is being compiled: False."""
    return False


def reset() -> None:
    """Forget what was compiled: nothing."""
