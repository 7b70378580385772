"""Reading and adding at places along a dimension that integers name: tables of embeddings, samples of a batch.

Places that are named twice receive their additions in the order in which they are named, whatever the number of
threads.
"""

from __future__ import annotations

import functools
import math
from typing import Any

import numpy as np

from ..kinds import kind_of, others
from ..sums import add_at
from ..threads import share
from .choice import LARGE, kernel

__all__ = ["add_at_places", "add_rows", "flat_places", "gather", "take"]

_PART = 1 << 18
"""Elements that a thread copies; fewer take less time than to wake it."""


@kernel
def take(x: Any, at: Any, dim: int = 0) -> Any:
    """The slices of `x` along `dim` at the places `at`, which are in range, in the shape of `at`."""
    if x.__class__ in others:
        return kind_of(x).taken(x, at) if x.ndim == 1 else np.take(x, at, dim)
    out = np.empty((*x.shape[:dim], *at.shape, *x.shape[dim + 1 :]), x.dtype)
    if dim or out.size < LARGE or not x.flags.c_contiguous:
        return np.take(x, at, dim, out=out, mode="clip")  # with a check it would first be copied
    places, rows = at.reshape(-1), out.reshape(at.size, *x.shape[1:])
    each = max(1, _PART // (out.size // at.size))
    share(lambda part: np.take(x, places[part], 0, out=rows[part], mode="clip"), at.size, each)
    return out


@functools.cache
def _sparse() -> Any:
    import scipy.sparse

    return scipy.sparse


@kernel
def add_rows(values: Any, at: Any, array: Any, dim: int = 0) -> None:
    """Add `values` in place to the slices of `array` along `dim` at the places `at`, which are in range.

    Shapes: array (..., n, ...), in row-major order; at (...); values with the dimensions of `at` in place of `dim`.

    For 4096 rows of 128 elements `np.add.at` takes 3 ms. The product of a matrix that has a single 1 in each column
    with them takes 0.4: SciPy adds row after row.
    """
    n, width, before = array.shape[dim], math.prod(array.shape[dim + 1 :]), math.prod(array.shape[:dim])
    at = at.reshape(-1)
    if dim:
        at = (kind_of(at).arange(before)[:, None] * n + at).reshape(-1)
    plain = array.__class__ in others or array.dtype.char not in "fd" or values.dtype != array.dtype
    if plain or width == 1 or values.size < LARGE:
        # NumPy adds at a flat index several times faster than at any other.
        flat = at if width == 1 else at[:, None] * width + kind_of(at).arange(width)
        add_at(array.reshape(-1), flat.reshape(-1), values.reshape(-1))
        return
    ones = np.ones(at.size, array.dtype)
    matrix = _sparse().csc_array((ones, at, np.arange(at.size + 1)), (before * n, at.size))
    array += (matrix @ values.reshape(at.size, width)).reshape(array.shape)


@kernel
def flat_places(index: Any, shape: tuple[int, ...], dim: int) -> Any:
    """The places, counted in row-major order, of the elements that `index` names along `dim` in an array of this
    shape. In the other dimensions an element lies where its index does; sizes of 1 are broadcast."""
    around: Any = None  # collected first, so that only one addition has the size of the index
    for d, n in enumerate(index.shape):
        if d != dim and n > 1 and shape[d] > 1:
            step = math.prod(shape[d + 1 :])
            places = (kind_of(index).arange(n) * step).reshape((n,) + (1,) * (len(shape) - d - 1))
            around = places if around is None else around + places
    length = math.prod(shape[dim + 1 :])
    flat = index if length == 1 else index * length
    return flat if around is None else flat + around


@kernel
def gather(x: Any, index: Any, dim: int) -> Any:
    """The elements of `x` that `index` names along `dim`, all in range; in the other dimensions an element lies
    where its index does."""
    return take(x.reshape(-1), flat_places(index, x.shape, dim))


@kernel
def add_at_places(values: Any, index: Any, array: Any, dim: int) -> None:
    """Add `values`, of the shape of `index`, in place to the elements of `array`, which is row-major, that `gather`
    reads."""
    places = flat_places(index, array.shape, dim)
    add_rows(values.reshape(-1), places.reshape(-1), array.reshape(-1))
