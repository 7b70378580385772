"""AlexNet and ZFNet: five convolutions, three of them followed by pooling, and three linear layers."""

from __future__ import annotations

from typing import Any, ClassVar

from .. import nn
from ..tensor import Tensor
from .classifier import PictureClassifier
from .named import named

__all__ = ["AlexNet", "SingleTowerAlexNet", "ZFNet", "alexnet", "alexnet_single_tower", "zfnet"]


class _Tower(PictureClassifier):
    """What follows the convolutions in all three: means of 6 by 6 windows, and linear layers of 4096 units."""

    _heads: ClassVar[tuple[str, ...]] = ("classifier.6",)

    def __init__(self, features: nn.Sequential, num_classes: int, dropout: float) -> None:
        super().__init__()
        self.features = features
        self.avgpool = nn.AdaptiveAvgPool2d((6, 6))
        self.classifier = nn.Sequential(
            nn.Dropout(dropout),
            nn.Linear(256 * 6 * 6, 4096),
            nn.ReLU(),
            nn.Dropout(dropout),
            nn.Linear(4096, 4096),
            nn.ReLU(),
            nn.Linear(4096, num_classes),
        )

    def forward(self, x: Any) -> Tensor:
        """The scores of the classes, (N, num_classes)."""
        self._check(x)
        return self.classifier(self.avgpool(self.features(x)).flatten(1))


def _last_three(before: int, third: int, fourth: int) -> list[nn.Module]:
    """The third to the fifth convolution, and the pooling after them."""
    sizes = ((before, third), (third, fourth), (fourth, 256))
    pairs = [(nn.Conv2d(a, b, 3, padding=1), nn.ReLU()) for a, b in sizes]
    return [*(layer for pair in pairs for layer in pair), nn.MaxPool2d(3, 2)]


class AlexNet(_Tower):
    """AlexNet as torchvision has it, for pictures (N, 3, H, W), usually 224 by 224.

    It is the network of a later paper of Krizhevsky's, without normalization and with fewer channels;
    `SingleTowerAlexNet` has those of the first.

    Args:
        num_classes: how many classes there are.
        dropout: the probability with which an input of the first two linear layers is dropped in training.

    Raises:
        ValueError: when called, the pictures are smaller than 63 by 63 or have other channels than 3.

    Source: Krizhevsky, "One weird trick for parallelizing convolutional neural networks", 2014.
    """

    _smallest = 63

    def __init__(self, num_classes: int = 1000, dropout: float = 0.5) -> None:
        features = nn.Sequential(
            nn.Conv2d(3, 64, 11, 4, 2),
            nn.ReLU(),
            nn.MaxPool2d(3, 2),
            nn.Conv2d(64, 192, 5, padding=2),
            nn.ReLU(),
            nn.MaxPool2d(3, 2),
            *_last_three(192, 384, 256),
        )
        super().__init__(features, num_classes, dropout)


def _normalization() -> nn.Module:
    """The paper's: n = 5, alpha = 1e-4, beta = 0.75, k = 2. It adds up the squares; PyTorch takes their mean."""
    return nn.LocalResponseNorm(5, alpha=5e-4, beta=0.75, k=2.0)


class SingleTowerAlexNet(_Tower):
    """AlexNet of the paper, for pictures (N, 3, H, W), usually 227 by 227, in one tower: the paper has two, one on
    each GPU, most of whose convolutions see half of the channels each.

    Args:
        num_classes: how many classes there are.
        dropout: the probability with which an input of the first two linear layers is dropped in training.

    Raises:
        ValueError: when called, the pictures are smaller than 67 by 67 or have other channels than 3.

    Source: Krizhevsky, Sutskever and Hinton, "ImageNet classification with deep convolutional neural networks",
    2012.
    """

    _smallest = 67

    def __init__(self, num_classes: int = 1000, dropout: float = 0.5) -> None:
        features = nn.Sequential(
            nn.Conv2d(3, 96, 11, 4),
            nn.ReLU(),
            _normalization(),
            nn.MaxPool2d(3, 2),
            nn.Conv2d(96, 256, 5, padding=2),
            nn.ReLU(),
            _normalization(),
            nn.MaxPool2d(3, 2),
            *_last_three(256, 384, 384),
        )
        super().__init__(features, num_classes, dropout)


class ZFNet(_Tower):
    """The network of Zeiler and Fergus, for pictures (N, 3, H, W), usually 224 by 224: AlexNet in one tower, whose
    first convolutions take smaller steps, because of what the authors saw in it. The number of parameters follows
    from figure 3 of the paper.

    Args:
        num_classes: how many classes there are.
        dropout: the probability with which an input of the first two linear layers is dropped in training.

    Raises:
        ValueError: when called, the pictures are smaller than 63 by 63 or have other channels than 3.

    Source: Zeiler and Fergus, "Visualizing and understanding convolutional networks", 2013, figure 3.
    """

    _smallest = 63

    def __init__(self, num_classes: int = 1000, dropout: float = 0.5) -> None:
        features = nn.Sequential(
            nn.Conv2d(3, 96, 7, 2, 1),
            nn.ReLU(),
            nn.MaxPool2d(3, 2, ceil_mode=True),
            _normalization(),
            nn.Conv2d(96, 256, 5, 2),
            nn.ReLU(),
            nn.MaxPool2d(3, 2, ceil_mode=True),
            _normalization(),
            *_last_three(256, 384, 384),
        )
        super().__init__(features, num_classes, dropout)


alexnet = named("alexnet", "AlexNet of torchvision (Krizhevsky, 2014)", 61_100_840, AlexNet)
alexnet_single_tower = named(
    "alexnet_single_tower", "AlexNet in one tower (Krizhevsky et al., 2012)", 62_378_344, SingleTowerAlexNet
)
zfnet = named("zfnet", "ZFNet (Zeiler and Fergus, 2013)", 62_357_608, ZFNet)
