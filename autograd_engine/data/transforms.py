"""Transforms of pictures, with torchvision's names and arguments.

A picture is a tensor of shape (C, H, W), with integers from 0 to 255 or real numbers from 0 to 1; a NumPy array in
this shape gives an array, and a Pillow picture is turned into a tensor of integers first. `ToTensor` alone takes
arrays as files have them, (H, W, C). Random transforms draw from the engine's generator: `manual_seed` repeats
them, and a `DataLoader` gives the same pictures with and without workers.
"""

from __future__ import annotations

import functools
import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from ..backend.arrays import default_dtype
from ..backend.random import resolve
from ..creation import from_numpy
from ..tensor import Tensor

__all__ = [
    "CenterCrop",
    "ColorJitter",
    "Compose",
    "GaussianNoise",
    "Lambda",
    "Normalize",
    "PCANoise",
    "Pad",
    "RandomCrop",
    "RandomErasing",
    "RandomHorizontalFlip",
    "RandomRotation",
    "RandomVerticalFlip",
    "Resize",
    "ToTensor",
    "pixels",
]

Pair = tuple[float, float]


def pixels(picture: Any) -> Any:
    """The pixels of a Pillow picture, or of an array (H, W) or (H, W, C), as an array (C, H, W)."""
    array = np.asarray(picture)
    if array.ndim not in (2, 3) or array.dtype.kind not in "biuf":
        raise TypeError(
            f"expected a picture: a tensor (C, H, W), an array or a Pillow picture, not {type(picture).__name__}"
        )
    return array[np.newaxis] if array.ndim == 2 else np.ascontiguousarray(array.transpose(2, 0, 1))


class _Transform:
    """A transform that maps an array (..., H, W) to another, told once how pictures come and go."""

    def __call__(self, picture: Any) -> Any:
        if isinstance(picture, np.ndarray):
            return self.apply(picture)
        return from_numpy(self.apply(picture.array if isinstance(picture, Tensor) else pixels(picture)))

    def apply(self, x: Any) -> Any:
        """The transformed array."""
        raise NotImplementedError


def _as_pair(name: str, value: Any) -> tuple[Any, Any]:
    """One number for both, or two."""
    pair = (value, value) if isinstance(value, (int, float)) else tuple(value)
    if len(pair) != 2:
        raise ValueError(f"{name} takes one number or two, not {value!r}")
    return pair


def _check_chance(name: str, p: float) -> None:
    if not 0 <= p <= 1:
        raise ValueError(f"{name}: p is a probability, not {p}")


def _as_unit(x: Any) -> Any:
    """Pixels as real numbers from 0 to 1; others would be cut off, and what was normalized lost."""
    if x.dtype.kind != "f":
        return x.astype(np.float32) / 255
    if x.size and not (x.min() >= 0 and x.max() <= 1):
        raise ValueError(
            f"colors must lie between 0 and 1, not between {x.min()} and {x.max()}: change them before Normalize()"
        )
    return x


def _as_before(values: Any, x: Any) -> Any:
    """Pixels from 0 to 1, cut off there, in the dtype and range of `x`."""
    values = np.clip(values, 0, 1)
    return values.astype(x.dtype, copy=False) if x.dtype.kind == "f" else np.rint(values * 255).astype(x.dtype)


def _rounded(values: Any, dtype: Any) -> Any:
    """Real numbers in the dtype of a picture."""
    if dtype.kind == "f":
        return values.astype(dtype, copy=False)
    limits = np.iinfo(dtype)
    return np.clip(np.rint(values), limits.min, limits.max).astype(dtype)


# ----------------------------------------------------------------------------------- building blocks


@dataclass
class Compose:
    """Several transforms, one after the other.

    Example:
        >>> both = Compose([Lambda(lambda x: x + 1), Lambda(lambda x: x * 2)])
        >>> both(tensor(3))
        tensor(8)
    """

    transforms: Sequence[Callable[[Any], Any]]

    def __call__(self, picture: Any) -> Any:
        """What is left after the last transform."""
        for transform in self.transforms:
            picture = transform(picture)
        return picture


