"""A training of any kind: it goes through epochs, can be interrupted and gone on with, and leaves a run behind.

What is learned, and what is told of it, a subclass says; the loop itself is `training.fit`.
"""

from __future__ import annotations

import inspect
import sys
import time
from collections.abc import Callable
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any, Generic, TypeVar

import numpy as np

from .. import viz
from ..backend.random import manual_seed
from ..optim import Optimizer
from ..serialization import load, save
from ..training import Callback, Checkpoint, CSVLogger, EarlyStopping, Run, Scheduler, fit
from .files import CHECKPOINT, CONFIG, FILES, HISTORY, WEIGHTS
from .folder import UserError, make_model, parameters, write_config
from .place import Place
from .settings import OPTIMIZERS, SCHEDULES, USUAL, Settings
from .text_settings import TextSettings

__all__ = ["INTERRUPTED", "AnySettings", "Training"]

INTERRUPTED = 130
"""The exit code of a program that Ctrl-C ended: 128 + SIGINT."""

_LARGEST_MODEL = 10**9
"""How many parameters a model may have; with gradients and momentum, so many take 12 GB."""

AnySettings = TypeVar("AnySettings", Settings, TextSettings)


class _Begin(Callback):
    """Calls a function once the training begins, which in a resumed run is after its state was loaded."""

    def __init__(self, function: Callable[[Run], None]) -> None:
        self.function = function

    def on_train_begin(self, run: Run) -> None:
        self.function(run)


class _Lines(Callback):
    """A line per epoch, above the progress bar."""

    def __init__(self, line: Callable[[dict[str, float]], str]) -> None:
        self.line = line

    def on_epoch_end(self, run: Run) -> None:
        from tqdm import tqdm

        tqdm.write(self.line(run.row))
        sys.stdout.flush()  # a pipe would get the line with 128 kB of others


