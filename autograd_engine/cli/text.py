"""Texts: a model learns which character follows, and is measured on the end of the text, which it does not see.

Recurrent layers read streams, and carry their state along; a GPT reads windows from anywhere.
"""

from __future__ import annotations

import argparse
import math
from dataclasses import replace
from pathlib import Path
from typing import Any

from .. import models, nn
from ..data import CharVocabulary, DataLoader, TensorDataset, TokenStreams, TokenWindows, read_text
from ..tensor import Tensor
from ..training import Run, SequenceStep, evaluate
from .folder import BATCH, UserError
from .place import Place
from .settings import Settings, shown
from .sources import READY
from .text_settings import GPT, MOST_EPOCHS, STEPS, TEXT_MODELS, USUAL_OF_TEXTS, TextSettings
from .training import Training

__all__ = ["Text", "TextTraining", "held_out_bits", "is_text", "new_text_settings", "text_settings"]

_HELD_OUT = 0.1
"""The share of the text, at its end, that is not learned."""

_LONGEST_GRADIENT = 1.0
"""Longer gradients are scaled to this length: through time they can grow very large."""


def is_text(options: argparse.Namespace) -> bool:
    """Whether the command line asks for a model of a text: by --model, or by a .txt file."""
    model, data = getattr(options, "model", None), getattr(options, "data", "")
    return model in TEXT_MODELS or (model is None and Path(data).suffix == ".txt")


def text_settings(options: argparse.Namespace) -> dict[str, Any]:
    """The settings that were given on the command line.

    Raises:
        UserError: one of them is not for texts.
    """
    for name in Settings.__dataclass_fields__.keys() - TextSettings.__dataclass_fields__.keys():
        if name in options:
            raise UserError(f"--{name.replace('_', '-')} is not for texts, which {', '.join(TEXT_MODELS)} learn")
    return TextSettings.chosen(options)


def new_text_settings(options: argparse.Namespace) -> TextSettings:
    """The settings of a new run.

    Raises:
        UserError: one does not go with the model, or there is no text.
    """
    asked = {"model": TEXT_MODELS[0], **text_settings(options)}
    model = asked["model"]
    if "data" not in asked or asked["data"] in READY:
        given = f", and not {asked['data']}" if "data" in asked else ""
        raise UserError(f"the model {model} learns a text: name its file{given}")
    if "heads" in asked and model != GPT:
        raise UserError(f"--heads goes with --model {GPT}: the model {model} has none")
    settings = TextSettings(**{**USUAL_OF_TEXTS[model], **asked})
    if settings.heads is not None and settings.width % settings.heads:
        raise UserError(f"--width {settings.width} is no multiple of --heads {settings.heads}")
    return settings


