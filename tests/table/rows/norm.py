"""Normalization. A large eps keeps drawn inputs that hardly vary well conditioned in float32."""

from __future__ import annotations

from autograd_engine.ops.network import norm

from ..operators import POSITIVE, call, constant, op, ours, real, without_eps

__all__ = ["ROWS"]

_STATISTICS = (constant(3), constant(3, domain=POSITIVE))
_EPS = 0.1

ROWS = (
    op(
        norm.batch_norm,
        call(real(4, 3), None, None, training=True, eps=_EPS),
        call(real(4, 3), None, None, real(3), real(3), True, eps=_EPS),
        call(real(2, 3, 2), None, None, real(3), training=True, eps=1.0),
        call(real(2, 3, 2, 2), None, None, bias=real(3), training=True, eps=_EPS),
        call(real(4, 3, 0), None, None, real(3), real(3), True),
        ours(real(4, 3), None, None, training=True, eps=0.0),
        call(real(2, 3, 2), *_STATISTICS),
        call(real(2, 3), *_STATISTICS, real(3), real(3), eps=_EPS),
        call(real(0, 3), *_STATISTICS, real(3), real(3)),
        torch="nn.functional.batch_norm",
        analytic=False,
    )
    .under(shift=0, moving=(0, 1))
    .under(degree=0, calls=without_eps),
    op(
        norm.instance_norm,
        call(real(2, 3, 4), eps=_EPS),
        call(real(2, 3, 2, 2), None, None, real(3), real(3), eps=_EPS),
        call(real(1, 3, 4), weight=real(3), eps=1.0),
        ours(real(2, 3, 4), eps=0.0),
        call(real(2, 3, 4), *_STATISTICS, real(3), real(3), False),
        torch="nn.functional.instance_norm",
        analytic=False,
    )
    .under(shift=0, moving=(0, 1))
    .under(degree=0, calls=without_eps),
    op(
        norm.group_norm,
        call(real(2, 4, 3), 2, eps=_EPS),
        call(real(2, 4, 3), 2, real(4), real(4), eps=_EPS),
        call(real(2, 4), 1, real(4), eps=1.0),
        call(real(2, 4, 2, 1), 4, bias=real(4), weight=constant(4), eps=_EPS),
        call(real(2, 4, 3), 2, eps=0.0),
        call(real(0, 4, 2), 2, real(4), real(4)),
        torch="nn.functional.group_norm",
        analytic=False,
    )
    .under(shift=0)
    .under(degree=0, calls=without_eps),
    op(
        norm.layer_norm,
        call(real(4), (4,), eps=_EPS),
        call(real(2, 4), (4,), real(4), real(4), eps=_EPS),
        call(real(2, 3, 4), (3, 4), real(3, 4), eps=1.0),
        call(real(2, 3, 4), [4], bias=real(4), eps=_EPS),
        call(real(2, 5), (5,), eps=0.0),
        call(real(0, 4), (4,), real(4), real(4)),
        torch="nn.functional.layer_norm",
        analytic=False,
    )
    .under(shift=0)
    .under(degree=0, calls=without_eps),
    op(
        norm.rms_norm,
        call(real(4), (4,), eps=_EPS),
        call(real(2, 4), (4,), real(4), eps=_EPS),
        call(real(2, 3, 4), (3, 4), real(3, 4), 1.0),
        call(real(2, 4), (4,), eps=0.0),
        call(real(0, 4), (4,), real(4)),
        torch="nn.functional.rms_norm",
        analytic=False,
    ).under(degree=0, calls=without_eps),
    op(
        norm.local_response_norm,
        call(real(2, 5, 3), 3),
        call(real(1, 4, 2, 2), 2, alpha=0.5, beta=0.5, k=2.0),
        call(real(2, 3, 2), 7, 0.3),
        call(real(0, 3, 2), 2),
        torch="nn.functional.local_response_norm",
    ),
)
