"""A run folder: what a training leaves behind, and how the other commands find it again."""

from __future__ import annotations

import json
import sys
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np

from .. import models, nn
from ..backend.files import write_atomically
from ..data import DataLoader
from ..engine.modes import no_grad
from ..models import MLP
from ..nn import functional as F
from ..serialization import load
from .files import CHECKPOINT, CONFIG, WEIGHTS
from .replacement import NEXT, settled, stamp
from .settings import ACTIVATIONS, PERCEPTRON, check_settings, completed, network_settings
from .text_settings import GPT, MATRICES, TEXT_MODELS, check_text_settings, is_of_text

__all__ = ["BATCH", "RUNS", "Scale", "UserError", "open_run"]

RUNS = Path("runs")

BATCH = 250
"""How many samples are measured at once."""

_LONGEST = 2**26
"""The most bytes that settings may take."""


class UserError(Exception):
    """A mistake that the user can put right. It is printed without a traceback, and the exit code is 1."""


@dataclass
class Scale:
    """How raw features become inputs of the model: (x - offset) / unit, each feature with its own two numbers."""

    offset: list[float]
    unit: list[float]

    def apply(self, x: Any) -> Any:
        """The inputs (N, features), float32, of raw features (N, features)."""
        return ((x - np.array(self.offset)) / np.array(self.unit)).astype(np.float32)


def _latest() -> Path:
    """The folder of the run below runs/ that was started last."""
    runs = sorted(RUNS.glob(f"*/{CONFIG}"), key=lambda path: path.stat().st_mtime)
    if not runs:
        raise UserError(f"there is no run below {RUNS}/: run `python -m autograd_engine train` first")
    return runs[-1].parent


def write_config(folder: Path, config: dict[str, Any]) -> None:
    """Write the settings of a run and the shape of its model."""
    write_atomically(folder / CONFIG, (json.dumps(config, indent=2) + "\n").encode())


def read_config(folder: Path) -> dict[str, Any]:
    """The settings of a run and the shape of its model, each as it must be.

    Raises:
        UserError: there are none, or they are damaged.
        OSError: the file cannot be read.
    """
    path = folder / CONFIG
    try:
        with open(path, "rb") as file:
            content = file.read(_LONGEST + 1)
    except (FileNotFoundError, NotADirectoryError):
        raise UserError(f"{folder} is not a run: it has no {CONFIG}") from None
    try:
        if len(content) > _LONGEST:
            raise ValueError(f"it has more than {_LONGEST:,} bytes")
        config: dict[str, Any] = completed(json.loads(content.decode()))
    except (ValueError, RecursionError) as error:
        raise UserError(f"the run {folder} cannot be read: {CONFIG}: {error}") from error
    try:
        (check_text_settings if is_of_text(config) else check_settings)(config, CONFIG)
    except ValueError as error:
        raise UserError(f"the run {folder} cannot be read: {error}") from error
    return config


def make_model(config: dict[str, Any]) -> nn.Module:
    """A new, untrained model as the settings describe it."""
    name = config["model"]
    if name in TEXT_MODELS:
        sizes = (len(config["vocabulary"]), config["layers"], config["width"], config["dropout"])
        tokens, layers, width, dropout = sizes
        if name == GPT:
            return models.GPT(tokens, config["context"], layers, config["heads"], width, dropout)
        return models.RecurrentLM(tokens, name, width, layers, dropout)
    if name != PERCEPTRON:
        chosen = network_settings(name, config["picture"][0])
        return models.get_model(name, num_classes=len(config["classes"]), **chosen)
    return MLP(config["sizes"], ACTIVATIONS[config["activation"]], config["dropout"])


def open_run(folder: Path | None) -> tuple[Path, dict[str, Any], nn.Module]:
    """The folder, the settings and the trained model of a run, by default of the latest below runs/.

    The settings and the weights belong together, also while a training replaces the run.

    Raises:
        UserError: there is no such run, or it is damaged or not finished.
        OSError: a file cannot be read.
    """
    folder = folder or _latest()
    while True:
        if not settled(folder):
            raise UserError(f"{folder} is being replaced by another program: try again when it is done")
        before = stamp(folder)
        try:
            config = read_config(folder)
            model = _load_model(folder, config)
        except (UserError, OSError):
            if stamp(folder) == before:
                raise
        else:
            if stamp(folder) == before:
                break
    if (folder / NEXT / CHECKPOINT).exists():
        print(
            f"note: a later training of {folder} is not finished: "
            f"`python -m autograd_engine train --resume {folder}` goes on with it",
            file=sys.stderr,
        )
    return folder, config, model


def _load_model(folder: Path, config: dict[str, Any]) -> nn.Module:
    """The trained model of a run, in evaluation mode."""
    if not (folder / WEIGHTS).exists():
        raise UserError(
            f"{folder} has no {WEIGHTS}: finish it with `python -m autograd_engine train --resume {folder}`"
        )
    try:
        weights = load(folder / WEIGHTS)
        held, needed = sum(tensor.numel() for tensor in weights.values()), parameters(config)
        if needed > held:
            raise ValueError(f"{CONFIG} describes a model of {needed:,} parameters, but {WEIGHTS} has {held:,}")
        model = make_model(config)
        model.load_state_dict(weights)
    except RuntimeError as error:
        raise UserError(
            f"the run {folder} cannot be read: {WEIGHTS} does not fit the settings in {CONFIG}: {error}"
        ) from error
    except (ValueError, TypeError, AttributeError) as error:
        raise UserError(f"the run {folder} cannot be read: {WEIGHTS}: {error}") from error
    return model.eval()


def parameters(config: dict[str, Any]) -> int:
    """How many parameters a perceptron has, or at least a model of texts; 0 for networks that are as they are."""
    if config["model"] in TEXT_MODELS:
        width, layers = config["width"], config["layers"]
        return layers * MATRICES[config["model"]] * width**2 + len(config["vocabulary"]) * width
    return sum((inputs + 1) * outputs for inputs, outputs in pairwise(config["sizes"] or []))


def probabilities(model: nn.Module, samples: Any, workers: int = 0) -> tuple[Any, Any]:
    """The probability of each class, an array (N, C), for the inputs of a data set; and their classes (N,)."""
    batches = DataLoader(samples, BATCH, num_workers=workers)
    with no_grad():
        found = [(F.softmax(model(inputs), 1).numpy(), classes.numpy()) for inputs, classes in batches]
    shares, classes = (np.concatenate(parts) for parts in zip(*found, strict=True))
    return shares, classes
