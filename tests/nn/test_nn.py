"""Modules, layers, losses and initialization: PyTorch's names, numbers and keys."""

import copy
import math
import pickle

import numpy as np
import pytest

import autograd_engine as ag
from autograd_engine import nn
from autograd_engine.nn import functional as F
from autograd_engine.nn import init
from tests.gpus import ABSENT

from ..messages import exactly


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.body = nn.Sequential(nn.Flatten(), nn.Linear(4, 3), nn.ReLU())
        self.heads = nn.ModuleList([nn.Linear(3, 2), nn.Linear(3, 2)])
        self.tied = self.heads[0]
        self.register_buffer("mean", ag.zeros(3))
        self.register_buffer("scratch", ag.zeros(1), persistent=False)
        self.scale = nn.Parameter(ag.tensor(2.0))

    def forward(self, x):
        x = (self.body(x) - self.mean) * self.scale
        return self.heads[0](x) + self.heads[1](x)


KEYS = [
    "scale",
    "mean",
    "body.1.weight",
    "body.1.bias",
    "heads.0.weight",
    "heads.0.bias",
    "heads.1.weight",
    "heads.1.bias",
]


# ------------------------------------------------------------------------------------------ Module


def test_parameters_are_found_in_order_and_shared_ones_once():
    net = Net()
    assert [n for n, _ in net.named_parameters()] == [k for k in KEYS if k != "mean"]
    assert len(list(net.named_parameters(remove_duplicate=False))) == 9
    assert [n for n, _ in net.named_buffers()] == ["mean", "scratch"]
    assert [n for n, _ in net.named_children()] == ["body", "heads", "tied"]
    assert [n for n, _ in net.named_parameters(recurse=False)] == ["scale"]
    assert next(n for n, _ in net.named_parameters(prefix="net")) == "net.scale"


def test_a_parameter_tied_between_layers_counts_and_steps_once():
    net = nn.Sequential(nn.Linear(3, 3), nn.Linear(3, 3))
    net[1].weight = net[0].weight
    assert [n for n, _ in net.named_parameters()] == ["0.weight", "0.bias", "1.bias"]
    assert list(net.state_dict()) == ["0.weight", "0.bias", "1.weight", "1.bias"]
    assert copy.deepcopy(net)[1].weight is not net[0].weight


def test_state_dict_holds_every_name_and_shares_memory():
    net = Net()
    state = net.state_dict()
    assert list(state) == [*KEYS, "tied.weight", "tied.bias"]
    assert not any(t.requires_grad for t in state.values())
    state["scale"].fill_(7)
    assert net.scale.item() == 7
    assert next(iter(net.state_dict(prefix="a."))) == "a.scale"


def test_load_state_dict_copies_values_into_the_same_parameters():
    net, other = Net(), Net()
    before = list(net.parameters())
    keys = net.load_state_dict(other.state_dict())
    assert keys.missing_keys == keys.unexpected_keys == []
    assert all(a is b for a, b in zip(before, net.parameters(), strict=True))
    for mine, theirs in zip(net.parameters(), other.parameters(), strict=True):
        np.testing.assert_array_equal(mine.detach().numpy(), theirs.detach().numpy())


def test_load_state_dict_lists_every_problem_and_loads_nothing():
    net = nn.Linear(2, 3)
    before = net.weight.detach().clone()
    with pytest.raises(RuntimeError) as error:
        net.load_state_dict({"weight": np.zeros((3, 3)), "wieght": np.zeros((3, 2))})
    assert str(error.value) == (
        "the state does not fit this Linear; nothing was loaded\n  missing: bias\n  unexpected: wieght\n  "
        "weight: the module has shape (3, 2), the state (3, 3)"
    )
    np.testing.assert_array_equal(net.weight.detach().numpy(), before.numpy())
    keys = net.load_state_dict({"weight": np.ones((3, 2)), "more": 1}, strict=False)
    assert (keys.missing_keys, keys.unexpected_keys) == (["bias"], ["more"])
    assert net.weight.sum().item() == 6


