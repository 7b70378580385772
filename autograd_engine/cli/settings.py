"""The settings of a run: what each may be, on the command line as in config.json."""

from __future__ import annotations

import argparse
import reprlib
from collections.abc import Callable, Collection
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any

import numpy as np

from .. import nn, optim
from ..optim import lr_scheduler

__all__ = [
    "ACTIVATIONS",
    "OPTIMIZERS",
    "RULES",
    "SCHEDULES",
    "USUAL",
    "WHOLE",
    "Rule",
    "Settings",
    "check_settings",
    "number",
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


@dataclass(frozen=True)
class Settings:
    """What the user asked of a run; None leaves the choice to the optimizer's default."""

    data: str = "digits"
    epochs: int = 30
    hidden: list[int] = field(default_factory=lambda: [128])
    activation: str = "relu"
    dropout: float = 0.0
    optimizer: str = "sgd"
    lr: float | None = None
    weight_decay: float | None = None
    schedule: str = "constant"
    batch_size: int = 16
    label_smoothing: float = 0.1
    patience: int | None = None
    seed: int = 0

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


def _or_none(rule: Rule) -> Rule:
    return Rule(f"{rule.words}, or null", lambda value: value is None or rule.accepts(value))


def _many(rule: Rule, least: int, words: str) -> Rule:
    return Rule(
        words, lambda value: isinstance(value, list) and len(value) >= least and all(map(rule.accepts, value))
    )


WHOLE = number(int)
_TEXT = Rule("text", lambda value: isinstance(value, str))

RULES: dict[str, Rule] = {
    "data": Rule("a name or path", lambda value: isinstance(value, str) and value != "" and "\0" not in value),
    "epochs": WHOLE,
    "hidden": _many(WHOLE, 0, "a list of positive whole numbers below 1e+09"),
    "activation": _one_of(ACTIVATIONS),
    "dropout": number(float, zero=True, below=1),
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
    "sizes": _many(WHOLE, 2, "a list of two or more positive whole numbers below 1e+09"),
    **RULES,
    "weight_decay": _or_none(RULES["weight_decay"]),
    "patience": _or_none(RULES["patience"]),
    "classes": _many(_TEXT, 2, "a list of two or more names"),
    "offset": _many(
        Rule("a number", lambda v: type(v) in (int, float) and abs(v) <= _LARGEST), 1, "a list of finite numbers"
    ),
    "unit": _many(number(float), 1, "a list of finite numbers above 0"),
    "picture": _or_none(
        Rule("a height and a width", lambda v: isinstance(v, list) and len(v) == 2 and all(map(WHOLE.accepts, v)))
    ),
}
"""What each entry of config.json may be; all must be there."""


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
    sizes, picture = config["sizes"], config["picture"]
    for key, place in (("classes", -1), ("offset", 0), ("unit", 0)):
        if len(config[key]) != sizes[place]:
            raise ValueError(f"{name}: sizes has {sizes[place]}, but {key} has {len(config[key])} entries")
    if len(set(config["classes"])) < len(config["classes"]):
        raise ValueError(f"{name}: classes has a name twice")
    if picture is not None and picture[0] * picture[1] != sizes[0]:
        raise ValueError(
            f"{name}: a picture of {picture[0]} by {picture[1]} pixels does not have {sizes[0]} of them"
        )


def shown(value: Any) -> str:
    """The value as it is written, shortened."""
    return reprlib.repr(value)
