"""Soft targets: probabilities of classes instead of classes, by label smoothing or by mixing samples.

Both functions take a batch (input, target). Call them in the training loop, or in the loader:
`collate_fn=lambda samples: mix(*default_collate(samples))`. `nn.CrossEntropyLoss` takes the targets that they
return.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeVar

import numpy as np

from ..backend.arrays import default_dtype, is_floating
from ..backend.random import resolve
from ..ops.gather import index_select
from ..tensor import Tensor
from ..tensor.creation import from_numpy

T = TypeVar("T")


def one_hot(target: Tensor, num_classes: int | None) -> Tensor:
    """Probabilities (N, K) of classes (N,): 1 for the class of the sample, 0 elsewhere. Probabilities stay
    unchanged.

    Raises:
        ValueError: a class is not below `num_classes`, or `num_classes` is None, or the target has another shape.
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
    """Replaces the targets y by (1 - smoothing) y + smoothing / K, where K is the number of classes.

    Source: C. Szegedy et al., Rethinking the Inception Architecture for Computer Vision, CVPR 2016, section 7.

    Args:
        num_classes: K; may be None if the targets are probabilities.
        smoothing: from 0 to 1.

    Raises:
        ValueError: `smoothing` is out of range; when called, see `MixUp`.

    Example:
        >>> LabelSmoothing(2, 0.2)(None, tensor([1]))[1]
        tensor([[0.1000, 0.9000]])
    """

    num_classes: int | None = None
    smoothing: float = 0.1

    def __post_init__(self) -> None:
        if not 0 <= self.smoothing <= 1:
            raise ValueError(f"smoothing must lie between 0 and 1, not {self.smoothing}")

    def __call__(self, input: T, target: Tensor) -> tuple[T, Tensor]:
        """The unchanged input, and the new targets (N, K)."""
        y = one_hot(target, self.num_classes)
        return input, y * (1 - self.smoothing) + self.smoothing / y.shape[1]


@dataclass
class MixUp:
    """Replaces every sample x of a batch by r x + (1 - r) x', where x' is another sample, and the targets likewise.

    r is drawn from Beta(alpha, alpha) once per batch, and x' by a random permutation of the batch. Source: H.
    Zhang, M. Cisse, Y. N. Dauphin and D. Lopez-Paz, mixup: Beyond Empirical Risk Minimization, ICLR 2018.

    Args:
        alpha: positive; the larger, the more evenly two samples are mixed.
        num_classes: the number of classes K; may be None if the targets are probabilities.

    Raises:
        ValueError: `alpha` is not positive. When called: a class is out of range, the target is neither classes
            (N,) nor probabilities (N, K), or it has another length than the input.

    Example:
        >>> x, y = MixUp(alpha=1.0, num_classes=2)(tensor([[0.0], [1.0]]), tensor([0, 1]))
        >>> (x[:, 0] == y[:, 1]).all().item()
        True
    """

    alpha: float = 1.0
    num_classes: int | None = None

    def __post_init__(self) -> None:
        if not self.alpha > 0:
            raise ValueError(f"alpha must be positive, not {self.alpha}")

    def __call__(self, input: Tensor, target: Tensor) -> tuple[Tensor, Tensor]:
        """The mixed inputs, and the mixed targets (N, K)."""
        y = one_hot(target, self.num_classes)
        if len(input) != len(y):
            raise ValueError(f"MixUp: {len(input)} samples and {len(y)} targets")
        rng = resolve(None)
        share = float(rng.beta(self.alpha, self.alpha))
        other = from_numpy(rng.permutation(len(y)))
        mixed, probabilities = (t * share + index_select(t, 0, other) * (1 - share) for t in (input, y))
        return mixed, probabilities
