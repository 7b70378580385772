"""The command line: train a classifier, or a model that writes like a text, and use it.

    python -m autograd_engine train [DATA]
    python -m autograd_engine evaluate [RUN]
    python -m autograd_engine summary [RUN]
    python -m autograd_engine predict [RUN]
    python -m autograd_engine generate [RUN]
    python -m autograd_engine info
    python -m autograd_engine as-torch PROGRAM.py

`train` writes a run, which is a folder: weights.safetensors, checkpoint.safetensors, history.csv, config.json, and
pictures of the curves, the confusion matrix and the computation graph. `summary` and `predict --file` need only
that folder; `evaluate` and `predict` without a file also read the data again. A run that is overwritten or trained
longer stays as it is until the new one is complete.
"""

from __future__ import annotations

import argparse
import io
import os
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from . import as_torch, generate, info, predict, report, train
from .folder import UserError
from .settings import MODELS, RULES, SHARE, WHOLE, Rule, number, shown
from .sources import READY
from .text_settings import MOST_EPOCHS, STEPS, TEXT_MODELS, TEXT_RULES, USUAL_OF_TEXTS

__all__ = ["main"]


def _typed(rule: Rule, kind: Callable[[str], Any]) -> Callable[[str], Any]:
    """A parser for argparse of the values that a rule accepts."""

    def parse(text: str) -> Any:
        try:
            value = kind(text)
        except ValueError:
            value = None
        if not rule.accepts(value):
            raise argparse.ArgumentTypeError(f"{shown(text)} is not {rule.words}")
        return value

    return parse


def _add_workers(command: argparse.ArgumentParser) -> None:
    command.add_argument(
        "--workers",
        type=_typed(number(int, zero=True, below=129), int),
        metavar="N",
        help="processes that read and change pictures ahead of time, which changes nothing in the result (default: "
        "half as many as cores, at most 4, for folders of pictures; else 0)",
    )


def _version() -> str:
    package = __name__.partition(".")[0]
    return f"{package} {sys.modules[package].__version__}"


