"""Embeddings: rows of a table, read by number, and bags of such rows put together.

Reading is indexing, so the gradient costs only the rows that were read. What the settings change about the
gradient, that padding has none and that frequent rows get less, is a factor for each row that was read.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from ...backend.arrays import Array
from ...backend.checks import are_checked
from ...backend.kinds import kind_of
from ...engine.graph import raw
from ...engine.primitive import primitive
from ...engine.writes import written
from ..index import _getitem
from ..linear_algebra.distances import vector_norm
from ..names import operator
from ..operands import in_float32
from ..shape import ravel, unsqueeze
from .segments import _add_segments, _first_of_segments


@primitive(x=lambda g, factor: g * factor)
def _with_gradient_times(x: Array, *, factor: Array) -> Array:
    """`x` itself; its gradient is multiplied by the factor."""
    return x


def _rows(index: Any, weight: Array, sparse: bool, name: str) -> Any:
    """The raw row numbers, checked."""
    index = kind_of(raw(weight)).asarray(raw(index))
    if len(weight.shape) != 2:
        raise ValueError(f"{name}: the table must have 2 dimensions, not shape {tuple(weight.shape)}")
    if sparse:
        raise ValueError(
            f"{name}: there are no sparse gradients; leave out sparse=True: only rows that are read cost anything"
        )
    if index.dtype.kind not in "iu":
        raise TypeError(f"{name}: row numbers must be integers, not {index.dtype}")
    count = weight.shape[0]
    # One pass finds both kinds of bad index: a negative number, read as unsigned, is a huge one.
    if are_checked(index) and (bad := index.view(f"u{index.itemsize}") >= count).any():
        raise IndexError(f"{name}: index {index[bad][0]} is out of range for a table of {count} rows")
    return index


def _padding_row(padding_idx: int | None, count: int, name: str) -> int | None:
    """`padding_idx` counted from the front."""
    if padding_idx is not None and not -count <= padding_idx < count:
        raise ValueError(f"{name}: padding_idx {padding_idx} is out of range for a table of {count} rows")
    return None if padding_idx is None else padding_idx % count


def _renormalize(weight: Array, index: Any, max_norm: float, norm_type: float) -> None:
    """Scale the rows that are read and longer than `max_norm` down to it, in the table itself."""
    table = raw(weight)
    read = np.unique(index)
    length = vector_norm(table[read], norm_type, 1)
    long = length > max_norm
    if long.any():
        table[read[long]] *= (max_norm / (length[long] + 1e-7))[:, None].astype(table.dtype)
        written(table)


def _read(weight: Array, index: Any, padding: int | None, scale_grad_by_freq: bool) -> Array:
    """weight[index], whose gradient is 0 for the padding row and divided by the number of times a row was read."""
    out = _getitem(weight, index=(index,))
    if padding is None and not scale_grad_by_freq:
        return out
    factor = kind_of(index).ones(index.shape, weight.dtype)
    if scale_grad_by_freq and index.size:
        factor /= np.bincount(index.reshape(-1))[index]
    if padding is not None:
        factor *= index != padding
    return _with_gradient_times(out, factor=factor[..., None])


@operator("functional", raw_too=True)
def embedding(
    input: Array,
    weight: Array,
    padding_idx: int | None = None,
    max_norm: float | None = None,
    norm_type: float = 2.0,
    scale_grad_by_freq: bool = False,
    sparse: bool = False,
) -> Array:
    """The rows of the table `weight` that the integers `input` name.

    Shapes: input (...), weight (n, d) -> (..., d).

    Args:
        input: row numbers in [0, n).
        weight: the table.
        padding_idx: a row that gets no gradient; negative ones count from the end.
        max_norm: rows that are read and whose norm exceeds it are first scaled down to it, in the table itself.
        norm_type: the p of that norm.
        scale_grad_by_freq: divide the gradient of a row by how often it was read.
        sparse: refused; a gradient is a dense array here, of which only the rows read are touched.

    Raises:
        TypeError: the row numbers are not integers.
        IndexError: a row number lies outside [0, n).
        ValueError: `sparse` is true, the padding row does not exist, or the table is no matrix.

    Example:
        >>> embedding(ag.tensor([2, 0]), ag.tensor([[0.0, 1.0], [2.0, 3.0], [4.0, 5.0]]))
        tensor([[4., 5.],
                [0., 1.]])
    """
    index = _rows(input, weight, sparse, "embedding")
    padding = _padding_row(padding_idx, weight.shape[0], "embedding")
    if max_norm is not None:
        _renormalize(weight, index, max_norm, norm_type)
    return _read(weight, index, padding, scale_grad_by_freq)


def _bags(index: Any, offsets: Any, include_last_offset: bool) -> tuple[Any, Any, int]:
    """The row numbers in a line, the bag of each one, and how many bags there are."""
    name = "embedding_bag"
    if index.ndim == 2:
        if offsets is not None:
            raise ValueError(f"{name}: an input of 2 dimensions has a bag in each row; leave out the offsets")
        return index.reshape(-1), np.repeat(kind_of(index).arange(len(index)), index.shape[1]), len(index)
    if index.ndim != 1 or offsets is None:
        raise ValueError(
            f"{name}: expected an input of 2 dimensions, or of 1 with offsets, got shape {index.shape} "
            f"with{'out' if offsets is None else ''} offsets"
        )
    kind = kind_of(index)
    starts = kind.asarray(raw(offsets))
    last = kind.full(1, len(index), starts.dtype)
    stops = starts[1:] if include_last_offset else np.concatenate([starts[1:], last])
    starts = starts[: len(stops)]
    lengths = stops - starts
    if len(starts) and (starts[0] != 0 or lengths.min() < 0 or stops[-1] > len(index)):
        raise ValueError(
            f"{name}: offsets must begin with 0, not decrease and not exceed the {len(index)} row numbers, "
            f"not {raw(offsets).tolist()}"
        )
    bag = kind.repeat(kind.arange(len(starts)), lengths)
    return index[: len(bag)], bag, len(starts)


def _largest(weight: Array, index: Any, bag: Any, count: int) -> Array:
    """The elementwise maximum of each bag; of equal elements the first has the gradient."""
    kind = kind_of(index)
    rows = raw(weight)[index]
    first = _first_of_segments(bag)
    if not len(first):
        return _add_segments(_getitem(weight, index=(index,)), index=(bag,), size=count)
    top = kind.reduceat(np.maximum, rows, first)
    segment = np.searchsorted(first, kind.arange(len(bag)), side="right") - 1
    is_top = (rows == top[segment]) | np.isnan(rows)
    place = kind.reduceat(np.minimum, np.where(is_top, kind.arange(len(rows))[:, None], len(rows)), first)
    found = _getitem(weight, index=(index[place], kind.arange(rows.shape[1])))
    return _add_segments(found, index=(bag[first],), size=count)


@in_float32
def _means_of_segments(x: Array, *, index: tuple[Any], size: int) -> Array:
    lengths = np.bincount(index[0], minlength=size).astype(x.dtype)
    return _add_segments(x, index=index, size=size) / np.maximum(lengths, 1)[:, None]


@operator("functional", raw_too=True)
def embedding_bag(
    input: Array,
    weight: Array,
    offsets: Array | None = None,
    max_norm: float | None = None,
    norm_type: float = 2.0,
    scale_grad_by_freq: bool = False,
    mode: str = "mean",
    sparse: bool = False,
    per_sample_weights: Array | None = None,
    include_last_offset: bool = False,
    padding_idx: int | None = None,
) -> Array:
    """The sums, means or elementwise maxima of bags of rows of the table `weight`; zeros for an empty bag.

    Shapes: input (bags, k), or (m,) with offsets; weight (n, d) -> (bags, d).

    Args:
        input: row numbers in [0, n).
        weight: the table.
        offsets: where each bag begins in an input of one dimension.
        max_norm, norm_type, scale_grad_by_freq, sparse: as for `embedding`.
        mode: "sum", "mean" or "max".
        per_sample_weights: a factor for each row that is read, in the shape of the input; for "sum".
        include_last_offset: the last offset is where the last bag ends, and no bag begins there.
        padding_idx: a row that counts in no bag, as if it were not named.

    Raises:
        TypeError, IndexError: as for `embedding`.
        ValueError: as for `embedding`; or the mode, the offsets or the factors do not fit the rest.

    Example:
        >>> table = ag.tensor([[0.0, 1.0], [2.0, 3.0], [4.0, 5.0]])
        >>> embedding_bag(ag.tensor([0, 1, 2]), table, ag.tensor([0, 2]), mode="sum")
        tensor([[2., 4.],
                [4., 5.]])
    """
    name = "embedding_bag"
    if mode not in ("sum", "mean", "max"):
        raise ValueError(f"{name}: mode must be 'sum', 'mean' or 'max', not {mode!r}")
    if mode == "max" and scale_grad_by_freq:
        raise ValueError(f"{name}: scale_grad_by_freq is not defined for mode 'max'")
    index = _rows(input, weight, sparse, name)
    if per_sample_weights is not None:
        if mode != "sum":
            raise ValueError(f"{name}: per_sample_weights go with mode 'sum', not {mode!r}")
        if tuple(per_sample_weights.shape) != index.shape:
            raise ValueError(
                f"{name}: per_sample_weights {tuple(per_sample_weights.shape)} must have the shape {index.shape}"
            )
    padding = _padding_row(padding_idx, weight.shape[0], name)
    if max_norm is not None:
        _renormalize(weight, index, max_norm, norm_type)
    index, bag, count = _bags(index, offsets, include_last_offset)
    used: Any = slice(len(index))
    if padding is not None:
        used = np.flatnonzero(index != padding)
        index, bag = index[used], bag[used]
    if mode == "max":
        return _largest(weight, index, bag, count)
    rows = _read(weight, index, None, scale_grad_by_freq)
    if per_sample_weights is not None:
        rows = rows * unsqueeze(ravel(per_sample_weights)[used], 1)
    return (_add_segments if mode == "sum" else _means_of_segments)(rows, index=(bag,), size=count)
