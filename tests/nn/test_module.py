"""Module, containers and hooks: each program here runs on PyTorch too, where it is installed, and says the same."""

import copy
import gc
import importlib.util
import pickle
import weakref
from collections import OrderedDict

import numpy as np
import pytest

import autograd_engine as ag
from autograd_engine import nn

# --------------------------------------------------------------------- programs for either library


def _net(lib):
    """A network with every kind of thing that a module can own, some of it shared."""

    class Block(lib.nn.Module):
        def __init__(self, width):
            super().__init__()
            self.scale = lib.nn.Parameter(lib.ones(width))
            self.linear = lib.nn.Linear(width, width)
            self.register_buffer("mean", lib.zeros(width))
            self.register_parameter("shift", None)

        def forward(self, x):
            return self.linear(x - self.mean) * self.scale

        def extra_repr(self):
            return "first\nsecond"

    class Net(lib.nn.Module):
        def __init__(self):
            super().__init__()
            self.blocks = lib.nn.ModuleList([Block(3), Block(3)])
            self.register_buffer("steps", lib.zeros(1))
            self.register_buffer("scratch", lib.zeros(1), persistent=False)
            self.head = lib.nn.Sequential(OrderedDict(first=lib.nn.Linear(3, 3), act=lib.nn.Tanh()))
            self.tied = self.blocks[0]
            self.heads = lib.nn.ModuleDict({"a": lib.nn.Linear(3, 1), "b": lib.nn.Bilinear(3, 2, 2)})
            self.weight = lib.nn.Parameter(lib.ones(2))
            self.extra = lib.nn.ParameterDict({"p": lib.ones(2), "q": lib.nn.Parameter(lib.ones(1))})
            self.list = lib.nn.ParameterList([lib.ones(2), lib.ones(1)])
            self.head.first.weight = self.blocks[1].linear.weight
            self.plain = lib.ones(3)
            self.nothing = None

        def forward(self, x):
            for block in self.blocks:
                x = block(x)
            return self.heads["a"](self.head(x))

    return Net()


def names(lib):
    net = _net(lib)
    yield list(net.state_dict())
    yield list(net.state_dict(prefix="net."))
    for duplicates in (True, False):
        yield [n for n, _ in net.named_parameters(remove_duplicate=duplicates)]
        yield [n for n, _ in net.named_buffers("net", remove_duplicate=duplicates)]
        yield [n for n, _ in net.named_modules(remove_duplicate=duplicates)]
    yield [n for n, _ in net.named_children()]
    yield [n for n, _ in net.named_parameters(recurse=False)]
    yield [n for n, _ in net.named_buffers(recurse=False)]
    yield len(list(net.modules())), len(list(net.children())), len(list(net.parameters())), len(list(net.buffers()))
    yield [p.requires_grad for p in net.state_dict(keep_vars=True).values()]
    yield tuple(net.get_parameter("blocks.1.linear.bias").shape), tuple(net.get_buffer("tied.mean").shape)
    yield net.get_submodule("") is net, net.get_submodule("blocks.0") is net.tied
    for missing in (
        lambda: net.get_submodule("blocks.7"),
        lambda: net.get_submodule("weight"),
        lambda: net.get_parameter("blocks.0.mean"),
        lambda: net.get_parameter("nowhere"),
        lambda: net.get_buffer("weight"),
        lambda: net.absent,
    ):
        yield kind_of_error(missing)
    net.blocks[0].shift = lib.nn.Parameter(lib.ones(1))
    net.weight = None
    net.steps = lib.ones(1)
    del net.heads["a"], net.scratch
    yield list(net.state_dict())


