"""Gated recurrent units: a state that is partly kept and partly replaced, through whole sequences in one node.

    r, z = sigmoid(W x_t + b + U h_(t-1) + c)     each with weights of its own
    n = tanh(W x_t + b + r (U h_(t-1) + c))
    h_t = (1 - z) n + z h_(t-1)

The weights of the three lie below one another in the order r, z, n. What a step is given lies in one row as
n, r, z, q, with q = U h_(t-1) + c of n: so what the inputs contribute to is the first three, and what the state
before contributes to is the last three, and each is one product.

Sources: Cho et al., "Learning phrase representations using RNN encoder-decoder", 2014; with r after the product, as
here: Chung, Gulcehre, Cho and Bengio, "Empirical evaluation of gated recurrent neural networks", 2014.
"""

from __future__ import annotations

import numpy as np

from ....backend import kernels
from ....backend.arrays import Array, astype
from ....backend.kernels.recurrence import Sizes
from ....backend.kinds import kind_of
from ....engine.plan import Jointly
from ....engine.primitive import primitive
from ...linear_algebra.products import linear
from ...math import sigmoid, tanh
from ...shape import chunk
from .steps import before_each, begun, turned, unrolled, weight_gradients, wide

__all__ = ["gru_layer"]


def _composed(
    x: Array,
    h: Array,
    w_ih: Array,
    w_hh: Array,
    b_ih: Array,
    b_hh: Array,
    sizes: Sizes,
    reverse: bool,
) -> tuple[Array, ...]:
    def step(given: Array, hidden: Array) -> tuple[Array, ...]:
        r, z, n = chunk(given, 3, 1)
        r_h, z_h, q = chunk(linear(hidden, w_hh, b_hh), 3, 1)
        n = tanh(n + sigmoid(r + r_h) * q)
        return (n + sigmoid(z + z_h) * (hidden - n),)

    return unrolled(step, linear(x, w_ih, b_ih), (h,), (w_hh.shape[1],), sizes, reverse)


def _rule(
    g: tuple[Array, Array],
    x: Array,
    h: Array,
    w_ih: Array,
    w_hh: Array,
    out: tuple[Array, Array],
    gates: Array,
    sizes: Sizes,
    reverse: bool,
    wanted: tuple[bool, ...],
) -> tuple[Array, ...]:
    x, h, w_ih, w_hh, states = wide(x, h, w_ih, w_hh, out[0])
    kind, width = kind_of(x), w_hh.shape[1]
    before = before_each(states, h, sizes, reverse)
    changes, carried = kind.empty(gates.shape, gates.dtype), begun(g[1], gates, sizes[0], width)
    kernels.gru_steps_gradient(g[0], gates, w_hh, carried, before, changes, sizes, reverse)
    of_inputs = changes[:, : 3 * width]
    weights = weight_gradients(of_inputs, changes[:, width:], x, before, wanted[2:])
    in_order = (None if w is None else np.roll(w, -width, 0) for w in (weights[0], weights[2]))
    return (
        kernels.matmul(of_inputs, np.roll(w_ih, width, 0)) if wanted[0] else None,
        carried,
        next(in_order),
        weights[1],
        next(in_order),
        weights[3],
    )


@primitive(
    outputs=2,
    residuals=("gates",),
    composition=_composed,
    jointly=Jointly(("x", "h", "w_ih", "w_hh", "b_ih", "b_hh"), _rule),
)
def gru_layer(
    x: Array, h: Array, w_ih: Array, w_hh: Array, b_ih: Array, b_hh: Array, *, sizes: Sizes, reverse: bool
) -> tuple[tuple[Array, Array], Array]:
    """The states after each step, a row for each element, and the last ones.

    Shapes: x (rows, in), h (batch, hidden) or None for 0, w_ih (3 hidden, in), w_hh (3 hidden, hidden), the biases
    (3 hidden,) or None.
    """
    dtype, kind, width = x.dtype, kind_of(x), w_hh.shape[1]
    x, h, w_ih, w_hh, b_ih, b_hh = wide(x, h, w_ih, w_hh, b_ih, b_hh)
    gates = kind.empty((len(x), 4 * width), x.dtype)
    kernels.matmul(x, w_ih[2 * width :].T, out=gates[:, :width])
    kernels.matmul(x, w_ih[: 2 * width].T, out=gates[:, width : 3 * width])
    if b_ih is None:
        gates[:, 3 * width :] = 0
    else:
        gates[:, : 3 * width] += np.concatenate((b_ih[2 * width :], b_ih[: 2 * width] + b_hh[: 2 * width]))
        gates[:, 3 * width :] = b_hh[2 * width :]
    states, hidden = kind.empty((len(x), width), x.dtype), begun(h, x, sizes[0], width)
    kernels.gru_steps(gates, turned(w_hh, sizes), hidden, states, sizes, reverse)
    return (astype(states, dtype), astype(hidden, dtype)), gates
