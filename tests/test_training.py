"""Data, the training loop, and a PyTorch-style program from end to end."""

import numpy as np
import pytest

import autograd_engine as ag
from autograd_engine import nn, optim
from autograd_engine.data import DataLoader, TensorDataset, digits
from autograd_engine.models import MLP
from autograd_engine.training import evaluate, fit

# -------------------------------------------------------------------------------------------- data


def batches(loader):
    return [[t.tolist() for t in batch] for batch in loader]


def test_batches_in_order():
    data = TensorDataset(ag.arange(5), ag.arange(5) * 10)
    assert batches(DataLoader(data, 2)) == [[[0, 1], [0, 10]], [[2, 3], [20, 30]], [[4], [40]]]
    assert batches(DataLoader(data, 2, drop_last=True)) == [[[0, 1], [0, 10]], [[2, 3], [20, 30]]]
    assert [len(DataLoader(data, n)) for n in (1, 2, 5, 9)] == [5, 3, 1, 1]
    assert len(DataLoader(data, 2, drop_last=True)) == 2


def test_shuffling_deals_every_sample_once_and_repeats_with_the_seed():
    data = TensorDataset(ag.arange(50))

    def epoch(loader):
        return [i for (batch,) in batches(loader) for i in batch]

    loader = DataLoader(data, 7, shuffle=True, generator=ag.Generator().manual_seed(3))
    first, second = epoch(loader), epoch(loader)
    assert first != second
    assert sorted(first) == sorted(second) == list(range(50))
    assert epoch(DataLoader(data, 7, shuffle=True, generator=ag.Generator().manual_seed(3))) == first
    ag.manual_seed(5)
    third = epoch(DataLoader(data, 7, shuffle=True))
    ag.manual_seed(5)
    assert epoch(DataLoader(data, 7, shuffle=True)) == third


def test_samples_of_any_structure_are_collated():
    class Samples:
        def __len__(self):
            return 3

        def __getitem__(self, i):
            return {"x": (ag.ones(2) * i, np.float32(i)), "y": i, "name": f"sample {i}"}

    (batch,) = DataLoader(Samples(), 3)
    assert batch["x"][0].tolist() == [[0, 0], [1, 1], [2, 2]]
    assert (batch["x"][1].dtype, batch["y"].dtype) == (np.float32, np.int64)
    assert batch["name"] == ["sample 0", "sample 1", "sample 2"]


def test_data_that_cannot_be_dealt_is_refused():
    with pytest.raises(ValueError, match="4, 5 samples"):
        TensorDataset(ag.zeros(4), ag.zeros(5))
    with pytest.raises(ValueError, match="at least one tensor"):
        TensorDataset()
    with pytest.raises(ValueError, match="the data set is empty"):
        DataLoader(TensorDataset(ag.zeros(0, 3)))
    with pytest.raises(ValueError, match="batch_size must be at least 1"):
        DataLoader(TensorDataset(ag.zeros(2)), 0)


def test_digits_are_split_evenly_and_repeatably():
    train, test = digits()
    assert (len(train), len(test)) == (1437, 360)
    x, y = test.tensors
    assert (x.shape, x.dtype, y.dtype) == ((360, 64), np.float32, np.int64)
    assert (x.min().item(), x.max().item()) == (0, 1)
    assert min(np.bincount(y.numpy())) >= 35
    np.testing.assert_array_equal(digits()[1].tensors[1], y)
    assert (digits(seed=1)[1].tensors[1] != y).any()
    assert not {row.tobytes() for row in x.numpy()} & {row.tobytes() for row in train.tensors[0].numpy()}


# ------------------------------------------------------------------------------------------- fit


def line_data():
    x = ag.tensor(np.linspace(-1, 1, 12, dtype=np.float32).reshape(12, 1))
    return DataLoader(TensorDataset(x, 3 * x - 1), 5)


