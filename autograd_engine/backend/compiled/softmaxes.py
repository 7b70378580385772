"""Softmax and what is made of it, in rows: a row lies in the cache from its maximum to its last pass."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from . import fits, inlined, same
from .arithmetic import exp, larger, wide
from .crew import TOGETHER, shared_loop


@inlined
def top_of(row: Any) -> Any:
    """The largest number, NaN passed over: a row with NaN becomes NaN with the exponential."""
    top = row.dtype.type(-np.inf)
    for k in range(row.size):
        top = larger(top, row[k])
    return top


@inlined
def _exponentials(row: Any, out: Any) -> Any:
    """out = e^(row less its maximum); the maximum, and the sum of `out`."""
    top, total = top_of(row), row.dtype.type(0)
    for k in range(row.size):
        out[k] = exp(row[k] - top)
    for k in range(out.size):
        total += out[k]
    return top, total


@shared_loop
def _softmax(x: Any, out: Any, start: int, stop: int) -> None:
    wide()
    one = x.dtype.type(1)
    for i in range(start, stop):
        made = out[i]
        _, total = _exponentials(x[i], made)
        factor = one / total
        for k in range(made.size):
            made[k] *= factor


@inlined
def _logarithms(row: Any, out: Any) -> None:
    """The logarithms of the softmax."""
    top, total = top_of(row), row.dtype.type(0)
    for k in range(row.size):
        out[k] = row[k] - top
    for k in range(out.size):
        total += exp(out[k])
    total = math.log(total)
    for k in range(row.size):
        out[k] -= total


@shared_loop
def _log_softmax(x: Any, out: Any, start: int, stop: int) -> None:
    wide()
    for i in range(start, stop):
        _logarithms(x[i], out[i])


@shared_loop
def _softmax_gradient(g: Any, out: Any, made: Any, start: int, stop: int) -> None:
    zero = out.dtype.type(0)
    for i in range(start, stop):
        given, value, result, total = g[i], out[i], made[i], zero
        for k in range(value.size):
            total += given[k] * value[k]
        for k in range(value.size):
            result[k] = (given[k] - total) * value[k]


@shared_loop
def _log_softmax_gradient(g: Any, out: Any, made: Any, start: int, stop: int) -> None:
    wide()
    zero = made.dtype.type(0)
    for i in range(start, stop):
        given, value, result, total = g[i], out[i], made[i], zero
        for k in range(given.size):
            total += given[k]
        for k in range(given.size):
            result[k] = given[k] - exp(value[k]) * total


@shared_loop
def _softmax_nll(x: Any, target: Any, exps: Any, picked: Any, totals: Any, start: int, stop: int) -> None:
    """picked: x[target] less the maximum of its row."""
    wide()
    for i in range(start, stop):
        top, total = _exponentials(x[i], exps[i])
        totals[i] = total
        picked[i] = x[i, target[i]] - top


@shared_loop
def _nll_gradient(exps: Any, factors: Any, target: Any, g: Any, out: Any, start: int, stop: int) -> None:
    for i in range(start, stop):
        row, made, factor = exps[i], out[i], factors[i]
        for k in range(row.size):
            made[k] = row[k] * factor
        made[target[i]] -= g[i]


@shared_loop
def _soft_nll(x: Any, target: Any, logs: Any, losses: Any, start: int, stop: int) -> None:
    wide()
    zero = x.dtype.type(0)
    for i in range(start, stop):
        row, other, total = logs[i], target[i], zero
        _logarithms(x[i], row)
        for k in range(row.size):
            total += row[k] * other[k]
        losses[i] = -total


@shared_loop
def _soft_nll_gradient(logs: Any, target: Any, g: Any, out: Any, start: int, stop: int) -> None:
    wide()
    zero = out.dtype.type(0)
    for i in range(start, stop):
        row, given, made, factor, total = logs[i], target[i], out[i], g[i], zero
        for k in range(made.size):
            total += given[k]
        for k in range(made.size):
            made[k] = (exp(row[k]) * total - given[k]) * factor


# -------------------------------------------------------------------------------------- the kernels


def _rows(axis: int, x: Any, *others: Any) -> bool:
    """Whether the lanes are rows that the loops are made for."""
    return x.ndim > 0 and axis == x.ndim - 1 and x.size > 0 and same(x, *others)


def _over(loop: Any, *arrays: Any) -> Any:
    """What a loop makes of the rows of these arrays, which have one shape."""
    out, size = np.empty(arrays[0].shape, arrays[0].dtype), arrays[0].shape[-1]
    rows = [a.reshape(-1, size) for a in (*arrays, out)]
    loop(len(rows[0]), -(-TOGETHER // size), *rows)
    return out


def softmax(x: Any, axis: int) -> Any:
    return _over(_softmax, x) if _rows(axis, x) else NotImplemented


def log_softmax(x: Any, axis: int) -> Any:
    return _over(_log_softmax, x) if _rows(axis, x) else NotImplemented


def softmax_gradient(g: Any, out: Any, axis: int) -> Any:
    if not _rows(axis, out) or g.dtype != out.dtype:
        return NotImplemented
    return _over(_softmax_gradient, np.ascontiguousarray(g), out)


def log_softmax_gradient(g: Any, out: Any, axis: int) -> Any:
    if not _rows(axis, out) or g.dtype != out.dtype:
        return NotImplemented
    return _over(_log_softmax_gradient, np.ascontiguousarray(g), out)


def softmax_nll(x: Any, target: Any) -> Any:
    if not fits(x) or not x.size:
        return NotImplemented
    exps, (picked, totals) = np.empty(x.shape, x.dtype), np.empty((2, len(x)), x.dtype)
    _softmax_nll(len(x), -(-TOGETHER // x.shape[1]), x, np.ascontiguousarray(target), exps, picked, totals)
    return np.log(totals) - picked, exps, totals


def softmax_nll_gradient(exps: Any, totals: Any, target: Any, g: Any) -> Any:
    if not fits(exps, totals) or not exps.size:
        return NotImplemented
    rows = np.broadcast_to(np.asarray(g, exps.dtype), totals.shape)
    factors, out = rows / totals, np.empty(exps.shape, exps.dtype)
    rows, target = np.ascontiguousarray(rows), np.ascontiguousarray(target)
    _nll_gradient(len(exps), -(-TOGETHER // exps.shape[1]), exps, factors, target, rows, out)
    return out


def soft_nll(x: Any, target: Any) -> Any:
    if not same(x, target) or not x.size:
        return NotImplemented
    logs, losses = np.empty(x.shape, x.dtype), np.empty(len(x), x.dtype)
    _soft_nll(len(x), -(-TOGETHER // x.shape[1]), x, target, logs, losses)
    return losses, logs


def soft_nll_gradient(logs: Any, target: Any, g: Any) -> Any:
    if not same(logs, target) or not logs.size:
        return NotImplemented
    out = np.empty(logs.shape, logs.dtype)
    factors = np.ascontiguousarray(np.broadcast_to(np.asarray(g, logs.dtype), logs.shape[:1]))
    _soft_nll_gradient(len(logs), -(-TOGETHER // logs.shape[1]), logs, target, factors, out)
    return out
