"""Arranging: repeating, joining, splitting, turning, combining; composed of reshaping and reading.

Only sliding windows are a primitive: a view in which the elements of each window lie side by side, and whose
adjoint adds through the same view.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Sequence
from typing import Any

import numpy as np

from ..backend.arrays import Array, is_array
from ..engine.broadcast import clone, identity
from ..engine.graph import raw
from ..engine.plan import Accumulate
from ..engine.primitive import primitive
from .dims import along, common_shape, dims_of, normalize_dim, numpy_names, size_of
from .index import index_select
from .math import mul
from .operands import constant_like, raw_too
from .shape import cat, expand, flip, joined, ravel, reshape, split, stack, transpose

__all__ = [
    "adjoint",
    "atleast_1d",
    "atleast_2d",
    "atleast_3d",
    "block_diag",
    "broadcast_tensors",
    "cartesian_prod",
    "column_stack",
    "combinations",
    "dsplit",
    "dstack",
    "fliplr",
    "flipud",
    "hsplit",
    "hstack",
    "kron",
    "meshgrid",
    "repeat",
    "repeat_interleave",
    "roll",
    "rot90",
    "row_stack",
    "tensor_split",
    "tile",
    "unflatten",
    "unfold",
    "vsplit",
    "vstack",
]

# ------------------------------------------------------------------------------ repeating, broadcasting


def repeat(x: Array, *sizes: Any) -> Array:
    """`x` repeated sizes[d] times along dimension d; more sizes than dimensions add dimensions in front.

    Raises:
        ValueError: fewer sizes than dimensions, or a negative one.

    Example:
        >>> repeat(tensor([1.0, 2.0]), 2, 2)
        tensor([[1., 2., 1., 2.],
                [1., 2., 1., 2.]])
    """
    times = size_of(sizes)
    if len(times) < len(x.shape) or any(n < 0 for n in times):
        raise ValueError(f"repeat: {times} repetitions for a tensor of {len(x.shape)} dimensions")
    shape = (1,) * (len(times) - len(x.shape)) + tuple(x.shape)
    spread = reshape(x, [size for n in shape for size in (1, n)])
    spread = expand(spread, [size for pair in zip(times, shape, strict=True) for size in pair])
    return reshape(spread, [r * n for r, n in zip(times, shape, strict=True)])


def tile(x: Array, *dims: Any) -> Array:
    """Like `repeat`, but with fewer repetitions than dimensions those in front are not repeated."""
    times = size_of(dims)
    if any(n < 0 for n in times):
        raise ValueError(f"tile: repetitions cannot be negative, got {times}")
    return repeat(x, (1,) * (len(x.shape) - len(times)) + times)


@numpy_names
@raw_too
def repeat_interleave(
    x: Array, repeats: Array = None, dim: int | None = None, *, output_size: int | None = None
) -> Array:
    """Each slice of `x` along `dim` repeated in place; without `dim`, each element of the flattened `x`.

    With one argument, the repetitions: the numbers 0, 1, ... each as often as it says.

    Args:
        repeats: how often: one integer, or a 1-d tensor with one for each slice.
        output_size: the sum of `repeats`, which is checked.

    Raises:
        ValueError: as many repetitions as slices are needed, none negative; or another `output_size`.

    Example:
        >>> repeat_interleave(tensor([1.0, 2.0]), tensor([1, 2]))
        tensor([1., 2., 2.])
    """
    if repeats is None:
        repeats = raw(x)
        if repeats.ndim != 1:
            raise ValueError(f"repeat_interleave: expected repetitions of 1 dimension, got shape {repeats.shape}")
        x = constant_like(np.arange(len(repeats)), x)
    if dim is None or not x.shape:
        x = ravel(x)
    dim = normalize_dim(dim or 0, len(x.shape), "repeat_interleave")
    count = x.shape[dim]
    times = np.asarray(raw(repeats))
    if times.dtype.kind not in "iu" or times.ndim > 1 or times.size not in (1, count) or (times < 0).any():
        raise ValueError(f"repeat_interleave: {count} slices cannot be repeated {times.tolist()} times")
    times = np.broadcast_to(times, (count,))
    if output_size is not None and output_size != times.sum():
        raise ValueError(f"repeat_interleave: output_size {output_size}, but the repeats add up to {times.sum()}")
    return index_select(x, dim, np.repeat(np.arange(count), times))


def _several(tensors: tuple[Any, ...]) -> tuple[Array, ...]:
    """Tensors given one by one or as one sequence."""
    return tuple(tensors[0]) if len(tensors) == 1 and isinstance(tensors[0], (tuple, list)) else tensors


@raw_too
def broadcast_tensors(*tensors: Array) -> tuple[Array, ...]:
    """The tensors expanded to the shape that an operation of them all would have.

    Raises:
        ValueError: the shapes do not broadcast.
    """
    tensors = _several(tensors)
    shape = common_shape([tuple(t.shape) for t in tensors], "broadcast_tensors")
    return tuple(expand(t, shape) for t in tensors)


def unflatten(x: Array, dim: int, sizes: Sequence[int]) -> Array:
    """`x` with dimension `dim` split into dimensions of `sizes`, one of which may be -1.

    Raises:
        ValueError: the sizes do not multiply to that of the dimension.

    Example:
        >>> unflatten(tensor([1.0, 2.0, 3.0, 4.0]), 0, (2, -1))
        tensor([[1., 2.],
                [3., 4.]])
    """
    dim = normalize_dim(dim, len(x.shape), "unflatten")
    sizes, length = size_of((sizes,)), x.shape[dim]
    known = math.prod(n for n in sizes if n != -1)
    if -1 in sizes and known:
        sizes = tuple(length // known if n == -1 else n for n in sizes)
    if math.prod(sizes) != length:
        raise ValueError(f"unflatten: sizes {sizes} do not multiply to {length}, the size of dim {dim}")
    return reshape(x, (*x.shape[:dim], *sizes, *x.shape[dim + 1 :]))


def _atleast(ndim: int, tensors: tuple[Any, ...]) -> Any:
    def padded(x: Array) -> Array:
        shape = tuple(x.shape)
        if len(shape) >= ndim:
            return identity(x)
        if ndim < 3:
            return reshape(x, (1,) * (ndim - len(shape)) + shape)
        # A vector is the row of a matrix, a matrix the first plane of a stack: (n,) -> (1, n) -> (1, n, 1).
        return reshape(x, (*(1,) * (2 - len(shape)), *shape, 1))

    results = tuple(padded(x) for x in _several(tensors))
    return results[0] if len(tensors) == 1 and not isinstance(tensors[0], (tuple, list)) else results


@raw_too
def atleast_1d(*tensors: Array) -> Any:
    """0-d tensors as (1,), others as they are; several tensors give a tuple."""
    return _atleast(1, tensors)


@raw_too
def atleast_2d(*tensors: Array) -> Any:
    """Tensors of fewer dimensions as (1, n), others as they are; several tensors give a tuple."""
    return _atleast(2, tensors)


@raw_too
def atleast_3d(*tensors: Array) -> Any:
    """Tensors of fewer dimensions as (1, n, 1) or (n, m, 1), others as they are; several give a tuple."""
    return _atleast(3, tensors)


# ------------------------------------------------------------------------------ joining and splitting


def hstack(tensors: Sequence[Array]) -> Array:
    """Tensors side by side: along dimension 1, vectors along dimension 0."""
    tensors = atleast_1d(tuple(tensors))
    return joined(tuple(tensors), 0 if tensors and len(tensors[0].shape) == 1 else 1, "hstack")


def vstack(tensors: Sequence[Array]) -> Array:
    """Tensors below each other: along dimension 0, vectors as rows."""
    return joined(atleast_2d(tuple(tensors)), 0, "vstack")


row_stack = vstack


def dstack(tensors: Sequence[Array]) -> Array:
    """Tensors behind each other: along dimension 2."""
    return joined(atleast_3d(tuple(tensors)), 2, "dstack")


def column_stack(tensors: Sequence[Array]) -> Array:
    """Tensors side by side along dimension 1, vectors as columns."""
    return joined(tuple(t if len(t.shape) > 1 else reshape(t, (-1, 1)) for t in tensors), 1, "column_stack")


def block_diag(*tensors: Array) -> Array:
    """The matrix with the given matrices (vectors as rows) along its diagonal and zeros elsewhere.

    Raises:
        ValueError: a tensor has more than 2 dimensions.
    """
    blocks = atleast_2d(tensors)
    if not blocks or any(len(b.shape) > 2 for b in blocks):
        raise ValueError(f"block_diag: takes matrices, got shapes {[tuple(b.shape) for b in blocks]}")
    width, start, rows = sum(b.shape[1] for b in blocks), 0, []
    for block in blocks:
        height, columns = block.shape
        left, right = start, width - start - columns
        rows.append(cat([np.zeros((height, left), block.dtype), block, np.zeros((height, right), block.dtype)], 1))
        start += columns
    return cat(rows)


@numpy_names
@raw_too
def tensor_split(x: Array, indices_or_sections: Array, dim: int = 0) -> tuple[Array, ...]:
    """Views of `x` along `dim`: that many of nearly equal size, or cut before each of the indices.

    Raises:
        ValueError: no sections, or a 0-d tensor.

    Example:
        >>> [len(piece) for piece in tensor_split(tensor([1.0, 2.0, 3.0, 4.0, 5.0]), 3)]
        [2, 2, 1]
    """
    return _split_at("tensor_split", x, indices_or_sections, dim)


def _split_at(name: str, x: Array, where_to: Any, dim: int, equal: bool = False) -> tuple[Array, ...]:
    if not x.shape:
        raise ValueError(f"{name}: a 0-d tensor has no dimension to split")
    dim = normalize_dim(dim, len(x.shape), name)
    length = x.shape[dim]
    if is_array(where_to := raw(where_to)):
        where_to = where_to.tolist()
    if isinstance(where_to, int):
        if where_to <= 0 or (equal and length % where_to):
            raise ValueError(f"{name}: {length}, the size of dim {dim}, cannot be split into {where_to} sections")
        share, more = divmod(length, where_to)
        return split(x, [share + 1] * more + [share] * (where_to - more), dim)
    stops = [None, *where_to, None]
    return tuple(x[along(dim, slice(a, b))] for a, b in itertools.pairwise(stops))


def hsplit(x: Array, indices_or_sections: Any) -> tuple[Array, ...]:
    """Split along dimension 1, vectors along dimension 0: into equal sections, or before the given indices.

    Raises:
        ValueError: the size cannot be divided into so many sections.
    """
    return _split_at("hsplit", x, indices_or_sections, 0 if len(x.shape) == 1 else 1, equal=True)


def vsplit(x: Array, indices_or_sections: Any) -> tuple[Array, ...]:
    """Split along dimension 0 of at least two: into equal sections, or before the given indices.

    Raises:
        ValueError: too few dimensions, or the size cannot be divided into so many sections.
    """
    if len(x.shape) < 2:
        raise ValueError(f"vsplit: needs at least 2 dimensions, got shape {tuple(x.shape)}")
    return _split_at("vsplit", x, indices_or_sections, 0, equal=True)


def dsplit(x: Array, indices_or_sections: Any) -> tuple[Array, ...]:
    """Split along dimension 2 of at least three: into equal sections, or before the given indices.

    Raises:
        ValueError: too few dimensions, or the size cannot be divided into so many sections.
    """
    if len(x.shape) < 3:
        raise ValueError(f"dsplit: needs at least 3 dimensions, got shape {tuple(x.shape)}")
    return _split_at("dsplit", x, indices_or_sections, 2, equal=True)


# ------------------------------------------------------------------------------------------- turning


def fliplr(x: Array) -> Array:
    """`x` with the order of its columns (dimension 1) reversed."""
    if len(x.shape) < 2:
        raise ValueError(f"fliplr: needs at least 2 dimensions, got shape {tuple(x.shape)}")
    return flip(x, 1)


def flipud(x: Array) -> Array:
    """`x` with the order of its rows (dimension 0) reversed."""
    if not x.shape:
        raise ValueError("flipud: needs at least 1 dimension")
    return flip(x, 0)


def roll(x: Array, shifts: int | Sequence[int], dims: int | Sequence[int] | None = None) -> Array:
    """`x` shifted along `dims`, what falls off one end coming in at the other; without `dims`, flattened.

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


