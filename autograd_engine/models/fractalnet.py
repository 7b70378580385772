"""FractalNet: a block is one convolution beside two blocks of the next smaller kind; they meet in a mean.

Nothing is passed on unchanged, as residual networks do it; deep as it is, it trains because short ways lead through
it too. Drop-path leaves ways out in training, so that no column relies on another.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from .. import nn
from ..backend.random import resolve
from ..tensor import Tensor
from .classifier import PictureClassifier
from .named import named

__all__ = ["FractalNet", "fractalnet20", "fractalnet40"]


def _convolution(before: int, channels: int, dropout: float) -> nn.Sequential:
    return nn.Sequential(
        nn.Conv2d(before, channels, 3, padding=1, bias=False),
        nn.Dropout(dropout),
        nn.BatchNorm2d(channels),
        nn.ReLU(),
    )


class _Fractal(nn.Module):
    """f_C: one convolution beside f_(C-1) twice in a row; f_1 is one convolution alone.

    It gives the results of its columns, from the shortest to the deepest. Who asks takes their mean.
    """

    def __init__(self, columns: int, before: int, channels: int, dropout: float, drop_path: float) -> None:
        super().__init__()
        self.drop_path = drop_path
        self.conv = _convolution(before, channels, dropout)
        deeper = columns > 1
        self.first = _Fractal(columns - 1, before, channels, dropout, drop_path) if deeper else None
        self.second = _Fractal(columns - 1, channels, channels, dropout, drop_path) if deeper else None

    def columns(self, x: Any) -> list[Tensor]:
        """The result of each column."""
        if self.first is None or self.second is None:
            return [self.conv(x)]
        return [self.conv(x), *self.second.columns(self.first(x))]

    def column(self, x: Any, number: int) -> Tensor:
        """The result of one column alone."""
        if number == 0 or self.first is None or self.second is None:
            return self.conv(x)
        return self.second.column(self.first.column(x, number - 1), number - 1)

    def forward(self, x: Any) -> Tensor:
        """The mean of the columns; in training of those that are not dropped, at least one."""
        results = self.columns(x)
        if self.training and self.drop_path:
            stream = resolve(None)
            kept = [r for r in results if stream.random() >= self.drop_path]
            results = kept or [results[int(stream.integers(len(results)))]]
        total = results[0]
        for result in results[1:]:
            total = total + result
        return total / len(results)


class FractalNet(PictureClassifier):
    """A fractal network for small pictures, (N, 3, H, W), usually 32 by 32: blocks, each followed by a max pooling
    that halves the picture, and a linear layer.

    With C columns and B blocks the deepest way has B 2^(C-1) convolutions, each with batch normalization.

    Drop-path: in training, half of the calls take a single column, drawn at random, through all blocks; in the
    others each mean leaves out each of its inputs with probability `drop_path`, but not all of them. In evaluation
    all columns count.

    Args:
        columns: C.
        channels: those of each block.
        num_classes: how many classes there are.
        drop_path: the probability with which a mean leaves out an input; 0 turns both kinds of drop-path off.
        dropout: for each block, the probability with which what a convolution gives is dropped in training.

    Raises:
        ValueError: fewer than one column, or not as many numbers in `dropout` as in `channels`; when called, the
            pictures are smaller than 2^B by 2^B or have other channels than 3.

    Example:
        >>> model = FractalNet(columns=2, channels=(4, 8), num_classes=5, dropout=(0, 0.1))
        >>> model(zeros(2, 3, 8, 8)).shape
        (2, 5)

    Source: Larsson, Maire and Shakhnarovich, "FractalNet: ultra-deep neural networks without residuals", 2017.
    """

    def __init__(
        self,
        columns: int = 3,
        channels: Sequence[int] = (64, 128, 256, 512, 512),
        num_classes: int = 10,
        drop_path: float = 0.15,
        dropout: Sequence[float] = (0.0, 0.1, 0.2, 0.3, 0.4),
    ) -> None:
        super().__init__()
        if columns < 1:
            raise ValueError(f"FractalNet: columns must be at least 1, not {columns}")
        if len(channels) != len(dropout):
            raise ValueError(
                f"FractalNet: {len(channels)} blocks need as many numbers in dropout, which has {len(dropout)}"
            )
        self._smallest = 2 ** len(channels)
        self.number_of_columns, self.drop_path = columns, drop_path
        befores = (3, *channels[:-1])
        self.blocks = nn.ModuleList(
            _Fractal(columns, before, after, p, drop_path)
            for before, after, p in zip(befores, channels, dropout, strict=True)
        )
        self.pool = nn.MaxPool2d(2)
        self.avgpool = nn.AdaptiveAvgPool2d((1, 1))
        self.fc = nn.Linear(channels[-1], num_classes)

    def forward(self, x: Any) -> Tensor:
        """The scores of the classes, (N, num_classes)."""
        self._check(x)
        column = None
        if self.training and self.drop_path:
            stream = resolve(None)
            column = int(stream.integers(self.number_of_columns)) if stream.random() < 0.5 else None
        for block in self.blocks:
            x = self.pool(block(x) if column is None else block.column(x, column))
        return self.fc(self.avgpool(x).flatten(1))


fractalnet20 = named("fractalnet20", "FractalNet with 20 layers (Larsson et al., 2017)", 33_724_618, FractalNet, 3)
fractalnet40 = named(
    "fractalnet40", "FractalNet with 40 layers and a quarter of the channels (Larsson et al., 2017)", 4_767_210,
    FractalNet, 4, (16, 32, 64, 128, 128),
)  # fmt: skip
