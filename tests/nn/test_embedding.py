"""Embeddings: rows, bags of rows, and their gradients."""

import numpy as np
import pytest

import autograd_engine as ag
from autograd_engine import nn
from autograd_engine.nn import functional as F

from ..messages import exactly


def test_embedding_is_the_product_with_one_hot_rows():
    layer = nn.Embedding(6, 3).double()
    index = np.array([[0, 5, 5], [2, 2, 5]])
    hot = np.eye(6)[index]
    out = layer(ag.tensor(index))
    np.testing.assert_allclose(out.detach(), hot @ layer.weight.detach().numpy())
    cotangent = np.random.default_rng(0).normal(size=out.shape)
    out.backward(ag.tensor(cotangent))
    np.testing.assert_allclose(layer.weight.grad, np.einsum("abn,abd->nd", hot, cotangent))


def test_settings_change_the_gradient_of_an_embedding():
    index = ag.tensor([1, 0, 1, 2])

    def row_gradients(**settings):
        weight = ag.zeros(4, 1, requires_grad=True)
        F.embedding(index, weight, **settings).sum().backward()
        return weight.grad.ravel().tolist()

    assert row_gradients() == [1, 2, 1, 0]
    assert row_gradients(padding_idx=1) == row_gradients(padding_idx=-3) == [1, 0, 1, 0]
    assert row_gradients(scale_grad_by_freq=True) == [1, 1, 1, 0]
    assert row_gradients(scale_grad_by_freq=True, padding_idx=0) == [0, 1, 1, 0]


def test_a_padding_row_starts_at_zero():
    ag.manual_seed(0)
    layer = nn.Embedding(1000, 20, padding_idx=-1000)
    assert layer.padding_idx == 0
    assert not layer.weight[0].detach().numpy().any()
    assert layer.weight[1:].std().item() == pytest.approx(1, abs=0.02)
    assert layer.weight.is_leaf


def test_max_norm_shortens_the_rows_that_are_read_in_the_table_itself():
    table = [[3.0, 4.0], [0.3, 0.4], [6.0, 8.0]]
    weight = nn.Parameter(ag.tensor(table, dtype=ag.float64))
    saved = (weight * weight).sum()
    out = F.embedding(ag.tensor([0, 1, 0]), weight, max_norm=1.0)
    np.testing.assert_allclose(out.detach(), [[0.6, 0.8], [0.3, 0.4], [0.6, 0.8]], atol=1e-6)
    np.testing.assert_allclose(weight.detach(), [[0.6, 0.8], [0.3, 0.4], [6, 8]], atol=1e-6)
    out.sum().backward()
    assert weight.grad.tolist() == [[2, 2], [1, 1], [0, 0]]
    with pytest.raises(
        RuntimeError,
        match=exactly(
            "mul saved an array of shape (3, 2) for its derivative, and the array was changed in "
            "place since (now at version 1); change a clone() instead, or make the change after "
            "backward"
        ),
    ):
        saved.backward()


def test_from_pretrained_shares_the_table_and_freezes_it():
    table = ag.tensor([[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]])
    layer = nn.Embedding.from_pretrained(table, padding_idx=0)
    assert not layer.weight.requires_grad
    assert layer(ag.tensor([0, 2])).tolist() == [[1, 2], [5, 6]]
    table[2] = 9.0
    assert layer(ag.tensor([2])).tolist() == [[9, 9]]
    bag = nn.EmbeddingBag.from_pretrained(table, freeze=False, mode="sum")
    assert bag.weight.requires_grad
    assert bag(ag.tensor([[0, 1]])).tolist() == [[4, 6]]
    assert not nn.Embedding(3, 2, _freeze=True).weight.requires_grad
    with pytest.raises(ValueError, match=exactly("Embedding: a table has 2 dimensions, not shape (3,)")):
        nn.Embedding.from_pretrained(ag.ones(3))
    with pytest.raises(ValueError, match=exactly("Embedding: expected a weight of shape (3, 2), got (2, 3)")):
        nn.Embedding(3, 2, _weight=ag.ones(2, 3))


REDUCE = {"sum": np.sum, "mean": np.mean, "max": np.max}


