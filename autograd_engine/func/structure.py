"""Structures of tensors: dicts, lists, tuples and named tuples, nested to any depth."""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterator, Sequence
from typing import Any

from ..backend.arrays import is_floating
from ..backend.kinds import is_array
from ..tensor import Tensor, creation


def is_sequence(x: Any) -> bool:
    """Whether x is a list, a tuple or a named tuple; other subclasses may not be ours to rebuild."""
    return type(x) in (list, tuple) or (isinstance(x, tuple) and hasattr(x, "_make"))


def map_structure(function: Callable[[Any], Any], structure: Any) -> Any:
    """The same structure with `function` applied to whatever is no dict, list or tuple."""
    if isinstance(structure, dict):
        mapped = copy.copy(structure)  # keeps the class: OrderedDict, defaultdict
        for key, value in structure.items():
            mapped[key] = map_structure(function, value)
        return mapped
    if is_sequence(structure):
        items = [map_structure(function, item) for item in structure]
        return structure._make(items) if hasattr(structure, "_make") else type(structure)(items)
    return function(structure)


def tensors_of(structure: Any) -> list[Tensor]:
    """The tensors of a structure, in order."""
    found: list[Tensor] = []

    def look(item: Any) -> None:
        if isinstance(item, Tensor):
            found.append(item)

    map_structure(look, structure)
    return found


def replaced(structure: Any, values: Sequence[Any]) -> Any:
    """The structure with `values` in the places of its tensors, and all else as it is."""
    rest = iter(values)
    return map_structure(lambda item: next(rest) if isinstance(item, Tensor) else item, structure)


def refilled(structure: Any, values: Sequence[Any]) -> Any:
    """The structure with `values` in the places of its tensors and None in all others."""
    rest = iter(values)
    return map_structure(lambda item: next(rest) if isinstance(item, Tensor) else None, structure)


def pairs_of(path: str, like: Any, given: Any) -> Iterator[tuple[str, Any, Any]]:
    """The items of `like` and of `given`, which must have the same structure, with where they were found."""
    if isinstance(like, dict):
        if not isinstance(given, dict) or given.keys() != like.keys():
            raise RuntimeError(f"{path} is {outline(given)}, expected {outline(like)}")
        for key, item in like.items():
            yield from pairs_of(f"{path}[{key!r}]", item, given[key])
    elif is_sequence(like):
        if type(given) is not type(like) or len(given) != len(like):
            raise RuntimeError(f"{path} is {outline(given)}, expected {outline(like)}")
        for i, (item, other) in enumerate(zip(like, given, strict=True)):
            yield from pairs_of(f"{path}[{i}]", item, other)
    else:
        yield path, like, given


def outline(x: Any) -> str:
    """What x is, in a few words for an error message."""
    if isinstance(x, dict):
        return f"a {type(x).__name__} with keys {list(x)}"
    if isinstance(x, Tensor):
        return f"a tensor of shape {tuple(x.shape)}"
    return f"a {type(x).__name__} of length {len(x)}" if is_sequence(x) else f"a {type(x).__name__}"


def matching(path: str, like: Any, given: Any) -> list[Tensor]:
    """One tensor of `given` for each tensor of `like`, of its shape and, if it is floating, of its dtype."""
    matched = []
    for where, tensor, other in pairs_of(path, like, given):
        if not isinstance(tensor, Tensor):
            continue
        if not isinstance(other, Tensor):
            if not isinstance(other, (int, float)) and not is_array(other):
                raise TypeError(f"{where} is {outline(other)}, expected {outline(tensor)}")
            other = creation.tensor(other)
        if other.shape != tensor.shape:
            raise RuntimeError(f"{where} has shape {tuple(other.shape)}, expected {tuple(tensor.shape)}")
        matched.append(other.to(tensor.dtype) if is_floating(tensor.dtype) else other)
    return matched
