"""Initialization: the distributions themselves, by Kolmogorov-Smirnov tests, and PyTorch's bounds and gains."""

import math

import numpy as np
import pytest
from scipy import stats

import autograd_engine as ag
from autograd_engine import nn
from autograd_engine.nn import init

from ..messages import exactly

# ------------------------------------------------------------------------------------ distributions

SHAPE = (60, 50)
FAN_IN, FAN_OUT = 50, 60
LEAKY = math.sqrt(2 / (1 + 0.3**2))


def uniform(bound):
    return stats.uniform(-bound, 2 * bound)


def truncated(mean, std, a, b):
    return stats.truncnorm((a - mean) / std, (b - mean) / std, mean, std)


DISTRIBUTIONS = {
    "uniform": (lambda t, g: init.uniform_(t, -1, 3, g), stats.uniform(-1, 4)),
    "normal": (lambda t, g: init.normal_(t, 5, 2, generator=g), stats.norm(5, 2)),
    "xavier_uniform": (lambda t, g: init.xavier_uniform_(t, 2, g), uniform(2 * math.sqrt(6 / (FAN_IN + FAN_OUT)))),
    "xavier_normal": (lambda t, g: init.xavier_normal_(t, 2, g), stats.norm(0, 2 * math.sqrt(2 / 110))),
    "kaiming_uniform": (
        lambda t, g: init.kaiming_uniform_(t, 0.3, generator=g),
        uniform(LEAKY * math.sqrt(3 / FAN_IN)),
    ),
    "kaiming_uniform_out": (
        lambda t, g: init.kaiming_uniform_(t, mode="fan_out", nonlinearity="tanh", generator=g),
        uniform(5 / 3 * math.sqrt(3 / FAN_OUT)),
    ),
    "kaiming_normal": (
        lambda t, g: init.kaiming_normal_(t, nonlinearity="relu", generator=g),
        stats.norm(0, math.sqrt(2 / FAN_IN)),
    ),
    "trunc_normal": (lambda t, g: init.trunc_normal_(t, generator=g), truncated(0, 1, -2, 2)),
    "trunc_normal_narrow": (lambda t, g: init.trunc_normal_(t, 1, 5, -2, 2, g), truncated(1, 5, -2, 2)),
    "trunc_normal_right": (lambda t, g: init.trunc_normal_(t, 0, 1, 3, 9, g), truncated(0, 1, 3, 9)),
    "trunc_normal_left": (lambda t, g: init.trunc_normal_(t, 1, 0.5, -9, -2, g), truncated(1, 0.5, -9, -2)),
    "trunc_normal_far": (lambda t, g: init.trunc_normal_(t, 0, 1, 30, 60, g), stats.truncnorm(30, 60)),
    "trunc_normal_half": (lambda t, g: init.trunc_normal_(t, 0, 1, 0, 0.1, g), truncated(0, 1, 0, 0.1)),
}


@pytest.mark.parametrize("name", DISTRIBUTIONS)
def test_values_have_the_distribution_and_repeat_by_generator(name):
    fill, expected = DISTRIBUTIONS[name]
    weight = nn.Parameter(ag.empty(*SHAPE, dtype=ag.float64))
    assert fill(weight, ag.Generator().manual_seed(1)) is weight
    values = weight.detach().numpy().copy()
    assert stats.kstest(values.ravel(), expected.cdf).pvalue > 1e-3
    low, high = expected.support()
    assert low <= values.min() < values.max() <= high
    assert weight.is_leaf
    assert weight.requires_grad
    np.testing.assert_array_equal(fill(weight, ag.Generator().manual_seed(1)).detach(), values)
    assert not np.array_equal(fill(weight, ag.Generator().manual_seed(2)).detach(), values)


@pytest.mark.parametrize("kernel", [(3,), (3, 2), (3, 2, 4)])
def test_a_kernel_counts_among_the_fans(kernel):
    generator = ag.Generator().manual_seed(0)
    weight = ag.empty(40, 30, *kernel, dtype=ag.float64)
    bound = math.sqrt(6 / (70 * math.prod(kernel)))
    values = init.xavier_uniform_(weight, generator=generator).numpy()
    assert stats.kstest(values.ravel(), uniform(bound).cdf).pvalue > 1e-3


def test_layers_start_with_pytorchs_distributions():
    ag.manual_seed(3)
    for layer, bound in (
        (nn.Linear(100, 80, dtype=ag.float64), 0.1),
        (nn.Bilinear(25, 20, 12, dtype=ag.float64), 0.2),
    ):
        for parameter in layer.parameters():
            values = parameter.detach().numpy().ravel()
            assert np.abs(values).max() <= bound
            assert stats.kstest(values, uniform(bound).cdf).pvalue > 1e-3


# ----------------------------------------------------------------------------------------- structure


@pytest.mark.parametrize("shape", [(4, 4), (3, 7), (7, 3), (1, 5), (6, 2, 3), (2, 2, 2, 3)])
@pytest.mark.parametrize("gain", [1, 2.5, -1])
def test_orthogonal_matrices_are_orthogonal(shape, gain):
    weight = init.orthogonal_(ag.empty(*shape, dtype=ag.float64), gain, ag.Generator().manual_seed(4))
    matrix = weight.numpy().reshape(shape[0], -1)
    product = matrix @ matrix.T if matrix.shape[0] <= matrix.shape[1] else matrix.T @ matrix
    np.testing.assert_allclose(product, gain**2 * np.eye(len(product)), atol=1e-12)


