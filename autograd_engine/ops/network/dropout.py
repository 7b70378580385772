"""Dropout: random elements, or whole channels, are silenced in training, so that no unit relies on another.

What remains is scaled up in training instead of down in evaluation ("inverted"), so evaluation does nothing.
Which elements remain is decided once per call, each from 32 random bits, whatever the dtype; the gradient passes
through the same mask.

Source: Srivastava et al., Dropout: a simple way to prevent neural networks from overfitting, 2014.
"""

from __future__ import annotations

import math
import warnings
from typing import Any, TypeAlias

import numpy as np

from ...backend import kernels
from ...backend.arrays import Array, unboxed
from ...backend.kinds import kind_of
from ...backend.random import Generator, resolve
from ...engine.graph import raw
from ...engine.inplace import replace
from ..names import operator
from .activation import SELU_ALPHA, SELU_SCALE

Source: TypeAlias = Generator | None


def _mask(
    input: Array, drawn: int, p: float, training: bool, generator: Source, name: str, factor: float = 1.0
) -> Any:
    """`factor` with probability 1 - p, else 0: one draw for each index of the first `drawn` dimensions. None where
    nothing is dropped."""
    if not 0 <= p <= 1:
        raise ValueError(f"{name}: the probability p must lie in [0, 1], not {p}")
    if not training or p == 0:
        return None
    shape = tuple(n if d < drawn else 1 for d, n in enumerate(input.shape))
    draws = resolve(generator, kind_of(raw(input))).random(shape, np.float32)
    return unboxed(kernels.kept(draws, p, factor, input.dtype))


def _drop(input: Array, drawn: int, p: float, training: bool, inplace: bool, generator: Source, name: str) -> Array:
    mask = _mask(input, drawn, p, training, generator, name, 1 / (1 - p) if p < 1 else 0.0)
    if mask is None:
        return input
    out = input * mask
    return replace(input, out, f"{name}_") if inplace else out


def _drop_alpha(
    input: Array, drawn: int, p: float, training: bool, inplace: bool, generator: Source, name: str
) -> Array:
    """What is dropped takes the lowest value of selu; then mean 0 and variance 1 are restored."""
    mask = _mask(input, drawn, p, training, generator, name)
    if mask is None:
        return input
    low = -SELU_ALPHA * SELU_SCALE
    scale = 1 / math.sqrt((1 - p) * (1 + p * low * low)) if p < 1 else 0.0
    out = input * (mask * scale) + (1 - p - mask) * (low * scale)
    return replace(input, out, f"{name}_") if inplace else out


def _before_channels(input: Array, allowed: dict[int, int], name: str) -> int:
    """How many leading dimensions, batch and channels, an input has; `allowed` maps its `ndim` to that."""
    ndim = len(input.shape)
    if ndim not in allowed:
        expected = " or ".join(map(str, allowed))
        raise ValueError(f"{name}: expected an input of {expected} dimensions, got shape {tuple(input.shape)}")
    return allowed[ndim]


@operator("torch functional", in_place="torch")
def dropout(
    input: Array, p: float = 0.5, training: bool = True, inplace: bool = False, *, generator: Source = None
) -> Array:
    """In training, 0 with probability p for each element, else x / (1 - p); the input itself otherwise.

    Args:
        input: any shape.
        p: the probability to drop an element.
        training: whether to drop anything.
        inplace: also store the result in the input.
        generator: what to draw with; the default generator, if none is given.

    Raises:
        ValueError: p lies outside [0, 1].

    Example:
        >>> sorted(set(dropout(ag.ones(100), 0.75).tolist()))
        [0.0, 4.0]
    """
    return _drop(input, len(input.shape), p, training, inplace, generator, "dropout")


@operator("functional")
def dropout1d(
    input: Array, p: float = 0.5, training: bool = True, inplace: bool = False, *, generator: Source = None
) -> Array:
    """`dropout` of whole channels. Shapes: (N, C, L) or (C, L).

    Raises:
        ValueError: the input has another number of dimensions, or p lies outside [0, 1].

    Source: Tompson et al., Efficient object localization using convolutional networks, 2015.
    """
    drawn = _before_channels(input, {2: 1, 3: 2}, "dropout1d")
    return _drop(input, drawn, p, training, inplace, generator, "dropout1d")


@operator("functional")
def dropout2d(
    input: Array, p: float = 0.5, training: bool = True, inplace: bool = False, *, generator: Source = None
) -> Array:
    """`dropout` of whole channels. Shapes: (N, C, H, W), or (N, C, L): PyTorch takes 3 dimensions for a batch here.

    Raises:
        ValueError: the input has another number of dimensions, or p lies outside [0, 1].

    Warns:
        UserWarning: the input is a matrix, (N, C), of which channels are single elements: `dropout` says so.
    """
    if len(input.shape) == 2:
        warnings.warn(
            f"dropout2d: got a matrix of shape {tuple(input.shape)}, whose channels are single elements; take "
            "dropout for it",
            stacklevel=2,
        )
    drawn = _before_channels(input, {2: 2, 3: 2, 4: 2}, "dropout2d")
    return _drop(input, drawn, p, training, inplace, generator, "dropout2d")


@operator("functional")
def dropout3d(
    input: Array, p: float = 0.5, training: bool = True, inplace: bool = False, *, generator: Source = None
) -> Array:
    """`dropout` of whole channels. Shapes: (N, C, D, H, W) or (C, D, H, W).

    Raises:
        ValueError: the input has another number of dimensions, or p lies outside [0, 1].
    """
    drawn = _before_channels(input, {4: 1, 5: 2}, "dropout3d")
    return _drop(input, drawn, p, training, inplace, generator, "dropout3d")


@operator("torch functional", in_place="torch")
def alpha_dropout(
    input: Array, p: float = 0.5, training: bool = False, inplace: bool = False, *, generator: Source = None
) -> Array:
    """Dropout for networks of `selu`: elements are set to its lowest value, -1.7581, and then all are moved and
    scaled so that mean 0 and variance 1 stay. By default `training` is false, as in PyTorch.

    Raises:
        ValueError: p lies outside [0, 1].

    Source: Klambauer et al., Self-normalizing neural networks, 2017.
    """
    return _drop_alpha(input, len(input.shape), p, training, inplace, generator, "alpha_dropout")


@operator("torch functional", in_place="torch")
def feature_alpha_dropout(
    input: Array, p: float = 0.5, training: bool = False, inplace: bool = False, *, generator: Source = None
) -> Array:
    """`alpha_dropout` of whole channels. Shapes: (N, C, ...).

    Raises:
        ValueError: the input has fewer than 2 dimensions, or p lies outside [0, 1].
    """
    if len(input.shape) < 2:
        raise ValueError(
            f"feature_alpha_dropout: expected an input of at least 2 dimensions, got shape {tuple(input.shape)}"
        )
    return _drop_alpha(input, 2, p, training, inplace, generator, "feature_alpha_dropout")
