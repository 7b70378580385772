"""Ties, zeros and NaN, where differences cannot judge a derivative: our conventions are those of PyTorch."""

import numpy as np
import pytest

import autograd_engine as ag
from autograd_engine.ops import statistics

NAN = float("nan")

CASES = {
    "maximum shares a tie": (ag.maximum, [[1, 2], [1, 3]], [1, 3], [[0.5, 0], [0.5, 1]]),
    "minimum shares a tie": (ag.minimum, [[1, 2], [1, 3]], [1, 2], [[0.5, 1], [0.5, 0]]),
    "fmax gives a tie to the first": (ag.fmax, [[1, NAN, 4], [1, 3, NAN]], [1, 3, 4], [[1, 0, 1], [0, 1, 0]]),
    "fmin gives a tie to the first": (ag.fmin, [[1, NAN, 4], [1, 3, NAN]], [1, 3, 4], [[1, 0, 1], [0, 1, 0]]),
    "clamp passes its bounds": (lambda x: ag.clamp(x, 0, 1), [[-1, 0, 1, 2]], [0, 0, 1, 1], [[0, 1, 1, 0]]),
    "abs and relu are flat at 0": (lambda x: x.abs() + x.relu(), [[-1, 0, 2]], [1, 0, 4], [[-1, 0, 2]]),
    "max over all shares, along a dimension does not": (
        lambda x: x.max() + x.max(0).values,
        [[3, 1, 3]],
        6,
        [[1.5, 0, 0.5]],
    ),
    "median shares": (ag.median, [[2, 1, 2, 2, 5]], 2, [[1 / 3, 0, 1 / 3, 1 / 3, 0]]),
    "median of NaN": (ag.median, [[2, NAN, 3]], NAN, [[0, 1, 0]]),
    "nanmedian": (ag.nanmedian, [[2, NAN, 3]], 2, [[1, 0, 0]]),
    "sort puts NaN last": (lambda x: ag.sort(x).values[0], [[NAN, 3, 1]], 1, [[0, 0, 1]]),
    "descending, NaN first": (lambda x: ag.sort(x, descending=True).values[1], [[1, NAN, 3]], 3, [[0, 0, 1]]),
    "quantile between two": (lambda x: ag.quantile(x, 0.3), [[0, 10, 30]], 6, [[0.4, 0.6, 0]]),
    "prod with one zero": (ag.prod, [[0, 2, 3]], 0, [[6, 0, 0]]),
    "prod with two zeros": (ag.prod, [[0, 2, 0]], 0, [[0, 0, 0]]),
    "cumprod with a zero": (ag.cumprod, [[2, 0, 3], 0], [2, 0, 0], [[1, 8, 0]]),
    "std of equals is flat": (ag.std, [[2, 2]], 0, [[0, 0]]),
    "the root of a variance is flat at 0": (statistics.root, [[0, 4]], [0, 2], [[0, 0.25]]),
    "norm is flat at 0": (ag.norm, [[0, 0]], 0, [[0, 0]]),
    "norm below 1 with a zero": (lambda x: ag.norm(x, 0.5), [[0, 4, 4]], 16, [[0, 2, 2]]),
    "norm below 0": (lambda x: ag.norm(x, -1), [[1, -1]], 0.5, [[0.25, -0.25]]),
    "scatter_reduce shares extremes": (
        lambda x, s: ag.scatter_reduce(x, 0, ag.tensor([0, 0, 1]), s, "amax"),
        [[2, 9], [2, 1, 9]],
        [2, 9],
        [[0.5, 0.5], [0.5, 0, 0.5]],
    ),
    "scatter_reduce without self": (
        lambda x, s: ag.scatter_reduce(x, 0, ag.tensor([0, 0]), s, "mean", include_self=False),
        [[9, 7], [1, 5]],
        [3, 7],
        [[0, 1], [0.5, 0.5]],
    ),
    "scatter_reduce with self": (
        lambda x, s: ag.scatter_reduce(x, 0, ag.tensor([0, 0]), s, "mean"),
        [[9, 7], [1, 5]],
        [5, 7],
        [[1 / 3, 1], [1 / 3, 1 / 3]],
    ),
    "a product of several at one place": (
        lambda x, s: ag.scatter_reduce(x, 0, ag.tensor([0, 0, 1, 1]), s, "prod"),
        [[2, 0], [3, 0, 4, 0]],
        [0, 0],
        [[0, 0], [0, 6, 0, 0]],
    ),
    "the last of several writes": (
        lambda x, s: ag.scatter(x, 0, ag.tensor([1, 1]), s),
        [[1, 2], [3, 4]],
        [1, 4],
        [[1, 0], [0, 1]],
    ),
}


@pytest.mark.parametrize("case", CASES.values(), ids=CASES)
def test_a_convention(case):
    function, values, result, gradients = case
    arguments = [ag.tensor(np.array(v, float), requires_grad=True) if isinstance(v, list) else v for v in values]
    out = function(*arguments)
    np.testing.assert_allclose(np.asarray(out.array), result)
    out.sum().backward()
    leaves = [a for a in arguments if isinstance(a, ag.Tensor)]
    for leaf, expected in zip(leaves, gradients, strict=True):
        np.testing.assert_allclose(leaf.grad.numpy(), expected)


def test_products_that_contain_zeros_are_differentiated_without_a_matrix_of_copies():
    """A hundred thousand factors, one of them 0: its derivative is the product of the others."""
    values = np.full(100_000, 1.0 + 1e-6)
    values[777] = 0.0
    x = ag.tensor(values, requires_grad=True)
    ag.prod(x).backward()
    expected = np.zeros_like(values)
    expected[777] = (1.0 + 1e-6) ** 99_999
    np.testing.assert_allclose(x.grad.numpy(), expected, rtol=1e-9)
