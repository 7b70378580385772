"""Transforms that change the values of pixels: colors, noise, and erased rectangles."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from ...backend.extras import from_extra
from ...backend.random import resolve
from ...engine.graph import raw
from .picture import Pair, Pixels, Transform, as_before, as_pair, as_unit, check_chance, rounded

__all__ = [
    "ColorJitter",
    "GaussianBlur",
    "GaussianNoise",
    "Grayscale",
    "PCANoise",
    "RandomErasing",
    "RandomGrayscale",
]

_LUMA = (0.2989, 0.587, 0.114)
"""The weights of red, green and blue in brightness (ITU-R BT.601), as torchvision has them."""


def _gray(x: Any) -> Any:
    """The brightness of each pixel, (..., 1, H, W)."""
    if x.shape[-3] == 1:
        return x
    return np.tensordot(np.array(_LUMA, x.dtype), x, (0, -3))[np.newaxis]


@dataclass
class ColorJitter(Transform):
    """Changes brightness, contrast, saturation and hue by random amounts, in random order.

    Args:
        brightness, contrast, saturation: the range of a random factor, (low, high); a number v stands for
            (max(0, 1 - v), 1 + v). The factor 1 leaves the picture as it is. The factor 0 makes it black, uniformly
            gray, or without color.
        hue: the range of a random turn of the color wheel, (low, high) within [-0.5, 0.5], where 0.5 is half a
            turn; a number v stands for (-v, v).

    Raises:
        ValueError: a range is out of bounds. When called: the picture has another number of channels than 1 or 3,
            or values outside [0, 1], as after `Normalize`.
        ImportError: when called to change the hue, without matplotlib.

    Example:
        >>> ColorJitter(brightness=(0.5, 0.5))(ones(3, 1, 1)).flatten()
        tensor([0.5000, 0.5000, 0.5000])
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

    def apply(self, x: Any) -> Pixels:
        """The transformed array."""
        if x.shape[-3] not in (1, 3):
            raise ValueError(f"ColorJitter takes 1 or 3 channels, not a picture of shape {x.shape}")
        rng = resolve(None)
        names = list(self._ranges)
        values = as_unit(x)
        for i in rng.permutation(len(names)):
            factor = values.dtype.type(rng.uniform(*self._ranges[names[i]]))
            values = np.clip(_ADJUST[names[i]](values, factor), 0, 1)
        return as_before(values, x)


