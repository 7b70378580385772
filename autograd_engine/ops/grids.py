"""Grids: every element of one tensor is combined with every element of others."""

from __future__ import annotations

import itertools
import math

import numpy as np

from ..backend.arrays import Array
from ..backend.kinds import kind_of
from ..engine.graph import raw
from .arithmetic import mul
from .arrange import _several
from .index import _getitem
from .names import operator
from .shape import expand, ravel, reshape, stack, transpose


@operator("torch Tensor numpy")
def kron(x: Array, y: Array) -> Array:
    """The Kronecker product: in every dimension, out[i * m + j] = x[i] * y[j] with m the size of y.

    Example:
        >>> kron(tensor([1.0, 10.0]), tensor([1.0, 2.0]))
        tensor([ 1.,  2., 10., 20.])
    """
    ndim = max(len(x.shape), len(y.shape))
    left, right = ((1,) * (ndim - len(t.shape)) + tuple(t.shape) for t in (x, y))
    spread = reshape(x, [size for n in left for size in (n, 1)])
    product = mul(spread, reshape(y, [size for n in right for size in (1, n)]))
    return reshape(product, [n * m for n, m in zip(left, right, strict=True)])


@operator("torch", raw_too=True)
def meshgrid(*tensors: Array, indexing: str = "ij") -> tuple[Array, ...]:
    """The coordinates of a grid: each vector expanded over the dimensions of the others.

    Shapes: vectors of n, m, ... elements give tensors of shape (n, m, ...).

    Args:
        indexing: "ij" for dimensions in the order of the vectors, "xy" for the first two exchanged.

    Raises:
        ValueError: a tensor has more than 1 dimension, or `indexing` is neither of the two.
    """
    tensors = _several(tensors)
    if indexing not in ("ij", "xy"):
        raise ValueError(f"meshgrid: indexing must be 'ij' or 'xy', not {indexing!r}")
    if any(len(t.shape) > 1 for t in tensors):
        raise ValueError(f"meshgrid: takes vectors, got shapes {[tuple(t.shape) for t in tensors]}")
    sizes = tuple(math.prod(t.shape) for t in tensors)
    grids = [
        expand(
            reshape(t, (-1,) + (1,) * (len(sizes) - i - 1))
            if sizes[i]
            else reshape(t, (0,) + (1,) * (len(sizes) - i - 1)),
            sizes,
        )
        for i, t in enumerate(tensors)
    ]
    if indexing == "xy" and len(grids) > 1:
        grids = [transpose(grid, 0, 1) for grid in grids]
    return tuple(grids)


@operator("torch")
def cartesian_prod(*tensors: Array) -> Array:
    """Every combination of one element of each vector, one per row; a single vector stays as it is.

    Raises:
        ValueError: one of several tensors is not 1-D.
    """
    if len(tensors) == 1:
        return ravel(tensors[0])
    if any(len(t.shape) != 1 for t in tensors):
        raise ValueError(f"cartesian_prod: takes vectors, got shapes {[tuple(t.shape) for t in tensors]}")
    return stack([ravel(grid) for grid in meshgrid(*tensors)], 1)


@operator("torch")
def combinations(x: Array, r: int = 2, with_replacement: bool = False) -> Array:
    """Every combination of `r` elements of a vector, one per row, in the order of itertools.combinations.

    Raises:
        ValueError: `x` is not a vector, or `r` is negative.
    """
    if len(x.shape) != 1 or r < 0:
        raise ValueError(f"combinations: takes a vector and r >= 0, got shape {tuple(x.shape)} and r = {r}")
    if r == 0:
        return x[:0]
    choose = itertools.combinations_with_replacement if with_replacement else itertools.combinations
    places = np.array(list(choose(range(x.shape[0]), r)), np.intp).reshape(-1, r)
    return _getitem(x, index=(kind_of(raw(x)).sent(places),))
