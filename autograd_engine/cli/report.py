"""`evaluate` and `summary`: how well the model of a run classifies, and what layers it has."""

from __future__ import annotations

import argparse
from typing import Any

import numpy as np

from .. import nn, viz
from ..data import DataLoader
from ..training import evaluate
from .folder import BATCH, open_run
from .inputs import Inputs
from .settings import OF_PICTURES, Settings
from .sources import task
from .task import targets
from .text import Text, held_out_bits
from .text_settings import GPT, TEXT_MODELS, TextSettings

__all__ = ["evaluate_run", "summarize_run"]


def evaluate_run(options: argparse.Namespace) -> int:
    """Print how well a run classifies its test set; returns the exit code."""
    folder, config, model = open_run(options.folder)
    if config["model"] in TEXT_MODELS:
        text = Text(TextSettings.of(config))
        text.check_same(config)
        print(f"{folder} on the held-out end of {config['data']}, {len(text.held_out):,} characters")
        print(f"bits per character  {held_out_bits(model, text):.4f}")
        return 0
    source = task(config["data"])
    inputs = Inputs(source, Settings.of(config))
    inputs.check_same(config)
    missing = sorted(set(range(len(source.classes))) - set(targets(source.test).tolist()))
    measured = evaluate(
        model,
        DataLoader(inputs.test(), BATCH, num_workers=inputs.workers(options.workers)),
        nn.CrossEntropyLoss(label_smoothing=config["label_smoothing"]),
        metrics=["accuracy", *([] if missing else ["auc"]), "confusion_matrix"],
    )
    print(f"{folder} on the test set, {len(source.test)} {source.noun}s")
    print(f"loss      {measured['loss']:.4f}")
    print(f"accuracy  {measured['accuracy']:.2%}")
    if missing:
        print(f"AUC       none: the test set has no {source.noun} of class {source.classes[missing[0]]}\n")
    else:
        print(f"AUC       {measured['auc']:.4f}  (area under the ROC curve)\n")
    print(_per_class(measured["confusion_matrix"], source.classes))
    print("\nconfusion matrix: a row per true class, a column per predicted one\n")
    print(_matrix(measured["confusion_matrix"], source.classes))
    return 0


def _per_class(matrix: Any, classes: list[str]) -> str:
    """A table of precision TP / (TP + FP), recall TP / (TP + FN) and F1 = 2 TP / (2 TP + FP + FN) of each
    class, and their means."""
    right, true, predicted = matrix.diagonal(), matrix.sum(1), matrix.sum(0)
    scores = np.stack(
        [right / np.maximum(predicted, 1), right / np.maximum(true, 1), 2 * right / np.maximum(true + predicted, 1)]
    )
    names = [*classes, "mean"]
    rows = zip(names, *np.column_stack([scores, scores.mean(1)]), [*true, true.sum()], strict=True)
    width = max(5, *map(len, names))
    lines = [f"{'class':>{width}}  precision  recall     F1  samples"]
    lines += [f"{name:>{width}}  {p:9.4f}  {r:6.4f} {f:6.4f}  {count:7d}" for name, p, r, f, count in rows]
    return "\n".join(lines)


def _matrix(matrix: Any, classes: list[str]) -> str:
    rows = [["", *classes], *([name, *map(str, row)] for name, row in zip(classes, matrix, strict=True))]
    width = max(len(cell) for row in rows for cell in row)
    return "\n".join(" ".join(f"{cell:>{width}}" for cell in row) for row in rows)


def summarize_run(options: argparse.Namespace) -> int:
    """Print the settings and the layers of a run; returns the exit code."""
    folder, config, model = open_run(options.folder)
    print(f"{folder}")
    for name, value in config.items():
        if (
            name not in ("offset", "unit", "vocabulary")
            and value is not None
            and (value or name not in OF_PICTURES)
        ):
            print(f"  {name.replace('_', ' ')}: {_shown(value)}")
    if config["model"] in TEXT_MODELS:
        context = config["context"]
        print(f"  vocabulary: {len(config['vocabulary'])} characters")
        size = (context, 1) if config["model"] != GPT else (1, context)
        print(f"\n{viz.summary(model, input_size=size, dtypes=[np.int64])}")
        return 0
    size = (1, *config["picture"]) if config["sizes"] is None else (1, config["sizes"][0])
    print(f"\n{viz.summary(model, input_size=size)}")
    return 0


def _shown(value: Any) -> str:
    return " ".join(map(str, value)) if isinstance(value, list) else str(value)
