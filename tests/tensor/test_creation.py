"""New tensors: spaced, indexing, like another one, and random."""

import numpy as np
import pytest

import autograd_engine as ag
from tests.gpus import ABSENT

from ..messages import exactly


@pytest.fixture
def torch():
    return pytest.importorskip("torch", reason="PyTorch, the witness, is not installed")


SPACED = {
    "linspace": lambda t: t.linspace(-1, 2, 7),
    "linspace of one": lambda t: t.linspace(3, 5, 1),
    "logspace": lambda t: t.logspace(-2, 2, 5),
    "logspace of base 2": lambda t: t.logspace(0, 5, 6, base=2, dtype=t.float64),
    "arange": lambda t: t.arange(2, 11, 3),
    "arange of floats": lambda t: t.arange(0.0, 1.0, 0.3),
    "arange downwards": lambda t: t.arange(5, 0, -2),
    "arange to a tensor": lambda t: t.arange(t.tensor(4).item()),
    "arange with a dtype": lambda t: t.arange(3, dtype=t.float64),
    "eye": lambda t: t.eye(2, 3),
    "tril_indices": lambda t: t.tril_indices(3, 4),
    "tril_indices below": lambda t: t.tril_indices(4, 3, -1),
    "tril_indices int32": lambda t: t.tril_indices(3, 3, 1, dtype=t.int32),
    "triu_indices": lambda t: t.triu_indices(4, 3),
    "triu_indices above": lambda t: t.triu_indices(3, 5, 2),
    "full": lambda t: t.full((2, 2), 3.5),
    "full of booleans": lambda t: t.full((2,), True),
    "full_like": lambda t: t.full_like(t.zeros(2, dtype=t.int16), 7),
    "new_tensor": lambda t: t.zeros(1, dtype=t.float64).new_tensor([1.0, 2.0]),
    "new_full": lambda t: t.zeros(1, dtype=t.int32).new_full((2, 3), 4),
    "new_full with a dtype": lambda t: t.zeros(1).new_full((), 2.5, dtype=t.float64),
    "new_zeros": lambda t: t.zeros(1, dtype=t.float64).new_zeros(2, 3),
    "new_zeros of a size": lambda t: t.zeros(1, dtype=t.bool).new_zeros((2, 0)),
    "new_ones": lambda t: t.zeros(1, dtype=t.int8).new_ones(3, requires_grad=False),
    "new_empty": lambda t: t.zeros(1, dtype=t.float16).new_empty(2, 3).fill_(2),
}


@pytest.mark.parametrize("make", SPACED.values(), ids=SPACED)
def test_values_agree_with_torch(torch, make):
    ours, theirs = make(ag), make(torch)
    assert ours.shape == tuple(theirs.shape)
    assert f"torch.{ours.dtype}" == str(theirs.dtype)
    np.testing.assert_allclose(ours.numpy(), theirs.numpy(), rtol=1e-6)


def test_new_tensors_can_require_gradients():
    x = ag.zeros(2, dtype=ag.float64)
    for made in (x.new_ones(3, requires_grad=True), x.new_tensor([1.0], requires_grad=True)):
        (made * 2).sum().backward()
        assert made.grad.dtype == ag.float64
    with pytest.raises(ValueError, match=exactly(f"there is no device 'cuda': {ABSENT}")):
        x.new_zeros(2, device="cuda")


def test_arange_takes_tensors_and_numpy_numbers_and_refuses_a_wrong_step():
    assert ag.arange(ag.tensor(3)).dtype == ag.int64
    assert ag.arange(np.float64(1), 2, 0.5).dtype == ag.float32
    for arguments in ((0, 5, -1), (0, 5, 0), (5, 0)):
        with pytest.raises(ValueError, match="arange: no step of"):
            ag.arange(*arguments)


# ---------------------------------------------------------------------------------------- random


def test_uniform_draws_stay_below_1():
    g = ag.Generator().manual_seed(0)
    for dtype in (ag.float16, ag.float32, ag.float64):
        x = ag.rand(200_000, dtype=dtype, generator=g)
        assert x.dtype == dtype
        assert 0 <= x.numpy().min() < 0.01
        assert 0.99 < x.numpy().max() < 1
        assert x.double().mean().item() == pytest.approx(0.5, abs=0.005)


@pytest.mark.parametrize("make", [ag.zeros_like, ag.ones_like, ag.empty_like, lambda t: ag.full_like(t, 3)])
def test_what_is_like_another_has_its_order_in_memory(make):
    """As in PyTorch; but elements that share memory get one each."""
    x = np.moveaxis(np.ones((2, 3, 4, 5), np.float32), -1, 1)
    made = make(ag.from_numpy(x)).numpy()
    assert made.strides == x.strides
    assert made.base is None
    expanded = make(ag.ones(1, 4).expand(3, 4)).numpy()
    expanded[0, 0] = 7
    assert np.count_nonzero(expanded == 7) == 1


