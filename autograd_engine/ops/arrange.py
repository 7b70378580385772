"""Arranging: repeating, broadcasting and turning, all composed of reshaping and reading."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np

from ..backend.arrays import Array
from ..backend.checks import are_checked
from ..backend.kinds import kind_of
from ..engine.broadcast import clone
from ..engine.graph import raw
from .dims import along, common_shape, dims_of, normalize_dim, size_of
from .gather import index_select
from .names import operator
from .operands import apart, constant_like
from .shape import cat, expand, flip, ravel, reshape, transpose

# ------------------------------------------------------------------------------ repeating, broadcasting


@operator("torch Tensor")
def repeat(x: Array, *sizes: Any) -> Array:
    """`x` repeated sizes[d] times along dimension d; more sizes than dimensions add dimensions in front.

    Raises:
        ValueError: fewer sizes than dimensions, or a negative one.

    Example:
        >>> repeat(tensor([1.0, 2.0]), 2, 2)
        tensor([[1., 2., 1., 2.],
                [1., 2., 1., 2.]])
    """
    times = size_of(sizes, "repeat")
    if len(times) < len(x.shape) or any(n < 0 for n in times):
        raise ValueError(f"repeat: {times} repetitions for a tensor of {len(x.shape)} dimensions")
    shape = (1,) * (len(times) - len(x.shape)) + tuple(x.shape)
    spread = reshape(x, [size for n in shape for size in (1, n)])
    spread = expand(spread, [size for pair in zip(times, shape, strict=True) for size in pair])
    return apart(reshape(spread, [r * n for r, n in zip(times, shape, strict=True)]), x)


@operator("torch Tensor")
def tile(x: Array, *dims: Any) -> Array:
    """Like `repeat`, but there may be fewer repetitions than dimensions; they then belong to the last dimensions.

    Raises:
        ValueError: a negative number of repetitions.
    """
    times = size_of(dims, "tile")
    if any(n < 0 for n in times):
        raise ValueError(f"tile: repetitions cannot be negative, got {times}")
    return repeat(x, (1,) * (len(x.shape) - len(times)) + times)


@operator("torch Tensor", raw_too=True)
def repeat_interleave(
    x: Array, repeats: Array = None, dim: int | None = None, *, output_size: int | None = None
) -> Array:
    """Each slice of `x` along `dim` repeated in place; without `dim`, each element of the flattened `x`.

    A single argument is taken for `repeats`: the result holds the number i as often as element i of it says.

    Args:
        repeats: how often: one integer, or a 1-d tensor with one for each slice.
        output_size: the sum of `repeats`, which is checked.

    Raises:
        ValueError: `repeats` does not hold one integer, or one for each slice, none negative; or `output_size` is
            not their sum.

    Example:
        >>> repeat_interleave(tensor([1.0, 2.0]), tensor([1, 2]))
        tensor([1., 2., 2.])
    """
    if repeats is None:
        repeats = raw(x)
        if repeats.ndim != 1:
            raise ValueError(f"repeat_interleave: expected repetitions of 1 dimension, got shape {repeats.shape}")
        x = constant_like(kind_of(repeats).arange(len(repeats)), x)
    if dim is None or not x.shape:
        x = ravel(x)
    dim = normalize_dim(dim or 0, len(x.shape), "repeat_interleave")
    count = x.shape[dim]
    kind = kind_of(raw(x))
    times = kind.asarray(raw(repeats))
    fits = times.dtype.kind in "iu" and times.ndim < 2 and times.size in (1, count)
    if not fits or (are_checked(times) and (times < 0).any()):
        raise ValueError(f"repeat_interleave: {count} slices cannot be repeated {times.tolist()} times")
    times = np.broadcast_to(times, (count,))
    if output_size is not None and output_size != times.sum():
        raise ValueError(f"repeat_interleave: output_size {output_size}, but the repeats add up to {times.sum()}")
    return index_select(x, dim, kind.repeat(kind.arange(count), times))


def _several(tensors: tuple[Any, ...]) -> tuple[Array, ...]:
    """Tensors given one by one or as one sequence."""
    return tuple(tensors[0]) if len(tensors) == 1 and isinstance(tensors[0], (tuple, list)) else tensors


@operator("torch", numpy="broadcast_arrays", raw_too=True)
def broadcast_tensors(*tensors: Array) -> tuple[Array, ...]:
    """The tensors, each expanded to the shape that an elementwise operation on all of them would have.

    Raises:
        ValueError: the shapes do not broadcast.
    """
    tensors = _several(tensors)
    shape = common_shape([tuple(t.shape) for t in tensors], "broadcast_tensors")
    return tuple(expand(t, shape) for t in tensors)


@operator("torch Tensor")
def unflatten(x: Array, dim: int, sizes: Sequence[int]) -> Array:
    """`x` with dimension `dim` split into dimensions of `sizes`, one of which may be -1.

    Raises:
        ValueError: the product of `sizes` is not the size of the dimension.

    Example:
        >>> unflatten(tensor([1.0, 2.0, 3.0, 4.0]), 0, (2, -1))
        tensor([[1., 2.],
                [3., 4.]])
    """
    dim = normalize_dim(dim, len(x.shape), "unflatten")
    sizes, length = size_of((sizes,), "unflatten"), x.shape[dim]
    known = math.prod(n for n in sizes if n != -1)
    if -1 in sizes and not known:
        raise ValueError(f"unflatten: beside a size of 0, -1 could be any number; replace it in {sizes}")
    if -1 in sizes:
        sizes = tuple(length // known if n == -1 else n for n in sizes)
    if math.prod(sizes) != length:
        raise ValueError(f"unflatten: sizes {sizes} do not multiply to {length}, the size of dim {dim}")
    return reshape(x, (*x.shape[:dim], *sizes, *x.shape[dim + 1 :]))


# ------------------------------------------------------------------------------------------- turning


@operator("torch Tensor numpy")
def fliplr(x: Array) -> Array:
    """`x` with the order of its columns (dimension 1) reversed.

    Raises:
        ValueError: fewer than 2 dimensions.
    """
    if len(x.shape) < 2:
        raise ValueError(f"fliplr: needs at least 2 dimensions, got shape {tuple(x.shape)}")
    return flip(x, 1)


@operator("torch Tensor numpy")
def flipud(x: Array) -> Array:
    """`x` with the order of its rows (dimension 0) reversed.

    Raises:
        ValueError: `x` is 0-d.
    """
    if not x.shape:
        raise ValueError("flipud: needs at least 1 dimension")
    return flip(x, 0)


@operator("torch Tensor")
def roll(x: Array, shifts: int | Sequence[int], dims: int | Sequence[int] | None = None) -> Array:
    """`x` shifted along `dims`: what falls off one end comes in at the other.

    Without `dims`, all elements are shifted as one line, and the shape stays.

    Raises:
        ValueError: not as many shifts as dimensions.

    Example:
        >>> roll(tensor([1.0, 2.0, 3.0]), 1)
        tensor([3., 1., 2.])
    """
    if dims is None or dims == ():
        return reshape(roll(ravel(x), shifts, 0), x.shape)
    moves = shifts if isinstance(shifts, Sequence) else (shifts,)
    over = dims if isinstance(dims, Sequence) else (dims,)
    if len(moves) != len(over):
        raise ValueError(f"roll: {len(moves)} shifts for {len(over)} dimensions")
    rolled = x
    for shift, dim in zip(moves, over, strict=True):
        dim = normalize_dim(dim, len(x.shape), "roll")
        length = x.shape[dim] if x.shape else 0
        if length and (cut := -shift % length):
            rolled = cat([rolled[along(dim, slice(cut, None))], rolled[along(dim, slice(None, cut))]], dim)
    return clone(x) if rolled is x else rolled


@operator("torch Tensor")
def rot90(x: Array, k: int = 1, dims: Sequence[int] = (0, 1)) -> Array:
    """`x` turned k times by 90 degrees in the plane of two dimensions, from the first towards the second.

    Raises:
        ValueError: `dims` are not two different dimensions.
    """
    if len(dims) != 2:
        raise ValueError(f"rot90: takes 2 dimensions, not {tuple(dims)}")
    first, second = dims_of(tuple(dims), len(x.shape), "rot90")
    turns = k % 4
    if turns == 2:
        return flip(x, first, second)
    if turns == 1:
        return transpose(flip(x, second), first, second)
    return flip(transpose(x, first, second), second) if turns else flip(x, ())


@operator("torch Tensor")
def adjoint(x: Array) -> Array:
    """The matrix, or each matrix of a batch, transposed (all numbers are real).

    Raises:
        ValueError: fewer than 2 dimensions.
    """
    if len(x.shape) < 2:
        raise ValueError(f"adjoint: needs at least 2 dimensions, got shape {tuple(x.shape)}")
    return transpose(x, -2, -1)
