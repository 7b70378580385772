"""Long short-term memory: a cell that gates let in, keep and let out, through whole sequences in one node.

    i, f, o = sigmoid(...), u = tanh(...)     each of W x_t + b + U h_(t-1) + c, with weights of its own
    c_t = f c_(t-1) + i u
    h_t = o tanh(c_t)

The weights of the four lie below one another in the order i, f, u, o. For the backward pass a node keeps the gates
and the cell before each step; the cell after it is a sum of products.

Sources: Hochreiter and Schmidhuber, "Long short-term memory", 1997; the forget gate: Gers, Schmidhuber and Cummins,
"Learning to forget", 2000; the projection: Sak, Senior and Beaufays, "Long short-term memory recurrent neural
network architectures for large scale acoustic modeling", 2014.
"""

from __future__ import annotations

from ....backend import kernels
from ....backend.arrays import Array, astype
from ....backend.kernels.recurrence import Sizes
from ....engine.plan import Jointly
from ....engine.primitive import primitive
from ...linear_algebra.products import linear
from ...math import sigmoid, tanh
from ...shape import chunk
from .steps import unrolled, wide

__all__ = ["lstm_layer"]


def _composed(
    x: Array,
    h: Array,
    c: Array,
    w_ih: Array,
    w_hh: Array,
    b_ih: Array,
    b_hh: Array,
    w_hr: Array,
    sizes: Sizes,
    reverse: bool,
) -> tuple[Array, ...]:
    def step(given: Array, hidden: Array, cell: Array) -> tuple[Array, Array]:
        i, f, u, o = chunk(given + linear(hidden, w_hh, b_hh), 4, 1)
        cell = sigmoid(f) * cell + sigmoid(i) * tanh(u)
        hidden = sigmoid(o) * tanh(cell)
        return hidden if w_hr is None else linear(hidden, w_hr), cell

    widths = (w_hh.shape[1], w_hh.shape[0] // 4)
    return unrolled(step, linear(x, w_ih, b_ih), (h, c), widths, sizes, reverse)


def _rule(
    g: tuple[Array, Array, Array],
    x: Array,
    h: Array,
    c: Array,
    w_ih: Array,
    w_hh: Array,
    w_hr: Array,
    out: tuple[Array, Array, Array],
    gates: Array,
    before: Array,
    sizes: Sizes,
    reverse: bool,
    wanted: tuple[bool, ...],
) -> tuple[Array, ...]:
    x, h, c, w_ih, w_hh, w_hr, states = wide(x, h, c, w_ih, w_hh, w_hr, out[0])
    return kernels.lstm_gradients(x, g, h, c, w_ih, w_hh, w_hr, states, gates, before, sizes, reverse, wanted)


@primitive(
    outputs=3,
    residuals=("gates", "before"),
    composition=_composed,
    jointly=Jointly(("x", "h", "c", "w_ih", "w_hh", "b_ih", "b_hh", "w_hr"), _rule),
)
def lstm_layer(
    x: Array,
    h: Array,
    c: Array,
    w_ih: Array,
    w_hh: Array,
    b_ih: Array,
    b_hh: Array,
    w_hr: Array = None,
    *,
    sizes: Sizes,
    reverse: bool,
) -> tuple[tuple[Array, Array, Array], Array, Array]:
    """h after each step, a row for each element, and the last h and c.

    Shapes: x (rows, in), h (batch, out) and c (batch, hidden), or None for 0, w_ih (4 hidden, in),
    w_hh (4 hidden, out), the biases (4 hidden,) or None, w_hr (out, hidden), or None if out = hidden.
    """
    dtype = x.dtype
    states, hidden, cell, gates, before = kernels.lstm(*wide(x, h, c, w_ih, w_hh, b_ih, b_hh, w_hr), sizes, reverse)
    return (astype(states, dtype), astype(hidden, dtype), astype(cell, dtype)), gates, before
