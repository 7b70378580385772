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
from ....backend.kinds import kind_of
from ....engine.plan import Jointly
from ....engine.primitive import primitive
from ...linear_algebra.products import linear
from ...math import sigmoid, tanh
from ...shape import chunk
from .steps import before_each, begun, projected, turned, unrolled, weight_gradients, wide

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
    x, h, w_ih, w_hh, w_hr, states = wide(x, h, w_ih, w_hh, w_hr, out[0])
    kind, dtype = kind_of(x), gates.dtype
    changes = kind.empty(gates.shape, dtype)
    carried, cell = begun(g[1], gates, sizes[0], states.shape[1]), begun(g[2], gates, sizes[0], before.shape[1])
    of_projection = None if w_hr is None else (kind.empty(states.shape, dtype), kind.empty(before.shape, dtype))
    kernels.lstm_steps_gradient(
        g[0], gates, w_hh, carried, cell, before, changes, sizes, reverse, w_hr, of_projection
    )
    weights = weight_gradients(changes, changes, x, before_each(states, h, sizes, reverse), wanted[3:7])
    return (
        kernels.matmul(changes, w_ih) if wanted[0] else None,
        carried,
        cell,
        *weights,
        kernels.matmul(of_projection[0].T, of_projection[1]) if of_projection is not None and wanted[7] else None,
    )


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
    dtype, kind = x.dtype, kind_of(x)
    x, h, c, w_ih, w_hh, b_ih, b_hh, w_hr = wide(x, h, c, w_ih, w_hh, b_ih, b_hh, w_hr)
    gates, width = projected(x, w_ih, b_ih, b_hh), w_hh.shape[0] // 4
    states, before = (kind.empty((len(x), n), x.dtype) for n in (w_hh.shape[1], width))
    hidden, cell = begun(h, x, sizes[0], w_hh.shape[1]), begun(c, x, sizes[0], width)
    projection = None if w_hr is None else w_hr.T
    kernels.lstm_steps(gates, turned(w_hh, sizes), hidden, cell, before, states, sizes, reverse, projection)
    return (astype(states, dtype), astype(hidden, dtype), astype(cell, dtype)), gates, before