def looks(lib):
    net = _net(lib)
    del net.extra, net.list  # PyTorch indents parameters twice
    yield repr(net)
    linear = lib.nn.Linear
    yield repr(lib.nn.ModuleList([linear(2, 2), linear(2, 2), linear(2, 1), lib.nn.Sequential(linear(1, 1))]))
    yield repr(lib.nn.Sequential(linear(2, 2, bias=False), linear(2, 2, bias=False)))
    yield repr(lib.nn.ModuleDict()), repr(lib.nn.ModuleList()), repr(lib.nn.Sequential())
    yield repr(lib.nn.Bilinear(2, 3, 4, bias=False)), repr(lib.nn.Unflatten(1, (2, 3))), repr(lib.nn.Flatten(0, 2))
    yield repr(lib.nn.Identity(3, unused=True)), repr(lib.nn.Module())
    yield repr(net.load_state_dict(net.state_dict()))


def lists(lib):
    layers = [lib.nn.Linear(n, n + 1) for n in range(1, 7)]

    def shown(container):
        return [(n, layers.index(m)) for n, m in container.named_children()], len(container)

    for kind in (lambda items: lib.nn.Sequential(*items), lib.nn.ModuleList):
        net = kind(layers[:3])
        yield shown(net.append(layers[3])), shown(net.extend([layers[4]]))
        net.insert(1, layers[5])
        yield shown(net)
        yield net[0] is layers[0], net[-1] is layers[4], net[-6] is layers[0]
        yield shown(net[1:]), shown(net[::2]), shown(net[-2:]), type(net[1:]).__name__
        del net[0]
        yield shown(net)
        del net[1:3]
        yield shown(net)
        net[-1] = layers[0]
        yield shown(net)
        yield net.pop(0) in layers, shown(net)
        net += kind(layers[1:3])
        yield shown(net), shown(net + kind(layers[4:]))
        yield [layers.index(m) for m in net], layers[1] in net, bool(kind([]))
        for wrong in (
            lambda net=net: net[9],
            lambda net=net: net[-9],
            lambda net=net: net.__setitem__(9, layers[0]),
            lambda net=net: net.__delitem__(9),
            lambda net=net: net.append("layer"),
            lambda net=net: net.extend([3]),
        ):
            yield kind_of_error(wrong)
    net = lib.nn.Sequential(OrderedDict(one=layers[0], two=layers[1]))
    yield shown(net[1:]), shown(net.append(layers[2])), net.two is layers[1]
    net = lib.nn.Sequential(layers[0], layers[1])
    yield shown(2 * net)
    net *= 2
    yield shown(net), kind_of_error(lambda: net * 0), kind_of_error(lambda: net * 1.5)
    parameters = lib.nn.ParameterList([lib.ones(1), lib.nn.Parameter(lib.zeros(2))])
    parameters.append(lib.ones(3)).extend([lib.ones(4)])
    parameters += [lib.ones(5)]
    parameters[0] = lib.ones(6)
    yield [tuple(p.shape) for p in parameters], all(p.requires_grad for p in parameters), len(parameters)
    yield [tuple(p.shape) for p in parameters[1:3]], tuple(parameters[-1].shape), list(parameters.state_dict())


def dictionaries(lib):
    one, two, three = (lib.nn.Linear(n, 1) for n in (1, 2, 3))
    net = lib.nn.ModuleDict([("one", one), ("two", two)])
    net["three"] = three
    yield list(net), list(net.keys()), len(net), "two" in net, "four" in net
    yield [m is net[n] for n, m in net.items()], [m.in_features for m in net.values()]
    yield net.pop("one") is one, list(net), kind_of_error(lambda: net["one"])
    net.update({"two": one, "four": two})
    yield list(net), net["two"] is one
    net.update(lib.nn.ModuleDict({"five": three}))
    yield list(net), net == net, net == lib.nn.ModuleDict(dict(net.items())), len({net, net})
    for wrong in (
        lambda: net.__setitem__("six", 3),
        lambda: net.__setitem__("a.b", one),
        lambda: net.__setitem__("", one),
        lambda: net.__setitem__("forward", one),
        lambda: net.__setitem__("items", one),
        lambda: net.__setitem__(3, one),
        lambda: net.__delitem__("six"),
    ):
        yield kind_of_error(wrong)
    net.clear()
    yield len(net), list(net)
    parameters = lib.nn.ParameterDict({"a": lib.ones(1), "b": lib.nn.Parameter(lib.ones(2))})
    yield tuple(parameters.setdefault("c", lib.ones(3)).shape), list(parameters), parameters.get("d", 7)
    yield tuple(parameters.pop("a").shape), list(parameters.state_dict()), [n for n, _ in parameters.items()]