@dataclass
class Lambda:
    """Any function as a transform. Worker processes that are not forked can only be sent a named function."""

    lambd: Callable[[Any], Any]

    def __post_init__(self) -> None:
        if not callable(self.lambd):
            raise TypeError(f"Lambda takes a function, not a {type(self.lambd).__name__}")

    def __call__(self, picture: Any) -> Any:
        """What the function returns."""
        return self.lambd(picture)


@dataclass
class ToTensor:
    """A picture as a tensor (C, H, W) of the default floating dtype: integers from 0 to 255 become 0 to 1.

    Takes a Pillow picture, an array (H, W) or (H, W, C), or a tensor (C, H, W) of integers. Real numbers keep
    their values.

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
class Normalize(_Transform):
    """(x - mean) / std, channel by channel.

    Raises:
        TypeError: the pixels are integers.
        ValueError: a standard deviation of 0, or another number of channels.

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

    def apply(self, x: Any) -> Any:
        """The transformed array."""
        if x.dtype.kind != "f":
            raise TypeError(f"Normalize takes real numbers, not {x.dtype}: put ToTensor() before it")
        if len(self.mean) not in (1, x.shape[-3]):
            raise ValueError(f"Normalize: {len(self.mean)} means for a picture of shape {x.shape}")
        mean, std = (np.array(v, x.dtype).reshape(-1, 1, 1) for v in (self.mean, self.std))
        result = np.subtract(x, mean, out=x if self.inplace else None)
        result /= std
        return result


# ----------------------------------------------------------------------------- flips, crops and sizes


@dataclass
class _Flip(_Transform):
    p: float = 0.5

    def __post_init__(self) -> None:
        _check_chance(type(self).__name__, self.p)


class RandomHorizontalFlip(_Flip):
    """Left and right exchanged, with probability `p`."""

    def apply(self, x: Any) -> Any:
        """The transformed array."""
        return x[..., ::-1] if resolve(None).random() < self.p else x


class RandomVerticalFlip(_Flip):
    """Top and bottom exchanged, with probability `p`."""

    def apply(self, x: Any) -> Any:
        """The transformed array."""
        return x[..., ::-1, :] if resolve(None).random() < self.p else x


_MODES = {"constant", "edge", "reflect", "symmetric"}


