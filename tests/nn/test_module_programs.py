"""Module and containers: programs that run on either library, ours and PyTorch."""

import copy
import importlib.util
from collections import OrderedDict

import pytest

import autograd_engine as ag

from .nets import make_net, plain


def names(lib):
    net = make_net(lib)
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
    net = make_net(lib)
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
        net = make_net(lib)

        def assign():
            setattr(net, name, value)

        # a parameter that takes a buffer's place goes to the end in PyTorch
        return name, type(value).__name__, kind_of_error(assign), sorted(net.state_dict())

    values = (None, 3, lib.ones(2), lib.nn.Parameter(lib.ones(2)), lib.nn.Linear(1, 1))
    for name in ("weight", "steps", "head", "plain", "fresh"):
        for value in values:
            yield attempt(name, value)
    net = make_net(lib)
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
    net, other = make_net(lib), make_net(lib)
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


@pytest.mark.skipif(importlib.util.find_spec("torch") is None, reason="PyTorch is the second opinion")
@pytest.mark.parametrize("program", PROGRAMS, ids=lambda p: p.__name__)
def test_the_same_program_says_the_same_in_pytorch(program):
    import torch

    ours, theirs = list(program(ag)), list(program(torch))
    for i, (mine, other) in enumerate(zip(ours, theirs, strict=True)):
        assert mine == other, f"answer {i}"
