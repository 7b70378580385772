"""Residual networks for photographs, with torchvision's names: ResNet, wide ResNet and ResNeXt are one class."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from .. import nn
from ..tensor import Tensor
from .blocks import MakeModule, start_by_he
from .classifier import PictureClassifier
from .named import named
from .residual import BasicBlock, Bottleneck, projection

__all__ = [
    "ResNet",
    "resnet18",
    "resnet34",
    "resnet50",
    "resnet101",
    "resnet152",
    "resnext50_32x4d",
    "resnext101_32x8d",
    "resnext101_64x4d",
    "wide_resnet50_2",
    "wide_resnet101_2",
]


class ResNet(PictureClassifier):
    """A residual network for pictures (N, 3, H, W), usually 224 by 224: four stages, each of half the size.

    Args:
        block: `BasicBlock` or `Bottleneck`.
        layers: how many blocks each of the four stages has.
        num_classes: how many classes there are.
        zero_init_residual: begin with blocks that return their input: the last normalization's weight is 0.
        groups: those of the 3x3 convolutions of a `Bottleneck`: 32 or 64 in ResNeXt.
        width_per_group: how many channels these have for each group, in the first stage; 128 in wide networks.
        replace_stride_with_dilation: for each of the last three stages, whether it keeps the size, and its
            convolutions take pixels that lie farther apart instead.
        norm_layer: makes a normalization, given the channels; by default `nn.BatchNorm2d`.

    Raises:
        ValueError: the block cannot have these settings, or `replace_stride_with_dilation` has not three values;
            when called, the pictures have other channels than 3.

    Example:
        >>> model = ResNet(BasicBlock, [1, 1, 1, 1], num_classes=10)
        >>> model(zeros(1, 3, 64, 64)).shape
        (1, 10)

    Source: He, Zhang, Ren and Sun, "Deep residual learning for image recognition", 2015; Zagoruyko and Komodakis,
    "Wide residual networks", 2016; Xie et al., "Aggregated residual transformations for deep neural networks",
    2017.
    """

    def __init__(
        self,
        block: type[BasicBlock | Bottleneck],
        layers: Sequence[int],
        num_classes: int = 1000,
        zero_init_residual: bool = False,
        groups: int = 1,
        width_per_group: int = 64,
        replace_stride_with_dilation: Sequence[bool] | None = None,
        norm_layer: MakeModule | None = None,
    ) -> None:
        super().__init__()
        replaced = (False,) * 3 if replace_stride_with_dilation is None else replace_stride_with_dilation
        if len(replaced) != 3:
            raise ValueError(f"ResNet: replace_stride_with_dilation must be None or three values, not {replaced}")
        normalization = norm_layer or nn.BatchNorm2d
        self.conv1 = nn.Conv2d(3, 64, 7, 2, 3, bias=False)
        self.bn1 = normalization(64)
        self.relu = nn.ReLU()
        self.maxpool = nn.MaxPool2d(3, 2, 1)
        inplanes, dilation = 64, 1

        def stage(planes: int, blocks: int, stride: int, dilate: bool) -> nn.Sequential:
            nonlocal inplanes, dilation
            first_dilation = dilation
            if dilate:
                dilation, stride = dilation * stride, 1
            width = planes * block.expansion
            down = None
            if stride != 1 or inplanes != width:
                down = projection(inplanes, width, stride, normalization)
            shared = groups, width_per_group
            made = [block(inplanes, planes, stride, down, *shared, first_dilation, normalization)]
            made += [block(width, planes, 1, None, *shared, dilation, normalization) for _ in range(blocks - 1)]
            inplanes = width
            return nn.Sequential(*made)

        self.layer1 = stage(64, layers[0], 1, False)
        self.layer2 = stage(128, layers[1], 2, replaced[0])
        self.layer3 = stage(256, layers[2], 2, replaced[1])
        self.layer4 = stage(512, layers[3], 2, replaced[2])
        self.avgpool = nn.AdaptiveAvgPool2d((1, 1))
        self.fc = nn.Linear(inplanes, num_classes)
        start_by_he(self)
        if zero_init_residual:
            for module in self.modules():
                if isinstance(module, (BasicBlock, Bottleneck)):
                    nn.init.zeros_(module.last_normalization().get_parameter("weight"))

    def forward(self, x: Any) -> Tensor:
        """The scores of the classes, (N, num_classes)."""
        self._check(x)
        x = self.maxpool(self.relu(self.bn1(self.conv1(x))))
        x = self.layer4(self.layer3(self.layer2(self.layer1(x))))
        return self.fc(self.avgpool(x).flatten(1))


_HE = "(He et al., 2015)"

resnet18 = named("resnet18", f"ResNet-18 {_HE}", 11_689_512, ResNet, BasicBlock, (2, 2, 2, 2))
resnet34 = named("resnet34", f"ResNet-34 {_HE}", 21_797_672, ResNet, BasicBlock, (3, 4, 6, 3))
resnet50 = named("resnet50", f"ResNet-50 {_HE}", 25_557_032, ResNet, Bottleneck, (3, 4, 6, 3))
resnet101 = named("resnet101", f"ResNet-101 {_HE}", 44_549_160, ResNet, Bottleneck, (3, 4, 23, 3))
resnet152 = named("resnet152", f"ResNet-152 {_HE}", 60_192_808, ResNet, Bottleneck, (3, 8, 36, 3))

_XIE = "(Xie et al., 2017)"

resnext50_32x4d = named(
    "resnext50_32x4d", f"ResNeXt-50 32x4d {_XIE}", 25_028_904, ResNet, Bottleneck, (3, 4, 6, 3),
    groups=32, width_per_group=4,
)  # fmt: skip
resnext101_32x8d = named(
    "resnext101_32x8d", f"ResNeXt-101 32x8d {_XIE}", 88_791_336, ResNet, Bottleneck, (3, 4, 23, 3),
    groups=32, width_per_group=8,
)  # fmt: skip
resnext101_64x4d = named(
    "resnext101_64x4d", f"ResNeXt-101 64x4d {_XIE}", 83_455_272, ResNet, Bottleneck, (3, 4, 23, 3),
    groups=64, width_per_group=4,
)  # fmt: skip

_ZAGORUYKO = "(Zagoruyko and Komodakis, 2016)"

wide_resnet50_2 = named(
    "wide_resnet50_2", f"Wide ResNet-50-2 {_ZAGORUYKO}", 68_883_240, ResNet, Bottleneck, (3, 4, 6, 3),
    width_per_group=128,
)  # fmt: skip
wide_resnet101_2 = named(
    "wide_resnet101_2", f"Wide ResNet-101-2 {_ZAGORUYKO}", 126_886_696, ResNet, Bottleneck, (3, 4, 23, 3),
    width_per_group=128,
)  # fmt: skip
