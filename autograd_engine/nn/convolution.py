"""Convolutional layers, in one to three dimensions, and transposed."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Any, ClassVar

from ..ops.network.convolution import Size, each
from ..tensor import Tensor
from ..tensor.creation import empty
from . import functional as F
from . import init
from .module import Module
from .parameter import Parameter

__all__ = [
    "Conv1d",
    "Conv2d",
    "Conv3d",
    "ConvTranspose1d",
    "ConvTranspose2d",
    "ConvTranspose3d",
]

_MODES = {"zeros": "constant", "reflect": "reflect", "replicate": "replicate", "circular": "circular"}
"""The names of `F.pad` for padding modes."""


class _Convolution(Module):
    """Weight and bias, and the settings that convolutions share.

    Attributes:
        kernel_size, stride, padding, dilation, output_padding: one number for each dimension of the picture;
            `padding` may be a word.
    """

    weight: Parameter
    bias: Parameter | None
    _dims: ClassVar[int]
    _transposed: ClassVar[bool]
    _function: ClassVar[Callable[..., Any]]

    def __init_subclass__(cls, function: Callable[..., Any] | None = None, **others: Any) -> None:
        super().__init_subclass__(**others)
        if function is not None:
            cls._function = staticmethod(function)
            cls._dims = int(function.__name__[-2])
            cls._transposed = "transpose" in function.__name__

    def _each(self, value: Size, name: str, least: int) -> tuple[int, ...]:
        """A setting as one number for each dimension of the picture."""
        return each(value, self._dims, type(self).__name__, name, least)

    def _set_up(
        self,
        in_channels: int,
        out_channels: int,
        kernel_size: Size,
        stride: Size,
        padding: Size | str,
        dilation: Size,
        groups: int,
        bias: bool,
        padding_mode: str,
        device: Any,
        dtype: Any,
    ) -> None:
        super().__init__()
        name = type(self).__name__
        if not isinstance(groups, int) or groups < 1:
            raise ValueError(f"{name}: groups must be a positive whole number, not {groups!r}")
        for channels, what in ((in_channels, "in_channels"), (out_channels, "out_channels")):
            if channels % groups:
                raise ValueError(f"{name}: {what} {channels} does not divide into {groups} groups")
        if padding_mode not in _MODES:
            raise ValueError(f"{name}: padding_mode must be one of {', '.join(_MODES)}, not {padding_mode!r}")
        self.in_channels, self.out_channels = in_channels, out_channels
        self.kernel_size = self._each(kernel_size, "kernel_size", 1)
        self.stride = self._each(stride, "stride", 1)
        self.dilation = self._each(dilation, "dilation", 1)
        if isinstance(padding, str):
            if padding not in ("same", "valid"):
                raise ValueError(f"{name}: padding must be numbers, 'same' or 'valid', not {padding!r}")
            if padding == "same" and set(self.stride) != {1}:
                raise ValueError(f"{name}: padding 'same' takes a stride of 1, not {self.stride}")
            self.padding: tuple[int, ...] | str = padding
        else:
            self.padding = self._each(padding, "padding", 0)
        self.groups, self.padding_mode = groups, padding_mode
        first, second = (in_channels, out_channels) if self._transposed else (out_channels, in_channels)
        self.weight = Parameter(empty(first, second // groups, *self.kernel_size, dtype=dtype, device=device))
        self.bias = Parameter(empty(out_channels, dtype=dtype, device=device)) if bias else None
        self.reset_parameters()

    def reset_parameters(self) -> None:
        """Draw new initial values."""
        init.kaiming_uniform_(self.weight, a=math.sqrt(5))
        if self.bias is not None:
            fan_in = math.prod(self.weight.shape[1:])
            bound = 1 / math.sqrt(fan_in) if fan_in else 0
            init.uniform_(self.bias, -bound, bound)

    def extra_repr(self) -> str:
        """The channels, and those settings that are not the usual ones."""
        ones, zeros = (1,) * self._dims, (0,) * self._dims
        shown = [f"{self.in_channels}, {self.out_channels}, kernel_size={self.kernel_size}, stride={self.stride}"]
        usual = {"padding": zeros, "dilation": ones, "output_padding": zeros, "groups": 1}
        shown += [f"{k}={getattr(self, k)}" for k, v in usual.items() if getattr(self, k, v) != v]
        shown += ["bias=False"] * (self.bias is None)
        return ", ".join(shown + [f"padding_mode={self.padding_mode}"] * (self.padding_mode != "zeros"))


class _Conv(_Convolution):
    def __init__(
        self,
        in_channels: int,
        out_channels: int,
        kernel_size: Size,
        stride: Size = 1,
        padding: Size | str = 0,
        dilation: Size = 1,
        groups: int = 1,
        bias: bool = True,
        padding_mode: str = "zeros",
        device: Any = None,
        dtype: Any = None,
    ) -> None:
        self._set_up(
            in_channels,
            out_channels,
            kernel_size,
            stride,
            padding,
            dilation,
            groups,
            bias,
            padding_mode,
            device,
            dtype,
        )

    def forward(self, input: Any) -> Tensor:
        """Convolve."""
        padding: Any = self.padding
        if self.padding_mode != "zeros":
            input, padding = F.pad(input, self._widths(), _MODES[self.padding_mode]), 0
        return self._function(input, self.weight, self.bias, self.stride, padding, self.dilation, self.groups)

    def _widths(self) -> list[int]:
        """How much to add before and after each dimension, the last one first."""
        if self.padding == "same":
            reach = [d * (k - 1) for d, k in zip(self.dilation, self.kernel_size, strict=True)]
            return [width for r in reversed(reach) for width in (r // 2, r - r // 2)]
        around = (0,) * self._dims if isinstance(self.padding, str) else self.padding
        return [width for p in reversed(around) for width in (p, p)]

    def _flops(self, inputs: tuple[Any, ...], output: Any) -> int:
        return 2 * math.prod(self.weight.shape[1:]) * math.prod(output.shape)


class Conv1d(_Conv, function=F.conv1d):
    """`conv1d` with a weight and a bias that are learned.

    Shapes: (N, C, L) or (C, L) -> (N, out_channels, L') or (out_channels, L'), with
    L' = (L + 2 padding - dilation (kernel_size - 1) - 1) // stride + 1. The weight is
    (out_channels, in_channels / groups, kernel_size); weight and bias start uniform on [-k, k] with
    k = 1 / sqrt(in_channels / groups * kernel_size), as in PyTorch.

    Args:
        in_channels, out_channels: how many channels the input and the result have.
        kernel_size: how many elements of the input a place of the result looks at.
        stride: the step from one place to the next.
        padding: how many elements are added on both sides; "valid" for none, "same" for as many as keep L.
        dilation: the distance of the kernel's elements.
        groups: into how many parts the channels are divided; as many as there are channels for a depthwise one.
        bias: whether to add a bias.
        padding_mode: what is added: "zeros", or as `pad` does, "reflect", "replicate" or "circular".

    Raises:
        ValueError: a setting is out of range, or the channels do not divide into the groups.

    Example:
        >>> Conv1d(3, 8, 5, padding="same")(ones(2, 3, 20)).shape
        (2, 8, 20)
    """


class Conv2d(_Conv, function=F.conv2d):
    """`Conv1d` for pictures, (N, C, H, W) or (C, H, W); settings are one number for both dimensions, or (H, W).

    Example:
        >>> Conv2d(3, 8, 3, stride=2, padding=1)(ones(2, 3, 32, 32)).shape
        (2, 8, 16, 16)
    """


class Conv3d(_Conv, function=F.conv3d):
    """`Conv1d` for volumes, (N, C, D, H, W) or (C, D, H, W); settings are one number, or (D, H, W)."""


class _ConvTranspose(_Convolution):
    def __init__(
        self,
        in_channels: int,
        out_channels: int,
        kernel_size: Size,
        stride: Size = 1,
        padding: Size = 0,
        output_padding: Size = 0,
        groups: int = 1,
        bias: bool = True,
        dilation: Size = 1,
        padding_mode: str = "zeros",
        device: Any = None,
        dtype: Any = None,
    ) -> None:
        if padding_mode != "zeros":
            raise ValueError(f"{type(self).__name__}: padding_mode must be 'zeros', not {padding_mode!r}")
        self._set_up(
            in_channels,
            out_channels,
            kernel_size,
            stride,
            padding,
            dilation,
            groups,
            bias,
            padding_mode,
            device,
            dtype,
        )
        self.output_padding = self._each(output_padding, "output_padding", 0)

    def forward(self, input: Any, output_size: Sequence[int] | None = None) -> Tensor:
        """Convolve, to a result of `output_size` if that is given, of which the last dimensions count.

        Raises:
            ValueError: `output_size` is none of the sizes that a convolution would bring to the input's.
        """
        added = self.output_padding if output_size is None else self._added(input, output_size)
        return self._function(
            input, self.weight, self.bias, self.stride, self.padding, added, self.groups, self.dilation
        )

    def _added(self, input: Any, output_size: Sequence[int]) -> tuple[int, ...]:
        """The output padding that gives this size."""
        wanted = tuple(output_size)[-self._dims :]
        assert not isinstance(self.padding, str)
        least = [
            (n - 1) * s - 2 * p + d * (k - 1) + 1
            for n, s, p, d, k in zip(
                input.shape[-self._dims :], self.stride, self.padding, self.dilation, self.kernel_size, strict=True
            )
        ]
        if len(wanted) != self._dims or any(
            not low <= n < low + s for n, low, s in zip(wanted, least, self.stride, strict=True)
        ):
            most = [low + s - 1 for low, s in zip(least, self.stride, strict=True)]
            raise ValueError(
                f"{type(self).__name__}: output_size must lie between {least} and {most} for an input of shape "
                f"{tuple(input.shape)}, not {list(output_size)}"
            )
        return tuple(n - low for n, low in zip(wanted, least, strict=True))

    def _flops(self, inputs: tuple[Any, ...], output: Any) -> int:
        return 2 * math.prod(self.weight.shape[1:]) * math.prod(inputs[0].shape)


class ConvTranspose1d(_ConvTranspose, function=F.conv_transpose1d):
    """`conv_transpose1d` with a weight and a bias that are learned: the gradient of `Conv1d`, used as a layer.

    Shapes: (N, C, L) or (C, L) -> (N, out_channels, L') or (out_channels, L'), with
    L' = (L - 1) stride - 2 padding + dilation (kernel_size - 1) + output_padding + 1. The weight is
    (in_channels, out_channels / groups, kernel_size).

    Args:
        in_channels, out_channels, kernel_size, dilation, groups, bias: as for `Conv1d`.
        stride: the distance in the result of neighbours in the input.
        padding: how many elements are cut off on both sides.
        output_padding: how many more elements the result has at its end.
        padding_mode: "zeros".

    Raises:
        ValueError: a setting is out of range, or the channels do not divide into the groups.

    Example:
        >>> ConvTranspose1d(8, 3, 4, stride=2, padding=1)(ones(2, 8, 10)).shape
        (2, 3, 20)
    """


class ConvTranspose2d(_ConvTranspose, function=F.conv_transpose2d):
    """`ConvTranspose1d` for pictures, (N, C, H, W) or (C, H, W)."""


class ConvTranspose3d(_ConvTranspose, function=F.conv_transpose3d):
    """`ConvTranspose1d` for volumes, (N, C, D, H, W) or (C, D, H, W)."""
