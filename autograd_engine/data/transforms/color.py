"""What values the pixels of a picture take: colors, noise, and parts overwritten."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from ...backend.random import resolve
from ...engine.graph import raw
from .picture import Pair, Transform, as_before, as_pair, as_unit, check_chance

__all__ = ["ColorJitter", "GaussianNoise", "PCANoise", "RandomErasing"]

_LUMA = (0.2989, 0.587, 0.114)


def _gray(x: Any) -> Any:
    """The brightness of each pixel, (..., 1, H, W)."""
    if x.shape[-3] == 1:
        return x
    return np.tensordot(np.array(_LUMA, x.dtype), x, (0, -3))[np.newaxis]


@dataclass
class ColorJitter(Transform):
    """Brightness, contrast, saturation and hue changed at random, in random order.

    Args:
        brightness, contrast, saturation: a factor from [max(0, 1 - value), 1 + value], or from (low, high). 0
            stands for black, a uniform gray, and no color; 1 for the picture as it is.
        hue: a turn of the color wheel from [-value, value] or (low, high), at most half a turn: 0.5.

    Raises:
        ValueError: a value is out of range, or the picture has neither 1 nor 3 channels or is normalized.
    """

    brightness: float | Pair = 0
    contrast: float | Pair = 0
    saturation: float | Pair = 0
    hue: float | Pair = 0

    def __post_init__(self) -> None:
        self._ranges = {}
        for name in ("brightness", "contrast", "saturation", "hue"):
            value = getattr(self, name)
            middle, lowest, highest = (0, -0.5, 0.5) if name == "hue" else (1, 0, math.inf)
            if isinstance(value, (int, float)):
                low, high = middle - value, middle + value
                low = low if name == "hue" else max(0, low)
            else:
                low, high = as_pair(name, value)
            if not lowest <= low <= high <= highest:
                raise ValueError(f"ColorJitter: {name}={value!r} is out of range")
            if (low, high) != (middle, middle):
                self._ranges[name] = (low, high)

    def apply(self, x: Any) -> Any:
        """The transformed array."""
        if x.shape[-3] not in (1, 3):
            raise ValueError(f"ColorJitter takes 1 or 3 channels, not a picture of shape {x.shape}")
        stream = resolve(None)
        names = list(self._ranges)
        values = as_unit(x)
        for i in stream.permutation(len(names)):
            factor = values.dtype.type(stream.uniform(*self._ranges[names[i]]))
            values = np.clip(_ADJUST[names[i]](values, factor), 0, 1)
        return as_before(values, x)


def _turned_hue(x: Any, turn: Any) -> Any:
    if x.shape[-3] == 1:
        return x
    try:
        from matplotlib.colors import hsv_to_rgb, rgb_to_hsv
    except ImportError:
        raise ImportError('changing the hue needs matplotlib: pip install "autograd_engine[train]"') from None
    hsv = rgb_to_hsv(np.moveaxis(x, -3, -1))
    hsv[..., 0] = (hsv[..., 0] + turn) % 1
    return np.moveaxis(hsv_to_rgb(hsv), -1, -3).astype(x.dtype)


_ADJUST: dict[str, Callable[[Any, Any], Any]] = {
    "brightness": lambda x, factor: factor * x,
    "contrast": lambda x, factor: factor * x + (1 - factor) * _gray(x).mean(dtype=x.dtype),
    "saturation": lambda x, factor: factor * x + (1 - factor) * _gray(x),
    "hue": _turned_hue,
}


@dataclass
class PCANoise(Transform):
    """A random shift of each picture's color along the principal components of all colors ("fancy PCA").

    Adds sum_i p_i a_i w_i to every pixel, with w_i and p_i the eigenvalues and eigenvectors of the covariance of
    the colors in [0, 1], and a_i drawn from N(0, std^2) once per picture. Source: A. Krizhevsky, I. Sutskever and
    G. E. Hinton, ImageNet Classification with Deep Convolutional Neural Networks, NIPS 2012, section 4.1.

    Args:
        eigenvalues: (C,).
        eigenvectors: (C, C), in columns.
        std: of the coefficients.

    Example:
        >>> noise = PCANoise.fit(rand(5, 3, 8, 8))
        >>> noise(rand(3, 8, 8)).shape
        (3, 8, 8)
    """

    eigenvalues: Any
    eigenvectors: Any
    std: float = 0.1

    def __post_init__(self) -> None:
        shape = np.shape(self.eigenvalues)
        if len(shape) != 1 or np.shape(self.eigenvectors) != shape * 2:
            raise ValueError(
                f"PCANoise takes eigenvalues (C,) and eigenvectors (C, C), not shapes {shape} and "
                f"{np.shape(self.eigenvectors)}"
            )

    @classmethod
    def fit(cls, pictures: Any, std: float = 0.1) -> PCANoise:
        """The noise that fits a set of pictures, (N, C, H, W)."""
        x = as_unit(np.asarray(raw(pictures)))
        colors = np.moveaxis(x, -3, 0).reshape(x.shape[-3], -1)
        values, vectors = np.linalg.eigh(np.atleast_2d(np.cov(colors)))
        return cls(values, vectors, std)

    def apply(self, x: Any) -> Any:
        """The transformed array."""
        values = np.asarray(self.eigenvalues)
        if x.shape[-3] != len(values):
            raise ValueError(f"PCANoise of {len(values)} channels cannot change a picture of shape {x.shape}")
        shift = np.asarray(self.eigenvectors) @ (resolve(None).normal(0, self.std, len(values)) * values)
        unit = as_unit(x)
        return as_before(unit + shift.astype(unit.dtype)[:, None, None], x)


@dataclass
class GaussianNoise(Transform):
    """Noise from N(mean, sigma^2) added to every pixel from 0 to 1.

    Args:
        clip: keep the result between 0 and 1; of integers it always is.
    """

    mean: float = 0.0
    sigma: float = 0.1
    clip: bool = True

    def __post_init__(self) -> None:
        if self.sigma < 0:
            raise ValueError(f"GaussianNoise: sigma must not be negative, not {self.sigma}")

    def apply(self, x: Any) -> Any:
        """The transformed array."""
        clipped = self.clip or x.dtype.kind != "f"
        unit = as_unit(x) if clipped else x
        noisy = unit + resolve(None).normal(self.mean, self.sigma, x.shape).astype(unit.dtype)
        return as_before(noisy, x) if clipped else noisy


@dataclass
class RandomErasing(Transform):
    """A rectangle at a random place overwritten, with probability `p`.

    Source: Z. Zhong et al., Random Erasing Data Augmentation, AAAI 2020.

    Args:
        scale: the least and the greatest share of the picture that the rectangle covers.
        ratio: the least and the greatest ratio of its height to its width.
        value: a number, one for each channel, or "random" for normal noise.
        inplace: overwrite the picture itself.
    """

    p: float = 0.5
    scale: Pair = (0.02, 0.33)
    ratio: Pair = (0.3, 3.3)
    value: float | Sequence[float] | str = 0
    inplace: bool = False

    def __post_init__(self) -> None:
        check_chance("RandomErasing", self.p)
        if not 0 <= self.scale[0] <= self.scale[1] <= 1:
            raise ValueError(f"RandomErasing: scale={self.scale} must be shares from low to high")
        if not 0 < self.ratio[0] <= self.ratio[1]:
            raise ValueError(f"RandomErasing: ratio={self.ratio} must be positive, from low to high")
        if isinstance(self.value, str) and self.value != "random":
            raise ValueError(
                f'RandomErasing: value must be a number, one per channel or "random", not {self.value!r}'
            )

    def apply(self, x: Any) -> Any:
        """The transformed array."""
        stream = resolve(None)
        if stream.random() >= self.p:
            return x
        height, width = x.shape[-2:]
        for _ in range(10):  # a rectangle that does not fit is drawn again, as in torchvision
            area = height * width * stream.uniform(*self.scale)
            ratio = math.exp(stream.uniform(math.log(self.ratio[0]), math.log(self.ratio[1])))
            h, w = round(math.sqrt(area * ratio)), round(math.sqrt(area / ratio))
            if not (h < height and w < width):
                continue
            top, left = stream.integers(height - h + 1), stream.integers(width - w + 1)
            result = x if self.inplace else x.copy()
            part = result[..., top : top + h, left : left + w]
            if isinstance(self.value, str):
                part[...] = stream.standard_normal(part.shape)
            else:
                part[...] = np.array(self.value, x.dtype).reshape(-1, 1, 1)
            return result
        return x