def test_fit_finds_a_line_and_keeps_the_history():
    ag.manual_seed(0)
    model, rows = nn.Linear(1, 1), []
    optimizer = optim.SGD(model.parameters(), lr=0.3)
    history = fit(
        model, line_data(), optimizer, nn.MSELoss(), 60, test=line_data(), progress=False, on_epoch=rows.append
    )
    assert model.weight.item() == pytest.approx(3, abs=1e-3)
    assert list(history) == ["epoch", "train_loss", "test_loss"]
    assert [row["test_loss"] for row in rows] == history["test_loss"]
    assert history["epoch"] == list(range(1, 61))
    assert history["train_loss"][0] > history["train_loss"][-1]
    more = fit(model, line_data(), optimizer, nn.MSELoss(), 2, test=line_data(), progress=False, history=history)
    assert more is history
    assert history["epoch"][-2:] == [61, 62]


def test_measures_are_means_over_samples_not_batches():
    model = nn.Identity()
    scores = ag.tensor([[2.0, 0.0], [0.0, 2.0], [2.0, 0.0]])
    data = DataLoader(TensorDataset(scores, ag.tensor([0, 1, 1])), 2)
    result = evaluate(model, data, nn.CrossEntropyLoss())
    whole = nn.CrossEntropyLoss()(scores, ag.tensor([0, 1, 1])).item()
    assert result == {"loss": pytest.approx(whole), "accuracy": pytest.approx(2 / 3)}


def test_evaluation_leaves_mode_and_gradients_alone():
    class Spy(nn.Linear):
        def forward(self, x):
            seen.append((self.training, ag.is_grad_enabled()))
            return super().forward(x)

    seen = []
    model = Spy(1, 1)
    evaluate(model, line_data(), nn.MSELoss())
    assert set(seen) == {(False, False)}
    assert model.training
    model.eval()
    fit(model, line_data(), optim.SGD(model.parameters()), nn.MSELoss(), 1, progress=False)
    assert seen[-1] == (True, True)


def test_a_progress_bar_counts_the_batches(capsys):
    model = nn.Linear(1, 1)
    fit(model, line_data(), optim.SGD(model.parameters()), nn.MSELoss(), 2)
    shown = capsys.readouterr().err
    assert "epoch 2/2" in shown
    assert "6/6" in shown


def test_training_that_goes_wrong_says_so():
    model = nn.Linear(1, 1)
    with pytest.raises(FloatingPointError, match=r"the loss became \S+ in epoch 1"), np.errstate(all="ignore"):
        fit(model, list(line_data()) * 50, optim.SGD(model.parameters(), lr=1e6), nn.MSELoss(), 1, progress=False)
    optimizer = optim.SGD(model.parameters())
    with pytest.raises(ValueError, match="no batches"):
        fit(model, [], optimizer, nn.MSELoss(), 1, progress=False)
    with pytest.raises(ValueError, match="no batches"):
        evaluate(model, [], nn.MSELoss())
    with pytest.raises(ValueError, match="epochs"):
        fit(model, [], optimizer, nn.MSELoss(), -1, progress=False)


def test_an_interruption_keeps_the_history_so_far():
    def stop(row):
        if row["epoch"] == 2:
            raise KeyboardInterrupt

    history = {}
    model = nn.Linear(1, 1)
    optimizer = optim.SGD(model.parameters())
    with pytest.raises(KeyboardInterrupt):
        fit(model, line_data(), optimizer, nn.MSELoss(), 5, progress=False, on_epoch=stop, history=history)
    assert history["epoch"] == [1, 2]


def test_an_mlp_needs_two_sizes():
    assert list(MLP([4, 3, 2]).state_dict()) == ["0.weight", "0.bias", "2.weight", "2.bias"]
    with pytest.raises(ValueError, match="at least the sizes"):
        MLP([4])


# ------------------------------------------------------------------------------ programs for PyTorch


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
