"""No bit of what a compiled loop computes depends on where its arrays lie.

A loop that writes an array is vectorized; but when it runs, it looks first whether the array begins a short way
behind one that it reads, and if so goes number by number. So a sum in such a loop has two orders, and a row of few
numbers one result or another, since the memory of its result lies close to it, or not, by chance.
"""

from __future__ import annotations

import importlib
from typing import Any

import numpy as np
import pytest

numba = pytest.importorskip("numba")
pytestmark = pytest.mark.skipif(bool(numba.config.DISABLE_JIT), reason="nothing is compiled")

FILES = attention, norms, recurrence, softmaxes = [
    importlib.import_module(f"autograd_engine.backend.compiled.{name}")
    for name in ("attention", "norms", "recurrence", "softmaxes")
]
"""Where loops add up."""

FAR = 4096
GAPS = (0, 16, 64)
"""Bytes from the end of one array to the next."""


def _numbers(random: np.random.Generator, dtype: Any, *shape: int) -> Any:
    return random.standard_normal(shape).astype(dtype)


def _compute(random: np.random.Generator, dtype: Any, rows: int, n: int) -> None:
    """Call the kernels of these files with rows of n numbers."""
    x, y = (_numbers(random, dtype, rows, n) for _ in range(2))
    target, each = random.integers(0, n, rows), _numbers(random, dtype, rows)
    softmaxes.softmax(x, 1)
    softmaxes.softmax_gradient(x, y, 1)
    softmaxes.log_softmax(x, 1)
    softmaxes.log_softmax_gradient(x, y, 1)
    softmaxes.softmax_nll(x, target)
    softmaxes.softmax_nll_gradient(np.exp(x), np.exp(x).sum(1), target, dtype(0.7))
    softmaxes.soft_nll(x, y)
    softmaxes.soft_nll_gradient(x, y, each)
    attention.exponentials(x.copy()[None], None)
    attention.exponentials_again(x.copy()[None], each[None], None)
    attention.scores_gradient(x.copy()[None], y[None], each[None])
    for groups, channels in (((1, rows, n), (rows, n, 1)), ((rows, n, 1), (rows, n, 1)), ((1, rows, n),) * 2):
        weight = _numbers(random, dtype, channels[1])
        out = norms.normalize(x.reshape(channels), weight, weight, groups, channels, 1e-5, True)
        settings = (x.reshape(channels), weight, out[1], out[3], groups, channels, True)
        norms.normalize_gradients(y.reshape(channels), *settings, (True, True, True))
        norms.affine(x.reshape(channels), weight, weight)
    for rule, steps, back, more in (
        (4, recurrence.lstm_steps, recurrence.lstm_steps_gradient, 1),
        (3, recurrence.gru_steps, recurrence.gru_steps_gradient, 0),
    ):
        gates, changes = (_numbers(random, dtype, 2 * rows, 4 * n) for _ in range(2))
        weight, before, states = (
            _numbers(random, dtype, *s) for s in ((n, rule * n), (2 * rows, n), (2 * rows, n))
        )
        start, kept = [x.copy(), y.copy()][: 1 + more], [before] * more
        steps(gates, weight, *start, *kept, states, (rows, rows), False)
        back(states, gates, weight.T.copy(), *start, before, changes, (rows, rows), False)


def _laid_out(arrays: list[Any], order: list[int], gap: int) -> list[Any]:
    """Copies in one block of memory, in this order, so far apart."""
    block = np.zeros(sum(a.nbytes + gap for a in arrays) + 64, np.uint8)
    at, copies = -block.ctypes.data % 64, {}
    for i in order:
        copies[i] = block[at : at + arrays[i].nbytes].view(arrays[i].dtype).reshape(arrays[i].shape)
        copies[i][...] = arrays[i]
        at += arrays[i].nbytes + gap
    return [copies[i] for i in range(len(arrays))]


def _everywhere(name: str, loop: Any, seen: dict[str, bool]) -> Any:
    """The loop; `seen` gets whether it made the same bits wherever its arrays lay."""

    def run(*arguments: Any) -> Any:
        arrays = [a for a in arguments if isinstance(a, np.ndarray)]
        one_way = list(range(len(arrays)))
        orders = [one_way, one_way[::-1], one_way[1:] + one_way[:1]]
        found = set()
        for gap, order in [(FAR, one_way), *((gap, order) for gap in GAPS for order in orders)]:
            copies = _laid_out(arrays, order, gap)
            rest = iter(copies)
            loop(*(next(rest) if isinstance(a, np.ndarray) else a for a in arguments))
            found.add(b"".join(a.tobytes() for a in copies))
        seen[name] = seen.get(name, True) and len(found) == 1
        return loop(*arguments)

    return run


@pytest.mark.parametrize("dtype", [np.float32, pytest.param(np.float64, marks=pytest.mark.slow)])
def test_no_bit_depends_on_where_arrays_lie(dtype, monkeypatch):
    seen: dict[str, bool] = {}
    loops = {
        (file, name): function
        for file in FILES
        for name, function in vars(file).items()
        if getattr(function, "__qualname__", "") in ("loop.<locals>.run", "shared_loop.<locals>.run")
    }
    for (file, name), function in loops.items():
        monkeypatch.setattr(file, name, _everywhere(f"{file.__name__}.{name}", function, seen))
    random = np.random.default_rng(0)
    for rows in (1, 2):
        for n in (4, 5, 8, 9, 17):
            for _ in range(3):
                _compute(random, dtype, rows, n)
    called = len(loops) - 4 * (dtype is np.float64)  # the recurrent loops are for float32
    assert len(seen) == called
    assert [name for name, same in seen.items() if not same] == []
