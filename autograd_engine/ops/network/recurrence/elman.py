"""The plain recurrent layer, h_t = tanh(W x_t + b + U h_(t-1) + c), through whole sequences in one node.

Source: Elman, "Finding structure in time", 1990.
"""

from __future__ import annotations

import numpy as np

from ....backend.arrays import Array, astype
from ....backend.kernels import masked, matmul
from ....backend.kernels.layers import before_each, begun, projected, weight_gradients
from ....backend.kernels.recurrence import Sizes, steps_of
from ....backend.kinds import kind_of
from ....engine.plan import Jointly
from ....engine.primitive import primitive
from ...linear_algebra.products import linear
from ...math import tanh
from ...piecewise import relu
from .steps import unrolled, wide

__all__ = ["elman"]


def _composed(
    x: Array,
    h: Array,
    w_ih: Array,
    w_hh: Array,
    b_ih: Array,
    b_hh: Array,
    sizes: Sizes,
    reverse: bool,
    rectified: bool,
) -> tuple[Array, ...]:
    bend = relu if rectified else tanh

    def step(given: Array, hidden: Array) -> tuple[Array, ...]:
        return (bend(given + linear(hidden, w_hh, b_hh)),)

    return unrolled(step, linear(x, w_ih, b_ih), (h,), (w_hh.shape[1],), sizes, reverse)


def _rule(
    g: tuple[Array, Array],
    x: Array,
    h: Array,
    w_ih: Array,
    w_hh: Array,
    out: tuple[Array, Array],
    sizes: Sizes,
    reverse: bool,
    rectified: bool,
    wanted: tuple[bool, ...],
) -> tuple[Array, ...]:
    x, h, w_ih, w_hh, states = wide(x, h, w_ih, w_hh, out[0])
    changes = kind_of(x).empty(states.shape, states.dtype)
    carried = begun(g[1], states, sizes[0], states.shape[1])
    for rows, batch in reversed(steps_of(sizes, reverse)):
        state, change, arrived = states[rows], changes[rows], carried[batch]
        arrived += g[0][rows]
        if rectified:
            change[...] = masked(arrived, state != 0)
        else:
            np.multiply(state, state, out=change)
            np.subtract(1, change, out=change)
            change *= arrived
        matmul(change, w_hh, out=arrived)
    weights = weight_gradients(changes, changes, x, before_each(states, h, sizes, reverse), wanted[2:])
    return matmul(changes, w_ih) if wanted[0] else None, carried, *weights


@primitive(
    outputs=2,
    composition=_composed,
    jointly=Jointly(("x", "h", "w_ih", "w_hh", "b_ih", "b_hh"), _rule),
)
def elman(
    x: Array,
    h: Array,
    w_ih: Array,
    w_hh: Array,
    b_ih: Array,
    b_hh: Array,
    *,
    sizes: Sizes,
    reverse: bool,
    rectified: bool,
) -> tuple[Array, Array]:
    """The states after each step, a row for each element, and the last ones; with relu for tanh if `rectified`.

    Shapes: x (rows, in), h (batch, hidden) or None for 0, w_ih (hidden, in), w_hh (hidden, hidden), the biases
    (hidden,) or None.
    """
    dtype = x.dtype
    x, h, w_ih, w_hh, b_ih, b_hh = wide(x, h, w_ih, w_hh, b_ih, b_hh)
    states = projected(x, w_ih, b_ih, b_hh)
    hidden = begun(h, states, sizes[0], states.shape[1])
    recurrent, weight = kind_of(x).empty(hidden.shape, hidden.dtype), w_hh.T
    for rows, batch in steps_of(sizes, reverse):
        state, current, arrived = states[rows], hidden[batch], recurrent[batch]
        matmul(current, weight, state, arrived)
        if rectified:
            np.maximum(arrived, 0, out=state)
        else:
            np.tanh(arrived, out=state)
        current[...] = state
    return astype(states, dtype), astype(hidden, dtype)
