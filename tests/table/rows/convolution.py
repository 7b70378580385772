"""Convolution, in one to three dimensions, and transposed."""

from __future__ import annotations

from autograd_engine.ops.network import convolution

from ..operators import call, op, ours, real

__all__ = ["ROWS"]

ROWS = (
    op(
        convolution.conv1d,
        call(real(2, 3, 7), real(4, 3, 3)),
        call(real(2, 3, 7), real(4, 3, 3), real(4), 2, 1),
        call(real(3, 7), real(4, 3, 2), stride=[2], dilation=2),
        call(real(2, 4, 6), real(6, 2, 3), real(6), groups=2, padding="same"),
        ours(real(2, 4, 6), real(4, 1, 2), None, groups=4, padding="same", dilation=3),
        call(real(1, 2, 5), real(2, 2, 3), padding="valid"),
        call(real(0, 2, 5), real(2, 2, 3), real(2)),
        torch="nn.functional.conv1d",
    ),
    op(
        convolution.conv2d,
        call(real(2, 3, 5, 4), real(4, 3, 3, 2), real(4)),
        call(real(2, 2, 6, 5), real(4, 2, 3, 3), None, (2, 1), (1, 2)),
        call(real(1, 2, 7, 7), real(2, 2, 3, 2), real(2), 3, 2, dilation=(2, 1)),
        call(real(2, 4, 4, 4), real(6, 2, 1, 1), real(6), groups=2),
        call(real(2, 3, 4, 4), real(6, 1, 3, 3), None, 1, 1, groups=3),
        call(real(2, 5, 5), real(3, 2, 2, 2), padding="same"),
        call(real(2, 3, 4, 4), real(2, 3, 1, 1)),
        torch="nn.functional.conv2d",
    ),
    op(
        convolution.conv3d,
        call(real(1, 2, 4, 3, 3), real(2, 2, 2, 2, 2), real(2)),
        call(real(2, 2, 3, 3, 3), real(2, 1, 2, 3, 1), None, (1, 2, 1), (1, 1, 0), groups=2),
        torch="nn.functional.conv3d",
    ),
    op(
        convolution.conv_transpose1d,
        call(real(2, 3, 4), real(3, 2, 3), real(2)),
        call(real(3, 4), real(3, 2, 3), None, 2, 1, 1),
        call(real(2, 4, 4), real(4, 3, 2), real(6), stride=3, groups=2),
        call(real(2, 2, 4), real(2, 2, 3), dilation=2, output_padding=1, padding=1),
        torch="nn.functional.conv_transpose1d",
    ),
    op(
        convolution.conv_transpose2d,
        call(real(2, 3, 3, 3), real(3, 2, 2, 3), real(2)),
        call(real(1, 4, 3, 3), real(4, 1, 3, 3), real(2), 2, (1, 0), (1, 0), 2),
        torch="nn.functional.conv_transpose2d",
    ),
    op(
        convolution.conv_transpose3d,
        call(real(1, 2, 2, 2, 2), real(2, 2, 2, 1, 2), real(2), (2, 1, 1)),
        torch="nn.functional.conv_transpose3d",
    ),
)
