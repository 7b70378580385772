"""Scans, sorts and norms where a table of small calls does not look: large inputs, infinities, errors."""

import numpy as np
import pytest

import autograd_engine as ag

from ..messages import exactly


@pytest.mark.parametrize(("shape", "dim"), [((5000,), 0), ((3, 1500), 1), ((40, 130), 0), ((4096,), 0)])
@pytest.mark.parametrize("layout", ["contiguous", "reversed"])
def test_large_running_sums_both_ways(shape, dim, layout):
    values = np.random.default_rng(0).normal(size=shape)
    values = values if layout == "contiguous" else values[::-1]
    x = ag.tensor(values, requires_grad=True)
    weights = np.random.default_rng(1).normal(size=shape)
    out = ag.cumsum(x, dim)
    np.testing.assert_allclose(out.detach().numpy(), np.cumsum(values, dim), atol=1e-10)
    out.backward(ag.tensor(weights))
    np.testing.assert_allclose(x.grad.numpy(), np.flip(np.cumsum(np.flip(weights, dim), dim), dim), atol=1e-10)


@pytest.mark.parametrize("value", [np.inf, -np.inf, np.nan])
def test_nothing_infinite_reaches_the_sums_before_it(value):
    values = np.ones(5000, np.float32)
    values[777] = value
    np.testing.assert_array_equal(ag.cumsum(ag.tensor(values), 0).numpy(), np.cumsum(values))


def test_cumprod_has_its_third_derivative_at_zeros():
    x = ag.tensor([0.0, 0.0, 5.0], dtype=ag.float64, requires_grad=True)
    (first,) = ag.grad(ag.cumprod(x, 0)[2], x, create_graph=True)
    (second,) = ag.grad(first[0], x, create_graph=True)
    (third,) = ag.grad(second[1], x)
    assert (first.tolist(), second.tolist(), third.tolist()) == ([0, 0, 0], [0, 5, 0], [0, 0, 1])


def test_logcumsumexp_of_minus_infinity_has_gradient_0():
    x = ag.tensor([-np.inf, -np.inf, 0.0], dtype=ag.float64, requires_grad=True)
    ag.logcumsumexp(x, 0).sum().backward()
    assert x.grad.tolist() == [0, 0, 1]


def test_gradients_where_points_coincide_are_0():
    x = ag.tensor([[1.0, 2.0], [3.0, 4.0]], requires_grad=True)
    ag.trace(ag.cdist(x, x.detach())).backward()
    assert x.grad.tolist() == [[0, 0], [0, 0]]


def test_equal_elements_keep_their_order():
    x = ag.tensor([2.0, 1.0, 2.0, 1.0])
    assert ag.argsort(x).tolist() == [1, 3, 0, 2]
    assert ag.argsort(x, descending=True).tolist() == [0, 2, 1, 3]
    assert ag.mode(x).indices.item() == 3
    many = ag.tensor(np.arange(1000) % 2)  # short ones are stable by any method
    assert ag.argsort(many).tolist() == [*range(0, 1000, 2), *range(1, 1000, 2)]
    assert ag.sort(many, descending=True).indices.tolist() == [*range(1, 1000, 2), *range(0, 1000, 2)]


