"""Modules without initial values, for those who fill them with others: a file's, say."""

from __future__ import annotations

from collections.abc import Callable
from typing import ParamSpec, TypeVar

from .. import init

__all__ = ["skip_init"]

P = ParamSpec("P")
M = TypeVar("M")


def skip_init(module_cls: Callable[P, M], *args: P.args, **kwargs: P.kwargs) -> M:
    """`module_cls(*args, **kwargs)`, whose parameters hold whatever was in their memory.

    No number is drawn or written, so that even a large model is there at once, and takes no memory until it is
    filled. What a module does not set by functions of `nn.init`, such as its buffers, has its usual values.

    Args:
        module_cls: a class of modules, or a function that makes one.
        args, kwargs: its arguments.

    Example:
        >>> layer = nn.utils.skip_init(nn.Linear, 1000, 500)
        >>> layer.weight.shape
        (500, 1000)
    """
    before = init.skipped.set(True)
    try:
        return module_cls(*args, **kwargs)
    finally:
        init.skipped.reset(before)
