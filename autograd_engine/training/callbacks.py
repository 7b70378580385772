"""Callbacks: what is done around the steps and epochs of a training: log, stop, save, change the learning rate.

A callback overrides the moments it cares about. What it remembers goes through `state_dict`, so that it is part of
a checkpoint, and a resumed run goes on as if nothing had happened.
"""

from __future__ import annotations

import csv
import io
import os
from typing import Any

from ..backend.files import check_writable, sweep, write_atomically
from .run import Run

__all__ = ["CSVLogger", "Callback", "Checkpoint", "EarlyStopping", "ProgressBar", "Scheduler", "TensorBoard"]


class Callback:
    """Does nothing at any moment; subclasses override some.

    Example:
        >>> class Shout(Callback):
        ...     def on_epoch_end(self, run):
        ...         print(f"EPOCH {run.epoch} OF {run.epochs}!")
        >>> from autograd_engine.training import fit
        >>> model, data = nn.Linear(1, 1), (tensor([[1.0]]), tensor([[2.0]]))
        >>> optimizer = optim.SGD(model.parameters())
        >>> history = fit(model, data, optimizer, nn.MSELoss(), callbacks=[Shout()], progress=False)
        EPOCH 1 OF 1!
    """

    def on_train_begin(self, run: Run) -> None:
        """Before the first epoch; in a resumed run, after its state was loaded."""

    def on_epoch_begin(self, run: Run) -> None:
        """Before the first batch of an epoch."""

    def on_batch_end(self, run: Run) -> None:
        """After each batch."""

    def on_step_end(self, run: Run) -> None:
        """After each step of the optimizer, which may be one for several batches."""

    def on_evaluation_begin(self, run: Run) -> None:
        """Before each of the validation data is measured, when all batches of the epoch were seen."""

    def on_epoch_end(self, run: Run) -> None:
        """After each epoch, when its row is in the history."""

    def after_epoch(self, run: Run) -> None:
        """When all callbacks have seen the end of the epoch: now the state is complete, and can be saved."""

    def on_train_end(self, run: Run) -> None:
        """After the last epoch, unless the training was interrupted."""

    def close(self) -> None:
        """At the very end, even after an error: close files and bars."""

    def state_dict(self) -> dict[str, Any]:
        """What a checkpoint must keep of this callback: tensors, numbers, text and structures of them."""
        return {}

    def load_state_dict(self, state: dict[str, Any]) -> None:
        """Continue from a `state_dict()`."""


class _Best:
    """The best value so far of a column of the history."""

    def __init__(self, who: str, monitor: str, mode: str, min_delta: float = 0.0) -> None:
        if mode not in ("min", "max"):
            raise ValueError(f"{who}: mode must be 'min' or 'max', not {mode!r}")
        if not min_delta >= 0:
            raise ValueError(f"{who}: min_delta must be at least 0, not {min_delta}")
        self.who = who
        self.monitor = monitor
        self.sign = 1 if mode == "max" else -1
        self.min_delta = min_delta
        self.value: float | None = None

    def improves(self, run: Run) -> bool:
        """Whether the last epoch beats the best by more than `min_delta`; if so, it is the best from now on."""
        value = run.measure(self.monitor, self.who)
        if value != value or (self.value is not None and not self.sign * (value - self.value) > self.min_delta):
            return False
        self.value = value
        return True


