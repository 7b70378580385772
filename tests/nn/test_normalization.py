"""Normalization: PyTorch's numbers, buffers and keys; and what the formulas say."""

import copy

import numpy as np
import pytest

import autograd_engine as ag
from autograd_engine import nn
from autograd_engine.nn import functional as F
from autograd_engine.testing import gradcheck, gradgradcheck

from ..messages import exactly

LAYERS = {
    "BatchNorm1d": (lambda n: n.BatchNorm1d(3), (4, 3)),
    "BatchNorm1d of sequences": (lambda n: n.BatchNorm1d(3, eps=0.1, momentum=0.3), (4, 3, 5)),
    "BatchNorm2d": (lambda n: n.BatchNorm2d(3, momentum=None), (2, 3, 4, 2)),
    "BatchNorm3d": (lambda n: n.BatchNorm3d(2, bias=False), (2, 2, 2, 3, 2)),
    "BatchNorm1d, not affine": (lambda n: n.BatchNorm1d(3, affine=False), (4, 3)),
    "BatchNorm1d, not tracking": (lambda n: n.BatchNorm1d(3, track_running_stats=False), (4, 3)),
    "LayerNorm": (lambda n: n.LayerNorm(5), (4, 3, 5)),
    "LayerNorm of two dimensions": (lambda n: n.LayerNorm([3, 5], eps=0.1, bias=False), (4, 3, 5)),
    "LayerNorm, not affine": (lambda n: n.LayerNorm((5,), elementwise_affine=False), (4, 5)),
    "RMSNorm": (lambda n: n.RMSNorm(5), (4, 5)),
    "RMSNorm, not affine": (lambda n: n.RMSNorm([3, 5], eps=0.1, elementwise_affine=False), (4, 3, 5)),
    "GroupNorm": (lambda n: n.GroupNorm(2, 4), (3, 4, 5)),
    "GroupNorm of images": (lambda n: n.GroupNorm(1, 2, eps=0.1, bias=False), (3, 2, 2, 2)),
    "GroupNorm, not affine": (lambda n: n.GroupNorm(2, 4, affine=False), (3, 4)),
    "InstanceNorm1d": (lambda n: n.InstanceNorm1d(3), (2, 3, 5)),
    "InstanceNorm1d of one sample": (lambda n: n.InstanceNorm1d(3, affine=True), (3, 5)),
    "InstanceNorm2d": (lambda n: n.InstanceNorm2d(3, 0.1, 0.3, True, True), (2, 3, 2, 2)),
    "InstanceNorm3d": (
        lambda n: n.InstanceNorm3d(2, affine=True, track_running_stats=True, bias=False),
        (2, 2, 2, 2, 2),
    ),
    "LocalResponseNorm": (lambda n: n.LocalResponseNorm(3, alpha=0.5, beta=0.6, k=2.0), (2, 5, 3)),
}
TABLE = [pytest.param(build, shape, id=name) for name, (build, shape) in LAYERS.items()]


def random(*shape, seed=0):
    return np.random.default_rng(seed).normal(1.0, 2.0, shape)


def made(build):
    """A layer of random float64 parameters."""
    layer = build(nn).double()
    for i, parameter in enumerate(layer.parameters()):
        nn.init.constant_(parameter, 0)
        parameter.data += ag.tensor(random(*parameter.shape, seed=i))
    return layer


@pytest.mark.parametrize(("build", "shape"), TABLE)
def test_derivatives_of_both_orders(build, shape):
    layer = made(build)
    x = ag.tensor(random(*shape), requires_grad=True)
    layer(x)
    for mode in (layer.train, layer.eval):
        mode()
        inputs = [x, *layer.parameters()]
        assert gradcheck(lambda x, *_: layer(x), inputs, atol=1e-5)
        assert gradgradcheck(lambda x, *_: layer(x), inputs, atol=1e-4)


