"""The loop: epochs of steps, each of a forward pass, a backward pass and a step of the optimizer; and evaluation.

What a batch is and what is computed with it is one function, the `step`: it takes the model and a batch, and
returns the loss. The usual one calls the model on the first half of a pair and compares with the second.
"""

from __future__ import annotations

import math
import os
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack, closing
from itertools import islice
from typing import Any

import numpy as np

from ..data import DataLoader, TensorDataset
from ..engine.modes import no_grad
from ..func.structure import map_structure
from ..nn import Module
from ..nn.utils import clip_grad_norm_, clip_grad_value_
from ..optim import Optimizer
from ..tensor import Tensor
from ..tensor.creation import as_tensor
from .callbacks import Callback, ProgressBar
from .metrics import Measures, Metrics, named
from .run import Run

__all__ = ["evaluate", "fit"]

Step = Callable[[Module, Any], Any]


def _batches(data: Any, batch_size: int, shuffle: bool) -> Iterable[Any]:
    """Tensors (x, y) and data sets dealt in batches; what gives batches already, as it is."""
    if isinstance(data, tuple) and data and all(isinstance(part, (Tensor, np.ndarray)) for part in data):
        data = TensorDataset(*map(as_tensor, data))
    if isinstance(data, Iterable):
        return data
    if hasattr(data, "__getitem__") and hasattr(data, "__len__"):
        return DataLoader(data, batch_size, shuffle)
    raise TypeError(
        f"data are tensors (x, y), a data set, or batches such as a DataLoader, not {type(data).__name__}"
    )


def _usual_step(loss: Callable[[Any, Any], Any] | None) -> Step:
    if not callable(loss):
        raise TypeError(f"the loss is a function of (output, target), not {loss!r}; or pass your own step=")

    def step(model: Module, batch: Any) -> Any:
        if not isinstance(batch, (tuple, list)) or len(batch) != 2:
            shown = f"a {type(batch).__name__}" + (f" of {len(batch)}" if isinstance(batch, (tuple, list)) else "")
            raise ValueError(
                f"a batch is a pair (input, target), not {shown}; for other batches pass step=, a function of "
                "(model, batch) that returns the loss"
            )
        inputs, target = batch
        output = model(inputs)
        return loss(output, target), output, target

    return step


def _outcome(returned: Any) -> tuple[Any, Any, Any]:
    """The loss, the output and the target of a step."""
    loss, output, target = returned if isinstance(returned, tuple) else (returned, None, None)
    if not isinstance(loss, Tensor) or loss.numel() != 1:
        shown = f"a tensor of shape {loss.shape}" if isinstance(loss, Tensor) else f"a {type(loss).__name__}"
        raise ValueError(f"the loss must be one number, the mean over the batch, but it is {shown}")
    return loss, output, target


def _count(batch: Any) -> int:
    """How many samples a batch has: the length of the first tensor or array in it."""
    lengths: list[int] = []
    map_structure(lambda item: lengths.append(len(item)) if getattr(item, "ndim", 0) else None, batch)
    return lengths[0] if lengths else 1


def evaluate(
    model: Module,
    data: Any,
    loss: Callable[[Any, Any], Any] | None = None,
    *,
    metrics: Metrics = None,
    batch_size: int = 256,
    step: Step | None = None,
) -> dict[str, Any]:
    """The mean "loss" of a model and the metrics by name, over all samples.

    The model is in evaluation mode meanwhile, and nothing is recorded.

    Args:
        data: batches of (input, target), such as a `DataLoader`; or tensors (x, y), or a data set.
        loss: of (output, target), a mean over the batch.
        metrics: "accuracy", "f1", "auc", "confusion_matrix", or functions of (output, target) as arrays of all
            samples; by default the accuracy, if the targets are classes.
        batch_size: of tensors and data sets.
        step: a function of (model, batch) that returns the loss, or (loss, output, target).

    Raises:
        ValueError: there are no batches, or the loss is not one number.

    Example:
        >>> scores, classes = tensor([[2.0, 0.0], [0.0, 2.0]]), tensor([0, 0])
        >>> evaluate(nn.Identity(), (scores, classes), nn.CrossEntropyLoss())
        {'loss': 1.12692..., 'accuracy': 0.5}
    """
    return _evaluate(model, _batches(data, batch_size, False), step or _usual_step(loss), Measures(named(metrics)))


