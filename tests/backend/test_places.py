"""Reading and adding at many places: what large arrays take other ways for."""

from __future__ import annotations

import numpy as np
import pytest

import autograd_engine as ag
from autograd_engine.backend import kernels
from autograd_engine.backend.kernels import places

pytestmark = pytest.mark.parametrize("tier", ["numpy", "auto"])


def numbers(*shape, dtype=np.float32):
    """Whole numbers, whose sums are exact in every order."""
    return np.random.default_rng(0).integers(-8, 8, shape).astype(dtype)


@pytest.mark.parametrize("dtype", [np.float16, np.float32, np.float64, np.int64])
@pytest.mark.parametrize(("shape", "dim"), [((50, 30), 0), ((40, 50), 1), ((3, 50, 7), 1), ((60_000,), 0)])
def test_reading_and_adding_at_many_places(monkeypatch, tier, shape, dim, dtype):
    monkeypatch.setattr(places, "_PART", 1000)
    at = np.random.default_rng(1).integers(0, shape[dim], (700, 3))
    x = numbers(*shape, dtype=dtype)
    values = numbers(*shape[:dim], 700, 3, *shape[dim + 1 :], dtype=dtype)
    where = (slice(None),) * dim
    expected = x.copy()
    np.add.at(expected, (*where, at), values)
    with ag.use_kernels(tier):
        np.testing.assert_array_equal(kernels.take(x, at, dim), x[(*where, at)])
        kernels.add_rows(values, at, x, dim)
    np.testing.assert_array_equal(x, expected)


@pytest.mark.parametrize("dim", [0, 1])
@pytest.mark.parametrize("low", [-60, 0])
def test_the_gradient_of_rows_that_are_read_many_times(tier, low, dim):
    at = np.random.default_rng(1).integers(low, 60, 2000)
    x = numbers(60, 60)
    where = (slice(None),) * dim
    g = numbers(*x[(*where, at)].shape)
    expected = np.zeros_like(x)
    np.add.at(expected, (*where, at), g)
    with ag.use_kernels(tier):
        leaf = ag.tensor(x, requires_grad=True)
        out = leaf[(*where, ag.tensor(at))]
        out.backward(ag.tensor(g))
    np.testing.assert_array_equal(out.detach().numpy(), x[(*where, at)])
    np.testing.assert_array_equal(leaf.grad.numpy(), expected)


@pytest.mark.parametrize("wrong", [60, -61])
def test_a_place_out_of_range_is_refused_among_many(tier, wrong):
    at = np.full(5000, wrong)
    with ag.use_kernels(tier), pytest.raises(IndexError, match=f"index {wrong} is out of bounds"):
        ag.ones(60, 20)[ag.tensor(at)]


@pytest.mark.parametrize("dim", [0, 1, 2])
def test_gather_in_large_arrays(tier, dim):
    shape = (40, 30, 50)
    x, g = numbers(*shape), numbers(*shape)
    index = np.random.default_rng(1).integers(0, shape[dim], shape)
    with ag.use_kernels(tier):
        leaf = ag.tensor(x, requires_grad=True)
        out = ag.gather(leaf, dim, ag.tensor(index))
        out.backward(ag.tensor(g))
    np.testing.assert_array_equal(out.detach().numpy(), np.take_along_axis(x, index, dim))
    expected = np.zeros_like(x)
    others = [np.arange(n).reshape([-1 if d == e else 1 for e in range(3)]) for d, n in enumerate(shape)]
    np.add.at(expected, tuple(index if d == dim else others[d] for d in range(3)), g)
    np.testing.assert_array_equal(leaf.grad.numpy(), expected)
