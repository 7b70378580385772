"""`train`: from settings to a run folder.

A run that is already in the folder stays whole until the new one can take its place as a whole.
"""

from __future__ import annotations

import argparse
import inspect
import sys
import time
from collections.abc import Callable
from dataclasses import asdict, replace
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np

from .. import nn, viz
from ..backend.random import Generator, manual_seed
from ..data import DataLoader, Subset
from ..serialization import load, save
from ..training import Callback, Checkpoint, CSVLogger, EarlyStopping, Run, Scheduler, confusion_matrix, fit
from .files import CHECKPOINT, CONFIG, FILES, HISTORY, WEIGHTS
from .folder import BATCH, UserError, make_model, parameters, probabilities, read_config, write_config
from .inputs import Inputs, prepared_for
from .place import Place, new_place, old_place
from .settings import ACTIVATIONS, OPTIMIZERS, PERCEPTRON, SCHEDULES, USUAL, USUAL_OF_PICTURES, Settings, shown
from .sources import READY, task

__all__ = ["ACTIVATIONS", "INTERRUPTED", "OPTIMIZERS", "SCHEDULES", "USUAL", "Settings", "train"]

_VALIDATION = 0.1
"""The share of the training data that early stopping holds back."""

INTERRUPTED = 130
"""The exit code of a program that Ctrl-C ended: 128 + SIGINT."""

_LARGEST_MODEL = 10**9
"""How many parameters a model may have; with gradients and momentum, so many take 12 GB."""


def train(options: argparse.Namespace) -> int:
    """Train a new run, or go on with one, and write its folder; returns the exit code.

    Raises:
        UserError: an extra is missing, or a setting, the data or the folder is not as it must be.
    """
    _check_extras()
    quiet = options.no_progress
    with np.errstate(over="ignore", invalid="ignore", divide="ignore"):  # `fit` reports a loss that is not finite
        if options.resume is not None:
            with old_place(options.resume) as place:
                old = read_config(place.folder if place.start is None else place.start.parent)
                settings = _resumed(place.folder, old, Settings.chosen(options, READY))
                inputs = Inputs(task(settings.data), settings)
                inputs.check_same(old)
                return _Training(settings, inputs, place, options.workers).train(quiet, old["epochs"])
        chosen = Settings.chosen(options, READY)
        usual = USUAL_OF_PICTURES if chosen.get("model", PERCEPTRON) != PERCEPTRON else {}
        settings = Settings(**{**usual, **chosen})
        if not 0.0 <= settings.label_smoothing <= 1.0:
            raise UserError(f"--label-smoothing must lie in [0, 1], not {settings.label_smoothing}")
        source = task(settings.data)
        settings = prepared_for(settings, source)
        with new_place(options.out, source.name, options.overwrite) as place:
            return _Training(settings, Inputs(source, settings), place, options.workers).train(quiet)


def _check_extras() -> None:
    missing = [
        name
        for name, module in (("matplotlib", "matplotlib"), ("scikit-learn", "sklearn"))
        if not find_spec(module)
    ]
    if missing:
        raise UserError(f'training needs {" and ".join(missing)}: pip install "autograd_engine[train]"')


def _resumed(folder: Path, old: dict[str, Any], chosen: dict[str, Any]) -> Settings:
    """The settings of the run in `folder`, with the epochs that were asked for: nothing else may change."""
    settings = Settings.of(old)
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


# -------------------------------------------------------------------------------------- the training


class _Lines(Callback):
    """A line per epoch, above the progress bar."""

    def on_epoch_end(self, run: Run) -> None:
        from tqdm import tqdm

        tqdm.write(_line(run.row))
        sys.stdout.flush()  # a pipe would get the line with 128 kB of others


def _line(row: dict[str, float]) -> str:
    parts = [
        f"{name} loss {row[f'{name}_loss']:.4f}, accuracy {row[f'{name}_accuracy']:7.2%}"
        for name in ("train", "val", "test")
        if f"{name}_loss" in row
    ]
    return f"epoch {row['epoch']:3d}   " + "   ".join(parts)


class _Begin(Callback):
    """Calls a function once the training begins, which in a resumed run is after its state was loaded."""

    def __init__(self, function: Callable[[Run], None]) -> None:
        self.function = function

    def on_train_begin(self, run: Run) -> None:
        self.function(run)


