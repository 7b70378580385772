"""Lazy layers: what they become, when, and what may be done with them before."""

import copy
import pickle
from typing import NamedTuple

import numpy as np
import pytest

import autograd_engine as ag
from autograd_engine import nn, optim

from ..messages import exactly


class Lazy(NamedTuple):
    """A lazy layer: how to make it, the size it waits for, the ordinary layer for it, and a shape that fits."""

    name: str
    args: tuple
    settings: dict
    size: int
    shape: tuple

    def lazy(self, module, **more):
        return getattr(module, self.name)(*self.args, **self.settings, **more)

    def ordinary(self, module, **more):
        return getattr(module, self.name.removeprefix("Lazy"))(self.size, *self.args, **self.settings, **more)

    def input(self):
        return np.random.default_rng(0).standard_normal(self.shape)

    def __str__(self):
        return f"{self.name}{self.shape}"


TRACKING = {"affine": True, "track_running_stats": True}
PICTURES = {1: (5,), 2: (5, 4), 3: (3, 5, 4)}
CASES = [
    Lazy("LazyLinear", (3,), {"bias": False}, 5, (2, 4, 5)),
    Lazy("LazyBatchNorm1d", (), {"momentum": None}, 3, (4, 3)),
    *(
        case
        for n, picture in PICTURES.items()
        for case in (
            Lazy(f"LazyConv{n}d", (4, 3, 2), {"padding": 1, "groups": 2}, 6, (2, 6, *picture)),
            Lazy(f"LazyConv{n}d", (4, 3), {"padding_mode": "circular", "padding": 1}, 3, (3, *picture)),
            Lazy(f"LazyConvTranspose{n}d", (4, 3, 2), {"output_padding": 1, "dilation": 2}, 3, (2, 3, *picture)),
            Lazy(f"LazyConvTranspose{n}d", (4, 2), {"bias": False}, 3, (3, *picture)),
            Lazy(f"LazyBatchNorm{n}d", (), {}, 3, (2, 3, *picture)),
            Lazy(f"LazyInstanceNorm{n}d", (), TRACKING, 3, (2, 3, *picture)),
            Lazy(f"LazyInstanceNorm{n}d", (1e-3,), {**TRACKING, "bias": False}, 3, (2, 3, *picture)),
            Lazy(f"LazyInstanceNorm{n}d", (), dict.fromkeys(TRACKING, False), 3, (3, *picture)),
        )
    ),
]


def test_every_lazy_layer_is_among_the_cases():
    assert {case.name for case in CASES} == set(nn.lazy.__all__)


@pytest.mark.parametrize("case", CASES, ids=str)
def test_the_first_call_makes_the_ordinary_layer(case):
    layer, x = case.lazy(nn, dtype=ag.float64), ag.tensor(case.input())
    before = dict(layer.named_parameters())
    ag.manual_seed(5)
    result = layer(x)
    ag.manual_seed(5)
    ordinary = case.ordinary(nn, dtype=ag.float64)
    assert type(layer) is type(ordinary)
    assert repr(layer) == repr(ordinary)
    assert vars(layer).keys() == vars(ordinary).keys()
    np.testing.assert_array_equal(result.detach(), ordinary(x).detach())
    for name, parameter in layer.named_parameters():
        assert parameter is before[name]
        assert type(parameter) is nn.Parameter
        assert parameter.requires_grad
    states = layer.state_dict(), ordinary.state_dict()
    assert list(states[0]) == list(states[1])
    for name, value in states[0].items():
        np.testing.assert_array_equal(value, states[1][name])


@pytest.mark.parametrize("case", CASES, ids=str)
def test_a_state_of_pytorchs_ordinary_layer_loads_before_the_first_call(case):
    torch = pytest.importorskip("torch", reason="PyTorch is the second opinion")
    theirs, ours = case.ordinary(torch.nn).double(), case.lazy(nn).double()
    twin = case.lazy(torch.nn).double()
    if "InstanceNorm" in case.name:  # PyTorch says more of them, for the lazy ones too
        assert repr(ours).startswith(f"{case.name}(0, ")
    else:
        assert repr(ours) == repr(twin)
    assert list(ours.state_dict()) == list(twin.state_dict())
    with torch.no_grad():
        for i, parameter in enumerate(theirs.parameters()):
            parameter.normal_(i)
    ours.load_state_dict({name: value.numpy() for name, value in theirs.state_dict().items()})
    x = case.input()
    wanted = theirs(torch.tensor(x)).detach().numpy()
    np.testing.assert_allclose(ours(ag.tensor(x)).detach(), wanted, rtol=1e-9, atol=1e-9)
    assert type(ours) is getattr(nn, case.name.removeprefix("Lazy"))


def net():
    return nn.Sequential(nn.LazyConv2d(4, 3), nn.LazyBatchNorm2d(), nn.ReLU(), nn.Flatten(), nn.LazyLinear(2))


