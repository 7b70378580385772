"""The command line: train a classifier of handwritten digits, and use it.

    python -m autograd_engine train
    python -m autograd_engine predict
    python -m autograd_engine operators

A training run is a folder: weights.safetensors, history.csv, config.json, and pictures of the curves,
the confusions and the computation graph. `predict` needs nothing but that folder.
"""

from __future__ import annotations

import argparse
import csv
import io
import json
import sys
import time
from collections.abc import Callable, Sequence
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np

from . import nn, optim, viz
from .autograd import no_grad
from .backend.random import manual_seed
from .creation import as_tensor
from .data import DataLoader, TensorDataset, digits
from .files import write_atomically
from .models import MLP
from .nn import functional as F
from .serialization import load, save
from .tensor import Tensor
from .testing import coverage_table
from .training import fit

__all__ = ["main"]

_CLASSES = 10
_PIXELS = 64
_WHITE = 16
_SHADES = " .:-=+*#%@"
_RUNS = Path("runs")
_INTERRUPTED = 130
"""The exit code of a program that Ctrl-C ended: 128 + SIGINT."""

_OPTIMIZERS: dict[str, tuple[float, Callable[..., optim.Optimizer]]] = {
    "sgd": (0.1, lambda params, lr: optim.SGD(params, lr, momentum=0.9, weight_decay=1e-4)),
    "adam": (3e-3, optim.Adam),
    "adamw": (3e-3, optim.AdamW),
}
"""For each optimizer its usual learning rate and how to make it."""


class _UserError(Exception):
    """Something the user can put right: printed without a traceback, exit code 1."""


# ----------------------------------------------------------------------------------- arguments


def _positive(kind: Callable[[str], Any]) -> Callable[[str], Any]:
    def parse(text: str) -> Any:
        try:
            value = kind(text)
        except ValueError:
            value = -1
        if not 0 < value < float("inf"):
            raise argparse.ArgumentTypeError(f"{text!r} is not a positive {'whole ' * (kind is int)}number")
        return value

    return parse


