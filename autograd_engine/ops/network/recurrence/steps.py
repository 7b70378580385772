"""Steps through a batch of sequences of different lengths: which rows a step works on, and what it starts from.

The elements of all sequences lie in the rows of one matrix, as in PyTorch's packed sequences: first the first
elements of all sequences, then the second ones of those that have one, and so on. The sequences are sorted by
length, the longest first, so that step t works on the first `sizes[t]` of them. In a padded batch all are equal.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import lru_cache
from itertools import accumulate, pairwise

import numpy as np

from ....backend.arrays import Array
from ....backend.kinds import kind_of
from ....backend.sums import added_up, widened
from ....engine.graph import raw
from ...index import _getitem
from ...shape import cat

__all__ = [
    "Sizes",
    "before_each",
    "begun",
    "projected",
    "room_for",
    "steps_of",
    "unrolled",
    "weight_gradients",
    "wide",
]

Sizes = tuple[int, ...]
"""How many sequences have a first element, a second one, and so on."""


@lru_cache(maxsize=64)
def steps_of(sizes: Sizes, reverse: bool) -> tuple[tuple[slice, slice], ...]:
    """The steps through sequences, from their beginnings, or from their ends: for each the rows that it works on,
    and the sequences that these belong to."""
    bounds = pairwise([0, *accumulate(sizes)])
    steps = [(slice(i, j), slice(0, n)) for (i, j), n in zip(bounds, sizes, strict=True)]
    return tuple(steps[::-1] if reverse else steps)


def begun(state: Array, like: Array, count: int, width: int) -> Array:
    """The state (count, width) that all sequences start from, to be written over; zeros where none is given."""
    kind = kind_of(like)
    if state is None:
        return kind.zeros((count, width), like.dtype)
    return kind.array(state, like.dtype, order="C")


def before_each(states: Array, initial: Array, sizes: Sizes, reverse: bool) -> Array:
    """For each row the state before its step, of those after each step, and of those at the beginning."""
    before = kind_of(states).empty(states.shape, states.dtype)
    current = begun(initial, states, sizes[0], states.shape[1])
    for rows, batch in steps_of(sizes, reverse):
        before[rows] = current[batch]
        current[batch] = states[rows]
    return before


def wide(*arrays: Array) -> tuple[Array, ...]:
    """The arrays, those of float16 in float32; None stays what it is."""
    return tuple(None if x is None else widened(x) for x in arrays)


def projected(x: Array, weight: Array, bias: Array, other_bias: Array, out: Array = None) -> Array:
    """What the inputs contribute to all steps, and the biases: x weight^T + bias + other_bias."""
    out = np.matmul(x, weight.T, out=out)
    if bias is not None:
        out += bias + other_bias
    return out


def room_for(sizes: Sizes, reverse: bool, width: int, like: Array) -> tuple[Array, Array]:
    """Memory for what all steps are given, a row for each element, and for what they make of it.

    It is one block: each step writes over what steps before it have read, so that no step needs room of its own.
    """
    rows, shift = sum(sizes), sizes[0]
    room = kind_of(like).empty((rows + shift, width), like.dtype)
    return (room[:rows], room[shift:]) if reverse else (room[shift:], room[:rows])


def turned(weight: Array, sizes: Sizes) -> Array:
    """The weight transposed; in memory too, where many products are made with it."""
    return weight.T if len(sizes) < 8 else kind_of(weight).array(weight.T, weight.dtype, order="C")


def weight_gradients(
    changes: Array, recurrent: Array, x: Array, before: Array, wanted: Sequence[bool]
) -> tuple[Array, ...]:
    """The gradients of w_ih, w_hh, b_ih and b_hh, each one product or sum over all steps; None where not wanted.

    Args:
        changes: the gradients of what the inputs contribute, and their bias.
        recurrent: the gradients of what the state before each step contributes, and its bias; often the same.
        x, before: the inputs, and the states before each step.
        wanted: which are.
    """
    return (
        changes.T @ x if wanted[0] else None,
        recurrent.T @ before if wanted[1] else None,
        added_up(changes, axis=0) if wanted[2] else None,
        added_up(recurrent, axis=0) if wanted[3] else None,
    )


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