def assignments(lib):
    def attempt(name, value):
        net = _net(lib)

        def assign():
            setattr(net, name, value)

        # a parameter that takes a buffer's place goes to the end in PyTorch
        return name, type(value).__name__, kind_of_error(assign), sorted(net.state_dict())

    values = (None, 3, lib.ones(2), lib.nn.Parameter(lib.ones(2)), lib.nn.Linear(1, 1))
    for name in ("weight", "steps", "head", "plain", "fresh"):
        for value in values:
            yield attempt(name, value)
    net = _net(lib)
    for register in (
        lambda: net.register_parameter("a.b", None),
        lambda: net.register_parameter("", None),
        lambda: net.register_parameter("plain", lib.nn.Parameter(lib.ones(1))),
        lambda: net.register_parameter("p", lib.ones(1)),
        lambda: net.register_parameter(3, None),
        lambda: net.register_parameter("weight", lib.nn.Parameter(lib.ones(1))),
        lambda: net.register_parameter("forward", None),
        lambda: net.register_buffer("weight", lib.ones(1)),
        lambda: net.register_buffer("steps", lib.ones(1)),
        lambda: net.register_buffer("b", 3),
        lambda: net.register_buffer("head", None),
        lambda: net.add_module("steps", lib.nn.Tanh()),
        lambda: net.add_module("head", lib.nn.Tanh()),
        lambda: net.register_module("new", lib.nn.Tanh()),
        lambda: net.add_module("n", lib.ones(1)),
        lambda: net.add_module("n.m", lib.nn.Tanh()),
    ):
        yield kind_of_error(register), sorted(net.state_dict())


def loading(lib):
    net, other = _net(lib), _net(lib)
    state = other.state_dict()
    first = next(iter(state))
    keys = net.load_state_dict({first: state[first], "more": lib.ones(1)}, strict=False)
    yield keys.missing_keys, keys.unexpected_keys
    partial = {n: t for n, t in state.items() if n != first}
    for wrong in (partial, {**state, "more": lib.ones(1)}, {**state, first: lib.ones(7)}):
        yield kind_of_error(lambda wrong=wrong: net.load_state_dict(wrong))
    yield kind_of_error(lambda: net.load_state_dict([1, 2]))
    taken = {n: lib.zeros(*t.shape, dtype=lib.float64) for n, t in state.items()}
    net.load_state_dict(taken, assign=True)
    yield all(p.dtype == lib.float64 and p.requires_grad for p in net.parameters())
    taken["weight"].add_(1)
    yield net.weight.sum().item()


def conversions(lib):
    def described(net):
        return {n: (str(t.dtype).removeprefix("torch."), t.requires_grad) for n, t in net.state_dict().items()}

    net = lib.nn.Linear(2, 2)
    net.register_buffer("count", lib.zeros(1, dtype=lib.int64))
    net.bias.requires_grad_(False)
    before = list(net.parameters())
    net(lib.ones(1, 2)).sum().backward()
    for convert in (
        lambda: net.double(),
        lambda: net.half(),
        lambda: net.float(),
        lambda: net.to(lib.float64),
        lambda: net.to(dtype=lib.float32),
        lambda: net.to("cpu", lib.float64),
        lambda: net.to(lib.ones(1)),
        lambda: net.cpu(),
        lambda: net.to(lib.device("cpu")),
        lambda: net.type(lib.float64),
    ):
        yield convert() is net, described(net), str(net.weight.grad.dtype).removeprefix("torch.")
        yield [a is b for a, b in zip(before, net.parameters(), strict=True)]
    yield kind_of_error(lambda: net.to(lib.int64))
    yield described(net)
    yield net.train(False).training, net.train().training, net.eval().training
    yield [p.requires_grad for p in net.requires_grad_(False).parameters()]
    net.zero_grad()
    yield net.weight.grad is None
    seen = []
    both = lib.nn.Sequential(net, lib.nn.Sequential(lib.nn.Tanh(), net))
    yield both.apply(lambda module: seen.append(type(module).__name__)) is both, seen


