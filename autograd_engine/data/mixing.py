"""Targets between classes, for whole batches: smoothed labels, and mixtures of samples.

Use them in the training loop, or while collating: `collate_fn=lambda samples: mix(*default_collate(samples))`.
`nn.CrossEntropyLoss` takes the probabilities that they give.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from ..backend.arrays import default_dtype, is_floating
from ..backend.random import resolve
from ..ops.gather import index_select
from ..tensor import Tensor
from ..tensor.creation import from_numpy

__all__ = ["LabelSmoothing", "MixUp", "one_hot"]


def one_hot(target: Tensor, num_classes: int | None) -> Tensor:
    """Probabilities (N, K), 1 for the class of each sample; probabilities stay what they are.

    Raises:
        ValueError: a class is out of range, or the number of classes is not known.
    """
    if is_floating(target.dtype) and target.ndim == 2:
        return target
    if num_classes is None:
        raise ValueError("num_classes is needed to turn classes into probabilities")
    classes = target.array
    if target.ndim != 1 or is_floating(target.dtype):
        raise ValueError(
            f"targets are classes (N,) or probabilities (N, K), not {target.dtype} of shape {tuple(target.shape)}"
        )
    if classes.size and not 0 <= classes.min() <= classes.max() < num_classes:
        raise ValueError(
            f"the classes run from {classes.min()} to {classes.max()}, but num_classes is {num_classes}"
        )
    return from_numpy(np.eye(num_classes, dtype=default_dtype())[classes])


@dataclass
class LabelSmoothing:
    """The targets (1 - smoothing) y + smoothing / K instead of y, K being the number of classes.

    Source: C. Szegedy et al., Rethinking the Inception Architecture for Computer Vision, CVPR 2016, section 7.

    Args:
        num_classes: K, if the targets are classes.
        smoothing: from 0 to 1.

    Example:
        >>> LabelSmoothing(2, 0.2)(None, tensor([1]))[1]
        tensor([[0.1000, 0.9000]])
    """

    num_classes: int | None = None
    smoothing: float = 0.1

    def __post_init__(self) -> None:
        if not 0 <= self.smoothing <= 1:
            raise ValueError(f"smoothing must lie between 0 and 1, not {self.smoothing}")

    def __call__(self, input: Any, target: Tensor) -> tuple[Any, Tensor]:
        """The input as it is, and probabilities (N, K)."""
        y = one_hot(target, self.num_classes)
        return input, y * (1 - self.smoothing) + self.smoothing / y.shape[1]


@dataclass
class MixUp:
    """Every sample mixed with another one of the batch, the targets likewise: r x + (1 - r) x'.

    r is drawn from Beta(alpha, alpha) once per batch, and the pairs at random. Source: H. Zhang, M. Cisse, Y. N.
    Dauphin and D. Lopez-Paz, mixup: Beyond Empirical Risk Minimization, ICLR 2018.

    Args:
        alpha: the larger, the more the samples are mixed.
        num_classes: how many, if the targets are classes.
    """

    alpha: float = 1.0
    num_classes: int | None = None

    def __post_init__(self) -> None:
        if not self.alpha > 0:
            raise ValueError(f"alpha must be positive, not {self.alpha}")

    def __call__(self, input: Tensor, target: Tensor) -> tuple[Tensor, Tensor]:
        """The mixed inputs, and probabilities (N, K)."""
        y = one_hot(target, self.num_classes)
        if len(input) != len(y):
            raise ValueError(f"MixUp: {len(input)} samples and {len(y)} targets")
        stream = resolve(None)
        share = float(stream.beta(self.alpha, self.alpha))
        other = from_numpy(stream.permutation(len(y)))
        mixed, probabilities = (t * share + index_select(t, 0, other) * (1 - share) for t in (input, y))
        return mixed, probabilities
