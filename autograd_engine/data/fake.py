"""FakeData: pictures of noise, for a program whose real ones are not at hand."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from ..tensor.creation import from_numpy
from .pictures import TransformedPictures

__all__ = ["FakeData"]


class FakeData(TransformedPictures):
    """Random pictures with random classes; each is the same whenever it is asked for.

    Args:
        size: how many.
        image_size: (C, H, W) of a picture.
        num_classes: how many classes.
        transform: applied to the picture of a sample, a tensor of integers from 0 to 255.
        target_transform: applied to the class of a sample.
        random_offset: other pictures for another number.

    Example:
        >>> picture, target = FakeData(10, (1, 4, 4), 3)[7]
        >>> picture.shape, picture.dtype, target in range(3)
        ((1, 4, 4), uint8, True)
    """

    def __init__(
        self,
        size: int = 1000,
        image_size: tuple[int, int, int] = (3, 224, 224),
        num_classes: int = 10,
        transform: Callable[[Any], Any] | None = None,
        target_transform: Callable[[Any], Any] | None = None,
        random_offset: int = 0,
    ) -> None:
        super().__init__(transform, target_transform)
        self.size, self.num_classes, self.image_size = size, num_classes, image_size
        self.random_offset = random_offset

    def __len__(self) -> int:
        return self.size

    def __getitem__(self, index: int) -> tuple[Any, Any]:
        if not 0 <= index < self.size:
            raise IndexError(f"FakeData: no sample {index} among {self.size}")
        drawn = np.random.default_rng((self.random_offset, int(index)))
        picture = from_numpy(drawn.integers(0, 256, self.image_size, np.uint8))
        return self.transformed(picture, int(drawn.integers(self.num_classes)))
