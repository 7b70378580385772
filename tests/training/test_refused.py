"""What a training refuses, and how it ends when it goes wrong, each with the whole text of its error."""

import numpy as np
import pytest

import autograd_engine as ag
from autograd_engine import nn, optim
from autograd_engine.data import DataLoader, TensorDataset
from autograd_engine.training import Checkpoint, CSVLogger, EarlyStopping, Scheduler, evaluate, fit

from ..messages import each, exactly
from .lines import line_data, line_model


def fails(data=None, loss=None, **settings):
    model, optimizer = line_model()
    fit(model, line_data() if data is None else data, optimizer, loss or nn.MSELoss(), progress=False, **settings)


SETTINGS = {
    FileNotFoundError: {
        "there is no folder 'none' to write 'x' into": {"callbacks": [Checkpoint("none/x")]},
    },
    IsADirectoryError: {
        "... this is a folder, not a file to write: '.'": {"callbacks": [CSVLogger(".")]},
    },
    TypeError: {
        "data are tensors (x, y), a data set, or batches such as a DataLoader, not int": {"data": 3},
        "the loss is a function of (output, target), not 'mse'; or pass your own step=": {"loss": "mse"},
        "a metric is a name or a function of (output, target), not 3": {"metrics": [3]},
    },
    ValueError: {
        "epochs must be at least 0, not -1": {"epochs": -1},
        "accumulate must be at least 1, not 0": {"accumulate": 0},
        "the data set is empty": {"data": (ag.zeros(0, 1), ag.zeros(0, 1))},
        "the tensors hold 3, 2 samples; each needs the same number": {"data": (ag.zeros(3, 1), ag.zeros(2, 1))},
        (
            "a batch is a pair (input, target), not a Tensor; for other batches pass step=, a function of "
            "(model, batch) that returns the loss"
        ): {"data": [ag.zeros(2, 1)]},
        (
            "a batch is a pair (input, target), not a list of 3; for other batches pass step=, a function "
            "of (model, batch) that returns the loss"
        ): {"data": [[ag.zeros(2, 1)] * 3]},
        (
            "mse_loss: input of shape (2, 1) and target of shape (2,) differ; reshape one of them, "
            "broadcasting would compare every pair"
        ): {"data": [(ag.zeros(2, 1), ag.zeros(2))]},
        "the loss must be one number, the mean over the batch, but it is a tensor of shape (5, 1)": {
            "loss": nn.MSELoss(reduction="none")
        },
        "the loss must be one number, the mean over the batch, but it is a float": {"loss": lambda a, b: 1.0},
        "there is no metric 'accurracy'; there are accuracy, f1, auc, confusion_matrix, and your own functions": {
            "metrics": ["accurracy"]
        },
        "<function <lambda> at ...> cannot be called '<lambda>': pass a dictionary, {\"name\": function}": {
            "metrics": [lambda a, b: 0]
        },
        "<function <lambda> at ...> cannot be called 'loss': pass a dictionary, {\"name\": function}": {
            "metrics": {"loss": lambda a, b: 0}
        },
        (
            "class metrics take scores (N, C, ...) and integer classes (N, ...), not float32 (5, 1) and "
            "float32 (5, 1); for other data pass a function of (output, target)"
        ): {"metrics": "accuracy"},
        "x has shape (12, 1), the history takes numbers: use evaluate() for it": {"metrics": {"x": lambda a, b: a}},
        "validation: the columns 'train_...' are those of the training data; choose another prefix": {
            "validation": {"train": []}
        },
        "a history has a number per epoch in each column, and one is 'epoch', not {'epoch': 2, 'lr': 1}": {
            "history": {"epoch": [1, 2], "lr": [0.1]}
        },
        "a history has a number per epoch in each column, and one is 'epoch', not {'lr': 1}": {
            "history": {"lr": [0.1]}
        },
        "EarlyStopping looks at 'val_loss', but the history has epoch, lr, train_loss": {
            "callbacks": [EarlyStopping()]
        },
    },
}


@each(SETTINGS)
def test_settings_that_cannot_be_right_are_refused(kind, text, call):
    with pytest.raises(kind, match=exactly(text)):
        fails(**call)


