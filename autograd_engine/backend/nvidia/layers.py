"""Recurrent layers by cuDNN, a direction of a layer at each call: all steps are a few launches.

The rows of our matrices lie as cuDNN's packed sequences do, and gates and weights in the order of PyTorch's,
which is cuDNN's. The weights go into one piece of memory, at the end of that which cuDNN fills for the backward
pass; a node keeps both. A layer from the ends of the sequences to their beginnings is given the rows turned
around.

Source: NVIDIA, cuDNN documentation, "cudnnRNNForward", for cuDNN 9; numbers of names as in cudnn_adv.h.
"""

from __future__ import annotations

import ctypes
import functools
import weakref
from itertools import accumulate
from typing import Any

import numpy as np

from .. import gpu
from ..kernels import layers as kernels
from ..kernels.choice import Tier, current_tier
from ..kernels.layout import in_order
from ..kinds import kind_of
from . import cudnn
from .trust import Library, functions

__all__ = ["gru", "gru_gradients", "lstm", "lstm_gradients"]

Sizes = tuple[int, ...]

_P, _I, _N = ctypes.c_void_p, ctypes.c_int, ctypes.c_size_t
SIGNATURES = {
    "cudnnCreateRNNDescriptor": (_P,),
    "cudnnDestroyRNNDescriptor": (_P,),
    "cudnnSetRNNDescriptor_v8": (_P, _I, _I, _I, _I, _I, _I, _I, _I, _I, _I, _I, _I, _P, ctypes.c_uint32),
    "cudnnCreateRNNDataDescriptor": (_P,),
    "cudnnDestroyRNNDataDescriptor": (_P,),
    "cudnnSetRNNDataDescriptor": (_P, _I, _I, _I, _I, _I, _P, _P),
    "cudnnCreateTensorDescriptor": (_P,),
    "cudnnDestroyTensorDescriptor": (_P,),
    "cudnnSetTensorNdDescriptor": (_P, _I, _I, _P, _P),
    "cudnnGetRNNTempSpaceSizes": (_P, _P, _I, _P, _P, _P),
    "cudnnGetRNNWeightSpaceSize": (_P, _P, _P),
    "cudnnGetRNNWeightParams": (_P, _P, _I, _N, _P, _I, _P, _P, _P, _P),
    "cudnnRNNForward": (_P, _P, _I, *(_P,) * 11, _N, _P, _N, _P, _N, _P),
    "cudnnRNNBackwardData_v8": (*(_P,) * 16, _N, _P, _N, _P, _N, _P),
    "cudnnRNNBackwardWeights_v8": (_P, _P, _I, *(_P,) * 7, _N, _P, _N, _P, _N, _P),
    "cudnnGetErrorString": (_I,),
}
"""The functions that are called, with the types of their arguments; each returns a status but for the last."""

RESULTS = {"cudnnGetErrorString": ctypes.c_char_p}

TYPES = {"f": 0, "d": 1}
STANDARD, UNIDIRECTIONAL, LINEAR_INPUT, PACKED, TRAINING, ADD = 0, 0, 0, 1, 1, 0
LSTM, GRU = 2, 3
GATES = {LSTM: 4, GRU: 3}
NO_BIAS, DOUBLE_BIAS = 0, 2
DEFAULT_MATH, FMA_MATH = 0, 3

MEMORY = {True: np.dtype(np.uint8), False: np.dtype(np.int8)}
"""The dtype of the bytes that a node keeps, by whether the layer has biases."""

_ALIGNED = 256
"""Each piece of memory begins at a multiple of so many bytes."""


class _Handle(cudnn.Handle):
    """cuDNN with the functions for recurrent layers as `calls`."""

    def __init__(self) -> None:
        super().__init__()
        self.calls = functions("cudnn", SIGNATURES, RESULTS)

    def check(self, function: str, status: int) -> None:
        """Raise what a status means, if it means an error."""
        if status:
            raise RuntimeError(f"{function}: {self.calls.cudnnGetErrorString(status).decode()}")

    def begin(self, function: str, *arguments: Any) -> None:
        """Call a function on the current stream; its first argument, cuDNN's handle, is not among these."""
        self.check(function, self.call(lambda address: getattr(self.calls, function)(address, *arguments)))


