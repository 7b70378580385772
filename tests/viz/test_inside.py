"""Seeing inside of networks: maps of what counts, features, and the figures that show them."""

import pickle

import numpy as np
import pytest

import autograd_engine as ag
from autograd_engine import nn, viz
from autograd_engine.nn import functional as F

from ..messages import exactly

matplotlib = pytest.importorskip("matplotlib")


def build(lib):
    """The same small classifier in either library: pictures (N, 2, 8, 8), 3 classes."""
    layers = lib.nn

    class Net(layers.Module):
        def __init__(self):
            super().__init__()
            self.conv1 = layers.Conv2d(2, 4, 3, padding=1)
            self.relu = layers.ReLU()
            self.norm = layers.BatchNorm2d(4)
            self.conv2 = layers.Conv2d(4, 5, 3)
            self.pool = layers.MaxPool2d(2)
            self.drop = layers.Dropout(0.5)
            self.head = layers.Linear(45, 3)

        def forward(self, x):
            x = self.norm(self.relu(self.conv1(x)))
            x = self.pool(self.relu(self.conv2(x)))
            return self.head(self.drop(x.flatten(1)))

    return Net().double()


@pytest.fixture
def net():
    ag.manual_seed(0)
    model = build(ag)
    model.train()
    model.drop.eval()
    return model


@pytest.fixture
def x():
    return ag.tensor(np.random.default_rng(0).standard_normal((3, 2, 8, 8)))


def state(model):
    modes = [(name, m.training, len(m._hooks or ())) for name, m in model.named_modules()]
    return modes, pickle.dumps(model.state_dict()), [p.grad for p in model.parameters()]


MAPS = {
    "saliency": lambda model, x, target: viz.saliency(model, x, target),
    "guided_backprop": lambda model, x, target: viz.guided_backprop(model, x, target),
    "grad_cam": lambda model, x, target: viz.grad_cam(model, x, "conv2", target),
    "occlusion": lambda model, x, target: viz.occlusion(model, x, target, size=3, stride=2, batch_size=4),
}


# -------------------------------------------------------------------------------- maps, against others


def test_saliency_and_guided_backprop_are_pytorchs(net, x):
    torch = pytest.importorskip("torch")
    theirs = build(torch).eval()
    theirs.load_state_dict({name: torch.tensor(value.numpy()) for name, value in net.state_dict().items()})
    target = [2, 0, 1]

    def slope():
        leaf = torch.tensor(x.numpy(), requires_grad=True)
        theirs(leaf)[range(3), target].sum().backward()
        return leaf.grad.numpy()

    np.testing.assert_allclose(viz.saliency(net, x, target), np.abs(slope()).max(1), atol=1e-12)
    theirs.relu.register_full_backward_hook(lambda module, grad_in, grad_out: (grad_in[0].clamp(min=0),))
    np.testing.assert_allclose(viz.guided_backprop(net, x, target), slope(), atol=1e-12)


def test_grad_cam_is_its_formula_in_pytorch(net, x):
    torch = pytest.importorskip("torch")
    theirs = build(torch).eval()
    theirs.load_state_dict({name: torch.tensor(value.numpy()) for name, value in net.state_dict().items()})
    for layer in ("conv2", "relu", "norm"):
        maps = []
        handle = theirs.get_submodule(layer).register_forward_hook(lambda m, args, out, maps=maps: maps.append(out))
        scores = theirs(torch.tensor(x.numpy()))
        handle.remove()
        (g,) = torch.autograd.grad(scores[:, 1].sum(), maps[-1])
        heat = (g.mean((2, 3), keepdim=True) * maps[-1]).sum(1, keepdim=True).relu()
        wanted = torch.nn.functional.interpolate(heat, (8, 8), mode="bilinear")[:, 0]
        np.testing.assert_allclose(viz.grad_cam(net, x, layer, 1), wanted.detach(), atol=1e-12)
        np.testing.assert_array_equal(
            viz.grad_cam(net, x, net.get_submodule(layer), 1), viz.grad_cam(net, x, layer, [1, 1, 1])
        )


