"""Residual blocks and stages: a block computes what is to be added to its input.

Source: He, Zhang, Ren and Sun, "Deep residual learning for image recognition", 2015.
"""

from __future__ import annotations

from typing import Any, ClassVar

from .. import nn
from ..nn import functional as F
from ..tensor import Tensor
from .blocks import MakeModule

__all__ = ["BasicBlock", "Bottleneck"]


def conv3x3(in_planes: int, out_planes: int, stride: int = 1, groups: int = 1, dilation: int = 1) -> nn.Conv2d:
    """A 3x3 convolution without bias that keeps the size, but for its stride."""
    return nn.Conv2d(in_planes, out_planes, 3, stride, dilation, dilation, groups, bias=False)


def conv1x1(in_planes: int, out_planes: int, stride: int = 1) -> nn.Conv2d:
    """A 1x1 convolution without bias."""
    return nn.Conv2d(in_planes, out_planes, 1, stride, bias=False)


def projection(in_planes: int, out_planes: int, stride: int, normalization: MakeModule) -> nn.Sequential:
    """The learned shortcut, "B" of the paper: a 1x1 convolution, normalized."""
    return nn.Sequential(conv1x1(in_planes, out_planes, stride), normalization(out_planes))


class BasicBlock(nn.Module):
    """Two 3x3 convolutions, whose result is added to the input.

    Args:
        inplanes: the channels of the input.
        planes: the channels of the result.
        stride: the first convolution's.
        downsample: what is applied to the input before the addition, where its shape is another one.
        groups, base_width, dilation: must have these defaults, which only `Bottleneck` can change.
        norm_layer: makes a normalization, given the channels.

    Raises:
        ValueError: groups, base_width or dilation has another value.
    """

    expansion: ClassVar[int] = 1

    def __init__(
        self,
        inplanes: int,
        planes: int,
        stride: int = 1,
        downsample: nn.Module | None = None,
        groups: int = 1,
        base_width: int = 64,
        dilation: int = 1,
        norm_layer: MakeModule | None = None,
    ) -> None:
        super().__init__()
        if (groups, base_width, dilation) != (1, 64, 1):
            raise ValueError(
                "BasicBlock takes groups=1, base_width=64 and dilation=1 only, not "
                f"{groups}, {base_width} and {dilation}"
            )
        normalization = norm_layer or nn.BatchNorm2d
        self.conv1 = conv3x3(inplanes, planes, stride)
        self.bn1 = normalization(planes)
        self.relu = nn.ReLU()
        self.conv2 = conv3x3(planes, planes)
        self.bn2 = normalization(planes)
        self.downsample = downsample
        self.stride = stride

    def last_normalization(self) -> nn.Module:
        """The one of the block's result."""
        return self.bn2

    def forward(self, x: Any) -> Tensor:
        """The input, or what `downsample` makes of it, plus what the block computes; cut off below 0."""
        out = self.relu(self.bn1(self.conv1(x)))
        out = self.bn2(self.conv2(out))
        return self.relu(out + (x if self.downsample is None else self.downsample(x)))


class Bottleneck(nn.Module):
    """A 1x1 convolution to fewer channels, a 3x3 one, and a 1x1 one to four times `planes`.

    The stride is the 3x3 convolution's, as in torchvision, and not the first one's, as in the paper.

    Args:
        inplanes: the channels of the input.
        planes: a quarter of the channels of the result.
        stride, downsample, norm_layer: as for `BasicBlock`.
        groups: those of the 3x3 convolution (ResNeXt).
        base_width: how many channels it has for each group, where `planes` is 64.
        dilation: that of the 3x3 convolution.
    """

    expansion: ClassVar[int] = 4

    def __init__(
        self,
        inplanes: int,
        planes: int,
        stride: int = 1,
        downsample: nn.Module | None = None,
        groups: int = 1,
        base_width: int = 64,
        dilation: int = 1,
        norm_layer: MakeModule | None = None,
    ) -> None:
        super().__init__()
        normalization = norm_layer or nn.BatchNorm2d
        width = int(planes * (base_width / 64)) * groups
        self.conv1 = conv1x1(inplanes, width)
        self.bn1 = normalization(width)
        self.conv2 = conv3x3(width, width, stride, groups, dilation)
        self.bn2 = normalization(width)
        self.conv3 = conv1x1(width, planes * self.expansion)
        self.bn3 = normalization(planes * self.expansion)
        self.relu = nn.ReLU()
        self.downsample = downsample
        self.stride = stride

    def last_normalization(self) -> nn.Module:
        """The one of the block's result."""
        return self.bn3

    def forward(self, x: Any) -> Tensor:
        """The input, or what `downsample` makes of it, plus what the block computes; cut off below 0."""
        out = self.relu(self.bn1(self.conv1(x)))
        out = self.relu(self.bn2(self.conv2(out)))
        out = self.bn3(self.conv3(out))
        return self.relu(out + (x if self.downsample is None else self.downsample(x)))


class Padded(nn.Module):
    """Every other pixel, and channels of zeros added: the shortcut "A" of the paper, which learns nothing."""

    def __init__(self, added: int, stride: int) -> None:
        super().__init__()
        self.added, self.stride = added, stride

    def forward(self, x: Any) -> Tensor:
        """As many zero channels before as behind."""
        before = self.added // 2
        return F.pad(x[:, :, :: self.stride, :: self.stride], (0, 0, 0, 0, before, self.added - before))

    def extra_repr(self) -> str:
        """The settings."""
        return f"added={self.added}, stride={self.stride}"
