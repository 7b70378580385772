"""A substitute for cuDNN's C functions of recurrent layers: papers' formulas, step by step, from addresses.

Gradients are taken by differentiating these steps, operation by operation. As cuDNN does, the backward pass writes
over the memory that the forward pass has kept, so a second one needs a copy.
"""

from __future__ import annotations

import ctypes
import functools
from contextvars import Context
from itertools import accumulate
from typing import Any

import numpy as np

import autograd_engine as ag

from .cudnn import done
from .nvidia import INVALID, OK, Functions, I, N, P
from .streams import CudaStream, launched

__all__ = ["functions"]

WORK, RESERVE, MORE = 128, 100, 64
"""How many bytes it works in and keeps, and those beside the weights."""

LSTM, GRU = 2, 3
FORWARD, DATA = 11, 22
"""What lies in the memory that is kept, after each of the two passes."""

DTYPES = {0: np.dtype(np.float32), 1: np.dtype(np.float64)}


def array(address: int, shape: tuple[int, ...], dtype: Any) -> Any:
    """What lies at an address."""
    memory = (ctypes.c_char * (int(np.prod(shape)) * dtype.itemsize)).from_address(address)
    return np.frombuffer(memory, dtype).reshape(shape)


class Rnn(Functions):
    """The functions.

    Attributes:
        calls: the names of those that computed something.
        broken: a status that each of them returns, 0 for none.
        wrong: what the states are changed by.
        maths: which kind of arithmetic each forward pass was to use.
    """

    def __init__(self) -> None:
        super().__init__()
        self.clear()
        for kind in ("RNNDescriptor", "RNNDataDescriptor", "TensorDescriptor"):
            self._add(f"cudnnCreate{kind}", functools.partial(self._new, kind), P)
            self._add(f"cudnnDestroy{kind}", self._destroy, P)
        self._add("cudnnSetRNNDescriptor_v8", self._layer, P, *(I,) * 12, P, ctypes.c_uint32)
        self._add("cudnnSetRNNDataDescriptor", self._rows, P, I, I, I, I, I, P, P)
        self._add("cudnnSetTensorNdDescriptor", self._tensor, P, I, I, P, P)
        self._add("cudnnGetRNNTempSpaceSizes", self._spaces, P, P, I, P, P, P)
        self._add("cudnnGetRNNWeightSpaceSize", self._weights, P, P, P)
        self._add("cudnnGetRNNWeightParams", self._place, P, P, I, N, P, I, P, P, P, P)
        self._add("cudnnRNNForward", self._forward, P, P, I, *(P,) * 11, N, P, N, P, N, P)
        self._add("cudnnRNNBackwardData_v8", self._back, *(P,) * 16, N, P, N, P, N, P)
        self._add("cudnnRNNBackwardWeights_v8", self._back_to_weights, P, P, I, *(P,) * 7, N, P, N, P, N, P)
        self._add("cudnnGetErrorString", self._name, I, result=P)

    def clear(self) -> None:
        self.calls: list[str] = []
        self.maths: list[int] = []
        self.broken, self.wrong, self.is_elsewhere = 0, 0.0, False
        self._runs: list[_Run] = []

    # ------------------------------------------------------------------------------------ descriptions

    def _layer(self, layer: int, *values: Any) -> int:
        algorithm, mode, bias, direction, inputs, kind, precise, math, size, width, projected, *rest = values
        fits = (algorithm, direction, inputs, *rest) == (0, 0, 0, 1, None, 0)
        if not fits or mode not in (LSTM, GRU) or bias not in (0, 2) or kind != precise or projected != width:
            return INVALID
        self._things[layer].values = (mode, bias == 2, DTYPES[kind], size, width, math)
        return OK

    def _rows(
        self, rows: int, kind: int, layout: int, most: int, batch: int, size: int, lengths: int, fill: Any
    ) -> int:
        given = tuple(array(lengths, (batch,), np.dtype(np.int32)).tolist())
        if layout != 1 or most != max(given) or list(given) != sorted(given, reverse=True) or fill:
            return INVALID
        self._things[rows].values = (DTYPES[kind], size, given)
        return OK

    def _tensor(self, tensor: int, kind: int, dims: int, shape: int, strides: int) -> int:
        sizes = array(shape, (dims,), np.dtype(np.int32)).tolist()
        if array(strides, (dims,), np.dtype(np.int32)).tolist() != [sizes[1] * sizes[2], sizes[2], 1]:
            return INVALID
        self._things[tensor].values = (DTYPES[kind], *sizes)
        return OK

    def _spaces(self, handle: int, layer: int, mode: int, x: int, work: int, reserve: int) -> int:
        N.from_address(work).value, N.from_address(reserve).value = WORK, RESERVE
        return OK if mode == 1 else INVALID

    def _shapes(self, layer: int) -> list[tuple[int, ...]]:
        mode, biased, _, size, width, _ = self._things[layer].values
        gates = {LSTM: 4, GRU: 3}[mode]
        return [(gates * width, size), (gates * width, width), *[(gates * width,)] * (2 * biased)]

    def _weights(self, handle: int, layer: int, size: int) -> int:
        numbers = sum(int(np.prod(s)) for s in self._shapes(layer))
        N.from_address(size).value = numbers * self._things[layer].values[2].itemsize + MORE
        return OK

    def _place(
        self, handle: int, layer: int, level: int, size: int, space: int, number: int,
        matrix: int, at: int, vector: int, bias_at: int,
    ) -> int:  # fmt: skip
        mode, biased, dtype, inputs, width, _ = self._things[layer].values
        gates = {LSTM: 4, GRU: 3}[mode]
        before = number * width * inputs if number < gates else gates * width * inputs + (number - gates) * width**2
        P.from_address(at).value = space + dtype.itemsize * (before + self.is_elsewhere)
        rest = gates * width * (inputs + width) + number * width
        P.from_address(bias_at).value = space + dtype.itemsize * rest if biased else None
        return OK

    # ------------------------------------------------------------------------------------- computation

    def _given(self, layer: int, lengths: int, x: int, weights: int) -> tuple[Any, ...]:
        """The layer's settings, the sizes of the steps, rows, and the weights."""
        mode, _, dtype, size, width, _ = self._things[layer].values
        kind, inputs, each = self._things[x].values
        assert (kind, inputs) == (dtype, size)
        assert weights % 16 == 0
        assert array(lengths, (len(each),), np.dtype(np.int32)).tolist() == list(each)
        sizes = [sum(n > t for n in each) for t in range(max(each))]
        shapes = self._shapes(layer)
        ends = [0, *accumulate(int(np.prod(s)) for s in shapes)]
        flat = array(weights, (ends[-1],), dtype)
        parts = [flat[i:j].reshape(s) for i, j, s in zip(ends[:-1], ends[1:], shapes, strict=True)]
        return mode, dtype, width, sizes, parts

    def _checked(self, name: str, handle: int, work: int, space: int, reserve: int) -> bool:
        self.calls.append(name)
        is_on_stream = done.streams[handle] == CudaStream.current.ptr
        return is_on_stream and (work, reserve) == (WORK, RESERVE) and bool(space) and not self.broken

    def _forward(
        self, handle: int, layer: int, training: int, lengths: int, rows: int, x: int, out: int, y: int, ends: int,
        hx: Any, hy: int, cells: Any, cx: Any, cy: Any, size: int, weights: int, work: int, space: int,
        reserve: int, kept: int,
    ) -> int:  # fmt: skip
        if not self._checked("forward", handle, work, space, reserve) or training != 1:
            return self.broken or INVALID
        mode, dtype, width, sizes, parts = self._given(layer, lengths, rows, weights)
        self.maths.append(self._things[layer].values[5])
        assert self._things[ends].values == (dtype, 1, sizes[0], width)
        assert self._things[out].values[:2] == (dtype, width)
        assert (cells, bool(cy)) == ((ends, True) if mode == LSTM else (None, False))
        given = array(x, (sum(sizes), parts[0].shape[1]), dtype)
        states = [None if s is None else array(s, (sizes[0], width), dtype) for s in (hx, cx)]
        results = [array(y, (sum(sizes), width), dtype), array(hy, (sizes[0], width), dtype)]
        results += [array(cy, (sizes[0], width), dtype)] if mode == LSTM else []

        def compute() -> None:
            run = Context().run(_Run, mode, sizes, given, states, parts)
            self._runs.append(run)
            for place, made in zip(results, run.made, strict=True):
                place[...] = made.detach().numpy() + self.wrong
            _marks(kept)[:] = FORWARD, len(self._runs) - 1

        launched(compute)
        return OK

    def _back(
        self, handle: int, layer: int, lengths: int, out: int, y: int, dy: int, rows: int, dx: int, ends: int,
        hx: Any, dhy: int, dhx: int, cells: Any, cx: Any, dcy: Any, dcx: Any, size: int, weights: int, work: int,
        space: int, reserve: int, kept: int,
    ) -> int:  # fmt: skip
        if not self._checked("data", handle, work, space, reserve):
            return self.broken or INVALID
        mode, dtype, width, sizes, parts = self._given(layer, lengths, rows, weights)
        assert self._things[ends].values == (dtype, 1, sizes[0], width)
        batch, every = (sizes[0], width), (sum(sizes), width)
        given = [(dy, every), (dhy, batch), *[(dcy, batch)] * (mode == LSTM)]
        gradients = [array(address, shape, dtype) for address, shape in given]
        made = [(dx, (every[0], parts[0].shape[1])), (dhx, batch), *[(dcx, batch)] * (mode == LSTM)]
        results = [array(address, shape, dtype) for address, shape in made]
        states = [None if s is None else array(s, batch, dtype) for s in (hx, cx)]
        outputs = array(y, every, dtype)

        def compute() -> None:
            marks = _marks(kept)
            assert marks[0] == FORWARD, "written over by another backward pass"
            run = self._runs[marks[1]]
            marks[0] = DATA
            self._check_states(outputs, run)
            for ours, theirs in zip((*parts, *states), (*run.weights, *run.states), strict=True):
                assert (ours is None) == (theirs is None)
                assert ours is None or np.array_equal(ours, theirs.detach().numpy().astype(dtype))
            for place, found in zip(results, Context().run(run.pull, gradients), strict=True):
                place[...] = found

        launched(compute)
        return OK

    def _check_states(self, outputs: Any, run: _Run) -> None:
        """They may have been rounded to float16 in between."""
        np.testing.assert_allclose(outputs - self.wrong, run.made[0].detach().numpy(), rtol=1e-3, atol=1e-3)

    def _back_to_weights(
        self, handle: int, layer: int, adding: int, lengths: int, rows: int, x: int, ends: int, hx: Any, out: int,
        y: int, size: int, made: int, work: int, space: int, reserve: int, kept: int,
    ) -> int:  # fmt: skip
        if not self._checked("weights", handle, work, space, reserve) or adding != 0:
            return self.broken or INVALID
        _, dtype, width, sizes, parts = self._given(layer, lengths, rows, made)
        given = array(x, (sum(sizes), parts[0].shape[1]), dtype)
        outputs = array(y, (sum(sizes), width), dtype)

        def compute() -> None:
            marks = _marks(kept)
            assert marks[0] == DATA, "the gradients of the inputs come first"
            run = self._runs[marks[1]]
            self._check_states(outputs, run)
            assert np.array_equal(given, run.x.detach().numpy().astype(dtype))
            for place, found in zip(parts, run.of_weights, strict=True):
                place += found

        launched(compute)
        return OK


