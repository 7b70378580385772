"""fit() and evaluate(): data, epochs, and what the history says."""

from itertools import pairwise

import numpy as np
import pytest

import autograd_engine as ag
from autograd_engine import nn, optim
from autograd_engine.data import DataLoader, IterableDataset, TensorDataset, digits
from autograd_engine.training import (
    Callback,
    CSVLogger,
    evaluate,
    fit,
)

from ..messages import exactly
from .lines import line_data, line_model

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


class Rows(Callback):
    """Remembers the rows of the history, and which moments came in which order."""

    def __init__(self):
        self.rows, self.moments = [], []

    def __getattribute__(self, name):
        if name.startswith("on_") or name in ("after_epoch", "close"):
            self.moments.append(name)
        return super().__getattribute__(name)

    def on_epoch_end(self, run):
        self.rows.append(dict(run.row))


def test_fit_finds_a_line_and_keeps_the_history():
    ag.manual_seed(0)
    model, optimizer = line_model()
    rows = Rows()
    history = fit(
        model,
        line_data(),
        optimizer,
        nn.MSELoss(),
        60,
        validation=line_data(),
        progress=False,
        callbacks=[rows],
    )
    assert model.weight.item() == pytest.approx(3, abs=1e-3)
    assert list(history) == ["epoch", "lr", "train_loss", "val_loss"]
    assert [row["val_loss"] for row in rows.rows] == history["val_loss"]
    assert history["epoch"] == list(range(1, 61))
    assert history["lr"] == [0.3] * 60
    assert history["train_loss"][0] > history["train_loss"][-1]
    more = fit(
        model, line_data(), optimizer, nn.MSELoss(), 2, validation=line_data(), progress=False, history=history
    )
    assert more is history
    assert history["epoch"][-2:] == [61, 62]


def test_the_moments_come_in_order():
    rows = Rows()
    model, optimizer = line_model()
    fit(model, line_data(), optimizer, nn.MSELoss(), 1, progress=False, callbacks=[rows], accumulate=2)
    assert rows.moments == [
        "on_train_begin",
        "on_epoch_begin",
        *["on_batch_end", "on_batch_end", "on_step_end"],
        *["on_batch_end", "on_step_end"],
        "on_epoch_end",
        "after_epoch",
        "on_train_end",
        "close",
    ]
    rows = Rows()
    held_out = {"val": line_data(), "test": line_data()}
    fit(model, line_data(), optimizer, nn.MSELoss(), 1, validation=held_out, progress=False, callbacks=[rows])
    assert rows.moments[-6:] == [
        *["on_evaluation_begin", "on_evaluation_begin"],
        *["on_epoch_end", "after_epoch", "on_train_end", "close"],
    ]


def test_tensors_arrays_data_sets_and_loaders_train_alike():
    x, y = line_data().dataset.tensors
    results = []
    for data in (
        DataLoader(TensorDataset(x, y), 4, shuffle=True),
        (x, y),
        (x.numpy(), y.numpy()),
        TensorDataset(x, y),
    ):
        ag.manual_seed(1)
        model, optimizer = line_model()
        history = fit(model, data, optimizer, nn.MSELoss(), 2, batch_size=4, progress=False, validation=(x, y))
        results.append((model.weight.item(), history))
    assert results == [results[0]] * 4


def test_measures_are_means_over_samples_not_batches():
    model = nn.Identity()
    scores = ag.tensor([[2.0, 0.0], [0.0, 2.0], [2.0, 0.0]])
    data = DataLoader(TensorDataset(scores, ag.tensor([0, 1, 1])), 2)
    result = evaluate(model, data, nn.CrossEntropyLoss())
    whole = nn.CrossEntropyLoss()(scores, ag.tensor([0, 1, 1])).item()
    assert result == {"loss": pytest.approx(whole), "accuracy": pytest.approx(2 / 3)}


def test_evaluation_takes_the_samples_in_their_order():
    seen = []

    def step(model, batch):
        seen.extend(batch[0].flatten().tolist())
        return nn.MSELoss()(model(batch[0]), batch[1])

    x = ag.arange(20.0).reshape(20, 1)
    evaluate(nn.Identity(), (x, x), batch_size=3, step=step)
    assert seen == list(range(20))


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
    model, optimizer = line_model()
    fit(model, line_data(), optimizer, nn.MSELoss(), 2)
    shown = capsys.readouterr().err
    assert "epoch 2/2" in shown
    assert "6/6" in shown
    assert "train_loss=" in shown
    fit(model, iter(list(line_data())), optimizer, nn.MSELoss(), 1)
    assert "3batch" in capsys.readouterr().err


def test_a_progress_bar_counts_a_stream_that_does_not_tell_its_length(capsys):
    class Stream(IterableDataset):
        def __iter__(self):
            return iter([(ag.zeros(1), ag.zeros(1))] * 5)

    model, optimizer = line_model()
    fit(model, DataLoader(Stream(), 2), optimizer, nn.MSELoss(), 2)
    assert "6batch" in capsys.readouterr().err