def test_occlusion_hides_every_pixel_and_averages_what_that_takes_away(net, x):
    found = viz.occlusion(net, x, 2, size=3, stride=2, value=0.5, batch_size=5)
    net.eval()
    whole = net(x).softmax(1)[:, 2]
    total, count = np.zeros((3, 8, 8)), np.zeros((8, 8))
    for top in (0, 2, 4, 5):
        for left in (0, 2, 4, 5):
            changed = x.clone()
            changed[:, :, top : top + 3, left : left + 3] = 0.5
            fall = (whole - net(changed).softmax(1)[:, 2]).detach().numpy()
            total[:, top : top + 3, left : left + 3] += fall[:, None, None]
            count[top : top + 3, left : left + 3] += 1
    np.testing.assert_allclose(found, total / count, atol=1e-12)


def test_maps_find_the_pixels_that_a_classifier_looks_at():
    class Corner(nn.Module):
        """Class 1 is what is bright at the top left."""

        def forward(self, x):
            bright = x[:, :, :4, :4].mean((1, 2, 3)).relu()
            return ag.stack([1 - bright, bright], 1)

    x = ag.ones(2, 1, 12, 12)
    for found in (viz.saliency(Corner(), x), viz.occlusion(Corner(), x, size=4, stride=4)):
        assert (found[:, :4, :4] > 0).all()
        assert (found.sum() - found[:, :4, :4].sum()).item() == pytest.approx(0, abs=1e-6)


@pytest.mark.parametrize("shape", [(2, 5), (2, 3, 7), (1, 2, 3, 4, 5)])
def test_other_inputs_than_pictures(shape):
    net = nn.Sequential(nn.Flatten(), nn.Linear(int(np.prod(shape[1:])), 3))
    x = ag.randn(*shape)
    weight = net[1].weight.detach().reshape(3, *shape[1:])[1].abs()
    expected = weight if len(shape) == 2 else weight.amax(0)
    np.testing.assert_allclose(viz.saliency(net, x.numpy(), 1)[0], expected, rtol=1e-6)


@pytest.mark.parametrize(("dims", "mode"), [(1, "linear"), (3, "trilinear")])
def test_grad_cam_of_signals_and_volumes(dims, mode):
    conv = [nn.Conv1d, None, nn.Conv3d][dims - 1](1, 2, 2, stride=2)
    net = nn.Sequential(conv, nn.Flatten(), nn.Linear(2 * 2**dims, 2, bias=False))
    x = ag.randn(2, 1, *(4,) * dims)
    found = viz.grad_cam(net, x, "0", 1)
    weight = net[2].weight[1].reshape(2, -1).mean(1).reshape(2, *(1,) * dims)
    heat = F.interpolate((weight * conv(x)).sum(1, keepdim=True).relu(), (4,) * dims, mode=mode)
    np.testing.assert_allclose(found, heat[:, 0].detach(), rtol=1e-5, atol=1e-7)


@pytest.mark.parametrize("name", MAPS)
def test_the_class_is_the_models_choice_unless_one_is_given(name, net, x):
    chosen = net.eval()(x).argmax(1)
    default = MAPS[name](net, x, None)
    assert default.shape == (3, 8, 8) if name != "guided_backprop" else (3, 2, 8, 8)
    for target in (chosen, chosen.tolist(), chosen.numpy()):
        np.testing.assert_array_equal(MAPS[name](net, x, target), default)
    other = MAPS[name](net, x, (chosen + 1) % 3)
    assert (other != default).any()
    assert not default.requires_grad


@pytest.mark.parametrize("name", MAPS)
def test_the_model_and_the_inputs_stay_as_they_were(name, net, x):
    net(x).sum().backward()
    net.conv1.weight.requires_grad_(False)
    leaf = x.clone().requires_grad_()
    before = state(net)
    with ag.no_grad():
        first = MAPS[name](net, leaf, 1)
    np.testing.assert_array_equal(MAPS[name](net, x, 1), first)
    with pytest.raises(ValueError, match="is not among the classes 0 to 2"):
        MAPS[name](net, x, 3)
    after = state(net)
    assert after[:2] == before[:2]
    assert all(a is b for a, b in zip(after[2], before[2], strict=True))
    assert leaf.grad is None


