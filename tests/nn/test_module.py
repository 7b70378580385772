"""Module: what PyTorch does not show."""

import copy
import gc
import pickle
import weakref

import numpy as np
import pytest

import autograd_engine as ag
from autograd_engine import nn
from tests.gpus import ABSENT

from ..messages import exactly
from .nets import make_net, plain


def test_a_subclass_that_forgets_super_works():
    class Net(nn.Module):
        def __init__(self):
            self.layer = nn.Linear(2, 1)
            self.register_buffer("mean", ag.zeros(1))

        def forward(self, x):
            return self.layer(x) - self.mean

    net = Net()
    assert net.training
    assert list(net.state_dict()) == ["mean", "layer.weight", "layer.bias"]
    net.register_forward_hook(lambda module, args, result: result * 0)
    assert net.eval()(ag.ones(3, 2)).tolist() == [[0]] * 3


def test_forward_hooks_see_and_replace_in_order():
    layer, log = nn.Identity(), []
    layer.register_forward_pre_hook(lambda module, args: log.append(("pre", args)))
    layer.register_forward_pre_hook(lambda module, args: (args[0] + 1,), prepend=True)
    handle = layer.register_forward_hook(lambda module, args, result: result * 10)
    layer.register_forward_hook(lambda module, args, result: log.append(("post", args, result)))
    assert layer(1) == 20
    assert log == [("pre", (2,)), ("post", (2,), 20)]
    twin = copy.deepcopy(layer)
    handle.remove()
    assert (layer(1), twin(1)) == (2, 20)
    layer.register_forward_pre_hook(lambda module, args, kwargs: 3, with_kwargs=True)
    with pytest.raises(
        RuntimeError,
        match=exactly(
            "a forward pre-hook with keyword arguments must return None or a tuple (args, kwargs), not 3"
        ),
    ):
        layer(1)


def test_a_hooked_module_pickles():
    layer = nn.Linear(2, 2)
    layer.register_forward_hook(_doubled)
    twin = pickle.loads(pickle.dumps(layer))
    np.testing.assert_array_equal(twin(ag.ones(1, 2)).detach(), layer(ag.ones(1, 2)).detach())
    assert layer(ag.ones(1, 2)).tolist() == (2 * layer.forward(ag.ones(1, 2))).tolist()


def _doubled(module, args, result):
    return result * 2


def test_backward_hooks_see_complete_gradients_and_change_nothing_else():
    layer, seen = nn.Linear(3, 2).double(), []
    x = ag.randn(4, 3, dtype=ag.float64, requires_grad=True)

    def loss():
        return (layer(x) ** 2).sum()

    expected = ag.grad(loss(), [x, layer.weight])
    handle = layer.register_full_backward_hook(lambda module, ins, outs: seen.append((module, ins, outs)))
    given = ag.grad(loss(), [x, layer.weight])
    for a, b in zip(expected, given, strict=True):
        np.testing.assert_array_equal(a, b)
    ((module, (grad_in,), (grad_out,)),) = seen
    assert module is layer
    np.testing.assert_array_equal(grad_in, expected[0])
    np.testing.assert_allclose(grad_out, 2 * layer.forward(x).detach())
    assert ag.testing.gradcheck(lambda x: (layer(x) ** 2).sum(), [x])
    assert ag.testing.gradgradcheck(lambda x: (layer(x) ** 3).sum(), [x])
    handle.remove()
    seen.clear()
    loss().backward()
    assert not seen


def test_backward_hooks_leave_constants_constant():
    seen, flags = [], []

    class Scale(nn.Module):
        def __init__(self):
            super().__init__()
            self.factor = nn.Parameter(3.0)

        def forward(self, *inputs):
            flags[:] = [t.requires_grad for t in inputs]
            return self.factor * sum(inputs)

    layer = Scale()
    layer.register_full_backward_hook(lambda module, ins, outs: seen.append((plain(ins), plain(outs))))
    x, y = ag.tensor(1.0, requires_grad=True), ag.tensor(2.0)
    layer(x, y).backward()
    assert (flags, seen.pop()) == ([True, False], ((3, None), (1,)))
    layer(y, y).backward()  # no argument has a gradient: the hook sees the result's
    assert (flags, seen.pop(), seen) == ([False, False], ((None, None), (1,)), [])
    assert layer.factor.grad.item() == 3 + 4


