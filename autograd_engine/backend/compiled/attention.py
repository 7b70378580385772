"""Rows of attention's scores: exponentials, and their gradient, in one pass each over rows in the cache.

Where a query sees no later keys, the passes end at its own: that is half of the work. The loops run on the thread
that calls them, since whoever calls shares the blocks among threads.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from . import fits, loop
from .arithmetic import exp, wide
from .softmaxes import top_of


@loop
def _exponentials(scores: Any, tops: Any, totals: Any, first: int, length: int) -> None:
    wide()
    zero = scores.dtype.type(0)
    for i in range(scores.shape[0]):
        seen = min(scores.shape[1], first + i % length + 1)
        row, hidden = scores[i, :seen], scores[i, seen:]
        top = top_of(row)
        top = zero if top == -np.inf else top
        total = zero
        for k in range(row.size):
            row[k] = exp(row[k] - top)
        for k in range(row.size):
            total += row[k]
        hidden[:] = zero
        if np.isnan(total):
            top = total
            row[:] = total
            hidden[:] = total
        tops[i], totals[i] = top, total


@loop
def _exponentials_again(scores: Any, tops: Any, first: int, length: int) -> None:
    wide()
    for i in range(scores.shape[0]):
        seen = min(scores.shape[1], first + i % length + 1)
        row, hidden, top = scores[i, :seen], scores[i, seen:], tops[i]
        for k in range(row.size):
            row[k] = exp(row[k] - top)
        hidden[:] = top - top  # 0, but for NaN


@loop
def _scores_gradient(given: Any, exps: Any, means: Any) -> None:
    for i in range(given.shape[0]):
        row, factors, mean = given[i], exps[i], means[i]
        for k in range(row.size):
            row[k] = (row[k] - mean) * factors[k]


def _rows(scores: Any) -> Any:
    return scores.reshape(-1, scores.shape[-1])


def _first(scores: Any, first: int | None) -> int:
    return scores.shape[-1] if first is None else first


def exponentials(scores: Any, first: int | None) -> Any:
    if not fits(scores) or not scores.size:
        return NotImplemented
    tops, totals = np.empty(scores.shape[:-1], scores.dtype), np.empty(scores.shape[:-1], scores.dtype)
    rows = _rows(scores)
    _exponentials(rows, tops.reshape(-1), totals.reshape(-1), _first(scores, first), scores.shape[-2])
    return tops, totals


def exponentials_again(scores: Any, tops: Any, first: int | None) -> Any:
    if not fits(scores) or not scores.size or tops.dtype != scores.dtype:
        return NotImplemented
    tops = np.ascontiguousarray(tops).reshape(-1)
    _exponentials_again(_rows(scores), tops, _first(scores, first), scores.shape[-2])
    return None


def scores_gradient(given: Any, exps: Any, means: Any) -> Any:
    if not fits(given, exps) or not given.size or means.dtype != given.dtype:
        return NotImplemented
    _scores_gradient(_rows(given), _rows(exps), np.ascontiguousarray(means).reshape(-1))
    return None
