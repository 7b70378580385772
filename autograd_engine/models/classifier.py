"""A network that tells the class of a picture: what its constructor, its input and its weight files have in common
with those of the others."""

from __future__ import annotations

import math
from typing import Any, ClassVar

from .. import nn

__all__: list[str] = []


class PictureClassifier(nn.Module):
    """Takes pictures (N, C, H, W) and gives a score for each class (N, num_classes).

    A subclass says in `_heads` which of its modules depend on the number of classes, by their dotted names, the
    main one first: a weight file for other classes leaves them as they are. `_extras` are modules that a model may
    do without. The channels and sizes that it takes are attributes of the class or of the instance.
    """

    _heads: ClassVar[tuple[str, ...]] = ("fc",)
    _extras: ClassVar[tuple[str, ...]] = ()
    _channels: int = 3
    _smallest: int = 1
    _largest: int | None = None

    def _check(self, x: Any) -> None:
        """Raise a ValueError that tells the sizes if the pictures do not fit."""
        shape, largest = tuple(x.shape), self._largest or math.inf
        fits = len(shape) == 4 and shape[1] == self._channels
        if not fits or min(shape[2:]) < self._smallest or max(shape[2:]) > largest:
            sizes = f"from {self._smallest} to {self._largest}" if self._largest else f"at least {self._smallest}"
            raise ValueError(
                f"{type(self).__name__} takes pictures (N, {self._channels}, H, W) with H and W {sizes}, "
                f"got shape {shape}"
            )
