"""Kernels that work element by element, made of a formula that was read (`formulas`).

Each thread takes 16 bytes of an array at a time: with single numbers a card reaches half of the rate of its memory.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Sequence
from functools import cache
from math import prod
from typing import Any

import numpy as np

from ..formulas import Reading, Readings
from . import REAL, begun, launch

__all__ = ["THREADS", "body", "elementwise", "width"]

_WRITTEN = {
    "add": "{} + {}",
    "subtract": "{} - {}",
    "multiply": "{} * {}",
    "divide": "{} / {}",
    "negative": "-{}",
    "square": "{0} * {0}",
    "absolute": "fabs({})",
    "sqrt": "sqrt({})",
    "exp": "exp({})",
    "expm1": "expm1({})",
    "log1p": "log1p({})",
    "tanh": "tanh({})",
    "erf": "erf({})",
    "sign": "({0} != {0} ? {0} : real({0} > 0) - real({0} < 0))",
    "maximum": "({0} > {1} || {0} != {0} ? {0} : {1})",
    "minimum": "({0} < {1} || {0} != {0} ? {0} : {1})",
    "less": "{} < {}",
    "less_equal": "{} <= {}",
    "greater": "{} > {}",
    "greater_equal": "{} >= {}",
    "equal": "{} == {}",
    "not_equal": "{} != {}",
    "bitwise_or": "{} || {}",
    "bitwise_and": "{} && {}",
    "invert": "!{}",
    "where": "{} ? {} : {}",
}
"""How NumPy's functions are written in CUDA, of variables; a maximum of NaN is NaN."""

THREADS = 256
_MOST_BLOCKS = 4096
"""Threads of a block, and how many blocks: a loop in the kernel goes on with what is beyond all threads."""


def width(dtype: Any, arrays: Any) -> int:
    """How many numbers of these arrays a thread takes at a time: 16 bytes of them, where all begin at such a
    multiple."""
    return 16 // dtype.itemsize if not any(a.data.ptr % 16 for a in arrays) else 1


def body(reading: Reading, numbers_at_a_time: int) -> tuple[str, str]:
    """What a reading does with elements, as CUDA: a function, and the loops that call it.

    The loops take the elements from `first` to before `n` in steps of `step`, of arrays `all_NAME`, and numbers
    `given_NAME`.
    """
    numbers = [f"const real {name}" for name in reading.numbers]
    given = [f"stored given_{name}" for name in reading.arrays]
    made = [f"stored &made_{name}" for name in reading.results]
    lines = [f"static __device__ __forceinline__ void element({', '.join([*given, *made, *numbers])}) {{"]
    lines += [f"    const real {name} = given_{name};" for name in reading.arrays]
    for operation in reading.operations:
        written = _WRITTEN[operation.function].format(*operation.operands)
        lines.append(f"    const {'bool' if operation.is_mask else 'real'} {operation.result} = {written};")
    lines += [f"    made_{name} = stored({result});" for name, result in reading.results.items()]
    lines += ["}", f"struct alignas(sizeof(stored) * {numbers_at_a_time}) Pack {{"]
    lines += [f"    stored at[{numbers_at_a_time}];", "};", ""]

    def call(read: str, write: str) -> str:
        operands = [read.format(name) for name in reading.arrays] + [write.format(name) for name in reading.results]
        return f"element({', '.join([*operands, *reading.numbers])});"

    loops = [f"    const real {name} = real(given_{name});" for name in reading.numbers]
    loops += [f"    const long long packs = n / {numbers_at_a_time};"]
    loops += ["    for (long long i = first; i < packs; i += step) {"]
    loops += [f"        const Pack in_{a} = reinterpret_cast<const Pack *>(all_{a})[i];" for a in reading.arrays]
    loops += [f"        Pack out_{name};" for name in reading.results]
    loops += ["        #pragma unroll", f"        for (int k = 0; k < {numbers_at_a_time}; k++)"]
    loops += ["            " + call("in_{}.at[k]", "out_{}.at[k]")]
    loops += [f"        reinterpret_cast<Pack *>(all_{name})[i] = out_{name};" for name in reading.results]
    loops += ["    }", f"    if (const long long i = packs * {numbers_at_a_time} + first; i < n)"]
    loops += ["        " + call("all_{}[i]", "all_{}[i]"), ""]
    return "\n".join(lines), "\n".join(loops)


@cache
def _source(reading: Reading, dtype: Any, numbers_at_a_time: int) -> str:
    function, loops = body(reading, numbers_at_a_time)
    given = [f"const stored *all_{name}" for name in reading.arrays]
    given += [f"stored *all_{name}" for name in reading.results]
    given += [*(f"double given_{name}" for name in reading.numbers), "long long n"]
    text = f"""{function}
extern "C" __global__ void computed({", ".join(given)}) {{
    const long long first = FIRST, step = STEP;
{loops}}}
"""
    return begun(dtype, text)


def _has_no_gaps(x: Any) -> bool:
    """Whether the elements lie side by side, in whatever order of the dimensions."""
    if x.flags.c_contiguous or not x.size:
        return True
    extent = x.itemsize
    for step, n in sorted(zip(x.strides, x.shape, strict=True)):
        if n > 1:
            if step != extent:
                return False
            extent *= n
    return True


def _like(model: Any, x: Any) -> Any:
    """The array in the order of memory of another one; a copy if it is in another."""
    if x.strides == model.strides:
        return x
    out = np.empty_like(model)
    out[...] = x
    return out


def elementwise(formula: Callable[..., Any]) -> Callable[..., Any]:
    """A kernel made of a formula of arrays of one shape and dtype, and of numbers after them."""
    names = [name for name, p in inspect.signature(formula).parameters.items() if p.kind != p.KEYWORD_ONLY]
    readings: dict[int, Readings] = {}

    def results(arrays: Sequence[Any], numbers: tuple[Any, ...]) -> dict[str, Any]:
        return {"made": formula(*arrays, *numbers)}

    def read(count: int, numbers: tuple[Any, ...]) -> Any:
        """The formula, of so many arrays."""
        if count not in readings:
            readings[count] = Readings(
                lambda arrays, numbers: {"made": formula(*arrays, *numbers)}, (*names[:count],)
            )
        return readings[count].read(numbers)

    def run(x: Any, *rest: Any) -> Any:
        kind, dtype = x.__class__, x.dtype
        arrays = [x, *(a for a in rest if a.__class__ is kind)]
        if dtype not in REAL or any((a.shape, a.dtype) != (x.shape, dtype) for a in arrays):
            return NotImplemented
        model = next(
            (a for a in reversed(arrays) if _has_no_gaps(a)), None
        )  # rather what was saved than a gradient
        if model is None:
            return NotImplemented
        found = read(len(arrays), rest[len(arrays) - 1 :])
        if found is None:
            return NotImplemented
        reading, numbers = found
        out = np.empty_like(model)
        arrays = [_like(out, a) for a in arrays]
        each = width(dtype, (*arrays, out))
        blocks = min(-(-prod(x.shape) // (THREADS * each)), _MOST_BLOCKS)
        launch(_source(reading, dtype, each), "computed", (blocks,), THREADS, *arrays, out, *numbers, x.size)
        return out

    return run
