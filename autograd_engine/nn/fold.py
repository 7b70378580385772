"""Modules that lay out the windows of a picture as columns, and add such columns up to a picture."""

from __future__ import annotations

from ..ops.network.convolution import Size
from . import functional as F
from .configured import Configured, layer

__all__ = ["Fold", "Unfold"]


@layer(F.unfold)
class Unfold(Configured):
    """The windows of a picture as columns.

    Shapes: (N, C, H, W) or (C, H, W) -> (N, C times the elements of a window, number of windows), or without N.

    Args:
        kernel_size: how many elements a window has, one number or (height, width); so are the others.
        dilation: the distance of a window's elements.
        padding: how many zeros are added on all sides.
        stride: the step from one window to the next.

    Raises:
        ValueError: the windows do not fit, or a setting is out of range.

    Example:
        >>> Unfold(3, padding=1)(ones(2, 4, 5, 6)).shape
        (2, 36, 30)
    """

    kernel_size: Size
    dilation: Size = 1
    padding: Size = 0
    stride: Size = 1


@layer(F.fold)
class Fold(Configured):
    """The adjoint of `Unfold`: columns added up to pictures, each element where its window has it.

    Shapes: (N, C times the elements of a window, number of windows) -> (N, C, *output_size), or both without N.

    Args:
        output_size: the height and width of the pictures, or one number for both.
        kernel_size, dilation, padding, stride: as for `Unfold`.

    Raises:
        ValueError: the sizes do not fit each other, or a setting is out of range.

    Example:
        >>> Fold((5, 6), 3, padding=1)(ones(2, 36, 30)).shape
        (2, 4, 5, 6)
    """

    output_size: Size
    kernel_size: Size
    dilation: Size = 1
    padding: Size = 0
    stride: Size = 1
