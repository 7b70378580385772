"""Pixels moved between channels and space, and interpolation."""

from __future__ import annotations

from autograd_engine.ops.network import resample

from ..operators import Call, call, given, op, ours, real

__all__ = ["ROWS"]

_IMAGES = {"linear": (2, 1, 5), "bilinear": (1, 2, 3, 4), "trilinear": (1, 1, 2, 3, 3), "bicubic": (1, 1, 4, 5)}


def _smooth(mode: str) -> list[Call]:
    """Larger, smaller, to one pixel, with all that decides where samples lie."""
    image = real(*_IMAGES[mode])
    dims = len(image.shape) - 2
    return [
        call(image, 7, mode=mode),
        call(image, tuple(range(1, dims + 1)), None, mode, True),
        call(image, None, 1.7, mode, False),
        call(image, None, tuple(0.6 + i for i in range(dims)), mode, True),
        call(image, scale_factor=2.3, mode=mode, recompute_scale_factor=True),
    ]


def _any(mode: str) -> list[Call]:
    return [
        call(real(2, 1, 5), 7, mode=mode),
        call(real(2, 1, 5), None, 2, mode),
        call(real(1, 2, 3, 4), (2, 7), mode=mode),
        call(real(1, 2, 3, 4), None, (1.7, 0.6), mode),
        call(real(1, 1, 2, 3, 3), None, 2.4, mode, None, True),
        call(real(0, 2, 3, 4), 5, mode=mode),
    ]


ROWS = (
    op(
        resample.pixel_shuffle,
        call(real(1, 8, 2, 3), 2),
        call(real(9, 1, 2), 3),
        call(real(2, 1, 4, 1, 1), 2),
        ours(real(0, 4, 2, 2), 2),
    ),
    op(
        resample.pixel_unshuffle,
        call(real(1, 2, 4, 2), 2),
        call(real(1, 3, 6), 3),
        call(real(2, 1, 1, 2, 2), 2),
        ours(real(0, 1, 2, 2), 2),
    ),
    op(
        resample.channel_shuffle,
        call(real(1, 6, 2), 3),
        call(real(2, 4, 1, 3), 2),
        call(real(2, 4, 3), 1),
        call(real(0, 4, 2), 2),
    ),
    op(
        resample.interpolate,
        *(c for mode in ("nearest", "nearest-exact", "area") for c in _any(mode)),
        *(c for mode in _IMAGES for c in _smooth(mode)),
        *(
            call(real(1, 1, 6, 5), size, mode=mode, align_corners=align, antialias=True)
            for mode in ("bilinear", "bicubic")
            for size, align in (((2, 3), False), ((3, 8), True), ((7, 2), False))
        ),
        torch="nn.functional.interpolate",
        edges=[call(given([[[1.0, float("inf"), 2.0, float("nan")]]]), 7)],
    ).under(shift=1),
)
