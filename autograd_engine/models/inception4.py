"""Inception-v4: the stem, and the three kinds of Inception blocks, as the figures of the paper show them."""

from __future__ import annotations

from functools import partial
from typing import Any, ClassVar

from .. import nn
from ..ops.shape import cat
from ..tensor import Tensor
from .blocks import BasicConv2d, Branches
from .classifier import PictureClassifier
from .named import named

__all__ = ["InceptionV4", "inception_v4"]

Step = tuple[int, Any]
"""The channels and the kernel size of a convolution."""


def _chain(before: int, *steps: Step, valid: bool = False, stride: int = 1) -> nn.Sequential:
    """Convolutions one after the other that keep the size, but for the last one, if it is `valid`, as the figures
    call a convolution without padding, or has a stride."""
    layers: list[nn.Module] = []
    for i, (channels, kernel) in enumerate(steps):
        is_last = i == len(steps) - 1
        settings = {"padding": 0, "stride": stride} if is_last and (valid or stride > 1) else {"padding": "same"}
        layers.append(BasicConv2d(before, channels, kernel_size=kernel, **settings))
        before = channels
    return nn.Sequential(*layers)


def _averaged(before: int, channels: int) -> nn.Sequential:
    """Means of 3x3 windows, of the pixels that there are, and a 1x1 convolution."""
    pool = nn.AvgPool2d(3, stride=1, padding=1, count_include_pad=False)
    return nn.Sequential(pool, BasicConv2d(before, channels, kernel_size=1))


_WIDE, _TALL = (1, 7), (7, 1)


def _stem() -> list[nn.Module]:
    """Figure 3: from 299x299 pixels to 35x35, with 384 channels."""
    return [
        BasicConv2d(3, 32, kernel_size=3, stride=2),
        BasicConv2d(32, 32, kernel_size=3),
        BasicConv2d(32, 64, kernel_size=3, padding=1),
        Branches(maxpool=nn.MaxPool2d(3, 2), conv=BasicConv2d(64, 96, kernel_size=3, stride=2)),
        Branches(
            branch0=_chain(160, (64, 1), (96, 3), valid=True),
            branch1=_chain(160, (64, 1), (64, _WIDE), (64, _TALL), (96, 3), valid=True),
        ),
        Branches(conv=BasicConv2d(192, 192, kernel_size=3, stride=2), maxpool=nn.MaxPool2d(3, 2)),
    ]


def _block_a() -> Branches:
    """Figure 4, on 35x35 pixels."""
    return Branches(
        branch0=BasicConv2d(384, 96, kernel_size=1),
        branch1=_chain(384, (64, 1), (96, 3)),
        branch2=_chain(384, (64, 1), (96, 3), (96, 3)),
        branch3=_averaged(384, 96),
    )


def _reduction_a() -> Branches:
    """Figure 7, with the numbers of table 1: from 35x35 pixels to 17x17."""
    return Branches(
        branch0=BasicConv2d(384, 384, kernel_size=3, stride=2),
        branch1=_chain(384, (192, 1), (224, 3), (256, 3), stride=2),
        branch2=nn.MaxPool2d(3, 2),
    )


def _block_b() -> Branches:
    """Figure 5, on 17x17 pixels."""
    return Branches(
        branch0=BasicConv2d(1024, 384, kernel_size=1),
        branch1=_chain(1024, (192, 1), (224, _WIDE), (256, _TALL)),
        branch2=_chain(1024, (192, 1), (192, _TALL), (224, _WIDE), (224, _TALL), (256, _WIDE)),
        branch3=_averaged(1024, 128),
    )


def _reduction_b() -> Branches:
    """Figure 8: from 17x17 pixels to 8x8."""
    return Branches(
        branch0=_chain(1024, (192, 1), (192, 3), stride=2),
        branch1=_chain(1024, (256, 1), (256, _WIDE), (320, _TALL), (320, 3), stride=2),
        branch2=nn.MaxPool2d(3, 2),
    )


class _BlockC(nn.Module):
    """Figure 6, on 8x8 pixels: two of its branches end in two."""

    def __init__(self) -> None:
        super().__init__()
        wide = partial(BasicConv2d, kernel_size=(1, 3), padding=(0, 1))
        tall = partial(BasicConv2d, kernel_size=(3, 1), padding=(1, 0))
        self.branch0 = BasicConv2d(1536, 256, kernel_size=1)
        self.branch1_0 = BasicConv2d(1536, 384, kernel_size=1)
        self.branch1_1a = wide(384, 256)
        self.branch1_1b = tall(384, 256)
        self.branch2_0 = BasicConv2d(1536, 384, kernel_size=1)
        self.branch2_1 = tall(384, 448)
        self.branch2_2 = wide(448, 512)
        self.branch2_3a = wide(512, 256)
        self.branch2_3b = tall(512, 256)
        self.branch3 = _averaged(1536, 256)

    def forward(self, x: Any) -> Tensor:
        """The channels of all ends, one after the other."""
        one = self.branch1_0(x)
        two = self.branch2_2(self.branch2_1(self.branch2_0(x)))
        return cat(
            [
                self.branch0(x),
                self.branch1_1a(one),
                self.branch1_1b(one),
                self.branch2_3a(two),
                self.branch2_3b(two),
                self.branch3(x),
            ],
            1,
        )


class InceptionV4(PictureClassifier):
    """Inception-v4, for pictures (N, 3, H, W), usually 299 by 299.

    torchvision does not have it. The paper gives no number of parameters; it follows from its figures, with batch
    normalization after each convolution. The layers have the names of the package timm, whose weights fit.

    Args:
        num_classes: how many classes there are.
        dropout: the probability with which an input of the last layer is dropped in training.

    Raises:
        ValueError: when called, the pictures are smaller than 75 by 75 or have other channels than 3.

    Source: Szegedy, Ioffe, Vanhoucke and Alemi, "Inception-v4, Inception-ResNet and the impact of residual
    connections on learning", 2016, figures 3 to 9.
    """

    _heads: ClassVar[tuple[str, ...]] = ("last_linear",)
    _smallest = 75

    def __init__(self, num_classes: int = 1000, dropout: float = 0.2) -> None:
        super().__init__()
        self.features = nn.Sequential(
            *_stem(),
            *(_block_a() for _ in range(4)),
            _reduction_a(),
            *(_block_b() for _ in range(7)),
            _reduction_b(),
            *(_BlockC() for _ in range(3)),
        )
        self.avgpool = nn.AdaptiveAvgPool2d((1, 1))
        self.dropout = nn.Dropout(dropout)
        self.last_linear = nn.Linear(1536, num_classes)

    def forward(self, x: Any) -> Tensor:
        """The scores of the classes, (N, num_classes)."""
        self._check(x)
        return self.last_linear(self.dropout(self.avgpool(self.features(x)).flatten(1)))


inception_v4 = named("inception_v4", "Inception-v4 (Szegedy et al., 2016)", 42_679_816, InceptionV4)
