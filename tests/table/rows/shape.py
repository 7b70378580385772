"""Shapes."""

from __future__ import annotations

import autograd_engine as ag
from autograd_engine.engine import broadcast
from autograd_engine.ops import shape

from ..operators import ANY, call, elementwise, op, real

__all__ = ["ROWS"]

ROWS = (
    elementwise(broadcast.identity, ANY, torch=lambda torch, x: x.clone()),
    elementwise(ag.clone, ANY),
    op(
        shape.expand,
        call(real(2, 1), 2, 3),
        call(real(3), (2, -1)),
        call(real(), 2, 2),
        call(real(1), 0),
        call(real(0, 1), 0, 3),
        call(real(2, 3), 2, 3),
        torch="Tensor.expand",
    ),
    op(
        shape.sum_to_size,
        call(real(2, 3), 1, 3),
        call(real(2, 3), (3,)),
        call(real(2, 3), 2, 3),
        call(real(2, 3), (1, 1)),
        call(real(2, 3), ()),
        call(real(0, 3), 1, 3),
        torch=lambda torch, x, *sizes: x.sum_to_size(*sizes) if sizes != ((),) else x.sum(),
    ),
    *(
        op(
            reshape,
            call(real(2, 3), 3, 2),
            call(real(2, 3), (6,)),
            call(real(2, 3), -1, 2),
            call(real(1, 1), ()),
            call(real(), 1, 1),
            call(real(0, 3), 3, 0),
            torch=name,
            contiguous=reshape is shape.view,
        )
        for reshape, name in ((shape.reshape, "Tensor.reshape"), (shape.view, "Tensor.view"))
    ),
    op(
        shape.permute,
        call(real(2, 3), 1, 0),
        call(real(2, 3, 4), (2, 0, 1)),
        call(real(2, 3, 4), -1, 0, 1),
        call(real(0, 3), 1, 0),
        call(real(), ()),
        torch="Tensor.permute",
    ),
    op(
        shape.transpose,
        call(real(2, 3), 0, 1),
        call(real(2, 3, 4), -1, 0),
        call(real(), 0, -1),
        call(real(0, 3), 1, 0),
    ),
    op(shape.t, call(real(2, 3)), call(real(3)), call(real()), call(real(0, 2))),
    op(shape.movedim, call(real(2, 3, 4), 0, 2), call(real(2, 3, 4), (0, 1), (-1, 0)), call(real(0, 3), 1, 0)),
    op(shape.ravel, call(real(2, 3)), call(real()), call(real(0, 3))),
    op(
        shape.flatten,
        call(real(2, 3, 2)),
        call(real(2, 3, 2), 1),
        call(real(2, 3, 2), 0, 1),
        call(real()),
        call(real(0, 3)),
    ),
    op(
        shape.squeeze,
        call(real(2, 1, 3)),
        call(real(2, 1, 3), 1),
        call(real(2, 1, 3), 0),
        call(real(1, 2, 1), (0, -1)),
        call(real()),
        call(real(1, 0)),
    ),
    op(
        shape.unsqueeze,
        call(real(2, 3), 0),
        call(real(2, 3), -1),
        call(real(2, 3), 1),
        call(real(), 0),
        call(real(0), 1),
    ),
    op(shape.flip, call(real(2, 3), 0), call(real(2, 3), (0, -1)), call(real(0, 3), 1), torch="Tensor.flip"),
    op(
        shape.cat,
        call([real(2, 3), real(1, 3)]),
        call((real(2, 3), real(2, 1), real(2, 3)), -1),
        call([real(2, 3), real(0, 3)], dim=0),
        call([real(3)]),
    ),
    op(
        shape.stack,
        call([real(2, 3), real(2, 3)]),
        call([real(2), real(2)], -1),
        call([real(), real()]),
        call([real(0)], 1),
    ),
    op(
        shape.split,
        call(real(5, 2), 2),
        call(real(2, 5), [1, 0, 4], dim=1),
        call(real(2, 4), 2, -1),
        call(real(0, 3), 2),
    ),
    op(shape.chunk, call(real(5, 2), 2), call(real(2, 4), 3, -1), call(real(0, 3), 2)),
    op(shape.unbind, call(real(3, 2)), call(real(3, 2), 1), call(real(3)), call(real(2, 0))),
)
