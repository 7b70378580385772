"""Sampling a picture at places that a tensor names: the spatial transformer.

A value is a weighted sum of the elements around a place. The elements are read by index, and the weights are made
of operators, so derivatives of every order exist, to the picture and to the places.

Source: Jaderberg et al., Spatial transformer networks, 2015.
"""

from __future__ import annotations

import functools
import itertools
import math
from collections.abc import Sequence
from typing import Any

import numpy as np

from ...backend.arrays import Array
from ...backend.kinds import kind_of
from ...engine.graph import raw
from ..index import _getitem
from ..linear_algebra.products import matmul
from ..names import operator
from ..operands import constant_like
from ..piecewise import masked
from ..shape import _reshape, movedim, transpose

_REACH = {"bilinear": (0, 1), "nearest": (0,), "bicubic": (-1, 0, 1, 2)}
"""Which elements count, as steps from the one below the place."""


def _values(x: Array) -> Any:
    """The raw array, an array even of a NumPy scalar."""
    x = raw(x)
    return kind_of(x).asarray(x)


def _strictly_inside(x: Array, low: float, high: float) -> Array:
    """x limited to [low, high], with derivative 0 at the bounds and beyond."""
    values = _values(x)
    inside = (values > low) & (values < high)
    limited = constant_like(np.where(inside, values.dtype.type(0), values.clip(low, high)), x)
    return masked(x, inside) + limited


def _reflected(x: Array, low: float, high: float) -> Array:
    """x mirrored at `low` and `high` as often as is needed to lie between them."""
    span = high - low
    if span <= 0:
        return x * 0
    values = _values(x).astype(np.float64)
    distance = np.abs(values - low)
    turns, rest = np.divmod(distance, span)
    direction = np.where(values < low, -1.0, 1.0)
    forth = turns % 2 == 0
    slope = np.where(forth, direction, -direction)
    offset = np.where(forth, low + rest, high - rest) - slope * values
    dtype = x.dtype
    return x * constant_like(slope.astype(dtype), x) + constant_like(offset.astype(dtype), x)


def _padded(x: Array, n: int, padding_mode: str, align_corners: bool) -> Array:
    """Places along a dimension of n elements, brought inside where the mode says so."""
    if padding_mode == "reflection":
        x = _reflected(x, 0.0, n - 1.0) if align_corners else _reflected(x, -0.5, n - 0.5)
    return x if padding_mode == "zeros" else _strictly_inside(x, 0.0, n - 1.0)


def _cubic(t: Array) -> list[Array]:
    """The weights of the four elements around a place that is t behind the second one (Keys, 1981, a = -0.75)."""
    a = -0.75

    def near(t: Array) -> Array:
        return ((a + 2) * t - (a + 3)) * t * t + 1

    def far(t: Array) -> Array:
        return a * (((t - 5) * t + 8) * t - 4)

    return [far(t + 1), near(t), near(1 - t), far(2 - t)]


def _along(place: Array, n: int, mode: str, padding_mode: str, align_corners: bool) -> list[tuple[Any, Any, Any]]:
    """For each element that counts along one dimension: its index, whether it lies inside, and its weight."""
    values = _values(place)
    below = np.rint(values) if mode == "nearest" else np.floor(values)
    rest = place - constant_like(below, place)
    if mode == "nearest":
        weights = [rest * 0 + 1]  # so that the derivative to the place is 0, and not missing
    else:
        weights = [1 - rest, rest] if mode == "bilinear" else _cubic(rest)
    found = []
    for step, weight in zip(_REACH[mode], weights, strict=True):
        at = below + values.dtype.type(step)
        if mode == "bicubic":
            at = _values(_padded(at, n, padding_mode, align_corners))
        inside = (at >= 0) & (at <= n - 1)
        found.append((np.where(inside, at, 0).astype(np.int64), inside, weight))
    return found


