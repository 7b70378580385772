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

from ....backend import kernels
from ....backend.arrays import Array, astype
from ....backend.kernels.recurrence import Sizes
from ....engine.plan import Jointly
from ....engine.primitive import primitive
from ...linear_algebra.products import linear
from ...math import sigmoid, tanh
from ...shape import chunk
from .steps import unrolled, wide

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
    return kernels.gru_gradients(x, g, h, w_ih, w_hh, states, gates, sizes, reverse, wanted)


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
    dtype = x.dtype
    states, hidden, gates = kernels.gru(*wide(x, h, w_ih, w_hh, b_ih, b_hh), sizes, reverse)
    return (astype(states, dtype), astype(hidden, dtype)), gates
