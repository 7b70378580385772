"""Transforms that move pixels: flips, borders, crops, other sizes and rotations."""

from __future__ import annotations

import functools
import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from ...backend.random import resolve
from .picture import Pair, Pixels, Transform, as_pair, check_chance, rounded

__all__ = [
    "CenterCrop",
    "Pad",
    "RandomCrop",
    "RandomHorizontalFlip",
    "RandomResizedCrop",
    "RandomRotation",
    "RandomVerticalFlip",
    "Resize",
]


@dataclass
class _Flip(Transform):
    p: float = 0.5

    def __post_init__(self) -> None:
        check_chance(type(self).__name__, self.p)


class RandomHorizontalFlip(_Flip):
    """Exchanges left and right, with probability `p`.

    Raises:
        ValueError: `p` is no probability.
    """

    def apply(self, x: Any) -> Pixels:
        """The transformed array."""
        return x[..., ::-1] if resolve(None).random() < self.p else x


class RandomVerticalFlip(_Flip):
    """Exchanges top and bottom, with probability `p`.

    Raises:
        ValueError: `p` is no probability.
    """

    def apply(self, x: Any) -> Pixels:
        """The transformed array."""
        return x[..., ::-1, :] if resolve(None).random() < self.p else x


_MODES = {"constant", "edge", "reflect", "symmetric"}