def test_backward_hooks_replace_gradients():
    layer = nn.Identity()
    layer.register_full_backward_pre_hook(lambda module, outs: outs[0] * 2)
    layer.register_full_backward_hook(lambda module, ins, outs: (ins[0] + outs[0],))
    x = ag.tensor(1.0, requires_grad=True)
    layer(x * 1).backward()
    assert x.grad.item() == 4
    relu = nn.ReLU(inplace=True)
    relu.register_full_backward_hook(lambda module, ins, outs: (ins[0] * 10,))
    x, y = ag.tensor([2.0, -1.0], requires_grad=True), ag.tensor([1.0, 1.0])
    z = x * y
    relu(z).sum().backward()
    assert (x.grad.tolist(), z.tolist()) == ([10, 0], [2, -1])
    relu.register_full_backward_hook(lambda module, ins, outs: (ins[0], None))
    with pytest.raises(
        RuntimeError, match=exactly("a backward hook returned 2 gradients in place of 1 (grad_input)")
    ):
        relu(x * y).sum().backward()


@pytest.mark.parametrize("create_graph", [False, True])
def test_a_watched_call_leaves_no_reference_cycles(create_graph):
    layer = nn.Linear(2, 2)
    layer.register_full_backward_hook(lambda module, ins, outs: None)
    layer.register_forward_hook(lambda module, args, result: None)
    gc.disable()
    try:
        x = ag.ones(1, 2, requires_grad=True)
        inside = x * 2
        saved = weakref.ref(inside.array)
        result = layer(inside)
        ag.grad((result**2).sum(), [x], create_graph=create_graph, retain_graph=True)
        del inside, result
        assert saved() is None
    finally:
        gc.enable()


def test_containers_keep_their_items_under_numbers_and_names():
    a, b, c = (nn.Linear(1, n) for n in (1, 2, 3))
    net = nn.ModuleList([a, b])
    net.insert(0, c)
    assert [n for n, _ in net.named_parameters()][::2] == ["0.weight", "1.weight", "2.weight"]
    assert list(net) == [c, a, b]
    assert net.pop() is b
    assert list(net + nn.ModuleList([b])) == [c, a, b]
    del net[0]
    assert list(net.state_dict()) == ["0.weight", "0.bias"]
    with pytest.raises(IndexError, match=exactly("index 3 is out of range for a ModuleList of 1 items")):
        net[3]
    tail = nn.Sequential(a, b, c)[1:].append(a)  # PyTorch overwrites c
    assert list(tail) == [b, c, a]
    with pytest.raises(ValueError, match=exactly("Sequential: cannot be repeated 0 times")):
        tail * 0
    assert list(nn.ModuleList(modules=[b])) == [b]
    heads = nn.ModuleDict(modules={"x": a})
    with pytest.raises(KeyError, match=exactly("\"ModuleDict has no item 'z'; it has 'x'\"")):
        heads["z"]
    with pytest.raises(KeyError, match=exactly("\"ModuleDict already has an attribute 'items'\"")):
        heads["items"] = b
    assert heads.pop("z", None) is None
    assert len(nn.ParameterList(values=[ag.ones(2)])) == 1
    parameters = nn.ParameterDict(parameters={"p": ag.ones(2)})
    assert isinstance(parameters["p"], nn.Parameter)
    with pytest.raises(TypeError, match=exactly("ParameterList: item '0' must be a Parameter, not float")):
        nn.ParameterList([1.0])


def test_names_that_lead_nowhere_say_what_there_is():
    net = make_net(ag)
    with pytest.raises(AttributeError, match=exactly("'blocks.7': ModuleList has no submodule '7'; it has 0, 1")):
        net.get_parameter("blocks.7.scale")
    with pytest.raises(AttributeError, match=exactly("'blocks.0.mean': Block has no parameter 'mean'")):
        net.get_parameter("blocks.0.mean")
    with pytest.raises(
        TypeError,
        match=exactly(
            "Net.head is a module and cannot become a int, which nobody would find; assign a module or None"
        ),
    ):
        net.head = 3
    with pytest.raises(
        TypeError,
        match=exactly(
            "Net.steps is a buffer and cannot become a float, which nobody would find; assign a tensor or None"
        ),
    ):
        net.steps = 0.0
    with pytest.raises(ValueError, match=exactly(f"there is no device 'cuda': {ABSENT}")):
        net.cuda()