def test_a_network_may_be_converted_copied_frozen_and_optimized_before_its_first_call():
    model = net().double()
    model[0].weight.requires_grad_(False)
    optimizer = optim.SGD(model.parameters(), lr=0.1, momentum=0.9)
    x = ag.randn(3, 2, 5, 5, dtype=ag.float64)
    for twin in (copy.deepcopy(model), pickle.loads(pickle.dumps(model))):
        assert repr(twin) == repr(model)
        assert [p.requires_grad for p in twin.parameters()] == [False, *[True] * 5]
        ag.manual_seed(1)
        out = twin(x)
        ag.manual_seed(1)
        np.testing.assert_array_equal(out.detach(), copy.deepcopy(model)(x).detach())
    model(x).square().sum().backward()
    before = {name: value.clone() for name, value in model.state_dict().items()}
    optimizer.step()
    assert {p.dtype for p in model.parameters()} == {ag.float64}
    changed = {name for name, p in model.named_parameters() if (p != before[name]).any()}
    assert changed == {name for name, _ in model.named_parameters()} - {"0.weight"}


UNKNOWN = exactly(
    "this UninitializedParameter has no shape and no values yet: call the model once, with an input like those it "
    "will get, so that its lazy layers see their sizes"
)


@pytest.mark.parametrize(
    "use",
    [
        lambda p: p.shape,
        lambda p: p.numel(),
        lambda p: p + 1,
        lambda p: p.sum(),
        lambda p: np.sum(p),
        lambda p: p.tolist(),
        lambda p: nn.init.zeros_(p),
        lambda p: ag.tensor([1.0]).copy_(p),
        lambda p: p.data.add_(1),
    ],
)
def test_who_asks_for_values_is_told_what_to_do(use):
    with pytest.raises(RuntimeError, match=UNKNOWN):
        use(nn.LazyLinear(2).weight)


def test_a_parameter_or_buffer_is_given_its_shape_by_hand():
    parameter = nn.UninitializedParameter(False, dtype=ag.float16)
    assert nn.parameter.is_lazy(parameter)
    assert (repr(parameter), parameter.dtype, parameter.requires_grad) == (
        "<UninitializedParameter>", ag.float16, False,
    )  # fmt: skip
    assert [p.to(ag.float64).requires_grad for p in (parameter, nn.UninitializedParameter())] == [False, True]
    parameter.materialize((2, 3), dtype=ag.float32)
    assert (type(parameter), parameter.shape, parameter.dtype) == (nn.Parameter, (2, 3), ag.float32)
    buffer = nn.UninitializedBuffer()
    assert buffer.to(ag.float64).dtype == ag.float64
    assert not buffer.requires_grad
    buffer.materialize(4)
    assert (type(buffer), buffer.shape, nn.parameter.is_lazy(buffer)) == (ag.Tensor, (4,), False)


def test_states_without_values():
    model, twin = net(), net()
    model.load_state_dict(twin.state_dict())
    assert nn.parameter.is_lazy(model[0].weight)
    twin(ag.ones(2, 2, 5, 5))
    with pytest.raises(
        RuntimeError, match=r"0\.weight: the state has no values, as its lazy layer has seen no input"
    ):
        twin.load_state_dict(model.state_dict())
    model.load_state_dict(twin.state_dict(), assign=True)
    assert model[0].weight.shape == (4, 2, 3, 3)
    np.testing.assert_array_equal(
        model.eval()(ag.ones(2, 2, 5, 5)).detach(), twin.eval()(ag.ones(2, 2, 5, 5)).detach()
    )


@pytest.mark.parametrize(
    ("layer", "shape", "words"),
    [
        (nn.LazyConv2d(4, 3), (2, 2), "LazyConv2d: expected an input of 3 or 4 dimensions, got shape (2, 2)"),
        (nn.LazyConv3d(4, 3), (2, 2), "LazyConv3d: expected an input of 4 or 5 dimensions, got shape (2, 2)"),
        (nn.LazyBatchNorm3d(), (2, 3), "LazyBatchNorm3d: expected an input of 5 dimensions, got shape (2, 3)"),
        (nn.LazyConv1d(4, 3, groups=2), (2, 3, 9), "Conv1d: in_channels 3 does not divide into 2 groups"),
    ],
)
def test_an_input_that_does_not_fit_leaves_the_layer_as_it_is(layer, shape, words):
    with pytest.raises(ValueError, match=exactly(words)):
        layer(ag.ones(*shape))
    assert type(layer).__name__.startswith("Lazy")
    assert all(map(nn.parameter.is_lazy, layer.parameters()))


def test_settings_out_of_range_are_refused_at_once():
    with pytest.raises(ValueError, match="LazyConv2d: out_channels 4 does not divide into 3 groups"):
        nn.LazyConv2d(4, 3, groups=3)