def test_random_tensors_like_another():
    x = ag.zeros(50, 4, dtype=ag.float64)
    draws = ag.randint_like(x, 3)
    assert (draws.shape, draws.dtype, set(draws.ravel().tolist())) == ((50, 4), ag.float64, {0.0, 1.0, 2.0})
    assert set(ag.randint_like(x, 5, 7, dtype=ag.int8).ravel().tolist()) == {5, 6}
    assert ag.rand_like(x, dtype=ag.float32, requires_grad=True).requires_grad
    with pytest.raises(ValueError, match=exactly("randint: there is no integer from 3 up to but not including 2")):
        ag.randint(3, 2, (2,))


def test_bernoulli():
    ag.manual_seed(1)
    p = ag.tensor([0.0, 0.25, 1.0]).expand(4000, 3)
    means = ag.bernoulli(p).mean(0).tolist()
    assert means[0] == 0
    assert means[1] == pytest.approx(0.25, abs=0.03)
    assert means[2] == 1
    assert ag.bernoulli(ag.zeros(3, dtype=ag.float64), 1.0).tolist() == [1, 1, 1]
    assert ag.bernoulli(p).dtype == ag.float32
    with pytest.raises(ValueError, match=exactly("bernoulli_: p must hold probabilities, between 0 and 1")):
        ag.bernoulli(ag.tensor([1.5]))


def test_normal():
    ag.manual_seed(2)
    x = ag.normal(3.0, 0.5, (100, 100))
    assert x.dtype == ag.float32
    assert x.mean().item() == pytest.approx(3.0, abs=0.03)
    assert x.std().item() == pytest.approx(0.5, abs=0.02)
    exact = ag.normal(ag.tensor([[1.0], [2.0]], dtype=ag.float64), ag.zeros(3, dtype=ag.float64))
    assert exact.tolist() == [[1, 1, 1], [2, 2, 2]]
    assert exact.dtype == ag.float64
    assert ag.normal(ag.zeros(2, 3)).shape == (2, 3)
    assert ag.normal(4.0, ag.zeros(2)).tolist() == [4, 4]
    with pytest.raises(TypeError, match="normal: mean and std are numbers, so the size must be given"):
        ag.normal(0.0, 1.0)
    with pytest.raises(
        ValueError, match=exactly("normal: the size is that of the tensors mean and std; leave it out")
    ):
        ag.normal(ag.zeros(2), 1.0, (2,))
    with pytest.raises(
        ValueError, match=exactly("normal: a standard deviation cannot be negative, the smallest is -1.0")
    ):
        ag.normal(ag.zeros(2), ag.tensor([1.0, -1.0]))


@pytest.mark.parametrize("replacement", [True, False])
def test_multinomial_draws_by_weight(replacement):
    ag.manual_seed(3)
    weights = ag.tensor([1.0, 0.0, 3.0, 4.0])
    if replacement:
        drawn = ag.multinomial(weights, 8000, replacement=True)
    else:
        drawn = ag.multinomial(weights.expand(8000, 4), 1).ravel()
    assert drawn.dtype == ag.int64
    shares = np.bincount(drawn.numpy(), minlength=4) / 8000
    np.testing.assert_allclose(shares, [1 / 8, 0, 3 / 8, 1 / 2], atol=0.03)


def test_multinomial_without_replacement_draws_each_once():
    ag.manual_seed(4)
    rows = ag.multinomial(ag.tensor([[1.0, 2.0, 0.0, 5.0], [3.0, 1.0, 1.0, 0.0]]).expand(2, 4), 3)
    assert [sorted(row) for row in rows.tolist()] == [[0, 1, 3], [0, 1, 2]]
    assert ag.multinomial(ag.tensor([[0.0, 2.0]]), 5, replacement=True).tolist() == [[1] * 5]
    for weights, n, message in [
        ([1.0, 0.0], 2, exactly("multinomial: 2 draws without replacement from a row with 1 positive weights")),
        ([0.0, 0.0], 1, exactly("multinomial: 1 draws without replacement from a row with 0 positive weights")),
        ([1.0, -1.0], 1, exactly("multinomial: weights must be finite and not negative")),
        ([1.0, float("nan")], 1, exactly("multinomial: weights must be finite and not negative")),
        (
            1.0,
            1,
            exactly(
                "multinomial: expected weights of 1 or 2 dimensions and num_samples above 0, got shape () and 1"
            ),
        ),
        (
            [1.0],
            0,
            exactly(
                "multinomial: expected weights of 1 or 2 dimensions and num_samples above 0, got shape (1,) and 0"
            ),
        ),
    ]:
        with pytest.raises(ValueError, match=message):
            ag.multinomial(ag.tensor(weights), n)


def test_the_state_of_the_default_generator():
    ag.manual_seed(5)
    state = ag.get_rng_state()
    first = ag.rand(3).tolist()
    assert ag.rand(3).tolist() != first
    ag.set_rng_state(state)
    assert ag.rand(3).tolist() == first
    fresh = ag.seed()
    assert fresh == ag.initial_seed()
    drawn = ag.rand(3).tolist()
    ag.manual_seed(fresh)
    assert ag.rand(3).tolist() == drawn
    assert ag.seed() != fresh