def _evaluate(model: Module, data: Iterable[Any], step: Step, measures: Measures) -> dict[str, Any]:
    mode = model.training
    model.eval()
    try:
        with no_grad():
            for batch in data:
                loss, output, target = _outcome(step(model, batch))
                measures.add(_count(batch), loss.item(), output, target)
    finally:
        model.train(mode)
    return measures.result()


def fit(
    model: Module,
    data: Any,
    optimizer: Optimizer,
    loss: Callable[[Any, Any], Any] | None = None,
    epochs: int = 1,
    *,
    batch_size: int = 32,
    validation: Any = None,
    metrics: Metrics = None,
    callbacks: Sequence[Callback] = (),
    accumulate: int = 1,
    clip_norm: float | None = None,
    clip_value: float | None = None,
    step: Step | None = None,
    progress: bool = True,
    resume: str | os.PathLike[str] | None = None,
    history: dict[str, list[float]] | None = None,
) -> dict[str, list[float]]:
    """Train a model, and return the history: a column per measure, a number per epoch.

    The columns are "epoch", "lr", "train_loss", "val_loss" and, for each metric, "train_..." and "val_...". The
    training measures are means over the epoch, while the model was learning.

    Args:
        data: batches of (input, target), such as a `DataLoader`; or tensors (x, y) or a data set, which are dealt
            in a new random order in every epoch.
        loss: of (output, target), a mean over the batch.
        epochs: how often to go through the training data; with `resume`, in all.
        batch_size: of tensors and data sets.
        validation: data that are measured after each epoch; or a dictionary of them by the prefix of their columns,
            `{"val": ..., "test": ...}`.
        metrics: "accuracy", "f1", "auc", or functions of (output, target) as arrays of all samples of the epoch; by
            default the accuracy, if the targets are classes.
        callbacks: what else to do, such as `EarlyStopping`, `Checkpoint`, `Scheduler`, `CSVLogger`.
        accumulate: step only after so many batches, with the gradient of one batch of all their samples.
        clip_norm: scale the gradient down to this norm where it is longer.
        clip_value: clip each derivative to [-clip_value, clip_value].
        step: a function of (model, batch) that returns the loss, or (loss, output, target), in place of `loss`.
        progress: whether to show a progress bar.
        resume: the file of a `Checkpoint` to go on from, with the same model, optimizer, data and callbacks. The
            result is bit for bit that of a run without the interruption.
        history: the history to go on with. It is filled while training, so it also holds what was reached
            when the training is interrupted.

    Raises:
        ValueError: there are no batches, the loss is not one number, or a setting is out of range.
        FloatingPointError: the loss or a parameter became NaN or infinite.

    Example:
        >>> model = nn.Linear(1, 1)
        >>> data = tensor([[1.0], [2.0]]), tensor([[2.0], [4.0]])
        >>> history = fit(model, data, optim.SGD(model.parameters(), lr=0.2), nn.MSELoss(), 300, progress=False)
        >>> history["train_loss"][-1] < 0.01
        True
    """
    if epochs < 0:
        raise ValueError(f"epochs must be at least 0, not {epochs}")
    if accumulate < 1:
        raise ValueError(f"accumulate must be at least 1, not {accumulate}")
    asked = named(metrics)
    step = step or _usual_step(loss)
    held_out = {} if validation is None else validation if isinstance(validation, Mapping) else {"val": validation}
    if "train" in held_out:
        raise ValueError(
            "validation: the columns 'train_...' are those of the training data; choose another prefix"
        )
    called = [*callbacks, *([ProgressBar()] if progress else [])]
    run = Run(
        model,
        optimizer,
        _batches(data, batch_size, True),
        {name: _batches(part, 256, False) for name, part in held_out.items()},
        called,
        {} if history is None else history,
    )
    if resume is not None:
        run.load(resume)
        run.epochs = epochs
    else:
        run.epochs = run.epoch + epochs
    take_step = _stepper(run, step, clip_norm, clip_value)
    with ExitStack() as stack:
        for callback in reversed(called):
            stack.enter_context(closing(callback))
        _call(run, "on_train_begin")
        while run.epoch < run.epochs and run.stop is None:
            row = _train_epoch(run, take_step, Measures(asked), accumulate)
            for prefix, part in run.held_out.items():
                _call(run, "on_evaluation_begin")
                measured = _evaluate(model, part, step, Measures(asked))
                row |= {f"{prefix}_{name}": _number(name, value) for name, value in measured.items()}
            run.finish_epoch(row)
            _call(run, "on_epoch_end")
            _call(run, "after_epoch")
        _call(run, "on_train_end")
    return run.history