@pytest.mark.parametrize(
    ("state", "words"),
    [
        ({"weight": np.zeros((2, 2), complex)}, "weight: the state holds a ndarray that is no array of real"),
        ({"weight": "zeros"}, "weight: the state holds a str that is no array"),
        ({"weight": [[1, 2], [3]]}, "weight: the state holds a list that is no array"),
        ({"weight": None}, "weight: the state holds a NoneType"),
        ({"count": np.zeros(1)}, "count: the module has dtype int64, which cannot store the float64"),
        ({"weight": np.zeros((3, 2))}, r"weight: the module has shape \(2, 2\), the state \(3, 2\)"),
        ({"weigth": np.zeros((2, 2))}, "unexpected: weigth"),
    ],
)
@pytest.mark.parametrize("assign", [False, True])
def test_a_state_that_does_not_fit_is_refused_whole(state, words, assign):
    net = nn.Linear(2, 2)
    net.register_buffer("count", ag.zeros(1, dtype=ag.int64))
    fitting = {"weight": np.ones((2, 2)), "bias": np.ones(2), "count": np.ones(1, np.int64)}
    before = pickle.dumps(net)
    with pytest.raises(RuntimeError, match=words) as error:
        net.load_state_dict({**fitting, **state}, assign=assign)
    assert str(error.value).startswith("the state does not fit this Linear; nothing was loaded\n  ")
    assert pickle.dumps(net) == before
    assert repr(net.load_state_dict(fitting, assign=assign)) == "<All keys matched successfully>"
    assert net.weight.dtype == ("float64" if assign else "float32")


def test_assigned_arrays_are_shared_and_the_parameters_stay():
    net = nn.Linear(2, 1)
    weight, given = net.weight, ag.zeros(1, 2)
    net(ag.ones(1, 2)).sum().backward()
    net.load_state_dict({"weight": given, "bias": np.zeros(1)}, assign=True)
    given.fill_(3)
    assert net.weight is weight
    assert (weight.tolist(), weight.grad, weight.requires_grad) == ([[3, 3]], None, True)
    with pytest.raises(RuntimeError, match="a parameter cannot take over an array of int64"):
        net.load_state_dict({"weight": ag.zeros(1, 2).long(), "bias": np.zeros(1)}, assign=True)
    net.register_buffer("ones", ag.ones(1).expand(3))
    state = {"weight": given, "bias": np.zeros(1), "ones": np.ones(3)}
    with pytest.raises(RuntimeError, match="ones: the module's array is read-only"):
        net.load_state_dict(state)
    net.load_state_dict(state, assign=True)
    with pytest.raises(TypeError, match=exactly("load_state_dict takes tensors by name, not a list")):
        net.load_state_dict([given])


def test_a_refused_conversion_changes_nothing():
    net = nn.Linear(2, 2)
    net.register_buffer("count", ag.zeros(1, dtype=ag.int64))
    for refused in (lambda: net.to(ag.int64), lambda: net.type(ag.int64)):
        with pytest.raises(
            TypeError, match=exactly("a module's parameters must be of a floating dtype, not int64")
        ):
            refused()
    assert net.half().weight.dtype == ag.float16
    assert (net.count.dtype, net.type(ag.float64).count.dtype) == (ag.int64, ag.float64)


@pytest.mark.parametrize("register", ["register_parameter", "register_buffer", "add_module"])
def test_what_cannot_be_the_name_of_a_part_is_refused(register):
    net = nn.Linear(2, 2)
    word = {"add_module": "module"}.get(register, register.removeprefix("register_"))
    with pytest.raises(TypeError, match=exactly(f"the name of a {word} must be a string, not 3")):
        getattr(net, register)(3, None)
    for name in ("", "a.b"):
        text = f"the name of a {word} must be non-empty and contain no dot, not {name!r}"
        with pytest.raises(KeyError) as error:
            getattr(net, register)(name, None)
        assert error.value.args == (text,)


def test_every_module_is_equal_to_itself_only():
    kinds = [kind for kind in vars(nn).values() if isinstance(kind, type) and issubclass(kind, nn.Module)]
    assert len(kinds) > 80
    assert {
        kind for kind in kinds if kind.__eq__ is not object.__eq__ or kind.__hash__ is not object.__hash__
    } == set()
