"""Attention: each query reads the values whose keys resemble it, as one primitive with one joint rule.

The primitive keeps no matrix of queries times keys, unless it is small; `backend/kernels/attention.py` says how.
Derivatives of higher order go through a composition of products and a softmax, which has that matrix.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from ...backend import kernels
from ...backend.arrays import Array
from ...backend.kernels import Drop
from ...backend.kinds import kind_of
from ...backend.random import Generator, drawn_seed, resolve
from ...engine.graph import raw
from ...engine.plan import Jointly
from ...engine.primitive import primitive
from ..linear_algebra.products import matmul
from ..names import operator
from ..operands import to_dtype
from ..piecewise import masked
from ..shape import _reshape, expand, transpose, unsqueeze
from ..softmax import softmax


def _attend_composed(
    query: Array, key: Array, value: Array, bias: Array, scale: float, causal: bool, drop: Drop | None
) -> Array:
    scores = matmul(query * scale, transpose(key, -1, -2))
    if bias is not None:
        scores = scores + bias
    kind, shape = kind_of(raw(scores)), tuple(scores.shape)
    if causal:
        later = ~kind.tri(*shape[-2:], 0, bool)
        scores = scores + np.where(later, scores.dtype.type(-np.inf), scores.dtype.type(0))
    sees = None
    if bias is not None:
        sees = (raw(scores) != -np.inf).any(-1, keepdims=True)
        if kind.readable and sees.all():
            sees = None
    weights = softmax(scores if sees is None else masked(scores, sees), -1)
    if sees is not None:
        weights = masked(weights, sees)
    if drop is not None:
        weights = weights * kernels.kept_weights(shape, drop, causal, raw(scores))
    return matmul(weights, value)


def _attend_rule(
    g: Array,
    query: Array,
    key: Array,
    value: Array,
    bias: Array,
    out: Array,
    exps: Array,
    tops: Array,
    shares: Array,
    scale: float,
    causal: bool,
    drop: Drop | None,
    wanted: tuple[bool, bool, bool, bool],
) -> tuple[Array, Array, Array, Array]:
    return kernels.attend_gradients(
        g, query, key, value, bias, out, exps, tops, shares, scale, causal, drop, wanted
    )


@primitive(
    composition=_attend_composed,
    residuals=("exps", "tops", "shares"),
    jointly=Jointly(("query", "key", "value", "bias"), _attend_rule),
)
def _attend(
    query: Array, key: Array, value: Array, bias: Array, *, scale: float, causal: bool, drop: Drop | None
) -> tuple[Array, Array, Array, Array]:
    """softmax(scale query key^T + bias) value, in one node; 0 for a query to which the bias hides every key."""
    return kernels.attend(query, key, value, bias, scale, causal, drop)


def _check_operands(query: Array, key: Array, value: Array, name: str) -> None:
    shapes = [tuple(x.shape) for x in (query, key, value)]
    told = f"got query {shapes[0]}, key {shapes[1]} and value {shapes[2]}"
    if min(map(len, shapes)) < 2:
        raise ValueError(f"{name}: query, key and value have at least 2 dimensions, (..., length, size); {told}")
    dtypes = [x.dtype for x in (query, key, value)]
    if dtypes[0].kind != "f" or len(set(dtypes)) > 1:
        raise TypeError(
            f"{name}: query, key and value must have one floating dtype, not {', '.join(map(str, dtypes))}; "
            "convert them with to()"
        )
    if shapes[0][-1] != shapes[1][-1]:
        raise ValueError(f"{name}: a key must be as long as a query; {told}")
    if shapes[1][-2] != shapes[2][-2]:
        raise ValueError(f"{name}: there must be as many values as keys; {told}")


def _additive(mask: Array, dtype: Any, name: str) -> Array:
    """A mask as numbers to be added to scores: of booleans that say what is seen, 0 where they do, else -inf.

    Raises:
        TypeError: it holds neither booleans nor floating-point numbers.
    """
    if mask.dtype == np.bool_:
        seen, number = raw(mask), np.dtype(dtype).type
        return np.where(seen, number(0), number(-np.inf))
    if mask.dtype.kind != "f":
        raise TypeError(f"{name}: a mask holds booleans or numbers of a floating dtype, not {mask.dtype}")
    return to_dtype(mask, dtype)


def _check_batch(query: Array, key: Array, value: Array, mask: Any, name: str) -> None:
    shapes = [tuple(x.shape) for x in (query, key, value)]
    try:
        batch = np.broadcast_shapes(*(shape[:-2] for shape in shapes))
    except ValueError as error:
        told = f"query {shapes[0]}, key {shapes[1]} and value {shapes[2]}"
        raise ValueError(
            f"{name}: the leading dimensions of {told} do not broadcast; where several query heads share one of "
            "the keys, set enable_gqa=True"
        ) from error
    scores = (*batch, shapes[0][-2], shapes[1][-2])
    if mask is None:
        return
    try:
        fits = np.broadcast_shapes(tuple(mask.shape), scores)[-2:] == scores[-2:]
    except ValueError:
        fits = False
    if not fits:
        raise ValueError(f"{name}: a mask of shape {tuple(mask.shape)} does not fit scores of shape {scores}")


def _drop(p: float, query: Array, key: Array, value: Array, mask: Any, generator: Generator | None) -> Drop | None:
    """Which weights dropout silences, drawn where the scores lie; None if p is 0."""
    if not p:
        return None
    kind = kind_of(raw(query))
    if kind.readable:
        return Drop(p, drawn_seed(generator))
    batch = np.broadcast_shapes(*(tuple(x.shape)[:-2] for x in (query, key, value, mask) if x is not None))
    return Drop(p, 0, resolve(generator, kind).random((*batch, query.shape[-2], key.shape[-2]), np.float32))


def _shared(x: Array, count: int) -> Array:
    """Each of the heads (..., heads, L, E) `count` times, one after the other."""
    if count == 1:
        return x
    *batch, heads, length, size = x.shape
    spread = expand(unsqueeze(x, -3), (*batch, heads, count, length, size))
    return _reshape(spread, shape=(*batch, heads * count, length, size))


def _grouped(query: Array, key: Array, value: Array, mask: Any, name: str) -> tuple[Array, Array, Array, Any]:
    """The operands with a dimension more: the heads of the queries that share a head of the keys."""
    shapes = [tuple(x.shape) for x in (query, key, value)]
    if min(map(len, shapes)) < 3:
        raise ValueError(f"{name}: enable_gqa=True needs operands (..., heads, length, size), got shapes {shapes}")
    heads, shared, others = (shape[-3] for shape in shapes)
    if not shared or not others or heads % shared or heads % others:
        raise ValueError(
            f"{name}: {heads} heads of queries cannot share {shared} of keys and {others} of values; these numbers "
            "must divide the first"
        )
    most = max(shared, others)
    if most % min(shared, others):
        most = heads
    key, value = _shared(key, most // shared), _shared(value, most // others)
    query = _reshape(query, shape=(*shapes[0][:-3], most, heads // most, *shapes[0][-2:]))
    if mask is not None and len(mask.shape) > 2:
        shape = tuple(mask.shape)
        cut = (most, heads // most) if shape[-3] == heads else (shape[-3], 1)
        mask = _reshape(mask, shape=(*shape[:-3], *cut, *shape[-2:]))
    return query, unsqueeze(key, -3), unsqueeze(value, -3), mask


@operator("functional", raw_too=True)
def scaled_dot_product_attention(
    query: Array,
    key: Array,
    value: Array,
    attn_mask: Array | None = None,
    dropout_p: float = 0.0,
    is_causal: bool = False,
    scale: float | None = None,
    enable_gqa: bool = False,
    *,
    generator: Generator | None = None,
) -> Array:
    """softmax(scale query key^T + mask) value: what each query reads of the values.

    The backward pass needs, besides the operands and the result, two numbers for each query, and up to 256 for it
    where there are no more keys than that. So memory grows with the length of a sequence and not with its square;
    a gradient for the mask takes the size of all scores.

    Shapes: query (..., L, E), key (..., S, E), value (..., S, F) -> (..., L, F); leading dimensions broadcast.

    Args:
        query, key, value: of one floating dtype.
        attn_mask: broadcastable to (..., L, S). Booleans say which keys a query sees; numbers are added to the
            scores. A query that sees no key gets 0.
        dropout_p: the probability with which a weight becomes 0; others are divided by 1 - p. There is no setting
            for evaluation: give 0 then.
        is_causal: query i sees the keys 0 to i, and of these what the mask shows.
        scale: by default 1 / sqrt(E).
        enable_gqa: heads are the dimension before the last two, and every H / K neighbouring ones of the H heads of
            queries share one of the K heads of keys and values.
        generator: what to draw dropout with; the default generator, if none is given.

    Raises:
        TypeError: the dtypes differ, or are not floating.
        ValueError: the shapes do not fit, or `dropout_p` lies outside of [0, 1].

    Example:
        >>> x = tensor([[1.0, 0.0], [0.0, 1.0]])
        >>> scaled_dot_product_attention(x, x, x, is_causal=True)
        tensor([[1.0000, 0.0000],
                [0.3302, 0.6698]])

    Source: Vaswani et al., "Attention is all you need", 2017; grouped queries: Ainslie et al., "GQA", 2023.
    """
    name = "scaled_dot_product_attention"
    _check_operands(query, key, value, name)
    if not 0 <= dropout_p <= 1:
        raise ValueError(f"{name}: dropout_p must lie in [0, 1], not {dropout_p}")
    mask = None if attn_mask is None else _additive(attn_mask, query.dtype, name)
    size, shape = query.shape[-1], tuple(query.shape)
    if enable_gqa:
        query, key, value, mask = _grouped(query, key, value, mask, name)
    _check_batch(query, key, value, mask, name)
    drop = _drop(dropout_p, query, key, value, mask, generator)
    scale = 1 / math.sqrt(size or 1) if scale is None else float(scale)
    out: Array = _attend(query, key, value, mask, scale=scale, causal=is_causal, drop=drop)
    if enable_gqa:
        heads = tuple(out.shape)
        out = _reshape(out, shape=(*heads[:-4], shape[-3], *heads[-2:]))
    return out
