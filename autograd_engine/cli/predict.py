"""`predict`: classify the test set, one sample of it, or a file, with the weights of a run."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from ..tensor.creation import as_tensor
from .folder import Scale, UserError, latest, load_model, probabilities, read_config
from .sources import read_table, task

__all__ = ["predict"]

_SHADES = " .:-=+*#%@"
_SHOWN = 20
"""The largest picture, in pixels per side, that is drawn in characters."""


def predict(options: argparse.Namespace) -> int:
    """Print the predicted class of each sample, with the picture if samples are pictures; returns the exit code.

    Raises:
        UserError: there is no such run or sample, or the file is not as it must be.
        OSError: the file cannot be read.
    """
    folder = options.folder or latest()
    config = read_config(folder)
    model = load_model(folder, config)
    if options.file is not None:
        inputs, labels = _read(options.file, config)
    else:
        source = task(config["data"])
        inputs, indices = (t.numpy() for t in source.test.tensors)
        labels = [source.classes[i] for i in indices]
    numbers: Sequence[int] = range(len(inputs))
    if options.index is not None:
        if options.index >= len(inputs):
            raise UserError(f"--index {options.index}: the test set has {_noun(config)}s 0 to {len(inputs) - 1}")
        numbers = [options.index]
    shares = probabilities(model, as_tensor(inputs))
    classes = config["classes"]
    right = np.array([classes[i] == label for i, label in zip(shares.argmax(1), labels, strict=False)])
    whole_test = options.file is None and options.index is None
    for i in numbers:
        if whole_test and right[i]:
            continue
        print(f"{_noun(config)} {i}: {_verdict(shares[i], classes, labels[i] if labels else None)}")
        if config["picture"] and max(config["picture"]) <= _SHOWN:
            print(_drawn(inputs[i].reshape(config["picture"])))
    if labels and len(numbers) > 1:
        where = "the test set" if options.file is None else str(options.file)
        kind = ", the others are shown above" if whole_test and not right.all() else ""
        print(f"{folder} on {where}: {right.mean():.2%} right ({right.sum()} of {len(right)}{kind})")
    return 0


def _noun(config: dict[str, Any]) -> str:
    return "picture" if config["picture"] else "sample"


def _read(path: Path, config: dict[str, Any]) -> tuple[Any, list[str]]:
    """The scaled inputs in a file, and the names of their classes if the file has them (else an empty list)."""
    size, picture = config["sizes"][0], config["picture"]
    scale = Scale(config["offset"], config["unit"])
    labels: list[str] = []
    if path.suffix == ".csv":
        table, labels = read_table(path, features=size)
    elif path.suffix == ".npy":
        try:
            table = np.asarray(np.load(path), np.float64)
        except (ValueError, TypeError, EOFError) as error:
            raise UserError(f"{path} is damaged, or not a .npy file of numbers") from error
        sides = f", or {picture[0]} rows of {picture[1]}," if picture else ""
        if not table.size or table.shape[-1] not in (size, *(picture or ())[1:]) or table.size % size:
            raise UserError(
                f"{path} has shape {table.shape}: expected {size} numbers{sides} for each {_noun(config)}"
            )
        table = table.reshape(-1, size)
    else:
        raise UserError(f"{path}: {_noun(config)}s come in a .csv or .npy file")
    if picture:
        _check_pixels(path, table, scale.unit[0])
    return scale.apply(table), labels


def _check_pixels(path: Path, table: Any, ink: float) -> None:
    if not (table.min() >= 0 and table.max() <= ink):
        raise UserError(f"{path}: pixels must lie between 0 (paper) and {ink:g} (ink)")
    if table.max() <= 1:
        raise UserError(
            f"{path}: no pixel is above 1; pixels run from 0 (paper) to {ink:g} (ink), multiply by {ink:g}"
        )


def _drawn(picture: Any) -> str:
    """The picture in characters, two for each pixel."""
    shades = np.minimum(picture * len(_SHADES), len(_SHADES) - 1).astype(int)
    return "\n".join("  " + "".join(_SHADES[s] * 2 for s in row) for row in shades)


def _verdict(shares: Any, classes: Sequence[str], true: str | None) -> str:
    order = np.argsort(-shares)
    best = ", ".join(f"{classes[i]} ({shares[i]:.1%})" for i in order[1:3])
    known = "" if true is None else f"true {true}, "
    return f"{known}predicted {classes[order[0]]} ({shares[order[0]]:.1%}); then {best}"