@pytest.mark.parametrize(("build", "shape"), TABLE)
def test_pytorch_agrees_through_three_steps_and_in_evaluation(build, shape):
    torch = pytest.importorskip("torch", reason="PyTorch is the second opinion")
    ours, theirs = made(build), build(torch.nn).double()
    assert repr(ours) == repr(theirs)
    assert list(ours.state_dict()) == list(theirs.state_dict())
    theirs.load_state_dict({k: torch.tensor(np.array(v.numpy())) for k, v in ours.state_dict().items()})
    close = {"rtol": 1e-8, "atol": 1e-9}
    for step in range(5):
        training = step in (0, 1, 2, 4)
        x, g = random(*shape, seed=10 + step), random(*shape, seed=20 + step)
        mine = ag.tensor(x, requires_grad=True)
        other = torch.tensor(x, requires_grad=True)
        out, wanted = ours.train(training)(mine), theirs.train(training)(other)
        np.testing.assert_allclose(out.detach(), wanted.detach(), **close)
        out.backward(ag.tensor(g))
        wanted.backward(torch.tensor(g))
        np.testing.assert_allclose(mine.grad, other.grad, **close)
        with ag.no_grad(), torch.no_grad():
            for p, q in zip(ours.parameters(), theirs.parameters(), strict=True):
                np.testing.assert_allclose(p.grad, q.grad, **close)
                p -= 0.1 * p.grad
                q -= 0.1 * q.grad
                p.grad = q.grad = None
        for (name, value), (key, wanted) in zip(
            ours.state_dict().items(), theirs.state_dict().items(), strict=True
        ):
            assert name == key
            assert str(value.dtype) == str(wanted.dtype).removeprefix("torch.")
            np.testing.assert_allclose(value, wanted, **close)


# --------------------------------------------------------------------------------------- what the formulas say


def test_running_statistics_are_averages_with_the_unbiased_variance():
    batches = [random(6, 2, seed=s) for s in range(3)]
    decaying, even = nn.BatchNorm1d(2, dtype=ag.float64), nn.BatchNorm1d(2, momentum=None, dtype=ag.float64)
    mean, var = np.zeros(2), np.ones(2)
    for batch in batches:
        decaying(ag.tensor(batch))
        even(ag.tensor(batch))
        mean, var = 0.9 * mean + 0.1 * batch.mean(0), 0.9 * var + 0.1 * batch.var(0, ddof=1)
    np.testing.assert_allclose(decaying.running_mean, mean)
    np.testing.assert_allclose(decaying.running_var, var)
    np.testing.assert_allclose(even.running_mean, np.mean([b.mean(0) for b in batches], 0))
    np.testing.assert_allclose(even.running_var, np.mean([b.var(0, ddof=1) for b in batches], 0))
    assert even.num_batches_tracked.item() == 3
    x = random(1, 2)
    np.testing.assert_allclose(decaying.eval()(ag.tensor(x)).detach(), (x - mean) / np.sqrt(var + 1e-5))
    assert decaying.num_batches_tracked.item() == 3
    decaying.reset_parameters()
    assert decaying.running_mean.tolist() == [0, 0]
    assert decaying.num_batches_tracked.item() == 0


@pytest.mark.parametrize("dtype", [ag.float32, ag.float64])
def test_a_normalized_input_has_mean_0_and_variance_1(dtype):
    x = ag.tensor(random(8, 4, 6) * 50 + 1000).to(dtype)
    for out, axes in [
        (F.batch_norm(x, None, None, training=True), (0, 2)),
        (F.layer_norm(x, (4, 6)), (1, 2)),
        (F.instance_norm(x), 2),
        (F.group_norm(x, 1), (1, 2)),
    ]:
        assert out.dtype == dtype
        np.testing.assert_allclose(out.numpy().mean(axes), 0, atol=1e-4)
        np.testing.assert_allclose(out.numpy().var(axes), 1, rtol=1e-4)


@pytest.mark.parametrize(
    "layer", [nn.BatchNorm1d(2), nn.InstanceNorm1d(2), nn.GroupNorm(1, 2), nn.LayerNorm(40000), nn.RMSNorm(40000)]
)
def test_sums_beyond_the_range_of_float16(layer):
    values = random(2, 2, 40000) + 8
    exact, half = (ag.tensor(values, dtype=d, requires_grad=True) for d in (ag.float32, ag.float16))
    out = layer(half)
    assert out.dtype == ag.float16
    np.testing.assert_allclose(out.detach().numpy(), layer(exact).detach().numpy(), atol=0.02)
    out[:, :, 0].sum().backward()
    assert half.grad.dtype == ag.float16
    (layer(exact)[:, :, 0].sum()).backward()
    np.testing.assert_allclose(half.grad.numpy(), exact.grad.numpy(), atol=0.02)


def test_groups_between_layer_and_instance():
    x, weight, bias = ag.tensor(random(2, 4, 3)), ag.tensor(random(4)), ag.tensor(random(4, seed=1))
    np.testing.assert_allclose(F.group_norm(x, 1), F.layer_norm(x, (4, 3)))
    np.testing.assert_allclose(
        F.group_norm(x, 4, weight, bias), F.instance_norm(x, weight=weight, bias=bias), rtol=1e-12
    )


