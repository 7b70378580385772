"""Batches of sequences of different lengths: padded to one length, or packed without padding.

A packed batch has the first elements of all sequences in its first rows, then the second elements of those that
have one, and so on; the sequences are sorted, the longest first. A recurrent layer computes no step of padding
then, and its last states are those at the ends of the sequences.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple, Self

import numpy as np

from ...backend.kinds import kind_of
from ...engine.graph import raw
from ...engine.results import make_tensor
from ...ops.index import _getitem, _unindex
from ...ops.piecewise import where
from ...ops.shape import _reshape, cat
from ...tensor import Tensor
from ...tensor.creation import from_numpy

__all__ = [
    "PackedSequence",
    "invert_permutation",
    "pack_padded_sequence",
    "pack_sequence",
    "pad_packed_sequence",
    "pad_sequence",
    "unpack_sequence",
    "unpad_sequence",
]


class _Fields(NamedTuple):
    data: Tensor
    batch_sizes: Tensor
    sorted_indices: Tensor | None
    unsorted_indices: Tensor | None


class PackedSequence(_Fields):
    """Sequences without padding; `pack_sequence` and `pack_padded_sequence` make it, recurrent layers take it.

    Attributes:
        data: the elements, (total, ...): step by step, and in a step from the longest sequence to the shortest.
        batch_sizes: how many sequences have a first element, a second one, and so on.
        sorted_indices: which sequence of the batch comes first, second, ...; None if they were sorted.
        unsorted_indices: the inverse: where in that order the sequences of the batch are.

    Example:
        >>> nn.utils.rnn.pack_sequence([tensor([1, 2, 3]), tensor([4])]).data
        tensor([1, 4, 2, 3])
    """

    __slots__ = ()

    def __new__(
        cls,
        data: Any,
        batch_sizes: Tensor | None = None,
        sorted_indices: Tensor | None = None,
        unsorted_indices: Tensor | None = None,
    ) -> Self:
        """Of the fields, of which `unsorted_indices` follow from `sorted_indices`; the first two may be a pair."""
        if batch_sizes is None:
            data, batch_sizes = data
        if unsorted_indices is None:
            unsorted_indices = invert_permutation(sorted_indices)
        return super().__new__(cls, data, batch_sizes, sorted_indices, unsorted_indices)

    def to(self, *targets: Any, **settings: Any) -> Self:
        """The sequences with their data in another dtype or on another device, as by `Tensor.to`."""
        return self._replace(data=self.data.to(*targets, **settings))

    def cpu(self) -> Self:
        """The sequences on the CPU."""
        return self.to(device="cpu")

    def cuda(self, device: Any = None) -> Self:
        """The sequences on a GPU.

        Raises:
            ValueError: there is no such device.
        """
        return self.to(device="cuda" if device is None else device)

    def double(self) -> Self:
        """The sequences in float64."""
        return self.to(dtype=np.float64)

    def float(self) -> Self:
        """The sequences in float32."""
        return self.to(dtype=np.float32)

    def half(self) -> Self:
        """The sequences in float16."""
        return self.to(dtype=np.float16)

    def long(self) -> Self:
        """The sequences in int64."""
        return self.to(dtype=np.int64)

    def int(self) -> Self:
        """The sequences in int32."""
        return self.to(dtype=np.int32)

    def short(self) -> Self:
        """The sequences in int16."""
        return self.to(dtype=np.int16)

    def char(self) -> Self:
        """The sequences in int8."""
        return self.to(dtype=np.int8)

    def byte(self) -> Self:
        """The sequences in uint8."""
        return self.to(dtype=np.uint8)

    @property
    def is_cuda(self) -> bool:
        """Whether the data lie on a GPU."""
        return self.data.is_cuda


def invert_permutation(permutation: Tensor | None) -> Tensor | None:
    """The permutation that undoes this one; None for None.

    Example:
        >>> nn.utils.rnn.invert_permutation(tensor([2, 0, 1]))
        tensor([1, 2, 0])
    """
    return None if permutation is None else permutation.argsort()


# ---------------------------------------------------------------------------------- rows from place to place


def _read(rows: Any, places: Any) -> Tensor:
    """The rows at these places."""
    return _getitem(rows, index=(kind_of(raw(rows)).sent(places),))


def _spread(rows: Any, places: Any, count: int, padding_value: float) -> Tensor:
    """So many rows: these at their places, the padding value in the others."""
    kind = kind_of(raw(rows))
    spread: Tensor = _unindex(rows, index=(kind.sent(places),), shape=(count, *rows.shape[1:]))
    if padding_value == 0:
        return spread
    used = np.zeros((count,) + (1,) * (len(rows.shape) - 1), bool)
    used[places] = True
    return where(kind.sent(used), spread, kind.sent(rows.dtype.type(padding_value)))


def _packed(rows: Any, starts: Any, stride: int, lengths: Any, enforce_sorted: bool, name: str) -> PackedSequence:
    """The sequences that begin at the rows `starts` and go on every `stride` rows."""
    order = None
    if not enforce_sorted:
        order = np.argsort(-lengths, kind="stable")
        starts, lengths = starts[order], lengths[order]
    elif (lengths[1:] > lengths[:-1]).any():
        raise ValueError(
            f"{name}: the lengths {lengths.tolist()} are not sorted; pass enforce_sorted=False, or bring the "
            "longest sequence first"
        )
    times, members = np.nonzero(np.arange(lengths[0])[:, None] < lengths)
    sizes = from_numpy(np.bincount(times))
    indices = None if order is None else make_tensor(kind_of(raw(rows)).sent(order), None)
    return PackedSequence(_read(rows, starts[members] + stride * times), sizes, indices)


def _lengths(lengths: Any, batch: int, longest: int | None, name: str) -> Any:
    """The lengths as an array of NumPy's, checked."""
    values = raw(lengths)
    values = np.asarray(kind_of(values).read(values))
    if values.ndim != 1 or (values.size and values.dtype.kind not in "iu"):
        raise ValueError(
            f"{name}: the lengths must be whole numbers in one dimension, not {values.dtype} of shape "
            f"{values.shape}"
        )
    if len(values) != batch:
        raise ValueError(f"{name}: got {len(values)} lengths for a batch of {batch} sequences")
    if not batch:
        raise ValueError(f"{name}: the batch is empty; it needs at least one sequence")
    if values.min() < 1:
        at = int(values.argmin())
        raise ValueError(
            f"{name}: sequence {at} has the length {values[at]}, and each needs at least one element; leave empty "
            "ones out"
        )
    if longest is not None and values.max() > longest:
        at = int(values.argmax())
        raise ValueError(
            f"{name}: sequence {at} has the length {values[at]}, and the padded batch has {longest} elements"
        )
    return values.astype(np.int64)