@dataclass
class Pad(Transform):
    """Adds a border around the picture: (C, H, W) becomes (C, top + H + bottom, left + W + right).

    Args:
        padding: the widths (left, top, right, bottom); two numbers stand for (left and right, top and bottom), one
            for all four.
        fill: the value of the border if `padding_mode` is "constant".
        padding_mode: "constant"; or "edge", "reflect" or "symmetric", which continue the picture as `np.pad` does.

    Raises:
        ValueError: an argument is out of range.

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

    def apply(self, x: Any) -> Pixels:
        """The transformed array."""
        left, top, right, bottom = self._sides
        return _padded(x, (top, bottom), (left, right), self.fill, self.padding_mode)


def _padded(x: Any, rows: tuple[int, int], columns: tuple[int, int], fill: float, mode: str) -> Any:
    if mode != "constant":
        return np.pad(x, [(0, 0)] * (x.ndim - 2) + [rows, columns], mode)
    height, width = x.shape[-2:]
    result = np.full((*x.shape[:-2], sum(rows) + height, sum(columns) + width), fill, x.dtype)
    result[..., rows[0] : rows[0] + height, columns[0] : columns[0] + width] = x
    return result


@dataclass
class CenterCrop(Transform):
    """Cuts out the middle of the picture. A picture that is too small gets a border of zeros first.

    Args:
        size: height and width, or one number for both.
    """

    size: int | Sequence[int]

    def apply(self, x: Any) -> Pixels:
        """The transformed array."""
        height, width = as_pair("size", self.size)
        missing = [max(0, wanted - had) for wanted, had in zip((height, width), x.shape[-2:], strict=True)]
        if any(missing):
            rows, columns = ((m // 2, (m + 1) // 2) for m in missing)
            x = _padded(x, rows, columns, 0, "constant")
        top, left = (round((x.shape[-2] - height) / 2), round((x.shape[-1] - width) / 2))
        return x[..., top : top + height, left : left + width]


@dataclass
class RandomCrop(Transform):
    """Cuts out a part of the picture at a random place.

    Args:
        size: height and width of the part, or one number for both.
        padding: the border that the picture gets first; see `Pad`.
        pad_if_needed: whether a picture that is too small gets a border on both sides.
        fill, padding_mode: what the borders hold; see `Pad`.

    Raises:
        ValueError: when called: the picture is too small.
    """

    size: int | Sequence[int]
    padding: int | Sequence[int] | None = None
    pad_if_needed: bool = False
    fill: float = 0
    padding_mode: str = "constant"

    def __post_init__(self) -> None:
        self._size = as_pair("size", self.size)
        self._pad = None if self.padding is None else Pad(self.padding, self.fill, self.padding_mode)

    def apply(self, x: Any) -> Pixels:
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
        rng = resolve(None)
        top = rng.integers(x.shape[-2] - height + 1)
        left = rng.integers(x.shape[-1] - width + 1)
        return x[..., top : top + height, left : left + width]


@dataclass
class Resize(Transform):
    """Changes the size of the picture. Each new pixel is a weighted mean of old ones.

    Args:
        size: height and width; or one number for the shorter edge, and the proportions stay.
        interpolation: "bilinear", or "nearest" for the nearest old pixel instead of a mean.
        max_size: if `size` is one number, the largest length of the longer edge.
        antialias: when the picture shrinks, average over all old pixels that a new one covers; otherwise, over the
            nearest two in each direction.

    Raises:
        ValueError: another interpolation.
    """

    size: int | Sequence[int]
    interpolation: str = "bilinear"
    max_size: int | None = None
    antialias: bool = True

    def __post_init__(self) -> None:
        if self.interpolation not in ("bilinear", "nearest"):
            raise ValueError(f'interpolation must be "bilinear" or "nearest", not {self.interpolation!r}')

    def apply(self, x: Any) -> Pixels:
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
        pictures = x.reshape(-1, *x.shape[-2:])
        rows = down @ pictures.transpose(1, 0, 2).reshape(x.shape[-2], -1).astype(dtype, copy=False)
        columns = rows.reshape(height, -1, x.shape[-1]).transpose(2, 1, 0)
        resized = (across @ columns.reshape(x.shape[-1], -1)).reshape(width, -1, height)
        result = np.ascontiguousarray(rounded(resized, x.dtype).transpose(1, 2, 0))
        return result.reshape(*x.shape[:-2], height, width)

    def _new_size(self, height: int, width: int) -> tuple[int, int]:
        if not isinstance(self.size, int):
            return as_pair("size", self.size)
        short, long = self.size, int(self.size * max(height, width) / min(height, width))
        if self.max_size is not None and long > self.max_size:
            short, long = int(self.max_size * short / long), self.max_size
        return (short, long) if height <= width else (long, short)


@dataclass
class RandomResizedCrop(Transform):
    """Cuts out a part of random size and proportions at a random place, and changes it to one size.

    Source: C. Szegedy et al., Going Deeper with Convolutions, CVPR 2015.

    Args:
        size: height and width of the result, or one number for both.
        scale: the smallest and the largest share of the picture that the part covers.
        ratio: the smallest and the largest ratio of its width to its height.
        interpolation, antialias: see `Resize`.

    Raises:
        ValueError: an argument is out of range.

    Example:
        >>> RandomResizedCrop(8)(ones(3, 20, 30)).shape
        (3, 8, 8)
    """

    size: int | Sequence[int]
    scale: Pair = (0.08, 1.0)
    ratio: Pair = (3 / 4, 4 / 3)
    interpolation: str = "bilinear"
    antialias: bool = True

    def __post_init__(self) -> None:
        if not (0 < self.scale[0] <= self.scale[1] and 0 < self.ratio[0] <= self.ratio[1]):
            raise ValueError(
                f"RandomResizedCrop: scale={self.scale} and ratio={self.ratio} must be positive, from low to high"
            )
        self._resize = Resize(as_pair("size", self.size), self.interpolation, None, self.antialias)

    def apply(self, x: Any) -> Pixels:
        """The transformed array."""
        top, left, height, width = self._part(*x.shape[-2:])
        return self._resize.apply(x[..., top : top + height, left : left + width])

    def _part(self, height: int, width: int) -> tuple[int, int, int, int]:
        rng = resolve(None)
        for _ in range(
            10
        ):  # one that does not fit is drawn again, and in the end the middle taken, as in torchvision
            area = height * width * rng.uniform(*self.scale)
            ratio = math.exp(rng.uniform(*map(math.log, self.ratio)))
            h, w = round(math.sqrt(area / ratio)), round(math.sqrt(area * ratio))
            if 0 < h <= height and 0 < w <= width:
                return int(rng.integers(height - h + 1)), int(rng.integers(width - w + 1)), h, w
        nearest = min(max(width / height, self.ratio[0]), self.ratio[1])
        h, w = min(height, round(width / nearest)), min(width, round(height * nearest))
        return (height - h) // 2, (width - w) // 2, h, w


@functools.lru_cache(64)
def _weights(new: int, old: int, antialias: bool, dtype: Any) -> Any:
    """The sparse matrix (new, old) that turns a line of `old` pixels into one of `new` pixels.

    Row i holds the weights of the old pixels in new pixel i. They fall off linearly with the distance from its
    center, to 0 at the distance of one old pixel or, when shrinking with `antialias`, of one new pixel.
    """
    from scipy.sparse import csr_array

    scale = old / new
    reach = max(scale, 1.0) if antialias else 1.0
    centers = (np.arange(new)[:, None] + 0.5) * scale - 0.5
    if not antialias:
        centers = centers.clip(0, old - 1)
    weights = np.maximum(0, 1 - abs(np.arange(old) - centers) / reach)
    return csr_array((weights / weights.sum(1, keepdims=True)).astype(dtype))


@dataclass
class RandomRotation(Transform):
    """Rotates the picture by a random angle.

    Args:
        degrees: the smallest and the largest angle, counter-clockwise; one number d stands for (-d, d).
        interpolation: "nearest" or "bilinear".
        expand: make the result large enough to hold all of the picture; otherwise it has the same size, and the
            corners are cut off.
        center: (x, y) of the point that stays in place, counted from the upper left corner; by default the middle.
        fill: the value of pixels that come from outside of the picture.

    Raises:
        ValueError: `degrees` is a negative number, or another interpolation.
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

    def apply(self, x: Any) -> Pixels:
        """The transformed array."""
        low, high = as_pair("degrees", self.degrees)
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
        r, c = np.arange(new_size[0])[:, None], np.arange(new_size[1])
        rows, columns = (offset[i] + back[i, 0] * r + back[i, 1] * c for i in (0, 1))
        return rounded(_looked_up(x, rows, columns, self.fill, self.interpolation == "bilinear"), x.dtype)


def _looked_up(x: Any, rows: Any, columns: Any, fill: float, bilinear: bool) -> Any:
    """The values of a picture at places between its pixels, (rows, columns) of shape (H, W): those of the nearest
    pixels, or the weighted means of four. Around the picture lies `fill`."""
    dtype = x.dtype if x.dtype.kind == "f" else np.dtype(np.float32)
    framed = _padded(x.astype(dtype, copy=False), (1, 1), (1, 1), fill, "constant")
    height, width = framed.shape[-2:]
    flat = framed.reshape(*x.shape[:-2], -1)
    rows, columns = np.clip(rows + 1, 0, height - 1), np.clip(columns + 1, 0, width - 1)
    if not bilinear:
        nearest = np.floor(rows + 0.5) * width + np.floor(columns + 0.5)
        return flat.take(nearest.astype(np.intp), -1)
    top, left = np.minimum(np.floor(rows), height - 2), np.minimum(np.floor(columns), width - 2)
    down, across = (rows - top).astype(dtype), (columns - left).astype(dtype)
    corner = (top * width + left).astype(np.intp)
    upper, lower = (
        (1 - across) * flat.take(row, -1) + across * flat.take(row + 1, -1) for row in (corner, corner + width)
    )
    return (1 - down) * upper + down * lower
