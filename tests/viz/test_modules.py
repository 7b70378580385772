"""Modules in pictures: frames around their operations, or closed boxes."""

import re

import pytest

import autograd_engine as ag
from autograd_engine import nn, viz

from ..messages import exactly


class Block(nn.Module):
    def __init__(self, width):
        super().__init__()
        self.body = nn.Sequential(nn.Linear(width, width), nn.ReLU())

    def forward(self, x):
        return x + self.body(x)


class Net(nn.Module):
    def __init__(self, blocks=12):
        super().__init__()
        self.stem = nn.Linear(3, 4)
        self.blocks = nn.Sequential(*[Block(4) for _ in range(blocks)])
        self.head = nn.Linear(4, 2)

    def forward(self, x):
        return self.head(self.blocks(self.stem(x)))


def watched(net, forward=None):
    with viz.keep_modules(net):
        return (forward or net)(ag.ones(5, 3)).sum()


def boxes(picture):
    """The titles of nodes and frames, wherever they stand."""
    frames = re.findall(r'^\t*graph \[.*label=(?:"(.+?)"|(\w+)) ', picture.dot, re.M)
    nodes = [re.sub(r"<[^>]+>", "", t) for t in re.findall(r"label=<<b>(.*?)</b>", picture.dot)]
    return sorted(nodes), sorted(quoted or plain for quoted, plain in frames)


def test_modules_are_frames_around_their_operations():
    net = Net(blocks=1)
    picture = viz.graph(watched(net), names=net.named_parameters())
    nodes, frames = boxes(picture)
    inner = ["blocks.0.body.0: Linear", "blocks.0.body.1: ReLU", "blocks.0.body: Sequential", "blocks.0: Block"]
    assert frames == ["Net", *inner, "blocks: Sequential", "head: Linear", "stem: Linear"]
    assert nodes == sorted(
        [
            *(name for name, _ in net.named_parameters()),
            "linear",
            "linear",
            "linear",
            "relu",
            "add",
            "sum",
            "constant",
        ]
    )
    stem = picture.dot.index('"stem: Linear"')
    frame = picture.dot[stem : picture.dot.index("}", stem)]
    assert "stem.weight" in frame
    assert "stem.bias" in frame
    assert "head.weight" not in frame


@pytest.mark.parametrize(
    ("depth", "expected"),
    [
        (0, ["Net", "sum"]),
        (1, ["blocks: Sequential", "head: Linear", "stem: Linear", "sum"]),
        (2, ["blocks.0-11: 12 x Block", "constant", "head.bias", "head.weight", "linear",
             "linear", "stem.bias", "stem.weight", "sum"]),
    ],
)  # fmt: skip
def test_closed_modules_are_one_box_and_alike_ones_in_a_row_too(depth, expected):
    net = Net()
    picture = viz.graph(watched(net), names=net.named_parameters(), depth=depth)
    assert boxes(picture)[0] == expected
    assert not picture.hidden
    assert picture.png().startswith(b"\x89PNG")


def test_a_closed_box_counts_parameters_and_is_joined_once():
    picture = viz.graph(watched(Net()), depth=1)
    assert "240 parameters" in picture.dot
    assert len(re.findall("->", picture.dot)) == 3


def test_modules_that_something_else_reads_are_not_drawn_as_one():
    net = Net(blocks=3)

    def skipping(x):
        first = net.blocks[0](net.stem(x))
        return net.head(net.blocks[2](net.blocks[1](first)) + first)

    titles_ = boxes(viz.graph(watched(net, skipping), depth=0))[0]
    assert "blocks.0: Block" in titles_
    assert "blocks.1-2: 2 x Block" in titles_


def test_a_weight_used_by_two_modules_stands_outside_both():
    pair = nn.Sequential(nn.Linear(3, 3, bias=False), nn.Linear(3, 3, bias=False))
    pair[1].weight = pair[0].weight
    with viz.keep_modules(pair):
        y = pair(ag.ones(3)).sum()
    picture = viz.graph(y, names={"shared": pair[0].weight}, depth=1)
    assert boxes(picture) == (["0: Linear", "1: Linear", "shared", "sum"], ["Sequential"])


def test_depth_needs_kept_modules_and_hooks_are_gone_after_the_block():
    net = Net(blocks=1)
    y = net(ag.ones(5, 3)).sum()
    with pytest.raises(
        ValueError,
        match=exactly(
            "depth=1: no module was kept at this depth; compute inside viz.keep_modules(model), and choose "
            "0 for the model itself, 1 for its parts, and so on"
        ),
    ):
        viz.graph(y, depth=1)
    with pytest.raises(ValueError, match=exactly("depth must be at least 0, not -1")):
        viz.graph(y, depth=-1)
    with pytest.raises(ValueError, match="deeper"), viz.keep_modules(net):
        raise ValueError("deeper")
    assert not any(m._hooks for m in net.modules())


def test_an_exception_in_a_module_leaves_later_calls_in_order():
    net = nn.Sequential(nn.Linear(3, 4), nn.Linear(5, 6))
    with viz.keep_modules(net):
        with pytest.raises(
            ValueError,
            match=exactly(
                "Linear(in_features=5, out_features=6, bias=True) takes inputs whose last dimension is 5, got "
                "shape (1, 4)"
            ),
        ):
            net(ag.ones(1, 3))
        y = net[0](ag.ones(1, 3)).sum()
    assert "0: Linear" in boxes(viz.graph(y))[1]


class Mixing(nn.Module):
    def forward(self, x, y):
        return ag.cat([x, x, y])


class Pair(nn.Module):
    def __init__(self):
        super().__init__()
        self.one, self.two, self.mix = nn.Tanh(), nn.Sigmoid(), Mixing()

    def forward(self, x):
        return self.mix(self.one(x), self.two(x))


def test_a_box_that_reads_another_one_twice_is_joined_to_the_next_too():
    pair, x = Pair(), ag.ones(3, requires_grad=True)
    with viz.keep_modules(pair):
        y = pair(x)
    picture = viz.graph(y, {"x": x}, depth=1)
    assert boxes(picture)[0] == ["mix: Mixing", "one: Tanh", "two: Sigmoid", "x"]
    assert len(re.findall("->", picture.dot)) == 4
