"""Data sets, samplers and collating, against PyTorch's and by their properties."""

from collections import Counter, OrderedDict, namedtuple

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import autograd_engine as ag
from autograd_engine import data
from autograd_engine.data import (
    ConcatDataset,
    DataLoader,
    Dataset,
    IterableDataset,
    RandomSampler,
    SequentialSampler,
    Subset,
    SubsetRandomSampler,
    TensorDataset,
    WeightedRandomSampler,
    default_collate,
    default_convert,
    random_split,
)

from ..messages import exactly

Point = namedtuple("Point", "x y")


class Stream(IterableDataset):
    def __init__(self, values):
        self.values = values

    def __iter__(self):
        return iter(self.values)

    def __len__(self):
        return len(self.values)


def plain(batch):
    """A batch of either library without its tensors: (numbers, dtype)."""
    if hasattr(batch, "tolist") and hasattr(batch, "dtype"):
        return batch.tolist(), str(batch.dtype).removeprefix("torch.")
    if isinstance(batch, dict):
        return type(batch), [(key, plain(value)) for key, value in batch.items()]
    if isinstance(batch, (list, tuple)):
        return type(batch), [plain(item) for item in batch]
    return batch


# ---------------------------------------------------------------------------------------- data sets


def test_data_sets_in_a_row_and_in_part():
    first, second = TensorDataset(ag.arange(3)), TensorDataset(ag.arange(3, 7))
    both = first + second
    assert isinstance(both, ConcatDataset)
    assert [both[i][0].item() for i in range(len(both))] == list(range(7))
    assert [both[i][0].item() for i in (-1, -7)] == [6, 0]
    assert [both[i][0].item() for i in (2, 3)] == [2, 3]
    for index in (7, -8):
        with pytest.raises(IndexError, match=exactly(f"index {index} is out of range for 7 samples")):
            both[index]
    part = Subset(both, [5, 0, 0])
    assert [part[i][0].item() for i in range(len(part))] == [5, 0, 0]
    empty_in_between = ConcatDataset([[1], [], [], [2, 3], []])
    assert [empty_in_between[i] for i in range(3)] == [1, 2, 3]


@given(st.integers(1, 60), st.lists(st.integers(1, 5), min_size=1, max_size=5), st.integers(0, 99))
def test_a_random_split_deals_out_every_sample_once(count, weights, seed):
    shares = [w / sum(weights) for w in weights]
    parts = random_split(range(count), shares, ag.Generator().manual_seed(seed))
    assert sorted(i for part in parts for i in part.indices) == list(range(count))
    assert all(abs(len(part) - count * share) <= len(parts) for part, share in zip(parts, shares, strict=True))
    again = random_split(range(count), [len(part) for part in parts], ag.Generator().manual_seed(seed))
    assert [part.indices for part in again] == [part.indices for part in parts]


@pytest.mark.parametrize(
    ("count", "lengths"),
    [(10, [0.5, 0.5]), (11, [0.7, 0.2, 0.1]), (7, [3, 4]), (5, [0.3, 0.3, 0.4]), (4, [1, 3, 0])],
)
def test_a_random_split_has_pytorchs_lengths(count, lengths):
    torch = pytest.importorskip("torch")
    theirs = torch.utils.data.random_split(range(count), lengths)
    assert [len(p) for p in random_split(range(count), lengths)] == [len(p) for p in theirs]


# ----------------------------------------------------------------------------------------- samplers


@given(st.integers(1, 40), st.integers(1, 9), st.booleans(), st.integers(0, 99))
def test_every_index_comes_exactly_once(count, batch_size, shuffle, seed):
    loader = DataLoader(range(count), batch_size, shuffle=shuffle, generator=ag.Generator().manual_seed(seed))
    batches = [batch.tolist() for batch in loader]
    assert len(batches) == len(loader)
    assert [len(b) for b in batches[:-1]] == [batch_size] * (len(batches) - 1)
    assert sorted(i for b in batches for i in b) == list(range(count))


SAMPLERS = {
    "random": lambda g: RandomSampler(range(30), generator=g),
    "with replacement": lambda g: RandomSampler(range(30), replacement=True, num_samples=70, generator=g),
    "several rounds": lambda g: RandomSampler(range(30), num_samples=70, generator=g),
    "subset": lambda g: SubsetRandomSampler(list(range(5, 30)), generator=g),
    "weighted": lambda g: WeightedRandomSampler(np.arange(30), 50, generator=g),
    "weighted without replacement": lambda g: WeightedRandomSampler(np.arange(30), 20, False, generator=g),
}


