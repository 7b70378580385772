"""Padded and packed sequences: PyTorch's numbers, gradients, and refusals."""

import numpy as np
import pytest

import autograd_engine as ag
from autograd_engine.nn.utils import rnn
from autograd_engine.testing import gradcheck, gradgradcheck

from ..messages import exactly

LENGTHS = [[4, 2, 2, 1], [3], [1, 1]]


def sequences(library, lengths, *rest, dtype=float, grad=False):
    random = np.random.default_rng(0)
    arrays = [(random.standard_normal((n, *rest)) * 9).astype(dtype) for n in lengths]
    return [library.tensor(a, requires_grad=grad) for a in arrays]


def listed(value):
    """All numbers of a result, with shapes and dtypes."""
    if isinstance(value, (tuple, list)):
        return [item for part in value for item in listed(part)]
    if value is None:
        return [None]
    array = value.detach().numpy()
    return [(array.dtype.name, array.shape, array.tolist())]


def both(function, lengths, *rest, dtype=float):
    torch = pytest.importorskip("torch", reason="PyTorch is the second opinion")
    ours, theirs = (function(m, m.nn.utils.rnn, sequences(m, lengths, *rest, dtype=dtype)) for m in (ag, torch))
    assert listed(ours) == listed(theirs)


@pytest.mark.parametrize("rest", [(), (2,), (2, 3)])
@pytest.mark.parametrize("lengths", [*LENGTHS, [1, 4, 2]])
@pytest.mark.parametrize("dtype", [np.float64, np.int64])
def test_padding_is_pytorchs(lengths, rest, dtype):
    def padded(m, r, s):
        found = [
            r.pad_sequence(s, batch_first, value, side)
            for batch_first in (False, True)
            for value in (0.0, -1.5)
            for side in ("right", "left")
        ]
        return found, r.pad_sequence(s), r.unpad_sequence(r.pad_sequence(s, True), m.tensor(lengths), True)

    both(padded, lengths, *rest, dtype=dtype)


@pytest.mark.parametrize("batch_first", [False, True])
@pytest.mark.parametrize("rest", [(), (2,), (2, 3)])
@pytest.mark.parametrize("lengths", LENGTHS)
def test_packing_is_pytorchs(lengths, rest, batch_first):
    def packed(m, r, s):
        padded = r.pad_sequence(s, batch_first, 7.0)
        given = m.tensor(lengths)
        one = r.pack_padded_sequence(padded, given, batch_first)
        two = r.pack_padded_sequence(padded, lengths, batch_first=batch_first, enforce_sorted=True)
        back = r.pad_packed_sequence(one, batch_first, padding_value=-2.0, total_length=6)
        return one, two, back, r.pad_packed_sequence(two, batch_first), r.pack_sequence(s), r.unpack_sequence(one)

    both(packed, lengths, *rest)


@pytest.mark.parametrize("batch_first", [False, True])
def test_sequences_in_any_order_come_back_in_theirs(batch_first):
    def packed(m, r, s):
        one = r.pack_sequence(s, enforce_sorted=False)
        two = r.pack_padded_sequence(r.pad_sequence(s, batch_first), m.tensor([2, 4, 1, 3]), batch_first, False)
        return (
            one,
            two,
            r.pad_packed_sequence(one, batch_first),
            r.pad_packed_sequence(two, batch_first),
            (r.unpack_sequence(one)),
        )

    both(packed, [2, 4, 1, 3], 2)


def test_gradients_of_both_orders_flow_through():
    given = [s.requires_grad_() for s in sequences(ag, [2, 3, 1], 2)]

    def there_and_back(*items):
        packed = rnn.pack_sequence(items, enforce_sorted=False)
        padded, _ = rnn.pad_packed_sequence(packed._replace(data=packed.data**2), True, 1.0, 4)
        again = rnn.pack_padded_sequence(padded, [2, 3, 1], True, enforce_sorted=False)
        return (*rnn.unpack_sequence(again), rnn.pad_sequence(items, padding_value=2.0, padding_side="left"))

    assert gradcheck(there_and_back, given)
    assert gradgradcheck(there_and_back, given)


