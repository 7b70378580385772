"""Named models: how many parameters each has, and which pictures it takes."""

import inspect
import re

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
    x, y = ag.randn(12, 1, 8, 8), ag.arange(12) % 3
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