def _path(text: str) -> Path:
    if not text or "\0" in text:
        raise argparse.ArgumentTypeError(f"{shown(text)} is no name of a file or folder")
    return Path(text)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m autograd_engine",
        description="Train a classifier, or a model that writes like a text, and use it.",
    )
    parser.add_argument("--version", action="version", version=_version())
    commands = parser.add_subparsers(required=True, metavar="COMMAND")

    command = commands.add_parser(
        "train",
        help="train a classifier, or a model of a text",
        description="Train a multilayer perceptron, or a network with convolutions, by default on the UCI "
        "handwritten digits (1,797 pictures of 8x8 pixels, a fifth of them held back as the test set), and write "
        "the run to a folder. The defaults that are shown are those of the perceptron. Of a text file, a language "
        "model of characters is trained (lstm, gru or gpt); a tenth of the text, its end, is held back.",
    )
    command.set_defaults(command=train.train)
    default = train.Settings()

    def setting(name: str, help: str, shown: Any = None, **more: Any) -> None:
        """Add an option for a setting. Without it, the setting is the default, or that of the resumed run."""
        usual = getattr(default, name.lstrip("-").replace("-", "_"), None) if shown is None else shown
        command.add_argument(
            name,
            default=argparse.SUPPRESS,
            help=help + (f" (default: {usual})" if usual not in (None, "") else ""),
            **more,
        )

    setting(
        "data",
        f"what to learn: {', '.join(READY)}; a .csv file whose last column is the class; or a folder: IDX files, "
        "as MNIST has them, CIFAR's files, pictures in train/CLASS and test/CLASS, or pictures in CLASS; or a text "
        "file",
        nargs="?",
        type=_typed(RULES["data"], str),
        metavar="DATA",
    )
    setting("--model", "network: mlp, one for pictures, or one for a text", choices=[*MODELS, *TEXT_MODELS])
    steps = ", ".join(f"{count} for {model}" for model, count in STEPS.items())
    setting(
        "--epochs",
        "passes through the training data",
        f"{default.epochs}; of a text those that take about so many steps: {steps}; but at most {MOST_EPOCHS}",
        type=_typed(RULES["epochs"], int),
        metavar="N",
    )
    setting("--hidden", "sizes of the hidden layers", "128", type=_typed(WHOLE, int), nargs="*", metavar="N")
    setting("--activation", "activation function between the layers", choices=train.ACTIVATIONS)
    setting(
        "--dropout",
        "probability that a hidden unit is dropped in training",
        type=_typed(RULES["dropout"], float),
        metavar="P",
    )
    setting(
        "--size",
        "pixels a side to which pictures are brought for the model",
        "the size the network was made for",
        type=_typed(RULES["size"], int),
        metavar="N",
    )
    setting(
        "--flip",
        "mirror pictures at random in training",
        "for colored pictures, but not with mlp",
        action=argparse.BooleanOptionalAction,
    )
    setting(
        "--crop",
        "shift pictures at random in training, by up to N pixels",
        "2 for gray pictures, 4 for colored ones, 0 with mlp",
        type=_typed(RULES["crop"], int),
        metavar="N",
    )
    setting(
        "--rotation",
        "turn pictures at random in training, by up to so many degrees",
        "10 for gray pictures, 0 for colored ones and with mlp",
        type=_typed(RULES["rotation"], float),
        metavar="DEGREES",
    )
    for name, help in (
        ("width", "for a text: the size of the state, or of a GPT's hidden states"),
        ("layers", "for a text: how many layers, or blocks of a GPT"),
        ("heads", "for a text: the heads of an attention of a GPT"),
        ("context", "for a text: how many characters a step goes back, and the most that a GPT sees"),
    ):
        by_model = {model: usual[name] for model, usual in USUAL_OF_TEXTS.items() if name in usual}
        shown_usual = ", ".join(f"{value} for {model}" for model, value in by_model.items())
        setting(f"--{name}", help, shown_usual, type=_typed(TEXT_RULES[name], int), metavar="N")
    setting("--optimizer", "what adjusts the weights; sgd has momentum 0.9", choices=train.OPTIMIZERS)
    usual = ", ".join(f"{known['lr']} for {name}" for name, known in train.USUAL.items())
    setting(
        "--lr", "learning rate", f"{usual}; else the optimizer's own", type=_typed(RULES["lr"], float), metavar="LR"
    )
    setting(
        "--weight-decay",
        "weight decay",
        "0.0001 for sgd; else the optimizer's own",
        type=_typed(RULES["weight_decay"], float),
        metavar="W",
    )
    setting("--schedule", "how the learning rate changes", choices=["constant", *train.SCHEDULES])
    setting("--batch-size", "samples per step", type=_typed(RULES["batch_size"], int), metavar="N")
    setting("--label-smoothing", "share of the target spread over all classes", type=float, metavar="E")
    setting(
        "--patience",
        "stop after N epochs without a lower loss on a tenth of the training data, held back for this; and keep "
        "the best weights",
        type=_typed(RULES["patience"], int),
        metavar="N",
    )
    setting("--seed", "seed of weights and order", type=_typed(RULES["seed"], int), metavar="N")
    where = command.add_mutually_exclusive_group()
    where.add_argument(
        "--out",
        type=_path,
        metavar="FOLDER",
        help="run folder (default: runs/DATA, or runs/DATA-2, ... when that is taken)",
    )
    where.add_argument(
        "--resume",
        type=_path,
        metavar="RUN",
        help="go on with an interrupted run, with its settings: the result is that of an uninterrupted one, bit "
        "for bit; or train a finished one longer, with more --epochs",
    )
    command.add_argument("--overwrite", action="store_true", help="replace the run that --out already holds")
    command.add_argument("--no-progress", action="store_true", help="show no progress bar")
    _add_workers(command)

    def of_run(name: str, function: Callable[..., int], help: str, description: str) -> argparse.ArgumentParser:
        command = commands.add_parser(name, help=help, description=description)
        command.set_defaults(command=function)
        command.add_argument(
            "folder", type=_path, nargs="?", metavar="RUN", help="run folder (default: the latest below runs/)"
        )
        return command

    command_evaluate = of_run(
        "evaluate",
        report.evaluate_run,
        "measure a trained run on its test set",
        "Measure the weights of a run on its test set: loss, accuracy, area under the ROC curve, precision, recall "
        "and F1 of each class, and the confusion matrix.",
    )
    of_run("summary", report.summarize_run, "show the layers of a run", "Show the settings and layers of a run.")
    command_predict = of_run(
        "predict",
        predict.predict,
        "classify with a trained run",
        "Classify with the weights of a run: the whole test set, one sample of it, or a file.",
    )
    _add_workers(command_evaluate)
    _add_workers(command_predict)
    what = command_predict.add_mutually_exclusive_group()
    what.add_argument(
        "--index",
        type=_typed(number(int, zero=True), int),
        metavar="N",
        help="sample N of the test set, counted from 0",
    )
    what.add_argument(
        "--file",
        type=_path,
        nargs="+",
        metavar="FILE",
        help="samples in a .csv (a row each; a further column is the true class) or .npy file. For digits: 64 "
        "numbers or 8x8, with pixels from 0 (paper) to 16 (ink). Or files of pictures, .png, .jpg .., for a run of "
        "pictures; characters with bright ink on black paper, as in the data",
    )

    command = of_run(
        "generate",
        generate.generate,
        "write with a run that learned a text",
        "Write with a run that learned a text, character by character.",
    )
    command.add_argument("--prompt", default="", metavar="TEXT", help="how the text begins (default: a new line)")
    command.add_argument(
        "--length",
        type=_typed(number(int, zero=True), int),
        default=500,
        metavar="N",
        help="how many characters to write (default: 500)",
    )
    command.add_argument(
        "--temperature",
        type=_typed(number(float, zero=True), float),
        default=0.8,
        metavar="T",
        help="below 1 likely characters become likelier, above 1 less likely; 0 takes the likeliest (default: 0.8)",
    )
    command.add_argument(
        "--top-k", type=_typed(WHOLE, int), metavar="K", help="draw only from the K likeliest characters"
    )
    command.add_argument(
        "--top-p",
        type=_typed(SHARE, float),
        metavar="P",
        help="draw only from the likeliest characters that together have at least the probability P",
    )
    command.add_argument(
        "--seed", type=_typed(RULES["seed"], int), metavar="N", help="seed (default: another one each time)"
    )

    command_info = commands.add_parser(
        "info",
        help="show versions, threads, devices and kernels",
        description="Show what the package runs on: versions, BLAS, threads, devices, and compiled kernels.",
    )
    command_info.set_defaults(command=info.show)

    command_swap = commands.add_parser(
        "as-torch",
        help="run a program that was written for PyTorch, as it is",
        description="Run a program that was written for PyTorch: its imports of torch mean this package.",
    )
    command_swap.set_defaults(command=as_torch.run)
    command_swap.add_argument(
        "--check",
        action="store_true",
        help="do not run it, but list the names of PyTorch's that it uses and that are not here; also for "
        "notebooks and folders",
    )
    command_swap.add_argument(
        "program", nargs=argparse.REMAINDER, metavar="PROGRAM.py ...", help="it, and its arguments"
    )
    return parser


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line with `arguments`, by default those of the program; returns the exit code.

    0: done. 1: a file or a setting is wrong; the printed error says which. 2: a command or an option is unknown or
    malformed. 130: interrupted by Ctrl-C; the epochs that were completed are written.

    Example:
        >>> main(["summary", "no-such-folder"])
        1
    """
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")  # a terminal may not know the letters of a class
    options = _parser().parse_args(arguments)
    try:
        code = int(options.command(options))
        sys.stdout.flush()
        return code
    except BrokenPipeError:
        _let_go_of_output()
        return 1
    except (UserError, ImportError, OSError, FloatingPointError) as error:
        print(f"error: {error}", file=sys.stderr)
        _let_go_of_output()
        return 1
    except MemoryError as error:
        print(f"error: out of memory: {error}; a smaller network or batch may fit", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("interrupted", file=sys.stderr)
        return train.INTERRUPTED


def _let_go_of_output() -> None:
    """If standard output takes no more, drop what is left: Python would complain once more when it ends."""
    try:
        sys.stdout.flush()
    except OSError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
