"""Which loops a convolution runs on: those for few channels, for each channel alone, or for windows of 3 by 3.

All are made for pictures in float32; signals are pictures of one row. What none of them is made for is left to the
products of matrices in NumPy's implementation. All results of few channels are laid out for the loops for few
channels, so that a network does not go to and fro between two orders of memory.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from ..kernels import convolution as kernels
from ..kernels.convolution import Geometry, is_alone
from .alone import convolve_alone, input_of_alone, weight_of_alone
from .layout import channels_to_planes
from .narrow import FEW, convolve_narrow, has_rows, weight_of_narrow
from .winograd import convolve_tiles, is_tiled, weight_of_tiles


def _as_pictures(x: Any) -> Any:
    return x[:, :, None] if x.ndim == 3 else x


def _in_rows(geometry: Geometry) -> Geometry:
    """The same for pictures, of one row if they are signals."""
    stride, before, after, dilation, groups = geometry
    if len(stride) > 1:
        return geometry
    return Geometry((1, *stride), (0, *before), (0, *after), (1, *dilation), groups)


def _known(x: Any, y: Any, bias: Any = None) -> bool:
    """Whether these are signals or pictures in float32, some at least."""
    fits = x.ndim in (3, 4) and x.dtype == np.float32 and y.dtype == x.dtype
    return bool(fits and (bias is None or bias.dtype == x.dtype) and x.size)


def convolve(x: Any, w: Any, bias: Any, geometry: Geometry) -> Any:
    if not _known(x, w, bias):
        return NotImplemented
    pictures, weights, rows = _as_pictures(x), _as_pictures(w), _in_rows(geometry)
    channels, filters, window = x.shape[1], len(w), weights.shape[2:]
    if filters <= FEW and has_rows(window, rows):
        out = convolve_narrow(pictures, weights, bias, rows)
    elif is_alone(channels, filters, rows):
        out = convolve_alone(pictures, weights, bias, rows)
    elif is_tiled(pictures, filters, window, rows):
        out = convolve_tiles(pictures, weights, bias, rows)
    elif filters <= FEW:
        return channels_to_planes(kernels.convolve.numpy(x, w, bias, geometry))
    else:
        return NotImplemented
    return _of_rank(x.ndim, out)


def _of_rank(rank: int, out: Any) -> Any:
    """The result of this rank, if there is one: a signal of what is a picture of one row."""
    return out[:, :, 0] if rank == 3 and out is not NotImplemented else out


def convolve_input(g: Any, w: Any, bias: Any, size: tuple[int, ...], geometry: Geometry) -> Any:
    if not _known(g, w, bias):
        return NotImplemented
    if not is_alone(g.shape[1], w.shape[1] * geometry.groups, geometry):
        if {*geometry.stride} == {1} or w.shape[1] * geometry.groups > FEW:
            return NotImplemented
        return channels_to_planes(kernels.convolve_input.numpy(g, w, bias, size, geometry))
    out = input_of_alone(_as_pictures(g), _as_pictures(w), bias, (1, *size)[-2:], _in_rows(geometry))
    return _of_rank(g.ndim, out)


def convolve_weight(g: Any, x: Any, size: tuple[int, ...], geometry: Geometry) -> Any:
    if not _known(g, x):
        return NotImplemented
    gradients, pictures, rows = _as_pictures(g), _as_pictures(x), _in_rows(geometry)
    channels, filters, window = x.shape[1], g.shape[1], (1, *size)[-2:]
    if min(channels, filters) <= FEW and has_rows(window, rows):
        out = weight_of_narrow(gradients, pictures, window, rows)
    elif is_alone(channels, filters, rows):
        out = weight_of_alone(gradients, pictures, window, rows)
    elif is_tiled(pictures, filters, window, rows):
        out = weight_of_tiles(gradients, pictures, rows)
    else:
        return NotImplemented
    return _of_rank(g.ndim, out)