def test_loading_is_noticed_by_a_graph_that_saved_the_old_values():
    net = nn.Linear(2, 2)
    loss = net(ag.ones(1, 2, requires_grad=True)).sum()
    net.load_state_dict(nn.Linear(2, 2).state_dict())
    with pytest.raises(
        RuntimeError,
        match=exactly(
            "linear saved an array of shape (2,) for its derivative, and the array was changed in "
            "place since (now at version 2); change a clone() instead, or make the change after "
            "backward"
        ),
    ):
        loss.backward()


def test_modes_gradients_and_requests_reach_every_module():
    net = Net()
    assert net.eval() is net
    assert not any(m.training for m in net.modules())
    assert all(m.training for m in net.train().modules())
    net(ag.ones(2, 2, 2)).sum().backward()
    net.zero_grad(set_to_none=False)
    assert all(float(p.grad.abs().sum()) == 0 for p in net.parameters())
    net.zero_grad()
    assert all(p.grad is None for p in net.parameters())
    assert not any(p.requires_grad for p in net.requires_grad_(False).parameters())
    seen = []
    net.apply(lambda module: seen.append(type(module).__name__))
    assert seen[-1] == "Net"
    assert seen[0] == "Flatten"


def test_conversion_keeps_the_parameters_the_same_objects():
    net = Net()
    before = list(net.parameters())
    net(ag.ones(1, 4)).sum().backward()
    assert net.double() is net
    assert all(a is b for a, b in zip(before, net.parameters(), strict=True))
    assert {t.dtype for t in (*net.parameters(), *net.buffers())} == {np.dtype(np.float64)}
    assert net.scale.grad.dtype == np.float64
    net.zero_grad()
    net(ag.ones(1, 4, dtype=ag.float64)).sum().backward()
    assert net.scale.grad.dtype == np.float64
    assert net.to(ag.float32).scale.dtype == np.float32
    assert net.to("cpu").scale.dtype == np.float32
    assert net.double().float().scale.dtype == np.float32
    with pytest.raises(TypeError, match=exactly("a module's parameters must be of a floating dtype, not int64")):
        net.to(ag.int64)
    with pytest.raises(ValueError, match=exactly(f"there is no device 'cuda': {ABSENT}")):
        net.to("cuda")


def test_repr_has_pytorchs_layout():
    assert repr(Net()) == (
        "Net(\n"
        "  (body): Sequential(\n"
        "    (0): Flatten(start_dim=1, end_dim=-1)\n"
        "    (1): Linear(in_features=4, out_features=3, bias=True)\n"
        "    (2): ReLU()\n"
        "  )\n"
        "  (heads): ModuleList(\n"
        "    (0-1): 2 x Linear(in_features=3, out_features=2, bias=True)\n"
        "  )\n"
        "  (tied): Linear(in_features=3, out_features=2, bias=True)\n"
        ")"
    )
    assert repr(nn.Sequential()) == "Sequential()"
    assert repr(nn.Softmax(1)) == "Softmax(dim=1)"
    assert repr(nn.ReLU(inplace=True)) == "ReLU(inplace=True)"
    assert repr(nn.Parameter([1.0])) == "Parameter containing:\ntensor([1.], requires_grad=True)"


def test_replacing_a_parameter_by_a_plain_tensor_is_refused():
    net = nn.Linear(2, 2)
    with pytest.raises(
        TypeError,
        match=exactly(
            "Linear.weight is a parameter and cannot become a Tensor, which nobody would find; "
            "assign nn.Parameter(value), or change it in place under no_grad()"
        ),
    ):
        net.weight = ag.zeros(2, 2)
    net.weight = nn.Parameter(ag.zeros(2, 2))
    net.bias = None
    assert list(net.state_dict()) == ["weight"]
    assert net(ag.ones(1, 2)).tolist() == [[0, 0]]


