"""Convolutional networks: training steps, forward passes of large ones, and single layers forward and backward.

The networks are written with a library's `nn`, as published programs write them, so only libraries with PyTorch's
names are measured; this project on both of its tiers.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np

from ..case import Case, Task
from ..libraries import Library
from .footprint import step_memory

__all__ = ["CASES", "NETWORKS", "step_of"]

Shape = tuple[int, ...]

STEP, LAYER, MEMORY = 1.0, 1.5, 1.2
"""The largest ratios to PyTorch that are accepted: of a training step's time, a layer's, and a step's memory."""


def random_pictures(shape: Shape) -> Any:
    return np.random.default_rng(0).standard_normal(shape).astype(np.float32)


# ---------------------------------------------------------------------------------------- networks


def lenet5(nn: Any) -> Any:
    """LeCun et al., 1998, with ReLU and max pooling."""
    return nn.Sequential(
        *(nn.Conv2d(1, 6, 5), nn.ReLU(), nn.MaxPool2d(2), nn.Conv2d(6, 16, 5), nn.ReLU(), nn.MaxPool2d(2)),
        *(nn.Flatten(), nn.Linear(400, 120), nn.ReLU(), nn.Linear(120, 84), nn.ReLU(), nn.Linear(84, 10)),
    )


def vgg_like(nn: Any) -> Any:
    """Three convolutions and two poolings, for pictures of 32x32."""
    return nn.Sequential(
        *(nn.Conv2d(3, 64, 3, padding=1), nn.ReLU(), nn.Conv2d(64, 64, 3, padding=1), nn.ReLU(), nn.MaxPool2d(2)),
        *(nn.Conv2d(64, 128, 3, padding=1), nn.ReLU(), nn.MaxPool2d(2), nn.Flatten(), nn.Linear(8192, 10)),
    )


def residual(nn: Any, widths: Sequence[int], blocks: int, stem: Sequence[Any], classes: int) -> Any:
    """Stages of blocks of two convolutions and a connection around them: He et al., 2016."""

    class Block(nn.Module):  # type: ignore[misc]
        def __init__(self, inputs: int, width: int, stride: int) -> None:
            super().__init__()
            self.conv1 = nn.Conv2d(inputs, width, 3, stride, 1, bias=False)
            self.bn1 = nn.BatchNorm2d(width)
            self.conv2 = nn.Conv2d(width, width, 3, 1, 1, bias=False)
            self.bn2 = nn.BatchNorm2d(width)
            self.relu = nn.ReLU()
            self.around = nn.Sequential()
            if stride > 1 or inputs != width:
                self.around = nn.Sequential(nn.Conv2d(inputs, width, 1, stride, bias=False), nn.BatchNorm2d(width))

        def forward(self, x: Any) -> Any:
            y = self.relu(self.bn1(self.conv1(x)))
            return self.relu(self.bn2(self.conv2(y)) + self.around(x))

    layers, inputs = list(stem), widths[0]
    for stage, width in enumerate(widths):
        for block in range(blocks):
            layers.append(Block(inputs, width, 2 if stage and not block else 1))
            inputs = width
    return nn.Sequential(*layers, nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(inputs, classes))


def resnet20(nn: Any) -> Any:
    stem = nn.Conv2d(3, 16, 3, 1, 1, bias=False), nn.BatchNorm2d(16), nn.ReLU()
    return residual(nn, (16, 32, 64), 3, stem, 10)


def resnet18(nn: Any) -> Any:
    stem = nn.Conv2d(3, 64, 7, 2, 3, bias=False), nn.BatchNorm2d(64), nn.ReLU(), nn.MaxPool2d(3, 2, 1)
    return residual(nn, (64, 128, 256, 512), 2, stem, 1000)


