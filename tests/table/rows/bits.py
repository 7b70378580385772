"""Integers: bits and divisors."""

from __future__ import annotations

from autograd_engine.ops import bits

from ..operators import (
    BITS,
    call,
    elementwise,
    given,
    integers,
    mask,
)

__all__ = ["ROWS"]


ROWS = (
    elementwise(bits.bitwise_and, BITS, BITS, order=0, more=[call(mask(3), mask(3))]),
    elementwise(bits.bitwise_or, BITS, BITS, order=0, more=[call(mask(3), mask(3))]),
    elementwise(bits.bitwise_xor, BITS, BITS, order=0, more=[call(mask(3), mask(3))]),
    elementwise(bits.bitwise_left_shift, BITS, BITS, order=0, more=[call(integers(3, below=9), 2)]),
    elementwise(
        bits.bitwise_right_shift,
        BITS,
        BITS,
        order=0,
        more=[call(given([-9, -1, 200]), 2), call(given([-9]), 80)],
    ),
    elementwise(bits.gcd, BITS, BITS, order=0, more=[call(given([-12, 18, 0]), given([18, -12, 0]))]),
    elementwise(bits.lcm, BITS, BITS, order=0, more=[call(given([-12, 18, 0]), given([18, -12, 0]))]),
    elementwise(bits.bitwise_not, BITS, order=0, more=[call(mask(3))]),
)