@pytest.mark.parametrize(
    ("register", "error", "words"),
    [
        (
            lambda m: m.register_buffer("a.b", ag.zeros(1)),
            KeyError,
            exactly("\"the name of a buffer must be non-empty and contain no dot, not 'a.b'\""),
        ),
        (
            lambda m: m.register_buffer("weight", ag.zeros(1)),
            KeyError,
            exactly("\"Linear already has an attribute 'weight'\""),
        ),
        (lambda m: m.register_buffer("b", 3), TypeError, exactly("buffer 'b' must be a Tensor or None, not int")),
        (
            lambda m: m.register_parameter("p", ag.zeros(1)),
            TypeError,
            exactly("parameter 'p' must be a Parameter or None, not Tensor"),
        ),
        (
            lambda m: m.add_module("", nn.ReLU()),
            KeyError,
            exactly("\"the name of a module must be non-empty and contain no dot, not ''\""),
        ),
        (lambda m: nn.Sequential(m, 3), TypeError, exactly("Sequential: item '1' must be a Module, not int")),
    ],
)
def test_registering_what_does_not_fit_is_refused(register, error, words):
    with pytest.raises(error, match=words):
        register(nn.Linear(2, 2))


def test_containers_index_slice_and_grow():
    net = nn.Sequential(nn.Linear(2, 3), nn.ReLU())
    net.append(nn.Linear(3, 1)).extend([nn.Tanh()])
    assert len(net) == 4
    assert isinstance(net[-1], nn.Tanh)
    assert [type(m).__name__ for m in net[1:3]] == ["ReLU", "Linear"]
    assert net[:1][0] is net[0]
    net[1] = nn.Sigmoid()
    assert net(ag.ones(5, 2)).shape == (5, 1)
    assert list(nn.Sequential({"first": nn.Linear(1, 1)}).state_dict()) == ["first.weight", "first.bias"]
    with pytest.raises(TypeError, match=exactly("Sequential: item '0' must be a Module, not str")):
        net[0] = "layer"


def test_modules_copy_and_pickle_with_their_sharing():
    net = Net()
    net(ag.ones(1, 4)).sum().backward()
    twin = copy.deepcopy(net)
    assert twin.tied is twin.heads[0]
    assert twin.scale is not net.scale
    assert isinstance(twin.scale, nn.Parameter)
    twin.scale.grad.fill_(123)
    assert net.scale.grad.item() != 123
    x = ag.ones(1, 4)
    np.testing.assert_array_equal(pickle.loads(pickle.dumps(net))(x).detach(), net(x).detach())


def test_a_module_without_forward_says_so():
    with pytest.raises(NotImplementedError, match=exactly("Module does not define forward()")):
        nn.Module()(1)


def test_a_parameter_shares_its_tensor_and_needs_real_numbers():
    source = ag.zeros(2)
    parameter = nn.Parameter(source)
    source.fill_(3)
    assert parameter.tolist() == [3, 3]
    assert not nn.Parameter([1.0], requires_grad=False).requires_grad
    with pytest.raises(
        RuntimeError,
        match=exactly(
            "only floating-point tensors can require gradients, this one is int64; convert it "
            "first: x.float() or tensor(data, dtype=float32)"
        ),
    ):
        nn.Parameter(ag.tensor([1, 2]))


# ------------------------------------------------------------------------------- layers and losses


