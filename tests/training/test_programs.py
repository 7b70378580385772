"""Training loops written for PyTorch run here too."""

import numpy as np
import pytest

import autograd_engine as ag
from autograd_engine import nn, optim
from autograd_engine.data import DataLoader, digits


def pytorch_program(torch, nn, optim, loader):
    """A training script as people write it for PyTorch; it runs on either library."""

    class Net(nn.Module):
        def __init__(self):
            super().__init__()
            self.fc1 = nn.Linear(64, 32)
            self.fc2 = nn.Linear(32, 10)

        def forward(self, x):
            x = x.view(-1, 64)
            x = nn.functional.relu(self.fc1(x))
            return self.fc2(x)

    torch.manual_seed(0)
    model = Net()
    criterion = nn.CrossEntropyLoss()
    optimizer = optim.SGD(model.parameters(), lr=0.2, momentum=0.9)
    model.train()
    for _epoch in range(6):
        for data, target in loader("train"):
            optimizer.zero_grad()
            output = model(data)
            loss = criterion(output, target)
            loss.backward()
            optimizer.step()
    model.eval()
    correct, total, test_loss = 0, 0, 0.0
    with torch.no_grad():
        for data, target in loader("test"):
            output = model(data)
            test_loss += criterion(output, target).item()
            pred = output.argmax(dim=1, keepdim=True)
            correct += pred.eq(target.view_as(pred)).sum().item()
            total += target.size(0)
    assert np.isfinite(test_loss)
    assert list(model.state_dict()) == ["fc1.weight", "fc1.bias", "fc2.weight", "fc2.bias"]
    return correct / total


def test_a_program_written_for_pytorch_runs():
    parts = dict(zip(("train", "test"), digits(), strict=True))
    loaders = {name: DataLoader(part, batch_size=32, shuffle=name == "train") for name, part in parts.items()}
    assert pytorch_program(ag, nn, optim, loaders.get) > 0.9


def test_the_same_program_does_as_well_on_pytorch():
    torch = pytest.importorskip("torch", reason="PyTorch is the second opinion")
    from torch.utils import data

    parts = {
        name: data.TensorDataset(*(torch.from_numpy(t.numpy()) for t in part.tensors))
        for name, part in zip(("train", "test"), digits(), strict=True)
    }
    loaders = {name: data.DataLoader(part, batch_size=32, shuffle=name == "train") for name, part in parts.items()}
    assert pytorch_program(torch, torch.nn, torch.optim, loaders.get) > 0.9


def test_training_follows_pytorch_step_by_step():
    torch = pytest.importorskip("torch", reason="PyTorch is the second opinion")
    theirs = torch.nn.Sequential(torch.nn.Linear(8, 16), torch.nn.ReLU(), torch.nn.Linear(16, 4)).double()
    ours = nn.Sequential(nn.Linear(8, 16), nn.ReLU(), nn.Linear(16, 4)).double()
    ours.load_state_dict(theirs.state_dict())
    rng = np.random.default_rng(0)
    optimizers = optim.Adam(ours.parameters(), 0.01), torch.optim.Adam(theirs.parameters(), 0.01)
    for _ in range(25):
        x, y = rng.normal(size=(5, 8)), rng.integers(0, 4, 5)
        losses = (
            nn.CrossEntropyLoss()(ours(ag.tensor(x)), ag.tensor(y)),
            torch.nn.CrossEntropyLoss()(theirs(torch.tensor(x)), torch.tensor(y)),
        )
        assert losses[0].item() == pytest.approx(losses[1].item(), rel=1e-9)
        for loss, optimizer in zip(losses, optimizers, strict=True):
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
