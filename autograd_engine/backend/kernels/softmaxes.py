"""Softmax and what is made of it, in blocks of rows that stay in the cache from the first pass to the last.

Float16 is computed in float32.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from ..arrays import astype
from ..kinds import kind_of
from ..sums import added_up, widened
from .blocks import BLOCK, dots, in_blocks
from .choice import kernel

__all__ = [
    "log_softmax",
    "log_softmax_gradient",
    "soft_nll",
    "soft_nll_gradient",
    "softmax",
    "softmax_gradient",
    "softmax_nll",
    "softmax_nll_gradient",
]


def _lanes(work: Callable[..., Any], axis: int, dtype: Any, *arrays: Any) -> Any:
    """What `work(axis, out, *arrays)` writes into `out`: by blocks of rows where the lanes are rows."""
    arrays = tuple(widened(a) for a in arrays)
    *_, size = shape = arrays[0].shape
    out = kind_of(arrays[0]).empty(shape, arrays[0].dtype)
    if axis != len(shape) - 1 or out.size <= BLOCK:
        if out.size:
            work(axis, out, *arrays)
    else:
        made, *given = (a.reshape(-1, size) for a in (out, *arrays))
        in_blocks(lambda part: work(1, made[part], *(a[part] for a in given)), out, len(made), size, row=size)
    return astype(out, dtype)


def _top(axis: int, x: Any) -> Any:
    return kind_of(x).largest(x, axis, True, -np.inf)


def _total(axis: int, x: Any, y: Any = None) -> Any:
    """The sum of x, or of x y; of complex numbers too, which differentiation by complex steps uses."""
    if axis == x.ndim - 1 and x.dtype.kind == "f":
        return dots(x, y)[..., None]
    return added_up(x if y is None else x * y, axis=axis, keepdims=True)


@kernel
def softmax(x: Any, axis: int) -> Any:
    """e^x / sum e^x along `axis`, which does not overflow."""

    def work(axis: int, out: Any, x: Any) -> None:
        np.subtract(x, _top(axis, x), out=out)
        np.exp(out, out=out)
        out /= _total(axis, out)

    return _lanes(work, axis, x.dtype, x)


@kernel
def softmax_gradient(g: Any, out: Any, axis: int) -> Any:
    """out (g - sum(g out)), the sum along `axis`."""

    def work(axis: int, made: Any, g: Any, out: Any) -> None:
        np.subtract(g, _total(axis, g, out), out=made)
        made *= out

    return _lanes(work, axis, out.dtype, g, out)


@kernel
def log_softmax(x: Any, axis: int) -> Any:
    """x - log sum e^x along `axis`, which does not overflow."""

    def work(axis: int, out: Any, x: Any) -> None:
        np.subtract(x, _top(axis, x), out=out)
        out -= np.log(_total(axis, np.exp(out)))

    return _lanes(work, axis, x.dtype, x)


@kernel
def log_softmax_gradient(g: Any, out: Any, axis: int) -> Any:
    """g - e^out sum(g), the sum along `axis`."""

    def work(axis: int, made: Any, g: Any, out: Any) -> None:
        np.exp(out, out=made)
        made *= _total(axis, g)
        np.subtract(g, made, out=made)

    return _lanes(work, axis, out.dtype, g, out)


_NARROW = 256
"""With fewer classes than this, NumPy reduces faster down the columns of the transpose."""


def _rows_like(x: Any) -> Any:
    """Memory for rows like x, in which the shorter ones lie as columns."""
    empty, (count, classes) = kind_of(x).empty, x.shape
    return empty((classes, count), x.dtype).T if classes < _NARROW else empty(x.shape, x.dtype)


def _shifted(x: Any, out: Any) -> tuple[Any, int]:
    """Rows less the maximum of each, written into `out`; as they lie in memory, with the axis of the classes."""
    if x.shape[1] >= _NARROW:
        return np.subtract(x, _top(1, x), out), 1
    out[...] = x
    lanes = out.T
    lanes -= _top(0, lanes)
    return lanes, 0


def _nll(x: Any, target: Any, exps: Any = None) -> tuple[Any, Any, Any]:
    """What `softmax_nll` gives, for rows that fit the cache; written into `exps`, if that is given."""
    kind = kind_of(x)
    rows = kind.arange(len(target))
    if x.shape[1] < _NARROW:
        if exps is None:
            lanes = kind.array(x.T, order="C")
        else:
            lanes = exps.T
            lanes[...] = x.T
        lanes -= kind.largest(lanes, 0, True, -np.inf)
        picked = lanes[target, rows]
        total = np.add.reduce(np.exp(lanes, lanes), 0)
        return np.log(total) - picked, lanes.T, total
    lanes = np.subtract(x, _top(1, x), exps)
    picked = lanes[rows, target]
    total = _total(1, np.exp(lanes, lanes)).reshape(-1)
    return np.log(total) - picked, lanes, total


@kernel
def softmax_nll(x: Any, target: Any) -> tuple[Any, Any, Any]:
    """-log softmax(x)[target] of each row; and e^(x - max x), in either layout, and its sum for each row."""
    x = widened(x)
    if x.size <= BLOCK:
        return _nll(x, target)
    count, classes = x.shape
    exps, kind = _rows_like(x), kind_of(x)
    losses, totals = kind.empty(count, x.dtype), kind.empty(count, x.dtype)

    def block(part: slice) -> None:
        losses[part], _, totals[part] = _nll(x[part], target[part], exps[part])

    in_blocks(block, x, count, classes, row=classes)
    return losses, exps, totals


def _nll_gradient(exps: Any, factors: Any, target: Any, g: Any, out: Any = None) -> Any:
    made = np.multiply(exps, factors, out)
    made[kind_of(made).arange(len(target)), target] -= g
    return made


@kernel
def softmax_nll_gradient(exps: Any, totals: Any, target: Any, g: Any) -> Any:
    """g (softmax(x) - onehot(target)) for each row, of what `softmax_nll` gave; g is one number, or one per row."""
    factors = astype(g / totals, exps.dtype)[:, None]
    if exps.size <= BLOCK:
        return _nll_gradient(exps, factors, target, g)
    out = np.empty_like(exps)
    each = np.broadcast_to(g, totals.shape)

    def block(part: slice) -> None:
        _nll_gradient(exps[part], factors[part], target[part], each[part], out[part])

    in_blocks(block, exps, *exps.shape, row=exps.shape[1])
    return out


@kernel
def soft_nll(x: Any, target: Any) -> tuple[Any, Any]:
    """-sum target log softmax(x) of each row; and log softmax(x), in either layout."""
    x = widened(x)
    logs, losses = _rows_like(x), kind_of(x).empty(len(x), np.result_type(x, target))

    def block(part: slice) -> None:
        lanes, axis = _shifted(x[part], logs[part])
        lanes -= np.log(_total(axis, np.exp(lanes)))
        given = target[part] if axis else kind_of(x).array(target[part].T, order="C")
        np.negative(_total(axis, given, lanes).reshape(-1), losses[part])

    in_blocks(block, x, *x.shape, row=x.shape[1])
    return losses, logs


@kernel
def soft_nll_gradient(logs: Any, target: Any, g: Any) -> Any:
    """g (softmax(x) sum(target) - target) for each row, of what `soft_nll` gave; g is one number, or one a row."""
    out = np.empty_like(logs)
    each = np.broadcast_to(g, logs.shape[:1])

    def block(part: slice) -> None:
        made, given, factors, axis = np.exp(logs[part], out[part]), target[part], each[part, None], 1
        if not out.flags.c_contiguous:
            made, given, factors, axis = made.T, kind_of(given).array(given.T, order="C"), factors.T, 0
        made *= _total(axis, given)
        made -= given
        made *= factors

    in_blocks(block, logs, *logs.shape, row=logs.shape[1])
    return out