class EarlyStopping(Callback):
    """Stops when a measure has not become better for a while.

    Args:
        monitor: the column of the history to look at.
        patience: how many epochs in a row without improvement end the training.
        mode: "min" if less is better, "max" if more is.
        min_delta: only a change greater than this counts as an improvement.
        restore_best: at the end, give the model the weights of its best epoch.

    Attributes:
        best_epoch: the best epoch so far.
        reason: why it ended the training; None as long as it did not.

    Raises:
        ValueError: a setting is out of range; in the training, that there is no such column.
    """

    def __init__(
        self,
        monitor: str = "val_loss",
        patience: int = 10,
        mode: str = "min",
        min_delta: float = 0.0,
        restore_best: bool = True,
    ) -> None:
        if patience < 1:
            raise ValueError(f"EarlyStopping: patience must be at least 1, not {patience}")
        self.best = _Best("EarlyStopping", monitor, mode, min_delta)
        self.patience = patience
        self.restore_best = restore_best
        self.best_epoch = 0
        self.waited = 0
        self.reason: str | None = None
        self._weights: dict[str, Any] | None = None

    def on_epoch_end(self, run: Run) -> None:
        """Compare the epoch with the best one."""
        if self.best.improves(run):
            self.best_epoch, self.waited = run.epoch, 0
            if self.restore_best:
                self._weights = {name: t.clone() for name, t in run.model.state_dict().items()}
            return
        self.waited += 1
        if self.waited >= self.patience:
            run.stop = self.reason = (
                f"{self.best.monitor} has not improved for {self.waited} epochs; its best was "
                f"{self.best.value:.6g} in epoch {self.best_epoch}"
                if self.best_epoch
                else f"{self.best.monitor} has been NaN for {self.waited} epochs"
            )

    def on_train_end(self, run: Run) -> None:
        """Restore the best weights."""
        if self._weights is not None:
            run.model.load_state_dict(self._weights)

    def state_dict(self) -> dict[str, Any]:
        """The best value, its epoch and weights, and how long ago that was."""
        return {
            "best": self.best.value,
            "best_epoch": self.best_epoch,
            "waited": self.waited,
            "reason": self.reason,
            "weights": self._weights,
        }

    def load_state_dict(self, state: dict[str, Any]) -> None:
        """Continue from a `state_dict()`."""
        self.best.value = state["best"]
        self.best_epoch, self.waited, self.reason = state["best_epoch"], state["waited"], state["reason"]
        self._weights = state["weights"]


class Checkpoint(Callback):
    """Writes the whole state of the run to a safetensors file, from which `fit(..., resume=path)` goes on.

    The file is replaced in one step, so that a complete one is there whenever the program is killed. The weights
    alone are `load(path)["model"]`.

    Args:
        path: the file.
        monitor: write only after epochs that are the best so far by this column of the history; by default,
            write the last one.
        mode: "min" if less is better, "max" if more is.
        every: write only after every so many epochs, and after the last.

    Raises:
        ValueError: a setting is out of range; in the training, that there is no such column.
        OSError: when the training begins, that the file cannot be written there.
    """

    def __init__(
        self, path: str | os.PathLike[str], monitor: str | None = None, mode: str = "min", every: int = 1
    ) -> None:
        if every < 1:
            raise ValueError(f"Checkpoint: every must be at least 1, not {every}")
        self.path = path
        self.best = None if monitor is None else _Best("Checkpoint", monitor, mode)
        self.every = every
        self._due = True

    def on_train_begin(self, run: Run) -> None:
        """Fail now if the file cannot be written, not after an epoch; delete what killed runs left of it."""
        check_writable(self.path)
        sweep(self.path)

    def on_epoch_end(self, run: Run) -> None:
        """Compare the epoch with the best one."""
        if self.best is not None:
            self._due = self.best.improves(run)

    def after_epoch(self, run: Run) -> None:
        """Write the file if it is time."""
        if self._due and (run.epoch % self.every == 0 or run.epoch == run.epochs or run.stop):
            run.save(self.path)

    def state_dict(self) -> dict[str, Any]:
        """The best value so far."""
        return {} if self.best is None else {"best": self.best.value}

    def load_state_dict(self, state: dict[str, Any]) -> None:
        """Continue from a `state_dict()`."""
        if self.best is not None:
            self.best.value = state["best"]


class Scheduler(Callback):
    """Steps a learning-rate scheduler of `optim.lr_scheduler`, or anything with `step()`.

    Args:
        scheduler: what to step.
        per: "epoch", or "step" for one that counts the optimizer's steps, such as OneCycleLR.
        monitor: the column of the history that `scheduler.step(value)` wants, for ReduceLROnPlateau.

    Raises:
        ValueError: `per` is something else, or a monitor is given per step.
    """

    def __init__(self, scheduler: Any, per: str = "epoch", monitor: str | None = None) -> None:
        if per not in ("epoch", "step"):
            raise ValueError(f"Scheduler: per must be 'epoch' or 'step', not {per!r}")
        if per == "step" and monitor is not None:
            raise ValueError("Scheduler: the history has a row per epoch, so that a monitor needs per='epoch'")
        self.scheduler = scheduler
        self.per = per
        self.monitor = monitor

    def on_step_end(self, run: Run) -> None:
        """Step, if the schedule is one of steps."""
        if self.per == "step":
            self.scheduler.step()

    def on_epoch_end(self, run: Run) -> None:
        """Step, if the schedule is one of epochs."""
        if self.monitor is not None:
            self.scheduler.step(run.measure(self.monitor, "Scheduler"))
        elif self.per == "epoch":
            self.scheduler.step()

    def state_dict(self) -> dict[str, Any]:
        """The scheduler's."""
        return {"scheduler": self.scheduler.state_dict()}

    def load_state_dict(self, state: dict[str, Any]) -> None:
        """Continue from a `state_dict()`."""
        self.scheduler.load_state_dict(state["scheduler"])


