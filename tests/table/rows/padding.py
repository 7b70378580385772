"""Padding."""

from __future__ import annotations

from autograd_engine.ops.network import padding

from ..operators import call, op, ours, real

__all__ = ["ROWS"]

ROWS = (
    op(
        padding.pad,
        call(real(2, 3), (1, 2)),
        call(real(2, 3), (1, 0, 0, 2), "constant", 1.5),
        call(real(2, 3, 4), (-1, 2, 0, -2), value=-1.0),
        call(real(2, 3), (-2, -1)),
        call(real(2, 3), ()),
        call(real(0, 3), (1, 1, 1, 0)),
        call(real(), ()),
        *(
            more
            for mode in ("reflect", "replicate", "circular")
            for more in (
                call(real(2, 3), (2, 1), mode),
                call(real(2, 3, 4), (0, 3, 2, 2), mode),
                call(real(1, 2, 3, 2, 4), (1, 2, 1, 0, 0, 1), mode),
                call(real(1, 2, 4), (3, 0), mode=mode),
                ours(real(4), (1, 2), mode),
                ours(real(1, 5), (-1, 2), mode),
                ours(real(0, 5), (1, 2), mode),
            )
        ),
        torch="nn.functional.pad",
    ),
)
