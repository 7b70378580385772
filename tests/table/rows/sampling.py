"""Sampling. Places that are given, and not drawn, stay clear of the bends at the elements."""

from __future__ import annotations

from autograd_engine.ops.network import sampling

from ..operators import call, given, op, real

__all__ = ["ROWS"]

_PLACES = given([[[[-0.72, 0.33], [0.18, -0.55]], [[0.81, 0.93], [-0.27, 0.06]]]])
_OUTSIDE = given([[[[-1.72, 0.33], [0.18, -1.55]]]])
_VOLUME = given([[[[[-0.72, 0.33, 0.41], [0.18, -0.55, -0.85]]]]])

ROWS = (
    op(
        sampling.grid_sample,
        *(
            call(real(1, 2, 4, 3), place, mode, padding_mode, aligned)
            for place in (_PLACES, _OUTSIDE)
            for mode in ("bilinear", "nearest", "bicubic")
            for padding_mode in ("zeros", "border", "reflection")
            for aligned in (False, True)
        ),
        call(real(1, 2, 3, 4, 3), _VOLUME, align_corners=False),
        call(real(1, 2, 3, 4, 3), _VOLUME, "nearest", align_corners=True),
        call(real(2, 1, 3, 3), real(2, 2, 1, 2), align_corners=False),
        torch="nn.functional.grid_sample",
        analytic=False,
    ),
    op(
        sampling.affine_grid,
        call(real(2, 2, 3), (2, 1, 3, 4), align_corners=False),
        call(real(1, 3, 4), (1, 1, 2, 3, 2), True),
        torch="nn.functional.affine_grid",
    ),
)
