"""Sliding windows: a view in which the elements of each window lie side by side.

Its adjoint adds through the same view.
"""

from __future__ import annotations

import numpy as np

from ..backend.arrays import Array
from ..backend.kinds import kind_of
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