def _in_rows(padded: Any, name: str) -> Tensor:
    """A padded batch with its first two dimensions as one."""
    shape = tuple(padded.shape)
    if len(shape) < 2:
        raise ValueError(f"{name}: expected a padded batch of at least 2 dimensions, got shape {shape}")
    rows: Tensor = _reshape(padded, shape=(shape[0] * shape[1], *shape[2:]))
    return rows


def _listed(sequences: Any, name: str) -> list[Any]:
    """The sequences, of which all but the lengths agree."""
    if not isinstance(sequences, (Iterable, Tensor)):
        raise TypeError(f"{name}: takes a list of sequences, not a {type(sequences).__name__}")
    listed = list(sequences)
    if not listed:
        raise ValueError(f"{name}: there are no sequences")
    for i, sequence in enumerate(listed):
        shape = tuple(getattr(sequence, "shape", ()))
        if not shape or shape[1:] != tuple(listed[0].shape[1:]):
            raise ValueError(
                f"{name}: sequence {i} has shape {shape}, and sequence 0 {tuple(listed[0].shape)}; sequences "
                "(L, ...) may differ in their length L only"
            )
    return listed


# --------------------------------------------------------------------------------------- packing and padding


def pack_padded_sequence(
    input: Any, lengths: Any, batch_first: bool = False, enforce_sorted: bool = True
) -> PackedSequence:
    """The sequences of a padded batch without their padding.

    Args:
        input: (T, N, ...), or (N, T, ...) with `batch_first`; also raw arrays.
        lengths: how many elements of each sequence count; a list, an array or a tensor.
        batch_first: whether the batch is the first dimension.
        enforce_sorted: whether the sequences have to come sorted, the longest first. If not, they are sorted here,
            and what a layer makes of them gets back into the given order.

    Raises:
        ValueError: the number of lengths is not that of the sequences, one is 0 or beyond the padded length, or
            they should be sorted and are not.

    Example:
        >>> padded = tensor([[1, 2, 3], [4, 0, 0]])
        >>> packed = nn.utils.rnn.pack_padded_sequence(padded, [3, 1], batch_first=True)
        >>> packed.data, packed.batch_sizes
        (tensor([1, 4, 2, 3]), tensor([2, 1, 1]))
    """
    name = "pack_padded_sequence"
    rows = _in_rows(input, name)
    longest, batch = input.shape[:2][::-1] if batch_first else input.shape[:2]
    counts = _lengths(lengths, batch, longest, name)
    starts, stride = np.arange(batch), batch
    if batch_first:
        starts, stride = starts * longest, 1
    return _packed(rows, starts, stride, counts, enforce_sorted, name)


