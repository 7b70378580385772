"""Reading and adding at places along a dimension.

The loops get places as unsigned integers. A signed one might count from the end, which each access would look at.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from ..threads import share
from . import fits, loop


def _in_three(x: Any, dim: int, count: int) -> Any:
    """The dimensions before `dim`, `dim` itself, of which there may be several, and those after it."""
    before = math.prod(x.shape[:dim])
    return x.reshape(before, count, x.size // (before * count))


@loop
def _take(x: Any, at: Any, out: Any) -> None:
    for outer in range(x.shape[0]):
        for i in range(at.size):
            source, target = x[outer, at[i]], out[outer, i]
            for k in range(target.size):
                target[k] = source[k]


@loop
def _take_elements(x: Any, at: Any, out: Any) -> None:
    for outer in range(x.shape[0]):
        source, target = x[outer], out[outer]
        for i in range(at.size):
            target[i] = source[at[i]]


def take(x: Any, at: Any, dim: int = 0) -> Any:
    if not fits(x) or not x.size or not at.size or at.dtype != np.int64:
        return NotImplemented
    out = np.empty((*x.shape[:dim], *at.shape, *x.shape[dim + 1 :]), x.dtype)
    given, made, places = _in_three(x, dim, x.shape[dim]), _in_three(out, dim, at.size), at.reshape(-1)
    places, over = places.view(np.uint64), _take
    if given.shape[2] == 1:
        given, made, over = given[:, :, 0], made[:, :, 0], _take_elements
    if len(given) > 1:
        share(lambda part: over(given[part], places, made[part]), len(given))
    else:
        share(lambda part: over(given, places[part], made[:, part]), at.size)
    return out


@loop
def _add_rows(values: Any, at: Any, array: Any, first: Any, last: Any) -> None:
    for outer in range(array.shape[0]):
        for i in range(at.size):
            if first <= at[i] < last:
                source, target = values[outer, i], array[outer, at[i]]
                for k in range(target.size):
                    target[k] += source[k]


@loop
def _add_elements(values: Any, at: Any, array: Any, first: Any, last: Any) -> None:
    for outer in range(array.shape[0]):
        source, target = values[outer], array[outer]
        for i in range(at.size):
            if first <= at[i] < last:
                target[at[i]] += source[i]


def add_rows(values: Any, at: Any, array: Any, dim: int = 0) -> Any:
    """Each thread adds to rows of its own, so that the order of additions does not depend on their number."""
    if not fits(array, values) or at.dtype != np.int64 or not values.size:
        return NotImplemented
    n, places, over = array.shape[dim], at.reshape(-1).view(np.uint64), _add_rows
    values, array = _in_three(values, dim, at.size), _in_three(array, dim, n)
    if array.shape[2] == 1:
        values, array, over = values[:, :, 0], array[:, :, 0], _add_elements
    ends = (np.uint64(0), np.uint64(n))
    if len(array) > 1:
        share(lambda part: over(values[part], places, array[part], *ends), len(array))
    else:
        share(lambda part: over(values, places, array, np.uint64(part.start), np.uint64(part.stop)), n)
    return None


@loop
def _flat_places(index: Any, size: int, out: Any, first: int) -> None:
    for outer in range(index.shape[0]):
        for i in range(index.shape[1]):
            source, target = index[outer, i], out[outer, i]
            start, length = (first + outer) * size * source.size, source.size
            for k in range(length):
                target[k] = start + source[k] * length + k


@loop
def _flat_places_along_rows(index: Any, size: int, out: Any, first: int) -> None:
    for outer in range(index.shape[0]):
        source, target, start = index[outer], out[outer], (first + outer) * size
        for k in range(source.size):
            target[k] = start + source[k]


def flat_places(index: Any, shape: tuple[int, ...], dim: int) -> Any:
    around = (*shape[:dim], index.shape[dim], *shape[dim + 1 :])
    if index.dtype != np.int64 or index.shape != around or not index.flags.c_contiguous or not index.size:
        return NotImplemented
    out = np.empty(index.shape, np.int64)
    given, made = _in_three(index, dim, index.shape[dim]), _in_three(out, dim, index.shape[dim])
    size, over = shape[dim], _flat_places
    if made.shape[2] == 1:
        given, made, over = given[:, :, 0], made[:, :, 0], _flat_places_along_rows
    if len(given) > 1:
        share(lambda part: over(given[part], size, made[part], part.start), len(given))
    else:
        share(lambda part: over(given[:, part], size, made[:, part], 0), given.shape[1])
    return out
