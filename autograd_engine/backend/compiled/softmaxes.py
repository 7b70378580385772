"""Softmax and what is made of it, in rows: two loops around NumPy's exponential, which beats a polynomial."""

from __future__ import annotations

from typing import Any

import numpy as np

from ..kernels.blocks import in_blocks
from ..threads import share
from . import fits, loop, same

_LANES = 32
"""How many maxima the loop over a row keeps side by side: a single one is not vectorized."""


@loop
def _shifted(x: Any, lanes: Any, out: Any) -> None:
    """out = x less its maximum; a row with NaN becomes NaN with the exponential."""
    for i in range(x.shape[0]):
        row, made = x[i], out[i]
        lanes[:] = -np.inf
        whole = row.size // lanes.size * lanes.size
        for first in range(0, whole, lanes.size):
            some = row[first : first + lanes.size]
            for k in range(lanes.size):
                lanes[k] = some[k] if some[k] > lanes[k] else lanes[k]
        rest = row[whole:]
        for k in range(rest.size):
            lanes[k] = rest[k] if rest[k] > lanes[k] else lanes[k]
        top = lanes[0]
        for k in range(lanes.size):
            top = lanes[k] if lanes[k] > top else top
        for k in range(row.size):
            made[k] = row[k] - top


@loop
def _divided(out: Any) -> None:
    one = out.dtype.type(1)
    for i in range(out.shape[0]):
        row, total = out[i], one - one
        for k in range(row.size):
            total += row[k]
        factor = one / total
        for k in range(row.size):
            row[k] *= factor


@loop
def _less_logarithm(exps: Any, out: Any) -> None:
    zero = out.dtype.type(0)
    for i in range(out.shape[0]):
        row, made, total = exps[i], out[i], zero
        for k in range(row.size):
            total += row[k]
        total = np.log(total)
        for k in range(row.size):
            made[k] -= total


@loop
def _softmax_gradient(g: Any, out: Any, made: Any) -> None:
    zero = out.dtype.type(0)
    for i in range(out.shape[0]):
        given, value, result, total = g[i], out[i], made[i], zero
        for k in range(value.size):
            total += given[k] * value[k]
        for k in range(value.size):
            result[k] = (given[k] - total) * value[k]


@loop
def _log_softmax_gradient(g: Any, made: Any) -> None:
    zero = made.dtype.type(0)
    for i in range(made.shape[0]):
        given, result, total = g[i], made[i], zero
        for k in range(given.size):
            total += given[k]
        for k in range(given.size):
            result[k] = given[k] - result[k] * total


@loop
def _summed(exps: Any, totals: Any) -> None:
    zero = exps.dtype.type(0)
    for i in range(exps.shape[0]):
        row, total = exps[i], zero
        for k in range(row.size):
            total += row[k]
        totals[i] = total


@loop
def _nll_gradient(exps: Any, factors: Any, target: Any, g: Any, out: Any) -> None:
    for i in range(exps.shape[0]):
        row, made, factor = exps[i], out[i], factors[i]
        for k in range(row.size):
            made[k] = row[k] * factor
        made[target[i]] -= g[i]


@loop
def _negated_dots(x: Any, y: Any, out: Any) -> None:
    zero = x.dtype.type(0)
    for i in range(x.shape[0]):
        row, other, total = x[i], y[i], zero
        for k in range(row.size):
            total += row[k] * other[k]
        out[i] = -total


@loop
def _soft_nll_gradient(target: Any, g: Any, out: Any) -> None:
    zero = out.dtype.type(0)
    for i in range(out.shape[0]):
        given, made, factor, total = target[i], out[i], g[i], zero
        for k in range(made.size):
            total += given[k]
        for k in range(made.size):
            made[k] = (made[k] * total - given[k]) * factor


def _rows(axis: int, x: Any, *others: Any) -> bool:
    """Whether the lanes are rows that the loops are made for."""
    return x.ndim > 0 and axis == x.ndim - 1 and x.size > 0 and same(x, *others)


