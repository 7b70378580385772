"""Random numbers drawn into a tensor, and by the numbers that it holds."""

import numpy as np
import pytest

import autograd_engine as ag

from ..messages import exactly


@pytest.mark.parametrize(
    ("name", "arguments", "mean", "variance"),
    [
        ("uniform_", (-1.0, 3.0), 1.0, 16 / 12),
        ("normal_", (2.0, 3.0), 2.0, 9.0),
        ("log_normal_", (0.0, 0.5), np.exp(0.125), (np.exp(0.25) - 1) * np.exp(0.25)),
        ("exponential_", (2.0,), 0.5, 0.25),
        ("geometric_", (0.25,), 4.0, 12.0),
        ("bernoulli_", (0.3,), 0.3, 0.21),
        ("random_", (2, 7), 4.0, 2.0),
        ("random_", (3,), 1.0, 2 / 3),
    ],
)
def test_random_fills_have_their_moments_and_repeat(name, arguments, mean, variance):
    generator = ag.Generator().manual_seed(3)
    x = getattr(ag.empty(100, 400), name)(*arguments, generator=generator)
    assert x.dtype == ag.float32
    values = x.numpy()
    assert abs(values.mean() - mean) < 5 * np.sqrt(variance / values.size)
    assert values.var() == pytest.approx(variance, rel=0.1)
    generator.manual_seed(3)
    again = getattr(ag.empty(100, 400), name)(*arguments, generator=generator)
    np.testing.assert_array_equal(again.numpy(), values)


def test_random_fills_know_their_limits():
    ag.manual_seed(0)
    assert ag.empty(3000, dtype=ag.bool).random_().float().mean().item() == pytest.approx(0.5, abs=0.05)
    whole = ag.empty(3000, dtype=ag.int8).random_()
    assert (whole.min().item(), whole.max().item()) == (0, 127)
    assert ag.empty(3).uniform_(2, 2).tolist() == [2, 2, 2]
    assert ag.empty(2000).random_().numpy().max() <= 2**24
    assert np.median(ag.empty(4001).cauchy_(5.0, 0.1).numpy()) == pytest.approx(5.0, abs=0.02)
    p = ag.tensor([0.0, 1.0, 1.0, 0.0])
    assert ag.empty(3, 4).bernoulli_(p).tolist() == [[0, 1, 1, 0]] * 3
    for wrong, message in [
        (lambda x: x.uniform_(2, 1), exactly("uniform_: the interval [2, 1) is empty")),
        (lambda x: x.exponential_(0), "exponential_: the rate must be positive, not 0"),
        (lambda x: x.geometric_(0), exactly("geometric_: p must be a probability above 0, not 0")),
        (lambda x: x.bernoulli_(1.5), exactly("bernoulli_: p must hold probabilities, between 0 and 1")),
        (lambda x: x.random_(3, 2), exactly("random_: there is no integer from 3 up to but not including 2")),
        (
            lambda x: x.fill_diagonal_(1),
            exactly("fill_diagonal_: no main diagonal in shape (2,); a matrix or equal sizes have one"),
        ),
    ]:
        with pytest.raises(ValueError, match=message):
            wrong(ag.zeros(2))
    with pytest.raises(TypeError, match="normal_: real numbers do not fit in a tensor of dtype int64"):
        ag.zeros(2, dtype=ag.int64).normal_()


def test_draws_by_a_tensors_own_numbers():
    ag.manual_seed(0)
    assert ag.tensor([0.0, 1.0]).bernoulli().tolist() == [0, 1]
    assert ag.tensor([0, 1]).bernoulli(1.0).tolist() == [1, 1]
    assert ag.tensor([[0.0, 2.0], [3.0, 0.0]]).multinomial(1).tolist() == [[1], [0]]