def test_layers_compute_their_formulas():
    x = ag.tensor([[1.0, -2.0]])
    linear = nn.Linear(2, 2)
    linear.load_state_dict({"weight": [[1, 2], [3, 4]], "bias": [10, 20]})
    assert linear(x).tolist() == [[7, 15]]
    assert nn.ReLU()(x).tolist() == [[1, 0]]
    np.testing.assert_allclose(nn.Sigmoid()(x), 1 / (1 + np.exp([[-1, 2]])), rtol=1e-6)
    np.testing.assert_allclose(nn.Tanh()(x), np.tanh([[1, -2]]), rtol=1e-6)
    np.testing.assert_allclose(nn.Softmax(1)(x).sum(1), 1, rtol=1e-6)
    np.testing.assert_allclose(nn.LogSoftmax(1)(x).exp(), nn.Softmax(1)(x), rtol=1e-6)
    assert nn.Flatten()(ag.ones(2, 3, 4)).shape == (2, 12)
    assert nn.Flatten(0, 1)(ag.ones(2, 3, 4)).shape == (6, 4)
    assert nn.Identity(5, unused=True)(x) is x
    assert nn.ReLU(inplace=True)(x) is x
    assert x.tolist() == [[1, 0]]
    with pytest.raises(
        ValueError,
        match=exactly(
            "Linear(in_features=2, out_features=2, bias=True) takes inputs whose last dimension "
            "is 2, got shape (1, 3)"
        ),
    ):
        linear(ag.ones(1, 3))
    for wrong in (ag.ones(1, 2, dtype=ag.float64), ag.ones(1, 2).long()):
        with pytest.raises(TypeError, match=f"dtype {wrong.dtype} and the weight float32"):
            linear(wrong)


@pytest.mark.parametrize("function", [F.softmax, F.log_softmax])
def test_softmax_without_a_dimension_warns(function):
    with pytest.warns(UserWarning, match="dim=1"):
        out = function(ag.zeros(2, 4))
    np.testing.assert_allclose(out, function(ag.zeros(2, 4), 1))
    with pytest.warns(UserWarning, match="dim=0"):
        function(ag.zeros(3))


def test_losses_reduce_weigh_and_ignore():
    x, y = ag.tensor([[1.0, 3.0]]), ag.tensor([[0.0, 1.0]])
    assert nn.MSELoss()(x, y).item() == 2.5
    assert nn.MSELoss(reduction="sum")(x, y).item() == 5
    assert nn.L1Loss(reduction="none")(x, y).tolist() == [[1, 2]]
    scores = ag.zeros(3, 4)
    target = ag.tensor([0, 1, 2])
    assert nn.CrossEntropyLoss()(scores, target).item() == pytest.approx(math.log(4))
    assert nn.NLLLoss(ignore_index=1, reduction="sum")(scores - 1, target).item() == 2
    weighted = nn.CrossEntropyLoss(ag.tensor([1.0, 2.0, 3.0, 4.0]), reduction="sum")
    assert weighted(scores, target).item() == pytest.approx(6 * math.log(4))
    assert list(weighted.state_dict()) == ["weight"]
    with pytest.raises(ValueError, match=exactly("reduction must be 'mean', 'sum' or 'none', not 'avg'")):
        nn.MSELoss(reduction="avg")
    with pytest.raises(
        ValueError,
        match=exactly(
            "mse_loss: input of shape (3, 1) and target of shape (3,) differ; reshape one of "
            "them, broadcasting would compare every pair"
        ),
    ):
        nn.MSELoss()(ag.zeros(3, 1), ag.zeros(3))


# ------------------------------------------------------------------------------------------- init


XAVIER = 2 * math.sqrt(6 / 300)
KAIMING = math.sqrt(6 / 100)


@pytest.mark.parametrize(
    ("fill", "low", "high", "std"),
    [
        (lambda t: init.uniform_(t, -1, 3), -1, 3, 4 / math.sqrt(12)),
        (lambda t: init.normal_(t, 5, 2), -20, 30, 2),
        (lambda t: init.xavier_uniform_(t, 2.0), -XAVIER, XAVIER, 2 * math.sqrt(2 / 300)),
        (lambda t: init.xavier_normal_(t), -1, 1, math.sqrt(2 / 300)),
        (lambda t: init.kaiming_uniform_(t, nonlinearity="relu"), -KAIMING, KAIMING, math.sqrt(2 / 100)),
        (lambda t: init.kaiming_normal_(t, mode="fan_out", nonlinearity="linear"), -1, 1, math.sqrt(1 / 200)),
    ],
)
def test_initial_values_have_the_stated_distribution(fill, low, high, std):
    ag.manual_seed(0)
    weight = nn.Parameter(ag.empty(200, 100))
    assert fill(weight) is weight
    values = weight.detach().numpy()
    assert low <= values.min() < values.max() <= high
    assert values.std() == pytest.approx(std, rel=0.02)
    assert weight.is_leaf


