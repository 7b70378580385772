"""Work through blocks that stay in the cache from the first pass over them to the last, on several threads."""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np

from ..kinds import Kind, kind_of, others
from ..threads import share

__all__ = ["BLOCK", "ONE_THREAD", "dots", "in_blocks", "ones", "short_buffer"]

BLOCK = 2**17
"""How many elements are worked on at once: this number, 512 KiB of float32, or up to twice as many. With fewer,
threads wait longer for their turn at the interpreter between two calls of NumPy's, up to 100 us on a virtual
machine, than a call takes; with more, a pass does not find in the cache what the one before left."""
_LONG = 512
"""From this length on rows gain where NumPy's buffer is shorter than they are."""


def in_blocks(
    work: Callable[[slice], Any], beside: Any, count: int, size: int, *, row: int, each: int = 1, least: int = 1
) -> list[Any]:
    """What `work` returns for slices of `range(count)`, in their order; for other arrays than NumPy's a single one.

    How they are cut does not depend on the number of threads. Where NumPy's buffer (`np.setbufsize`) is longer than
    rows, arithmetic on them with one number for each row is 2.5 times slower: 14 us for 32 rows of 1024.

    Args:
        beside: one of the arrays that are worked on.
        count, size: how many indices there are, and how many elements each stands for.
        row: how many elements of an operand lie next to each other.
        each: every slice but the last has a multiple of this number of indices.
        least: every slice but the last has at least this number.
    """
    elements = min(max(count * size // 2, BLOCK), 2 * BLOCK)
    length = max(max(elements // (size or 1), least) // each, 1) * each
    if length >= count or beside.__class__ in others:
        return [work(slice(0, count))]
    results: list[Any] = [None] * -(-count // length)

    def portion(part: slice) -> None:
        for i in range(part.start, part.stop, length):
            results[i // length] = work(slice(i, min(i + length, count)))

    with short_buffer(row):
        share(portion, count, length)
    return results


@contextmanager
def short_buffer(row: int) -> Iterator[None]:
    """While this is open, NumPy's buffer is shorter than rows of this length, if they are long."""
    before = np.setbufsize(64 if row >= _LONG else np.getbufsize())
    try:
        yield
    finally:
        np.setbufsize(before)


ONE_THREAD = 8192
"""Up to this size BLAS works on the thread that calls it, which may be one of ours; beyond it starts its own."""


@functools.lru_cache(maxsize=64)
def ones(kind: Kind, size: int, dtype: Any) -> Any:
    """Ones, to be read only."""
    return kind.ones(size, dtype)


def dots(x: Any, y: Any = None) -> Any:
    """The sums of x, or of x y, along the last axis, for floats.

    A dot product with ones is 3 times faster than NumPy's sum of a row.
    """
    size, kind = x.shape[-1], kind_of(x)
    if size <= ONE_THREAD:
        return kind.vecdot(x, ones(kind, size, x.dtype) if y is None else y)
    return np.add.reduce(x, axis=-1) if y is None else np.einsum("...i,...i->...", x, y)
