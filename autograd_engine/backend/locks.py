"""A lock that dies with its program: the kernel gives it back, whatever ended the program."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager

try:
    import fcntl
except ImportError:  # Windows
    fcntl = None  # type: ignore[assignment]

__all__ = ["hold", "locked"]


def hold(descriptor: int) -> bool:
    """Lock an open file or folder until it is closed; False if somebody else holds it.

    Where the system or the file system has no such locks, the answer is True, and nobody is kept out.

    Example:
        >>> with open("a", "w") as one, open("a") as other:
        ...     hold(one.fileno()), hold(other.fileno())
        (True, False)
    """
    if fcntl is None:
        return True
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    except OSError:
        return True
    return True


@contextmanager
def locked(folder: str | os.PathLike[str]) -> Iterator[bool]:
    """A context in which a folder is locked; its value is False if somebody else holds the lock.

    Example:
        >>> with locked(".") as mine, locked(".") as too:
        ...     mine, too
        (True, False)
    """
    if fcntl is None:
        yield True
        return
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        yield hold(descriptor)
    finally:
        os.close(descriptor)
