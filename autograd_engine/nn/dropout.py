"""Dropout as modules: active in training mode only, and drawn from the seedable generator."""

from __future__ import annotations

from dataclasses import dataclass

from . import functional as F
from .configured import Configured, layer

__all__ = ["AlphaDropout", "Dropout", "Dropout1d", "Dropout2d", "Dropout3d", "FeatureAlphaDropout"]


@dataclass(repr=False, eq=False)
class _Dropout(Configured):
    p: float = 0.5
    inplace: bool = False

    def __post_init__(self) -> None:
        if not 0 <= self.p <= 1:
            raise ValueError(f"{type(self).__name__}: the probability p must lie in [0, 1], not {self.p}")

    def extra_repr(self) -> str:
        """The settings."""
        return f"p={self.p}, inplace={self.inplace}"


@layer(F.dropout)
class Dropout(_Dropout):
    """In training, elements are 0 with probability p, the others divided by 1 - p.

    Args:
        p: the probability to drop an element.
        inplace: also store the result in the input.

    Raises:
        ValueError: p lies outside [0, 1].

    Example:
        >>> Dropout(0.5).eval()(ones(2))
        tensor([1., 1.])
    """


@layer(F.dropout1d)
class Dropout1d(_Dropout):
    """`Dropout` of whole channels of (N, C, L) or (C, L)."""


@layer(F.dropout2d)
class Dropout2d(_Dropout):
    """`Dropout` of whole channels of (N, C, H, W) or (N, C, L)."""


@layer(F.dropout3d)
class Dropout3d(_Dropout):
    """`Dropout` of whole channels of (N, C, D, H, W) or (C, D, H, W)."""


@layer(F.alpha_dropout)
class AlphaDropout(_Dropout):
    """Dropout for networks of `SELU`: keeps mean 0 and variance 1."""


@layer(F.feature_alpha_dropout)
class FeatureAlphaDropout(_Dropout):
    """`AlphaDropout` of whole channels of (N, C, ...)."""
