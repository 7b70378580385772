"""Summaries of models: what each layer puts out and costs; PyTorch's FLOP counter is a second opinion."""

import pickle

import pytest

import autograd_engine as ag
from autograd_engine import nn
from autograd_engine.viz import summary

from ..messages import exactly


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.first = nn.Linear(4, 3)
        self.blocks = nn.ModuleList([nn.Sequential(nn.Linear(3, 3), nn.Tanh()), nn.Linear(3, 3, bias=False)])
        self.tied = self.first
        self.unused = nn.Linear(9, 9)
        self.blocks[1].requires_grad_(False)
        self.shift = nn.Parameter(ag.zeros(3))

    def forward(self, x, y=None):
        x = self.first(x) + self.tied(x)
        for block in self.blocks:
            x = block(x)
        return x + self.shift, {"copy": (x, None)}


ROWS = [
    # name, type, depth, calls, output shape, parameters, trainable, FLOPs in units of a row of the batch
    ("", "Net", 0, 1, ((2, 3), {"copy": ((2, 3), None)}), 15 + 12 + 9 + 90 + 3, 120, 2 * 24 + 18 + 18),
    ("first", "Linear", 1, 2, (2, 3), 15, 15, 2 * 24),
    ("blocks", "ModuleList", 1, 0, None, 21, 12, 36),
    ("blocks.0", "Sequential", 2, 1, (2, 3), 12, 12, 18),
    ("blocks.0.0", "Linear", 3, 1, (2, 3), 12, 12, 18),
    ("blocks.0.1", "Tanh", 3, 1, (2, 3), 0, 0, 0),
    ("blocks.1", "Linear", 2, 1, (2, 3), 9, 0, 18),
    ("unused", "Linear", 1, 0, None, 90, 90, 0),
]


def test_rows_count_their_module_and_all_below_it():
    found = summary(Net(), ag.ones(2, 4))
    for row, (name, kind, depth, calls, shape, parameters, trainable, flops) in zip(found.rows, ROWS, strict=True):
        assert (row.name, row.type, row.depth, row.calls) == (name, kind, depth, calls)
        assert row.output_shape == shape
        assert (row.parameters, row.trainable_parameters) == (parameters, trainable)
        assert row.flops == 2 * flops
    assert (found.total_parameters, found.trainable_parameters, found.total_flops) == (129, 120, 168)


def test_it_prints_a_tree():
    lines = str(summary(Net(), input_size=(2, 4), depth=1)).splitlines()
    assert [line[:28].rstrip() for line in lines[2:6]] == [
        "Net",
        "  first: Linear (called 2 ti",
        "  blocks: ModuleList",
        "  unused: Linear",
    ]
    assert lines[4].split() == ["blocks:", "ModuleList", "-", "21", "12", "72"]
    assert "129, of which 120 are trainable and 9 fixed" in lines[6]
    assert "FLOPs: 168, two for each multiply-add" in lines[7]
    assert "<table>" in summary(Net())._repr_html_()


def test_the_model_stays_as_it_was():
    net = Net().train()
    net.blocks.eval()
    calls = []
    net.first.register_forward_hook(lambda module, args, result: calls.append(module.training))
    net(ag.ones(2, 4))[0].sum().backward()
    before = [(n, m.training, len(m._hooks or ())) for n, m in net.named_modules()], pickle.dumps(net.state_dict())
    gradients = {n: p.grad for n, p in net.named_parameters()}
    calls.clear()
    ag.manual_seed(0)
    summary(net, input_size=(2, 4))
    with pytest.raises(
        ValueError,
        match=exactly(
            "Linear(in_features=4, out_features=3, bias=True) takes inputs whose last dimension is 4, got "
            "shape (2, 5)"
        ),
    ):
        summary(net, input_size=(2, 5))
    assert ag.rand(1).item() == ag.rand(1, generator=ag.Generator().manual_seed(0)).item()
    assert calls == [False, False]
    after = [(n, m.training, len(m._hooks or ())) for n, m in net.named_modules()], pickle.dumps(net.state_dict())
    assert before == after
    assert all(p.grad is gradients[n] for n, p in net.named_parameters())


