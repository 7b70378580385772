"""The settings of a run: what each may be, on the command line as in config.json."""

from __future__ import annotations

import argparse
import inspect
import math
import reprlib
from collections.abc import Callable, Collection
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any

import numpy as np

from .. import models, nn, optim
from ..optim import lr_scheduler

__all__ = [
    "ACTIVATIONS",
    "MODELS",
    "OF_PERCEPTRONS",
    "OF_PICTURES",
    "OPTIMIZERS",
    "PERCEPTRON",
    "RULES",
    "SCHEDULES",
    "SHARE",
    "SIZES",
    "USUAL",
    "USUAL_OF_PICTURES",
    "WHOLE",
    "Rule",
    "Settings",
    "check_settings",
    "completed",
    "network_settings",
    "number",
    "or_none",
    "shown",
]

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

OPTIMIZERS: dict[str, type[optim.Optimizer]] = {
    name.lower(): kind
    for name, kind in sorted(vars(optim).items())
    if isinstance(kind, type) and issubclass(kind, optim.Optimizer) and kind is not optim.Optimizer
}
"""Every optimizer by its name in lower case."""

PERCEPTRON = "mlp"
MODELS = (PERCEPTRON, *models.list_models())
"""What `--model` offers: a perceptron, and the networks that classify pictures."""

_SMALL = {PERCEPTRON, "lenet5", *models.residual_cifar.__all__, *models.fractalnet.__all__}
SIZES = {**dict.fromkeys(_SMALL, 32), "inception_v4": 299}
"""How many pixels a side the pictures have that a network was made for, where that is not 224."""


def network_settings(model: str, channels: int) -> dict[str, Any]:
    """The settings of a network for pictures of so many channels, where it lets them be chosen. It gets no heads
    that only the training uses."""
    wanted = {"in_channels": channels, "aux_logits": False}
    accepted = inspect.signature(getattr(models, model)).parameters
    return {name: value for name, value in wanted.items() if name in accepted}


OF_PERCEPTRONS = ("hidden", "activation", "dropout")
"""The settings that only a perceptron has."""

OF_PICTURES = ("size", "flip", "crop", "rotation")
"""The settings that only data of pictures have."""

USUAL: dict[str, dict[str, float]] = {
    "sgd": {"lr": 0.1, "momentum": 0.9, "weight_decay": 1e-4},
    "adam": {"lr": 3e-3},
    "adamw": {"lr": 3e-3},
}
"""Settings of some optimizers that suit a small perceptron better than their defaults do."""


@dataclass(frozen=True)
class _Schedule:
    """A schedule of the learning rate that `--schedule` offers.

    Attributes:
        kind: the scheduler's class.
        arguments: its settings, from the learning rate, the number of epochs and the steps per epoch.
        per: whether it moves once per "epoch" or once per "step".
        watches: whether it follows a loss.
    """

    kind: Callable[..., Any]
    arguments: Callable[[float, int, int], dict[str, Any]]
    per: str = "epoch"
    watches: bool = False