def forward_hooks(lib):
    log = []

    class Add(lib.nn.Module):
        def forward(self, x, y=0, *, z=0):
            log.append(("forward", float(x), float(y), float(z)))
            return x + y + z

    def logged(name, returned=None):
        def hook(module, *args):
            log.append((name, type(module).__name__, *[plain(a) for a in args]))
            return returned(*args) if returned else None

        return hook

    def called(*args, **kwargs):
        log.clear()
        log.append(float(net(*args, **kwargs)))
        return list(log)

    net, x = Add(), lib.ones(())
    handles = [
        net.register_forward_pre_hook(logged("pre 1")),
        net.register_forward_pre_hook(logged("pre 2", lambda args: args[0] + 10)),
        net.register_forward_pre_hook(logged("pre 0", lambda args: (args[0] * 3, 5)), prepend=True),
        net.register_forward_pre_hook(logged("pre k", lambda args, kwargs: (args, {"z": 7})), with_kwargs=True),
        net.register_forward_hook(logged("post 1", lambda args, result: result * 2)),
        net.register_forward_hook(logged("post 2")),
        net.register_forward_hook(logged("post k", lambda args, kwargs, result: result + 1), with_kwargs=True),
        net.register_forward_hook(logged("post 0"), prepend=True),
    ]
    yield called(x, z=2)
    twin = copy.deepcopy(net)
    for handle in (handles[1], handles[4], handles[4]):
        handle.remove()
        yield called(x)
    log.clear()
    yield float(twin(x)), list(log)
    for handle in handles:
        handle.remove()
    yield called(x, 2, z=3)
    net.register_forward_pre_hook(lambda module, args, kwargs: args, with_kwargs=True)
    yield kind_of_error(lambda: net(x))


def backward_hooks(lib):
    log = []

    class Pair(lib.nn.Module):
        def forward(self, x, scale, y):
            return x * scale, (x * y), "text"

    def watched(*args, hooks):
        log.clear()
        net = Pair()
        for register, hook in hooks:
            getattr(net, register)(hook)
        return net(*args)

    def logged(name, returned=None):
        def hook(module, *grads):
            log.append((name, [plain(g) for g in grads]))
            return returned(*grads) if returned else None

        return hook

    full, pre = "register_full_backward_hook", "register_full_backward_pre_hook"
    hooks = [(full, logged("full 1")), (pre, logged("pre 1")), (full, logged("full 2")), (pre, logged("pre 2"))]
    x, y = lib.tensor(3.0, requires_grad=True), lib.tensor(5.0, requires_grad=True)
    product, other, text = watched(x, 2, y, hooks=hooks)
    (product + other * 10).backward()
    yield text, list(log), plain(x.grad), plain(y.grad)
    product, other, _ = watched(x, 2, y, hooks=hooks)
    other.backward()
    yield list(log)
    changing = [
        (pre, logged("pre", lambda outs: (outs[0] * 2, outs[1], None))),
        (full, logged("full", lambda ins, outs: (ins[0] + 1, None, ins[2] * 3))),
    ]
    x.grad = y.grad = None
    product, other, _ = watched(x, 2, y, hooks=changing)
    (product + other).backward()
    yield list(log), plain(x.grad), plain(y.grad)
    with lib.no_grad():
        yield plain(watched(x, 2, y, hooks=hooks)[0]), list(log)

    # one argument constant, one result
    layer = lib.nn.Linear(2, 1, bias=False)
    with lib.no_grad():
        layer.weight.copy_(lib.ones(1, 2))
    layer.register_full_backward_hook(logged("linear"))
    log.clear()
    layer(lib.ones(1, 2, requires_grad=True)).sum().backward()
    yield list(log), plain(layer.weight.grad)
    wrong = lib.nn.Tanh()
    wrong.register_full_backward_hook(lambda module, ins, outs: (ins[0], ins[0]))
    yield kind_of_error(lambda: wrong(x).backward())


