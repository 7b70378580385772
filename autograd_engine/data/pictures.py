"""A set of pictures with their classes, in memory, and what happens to both on their way out."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from ..tensor import Tensor
from .dataset import Dataset

__all__ = ["PictureSet"]


class PictureSet(Dataset[tuple[Any, Any]]):
    """Samples (picture, class): a tensor of integers, (C, H, W), and a Python int.

    Args:
        data: all pictures, (N, C, H, W), or (N, H, W) for a single channel.
        targets: all classes, (N,).
        classes: their names.
        transform, target_transform: functions of the picture and of the class.
    """

    def __init__(
        self,
        data: Tensor,
        targets: Tensor,
        classes: Sequence[str],
        transform: Callable[[Any], Any] | None = None,
        target_transform: Callable[[Any], Any] | None = None,
    ) -> None:
        self.data = data
        self.targets = targets
        self.classes = list(classes)
        self.class_to_idx = {name: i for i, name in enumerate(classes)}
        self.transform = transform
        self.target_transform = target_transform

    def __len__(self) -> int:
        return len(self.targets)

    def __getitem__(self, index: int) -> tuple[Any, Any]:
        picture: Any = self.data[index]
        if picture.ndim == 2:
            picture = picture[None]
        target: Any = int(self.targets.array[index])
        if self.transform is not None:
            picture = self.transform(picture)
        if self.target_transform is not None:
            target = self.target_transform(target)
        return picture, target