CALLBACKS = {
    ValueError: {
        "EarlyStopping: patience must be at least 1, not 0": lambda: EarlyStopping(patience=0),
        "EarlyStopping: min_delta must be at least 0, not -1": lambda: EarlyStopping(min_delta=-1),
        "EarlyStopping: mode must be 'min' or 'max', not 'auto'": lambda: EarlyStopping(mode="auto"),
        "Checkpoint: every must be at least 1, not 0": lambda: Checkpoint("x", every=0),
        "Scheduler: per must be 'epoch' or 'step', not 'batch'": lambda: Scheduler(None, per="batch"),
        "Scheduler: the history has a row per epoch, so that a monitor needs per='epoch'": lambda: Scheduler(
            None, per="step", monitor="x"
        ),
    }
}


@each(CALLBACKS)
def test_settings_of_callbacks_are_checked(kind, text, call):
    with pytest.raises(kind, match=exactly(text)):
        call()


def test_data_that_cannot_be_dealt_is_refused():
    with pytest.raises(ValueError, match=exactly("the tensors hold 4, 5 samples; each needs the same number")):
        TensorDataset(ag.zeros(4), ag.zeros(5))
    with pytest.raises(ValueError, match=exactly("TensorDataset needs at least one tensor")):
        TensorDataset()
    with pytest.raises(ValueError, match=exactly("the data set is empty")):
        DataLoader(TensorDataset(ag.zeros(0, 3)))
    with pytest.raises(ValueError, match=exactly("batch_size must be at least 1, not 0")):
        DataLoader(TensorDataset(ag.zeros(2)), 0)


def test_training_that_goes_wrong_says_so():
    ag.manual_seed(0)
    model, optimizer = line_model()
    with (
        pytest.raises(
            FloatingPointError,
            match=exactly(
                "the loss became inf in epoch 1, step 4: try a smaller learning rate or clip_norm, or look for "
                "the cause under detect_anomaly()"
            ),
        ),
        np.errstate(all="ignore"),
    ):
        fit(model, list(line_data()) * 50, optim.SGD(model.parameters(), lr=1e6), nn.MSELoss(), 1, progress=False)
    with pytest.raises(
        ValueError,
        match=exactly(
            "there is nothing to learn from: the data gave no batches (an iterator gives them once; pass a "
            "list or a DataLoader)"
        ),
    ):
        fit(model, [], optimizer, nn.MSELoss(), 1, progress=False)
    with pytest.raises(
        ValueError,
        match=exactly(
            "there is nothing to learn from: the data gave no batches (an iterator gives them once; pass a "
            "list or a DataLoader)"
        ),
    ):
        fit(nn.Linear(1, 1), iter(line_data()), optimizer, nn.MSELoss(), 2, progress=False)
    with pytest.raises(
        ValueError,
        match=exactly(
            "there is nothing to learn from: the data gave no batches (an iterator gives them once; pass a "
            "list or a DataLoader)"
        ),
    ):
        evaluate(model, [], nn.MSELoss())


def test_a_place_to_write_is_looked_for_before_the_first_step():
    steps = []
    with pytest.raises(FileNotFoundError):
        fails(step=lambda model, batch: steps.append(batch), callbacks=[Checkpoint("none/x")])
    assert not steps


def test_weights_that_the_last_step_broke_are_not_saved(tmp_path):
    model = nn.Linear(1, 1)
    ag.nn.init.zeros_(model.weight)
    path = tmp_path / "x"
    with (
        pytest.raises(
            FloatingPointError,
            match=exactly(
                "the parameter weight became NaN or infinite in epoch 1, though the loss did not: look for the "
                "cause under detect_anomaly()"
            ),
        ),
        np.errstate(all="ignore"),
    ):
        fit(
            model,
            [ag.zeros(1)],
            optim.SGD(model.parameters()),
            step=lambda model, batch: ag.sqrt(model.weight * 0).sum(),
            callbacks=[Checkpoint(path)],
            progress=False,
        )
    assert not path.exists()