def rot90(x: Array, k: int = 1, dims: Sequence[int] = (0, 1)) -> Array:
    """`x` turned k times by 90 degrees in the plane of two dimensions, from the first towards the second.

    Raises:
        ValueError: not two different dimensions.
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


def adjoint(x: Array) -> Array:
    """The matrix, or each matrix of a batch, transposed (all numbers are real).

    Raises:
        ValueError: fewer than 2 dimensions.
    """
    if len(x.shape) < 2:
        raise ValueError(f"adjoint: needs at least 2 dimensions, got shape {tuple(x.shape)}")
    return transpose(x, -2, -1)


# ------------------------------------------------------------------------------------------ products


def kron(x: Array, y: Array) -> Array:
    """The Kronecker product: in every dimension, out[i * m + j] = x[i] * y[j] with m the size of y.

    Example:
        >>> kron(tensor([1.0, 10.0]), tensor([1.0, 2.0]))
        tensor([ 1.,  2., 10., 20.])
    """
    ndim = max(len(x.shape), len(y.shape))
    left, right = ((1,) * (ndim - len(t.shape)) + tuple(t.shape) for t in (x, y))
    spread = reshape(x, [size for n in left for size in (n, 1)])
    product = mul(spread, reshape(y, [size for n in right for size in (1, n)]))
    return reshape(product, [n * m for n, m in zip(left, right, strict=True)])


@raw_too
def meshgrid(*tensors: Array, indexing: str = "ij") -> tuple[Array, ...]:
    """The coordinates of a grid: each vector expanded over the dimensions of the others.

    Args:
        indexing: "ij" for dimensions in the order of the vectors, "xy" for the first two exchanged.

    Raises:
        ValueError: a tensor of more than 1 dimension, or another `indexing`.
    """
    tensors = _several(tensors)
    if indexing not in ("ij", "xy"):
        raise ValueError(f"meshgrid: indexing must be 'ij' or 'xy', not {indexing!r}")
    if any(len(t.shape) > 1 for t in tensors):
        raise ValueError(f"meshgrid: takes vectors, got shapes {[tuple(t.shape) for t in tensors]}")
    sizes = tuple(math.prod(t.shape) for t in tensors)
    grids = [
        expand(
            reshape(t, (-1,) + (1,) * (len(sizes) - i - 1))
            if sizes[i]
            else reshape(t, (0,) + (1,) * (len(sizes) - i - 1)),
            sizes,
        )
        for i, t in enumerate(tensors)
    ]
    if indexing == "xy" and len(grids) > 1:
        grids = [transpose(grid, 0, 1) for grid in grids]
    return tuple(grids)


def cartesian_prod(*tensors: Array) -> Array:
    """Every combination of one element of each vector, one per row; a single vector as it is."""
    if len(tensors) == 1:
        return ravel(tensors[0])
    if any(len(t.shape) != 1 for t in tensors):
        raise ValueError(f"cartesian_prod: takes vectors, got shapes {[tuple(t.shape) for t in tensors]}")
    return stack([ravel(grid) for grid in meshgrid(*tensors)], 1)


def combinations(x: Array, r: int = 2, with_replacement: bool = False) -> Array:
    """Every combination of `r` elements of a vector, one per row, in the order of itertools.combinations.

    Raises:
        ValueError: not a vector, or `r` is negative.
    """
    if len(x.shape) != 1 or r < 0:
        raise ValueError(f"combinations: takes a vector and r >= 0, got shape {tuple(x.shape)} and r = {r}")
    if r == 0:
        return x[:0]
    choose = itertools.combinations_with_replacement if with_replacement else itertools.combinations
    return x[np.array(list(choose(range(x.shape[0]), r)), np.intp).reshape(-1, r)]


# ----------------------------------------------------------------------------------- sliding windows


def _add_windows(buffer: Array, g: Array, x_shape: tuple[int, ...], dim: int, size: int, step: int) -> None:
    """Add windows back to where they were read, one place in all windows at a time."""
    reach = step * (g.shape[dim] - 1) + 1
    for i in range(size):
        buffer[along(dim, slice(i, i + reach, step))] += g[..., i]


@primitive(x=lambda g, dim, size, step: _windows(g, dim=dim, size=size, step=step))
def _from_windows(x: Array, *, shape: tuple[int, ...], dim: int, size: int, step: int) -> Array:
    """Zeros of `shape` with the windows `x` added: the adjoint of `_windows`."""
    out = np.zeros(shape, x.dtype)
    _add_windows(out, x, shape, dim, size, step)
    return out


@primitive(
    view=True,
    x=Accumulate(
        rule=lambda g, x_shape, dim, size, step: _from_windows(g, shape=x_shape, dim=dim, size=size, step=step),
        into=_add_windows,
    ),
)
def _windows(x: Array, *, dim: int, size: int, step: int) -> Array:
    return np.lib.stride_tricks.sliding_window_view(x, size, dim)[along(dim, slice(None, None, step))]


def unfold(x: Array, dimension: int, size: int, step: int) -> Array:
    """All windows of `size` along a dimension, `step` apart; their elements are the last dimension.

    Shapes: size n at `dimension` becomes (n - size) // step + 1, and a last dimension of `size` is added.

    Raises:
        ValueError: the windows are longer than the dimension, or `step` is not positive.

    Example:
        >>> unfold(tensor([1.0, 2.0, 3.0]), 0, 2, 1)
        tensor([[1., 2.],
                [2., 3.]])
    """
    dim = normalize_dim(dimension, len(x.shape), "unfold")
    if not x.shape:
        return unfold(reshape(x, (1,)), 0, size, step)[0]
    if not 0 <= size <= x.shape[dim] or step <= 0:
        raise ValueError(f"unfold: windows of {size}, {step} apart, in dim {dim} of shape {tuple(x.shape)}")
    return _windows(x, dim=dim, size=size, step=step)
