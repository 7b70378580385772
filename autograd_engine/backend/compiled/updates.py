"""Changing arrays in place by a formula, in one pass over memory: a loop written out for each formula."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from contextlib import suppress
from functools import cache
from typing import Any

import numpy as np

from ..files import write_atomically
from ..formulas import FUNCTIONS, Reading
from . import fits, kept_in
from .crew import TOGETHER, shared_loop


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
    for arrays in groups:
        change(arrays[0].size, TOGETHER, *arrays, coefficients)
    return None


@cache
def _loop_of(reading: Reading) -> Callable[..., None]:
    return _loop_from(_source(reading))


@cache
def _loop_from(source: str) -> Callable[..., None]:
    """The loop with this source, which a file has to hold if the compiled loop is to be kept on disk."""
    name = f"update_{hashlib.sha256(source.encode()).hexdigest()[:20]}"
    file = "<formula>"
    folder = kept_in(update)
    if folder is not None:
        path = folder / f"{name}.py"
        with suppress(OSError):
            if not path.exists():
                write_atomically(path, source.encode())
            file = str(path)
    namespace: dict[str, Any] = {"__name__": __name__, **FUNCTIONS}
    exec(compile(source, file, "exec"), namespace)
    namespace["update"].__name__ = name
    # Sums are not reordered: of an infinite parameter, shrunk and then decayed, nothing may be left.
    return shared_loop(namespace["update"], math={"contract"})


def _source(reading: Reading) -> str:
    """A loop that reads each array once, and writes those that change once."""
    lines = [f"def update({', '.join(f'all_{name}' for name in reading.arrays)}, numbers, start, stop):"]
    lines += [f"    {name} = numbers[{i}]" for i, name in enumerate(reading.numbers)]
    lines += [f"    part_{name} = all_{name}[start:stop]" for name in reading.arrays]
    lines += ["    for i in range(part_p.size):"]
    lines += [f"        {name} = part_{name}[i]" for name in reading.arrays]
    lines += [f"        {o.result} = {o.source}" for o in reading.operations]
    lines += [f"        part_{array}[i] = {result}" for array, result in reading.results.items()]
    return "\n".join([*lines, ""])
