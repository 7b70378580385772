"""Recurrent layers and their single steps."""

from __future__ import annotations

from autograd_engine.ops.network.recurrence import functions

from ..operators import UNIT, Domain, Input, call, op, real

__all__ = ["ROWS"]

_AWAY = Domain(0.2, 1.0)
"""Where no sum of products is 0, and a relu has a derivative."""


def _weights(gates: int, size: int, hidden: int, bias: bool = True, domain: Domain = UNIT) -> list[Input]:
    """w_ih and w_hh, and the biases."""
    shapes = [(size,), (hidden,), *([(), ()] if bias else [])]
    return [real(gates * hidden, *more, domain=domain) for more in shapes]


ROWS = (
    op(
        functions.rnn_tanh,
        call(real(1, 2, 1), real(2, 1, 1), 2 * _weights(1, 1, 1, False), False, 1, 0.0, False, True, True),
        analytic=False,
    ),
    op(
        functions.rnn_relu,
        call(
            real(2, 1, 1, domain=_AWAY),
            real(1, 1, 1, domain=_AWAY),
            _weights(1, 1, 1, False, domain=_AWAY),
            *(False, 1, 0.0, False, False, False),
        ),
        analytic=False,
    ),
    op(
        functions.gru,
        call(real(2, 1, 1), real(1, 1, 1), _weights(3, 1, 1), True, 1, 0.0, False, False, False),
        analytic=False,
    ),
    op(
        functions.lstm,
        call(real(2, 1, 1), (real(1, 1, 1), real(1, 1, 1)), _weights(4, 1, 1), True, 1, 0.0, False, False, False),
        analytic=False,
    ),
    op(functions.rnn_tanh_cell, call(real(2, 1), real(2, 2), *_weights(1, 1, 2)), analytic=False),
    op(
        functions.rnn_relu_cell,
        call(real(1, 1, domain=_AWAY), real(1, 1, domain=_AWAY), *_weights(1, 1, 1, False, domain=_AWAY)),
        analytic=False,
    ),
    op(functions.gru_cell, call(real(1, 2), real(1, 1), *_weights(3, 2, 1, False)), analytic=False),
    op(
        functions.lstm_cell,
        call(real(2, 1), (real(2, 1), real(2, 1)), *_weights(4, 1, 1, False)),
        call(real(0, 2), (real(0, 1), real(0, 1)), *_weights(4, 2, 1, False)),
        analytic=False,
    ),
)
