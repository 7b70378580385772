"""MobileNetV2: blocks that widen the channels, convolve each by itself, and narrow them again."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Any, ClassVar

from .. import nn
from ..tensor import Tensor
from .blocks import Conv2dNormActivation, MakeModule, start_by_he
from .classifier import PictureClassifier
from .named import named

__all__ = ["InvertedResidual", "MobileNetV2", "mobilenet_v2"]


class InvertedResidual(nn.Module):
    """A 1x1 convolution to more channels, a depthwise 3x3 one, and a 1x1 one to few channels, which are not cut off
    below 0. The input is added where its shape is the result's.

    Args:
        inp: the channels of the input.
        oup: the channels of the result.
        stride: 1 or 2.
        expand_ratio: how many times more channels there are in between.
        norm_layer: makes a normalization, given the channels; by default `nn.BatchNorm2d`.

    Raises:
        ValueError: the stride is neither 1 nor 2.
    """

    def __init__(
        self, inp: int, oup: int, stride: int, expand_ratio: float, norm_layer: MakeModule | None = None
    ) -> None:
        super().__init__()
        if stride not in (1, 2):
            raise ValueError(f"InvertedResidual: stride must be 1 or 2, not {stride}")
        normalization = norm_layer or nn.BatchNorm2d
        block = partial(Conv2dNormActivation, norm_layer=normalization, activation_layer=nn.ReLU6)
        hidden = round(inp * expand_ratio)
        self.stride, self.out_channels = stride, oup
        self.use_res_connect = stride == 1 and inp == oup
        widen = [block(inp, hidden, kernel_size=1)] if expand_ratio != 1 else []
        self.conv = nn.Sequential(
            *widen,
            block(hidden, hidden, stride=stride, groups=hidden),
            nn.Conv2d(hidden, oup, 1, bias=False),
            normalization(oup),
        )

    def forward(self, x: Any) -> Tensor:
        """What the convolutions give, plus the input where it fits."""
        return x + self.conv(x) if self.use_res_connect else self.conv(x)


_STAGES = (
    (1, 16, 1, 1),
    (6, 24, 2, 2),
    (6, 32, 3, 2),
    (6, 64, 4, 2),
    (6, 96, 3, 1),
    (6, 160, 3, 2),
    (6, 320, 1, 1),
)
"""The paper's table 2: how many times wider in between, channels, how many blocks, the stride of the first."""


class MobileNetV2(PictureClassifier):
    """MobileNetV2, for pictures (N, 3, H, W), usually 224 by 224.

    Args:
        num_classes: how many classes there are.
        width_mult: how many times the usual number of channels each layer has.
        inverted_residual_setting: for each stage four numbers: the `expand_ratio` of its blocks, their channels,
            how many they are, and the stride of the first; by default those of the paper.
        round_nearest: the channels are a multiple of this.
        block: makes a block; by default `InvertedResidual`.
        norm_layer: makes a normalization, given the channels; by default `nn.BatchNorm2d`.
        dropout: the probability with which an input of the last layer is dropped in training.

    Raises:
        ValueError: a stage has not four numbers; when called, the pictures have other channels than 3.

    Example:
        >>> model = MobileNetV2(num_classes=10, width_mult=0.25)
        >>> model(zeros(2, 3, 32, 32)).shape
        (2, 10)

    Source: Sandler et al., "MobileNetV2: inverted residuals and linear bottlenecks", 2018.
    """

    _heads: ClassVar[tuple[str, ...]] = ("classifier.1",)

    def __init__(
        self,
        num_classes: int = 1000,
        width_mult: float = 1.0,
        inverted_residual_setting: Sequence[Sequence[int]] | None = None,
        round_nearest: int = 8,
        block: MakeModule | None = None,
        norm_layer: MakeModule | None = None,
        dropout: float = 0.2,
    ) -> None:
        super().__init__()
        stages = _STAGES if inverted_residual_setting is None else inverted_residual_setting
        if not stages or any(len(stage) != 4 for stage in stages):
            raise ValueError(f"MobileNetV2: inverted_residual_setting must be lists of four numbers, not {stages}")
        normalization = norm_layer or nn.BatchNorm2d
        make_block = block or InvertedResidual
        convolution = partial(Conv2dNormActivation, norm_layer=normalization, activation_layer=nn.ReLU6)
        channels = _rounded(32 * width_mult, round_nearest)
        features: list[nn.Module] = [convolution(3, channels, stride=2)]
        for expand_ratio, wanted, count, stride in stages:
            for i in range(count):
                before, channels = channels, _rounded(wanted * width_mult, round_nearest)
                features.append(
                    make_block(
                        before, channels, 1 if i else stride, expand_ratio=expand_ratio, norm_layer=normalization
                    )
                )
        self.last_channel = _rounded(1280 * max(1.0, width_mult), round_nearest)
        features.append(convolution(channels, self.last_channel, kernel_size=1))
        self.features = nn.Sequential(*features)
        self.avgpool = nn.AdaptiveAvgPool2d((1, 1))
        self.classifier = nn.Sequential(nn.Dropout(dropout), nn.Linear(self.last_channel, num_classes))
        start_by_he(self, linear_std=0.01)

    def forward(self, x: Any) -> Tensor:
        """The scores of the classes, (N, num_classes)."""
        self._check(x)
        return self.classifier(self.avgpool(self.features(x)).flatten(1))


def _rounded(channels: float, multiple: int) -> int:
    """The nearest multiple, but none that is more than a tenth smaller."""
    nearest = max(multiple, int(channels + multiple / 2) // multiple * multiple)
    return nearest if nearest >= 0.9 * channels else nearest + multiple


mobilenet_v2 = named("mobilenet_v2", "MobileNetV2 (Sandler et al., 2018)", 3_504_872, MobileNetV2)
