"""Changing arrays in place by a formula: all arrays in one launch, by a kernel written for the formula."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from typing import Any

from ..formulas import Reading
from ..kinds import others
from . import REAL, begun, launch, packed
from .elementwise import THREADS, body, width

_ARGUMENTS = 3800
"""Bytes of a kernel's arguments, of which a card takes 4096."""
_BLOCKS, _LEAST = 2048, 64
"""How many blocks all arrays have together, and each at least."""


def update(
    values: Sequence[Any],
    gradients: Sequence[Any],
    states: Sequence[tuple[Any, ...]],
    reading: Reading,
    numbers: Any,
) -> Any:
    groups = [(p, g, *state) for p, g, state in zip(values, gradients, states, strict=True)]
    dtype = values[0].dtype
    if dtype not in REAL or not all(a.dtype == dtype and a.flags.c_contiguous for arrays in groups for a in arrays):
        return NotImplemented
    each = width(dtype, [a for arrays in groups for a in arrays])
    at_once = (_ARGUMENTS - 8 * len(numbers)) // (8 * (len(reading.arrays) + 1))
    is_there = numbers.__class__ in others  # in memory of the GPU, from which a graph takes what changes
    for start in range(0, len(groups), at_once):
        part = groups[start : start + at_once]
        source = _source(reading, dtype, each, len(part), is_there)
        table = packed([entry for arrays in part for entry in (*(a.data.ptr for a in arrays), arrays[0].size)])
        longest = max(arrays[0].size for arrays in part)
        blocks = min(-(-longest // (THREADS * each)), max(_BLOCKS // len(part), _LEAST))
        launch(source, "update", (blocks, len(part)), THREADS, table, *((numbers,) if is_there else numbers))
    return None


@cache
def _source(reading: Reading, dtype: Any, numbers_at_a_time: int, count: int, is_there: bool) -> str:
    """A kernel that reads each array once, and writes those that change once. The second dimension of its blocks
    counts the groups of arrays. Numbers are arguments, or lie in an array."""
    function, loops = body(reading, numbers_at_a_time)
    names = reading.arrays
    pointers = "\n".join(
        f"    {'' if name in reading.results else 'const '}stored *all_{name} = (stored *)at[{i}];"
        for i, name in enumerate(names)
    )
    numbers = "".join(f", double given_{name}" for name in reading.numbers)
    defined = ""
    if is_there:
        numbers = ", const double *numbers"
        defined = "".join(f"#define given_{name} numbers[{i}]\n" for i, name in enumerate(reading.numbers))
    text = f"""{defined}{function}
struct Table {{
    long long at[{count}][{len(names) + 1}];
}};
extern "C" __global__ void update(const Table table{numbers}) {{
    const long long *at = table.at[blockIdx.y], n = at[{len(names)}];
    const long long first = FIRST, step = STEP;
{pointers}
{loops}}}
"""
    return begun(dtype, text)
