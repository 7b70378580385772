"""A run folder: what a training leaves behind, and how the other commands find it again."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from .. import nn
from ..backend.files import write_atomically
from ..engine.modes import no_grad
from ..models import MLP
from ..nn import functional as F
from ..serialization import load

__all__ = ["ACTIVATIONS", "CHECKPOINT", "CONFIG", "HISTORY", "RUNS", "WEIGHTS", "Scale", "UserError"]

RUNS = Path("runs")
CONFIG, WEIGHTS = "config.json", "weights.safetensors"
HISTORY, CHECKPOINT = "history.csv", "checkpoint.safetensors"


ACTIVATIONS: dict[str, type[nn.Module]] = {
    kind.__name__.lower(): kind
    for kind in (
        nn.ReLU,
        nn.Tanh,
        nn.Sigmoid,
        nn.LeakyReLU,
        nn.ELU,
        nn.SELU,
        nn.GELU,
        nn.SiLU,
        nn.Mish,
        nn.Softplus,
    )
}


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


def latest() -> Path:
    """The folder of the run below runs/ that was started last.

    Raises:
        UserError: there is none.
    """
    runs = sorted(RUNS.glob(f"*/{CONFIG}"), key=lambda path: path.stat().st_mtime)
    if not runs:
        raise UserError(f"there is no run below {RUNS}/: run `python -m autograd_engine train` first")
    return runs[-1].parent


def write_config(folder: Path, config: dict[str, Any]) -> None:
    """Write the settings of a run and the shape of its model."""
    write_atomically(folder / CONFIG, (json.dumps(config, indent=2) + "\n").encode())


def read_config(folder: Path) -> dict[str, Any]:
    """The settings of a run and the shape of its model.

    Raises:
        UserError: there are none, or they are damaged.
    """
    path = folder / CONFIG
    if not path.exists():
        raise UserError(f"{folder} is not a run: it has no {CONFIG}")
    try:
        config = json.loads(path.read_text())
    except ValueError as error:
        raise UserError(f"the run {folder} cannot be read: {path.name}: {error}") from error
    if not isinstance(config, dict):
        raise UserError(f"the run {folder} cannot be read: {path.name} holds no settings")
    return config


def make_model(config: dict[str, Any]) -> MLP:
    """A new, untrained model of the sizes, activation and dropout in the settings."""
    return MLP(config["sizes"], ACTIVATIONS[config["activation"]], config["dropout"])


def load_model(folder: Path, config: dict[str, Any]) -> nn.Module:
    """The trained model of a run, in evaluation mode.

    Raises:
        UserError: there is none, or it is damaged.
    """
    if not (folder / WEIGHTS).exists():
        raise UserError(
            f"{folder} has no {WEIGHTS}: finish it with `python -m autograd_engine train --resume {folder}`"
        )
    try:
        model = make_model(config)
        model.load_state_dict(load(folder / WEIGHTS))
    except KeyError as error:
        raise UserError(f"the run {folder} cannot be read: {CONFIG} has no {error}") from error
    except (ValueError, TypeError, RuntimeError) as error:
        raise UserError(f"the run {folder} cannot be read: {error}") from error
    return model.eval()


def probabilities(model: nn.Module, inputs: Any) -> Any:
    """The probability of each class, an array (N, C), for inputs (N, features)."""
    with no_grad():
        return F.softmax(model(inputs), 1).numpy()