@pytest.mark.parametrize("mode", REDUCE)
@pytest.mark.parametrize("padding", [None, 2])
def test_embedding_bags_by_a_loop(mode, padding):
    random = np.random.default_rng(0)
    weight, index = random.normal(size=(5, 3)), random.integers(0, 5, 12)
    offsets = [0, 0, 3, 4, 9, 12]
    bags = [index[a:b] for a, b in zip(offsets, [*offsets[1:], 12], strict=True)]
    bags = [bag if padding is None else bag[bag != padding] for bag in bags]
    expected = [REDUCE[mode](weight[bag], 0) if len(bag) else np.zeros(3) for bag in bags]
    arguments = {"mode": mode, "padding_idx": padding}
    out = F.embedding_bag(ag.tensor(index), ag.tensor(weight), ag.tensor(offsets), **arguments)
    np.testing.assert_allclose(out, expected)
    ends = ag.tensor([*offsets, 12])
    out = F.embedding_bag(ag.tensor(index), ag.tensor(weight), ends, include_last_offset=True, **arguments)
    np.testing.assert_allclose(out, expected)


def test_embedding_bag_counts_repeated_rows_once_per_reading_when_asked_to():
    weight = ag.zeros(4, 1, requires_grad=True)
    F.embedding_bag(ag.tensor([[0, 3, 3], [1, 0, 2]]), weight, mode="sum", scale_grad_by_freq=True).sum().backward()
    assert weight.grad.ravel().tolist() == [1, 1, 1, 1]


@pytest.mark.parametrize(
    ("call", "error", "words"),
    [
        (
            lambda w: F.embedding(ag.tensor([0, 7]), w),
            IndexError,
            exactly("embedding: index 7 is out of range for a table of 4 rows"),
        ),
        (
            lambda w: F.embedding(ag.tensor([-1]), w),
            IndexError,
            exactly("embedding: index -1 is out of range for a table of 4 rows"),
        ),
        (
            lambda w: F.embedding(ag.tensor([1.0]), w),
            TypeError,
            exactly("embedding: row numbers must be integers, not float32"),
        ),
        (lambda w: F.embedding(ag.tensor([1]), w, sparse=True), ValueError, "no sparse gradients"),
        (lambda w: nn.Embedding(4, 2, sparse=True), ValueError, "no sparse gradients"),
        (
            lambda w: F.embedding(ag.tensor([1]), w, 4),
            ValueError,
            exactly("embedding: padding_idx 4 is out of range for a table of 4 rows"),
        ),
        (
            lambda w: nn.Embedding(4, 2, padding_idx=4),
            ValueError,
            exactly("Embedding: padding_idx 4 is out of range for 4 rows"),
        ),
        (
            lambda w: F.embedding(ag.tensor([1]), w[0]),
            ValueError,
            exactly("embedding: the table must have 2 dimensions, not shape (2,)"),
        ),
        (
            lambda w: F.embedding_bag(ag.tensor([1]), w),
            ValueError,
            exactly(
                "embedding_bag: expected an input of 2 dimensions, or of 1 with offsets, got shape "
                "(1,) without offsets"
            ),
        ),
        (
            lambda w: F.embedding_bag(ag.tensor([[1]]), w, ag.tensor([0])),
            ValueError,
            exactly("embedding_bag: an input of 2 dimensions has a bag in each row; leave out the offsets"),
        ),
        (
            lambda w: F.embedding_bag(ag.tensor([1]), w, ag.tensor([1])),
            ValueError,
            exactly(
                "embedding_bag: offsets must begin with 0, not decrease and not exceed the 1 row numbers, not [1]"
            ),
        ),
        (
            lambda w: F.embedding_bag(ag.tensor([1]), w, ag.tensor([0, 2])),
            ValueError,
            exactly(
                "embedding_bag: offsets must begin with 0, not decrease and not exceed the 1 row "
                "numbers, not [0, 2]"
            ),
        ),
        (
            lambda w: F.embedding_bag(ag.tensor([[1]]), w, mode="min"),
            ValueError,
            exactly("embedding_bag: mode must be 'sum', 'mean' or 'max', not 'min'"),
        ),
        (
            lambda w: F.embedding_bag(ag.tensor([[1]]), w, mode="max", scale_grad_by_freq=True),
            ValueError,
            exactly("embedding_bag: scale_grad_by_freq is not defined for mode 'max'"),
        ),
        (
            lambda w: F.embedding_bag(ag.tensor([[1]]), w, per_sample_weights=ag.ones(1, 1)),
            ValueError,
            exactly("embedding_bag: per_sample_weights go with mode 'sum', not 'mean'"),
        ),
        (
            lambda w: F.embedding_bag(ag.tensor([[1]]), w, mode="sum", per_sample_weights=ag.ones(1)),
            ValueError,
            exactly("embedding_bag: per_sample_weights (1,) must have the shape (1, 1)"),
        ),
    ],
)
def test_embeddings_refuse_what_does_not_fit(call, error, words):
    with pytest.raises(error, match=words):
        call(ag.ones(4, 2))
