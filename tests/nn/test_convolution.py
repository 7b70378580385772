"""Convolution and pooling: what lectures tabulate, PyTorch's layers with all their settings, and refusals."""

import numpy as np
import pytest

import autograd_engine as ag
from autograd_engine import nn
from autograd_engine.nn import functional as F
from autograd_engine.testing import gradcheck, gradgradcheck

from ..messages import exactly


def number(*shape, seed=0):
    return np.random.default_rng(seed).standard_normal(shape)


# -------------------------------------------------------------------------------------- lectures

PICTURE = """
0 0 0 0 0 0 0
0 1 1 1 1 1 0
0 1 0 0 1 0 0
0 1 0 1 0 0 0
0 1 1 0 0 0 0
0 1 0 0 0 0 0
0 0 0 0 0 0 0
"""
"""A 7x7 picture, convolved by hand in CMU 10-601, lecture 14."""


def picture():
    rows = [[float(n) for n in row.split()] for row in PICTURE.strip().splitlines()]
    return ag.tensor(rows).reshape(1, 1, 7, 7)


def test_the_lectures_filter_on_its_picture():
    weight = ag.tensor([[0.0, 0.0, 0.0], [0.0, 1.0, 1.0], [0.0, 1.0, 0.0]]).reshape(1, 1, 3, 3)
    assert F.conv2d(picture(), weight)[0, 0].tolist() == [
        [3, 2, 2, 3, 1],
        [2, 0, 2, 1, 0],
        [2, 2, 1, 0, 0],
        [3, 1, 0, 0, 0],
        [1, 0, 0, 0, 0],
    ]


def test_the_identity_and_the_blur():
    identity = ag.zeros(1, 1, 3, 3)
    identity[0, 0, 1, 1] = 1.0
    assert F.conv2d(picture(), identity, padding=1).tolist() == picture().tolist()
    blurred = F.conv2d(picture(), ag.full((1, 1, 3, 3), 1 / 9), padding=1)
    assert blurred[0, 0, 1, 1].item() == pytest.approx(3 / 9)


@pytest.mark.parametrize(
    ("layer", "size"),
    [
        (nn.Conv2d(3, 96, 11, stride=4), (227, 55)),  # AlexNet's first layer, whose input is 227 pixels wide
        (nn.MaxPool2d(3, 2), (55, 27)),
        (nn.Conv2d(1, 6, 5), (32, 28)),  # LeNet-5's
        (nn.AvgPool2d(2, 2), (28, 14)),
        (nn.Conv2d(3, 8, 3, padding="same"), (32, 32)),
    ],
)
def test_sizes_of_results(layer, size):
    channels = getattr(layer, "in_channels", 2)
    assert layer(ag.zeros(1, channels, size[0], size[0])).shape[-2:] == (size[1], size[1])


@pytest.mark.parametrize(
    ("layer", "count"),
    [(nn.Conv2d(1, 6, 5), 156), (nn.Conv2d(3, 96, 11), 34_944), (nn.Conv2d(64, 64, 3, groups=64, bias=False), 576)],
)
def test_parameters_that_lectures_count(layer, count):
    assert sum(p.numel() for p in layer.parameters()) == count


# --------------------------------------------------------------------------------- PyTorch's layers

