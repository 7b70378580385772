"""Named models: how many parameters each has, and which pictures it takes."""

import inspect
import re
from contextlib import contextmanager

import pytest

import autograd_engine as ag
from autograd_engine import models, nn

from ..messages import exactly


def empty(name, **settings):
    """The model without initial values, which takes no memory."""
    return nn.utils.skip_init(models.get_model, name, **settings)


def count(model):
    return sum(p.numel() for p in model.parameters())


@pytest.mark.parametrize("name", models.list_models())
def test_it_has_the_parameters_that_its_description_says(name):
    said = re.search(r"with ([\d,]+) parameters", getattr(models, name).__doc__)[1]
    assert f"{count(empty(name)):,}" == said


def test_lenet_has_the_layers_of_the_paper():
    model = empty("lenet5")
    layers = {name: count(layer) for name, layer in model.named_children()}
    assert layers == {
        "conv1": 156, "conv2": 2416, "fc1": 48120, "fc2": 10164, "fc3": 850, "activation": 0, "pool": 0,
    }  # fmt: skip
    paper = empty("lenet5", activation=nn.Tanh, pooling=nn.AvgPool2d, in_channels=3, num_classes=4)
    assert (type(paper.activation), type(paper.pool), paper.conv1.in_channels) == (nn.Tanh, nn.AvgPool2d, 3)
    assert models.lenet5(num_classes=4)(ag.zeros(2, 1, 35, 32)).shape == (2, 4)


@pytest.mark.parametrize(("depth", "millions"), [(20, 0.27), (32, 0.46), (44, 0.66), (56, 0.85), (110, 1.7)])
def test_residual_networks_for_cifar_have_the_papers_parameters(depth, millions):
    """He et al., 2015, table 6."""
    model = empty(f"resnet{depth}")
    assert round(count(model) / 1e6, 2 if depth < 110 else 1) == millions
    layers = [m for m in model.modules() if isinstance(m, (nn.Conv2d, nn.Linear))]
    assert len(layers) == depth


def test_the_learned_shortcut_adds_what_it_learns():
    more = count(empty("resnet20", shortcut="B")) - count(empty("resnet20"))
    assert more == 16 * 32 + 2 * 32 + 32 * 64 + 2 * 64


def test_the_shortcut_without_parameters_keeps_every_other_pixel():
    x = ag.randn(2, 16, 5, 6)
    out = models.resnet20().layer2[0].downsample(x)
    assert out.shape == (2, 32, 3, 3)
    assert out[:, 8:24].equal(x[:, :, ::2, ::2])
    assert not out[:, :8].any()
    assert not out[:, 24:].any()


def test_a_small_residual_network_learns():
    ag.manual_seed(0)
    model = models.CifarResNet(8, num_classes=3, in_channels=1)
    x, y = ag.randn(6, 1, 8, 8), ag.arange(6) % 3
    optimizer = ag.optim.SGD(model.parameters(), lr=0.1, momentum=0.9)
    losses = []
    for _ in range(8):
        optimizer.zero_grad()
        loss = nn.functional.cross_entropy(model(x), y)
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    assert losses[-1] < 0.3 * losses[0]
    assert all(p.grad is not None for p in model.parameters())


@pytest.mark.parametrize(
    ("make", "text"),
    [
        (lambda: models.CifarResNet(21), "CifarResNet: depth must be 6 n + 2, such as 20 or 56, not 21"),
        (lambda: models.CifarResNet(2), "CifarResNet: depth must be 6 n + 2, such as 20 or 56, not 2"),
        (lambda: models.CifarResNet(8, shortcut="C"), "CifarResNet: shortcut must be 'A' or 'B', not 'C'"),
        (
            lambda: models.lenet5()(ag.zeros(1, 1, 28, 28)),
            "LeNet5 takes pictures (N, 1, H, W) with H and W from 32 to 35, got shape (1, 1, 28, 28)",
        ),
        (
            lambda: models.lenet5()(ag.zeros(1, 1, 32, 36)),
            "LeNet5 takes pictures (N, 1, H, W) with H and W from 32 to 35, got shape (1, 1, 32, 36)",
        ),
        (
            lambda: models.CifarResNet(8)(ag.zeros(1, 1, 32, 32)),
            "CifarResNet takes pictures (N, 3, H, W) with H and W at least 1, got shape (1, 1, 32, 32)",
        ),
        (
            lambda: models.CifarResNet(8)(ag.zeros(3, 32, 32)),
            "CifarResNet takes pictures (N, 3, H, W) with H and W at least 1, got shape (3, 32, 32)",
        ),
        (
            lambda: models.get_model("resnet21"),
            f"there is no model 'resnet21'; there are {', '.join(models.list_models())}",
        ),
    ],
)
def test_what_does_not_fit_is_told(make, text):
    with pytest.raises(ValueError, match=exactly(text)):
        make()