@pytest.mark.parametrize("name", SAMPLERS)
def test_random_orders_repeat_with_the_seed_and_differ_between_epochs(name):
    sampler = SAMPLERS[name](ag.Generator().manual_seed(1))
    first, second = list(sampler), list(sampler)
    assert first != second
    assert len(first) == len(sampler)
    assert all(type(i) is int and 0 <= i < 30 for i in first)
    assert list(SAMPLERS[name](ag.Generator().manual_seed(1))) == first
    ag.manual_seed(1)
    assert list(SAMPLERS[name](None)) == first


def test_how_often_an_index_comes():
    assert sorted(SAMPLERS["random"](None)) == list(range(30))
    rounds = list(SAMPLERS["several rounds"](None))
    assert sorted(rounds[:30]) == sorted(rounds[30:60]) == list(range(30))
    assert sorted(SAMPLERS["subset"](None)) == list(range(5, 30))
    assert len(set(SAMPLERS["weighted without replacement"](None))) == 20
    ag.manual_seed(0)
    counts = Counter(WeightedRandomSampler([1, 0, 3], 4000))
    assert counts[1] == 0
    assert counts[2] / counts[0] == pytest.approx(3, rel=0.1)
    assert len(Counter(RandomSampler(range(100), replacement=True))) < 100


@pytest.mark.parametrize("drop_last", [False, True])
@pytest.mark.parametrize("batch_size", [1, 3, 5, 7, 9, None])
def test_batches_are_pytorchs(batch_size, drop_last):
    torch = pytest.importorskip("torch")
    torch_data = torch.utils.data
    if batch_size is None:
        drop_last = False
    ours, theirs = (
        [
            room.DataLoader(range(7), batch_size, drop_last=drop_last),
            room.DataLoader(range(7), batch_size, sampler=[6, 2, 2, 1], drop_last=drop_last),
            room.DataLoader(range(7), batch_sampler=[[1, 2], [0], [3, 4, 5]]),
            room.DataLoader(room.Subset(range(7), [5, 3, 1]), batch_size, drop_last=drop_last),
            room.DataLoader(room.ConcatDataset([range(3), range(4)]), batch_size, drop_last=drop_last),
        ]
        for room in (data, torch_data)
    )
    for our, their in zip(ours, theirs, strict=True):
        assert len(our) == len(their)
        assert [plain(b) for b in our] == [plain(b) for b in their]
        assert (our.batch_size, our.drop_last, our.num_workers) == (their.batch_size, their.drop_last, 0)
    if batch_size is not None:
        batches = [
            list(room.BatchSampler(room.SequentialSampler(range(7)), batch_size, drop_last))
            for room in (data, torch_data)
        ]
        assert batches[0] == batches[1]


def test_arguments_have_pytorchs_order_and_defaults():
    torch = pytest.importorskip("torch")
    import inspect

    for name in (
        "DataLoader",
        "TensorDataset",
        "Subset",
        "random_split",
        "RandomSampler",
        "SubsetRandomSampler",
        "WeightedRandomSampler",
        "BatchSampler",
    ):
        ours, theirs = (
            [
                (p.name, p.default)
                for p in inspect.signature(getattr(room, name)).parameters.values()
                if p.kind is not inspect.Parameter.KEYWORD_ONLY
            ]
            for room in (data, torch.utils.data)
        )
        theirs = [
            (n, None if n == "generator" else d) for n, d in theirs if n != "dataset" or name != "TensorDataset"
        ]
        assert [n for n, _ in ours] == [n for n, _ in theirs], name
        assert [d for n, d in ours if n != "generator"] == [d for n, d in theirs if n != "generator"], name


def test_rows_of_a_tensor_data_set_are_read_at_once_with_the_same_result():
    class Slow(TensorDataset):
        def __getitem__(self, index):
            assert isinstance(index, int)
            return super().__getitem__(index)

    tensors = ag.randn(9, 2), ag.arange(9)
    for wrap in (lambda d: d, lambda d: Subset(Subset(d, [4, 7, 0, 1]), [3, 1, 2])):
        fast, slow = (DataLoader(wrap(kind(*tensors)), 2) for kind in (TensorDataset, Slow))
        assert [plain(b) for b in fast] == [plain(b) for b in slow]
    (x, y), *_ = DataLoader(TensorDataset(*tensors), 4)
    assert not np.shares_memory(x.array, tensors[0].array)
    assert y.dtype == np.int64


