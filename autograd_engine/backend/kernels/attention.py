"""Attention, in blocks of heads and rows whose scores stay in the cache from the first pass over them to the last.

Queries (..., L, E), keys (..., S, E) and values (..., S, F) have their heads in the leading dimensions, in any
order of memory. A block is a few whole heads, or some rows of one. Of a block the scores are computed, turned into
exponentials, and multiplied with the values; the result is divided by the sums of the exponentials last, where
there are fewest numbers. The scores of all heads never exist at once.

For the backward pass two numbers are kept for each query, the largest score and one over the sum of exponentials.
From them, the queries and the keys the same exponentials are computed again. Up to `KEPT` keys they are kept
instead, since then they take no more memory than the rest of a layer, and their time is saved.

Source: Rabe and Staats, "Self-attention does not need O(n^2) memory", 2021; Dao et al., "FlashAttention", 2022.
"""

from __future__ import annotations

import functools
import itertools
from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

import numpy as np

from .. import gpu
from ..arrays import astype
from ..kinds import kind_of, others
from ..sums import widened
from ..threads import share
from .blocks import BLOCK, dots, short_buffer
from .choice import kernel
from .elements import kept
from .products import matmul

__all__ = [
    "Drop",
    "attend",
    "attend_gradients",
    "exponentials",
    "exponentials_again",
    "kept_weights",
    "scores_gradient",
]

KEPT = 256
"""Up to so many keys the exponentials are kept for the backward pass: at most 256 numbers for a query."""

_LARGE = 4096
"""From this number of scores on compiled code wins: it is one call, where NumPy takes several passes."""


class Drop(NamedTuple):
    """Which weights dropout silences: each with probability `p`, by numbers drawn from streams that `seed` starts.

    Each block has a stream of its own, and draws the same numbers again in the backward pass. On a device all
    scores are one block, and to seed a generator there takes longer than to draw: its numbers `drawn` are kept.
    """

    p: float
    seed: int
    drawn: Any = None


# --------------------------------------------------------------------------------- a block, in rows of scores


def _hide(scores: Any, first: int | None, value: float) -> None:
    """Put `value` where a query looks at a later key; row 0 of (..., L, S) is query number `first`."""
    if first is not None:
        later = kind_of(scores).tri(*scores.shape[-2:], first, bool)
        np.copyto(scores, scores.dtype.type(value), where=~later)


@kernel(large=_LARGE)
def exponentials(scores: Any, first: int | None) -> tuple[Any, Any]:
    """Replace scores (..., L, S) by e^(scores - top), in place; the tops and the sums of the rows.

    The top of a row is its largest score, or 0 where that is -inf, so that a row of -inf becomes one of 0. A row
    with NaN or inf becomes NaN, and so does its top.

    Args:
        first: the number of the first query, of which each sees the keys up to its own number; None if all see all.
    """
    _hide(scores, first, -np.inf)
    tops = kind_of(scores).largest(scores, -1, False, -np.inf)
    number = scores.dtype.type
    tops = np.where(tops == -np.inf, number(0), np.where(tops == np.inf, number(np.nan), tops))
    scores -= tops[..., None]
    np.exp(scores, out=scores)
    return tops, dots(scores)


@kernel(large=_LARGE)
def exponentials_again(scores: Any, tops: Any, first: int | None) -> None:
    """Replace scores by e^(scores - top), in place, with the tops that `exponentials` gave."""
    _hide(scores, first, -np.inf)
    scores -= tops[..., None]
    np.exp(scores, out=scores)


@kernel(large=_LARGE)
def scores_gradient(given: Any, exps: Any, means: Any) -> None:
    """Replace `given` (..., L, S), the gradients of the weights, by exps (given - means), in place."""
    given -= means[..., None]
    given *= exps


# ------------------------------------------------------------------------------------------ cutting into blocks


class _Block(NamedTuple):
    """Some heads, an index of the leading dimensions; and of their rows and keys those from 0 or `i` to before
    `j` and `keys`. `number` counts the blocks."""

    number: int
    heads: tuple[slice, ...]
    i: int
    j: int
    keys: int

    def rows(self, x: Any) -> Any:
        return x[*self.heads, self.i : self.j]

    def first(self, causal: bool) -> int | None:
        return self.i if causal else None


