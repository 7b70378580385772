"""profiler: PyTorch's names for measuring where the time goes. Calling one says what to do instead."""

from __future__ import annotations

from contextlib import ContextDecorator
from enum import Enum
from typing import Any

from .backend.absent import names_missing, refused

__all__ = ["ProfilerActivity", "profile", "record_function", "schedule", "tensorboard_trace_handler"]


class ProfilerActivity(Enum):
    """What PyTorch's profiler would look at."""

    CPU = 0
    CUDA = 1


class profile:
    """Absent: measure with Python's cProfile.

    Raises:
        NotImplementedError: always, with the remedy.
    """

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        refused("profiler.profile")()


schedule = refused("profiler.schedule")
tensorboard_trace_handler = refused("profiler.tensorboard_trace_handler")


class record_function(ContextDecorator):
    """A block, or a function, that PyTorch's profiler would show under this name. Here it changes nothing."""

    def __init__(self, name: str, args: str | None = None) -> None:
        self.name, self.args = name, args

    def __enter__(self) -> record_function:
        return self

    def __exit__(self, *error: object) -> None:
        """Nothing was measured."""


__getattr__ = names_missing(__name__)
