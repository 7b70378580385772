"""What recurrent layers share: where the sequences of a batch start, and the products over all of their steps.

How the sequences lie in the rows of a matrix, and what their `sizes` are, says `backend.kernels.recurrence`.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from ....backend import kernels
from ....backend.arrays import Array
from ....backend.kernels.recurrence import Sizes, steps_of
from ....backend.kinds import kind_of
from ....backend.sums import widened
from ....engine.graph import raw
from ...index import _getitem
from ...shape import cat

__all__ = [
    "before_each",
    "begun",
    "projected",
    "unrolled",
    "weight_gradients",
    "wide",
]


def begun(state: Array, like: Array, count: int, width: int) -> Array:
    """The state (count, width) that all sequences start from, to be written over; zeros where none is given."""
    kind = kind_of(like)
    if state is None:
        return kind.zeros((count, width), like.dtype)
    return kind.array(state, like.dtype, order="C")


def before_each(states: Array, initial: Array, sizes: Sizes, reverse: bool) -> Array:
    """For each row the state before its step, of those after each step, and of those at the beginning."""
    before = kind_of(states).empty(states.shape, states.dtype)
    batch = sizes[0]
    if sizes[-1] == batch:  # all sequences are equally long, so each state lies one step further on
        here, there = slice(batch, None), slice(None, -batch)
        first, later, earlier = (slice(-batch, None), there, here) if reverse else (slice(batch), here, there)
        before[first] = 0 if initial is None else initial
        before[later] = states[earlier]
        return before
    current = begun(initial, states, sizes[0], states.shape[1])
    for rows, running in steps_of(sizes, reverse):
        before[rows] = current[running]
        current[running] = states[rows]
    return before


def wide(*arrays: Array) -> tuple[Array, ...]:
    """The arrays, those of float16 in float32; None stays what it is."""
    return tuple(None if x is None else widened(x) for x in arrays)


def projected(x: Array, weight: Array, bias: Array, other_bias: Array, out: Array = None) -> Array:
    """What the inputs contribute to all steps, and the biases: x weight^T + bias + other_bias."""
    return kernels.matmul(x, weight.T, None if bias is None else bias + other_bias, out)


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
        kernels.matmul(changes.T, x) if wanted[0] else None,
        kernels.matmul(recurrent.T, before) if wanted[1] else None,
        kernels.column_sums(changes) if wanted[2] else None,
        kernels.column_sums(recurrent) if wanted[3] else None,
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