PROGRAMS = [names, looks, lists, dictionaries, assignments, loading, conversions, forward_hooks, backward_hooks]


def kind_of_error(function):
    """Whether calling `function` raises; the libraries differ in the class of some errors."""
    try:
        function()
    except Exception:
        return "raises"
    return "passes"


def plain(value):
    """Tensors as numbers, the same from either library."""
    if isinstance(value, (tuple, list)):
        return tuple(map(plain, value))
    if isinstance(value, dict):
        return {name: plain(v) for name, v in value.items()}
    return value.tolist() if hasattr(value, "tolist") else value


@pytest.mark.skipif(importlib.util.find_spec("torch") is None, reason="PyTorch is the second opinion")
@pytest.mark.parametrize("program", PROGRAMS, ids=lambda p: p.__name__)
def test_the_same_program_says_the_same_in_pytorch(program):
    import torch

    ours, theirs = list(program(ag)), list(program(torch))
    for i, (mine, other) in enumerate(zip(ours, theirs, strict=True)):
        assert mine == other, f"answer {i}"


# ---------------------------------------------------------------------------------- without PyTorch


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
    with pytest.raises(RuntimeError, match=r"must return None or a tuple \(args, kwargs\), not 3"):
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
    with pytest.raises(RuntimeError, match=r"returned 2 gradients in place of 1 \(grad_input\)"):
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
    with pytest.raises(IndexError, match="index 3 is out of range for a ModuleList of 1 items"):
        net[3]
    tail = nn.Sequential(a, b, c)[1:].append(a)  # PyTorch overwrites c
    assert list(tail) == [b, c, a]
    with pytest.raises(ValueError, match="cannot be repeated 0 times"):
        tail * 0
    assert list(nn.ModuleList(modules=[b])) == [b]
    heads = nn.ModuleDict(modules={"x": a})
    with pytest.raises(KeyError, match="ModuleDict has no item 'z'; it has 'x'"):
        heads["z"]
    with pytest.raises(KeyError, match="already has an attribute 'items'"):
        heads["items"] = b
    assert heads.pop("z", None) is None
    assert len(nn.ParameterList(values=[ag.ones(2)])) == 1
    parameters = nn.ParameterDict(parameters={"p": ag.ones(2)})
    assert isinstance(parameters["p"], nn.Parameter)
    with pytest.raises(TypeError, match="item '0' must be a Parameter, not float"):
        nn.ParameterList([1.0])


def test_names_that_lead_nowhere_say_what_there_is():
    net = _net(ag)
    with pytest.raises(AttributeError, match=r"'blocks\.7': ModuleList has no submodule '7'; it has 0, 1"):
        net.get_parameter("blocks.7.scale")
    with pytest.raises(AttributeError, match=r"'blocks\.0\.mean': Block has no parameter 'mean'"):
        net.get_parameter("blocks.0.mean")
    with pytest.raises(
        TypeError, match=r"Net\.head is a module and cannot become a int, .* assign a module or None"
    ):
        net.head = 3
    with pytest.raises(TypeError, match=r"Net\.steps is a buffer and cannot become a float, .* assign a tensor"):
        net.steps = 0.0
    with pytest.raises(ValueError, match="no device 'cuda'"):
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
    assert "nothing was loaded" in str(error.value)
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
    with pytest.raises(TypeError, match="takes tensors by name, not a list"):
        net.load_state_dict([given])


def test_a_refused_conversion_changes_nothing():
    net = nn.Linear(2, 2)
    net.register_buffer("count", ag.zeros(1, dtype=ag.int64))
    for refused in (lambda: net.to(ag.int64), lambda: net.type(ag.int64)):
        with pytest.raises(TypeError, match="floating dtype, not int64"):
            refused()
    assert net.half().weight.dtype == ag.float16
    assert (net.count.dtype, net.type(ag.float64).count.dtype) == (ag.int64, ag.float64)