CONVOLUTIONS = [
    ("Conv1d", (4, 6, 3), {}, (2, 4, 9)),
    ("Conv1d", (4, 6, 3, 2, 1, 2, 2, False), {}, (2, 4, 9)),
    ("Conv1d", (4, 6, 4), {"padding": "same", "padding_mode": "circular"}, (4, 9)),
    ("Conv2d", (4, 6, (3, 2)), {"stride": (2, 1), "padding": (1, 0)}, (2, 4, 7, 6)),
    ("Conv2d", (4, 8, 3), {"groups": 4, "dilation": 2, "padding": 2, "padding_mode": "reflect"}, (2, 4, 7, 6)),
    ("Conv2d", (4, 6, 3), {"padding": 1, "padding_mode": "replicate", "stride": 2}, (4, 7, 6)),
    ("Conv2d", (4, 6, 3), {"padding": "valid", "padding_mode": "circular"}, (1, 4, 7, 6)),
    ("Conv2d", (4, 4, 5), {"groups": 4, "padding": 2}, (2, 4, 1, 6)),
    ("Conv3d", (2, 4, (1, 2, 3)), {"padding": (0, 1, 1), "padding_mode": "circular"}, (2, 2, 3, 4, 5)),
    ("ConvTranspose1d", (4, 6, 3, 2, 1, 1), {}, (2, 4, 5)),
    ("ConvTranspose2d", (4, 6, 3), {"stride": (2, 3), "padding": 1, "groups": 2, "bias": False}, (2, 4, 3, 4)),
    ("ConvTranspose2d", (4, 6, 3, 1, 1, 1, 1, True, 2), {}, (4, 3, 4)),
    ("ConvTranspose3d", (2, 4, 2), {"stride": (2, 1, 1)}, (1, 2, 2, 3, 2)),
]
POOLS = [
    ("MaxPool1d", (2,), {}, (2, 3, 9)),
    ("MaxPool2d", (3, 2, 1), {"dilation": 1, "ceil_mode": True}, (2, 3, 8, 7)),
    ("MaxPool3d", (2,), {"stride": 1}, (1, 2, 3, 4, 3)),
    ("AvgPool1d", (3, 2, 1), {"count_include_pad": False}, (2, 3, 9)),
    ("AvgPool2d", ((3, 2),), {"stride": 2, "padding": (1, 1), "divisor_override": 5}, (3, 8, 7)),
    ("AvgPool3d", (2, 1), {"ceil_mode": True}, (1, 2, 3, 4, 3)),
    ("LPPool1d", (2.0, 3), {}, (2, 3, 9)),
    ("LPPool2d", (2, 2), {"stride": 1}, (2, 3, 5, 4)),
    ("LPPool3d", (2, 2), {}, (1, 2, 2, 4, 2)),
    ("AdaptiveAvgPool1d", (4,), {}, (2, 3, 9)),
    ("AdaptiveAvgPool2d", ((None, 3),), {}, (2, 3, 8, 7)),
    ("AdaptiveAvgPool3d", (2,), {}, (1, 2, 3, 4, 3)),
    ("AdaptiveMaxPool1d", (4,), {}, (3, 9)),
    ("AdaptiveMaxPool2d", ((2, 3),), {}, (2, 3, 8, 7)),
    ("AdaptiveMaxPool3d", (2,), {}, (1, 2, 3, 4, 3)),
]


def pair(name, settings, keywords):
    torch = pytest.importorskip("torch", reason="PyTorch is not installed")
    theirs = getattr(torch.nn, name)(*settings, **keywords).double()
    ours = getattr(nn, name)(*settings, **keywords).double()
    ours.load_state_dict({key: ag.from_numpy(value.numpy().copy()) for key, value in theirs.state_dict().items()})
    return ours, theirs, torch


@pytest.mark.parametrize(("name", "settings", "keywords", "shape"), CONVOLUTIONS + POOLS)
def test_layers_give_what_pytorchs_give(name, settings, keywords, shape):
    ours, theirs, torch = pair(name, settings, keywords)
    values = np.abs(number(*shape)) + 0.1 if name.startswith("LP") else number(*shape)
    x, y = ag.tensor(values, requires_grad=True), torch.tensor(values, requires_grad=True)
    out, expected = ours(x), theirs(y)
    np.testing.assert_allclose(out.detach(), expected.detach(), rtol=1e-10, atol=1e-12)
    g = number(*out.shape, seed=1)
    out.backward(ag.tensor(g))
    expected.backward(torch.tensor(g))
    np.testing.assert_allclose(x.grad, y.grad, rtol=1e-10, atol=1e-12)
    for one, other in zip(ours.parameters(), theirs.parameters(), strict=True):
        np.testing.assert_allclose(one.grad, other.grad, rtol=1e-10, atol=1e-12)


@pytest.mark.parametrize(("name", "settings", "keywords", "shape"), CONVOLUTIONS)
def test_layers_are_shown_as_pytorchs_are(name, settings, keywords, shape):
    ours, theirs, _ = pair(name, settings, keywords)
    assert repr(ours) == repr(theirs)


@pytest.mark.parametrize("dims", [1, 2, 3])
def test_initial_weights_have_pytorchs_bounds(dims):
    ag.manual_seed(0)
    layer = getattr(nn, f"Conv{dims}d")(4, 64, 3, groups=2)
    bound = 1 / np.sqrt(2 * 3**dims)
    for parameter in (layer.weight, layer.bias):
        assert 0.8 * bound < parameter.abs().max().item() <= bound


@pytest.mark.parametrize("size", [8, 9])
def test_a_transposed_convolution_brings_back_the_size_that_is_asked_for(size):
    down, up = nn.Conv1d(2, 3, 3, stride=2), nn.ConvTranspose1d(3, 2, 3, stride=2)
    x = ag.randn(1, 2, size)
    assert up(down(x), output_size=x.shape).shape == x.shape
    message = "ConvTranspose1d: output_size must lie between [9] and [10] for an input of shape (1, 3, 4), not [12]"
    with pytest.raises(ValueError, match=exactly(message)):
        up(ag.zeros(1, 3, 4), output_size=[12])


