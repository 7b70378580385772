"""Changing arrays in place by a formula, in one launch: a kernel written out for each formula and dtype.

It is made of the same reading of the formula as the loop of `compiled.updates`.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from typing import Any

from ..formulas import Reading
from . import REAL, launch

_WRITTEN = {
    "add": "{} + {}",
    "subtract": "{} - {}",
    "multiply": "{} * {}",
    "divide": "{} / {}",
    "negative": "-{}",
    "square": "{0} * {0}",
    "absolute": "fabs({})",
    "sqrt": "sqrt({})",
    "sign": "({0} != {0} ? {0} : real({0} > 0) - real({0} < 0))",
    "maximum": "({0} > {1} || {0} != {0} ? {0} : {1})",
    "minimum": "({0} < {1} || {0} != {0} ? {0} : {1})",
    "less": "{} < {}",
    "less_equal": "{} <= {}",
    "greater": "{} > {}",
    "greater_equal": "{} >= {}",
    "equal": "{} == {}",
    "not_equal": "{} != {}",
    "where": "{} ? {} : {}",
}
"""How NumPy's functions are written in CUDA, of variables; a maximum of NaN is NaN."""


def update(
    values: Sequence[Any],
    gradients: Sequence[Any],
    states: Sequence[tuple[Any, ...]],
    reading: Reading,
    numbers: tuple[float, ...],
) -> Any:
    groups = [(p, g, *state) for p, g, state in zip(values, gradients, states, strict=True)]
    dtype = values[0].dtype
    if dtype not in REAL or not all(a.dtype == dtype and a.flags.c_contiguous for arrays in groups for a in arrays):
        return NotImplemented
    source = _source(reading, REAL[dtype])
    for arrays in groups:
        launch(source, "update", arrays[0].size, *arrays, *numbers)
    return None


@cache
def _source(reading: Reading, real: str) -> str:
    """A kernel that reads each array once, and writes those that change once."""
    arrays = [f"{'' if name in reading.results else 'const '}real *all_{name}" for name in reading.arrays]
    lines = [f"typedef {real} real;", 'extern "C" __global__ void update(']
    lines.append(
        "    " + ", ".join([*arrays, *(f"double given_{name}" for name in reading.numbers), "long long n"])
    )
    lines += [") {", "    long long i = blockIdx.x * (long long)blockDim.x + threadIdx.x;"]
    lines += [f"    const real {name} = real(given_{name});" for name in reading.numbers]
    lines.append("    for (; i < n; i += (long long)gridDim.x * blockDim.x) {")
    lines += [f"        const real {name} = all_{name}[i];" for name in reading.arrays]
    for operation in reading.operations:
        written = _WRITTEN[operation.function].format(*operation.operands)
        lines.append(f"        const {'bool' if operation.is_mask else 'real'} {operation.result} = {written};")
    lines += [f"        all_{array}[i] = {result};" for array, result in reading.results.items()]
    return "\n".join([*lines, "    }", "}", ""])