def test_relus_in_place_and_as_functions_are_the_same_to_every_map():
    class Functional(nn.Module):
        def __init__(self, how):
            super().__init__()
            self.conv1, self.conv2, self.how = nn.Conv2d(1, 3, 3), nn.Conv2d(3, 2, 3), how

        def forward(self, x):
            return self.how(self.conv2(self.how(self.conv1(x)))).mean((2, 3))

    ways = [nn.ReLU(), nn.ReLU(inplace=True), F.relu, ag.relu, lambda x: x.relu_()]
    x, results = ag.randn(2, 1, 6, 6), []
    for way in ways:
        ag.manual_seed(3)
        net = Functional(way)
        seen = viz.activations(net, x, ["conv1", "conv2"])
        results.append([viz.guided_backprop(net, x), viz.grad_cam(net, x, "conv1"), *seen.values()])
    assert (results[0][2] < 0).any()
    for other in results[1:]:
        for found, expected in zip(other, results[0], strict=True):
            np.testing.assert_array_equal(found, expected)


REFUSED = {
    "expected a Module to look into, not a function": (TypeError, lambda net, x: viz.saliency(F.relu, x)),
    "expected a classifier, which gives scores (N, classes); this model gave shape (3, 4, 8, 8)": (
        ValueError,
        lambda net, x: viz.saliency(net.conv1, x),
    ),
    "the target must be a class, or 3 of them, one for each input; got int64 of shape (2,)": (
        ValueError,
        lambda net, x: viz.saliency(net, x, [0, 1]),
    ),
    "the target must be a class, or 3 of them, one for each input; got float32 of shape ()": (
        ValueError,
        lambda net, x: viz.occlusion(net, x, 1.0, size=2),
    ),
    "the target [0, -1, 2] is not among the classes 0 to 2": (
        ValueError,
        lambda net, x: viz.guided_backprop(net, x, [0, -1, 2]),
    ),
    "guided_backprop: no relu lies between the input and the scores of this Sequential, and relus are what the "
    "method changes; take saliency or grad_cam": (
        ValueError,
        lambda net, x: viz.guided_backprop(nn.Sequential(nn.Flatten(), nn.Linear(128, 2), nn.Tanh()).double(), x),
    ),
    "grad_cam: the layer head gave (3, 3); expected maps (N, K, ...) of 4 dimensions, as many as the inputs "
    "have, of "
    "shape (3, 2, 8, 8)": (ValueError, lambda net, x: viz.grad_cam(net, x, "head")),
    "grad_cam: the layer Tanh was not called; expected maps (N, K, ...) of 4 dimensions, as many as the inputs "
    "have, "
    "of shape (3, 2, 8, 8)": (ValueError, lambda net, x: viz.grad_cam(net, x, nn.Tanh())),
    "occlusion: expected pictures (N, C, H, W) that a square of 9 pixels fits into, and a positive stride; got "
    "shape "
    "(3, 2, 8, 8) and stride 4": (ValueError, lambda net, x: viz.occlusion(net, x, size=9)),
    "occlusion: expected pictures (N, C, H, W) that a square of 2 pixels fits into, and a positive stride; got "
    "shape "
    "(3, 2, 8, 8) and stride 0": (ValueError, lambda net, x: viz.occlusion(net, x, size=2, stride=0)),
    "activations: the model did not call spare, or the result is no tensor": (
        ValueError,
        lambda net, x: (setattr(net, "spare", nn.Tanh()), viz.activations(net, x, ["conv1", "spare"])),
    ),
    "features: there are no inputs": (ValueError, lambda net, x: viz.features(net, x[:0], "head")),
    "nearest_neighbors: expected points (N, D), queries (Q, D) and k from 1 to N, got (3, 2), (1, 3) and 1": (
        ValueError,
        lambda net, x: viz.nearest_neighbors(ag.ones(3, 2), ag.ones(1, 3), 1),
    ),
    "nearest_neighbors: expected points (N, D), queries (Q, D) and k from 1 to N, got (3, 2), (1, 2) and 4": (
        ValueError,
        lambda net, x: viz.nearest_neighbors(ag.ones(3, 2), ag.ones(1, 2), 4),
    ),
    "tsne: expected points (N, D) and a perplexity below N, got shape (3, 2) and 3.0": (
        ValueError,
        lambda net, x: viz.tsne(ag.ones(3, 2), perplexity=3.0),
    ),
    "plot_filters: expected a weight (out, in, h, w) or (out, in, w), got shape (3, 45)": (
        ValueError,
        lambda net, x: viz.plot_filters(net.head),
    ),
    "plot_activations: no layer gives maps (N, K, H, W) or numbers (N, K)": (
        ValueError,
        lambda net, x: viz.plot_activations({"a": ag.ones(3)}),
    ),
    "plot_maps: expected pictures (N, C, H, W) or (N, H, W), got shape (3, 3)": (
        ValueError,
        lambda net, x: viz.plot_maps(ag.ones(3, 3), {}),
    ),
    "plot_maps: expected maps (3, 8, 8), with channels or without, for pictures of shape (3, 2, 8, 8); a has shape "
    "(3, 8, 7)": (ValueError, lambda net, x: viz.plot_maps(x, {"a": ag.ones(3, 8, 7)})),
    "plot_maps: 2 titles for 3 pictures": (ValueError, lambda net, x: viz.plot_maps(x, {}, titles=[0, 1])),
    "plot_neighbors: expected indices of shape (3, k), which are places among 3 pictures, got shape (3, 2)": (
        ValueError,
        lambda net, x: viz.plot_neighbors(x, x, ag.full((3, 2), 3)),
    ),
    "plot_neighbors: expected indices of shape (3, k), which are places among 3 pictures, got shape (2, 2)": (
        ValueError,
        lambda net, x: viz.plot_neighbors(x, x, ag.zeros(2, 2, dtype=ag.int64)),
    ),
    "points (N, 2) and labels (N,) expected, not (3, 3) and (3,)": (
        ValueError,
        lambda net, x: viz.plot_embedding(ag.ones(3, 3), [0, 1, 2]),
    ),
    "2 class names for 3 classes": (
        ValueError,
        lambda net, x: viz.plot_embedding(ag.ones(3, 2), [0, 1, 2], ["a", "b"]),
    ),
    "plot_costs: no layer of this model has parameters or FLOPs": (
        ValueError,
        lambda net, x: viz.plot_costs(viz.summary(nn.ReLU())),
    ),
}