def _marks(kept: int) -> Any:
    return array(kept, (2,), np.dtype(np.int64))


class _Run:
    """A pass through all steps, in float64; made in a context of its own, where nobody watches operations.

    Attributes:
        x, states, weights: what it was given.
        made: the states after each step, the last state, and the last cell of an LSTM.
        of_weights: the gradients, after `pull`.
    """

    def __init__(self, mode: int, sizes: list[int], x: Any, states: list[Any], weights: list[Any]) -> None:
        def leaf(values: Any) -> ag.Tensor:
            return ag.tensor(values.astype(float), requires_grad=True)

        self.x, self.weights = leaf(x), [leaf(w) for w in weights]
        self.states = [None if s is None else leaf(s) for s in states]
        batch, width = sizes[0], weights[1].shape[1]
        self._starts = [ag.zeros(batch, width, dtype=ag.float64, requires_grad=True) if s is None else s
                        for s in self.states]  # fmt: skip
        hidden, cell = self._starts
        w_ih, w_hh, *biases = self.weights
        b_ih, b_hh = biases or (0.0, 0.0)
        outputs, start = [], 0
        for n in sizes:
            a, b = self.x[start : start + n] @ w_ih.T + b_ih, hidden[:n] @ w_hh.T + b_hh
            start += n
            if mode == LSTM:
                i, f, u, o = (a + b).chunk(4, 1)
                inner = f.sigmoid() * cell[:n] + i.sigmoid() * u.tanh()
                cell = ag.cat([inner, cell[n:]])
                new = o.sigmoid() * inner.tanh()
            else:
                (r, z, q), (r_h, z_h, q_h) = a.chunk(3, 1), b.chunk(3, 1)
                candidate = (q + (r + r_h).sigmoid() * q_h).tanh()
                keep = (z + z_h).sigmoid()
                new = (1 - keep) * candidate + keep * hidden[:n]
            outputs.append(new)
            hidden = ag.cat([new, hidden[n:]])
        self.made = [ag.cat(outputs), hidden, *[cell] * (mode == LSTM)]

    def pull(self, gradients: list[Any]) -> list[Any]:
        """The gradients of the inputs and of the states that the sequences start from."""
        leaves = [self.x, *self._starts[: len(self.made) - 1], *self.weights]
        given = [ag.tensor(g.astype(float)) for g in gradients]
        found = [g.numpy() for g in ag.grad(self.made, leaves, given, retain_graph=True)]
        self.of_weights = found[len(self.made) :]
        return found[: len(self.made)]


functions = Rnn()
