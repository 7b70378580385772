"""The multilayer perceptron."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import pairwise

from .. import nn

__all__ = ["MLP"]


class MLP(nn.Sequential):
    """Linear layers with an activation between them: `MLP([64, 128, 10])` maps 64 inputs to 10 outputs.

    Args:
        sizes: of the input, of each hidden layer, and of the output.
        activation: makes the module that follows each hidden layer.
        dropout: the probability with which each hidden unit is dropped in training.

    Raises:
        ValueError: fewer than two sizes.

    Example:
        >>> MLP([64, 128, 10])
        MLP(
          (0): Linear(in_features=64, out_features=128, bias=True)
          (1): ReLU()
          (2): Linear(in_features=128, out_features=10, bias=True)
        )
    """

    def __init__(
        self, sizes: Sequence[int], activation: Callable[[], nn.Module] = nn.ReLU, dropout: float = 0.0
    ) -> None:
        if len(sizes) < 2:
            raise ValueError(f"an MLP needs at least the sizes of its input and output, got {list(sizes)}")
        super().__init__(nn.Linear(sizes[0], sizes[1]))
        for inputs, outputs in pairwise(sizes[1:]):
            dropped = [nn.Dropout(dropout)] if dropout else []
            self.extend([activation(), *dropped, nn.Linear(inputs, outputs)])