@pytest.mark.parametrize("text", REFUSED)
def test_what_does_not_fit_is_refused(text, net, x):
    kind, call = REFUSED[text]
    before = state(net)[0]
    with pytest.raises(kind, match=exactly(text)):
        call(net, x)
    assert state(net)[0][: len(before)] == before


# -------------------------------------------------------------------------------------- features


def test_activations_come_in_the_order_of_calls_and_each_call_counts(net, x):
    before = state(net)
    seen = viz.activations(net, x)
    assert list(seen) == ["conv1", "relu", "norm", "conv2", "relu (call 2)", "pool", "drop", "head"]
    net.eval()
    np.testing.assert_array_equal(seen["relu"], net.conv1(x).relu().detach())
    np.testing.assert_array_equal(seen["drop"], seen["pool"].flatten(1))
    np.testing.assert_array_equal(seen["head"], net(x).detach())
    assert not any(values.requires_grad for values in seen.values())
    net.train().drop.eval()
    assert state(net)[:2] == before[:2]
    whole = viz.activations(net, x, ["pool", ""])
    assert list(whole) == ["pool", ""]
    np.testing.assert_array_equal(whole[""], seen["head"])
    with pytest.raises(AttributeError, match="Net has no submodule 'nothing'"):
        viz.activations(net, x, ["nothing"])


def test_features_do_not_depend_on_the_batches(net, x):
    found = viz.features(net, x, "relu", batch_size=2)
    np.testing.assert_allclose(found, viz.activations(net, x)["relu (call 2)"].flatten(1), atol=1e-12)
    assert found.shape == (3, 5 * 6 * 6)


def test_features_are_those_of_the_last_of_many_calls():
    class Thrice(nn.Module):
        def __init__(self):
            super().__init__()
            self.double = nn.Linear(1, 1, bias=False)
            nn.init.constant_(self.double.weight, 2.0)

        def forward(self, x):
            return self.double(self.double(self.double(x)))

    assert viz.features(Thrice(), ag.ones(2, 1), "double").tolist() == [[8], [8]]