def _forward(x: Any, finish: Any) -> Any:
    size = x.shape[-1]
    out = np.empty(x.shape, x.dtype)
    rows, made = x.reshape(-1, size), out.reshape(-1, size)

    def work(part: slice) -> None:
        _shifted(rows[part], np.empty(_LANES, x.dtype), made[part])
        finish(made[part])

    in_blocks(work, x, len(rows), size, row=0)
    return out


def softmax(x: Any, axis: int) -> Any:
    if not _rows(axis, x):
        return NotImplemented

    def finish(out: Any) -> None:
        np.exp(out, out=out)
        _divided(out)

    return _forward(x, finish)


def log_softmax(x: Any, axis: int) -> Any:
    return _forward(x, lambda out: _less_logarithm(np.exp(out), out)) if _rows(axis, x) else NotImplemented


def softmax_gradient(g: Any, out: Any, axis: int) -> Any:
    if not _rows(axis, out) or g.dtype != out.dtype:
        return NotImplemented
    made = np.empty(out.shape, out.dtype)
    given, value, result = (np.ascontiguousarray(a).reshape(-1, out.shape[-1]) for a in (g, out, made))
    share(lambda part: _softmax_gradient(given[part], value[part], result[part]), len(value))
    return made


def log_softmax_gradient(g: Any, out: Any, axis: int) -> Any:
    if not _rows(axis, out) or g.dtype != out.dtype:
        return NotImplemented
    made = np.empty(out.shape, out.dtype)
    given, value, result = (np.ascontiguousarray(a).reshape(-1, out.shape[-1]) for a in (g, out, made))

    def work(part: slice) -> None:
        np.exp(value[part], out=result[part])
        _log_softmax_gradient(given[part], result[part])

    in_blocks(work, out, len(value), out.shape[-1], row=0)
    return made


def softmax_nll(x: Any, target: Any) -> Any:
    if not fits(x) or not x.size:
        return NotImplemented
    exps, (losses, totals) = np.empty(x.shape, x.dtype), np.empty((2, len(x)), x.dtype)

    def work(part: slice) -> None:
        made, named = exps[part], target[part]
        _shifted(x[part], np.empty(_LANES, x.dtype), made)
        picked = made[np.arange(len(named)), named]
        np.exp(made, out=made)
        _summed(made, totals[part])
        np.subtract(np.log(totals[part]), picked, out=losses[part])

    in_blocks(work, x, *x.shape, row=0)
    return losses, exps, totals


def softmax_nll_gradient(exps: Any, totals: Any, target: Any, g: Any) -> Any:
    if not fits(exps, totals) or not exps.size:
        return NotImplemented
    rows = np.broadcast_to(np.asarray(g, exps.dtype), totals.shape)
    factors, out = rows / totals, np.empty(exps.shape, exps.dtype)
    rows, target = np.ascontiguousarray(rows), np.ascontiguousarray(target)

    share(lambda part: _nll_gradient(exps[part], factors[part], target[part], rows[part], out[part]), len(exps))
    return out


def soft_nll(x: Any, target: Any) -> Any:
    if not same(x, target) or not x.size:
        return NotImplemented
    logs, losses = np.empty(x.shape, x.dtype), np.empty(len(x), x.dtype)

    def work(part: slice) -> None:
        made = logs[part]
        _shifted(x[part], np.empty(_LANES, x.dtype), made)
        _less_logarithm(np.exp(made), made)
        _negated_dots(target[part], made, losses[part])

    in_blocks(work, x, *x.shape, row=0)
    return losses, logs


def soft_nll_gradient(logs: Any, target: Any, g: Any) -> Any:
    if not same(logs, target) or not logs.size:
        return NotImplemented
    out = np.empty(logs.shape, logs.dtype)
    factors = np.ascontiguousarray(np.broadcast_to(np.asarray(g, logs.dtype), logs.shape[:1]))

    def work(part: slice) -> None:
        _soft_nll_gradient(target[part], factors[part], np.exp(logs[part], out[part]))

    in_blocks(work, logs, *logs.shape, row=0)
    return out
