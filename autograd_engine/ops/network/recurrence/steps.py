"""What recurrent layers share: float16 by way of float32, and the steps written out as operations.

How the sequences lie in the rows of a matrix, and what their `sizes` are, says `backend.kernels.recurrence`.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from ....backend.arrays import Array
from ....backend.kernels.recurrence import Sizes, steps_of
from ....backend.kinds import kind_of
from ....backend.sums import widened
from ....engine.graph import raw
from ...index import _getitem
from ...shape import cat

__all__ = ["unrolled", "wide"]


def wide(*arrays: Array) -> tuple[Array, ...]:
    """The arrays, those of float16 in float32; None stays what it is."""
    return tuple(None if x is None else widened(x) for x in arrays)


def unrolled(
    step: Callable[..., tuple[Array, ...]],
    projected: Array,
    states: Sequence[Array],
    widths: Sequence[int],
    sizes: Sizes,
    reverse: bool,
) -> tuple[Array, ...]:
    """The recurrence, operation by operation: the first state after each step, as rows, and all final states.

    Args:
        step: the states after a step, of the projected inputs of its rows and the states before it.
        projected: what the inputs contribute to each step, a row for each element.
        states: where the sequences start; None is 0.
        widths: the sizes of the states.
        sizes, reverse: see `steps_of`.
    """
    kind, dtype = kind_of(raw(projected)), projected.dtype
    current: list[Array] = [
        kind.zeros((sizes[0], width), dtype) if state is None else state
        for state, width in zip(states, widths, strict=True)
    ]
    results: list[Array] = []
    for rows, batch in steps_of(sizes, reverse):
        rest = (slice(batch.stop, None),)
        given = [state if batch.stop == sizes[0] else _getitem(state, index=(batch,)) for state in current]
        made = step(_getitem(projected, index=(rows,)), *given)
        results.append(made[0])
        current = [
            new if batch.stop == sizes[0] else cat([new, _getitem(old, index=rest)])
            for new, old in zip(made, current, strict=True)
        ]
    return cat(results[::-1] if reverse else results), *current
