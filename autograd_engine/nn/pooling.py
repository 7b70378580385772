"""Pooling layers."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from ..ops.network.convolution import Size
from ..tensor import Tensor
from . import functional as F
from .configured import Configured, layer

__all__ = [
    "AdaptiveAvgPool1d",
    "AdaptiveAvgPool2d",
    "AdaptiveAvgPool3d",
    "AdaptiveMaxPool1d",
    "AdaptiveMaxPool2d",
    "AdaptiveMaxPool3d",
    "AvgPool1d",
    "AvgPool2d",
    "AvgPool3d",
    "FractionalMaxPool2d",
    "FractionalMaxPool3d",
    "LPPool1d",
    "LPPool2d",
    "LPPool3d",
    "MaxPool1d",
    "MaxPool2d",
    "MaxPool3d",
    "MaxUnpool1d",
    "MaxUnpool2d",
    "MaxUnpool3d",
]


class _Pool(Configured):
    """Windows, whose stride is by default their size."""

    kernel_size: Size
    stride: Size | None

    def __post_init__(self) -> None:
        if self.stride is None:
            self.stride = self.kernel_size

    def extra_repr(self) -> str:
        """The settings, but for what else is returned."""
        return ", ".join(part for part in super().extra_repr().split(", ") if not part.startswith("return_"))


@layer(F.max_pool1d)
class MaxPool1d(_Pool):
    """The largest element of each window, (N, C, L) or (C, L).

    Args:
        kernel_size: how many elements a window has.
        stride: the step from one window to the next, by default the kernel_size.
        padding: how many elements that are never the largest are added on both sides; at most half the kernel_size.
        dilation: the distance of a window's elements.
        return_indices: also return where the largest elements lie.
        ceil_mode: let a last window that begins inside reach out at the end.

    Raises:
        ValueError: the windows do not fit, or a setting is out of range.

    Example:
        >>> MaxPool1d(2)(tensor([[1.0, 3.0, 2.0, 0.0]]))
        tensor([[3., 2.]])
    """

    kernel_size: Size
    stride: Size | None = None
    padding: Size = 0
    dilation: Size = 1
    return_indices: bool = False
    ceil_mode: bool = False


@layer(F.max_pool2d)
class MaxPool2d(_Pool):
    """`MaxPool1d` for pictures, (N, C, H, W) or (C, H, W)."""

    kernel_size: Size
    stride: Size | None = None
    padding: Size = 0
    dilation: Size = 1
    return_indices: bool = False
    ceil_mode: bool = False


@layer(F.max_pool3d)
class MaxPool3d(_Pool):
    """`MaxPool1d` for volumes, (N, C, D, H, W) or (C, D, H, W)."""

    kernel_size: Size
    stride: Size | None = None
    padding: Size = 0
    dilation: Size = 1
    return_indices: bool = False
    ceil_mode: bool = False


@layer(F.avg_pool1d)
class AvgPool1d(_Pool):
    """The mean of each window, (N, C, L) or (C, L).

    Args:
        kernel_size, stride, ceil_mode: as for `MaxPool1d`.
        padding: how many zeros are added on both sides, at most half the kernel_size.
        count_include_pad: whether these zeros count as elements.
        divisor_override: in two and three dimensions, what sums are divided by instead.

    Raises:
        ValueError: the windows do not fit, or a setting is out of range.
    """

    kernel_size: Size
    stride: Size | None = None
    padding: Size = 0
    ceil_mode: bool = False
    count_include_pad: bool = True


@layer(F.avg_pool2d)
class AvgPool2d(_Pool):
    """`AvgPool1d` for pictures, (N, C, H, W) or (C, H, W)."""

    kernel_size: Size
    stride: Size | None = None
    padding: Size = 0
    ceil_mode: bool = False
    count_include_pad: bool = True
    divisor_override: int | None = None


@layer(F.avg_pool3d)
class AvgPool3d(_Pool):
    """`AvgPool1d` for volumes, (N, C, D, H, W) or (C, D, H, W)."""

    kernel_size: Size
    stride: Size | None = None
    padding: Size = 0
    ceil_mode: bool = False
    count_include_pad: bool = True
    divisor_override: int | None = None


@layer(F.lp_pool1d)
class LPPool1d(_Pool):
    """(sum of x^p)^(1/p) of each window, (N, C, L) or (C, L).

    Args:
        norm_type: p.
        kernel_size, stride, ceil_mode: as for `MaxPool1d`.
    """

    norm_type: float
    kernel_size: Size
    stride: Size | None = None
    ceil_mode: bool = False


@layer(F.lp_pool2d)
class LPPool2d(_Pool):
    """`LPPool1d` for pictures, (N, C, H, W) or (C, H, W)."""

    norm_type: float
    kernel_size: Size
    stride: Size | None = None
    ceil_mode: bool = False


@layer(F.lp_pool3d)
class LPPool3d(_Pool):
    """`LPPool1d` for volumes, (N, C, D, H, W) or (C, D, H, W)."""

    norm_type: float
    kernel_size: Size
    stride: Size | None = None
    ceil_mode: bool = False


@layer(F.adaptive_avg_pool1d)
class AdaptiveAvgPool1d(Configured):
    """Means of windows of which there are as many as `output_size` says, (N, C, L) or (C, L).

    Args:
        output_size: how many windows there are; None, in two and three dimensions, for as many as elements.

    Example:
        >>> AdaptiveAvgPool1d(1)(tensor([[1.0, 2.0, 6.0]]))
        tensor([[3.]])
    """

    output_size: Any


@layer(F.adaptive_avg_pool2d)
class AdaptiveAvgPool2d(Configured):
    """`AdaptiveAvgPool1d` for pictures, (N, C, H, W) or (C, H, W)."""

    output_size: Any


@layer(F.adaptive_avg_pool3d)
class AdaptiveAvgPool3d(Configured):
    """`AdaptiveAvgPool1d` for volumes, (N, C, D, H, W) or (C, D, H, W)."""

    output_size: Any


@layer(F.adaptive_max_pool1d)
class AdaptiveMaxPool1d(Configured):
    """The largest elements of windows of which there are as many as `output_size` says, (N, C, L) or (C, L).

    Args:
        output_size: how many windows there are.
        return_indices: also return where the largest elements lie.
    """

    output_size: Any
    return_indices: bool = False


@layer(F.adaptive_max_pool2d)
class AdaptiveMaxPool2d(Configured):
    """`AdaptiveMaxPool1d` for pictures, (N, C, H, W) or (C, H, W)."""

    output_size: Any
    return_indices: bool = False


@layer(F.adaptive_max_pool3d)
class AdaptiveMaxPool3d(Configured):
    """`AdaptiveMaxPool1d` for volumes, (N, C, D, H, W) or (C, D, H, W)."""

    output_size: Any
    return_indices: bool = False


@layer(F.fractional_max_pool2d)
class FractionalMaxPool2d(Configured):
    """The largest elements of windows whose steps are drawn at random in each call, (N, C, H, W) or (C, H, W).

    Args:
        kernel_size: how many elements a window has.
        output_size: how many windows there are.
        output_ratio: instead, how many there are as a part of the input's size.
        return_indices: also return where the largest elements lie.
    """

    kernel_size: Size
    output_size: Size | None = None
    output_ratio: Any = None
    return_indices: bool = False


@layer(F.fractional_max_pool3d)
class FractionalMaxPool3d(Configured):
    """`FractionalMaxPool2d` for volumes, (N, C, D, H, W) or (C, D, H, W)."""

    kernel_size: Size
    output_size: Size | None = None
    output_ratio: Any = None
    return_indices: bool = False


class _MaxUnpool(_Pool):
    """Puts what max pooling took back where it was."""

    kernel_size: Size
    stride: Size | None
    padding: Size

    def _put(
        self, function: Callable[..., Any], input: Any, indices: Any, output_size: Sequence[int] | None
    ) -> Tensor:
        return function(input, indices, self.kernel_size, self.stride, self.padding, output_size)


@dataclass(repr=False, eq=False)
class MaxUnpool1d(_MaxUnpool):
    """Zeros, with the elements of the input where `MaxPool1d` found them, (N, C, L) or (C, L).

    Args:
        kernel_size, stride, padding: those of the pooling.
    """

    kernel_size: Size
    stride: Size | None = None
    padding: Size = 0

    def forward(  # type: ignore[override]
        self, input: Any, indices: Any, output_size: Sequence[int] | None = None
    ) -> Tensor:
        """Put the elements back; `output_size` says which size is meant where there are several."""
        return self._put(F.max_unpool1d, input, indices, output_size)


@dataclass(repr=False, eq=False)
class MaxUnpool2d(_MaxUnpool):
    """`MaxUnpool1d` for pictures, (N, C, H, W) or (C, H, W)."""

    kernel_size: Size
    stride: Size | None = None
    padding: Size = 0

    def forward(  # type: ignore[override]
        self, input: Any, indices: Any, output_size: Sequence[int] | None = None
    ) -> Tensor:
        """Put the elements back; `output_size` says which size is meant where there are several."""
        return self._put(F.max_unpool2d, input, indices, output_size)


@dataclass(repr=False, eq=False)
class MaxUnpool3d(_MaxUnpool):
    """`MaxUnpool1d` for volumes, (N, C, D, H, W) or (C, D, H, W)."""

    kernel_size: Size
    stride: Size | None = None
    padding: Size = 0

    def forward(  # type: ignore[override]
        self, input: Any, indices: Any, output_size: Sequence[int] | None = None
    ) -> Tensor:
        """Put the elements back; `output_size` says which size is meant where there are several."""
        return self._put(F.max_unpool3d, input, indices, output_size)
