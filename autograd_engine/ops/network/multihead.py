"""Attention of several heads: the operands are projected, cut into heads, attended to, and put together again.

A head is a view of some columns of a projection, in whatever order batch and sequence lie, so cutting copies
nothing; the gradients of the heads are put side by side in one pass.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from ...backend.arrays import Array
from ...backend.kinds import kind_of
from ...engine.graph import raw
from ...engine.primitive import primitive
from ..linear_algebra.products import linear, matmul
from ..names import operator
from ..operands import beside, to_dtype
from ..reduce import mean
from ..shape import _permute, _reshape, cat, expand, squeeze, transpose, unsqueeze
from ..softmax import softmax
from .attention import scaled_dot_product_attention
from .dropout import dropout

_NAME = "multi_head_attention_forward"


def _orders(batch_first: bool) -> tuple[tuple[int, ...], tuple[int, ...]]:
    """The dimensions of (N, L, heads, size), or (L, N, heads, size), in the order (N, heads, L, size), and back."""
    return ((0, 2, 1, 3), (0, 2, 1, 3)) if batch_first else ((1, 2, 0, 3), (2, 0, 1, 3))


def _head_views(x: Array, heads: int, batch_first: bool) -> Array:
    """(N, L, E) or (L, N, E) as (N, heads, L, E / heads)."""
    first, second, size = x.shape
    return _permute(_reshape(x, shape=(first, second, heads, size // heads)), dims=_orders(batch_first)[0])


def side_by_side(x: Array, batch_first: bool) -> Array:
    """The inverse of cutting (N, L, E), or (L, N, E), into heads: these, (N, heads, L, size), as columns again."""
    x = _permute(x, dims=_orders(batch_first)[1])
    return _reshape(x, shape=(*x.shape[:2], x.shape[2] * x.shape[3]))


def _three_rule(g: tuple[Array, ...], batch_first: bool) -> Array:
    return cat([side_by_side(given, batch_first) for given in g], -1)


@primitive(outputs=3, x=_three_rule)
def three_in_heads(x: Array, *, heads: int, batch_first: bool = True) -> tuple[Array, Array, Array]:
    """The queries, keys and values that lie side by side in x (N, L, 3 E), or (L, N, 3 E): (N, heads, L, E / heads)
    each."""
    first, second, size = x.shape
    parts = x.reshape(first, second, 3, heads, size // (3 * heads))
    query, key, value = (parts[:, :, i].transpose(_orders(batch_first)[0]) for i in range(3))
    return query, key, value


def _hiding(mask: Array, dtype: Any, what: str) -> Array:
    """A mask of booleans that say what is hidden, or of numbers, as numbers to be added to scores."""
    if mask.dtype == np.bool_:
        number = np.dtype(dtype).type
        return np.where(raw(mask), number(-np.inf), number(0))
    if mask.dtype.kind != "f":
        raise TypeError(f"{_NAME}: {what} holds booleans or numbers of a floating dtype, not {mask.dtype}")
    return to_dtype(mask, dtype)


def _merged(attn_mask: Any, key_padding_mask: Any, sizes: tuple[int, int, int, int], dtype: Any) -> Any:
    """Both masks as one to be added to scores (N, heads, L, S); None if there is none."""
    batch, heads, length, keys = sizes
    both = None
    if attn_mask is not None:
        shape, whole = tuple(attn_mask.shape), (batch * heads, length, keys)
        if shape not in ((length, keys), whole):
            raise ValueError(
                f"{_NAME}: attn_mask has shape {shape}, and must have (L, S) = {(length, keys)} or "
                f"(N heads, L, S) = {whole}"
            )
        both = _hiding(attn_mask, dtype, "attn_mask")
        if len(shape) == 3:
            both = _reshape(both, shape=sizes)
    if key_padding_mask is not None:
        if tuple(key_padding_mask.shape) != (batch, keys):
            raise ValueError(
                f"{_NAME}: key_padding_mask has shape {tuple(key_padding_mask.shape)}, and must have (N, S) = "
                f"{(batch, keys)}"
            )
        padding = _reshape(_hiding(key_padding_mask, dtype, "key_padding_mask"), shape=(batch, 1, 1, keys))
        both = padding if both is None else both + padding
    return both


def _one_more(x: Array, more: Array) -> Array:
    """(N, heads, S, size) with `more` at the end, one key or value for all."""
    return cat([x, expand(beside(more, x), (*x.shape[:2], 1, x.shape[3]))], 2)


def check_inputs(query: Array, key: Array, value: Array, embed_dim: int, heads: int) -> None:
    """Raise a ValueError if the inputs have other dimensions, or the heads do not divide their columns."""
    shapes = [tuple(x.shape) for x in (query, key, value)]
    told = f"got query {shapes[0]}, key {shapes[1]} and value {shapes[2]}"
    if len(shapes[0]) not in (2, 3) or len({len(shape) for shape in shapes}) > 1:
        raise ValueError(f"{_NAME}: query, key and value have 3 dimensions, or 2 without a batch; {told}")
    if shapes[0][-1] != embed_dim:
        raise ValueError(f"{_NAME}: the query must have embed_dim = {embed_dim} columns; {told}")
    if heads < 1 or embed_dim % heads:
        raise ValueError(f"{_NAME}: embed_dim = {embed_dim} does not divide into num_heads = {heads}")


def _projected(
    query: Array, key: Array, value: Array, weights: tuple[Any, ...], bias: Any, heads: int, batch_first: bool
) -> tuple[Array, Array, Array]:
    """Queries, keys and values in heads; by `weights`, one for all three or one for each."""
    size = query.shape[-1]
    columns = [size] if len(weights) == 1 else [x.shape[-1] for x in (query, key, value)]
    shapes = [(3 * size // len(weights), n) for n in columns]
    given = [tuple(w.shape) for w in weights]
    if given != shapes or not (bias is None or tuple(bias.shape) == (3 * size,)):
        raise ValueError(
            f"{_NAME}: inputs of {', '.join(map(str, columns))} columns need weights of shape "
            f"{', '.join(map(str, shapes))} and a bias of {(3 * size,)}, not {', '.join(map(str, given))} and "
            f"{None if bias is None else tuple(bias.shape)}"
        )
    if len(weights) == 1 and query is key and key is value:
        return three_in_heads(linear(query, weights[0], bias), heads=heads, batch_first=batch_first)
    parts = [slice(i * size, (i + 1) * size) for i in range(3)]
    if len(weights) == 1:
        weights = tuple(weights[0][part] for part in parts)
    biases = [None if bias is None else bias[part] for part in parts]
    made = (linear(x, w, b) for x, w, b in zip((query, key, value), weights, biases, strict=True))
    in_heads = [_head_views(x, heads, batch_first) for x in made]
    return in_heads[0], in_heads[1], in_heads[2]


def multi_head(
    query: Array,
    key: Array,
    value: Array,
    heads: int,
    weights: tuple[Any, ...],
    bias: Any,
    extra: tuple[Any, Any],
    add_zero_attn: bool,
    p: float,
    out_weight: Array,
    out_bias: Any,
    key_padding_mask: Any,
    need_weights: bool,
    attn_mask: Any,
    static: tuple[Any, Any],
    average: bool,
    is_causal: bool,
    batch_first: bool,
) -> tuple[Array, Any]:
    """What `multi_head_attention_forward` computes, for inputs with the batch first or second."""
    batch_dim = 0 if batch_first else 1
    alone = len(query.shape) == 2
    if alone:
        once = {id(x): unsqueeze(x, batch_dim) for x in (query, key, value)}
        query, key, value = once[id(query)], once[id(key)], once[id(value)]
        key_padding_mask = None if key_padding_mask is None else unsqueeze(key_padding_mask, 0)
    shapes = [tuple(x.shape) for x in (query, key, value)]
    if shapes[1][:2] != shapes[2][:2] or shapes[0][batch_dim] != shapes[1][batch_dim]:
        raise ValueError(
            f"{_NAME}: query, key and value must agree in their batch, and key and value in their length; got "
            f"{shapes[0]}, {shapes[1]} and {shapes[2]}, where dimension {batch_dim} is the batch"
        )
    if is_causal and attn_mask is None:
        raise ValueError(
            f"{_NAME}: is_causal only says what attn_mask is; give attn_mask, as "
            "nn.Transformer.generate_square_subsequent_mask makes it"
        )
    if is_causal and key_padding_mask is None and not need_weights:
        attn_mask = None
    else:
        is_causal = False
    q, k, v = _projected(query, key, value, weights, bias, heads, batch_first)
    batch, _, length, size = q.shape
    k, v = (
        given if fixed is None else _reshape(fixed, shape=(batch, heads, fixed.shape[1], size))
        for given, fixed in zip((k, v), static, strict=True)
    )
    mask = _merged(attn_mask, key_padding_mask, (batch, heads, length, k.shape[2]), q.dtype)
    more = [] if extra[0] is None else [tuple(_reshape(x, shape=(1, heads, 1, size)) for x in extra)]
    if add_zero_attn:
        zero = kind_of(raw(q)).zeros((1, heads, 1, size), q.dtype)
        more.append((zero, zero))
    for one_key, one_value in more:
        k, v = _one_more(k, one_key), _one_more(v, one_value)
    if more and mask is not None:
        seen = kind_of(raw(q)).zeros((*mask.shape[:-1], len(more)), q.dtype)
        mask = cat([mask, beside(seen, mask)], -1)
    if need_weights:
        scores = matmul(q * (1 / math.sqrt(size)), transpose(k, -1, -2))
        drawn = dropout(softmax(scores if mask is None else scores + mask, -1), p)
        out, told = matmul(drawn, v), mean(drawn, 1) if average else drawn
    else:
        out, told = scaled_dot_product_attention(q, k, v, mask, p, is_causal), None
    out = linear(side_by_side(out, batch_first), out_weight, out_bias)
    if alone:
        out, told = squeeze(out, batch_dim), None if told is None else squeeze(told, 0)
    return out, told


@operator("functional", raw_too=True)
def multi_head_attention_forward(
    query: Array,
    key: Array,
    value: Array,
    embed_dim_to_check: int,
    num_heads: int,
    in_proj_weight: Array | None,
    in_proj_bias: Array | None,
    bias_k: Array | None,
    bias_v: Array | None,
    add_zero_attn: bool,
    dropout_p: float,
    out_proj_weight: Array,
    out_proj_bias: Array | None,
    training: bool = True,
    key_padding_mask: Array | None = None,
    need_weights: bool = True,
    attn_mask: Array | None = None,
    use_separate_proj_weight: bool = False,
    q_proj_weight: Array | None = None,
    k_proj_weight: Array | None = None,
    v_proj_weight: Array | None = None,
    static_k: Array | None = None,
    static_v: Array | None = None,
    average_attn_weights: bool = True,
    is_causal: bool = False,
) -> tuple[Array, Array | None]:
    """Attention of `num_heads` heads, projected to the output, and the weights if they are wanted.

    Shapes: query (L, N, E), key (S, N, K), value (S, N, V) -> (L, N, E), and weights (N, L, S), or (N, heads, L, S)
    if not averaged; all without N for a single sequence.

    Args:
        query, key, value: where one tensor is all three, it is projected once.
        embed_dim_to_check: E.
        num_heads: how many heads the E columns are cut into.
        in_proj_weight, in_proj_bias: (3 E, E) and (3 E,), the projections of query, key and value in one.
        bias_k, bias_v: (1, 1, E), a key and a value that are added to every sequence.
        add_zero_attn: add a key and a value of zeros too.
        dropout_p, training: a weight becomes 0 with this probability in training.
        out_proj_weight, out_proj_bias: (E, E) and (E,), the last projection.
        key_padding_mask: (N, S); true hides a key, and a number is added to its scores.
        need_weights: whether to return the weights. Without them less memory is needed.
        attn_mask: (L, S) or (N heads, L, S); true hides a key, and a number is added to the score. Unlike in
            `scaled_dot_product_attention`, where true shows it.
        use_separate_proj_weight: project by q_proj_weight (E, E), k_proj_weight (E, K) and v_proj_weight (E, V)
            instead of in_proj_weight.
        static_k, static_v: (N heads, S, E / heads), in place of the projected keys and values.
        average_attn_weights: return the mean of the heads' weights.
        is_causal: says that attn_mask hides all later keys and nothing else, which is faster where no weights are
            needed.

    Raises:
        ValueError: the shapes do not fit, E does not divide into the heads, or `is_causal` without `attn_mask`.
        TypeError: a mask holds integers.

    Source: Vaswani et al., "Attention is all you need", 2017.
    """
    check_inputs(query, key, value, embed_dim_to_check, num_heads)
    weights = (q_proj_weight, k_proj_weight, v_proj_weight) if use_separate_proj_weight else (in_proj_weight,)
    return multi_head(
        query,
        key,
        value,
        num_heads,
        weights,
        in_proj_bias,
        (bias_k, bias_v),
        add_zero_attn,
        dropout_p if training else 0.0,
        out_proj_weight,
        out_proj_bias,
        key_padding_mask,
        need_weights,
        attn_mask,
        (static_k, static_v),
        average_attn_weights,
        is_causal,
        batch_first=False,
    )
