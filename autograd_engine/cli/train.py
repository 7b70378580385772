"""`train`: from settings to a run folder.

The command's options, config.json and `--resume` all read and write one dataclass, `Settings`.
"""

from __future__ import annotations

import argparse
import inspect
import sys
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass, field, fields, replace
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np

from .. import nn, optim, viz
from ..backend.random import Generator, manual_seed
from ..data import DataLoader, TensorDataset
from ..optim import lr_scheduler
from ..serialization import save
from ..training import Callback, Checkpoint, CSVLogger, EarlyStopping, Run, Scheduler, confusion_matrix, fit
from .folder import (
    ACTIVATIONS,
    CHECKPOINT,
    CONFIG,
    HISTORY,
    RUNS,
    WEIGHTS,
    UserError,
    make_model,
    probabilities,
    read_config,
    write_config,
)
from .sources import READY, Task, task

__all__ = ["ACTIVATIONS", "OPTIMIZERS", "SCHEDULES", "USUAL", "Settings", "train"]

_VALIDATION = 0.1
"""The share of the training data that early stopping holds back."""

OPTIMIZERS: dict[str, type[optim.Optimizer]] = {
    name.lower(): kind
    for name, kind in sorted(vars(optim).items())
    if isinstance(kind, type) and issubclass(kind, optim.Optimizer) and kind is not optim.Optimizer
}
"""Every optimizer by its name in lower case."""

USUAL: dict[str, dict[str, float]] = {
    "sgd": {"lr": 0.1, "momentum": 0.9, "weight_decay": 1e-4},
    "adam": {"lr": 3e-3},
    "adamw": {"lr": 3e-3},
}
"""Settings of some optimizers that suit a small perceptron better than their defaults do."""


@dataclass(frozen=True)
class _Schedule:
    """A schedule of the learning rate that `--schedule` offers.

    Attributes:
        kind: the scheduler's class.
        arguments: its settings, from the learning rate, the number of epochs and the steps per epoch.
        per: whether it moves once per "epoch" or once per "step".
        watches: whether it follows a loss.
    """

    kind: Callable[..., Any]
    arguments: Callable[[float, int, int], dict[str, Any]]
    per: str = "epoch"
    watches: bool = False