def test_neighbors_are_those_of_scikit_learn():
    sklearn = pytest.importorskip("sklearn.neighbors")
    points, queries = np.random.default_rng(0).standard_normal((2, 20, 4))
    found = viz.nearest_neighbors(points, queries[:3], k=4)
    distances, indices = sklearn.NearestNeighbors(n_neighbors=4).fit(points).kneighbors(queries[:3])
    np.testing.assert_array_equal(found.indices, indices)
    np.testing.assert_allclose(found.distances, distances)


def test_tsne_keeps_groups_together_and_gives_the_same_picture_again():
    pytest.importorskip("sklearn")
    random = np.random.default_rng(0)
    labels = np.repeat([0, 1, 2], 10)
    points = 20 * np.eye(5)[labels] + random.standard_normal((30, 5))
    plane = viz.tsne(points, perplexity=5)
    assert plane.shape == (30, 2)
    near = viz.nearest_neighbors(plane, plane, 5).indices.numpy()
    assert (labels[near] == labels[:, None]).all()
    np.testing.assert_array_equal(viz.tsne(ag.tensor(points), perplexity=5), plane)


# --------------------------------------------------------------------------------------- figures


def image(axes, i=0):
    return np.asarray(axes.get_images()[i].get_array())


def test_filters_of_one_channel_are_tiles_and_of_three_are_in_color():
    weight = ag.arange(2.0 * 4 * 3).reshape(2, 1, 4, 3) - 10
    (axes,) = viz.plot_filters(weight).axes
    np.testing.assert_array_equal(image(axes)[:, :3], weight[0, 0])
    np.testing.assert_array_equal(image(axes)[:, 4:], weight[1, 0])
    assert np.ma.getmaskarray(axes.get_images()[0].get_array())[:, 3].all()
    assert axes.get_images()[0].get_clim() == (-13, 13)
    assert axes.get_title() == "2 filters of 4x3, 1 channel"
    (axes,) = viz.plot_filters(nn.Conv2d(3, 10, 5), count=9).axes
    assert image(axes).shape == (5 * 2 + 1, 8 * 5 + 7, 3)
    assert 0 <= image(axes).min() <= image(axes).max() <= 1
    assert axes.get_title() == "10 filters of 5x5, 3 channels, the first 9"


@pytest.mark.parametrize("channels", [1, 3])
def test_filters_are_as_wide_as_they_have_columns_and_keep_their_edges(channels):
    figure = viz.plot_filters(ag.ones(16, channels, 2, 4))
    assert figure.get_figwidth() == pytest.approx((8 * 4 + 7) * 0.5 / 4)
    assert figure.get_figheight() == pytest.approx((2 * 2 + 1) * 0.5 / 4 + 0.5)
    assert figure.axes[0].get_images()[0].get_interpolation() == "nearest"


def test_filters_of_many_channels_have_a_row_each(tmp_path):
    conv = nn.Conv1d(4, 2, 3)
    (axes,) = viz.plot_filters(conv, tmp_path / "filters.png").axes
    assert image(axes).shape == (3, 4 * 3 + 3)
    np.testing.assert_allclose(image(axes)[2, 4:7], conv.weight[1, 1].detach())
    assert (tmp_path / "filters.png").stat().st_size > 1000


def test_activations_show_maps_and_strips(net, x):
    seen = viz.activations(net, x, ["conv1", "head"])
    maps, strip = viz.plot_activations({**seen, "other": ag.ones(3)}, index=1, count=3).axes
    assert maps.get_title("left") == "conv1: 4 maps of 8x8"
    np.testing.assert_array_equal(image(maps)[:, 9:17], seen["conv1"][1, 1])
    assert image(maps).shape == (8, 3 * 8 + 2)
    assert strip.get_title("left") == "head: 3 numbers"
    np.testing.assert_array_equal(image(strip), seen["head"][1:2])
    (axes,) = viz.plot_activations({"many": ag.ones(1, 40, 2, 2)}).axes
    assert axes.get_title("left") == "many: 40 maps of 2x2"


