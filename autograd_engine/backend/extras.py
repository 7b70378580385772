"""Optional packages: if one is missing, the error says which `pip install` brings it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

__all__ = ["from_extra"]


@contextmanager
def from_extra(extra: str, need: str) -> Iterator[None]:
    """A context to import packages of an optional dependency in.

    Args:
        extra: the name of the optional dependency of this project, such as "train".
        need: what needs which package, for the error.

    Raises:
        ImportError: a package is missing.

    Example:
        >>> with from_extra("train", "plots need matplotlib"):
        ...     import no_such_package
        Traceback (most recent call last):
        ...
        ImportError: plots need matplotlib: pip install "autograd_engine[train]"
    """
    try:
        yield
    except ImportError as error:
        raise ImportError(f'{need}: pip install "autograd_engine[{extra}]"', name=error.name) from None
