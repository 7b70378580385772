"""Data sets of pictures with classes: transforms of both, and sets that lie in memory."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from ..tensor import Tensor
from .dataset import Dataset


class TransformedPictures(Dataset[tuple[Any, Any]]):
    """Samples (picture, class), both transformed on their way out. A subclass reads them and calls `transformed`.

    Args:
        transform: applied to the picture of a sample.
        target_transform: applied to the class of a sample.
    """

    def __init__(
        self, transform: Callable[[Any], Any] | None = None, target_transform: Callable[[Any], Any] | None = None
    ) -> None:
        self.transform = transform
        self.target_transform = target_transform

    def transformed(self, picture: Any, target: Any) -> tuple[Any, Any]:
        """The sample made of this picture and this class."""
        if self.transform is not None:
            picture = self.transform(picture)
        if self.target_transform is not None:
            target = self.target_transform(target)
        return picture, target


class PictureSet(TransformedPictures):
    """Pictures in memory. A sample is a tensor of integers, (C, H, W), and a Python int.

    Args:
        data: all pictures, (N, C, H, W), or (N, H, W) if they have one channel.
        targets: all classes, (N,).
        classes: the names of the classes.
        transform: applied to the picture of a sample.
        target_transform: applied to the class of a sample.
    """

    def __init__(
        self,
        data: Tensor,
        targets: Tensor,
        classes: Sequence[str],
        transform: Callable[[Any], Any] | None = None,
        target_transform: Callable[[Any], Any] | None = None,
    ) -> None:
        super().__init__(transform, target_transform)
        self.data = data
        self.targets = targets
        self.classes = list(classes)
        self.class_to_idx = {name: i for i, name in enumerate(classes)}

    def __len__(self) -> int:
        return len(self.targets)

    def __getitem__(self, index: int) -> tuple[Any, Any]:
        picture: Any = self.data[index]
        if picture.ndim == 2:
            picture = picture[None]
        return self.transformed(picture, int(self.targets.array[index]))
