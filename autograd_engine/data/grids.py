"""Many pictures in one, and pictures in files: torchvision.utils."""

from __future__ import annotations

import os
from collections.abc import Sequence
from typing import Any

import numpy as np

from ..backend.extras import from_extra
from ..tensor import Tensor
from ..tensor.creation import from_numpy
from .transforms.picture import rounded

__all__ = ["make_grid", "save_image"]


def make_grid(
    tensor: Any,
    nrow: int = 8,
    padding: int = 2,
    normalize: bool = False,
    value_range: tuple[float, float] | None = None,
    scale_each: bool = False,
    pad_value: float = 0.0,
) -> Tensor:
    """Pictures side by side, in rows: (N, C, H, W) becomes (3, rows (H + padding) + padding, ...).

    Args:
        tensor: pictures (N, C, H, W), or a sequence of pictures (C, H, W); one of one channel counts as gray.
        nrow: how many pictures a row has.
        padding: the width of the lines between them.
        normalize: shift and scale the values to [0, 1], from the smallest and the largest.
        value_range: from these numbers instead; values outside are cut off.
        scale_each: from those of each picture, not of all.
        pad_value: the value of the lines.

    Raises:
        ValueError: these are no pictures.

    Example:
        >>> make_grid(zeros(5, 1, 4, 4), nrow=3).shape
        (3, 14, 20)
    """
    together = np.stack([np.asarray(one) for one in tensor]) if isinstance(tensor, (list, tuple)) else tensor
    pictures = np.asarray(together.detach() if isinstance(together, Tensor) else together)
    pictures = pictures.reshape((1,) * max(0, 3 - pictures.ndim) + pictures.shape)
    pictures = pictures[np.newaxis] if pictures.ndim == 3 else pictures
    if pictures.ndim != 4:
        raise ValueError(f"make_grid: expected pictures (N, C, H, W), got shape {pictures.shape}")
    if pictures.shape[1] == 1:
        pictures = pictures.repeat(3, 1)
    if normalize:
        pictures = _normalized(pictures, value_range, scale_each)
    count, channels, height, width = pictures.shape
    if count == 1:
        return from_numpy(pictures[0].copy())
    columns = min(nrow, count)
    rows, height, width = -(-count // columns), height + padding, width + padding
    grid = np.full((channels, rows * height + padding, columns * width + padding), pad_value, pictures.dtype)
    for k, picture in enumerate(pictures):
        top, left = k // columns * height + padding, k % columns * width + padding
        grid[:, top : top + height - padding, left : left + width - padding] = picture
    return from_numpy(grid)


def _normalized(pictures: Any, value_range: tuple[float, float] | None, scale_each: bool) -> Any:
    dims = (1, 2, 3) if scale_each else None
    low, high = value_range or (pictures.min(dims, keepdims=True), pictures.max(dims, keepdims=True))
    return (np.clip(pictures, low, high) - low) / np.maximum(high - np.asarray(low), 1e-5)


def save_image(tensor: Any, fp: str | os.PathLike[str] | Any, format: str | None = None, **settings: Any) -> None:
    """Write pictures with values from 0 to 1 into one file, such as a PNG: the grid that `make_grid` makes.

    Args:
        tensor: one picture, (C, H, W), or several.
        fp: the file, or an open one.
        format: of the file; by default that of its ending.
        settings: of `make_grid`.

    Raises:
        ImportError: Pillow is not installed.
    """
    with from_extra("train", "writing pictures needs Pillow"):
        from PIL import Image
    grid = make_grid(tensor, **settings).numpy()
    values: Sequence[Any] = rounded(np.floor(grid * 255 + 0.5), np.dtype(np.uint8)).transpose(1, 2, 0)
    Image.fromarray(np.ascontiguousarray(values)).save(fp, format=format)
