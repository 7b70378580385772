"""Pooling. Elements that differ clearly keep the largest of a window the same for finite differences."""

from __future__ import annotations

from autograd_engine.ops.network import adaptive_pooling, pooling, unpooling

from ..operators import POSITIVE, call, constant, given, op, real

__all__ = ["ROWS"]

_SHARE = POSITIVE._replace(low=0.05, high=0.95)
_SAMPLES = constant(2, 3, 2, domain=_SHARE)

ROWS = (
    op(
        pooling.max_pool1d,
        call(real(2, 3, 8), 2),
        call(real(3, 8), 3, 2, 1),
        call(real(2, 3, 7), 2, 2, ceil_mode=True),
        call(real(2, 2, 7), 2, 1, dilation=2),
        torch="nn.functional.max_pool1d",
        analytic=False,
    ),
    op(
        pooling.max_pool2d,
        call(real(2, 3, 4, 4), 2),
        call(real(2, 3, 5, 4), (3, 2), (2, 1), (1, 0)),
        call(real(2, 5, 5), 2, 2, 1, ceil_mode=True),
        call(real(1, 2, 5, 5), 2, (1, 2), dilation=(2, 1)),
        torch="nn.functional.max_pool2d",
        analytic=False,
    ),
    op(
        pooling.max_pool3d,
        call(real(1, 2, 4, 3, 4), 2),
        call(real(2, 3, 3, 4), (1, 2, 3), 1, (0, 1, 1)),
        torch="nn.functional.max_pool3d",
        analytic=False,
    ),
    op(
        pooling.avg_pool1d,
        call(real(2, 3, 8), 2),
        call(real(3, 8), 3, 2, 1, count_include_pad=False),
        call(real(2, 3, 7), 4, 3, 1, True),
        torch="nn.functional.avg_pool1d",
    ),
    op(
        pooling.avg_pool2d,
        call(real(2, 3, 4, 4), 2),
        call(real(2, 3, 5, 4), (3, 2), (2, 1), (1, 0), count_include_pad=False),
        call(real(2, 5, 5), 2, 2, 1, True),
        call(real(1, 2, 5, 5), 3, (1, 2), divisor_override=2),
        torch="nn.functional.avg_pool2d",
    ),
    op(
        pooling.avg_pool3d,
        call(real(1, 2, 4, 3, 4), 2),
        call(real(2, 3, 3, 4), (1, 2, 3), 1, (0, 1, 1), divisor_override=5),
        torch="nn.functional.avg_pool3d",
    ),
    op(
        pooling.lp_pool1d,
        call(real(2, 3, 8, domain=POSITIVE), 2, 2),
        call(real(3, 7, domain=POSITIVE), 3, 3, 2),
        torch="nn.functional.lp_pool1d",
        analytic=False,
    ),
    op(
        pooling.lp_pool2d,
        call(real(2, 3, 4, 4, domain=POSITIVE), 2, 2),
        call(real(2, 3, 5, 4, domain=POSITIVE), 3.0, (3, 2), 1),
        torch="nn.functional.lp_pool2d",
        analytic=False,
    ),
    op(
        pooling.lp_pool3d,
        call(real(1, 2, 4, 2, 4, domain=POSITIVE), 2, 2),
        torch="nn.functional.lp_pool3d",
        analytic=False,
    ),
    op(
        adaptive_pooling.adaptive_avg_pool1d,
        call(real(2, 3, 8), 3),
        call(real(3, 5), 5),
        torch="nn.functional.adaptive_avg_pool1d",
    ),
    op(
        adaptive_pooling.adaptive_avg_pool2d,
        call(real(2, 3, 5, 4), (2, None)),
        call(real(2, 4, 4), 1),
        call(real(1, 2, 4, 6), 2),
        torch="nn.functional.adaptive_avg_pool2d",
    ),
    op(
        adaptive_pooling.adaptive_avg_pool3d,
        call(real(1, 2, 3, 4, 2), (2, 3, 1)),
        torch="nn.functional.adaptive_avg_pool3d",
    ),
    op(
        adaptive_pooling.adaptive_max_pool1d,
        call(real(2, 3, 8), 3),
        call(real(3, 5), 5),
        torch="nn.functional.adaptive_max_pool1d",
        analytic=False,
    ),
    op(
        adaptive_pooling.adaptive_max_pool2d,
        call(real(2, 3, 5, 4), (2, None)),
        call(real(1, 2, 4, 6), 2),
        torch="nn.functional.adaptive_max_pool2d",
        analytic=False,
    ),
    op(
        adaptive_pooling.adaptive_max_pool3d,
        call(real(1, 2, 3, 4, 2), (2, 3, 1)),
        torch="nn.functional.adaptive_max_pool3d",
        analytic=False,
    ),
    op(
        adaptive_pooling.fractional_max_pool2d,
        call(real(2, 3, 7, 6), 2, (4, 3), None, False, _SAMPLES),
        call(real(2, 3, 7, 6), (2, 3), output_ratio=(0.5, 0.5), _random_samples=_SAMPLES),
        torch="nn.functional.fractional_max_pool2d",
        analytic=False,
    ),
    op(
        adaptive_pooling.fractional_max_pool3d,
        call(real(1, 2, 5, 4, 4), 2, 2, None, False, constant(1, 2, 3, domain=_SHARE)),
        torch="nn.functional.fractional_max_pool3d",
        analytic=False,
    ),
    op(
        unpooling.max_unpool1d,
        call(real(1, 2, 2), given([[[1, 2], [0, 3]]]), 2),
        call(real(1, 2), given([[1, 4]]), 2, output_size=(5,)),
        torch="nn.functional.max_unpool1d",
    ),
    op(
        unpooling.max_unpool2d,
        call(real(1, 1, 2, 2), given([[[[0, 3], [9, 14]]]]), 2),
        torch="nn.functional.max_unpool2d",
    ),
    op(
        unpooling.max_unpool3d,
        call(real(1, 1, 1, 2, 2), given([[[[[0, 3], [25, 14]]]]]), 2),
        torch="nn.functional.max_unpool3d",
    ),
)
