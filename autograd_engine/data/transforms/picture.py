"""What all transforms share: how pictures come and go, and the range of their colors."""

from __future__ import annotations

from typing import Any

import numpy as np

from ...tensor import Tensor
from ...tensor.creation import from_numpy

__all__ = ["Pair", "Transform", "as_before", "as_pair", "as_unit", "check_chance", "pixels", "rounded"]

Pair = tuple[float, float]


def pixels(picture: Any) -> Any:
    """The pixels of a Pillow picture, or of an array (H, W) or (H, W, C), as an array (C, H, W)."""
    array = np.asarray(picture)
    if array.ndim not in (2, 3) or array.dtype.kind not in "biuf":
        raise TypeError(
            f"expected a picture: a tensor (C, H, W), an array or a Pillow picture, not {type(picture).__name__}"
        )
    return array[np.newaxis] if array.ndim == 2 else np.ascontiguousarray(array.transpose(2, 0, 1))


class Transform:
    """A transform that maps an array (..., H, W) to another, told once how pictures come and go."""

    def __call__(self, picture: Any) -> Any:
        """The transformed picture."""
        if isinstance(picture, np.ndarray):
            return self.apply(picture)
        return from_numpy(self.apply(picture.array if isinstance(picture, Tensor) else pixels(picture)))

    def apply(self, x: Any) -> Any:
        """The transformed array."""
        raise NotImplementedError(f"{type(self).__name__} does not define apply()")


def as_pair(name: str, value: Any) -> tuple[Any, Any]:
    """One number for both, or two."""
    pair = (value, value) if isinstance(value, (int, float)) else tuple(value)
    if len(pair) != 2:
        raise ValueError(f"{name} takes one number or two, not {value!r}")
    return pair


def check_chance(name: str, p: float) -> None:
    """Complain of what is no probability."""
    if not 0 <= p <= 1:
        raise ValueError(f"{name}: p is a probability, not {p}")


def as_unit(x: Any) -> Any:
    """Pixels as real numbers from 0 to 1; others would be cut off, and what was normalized lost."""
    if x.dtype.kind != "f":
        return x.astype(np.float32) / 255
    if x.size and not (x.min() >= 0 and x.max() <= 1):
        raise ValueError(
            f"colors must lie between 0 and 1, not between {x.min()} and {x.max()}: change them before Normalize()"
        )
    return x


def as_before(values: Any, x: Any) -> Any:
    """Pixels from 0 to 1, cut off there, in the dtype and range of `x`."""
    values = np.clip(values, 0, 1)
    return values.astype(x.dtype, copy=False) if x.dtype.kind == "f" else np.rint(values * 255).astype(x.dtype)


def rounded(values: Any, dtype: Any) -> Any:
    """Real numbers in the dtype of a picture."""
    if dtype.kind == "f":
        return values.astype(dtype, copy=False)
    limits = np.iinfo(dtype)
    return np.clip(np.rint(values), limits.min, limits.max).astype(dtype)