@dataclass
class Pad(_Transform):
    """A border around the picture.

    Args:
        padding: its width: one number, (left and right, top and bottom), or (left, top, right, bottom).
        fill: its value for `padding_mode` "constant".
        padding_mode: or "edge", "reflect" and "symmetric", which continue the picture as `np.pad` does.

    Example:
        >>> Pad((1, 0))(ones(1, 1, 2))
        tensor([[[0., 1., 1., 0.]]])
    """

    padding: int | Sequence[int]
    fill: float = 0
    padding_mode: str = "constant"

    def __post_init__(self) -> None:
        sides = [self.padding] if isinstance(self.padding, int) else list(self.padding)
        if len(sides) not in (1, 2, 4) or min(sides) < 0:
            raise ValueError(f"padding takes 1, 2 or 4 numbers, none negative, not {self.padding!r}")
        if self.padding_mode not in _MODES:
            raise ValueError(f"padding_mode must be one of {', '.join(sorted(_MODES))}, not {self.padding_mode!r}")
        self._sides = sides * (4 // len(sides))

    def apply(self, x: Any) -> Any:
        """The transformed array."""
        left, top, right, bottom = self._sides
        return _padded(x, (top, bottom), (left, right), self.fill, self.padding_mode)


def _padded(x: Any, rows: tuple[int, int], columns: tuple[int, int], fill: float, mode: str) -> Any:
    widths = [(0, 0)] * (x.ndim - 2) + [rows, columns]
    if mode == "constant":
        return np.pad(x, widths, constant_values=fill)
    return np.pad(x, widths, mode)


@dataclass
class CenterCrop(_Transform):
    """The middle of the picture; a picture that is too small gets a border of zeros first.

    Args:
        size: height and width, or one number for both.
    """

    size: int | Sequence[int]

    def apply(self, x: Any) -> Any:
        """The transformed array."""
        height, width = _as_pair("size", self.size)
        missing = [max(0, wanted - had) for wanted, had in zip((height, width), x.shape[-2:], strict=True)]
        if any(missing):
            rows, columns = ((m // 2, (m + 1) // 2) for m in missing)
            x = _padded(x, rows, columns, 0, "constant")
        top, left = (round((x.shape[-2] - height) / 2), round((x.shape[-1] - width) / 2))
        return x[..., top : top + height, left : left + width]


@dataclass
class RandomCrop(_Transform):
    """A part of the picture at a random place.

    Args:
        size: height and width of the part, or one number for both.
        padding: a border around the picture before cropping; see `Pad`.
        pad_if_needed: whether a picture that is too small gets a border as well.
        fill, padding_mode: of the border; see `Pad`.

    Raises:
        ValueError: the picture is too small.
    """

    size: int | Sequence[int]
    padding: int | Sequence[int] | None = None
    pad_if_needed: bool = False
    fill: float = 0
    padding_mode: str = "constant"

    def __post_init__(self) -> None:
        self._size = _as_pair("size", self.size)
        self._pad = None if self.padding is None else Pad(self.padding, self.fill, self.padding_mode)

    def apply(self, x: Any) -> Any:
        """The transformed array."""
        if self._pad is not None:
            x = self._pad.apply(x)
        height, width = self._size
        if self.pad_if_needed:
            for axis, wanted in ((-2, height), (-1, width)):
                border = max(0, wanted - x.shape[axis])
                rows, columns = ((border,) * 2, (0, 0)) if axis == -2 else ((0, 0), (border,) * 2)
                x = _padded(x, rows, columns, self.fill, self.padding_mode)
        if x.shape[-2] < height or x.shape[-1] < width:
            raise ValueError(f"RandomCrop: no part of size {(height, width)} in a picture of shape {x.shape}")
        stream = resolve(None)
        top = stream.integers(x.shape[-2] - height + 1)
        left = stream.integers(x.shape[-1] - width + 1)
        return x[..., top : top + height, left : left + width]


@dataclass
class Resize(_Transform):
    """The picture in another size, each new pixel a weighted mean of old ones.

    Args:
        size: height and width; or one number for the shorter edge, which keeps the proportions.
        interpolation: "bilinear" or "nearest".
        max_size: with one number, the most that the longer edge may get.
        antialias: average over all old pixels that a new one covers when the picture shrinks; otherwise the
            nearest two in each direction.
    """

    size: int | Sequence[int]
    interpolation: str = "bilinear"
    max_size: int | None = None
    antialias: bool = True

    def __post_init__(self) -> None:
        if self.interpolation not in ("bilinear", "nearest"):
            raise ValueError(f'interpolation must be "bilinear" or "nearest", not {self.interpolation!r}')

    def apply(self, x: Any) -> Any:
        """The transformed array."""
        height, width = self._new_size(*x.shape[-2:])
        if self.interpolation == "nearest":
            rows = np.arange(height) * x.shape[-2] // height
            columns = np.arange(width) * x.shape[-1] // width
            return x[..., rows[:, None], columns]
        dtype = x.dtype if x.dtype.kind == "f" else np.dtype(np.float32)
        down, across = (
            _weights(new, old, self.antialias, dtype)
            for new, old in zip((height, width), x.shape[-2:], strict=True)
        )
        return _rounded(down @ x.astype(dtype, copy=False) @ across.T, x.dtype)

    def _new_size(self, height: int, width: int) -> tuple[int, int]:
        if not isinstance(self.size, int):
            return _as_pair("size", self.size)
        short, long = self.size, int(self.size * max(height, width) / min(height, width))
        if self.max_size is not None and long > self.max_size:
            short, long = int(self.max_size * short / long), self.max_size
        return (short, long) if height <= width else (long, short)


@functools.lru_cache(64)
def _weights(new: int, old: int, antialias: bool, dtype: Any) -> Any:
    """The matrix (new, old) that takes a line of pixels to one of another length: triangles around the centers
    of the new pixels, as wide as these when shrinking with `antialias`."""
    scale = old / new
    reach = max(scale, 1.0) if antialias else 1.0
    centers = (np.arange(new)[:, None] + 0.5) * scale - 0.5
    if not antialias:
        centers = centers.clip(0, old - 1)
    weights = np.maximum(0, 1 - abs(np.arange(old) - centers) / reach)
    weights = (weights / weights.sum(1, keepdims=True)).astype(dtype)
    weights.flags.writeable = False
    return weights


@dataclass
class RandomRotation(_Transform):
    """The picture turned about its middle by a random angle.

    Args:
        degrees: the least and the greatest angle, counter-clockwise; one number stands for (-degrees, degrees).
        interpolation: "nearest" or "bilinear".
        expand: make the picture large enough for all of it; otherwise it keeps its size and loses its corners.
        center: (x, y) of the point that stays in place, from the upper left corner; by default the middle.
        fill: the value of what comes from outside.
    """

    degrees: float | Pair
    interpolation: str = "nearest"
    expand: bool = False
    center: Pair | None = None
    fill: float = 0

    def __post_init__(self) -> None:
        if self.interpolation not in ("bilinear", "nearest"):
            raise ValueError(f'interpolation must be "bilinear" or "nearest", not {self.interpolation!r}')
        if isinstance(self.degrees, (int, float)):
            if self.degrees < 0:
                raise ValueError(f"degrees must not be negative, not {self.degrees}")
            self.degrees = (-self.degrees, self.degrees)

    def apply(self, x: Any) -> Any:
        """The transformed array."""
        from scipy.ndimage import affine_transform

        low, high = _as_pair("degrees", self.degrees)
        angle = math.radians(resolve(None).uniform(low, high))
        cos, sin = math.cos(angle), math.sin(angle)
        back = np.array([[cos, sin], [-sin, cos]])  # from a place in the new picture to one in the old
        size = np.array(x.shape[-2:])
        middle = (size - 1) / 2
        new_size = size
        if self.expand:
            new_size = np.ceil(abs(back) @ size - 1e-6).astype(int)
        pivot = middle if self.center is None or self.expand else np.array(self.center[::-1]) - 0.5
        offset = pivot - back @ (pivot if not self.expand else (new_size - 1) / 2)
        dtype = x.dtype if x.dtype.kind == "f" else np.dtype(np.float32)
        result = np.empty((*x.shape[:-2], *new_size), dtype)
        for channel in np.ndindex(x.shape[:-2]):
            affine_transform(
                x[channel].astype(dtype, copy=False),
                back,
                offset,
                output=result[channel],
                order=0 if self.interpolation == "nearest" else 1,
                mode="grid-constant",
                cval=self.fill,
                output_shape=tuple(new_size),
            )
        return _rounded(result, x.dtype)


# ------------------------------------------------------------------------------------ colors and noise

_LUMA = (0.2989, 0.587, 0.114)


def _gray(x: Any) -> Any:
    """The brightness of each pixel, (..., 1, H, W)."""
    if x.shape[-3] == 1:
        return x
    return np.tensordot(np.array(_LUMA, x.dtype), x, (0, -3))[np.newaxis]


@dataclass
class ColorJitter(_Transform):
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
                low, high = _as_pair(name, value)
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
        values = _as_unit(x)
        for i in stream.permutation(len(names)):
            factor = values.dtype.type(stream.uniform(*self._ranges[names[i]]))
            values = np.clip(_ADJUST[names[i]](values, factor), 0, 1)
        return _as_before(values, x)


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
class PCANoise(_Transform):
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
        x = _as_unit(pictures.array if isinstance(pictures, Tensor) else np.asarray(pictures))
        colors = np.moveaxis(x, -3, 0).reshape(x.shape[-3], -1)
        values, vectors = np.linalg.eigh(np.atleast_2d(np.cov(colors)))
        return cls(values, vectors, std)

    def apply(self, x: Any) -> Any:
        """The transformed array."""
        values = np.asarray(self.eigenvalues)
        if x.shape[-3] != len(values):
            raise ValueError(f"PCANoise of {len(values)} channels cannot change a picture of shape {x.shape}")
        shift = np.asarray(self.eigenvectors) @ (resolve(None).normal(0, self.std, len(values)) * values)
        unit = _as_unit(x)
        return _as_before(unit + shift.astype(unit.dtype)[:, None, None], x)


@dataclass
class GaussianNoise(_Transform):
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
        unit = _as_unit(x) if clipped else x
        noisy = unit + resolve(None).normal(self.mean, self.sigma, x.shape).astype(unit.dtype)
        return _as_before(noisy, x) if clipped else noisy


@dataclass
class RandomErasing(_Transform):
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
        _check_chance("RandomErasing", self.p)
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