def test_inputs_are_made_as_the_model_needs_them():
    seen = []

    class Two(nn.Module):
        def __init__(self):
            super().__init__()
            self.map = nn.Bilinear(3, 4, 2, dtype=ag.float64)

        def forward(self, x, y):
            seen[:] = [x, y]
            return self.map(x, y.to(x.dtype))

    found = summary(Two(), input_size=[(5, 3), (5, 4)])
    assert [t.dtype for t in seen] == [ag.float64, ag.float64]
    assert found.rows[1].output_shape == (5, 2)
    assert found.total_flops == 2 * (5 * 2 * 3 * 4 + 5 * 2 * 4)
    summary(Two(), input_size=[(5, 3), (5, 4)], dtypes=[ag.float64, ag.int64])
    assert [t.dtype for t in seen] == [ag.float64, ag.int64]
    assert seen[1].tolist() == [[0] * 4] * 5
    assert [r.output_shape for r in summary(Two()).rows] == [None, None]


def test_a_layer_of_ones_own_counts_itself():
    class Square(nn.Module):
        def forward(self, x):
            return x @ x

        def _flops(self, inputs, output):
            return 2 * inputs[0].shape[-1] * output.numel()

    assert summary(nn.Sequential(Square(), nn.Identity(), Square()), ag.ones(3, 3)).total_flops == 2 * 54


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda: summary(ag.ones(3)), "summary takes a Module, not a Tensor"),
        (
            lambda: summary(nn.ReLU(), ag.ones(3), input_size=(3,)),
            "summary: give either the inputs themselves or their input_size",
        ),
        (
            lambda: summary(nn.ReLU(), (1, 28)),
            "summary: (1, 28) is no input; a shape is given as input_size=(1, 28)",
        ),
        (
            lambda: summary(nn.ReLU(), [(1, 28), (3,)]),
            "summary: [(1, 28), (3,)] is no input; a shape is given as input_size=[(1, 28), (3,)]",
        ),
    ],
)
def test_unclear_requests_are_refused(call, words):
    with pytest.raises(TypeError, match=exactly(words)):
        call()


def dense(layers):
    return layers.Sequential(
        layers.Flatten(2), layers.Linear(6, 5), layers.Tanh(), layers.Linear(5, 4, bias=False), layers.ReLU()
    )


def convolutional(layers):
    return layers.Sequential(
        layers.Conv2d(4, 8, 3, 2, 1, groups=2),
        layers.BatchNorm2d(8),
        layers.ReLU(),
        layers.MaxPool2d(2, 1),
        layers.ConvTranspose2d(8, 6, 3, 2, 1, 1, groups=2),
        layers.Conv2d(6, 3, 1),
    )


def deep(layers):
    return layers.Sequential(
        layers.Conv3d(2, 4, 3, padding=1),
        layers.Flatten(2),
        layers.LazyConv1d(3, 4, dilation=2),
        layers.LazyLinear(2),
    )


@pytest.mark.parametrize(
    ("build", "size"), [(dense, (7, 3, 2, 3)), (convolutional, (2, 4, 9, 8)), (deep, (1, 2, 3, 4, 5))]
)
def test_pytorch_counts_the_same(build, size):
    torch = pytest.importorskip("torch", reason="PyTorch is the second opinion")
    from torch.utils.flop_counter import FlopCounterMode

    theirs = build(torch.nn)
    with FlopCounterMode(display=False) as counter:
        theirs(torch.ones(size))
    found = summary(build(nn), input_size=size)
    assert found.total_flops == counter.get_total_flops()
    assert found.total_parameters == sum(p.numel() for p in theirs.parameters())