def test_a_named_model_takes_the_settings_of_its_family():
    parameters = inspect.signature(models.resnet20).parameters
    assert list(parameters) == ["weights", "progress", "num_classes", "in_channels", "shortcut", "norm_layer"]
    assert all(p.kind is inspect.Parameter.KEYWORD_ONLY for p in parameters.values())
    assert parameters["num_classes"].default == 10
    assert (models.resnet20.__name__, models.resnet20.__module__) == ("resnet20", models.CifarResNet.__module__)
    with pytest.raises(
        TypeError,
        match=exactly(
            "resnet20() does not take 'classes', 'depth'; it takes num_classes, in_channels, shortcut, norm_layer"
        ),
    ):
        models.resnet20(classes=3, depth=20)


def zeroed(module):
    """The module with zeros for weights, so that nothing grows."""
    for p in module.parameters():
        nn.init.zeros_(p)
    return module.eval()


@pytest.mark.parametrize("name", ["alexnet", "alexnet_single_tower", "inception_v4", "vgg11", "zfnet"])
def test_the_smallest_picture_is_the_smallest_that_fits(name):
    model = empty(name)
    features, least = zeroed(model.features), model._smallest
    with ag.no_grad():
        assert 0 not in features(ag.zeros(1, 3, least, least + 1)).shape
        with pytest.raises(ValueError, match=r"do not fit|reaches over"):
            features(ag.zeros(1, 3, least + 1, least - 1))
    shape = (1, 3, least, least - 1)
    kind = type(model).__name__
    text = f"{kind} takes pictures (N, 3, H, W) with H and W at least {least}, got shape {shape}"
    with pytest.raises(ValueError, match=exactly(text)):
        model(ag.zeros(*shape))


def test_the_smallest_picture_of_googlenet(monkeypatch):
    model = zeroed(empty("googlenet", num_classes=2, aux_logits=False))
    with ag.no_grad():
        assert model(ag.zeros(1, 3, 15, 16)).shape == (1, 2)
        with pytest.raises(
            ValueError, match=exactly("GoogLeNet takes pictures (N, 3, H, W) with H and W at least 15, ...")
        ):
            model(ag.zeros(1, 3, 15, 14))
        monkeypatch.setattr(type(model), "_smallest", 1)
        with pytest.raises(ValueError, match="fit"):
            model(ag.zeros(1, 3, 15, 14))


@pytest.mark.parametrize(("name", "sizes"), [("alexnet_single_tower", [55, 27, 13]), ("zfnet", [110, 55, 26, 13])])
def test_maps_have_the_sizes_of_the_papers(name, sizes):
    model = empty(name)
    x, found = ag.zeros(1, 3, 227 if "alex" in name else 224, 227 if "alex" in name else 224), []
    with ag.no_grad():
        for layer in zeroed(model.features):
            x = layer(x)
            found.append(x.shape[-1])
    assert list(dict.fromkeys(found)) == [*sizes, 6]
    assert x.shape == (1, 256, 6, 6)


def test_towers_average_their_maps_to_6_by_6():
    model = empty("alexnet", num_classes=2)
    with ag.no_grad():
        assert model.avgpool(ag.ones(1, 256, 9, 13)).shape == (1, 256, 6, 6)
        assert zeroed(model)(ag.zeros(1, 3, 70, 90)).tolist() == [[0.0, 0.0]]


def test_the_first_layer_of_the_papers_alexnet():
    assert count(empty("alexnet_single_tower").features[0]) == 34_944


def test_vgg_takes_a_module_of_its_users():
    features = nn.Sequential(nn.Conv2d(3, 512, 1))
    model = nn.utils.skip_init(models.VGG, features, num_classes=4)
    assert model.features is features
    assert model.classifier[6].weight.shape == (4, 4096)


