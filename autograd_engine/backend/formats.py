"""Formats: how PyTorch's programs ask for an order in memory. Here it changes no number, and is left to the layers.

`x.contiguous(memory_format=torch.channels_last)` and `torch.zeros(2, pin_memory=True)` mean the same tensor with
and without the setting. So functions that have such settings in PyTorch take them, and go on without them.
"""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any, TypeVar

from .spelling import spelling

__all__ = [
    "channels_last",
    "channels_last_3d",
    "contiguous_format",
    "layout",
    "memory_format",
    "preserve_format",
    "sparse_coo",
    "sparse_csr",
    "strided",
    "takes_formats",
]

F = TypeVar("F", bound=Callable[..., Any])


class _Named:
    """One of a few things that are told apart by their names, which are names of this module too."""

    __slots__ = ("name",)

    def __init__(self, name: str) -> None:
        self.name = name

    def __repr__(self) -> str:
        return spelling.name(self.name)

    def __reduce__(self) -> str:
        return self.name


class memory_format(_Named):
    """An order in memory that PyTorch has a name for. Each layer chooses its own; see `takes_formats`."""

    __slots__ = ()


class layout(_Named):
    """A way to hold a tensor that PyTorch has a name for: `strided`, with a place in memory for each element."""

    __slots__ = ()


contiguous_format = memory_format("contiguous_format")
preserve_format = memory_format("preserve_format")
channels_last = memory_format("channels_last")
channels_last_3d = memory_format("channels_last_3d")
strided = layout("strided")
sparse_coo = layout("sparse_coo")
sparse_csr = layout("sparse_csr")

_FORMATS = frozenset({"layout", "memory_format", "pin_memory"})


def takes_formats(function: F) -> F:
    """`function`, which also takes `layout`, `memory_format` and `pin_memory`, and goes on without them.

    Raises:
        TypeError: the result is to be sparse.
    """

    @functools.wraps(function)
    def called(*args: Any, **settings: Any) -> Any:
        for name in _FORMATS & settings.keys() if settings else ():
            value = settings.pop(name)
            if isinstance(value, layout) and value is not strided:
                raise TypeError(
                    f"{function.__name__}: layout={value!r} of a new tensor; make it dense, without layout"
                )
        return function(*args, **settings)

    return called  # type: ignore[return-value]