def pad_packed_sequence(
    sequence: PackedSequence,
    batch_first: bool = False,
    padding_value: float = 0.0,
    total_length: int | None = None,
) -> tuple[Tensor, Tensor]:
    """The sequences as a padded batch, (T, N, ...) or (N, T, ...), and their lengths.

    Args:
        sequence: what `pack_sequence`, `pack_padded_sequence` or a recurrent layer gave.
        batch_first: whether the batch is the first dimension.
        padding_value: what stands behind the ends of the sequences.
        total_length: the length to pad to; that of the longest sequence, if left out.

    Raises:
        ValueError: a sequence is longer than `total_length`.

    Example:
        >>> packed = nn.utils.rnn.pack_sequence([tensor([1, 2, 3]), tensor([4])])
        >>> nn.utils.rnn.pad_packed_sequence(packed, batch_first=True)
        (tensor([[1, 2, 3],
                [4, 0, 0]]), tensor([3, 1]))
    """
    sizes = np.asarray(sequence.batch_sizes.tolist())
    longest, batch = len(sizes), int(sizes[0])
    length = longest if total_length is None else total_length
    if length < longest:
        raise ValueError(
            f"pad_packed_sequence: the longest sequence has {longest} elements, more than total_length={length}"
        )
    present = np.arange(batch) < sizes[:, None]
    times, members = np.nonzero(present)
    counts = present.sum(0)
    if sequence.sorted_indices is not None and sequence.unsorted_indices is not None:
        members = np.asarray(sequence.sorted_indices.tolist())[members]
        counts = counts[sequence.unsorted_indices.tolist()]
    places = members * length + times if batch_first else times * batch + members
    rows = _spread(sequence.data, places, length * batch, padding_value)
    shape = (batch, length) if batch_first else (length, batch)
    return _reshape(rows, shape=(*shape, *rows.shape[1:])), from_numpy(counts)