def _turned_hue(x: Any, turn: Any) -> Any:
    if x.shape[-3] == 1:
        return x
    with from_extra("train", "changing the hue needs matplotlib"):
        from matplotlib.colors import hsv_to_rgb, rgb_to_hsv
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
    """Shifts the color of a picture at random, along the principal components of all colors ("fancy PCA").

    Adds the vector sum_i a_i w_i p_i to every pixel. w_i and p_i are the eigenvalues and eigenvectors of the
    covariance of colors, which lie in [0, 1], and a_i is drawn from N(0, std^2) once per picture. Source: A.
    Krizhevsky, I. Sutskever and G. E. Hinton, ImageNet Classification with Deep Convolutional Neural Networks, NIPS
    2012, section 4.1.

    Args:
        eigenvalues: w, (C,).
        eigenvectors: p_i in columns, (C, C).
        std: the standard deviation of the a_i.

    Raises:
        ValueError: the shapes do not fit. When called: the picture has another number of channels.

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
        """The transform with the eigenvalues and eigenvectors of a set of pictures, (N, C, H, W)."""
        x = as_unit(np.asarray(raw(pictures)))
        colors = np.moveaxis(x, -3, 0).reshape(x.shape[-3], -1)
        values, vectors = np.linalg.eigh(np.atleast_2d(np.cov(colors)))
        return cls(values, vectors, std)

    def apply(self, x: Any) -> Pixels:
        """The transformed array."""
        values = np.asarray(self.eigenvalues)
        if x.shape[-3] != len(values):
            raise ValueError(f"PCANoise of {len(values)} channels cannot change a picture of shape {x.shape}")
        shift = np.asarray(self.eigenvectors) @ (resolve(None).normal(0, self.std, len(values)) * values)
        unit = as_unit(x)
        return as_before(unit + shift.astype(unit.dtype)[:, None, None], x)


@dataclass
class GaussianNoise(Transform):
    """Adds noise from N(mean, sigma^2) to every value, on the scale from 0 to 1.

    Args:
        mean, sigma: the mean and the standard deviation of the noise.
        clip: cut the result off at 0 and 1; pictures of integers are always cut off, at 0 and 255.

    Raises:
        ValueError: `sigma` is negative.
    """

    mean: float = 0.0
    sigma: float = 0.1
    clip: bool = True

    def __post_init__(self) -> None:
        if self.sigma < 0:
            raise ValueError(f"GaussianNoise: sigma must not be negative, not {self.sigma}")

    def apply(self, x: Any) -> Pixels:
        """The transformed array."""
        clipped = self.clip or x.dtype.kind != "f"
        unit = as_unit(x) if clipped else x
        noisy = unit + resolve(None).normal(self.mean, self.sigma, x.shape).astype(unit.dtype)
        return as_before(noisy, x) if clipped else noisy


@dataclass
class GaussianBlur(Transform):
    """Averages each pixel with its neighbours, by the weights e^(-d^2 / 2 sigma^2) of their distances d.

    Args:
        kernel_size: how many pixels are averaged in each direction, odd: (width, height), or one number for both.
        sigma: the width of the weights; of two numbers, one between them is drawn each time.

    Raises:
        ValueError: an argument is out of range.

    Example:
        >>> GaussianBlur(3, 1.0)(tensor([[[0.0, 0, 1, 0, 0]]]).expand(1, 3, 5))[0, 1]
        tensor([0.0000, 0.2741, 0.4519, 0.2741, 0.0000])
    """

    kernel_size: int | Sequence[int]
    sigma: float | Pair = (0.1, 2.0)

    def __post_init__(self) -> None:
        self._sizes = as_pair("kernel_size", self.kernel_size)
        self._sigmas = as_pair("sigma", self.sigma)
        if any(size < 1 or size % 2 == 0 for size in self._sizes):
            raise ValueError(f"GaussianBlur: kernel_size must be odd, not {self.kernel_size}")
        if not 0 < self._sigmas[0] <= self._sigmas[1]:
            raise ValueError(f"GaussianBlur: sigma must be positive, from low to high, not {self.sigma}")

    def apply(self, x: Any) -> Pixels:
        """The transformed array."""
        from scipy.ndimage import correlate1d

        sigma, values = resolve(None).uniform(*self._sigmas), x if x.dtype.kind == "f" else x.astype(np.float32)
        for axis, size in zip((-1, -2), self._sizes, strict=True):
            weights = np.exp(-0.5 * ((np.arange(size) - size // 2) / sigma) ** 2)
            values = correlate1d(values, weights / weights.sum(), axis, mode="mirror")
        return rounded(values, x.dtype)


@dataclass
class Grayscale(Transform):
    """Replaces the colors by their brightness, 0.2989 red + 0.587 green + 0.114 blue.

    Args:
        num_output_channels: 1, or 3 equal ones.

    Raises:
        ValueError: another number of channels.
    """

    num_output_channels: int = 1

    def __post_init__(self) -> None:
        if self.num_output_channels not in (1, 3):
            raise ValueError(f"Grayscale: num_output_channels must be 1 or 3, not {self.num_output_channels}")

    def apply(self, x: Any) -> Pixels:
        """The transformed array."""
        gray = rounded(np.floor(_gray(x.astype(np.float32))), x.dtype) if x.dtype.kind != "f" else _gray(x)
        return np.repeat(gray, self.num_output_channels, -3)


@dataclass
class RandomGrayscale(Transform):
    """Replaces the colors by their brightness, with probability `p`; the number of channels stays.

    Raises:
        ValueError: `p` is no probability.
    """

    p: float = 0.1

    def __post_init__(self) -> None:
        check_chance("RandomGrayscale", self.p)

    def apply(self, x: Any) -> Pixels:
        """The transformed array."""
        if resolve(None).random() >= self.p or x.shape[-3] == 1:
            return x
        return Grayscale(3).apply(x)


@dataclass
class RandomErasing(Transform):
    """Overwrites a rectangle at a random place, with probability `p`.

    Source: Z. Zhong et al., Random Erasing Data Augmentation, AAAI 2020.

    Args:
        p: the probability.
        scale: the smallest and the largest share of the picture that the rectangle covers.
        ratio: the smallest and the largest ratio of its height to its width.
        value: what to write: a number, a number for each channel, or "random" for noise from N(0, 1).
        inplace: write into the picture that is given, not into a copy.

    Raises:
        ValueError: an argument is out of range.
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

    def apply(self, x: Any) -> Pixels:
        """The transformed array."""
        rng = resolve(None)
        if rng.random() >= self.p:
            return x
        height, width = x.shape[-2:]
        for _ in range(10):  # a rectangle that does not fit is drawn again, as in torchvision
            area = height * width * rng.uniform(*self.scale)
            ratio = math.exp(rng.uniform(math.log(self.ratio[0]), math.log(self.ratio[1])))
            h, w = round(math.sqrt(area * ratio)), round(math.sqrt(area / ratio))
            if not (h < height and w < width):
                continue
            top, left = rng.integers(height - h + 1), rng.integers(width - w + 1)
            result = x if self.inplace else x.copy()
            part = result[..., top : top + h, left : left + w]
            if isinstance(self.value, str):
                part[...] = rng.standard_normal(part.shape)
            else:
                part[...] = np.array(self.value, x.dtype).reshape(-1, 1, 1)
            return result
        return x
