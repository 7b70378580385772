"""VGG: 3x3 convolutions, of which there are more in each version, and three linear layers; torchvision's names."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar

from .. import nn
from ..tensor import Tensor
from .blocks import start_by_he
from .classifier import PictureClassifier
from .named import named

__all__ = ["VGG", "vgg11", "vgg11_bn", "vgg13", "vgg13_bn", "vgg16", "vgg16_bn", "vgg19", "vgg19_bn"]

_POOL = "M"


def _stages(*convolutions: int) -> tuple[int | str, ...]:
    """The channels of the convolutions, so many in each of the five stages, and a pooling after each stage."""
    items: list[int | str] = []
    for channels, count in zip((64, 128, 256, 512, 512), convolutions, strict=True):
        items += [*[channels] * count, _POOL]
    return tuple(items)


class VGG(PictureClassifier):
    """Convolutions of 3x3 in five stages, each of half the size, and three linear layers; for pictures
    (N, 3, H, W), usually 224 by 224.

    Args:
        features: the module before the linear layers, which gives 512 channels; or the channels of its
            convolutions, with "M" for each max pooling.
        num_classes: how many classes there are.
        init_weights: draw initial values as torchvision does, and not as each layer does by itself.
        dropout: the probability with which an input of the last two linear layers is dropped in training.
        batch_norm: normalize after each convolution; for `features` given as channels.

    Raises:
        ValueError: when called, the pictures are smaller than 32 by 32 or have other channels than 3.

    Example:
        >>> model = nn.utils.skip_init(VGG, [64, "M", 512, "M"], num_classes=10)
        >>> [type(layer).__name__ for layer in model.features]
        ['Conv2d', 'ReLU', 'MaxPool2d', 'Conv2d', 'ReLU', 'MaxPool2d']

    Source: Simonyan and Zisserman, "Very deep convolutional networks for large-scale image recognition", 2014.
    """

    _heads: ClassVar[tuple[str, ...]] = ("classifier.6",)

    def __init__(
        self,
        features: nn.Module | Sequence[int | str],
        num_classes: int = 1000,
        init_weights: bool = True,
        dropout: float = 0.5,
        batch_norm: bool = False,
    ) -> None:
        super().__init__()
        if not isinstance(features, nn.Module):
            self._smallest = 2 ** [*features].count(_POOL)
            features = _features(features, batch_norm)
        self.features = features
        self.avgpool = nn.AdaptiveAvgPool2d((7, 7))
        self.classifier = nn.Sequential(
            nn.Linear(512 * 7 * 7, 4096),
            nn.ReLU(),
            nn.Dropout(dropout),
            nn.Linear(4096, 4096),
            nn.ReLU(),
            nn.Dropout(dropout),
            nn.Linear(4096, num_classes),
        )
        if init_weights:
            start_by_he(self, linear_std=0.01)

    def forward(self, x: Any) -> Tensor:
        """The scores of the classes, (N, num_classes)."""
        self._check(x)
        return self.classifier(self.avgpool(self.features(x)).flatten(1))


def _features(channels: Sequence[int | str], batch_norm: bool) -> nn.Sequential:
    layers: list[nn.Module] = []
    before = 3
    for item in channels:
        if isinstance(item, str):
            layers.append(nn.MaxPool2d(2))
            continue
        layers.append(nn.Conv2d(before, item, 3, padding=1))
        layers += [nn.BatchNorm2d(item)] * batch_norm
        layers.append(nn.ReLU())
        before = item
    return nn.Sequential(*layers)


_A, _B, _D, _E = _stages(1, 1, 2, 2, 2), _stages(2, 2, 2, 2, 2), _stages(2, 2, 3, 3, 3), _stages(2, 2, 4, 4, 4)
_BY = "(Simonyan and Zisserman, 2014)"
_NORMALIZED = f"with batch normalization {_BY}"

vgg11 = named("vgg11", f"VGG-11, configuration A {_BY}", 132_863_336, VGG, _A)
vgg13 = named("vgg13", f"VGG-13, configuration B {_BY}", 133_047_848, VGG, _B)
vgg16 = named("vgg16", f"VGG-16, configuration D {_BY}", 138_357_544, VGG, _D)
vgg19 = named("vgg19", f"VGG-19, configuration E {_BY}", 143_667_240, VGG, _E)
vgg11_bn = named("vgg11_bn", f"VGG-11 {_NORMALIZED}", 132_868_840, VGG, _A, batch_norm=True)
vgg13_bn = named("vgg13_bn", f"VGG-13 {_NORMALIZED}", 133_053_736, VGG, _B, batch_norm=True)
vgg16_bn = named("vgg16_bn", f"VGG-16 {_NORMALIZED}", 138_365_992, VGG, _D, batch_norm=True)
vgg19_bn = named("vgg19_bn", f"VGG-19 {_NORMALIZED}", 143_678_248, VGG, _E, batch_norm=True)
