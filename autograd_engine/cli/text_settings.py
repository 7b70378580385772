"""The settings of a run that learns a text: what each may be, on the command line as in config.json."""

from __future__ import annotations

import argparse
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

from .settings import RULES, WHOLE, Rule, number, or_none, shown

__all__ = [
    "GPT",
    "MATRICES",
    "MOST_EPOCHS",
    "OF_TEXTS",
    "STEPS",
    "TEXT_MODELS",
    "TEXT_RULES",
    "USUAL_OF_TEXTS",
    "TextSettings",
    "check_text_settings",
    "is_of_text",
]

GPT = "gpt"
TEXT_MODELS = ("lstm", "gru", GPT)
"""The models that `--model` offers for a text."""

MATRICES = {"lstm": 8, "gru": 6, GPT: 12}
"""How many matrices of width by width a layer has."""

USUAL_OF_TEXTS: dict[str, dict[str, Any]] = {
    "lstm": {"width": 192, "layers": 1, "context": 64, "batch_size": 32, "lr": 8e-3},
    "gru": {"width": 192, "layers": 1, "context": 64, "batch_size": 32, "lr": 6e-3},
    GPT: {"width": 128, "layers": 2, "heads": 4, "context": 64, "batch_size": 16, "lr": 4e-3, "weight_decay": 0.1},
}
"""What suits each model, where the user leaves the choice."""

STEPS = {"lstm": 1000, "gru": 1000, GPT: 1600}
"""How many steps a new run takes, about, where the user leaves the choice: enough for words that can be read."""

MOST_EPOCHS = 20
"""So often a short text is read at most: it would be learned by heart."""

OF_TEXTS = ("width", "layers", "heads", "context")
"""The settings that only models of texts have."""


@dataclass(frozen=True)
class TextSettings:
    """What the user asked of a run that learns a text. Only a GPT has heads; 0 epochs: as many as suit the text."""

    data: str
    model: str
    width: int
    layers: int
    context: int
    batch_size: int
    lr: float | None
    heads: int | None = None
    dropout: float = 0.0
    epochs: int = 0
    optimizer: str = "adamw"
    weight_decay: float | None = None
    schedule: str = "onecycle"
    patience: int | None = None
    seed: int = 0

    @classmethod
    def of(cls, config: dict[str, Any]) -> TextSettings:
        """The settings of a run."""
        return cls(**{f.name: config[f.name] for f in fields(cls)})

    @classmethod
    def chosen(cls, options: argparse.Namespace) -> dict[str, Any]:
        """The settings that were given on the command line, the file by its whole path."""
        chosen = {f.name: getattr(options, f.name) for f in fields(cls) if f.name in options}
        if "data" in chosen and Path(chosen["data"]).exists():
            chosen["data"] = str(Path(chosen["data"]).resolve())
        return chosen


_SIZE = number(int, below=65537)

TEXT_RULES: dict[str, Rule] = {
    **{name: RULES[name] for name in (f.name for f in fields(TextSettings)) if name in RULES},
    "model": Rule(
        f"one of {', '.join(TEXT_MODELS)}", lambda value: isinstance(value, str) and value in TEXT_MODELS
    ),
    **dict.fromkeys(OF_TEXTS, _SIZE),
}
"""What each setting may be if it is given."""

_IN_FILE: dict[str, Rule] = {
    **TEXT_RULES,
    **{name: or_none(TEXT_RULES[name]) for name in ("heads", "weight_decay", "patience")},
    "vocabulary": Rule(
        "the characters of a text",
        lambda value: isinstance(value, str) and value != "" and len(set(value)) == len(value),
    ),
    "characters": WHOLE,
}
"""What each entry of config.json may be; all must be there."""


def is_of_text(config: Any) -> bool:
    """Whether these are the settings of a run that learns a text."""
    return isinstance(config, dict) and config.get("model") in TEXT_MODELS


def check_text_settings(config: dict[str, Any], name: str) -> None:
    """Check the settings of a run that learns a text, as they stand in the file `name`.

    Raises:
        ValueError: an entry is missing or wrong; the message says which.
    """
    for key, rule in _IN_FILE.items():
        if key not in config:
            raise ValueError(f"{name} has no {key!r}")
        if not rule.accepts(config[key]):
            raise ValueError(f"{name}: {key} is {shown(config[key])}, which is not {rule.words}")
    heads = config["heads"]
    if (heads is not None) != (config["model"] == GPT):
        needs = f"needs {TEXT_RULES['heads'].words}" if config["model"] == GPT else "has none"
        raise ValueError(f"{name}: heads is {shown(heads)}, but the model {config['model']} {needs}")
    if heads is not None and config["width"] % heads:
        raise ValueError(f"{name}: the width {config['width']} is no multiple of the {heads} heads")
