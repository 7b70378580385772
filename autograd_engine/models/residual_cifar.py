"""The residual networks of 20 to 110 layers for small pictures, such as those of CIFAR-10."""

from __future__ import annotations

from typing import Any, Literal

from .. import nn
from ..tensor import Tensor
from .blocks import MakeModule, start_by_he
from .classifier import PictureClassifier
from .named import named
from .residual import BasicBlock, Padded, conv3x3, projection

__all__ = ["CifarResNet", "resnet20", "resnet32", "resnet44", "resnet56", "resnet110"]


class CifarResNet(PictureClassifier):
    """A residual network for small pictures, (N, in_channels, H, W): three stages of 16, 32 and 64 channels.

    The layers have the names of torchvision's `ResNet`, which has none of this size.

    Args:
        depth: how many layers have weights on the longest way: 6 n + 2, with n blocks of two layers in each stage.
        num_classes: how many classes there are.
        in_channels: 3 for colored pictures, 1 for gray ones.
        shortcut: what the input of a block becomes where its shape is not the result's: "A" leaves out every other
            pixel and adds channels of zeros, as the paper does for CIFAR; "B" learns a 1x1 convolution.
        norm_layer: makes a normalization, given the channels; by default `nn.BatchNorm2d`.

    Raises:
        ValueError: the depth is not 6 n + 2, or the shortcut is neither "A" nor "B"; when called, the pictures have
            other channels.

    Example:
        >>> model = CifarResNet(depth=8, num_classes=5)
        >>> model(zeros(2, 3, 32, 32)).shape
        (2, 5)

    Source: He, Zhang, Ren and Sun, "Deep residual learning for image recognition", 2015, section 4.2.
    """

    def __init__(
        self,
        depth: int = 20,
        num_classes: int = 10,
        in_channels: int = 3,
        shortcut: Literal["A", "B"] = "A",
        norm_layer: MakeModule | None = None,
    ) -> None:
        super().__init__()
        blocks, rest = divmod(depth - 2, 6)
        if rest or blocks < 1:
            raise ValueError(f"CifarResNet: depth must be 6 n + 2, such as 20 or 56, not {depth}")
        if shortcut not in ("A", "B"):
            raise ValueError(f"CifarResNet: shortcut must be 'A' or 'B', not {shortcut!r}")
        self._channels = in_channels
        normalization = norm_layer or nn.BatchNorm2d
        self.conv1 = conv3x3(in_channels, 16)
        self.bn1 = normalization(16)
        self.relu = nn.ReLU()

        def stage(inplanes: int, planes: int, stride: int) -> nn.Sequential:
            down: nn.Module | None = None
            if inplanes != planes and shortcut == "A":
                down = Padded(planes - inplanes, stride)
            elif inplanes != planes:
                down = projection(inplanes, planes, stride, normalization)
            first = BasicBlock(inplanes, planes, stride, down, norm_layer=normalization)
            others = [BasicBlock(planes, planes, norm_layer=normalization) for _ in range(blocks - 1)]
            return nn.Sequential(first, *others)

        self.layer1 = stage(16, 16, 1)
        self.layer2 = stage(16, 32, 2)
        self.layer3 = stage(32, 64, 2)
        self.avgpool = nn.AdaptiveAvgPool2d((1, 1))
        self.fc = nn.Linear(64, num_classes)
        start_by_he(self)

    def forward(self, x: Any) -> Tensor:
        """The scores of the classes, (N, num_classes)."""
        self._check(x)
        x = self.relu(self.bn1(self.conv1(x)))
        x = self.layer3(self.layer2(self.layer1(x)))
        return self.fc(self.avgpool(x).flatten(1))


resnet20 = named("resnet20", "ResNet-20 for small pictures (He et al., 2015)", 269_722, CifarResNet, 20)
resnet32 = named("resnet32", "ResNet-32 for small pictures (He et al., 2015)", 464_154, CifarResNet, 32)
resnet44 = named("resnet44", "ResNet-44 for small pictures (He et al., 2015)", 658_586, CifarResNet, 44)
resnet56 = named("resnet56", "ResNet-56 for small pictures (He et al., 2015)", 853_018, CifarResNet, 56)
resnet110 = named("resnet110", "ResNet-110 for small pictures (He et al., 2015)", 1_727_962, CifarResNet, 110)