def test_maps_lie_beside_and_over_their_pictures(x):
    heat = ag.zeros(3, 8, 8)
    heat[1, 2, 3], heat[1, 0, 0] = 4.0, -4.0
    signed = ag.zeros(3, 2, 8, 8)
    signed[2, :, 5, 5] = -2.0
    figure = viz.plot_maps(x, {"heat": heat, "signed": signed}, titles=["a", "b", "c"])
    rows = [figure.axes[i : i + 3] for i in range(0, 9, 3)]
    assert [row[0].get_ylabel() for row in rows] == ["a", "b", "c"]
    assert [axes.get_title() for axes in rows[0]] == ["", "heat", "signed"]
    assert [axes.get_title() for axes in rows[1]] == ["", "", ""]
    gray = x[1].mean(0).numpy()
    np.testing.assert_allclose(image(rows[1][0]), (gray - gray.min()) / (gray.max() - gray.min()))
    expected = np.zeros((8, 8))
    expected[2, 3] = 1
    np.testing.assert_array_equal(image(rows[1][1], 1), expected)
    np.testing.assert_array_equal(rows[1][1].get_images()[1].get_alpha(), expected)
    dark = np.full((8, 8), 0.5)
    dark[5, 5] = 0
    np.testing.assert_array_equal(image(rows[2][2]), dark)
    np.testing.assert_array_equal(image(rows[0][2]), np.full((8, 8), 0.5))


def test_pictures_of_three_channels_keep_their_colors():
    picture = ag.rand(1, 3, 4, 5)
    color = picture[0].permute(1, 2, 0).numpy()
    axes, over = viz.plot_maps(picture, {"g": picture}).axes
    np.testing.assert_allclose(image(axes), (color - color.min()) / (color.max() - color.min()))
    assert image(over).shape == (4, 5, 3)
    (flat,) = viz.plot_maps(ag.ones(1, 4, 5), {}).axes
    np.testing.assert_array_equal(image(flat), np.full((4, 5), 0.5))


def test_neighbors_are_framed_by_whether_their_class_is_right(x):
    indices = ag.tensor([[1, 0], [2, 1]])
    figure = viz.plot_neighbors(x[:2], x, indices, classes=([7, 8], [7, 8, 9]))
    asked, first, second, _, third, fourth = figure.axes
    np.testing.assert_array_equal(image(first), image(viz.plot_maps(x[1:2], {}).axes[0]))
    assert [axes.get_ylabel() for axes in (asked, first, second, third, fourth)] == ["7", "8", "", "9", ""]
    colors = [axes.spines["left"].get_edgecolor()[:3] for axes in (first, second, third, fourth)]
    assert colors[0] == colors[2] != colors[1] == colors[3]
    assert colors[1][1] == max(colors[1])  # green
    plain = viz.plot_neighbors(x[:1], x, indices[:1])
    assert [axes.get_title() for axes in plain.axes] == ["picture", "nearest", ""]


def test_an_embedding_has_a_color_and_a_name_for_each_class():
    points = ag.tensor([[0.0, 1.0], [2.0, 3.0], [4.0, 5.0]])
    (axes,) = viz.plot_embedding(points, [0, 9, 9], [f"class {k}" for k in "abcdefghij"], title="t").axes
    assert [c.get_label() for c in axes.collections] == ["class a", "class j"]
    np.testing.assert_array_equal(axes.collections[1].get_offsets(), points[1:])
    assert axes.get_title() == "t"
    (axes,) = viz.plot_embedding(points, [0, 1, 1]).axes
    assert [c.get_label() for c in axes.collections] == ["class 0", "class 1"]


def test_costs_are_those_of_the_innermost_layers(net):
    table = viz.summary(net.double(), input_size=(1, 2, 8, 8))
    parameters, flops = viz.plot_costs(table).axes
    assert [t.get_text() for t in parameters.get_yticklabels()] == [
        "conv1: Conv2d",
        "norm: BatchNorm2d",
        "conv2: Conv2d",
        "head: Linear",
    ]
    assert [bar.get_width() for bar in parameters.patches] == [76, 8, 185, 138]
    assert [bar.get_width() for bar in flops.patches] == [2 * 64 * 4 * 18, 0, 2 * 36 * 5 * 36, 2 * 45 * 3]
    assert parameters.get_title() == f"parameters: {table.total_parameters:,}"
    assert flops.get_title() == f"FLOPs: {table.total_flops:,}"
    single = viz.plot_costs(viz.summary(nn.Linear(2, 3), input_size=(1, 2)))
    assert [bar.get_width() for axes in single.axes for bar in axes.patches] == [9, 12]