def test_constants_gains_and_refusals():
    weight = ag.empty(2, 3, 4)
    assert init.constant_(weight, 3).sum().item() == 72
    assert init.ones_(weight).sum().item() == 24
    assert init.zeros_(weight).sum().item() == 0
    gains = {"linear": 1, "conv2d": 1, "sigmoid": 1, "tanh": 5 / 3, "relu": math.sqrt(2), "selu": 0.75}
    for name, gain in gains.items():
        assert init.calculate_gain(name) == gain
    assert init.calculate_gain("leaky_relu", 1.0) == 1
    assert init.calculate_gain("leaky_relu") == pytest.approx(math.sqrt(2 / 1.0001))
    with pytest.raises(
        ValueError,
        match=exactly(
            "no gain is known for 'sine'; known are leaky_relu, sigmoid, tanh, relu, selu, "
            "linear, conv1d, conv2d, conv3d, conv_transpose1d, conv_transpose2d, conv_transpose3d"
        ),
    ):
        init.calculate_gain("sine")
    with pytest.raises(
        ValueError, match=exactly("fan in and fan out need a tensor of at least 2 dimensions, got shape (3,)")
    ):
        init.xavier_uniform_(ag.empty(3))
    with pytest.raises(ValueError, match=exactly("mode must be 'fan_in' or 'fan_out', not 'both'")):
        init.kaiming_normal_(weight, mode="both")
    assert init.kaiming_uniform_(ag.empty(0, 3)).shape == (0, 3)
    assert init.kaiming_normal_(ag.empty(0, 3)).shape == (0, 3)


def test_linear_starts_with_pytorchs_distribution():
    ag.manual_seed(0)
    linear = nn.Linear(400, 300)
    for parameter in linear.parameters():
        values = parameter.detach().numpy()
        assert np.abs(values).max() <= 1 / 20
        assert values.std() == pytest.approx(1 / 20 / math.sqrt(3), rel=0.1)
    assert nn.Linear(0, 3).bias.tolist() == [0, 0, 0]


# --------------------------------------------------------------------------------- against PyTorch


def test_pytorch_agrees_on_keys_layout_outputs_and_gradients():
    torch = pytest.importorskip("torch", reason="PyTorch is the second opinion")

    def build(module):
        return module.Sequential(
            module.Flatten(), module.Linear(6, 5), module.Tanh(), module.Linear(5, 4, bias=False), module.ReLU()
        )

    theirs, ours = build(torch.nn).double(), build(nn).double()
    assert repr(ours) == repr(theirs)
    ours.load_state_dict(theirs.state_dict())
    x = np.random.default_rng(0).normal(size=(3, 2, 3))
    target = np.array([0, 3, 1])
    settings = {"label_smoothing": 0.1, "ignore_index": 3}
    mine = nn.CrossEntropyLoss(**settings)(ours(ag.tensor(x)), ag.tensor(target))
    other = torch.nn.CrossEntropyLoss(**settings)(theirs(torch.tensor(x)), torch.tensor(target))
    mine.backward()
    other.backward()
    assert mine.item() == pytest.approx(other.item(), rel=1e-12)
    for (name, p), (key, q) in zip(ours.named_parameters(), theirs.named_parameters(), strict=True):
        assert name == key
        np.testing.assert_allclose(p.grad.numpy(), q.grad.numpy(), rtol=1e-9, atol=1e-12)
