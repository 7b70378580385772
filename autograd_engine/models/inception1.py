"""GoogLeNet: in each of nine Inception blocks, four branches look at the picture in windows of different sizes."""

from __future__ import annotations

from typing import Any, ClassVar, NamedTuple

from .. import nn
from ..ops.shape import stack
from ..tensor import Tensor
from .blocks import BasicConv2d, Branches
from .classifier import PictureClassifier
from .named import named

__all__ = ["GoogLeNet", "GoogLeNetOutputs", "googlenet"]


class GoogLeNetOutputs(NamedTuple):
    """What `GoogLeNet` gives in training: the scores (N, num_classes) of its end and of its two auxiliary heads."""

    logits: Tensor
    aux_logits2: Tensor | None
    aux_logits1: Tensor | None


def _inception(before: int, one: int, three: tuple[int, int], five: tuple[int, int], pooled: int) -> Branches:
    """The branches of an Inception block, by the channels of their convolutions.

    The third branch has windows of 3x3 where the paper has 5x5, as torchvision has, whose weights are to fit.
    """
    return Branches(
        branch1=BasicConv2d(before, one, kernel_size=1),
        branch2=nn.Sequential(
            BasicConv2d(before, three[0], kernel_size=1), BasicConv2d(*three, kernel_size=3, padding=1)
        ),
        branch3=nn.Sequential(
            BasicConv2d(before, five[0], kernel_size=1), BasicConv2d(*five, kernel_size=3, padding=1)
        ),
        branch4=nn.Sequential(
            nn.MaxPool2d(3, stride=1, padding=1, ceil_mode=True), BasicConv2d(before, pooled, kernel_size=1)
        ),
    )


class _Head(nn.Module):
    """An auxiliary head: it predicts the classes from the middle of the network."""

    def __init__(self, channels: int, num_classes: int, dropout: float) -> None:
        super().__init__()
        self.pool = nn.AdaptiveAvgPool2d((4, 4))
        self.conv = BasicConv2d(channels, 128, kernel_size=1)
        self.fc1 = nn.Linear(128 * 4 * 4, 1024)
        self.fc2 = nn.Linear(1024, num_classes)
        self.relu = nn.ReLU()
        self.dropout = nn.Dropout(dropout)

    def forward(self, x: Any) -> Tensor:
        """The scores of the classes."""
        x = self.conv(self.pool(x)).flatten(1)
        return self.fc2(self.dropout(self.relu(self.fc1(x))))


class GoogLeNet(PictureClassifier):
    """GoogLeNet, also called Inception v1, for pictures (N, 3, H, W), usually 224 by 224.

    In training, a call gives `GoogLeNetOutputs`, with the scores of the auxiliary heads too, whose losses the paper
    adds with a weight of 0.3; in evaluation, or without these heads, it gives the scores alone. As in torchvision,
    there is batch normalization, which the paper does not have.

    Args:
        num_classes: how many classes there are.
        aux_logits: whether there are auxiliary heads.
        transform_input: take pictures normalized by ImageNet's means and deviations, and bring them to [-1, 1],
            as torchvision's weights need it. torchvision turns it on where it loads these; here nothing tells
            whose weights a file holds.
        init_weights: draw the weights from N(0, 0.01^2), cut off, and not as each layer does by itself.
        dropout: the probability with which an input of the last layer is dropped in training.
        dropout_aux: the same for the auxiliary heads.

    Raises:
        ValueError: when called, the pictures are smaller than 15 by 15 or have other channels than 3.

    Source: Szegedy et al., "Going deeper with convolutions", 2014.
    """

    _heads: ClassVar[tuple[str, ...]] = ("fc", "aux1.fc2", "aux2.fc2")
    _extras: ClassVar[tuple[str, ...]] = ("aux1", "aux2")
    _smallest = 15

    def __init__(
        self,
        num_classes: int = 1000,
        aux_logits: bool = True,
        transform_input: bool = False,
        init_weights: bool = True,
        dropout: float = 0.2,
        dropout_aux: float = 0.7,
    ) -> None:
        super().__init__()
        self.aux_logits, self.transform_input = aux_logits, transform_input
        self.conv1 = BasicConv2d(3, 64, kernel_size=7, stride=2, padding=3)
        self.maxpool1 = nn.MaxPool2d(3, 2, ceil_mode=True)
        self.conv2 = BasicConv2d(64, 64, kernel_size=1)
        self.conv3 = BasicConv2d(64, 192, kernel_size=3, padding=1)
        self.maxpool2 = nn.MaxPool2d(3, 2, ceil_mode=True)
        self.inception3a = _inception(192, 64, (96, 128), (16, 32), 32)
        self.inception3b = _inception(256, 128, (128, 192), (32, 96), 64)
        self.maxpool3 = nn.MaxPool2d(3, 2, ceil_mode=True)
        self.inception4a = _inception(480, 192, (96, 208), (16, 48), 64)
        self.inception4b = _inception(512, 160, (112, 224), (24, 64), 64)
        self.inception4c = _inception(512, 128, (128, 256), (24, 64), 64)
        self.inception4d = _inception(512, 112, (144, 288), (32, 64), 64)
        self.inception4e = _inception(528, 256, (160, 320), (32, 128), 128)
        self.maxpool4 = nn.MaxPool2d(2, 2, ceil_mode=True)
        self.inception5a = _inception(832, 256, (160, 320), (32, 128), 128)
        self.inception5b = _inception(832, 384, (192, 384), (48, 128), 128)
        self.aux1 = _Head(512, num_classes, dropout_aux) if aux_logits else None
        self.aux2 = _Head(528, num_classes, dropout_aux) if aux_logits else None
        self.avgpool = nn.AdaptiveAvgPool2d((1, 1))
        self.dropout = nn.Dropout(dropout)
        self.fc = nn.Linear(1024, num_classes)
        if init_weights:
            for module in self.modules():
                if isinstance(module, (nn.Conv2d, nn.Linear)):
                    nn.init.trunc_normal_(module.weight, std=0.01)

    def forward(self, x: Any) -> Tensor | GoogLeNetOutputs:
        """The scores of the classes, (N, num_classes); in training those of the auxiliary heads too."""
        self._check(x)
        if self.transform_input:
            x = _to_plus_minus_one(x)
        x = self.maxpool1(self.conv1(x))
        x = self.maxpool2(self.conv3(self.conv2(x)))
        x = self.maxpool3(self.inception3b(self.inception3a(x)))
        x = first = self.inception4a(x)
        x = second = self.inception4d(self.inception4c(self.inception4b(x)))
        x = self.maxpool4(self.inception4e(x))
        x = self.inception5b(self.inception5a(x))
        logits = self.fc(self.dropout(self.avgpool(x).flatten(1)))
        if not self.training or self.aux1 is None or self.aux2 is None:
            return logits
        return GoogLeNetOutputs(logits, self.aux2(second), self.aux1(first))


def _to_plus_minus_one(x: Any) -> Tensor:
    """Pictures of mean 0.5 and deviation 0.5, made of such as have ImageNet's."""
    means, deviations = (0.485, 0.456, 0.406), (0.229, 0.224, 0.225)
    return stack([x[:, i] * (deviations[i] / 0.5) + (means[i] - 0.5) / 0.5 for i in range(3)], 1)


googlenet = named("googlenet", "GoogLeNet (Szegedy et al., 2014)", 13_004_888, GoogLeNet)