def test_pooled_elements_go_back_to_where_they_were():
    pool, unpool = nn.MaxPool2d(2, return_indices=True), nn.MaxUnpool2d(2)
    x = ag.tensor(number(2, 3, 4, 5), requires_grad=True)
    out, indices = pool(x)
    back = unpool(out, indices, output_size=x.shape)
    assert back.shape == x.shape
    assert (back != 0).sum().item() == out.numel()
    chosen = back != 0
    np.testing.assert_array_equal(back.detach().numpy()[chosen.numpy()], x.detach().numpy()[chosen.numpy()])
    back.sum().backward()
    np.testing.assert_array_equal(x.grad, chosen.numpy().astype(np.float64))


@pytest.mark.parametrize("settings", [{}, {"stride": 2}, {"padding": 1}, {"dilation": 2}, {"ceil_mode": True}])
@pytest.mark.parametrize("dims", [1, 2, 3])
def test_indices_of_pooling_name_the_elements_it_gives(dims, settings):
    """In the flattened picture; no two elements are equal."""
    x = ag.tensor(number(2, 3, *(6, 7, 5)[:dims]))
    out, indices = getattr(F, f"max_pool{dims}d")(x, (3, 2, 3)[:dims], **settings, return_indices=True)
    assert indices.shape == out.shape
    named = np.take_along_axis(x.numpy().reshape(2, 3, -1), indices.numpy().reshape(2, 3, -1), -1)
    np.testing.assert_array_equal(named, out.numpy().reshape(2, 3, -1))


@pytest.mark.parametrize("groups", [1, 3])
def test_elements_of_a_window_that_lie_outside_everywhere_add_nothing(groups):
    conv, x = nn.Conv2d(3, 3, 5, padding=2, groups=groups, bias=False), ag.tensor(number(2, 3, 1, 6)).float()
    rows = conv.weight[:, :, 2:3]  # a picture of one row meets the middle of a window only
    expected = ag.nn.functional.conv2d(x, rows, padding=(0, 2), groups=groups)
    np.testing.assert_allclose(conv(x).detach(), expected.detach(), atol=1e-6)


@pytest.mark.parametrize("dims", [1, 2, 3])
def test_unpooling_puts_values_at_their_places(dims):
    unpool, values = getattr(nn, f"MaxUnpool{dims}d")(2), ag.tensor([5.0, 7.0]).reshape(1, 1, 2, *[1] * (dims - 1))
    back = unpool(values, ag.tensor([1, 2**dims]).reshape(values.shape))
    assert back.shape == (1, 1, 4, *[2] * (dims - 1))
    assert back.flatten().nonzero().flatten().tolist() == [1, 2**dims]
    assert back.sum().item() == 12
    more = unpool(values, ag.tensor([1, 2**dims]).reshape(values.shape), output_size=[5, *[2] * (dims - 1)])
    assert more.shape == (1, 1, 5, *[2] * (dims - 1))


def test_random_places_are_seeded_and_reach_to_the_end():
    pool = nn.FractionalMaxPool2d(2, output_ratio=0.6)
    x = ag.arange(100.0).reshape(1, 1, 10, 10)
    ag.manual_seed(3)
    first = pool(x)
    ag.manual_seed(3)
    assert pool(x).tolist() == first.tolist()
    assert first.shape == (1, 1, 6, 6)
    assert first.max().item() == 99


# ------------------------------------------------------------------------------------ derivatives, memory


@pytest.mark.parametrize("function", [F.conv2d, F.conv_transpose2d])
def test_second_derivatives(function):
    x = ag.tensor(number(1, 2, 4, 3), requires_grad=True)
    w = ag.tensor(number(2, 2, 2, 2), requires_grad=True)
    b = ag.tensor(number(2), requires_grad=True)
    assert gradcheck(lambda *a: function(*a, stride=2, padding=1), [x, w, b])
    assert gradgradcheck(lambda *a: function(*a, stride=2, padding=1), [x, w, b])


def test_half_precision_is_summed_in_single():
    x, w = ag.full((1, 512, 1, 1), 0.1).half(), ag.full((1, 512, 1, 1), 1.0).half()
    assert F.conv2d(x, w).dtype == np.float16
    assert F.conv2d(x, w).item() == pytest.approx(512 * float(np.float16(0.1)), rel=1e-3)