def test_googlenet_gives_its_heads_in_training_only():
    model = models.googlenet(num_classes=2, init_weights=False, dropout=0.0)
    x = ag.randn(2, 3, 32, 32)
    out = model(x)
    assert type(out) is models.GoogLeNetOutputs
    assert [scores.shape for scores in out] == [(2, 2)] * 3
    assert model.eval()(x).shape == (2, 2)
    assert (model.aux1.dropout.p, model.dropout.p) == (0.7, 0.0)
    mean, deviation = (ag.tensor(v).reshape(3, 1, 1) for v in ((0.485, 0.456, 0.406), (0.229, 0.224, 0.225)))
    plain = model(x)
    model.transform_input = True
    changed = model((x * 0.5 + 0.5 - mean) / deviation)
    assert changed.allclose(plain, rtol=1e-3, atol=1e-5)
    assert models.GoogLeNet(3, aux_logits=False, init_weights=False).train()(x).shape == (2, 3)


def test_residual_blocks_may_begin_as_the_identity():
    model = models.resnet18(num_classes=2, zero_init_residual=True)
    block = model.layer1[1].eval()
    x = ag.randn(1, 64, 3, 3)
    assert block(x).equal(x.relu())
    deep = models.ResNet(models.Bottleneck, [1, 1, 1, 1], 2, zero_init_residual=True)
    assert not deep.layer4[0].bn3.weight.any()


def test_strides_may_become_dilations():
    model = models.ResNet(models.Bottleneck, [1, 1, 2, 1], 2, replace_stride_with_dilation=(False, True, True))
    x = model.layer2(ag.zeros(1, 256, 8, 8))
    assert model.layer4(model.layer3(x)).shape == (1, 2048, 4, 4)
    dilations = [model.layer3[0], model.layer3[1], model.layer4[0]]
    assert [block.conv2.dilation for block in dilations] == [(1, 1), (2, 2), (2, 2)]


def test_a_norm_layer_takes_the_place_of_batch_normalization():
    def grouped(channels):
        return nn.GroupNorm(2, channels)

    for model in (
        models.CifarResNet(8, shortcut="B", norm_layer=grouped),
        nn.utils.skip_init(models.resnet18, norm_layer=grouped),
        nn.utils.skip_init(models.resnet50, norm_layer=grouped),
        nn.utils.skip_init(models.mobilenet_v2, norm_layer=grouped),
    ):
        kinds = {type(m) for m in model.modules()}
        assert nn.GroupNorm in kinds
        assert nn.BatchNorm2d not in kinds


def test_initial_values_of_convolutions_keep_the_variance_of_gradients():
    ag.manual_seed(0)
    for model in (models.CifarResNet(8), models.MobileNetV2(width_mult=0.5)):
        layers = [m for m in model.modules() if isinstance(m, nn.Conv2d) and m.weight.numel() > 10_000]
        for layer in layers:
            outputs = layer.out_channels * layer.kernel_size[0] * layer.kernel_size[1]
            assert layer.weight.std().item() == pytest.approx((2 / outputs) ** 0.5, rel=0.05)
    last = model.classifier[1]
    assert last.weight.std().item() == pytest.approx(0.01, rel=0.05)
    assert not last.bias.any()


@pytest.mark.parametrize(("width", "channels"), [(1.0, 32), (0.35, 16), (0.75, 24), (1.4, 48)])
def test_channels_of_mobilenet_are_multiples_of_eight(width, channels):
    model = nn.utils.skip_init(models.MobileNetV2, width_mult=width)
    assert model.features[0].out_channels == channels
    assert model.last_channel == (1280 if width <= 1 else 1792)
    assert all(m.out_channels % 8 == 0 for m in model.modules() if isinstance(m, nn.Conv2d))


# ------------------------------------------------------------------------------------------- FractalNet


@pytest.mark.parametrize(("columns", "millions"), [(2, 0.8), (3, 2.1), (4, 4.8), (5, 10.2), (6, 21.1)])
def test_deep_fractal_networks_have_the_papers_parameters(columns, millions):
    """Larsson et al., 2017, table of ultra-deep networks."""
    model = nn.utils.skip_init(models.FractalNet, columns, (16, 32, 64, 128, 128))
    assert round(count(model) / 1e6, 1) == millions


def fractal(columns=3, **settings):
    return models.FractalNet(columns, (4,), 2, dropout=(0.0,), **settings)


