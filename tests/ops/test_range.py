"""Sums and squares that leave the range of the dtype on the way to a result that lies inside it.

The numbers for float16 are PyTorch's, which forms sums in float32. For float32 and float64 PyTorch lets the squares
of a norm overflow; here they are formed again of scaled numbers, and the values are those of mathematics.
"""

import math

import numpy as np
import pytest

import autograd_engine as ag
from autograd_engine.nn import functional as F
from autograd_engine.nn.utils import clip_grad_norm_, get_total_norm

pytestmark = pytest.mark.filterwarnings("ignore::RuntimeWarning")


def half(*numbers, grad=False):
    return ag.tensor(numbers, dtype=ag.float16, requires_grad=grad)


def ones(*shape):
    return ag.ones(*shape, dtype=ag.float16)


NONE = ag.tensor([0] * 5000)

HALF = {
    "sum": (lambda: ones(5000, 2).sum(0), [5000, 5000]),
    "sum of two dims": (lambda: ones(50, 2, 100).sum((0, 2)), [5000, 5000]),
    "sum on the way": (lambda: half(60000, 60000, -60000).sum(), 60000),
    "mean": (lambda: half(60000, 60000).mean(), 60000),
    "nansum": (lambda: ones(5000, 2).nansum(0), [5000, 5000]),
    "nanmean": (lambda: ones(5000, 2).nanmean(0), [1, 1]),
    "prod": (lambda: half(300, 300, 0.001).prod(), 90.0625),
    "cumsum": (lambda: half(60000, 60000, -60000).cumsum(0), [60000, math.inf, 60000]),
    "cumsum of many": (lambda: ones(3, 5000).cumsum(1)[:, -1], [5000] * 3),
    "cumprod": (lambda: half(300, 300, 0.001).cumprod(0), [300, math.inf, 90.0625]),
    "logcumsumexp": (lambda: ag.logcumsumexp(ones(5000) * 0, 0)[-1], 8.515625),
    "logsumexp": (lambda: ag.logsumexp(ones(5000, 2) * 0, 0), [8.515625] * 2),
    "softmax": (lambda: F.softmax(ones(5000, 2) * 0, 0)[0], [0.0002] * 2),
    "log_softmax": (lambda: F.log_softmax(ones(5000, 2) * 0, 0)[0], [-8.515625] * 2),
    "trapezoid": (lambda: ag.trapezoid(ones(5000, 2), dim=0), [4999, 4999]),
    "norm": (lambda: half(300, -400, 500, 100).norm(), 714),
    "norm of order 3": (lambda: half(300, -400).norm(3), 449.75),
    "linalg.norm": (lambda: ag.linalg.norm(half(300, 400).reshape(2, 1)), 500),
    "dist": (lambda: ag.dist(half(300, 400), half(-400, 300)), 707),
    "cdist": (lambda: ag.cdist(half(300, 400).reshape(1, 2), half(-400, 300).reshape(1, 2)), [[707]]),
    "pairwise_distance": (lambda: F.pairwise_distance(half(300, 400), half(-400, 300)), 707),
    "normalize": (lambda: F.normalize(half(300, -400, 500, 100), dim=0), [0.4202, -0.5601, 0.7002, 0.14]),
    "cosine_similarity": (lambda: F.cosine_similarity(half(300, 400), half(400, 300), dim=0), 0.96),
    "renorm": (lambda: ag.renorm(half(300, -400).reshape(1, 2), 2, 0, 1.0), [[0.6, -0.8]]),
    "triplet_margin_loss": (lambda: F.triplet_margin_loss(half(300, 400), half(-400, 300), half(0, 0)), 208),
    "std": (lambda: half(300, -400, 500).std(), 472.5),
    "layer_norm": (lambda: F.layer_norm(half(300, -400, 500), (3,)), [0.4319, -1.3818, 0.9502]),
    "total norm": (lambda: get_total_norm([half(300, -400), half(500, 100)]), 714),
    "einsum": (lambda: ag.einsum("ij->j", ones(5000, 2)), [5000, 5000]),
    "einsum of two": (lambda: ag.einsum("ij,ij->j", ones(5000, 2), ones(5000, 2)), [5000, 5000]),
    "matmul": (lambda: ones(3000) @ ones(3000), 3000),
    "index_add": (lambda: half(0, 0).index_add(0, NONE, ones(5000)), [5000, 0]),
    "scatter_add": (lambda: half(0, 0).scatter_add(0, NONE, ones(5000)), [5000, 0]),
    "index_put": (lambda: half(0, 0).index_put((NONE,), ones(5000), accumulate=True), [5000, 0]),
    "embedding_bag": (
        lambda: F.embedding_bag(NONE.reshape(1, -1), half(1, 1).reshape(1, 2), mode="sum"),
        [[5000] * 2],
    ),
    "cross_entropy": (lambda: F.cross_entropy(ones(5000, 4), NONE, reduction="sum"), 6932),
    "soft cross entropy": (
        lambda: F.cross_entropy(ones(5000, 4), ag.full((5000, 4), 0.25, dtype=ag.float16), reduction="sum"),
        6932,
    ),
    "nanmean of many": (lambda: (ones(5000, 2) * 100).nanmean(0), [100, 100]),
    "cov": (lambda: ag.cov(ag.cat([ones(2, 2500) * 100, ones(2, 2500) * 0], 1)), [[2500, 2500]] * 2),
    "corrcoef": (lambda: ag.corrcoef(ag.cat([ones(2, 2500) * 100, ones(2, 2500) * 0], 1)), [[1, 1]] * 2),
    "np.nanstd": (lambda: np.nanstd(half(300, -400, 500)), 386),
    "embedding_bag mean": (lambda: F.embedding_bag(NONE.reshape(1, -1), half(100, 1).reshape(1, 2)), [[100, 1]]),
    "scatter_reduce mean": (
        lambda: half(0).scatter_reduce(0, NONE, ones(5000) * 100, "mean", include_self=False),
        [100],
    ),
    "weighted cross_entropy": (lambda: F.cross_entropy(ones(5000, 4), NONE, weight=half(100, 1, 1, 1)), 1.386),
    "weighted and smoothed": (
        lambda: F.cross_entropy(ones(5000, 4), NONE, weight=half(100, 100, 100, 100), label_smoothing=0.1),
        1.386,
    ),
    "weighted nll_loss": (lambda: F.nll_loss(-ones(5000, 4), NONE, weight=half(100, 1, 1, 1)), 1),
    "nll_loss": (lambda: F.nll_loss(-ones(5000, 4), NONE, reduction="sum"), 5000),
}


