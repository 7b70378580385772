"""Changing arrays in place by a formula, in one pass over memory: a loop written out for each formula."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from contextlib import suppress
from functools import cache
from itertools import accumulate
from typing import Any

import numpy as np

from ..files import write_atomically
from ..formulas import FUNCTIONS, Reading
from ..threads import share
from . import fits, kept_in, loop

_PIECE = 1024
"""Threads part an array at multiples of this: what the compiler does to the numbers at the end of a loop, which may
round otherwise than what it does to eight at once, it does to the same numbers for any number of threads."""


def update(
    values: Sequence[Any],
    gradients: Sequence[Any],
    states: Sequence[tuple[Any, ...]],
    reading: Reading,
    numbers: tuple[float, ...],
) -> Any:
    groups = [(p, g, *state) for p, g, state in zip(values, gradients, states, strict=True)]
    if not all(fits(values[0], *arrays) for arrays in groups):
        return NotImplemented
    change = _loop_of(reading)
    coefficients = np.array(numbers, values[0].dtype)
    stops = list(accumulate(p.size for p in values))

    def change_part(part: slice) -> None:
        for arrays, stop in zip(groups, stops, strict=True):
            size = arrays[0].size
            first, last = (_inside(bound - (stop - size), size) for bound in (part.start, part.stop))
            if first < last:
                change(*(array[first:last] for array in arrays), coefficients)

    share(change_part, stops[-1], each=_PIECE)
    return None


def _inside(bound: int, size: int) -> int:
    """The multiple of a piece before a bound; 0 or all of the array, where the bound lies outside of it."""
    return size if bound >= size else max(0, bound // _PIECE * _PIECE)


@cache
def _loop_of(reading: Reading) -> Callable[..., None]:
    return _loop_from(_source(reading))


@cache
def _loop_from(source: str) -> Callable[..., None]:
    """The loop with this source, which a file has to hold if the compiled loop is to be kept on disk."""
    file = "<formula>"
    folder = kept_in(update)
    if folder is not None:
        path = folder / f"update_{hashlib.sha256(source.encode()).hexdigest()[:20]}.py"
        with suppress(OSError):
            if not path.exists():
                write_atomically(path, source.encode())
            file = str(path)
    namespace: dict[str, Any] = {"__name__": __name__, **FUNCTIONS}
    exec(compile(source, file, "exec"), namespace)
    # Sums are not reordered: of an infinite parameter, shrunk and then decayed, nothing may be left.
    return loop(namespace["update"], math={"contract"})


def _source(reading: Reading) -> str:
    """A loop that reads each array once, and writes those that change once."""
    lines = [f"def update({', '.join(f'all_{name}' for name in reading.arrays)}, numbers):"]
    lines += [f"    {name} = numbers[{i}]" for i, name in enumerate(reading.numbers)]
    lines += ["    for i in range(all_p.size):"]
    lines += [f"        {name} = all_{name}[i]" for name in reading.arrays]
    lines += [f"        {o.result} = {o.source}" for o in reading.operations]
    lines += [f"        all_{array}[i] = {result}" for array, result in reading.results.items()]
    return "\n".join([*lines, ""])
