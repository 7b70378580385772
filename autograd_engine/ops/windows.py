"""Sliding windows: a view in which the elements of each window lie side by side.

Its adjoint adds through the same view.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np

from ..backend.arrays import Array
from ..backend.kinds import kind_of
from ..backend.sums import add_at
from ..engine.graph import raw
from ..engine.plan import Accumulate
from ..engine.primitive import primitive
from .dims import along, normalize_dim
from .names import operator
from .shape import reshape


def _add_windows(buffer: Array, g: Array, x_shape: tuple[int, ...], dim: int, size: int, step: int) -> None:
    """Add windows back to where they were read, one place in all windows at a time."""
    reach = step * (g.shape[dim] - 1) + 1
    for i in range(size):
        buffer[along(dim, slice(i, i + reach, step))] += g[..., i]


@primitive(x=lambda g, dim, size, step: _windows(g, dim=dim, size=size, step=step))
def _from_windows(x: Array, *, shape: tuple[int, ...], dim: int, size: int, step: int) -> Array:
    """Zeros of `shape` with the windows `x` added: the adjoint of `_windows`."""
    out = kind_of(x).zeros(shape, x.dtype)
    _add_windows(out, x, shape, dim, size, step)
    return out


@primitive(
    view=True,
    x=Accumulate(
        rule=lambda g, x_shape, dim, size, step: _from_windows(g, shape=x_shape, dim=dim, size=size, step=step),
        into=_add_windows,
    ),
)
def _windows(x: Array, *, dim: int, size: int, step: int) -> Array:
    return np.lib.stride_tricks.sliding_window_view(x, size, dim)[along(dim, slice(None, None, step))]


@operator("torch Tensor")
def unfold(x: Array, dimension: int, size: int, step: int) -> Array:
    """All windows of `size` along a dimension, `step` apart; their elements are the last dimension.

    Shapes: size n at `dimension` becomes (n - size) // step + 1, and a last dimension of `size` is added.

    Raises:
        ValueError: the windows are longer than the dimension, or `step` is not positive.

    Example:
        >>> unfold(tensor([1.0, 2.0, 3.0]), 0, 2, 1)
        tensor([[1., 2.],
                [2., 3.]])
    """
    dim = normalize_dim(dimension, len(x.shape), "unfold")
    if not x.shape:
        return unfold(reshape(x, (1,)), 0, size, step)[0]
    if not 0 <= size <= x.shape[dim] or step <= 0:
        raise ValueError(f"unfold: windows of {size}, {step} apart, in dim {dim} of shape {tuple(x.shape)}")
    return _windows(x, dim=dim, size=size, step=step)


def _places(size: tuple[int, ...], stride: tuple[int, ...], first: int) -> Array:
    """Which element of the memory lies at each place."""
    places = np.asarray(first)
    for n, step in zip(size, stride, strict=True):
        places = places[..., None] + np.arange(n) * step
    return places


@primitive(x=lambda g, size, stride, first: _strided(g, size=size, stride=stride, first=first))
def _from_strided(x: Array, *, shape: tuple[int, ...], size: Any, stride: Any, first: int) -> Array:
    """Zeros of `shape` to which the elements of `x` are added where `_strided` reads: its adjoint."""
    kind = kind_of(x)
    out = kind.zeros(math.prod(shape), x.dtype)
    add_at(out, kind.sent(_places(size, stride, first)), x)
    return out.reshape(shape)


@primitive(
    view=True,
    x=lambda g, x_shape, size, stride, first: _from_strided(
        g, shape=x_shape, size=size, stride=stride, first=first
    ),
)
def _strided(x: Array, *, size: tuple[int, ...], stride: tuple[int, ...], first: int) -> Array:
    kind = kind_of(x)
    flat = kind.array(x, order="C").reshape(-1) if not x.flags.c_contiguous else x.reshape(-1)
    return kind.as_strided(flat[first:], size, tuple(step * x.itemsize for step in stride))


@operator("torch Tensor")
def as_strided(x: Array, size: Sequence[int], stride: Sequence[int], storage_offset: int | None = None) -> Array:
    """The elements of `x` that lie so far from each other: out[i, j, ..] is element offset + i s_0 + j s_1 + .. of
    `x`. They may overlap. The result looks into the memory of `x`.

    Args:
        size: the shape of the result.
        stride: the distances s of neighbours along each dimension.
        storage_offset: the place of the first element, 0 where left out.

    Raises:
        ValueError: there is not one stride for each size, an element lies outside of `x`, or the elements of `x` do
            not lie in memory in row-major order.

    Example:
        >>> as_strided(tensor([1.0, 2.0, 3.0, 4.0]), (3, 2), (1, 1))
        tensor([[1., 2.],
                [2., 3.],
                [3., 4.]])
    """
    size, stride, first = tuple(size), tuple(stride), storage_offset or 0
    if len(size) != len(stride):
        raise ValueError(f"as_strided: {len(size)} sizes {size} and {len(stride)} strides {stride}")
    if not getattr(raw(x), "flags", np.empty(0).flags).c_contiguous:
        raise ValueError(
            "as_strided: the elements do not lie in memory in row-major order; call contiguous() first"
        )
    last = first + sum((n - 1) * step for n, step in zip(size, stride, strict=True)) if 0 not in size else -1
    if min(size, default=0) < 0 or min(stride, default=0) < 0 or first < 0 or last >= math.prod(x.shape):
        raise ValueError(
            f"as_strided: sizes {size} and strides {stride} from {first} on reach out of the {math.prod(x.shape)} "
            f"elements of shape {tuple(x.shape)}"
        )
    return _strided(x, size=size, stride=stride, first=first)
