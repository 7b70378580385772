"""What all transforms share: the kinds of pictures they take, the range of values, and checks of arguments."""

from __future__ import annotations

from typing import Any, overload

import numpy as np

from ...tensor import Tensor
from ...tensor.creation import from_numpy

Pair = tuple[float, float]
Pixels = np.ndarray[Any, Any]


def pixels(picture: Any) -> Pixels:
    """The pixels of a Pillow picture, or of an array (H, W) or (H, W, C), as an array (C, H, W).

    Raises:
        TypeError: something that is no picture.

    Example:
        >>> pixels(np.zeros((4, 5, 3))).shape
        (3, 4, 5)
    """
    array = np.asarray(picture)
    if array.ndim not in (2, 3) or array.dtype.kind not in "biuf":
        raise TypeError(
            f"expected a picture: a tensor (C, H, W), an array or a Pillow picture, not {type(picture).__name__}"
        )
    return array[np.newaxis] if array.ndim == 2 else np.ascontiguousarray(array.transpose(2, 0, 1))


class Transform:
    """A transform of tensors, arrays and Pillow pictures. A subclass defines `apply`, from array to array."""

    @overload
    def __call__(self, picture: Pixels) -> Pixels: ...

    @overload
    def __call__(self, picture: Any) -> Tensor: ...

    def __call__(self, picture: Any) -> Pixels | Tensor:
        """The transformed picture: an array if it was one, else a tensor."""
        if isinstance(picture, np.ndarray):
            return self.apply(picture)
        return from_numpy(self.apply(picture.array if isinstance(picture, Tensor) else pixels(picture)))

    def apply(self, x: Any) -> Pixels:
        """The transformed array, of shape (..., H, W) like `x`."""
        raise NotImplementedError(f"{type(self).__name__} has no apply(x) that returns the transformed array")


def as_pair(name: str, value: Any) -> tuple[Any, Any]:
    """Two numbers, where one number stands for both.

    Raises:
        ValueError: neither one number nor two.
    """
    pair = (value, value) if isinstance(value, (int, float)) else tuple(value)
    if len(pair) != 2:
        raise ValueError(f"{name} takes one number or two, not {value!r}")
    return pair


def check_chance(name: str, p: float) -> None:
    """Raise ValueError if `p` is no probability; `name` is that of the transform."""
    if not 0 <= p <= 1:
        raise ValueError(f"{name}: p is a probability, not {p}")


def as_unit(x: Any) -> Any:
    """The values as real numbers from 0 to 1; integers from 0 to 255 are divided by 255.

    Raises:
        ValueError: real numbers outside of [0, 1], as after `Normalize`; cutting them off would lose them.
    """
    if x.dtype.kind != "f":
        return x.astype(np.float32) / 255
    if x.size and not (x.min() >= 0 and x.max() <= 1):
        raise ValueError(
            f"colors must lie between 0 and 1, not between {x.min()} and {x.max()}: change them before Normalize()"
        )
    return x


def as_before(values: Any, x: Any) -> Any:
    """The inverse of `as_unit`: `values` cut off at 0 and 1, in the dtype and range of the picture `x`."""
    values = np.clip(values, 0, 1)
    return values.astype(x.dtype, copy=False) if x.dtype.kind == "f" else np.rint(values * 255).astype(x.dtype)


def rounded(values: Any, dtype: Any) -> Any:
    """Real numbers in the dtype of a picture; integers are rounded and cut off at the limits of the dtype."""
    if dtype.kind == "f":
        return values.astype(dtype, copy=False)
    limits = np.iinfo(dtype)
    return np.clip(np.rint(values), limits.min, limits.max).astype(dtype)
