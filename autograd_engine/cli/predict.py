"""`predict`: classify the test set, one sample of it, or a file, with the weights of a run."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from ..data import Subset
from ..data.folder import IMG_EXTENSIONS
from ..tensor.creation import as_tensor
from .folder import Scale, UserError, open_run, probabilities
from .folders import read_picture
from .inputs import Inputs, Preparation
from .settings import Settings
from .sources import check_values, read_table, task
from .task import targets
from .text_settings import TEXT_MODELS

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
    folder, config, model = open_run(options.folder)
    if config["model"] in TEXT_MODELS:
        raise UserError(
            f"{folder} learned a text, and classifies nothing: `python -m autograd_engine generate {folder}` "
            "writes with it"
        )
    names: list[str] = []
    workers = 0
    if options.file is not None:
        samples, labels = _read(options.file, config)
        names = [str(path) for path in options.file if _is_picture(path)]
        numbers: Sequence[int] = range(len(samples))
    else:
        source = task(config["data"])
        inputs = Inputs(source, Settings.of(config))
        inputs.check_same(config)
        workers = 0 if options.index is not None else inputs.workers(options.workers)
        samples, numbers = inputs.test(), range(len(source.test))
        if options.index is not None:
            if options.index >= len(samples):
                raise UserError(
                    f"--index {options.index}: the test set has {_noun(config)}s 0 to {len(samples) - 1}"
                )
            samples, numbers = Subset(samples, [options.index]), [options.index]
        labels = [source.classes[i] for i in targets(source.test)[np.array(numbers)]]
    shares, _ = probabilities(model, samples, workers)
    classes = config["classes"]
    right = np.array([classes[i] == label for i, label in zip(shares.argmax(1), labels, strict=False)])
    whole_test = options.file is None and options.index is None
    for i, number in enumerate(numbers):
        if whole_test and right[i]:
            continue
        name = names[i] if names else f"{_noun(config)} {number}"
        print(f"{name}: {_verdict(shares[i], classes, labels[i] if labels else None)}")
        if config["picture"] and len(config["picture"]) == 2 and max(config["picture"]) <= _SHOWN:
            print(_drawn(samples[i][0].numpy().reshape(config["picture"])))
    if labels and len(numbers) > 1:
        where = "the test set" if options.file is None else str(options.file[0])
        kind = ", the others are shown above" if whole_test and not right.all() else ""
        print(f"{folder} on {where}: {right.mean():.2%} right ({right.sum()} of {len(right)}{kind})")
    return 0


def _noun(config: dict[str, Any]) -> str:
    return "picture" if config["picture"] else "sample"


def _is_picture(path: Path) -> bool:
    return path.suffix.lower() in IMG_EXTENSIONS


def _read(paths: Sequence[Path], config: dict[str, Any]) -> tuple[Any, list[str]]:
    """The inputs in files, as samples whose class is 0; and the names of their classes if the files have them (else
    an empty list)."""
    endings = ", ".join(IMG_EXTENSIONS)
    if config["picture"] and all(map(_is_picture, paths)):
        prepared = Preparation(config)
        return [(prepared(read_picture(str(path))), 0) for path in paths], []
    if len(paths) > 1:
        raise UserError(f"several files must all be pictures, {endings}, not {paths[0]}")
    if config["sizes"] is None:
        raise UserError(f"{paths[0]}: the model {config['model']} takes files of pictures, {endings}")
    table, labels = _read_numbers(paths[0], config)
    return [(row, 0) for row in as_tensor(table)], labels


def _read_numbers(path: Path, config: dict[str, Any]) -> tuple[Any, list[str]]:
    """The scaled numbers in a file, and the names of their classes if it has them."""
    size, picture = config["sizes"][0], config["picture"]
    scale = Scale(config["offset"], config["unit"])
    labels: list[str] = []
    if path.suffix == ".csv":
        table, labels = read_table(path, features=size)
        if unknown := sorted(set(labels) - set(config["classes"])):
            raise UserError(f"{path} has the class {unknown[0]!r}, which the run does not know")
    elif path.suffix == ".npy":
        table = _read_array(path, config)
    else:
        ending = f", or in files of their own, {', '.join(IMG_EXTENSIONS)}" if picture else ""
        raise UserError(f"{path}: {_noun(config)}s come in a .csv or .npy file{ending}")
    if picture:
        _check_pixels(path, table, scale.unit[0])
    with np.errstate(over="ignore"):
        inputs = scale.apply(table)
    if not np.isfinite(inputs).all():
        raise UserError(f"{path} has numbers that are far too large: those in the training set are much smaller")
    return inputs, labels


def _read_array(path: Path, config: dict[str, Any]) -> Any:
    """The samples in a .npy file, (N, features). It is mapped and not read until its shape is known to be right."""
    size, picture = config["sizes"][0], config["picture"]
    try:
        array = np.load(path, mmap_mode="r")
    except (ValueError, TypeError, EOFError, SyntaxError) as error:
        raise UserError(f"{path} is damaged, or not a .npy file of numbers") from error
    if not isinstance(array, np.ndarray) or array.dtype.kind not in "biuf":
        raise UserError(f"{path} is not a .npy file of numbers")
    shapes: list[tuple[int, ...]] = [(size,), *([tuple(picture), (1, *picture)] if picture else [])]
    if not array.size or (array.shape not in shapes and array.shape[1:] not in shapes):
        sides = f", or {' rows of '.join(map(str, picture))}," if picture else ""
        raise UserError(f"{path} has shape {array.shape}: expected {size} numbers{sides} for each {_noun(config)}")
    table = np.array(array.reshape(-1, size), np.float64)
    check_values(str(path), table)
    return table


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
