"""Blocks that several networks are made of: a convolution with a normalization and an activation function."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from .. import nn
from ..ops.shape import cat
from ..tensor import Tensor

__all__ = ["Conv2dNormActivation"]

MakeModule = Callable[..., nn.Module]


class Conv2dNormActivation(nn.Sequential):
    """A convolution of pictures, then a normalization, then an activation function; the last two may be left out.

    Shapes: as for `nn.Conv2d`. Items "0", "1" and "2" are the three layers, as in torchvision's class of this name.

    Args:
        in_channels, out_channels, kernel_size, stride, groups, dilation: those of the convolution.
        padding: by default as much as keeps the size if the stride is 1 and the kernel_size odd.
        norm_layer: makes the normalization, given the number of channels; None for none.
        activation_layer: makes the activation function; None for none.
        inplace: given to the activation function, unless it is None. Here it saves no memory, and hooks on the
            normalization would see its result replaced, so it is off; torchvision has it on.
        bias: whether the convolution has one; by default if no normalization follows, whose bias would do the same.

    Raises:
        ValueError: a setting of the convolution is out of range.

    Example:
        >>> block = Conv2dNormActivation(3, 8, kernel_size=5, stride=2)
        >>> [type(layer).__name__ for layer in block], block(ones(1, 3, 32, 32)).shape
        (['Conv2d', 'BatchNorm2d', 'ReLU'], (1, 8, 16, 16))
    """

    def __init__(
        self,
        in_channels: int,
        out_channels: int,
        kernel_size: int | Sequence[int] = 3,
        stride: int | Sequence[int] = 1,
        padding: int | Sequence[int] | str | None = None,
        groups: int = 1,
        norm_layer: MakeModule | None = nn.BatchNorm2d,
        activation_layer: MakeModule | None = nn.ReLU,
        dilation: int | Sequence[int] = 1,
        inplace: bool | None = False,
        bias: bool | None = None,
    ) -> None:
        if padding is None:
            padding = _keeping_the_size(kernel_size, dilation)
        layers: list[nn.Module] = [
            nn.Conv2d(
                in_channels,
                out_channels,
                kernel_size,
                stride,
                padding,
                dilation=dilation,
                groups=groups,
                bias=norm_layer is None if bias is None else bias,
            )
        ]
        if norm_layer is not None:
            layers.append(norm_layer(out_channels))
        if activation_layer is not None:
            layers.append(activation_layer(**({} if inplace is None else {"inplace": inplace})))
        super().__init__(*layers)
        self.out_channels = out_channels


def _keeping_the_size(kernel_size: int | Sequence[int], dilation: int | Sequence[int]) -> Any:
    """The padding of a convolution of stride 1 that keeps the size of the picture."""
    if isinstance(kernel_size, int) and isinstance(dilation, int):
        return (kernel_size - 1) // 2 * dilation
    kernel, apart = ((v, v) if isinstance(v, int) else v for v in (kernel_size, dilation))
    return tuple((k - 1) // 2 * d for k, d in zip(kernel, apart, strict=True))


class BasicConv2d(nn.Module):
    """A convolution without bias, batch normalization and ReLU, under the names that Inception networks have."""

    def __init__(self, in_channels: int, out_channels: int, **settings: Any) -> None:
        super().__init__()
        self.conv = nn.Conv2d(in_channels, out_channels, bias=False, **settings)
        self.bn = nn.BatchNorm2d(out_channels, eps=0.001)
        self.relu = nn.ReLU()

    def forward(self, x: Any) -> Tensor:
        """Convolve, normalize and cut off below 0."""
        return self.relu(self.bn(self.conv(x)))


class Branches(nn.ModuleDict):
    """Modules that are each given the same input, and whose results are joined along the channels."""

    def __init__(self, **branches: Any) -> None:
        super().__init__(branches)

    def forward(self, x: Any) -> Tensor:
        """The channels of all branches, one after the other."""
        return cat([branch(x) for branch in self.values()], 1)


def start_by_he(model: nn.Module, linear_std: float | None = None) -> None:
    """Draw the weights of convolutions by the rule of He et al. (2015) that keeps the variance of gradients, and
    those of linear layers from N(0, linear_std^2), if that is given; their biases become 0."""
    for module in model.modules():
        if isinstance(module, nn.Conv2d):
            nn.init.kaiming_normal_(module.weight, mode="fan_out", nonlinearity="relu")
        elif isinstance(module, nn.Linear) and linear_std is not None:
            nn.init.normal_(module.weight, 0, linear_std)
        else:
            continue
        if module.bias is not None:
            nn.init.zeros_(module.bias)