class _Training:
    """The model, optimizer, loss and data that the settings describe, and the training of them."""

    def __init__(self, settings: Settings, inputs: Inputs, place: Place, workers: int | None) -> None:
        self.source = source = inputs.source
        self.inputs = inputs
        self.test = inputs.test()
        self.place = place
        self.workers = inputs.workers(workers)
        self.run: Run | None = None
        self.before = 0
        optimizer = self._optimizer_settings(settings)
        self.settings = settings = replace(
            settings, lr=optimizer["lr"], weight_decay=optimizer.get("weight_decay", settings.weight_decay)
        )
        sizes = None if settings.hidden is None else [inputs.features, *settings.hidden, len(source.classes)]
        self.config = {**asdict(settings), "sizes": sizes, "classes": source.classes, **inputs.shape}
        if (count := parameters(sizes or [])) > _LARGEST_MODEL:
            raise UserError(
                f"hidden {shown(settings.hidden)}: a network of {count:,} parameters is too large, at most "
                f"{_LARGEST_MODEL:,} will do"
            )
        manual_seed(settings.seed)
        self.model = make_model(self.config)
        if sizes is None:
            self._check_size()
        self.optimizer = OPTIMIZERS[settings.optimizer](self.model.parameters(), **optimizer)
        self.loss = nn.CrossEntropyLoss(label_smoothing=settings.label_smoothing)
        self.stopping = None if settings.patience is None else EarlyStopping("val_loss", settings.patience)

    def _check_size(self) -> None:
        """Raise if the network does not take pictures of this size."""
        try:
            probabilities(self.model.eval(), [self.test[0]])
        except (ValueError, RuntimeError) as error:
            raise UserError(f"--size {self.settings.size}: {error}") from error

    def _optimizer_settings(self, settings: Settings) -> dict[str, Any]:
        known = inspect.signature(OPTIMIZERS[settings.optimizer]).parameters
        asked = {"lr": settings.lr, "weight_decay": settings.weight_decay}
        usual = {name: p.default for name, p in known.items() if name in asked}
        given = {name: value for name, value in asked.items() if value is not None}
        if not given.keys() <= known.keys():
            raise UserError(f"the optimizer {settings.optimizer} has no weight decay")
        return usual | USUAL.get(settings.optimizer, {}) | given

    def _parts(self) -> tuple[DataLoader, dict[str, DataLoader]]:
        """Loaders of the data to train on, and of what is only measured: the test set and, for early stopping, a
        validation set."""
        train: Any = self.inputs.train()
        held_out = {"test": self.test}
        if self.settings.patience is not None:
            order = Generator().manual_seed(self.settings.seed).numpy.permutation(len(train))
            count = max(1, round(_VALIDATION * len(train)))
            validation = Subset(self.inputs.train(changed=False), np.sort(order[:count]).tolist())
            train, held_out = Subset(train, np.sort(order[count:]).tolist()), {"val": validation, **held_out}
        return self._loader(train, self.settings.batch_size, shuffle=True), {
            name: self._loader(part) for name, part in held_out.items()
        }

    def _loader(self, samples: Any, batch_size: int = BATCH, shuffle: bool = False) -> DataLoader:
        return DataLoader(
            samples, batch_size, shuffle, num_workers=self.workers, persistent_workers=self.workers > 0
        )

    def _callbacks(self, steps: int) -> list[Callback]:
        settings = self.settings
        watched = "train_loss" if self.stopping is None else "val_loss"
        callbacks: list[Callback] = [_Begin(self._begin), _Lines(), CSVLogger(self.place.work / HISTORY)]
        if settings.schedule in SCHEDULES:
            schedule = SCHEDULES[settings.schedule]
            assert settings.lr is not None
            made = schedule.kind(self.optimizer, **schedule.arguments(settings.lr, settings.epochs, steps))
            callbacks.append(Scheduler(made, schedule.per, watched if schedule.watches else None))
        if self.stopping is not None:
            callbacks.append(self.stopping)
        return [*callbacks, Checkpoint(self.place.work / CHECKPOINT)]

    def _begin(self, run: Run) -> None:
        """Say what is trained, and write the settings."""
        self.run, self.before = run, run.epoch
        if run.epoch >= run.epochs or run.stop is not None:
            return
        settings, source = self.settings, self.source
        write_config(self.place.work, self.config)
        print(
            f"{len(run.train.dataset)} training and {len(self.test)} test {source.noun}s; the run goes to "  # type: ignore[attr-defined]
            f"{self.place.folder}"
        )
        shown_model = self.model if self.config["sizes"] else f"{settings.model} for {self._pictures()}"
        print(f"{shown_model}\n{sum(p.numel() for p in self.model.parameters()):,} parameters")
        if settings.label_smoothing:
            floor = _smoothing_floor(settings.label_smoothing, len(source.classes))
            share = f"{settings.label_smoothing:g}"
            print(f"the loss has label smoothing {share}: its lowest possible value is {floor:.4f}")

    def _pictures(self) -> str:
        """What the network is shown, in words."""
        channels, height, width = self.config["picture"]
        settings = self.settings
        changes = [
            words
            for value, words in (
                (settings.crop, f"shifted by up to {settings.crop} pixel{'s' * (settings.crop != 1)}"),
                (settings.flip, "mirrored"),
                (settings.rotation, f"turned by up to {settings.rotation:g} degrees"),
            )
            if value
        ]
        kind = {1: "gray", 3: "colored"}.get(channels, f"{channels}-channel")
        return f"{kind} pictures of {height} by {width} pixels" + (
            f", in training {', '.join(changes)} at random" if changes else ""
        )

    def train(self, quiet: bool, epochs_before: int | None = None) -> int:
        """Train, write and print the outcome, even when interrupted; returns the exit code.

        Args:
            quiet: show no progress bar.
            epochs_before: how many epochs a resumed run was meant to have.
        """
        settings, place = self.settings, self.place
        loader, held_out = self._parts()
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
                resume=place.start,
                history=history,
            )
        except KeyboardInterrupt:
            interrupted = True
        except (FloatingPointError, UserError) as error:
            raise UserError(f"{error}{self._kept()}") from error
        except (ValueError, RuntimeError) as error:
            if place.start is None:
                raise
            what = f"from {place.start.name} with the settings in {CONFIG}"
            raise UserError(f"the run {place.folder} cannot go on {what}: {error}") from error
        done = 0 if self.run is None else self.run.epoch
        new = done - self.before
        if interrupted and not new and (place.staged or place.resumed):
            print(f"interrupted before another epoch was finished: {place.folder} is as it was")
            return INTERRUPTED
        if not interrupted and not new and place.resumed and self._finished(done, epochs_before):
            return 0
        seconds = time.perf_counter() - started
        return self._tell(self._write(history), interrupted, done, seconds)

    def _kept(self) -> str:
        """The end of an error message: what is left after a training that failed."""
        place = self.place
        for path in (place.work / CHECKPOINT, place.start):
            if path is not None and path.exists():
                return f"; the last good epoch is kept in {path}"
        return f"; {place.folder} is as it was" if place.staged else ""

    def _finished(self, done: int, epochs_before: int | None) -> bool:
        """Whether a run that went on had nothing left to do; if so, say it."""
        place, settings = self.place, self.settings
        stopped = self.stopping is not None and self.stopping.reason
        if settings.epochs < done and not stopped:
            raise UserError(f"{place.folder} has already done {done} epochs: --epochs must be at least {done}")
        if settings.epochs != epochs_before or place.start != place.folder / CHECKPOINT:
            return False
        if not (place.folder / WEIGHTS).exists():
            return False
        kept, reached = load(place.folder / WEIGHTS), self.model.state_dict()
        if kept.keys() != reached.keys() or not all(
            np.array_equal(kept[name].numpy(), reached[name].numpy()) for name in kept
        ):
            return False
        if stopped:
            print(f"{place.folder} is finished: it stopped early after {done} epochs: {stopped}")
        else:
            print(
                f"{place.folder} is finished: its {done} epochs are done, and nothing was changed; more --epochs "
                "train it longer"
            )
        return True

    def _write(self, history: dict[str, list[float]]) -> Any:
        """Write what was reached, and put it in the place of the old run if there is one; returns the confusion
        matrix."""
        place, run = self.place, self.run
        write_config(place.work, self.config)
        if run is not None and not (place.work / CHECKPOINT).exists() and history:
            CSVLogger(place.work / HISTORY).on_epoch_end(run)
            run.save(place.work / CHECKPOINT)
        save(self.model.state_dict(), place.work / WEIGHTS)
        confusions = confusion_matrix(*probabilities(self.model.eval(), self.test, self.workers))
        self._draw(history, confusions)
        place.finish()
        return confusions

    def _tell(self, confusions: Any, interrupted: bool, done: int, seconds: float) -> int:
        """Print the outcome; returns the exit code."""
        folder = self.place.folder
        if interrupted:
            print(f"interrupted after {done} of {self.settings.epochs} epochs: what was reached is in {folder}")
            print(f"go on with: python -m autograd_engine train --resume {folder}")
            return INTERRUPTED
        if self.stopping is not None and self.stopping.reason:
            print(f"stopped early: {self.stopping.reason}")
        accuracy = np.trace(confusions) / confusions.sum()
        print(f"test accuracy {accuracy:.2%} after {seconds:.1f} s; written to {folder}:")
        print("  " + ", ".join(sorted(name for name in FILES if (folder / name).exists())))
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
                draw(self.place.work / name)
            except Exception as error:
                print(f"{name} could not be drawn: {error}", file=sys.stderr)

    def _draw_graph(self, path: Path) -> None:
        """Draw the graph of the loss of one sample as SVG and PNG. If that fails, write its text and raise."""
        sample, target = next(iter(DataLoader(self.test)))
        named = {**dict(self.model.named_parameters()), self.source.noun: sample}
        model = self.model.train(self.config["sizes"] is not None)  # batch normalization takes no single sample
        graph = viz.graph(self.loss(model(sample), target), names=named)
        try:
            graph.save(path)
            graph.save(path.with_suffix(".png"))
        except (ImportError, RuntimeError):
            text = graph.save(path.with_suffix(".dot"))
            print(f"the graph is kept as text in {self.place.folder / text.name}", file=sys.stderr)
            raise


def _smoothing_floor(smoothing: float, classes: int) -> float:
    """The entropy of a smoothed target, in nats: no prediction has a lower cross entropy."""
    target = np.full(classes, smoothing / classes)
    target[0] += 1 - smoothing
    used = target[target > 0]
    return float(-(used * np.log(used)).sum())