@operator("functional", raw_too=True)
def grid_sample(
    input: Array,
    grid: Array,
    mode: str = "bilinear",
    padding_mode: str = "zeros",
    align_corners: bool | None = None,
) -> Array:
    """The input read at the places that `grid` names.

    Args:
        input: pictures (N, C, H, W), or volumes (N, C, D, H, W).
        grid: (N, H', W', 2) or (N, D', H', W', 3): for each element of the result a place (x, y) or (x, y, z),
            where -1 is the first and 1 the last element of a dimension.
        mode: "bilinear" (of 8 elements in volumes), "nearest", or "bicubic", which is for pictures.
        padding_mode: what lies outside: "zeros", "border" for the nearest element, "reflection" for a mirror image.
        align_corners: whether -1 and 1 are the centers of the first and last elements, or, by default, their outer
            borders.

    Shapes: the result is (N, C, H', W') or (N, C, D', H', W').

    Raises:
        ValueError: the shapes do not fit, a mode is unknown, or the input has no elements.

    Example:
        >>> grid_sample(tensor([[[[0.0, 4.0]]]]), tensor([[[[0.0, 0.0], [1.0, 0.0]]]]), align_corners=True)
        tensor([[[[2., 4.]]]])
    """
    shape, places = tuple(input.shape), tuple(grid.shape)
    dims = len(shape) - 2
    if dims not in (2, 3) or len(places) != len(shape) or places[0] != shape[0] or places[-1] != dims:
        raise ValueError(
            f"grid_sample: expected an input (N, C, H, W) with a grid (N, H', W', 2), or (N, C, D, H, W) with "
            f"(N, D', H', W', 3), got {shape} and {places}"
        )
    if mode not in _REACH or (mode == "bicubic" and dims == 3):
        raise ValueError(f"grid_sample: mode must be bilinear, nearest or, for pictures, bicubic, not {mode!r}")
    if padding_mode not in ("zeros", "border", "reflection"):
        raise ValueError(f"grid_sample: padding_mode must be zeros, border or reflection, not {padding_mode!r}")
    if 0 in shape[2:]:
        raise ValueError(f"grid_sample: an input of shape {shape} has no elements to read")
    aligned = bool(align_corners)
    along = []
    for d, n in enumerate(shape[2:]):
        place = grid[..., dims - 1 - d]
        place = (place + 1) * ((n - 1) / 2) if aligned else ((place + 1) * n - 1) * 0.5
        if mode != "bicubic":
            place = _padded(place, n, padding_mode, aligned)
        along.append(_along(place, n, mode, padding_mode, aligned))
    kind = kind_of(raw(input))
    sample = kind.arange(shape[0]).reshape(-1, *(1,) * dims)
    out: Any = None
    for corner in itertools.product(*along):
        read = _getitem(input, index=(sample, slice(None), *(at for at, _, _ in corner)))
        read = movedim(read, -1, 1)
        inside = functools.reduce(np.logical_and, (i for _, i, _ in corner))
        if not (kind.readable and inside.all()):
            read = masked(read, inside[:, None])
        for _, _, weight in corner:
            read = read * _reshape(weight, shape=(shape[0], 1, *places[1:-1]))
        out = read if out is None else out + read
    return out


@operator("functional", raw_too=True)
def affine_grid(theta: Array, size: Sequence[int], align_corners: bool | None = None) -> Array:
    """The places that an affine map of a picture reads, for `grid_sample`.

    Args:
        theta: the maps, (N, 2, 3) for pictures or (N, 3, 4) for volumes: their last column is the shift.
        size: the size (N, C, H, W) or (N, C, D, H, W) of the result that is wanted.
        align_corners: as for `grid_sample`.

    Shapes: the result is (N, H, W, 2) or (N, D, H, W, 3).

    Raises:
        ValueError: the shapes do not fit.

    Example:
        >>> affine_grid(tensor([[[1.0, 0.0, 0.0], [0.0, 1.0, 0.0]]]), (1, 1, 1, 2), align_corners=True)
        tensor([[[[-1.,  0.],
                  [ 1.,  0.]]]])
    """
    shape, wanted = tuple(theta.shape), tuple(int(n) for n in size)
    dims = len(wanted) - 2
    if dims not in (2, 3) or shape != (wanted[0], dims, dims + 1) or min(wanted[2:]) < 1:
        raise ValueError(
            f"affine_grid: expected maps (N, 2, 3) for a size (N, C, H, W), or (N, 3, 4) for (N, C, D, H, W), got "
            f"{shape} and {wanted}"
        )
    lines = []
    for n in reversed(wanted[2:]):
        ends = 1.0 if align_corners else (n - 1) / n
        lines.append(np.linspace(-ends, ends, n) if n > 1 else np.zeros(1))
    grids = np.meshgrid(*reversed(lines), indexing="ij")[::-1]
    base = np.stack([*grids, np.ones_like(grids[0])], -1).reshape(1, math.prod(wanted[2:]), dims + 1)
    placed = matmul(
        constant_like(kind_of(raw(theta)).sent(base.astype(theta.dtype)), theta), transpose(theta, 1, 2)
    )
    return _reshape(placed, shape=(wanted[0], *wanted[2:], dims))