ERRORS = [
    (lambda x: ag.topk(x, 4), ValueError, "topk: k is 4, but dim 1 has 3 elements"),
    (lambda x: ag.kthvalue(x, 0), ValueError, "kthvalue: k is 0, but dim 1 has 3 elements, counted from 1"),
    (lambda x: ag.median(x[:, :0], 1), IndexError, "median: dim 1 of shape (2, 0) has no element to choose"),
    (lambda x: ag.mode(x[:0], 0), IndexError, "mode: dim 0 of shape (0, 3) has no element to choose"),
    (lambda x: ag.quantile(x, 1.5), ValueError, "quantile: q must lie in [0, 1], got 1.5"),
    (
        lambda x: ag.quantile(x, 0.5, interpolation="cubic"),
        ValueError,
        "quantile: interpolation is one of linear, lower, higher, midpoint, nearest, not 'cubic'",
    ),
    (lambda x: ag.quantile(x.long(), 0.5), TypeError, "quantile: needs a floating dtype, not int64"),
    (lambda x: ag.quantile(x[:0], 0.5), ValueError, "quantile: no elements to take the quantile of"),
    (
        lambda x: ag.searchsorted(x, x[0]),
        ValueError,
        "searchsorted: a sequence of shape (2, 3) does not fit values of shape (3,)",
    ),
    (
        lambda x: ag.searchsorted(x[0], x, side="up"),
        ValueError,
        'searchsorted: side is "left" or "right", not \'up\'',
    ),
    (
        lambda x: ag.searchsorted(x[0], x, side="left", right=True),
        ValueError,
        'searchsorted: right=True contradicts side="left"',
    ),
    (lambda x: ag.bucketize(x, x), ValueError, "bucketize: boundaries must be 1-D, not of shape (2, 3)"),
    (
        lambda x: ag.bincount(x[0]),
        ValueError,
        "bincount: expected one dimension of integers that are not negative, got float32[3]",
    ),
    (lambda x: ag.bincount(x[0].long(), x[0, :2]), ValueError, "bincount: weights of shape (2,) for 3 integers"),
    (lambda x: ag.histc(x, 0), ValueError, "histc: expected bins >= 1 and min <= max, got 0 bins in [0, 0]"),
    (lambda x: ag.diff(x[0, 0]), ValueError, "diff: a 0-d tensor has no neighbours"),
    (lambda x: ag.diff(x, -1), ValueError, "diff: n must not be negative, got -1"),
    (lambda x: ag.gradient(x[:1]), ValueError, "gradient: dim 0 has 1 samples, edge_order 1 needs 2"),
    (lambda x: ag.gradient(x, edge_order=3), ValueError, "gradient: edge_order must be 1 or 2, not 3"),
    (lambda x: ag.gradient(x, spacing=[1.0]), ValueError, "gradient: 1 spacings for 2 dimensions"),
    (
        lambda x: ag.gradient(x, spacing=[x[0], x[0]]),
        ValueError,
        "gradient: dim 0 has 2 samples but coordinates of shape (3,)",
    ),
    (
        lambda x: ag.trapezoid(x, x, dx=1),
        TypeError,
        "trapezoid: give the coordinates x or their distance dx, not both",
    ),
    (
        lambda x: ag.trapezoid(x, x[0, :2]),
        ValueError,
        "trapezoid: 3 samples along dim 1 but coordinates of shape (1, 2)",
    ),
    (lambda x: ag.trapezoid(x[0, 0]), ValueError, "trapezoid: a 0-d tensor has no samples"),
    (lambda x: ag.cumprod(x, 2), IndexError, "cumprod: dim 2 is out of range for a tensor of 2 dimensions"),
    (lambda x: ag.norm(x, "max"), ValueError, "norm: p is a number, 'fro' or 'nuc', not 'max'"),
    (
        lambda x: ag.cdist(x, x[:, :2]),
        ValueError,
        "cdist: shapes (2, 3) and (2, 2) are not (..., n, m) and (..., k, m)",
    ),
    (lambda x: ag.renorm(x[0], 2, 0, 1.0), ValueError, "renorm: needs at least 2 dimensions, got 1"),
    (
        lambda x: ag.renorm(x, 0, 0, 1.0),
        ValueError,
        "renorm: p must be positive and maxnorm not negative, got 0 and 1.0",
    ),
    (lambda x: ag.cov(x[None]), ValueError, "cov: at most two dimensions, got shape (1, 2, 3)"),
    (lambda x: ag.cov(x, aweights=x[0, :2]), ValueError, "cov: aweights of shape (2,) for 3 observations"),
    (lambda x: ag.trace(x[0]), ValueError, "trace: expected a matrix, got shape (3,)"),
    (
        lambda x: ag.nanmean(x.long()),
        TypeError,
        "nanmean: needs a floating dtype, not int64; write nanmean(x, dtype=float32)",
    ),
]


@pytest.mark.parametrize(("call", "error", "message"), ERRORS)
def test_errors_name_the_operator_and_the_culprit(call, error, message):
    with pytest.raises(error, match=exactly(message)):
        call(ag.tensor([[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]]))