def test_a_packed_sequence_is_a_named_tuple_with_conversions():
    data, sizes, order = ag.ones(3, 2), ag.tensor([2, 1]), ag.tensor([1, 0])
    packed = rnn.PackedSequence(data, sizes, order)
    assert packed.data is data
    assert packed.unsorted_indices.tolist() == [1, 0]
    assert rnn.PackedSequence((data, sizes)).batch_sizes is sizes
    names = {"double": "float64", "float": "float32", "half": "float16", "long": "int64"}
    names |= {"int": "int32", "short": "int16", "char": "int8", "byte": "uint8"}
    for name, dtype in names.items():
        other = getattr(packed, name)()
        assert type(other) is rnn.PackedSequence
        assert other.data.dtype.name == dtype
        assert other.batch_sizes is sizes
    assert packed.cpu().data is data
    assert not packed.is_cuda
    with pytest.raises(ValueError, match="cuda"):
        packed.cuda()
    assert rnn.invert_permutation(None) is None


def test_unpadding_leaves_the_batch_as_it_was():
    padded = ag.ones(3, 2, 4)
    rnn.unpad_sequence(padded, [3, 1])
    assert padded.shape == (3, 2, 4)


def test_sequences_of_raw_arrays_are_packed_too():
    packed = rnn.pack_padded_sequence(np.ones((3, 2, 4), np.float32), np.array([3, 1]))
    assert packed.data.shape == (4, 4)


PADDED = ag.ones(5, 3, 2)
REFUSED = {
    (
        "pack_padded_sequence: the lengths [1, 5, 2] are not sorted; pass enforce_sorted=False, or bring the "
        "longest sequence first"
    ): lambda: rnn.pack_padded_sequence(PADDED, [1, 5, 2]),
    (
        "pack_padded_sequence: sequence 2 has the length 0, and each needs at least one element; leave empty "
        "ones out"
    ): lambda: rnn.pack_padded_sequence(PADDED, [5, 2, 0]),
    ("pack_padded_sequence: sequence 0 has the length 6, and the padded batch has 5 elements"): lambda: (
        rnn.pack_padded_sequence(PADDED, [6, 2, 1])
    ),
    "pack_padded_sequence: got 2 lengths for a batch of 3 sequences": lambda: rnn.pack_padded_sequence(
        PADDED, ag.tensor([5, 2])
    ),
    "pack_padded_sequence: got 3 lengths for a batch of 5 sequences": lambda: rnn.pack_padded_sequence(
        PADDED, [5, 2, 1], batch_first=True
    ),
    (
        "pack_padded_sequence: the lengths must be whole numbers in one dimension, not float64 of shape (3,)"
    ): lambda: rnn.pack_padded_sequence(PADDED, [5.0, 2.0, 1.0]),
    "pack_padded_sequence: the batch is empty; it needs at least one sequence": lambda: rnn.pack_padded_sequence(
        PADDED[:, :0], []
    ),
    "pack_padded_sequence: expected a padded batch of at least 2 dimensions, got shape (2,)": lambda: (
        rnn.pack_padded_sequence(PADDED[0, 0], [2])
    ),
    "pad_packed_sequence: the longest sequence has 4 elements, more than total_length=3": lambda: (
        rnn.pad_packed_sequence(rnn.pack_sequence([ag.ones(4)]), total_length=3)
    ),
    "pad_sequence: padding_side must be 'right' or 'left', not 'both'": lambda: rnn.pad_sequence(
        [ag.ones(2)], padding_side="both"
    ),
    "pad_sequence: there are no sequences": lambda: rnn.pad_sequence([]),
    (
        "pad_sequence: sequence 1 has shape (2, 4), and sequence 0 (2, 3); sequences (L, ...) may differ in their "
        "length L only"
    ): lambda: rnn.pad_sequence([ag.ones(2, 3), ag.ones(2, 4)]),
    (
        "pack_sequence: sequence 1 has the length 0, and each needs at least one element; leave empty ones out"
    ): lambda: rnn.pack_sequence([ag.ones(2), ag.ones(0)]),
    "unpad_sequence: sequence 1 has the length 9, and the padded batch has 5 elements": lambda: rnn.unpad_sequence(
        PADDED, [1, 9, 2]
    ),
}


@pytest.mark.parametrize("message", REFUSED)
def test_what_is_refused(message):
    with pytest.raises(ValueError, match=exactly(message)):
        REFUSED[message]()


def test_what_is_no_list_of_sequences_is_refused():
    with pytest.raises(TypeError, match=exactly("pad_sequence: takes a list of sequences, not a int")):
        rnn.pad_sequence(3)