class CSVLogger(Callback):
    """Writes the history to a CSV file after each epoch; `viz.plot_history` reads it.

    Args:
        path: the file.

    Raises:
        OSError: when the training begins, that the file cannot be written there.
    """

    def __init__(self, path: str | os.PathLike[str]) -> None:
        self.path = path

    def on_train_begin(self, run: Run) -> None:
        """Fail now if the file cannot be written, not after an epoch; delete what killed runs left of it."""
        check_writable(self.path)
        sweep(self.path)

    def on_epoch_end(self, run: Run) -> None:
        """Write the file anew, in one step."""
        table = io.StringIO()
        writer = csv.writer(table, lineterminator="\n")
        writer.writerow(run.history)
        writer.writerows(zip(*run.history.values(), strict=True))
        write_atomically(self.path, table.getvalue().encode())


class TensorBoard(Callback):
    """Writes the history for TensorBoard: `tensorboard --logdir FOLDER` shows it.

    Args:
        folder: where the event files go.

    Raises:
        ImportError: neither PyTorch with TensorBoard nor tensorboardX is installed.
    """

    def __init__(self, folder: str | os.PathLike[str]) -> None:
        self.folder = folder
        self._make = summary_writer()
        self._writer: Any = None

    def on_train_begin(self, run: Run) -> None:
        """Open an event file. TensorBoard then hides what an interrupted run logged after its last checkpoint."""
        self._writer = self._make(os.fspath(self.folder), purge_step=run.epoch + 1)

    def on_epoch_end(self, run: Run) -> None:
        """Log the row of the epoch."""
        for name, value in run.row.items():
            if name != "epoch":
                self._writer.add_scalar(name, value, run.epoch)

    def close(self) -> None:
        """Write what is left and close the file."""
        if self._writer is not None:
            self._writer.close()


def summary_writer() -> Any:
    """The class that writes files for TensorBoard: that of tensorboardX, or PyTorch's.

    Raises:
        ImportError: neither is installed.
    """
    try:
        from tensorboardX import SummaryWriter
    except ImportError:
        try:
            import torch

            if not hasattr(torch, "_C"):  # after as_torch() this is no PyTorch
                raise ImportError("torch")
            from torch.utils.tensorboard import SummaryWriter
        except ImportError:
            raise ImportError(
                "TensorBoard's files need a writer: pip install tensorboardX (or torch and tensorboard)"
            ) from None
    return SummaryWriter


class ProgressBar(Callback):
    """A progress bar on standard error that counts batches and shows the measures of the last epoch."""

    def __init__(self) -> None:
        self._bar: Any = None

    def on_train_begin(self, run: Run) -> None:
        """Draw the empty bar."""
        from tqdm import tqdm

        try:
            each = len(run.train)  # type: ignore[arg-type]
        except TypeError:  # a stream, or a loader of one
            each = None
        total = None if each is None else each * run.epochs
        self._bar = tqdm(total=total, initial=each * run.epoch if each else 0, unit="batch")

    def on_epoch_begin(self, run: Run) -> None:
        """Name the epoch."""
        self._bar.set_description(f"epoch {run.epoch + 1}/{run.epochs}", refresh=False)

    def on_batch_end(self, run: Run) -> None:
        """Count."""
        self._bar.update()

    def on_epoch_end(self, run: Run) -> None:
        """Show the measures."""
        shown = {name: value for name, value in run.row.items() if name not in ("epoch", "lr")}
        self._bar.set_postfix(shown, refresh=False)

    def close(self) -> None:
        """Leave the bar as it is."""
        if self._bar is not None:
            self._bar.close()
