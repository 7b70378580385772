"""Looking into a model while it computes, and leaving it as it was: its modes and its hooks."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from ..nn import Module

Note = Callable[[Module, tuple[Any, ...], Any], Any]
"""What a forward hook is: it takes a module, the arguments of its call and the result."""


@contextmanager
def watching(model: Module, note: Note | None = None) -> Iterator[None]:
    """A context in which the model and all its modules are in evaluation mode, and `note` sees every call of one.

    Args:
        model: its modes and hooks are afterwards what they were before, also if it raised an error.
        note: a forward hook: what it returns, if anything, takes the place of the result.

    Raises:
        TypeError: `model` is not a module.
    """
    if not isinstance(model, Module):
        raise TypeError(f"expected a Module to look into, not a {type(model).__name__}")
    modes = {module: module.training for module in model.modules()}
    handles = [module.register_forward_hook(note) for module in modes] if note else []
    try:
        model.eval()
        yield
    finally:
        for handle in handles:
            handle.remove()
        for module, mode in modes.items():
            module.training = mode