class _Plan:
    """How (*batch, L, S) scores are cut, which depends on nothing else: pieces of heads, and rows of each piece.

    Where other keys than those of a block's last query are hidden, its keys end there, unless all are `kept`.
    """

    def __init__(self, batch: tuple[int, ...], length: int, keys: int, causal: bool, beside: Any) -> None:
        alone = beside.__class__ in others
        each = 0 if alone else length * keys
        fits = max(BLOCK // each, 1) if each else max(1, *batch)
        ranges: list[list[slice]] = []
        for n in reversed(batch):
            step = n if alone or not each else min(n, fits)
            fits = max(fits // (n or 1), 1)
            ranges.append([slice(i, i + step) for i in range(0, n, step or 1)])
        self.pieces = list(itertools.product(*reversed(ranges)))
        self.step = length if each <= BLOCK else max(BLOCK // keys, 1)
        self.length, self.keys = length, keys
        self.ends_early = causal and keys > KEPT

    def blocks(self, piece: int) -> Iterator[_Block]:
        """The blocks of a piece."""
        starts = range(0, self.length, self.step or 1)
        for n, i in enumerate(starts):
            j = min(i + self.step, self.length)
            yield _Block(
                piece * len(starts) + n,
                self.pieces[piece],
                i,
                j,
                min(j, self.keys) if self.ends_early else self.keys,
            )

    @property
    def in_one(self) -> bool:
        """Whether a block has all rows of its heads."""
        return self.step >= self.length

    def run(self, work: Any) -> None:
        """Call `work` with the number of each piece, on several threads."""

        def portion(part: slice) -> None:
            for piece in range(part.start, part.stop):
                work(piece)

        with short_buffer(self.keys):
            share(portion, len(self.pieces), multiplies=True)


def _batch(*arrays: Any) -> tuple[int, ...]:
    """The leading dimensions of all, broadcast; at least one."""
    return np.broadcast_shapes((1,), *(a.shape[:-2] for a in arrays if a is not None))


def _spread(x: Any, batch: tuple[int, ...]) -> Any:
    """A view of x with these leading dimensions, in float32 if it is float16."""
    x = widened(x)
    return x if x.shape[:-2] == batch else np.broadcast_to(x, (*batch, *x.shape[-2:]))


def _turned(x: Any) -> Any:
    return np.swapaxes(x, -1, -2)


def _like(x: Any, columns: int, zeros: bool = False) -> Any:
    """Memory for (..., columns) in the order of x (..., E); on a device in row-major order, as products of
    batches of matrices are written there."""
    shape = (*x.shape[:-1], columns)
    if x.__class__ in others:
        kind = kind_of(x)
        return (kind.zeros if zeros else kind.empty)(shape, x.dtype)
    return (np.zeros_like if zeros else np.empty_like)(x, shape=shape)


def _scaled(x: Any, factor: Any) -> Any:
    """x times a number, lying as `_like` says."""
    return np.multiply(x, factor, out=_like(x, x.shape[-1]) if x.__class__ in others else None)


def _scores(block: _Block, queries: Any, key: Any, bias: Any, out: Any) -> Any:
    """The scores of scaled queries, with the bias."""
    matmul(queries, _turned(key[*block.heads, : block.keys]), out=out)
    if bias is not None:
        out += block.rows(bias)[..., : block.keys]
    return out


def _kept(drop: Drop | None, number: int, scores: Any) -> Any:
    """The factors of dropout for a block: 0, or 1 / (1 - p)."""
    if drop is None:
        return None
    if drop.drawn is None:
        draws = kind_of(scores).stream(drop.seed + number).random(scores.shape, np.float32)
    else:
        draws = drop.drawn.reshape(*scores.shape[:-1], -1)[..., : scores.shape[-1]]
    return kept(draws, drop.p, 1 / (1 - drop.p) if drop.p < 1 else 0.0, scores.dtype)


def kept_weights(shape: tuple[int, ...], drop: Drop, causal: bool, beside: Any) -> Any:
    """The factors of dropout for all scores (*batch, L, S), in the dtype of `beside`, as the blocks draw them."""
    *batch, length, keys = shape
    out = kind_of(beside).zeros((*(batch or [1]), length, keys), beside.dtype)
    plan = _Plan(out.shape[:-2], length, keys, causal, beside)
    for piece in range(len(plan.pieces)):
        for block in plan.blocks(piece):
            part = block.rows(out)[..., : block.keys]
            part[...] = _kept(drop, block.number, part)
    return out.reshape(shape)


# -------------------------------------------------------------------------------------- forward and backward


def _of_halves(form: Callable[..., Any]) -> Callable[..., Any]:
    """Compute float16 in float32, and let a GPU round the factors of products to float32's first 10 bits, which are
    all that float16 has."""

    @functools.wraps(form)
    def computed(first: Any, *others: Any) -> Any:
        if first.dtype.char != "e":
            return form(first, *others)
        before = gpu.round_factors("tf32")
        try:
            return form(first, *others)
        finally:
            gpu.round_factors(before)

    return computed


@_of_halves
def attend(
    query: Any, key: Any, value: Any, bias: Any, scale: float, causal: bool, drop: Drop | None
) -> tuple[Any, Any, Any, Any]:
    """softmax(scale query key^T + bias) value for each head; and for `attend_gradients` the exponentials, or None
    if there are too many, the tops and one over the sums. A query that sees no key gets 0.

    Args:
        bias: (..., 1 or L, S) or None; -inf hides a key.
        causal: whether query i sees the keys 0 to i only.
        drop: which weights become 0; the others are divided by 1 - p.
    """
    dtype, batch = query.dtype, _batch(query, key, value, bias)
    shape = (*np.broadcast_shapes(*(a.shape[:-2] for a in (query, key, value, bias) if a is not None)),)
    query, key, value = (_spread(a, batch) for a in (query, key, value))
    length, keys, kind = query.shape[-2], key.shape[-2], kind_of(query)
    if bias is not None:
        bias = np.broadcast_to(widened(bias), (*batch, length, keys))
    plan = _Plan(batch, length, keys, causal, query)
    out = _like(query, value.shape[-1])
    exps = kind.empty((*batch, length, keys), query.dtype) if keys <= KEPT else None
    tops, shares = kind.empty((*batch, length), query.dtype), kind.empty((*batch, length), query.dtype)
    factor = query.dtype.type(scale)

    def work(piece: int) -> None:
        for block in plan.blocks(piece):
            queries = _scaled(block.rows(query), factor)
            space = kind.empty((*queries.shape[:-1], block.keys), query.dtype) if exps is None else block.rows(exps)
            weights = _scores(block, queries, key, bias, space)
            top, total = exponentials(weights, block.first(causal))
            one_over = 1 / np.where(total == 0, np.inf, total)
            block.rows(tops)[...], block.rows(shares)[...] = top, one_over
            factors = _kept(drop, block.number, weights)
            if factors is not None:
                weights = weights * factors
            made = block.rows(out)
            matmul(weights, value[*block.heads, : block.keys], out=made)
            made *= one_over[..., None]

    plan.run(work)
    return astype(out, dtype).reshape(*shape, *out.shape[-2:]), exps, tops, shares


@_of_halves
def attend_gradients(
    g: Any,
    query: Any,
    key: Any,
    value: Any,
    bias: Any,
    out: Any,
    exps: Any,
    tops: Any,
    shares: Any,
    scale: float,
    causal: bool,
    drop: Drop | None,
    wanted: tuple[bool, bool, bool, bool],
) -> tuple[Any, Any, Any, Any]:
    """The gradients of query, key, value and bias for that of the result; None for one that is not wanted.

    With weights w = exps / sum, that of the value is w^T g, and that of the scores is w (g value^T - g . out), of
    which the others are products.
    """
    batch = shares.shape[:-1]
    g, query, key, value, out = (_spread(a, batch) for a in (g, query, key, value, out))
    length, keys, kind = query.shape[-2], key.shape[-2], kind_of(query)
    if bias is not None:
        bias = np.broadcast_to(widened(bias), (*batch, length, keys))
    plan = _Plan(batch, length, keys, causal, query)
    in_parts = not plan.in_one or not length or plan.ends_early
    queries_wanted, keys_wanted, values_wanted, bias_wanted = wanted
    by_query = _like(query, query.shape[-1]) if queries_wanted else None
    by_key = _like(key, key.shape[-1], in_parts) if keys_wanted else None
    by_value = _like(value, value.shape[-1], in_parts) if values_wanted else None
    by_bias = kind.zeros((*batch, length, keys), query.dtype) if bias_wanted else None
    factor = query.dtype.type(scale)

    def add(block: _Block, x: Any, y: Any, into: Any) -> None:
        """into += x^T y, for the keys of the block."""
        part = into[*block.heads, : block.keys]
        if plan.in_one:
            matmul(_turned(x), y, out=part)
        else:
            part += matmul(_turned(x), y)

    def work(piece: int) -> None:
        for block in plan.blocks(piece):
            given = block.rows(g) * block.rows(shares)[..., None]
            queries = _scaled(block.rows(query), factor)
            space = kind.empty((*queries.shape[:-1], block.keys), query.dtype)
            weights = None if exps is None else block.rows(exps)
            if weights is None:
                weights = _scores(block, queries, key, bias, space)
                exponentials_again(weights, block.rows(tops), block.first(causal))
                space = np.empty_like(weights)
            factors = _kept(drop, block.number, weights)
            if by_value is not None:
                add(block, weights if factors is None else weights * factors, given, by_value)
            if not (queries_wanted or keys_wanted or bias_wanted):
                continue
            matmul(given, _turned(value[*block.heads, : block.keys]), out=space)
            if factors is not None:
                space *= factors
            scores_gradient(space, weights, dots(given, block.rows(out)))
            if by_query is not None:
                made = block.rows(by_query)
                matmul(space, key[*block.heads, : block.keys], out=made)
                made *= factor
            if by_key is not None:
                add(block, space, queries, by_key)
            if by_bias is not None:
                block.rows(by_bias)[..., : block.keys] = space

    plan.run(work)
    return by_query, by_key, by_value, by_bias
