"""Dimensions as users write them: negative, absent or several."""

from __future__ import annotations

from collections.abc import Sequence
from operator import index
from typing import Any

import numpy as np


def normalize_dim(dim: int, ndim: int, name: str) -> int:
    """`dim` counted from the front. A 0-d tensor takes 0 and -1, as in PyTorch.

    Raises:
        IndexError: there is no such dimension.
    """
    reach = ndim or 1
    if not -reach <= dim < reach:
        raise IndexError(f"{name}: dim {dim} is out of range for a tensor of {ndim} dimensions")
    return index(dim) % reach


def dims_of(dim: int | Sequence[int] | None, ndim: int, name: str) -> tuple[int, ...]:
    """One, several or (None) all dimensions, counted from the front, in the order given.

    Raises:
        IndexError: there is no such dimension.
        ValueError: a dimension appears twice.
    """
    if dim is None:
        return tuple(range(ndim))
    given = dim if isinstance(dim, Sequence) else (dim,)
    dims = tuple(normalize_dim(d, ndim, name) for d in given)
    if len(set(dims)) != len(dims):
        raise ValueError(f"{name}: a dimension appears twice in {tuple(given)}")
    return dims if ndim else ()


def kept_shape(shape: tuple[int, ...], dims: tuple[int, ...], size: int = 1) -> tuple[int, ...]:
    """`shape` with the sizes of `dims` replaced by `size`."""
    return tuple(size if i in dims else n for i, n in enumerate(shape))


def broadcast_shapes(*shapes: int | Sequence[int]) -> tuple[int, ...]:
    """The shape that broadcasting tensors of these shapes gives; an integer n stands for (n,).

    Raises:
        ValueError: the shapes do not broadcast.

    Example:
        >>> broadcast_shapes((2, 1), (3,), 1)
        (2, 3)
    """
    return common_shape([(s,) if isinstance(s, int) else tuple(s) for s in shapes], "broadcast_shapes")


def common_shape(shapes: Sequence[tuple[int, ...]], name: str) -> tuple[int, ...]:
    """The shape that broadcasting gives, for the operation `name`.

    Raises:
        ValueError: the shapes do not broadcast.
    """
    try:
        return np.broadcast_shapes(*shapes)
    except ValueError:
        raise ValueError(f"{name}: shapes {', '.join(map(str, shapes))} do not broadcast") from None


def size_of(sizes: Sequence[Any], name: str) -> tuple[int, ...]:
    """The integers that the operation `name` was given, either one by one or as one sequence.

    Raises:
        TypeError: one of them is no integer.
    """
    given = sizes
    if len(sizes) == 1 and not hasattr(sizes[0], "__index__"):
        sizes = sizes[0]
    try:
        return tuple(index(n) for n in sizes)
    except TypeError:
        pass
    listed = sizes if hasattr(sizes, "__iter__") and not isinstance(sizes, str) else given
    bad = next((n for n in listed if not hasattr(n, "__index__")), sizes)
    remedy = "; convert it with int()" if isinstance(bad, float) else ""
    raise TypeError(f"{name}: takes integers, not {bad!r} ({type(bad).__name__}){remedy}")


def along(dim: int, item: Any) -> tuple[Any, ...]:
    """The index that applies `item` to dimension `dim`. The ellipsis makes it a view even of one element."""
    return (slice(None),) * dim + (item, ...)
