"""Folding: the windows of a picture as columns of a matrix, and such columns added up to a picture.

Each is the adjoint of the other.
"""

from __future__ import annotations

import math
from typing import Any

from ...backend.arrays import Array
from ...backend.kernels import folding as kernels
from ...backend.kernels.pooling import Windows, places_of
from ...engine.primitive import primitive
from ..names import operator
from ..shape import _reshape
from .convolution import Size, each
from .pooling import batched, unbatched


@primitive(x=lambda g, x_shape, windows: _from_columns(g, picture=tuple(x_shape[2:]), windows=windows))
def _columns(x: Array, *, windows: Windows) -> Array:
    return kernels.columns(x, windows)


@primitive(x=lambda g, windows: _columns(g, windows=windows))
def _from_columns(x: Array, *, picture: tuple[int, ...], windows: Windows) -> Array:
    return kernels.from_columns(x, picture, windows)


def _windows(
    picture: tuple[int, ...], kernel_size: Size, dilation: Size, padding: Size, stride: Size, name: str
) -> Windows:
    size = each(kernel_size, 2, name, "kernel_size", 1)
    apart = each(dilation, 2, name, "dilation", 1)
    around = each(padding, 2, name, "padding", 0)
    steps = each(stride, 2, name, "stride", 1)
    places = places_of(picture, size, steps, around, apart, False)
    if any(n < 1 for n in places):
        raise ValueError(
            f"{name}: windows of {size}, with dilation {apart} and padding {around}, do not fit into a picture of "
            f"size {picture}"
        )
    return Windows(size, steps, around, apart, places)


@operator(functional="unfold")
def im2col(input: Array, kernel_size: Size, dilation: Size = 1, padding: Size = 0, stride: Size = 1) -> Array:
    """The windows of pictures as columns; a convolution is a product of its weight with them ("im2col").

    Args:
        input: (N, C, H, W), or one sample (C, H, W).
        kernel_size: how many elements a window has, one number or (height, width); so are the others.
        dilation: the distance of a window's elements.
        padding: how many zeros are added on all sides.
        stride: the step from one window to the next.

    Shapes: the result is (N, C times the elements of a window, number of windows).

    Raises:
        TypeError: the input holds no floating-point numbers.
        ValueError: the windows do not fit, or a setting is out of range.

    Example:
        >>> nn.functional.unfold(arange(9.0).reshape(1, 3, 3), 2)
        tensor([[0., 1., 3., 4.],
                [1., 2., 4., 5.],
                [3., 4., 6., 7.],
                [4., 5., 7., 8.]])
    """
    x, one = batched(input, 2, "unfold")
    windows = _windows(tuple(x.shape[2:]), kernel_size, dilation, padding, stride, "unfold")
    rows = x.shape[1] * math.prod(windows.size)
    return unbatched(
        _reshape(_columns(x, windows=windows), shape=(x.shape[0], rows, math.prod(windows.places))), one
    )


@operator("functional")
def fold(
    input: Array,
    output_size: Size,
    kernel_size: Size,
    dilation: Size = 1,
    padding: Size = 0,
    stride: Size = 1,
) -> Array:
    """The adjoint of `nn.functional.unfold`: columns added up to pictures, each element where its window has it.

    Args:
        input: (N, C times the elements of a window, number of windows), or one sample without N.
        output_size: the size of the pictures.
        kernel_size, dilation, padding, stride: as for `nn.functional.unfold`.

    Shapes: the result is (N, C, output_size).

    Raises:
        TypeError: the input holds no floating-point numbers.
        ValueError: the sizes do not fit each other, or a setting is out of range.

    Example:
        >>> nn.functional.fold(ones(4, 4), 3, 2)
        tensor([[[1., 2., 1.],
                 [2., 4., 2.],
                 [1., 2., 1.]]])
    """
    x, one = batched(input, 1, "fold")
    picture = each(output_size, 2, "fold", "output_size", 1)
    windows = _windows(picture, kernel_size, dilation, padding, stride, "fold")
    channels, rest = divmod(x.shape[1], math.prod(windows.size))
    if rest or x.shape[2] != math.prod(windows.places):
        raise ValueError(
            f"fold: an input {tuple(input.shape)} for windows of {windows.size}; expected rows that are a multiple "
            f"of {math.prod(windows.size)}, and {math.prod(windows.places)} columns for a picture of size {picture}"
        )
    apart: Any = _reshape(x, shape=(x.shape[0], channels, *windows.size, *windows.places))
    return unbatched(_from_columns(apart, picture=picture, windows=windows), one)
