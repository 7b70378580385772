"""Activation functions. Random ones get a seeded generator, so that every call makes the same draws."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from autograd_engine.backend.random import Generator
from autograd_engine.ops.network import activation, gates

from ..operators import ANY, NONZERO, Call, Domain, Operator, call, elementwise, given, op, real

__all__ = ["ROWS"]

_FAR = call(given([-1000.0, -40.0, 0.0, 40.0, 1000.0]))
_KINKS = [-np.inf, -1000.0, -6.0, -3.0, -1.0, -0.5, -0.0, 0.0, 0.5, 1.0, 3.0, 6.0, 1000.0, np.inf]
_AT_KINKS = call(given(_KINKS))
_WIDE = Domain(-8.0, 8.0)


def _row(name: str, domain: Domain, *more: Call, edges: Sequence[Call] = (), finite: bool = False) -> Operator:
    """A function of one array; `finite` where the limits are NaN, and not compared."""
    ends = call(given(_KINKS[1:-1])) if finite else _AT_KINKS
    function = getattr(activation, name)
    return elementwise(
        function, domain, more=more, edges=[ends, *edges], torch=f"nn.functional.{name}", analytic=False
    )


def _seeded(function: Any) -> Any:
    """The random function, which draws the same numbers in every call."""

    def repeated(*arguments: Any, **settings: Any) -> Any:
        return function(*arguments, **settings, generator=Generator().manual_seed(1))

    repeated.__name__ = function.__name__
    return repeated


ROWS = (
    _row("celu", NONZERO, call(real(3, domain=NONZERO), 0.7), edges=[call(given(_KINKS), 2.0)]),
    _row("elu", NONZERO, call(real(3, domain=NONZERO), 0.7), edges=[call(given(_KINKS), -0.5)]),
    _row("selu", NONZERO),
    _row(
        "gelu",
        ANY,
        call(real(2, 3), approximate="tanh"),
        edges=[call(given(_KINKS[1:-1]), approximate="tanh")],
        finite=True,
    ),
    _row("hardshrink", _WIDE, call(real(3), 1.5)),
    _row("softshrink", _WIDE, call(real(3), 1.5), call(real(3), 0.0), finite=True),
    _row("hardsigmoid", _WIDE),
    _row("hardswish", _WIDE, finite=True),
    _row("hardtanh", _WIDE, call(real(4), -0.3, 1.2)),
    _row("relu6", Domain(-9.0, 9.0)),
    _row("leaky_relu", NONZERO, call(real(4, domain=NONZERO), 0.3), call(real(4, domain=NONZERO), -0.5)).under(
        degree=1
    ),
    _row("logsigmoid", ANY, finite=True),
    _row("mish", ANY, finite=True),
    _row("silu", ANY, finite=True),
    _row(
        "softplus",
        ANY,
        call(real(2, 2), 1.7),
        call(real(2, 2), 0.5, 30),
        call(real(6, domain=_WIDE), beta=2, threshold=3),
        finite=True,
    ),
    _row("softsign", NONZERO, finite=True),
    _row("tanhshrink", ANY),
    op(
        activation.threshold,
        call(real(6), 0.1, 20.0),
        call(real(2, 3), -0.5, -1),
        call(real(), 0.3, 0.0),
        call(real(0, 3), 0.1, 1.0),
        torch="nn.functional.threshold",
        analytic=False,
        edges=[call(given([0.1, 0.2, np.nan, -np.inf]), 0.1, 20.0)],
    ),
    op(
        activation.prelu,
        call(real(2, 3, domain=NONZERO), real(1)),
        call(real(2, 3, domain=NONZERO), real(3)),
        call(real(2, 3, 2, domain=NONZERO), real(3)),
        call(real(4, domain=NONZERO), real(1)),
        call(real(domain=NONZERO), real(1)),
        call(real(2, 3, domain=NONZERO), real()),
        call(real(0, 3, 2, domain=NONZERO), real(3)),
        torch="nn.functional.prelu",
        analytic=False,
        edges=[call(given([[0.0, -0.0], [-1.0, 2.0]]), given([0.5, -2.0]))],
    ).under(degree=1),
    op(
        activation.rrelu,
        call(real(2, 3, domain=NONZERO)),
        call(real(4, domain=NONZERO), 0.2, 0.9),
        call(real(domain=NONZERO), 0.2, 0.2, True),
        call(real(0, 3), 0.2, 0.3, False),
        torch="nn.functional.rrelu",
        analytic=False,
        edges=[_FAR],
    ),
    op(
        gates.glu,
        call(real(2, 4)),
        call(real(2, 4), 0),
        call(real(2, 4, 3), dim=1),
        call(real(0, 2)),
        call(real(3, 0)),
        torch="nn.functional.glu",
        analytic=False,
        edges=[_FAR._replace(arguments=(given([1000.0, -1000.0, 40.0, -40.0]),))],
    ),
    op(
        gates.maxout,
        call(real(2, 6), 3),
        call(real(2, 6), 2, 1),
        call(real(4, 3, 2), 4, dim=0),
        call(real(4), 1),
        call(real(0, 4), 2),
        torch=lambda torch, x, n, dim=-1: x.unflatten(dim, (-1, n)).amax(dim + 1 if dim >= 0 else dim),
        analytic=False,
        edges=[call(given([1.0, 1.0, 2.0, 3.0, 0.0, -1.0]), 3)],
    ),
    Operator(
        "gumbel_softmax",
        _seeded(gates.gumbel_softmax),
        (
            call(real(2, 3)),
            call(real(2, 3), 0.5),
            call(real(2, 3), 2.0, dim=0),
            call(real(0, 3)),
            call(real(3)),
            call(real(2, 3, 2), 1.5, False, 1e-10, 1),
        ),
        analytic=False,
        of=gates.gumbel_softmax,
    ).under(shift=0),
)
