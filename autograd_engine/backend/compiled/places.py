"""Reading and adding at places along a dimension.

The loops get places as unsigned integers. A signed one might count from the end, which each access would look at.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from . import fits
from .crew import TOGETHER, shared_loop

_COLUMNS = 16
"""So many columns lie in a line of the cache, which two threads are not to write to at once."""


def _in_three(x: Any, dim: int, count: int) -> Any:
    """The dimensions before `dim`, `dim` itself, of which there may be several, and those after it."""
    before = math.prod(x.shape[:dim])
    return x.reshape(before, count, x.size // (before * count))


@shared_loop
def _take(x: Any, at: Any, out: Any, start: int, stop: int) -> None:
    for row in range(start, stop):
        outer, i = row // at.size, row % at.size
        source, target = x[outer, at[i]], out[outer, i]
        for k in range(target.size):
            target[k] = source[k]


@shared_loop
def _take_elements(x: Any, at: Any, out: Any, start: int, stop: int) -> None:
    while start < stop:
        outer, first = start // at.size, start % at.size
        last = min(at.size, first + stop - start)
        source, places, target = x[outer], at[first:last], out[outer, first:last]
        for i in range(places.size):
            target[i] = source[places[i]]
        start += last - first


def take(x: Any, at: Any, dim: int = 0) -> Any:
    if not fits(x) or not x.size or not at.size or at.dtype != np.int64:
        return NotImplemented
    out = np.empty((*x.shape[:dim], *at.shape, *x.shape[dim + 1 :]), x.dtype)
    given, made, places = _in_three(x, dim, x.shape[dim]), _in_three(out, dim, at.size), at.reshape(-1)
    places, rows, size = places.view(np.uint64), len(given) * at.size, given.shape[2]
    if size == 1:
        _take_elements(rows, TOGETHER, given[:, :, 0], places, made[:, :, 0])
    else:
        _take(rows, -(-TOGETHER // size), given, places, made)
    return out


@shared_loop
def _add_rows(values: Any, at: Any, array: Any, start: int, stop: int) -> None:
    whole = len(array) > 1
    first, last = np.uint64(0 if whole else start), np.uint64(array.shape[1] if whole else stop)
    for outer in range(start if whole else 0, stop if whole else 1):
        for i in range(at.size):
            if first <= at[i] < last:
                source, target = values[outer, i], array[outer, at[i]]
                for k in range(target.size):
                    target[k] += source[k]


@shared_loop
def _add_elements(values: Any, at: Any, array: Any, start: int, stop: int) -> None:
    whole = len(array) > 1
    first, last = np.uint64(0 if whole else start), np.uint64(array.shape[1] if whole else stop)
    for outer in range(start if whole else 0, stop if whole else 1):
        source, target = values[outer], array[outer]
        for i in range(at.size):
            if first <= at[i] < last:
                target[at[i]] += source[i]


def add_rows(values: Any, at: Any, array: Any, dim: int = 0) -> Any:
    """Each thread adds to rows of its own, so that the order of additions does not depend on their number.

    These are whole blocks of rows, or some rows if there is one block; then each looks at all places.
    """
    if not fits(array, values) or at.dtype != np.int64 or not values.size:
        return NotImplemented
    n, places, over = array.shape[dim], at.reshape(-1).view(np.uint64), _add_rows
    values, array = _in_three(values, dim, at.size), _in_three(array, dim, n)
    if array.shape[2] == 1:
        values, array, over = values[:, :, 0], array[:, :, 0], _add_elements
    over(len(array) if len(array) > 1 else n, 1, values, places, array)
    return None


@shared_loop
def _flat_places(index: Any, size: int, out: Any, start: int, stop: int) -> None:
    for row in range(start, stop):
        outer, i = row // index.shape[1], row % index.shape[1]
        source, target = index[outer, i], out[outer, i]
        first, length = outer * size * source.size, source.size
        for k in range(length):
            target[k] = first + source[k] * length + k


@shared_loop
def _flat_places_along_rows(index: Any, size: int, out: Any, start: int, stop: int) -> None:
    while start < stop:
        outer, first = start // index.shape[1], start % index.shape[1]
        last, begin = min(index.shape[1], first + stop - start), outer * size
        source, target = index[outer, first:last], out[outer, first:last]
        for k in range(source.size):
            target[k] = begin + source[k]
        start += last - first


def _fill_around(index: Any, shape: tuple[int, ...], dim: int) -> bool:
    """Whether integers, in row-major order, name an element for each place around a dimension of this shape."""
    around = (*shape[:dim], index.shape[dim], *shape[dim + 1 :])
    return bool(index.dtype == np.int64 and index.shape == around and index.flags.c_contiguous and index.size)


def flat_places(index: Any, shape: tuple[int, ...], dim: int) -> Any:
    if not _fill_around(index, shape, dim):
        return NotImplemented
    out = np.empty(index.shape, np.int64)
    given, made = _in_three(index, dim, index.shape[dim]), _in_three(out, dim, index.shape[dim])
    if made.shape[2] == 1:
        _flat_places_along_rows(out.size, TOGETHER, given[:, :, 0], shape[dim], made[:, :, 0])
    else:
        _flat_places(out.size // made.shape[2], -(-TOGETHER // made.shape[2]), given, shape[dim], made)
    return out


@shared_loop
def _gather(x: Any, index: Any, out: Any, start: int, stop: int) -> None:
    for row in range(start, stop):
        outer, i = row // index.shape[1], row % index.shape[1]
        source, places, target = x[outer], index[outer, i], out[outer, i]
        for k in range(target.size):
            target[k] = source[places[k], k]


@shared_loop
def _gather_along_rows(x: Any, index: Any, out: Any, start: int, stop: int) -> None:
    for outer in range(start, stop):
        source, places, target = x[outer], index[outer], out[outer]
        for k in range(target.size):
            target[k] = source[places[k]]


def gather(x: Any, index: Any, dim: int) -> Any:
    if not fits(x) or x.ndim == 1 or not x.size or not _fill_around(index, x.shape, dim):
        return NotImplemented
    out = np.empty(index.shape, x.dtype)
    given, places, made = (_in_three(a, dim, a.shape[dim]) for a in (x, index.view(np.uint64), out))
    if made.shape[2] == 1:
        each = -(-TOGETHER // made.shape[1])
        _gather_along_rows(len(made), each, given[:, :, 0], places[:, :, 0], made[:, :, 0])
    else:
        _gather(out.size // made.shape[2], -(-TOGETHER // made.shape[2]), given, places, made)
    return out


@shared_loop
def _add_at_places(values: Any, index: Any, array: Any, start: int, stop: int) -> None:
    whole = len(array) > 1
    left, right = (0, values.shape[2]) if whole else (start, stop)
    for outer in range(start if whole else 0, stop if whole else 1):
        for i in range(values.shape[1]):
            source, places = values[outer, i, left:right], index[outer, i, left:right]
            target = array[outer, :, left:right]
            for k in range(source.size):
                target[places[k], k] += source[k]


@shared_loop
def _add_along_rows(values: Any, index: Any, array: Any, start: int, stop: int) -> None:
    for outer in range(start, stop):
        source, places, target = values[outer], index[outer], array[outer]
        for k in range(source.size):
            target[places[k]] += source[k]


def add_at_places(values: Any, index: Any, array: Any, dim: int) -> Any:
    """Each thread adds to blocks of its own, or to columns of its own if there is one block."""
    if not fits(array, values) or array.ndim == 1 or not array.size or not _fill_around(index, array.shape, dim):
        return NotImplemented
    values, places, array = (_in_three(a, dim, a.shape[dim]) for a in (values, index.view(np.uint64), array))
    outer, each = len(array), -(-TOGETHER // values[0].size)
    if array.shape[2] == 1:
        _add_along_rows(outer, each, values[:, :, 0], places[:, :, 0], array[:, :, 0])
    elif outer > 1:
        _add_at_places(outer, each, values, places, array)
    else:
        _add_at_places(array.shape[2], max(_COLUMNS, -(-TOGETHER // values.shape[1])), values, places, array)
    return None