def _index(text: str) -> int:
    if not text.isdecimal():
        raise argparse.ArgumentTypeError(f"{text!r} is not a whole number from 0 on")
    return int(text)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m autograd_engine", description="Train a classifier of handwritten digits, and use it."
    )
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    train = commands.add_parser(
        "train",
        help="train on the UCI handwritten digits",
        description="Train a multilayer perceptron on the UCI handwritten digits (1,797 pictures of 8x8 pixels, "
        "a fifth of them held back as the test set), and write the run to a folder.",
        formatter_class=argparse.ArgumentDefaultsHelpFormatter,
    )
    train.set_defaults(run=_train)
    train.add_argument("--epochs", type=_positive(int), default=30, help="how often to go through the data")
    train.add_argument(
        "--hidden", type=_positive(int), nargs="*", default=[128], metavar="N", help="sizes of the hidden layers"
    )
    train.add_argument("--optimizer", choices=list(_OPTIMIZERS), default="sgd", help="sgd has momentum 0.9")
    usual = ", ".join(f"{lr} for {name}" for name, (lr, _) in _OPTIMIZERS.items())
    train.add_argument(
        "--lr", type=_positive(float), default=argparse.SUPPRESS, help=f"learning rate (default: {usual})"
    )
    train.add_argument("--batch-size", type=_positive(int), default=32, metavar="N", help="pictures per step")
    train.add_argument(
        "--label-smoothing",
        type=float,
        default=0.1,
        metavar="E",
        help="share of the target spread over all classes",
    )
    train.add_argument("--seed", type=_index, default=0, metavar="N", help="seed of weights and order")
    train.add_argument(
        "--out",
        type=Path,
        default=argparse.SUPPRESS,
        metavar="FOLDER",
        help="run folder (default: runs/digits, or runs/digits-2, ... when that is taken)",
    )
    train.add_argument("--overwrite", action="store_true", help="replace the run that --out already holds")
    train.add_argument("--no-progress", action="store_true", help="show no progress bar")

    predict = commands.add_parser(
        "predict",
        help="classify digits with a trained run",
        description="Classify digits with the weights of a run: the whole test set, one picture of it, or a file.",
    )
    predict.set_defaults(run=_predict)
    predict.add_argument(
        "folder", type=Path, nargs="?", metavar="RUN", help="run folder (default: the latest below runs/)"
    )
    what = predict.add_mutually_exclusive_group()
    what.add_argument("--index", type=_index, metavar="N", help="picture N of the test set, counted from 0")
    what.add_argument(
        "--file",
        type=Path,
        metavar="FILE",
        help="pictures in a .csv (64 numbers per row, a 65th is the true class) or .npy file (8x8 or 64 numbers "
        "each), with pixels from 0 (paper) to 16 (ink)",
    )

    operators = commands.add_parser("operators", help="list every operator and how it is checked, in Markdown")
    operators.set_defaults(run=_operators)
    return parser


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line with `arguments`, by default those of the program; returns the exit code.

    0: done. 1: a file or a setting is not as it must be, as the printed error says. 2: wrong usage. 130:
    interrupted by Ctrl-C; what was reached is written.
    """
    options = _parser().parse_args(arguments)
    try:
        return int(options.run(options))
    except (_UserError, ImportError, OSError, FloatingPointError) as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("interrupted", file=sys.stderr)
        return _INTERRUPTED


# --------------------------------------------------------------------------------------- train


def _check_extras() -> None:
    missing = [
        name
        for name, module in (("matplotlib", "matplotlib"), ("scikit-learn", "sklearn"))
        if not find_spec(module)
    ]
    if missing:
        raise _UserError(f'training needs {" and ".join(missing)}: pip install "autograd_engine[train]"')


def _run_folder(options: argparse.Namespace) -> Path:
    """The folder to write to: the one asked for, or a fresh one."""
    if "out" in options:
        folder: Path = options.out
        if (folder / "config.json").exists() and not options.overwrite:
            raise _UserError(f"{folder} already holds a run: choose another --out, or pass --overwrite")
    else:
        folder, number = _RUNS / "digits", 1
        while folder.exists():
            number += 1
            folder = _RUNS / f"digits-{number}"
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def _train(options: argparse.Namespace) -> int:
    from tqdm import tqdm

    _check_extras()
    if not 0.0 <= options.label_smoothing <= 1.0:
        raise _UserError(f"--label-smoothing must lie in [0, 1], not {options.label_smoothing}")
    folder = _run_folder(options)
    usual, make = _OPTIMIZERS[options.optimizer]
    lr = getattr(options, "lr", usual)
    sizes = [_PIXELS, *options.hidden, _CLASSES]
    manual_seed(options.seed)
    train, test = digits()
    model = MLP(sizes)
    optimizer = make(model.parameters(), lr=lr)
    loss_fn = nn.CrossEntropyLoss(label_smoothing=options.label_smoothing)
    config = {
        "sizes": sizes,
        "optimizer": options.optimizer,
        "lr": lr,
        "batch_size": options.batch_size,
        "label_smoothing": options.label_smoothing,
        "epochs": options.epochs,
        "seed": options.seed,
    }
    print(f"{len(train)} training and {len(test)} test pictures; the run goes to {folder}")
    print(f"{model}\n{sum(p.numel() for p in model.parameters()):,} parameters")
    if options.label_smoothing:
        floor = _smoothing_floor(options.label_smoothing)
        print(f"the loss has label smoothing {options.label_smoothing:g}: its lowest possible value is {floor:.4f}")
    history: dict[str, list[float]] = {}
    started = time.perf_counter()
    try:
        fit(
            model,
            DataLoader(train, options.batch_size, shuffle=True),
            optimizer,
            loss_fn,
            options.epochs,
            test=DataLoader(test, len(test)),
            progress=not options.no_progress,
            on_epoch=lambda row: tqdm.write(_line(row)),
            history=history,
        )
        interrupted = False
    except KeyboardInterrupt:
        interrupted = True
    seconds = time.perf_counter() - started
    _write_run(folder, model, loss_fn, history, config, test)
    if interrupted:
        done = len(history.get("epoch", ()))
        print(f"interrupted after {done} of {options.epochs} epochs: what was reached is in {folder}")
        return _INTERRUPTED
    print(f"test accuracy {history['test_accuracy'][-1]:.2%} after {seconds:.1f} s; written to {folder}:")
    print("  " + ", ".join(sorted(path.name for path in folder.iterdir())))
    return 0


def _smoothing_floor(smoothing: float) -> float:
    """The entropy of a smoothed target, in nats: no prediction has a lower cross entropy."""
    target = np.full(_CLASSES, smoothing / _CLASSES)
    target[0] += 1 - smoothing
    used = target[target > 0]
    return float(-(used * np.log(used)).sum())


def _line(row: dict[str, float]) -> str:
    return (
        f"epoch {row['epoch']:3d}   train loss {row['train_loss']:.4f}, accuracy {row['train_accuracy']:7.2%}   "
        f"test loss {row['test_loss']:.4f}, accuracy {row['test_accuracy']:7.2%}"
    )


def _write_run(
    folder: Path,
    model: nn.Module,
    loss_fn: nn.Module,
    history: dict[str, list[float]],
    config: dict[str, Any],
    test: TensorDataset,
) -> None:
    """Everything a run leaves behind, the weights first."""
    save(model.state_dict(), folder / "weights.safetensors")
    write_atomically(folder / "config.json", (json.dumps(config, indent=2) + "\n").encode())
    table = io.StringIO()
    writer = csv.writer(table, lineterminator="\n")
    writer.writerow(history)
    writer.writerows(zip(*history.values(), strict=True))
    write_atomically(folder / "history.csv", table.getvalue().encode())
    if history:
        viz.plot_history(history, folder / "curves.png")
    pictures, classes = test.tensors
    matrix = np.zeros((_CLASSES, _CLASSES), int)
    np.add.at(matrix, (classes.array, _probabilities(model, pictures).argmax(1)), 1)
    viz.plot_confusion_matrix(matrix, range(_CLASSES), folder / "confusion_matrix.png")
    batch, target = test[:1]
    named = {**dict(model.named_parameters()), "picture": batch}
    graph = viz.graph(loss_fn(model(batch), target), names=named)
    graph.save(folder / "graph.svg")
    graph.save(folder / "graph.png")


def _probabilities(model: nn.Module, pictures: Tensor) -> Any:
    with no_grad():
        return F.softmax(model(pictures), 1).numpy()


# ------------------------------------------------------------------------------------- predict


def _latest_run() -> Path:
    runs = sorted(_RUNS.glob("*/config.json"), key=lambda path: path.stat().st_mtime)
    if not runs:
        raise _UserError(f"there is no run below {_RUNS}/: run `python -m autograd_engine train` first")
    return runs[-1].parent


def _load_model(folder: Path) -> MLP:
    config, weights = folder / "config.json", folder / "weights.safetensors"
    for path in (config, weights):
        if not path.exists():
            raise _UserError(f"{folder} is not a run: it has no {path.name}")
    try:
        model = MLP(json.loads(config.read_text())["sizes"])
        model.load_state_dict(load(weights))
    except (ValueError, KeyError, TypeError, RuntimeError) as error:
        raise _UserError(f"the run {folder} cannot be read: {error}") from error
    return model.eval()


def _read_pictures(path: Path) -> tuple[Any, Any]:
    """The pictures of a file, (N, 64) in [0, 1], and their classes, or None where the file has none."""
    if path.suffix not in (".csv", ".npy"):
        raise _UserError(f"{path}: pictures come in a .csv or .npy file")
    try:
        table = np.load(path) if path.suffix == ".npy" else np.loadtxt(path, delimiter=",", ndmin=2)
        table = np.asarray(table, np.float64)
    except (ValueError, TypeError, EOFError) as error:
        raise _UserError(f"{path} is not a table of numbers: {error}") from error
    classes = None
    if table.ndim == 2 and table.shape[1] == _PIXELS + 1:
        table, classes = table[:, :-1], table[:, -1].astype(int)
    if not table.size or table.shape[-1] not in (8, _PIXELS) or table.size % _PIXELS:
        raise _UserError(f"{path} has shape {table.shape}: expected 64 numbers, or 8 rows of 8, for each picture")
    if not (table.min() >= 0 and table.max() <= _WHITE):
        raise _UserError(f"{path}: pixels must lie between 0 (paper) and {_WHITE} (ink)")
    if table.max() <= 1:
        raise _UserError(
            f"{path}: no pixel is above 1; pixels run from 0 (paper) to {_WHITE} (ink), multiply by 16"
        )
    return (table.reshape(-1, _PIXELS) / _WHITE).astype(np.float32), classes


def _drawn(picture: Any) -> str:
    """The picture in characters, two for each pixel."""
    shades = np.minimum(picture.reshape(8, 8) * len(_SHADES), len(_SHADES) - 1).astype(int)
    return "\n".join("  " + "".join(_SHADES[s] * 2 for s in row) for row in shades)


def _verdict(probabilities: Any, true: int | None) -> str:
    order = np.argsort(-probabilities)
    best = ", ".join(f"{i} ({probabilities[i]:.1%})" for i in order[1:3])
    known = "" if true is None else f"true {true}, "
    return f"{known}predicted {order[0]} ({probabilities[order[0]]:.1%}); then {best}"


def _predict(options: argparse.Namespace) -> int:
    folder = options.folder or _latest_run()
    model = _load_model(folder)
    if options.file is not None:
        pictures, classes = _read_pictures(options.file)
        numbers: Sequence[int] = range(len(pictures))
    else:
        _, test = digits()
        pictures, classes = (t.numpy() for t in test.tensors)
        numbers = range(len(pictures))
        if options.index is not None:
            if options.index >= len(pictures):
                raise _UserError(f"--index {options.index}: the test set has pictures 0 to {len(pictures) - 1}")
            numbers = [options.index]
    probabilities = _probabilities(model, as_tensor(pictures))
    right = None if classes is None else probabilities.argmax(1) == classes
    whole_test = options.file is None and options.index is None
    for i in numbers:
        if whole_test and right is not None and right[i]:
            continue
        print(f"picture {i}: {_verdict(probabilities[i], None if classes is None else classes[i])}")
        print(_drawn(pictures[i]))
    if right is not None and len(numbers) > 1:
        where = "the test set" if options.file is None else str(options.file)
        kind = ", the others are shown above" if whole_test and not right.all() else ""
        print(f"{folder} on {where}: {right.mean():.2%} right ({right.sum()} of {len(right)}{kind})")
    return 0


# ----------------------------------------------------------------------------------- operators


def _operators(options: argparse.Namespace) -> int:
    print("# Operators\n")
    print("Generated from the table that drives the tests; `python -m autograd_engine operators` prints it.\n")
    print(coverage_table())
    return 0
