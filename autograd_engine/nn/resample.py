"""Modules that move pixels between channels and space, and make images larger or smaller."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from . import functional as F
from .configured import Configured, layer

__all__ = [
    "ChannelShuffle",
    "PixelShuffle",
    "PixelUnshuffle",
    "Upsample",
    "UpsamplingBilinear2d",
    "UpsamplingNearest2d",
]


@layer(F.pixel_shuffle)
class PixelShuffle(Configured):
    """Each r * r channels become r by r pixels: (..., C r^2, H, W) -> (..., C, H r, W r)."""

    upscale_factor: int


@layer(F.pixel_unshuffle)
class PixelUnshuffle(Configured):
    """The inverse of `PixelShuffle`: (..., C, H r, W r) -> (..., C r^2, H, W)."""

    downscale_factor: int


@layer(F.channel_shuffle)
class ChannelShuffle(Configured):
    """Reorders the channels of (N, C, ...): the first channel of each group, then the second of each, and so on."""

    groups: int


def _floats(factor: Any) -> Any:
    return tuple(map(float, factor)) if isinstance(factor, Sequence) else factor and float(factor)


@layer(F.interpolate)
class Upsample(Configured):
    """Interpolates a signal, image or volume to another size: (N, C, d1, ...) -> (N, C, e1, ...).

    Args:
        size: e1, ..., or one number for all.
        scale_factor: e / d instead, for each dimension or for all.
        mode: "nearest", "nearest-exact", "linear", "bilinear", "bicubic", "trilinear" or "area".
        align_corners: whether the centers of the outermost pixels coincide before and after; by default their
            outer edges do.
        recompute_scale_factor: compute the scale from the two sizes, which are rounded, and do not take
            `scale_factor`.

    Raises:
        ValueError: settings that contradict each other, or do not fit the input; see `functional.interpolate`.

    Example:
        >>> Upsample(scale_factor=2)(tensor([[[1.0, 2.0]]]))
        tensor([[[1., 1., 2., 2.]]])
    """

    size: int | Sequence[int] | None = None
    scale_factor: float | Sequence[float] | None = None
    mode: str = "nearest"
    align_corners: bool | None = None
    recompute_scale_factor: bool | None = None

    def __post_init__(self) -> None:
        self.scale_factor = _floats(self.scale_factor)

    def extra_repr(self) -> str:
        """The size or factor, and the mode."""
        wanted = f"size={self.size}" if self.scale_factor is None else f"scale_factor={self.scale_factor}"
        return f"{wanted}, mode={self.mode!r}"


class UpsamplingNearest2d(Upsample):
    """`Upsample` of images (N, C, H, W) with mode "nearest"."""

    def __init__(
        self, size: int | Sequence[int] | None = None, scale_factor: float | Sequence[float] | None = None
    ) -> None:
        super().__init__(size, scale_factor)


class UpsamplingBilinear2d(Upsample):
    """`Upsample` of images (N, C, H, W) with mode "bilinear" and aligned corners."""

    def __init__(
        self, size: int | Sequence[int] | None = None, scale_factor: float | Sequence[float] | None = None
    ) -> None:
        super().__init__(size, scale_factor, "bilinear", align_corners=True)
