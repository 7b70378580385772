"""Training: the loop around model, data, loss and optimizer, and the record of how it went."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Sized
from typing import Any

from .autograd import no_grad
from .nn import Module
from .optim import Optimizer

__all__ = ["evaluate", "fit"]


class _Mean:
    """Loss and accuracy over the samples of several batches."""

    def __init__(self) -> None:
        self.samples = self.loss = 0.0
        self.right: float | None = 0.0

    def add(self, output: Any, target: Any, loss: float) -> None:
        count = output.shape[0]
        self.samples += count
        self.loss += loss * count
        if output.ndim != 2 or target.ndim != 1 or target.is_floating_point():
            self.right = None
        if self.right is not None:
            self.right += int((output.array.argmax(1) == target.array).sum())

    def result(self) -> dict[str, float]:
        if not self.samples:
            raise ValueError("there is nothing to learn from: the data gave no batches")
        accuracy = {} if self.right is None else {"accuracy": self.right / self.samples}
        return {"loss": self.loss / self.samples, **accuracy}


def evaluate(model: Module, data: Iterable[Any], loss_fn: Callable[[Any, Any], Any]) -> dict[str, float]:
    """The mean "loss" of a model and, if the targets are classes, its "accuracy", both over all samples.

    The model is in evaluation mode meanwhile, and nothing is recorded.

    Args:
        data: batches of (input, target), such as a `DataLoader`.
        loss_fn: of (output, target), a mean over the batch.

    Raises:
        ValueError: there are no batches.
    """
    mode = model.training
    model.eval()
    mean = _Mean()
    try:
        with no_grad():
            for inputs, target in data:
                output = model(inputs)
                mean.add(output, target, loss_fn(output, target).item())
    finally:
        model.train(mode)
    return mean.result()


def fit(
    model: Module,
    train: Iterable[Any],
    optimizer: Optimizer,
    loss_fn: Callable[[Any, Any], Any],
    epochs: int,
    *,
    test: Iterable[Any] | None = None,
    progress: bool = True,
    on_epoch: Callable[[dict[str, float]], Any] | None = None,
    history: dict[str, list[float]] | None = None,
) -> dict[str, list[float]]:
    """Train a model, and return the history: a column per measure, a number per epoch.

    The columns are "epoch", "train_loss", "test_loss" and, if the targets are classes, "train_accuracy" and
    "test_accuracy". The training measures are means over the epoch, while the model was learning.

    Args:
        train, test: batches of (input, target), such as a `DataLoader`.
        loss_fn: of (output, target), a mean over the batch.
        epochs: how often to go through the training data.
        progress: whether to show a progress bar.
        on_epoch: called after each epoch with its row of the history.
        history: the history to go on with. It is filled while training, so it also holds what was reached
            when the training is interrupted.

    Raises:
        ValueError: there are no batches, or `epochs` is negative.
        FloatingPointError: the loss became NaN or infinite.

    Example:
        >>> model = nn.Linear(1, 1)
        >>> data = [(tensor([[1.0], [2.0]]), tensor([[2.0], [4.0]]))]
        >>> history = fit(model, data, optim.SGD(model.parameters(), lr=0.1), nn.MSELoss(), 100, progress=False)
        >>> history["train_loss"][-1] < 0.01
        True
    """
    from tqdm import tqdm

    if epochs < 0:
        raise ValueError(f"epochs must be at least 0, not {epochs}")
    columns: dict[str, list[float]] = {} if history is None else history
    first = len(columns.get("epoch", ())) + 1
    batches = epochs * len(train) if isinstance(train, Sized) else None
    with tqdm(total=batches, disable=not progress, unit="batch") as bar:
        for epoch in range(first, first + epochs):
            bar.set_description(f"epoch {epoch}/{first + epochs - 1}")
            mean = _Mean()
            model.train()
            for inputs, target in train:
                optimizer.zero_grad()
                output = model(inputs)
                loss = loss_fn(output, target)
                value = loss.item()
                if not math.isfinite(value):
                    raise FloatingPointError(
                        f"the loss became {value} in epoch {epoch}: try a smaller learning rate, or look for the "
                        "cause under detect_anomaly()"
                    )
                loss.backward()
                optimizer.step()
                mean.add(output, target, value)
                bar.update()
            row = {"epoch": epoch, **{f"train_{name}": value for name, value in mean.result().items()}}
            if test is not None:
                row |= {f"test_{name}": value for name, value in evaluate(model, test, loss_fn).items()}
            for name, value in row.items():
                columns.setdefault(name, []).append(value)
            if on_epoch is not None:
                on_epoch(row)
    return columns