def test_orthogonal_matrices_are_uniformly_distributed():
    """The first column of a Haar matrix is uniform on the sphere: in 3 dimensions each coordinate on [-1, 1]."""
    generator = ag.Generator().manual_seed(5)
    first = [init.orthogonal_(ag.empty(3, 3), generator=generator).numpy()[0, 0] for _ in range(400)]
    assert stats.kstest(first, stats.uniform(-1, 2).cdf).pvalue > 1e-3


def test_sparse_columns_have_their_zeros():
    weight = init.sparse_(ag.empty(10, 2000), 0.25, std=2.0, generator=ag.Generator().manual_seed(6)).numpy()
    assert set((weight == 0).sum(0).tolist()) == {3}
    assert stats.chisquare((weight == 0).sum(1)).pvalue > 1e-3
    assert stats.kstest(weight[weight != 0], stats.norm(0, 2).cdf).pvalue > 1e-3


def test_identities_hand_on_their_input():
    np.testing.assert_array_equal(init.eye_(ag.empty(2, 3)), np.eye(2, 3))
    weight = init.dirac_(ag.empty(4, 2, 3, 5)).numpy()
    assert weight.sum() == 2
    assert weight[0, 0, 1, 2] == weight[1, 1, 1, 2] == 1
    grouped = init.dirac_(ag.empty(4, 2, 3), groups=2).numpy()
    assert [grouped[i, i % 2, 1] for i in range(4)] == [1, 1, 1, 1]
    assert grouped.sum() == 4
    assert init.dirac_(ag.empty(0, 2, 3)).shape == (0, 2, 3)


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda: init.eye_(ag.empty(3)), r"eye_: the tensor must have 2 dimensions, got shape \(3,\)"),
        (
            lambda: init.dirac_(ag.empty(3, 2)),
            exactly("dirac_: the tensor must have 3 or 4 or 5 dimensions, got shape (3, 2)"),
        ),
        (
            lambda: init.dirac_(ag.empty(3, 2, 1), groups=2),
            exactly("dirac_: 3 outputs cannot be divided into 2 groups"),
        ),
        (
            lambda: init.orthogonal_(ag.empty(3)),
            exactly("orthogonal_: the tensor must have at least 2 dimensions, got shape (3,)"),
        ),
        (
            lambda: init.sparse_(ag.empty(3, 2, 1), 0.5),
            exactly("sparse_: the tensor must have 2 dimensions, got shape (3, 2, 1)"),
        ),
        (lambda: init.sparse_(ag.empty(3, 2), 1.5), exactly("sparse_: sparsity must lie in [0, 1], not 1.5")),
        (
            lambda: init.trunc_normal_(ag.empty(3), a=2, b=1),
            exactly("trunc_normal_: a < b and a positive std are needed, not [2, 1] and 1.0"),
        ),
        (
            lambda: init.trunc_normal_(ag.empty(3), std=0),
            exactly("trunc_normal_: a < b and a positive std are needed, not [-2.0, 2.0] and 0"),
        ),
        (
            lambda: init.calculate_gain("leaky_relu", "steep"),
            exactly("the slope of leaky_relu must be a number, not 'steep'"),
        ),
    ],
)
def test_what_cannot_be_filled_is_refused(call, words):
    with pytest.raises(ValueError, match=words):
        call()


# -------------------------------------------------------------------------------------------- PyTorch


def test_pytorch_has_the_same_gains_bounds_and_identities():
    torch = pytest.importorskip("torch", reason="PyTorch is the second opinion")
    for name in ("linear", "conv1d", "conv_transpose3d", "sigmoid", "tanh", "relu", "selu"):
        assert init.calculate_gain(name) == torch.nn.init.calculate_gain(name)
    for slope in (None, 0, 0.2, 3):
        assert init.calculate_gain("leaky_relu", slope) == torch.nn.init.calculate_gain("leaky_relu", slope)
    for shape, groups in (((4, 2, 3), 1), ((4, 2, 3), 2), ((2, 5, 4, 2), 1), ((3, 3, 1, 2, 3), 3)):
        np.testing.assert_array_equal(
            init.dirac_(ag.empty(*shape), groups), torch.nn.init.dirac_(torch.empty(*shape), groups)
        )

    def extremes(lib):
        """How far the draws go, which is what a wrong bound would change."""
        lib.manual_seed(0)
        for fill in (
            lib.nn.init.xavier_uniform_,
            lambda t: lib.nn.init.kaiming_uniform_(t, a=math.sqrt(5)),
            lambda t: lib.nn.init.kaiming_uniform_(t, mode="fan_out", nonlinearity="relu"),
        ):
            yield fill(lib.empty(30, 40, 5)).abs().max().item()
        for layer in (lib.nn.Linear(300, 200), lib.nn.Bilinear(30, 20, 40)):
            yield from (p.abs().max().item() for p in layer.parameters())
        for fill in (
            lib.nn.init.xavier_normal_,
            lambda t: lib.nn.init.kaiming_normal_(t, mode="fan_out"),
            lambda t: lib.nn.init.trunc_normal_(t, 1, 2, 0, 2),
        ):
            yield fill(lib.empty(300, 400)).std().item()

    np.testing.assert_allclose(list(extremes(ag)), list(extremes(torch)), rtol=0.05)


@pytest.mark.parametrize(("a", "b", "std"), [(1, 1, 1), (2, 1, 1), (-1, 1, 0), (-1, 1, -1)])
def test_a_truncated_normal_needs_an_interval_and_a_spread(a, b, std):
    text = f"trunc_normal_: a < b and a positive std are needed, not [{a}, {b}] and {std}"
    with pytest.raises(ValueError, match=exactly(text)):
        nn.init.trunc_normal_(ag.empty(3), 0.0, std, a, b)
