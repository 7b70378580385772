"""Collating: a list of samples becomes one batch, with the structure of a sample and tensors that hold all
samples."""

from __future__ import annotations

import copy
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from ..func.structure import is_sequence, map_structure
from ..ops.shape import stack
from ..tensor import Tensor
from ..tensor.creation import from_numpy, tensor


def default_collate(batch: Sequence[Any]) -> Any:
    """Samples as one batch, with PyTorch's types.

    Tensors, arrays and numbers are stacked along a new first dimension: ints become int64, floats float64, bools
    bool; arrays keep their dtype. Strings become a list. Dictionaries, named tuples, lists and tuples are collated
    item by item; a tuple becomes a list.

    Raises:
        RuntimeError: shapes, lengths or keys differ between samples.
        TypeError: samples of a type that has no batch, or of different types.

    Example:
        >>> default_collate([{"x": 1, "name": "a"}, {"x": 2, "name": "b"}])
        {'x': tensor([1, 2]), 'name': ['a', 'b']}
    """
    return collated(batch, range(len(batch)))


def collated(samples: Sequence[Any], names: Sequence[Any], place: str = "") -> Any:
    """`default_collate`, but its errors name the samples by `names`, and say where in a sample: at `place`."""
    first = samples[0]
    if len({type(sample) for sample in samples}) > 1:
        _check_kinds(samples, names, place)
    if isinstance(first, (str, bytes)):
        return samples
    if isinstance(first, Tensor):
        _check_shapes([sample.array for sample in samples], names, place)
        if all(sample.node is None for sample in samples):
            return from_numpy(np.array([sample.array for sample in samples]))
        return stack(samples)
    if isinstance(first, (np.ndarray, np.generic)):
        _check_shapes(samples, names, place)
        if first.dtype.kind in "biuf":
            return from_numpy(np.array(samples))
    elif isinstance(first, (bool, int, float)):
        return tensor(samples, dtype=np.float64 if isinstance(first, float) else None)
    elif isinstance(first, Mapping):
        for name, sample in zip(names, samples, strict=True):
            if sample.keys() != first.keys():
                raise RuntimeError(
                    f"sample {names[0]} has the keys {list(first)}, sample {name} {list(sample)}{_at(place)}"
                )
        items = {key: collated([s[key] for s in samples], names, f"{place}[{key!r}]") for key in first}
        return _with_items(first, items)
    elif is_sequence(first):
        for name, sample in zip(names, samples, strict=True):
            if len(sample) != len(first):
                raise RuntimeError(
                    f"sample {names[0]} has {len(first)} items, sample {name} {len(sample)}{_at(place)}"
                )
        columns = [collated(column, names, f"{place}[{i}]") for i, column in enumerate(zip(*samples, strict=True))]
        return first._make(columns) if hasattr(first, "_make") else columns
    kind = f"array of {first.dtype}" if isinstance(first, np.ndarray) else type(first).__name__
    raise TypeError(
        f"samples made of {kind}{_at(place)} have no batch: return tensors, arrays, numbers, strings, dicts or "
        "lists, or give a collate_fn"
    )


def _check_kinds(samples: Sequence[Any], names: Sequence[Any], place: str) -> None:
    """Refuse values of different types, unless all are tensors, all are numbers or all are mappings."""
    first = samples[0]
    for name, sample in zip(names, samples, strict=True):
        alike = (isinstance(first, kind) and isinstance(sample, kind) for kind in (Tensor, (int, float), Mapping))
        if type(sample) is not type(first) and not any(alike):
            raise TypeError(
                f"sample {names[0]} is a {type(first).__name__}, sample {name} a {type(sample).__name__}"
                f"{_at(place)}: they do not make a batch"
            )


def _check_shapes(arrays: Sequence[Any], names: Sequence[Any], place: str) -> None:
    first = arrays[0].shape
    for name, array in zip(names, arrays, strict=True):
        if array.shape != first:
            raise RuntimeError(
                f"sample {names[0]} has shape {first}, sample {name} {array.shape}{_at(place)}: to make a batch of "
                "them, give a collate_fn that pads or crops"
            )


def _at(place: str) -> str:
    return f" at {place}" if place else ""


def _with_items(mapping: Any, items: dict[Any, Any]) -> Any:
    """`items` in a mapping of the same class."""
    if type(mapping) is dict or not hasattr(mapping, "update"):
        return items
    result = copy.copy(mapping)  # keeps the class: OrderedDict, defaultdict
    result.update(items)
    return result


def pinned(batch: Any) -> Any:
    """A batch whose tensors lie in page-locked memory, and whatever else has a method `pin_memory`."""
    return map_structure(lambda item: item.pin_memory() if hasattr(item, "pin_memory") else item, batch)


def default_convert(data: Any) -> Any:
    """A sample with arrays turned into tensors and all else unchanged: the default `collate_fn` of single samples.

    Example:
        >>> default_convert({"x": np.zeros(1), "name": "a"})
        {'x': tensor([0.], dtype=float64), 'name': 'a'}
    """
    if isinstance(data, (np.ndarray, np.generic)) and data.dtype.kind in "biuf":
        return tensor(data) if isinstance(data, np.generic) else from_numpy(data)
    if isinstance(data, Mapping):
        return _with_items(data, {key: default_convert(value) for key, value in data.items()})
    if is_sequence(data):
        items = [default_convert(item) for item in data]
        return data._make(items) if hasattr(data, "_make") else items
    return data
