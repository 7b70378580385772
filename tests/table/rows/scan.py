"""Running sums, products and extremes, differences and trapezoids."""

from __future__ import annotations

import numpy as np

from autograd_engine.ops import scan

from ..operators import Call, call, given, op, real

__all__ = ["ROWS"]

_ZEROS = given([[0.0, 2.0, 3.0], [0.0, 0.0, 3.0], [1.0, 0.0, 3.0], [1.0, 2.0, 3.0]])
_EQUAL = given([[1.0, 3.0, 3.0, 2.0], [3.0, 0.0, 0.0, 3.0]])
_NAN = given([[1.0, np.nan, 3.0, np.nan, 2.0], [1.0, 2.0, 0.0, 0.0, 5.0]])
_HUGE = given([[-5000.0, -1000.0, 1.0, 800.0, 2.0], [-3.0, 0.0, -900.0, 0.0, 1.0]])
_UNEVEN = given([0.0, 0.5, 1.5, 1.75])


def _of_neighbours(call: Call) -> bool:
    """Whether a call of `diff` subtracts, and elements of its first argument only."""
    return call.arguments[1:] != (0,) and len(call.arguments) < 4


_SHAPES = [((2, 3), 0), ((2, 3), -1), ((), 0), ((0, 3), 0), ((2, 1), 1), ((2, 3, 2), 1)]

_ALONG = [call(real(*s), d) for s, d in _SHAPES]

ROWS = (
    # The larger ones are formed in blocks and in rows.
    op(scan.cumsum, *_ALONG, edges=[call(real(3, 1500), 1), call(real(40, 130), 0), call(_NAN, 1)]).under(degree=1),
    op(scan.cumprod, *_ALONG, call(_ZEROS, 1), call(_ZEROS, 0), edges=[call(_ZEROS, 1)]),
    op(scan.cummax, *_ALONG, analytic=False, edges=[call(_EQUAL, 1), call(_EQUAL, 0), call(_NAN, 1)]).under(
        shift=(1, 0), degree=(1, 0)
    ),
    op(scan.cummin, *_ALONG, analytic=False, edges=[call(_EQUAL, 1), call(_EQUAL, 0), call(_NAN, 1)]).under(
        shift=(1, 0), degree=(1, 0)
    ),
    op(scan.logcumsumexp, *_ALONG, analytic=False, edges=[call(_HUGE, 1)]).under(shift=1),
    op(
        scan.diff,
        call(real(2, 3)),
        call(real(2, 3), 2),
        call(real(2, 3), dim=0),
        call(real(2, 3), 0),
        call(real(2, 3), 1, 1, real(2, 1), append=real(2, 2)),
        call(real(0, 3)),
        call(real(1)),
    ).under(shift=0, calls=_of_neighbours),
    op(
        scan.gradient,
        call(real(4)),
        call(real(3, 4)),
        call(real(3, 4), dim=1, spacing=0.5),
        call(real(3, 4), spacing=[0.5, 2.0]),
        call(real(3, 4), dim=0, edge_order=2),
        call(real(2, 4), spacing=(_UNEVEN,), dim=1, edge_order=2),
        call(real(2), spacing=2.0),
        torch=lambda torch, x, **settings: [*torch.gradient(x, **settings)],
    ).under(shift=0, degree=1),
    *(
        op(
            rule,
            call(real(2, 3)),
            call(real(2, 3), dx=0.5),
            call(real(2, 3), real(3)),
            call(real(2, 3), real(2, 3)),
            call(real(2, 3), real(2), dim=0),
            call(real(2, 3), real(2, 1), dim=0),
            call(real(0, 3)),
            call(real(1)),
        ).under(degree=1)
        for rule in (scan.trapezoid, scan.cumulative_trapezoid)
    ),
)
