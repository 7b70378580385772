"""How far apart, or how alike in direction, vectors are."""

from __future__ import annotations

import numpy as np

from ..backend.arrays import Array
from .dims import normalize_dim
from .math import clamp
from .reduce import norm, sum
from .shape import expand

__all__ = ["cosine_similarity", "normalize", "pairwise_distance"]


def normalize(input: Array, p: float = 2.0, dim: int = 1, eps: float = 1e-12) -> Array:
    """The vectors along `dim` divided by their p-norm, or by eps where that is smaller.

    Raises:
        IndexError: there is no such dimension.

    Example:
        >>> normalize(ag.tensor([[3.0, 4.0]]))
        tensor([[0.6000, 0.8000]])
    """
    return input / clamp(norm(input, p, dim, keepdim=True), min=eps)


def cosine_similarity(x1: Array, x2: Array, dim: int = 1, eps: float = 1e-8) -> Array:
    """The cosine of the angle between the vectors along `dim`: x1 . x2 / (max(|x1|, eps) max(|x2|, eps)).

    Shapes: the shape to which `x1` and `x2` broadcast, without `dim`.

    Raises:
        IndexError: there is no such dimension.
        ValueError: the shapes do not broadcast.

    Example:
        >>> cosine_similarity(ag.tensor([1.0, 0.0]), ag.tensor([[1.0, 1.0], [0.0, 2.0]]))
        tensor([0.7071, 0.0000])
    """
    common = np.broadcast_shapes(tuple(x1.shape), tuple(x2.shape))
    dim = normalize_dim(dim, len(common), "cosine_similarity")

    def unit(x: Array) -> Array:
        """`x` at full length along `dim` before it is divided by its norm there."""
        shape = (1,) * (len(common) - len(x.shape)) + tuple(x.shape)
        return normalize(expand(x, (*shape[:dim], *common[dim : dim + 1], *shape[dim + 1 :])), 2.0, dim, eps)

    return sum(unit(x1) * unit(x2), dim)


def pairwise_distance(x1: Array, x2: Array, p: float = 2.0, eps: float = 1e-6, keepdim: bool = False) -> Array:
    """The p-norm of x1 - x2 + eps over the last dimension; eps keeps it differentiable where they are equal.

    Shapes: the shape to which `x1` and `x2` broadcast, without the last dimension, or with `keepdim` at size 1.

    Example:
        >>> pairwise_distance(ag.tensor([[0.0, 0.0]]), ag.tensor([[3.0, 4.0]]))
        tensor([5.0000])
    """
    return norm(x1 - x2 + eps, p, -1, keepdim)
