"""Whether the tests see a GPU: by default none, so that they say the same on every machine, with CuPy and without.

Tests that need a real GPU are marked `gpu`; those of the substitute for CuPy lie in `tests/standin`.
"""

from __future__ import annotations

import functools
from collections.abc import Iterator
from contextlib import contextmanager

from autograd_engine.backend import gpu

__all__ = ["ABSENT", "found", "hidden"]

_find = gpu.find

ABSENT = 'CuPy is not installed: pip install "autograd_engine[gpu]"'
"""Why there is no GPU, as far as tests can see."""


@contextmanager
def _looking_by(find: object) -> Iterator[None]:
    before = gpu.find
    gpu.find = find  # type: ignore[assignment]
    gpu.forget()
    try:
        yield
    finally:
        gpu.forget()
        gpu.find = before


def hidden() -> object:
    """A context in which the package finds no GPU."""

    @functools.wraps(_find)
    def find() -> str:
        return ABSENT

    find.cache_clear = lambda: None  # type: ignore[attr-defined]
    find.cache_info = _find.cache_info  # type: ignore[attr-defined]
    return _looking_by(find)


def found() -> object:
    """A context in which the package looks for CuPy and GPUs, as it does outside of tests."""
    return _looking_by(_find)