@pytest.mark.parametrize("name", HALF)
def test_float16(name):
    compute, expected = HALF[name]
    result = compute()
    assert result.dtype == ag.float16
    np.testing.assert_allclose(result.numpy(), np.array(expected), rtol=1e-3)


SPREAD = {
    "broadcasting": lambda x: x + ones(5000, 2),
    "expand": lambda x: x.expand(5000, 2),
    "index": lambda x: x[ag.tensor([0] * 5000)],
    "index, 2-d": lambda x: x.reshape(1, 2)[ag.tensor([0] * 5000)],
    "gather": lambda x: x.gather(0, NONE),
    "index_select": lambda x: x.index_select(0, NONE),
    "embedding": lambda x: F.embedding(NONE, x.reshape(1, 2)),
    "linear": lambda x: F.linear(ones(5000, 1), ones(2, 1), x),
    "layer_norm": lambda x: F.layer_norm(half(*range(100)).reshape(50, 2).repeat(100, 1), (2,), None, x),
}


@pytest.mark.parametrize("name", SPREAD)
def test_float16_gradients_are_added_up_in_float32(name):
    x = half(1, 1, grad=True)
    SPREAD[name](x).sum().backward()
    assert x.grad.dtype == ag.float16
    assert x.grad[0].item() in (5000, 10000)


def test_float16_views_of_equal_elements_change_their_base_by_the_sum():
    x = half(1, 1, grad=True)
    (x * 1).unfold(0, 1, 1).expand(2, 5000).sum().backward()
    assert x.grad.tolist() == [5000, 5000]


def test_float16_gradient_of_a_norm():
    x = half(300, -400, 500, grad=True)
    x.norm().backward()
    np.testing.assert_allclose(x.grad.numpy(), [0.4243, -0.5659, 0.7070], rtol=1e-3)
    x = half(300, -400, 500, grad=True)
    x.std().backward()
    np.testing.assert_allclose(x.grad.numpy(), [0.1764, -0.5649, 0.3879], rtol=2e-3)
    x = half(1, 1, grad=True)
    x.grad = half(300, -400)
    clip_grad_norm_([x], 5.0)
    np.testing.assert_allclose(x.grad.numpy(), [3, -4], rtol=1e-3)


SCALED = {
    "norm": lambda x: x.norm(),
    "norm of order 4": lambda x: x.norm(4),
    "norm along": lambda x: ag.linalg.vector_norm(ag.stack([x, x * 0]), dim=1)[0],
    "matrix norm": lambda x: ag.linalg.matrix_norm(x.reshape(1, 2)),
    "dist": lambda x: ag.dist(x, x * 0),
    "cdist": lambda x: ag.cdist(x.reshape(1, 2), x.reshape(1, 2) * 0)[0, 0],
    "std": lambda x: x.std(),
}
"""Functions f with f(c x) = c f(x) for c > 0."""


@pytest.mark.parametrize("dtype", [ag.float32, ag.float64])
@pytest.mark.parametrize("exponent", [1, -1])
@pytest.mark.parametrize("name", SCALED)
def test_squares_out_of_range(name, exponent, dtype):
    if name == "std" and dtype == ag.float64:
        pytest.skip("as in PyTorch, whose variance is formed in float64")
    scale = (1e20 if dtype == ag.float32 else 1e200) ** exponent
    small, large = (ag.tensor([3.0, -4.0], dtype=dtype, requires_grad=True) for _ in range(2))
    one, scaled = SCALED[name](small), SCALED[name](large * scale)
    assert scaled.item() / scale == pytest.approx(one.item(), rel=1e-6)
    one.backward()
    scaled.backward()
    np.testing.assert_allclose(large.grad.numpy() / scale, small.grad.numpy(), rtol=1e-5)


@pytest.mark.parametrize("scale", [1e20, 1e-5, 1.0])
def test_what_does_not_depend_on_the_scale(scale):
    x = ag.tensor([3.0, -4.0]) * scale
    np.testing.assert_allclose(F.normalize(x, dim=0).numpy(), [0.6, -0.8], rtol=1e-5)
    np.testing.assert_allclose(F.cosine_similarity(x, ag.tensor([3.0, 4.0]) * scale, dim=0), -7 / 25, rtol=1e-5)


def test_norms_of_what_is_infinite_or_zero_stay_so():
    assert ag.tensor([math.inf, 1.0]).norm().item() == math.inf
    assert math.isnan(ag.tensor([math.nan, math.inf]).norm())
    assert ag.zeros(3).norm().item() == 0
    assert ag.zeros(0).norm().item() == 0
    assert get_total_norm([ag.tensor([3e20, 0.0]), ag.tensor([4e20])]).item() == pytest.approx(5e20)