def test_rms_norm_and_local_response_norm_by_their_definitions():
    x = random(2, 5, 3)
    eps = np.finfo(np.float64).eps
    np.testing.assert_allclose(F.rms_norm(ag.tensor(x), (3,)), x / np.sqrt((x**2).mean(-1, keepdims=True) + eps))
    for size in (1, 2, 5, 9):
        wanted = np.empty_like(x)
        for c in range(5):
            near = x[:, max(0, c - size // 2) : c + (size - 1) // 2 + 1]
            wanted[:, c] = x[:, c] / (2 + 0.3 / size * (near**2).sum(1)) ** 0.75
        np.testing.assert_allclose(F.local_response_norm(ag.tensor(x), size, 0.3, k=2.0), wanted)


def test_statistics_are_not_recorded_and_a_copy_has_its_own():
    layer = nn.BatchNorm1d(2)
    layer(ag.tensor(random(4, 2), dtype=ag.float32, requires_grad=True))
    assert not layer.running_mean.requires_grad
    with pytest.raises(
        ValueError, match=exactly("batch_norm: running_mean has shape (2,), and the input (4, 3) has 3 channels")
    ):
        layer(ag.zeros(4, 3))
    twin = copy.deepcopy(layer)
    twin(ag.ones(4, 2))
    assert twin.running_mean.tolist() != layer.running_mean.tolist()
    state = layer.state_dict()
    layer(ag.ones(4, 2))
    assert state["running_mean"].tolist() == layer.running_mean.tolist()


def test_training_twice_before_backward_is_allowed():
    layer = nn.BatchNorm1d(2)
    x = ag.tensor(random(4, 2), dtype=ag.float32)
    (layer(x).sum() + layer(x).square().sum()).backward()
    assert layer.weight.grad.shape == (2,)


def test_empty_batches():
    for layer, shape in [
        (nn.LayerNorm(3), (0, 3)),
        (nn.GroupNorm(1, 3), (0, 3, 2)),
        (nn.InstanceNorm1d(3), (0, 3, 2)),
    ]:
        x = ag.zeros(*shape, requires_grad=True)
        layer(x).sum().backward()
        assert x.grad.shape == shape


@pytest.mark.parametrize("shape", [(0, 2, 3), (4, 2, 0)])
@pytest.mark.parametrize("build", [nn.BatchNorm1d, nn.InstanceNorm1d])
def test_nothing_is_learned_from_nothing(build, shape):
    layer = build(2, track_running_stats=True)
    layer.running_mean.fill_(3.0)
    layer(ag.zeros(*shape))
    assert layer.running_mean.tolist() == [3.0, 3.0]
    assert layer.running_var.tolist() == [1.0, 1.0]


@pytest.mark.parametrize(
    ("call", "error", "match"),
    [
        (
            lambda: nn.BatchNorm1d(2)(ag.zeros(1, 2)),
            ValueError,
            exactly(
                "batch_norm: an input of shape (1, 2) has one value per channel, and its variance is "
                "0; train on more than one, or call eval()"
            ),
        ),
        (
            lambda: nn.BatchNorm1d(2)(ag.zeros(2)),
            ValueError,
            exactly("BatchNorm1d: expected an input of 2 or 3 dimensions, got shape (2,)"),
        ),
        (
            lambda: nn.BatchNorm2d(2)(ag.zeros(1, 2)),
            ValueError,
            exactly("BatchNorm2d: expected an input of 4 dimensions, got shape (1, 2)"),
        ),
        (
            lambda: nn.BatchNorm1d(2)(ag.zeros(4, 3)),
            ValueError,
            exactly("batch_norm: running_mean has shape (2,), and the input (4, 3) has 3 channels"),
        ),
        (
            lambda: F.batch_norm(ag.zeros(2, 2), None, None),
            ValueError,
            exactly("batch_norm: normalizing by running statistics needs running_mean and running_var"),
        ),
        (
            lambda: F.batch_norm(ag.zeros(2), None, None),
            ValueError,
            exactly("batch_norm: expected an input (N, C, ...), got shape (2,)"),
        ),
        (
            lambda: F.batch_norm(ag.tensor([[1], [2]]), None, None, training=True),
            TypeError,
            exactly("normalize: needs a floating dtype, not int64 (called with int64[2, 1], None, None)"),
        ),
        (
            lambda: nn.InstanceNorm1d(2)(ag.zeros(4, 2, 1)),
            ValueError,
            exactly(
                "instance_norm: an input of shape (4, 2, 1) has one value per channel, and its "
                "variance is 0; instances need more than one position"
            ),
        ),
        (
            lambda: nn.InstanceNorm2d(2)(ag.zeros(4, 2)),
            ValueError,
            exactly("InstanceNorm2d: expected an input of 3 or 4 dimensions, got shape (4, 2)"),
        ),
        (lambda: nn.GroupNorm(2, 3), ValueError, exactly("GroupNorm: 3 channels do not divide into 2 groups")),
        (
            lambda: nn.GroupNorm(1, 2)(ag.zeros(1, 4)),
            ValueError,
            exactly("group_norm: weight has shape (2,), and the input (1, 4) has 4 channels"),
        ),
        (
            lambda: F.group_norm(ag.zeros(1, 2), 2),
            ValueError,
            exactly("group_norm: an input of shape (1, 2) has one value per group"),
        ),
        (
            lambda: nn.LayerNorm(3)(ag.zeros(3, 2)),
            ValueError,
            exactly("layer_norm: an input of shape (3, 2) does not end in the normalized shape (3,)"),
        ),
        (
            lambda: F.layer_norm(ag.zeros(3, 2), (2,), ag.zeros(3)),
            ValueError,
            exactly("layer_norm: weight has shape (3,), not (2,)"),
        ),
        (
            lambda: F.local_response_norm(ag.zeros(3, 2), 2),
            ValueError,
            exactly("local_response_norm: expected an input (N, C, L, ...), got shape (3, 2)"),
        ),
        (
            lambda: F.local_response_norm(ag.zeros(3, 2, 1), 0),
            ValueError,
            exactly("local_response_norm: size must be at least 1, not 0"),
        ),
    ],
)
def test_what_does_not_fit_is_refused(call, error, match):
    with pytest.raises(error, match=match):
        call()


def test_an_instance_norm_without_parameters_takes_other_channels_with_a_warning():
    with pytest.warns(UserWarning, match="num_features is 2, and the input has 3"):
        nn.InstanceNorm1d(2)(ag.zeros(1, 3, 4))


# ------------------------------------------------------------------------------- channels last in memory


def beside(x):
    """The same numbers with the channels of each place side by side in memory."""
    return np.moveaxis(np.ascontiguousarray(np.moveaxis(x, 1, -1)), -1, 1)


@pytest.mark.parametrize("shape", [(3, 4, 5), (2, 3, 4, 5)])
@pytest.mark.parametrize("training", [True, False])
def test_batch_norm_is_the_same_with_channels_last_in_memory(training, shape):
    random = np.random.default_rng(0)
    x, given = random.standard_normal((2, *shape))
    numbers = random.uniform(0.5, 1.5, (4, shape[1]))
    results = []
    for order in (np.ascontiguousarray, beside):
        for gradient in (given, beside(given)):
            leaves = [ag.tensor(a, requires_grad=True) for a in (order(x), *numbers[:2])]
            running = [ag.tensor(n.copy()) for n in numbers[2:]]
            y = F.batch_norm(leaves[0], *running, *leaves[1:], training=training)
            assert leaves[0].detach().numpy().strides == order(x).strides
            y.backward(ag.tensor(gradient))
            results.append([y.detach(), *running, *(leaf.grad for leaf in leaves)])
    for other in results[1:]:
        for one, expected in zip(other, results[0], strict=True):
            np.testing.assert_allclose(one.numpy(), expected.numpy(), rtol=1e-10, atol=1e-12)


@pytest.mark.parametrize("training", [True, False])
def test_derivatives_with_channels_last_in_memory(training):
    random = np.random.default_rng(0)
    x = ag.tensor(beside(random.standard_normal((2, 3, 2, 2))), requires_grad=True)
    weight, bias = (ag.tensor(random.standard_normal(3), requires_grad=True) for _ in range(2))
    running = [ag.zeros(3, dtype=ag.float64), ag.ones(3, dtype=ag.float64)]

    def call(x, w, b):
        return F.batch_norm(x, *(None, None) if training else running, w, b, training=training)

    assert gradcheck(call, [x, weight, bias])
    assert gradgradcheck(call, [x, weight, bias])


@pytest.mark.parametrize("shape", [(8, 3), (2, 3, 4, 4)])
def test_what_leaves_the_range_is_normalized_with_channels_last_too(shape):
    x = beside(np.random.default_rng(0).standard_normal(shape).astype(np.float32) * np.float32(1e30))
    y = F.batch_norm(ag.tensor(x), None, None, training=True)
    expected = F.batch_norm(ag.tensor(np.ascontiguousarray(x)), None, None, training=True)
    np.testing.assert_allclose(y.numpy(), expected.numpy(), rtol=1e-5, atol=1e-6)
