"""How the matrices of a product lie in memory, as BLAS takes them: found from shapes and strides alone.

BLAS knows matrices whose rows, or whose columns, lie in one piece at equal distances, and batches of them at
equal distances. Every transposed matrix, every part of a matrix and most batches are such; a distance of 0
repeats a matrix for a whole batch. What lies otherwise has to be copied first."""

from __future__ import annotations

import functools
import math
from typing import NamedTuple

__all__ = ["Lie", "Product", "described"]

Sizes = tuple[int, ...]


class Lie(NamedTuple):
    """Where the elements of a batch of matrices lie, in elements.

    Attributes:
        turned: whether columns lie in one piece, and not rows.
        apart: the distance of one row, or column, to the next.
        step: the distance of one matrix to the next.
    """

    turned: bool
    apart: int
    step: int


class Product(NamedTuple):
    """A product of matrices (n, k) by (k, m), for each of a batch.

    Attributes:
        batch, n, k, m: how many matrices, and their sizes.
        shape: that of the result.
        x, y, out: how the factors and the result lie.
        plus: how the matrices lie that are added; None where none are.
        has_bias: whether a row is added, the same to all rows.
    """

    batch: int
    n: int
    k: int
    m: int
    shape: Sizes
    x: Lie
    y: Lie
    out: Lie
    plus: Lie | None
    has_bias: bool


def lie(shape: Sizes, strides: Sizes, itemsize: int, batch: Sizes) -> Lie | None:
    """How matrices (..., n, k) lie, repeated over a batch; None where BLAS cannot take them so."""
    if any((s % itemsize or s < 0) and n > 1 for n, s in zip(shape, strides, strict=True)):
        return None
    *outer, down, along = (s // itemsize for s in strides)
    n, k = shape[-2:]
    if (along == 1 or k == 1) and (n == 1 or down >= k):
        turned, apart = False, k if n == 1 else down
    elif (down == 1 or n == 1) and along >= n:
        turned, apart = True, along
    else:
        return None
    missing = (0,) * (len(batch) - len(outer))
    count, step = 1, 0
    for length, s, wanted in zip(
        reversed(batch), reversed((*missing, *outer)), reversed((*missing, *shape[:-2])), strict=True
    ):
        if length == 1:
            continue
        here = s if wanted == length else 0
        if count == 1:
            step = here
        elif here != step * count:
            return None
        count *= length
    return Lie(turned, apart, step)


def in_order(shape: Sizes, itemsize: int) -> Sizes:
    """The strides of an array in row-major memory."""
    strides: list[int] = []
    for n in reversed(shape):
        strides.append(itemsize)
        itemsize *= n
    return tuple(reversed(strides))


@functools.lru_cache(maxsize=4096)
def described(
    itemsize: int,
    x: tuple[Sizes, Sizes],
    y: tuple[Sizes, Sizes],
    plus: tuple[Sizes, Sizes] | None,
    out: tuple[Sizes, Sizes] | None,
) -> Product | frozenset[str] | None:
    """The product of two arrays as `np.matmul` takes it, plus a third one, into a fourth; each is described by its
    shape and strides.

    Returns:
        The product; or the names of the arrays that have to be copied into row-major memory, one that lies in it
        already with the shape that the whole batch gives it; or None for what is no such product, or an empty one.
    """
    (x_shape, x_strides), (y_shape, y_strides) = x, y
    is_row, is_column = len(x_shape) == 1, len(y_shape) == 1
    if not (x_shape and y_shape and 0 not in x_shape and 0 not in y_shape):
        return None
    if is_row:
        x_shape, x_strides = (1, *x_shape), (0, *x_strides)
    if is_column:
        y_shape, y_strides = (*y_shape, 1), (*y_strides, 0)
    batch = _broadcast(x_shape[:-2], y_shape[:-2])
    n, k, m = *x_shape[-2:], y_shape[-1]
    if batch is None or y_shape[-2] != k:
        return None
    shape = (*batch, *(() if is_row else (n,)), *(() if is_column else (m,)))

    def of_result(given: tuple[Sizes, Sizes]) -> Lie | None:
        strides = given[1]
        strides = (*strides, 0) if is_column else strides
        strides = (*strides[:-1], 0, strides[-1]) if is_row else strides
        found = lie((*batch, n, m), strides, itemsize, batch)
        return None if found is None or found.turned else found

    batch_size = math.prod(batch)
    lies = {"x": lie(x_shape, x_strides, itemsize, batch), "y": lie(y_shape, y_strides, itemsize, batch)}
    if out is not None and out[0] != shape:
        return None
    lies["out"] = of_result(out or (shape, in_order(shape, itemsize)))
    has_bias = False
    if plus is not None:
        has_bias = plus[0] == (m,) and not is_column
        if has_bias:
            lies["plus"] = Lie(False, m, 0) if m == 1 or plus[1] == (itemsize,) else None
        elif plus[0] == shape:
            lies["plus"] = of_result(plus)
        else:
            return None
    if copied := frozenset(name for name, found in lies.items() if found is None):
        return copied
    ours, theirs, made = lies["x"], lies["y"], lies["out"]
    assert ours is not None
    assert theirs is not None
    assert made is not None
    added = None if has_bias else lies.get("plus")
    whole = [lie for lie in (ours, made, added) if lie is not None]
    if batch_size > 1 and not theirs.step and not any(lie.turned or lie.step != n * lie.apart for lie in whole):
        n, batch_size = n * batch_size, 1  # one product of all rows
    return Product(batch_size, n, k, m, shape, ours, theirs, made, added, has_bias)


def _broadcast(x: Sizes, y: Sizes) -> Sizes | None:
    """Two shapes broadcast; None where they do not fit."""
    length = max(len(x), len(y))
    x, y = (1,) * (length - len(x)) + x, (1,) * (length - len(y)) + y
    if any(a != b and 1 not in (a, b) for a, b in zip(x, y, strict=True)):
        return None
    return tuple(b if a == 1 else a for a, b in zip(x, y, strict=True))