def _call(run: Run, moment: str) -> None:
    for callback in run.callbacks:
        getattr(callback, moment)(run)


def _number(name: str, value: Any) -> float:
    if np.ndim(value):
        raise ValueError(f"{name} has shape {np.shape(value)}, the history takes numbers: use evaluate() for it")
    return float(value)


def _train_epoch(
    run: Run, take_step: Callable[[list[Any], Measures], None], measures: Measures, accumulate: int
) -> dict[str, float]:
    run.batch = 0
    run.model.train()
    _call(run, "on_epoch_begin")
    lr = 0.0
    for group in _groups(run.train, accumulate):
        lr = float(run.optimizer.param_groups[0]["lr"])
        take_step(group, measures)
        run.step += 1
        for _ in group:
            run.batch += 1
            _call(run, "on_batch_end")
        _call(run, "on_step_end")
    _check_weights(run)
    result = {f"train_{name}": _number(name, value) for name, value in measures.result().items()}
    return {"epoch": run.epoch + 1, "lr": lr, **result}


def _check_weights(run: Run) -> None:
    """Raise if the last step made a weight NaN or infinite, which the loss before it does not show, so that no
    checkpoint holds such weights."""
    for name, parameter in run.model.named_parameters():
        if not np.isfinite(parameter.array).all():
            raise FloatingPointError(
                f"the parameter {name} became NaN or infinite in epoch {run.epoch + 1}, though the loss did not: "
                "look for the cause under detect_anomaly()"
            )


def _groups(batches: Iterable[Any], size: int) -> Iterator[list[Any]]:
    rest = iter(batches)
    while group := list(islice(rest, size)):
        yield group


def _stepper(
    run: Run, step: Step, clip_norm: float | None, clip_value: float | None
) -> Callable[[list[Any], Measures], None]:
    """A function that lets the optimizer step on a group of batches."""
    model, optimizer = run.model, run.optimizer
    parameters = [p for group in optimizer.param_groups for p in group["params"]]

    def gradients(group: list[Any], measures: Measures | None) -> Any:
        """The mean loss of the group, with the gradients in place."""
        optimizer.zero_grad()
        counts = [_count(batch) for batch in group]
        total = 0.0
        for batch, count in zip(group, counts, strict=True):
            value, output, target = _outcome(step(model, batch))
            number = value.item()
            if not math.isfinite(number):
                raise FloatingPointError(
                    f"the loss became {number} in epoch {run.epoch + 1}, step {run.step + 1}: try a smaller "
                    "learning rate or clip_norm, or look for the cause under detect_anomaly()"
                )
            weight = count / sum(counts)
            (value if len(group) == 1 else value * weight).backward()
            total += number * weight
            if measures is not None:
                measures.add(count, number, output, target)
        if clip_norm is not None:
            clip_grad_norm_(parameters, clip_norm)
        if clip_value is not None:
            clip_grad_value_(parameters, clip_value)
        return total

    def take_step(group: list[Any], measures: Measures) -> None:
        """One step. Optimizers such as LBFGS try several points; only the first of them enters the measures."""
        pending = [measures]
        optimizer.step(lambda: gradients(group, pending.pop() if pending else None))

    return take_step