SCHEDULES = {
    "cosine": _Schedule(lr_scheduler.CosineAnnealingLR, lambda lr, epochs, steps: {"T_max": epochs}),
    "exponential": _Schedule(lr_scheduler.ExponentialLR, lambda lr, epochs, steps: {"gamma": 0.01 ** (1 / epochs)}),
    "onecycle": _Schedule(
        lr_scheduler.OneCycleLR, lambda lr, epochs, steps: {"max_lr": lr, "total_steps": epochs * steps}, per="step"
    ),
    "plateau": _Schedule(lr_scheduler.ReduceLROnPlateau, lambda lr, epochs, steps: {"patience": 3}, watches=True),
    "step": _Schedule(lr_scheduler.StepLR, lambda lr, epochs, steps: {"step_size": -(-epochs // 3), "gamma": 0.1}),
}


@dataclass(frozen=True)
class Settings:
    """What the user asked of a run; None leaves the choice to the optimizer's default."""

    data: str = "digits"
    epochs: int = 30
    hidden: list[int] = field(default_factory=lambda: [128])
    activation: str = "relu"
    dropout: float = 0.0
    optimizer: str = "sgd"
    lr: float | None = None
    weight_decay: float | None = None
    schedule: str = "constant"
    batch_size: int = 16
    label_smoothing: float = 0.1
    patience: int | None = None
    seed: int = 0

    @classmethod
    def chosen(cls, options: argparse.Namespace) -> dict[str, Any]:
        """The settings that were given on the command line."""
        chosen = {f.name: getattr(options, f.name) for f in fields(cls) if f.name in options}
        source = chosen.get("data", READY[0])
        if source not in READY and Path(source).exists():
            chosen["data"] = str(Path(source).resolve())
        return chosen


# ------------------------------------------------------------------------------------ the command


def train(options: argparse.Namespace) -> int:
    """Train a new run, or go on with one, and write its folder; returns the exit code.

    Raises:
        UserError: an extra is missing, or a setting, the data or the folder is not as it must be.
    """
    _check_extras()
    if options.resume is None:
        settings = Settings(**Settings.chosen(options))
        if not 0.0 <= settings.label_smoothing <= 1.0:
            raise UserError(f"--label-smoothing must lie in [0, 1], not {settings.label_smoothing}")
        source = task(settings.data)
        folder = _new_folder(options, source)
    else:
        folder = options.resume
        settings = _resumed(folder, Settings.chosen(options))
        source = task(settings.data)
    return _Training(settings, source, folder).train(resumed=options.resume is not None, quiet=options.no_progress)


def _check_extras() -> None:
    missing = [
        name
        for name, module in (("matplotlib", "matplotlib"), ("scikit-learn", "sklearn"))
        if not find_spec(module)
    ]
    if missing:
        raise UserError(f'training needs {" and ".join(missing)}: pip install "autograd_engine[train]"')


def _new_folder(options: argparse.Namespace, source: Task) -> Path:
    """The folder to write to: the one asked for, or a fresh one."""
    if options.out is not None:
        folder: Path = options.out
        if folder.exists() and not folder.is_dir():
            raise UserError(f"{folder} is a file, not a folder: choose another --out")
        if (folder / CONFIG).exists() and not options.overwrite:
            raise UserError(f"{folder} already holds a run: choose another --out, or pass --overwrite")
        (folder / CHECKPOINT).unlink(missing_ok=True)
    else:
        folder, number = RUNS / source.name, 1
        while folder.exists():
            number += 1
            folder = RUNS / f"{source.name}-{number}"
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def _resumed(folder: Path, chosen: dict[str, Any]) -> Settings:
    """The settings of the run in `folder`, with the epochs that were asked for: nothing else may change."""
    config = read_config(folder)
    try:
        settings = Settings(**{f.name: config[f.name] for f in fields(Settings)})
    except KeyError as error:
        raise UserError(f"the run {folder} cannot be read: {CONFIG} has no {error}") from error
    for name, value in chosen.items():
        if name != "epochs" and value != getattr(settings, name):
            raise UserError(
                f"{folder} was started with {name.replace('_', ' ')} {getattr(settings, name)}, not {value}: only "
                "--epochs can change when a run goes on"
            )
    epochs = chosen.get("epochs", settings.epochs)
    if epochs != settings.epochs and settings.schedule in SCHEDULES:
        raise UserError(f"the {settings.schedule} schedule of {folder} is made for {settings.epochs} epochs")
    return replace(settings, epochs=epochs)


class _Lines(Callback):
    """A line per epoch, above the progress bar."""

    def on_epoch_end(self, run: Run) -> None:
        from tqdm import tqdm

        tqdm.write(_line(run.row))


def _line(row: dict[str, float]) -> str:
    parts = [
        f"{name} loss {row[f'{name}_loss']:.4f}, accuracy {row[f'{name}_accuracy']:7.2%}"
        for name in ("train", "val", "test")
        if f"{name}_loss" in row
    ]
    return f"epoch {row['epoch']:3d}   " + "   ".join(parts)


class _Training:
    """The model, optimizer, loss and data that the settings describe, and the training of them."""

    def __init__(self, settings: Settings, source: Task, folder: Path) -> None:
        self.source = source
        self.folder = folder
        optimizer = self._optimizer_settings(settings)
        self.settings = settings = replace(
            settings, lr=optimizer["lr"], weight_decay=optimizer.get("weight_decay", settings.weight_decay)
        )
        features = source.train.tensors[0].shape[1]
        self.config = {
            **asdict(settings),
            "sizes": [features, *settings.hidden, len(source.classes)],
            "classes": source.classes,
            "offset": source.scale.offset,
            "unit": source.scale.unit,
            "picture": source.picture,
        }
        manual_seed(settings.seed)
        self.model = make_model(self.config)
        try:
            self.optimizer = OPTIMIZERS[settings.optimizer](self.model.parameters(), **optimizer)
        except ValueError as error:
            raise UserError(str(error)) from error
        self.loss = nn.CrossEntropyLoss(label_smoothing=settings.label_smoothing)
        self.stopping = None if settings.patience is None else EarlyStopping("val_loss", settings.patience)

    def _optimizer_settings(self, settings: Settings) -> dict[str, Any]:
        known = inspect.signature(OPTIMIZERS[settings.optimizer]).parameters
        asked = {"lr": settings.lr, "weight_decay": settings.weight_decay}
        usual = {name: p.default for name, p in known.items() if name in asked}
        given = {name: value for name, value in asked.items() if value is not None}
        if not given.keys() <= known.keys():
            raise UserError(f"the optimizer {settings.optimizer} has no weight decay")
        return usual | USUAL.get(settings.optimizer, {}) | given

    def _parts(self) -> tuple[TensorDataset, dict[str, DataLoader]]:
        """The data to train on, and loaders of what is only measured: the test set and, for early stopping, a
        validation set."""
        train, held_out = self.source.train, {}
        if self.settings.patience is not None:
            order = Generator().manual_seed(self.settings.seed).numpy.permutation(len(train))
            count = max(1, round(_VALIDATION * len(train)))
            train, validation = (TensorDataset(*train[np.sort(part)]) for part in (order[count:], order[:count]))
            held_out["val"] = DataLoader(validation, len(validation))
        return train, {**held_out, "test": DataLoader(self.source.test, len(self.source.test))}

    def _callbacks(self, steps: int) -> list[Callback]:
        settings = self.settings
        watched = "train_loss" if self.stopping is None else "val_loss"
        callbacks: list[Callback] = [_Lines(), CSVLogger(self.folder / HISTORY)]
        if settings.schedule in SCHEDULES:
            schedule = SCHEDULES[settings.schedule]
            assert settings.lr is not None
            made = schedule.kind(self.optimizer, **schedule.arguments(settings.lr, settings.epochs, steps))
            callbacks.append(Scheduler(made, schedule.per, watched if schedule.watches else None))
        if self.stopping is not None:
            callbacks.append(self.stopping)
        return [*callbacks, Checkpoint(self.folder / CHECKPOINT)]

    def train(self, resumed: bool, quiet: bool) -> int:
        """Train, write and print the outcome, even when interrupted; returns the exit code."""
        settings, folder, noun = self.settings, self.folder, self.source.noun
        train, held_out = self._parts()
        write_config(folder, self.config)
        print(f"{len(train)} training and {len(self.source.test)} test {noun}s; the run goes to {folder}")
        print(f"{self.model}\n{sum(p.numel() for p in self.model.parameters()):,} parameters")
        if settings.label_smoothing:
            floor = _smoothing_floor(settings.label_smoothing, len(self.source.classes))
            share = f"{settings.label_smoothing:g}"
            print(f"the loss has label smoothing {share}: its lowest possible value is {floor:.4f}")
        checkpoint = folder / CHECKPOINT
        loader = DataLoader(train, settings.batch_size, shuffle=True)
        history: dict[str, list[float]] = {}
        started = time.perf_counter()
        interrupted = False
        try:
            fit(
                self.model,
                loader,
                self.optimizer,
                self.loss,
                settings.epochs,
                validation=held_out,
                callbacks=self._callbacks(len(loader)),
                progress=not quiet,
                resume=checkpoint if resumed and checkpoint.exists() else None,
                history=history,
            )
        except KeyboardInterrupt:
            interrupted = True
        except FloatingPointError as error:
            kept = f"; the last good epoch is kept in {checkpoint}" if checkpoint.exists() else ""
            raise UserError(f"{error}{kept}") from error
        except (ValueError, RuntimeError) as error:
            if not resumed:
                raise
            raise UserError(f"the run {folder} cannot go on: {error}") from error
        seconds = time.perf_counter() - started
        save(self.model.state_dict(), folder / WEIGHTS)
        inputs, classes = self.source.test.tensors
        confusions = confusion_matrix(probabilities(self.model.eval(), inputs), classes)
        self._draw(history, confusions)
        if interrupted:
            done = len(history.get("epoch", ()))
            print(f"interrupted after {done} of {settings.epochs} epochs: what was reached is in {folder}")
            print(f"go on with: python -m autograd_engine train --resume {folder}")
            return 130
        if self.stopping is not None and self.stopping.reason:
            print(f"stopped early: {self.stopping.reason}")
        accuracy = np.trace(confusions) / confusions.sum()
        print(f"test accuracy {accuracy:.2%} after {seconds:.1f} s; written to {folder}:")
        print("  " + ", ".join(sorted(path.name for path in folder.glob("[!.]*"))))
        return 0

    def _draw(self, history: dict[str, list[float]], confusions: Any) -> None:
        """Draw the pictures of the run. If one cannot be drawn, for want of a renderer or of space on the disk, say
        so and go on: the run and its weights matter more."""
        pictures: dict[str, Callable[[Path], Any]] = {
            "curves.png": lambda path: viz.plot_history(history, path),
            "confusion_matrix.png": lambda path: viz.plot_confusion_matrix(confusions, self.source.classes, path),
            "graph.svg": self._draw_graph,
        }
        if not history:
            del pictures["curves.png"]
        for name, draw in pictures.items():
            try:
                draw(self.folder / name)
            except Exception as error:
                print(f"{name} could not be drawn: {error}", file=sys.stderr)

    def _draw_graph(self, path: Path) -> None:
        """Draw the graph of the loss of one sample as SVG and PNG. If that fails, write its text and raise."""
        sample, target = self.source.test[:1]
        named = {**dict(self.model.named_parameters()), self.source.noun: sample}
        graph = viz.graph(self.loss(self.model.train()(sample), target), names=named)
        try:
            graph.save(path)
            graph.save(path.with_suffix(".png"))
        except (ImportError, RuntimeError):
            print(f"the graph is kept as text in {graph.save(path.with_suffix('.dot'))}", file=sys.stderr)
            raise


def _smoothing_floor(smoothing: float, classes: int) -> float:
    """The entropy of a smoothed target, in nats: no prediction has a lower cross entropy."""
    target = np.full(classes, smoothing / classes)
    target[0] += 1 - smoothing
    used = target[target > 0]
    return float(-(used * np.log(used)).sum())