class Training(Generic[AnySettings]):
    """The model and the optimizer that the settings describe, and their training.

    Args:
        settings: those of the run.
        more: what config.json says of the model beside the settings.
        place: where the run is written.
        clip_norm: to which length longer gradients are scaled.
    """

    def __init__(
        self, settings: AnySettings, more: dict[str, Any], place: Place, clip_norm: float | None = None
    ) -> None:
        self.place = place
        self.clip_norm = clip_norm
        self.run: Run | None = None
        self.before = 0
        optimizer = _optimizer_settings(settings)
        self.settings: AnySettings = replace(
            settings, lr=optimizer["lr"], weight_decay=optimizer.get("weight_decay", settings.weight_decay)
        )
        self.config = {**asdict(self.settings), **more}
        if (count := parameters(self.config)) > _LARGEST_MODEL:
            raise UserError(
                f"{self._sizes()}: a network of {count:,} parameters is too large, at most {_LARGEST_MODEL:,} will "
                "do"
            )
        manual_seed(settings.seed)
        self.model = make_model(self.config)
        self.optimizer: Optimizer = OPTIMIZERS[settings.optimizer](self._groups(), **optimizer)
        self.stopping = None if settings.patience is None else EarlyStopping("val_loss", settings.patience)

    # ------------------------------------------------------------------------------ what a kind of data says

    def _sizes(self) -> str:
        """The settings that make the model large, in words."""
        raise NotImplementedError

    def _groups(self) -> Any:
        """The parameters, as the optimizer is given them."""
        return self.model.parameters()

    def _parts(self) -> tuple[Any, dict[str, Any]]:
        """The batches to learn from, and those that are only measured, by the prefix of their columns."""
        raise NotImplementedError

    def _fitting(self) -> dict[str, Any]:
        """What `fit` is told of a step: `loss`, or `step` and callbacks of its own."""
        raise NotImplementedError

    def _opening(self, run: Run) -> None:
        """Say what is trained."""
        raise NotImplementedError

    def _line(self, row: dict[str, float]) -> str:
        """What is printed of an epoch."""
        raise NotImplementedError

    def _measured(self) -> Any:
        """What is measured of the trained model, for `_pictures` and `_outcome`."""
        raise NotImplementedError

    def _pictures(self, measured: Any) -> dict[str, Callable[[Path], Any]]:
        """What is drawn beside the curves, by the name of the file."""
        return {}

    def _outcome(self, measured: Any) -> str:
        """The outcome in words."""
        raise NotImplementedError

    # ------------------------------------------------------------------------------------------- the training

    def _callbacks(self, steps: int) -> list[Callback]:
        settings = self.settings
        watched = "train_loss" if self.stopping is None else "val_loss"
        callbacks: list[Callback] = [_Begin(self._begin), _Lines(self._line)]
        callbacks.append(CSVLogger(self.place.work / HISTORY))
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
        if run.epoch < run.epochs and run.stop is None:
            write_config(self.place.work, self.config)
            self._opening(run)

    def train(self, quiet: bool, epochs_before: int | None = None) -> int:
        """Train, write and print the outcome, even when interrupted; returns the exit code.

        Args:
            quiet: show no progress bar.
            epochs_before: how many epochs a resumed run was meant to have.
        """
        settings, place = self.settings, self.place
        loader, held_out = self._parts()
        fitting = self._fitting()
        history: dict[str, list[float]] = {}
        started = time.perf_counter()
        interrupted = False
        try:
            fit(
                self.model,
                loader,
                self.optimizer,
                epochs=settings.epochs,
                validation=held_out,
                callbacks=[*fitting.pop("callbacks", ()), *self._callbacks(len(loader))],
                clip_norm=self.clip_norm,
                progress=not quiet,
                resume=place.start,
                history=history,
                **fitting,
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
        """Write what was reached, and put it in the place of the old run if there is one; returns what was measured
        of it."""
        place, run = self.place, self.run
        write_config(place.work, self.config)
        if run is not None and not (place.work / CHECKPOINT).exists() and history:
            CSVLogger(place.work / HISTORY).on_epoch_end(run)
            run.save(place.work / CHECKPOINT)
        save(self.model.state_dict(), place.work / WEIGHTS)
        self.model.eval()
        measured = self._measured()
        self._draw(history, measured)
        place.finish()
        return measured

    def _tell(self, measured: Any, interrupted: bool, done: int, seconds: float) -> int:
        """Print the outcome; returns the exit code."""
        folder = self.place.folder
        if interrupted:
            print(f"interrupted after {done} of {self.settings.epochs} epochs: what was reached is in {folder}")
            print(f"go on with: python -m autograd_engine train --resume {folder}")
            return INTERRUPTED
        if self.stopping is not None and self.stopping.reason:
            print(f"stopped early: {self.stopping.reason}")
        print(f"{self._outcome(measured)} after {seconds:.1f} s; written to {folder}:")
        print("  " + ", ".join(sorted(name for name in FILES if (folder / name).exists())))
        return 0

    def _draw(self, history: dict[str, list[float]], measured: Any) -> None:
        """Draw the pictures of the run. If one cannot be drawn, for want of a renderer or of space on the disk, say
        so and go on: the run and its weights matter more."""
        pictures: dict[str, Callable[[Path], Any]] = {}
        if history:
            pictures["curves.png"] = lambda path: viz.plot_history(history, path)
        for name, draw in (pictures | self._pictures(measured)).items():
            try:
                draw(self.place.work / name)
            except Exception as error:
                print(f"{name} could not be drawn: {error}", file=sys.stderr)


def _optimizer_settings(settings: Settings | TextSettings) -> dict[str, Any]:
    known = inspect.signature(OPTIMIZERS[settings.optimizer]).parameters
    asked = {"lr": settings.lr, "weight_decay": settings.weight_decay}
    usual = {name: p.default for name, p in known.items() if name in asked}
    given = {name: value for name, value in asked.items() if value is not None}
    if not given.keys() <= known.keys():
        raise UserError(f"the optimizer {settings.optimizer} has no weight decay")
    return usual | USUAL.get(settings.optimizer, {}) | given
