"""Whole modules in files: pickles of which only admitted classes are made, and none of whose constructors run.

A module is its attributes, so reading one makes an empty object of its class and gives it these. The layers of `nn`
are admitted; the classes of a program are where it names them, in `safe_globals`.
"""

from __future__ import annotations

import importlib
import pickle
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any, NamedTuple

import numpy as np

from ..backend.dtypes import shown
from ..nn.module import Module
from ..tensor import Tensor
from ..tensor.creation import from_numpy
from .arrays import Arrays
from .pickles import Name, read_pickle

__all__ = ["add_safe_globals", "clear_safe_globals", "get_safe_globals", "is_pickle", "read_module", "safe_globals"]

_PACKAGE = __name__.partition(".")[0]

_safe: list[Any] = []


def add_safe_globals(safe_globals: Sequence[Any]) -> None:
    """Let `load` make objects of these classes, and refer to these functions, from now on."""
    _safe.extend(safe_globals)


def get_safe_globals() -> list[Any]:
    """The classes and functions that `load` admits beside those of this package."""
    return [*_safe]


def clear_safe_globals() -> None:
    """Admit those of this package only."""
    _safe.clear()


@contextmanager
def safe_globals(safe_globals: Iterable[Any]) -> Iterator[None]:
    """Let `load` make objects of these classes, and refer to these functions, inside the block.

    Example:
        >>> class Net(nn.Module):
        ...     def __init__(self):
        ...         super().__init__()
        ...         self.weight = Parameter(ones(2))
        >>> save(Net(), "net.pt")  # doctest: +SKIP
        >>> with safe_globals([Net]):  # doctest: +SKIP
        ...     net = load("net.pt")
    """
    before = get_safe_globals()
    add_safe_globals([*safe_globals])
    try:
        yield
    finally:
        _safe[:] = before


def is_pickle(start: bytes) -> bool:
    """Whether a file that begins so is a pickle. What would be the length of a header in a safetensors file, its
    first 8 bytes, is then more than any such file has."""
    return start.startswith(b"\x80") and int.from_bytes(start[:8], "little") > 10**8


def written(module: Module) -> bytes:
    """The pickle of a module.

    Raises:
        TypeError: it holds something that cannot be pickled.
    """
    try:
        return pickle.dumps(module, 4)
    except (AttributeError, TypeError, pickle.PicklingError) as error:
        raise TypeError(
            f"save: this {type(module).__name__} cannot be written whole: {error}; write its numbers, "
            "model.state_dict()"
        ) from error


class _Given(NamedTuple):
    """A class or function that the pickle may name and pass on, and may not call."""

    value: Any


class _Modules(Arrays):
    """Modules of the classes that are admitted, and the tensors in them."""

    def __init__(self, size: int) -> None:
        super().__init__(size)
        self.meanings |= {
            f"{_PACKAGE}.tensor.tensor _restore_leaf": self.tensor,
            f"{_PACKAGE}.tensor.tensor Tensor": _Given(Tensor),
            f"{_PACKAGE}.backend.dtypes shown": shown,
        }
        self.meanings |= {f"{each.__module__} {each.__qualname__}": _Given(each) for each in _safe}

    def meaning(self, name: str) -> Any:
        """What a name stands for: a layer, a function of `nn.functional`, or what the program admitted."""
        place, _, last = name.partition(" ")
        if name not in self.meanings and place.startswith(f"{_PACKAGE}.nn.") and last.isidentifier():
            found = getattr(importlib.import_module(place), last, None)
            layer = isinstance(found, type) and issubclass(found, (Module, Tensor))
            if layer or (place == f"{_PACKAGE}.nn.functional" and callable(found)):
                return _Given(found)
        return super().meaning(name)

    def tensor(self, cls: Any, array: Any, requires_grad: Any, grad: Any) -> Tensor:
        """A tensor, parameter or buffer of these numbers."""
        kind = _passed_on(cls)
        if (
            not isinstance(kind, type)
            or not issubclass(kind, Tensor)
            or not isinstance(array, (np.ndarray, np.generic))
        ):
            raise ValueError("a tensor of something else than numbers")
        made = kind.__new__(kind)
        made.array, made.node = from_numpy(array).array, None
        made.requires_grad_(requires_grad is True)
        made.grad = grad
        return made

    def new(self, kind: Any) -> Any:
        """An empty module of this class."""
        made = kind.value if isinstance(kind, _Given) else kind
        if not isinstance(made, type) or not issubclass(made, Module):
            return super().new(made)
        return object.__new__(made)

    def build(self, target: Any, state: Any) -> None:
        """Give a module its attributes."""
        if isinstance(target, Module) and isinstance(state, dict):
            vars(target).update({name: _passed_on(value) for name, value in state.items()})
        else:
            super().build(target, state)


def _passed_on(value: Any) -> Any:
    return value.meaning.value if isinstance(value, Name) and isinstance(value.meaning, _Given) else value


def read_module(content: bytes, weights_only: bool) -> Any:
    """The module in a pickle.

    Args:
        content: the pickle.
        weights_only: admit the known classes only; else the pickle may name any, and run what it likes.

    Raises:
        ValueError: the pickle is damaged, or asks for what is not admitted.
    """
    if not weights_only:
        return pickle.loads(content)
    try:
        module = read_pickle(content, _Modules(len(content)))
    except ImportError as error:
        raise ValueError(f"the pickle cannot be read: {error}") from error
    if not isinstance(module, Module):
        raise ValueError(f"the pickle holds a {type(module).__name__}, and no module")
    return module
