"""Distances and similarities as modules."""

from __future__ import annotations

from typing import Any

from ..tensor import Tensor
from . import functional as F
from .module import Module

__all__ = ["CosineSimilarity", "PairwiseDistance"]


class CosineSimilarity(Module):
    """x1 . x2 / (max(|x1|, eps) max(|x2|, eps)) along `dim`, which disappears.

    It is the cosine of the angle between the vectors: 1 for the same direction, -1 for opposite ones.

    Shapes: two that broadcast, by default (N, D) and (N, D) -> (N,).

    Raises:
        ValueError: the shapes do not broadcast.

    Example:
        >>> CosineSimilarity()(tensor([[2.0, 0.0], [0.0, 1.0]]), tensor([[1.0, 1.0], [0.0, -3.0]]))
        tensor([ 0.7071, -1.0000])
    """

    def __init__(self, dim: int = 1, eps: float = 1e-8) -> None:
        super().__init__()
        self.dim = dim
        self.eps = eps

    def forward(self, x1: Any, x2: Any) -> Tensor:
        """Compare the vectors."""
        return F.cosine_similarity(x1, x2, self.dim, self.eps)


class PairwiseDistance(Module):
    """The p-norm of x1 - x2 + eps over the last dimension, which disappears unless `keepdim`.

    Shapes: two that broadcast, (N, D) and (N, D) -> (N,) or, with `keepdim`, (N, 1).

    Raises:
        ValueError: the shapes do not broadcast.

    Example:
        >>> PairwiseDistance(p=1)(tensor([[0.0, 0.0]]), tensor([[3.0, 4.0]]))
        tensor([7.0000])
    """

    def __init__(self, p: float = 2.0, eps: float = 1e-6, keepdim: bool = False) -> None:
        super().__init__()
        self.norm = p
        self.eps = eps
        self.keepdim = keepdim

    def forward(self, x1: Any, x2: Any) -> Tensor:
        """Measure the distances."""
        return F.pairwise_distance(x1, x2, self.norm, self.eps, self.keepdim)