class Text:
    """The text of a run, its characters as integers.

    Args:
        settings: those of the run.

    Attributes:
        settings: with the epochs that suit the text, if they were not given.
        name: the default name of the run folder.
        vocabulary: its characters.
        train, held_out: the integers of its beginning, and of its end.
        more: what config.json says of the text.

    Raises:
        UserError: the file is no text, or too short.
        OSError: it cannot be read.
    """

    def __init__(self, settings: TextSettings) -> None:
        path = Path(settings.data)
        if path.is_dir():
            raise UserError(f"{path} is a folder: the model {settings.model} learns the text in one file")
        try:
            text = read_text(path)
        except FileNotFoundError:
            raise UserError(f"there is no file {settings.data}") from None
        except ValueError as error:
            raise UserError(str(error)) from error
        if not text:
            raise UserError(f"{path} is empty: there is nothing to learn")
        self.settings, self.name = settings, path.stem
        self.vocabulary = CharVocabulary.of(text)
        tokens = self.vocabulary.encode(text)
        count = len(text) - max(2, round(_HELD_OUT * len(text)))
        self.train, self.held_out = tokens[:count], tokens[count:]
        self.more = {"vocabulary": "".join(self.vocabulary), "characters": len(text)}
        self.context, self.batch = settings.context, settings.batch_size
        least = self.context + 1 if settings.model == GPT else self.batch + 1
        if count < least:
            option = f"--context {self.context}" if settings.model == GPT else f"--batch-size {self.batch}"
            raise UserError(
                f"{path} is too short: without the end, which is held out, it has {max(count, 0):,} characters, "
                f"and {option} needs {least:,}"
            )
        if not settings.epochs:
            epochs = round(STEPS[settings.model] / len(self.batches()))
            self.settings = replace(settings, epochs=min(max(1, epochs), MOST_EPOCHS))

    def batches(self) -> TokenStreams | TokenWindows:
        """What is learned in an epoch."""
        if self.settings.model == GPT:
            return TokenWindows(self.train, self.batch, self.context)
        return TokenStreams(self.train, self.batch, self.context)

    def measured(self) -> Any:
        """The batches of the end: for a GPT all of its windows, for recurrent layers streams of a good length."""
        tokens, context = self.held_out, self.context
        if self.settings.model != GPT:
            return TokenStreams(tokens, max(1, min(self.batch, (len(tokens) - 1) // (4 * context))), context)
        each = min(context, len(tokens) - 1)
        count = (len(tokens) - 1) // each

        def windows(part: Tensor) -> Tensor:
            return part[: count * each].reshape(count, each)

        return DataLoader(TensorDataset(windows(tokens), windows(tokens[1:])), BATCH)

    def check_same(self, config: dict[str, Any]) -> None:
        """Check that this is the text that a run was trained on.

        Raises:
            UserError: it has other characters.
        """
        if any(config[name] != value for name, value in self.more.items()):
            raise UserError(
                f"the text {config['data']} is not the one that the run was trained on: its characters are others; "
                "train a new run"
            )


def held_out_bits(model: nn.Module, text: Text) -> float:
    """The bits per character that the model needs for the end of the text."""
    measured = evaluate(model, text.measured(), step=SequenceStep(nn.CrossEntropyLoss()))
    return float(measured["loss"]) / math.log(2)


class TextTraining(Training[TextSettings]):
    """The training of a model of a text."""

    def __init__(self, settings: TextSettings, text: Text, place: Place) -> None:
        self.text = text
        super().__init__(settings, text.more, place, _LONGEST_GRADIENT)

    def _sizes(self) -> str:
        return f"width {shown(self.settings.width)} and layers {shown(self.settings.layers)}"

    def _groups(self) -> Any:
        decay = self.settings.weight_decay
        if isinstance(self.model, models.GPT) and decay is not None:
            return self.model.parameter_groups(decay)
        return super()._groups()

    def _parts(self) -> tuple[Any, dict[str, Any]]:
        return self.text.batches(), {"val": self.text.measured()}

    def _fitting(self) -> dict[str, Any]:
        step = SequenceStep(nn.CrossEntropyLoss())
        return {"step": step, "callbacks": [step]}

    def _opening(self, run: Run) -> None:
        text, parameters = self.text, sum(p.numel() for p in self.model.parameters())
        print(
            f"{len(text.train):,} characters to learn from and {len(text.held_out):,} held out, "
            f"{len(text.vocabulary)} different ones; the run goes to {self.place.folder}"
        )
        print(f"{self.model}\n{parameters:,} parameters, {len(text.batches()):,} steps in an epoch")

    def _line(self, row: dict[str, float]) -> str:
        train, held_out = (row[f"{name}_loss"] / math.log(2) for name in ("train", "val"))
        return f"epoch {row['epoch']:3d}   bits per character: train {train:.3f}, held out {held_out:.3f}"

    def _measured(self) -> Any:
        return held_out_bits(self.model, self.text)

    def _outcome(self, bits: Any) -> str:
        return f"{bits:.3f} bits per character held out"
