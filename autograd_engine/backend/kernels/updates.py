"""Changing arrays in place by a formula.

Long arrays are cut into blocks so small that all passes of NumPy's over a block find it in the processor's cache,
and the blocks are shared among threads.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from ..captures import current
from ..formulas import Formula, Reading
from ..kinds import others
from ..threads import share
from .calls import calls_of
from .choice import Tier, current_tier, kernel
from .vectors import NUMPY, SHORT, for_short

__all__ = ["apply", "many_cost_one", "update"]

_BLOCK = 1 << 16
"""How many numbers of a long array the calls are made for at once."""


def apply(
    formula: Formula,
    values: Sequence[Any],
    gradients: Sequence[Any],
    states: Sequence[tuple[Any, ...]],
    numbers: tuple[Any, ...],
) -> None:
    """Let a formula change arrays, and those of their states, in place.

    Args:
        formula: what to do.
        values, gradients: contiguous arrays of one dimension and one dtype, p and g of the formula.
        states: for each of them the arrays of its state, in the order of the formula's names.
        numbers: the formula's numbers.
    """
    read: Any = formula.read(numbers)
    capture = current()
    if capture is not None:
        read = capture.placed(read, values[0])
    if read is not None:
        update(values, gradients, states, *read)
        return
    for p, g, arrays in zip(values, gradients, states, strict=True):
        state = dict(zip(formula.names, arrays, strict=True))
        np.copyto(p, formula.update(p, g, state, numbers))
        for name, array in zip(formula.names, arrays, strict=True):
            if state[name] is not array:
                np.copyto(array, state[name])


def many_cost_one(array: Any) -> bool:
    """Whether arrays like this are updated in one call, however many: then small ones need not be gathered."""
    return array.__class__ in others and current_tier() is Tier.CUDA


@kernel(many=True)
def update(
    values: Sequence[Any],
    gradients: Sequence[Any],
    states: Sequence[tuple[Any, ...]],
    reading: Reading,
    numbers: Any,
) -> None:
    """Change arrays and those of their states in place, as a formula that was read says. Arguments as for `apply`,
    with what `Formula.read` returned; while a graph is captured, its numbers lie in a vector of the GPU, in
    float64."""
    calls = calls_of(reading)
    if values[0].__class__ in others:  # a device has no cache for blocks to stay in, and every call costs a launch
        if numbers.__class__ in others:
            numbers = tuple(numbers.astype(values[0].dtype))  # a float64 would widen what it meets
        calls(*NUMPY, values, gradients, states, numbers)
        return
    sizes = list(map(len, values))
    if min(sizes) > 0 and max(sizes) <= SHORT:
        calls(*for_short(values[0].dtype), values, gradients, states, numbers)
        return
    blocks = [
        (p[i : i + _BLOCK], g[i : i + _BLOCK], [array[i : i + _BLOCK] for array in state])
        for p, g, state in zip(values, gradients, states, strict=True)
        for i in range(0, p.size, _BLOCK)
    ]
    if blocks:
        share(lambda part: calls(*NUMPY, *zip(*blocks[part], strict=True), numbers), len(blocks))