class _Plan:
    """A direction of a layer for which all but the addresses is settled.

    Attributes:
        layer, x, y, ends: the addresses of descriptions of the layer, of rows of inputs and of states, and of a
        state. lengths: of the sequences, on the GPU. backwards: for each row the one that is in its place when
        the sequences are turned around, on the GPU. work, reserve, weights: how many bytes cuDNN works in, keeps
        for the backward pass, and has for weights. numbers: how many weights there are.
    """

    def __init__(
        self,
        handle: _Handle,
        mode: int,
        letter: str,
        inputs: int,
        width: int,
        sizes: Sizes,
        biased: bool,
        fma: bool,
    ) -> None:
        self._handle, self._made = handle, list[tuple[Any, Any]]()
        weakref.finalize(self, _destroyed, self._made).atexit = False  # when CUDA has gone already
        kind, dtype, gates = TYPES[letter], np.dtype(letter), GATES[mode]
        lengths = [sum(n > j for n in sizes) for j in range(sizes[0])]
        self.lengths = gpu.kind().sent(np.array(lengths, np.int32))
        starts = [0, *accumulate(sizes)]
        rows = [starts[lengths[j] - 1 - t] + j for t, n in enumerate(sizes) for j in range(n)]
        self.backwards = gpu.kind().sent(np.array(rows, np.int64))
        self.layer = self._new("RNNDescriptor")
        bias, math = DOUBLE_BIAS if biased else NO_BIAS, FMA_MATH if fma else DEFAULT_MATH
        how = (STANDARD, mode, bias, UNIDIRECTIONAL, LINEAR_INPUT, kind, kind, math)
        self._call("cudnnSetRNNDescriptor_v8", self.layer, *how, inputs, width, width, 1, None, 0)
        each = (ctypes.c_int * len(lengths))(*lengths)
        self.x, self.y = self._new("RNNDataDescriptor"), self._new("RNNDataDescriptor")
        for made, size in ((self.x, inputs), (self.y, width)):
            self._call("cudnnSetRNNDataDescriptor", made, kind, PACKED, len(sizes), len(lengths), size, each, None)
        self.ends = self._new("TensorDescriptor")
        shape = (ctypes.c_int * 3)(1, sizes[0], width)
        strides = (ctypes.c_int * 3)(sizes[0] * width, width, 1)
        self._call("cudnnSetTensorNdDescriptor", self.ends, kind, 3, shape, strides)
        work, reserve, weights = _N(), _N(), _N()
        handle.begin(
            "cudnnGetRNNTempSpaceSizes", self.layer, TRAINING, self.x, ctypes.byref(work), ctypes.byref(reserve)
        )
        handle.begin("cudnnGetRNNWeightSpaceSize", self.layer, ctypes.byref(weights))
        self.work, self.weights = work.value, weights.value
        self.reserve = -(-reserve.value // _ALIGNED) * _ALIGNED
        self._reserve = reserve.value
        shapes = [(gates * width, inputs), (gates * width, width), *[(gates * width,)] * (2 * biased)]
        self._ends = [*accumulate(int(np.prod(s)) for s in shapes)]
        self._shapes, self._dtype, self.numbers = shapes, dtype, self._ends[-1]
        self._check_places(gates, inputs, width, biased)

    def _new(self, what: str) -> Any:
        made, calls = ctypes.c_void_p(), self._handle.calls
        self._handle.check(what, getattr(calls, f"cudnnCreate{what}")(ctypes.byref(made)))
        self._made.append((getattr(calls, f"cudnnDestroy{what}"), made.value))
        return made.value

    def _call(self, function: str, *arguments: Any) -> None:
        self._handle.check(function, getattr(self._handle.calls, function)(*arguments))

    def _check_places(self, gates: int, inputs: int, width: int, biased: bool) -> None:
        """Ask cuDNN where it looks for each weight; they have to lie as they are packed.

        Raises:
            NotImplementedError: it looks elsewhere.
        """
        memory = gpu.library().empty(self.weights, np.uint8)
        begin, each = memory.data.ptr, self._dtype.itemsize
        matrix, vector, place = self._new("TensorDescriptor"), self._new("TensorDescriptor"), 0
        vectors = self._ends[1] * each
        for number in range(2 * gates):
            at, bias = ctypes.c_void_p(), ctypes.c_void_p()
            self._handle.begin(
                "cudnnGetRNNWeightParams", self.layer, 0, self.weights, begin, number, matrix, ctypes.byref(at),
                vector, ctypes.byref(bias),
            )  # fmt: skip
            there = (begin + place, begin + vectors + number * width * each if biased else None)
            if (at.value, bias.value) != there:
                raise NotImplementedError("cuDNN has its weights in another order")
            place += (inputs if number < gates else width) * width * each

    def packed(self, memory: Any) -> Any:
        """The weights within the memory that a node keeps."""
        return memory[self.reserve :].view(self._dtype)[: self.numbers]

    def unpacked(self, packed: Any) -> list[Any]:
        """The weights, or their gradients, one by one: w_ih, w_hh and the biases."""
        starts = (0, *self._ends)
        return [packed[i:j].reshape(shape) for i, j, shape in zip(starts, self._ends, self._shapes, strict=False)]

    def room(self, memory: Any) -> tuple[Any, ...]:
        """The last four arguments of cuDNN's functions; memory to work in is taken for the call."""
        self._space = space = gpu.library().empty(self.work or 1, np.uint8)
        return self.work, space.data.ptr, self._reserve, memory.data.ptr


def _destroyed(made: list[tuple[Any, Any]]) -> None:
    for destroy, address in made:
        destroy(address)


@functools.lru_cache(maxsize=1024)
def _plan(
    handle: _Handle, mode: int, letter: str, inputs: int, width: int, sizes: Sizes, biased: bool, fma: bool
) -> _Plan | None:
    try:
        return _Plan(handle, mode, letter, inputs, width, sizes, biased, fma)
    except NotImplementedError:
        return None


def _planned(mode: int, x: Any, w_hh: Any, sizes: Sizes, biased: bool, others: Any) -> tuple[_Handle, _Plan] | None:
    """cuDNN on the current GPU and its plan for a layer; None where there is none."""
    here, letter, (rows, width) = library.here(), x.dtype.char, w_hh.shape
    if here is None or letter not in TYPES or not (x.size and w_hh.size) or rows != GATES[mode] * width:
        return None
    index, handle = here
    if any(
        a is not None and (a.__class__ is not x.__class__ or a.dtype.char != letter or a.data.device_id != index)
        for a in (x, w_hh, *others)
    ):
        return None
    fma = letter == "f" and not cudnn.settings.allow_tf32
    plan = _plan(handle, mode, letter, x.shape[1], width, sizes, biased, fma)
    return None if plan is None else (handle, plan)


def _address(x: Any) -> int | None:
    return None if x is None else int(x.data.ptr)


def _rows(x: Any, plan: _Plan, reverse: bool) -> Any:
    """Rows in memory in the order of cuDNN's steps."""
    return x[plan.backwards] if reverse else in_order(x)


def _forward(
    mode: int, x: Any, h: Any, c: Any, weights: list[Any], sizes: Sizes, reverse: bool
) -> tuple[Any, Any, Any, Any] | None:
    """The states after each step, the last state and cell, and the memory for the backward pass."""
    if current_tier() is Tier.CUDA:  # its own source takes the steps
        return None
    biased = weights[2] is not None
    planned = _planned(mode, x, weights[1], sizes, biased, (h, c, *weights))
    if planned is None:
        return None
    handle, plan = planned
    kind, width = kind_of(x), weights[1].shape[1]
    memory = kind.empty(plan.reserve + plan.weights, MEMORY[biased])
    packed = plan.packed(memory)
    np.concatenate([w.reshape(-1) for w in weights if w is not None], out=packed)
    x, states, hidden = _rows(x, plan, reverse), *(kind.empty((n, width), x.dtype) for n in (len(x), sizes[0]))
    cell = kind.empty(hidden.shape, x.dtype) if mode == LSTM else None
    h, c = (None if s is None else in_order(s) for s in (h, c))
    try:
        handle.begin(
            "cudnnRNNForward", plan.layer, TRAINING, plan.lengths.data.ptr, plan.x, x.data.ptr, plan.y,
            states.data.ptr, plan.ends, _address(h), hidden.data.ptr, plan.ends if mode == LSTM else None,
            _address(c), _address(cell), plan.weights, packed.data.ptr, *plan.room(memory),
        )  # fmt: skip
    except RuntimeError as error:
        library.refuse(gpu.current(), str(error))
        return None
    return states[plan.backwards] if reverse else states, hidden, cell, memory


def _backward(
    mode: int,
    x: Any,
    g: tuple[Any, ...],
    h: Any,
    c: Any,
    w_hh: Any,
    states: Any,
    memory: Any,
    sizes: Sizes,
    reverse: bool,
    wanted: tuple[bool, ...],
) -> tuple[Any, ...]:
    """The gradients of x, the state, the cell, and the weights.

    Args:
        wanted: whether any weight's is.
    """
    g = tuple(a if a.dtype == x.dtype else a.astype(x.dtype) for a in g)
    planned = _planned(mode, x, w_hh, sizes, memory.dtype == MEMORY[True], (h, c, states, *g))
    if planned is None:
        raise RuntimeError("cuDNN has computed a recurrent layer, and cannot go back through it now")
    handle, plan = planned
    memory = memory.copy()  # which cuDNN writes over, and another backward pass may need
    kind, packed = kind_of(x), plan.packed(memory)
    x, states, dy = (_rows(a, plan, reverse) for a in (x, states, g[0]))
    dx, (dhy, *dcy) = kind.empty(x.shape, x.dtype), map(in_order, g[1:])
    dh = kind.empty(dhy.shape, x.dtype)
    dc = kind.empty(dhy.shape, x.dtype) if mode == LSTM else None
    h, c = (None if s is None else in_order(s) for s in (h, c))
    handle.begin(
        "cudnnRNNBackwardData_v8", plan.layer, plan.lengths.data.ptr, plan.y, states.data.ptr, dy.data.ptr, plan.x,
        dx.data.ptr, plan.ends, _address(h), dhy.data.ptr, dh.data.ptr, plan.ends if mode == LSTM else None,
        _address(c), _address(dcy[0]) if dcy else None, _address(dc), plan.weights, packed.data.ptr,
        *plan.room(memory),
    )  # fmt: skip
    dx = dx[plan.backwards] if reverse else dx
    if not any(wanted):
        return dx, dh, dc, None, None, None, None
    made = kind.zeros(plan.weights // x.itemsize, x.dtype)
    handle.begin(
        "cudnnRNNBackwardWeights_v8", plan.layer, ADD, plan.lengths.data.ptr, plan.x, x.data.ptr, plan.ends,
        _address(h), plan.y, states.data.ptr, plan.weights, made.data.ptr, *plan.room(memory),
    )  # fmt: skip
    weights = [*plan.unpacked(made[: plan.numbers]), None, None]
    return dx, dh, dc, *weights[:4]


def lstm(
    x: Any, h: Any, c: Any, w_ih: Any, w_hh: Any, b_ih: Any, b_hh: Any, w_hr: Any, sizes: Sizes, reverse: bool
) -> Any:
    if w_hr is not None:
        return NotImplemented
    found = _forward(LSTM, x, h, c, [w_ih, w_hh, b_ih, b_hh], sizes, reverse)
    if found is None:
        return NotImplemented
    states, hidden, cell, memory = found
    return states, hidden, cell, memory, memory


def lstm_gradients(
    x: Any,
    g: tuple[Any, Any, Any],
    h: Any,
    c: Any,
    w_ih: Any,
    w_hh: Any,
    w_hr: Any,
    states: Any,
    gates: Any,
    before: Any,
    sizes: Sizes,
    reverse: bool,
    wanted: tuple[bool, ...],
) -> Any:
    if gates.dtype == x.dtype:
        return NotImplemented
    found = _backward(LSTM, x, g, h, c, w_hh, states, gates, sizes, reverse, wanted[3:7])
    return (*found, None)


def gru(x: Any, h: Any, w_ih: Any, w_hh: Any, b_ih: Any, b_hh: Any, sizes: Sizes, reverse: bool) -> Any:
    found = _forward(GRU, x, h, None, [w_ih, w_hh, b_ih, b_hh], sizes, reverse)
    if found is None:
        return NotImplemented
    states, hidden, _, memory = found
    return states, hidden, memory


def gru_gradients(
    x: Any,
    g: tuple[Any, Any],
    h: Any,
    w_ih: Any,
    w_hh: Any,
    states: Any,
    gates: Any,
    sizes: Sizes,
    reverse: bool,
    wanted: tuple[bool, ...],
) -> Any:
    if gates.dtype == x.dtype:
        return NotImplemented
    dx, dh, _, *weights = _backward(GRU, x, g, h, None, w_hh, states, gates, sizes, reverse, wanted[2:])
    return dx, dh, *weights


def _try() -> None:
    """Compute small layers and their gradients, from the beginnings and from the ends of two sequences.

    Raises:
        RuntimeError: CuPy's functions give others.
    """
    random = gpu.kind().stream(0)
    x, h, c, g = (random.random(shape, np.float32) for shape in ((5, 3), (2, 4), (2, 4), (5, 4)))
    sizes, wanted = (2, 2, 1), (True,) * 7
    forms: Any = (
        (LSTM, lstm, lstm_gradients, kernels.lstm.numpy, kernels.lstm_gradients.numpy),
        (GRU, gru, gru_gradients, kernels.gru.numpy, kernels.gru_gradients.numpy),
    )
    for mode, ours, back, theirs, theirs_back in forms:
        shapes = ((4 * GATES[mode], 3), (4 * GATES[mode], 4), (4 * GATES[mode],), (4 * GATES[mode],))
        weights = [random.random(shape, np.float32) - np.float32(0.5) for shape in shapes]
        state = (h, c) if mode == LSTM else (h,)
        more = (None,) if mode == LSTM else ()
        for reverse in (False, True):
            results = []
            for forward, backward in ((ours, back), (theirs, theirs_back)):
                made = forward(x, *state, *weights, *more, sizes, reverse)
                if made is NotImplemented:
                    raise RuntimeError("a small recurrent layer is not computed")
                ends, kept = made[: 1 + len(state)], made[1 + len(state) :]
                pulled = backward(
                    x, (g, *ends[1:]), *state, *weights[:2], *more, ends[0], *kept, sizes, reverse, wanted
                )
                results.append([*ends, *pulled])
            for one, other in zip(*results, strict=True):
                if one is not None and not float(abs(one - other).max()) < 0.05:
                    raise RuntimeError("a small recurrent layer is wrong")


library = Library("cuDNN for recurrent layers", _Handle, _try)
