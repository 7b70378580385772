"""Transforms that make a model's input of a picture, and transforms made of functions or of other transforms."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from ...backend.arrays import default_dtype
from ...tensor import Tensor
from ...tensor.creation import from_numpy
from .picture import Pixels, Transform, pixels

__all__ = ["Compose", "Lambda", "Normalize", "ToTensor"]


@dataclass
class Compose:
    """Applies several transforms, one after the other.

    Example:
        >>> both = Compose([Lambda(lambda x: x + 1), Lambda(lambda x: x * 2)])
        >>> both(tensor(3))
        tensor(8)
    """

    transforms: Sequence[Callable[[Any], Any]]

    def __call__(self, picture: Any) -> Any:
        """The result of the last transform."""
        for transform in self.transforms:
            picture = transform(picture)
        return picture


@dataclass
class Lambda:
    """Applies any function. For a `DataLoader` whose worker processes are not forked, it must be a named function
    of a module: a lambda cannot be pickled.

    Raises:
        TypeError: not a function.
    """

    lambd: Callable[[Any], Any]

    def __post_init__(self) -> None:
        if not callable(self.lambd):
            raise TypeError(f"Lambda takes a function, not a {type(self.lambd).__name__}")

    def __call__(self, picture: Any) -> Any:
        """What the function returns."""
        return self.lambd(picture)


@dataclass
class ToTensor:
    """Turns a picture into a tensor (C, H, W) of floating-point numbers; bytes from 0 to 255 become 0 to 1.

    It takes a Pillow picture, an array (H, W) or (H, W, C), or a tensor (C, H, W). Bytes (uint8) and other integers
    get the default dtype, but only bytes are divided by 255. Floating-point numbers stay as they are.

    Raises:
        TypeError: something that is no picture.

    Example:
        >>> ToTensor()(np.array([[0, 51], [102, 255]], np.uint8))
        tensor([[[0.0000, 0.2000],
                 [0.4000, 1.0000]]])
    """

    def __call__(self, picture: Any) -> Tensor:
        """The tensor of a picture."""
        x = picture.array if isinstance(picture, Tensor) else pixels(picture)
        if x.dtype == np.uint8:
            return from_numpy(x.astype(default_dtype()) / 255)
        return from_numpy(x if x.dtype.kind == "f" else x.astype(default_dtype()))


@dataclass
class Normalize(Transform):
    """Computes (x - mean) / std, channel by channel.

    Args:
        mean, std: one number for each channel, or one for all.
        inplace: write into the picture that is given.

    Raises:
        TypeError: when called: the picture holds integers.
        ValueError: a standard deviation is not positive, or there are fewer of them than means. When called: the
            picture has another number of channels.

    Example:
        >>> Normalize([0.5], [0.25])(ones(1, 1, 2))
        tensor([[[2., 2.]]])
    """

    mean: Sequence[float]
    std: Sequence[float]
    inplace: bool = False

    def __post_init__(self) -> None:
        if len(self.mean) != len(self.std):
            raise ValueError(f"Normalize: {len(self.mean)} means and {len(self.std)} standard deviations")
        if not all(s > 0 for s in self.std):
            raise ValueError(f"Normalize: standard deviations must be positive, not {list(self.std)}")

    def apply(self, x: Any) -> Pixels:
        """The transformed array."""
        if x.dtype.kind != "f":
            raise TypeError(f"Normalize takes real numbers, not {x.dtype}: put ToTensor() before it")
        if len(self.mean) not in (1, x.shape[-3]):
            raise ValueError(f"Normalize: {len(self.mean)} means for a picture of shape {x.shape}")
        mean, std = (np.array(v, x.dtype).reshape(-1, 1, 1) for v in (self.mean, self.std))
        result = np.subtract(x, mean, out=x if self.inplace else None)
        result /= std
        return result
