"""What the tests of modules share: a network that owns every kind of thing, and results in a form to compare."""

from collections import OrderedDict


def make_net(lib):
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


def plain(value):
    """Tensors as numbers, the same from either library."""
    if isinstance(value, (tuple, list)):
        return tuple(map(plain, value))
    if isinstance(value, dict):
        return {name: plain(v) for name, v in value.items()}
    return value.tolist() if hasattr(value, "tolist") else value
