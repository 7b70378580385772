"""What type checkers know of a user's program; test_stubs.py checks that they do and that it is true."""

from typing import Any, assert_type

import autograd_engine as ag
from autograd_engine import Tensor, linalg, nn, optim, special
from autograd_engine.data import DataLoader, Subset, TensorDataset, random_split
from autograd_engine.nn import functional

a, b = ag.ones(2, 2), ag.ones(2, 2)

assert_type(a @ b, Tensor)
assert_type(2 - a, Tensor)
assert_type(a < b, Tensor)
assert_type(a == b, Tensor)
assert_type(a[0], Tensor)
assert_type(-a, Tensor)
assert_type(a.T, Tensor)
assert_type(a.grad, Tensor | None)
assert_type(a.shape, ag.Size)
assert_type(a.size(), ag.Size)
assert_type(a.size(0), int)
assert_type(a.sum().item(), int | float)
assert_type(next(iter(a)), Tensor)
assert_type(a.exp().sum(axis=0), Tensor)
assert_type(a.exp_(), Tensor)
assert_type(a.absolute(), Tensor)
assert_type(a.t_(), Tensor)
assert_type(a.split(1), tuple[Tensor, ...])
assert_type(a.equal(b), bool)
assert_type(a.float().where(a > 0, 0.0), Tensor)
assert_type(a.max(), Tensor)
assert_type(a.max(dim=1).values, Tensor)
assert_type(a.max(axis=1).indices, Tensor)
assert_type(a.max(b), Tensor)
assert_type(a.sort().indices, Tensor)
assert_type(a.median(0).values, Tensor)
assert_type(a.unique(), Tensor)
assert_type(a.nonzero(as_tuple=True), tuple[Tensor, ...])
assert_type(ag.exp_(a), Tensor)
assert_type(ag.exp(a), Tensor)
assert_type(ag.absolute(a), Tensor)
assert_type(ag.sum(a, axis=0), Tensor)
assert_type(ag.where(a > 0, a, 0.0), Tensor)
assert_type(ag.where(a > 0), tuple[Tensor, ...])
assert_type(special.expit(a), Tensor)
assert_type(linalg.inv(a + ag.eye(2)), Tensor)
assert_type(linalg.svd(a).S, Tensor)
assert_type(functional.relu_(a), Tensor)
assert_type(functional.softmax(a, 1), Tensor)
assert_type(functional.cross_entropy(a, ag.tensor([0, 1])), Tensor)
a += b
assert_type(a, Tensor)

x = ag.ones(2, 2, requires_grad=True)
assert_type(ag.grad((x * x).sum(), x), tuple[Tensor, ...])
assert_type(ag.func.hvp(lambda x: (x * x).sum(), a, b), tuple[Tensor, Tensor])
assert_type(ag.utils.checkpoint.checkpoint(nn.functional.relu, x), Tensor)


@ag.no_grad()
def count(x: Tensor) -> int:
    return len(x)


assert_type(count(a), int)


class Block(nn.Module):
    """A module of a user's, whose call has the arguments and the result of its `forward`."""

    def __init__(self) -> None:
        super().__init__()
        self.lines = nn.ModuleList([nn.Linear(2, 2), nn.Linear(2, 2)])
        self.net = nn.Sequential(nn.Linear(2, 2), nn.Sequential(nn.ReLU()))
        self.heads = nn.ModuleDict({"mean": nn.Linear(2, 1)})
        self.scales = nn.ParameterList([ag.ones(2)])

    def forward(self, x: Tensor, scale: float = 1.0) -> tuple[Tensor, int]:
        for line in self.lines:
            x = line(x)
        assert_type(self.lines[0], nn.Linear)
        assert_type(self.net[0](x), Tensor)
        assert_type(self.net[1:](x), Tensor)
        assert_type(self.heads["mean"](x), Tensor)
        assert_type(self.scales[0], nn.Parameter)
        return self.net(x) * scale, len(x)


def misspelled(block: Block) -> None:
    block(a, size=2)  # type: ignore[call-arg]


def of_some_module(layer: nn.Module) -> None:
    assert_type(layer(a), Any)


block = Block()
assert_type(block(a, scale=2.0), tuple[Tensor, int])
assert_type(nn.Linear(2, 3)(a), Tensor)
assert_type(nn.GELU()(a), Tensor)
assert_type(nn.BatchNorm1d(2)(a), Tensor)
assert_type(nn.Embedding(3, 2)(ag.tensor([1])), Tensor)
assert_type(nn.MSELoss()(a, b), Tensor)
assert_type(nn.TripletMarginLoss()(a, b, b), Tensor)
assert_type(ag.models.MLP([2, 3])(a), Tensor)
assert_type(ag.models.lenet5(num_classes=3)(ag.ones(1, 1, 32, 32)), Tensor)
assert_type(nn.utils.skip_init(ag.models.resnet18, num_classes=3), ag.models.ResNet)
assert_type(nn.utils.clip_grad_norm_(block.parameters(), 1.0), Tensor)

optimizer = optim.SGD(block.parameters(), lr=0.1)
assert_type(optimizer.step(lambda: a.sum()), Tensor)
assert_type(optim.lr_scheduler.StepLR(optimizer, 1).get_last_lr(), list[float])

pairs = TensorDataset(ag.ones(4, 2), ag.ones(4))
assert_type(pairs[0], tuple[Tensor, ...])
assert_type(random_split(pairs, [2, 2]), list[Subset[tuple[Tensor, ...]]])
for batch in DataLoader(random_split(pairs, [2, 2])[0], batch_size=2):
    assert_type(batch, list[Tensor])
