"""Checks of values: when somebody looks whether targets and indices are in range.

Of NumPy's arrays they are always checked, for a look costs next to nothing. On a device a look makes the host wait
for the device, and then the device for the host. A check in each step of a training would take longer than the
step. So there values are checked only inside `checking_values()`, as they are while anomalies are detected. A wrong
index is otherwise taken modulo the size, and a wrong target gives a wrong loss, but no memory is touched that is
not the array's.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

from .kinds import kind_of

__all__ = ["are_checked", "checking_values"]

_checking: ContextVar[bool] = ContextVar("checking", default=False)


def are_checked(x: Any) -> bool:
    """Whether who needs values of `x` in some range has to look at them, and to refuse others."""
    return kind_of(x).readable or _checking.get()


@contextmanager
def checking_values() -> Iterator[None]:
    """A context in which values are checked on devices too."""
    token = _checking.set(True)
    try:
        yield
    finally:
        _checking.reset(token)