SCHEDULES = {
    "cosine": _Schedule(lr_scheduler.CosineAnnealingLR, lambda lr, epochs, steps: {"T_max": epochs}),
    "exponential": _Schedule(lr_scheduler.ExponentialLR, lambda lr, epochs, steps: {"gamma": 0.01 ** (1 / epochs)}),
    "onecycle": _Schedule(
        lr_scheduler.OneCycleLR, lambda lr, epochs, steps: {"max_lr": lr, "total_steps": epochs * steps}, per="step"
    ),
    "plateau": _Schedule(lr_scheduler.ReduceLROnPlateau, lambda lr, epochs, steps: {"patience": 3}, watches=True),
    "step": _Schedule(lr_scheduler.StepLR, lambda lr, epochs, steps: {"step_size": -(-epochs // 3), "gamma": 0.1}),
}


USUAL_OF_PICTURES: dict[str, Any] = {
    **dict.fromkeys(OF_PERCEPTRONS),
    "optimizer": "adam",
    "lr": 3e-3,
    "schedule": "onecycle",
    "batch_size": 32,
}
"""Settings that suit a network with convolutions."""


@dataclass(frozen=True)
class Settings:
    """What the user asked of a run. None leaves a choice to the optimizer, or to what suits the model and the data;
    the settings of another model than a perceptron that only perceptrons have are None."""

    data: str = "digits"
    model: str = PERCEPTRON
    epochs: int = 30
    hidden: list[int] | None = field(default_factory=lambda: [128])
    activation: str | None = "relu"
    dropout: float | None = 0.0
    size: int | None = None
    flip: bool | None = None
    crop: int | None = None
    rotation: float | None = None
    optimizer: str = "sgd"
    lr: float | None = None
    weight_decay: float | None = None
    schedule: str = "constant"
    batch_size: int = 16
    label_smoothing: float = 0.1
    patience: int | None = None
    seed: int = 0

    @classmethod
    def of(cls, config: dict[str, Any]) -> Settings:
        """The settings of a run."""
        return cls(**{f.name: config[f.name] for f in fields(cls)})

    @classmethod
    def chosen(cls, options: argparse.Namespace, names: Collection[str]) -> dict[str, Any]:
        """The settings that were given on the command line. Data that are none of `names` become a whole path."""
        chosen = {f.name: getattr(options, f.name) for f in fields(cls) if f.name in options}
        source = chosen.get("data")
        if source is not None and source not in names and Path(source).exists():
            chosen["data"] = str(Path(source).resolve())
        return chosen


# ------------------------------------------------------------------------------------------ rules


@dataclass(frozen=True)
class Rule:
    """What a value may be.

    Attributes:
        words: what it must be, to follow "is not".
        accepts: whether a value is allowed.
    """

    words: str
    accepts: Callable[[Any], bool]


_LARGEST = float(np.finfo(np.float32).max)
"""The largest real number of a setting: the model computes in float32."""


def number(kind: type, zero: bool = False, below: float | None = None) -> Rule:
    """The numbers of a kind above 0 (with `zero` also 0 itself) and below a limit."""
    limit = below or (10**9 if kind is int else _LARGEST)
    words = f"a {'' if zero else 'positive '}{'whole ' * (kind is int)}number" + (" from 0 on" if zero else "")
    kinds = (int,) if kind is int else (int, float)
    return Rule(
        f"{words} below {limit:g}",
        lambda value: type(value) in kinds and (0 < value < limit or (zero and value == 0)),
    )


def _one_of(names: Collection[str]) -> Rule:
    return Rule(f"one of {', '.join(names)}", lambda value: isinstance(value, str) and value in names)


def or_none(rule: Rule) -> Rule:
    """The rule, but for None, which is allowed too."""
    return Rule(f"{rule.words}, or null", lambda value: value is None or rule.accepts(value))


def _many(rule: Rule, least: int, words: str) -> Rule:
    return Rule(
        words, lambda value: isinstance(value, list) and len(value) >= least and all(map(rule.accepts, value))
    )


WHOLE = number(int)
SHARE = Rule("a number above 0 and at most 1", lambda value: type(value) in (int, float) and 0 < value <= 1)
_SIDE = number(int, below=4097)
_TEXT = Rule("text", lambda value: isinstance(value, str))

RULES: dict[str, Rule] = {
    "data": Rule("a name or path", lambda value: isinstance(value, str) and value != "" and "\0" not in value),
    "model": _one_of(MODELS),
    "epochs": WHOLE,
    "hidden": _many(WHOLE, 0, "a list of positive whole numbers below 1e+09"),
    "activation": _one_of(ACTIVATIONS),
    "dropout": number(float, zero=True, below=1),
    "size": _SIDE,
    "flip": Rule("true or false", lambda value: isinstance(value, bool)),
    "crop": number(int, zero=True, below=4097),
    "rotation": number(float, zero=True, below=361),
    "optimizer": _one_of(OPTIMIZERS),
    "lr": number(float),
    "weight_decay": number(float, zero=True),
    "schedule": _one_of(["constant", *SCHEDULES]),
    "batch_size": WHOLE,
    "label_smoothing": Rule("a number from 0 to 1", lambda v: type(v) in (int, float) and 0 <= v <= 1),
    "patience": WHOLE,
    "seed": number(int, zero=True, below=2**64),
}
"""What each setting may be if it is given."""

_IN_FILE: dict[str, Rule] = {
    "sizes": or_none(_many(WHOLE, 2, "a list of two or more positive whole numbers below 1e+09")),
    **RULES,
    **{name: or_none(RULES[name]) for name in (*OF_PERCEPTRONS, "size", "weight_decay", "patience")},
    "classes": _many(_TEXT, 2, "a list of two or more names"),
    "offset": _many(
        Rule("a number", lambda v: type(v) in (int, float) and abs(v) <= _LARGEST), 1, "a list of finite numbers"
    ),
    "unit": _many(number(float), 1, "a list of finite numbers above 0"),
    "picture": or_none(
        Rule(
            "a height and a width, after the number of channels if there are several",
            lambda v: isinstance(v, list) and len(v) in (2, 3) and all(map(_SIDE.accepts, v)),
        )
    ),
}
"""What each entry of config.json may be; all must be there."""

_ADDED: dict[str, Any] = {"model": PERCEPTRON, "size": None, "flip": False, "crop": 0, "rotation": 0.0}
"""Entries that config.json did not have before there were other models than perceptrons."""


def completed(config: Any) -> Any:
    """The settings of a run, with the entries that older ones lack."""
    if not isinstance(config, dict):
        return config
    return {**config, **{name: value for name, value in _ADDED.items() if name not in config}}


def check_settings(config: Any, name: str) -> None:
    """Check the settings of a run and the shape of its model, as they stand in the file `name`.

    Raises:
        ValueError: an entry is missing or wrong; the message says which.
    """
    if not isinstance(config, dict):
        raise ValueError(f"{name} holds no settings")
    for key, rule in _IN_FILE.items():
        if key not in config:
            raise ValueError(f"{name} has no {key!r}")
        if not rule.accepts(config[key]):
            raise ValueError(f"{name}: {key} is {shown(config[key])}, which is not {rule.words}")
    perceptron = config["model"] == PERCEPTRON
    for key in ("sizes", *OF_PERCEPTRONS):
        if (config[key] is not None) != perceptron:
            raise ValueError(
                f"{name}: {key} is {shown(config[key])}, but the model {config['model']} "
                + (f"needs {_IN_FILE[key].words.removesuffix(', or null')}" if perceptron else "has none")
            )
    sizes, picture = config["sizes"], config["picture"]
    if not perceptron and (picture is None or len(picture) != 3):
        raise ValueError(
            f"{name}: picture is {shown(picture)}, but the model {config['model']} takes channels, height and width"
        )
    lengths = [("classes", sizes[-1]), ("offset", sizes[0]), ("unit", sizes[0])] if perceptron else []
    for key, length in lengths or [("offset", picture[0]), ("unit", picture[0])]:
        if len(config[key]) != length:
            where = "sizes" if perceptron else "picture"
            raise ValueError(f"{name}: {where} has {length}, but {key} has {len(config[key])} entries")
    if len(set(config["classes"])) < len(config["classes"]):
        raise ValueError(f"{name}: classes has a name twice")
    if perceptron and picture is not None and math.prod(picture) != sizes[0]:
        raise ValueError(
            f"{name}: a picture of {' by '.join(map(str, picture))} pixels does not have {sizes[0]} of them"
        )


def shown(value: Any) -> str:
    """The value as it is written, shortened."""
    return reprlib.repr(value)