def mobilenet_v2(nn: Any) -> Any:
    """Sandler et al., 2018: convolutions of each channel alone, between such of one place."""

    def unit(inputs: int, width: int, kernel: int = 1, stride: int = 1, groups: int = 1) -> list[Any]:
        conv = nn.Conv2d(inputs, width, kernel, stride, kernel // 2, groups=groups, bias=False)
        return [conv, nn.BatchNorm2d(width), nn.ReLU6()]

    class Block(nn.Module):  # type: ignore[misc]
        def __init__(self, inputs: int, width: int, stride: int, expand: int) -> None:
            super().__init__()
            hidden = inputs * expand
            first = unit(inputs, hidden) if expand > 1 else []
            last = nn.Conv2d(hidden, width, 1, bias=False), nn.BatchNorm2d(width)
            self.conv = nn.Sequential(*first, *unit(hidden, hidden, 3, stride, hidden), *last)
            self.around = stride == 1 and inputs == width

        def forward(self, x: Any) -> Any:
            return x + self.conv(x) if self.around else self.conv(x)

    layers, inputs = unit(3, 32, 3, 2), 32
    stages = (
        (1, 16, 1, 1),
        (6, 24, 2, 2),
        (6, 32, 3, 2),
        (6, 64, 4, 2),
        (6, 96, 3, 1),
        (6, 160, 3, 2),
        (6, 320, 1, 1),
    )
    for expand, width, count, stride in stages:
        for i in range(count):
            layers.append(Block(inputs, width, 1 if i else stride, expand))
            inputs = width
    layers += unit(inputs, 1280)
    return nn.Sequential(*layers, nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(1280, 1000))


NETWORKS: dict[str, tuple[str, Callable[[Any], Any], Shape]] = {
    "lenet5": ("LeNet-5, batch 64", lenet5, (64, 1, 32, 32)),
    "resnet20": ("ResNet-20, batch 32", resnet20, (32, 3, 32, 32)),
    "vgg-like": ("3-64-64-128-10, batch 32", vgg_like, (32, 3, 32, 32)),
}
"""The networks whose training steps are measured: title, maker, shape of a batch."""

FORWARD: dict[str, tuple[str, Callable[[Any], Any], Shape]] = {
    "resnet18": ("ResNet-18, batch 4", resnet18, (4, 3, 224, 224)),
    "mobilenet-v2": ("MobileNetV2, batch 4", mobilenet_v2, (4, 3, 224, 224)),
}


def training(library: Library, network: Callable[[Any], Any], shape: Shape) -> Callable[[], Any] | None:
    """A training step on one batch, with SGD and momentum; None if the library has not PyTorch's names."""
    if not library.torch_names:
        return None
    m, nn = library.module, library.part("nn")
    model = network(nn)
    optimizer = library.part("optim").SGD(model.parameters(), lr=0.01, momentum=0.9)
    x = m.tensor(random_pictures(shape))
    labels = m.tensor(np.random.default_rng(1).integers(0, 10, shape[0]))
    loss = nn.CrossEntropyLoss()

    def step() -> Any:
        optimizer.zero_grad()
        value = loss(model(x), labels)
        value.backward()
        optimizer.step()
        return value

    return step


def step_of(library: Library, name: str) -> Callable[[], Any] | None:
    """The training step of one of `NETWORKS`."""
    _, network, shape = NETWORKS[name]
    return training(library, network, shape)


def training_step(network: Callable[[Any], Any], shape: Shape) -> Callable[[Library], Task | None]:
    def prepare(library: Library) -> Task | None:
        step = training(library, network, shape)
        return None if step is None else Task(step)

    return prepare


def forward_pass(network: Callable[[Any], Any], shape: Shape) -> Callable[[Library], Task | None]:
    def prepare(library: Library) -> Task | None:
        if not library.torch_names:
            return None
        m = library.module
        model, x = network(library.part("nn")).eval(), m.tensor(random_pictures(shape))

        def forward() -> Any:
            with m.no_grad():
                return model(x)

        return Task(forward)

    return prepare


# ---------------------------------------------------------------------------------- single layers


class Layer(NamedTuple):
    """One layer: its title, its class in `nn`, the constructor's arguments, the shape of the input."""

    title: str
    name: str
    settings: tuple[Any, ...]
    named: Mapping[str, Any]
    shape: Shape


def conv(title: str, dims: int, shape: Shape, filters: int, kernel: int, **named: Any) -> Layer:
    return Layer(title, f"Conv{dims}d", (shape[1], filters, kernel), named, shape)


LAYERS = {
    "conv-3-16": conv("3 -> 16, 3x3", 2, (32, 3, 32, 32), 16, 3, padding=1),
    "conv-16-16": conv("16 -> 16, 3x3", 2, (32, 16, 32, 32), 16, 3, padding=1),
    "conv-64-64": conv("64 -> 64, 3x3", 2, (32, 64, 32, 32), 64, 3, padding=1),
    "conv-128-128": conv("128 -> 128, 3x3", 2, (32, 128, 32, 32), 128, 3, padding=1),
    "conv-64-128-stride": conv("64 -> 128, 3x3, stride 2", 2, (32, 64, 32, 32), 128, 3, padding=1, stride=2),
    "conv-1x1": conv("64 -> 256, 1x1", 2, (32, 64, 32, 32), 256, 1),
    "conv-5x5": conv("6 -> 16, 5x5", 2, (64, 6, 14, 14), 16, 5),
    "conv-depthwise": conv("64 alone, 3x3", 2, (32, 64, 32, 32), 64, 3, padding=1, groups=64),
    "conv1d": conv("64 -> 64, 5, signals", 1, (32, 64, 256), 64, 5, padding=2),
    "conv3d": conv("8 -> 16, 3x3x3, volumes", 3, (4, 8, 16, 32, 32), 16, 3, padding=1),
    "max-pool": Layer("max pooling, 2x2", "MaxPool2d", (2,), {}, (32, 64, 32, 32)),
    "max-pool-overlapping": Layer("max pooling, 3x3, stride 2", "MaxPool2d", (3, 2, 1), {}, (32, 64, 32, 32)),
    "avg-pool": Layer("average pooling, 2x2", "AvgPool2d", (2,), {}, (32, 64, 32, 32)),
    "global-pool": Layer("global average pooling", "AdaptiveAvgPool2d", (1,), {}, (32, 64, 32, 32)),
}


def layer_pass(layer: Layer) -> Callable[[Library], Task | None]:
    """Forward, then backward to the input and the parameters."""

    def prepare(library: Library) -> Task | None:
        if not library.torch_names:
            return None
        module = getattr(library.part("nn"), layer.name)(*layer.settings, **layer.named)
        x = library.array(random_pictures(layer.shape))
        leaves = [x, *module.parameters()]
        given = library.module.ones_like(module(x)).detach()

        def both() -> None:
            for leaf in leaves:
                leaf.grad = None
            module(x).backward(given)

        return Task(both)

    return prepare


CASES = (
    *(
        Case(name, f"{title}, forward and backward", training_step(network, shape), "training step", rounds=11,
             targets={"torch": STEP}, tiers=True)
        for name, (title, network, shape) in NETWORKS.items()
    ),
    *(
        Case(name, f"{title}, forward", forward_pass(network, shape), "pass", rounds=7, budget=20.0, tiers=True)
        for name, (title, network, shape) in FORWARD.items()
    ),
    *(
        Case(f"{name}-memory", f"{title}, peak memory of a training step", step_memory(__name__, name), "process",
             unit="B", reads=True, rounds=3, quick_rounds=1, budget=40.0, targets={"torch": MEMORY}, tiers=True)
        for name, (title, _, _) in NETWORKS.items()
    ),
    *(
        Case(name, layer.title, layer_pass(layer), "pass", rounds=11, budget=10.0, targets={"torch": LAYER},
             tiers=True)
        for name, layer in LAYERS.items()
    ),
)  # fmt: skip
