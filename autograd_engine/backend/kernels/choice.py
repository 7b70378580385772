"""Which implementation of a kernel runs: for each class of arrays one, and NumPy's where there is no other.

A kernel is an array operation that is worth code of its own. It is written in NumPy first: that is complete and
readable, and says what the others must give. The others stand in rooms beside this one, one for each kind of array,
in a file and under a name equal to the kernel's. They are found there at the first call that may profit: no program
pays for importing what it does not use.

On the CPU the other room is `compiled`, for machine code that numba makes. Its functions are called with large
arrays only, and may return NotImplemented for arguments that they are not made for; then NumPy's run. On a GPU
there are two: `nvidia`, for NVIDIA's libraries, and `cuda`, for CUDA's source, which comes first; but no card
has run that source, so it is used only where a program asks for it.
"""

from __future__ import annotations

import functools
import importlib
import os
from collections.abc import Callable
from enum import Enum
from typing import Any, TypeVar, overload

import numpy as np

from ..kinds import others

__all__ = ["KERNELS", "LARGE", "Tier", "current_tier", "implementation", "kernel", "reason_without", "use_kernels"]

F = TypeVar("F", bound=Callable[..., Any])

LARGE = 32_768
"""From this number of elements on, compiled code gains more than the few microseconds that a call of it takes."""

KERNELS: dict[str, Any] = {}
"""All kernels by name, such as "norms.normalize"; the attribute `numpy` of each is its implementation in NumPy."""


class Tier(Enum):
    """Which implementations run beside NumPy's."""

    NUMPY = "numpy"
    AUTO = "auto"
    COMPILED = "compiled"
    CUDA = "cuda"


def _tier(name: str, source: str) -> Tier:
    try:
        return Tier(name)
    except ValueError:
        known = ", ".join(repr(tier.value) for tier in Tier)
        raise ValueError(f"{source}: expected one of {known}, not {name!r}") from None


_current = _tier(
    os.environ.get("AUTOGRAD_ENGINE_KERNELS") or "auto", "the environment variable AUTOGRAD_ENGINE_KERNELS"
)


def current_tier() -> Tier:
    """What `use_kernels` or the environment chose."""
    return _current


class use_kernels:
    """Choose the implementations that run on arrays of the CPU or a GPU, at once, or within a `with` block.

    The choice holds for all threads. The environment variable AUTOGRAD_ENGINE_KERNELS chooses what a program begins
    with.

    Args:
        name: "numpy" for NumPy's alone, and on a GPU for CuPy's functions; "auto", the default, for compiled ones
            of large arrays, if numba is installed (`pip install "autograd_engine[fast]"`), and on a GPU for
            NVIDIA's libraries; "compiled" for compiled ones of small arrays too, which is slower and there for
            tests; "cuda" for "auto", and on a GPU for CUDA kernels of this package in the place of several of
            CuPy's functions. They were compiled, and no GPU has run them yet.

    Raises:
        ImportError: "compiled", and numba cannot be imported.
        ValueError: another name.

    Example:
        >>> with use_kernels("numpy"):
        ...     relu(tensor([-1.0, 1.0]))
        tensor([0., 1.])
    """

    def __init__(self, name: str) -> None:
        global _current
        self._before = _current
        tier = _tier(name, "use_kernels")
        if tier is Tier.COMPILED and (reason := reason_without(np.ndarray)):
            raise ImportError(f"use_kernels: {reason}")
        _current = tier

    def __enter__(self) -> None:
        pass

    def __exit__(self, *exception: object) -> None:
        global _current
        _current = self._before


def _rooms(kind: type, tier: Tier) -> tuple[str, ...]:
    """The packages that hold the implementations for a class of arrays, the first choice first."""
    if kind is np.ndarray:
        names: tuple[str, ...] = ("compiled",)
    elif kind in others:
        names = ("cuda", "nvidia") if tier is Tier.CUDA else ("nvidia",)
    else:
        names = ()
    return tuple(f"{__package__.rpartition('.')[0]}.{name}" for name in names)


@functools.cache
def reason_without(kind: type) -> str | None:
    """Why there are no implementations but NumPy's for a class of arrays; None if there are."""
    rooms = _rooms(kind, Tier.AUTO)
    if not rooms:
        return f"no kernels are made for {kind.__name__}"
    try:
        importlib.import_module(rooms[0])
    except ImportError as error:
        return str(error)
    return None


def implementation(kernel: Any, kind: type, tier: Tier = Tier.CUDA) -> Callable[..., Any] | None:
    """The implementation of a kernel for a class of arrays; None where NumPy's is to be used."""
    if reason_without(kind) is not None:
        return None
    for room in _rooms(kind, tier):
        try:
            module = importlib.import_module(f"{room}.{kernel.__module__.rpartition('.')[2]}")
        except ModuleNotFoundError:
            continue
        if form := getattr(module, kernel.__name__, None):
            return form
    return None


_UNKNOWN: Any = object()


@overload
def kernel(numpy_form: F) -> Any: ...


@overload
def kernel(*, large: int = ..., many: bool = ...) -> Callable[[F], F]: ...


def kernel(numpy_form: F | None = None, *, large: int = LARGE, many: bool = False) -> Any:
    """Make a kernel of its implementation in NumPy, a function whose first argument is an array.

    Args:
        numpy_form: the implementation.
        large: how many elements make the first argument large enough for compiled code.
        many: whether the first argument is a list of arrays of one dimension and one class, large together.
    """
    if numpy_form is None:
        return functools.partial(kernel, large=large, many=many)
    ndarray, plain, of_cuda = np.ndarray, dict[type, Any](), dict[type, Any]()
    numpy, compiled, cuda = Tier.NUMPY, Tier.COMPILED, Tier.CUDA
    default: Callable[..., Any] = numpy_form
    small: Callable[..., Any] = getattr(default, "formula", default)

    def other(kind: type, x: Any, args: tuple[Any, ...], settings: dict[str, Any]) -> Any:
        forms = of_cuda if _current is cuda else plain
        form = forms.get(kind, _UNKNOWN)
        if form is _UNKNOWN:
            form = forms[kind] = implementation(default, kind, _current)
        out = NotImplemented if form is None else form(x, *args, **settings)
        if out is NotImplemented:
            return (default if kind is ndarray else small)(x, *args, **settings)
        return out

    def call(x: Any, *args: Any, **settings: Any) -> Any:
        kind = x.__class__
        if kind is ndarray:
            if x.size < large and _current is not compiled:
                return small(x, *args, **settings)
            if _current is numpy:
                return default(x, *args, **settings)
        elif kind not in others or _current is numpy:
            return small(x, *args, **settings)
        return other(kind, x, args, settings)

    def call_many(xs: Any, *args: Any, **settings: Any) -> Any:
        kind = xs[0].__class__
        if _current is numpy:
            chosen = False
        else:
            chosen = kind is not ndarray or _current is compiled or sum(map(len, xs)) >= large
        return other(kind, xs, args, settings) if chosen else default(xs, *args, **settings)

    made: Any = functools.wraps(default)(call_many if many else call)
    made.numpy = default
    KERNELS[f"{default.__module__.rpartition('.')[2]}.{default.__name__}"] = made
    return made
