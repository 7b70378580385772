"""Activation functions of several elements at once: a gate, the largest of a few, a draw among them."""

from __future__ import annotations

import numpy as np

from ...backend.arrays import Array, unboxed
from ...backend.kinds import kind_of
from ...backend.random import Generator, resolve
from ...engine.graph import raw
from ...engine.primitive import primitive
from ..arithmetic import mul
from ..arrange import unflatten
from ..dims import along, normalize_dim
from ..math import sigmoid
from ..names import operator
from ..reduce import amax
from ..shape import chunk
from ..softmax import softmax


def _groups(input: Array, dim: int, count: int, name: str) -> int:
    """`dim` counted from the front; refused if its size is no multiple of `count`."""
    dim = normalize_dim(dim, len(input.shape), name)
    if not input.shape or count < 1 or input.shape[dim] % count:
        raise ValueError(
            f"{name}: the size of dim {dim} must be a multiple of {count}, in shape {tuple(input.shape)}"
        )
    return dim


def _glu_composed(x: Array, dim: int) -> Array:
    first, second = chunk(x, 2, dim)
    return mul(first, sigmoid(second))


def _glu_rule(g: Array, x: Array, gate: Array, dim: int) -> Array:
    """g gate, and g a gate (1 - gate)"""
    n = gate.shape[dim]
    first, second = along(dim, slice(0, n)), along(dim, slice(n, None))
    out = kind_of(x).empty(x.shape, x.dtype)
    np.multiply(g, gate, out=out[first])
    np.multiply(out[first], x[first], out=out[second])
    out[second] *= 1 - gate
    return out


@primitive(
    composition=_glu_composed,
    residuals=("gate",),
    x=_glu_rule,
)
def _glu(x: Array, *, dim: int) -> tuple[Array, Array]:
    """a sigmoid(b), in one node."""
    n = x.shape[dim] // 2
    gate = sigmoid(x[along(dim, slice(n, None))])
    return x[along(dim, slice(0, n))] * gate, gate


@operator("functional")
def glu(input: Array, dim: int = -1) -> Array:
    """a sigmoid(b), where a and b are the first and the second half of the input along `dim`.

    Shapes: (..., 2 n, ...) -> (..., n, ...).

    Raises:
        ValueError: the size along `dim` is odd.

    Source: Dauphin et al., Language modeling with gated convolutional networks, 2017.
    """
    return _glu(input, dim=_groups(input, dim, 2, "glu"))


@operator("functional")
def maxout(input: Array, pieces: int, dim: int = -1) -> Array:
    """The largest of every `pieces` neighbours along `dim`; equal ones share the gradient.

    Shapes: (..., n * pieces, ...) -> (..., n, ...).

    Raises:
        ValueError: the size along `dim` is no multiple of `pieces`.

    Example:
        >>> maxout(ag.tensor([1.0, 3.0, 2.0, 0.0]), 2)
        tensor([3., 2.])

    Source: Goodfellow et al., Maxout networks, 2013.
    """
    dim = _groups(input, dim, pieces, "maxout")
    return amax(unflatten(input, dim, (input.shape[dim] // pieces, pieces)), dim + 1)


@operator("functional", raw_too=True)
def gumbel_softmax(
    logits: Array,
    tau: float = 1.0,
    hard: bool = False,
    eps: float = 1e-10,
    dim: int = -1,
    *,
    generator: Generator | None = None,
) -> Array:
    """A differentiable draw from the distribution softmax(logits) along `dim`: softmax((logits + noise) / tau).

    Args:
        logits: unnormalized log-probabilities.
        tau: the temperature; the smaller, the closer to one-hot.
        hard: return the one-hot vector of the largest, with the gradient of the soft one.
        eps: has no effect; it stands here for PyTorch's order of arguments.
        dim: the dimension of the classes.
        generator: what to draw the noise with.

    Source: Jang et al., Categorical reparameterization with Gumbel-softmax, 2017.
    """
    kind = kind_of(raw(logits))
    noise = -np.log(resolve(generator, kind).standard_exponential(tuple(logits.shape)))
    soft = softmax((logits + unboxed(kind.asarray(noise, logits.dtype))) / tau, dim)
    if not hard:
        return soft
    values = kind.asarray(raw(soft))
    places = kind.arange(values.shape[dim] if values.ndim else 1)
    places = places.reshape((-1,) + (1,) * (values.ndim - 1 - normalize_dim(dim, values.ndim, "gumbel_softmax")))
    chosen = values.argmax(dim, keepdims=True) == places
    return soft + unboxed(chosen.astype(values.dtype) - values)