# ---------------------------------------------------------------------------------------- collating

SAMPLES = {
    "int": [1, 2],
    "float": [1.5, 2.5],
    "int and float": [1, 2.5],
    "bool": [True, False],
    "text": ["a", "b"],
    "bytes": [b"a", b"b"],
    "NumPy numbers": [np.float32(1), np.float32(2)],
    "NumPy bytes": [np.int8(1), np.int8(2)],
    "arrays": [np.ones((2, 3)), np.zeros((2, 3))],
    "0-d arrays": [np.array(1), np.array(2)],
    "empty arrays": [np.ones((0, 3)), np.zeros((0, 3))],
    "tuples": [(1, "a", 2.0), (3, "b", 4.0)],
    "lists": [[1, np.ones(2)], [3, np.zeros(2)]],
    "named tuples": [Point(1, [2]), Point(3, [4])],
    "dictionaries": [{"x": 1, "y": {"z": "a"}}, {"x": 2, "y": {"z": "b"}}],
    "ordered dictionaries": [OrderedDict(b=1, a=2), OrderedDict(b=3, a=4)],
}


@pytest.mark.parametrize("name", SAMPLES)
def test_batches_have_pytorchs_structure_and_types(name):
    torch = pytest.importorskip("torch")
    assert plain(default_collate(SAMPLES[name])) == plain(torch.utils.data.default_collate(SAMPLES[name]))
    for sample in SAMPLES[name]:
        assert plain(default_convert(sample)) == plain(torch.utils.data.default_convert(sample))


def test_structures_are_collated_item_by_item():
    batch = default_collate(
        [{"p": Point(1, "a"), "x": (ag.ones(2), 0.5)}, {"p": Point(2, "b"), "x": (ag.zeros(2), 1)}]
    )
    assert list(batch) == ["p", "x"]
    assert isinstance(batch["p"], Point)
    assert (batch["p"].x.tolist(), batch["p"].y) == ([1, 2], ("a", "b"))
    assert isinstance(batch["x"], list)
    assert batch["x"][0].tolist() == [[1, 1], [0, 0]]
    assert (batch["x"][1].tolist(), batch["x"][1].dtype) == ([0.5, 1.0], np.float64)
    w = ag.ones(2, requires_grad=True)
    default_collate([w * 2, w * 3]).sum().backward()
    assert w.grad.tolist() == [5, 5]


def test_a_loader_names_them_by_their_index():
    ragged = [np.ones(4), np.ones(4), np.ones(4), np.ones(7)]
    with pytest.raises(
        RuntimeError,
        match=exactly(
            "sample 2 has shape (4,), sample 3 (7,): to make a batch of them, give a collate_fn that pads or crops"
        ),
    ):
        list(DataLoader(ragged, 2))
    with pytest.raises(
        RuntimeError,
        match=exactly(
            "sample 2 has shape (4,), sample 3 (7,): to make a batch of them, give a collate_fn that pads or crops"
        ),
    ):
        list(DataLoader(Stream(ragged), 2))


# ------------------------------------------------------------------------------------------ streams


@pytest.mark.parametrize("drop_last", [False, True])
@pytest.mark.parametrize("batch_size", [None, 1, 2, 5, 6])
def test_a_stream_is_cut_into_batches(batch_size, drop_last):
    if batch_size is None:
        drop_last = False
    indexed, streamed = (DataLoader(d, batch_size, drop_last=drop_last) for d in (list(range(5)), Stream(range(5))))
    assert [plain(b) for b in streamed] == [plain(b) for b in indexed]
    assert len(streamed) == len(indexed)
    assert [plain(b) for b in streamed] == [plain(b) for b in indexed]  # a second epoch
    assert list(DataLoader(Stream([]))) == []


def test_pytorchs_protocols_are_honored():
    class Whole(Dataset):
        def __len__(self):
            return 4

        def __getitems__(self, indices):
            asked.append(indices)
            return [float(i) for i in indices]

    asked = []
    assert [b.tolist() for b in DataLoader(Whole(), 3)] == [[0, 1, 2], [3]]
    assert asked == [[0, 1, 2], [3]]
    assert len(SequentialSampler([1, 2])) == 2
    loader = DataLoader([1, 2], 2, collate_fn=lambda samples: ("batch", samples), pin_memory=True)
    assert list(loader) == [("batch", [1, 2])]
