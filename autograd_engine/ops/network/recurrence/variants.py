"""Gated recurrent units as textbooks write them, made of other operations: slower than `gru`, and easy to read.

Sources: Cho et al., "Learning phrase representations using RNN encoder-decoder", 2014; Zhou, Wu, Zhang and Zhou,
"Minimal gated unit for recurrent neural networks", 2016.
"""

from __future__ import annotations

from ....backend.arrays import Array
from ....backend.kernels.recurrence import Sizes
from ...index import _getitem
from ...linear_algebra.products import linear
from ...math import sigmoid, tanh
from ...shape import chunk
from .steps import unrolled

__all__ = ["early_reset_layer", "minimal_layer"]


def _split(weight: Array, last: int) -> tuple[Array, Array]:
    """The rows of a weight or bias: the first ones, and the last ones, of the candidate; twice None of None."""
    if weight is None:
        return None, None
    size = weight.shape[0] - last
    return _getitem(weight, index=(slice(0, size),)), _getitem(weight, index=(slice(size, None),))


def early_reset_layer(
    x: Array, h: Array, w_ih: Array, w_hh: Array, b_ih: Array, b_hh: Array, *, sizes: Sizes, reverse: bool
) -> tuple[Array, ...]:
    """A GRU that resets the state before the product: n = tanh(W x_t + b + U (r h_(t-1)) + c)."""
    width = w_hh.shape[1]
    (of_gates, of_new), (bias, bias_new) = _split(w_hh, width), _split(b_hh, width)

    def step(given: Array, hidden: Array) -> tuple[Array, ...]:
        first, last = _split_columns(given, 2 * width)
        r, z = chunk(sigmoid(first + linear(hidden, of_gates, bias)), 2, 1)
        n = tanh(last + linear(r * hidden, of_new, bias_new))
        return (n + z * (hidden - n),)

    return unrolled(step, linear(x, w_ih, b_ih), (h,), (width,), sizes, reverse)


def minimal_layer(
    x: Array, h: Array, w_ih: Array, w_hh: Array, b_ih: Array, b_hh: Array, *, sizes: Sizes, reverse: bool
) -> tuple[Array, ...]:
    """One gate f for both: n = tanh(W x_t + b + U (f h_(t-1)) + c), and the next state is (1 - f) h_(t-1) + f n."""
    width = w_hh.shape[1]
    (of_gate, of_new), (bias, bias_new) = _split(w_hh, width), _split(b_hh, width)

    def step(given: Array, hidden: Array) -> tuple[Array, ...]:
        first, last = _split_columns(given, width)
        f = sigmoid(first + linear(hidden, of_gate, bias))
        n = tanh(last + linear(f * hidden, of_new, bias_new))
        return (hidden + f * (n - hidden),)

    return unrolled(step, linear(x, w_ih, b_ih), (h,), (width,), sizes, reverse)


def _split_columns(x: Array, size: int) -> tuple[Array, Array]:
    everything = slice(None)
    return _getitem(x, index=(everything, slice(0, size))), _getitem(x, index=(everything, slice(size, None)))
