"""`train`: from settings to a run folder.

A run that is already in the folder stays whole until the new one can take its place as a whole.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable
from dataclasses import replace
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np

from .. import nn, viz
from ..backend.random import Generator
from ..data import DataLoader, Subset
from ..training import Run, confusion_matrix
from .folder import BATCH, UserError, probabilities, read_config
from .inputs import Inputs, prepared_for
from .place import Place, new_place, old_place
from .settings import ACTIVATIONS, OPTIMIZERS, PERCEPTRON, SCHEDULES, USUAL, USUAL_OF_PICTURES, Settings, shown
from .sources import READY, task
from .text import Text, TextTraining, is_text, new_text_settings, text_settings
from .text_settings import OF_TEXTS, TEXT_MODELS, TextSettings
from .training import INTERRUPTED, AnySettings, Training

__all__ = ["ACTIVATIONS", "INTERRUPTED", "OPTIMIZERS", "SCHEDULES", "USUAL", "Settings", "train"]

_VALIDATION = 0.1
"""The share of the training data that early stopping holds back."""


def train(options: argparse.Namespace) -> int:
    """Train a new run, or go on with one, and write its folder; returns the exit code.

    Raises:
        UserError: an extra is missing, or a setting, the data or the folder is not as it must be.
    """
    quiet = options.no_progress
    with np.errstate(over="ignore", invalid="ignore", divide="ignore"):  # `fit` reports a loss that is not finite
        if options.resume is not None:
            with old_place(options.resume) as place:
                old = read_config(place.folder if place.start is None else place.start.parent)
                if old["model"] in TEXT_MODELS:
                    of_text = _resumed(place.folder, TextSettings.of(old), text_settings(options))
                    text = Text(of_text)
                    text.check_same(old)
                    return TextTraining(of_text, text, place).train(quiet, old["epochs"])
                _check_extras()
                settings = _resumed(place.folder, Settings.of(old), _asked(options))
                inputs = Inputs(task(settings.data), settings)
                inputs.check_same(old)
                return _Training(settings, inputs, place, options.workers).train(quiet, old["epochs"])
        if is_text(options):
            of_text = new_text_settings(options)
            text = Text(of_text)
            with new_place(options.out, text.name, options.overwrite) as place:
                return TextTraining(text.settings, text, place).train(quiet)
        _check_extras()
        chosen = _asked(options)
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


def _asked(options: argparse.Namespace) -> dict[str, Any]:
    """The settings of a classifier that were given on the command line."""
    for name in OF_TEXTS:
        if name in options:
            raise UserError(f"--{name} is for texts: --model {', '.join(TEXT_MODELS)}")
    return Settings.chosen(options, READY)


def _resumed(folder: Path, settings: AnySettings, chosen: dict[str, Any]) -> AnySettings:
    """The settings of the run in `folder`, with the epochs that were asked for: nothing else may change."""
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


def _line(row: dict[str, float]) -> str:
    parts = [
        f"{name} loss {row[f'{name}_loss']:.4f}, accuracy {row[f'{name}_accuracy']:7.2%}"
        for name in ("train", "val", "test")
        if f"{name}_loss" in row
    ]
    return f"epoch {row['epoch']:3d}   " + "   ".join(parts)


class _Training(Training[Settings]):
    """The training of a classifier."""

    def __init__(self, settings: Settings, inputs: Inputs, place: Place, workers: int | None) -> None:
        self.source = source = inputs.source
        self.inputs = inputs
        self.test = inputs.test()
        self.workers = inputs.workers(workers)
        self.loss = nn.CrossEntropyLoss(label_smoothing=settings.label_smoothing)
        sizes = None if settings.hidden is None else [inputs.features, *settings.hidden, len(source.classes)]
        super().__init__(settings, {"sizes": sizes, "classes": source.classes, **inputs.shape}, place)
        if sizes is None:
            self._check_size()

    def _sizes(self) -> str:
        return f"hidden {shown(self.settings.hidden)}"

    def _check_size(self) -> None:
        """Raise if the network does not take pictures of this size."""
        try:
            probabilities(self.model.eval(), [self.test[0]])
        except (ValueError, RuntimeError) as error:
            raise UserError(f"--size {self.settings.size}: {error}") from error

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

    def _fitting(self) -> dict[str, Any]:
        return {"loss": self.loss}

    def _line(self, row: dict[str, float]) -> str:
        return _line(row)

    def _opening(self, run: Run) -> None:
        settings, source = self.settings, self.source
        print(
            f"{len(run.train.dataset)} training and {len(self.test)} test {source.noun}s; the run goes to "  # type: ignore[attr-defined]
            f"{self.place.folder}"
        )
        shown_model = self.model if self.config["sizes"] else f"{settings.model} for {self._in_words()}"
        print(f"{shown_model}\n{sum(p.numel() for p in self.model.parameters()):,} parameters")
        if settings.label_smoothing:
            floor = _smoothing_floor(settings.label_smoothing, len(source.classes))
            share = f"{settings.label_smoothing:g}"
            print(f"the loss has label smoothing {share}: its lowest possible value is {floor:.4f}")

    def _in_words(self) -> str:
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

    def _measured(self) -> Any:
        return confusion_matrix(*probabilities(self.model, self.test, self.workers))

    def _outcome(self, confusions: Any) -> str:
        return f"test accuracy {np.trace(confusions) / confusions.sum():.2%}"

    def _pictures(self, confusions: Any) -> dict[str, Callable[[Path], Any]]:
        return {
            "confusion_matrix.png": lambda path: viz.plot_confusion_matrix(confusions, self.source.classes, path),
            "graph.svg": self._draw_graph,
        }

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