def pad_sequence(
    sequences: Sequence[Any] | Tensor,
    batch_first: bool = False,
    padding_value: float = 0.0,
    padding_side: str = "right",
) -> Tensor:
    """Sequences (L, ...) of different lengths as one padded batch, (T, N, ...) or (N, T, ...).

    Args:
        sequences: tensors that differ in their first size only.
        batch_first: whether the batch becomes the first dimension.
        padding_value: what stands behind the ends of the sequences, or before their beginnings.
        padding_side: "right" or "left".

    Raises:
        TypeError: `sequences` is not a list of tensors.
        ValueError: there are none, they differ in another size, or there is no such side.

    Example:
        >>> nn.utils.rnn.pad_sequence([tensor([1, 2, 3]), tensor([4])], batch_first=True)
        tensor([[1, 2, 3],
                [4, 0, 0]])
    """
    if padding_side not in ("right", "left"):
        raise ValueError(f"pad_sequence: padding_side must be 'right' or 'left', not {padding_side!r}")
    listed = _listed(sequences, "pad_sequence")
    counts = np.array([s.shape[0] for s in listed])
    longest, batch = int(counts.max()), len(counts)
    members = np.repeat(np.arange(batch), counts)
    times = np.arange(len(members)) - np.repeat(np.cumsum(counts) - counts, counts)
    if padding_side == "left":
        times += np.repeat(longest - counts, counts)
    places = members * longest + times if batch_first else times * batch + members
    rows = _spread(cat(listed), places, longest * batch, padding_value)
    shape = (batch, longest) if batch_first else (longest, batch)
    padded: Tensor = _reshape(rows, shape=(*shape, *rows.shape[1:]))
    return padded


def unpad_sequence(padded_sequences: Any, lengths: Any, batch_first: bool = False) -> list[Tensor]:
    """The sequences of a padded batch, each by itself.

    Args:
        padded_sequences: (T, N, ...), or (N, T, ...) with `batch_first`.
        lengths: how many elements of each count.
        batch_first: whether the batch is the first dimension.

    Raises:
        ValueError: the number of lengths is not that of the sequences, or one is 0 or beyond the padded length.

    Example:
        >>> nn.utils.rnn.unpad_sequence(tensor([[1, 2, 3], [4, 0, 0]]), [3, 1], batch_first=True)
        [tensor([1, 2, 3]), tensor([4])]
    """
    name = "unpad_sequence"
    _in_rows(padded_sequences, name)
    longest, batch = padded_sequences.shape[:2][::-1] if batch_first else padded_sequences.shape[:2]
    counts = _lengths(lengths, batch, longest, name)
    indices = [(i, slice(n)) if batch_first else (slice(n), i) for i, n in enumerate(counts.tolist())]
    return [_getitem(padded_sequences, index=index) for index in indices]


def pack_sequence(sequences: Sequence[Any], enforce_sorted: bool = True) -> PackedSequence:
    """Sequences (L, ...) of different lengths, packed.

    Args:
        sequences: tensors that differ in their first size only.
        enforce_sorted: as for `pack_padded_sequence`.

    Raises:
        TypeError, ValueError: as for `pad_sequence` and `pack_padded_sequence`.

    Example:
        >>> packed = nn.utils.rnn.pack_sequence([tensor([4]), tensor([1, 2, 3])], enforce_sorted=False)
        >>> packed.data, packed.sorted_indices
        (tensor([1, 4, 2, 3]), tensor([1, 0]))
    """
    name = "pack_sequence"
    listed = _listed(sequences, name)
    counts = _lengths([s.shape[0] for s in listed], len(listed), None, name)
    return _packed(cat(listed), np.cumsum(counts) - counts, 1, counts, enforce_sorted, name)


def unpack_sequence(packed_sequences: PackedSequence) -> list[Tensor]:
    """The sequences of a packed batch, each by itself.

    Example:
        >>> nn.utils.rnn.unpack_sequence(nn.utils.rnn.pack_sequence([tensor([1, 2, 3]), tensor([4])]))
        [tensor([1, 2, 3]), tensor([4])]
    """
    padded, lengths = pad_packed_sequence(packed_sequences, batch_first=True)
    return unpad_sequence(padded, lengths, batch_first=True)
