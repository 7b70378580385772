"""LeNet-5: two convolutions with pooling, and three linear layers, made for handwritten digits."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, ClassVar

from .. import nn
from ..tensor import Tensor
from .classifier import PictureClassifier
from .named import named

__all__ = ["LeNet5", "lenet5"]


class LeNet5(PictureClassifier):
    """LeNet-5 for pictures (N, in_channels, 32, 32), such as handwritten digits.

    The layers in the paper's words: C1 has 6 filters of 5x5, which are 156 parameters; S2 halves the picture; C3
    has 16 filters of 5x5; S4 halves again; C5, F6 and the output have 120, 84 and num_classes units. Two things
    differ from the paper: each filter of C3 looks at all 6 maps and not at some of them, and the outputs are scores
    for `cross_entropy` and not distances to drawn characters.

    Args:
        num_classes: how many classes there are.
        in_channels: 1 for gray pictures, 3 for colored ones.
        activation: makes the module after each layer but the last; the paper has `nn.Tanh`.
        pooling: makes the pooling, given the size of a window; the paper has `nn.AvgPool2d` with a learned factor.

    Raises:
        ValueError: the pictures have other sizes than 32 to 35 pixels, or other channels.

    Example:
        >>> model = LeNet5()
        >>> model(zeros(2, 1, 32, 32)).shape, model.conv1.weight.numel() + model.conv1.bias.numel()
        ((2, 10), 156)

    Source: LeCun, Bottou, Bengio and Haffner, "Gradient-based learning applied to document recognition", 1998.
    """

    _heads: ClassVar[tuple[str, ...]] = ("fc3",)
    _smallest, _largest = 32, 35

    def __init__(
        self,
        num_classes: int = 10,
        in_channels: int = 1,
        activation: Callable[[], nn.Module] = nn.ReLU,
        pooling: Callable[[int], nn.Module] = nn.MaxPool2d,
    ) -> None:
        super().__init__()
        self._channels = in_channels
        self.conv1 = nn.Conv2d(in_channels, 6, 5)
        self.conv2 = nn.Conv2d(6, 16, 5)
        self.fc1 = nn.Linear(16 * 5 * 5, 120)
        self.fc2 = nn.Linear(120, 84)
        self.fc3 = nn.Linear(84, num_classes)
        self.activation = activation()
        self.pool = pooling(2)

    def forward(self, x: Any) -> Tensor:
        """The scores of the classes, (N, num_classes)."""
        self._check(x)
        x = self.pool(self.activation(self.conv1(x)))
        x = self.pool(self.activation(self.conv2(x)))
        x = self.activation(self.fc1(x.flatten(1)))
        x = self.activation(self.fc2(x))
        return self.fc3(x)


lenet5 = named("lenet5", "LeNet-5 (LeCun et al., 1998)", 61_706, LeNet5)