def test_a_step_of_ones_own_takes_any_batch():
    x, y = line_data().dataset.tensors
    batches = [{"x": x[:7], "y": y[:7]}, {"x": x[7:], "y": y[7:]}]

    def loss_only(model, batch):
        return nn.functional.mse_loss(model(batch["x"]), batch["y"])

    def all_three(model, batch):
        output = model(batch["x"])
        return nn.functional.mse_loss(output, batch["y"]), output, batch["y"]

    histories = []
    for step, metrics in ((loss_only, None), (all_three, {"mae": lambda a, b: abs(a - b).mean()})):
        ag.manual_seed(3)
        model, optimizer = line_model()
        histories.append(
            fit(model, batches, optimizer, epochs=3, step=step, metrics=metrics, validation=batches, progress=False)
        )
    assert histories[0]["val_loss"] == histories[1]["val_loss"]
    assert "val_mae" in histories[1]
    assert evaluate(model, batches, step=loss_only) == {"loss": histories[0]["val_loss"][-1]}
    with pytest.raises(
        TypeError,
        match=exactly(
            "metrics compare an output tensor with a target tensor: let the step return (loss, output, target)"
        ),
    ):
        evaluate(model, batches, step=loss_only, metrics=["accuracy"])


def test_several_held_out_sets_have_columns_of_their_own():
    model, optimizer = line_model()
    held_out = {"val": line_data(), "test": line_data()}
    history = fit(model, line_data(), optimizer, nn.MSELoss(), validation=held_out, progress=False)
    assert list(history) == ["epoch", "lr", "train_loss", "val_loss", "test_loss"]
    assert history["val_loss"] == history["test_loss"]


@pytest.mark.parametrize("sizes", [(4, 4, 4), (5, 5, 2)])
def test_accumulated_gradients_are_those_of_the_whole_batch(sizes):
    rng = np.random.default_rng(0)
    x, y = ag.tensor(rng.normal(size=(12, 3))), ag.tensor(rng.normal(size=(12, 1)))
    stops = np.cumsum((0, *sizes))
    parts = [(x[i:j], y[i:j]) for i, j in pairwise(stops)]
    results = []
    for batches, accumulate in (([(x, y)], 1), (parts, 3), (parts, 5)):
        ag.manual_seed(0)
        model = nn.Linear(3, 1).double()
        optimizer = optim.SGD(model.parameters(), lr=0.1, momentum=0.9)
        history = fit(model, batches, optimizer, nn.MSELoss(), 4, accumulate=accumulate, progress=False)
        results.append((model.weight.detach().numpy().copy(), history["train_loss"]))
    for weight, losses in results[1:]:
        np.testing.assert_allclose(weight, results[0][0], rtol=1e-13)
        np.testing.assert_allclose(losses, results[0][1], rtol=1e-13)


def test_gradients_are_clipped_before_the_step():
    x, y = ag.tensor([[3.0, 4.0]]), ag.tensor([[100.0]])
    for settings, expected in (
        ({"clip_norm": 0.5}, None),
        ({"clip_value": 0.25}, [[0.25, 0.25]]),
        ({"clip_norm": 1e9, "clip_value": 1e9}, [[588.0, 784.0]]),
    ):
        model = nn.Linear(2, 1, bias=False)
        model.load_state_dict({"weight": [[2.0, -1.0]]})
        fit(model, [(x, y)], optim.SGD(model.parameters(), lr=1.0), nn.MSELoss(), progress=False, **settings)
        moved = model.weight.detach().numpy() - np.array([[2.0, -1.0]])
        if expected is None:
            np.testing.assert_allclose(moved, np.array([[3.0, 4.0]]) / 10, rtol=1e-5)
        else:
            np.testing.assert_allclose(moved, expected, rtol=1e-5)


def test_an_optimizer_may_evaluate_the_loss_several_times_per_step():
    class Search(optim.SGD):
        def step(self, closure):
            losses.append(float(closure()))
            super().step()
            after.append(float(closure()))

    losses, after = [], []
    model = nn.Linear(1, 1)
    optimizer = Search(model.parameters(), lr=0.1)
    history = fit(model, line_data(), optimizer, nn.MSELoss(), 3, progress=False, accumulate=3)
    assert losses == pytest.approx(history["train_loss"])
    assert all(b < a for a, b in zip(losses, after, strict=True))


def test_what_is_measured_in_some_epochs_is_nan_in_the_others(tmp_path):
    model, optimizer = line_model()
    history, path = {}, tmp_path / "history.csv"
    for validation in (None, line_data(), None):
        fit(
            model,
            line_data(),
            optimizer,
            nn.MSELoss(),
            validation=validation,
            callbacks=[CSVLogger(path)],
            progress=False,
            history=history,
        )
    assert history["epoch"] == [1, 2, 3]
    assert np.isnan(history["val_loss"]).tolist() == [True, False, True]
    assert len(path.read_text().splitlines()) == 4


def test_all_callbacks_are_closed_even_if_one_fails_to():
    closed = []

    class Close(Callback):
        def close(self):
            closed.append(self)
            raise RuntimeError(f"number {len(closed)}")

    callbacks = [Close(), Close()]
    model, optimizer = line_model()
    with pytest.raises(RuntimeError, match="number 2"):
        fit(model, line_data(), optimizer, nn.MSELoss(), callbacks=callbacks, progress=False)
    assert closed == callbacks


def test_an_interruption_keeps_the_history_so_far():
    class Stop(Callback):
        closed = False

        def on_epoch_end(self, run):
            if run.epoch == 2:
                raise KeyboardInterrupt

        def close(self):
            self.closed = True

    history, stop = {}, Stop()
    model, optimizer = line_model()
    with pytest.raises(KeyboardInterrupt):
        fit(model, line_data(), optimizer, nn.MSELoss(), 5, progress=False, callbacks=[stop], history=history)
    assert history["epoch"] == [1, 2]
    assert stop.closed