@contextmanager
def convolutions_called(model):
    """A list to which each call of a convolution in the model is added."""
    called = []

    def note(module, *_):
        called.append(module)

    handles = [m.register_forward_hook(note) for m in model.modules() if isinstance(m, nn.Conv2d)]
    yield called
    for handle in handles:
        handle.remove()


def test_a_fractal_block_is_the_mean_of_its_columns():
    ag.manual_seed(0)
    model = fractal().eval()
    (block,) = model.blocks
    x = ag.randn(2, 3, 4, 4)
    one = block.conv(x)
    inner = block.first
    middle = (inner.conv(x) + inner.second(inner.first(x))) / 2
    inner = block.second
    two, three = inner.conv(middle), inner.second(inner.first(middle))
    assert block(x).allclose((one + two + three) / 3, atol=1e-6)
    for number, depth in enumerate([1, 2, 4]):
        with convolutions_called(model) as called:
            assert block.column(x, number).shape == (2, 4, 4, 4)
        assert len(called) == depth


def test_drop_path_leaves_out_columns_but_not_all():
    ag.manual_seed(0)
    model = fractal(drop_path=1.0)
    (block,) = model.blocks
    x = ag.randn(2, 3, 4, 4)
    ways = set()
    for _ in range(40):
        with convolutions_called(model) as called:
            model(x)
        ways.add(len(called))
    assert ways == {1, 2, 4, 7}  # a single column, of each depth, or all of them
    results = [r.detach() for r in block.columns(x)]
    for seed in range(5):
        ag.manual_seed(seed)
        block.first.drop_path = block.second.drop_path = 0.0
        results = [r.detach() for r in block.columns(x)]
        out = block(x)
        assert sum(out.allclose(r, atol=1e-5) for r in results) == 1
    model = fractal(drop_path=0.0)
    first = model(x)
    assert first.equal(model(x))


@pytest.mark.parametrize(
    ("make", "text"),
    [
        (lambda: models.FractalNet(0), "FractalNet: columns must be at least 1, not 0"),
        (
            lambda: models.FractalNet(2, (4, 8), dropout=(0.0,)),
            "FractalNet: 2 blocks need as many numbers in dropout, which has 1",
        ),
        (
            lambda: models.FractalNet(1, (4, 8), dropout=(0, 0))(ag.zeros(1, 3, 4, 3)),
            "FractalNet takes pictures (N, 3, H, W) with H and W at least 4, got shape (1, 3, 4, 3)",
        ),
        (
            lambda: models.resnet18(replace_stride_with_dilation=(True,)),
            "ResNet: replace_stride_with_dilation must be None or three values, not (True,)",
        ),
        (
            lambda: models.BasicBlock(4, 4, groups=2),
            "BasicBlock takes groups=1, base_width=64 and dilation=1 only, not 2, 64 and 1",
        ),
        (lambda: models.InvertedResidual(4, 4, 3, 1), "InvertedResidual: stride must be 1 or 2, not 3"),
        (
            lambda: models.MobileNetV2(inverted_residual_setting=[[1, 2, 3]]),
            "MobileNetV2: inverted_residual_setting must be lists of four numbers, not [[1, 2, 3]]",
        ),
        (
            lambda: models.MobileNetV2(inverted_residual_setting=[]),
            "MobileNetV2: inverted_residual_setting must be lists of four numbers, not []",
        ),
    ],
)
def test_settings_that_cannot_be_are_told(make, text):
    with pytest.raises(ValueError, match=exactly(text)):
        make()


def test_blocks_have_the_layers_that_are_asked_for():
    block = models.Conv2dNormActivation(3, 8, (3, 5), dilation=2, norm_layer=None, activation_layer=nn.ReLU6)
    assert [type(layer) for layer in block] == [nn.Conv2d, nn.ReLU6]
    assert block[0].bias is not None
    assert block(ag.zeros(1, 3, 9, 9)).shape == (1, 8, 9, 9)
    block = models.Conv2dNormActivation(4, 4, padding=0, groups=4, activation_layer=None, bias=True)
    assert [type(layer) for layer in block] == [nn.Conv2d, nn.BatchNorm2d]
    assert (block[0].weight.shape, block[0].bias is None, block.out_channels) == ((4, 1, 3, 3), False, 4)
    assert models.Conv2dNormActivation(1, 1, inplace=True)[2].inplace
    assert [type(m) for m in models.Conv2dNormActivation(1, 1, activation_layer=nn.Tanh, inplace=None)][
        2
    ] is nn.Tanh