def test_pictures_in_any_memory_order_give_the_same():
    x, w = number(2, 3, 6, 5), number(4, 3, 3, 3)
    expected = F.conv2d(ag.tensor(x), ag.tensor(w))
    turned = ag.from_numpy(np.moveaxis(np.ascontiguousarray(np.moveaxis(x, 1, -1)), -1, 1))
    np.testing.assert_allclose(F.conv2d(turned, ag.tensor(w)), expected, rtol=1e-12)
    np.testing.assert_array_equal(F.max_pool2d(turned, 2), F.max_pool2d(ag.tensor(x), 2))


def test_large_pictures_are_convolved_in_parts():
    x, w = number(1, 8, 200, 30).astype(np.float32), number(4, 8, 3, 3).astype(np.float32)
    whole = F.conv2d(ag.tensor(x), ag.tensor(w))
    rows = [F.conv2d(ag.tensor(x[:, :, i : i + 12]), ag.tensor(w)) for i in range(0, 190, 10)]
    np.testing.assert_allclose(whole[:, :, :190], ag.cat(rows, 2), rtol=1e-5, atol=1e-5)


# ----------------------------------------------------------------------------------------- refusals

REFUSED = [
    (
        lambda: F.conv2d(ag.ones(1, 3, 4, 4), ag.ones(2, 3, 5, 5)),
        "conv2d: the kernel (5, 5), with dilation 1, reaches over 5 elements in dimension 0 of the picture, "
        "and the input (1, 3, 4, 4) has 4 and 0 of padding",
    ),
    (
        lambda: F.conv2d(ag.ones(1, 3, 4, 4), ag.ones(2, 4, 3, 3)),
        "conv2d: the input (1, 3, 4, 4) has 3 channels, and the weight (2, 4, 3, 3) is for 4",
    ),
    (
        lambda: F.conv2d(ag.ones(1, 4, 4, 4), ag.ones(3, 2, 3, 3), groups=2),
        "conv2d: 3 filters do not divide into 2 groups",
    ),
    (
        lambda: F.conv2d(ag.ones(4, 4), ag.ones(3, 2, 3, 3)),
        "conv2d: expected an input (N, C, ...) of 4 dimensions, or one sample of 3, got shape (4, 4)",
    ),
    (
        lambda: F.conv2d(ag.ones(1, 2, 4, 4), ag.ones(3, 2, 3)),
        "conv2d: expected a weight of 4 dimensions, got shape (3, 2, 3)",
    ),
    (
        lambda: F.conv2d(ag.ones(1, 2, 4, 4), ag.ones(3, 2, 3, 3), ag.ones(2)),
        "conv2d: expected a bias of shape (3,), got (2,)",
    ),
    (
        lambda: F.conv2d(ag.ones(1, 2, 4, 4), ag.ones(3, 2, 3, 3), stride=0),
        "conv2d: stride must be at least 1, not 0",
    ),
    (
        lambda: F.conv2d(ag.ones(1, 2, 4, 4), ag.ones(3, 2, 3, 3), padding=(1, 2, 3)),
        "conv2d: padding must be a whole number, or 2 of them, not (1, 2, 3)",
    ),
    (
        lambda: F.conv2d(ag.ones(1, 2, 4, 4), ag.ones(3, 2, 3, 3), padding="full"),
        "conv2d: padding must be numbers, 'valid' or 'same', not 'full'",
    ),
    (
        lambda: F.conv2d(ag.ones(1, 2, 4, 4), ag.ones(3, 2, 3, 3), None, 2, "same"),
        "conv2d: padding 'same' takes a stride of 1, not (2, 2)",
    ),
    (
        lambda: F.conv_transpose1d(ag.ones(1, 2, 3), ag.ones(2, 2, 3), None, 1, 3),
        "conv_transpose1d: an input (1, 2, 3), a kernel (3,) and padding (3,) give a result of size (-1,)",
    ),
    (
        lambda: F.conv_transpose1d(ag.ones(1, 2, 3), ag.ones(2, 2, 3), None, 2, 0, 2),
        "conv_transpose1d: output_padding (2,) must be smaller than the stride (2,) or the dilation (1,)",
    ),
    (
        lambda: F.max_pool2d(ag.ones(1, 2, 4, 4), 5),
        "max_pool2d: windows of (5, 5), with dilation (1, 1) and padding (0, 0), do not fit into a picture "
        "of size (4, 4)",
    ),
    (
        lambda: F.max_pool2d(ag.ones(1, 2, 4, 4), 2, padding=2),
        "max_pool2d: padding (2, 2) must be at most half of the kernel_size (2, 2)",
    ),
    (
        lambda: F.avg_pool2d(ag.ones(1, 2, 4, 4), 2, divisor_override=0),
        "avg_pool2d: divisor_override must not be 0",
    ),
    (
        lambda: F.adaptive_avg_pool2d(ag.ones(1, 2, 4, 4), (1, 2, 3)),
        "adaptive_avg_pool2d: output_size must be a number, or 2 of them, not (1, 2, 3)",
    ),
    (
        lambda: F.fractional_max_pool2d(ag.ones(1, 1, 4, 4), 2),
        "fractional_max_pool2d: give either output_size or output_ratio, got None and None",
    ),
    (
        lambda: F.fractional_max_pool2d(ag.ones(1, 1, 4, 4), 3, 3),
        "fractional_max_pool2d: (3, 3) windows of (3, 3) do not fit into a picture of size (4, 4)",
    ),
    (
        lambda: F.max_unpool1d(ag.ones(1, 1, 2), ag.zeros(1, 1, 3, dtype=int), 2),
        "max_unpool1d: indices of shape (1, 1, 3) for an input of (1, 1, 2)",
    ),
    (
        lambda: F.unfold(ag.ones(1, 1, 2, 2), 3),
        "unfold: windows of (3, 3), with dilation (1, 1) and padding (0, 0), do not fit into a picture of "
        "size (2, 2)",
    ),
    (
        lambda: F.fold(ag.ones(1, 5, 4), 3, 2),
        "fold: an input (1, 5, 4) for windows of (2, 2); expected rows that are a multiple of 4, and 4 "
        "columns for a picture of size (3, 3)",
    ),
    (
        lambda: F.grid_sample(ag.ones(1, 1, 2, 2), ag.ones(2, 1, 1, 2)),
        "grid_sample: expected an input (N, C, H, W) with a grid (N, H', W', 2), or (N, C, D, H, W) with (N, "
        "D', H', W', 3), got (1, 1, 2, 2) and (2, 1, 1, 2)",
    ),
    (
        lambda: F.grid_sample(ag.ones(1, 1, 2, 2), ag.ones(1, 1, 1, 2), "cubic"),
        "grid_sample: mode must be bilinear, nearest or, for pictures, bicubic, not 'cubic'",
    ),
    (
        lambda: F.affine_grid(ag.ones(1, 2, 2), (1, 1, 2, 2)),
        "affine_grid: expected maps (N, 2, 3) for a size (N, C, H, W), or (N, 3, 4) for (N, C, D, H, W), got "
        "(1, 2, 2) and (1, 1, 2, 2)",
    ),
    (lambda: nn.Conv2d(3, 4, 3, groups=2), "Conv2d: in_channels 3 does not divide into 2 groups"),
    (lambda: nn.Conv2d(4, 3, 3, groups=2), "Conv2d: out_channels 3 does not divide into 2 groups"),
    (lambda: nn.Conv2d(4, 4, 3, groups=0), "Conv2d: groups must be a positive whole number, not 0"),
    (lambda: nn.Conv2d(3, 4, (3, 3, 3)), "Conv2d: kernel_size must be a whole number, or 2 of them, not (3, 3, 3)"),
    (lambda: nn.Conv2d(3, 4, 3, padding="full"), "Conv2d: padding must be numbers, 'same' or 'valid', not 'full'"),
    (lambda: nn.Conv2d(3, 4, 3, 2, "same"), "Conv2d: padding 'same' takes a stride of 1, not (2, 2)"),
    (
        lambda: nn.Conv2d(3, 4, 3, padding_mode="mirror"),
        "Conv2d: padding_mode must be one of zeros, reflect, replicate, circular, not 'mirror'",
    ),
    (
        lambda: nn.ConvTranspose2d(3, 4, 3, padding_mode="reflect"),
        "ConvTranspose2d: padding_mode must be 'zeros', not 'reflect'",
    ),
]


@pytest.mark.parametrize(("call", "words"), REFUSED, ids=range(len(REFUSED)))
def test_what_does_not_fit_is_refused_with_the_sizes(call, words):
    with pytest.raises(ValueError, match=exactly(words)):
        call()


@pytest.mark.parametrize("function", [F.conv1d, F.max_pool1d, F.avg_pool1d])
def test_integers_are_refused(function):
    x = ag.ones(1, 1, 4, dtype=int)
    message = f"{function.__name__}: the input must be of a floating dtype, not int64; convert it with float()"
    with pytest.raises(TypeError, match=exactly(message)):
        function(x, x if function is F.conv1d else 2)


def test_an_index_beyond_the_picture_is_refused():
    with pytest.raises(
        IndexError, match=exactly("max_unpool1d: indices must lie in [0, 4) of a picture of size (4,)")
    ):
        F.max_unpool1d(ag.ones(1, 1, 2), ag.tensor([[[0, 4]]]), 2)
